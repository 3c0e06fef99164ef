#include "tenants/signin/place.h"
#include "tests/t.h"

T_CASE(place_is_an_address_or_a_prefix)
{
    static const struct {
        const char *what, *address, *place;
    } rows[] = {
        {"IPv4", "192.0.2.7", "192.0.2.7"},
        {"IPv6", "2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"},
        {"another of the same home", "2001:db8:1:2::5", "2001:db8:1:2::/64"},
        {"in another form", "2001:0DB8:0001:0002:0:0:0:9", "2001:db8:1:2::/64"},
        {"next door", "2001:db8:1:3::5", "2001:db8:1:3::/64"},
        {"IPv4 in IPv6", "::ffff:192.0.2.7", "192.0.2.7"},
        {"loopback", "::1", "::/64"},
        {"no address", "unix", "unix"},
        {"nothing", "", ""},
        {"too long", "0123456789012345678901234567890123456789012345678901234567890123456789",
         "012345678901234567890123456789012345678901234567890123456789012"},
    };
    char place[PLACE_CAP];

    T_REQ("AI-2.6-オ");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        place_of(span_text(rows[i].address), place);
        T_TEXT(place, rows[i].place, rows[i].what);
    }
    place_of(SPAN_NONE, place);
    T_TEXT(place, "", "none at all");
}
