/* The page origin of a configured address: what browsers send and sign. */
#include "node/base/origin.h"

#include "tests/t.h"

T_CASE(origin_leaves_out_what_browsers_leave_out)
{
    static const struct {
        const char *url, *origin, *host;
    } rows[] = {
        {"https://a.jp", "https://a.jp", "a.jp"},
        {"https://a.jp/", "https://a.jp", "a.jp"},
        {"https://a.jp:443/", "https://a.jp", "a.jp"},
        {"https://a.jp:8443", "https://a.jp:8443", "a.jp"},
        {"https://a.jp:80", "https://a.jp:80", "a.jp"},
        {"http://b.a.jp:80", "http://b.a.jp", "b.a.jp"},
        {"http://a.localhost:8080/", "http://a.localhost:8080", "a.localhost"},
        {"a.jp", "a.jp", ""},
        {"", "", ""},
    };
    char origin[ORIGIN_CAP];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        origin_of_url(rows[i].url, origin);
        T_TEXT(origin, rows[i].origin, rows[i].url);
        T_SPAN(origin_host(origin), span_text(rows[i].host), rows[i].url);
    }
}

T_CASE(pages_open_sockets_where_they_came_from)
{
    static const struct {
        const char *origin, *sockets;
    } rows[] = {
        {"https://a.jp", "wss://a.jp"},
        {"https://a.jp:8443", "wss://a.jp:8443"},
        {"http://a.localhost:8080", "ws://a.localhost:8080"},
        {"https://[::1]:8443", "wss://[::1]:8443"},
        {"https://a.jp; script-src *", ""}, /* no second rule, whatever is configured */
        {"https://a.jp\r\nX: y", ""},
        {"https://a.jp/path", ""},
        {"https://", ""},
        {"a.jp", ""},
        {"", ""},
    };
    char sockets[ORIGIN_CAP];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        origin_of_sockets(rows[i].origin, sockets);
        T_TEXT(sockets, rows[i].sockets, rows[i].origin);
    }
}
