/* Addresses as typed: what a strict reader takes, and everything that could be read in another
 * way by somebody else is refused. */
#include "node/io/net_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tests/t.h"

#define TEN "aaaaaaaaaa"
#define L64 TEN TEN TEN TEN TEN TEN "aaaa"

T_CASE(net_address_reads_only_what_everybody_reads_alike)
{
    static const struct {
        const char *text, *want; /* want NULL: refused */
    } rows[] = {
        {"duty@example.jp", "duty@example.jp"},
        {"Duty.Two+sos@Mail.Example.JP", "Duty.Two+sos@mail.example.jp"},
        {"a@b.cd", "a@b.cd"},
        {"o'neil@ex-ample.jp", "o'neil@ex-ample.jp"},
        {L64 "@example.jp", L64 "@example.jp"},
        {L64 "a@example.jp", NULL},
        {"", NULL},
        {"duty", NULL},
        {"@example.jp", NULL},
        {"duty@", NULL},
        {"duty@example", NULL},
        {"duty@localhost", NULL},
        {"duty@.jp", NULL},
        {"duty@example..jp", NULL},
        {"duty@example.jp.", NULL},
        {"duty@-example.jp", NULL},
        {"duty@exam_ple.jp", NULL},
        {"duty@example.123", NULL},
        {"duty@192.0.2.1", NULL},
        {"duty@[192.0.2.1]", NULL},
        {".duty@example.jp", NULL},
        {"duty.@example.jp", NULL},
        {"du..ty@example.jp", NULL},
        {"\"du ty\"@example.jp", NULL},
        {"du ty@example.jp", NULL},
        {"duty@example.jp ", NULL},
        {" duty@example.jp", NULL},
        {"<duty@example.jp>", NULL},
        {"当番@example.jp", NULL},
        {"duty@例え.jp", NULL},
        {"duty(x)@example.jp", NULL},
        {"a@b@example.jp", NULL},
        {"a,b@example.jp", NULL},
        {"duty@example.jp\r\nBcc: all@example.jp", NULL},
        {"duty\r\n@example.jp", NULL},
        {"duty@example.jp\n", NULL},
        {"duty@example.jp>\r\nRCPT TO:<x@y.zz", NULL},
        {"duty\t@example.jp", NULL},
        {"duty\x7f@example.jp", NULL},
    };
    struct net_address address;

    T_REQ("AI-4.6-1");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        enum err rc = net_address_read(span_text(rows[i].text), &address, NULL);

        T_EQ(rc, rows[i].want == NULL ? ERR_INVALID : ERR_OK, rows[i].text);
        T_TEXT(address.text, rows[i].want == NULL ? "" : rows[i].want, rows[i].text);
    }
    T_EQ(net_address_read(span_of("a\0b@example.jp", 14), &address, NULL), ERR_INVALID, "NUL");
    T_EQ(net_address_read(span_of("a@exa\0mple.jp", 13), &address, NULL), ERR_INVALID, "NUL");
}

T_CASE(net_url_is_https_or_this_machine)
{
    static const struct {
        const char *text, *host; /* host NULL: refused */
        int port;
    } rows[] = {
        {"https://hooks.example.jp/a/b?c=d", "hooks.example.jp", 443},
        {"https://Hooks.Example.JP", "hooks.example.jp", 443},
        {"https://example.jp:8443/", "example.jp", 8443},
        {"https://198.51.100.7/x", "198.51.100.7", 443},
        {"https://[2001:DB8::1]:444/x", "2001:db8::1", 444},
        {"https://printer/", "printer", 443},
        {"http://localhost:8080/x", "localhost", 8080},
        {"http://a.localhost/x", "a.localhost", 80},
        {"http://127.0.0.1:9/x", "127.0.0.1", 9},
        {"http://[::1]/x", "::1", 80},
        {"http://example.jp/", NULL, 0},
        {"http://127.example.jp/", NULL, 0},
        {"http://localhost.example.jp/", NULL, 0},
        {"HTTPS://example.jp/", NULL, 0},
        {"ftp://example.jp/", NULL, 0},
        {"file:///etc/passwd", NULL, 0},
        {"gopher://127.0.0.1/", NULL, 0},
        {"https:/example.jp/", NULL, 0},
        {"https://", NULL, 0},
        {"https:///x", NULL, 0},
        {"https://user@example.jp/", NULL, 0},
        {"https://user:word@example.jp/", NULL, 0},
        {"https://example.jp@127.0.0.1/", NULL, 0},
        {"https://example.jp\\@127.0.0.1/", NULL, 0},
        {"https://example.jp#@127.0.0.1/", NULL, 0},
        {"https://example.jp/#x", NULL, 0},
        {"https://example.jp?x", NULL, 0},
        {"https://2130706433/", NULL, 0},
        {"https://0x7f000001/", NULL, 0},
        {"https://0x7f.1/", NULL, 0},
        {"https://127.1/", NULL, 0},
        {"https://0177.0.0.1/", NULL, 0},
        {"https://127.0.0.1./", NULL, 0},
        {"https://1.2.3.4.5/", NULL, 0},
        {"https://[::1/", NULL, 0},
        {"https://[::1%25lo]/", NULL, 0},
        {"https://[::ffff:127.0.0.1]x/", NULL, 0},
        {"https://example.jp:/", NULL, 0},
        {"https://example.jp:0/", NULL, 0},
        {"https://example.jp:0443/", NULL, 0},
        {"https://example.jp:65536/", NULL, 0},
        {"https://example.jp:999999/", NULL, 0},
        {"https://example.jp:44a/", NULL, 0},
        {"https://example.jp/a b", NULL, 0},
        {"https://example.jp/a\r\nHost: x", NULL, 0},
        {"https://exa mple.jp/", NULL, 0},
        {"https://例え.jp/", NULL, 0},
        {"https://example.jp/例", NULL, 0},
        {"", NULL, 0},
    };
    struct net_url url;

    T_EQ(net_url_read(SPAN("https://[2001:db8::1\0]/"), &url, NULL), ERR_INVALID, "NUL");
    T_EQ(net_url_read(SPAN("https://a.jp\0.b.jp/"), &url, NULL), ERR_INVALID, "NUL");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        enum err rc = net_url_read(span_text(rows[i].text), &url, NULL);

        T_EQ(rc, rows[i].host == NULL ? ERR_INVALID : ERR_OK, rows[i].text);
        T_TEXT(url.host, rows[i].host == NULL ? "" : rows[i].host, rows[i].text);
        T_EQ(url.port, rows[i].port, rows[i].text);
        T_TEXT(url.text, rows[i].host == NULL ? "" : rows[i].text, rows[i].text);
    }
}

T_CASE(net_public_is_the_worlds_own_alone)
{
    static const struct {
        const char *ip;
        bool is_public, is_loopback;
    } rows[] = {
        {"8.8.8.8", true, false},
        {"203.0.114.1", true, false},
        {"172.32.0.1", true, false},
        {"100.128.0.1", true, false},
        {"192.169.0.1", true, false},
        {"0.0.0.0", false, false},
        {"10.1.2.3", false, false},
        {"100.64.0.1", false, false},
        {"127.0.0.1", false, true},
        {"127.255.255.254", false, true},
        {"169.254.169.254", false, false},
        {"172.16.0.1", false, false},
        {"172.31.255.255", false, false},
        {"192.0.0.9", false, false},
        {"192.168.1.1", false, false},
        {"198.18.0.1", false, false},
        {"203.0.113.9", false, false},
        {"224.0.0.1", false, false},
        {"240.0.0.1", false, false},
        {"255.255.255.255", false, false},
        {"2400:cb00::1", true, false},
        {"2001:4860:4860::8888", true, false},
        {"::1", false, true},
        {"::", false, false},
        {"::ffff:127.0.0.1", false, false},
        {"::ffff:10.0.0.1", false, false},
        {"::ffff:8.8.8.8", true, false},
        {"::7f00:1", false, false},
        {"64:ff9b::7f00:1", false, false},
        {"fe80::1", false, false},
        {"fc00::1", false, false},
        {"fd12::1", false, false},
        {"ff02::1", false, false},
        {"2001:db8::1", false, false},
        {"2001::1", false, false},
        {"2002:7f00:1::", false, false},
        {"3fff::1", false, false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct sockaddr_storage at = {.ss_family = AF_INET};
        struct sockaddr_in in = {.sin_family = AF_INET};
        struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

        if (inet_pton(AF_INET, rows[i].ip, &in.sin_addr) == 1)
            memcpy(&at, &in, sizeof in);
        else if (inet_pton(AF_INET6, rows[i].ip, &in6.sin6_addr) == 1)
            memcpy(&at, &in6, sizeof in6);
        else
            T_OK(false, rows[i].ip);
        T_EQ(net_is_public((struct sockaddr *)&at), rows[i].is_public, rows[i].ip);
        T_EQ(net_is_loopback((struct sockaddr *)&at), rows[i].is_loopback, rows[i].ip);
    }
    T_OK(!net_is_public(&(struct sockaddr){.sa_family = AF_UNIX}), "a unix socket");
    T_OK(!net_is_loopback(&(struct sockaddr){.sa_family = AF_UNIX}), "a unix socket");
}
