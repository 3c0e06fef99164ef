#include "node/io/headers.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>

/* Cuts a head into pointers as libmicrohttpd 0.9.75 does: line ends, colons and blanks become
 * NULs, values end at their first NUL, a folded line is glued on elsewhere. */
struct cut {
    char bytes[8192], glued[256];
    struct head head;
};

static size_t cut_line(char *p, char **next)
{
    char *lf = strchr(p, '\n'), *end = lf;

    if (end > p && end[-1] == '\r')
        *--end = '\0';
    *lf = '\0';
    *next = lf + 1;
    return (size_t)(end - p);
}

static void cut(struct cut *c, const void *text, size_t len)
{
    char *p = c->bytes, *next, *space;

    memset(c, 0, sizeof *c);
    memcpy(c->bytes, text, len);
    for (size_t i = 0; i < len; i++) /* the library looks for LF, not for the string's end */
        if (c->bytes[i] == '\0')
            c->bytes[i] = '\x1a';
    cut_line(p, &next);
    space = strchr(p, ' ');
    *space = '\0';
    c->head.method = span_text(p);
    while (*++space == ' ')
        ;
    c->head.target = span_text(space);
    c->head.target.len = (size_t)(strrchr(space, ' ') - space);
    *strrchr(space, ' ') = '\0';
    c->head.version = span_text(space + c->head.target.len + 1);
    for (p = next; cut_line(p, &next) > 0; p = next) {
        char *colon = strchr(p, ':');

        if (*p == ' ' || *p == '\t') {
            struct header *last = &c->head.headers[c->head.n_headers - 1];

            snprintf(c->glued, sizeof c->glued, "%s%s", (const char *)last->name.p, p + 1);
            last->name = span_text(c->glued);
            continue;
        }
        *colon++ = '\0';
        while (*colon == ' ' || *colon == '\t')
            colon++;
        if (strchr(colon, '\x1a') != NULL)
            *strchr(colon, '\x1a') = '\0';
        head_add(&c->head, span_text(p), span_text(colon));
    }
    c->head.n_bytes = (size_t)(next - c->bytes);
}

#define CUT(c, text) cut((c), (text), sizeof(text) - 1)
#define LINE         "GET /a HTTP/1.1\r\n"

T_CASE(head_is_whole_only_as_it_came)
{
    static const struct {
        const char *what, *text;
        size_t len;
        bool want;
    } rows[] = {
#define ROW(what, text, want) {what, text, sizeof(text) - 1, want}
        ROW("plain", LINE "Host: x\r\nA: b\r\n\r\n", true),
        ROW("no headers", LINE "\r\n", true),
        ROW("empty value", LINE "Host: x\r\nA:\r\n\r\n", true),
        ROW("no blank behind the colon", LINE "Host:x\r\n\r\n", true),
        ROW("several blanks", LINE "Host:   x\r\n\r\n", true),
        ROW("trailing blank", LINE "Host: x \r\n\r\n", true),
        ROW("tab behind the colon", LINE "Host:\tx\r\n\r\n", false),
        ROW("two blanks before the target", "GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", false),
        ROW("bare LF behind the first line", "GET /a HTTP/1.1\nHost: x\r\n\r\n", false),
        ROW("bare LF behind a header", LINE "Host: x\nA: b\r\n\r\n", false),
        ROW("bare LF behind the last header", LINE "Host: x\n\r\n", false),
        ROW("bare LF as the empty line", LINE "Host: x\r\n\n", false),
        ROW("bare LF everywhere", "GET /a HTTP/1.1\nHost: x\n\n", false),
        ROW("NUL in the first value", LINE "Host: x\0y\r\nA: b\r\n\r\n", false),
        ROW("NUL in the last value", LINE "Host: x\r\nA: b\0c\r\n\r\n", false),
        ROW("NUL at the end of the last value", LINE "Host: x\r\nA: b\0\r\n\r\n", false),
        ROW("folded first header", LINE "Host: x\r\n y\r\nA: b\r\n\r\n", false),
        ROW("folded last header", LINE "Host: x\r\nA: b\r\n c\r\n\r\n", false),
        ROW("folded by a tab", LINE "Host: x\r\nA: b\r\n\tc\r\n\r\n", false),
    };
    struct cut *c = malloc(sizeof *c);

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        cut(c, rows[i].text, rows[i].len);
        T_EQ(head_is_whole(&c->head), rows[i].want, rows[i].what);
    }
    CUT(c, LINE "Host: x\r\n\r\n");
    c->head.n_bytes++;
    T_OK(!head_is_whole(&c->head), "the library counts more bytes than the lines have");
    c->head.n_bytes--;
    memcpy(c->bytes + c->head.n_bytes - 4, "\0\0009\0", 4); /* what it makes of LF NUL 9 LF */
    T_OK(!head_is_whole(&c->head), "a bare LF, then an empty line that is none");
    memset(c->bytes + c->head.n_bytes - 4, 0, 4);
    T_OK(head_is_whole(&c->head), "as it came again");
    c->head.version.p++;
    T_OK(!head_is_whole(&c->head), "a target cut by a NUL");
    free(c);
}

T_CASE(head_check_refuses_what_smuggles)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"least", LINE "Host: x\r\n\r\n", ERR_OK},
        {"all it knows, once",
         LINE "Host: x:443\r\nOrigin: https://x\r\nCookie: a=b\r\nContent-Type: a/b\r\n"
              "Content-Length: 0\r\nX-Forwarded-For: ::1\r\nX-Forwarded-Proto: https\r\n\r\n",
         ERR_OK},
        {"Host with an IPv6 address", LINE "Host: [::1]:80\r\n\r\n", ERR_OK},
        {"no Host", LINE "A: b\r\n\r\n", ERR_PROTO},
        {"empty Host", LINE "Host:\r\n\r\n", ERR_PROTO},
        {"Host with a path", LINE "Host: x/y\r\n\r\n", ERR_PROTO},
        {"Host with a user", LINE "Host: a@x\r\n\r\n", ERR_PROTO},
        {"two Hosts", LINE "Host: x\r\nHost: x\r\n\r\n", ERR_PROTO},
        {"two Hosts, another case", LINE "Host: x\r\nhOST: y\r\n\r\n", ERR_PROTO},
        {"two Origins", LINE "Host: x\r\nOrigin: a\r\nOrigin: a\r\n\r\n", ERR_PROTO},
        {"two Origins, the first empty", LINE "Host: x\r\nOrigin:\r\nOrigin: a\r\n\r\n",
         ERR_PROTO},
        {"two Cookies", LINE "Host: x\r\nCookie: a\r\nCookie: a\r\n\r\n", ERR_PROTO},
        {"two types", LINE "Host: x\r\nContent-Type: a\r\ncontent-type: b\r\n\r\n", ERR_PROTO},
        {"two addresses",
         LINE "Host: x\r\nX-Forwarded-For: ::1\r\nX-Forwarded-For: ::1\r\n\r\n", ERR_PROTO},
        {"two lengths", LINE "Host: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
         ERR_PROTO},
        {"two different lengths",
         LINE "Host: x\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n", ERR_PROTO},
        {"a list of lengths", LINE "Host: x\r\nContent-Length: 5, 5\r\n\r\n", ERR_PROTO},
        {"a signed length", LINE "Host: x\r\nContent-Length: +5\r\n\r\n", ERR_PROTO},
        {"a negative length", LINE "Host: x\r\nContent-Length: -5\r\n\r\n", ERR_PROTO},
        {"a hexadecimal length", LINE "Host: x\r\nContent-Length: 0x5\r\n\r\n", ERR_PROTO},
        {"an empty length", LINE "Host: x\r\nContent-Length:\r\n\r\n", ERR_PROTO},
        {"a blank behind the length", LINE "Host: x\r\nContent-Length: 5 \r\n\r\n", ERR_PROTO},
        {"a length beyond 63 bits",
         LINE "Host: x\r\nContent-Length: 9223372036854775808\r\n\r\n", ERR_PROTO},
        {"length and coding",
         LINE "Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", ERR_PROTO},
        {"coding and length",
         LINE "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", ERR_PROTO},
        {"two codings",
         LINE "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
         ERR_PROTO},
        {"a coding alone", LINE "Host: x\r\nTransfer-Encoding: xchunked\r\n\r\n", ERR_OK},
        {"blank before the colon", LINE "Host: x\r\nContent-Length : 5\r\n\r\n", ERR_PROTO},
        {"tab before the colon", LINE "Host: x\r\nContent-Length\t: 5\r\n\r\n", ERR_PROTO},
        {"no name", LINE "Host: x\r\n: 5\r\n\r\n", ERR_PROTO},
        {"a name that is no token", LINE "Host: x\r\nA(b): 5\r\n\r\n", ERR_PROTO},
        {"a name in UTF-8", LINE "Host: x\r\n名: 5\r\n\r\n", ERR_PROTO},
        {"control byte in a value", LINE "Host: x\r\nA: b\x01\r\n\r\n", ERR_PROTO},
        {"CR in a value", LINE "Host: x\r\nA: b\rc\r\n\r\n", ERR_PROTO},
        {"tab in a value", LINE "Host: x\r\nA: b\tc\r\n\r\n", ERR_PROTO},
        {"DEL in a value", LINE "Host: x\r\nA: b\x7f\r\n\r\n", ERR_PROTO},
        {"UTF-8 in a value", LINE "Host: x\r\nA: 名\r\n\r\n", ERR_OK},
        {"HTTP/1.0", "GET /a HTTP/1.0\r\nHost: x\r\n\r\n", ERR_PROTO},
        {"HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", ERR_PROTO},
        {"method that is no token", "G(T /a HTTP/1.1\r\nHost: x\r\n\r\n", ERR_PROTO},
    };
    struct cut *c = malloc(sizeof *c);

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        cut(c, rows[i].text, strlen(rows[i].text));
        T_EQ(head_check(&c->head, NULL), rows[i].want, rows[i].what);
    }
    free(c);
}

T_CASE(head_check_fills_what_the_server_reads)
{
    struct cut *c = malloc(sizeof *c);

    CUT(c, LINE "hOsT: x\r\nCONTENT-LENGTH: 042\r\nIf-None-Match: \"e\"\r\n\r\n");
    T_EQ(head_check(&c->head, NULL), ERR_OK, "names in any case");
    T_SPAN(c->head.host, SPAN("x"), "Host");
    T_EQ(c->head.content_length, 42, "Content-Length");
    T_SPAN(c->head.if_none_match, SPAN("\"e\""), "If-None-Match");
    T_OK(c->head.origin.p == NULL, "what did not come is none");
    CUT(c, LINE "Host: x\r\n\r\n");
    T_EQ(head_check(&c->head, NULL), ERR_OK, "no length");
    T_EQ(c->head.content_length, -1, "no length");
    free(c);
}

T_CASE(head_check_has_bounds)
{
    static char value[HEADERS_MAX_BYTES];
    struct head *head = calloc(1, sizeof *head);

    memset(value, 'v', sizeof value);
    head->method = SPAN("GET");
    head->version = SPAN("HTTP/1.1");
    head_add(head, SPAN("Host"), SPAN("x"));
    for (int i = 1; i < HEADERS_MAX; i++)
        head_add(head, SPAN("A"), SPAN("b"));
    T_EQ(head_check(head, NULL), ERR_OK, "64 headers");
    head_add(head, SPAN("A"), SPAN("b"));
    T_OK(head->overflowed && head->n_headers == HEADERS_MAX, "the 65th is not kept");
    T_EQ(head_check(head, NULL), ERR_TOO_LARGE, "65 headers");
    head->n_headers = 1;
    head->overflowed = false;
    head_add(head, SPAN("A"), span_of(value, HEADERS_MAX_BYTES - 9 - 5));
    T_EQ(head_check(head, NULL), ERR_OK, "16 KiB");
    head->headers[1].value.len++;
    T_EQ(head_check(head, NULL), ERR_TOO_LARGE, "one byte more");
    free(head);
}

T_CASE(same_origin_is_exact)
{
    static const struct {
        const char *what, *origin, *site;
        bool want;
    } rows[] = {
        {"the page's own", "https://a.jp", NULL, true},
        {"the page's own, said twice", "https://a.jp", "same-origin", true},
        {"no Origin, same-origin", NULL, "same-origin", true},
        {"neither", NULL, NULL, false},
        {"null", "null", NULL, false},
        {"empty", "", NULL, false},
        {"another scheme", "http://a.jp", NULL, false},
        {"another port", "https://a.jp:8443", NULL, false},
        {"a longer name", "https://a.jp.evil.example", NULL, false},
        {"a shorter name", "https://a.j", NULL, false},
        {"another case", "https://A.jp", NULL, false},
        {"a slash behind", "https://a.jp/", NULL, false},
        {"two", "https://a.jp https://b.jp", NULL, false},
        {"own, but cross-site", "https://a.jp", "cross-site", false},
        {"own, but same-site", "https://a.jp", "same-site", false},
        {"no Origin, none (typed address)", NULL, "none", false},
        {"no Origin, cross-site", NULL, "cross-site", false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct head head = {.n_headers = 0};

        if (rows[i].origin != NULL)
            head.origin = rows[i].origin[0] == '\0' ? SPAN("") : span_text(rows[i].origin);
        if (rows[i].site != NULL)
            head.fetch_site = span_text(rows[i].site);
        T_EQ(head_is_same_origin(&head, SPAN("https://a.jp")), rows[i].want, rows[i].what);
    }
    {
        struct head head = {.origin = SPAN("")};

        T_OK(!head_is_same_origin(&head, SPAN("")), "a listener without pages has no origin");
    }
}

T_CASE(address_is_one_address)
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {"192.0.2.7", true},
        {"::1", true},
        {"2001:db8::7", true},
        {"", false},
        {"192.0.2.7, ::1", false},
        {"192.0.2.7 ", false},
        {"192.0.2", false},
        {"192.0.2.7:80", false},
        {"[::1]", false},
        {"localhost", false},
        {"1.2.3.4.5", false},
        {"fe80::1%lo", false},
        {"00000000000000000000000000000000000000000000000000000001", false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(address_is_plain(span_text(rows[i].text)), rows[i].want, rows[i].text);
    T_OK(!address_is_plain(SPAN("::1\0")), "a NUL");
}

T_CASE(content_type_and_coding)
{
    static const struct {
        const char *text;
        bool want;
    } types[] =
        {
            {"application/json", true},
            {"Application/JSON", true},
            {"application/json; charset=utf-8", true},
            {"application/json;charset=\"UTF-8\"", true},
            {"application/json; charset=shift_jis", false},
            {"application/json; charset=utf-8; x=y", false},
            {"application/jsonp", false},
            {"text/plain", false},
            {"", false},
            {"application/json,text/plain", false},
        },
      codings[] = {
          {"gzip", true},         {"gzip, deflate, br", true}, {"br;q=1.0, gzip;q=0.5", true},
          {"GZIP", true},         {"gzip;q=0", false},         {"gzip;q=0.000", false},
          {"gzip ; q=0.1", true}, {"identity", false},         {"", false},
          {"gzipx", false},       {"x-gzip", false},           {"deflate,gzip;q=0", false},
      };

    for (size_t i = 0; i < T_COUNT(types); i++)
        T_EQ(content_type_is(span_text(types[i].text), SPAN("application/json")), types[i].want,
             types[i].text);
    for (size_t i = 0; i < T_COUNT(codings); i++)
        T_EQ(accepts_gzip(span_text(codings[i].text)), codings[i].want, codings[i].text);
}
