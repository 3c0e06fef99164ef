#include "node/io/net_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#define LABEL_MOST 63

/* ---- characters, by ASCII alone: no locale has a say ---- */

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char small(uint8_t c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool is_atext(uint8_t c) /* RFC 5322, 3.2.3 */
{
    return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static void copy_small(struct span text, char *out)
{
    for (size_t i = 0; i < text.len; i++)
        out[i] = small(text.p[i]);
    out[text.len] = '\0';
}

/* ---- hosts ---- */

static bool is_label(struct span label)
{
    if (label.len == 0 || label.len > LABEL_MOST || label.p[0] == '-' ||
        label.p[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alnum(label.p[i]) && label.p[i] != '-')
            return false;
    return true;
}

/* "8", "08", "0x8": what some readers take for a number, so that the host would be one. */
static bool is_number(struct span label)
{
    size_t at = label.len > 1 && label.p[0] == '0' && small(label.p[1]) == 'x' ? 2 : 0;

    for (size_t i = at; i < label.len; i++)
        if (!is_digit(label.p[i]) &&
            (at == 0 || small(label.p[i]) < 'a' || small(label.p[i]) > 'f'))
            return false;
    return label.len > 0;
}

static size_t find_byte(struct span text, uint8_t byte)
{
    const uint8_t *at = text.len == 0 ? NULL : memchr(text.p, byte, text.len);

    return at == NULL ? text.len : (size_t)(at - text.p);
}

static bool is_four_numbers(struct span host)
{
    char text[NET_HOST_MOST + 1];
    struct in_addr ignored;

    if (host.len > NET_HOST_MOST)
        return false;
    copy_small(host, text);
    return inet_pton(AF_INET, text, &ignored) == 1; /* strict: four decimals, no 08 */
}

bool net_is_host(struct span host, size_t n_least, bool allow_numbers)
{
    struct span rest = host, last = SPAN_NONE;
    size_t n = 0;

    if (host.len == 0 || host.len > NET_HOST_MOST)
        return false;
    for (bool more = true; more; n++) {
        size_t dot = find_byte(rest, '.');

        last = span_cut(rest, 0, dot);
        if (!is_label(last))
            return false;
        more = dot < rest.len;
        rest = span_from(rest, dot + 1);
        if (more && rest.len == 0)
            return false; /* "a." */
    }
    if (is_number(last))
        return allow_numbers && is_four_numbers(host);
    return n >= n_least;
}

bool net_is_loopback_name(const char *host)
{
    static const char tail[] = ".localhost";
    size_t len = strlen(host);

    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (len > sizeof tail - 1 && strcmp(host + len - (sizeof tail - 1), tail) == 0) ||
           (strncmp(host, "127.", 4) == 0 && is_four_numbers(span_text(host)));
}

/* ---- mail ---- */

static bool is_dot_string(struct span local)
{
    bool was_dot = true;

    if (local.len == 0 || local.len > NET_LOCAL_MOST)
        return false;
    for (size_t i = 0; i < local.len; i++) {
        bool is_dot = local.p[i] == '.';

        if ((is_dot && was_dot) || (!is_dot && !is_atext(local.p[i])))
            return false;
        was_dot = is_dot;
    }
    return !was_dot;
}

enum err net_address_read(struct span text, struct net_address *out, struct fail *why)
{
    size_t at = find_byte(text, '@');
    struct span host = span_from(text, at + 1);

    *out = (struct net_address){.at = 0};
    if (text.len > NET_ADDRESS_MOST)
        return fail_set(why, ERR_INVALID, "a mail address of %zu bytes", text.len);
    if (at == text.len || !is_dot_string(span_cut(text, 0, at)))
        return fail_set(why, ERR_INVALID, "before the @ of a mail address");
    if (!net_is_host(host, 2, false))
        return fail_set(why, ERR_INVALID, "behind the @ of a mail address");
    memcpy(out->text, text.p, at + 1);
    copy_small(host, out->text + at + 1);
    out->at = at;
    return ERR_OK;
}

/* ---- URL ---- */

static bool is_url_byte(uint8_t c) /* RFC 3986: pchar, "/", "?" */
{
    return is_alnum(c) || (c != '\0' && strchr("-._~!$&'()*+,;=:@%/?", c) != NULL);
}

static bool is_ip6(struct span host)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr ignored;

    if (host.len == 0 || host.len >= sizeof text)
        return false;
    copy_small(host, text);
    /* All of it: inet_pton would stop at a NUL. */
    if (strspn(text, "0123456789abcdef:.") != host.len)
        return false;
    return inet_pton(AF_INET6, text, &ignored) == 1;
}

/* "host", "host:443", "[::1]:443"; false: none of them. */
static bool read_authority(struct span text, struct net_url *out)
{
    bool is_literal = text.len > 0 && text.p[0] == '[';
    size_t end = is_literal ? find_byte(text, ']') : find_byte(text, ':');
    struct span host = is_literal ? span_cut(text, 1, end - 1) : span_cut(text, 0, end);
    struct span tail = span_from(text, is_literal ? end + 1 : end);
    unsigned port = 0;

    if (is_literal ? end == text.len || !is_ip6(host) : !net_is_host(host, 1, true))
        return false;
    copy_small(host, out->host);
    out->port = out->is_https ? 443 : 80;
    if (tail.len == 0)
        return true;
    if (tail.p[0] != ':' || tail.len < 2 || tail.len > 6 || tail.p[1] == '0')
        return false;
    for (size_t i = 1; i < tail.len; i++) {
        if (!is_digit(tail.p[i]))
            return false;
        port = port * 10 + (tail.p[i] - (unsigned)'0');
    }
    out->port = (uint16_t)port;
    return port <= UINT16_MAX;
}

static bool read_scheme(struct span text, struct span *rest_out, bool *is_https_out)
{
    *is_https_out = span_has_prefix(text, SPAN("https://"));
    if (!*is_https_out && !span_has_prefix(text, SPAN("http://")))
        return false;
    *rest_out = span_from(text, *is_https_out ? 8 : 7);
    return true;
}

enum err net_url_read(struct span text, struct net_url *out, struct fail *why)
{
    struct span rest;
    size_t slash;

    *out = (struct net_url){.port = 0};
    if (text.len > NET_URL_MOST)
        return fail_set(why, ERR_INVALID, "an address of %zu bytes", text.len);
    if (!read_scheme(text, &rest, &out->is_https))
        return fail_set(why, ERR_INVALID, "not https://");
    slash = find_byte(rest, '/');
    if (!read_authority(span_cut(rest, 0, slash), out)) {
        *out = (struct net_url){.port = 0};
        return fail_set(why, ERR_INVALID, "the host of an address");
    }
    for (size_t i = slash; i < rest.len; i++)
        if (!is_url_byte(rest.p[i])) {
            *out = (struct net_url){.port = 0};
            return fail_set(why, ERR_INVALID, "a character of an address's path");
        }
    if (!out->is_https && !net_is_loopback_name(out->host)) {
        *out = (struct net_url){.port = 0};
        return fail_set(why, ERR_INVALID, "http leaves this machine");
    }
    memcpy(out->text, text.p, text.len);
    out->text[text.len] = '\0';
    return ERR_OK;
}

/* ---- network addresses ---- */

struct range4 {
    uint32_t base;
    int bits;
};
#define IP4(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
static const struct range4 special4[] = {
    {IP4(0, 0, 0, 0), 8},      {IP4(10, 0, 0, 0), 8},     {IP4(100, 64, 0, 0), 10},
    {IP4(127, 0, 0, 0), 8},    {IP4(169, 254, 0, 0), 16}, {IP4(172, 16, 0, 0), 12},
    {IP4(192, 0, 0, 0), 24},   {IP4(192, 0, 2, 0), 24},   {IP4(192, 88, 99, 0), 24},
    {IP4(192, 168, 0, 0), 16}, {IP4(198, 18, 0, 0), 15},  {IP4(198, 51, 100, 0), 24},
    {IP4(203, 0, 113, 0), 24}, {IP4(224, 0, 0, 0), 3}, /* multicast and what is reserved */
};

static bool is_public4(uint32_t ip)
{
    for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++)
        if ((ip ^ special4[i].base) >> (32 - special4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t ip4_at(const uint8_t *p)
{
    return IP4(p[0], p[1], p[2], p[3]);
}

/* 2000::/3 but for what carries or hides another address or is nobody's: 2001::/23 (Teredo
 * and other protocols), 2001:db8::/32 and 3fff::/20 (documentation), 2002::/16 (6to4). */
static bool is_public6(const uint8_t b[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    uint32_t head = ip4_at(b);

    if (memcmp(b, mapped, sizeof mapped) == 0)
        return is_public4(ip4_at(b + 12));
    return head >> 29 == 1 && head >> 9 != 0x20010000u >> 9 && head != 0x20010db8u &&
           head >> 16 != 0x2002 && head >> 12 != 0x3fff0000u >> 12;
}

bool net_is_public(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    switch (address->sa_family) {
    case AF_INET:
        memcpy(&in, address, sizeof in);
        return is_public4(ntohl(in.sin_addr.s_addr));
    case AF_INET6:
        memcpy(&in6, address, sizeof in6);
        return is_public6(in6.sin6_addr.s6_addr);
    default:
        return false;
    }
}

bool net_is_loopback(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    switch (address->sa_family) {
    case AF_INET:
        memcpy(&in, address, sizeof in);
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    case AF_INET6:
        memcpy(&in6, address, sizeof in6);
        return IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr);
    default:
        return false;
    }
}
