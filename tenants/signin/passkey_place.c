#include "tenants/signin/passkey_place.h"

#include <stdio.h>

#include "tenants/tenants.h"

const struct conf_row passkey_conf_rows[PASSKEY_CONF_N] = {
    {"passkey.rp_id", CONF_TEXT, 0, PASSKEY_RP_CAP - 1, "", NULL, "", false,
     "パスキーが属する名前。空なら front.public_url のホスト名。役所の入口の名前がその下にない"
     "ときだけ、両方に共通する親の名前を書きます。あとから変えると、登録ずみのパスキーは使えな"
     "くなります。"},
};

/* host is name itself or lies under it. */
static bool is_under(struct span host, struct span name)
{
    size_t more = host.len > name.len ? host.len - name.len : 0;

    if (name.len == 0 || host.len < name.len || !span_eq(span_from(host, more), name))
        return false;
    return more == 0 || (more > 1 && host.p[more - 1] == '.');
}

enum err passkey_place_of(const struct conf *conf, enum listener listener,
                          struct passkey_place *place_out, struct fail *why)
{
    const char *rp_id = conf_text(conf, "passkey.rp_id");
    bool is_office = listener == LISTENER_OFFICE;
    char public_origin[ORIGIN_CAP];
    struct passkey_place place;
    struct span name;

    origin_of_url(conf_text(conf, "front.public_url"), public_origin);
    origin_of_url(conf_text(conf, is_office ? "front.office_url" : "front.public_url"),
                  place.origin);
    name = rp_id[0] != '\0' ? span_text(rp_id) : origin_host(public_origin);
    if (!is_under(origin_host(place.origin), name))
        return fail_field(why, ERR_DENIED, "place", "%s does not lie under %.*s", place.origin,
                          SPAN_ARG(name));
    snprintf(place.rp_id, sizeof place.rp_id, "%.*s", SPAN_ARG(name));
    *place_out = place;
    return ERR_OK;
}
