/* Where passkeys belong: NI-2.3.4-2b. */
#include "tenants/signin/passkey_place.h"

#include <stdio.h>

#include "tenants/tenants.h"
#include "tests/t.h"

static const struct conf_row urls[] = {
    {"front.public_url", CONF_TEXT, 0, 255, "", NULL, "", false, "x"},
    {"front.office_url", CONF_TEXT, 0, 255, "", NULL, "", false, "x"},
};

T_CASE(passkey_place_is_one_name_for_both_addresses)
{
    static const struct {
        const char *what, *conf;
        enum listener listener;
        enum err want;
        const char *origin, *rp_id;
    } rows[] = {
        {"public", "", LISTENER_PUBLIC, ERR_OK, "https://a.town.jp", "a.town.jp"},
        {"the office under it", "front.office_url = https://office.a.town.jp:8443/\n",
         LISTENER_OFFICE, ERR_OK, "https://office.a.town.jp:8443", "a.town.jp"},
        {"the same host", "front.office_url = https://a.town.jp:8443\n", LISTENER_OFFICE,
         ERR_OK, "https://a.town.jp:8443", "a.town.jp"},
        {"a cousin", "front.office_url = https://office.town.jp\n", LISTENER_OFFICE, ERR_DENIED,
         NULL, NULL},
        {"ends alike", "front.office_url = https://xa.town.jp\n", LISTENER_OFFICE, ERR_DENIED,
         NULL, NULL},
        {"begins with a dot", "front.office_url = https://.a.town.jp\n", LISTENER_OFFICE,
         ERR_DENIED, NULL, NULL},
        {"cousins under a named parent",
         "front.office_url = https://office.town.jp\npasskey.rp_id = town.jp\n",
         LISTENER_OFFICE, ERR_OK, "https://office.town.jp", "town.jp"},
        {"the public one under it too", "passkey.rp_id = town.jp\n", LISTENER_PUBLIC, ERR_OK,
         "https://a.town.jp", "town.jp"},
        {"a name that is no parent", "passkey.rp_id = city.jp\n", LISTENER_PUBLIC, ERR_DENIED,
         NULL, NULL},
    };
    const struct conf_table tables[] = {
        {urls, T_COUNT(urls)}, {passkey_conf_rows, PASSKEY_CONF_N}, {NULL, 0}};

    T_REQ("NI-2.3.4-2b");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct passkey_place place = {0};
        struct conf *conf = NULL;
        char text[512];

        snprintf(text, sizeof text, "front.public_url = https://a.town.jp/\n%s", rows[i].conf);
        T_EQ(conf_read(span_text(text), tables, 0, NULL, NULL, &conf, NULL), ERR_OK, "conf");
        T_EQ(passkey_place_of(conf, rows[i].listener, &place, NULL), rows[i].want,
             rows[i].what);
        if (rows[i].want == ERR_OK) {
            T_TEXT(place.origin, rows[i].origin, rows[i].what);
            T_TEXT(place.rp_id, rows[i].rp_id, rows[i].what);
        }
        conf_free(&conf);
    }
}
