#include "node/io/ws_handshake.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN   "https://aozora.example.jp"
#define LINE     "GET /ws HTTP/1.1\r\n"
#define HOST     "host: aozora.example.jp\r\n"
#define FROM     "x-forwarded-for: 192.0.2.7\r\n"
#define ORIGIN_H "origin: " ORIGIN "\r\n"
#define UPGRADE  "upgrade: websocket\r\n"
#define CONN     "connection: Upgrade\r\n"
#define VERSION  "sec-websocket-version: 13\r\n"
#define KEY      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define TICKET   "abcdefghijklmnopqrstuvwxyz-_0123456789ABCDE" /* E: its last two bits are 0 */
#define PROTO    "sec-websocket-protocol: ibasho.v1, ticket." TICKET "\r\n"
#define REST     UPGRADE CONN VERSION KEY PROTO
#define GOOD     LINE HOST FROM ORIGIN_H REST "\r\n"

/* The verdict for the bytes as a whole; the same for every way to cut them in two and for one
 * byte at a time. */
static enum ws_head read_all(struct span bytes, struct ws_handshake *out)
{
    enum ws_head whole, cut = WS_HEAD_MORE;
    struct ws_handshake other = {.n_seen = 0};

    *out = (struct ws_handshake){.n_seen = 0};
    whole = ws_handshake_read(out, bytes, SPAN(ORIGIN));
    for (size_t n = 1; n <= bytes.len && cut == WS_HEAD_MORE; n++)
        cut = ws_handshake_read(&other, span_cut(bytes, 0, n), SPAN(ORIGIN));
    T_EQ(cut, whole, "one byte at a time gives the same verdict");
    if (whole == WS_HEAD_REFUSED)
        T_EQ(other.refusal, out->refusal, "and the same refusal");
    return whole;
}

T_CASE(ws_handshake_takes_what_a_browser_sends)
{
    static const char early[] = GOOD "\x81\x80";
    struct ws_handshake hs;
    char answer[WS_ANSWER_CAP];
    size_t n;

    T_EQ(read_all(span_of(early, sizeof early - 1), &hs), WS_HEAD_READY,
         "as the front hands it");
    T_EQ(hs.n_bytes, sizeof(GOOD) - 1, "frames sent early are left alone");
    T_SPAN(hs.ticket, SPAN(TICKET), "the ticket");
    T_SPAN(hs.address, SPAN("192.0.2.7"), "the address");
    T_OK(hs.cookie.p == NULL && hs.user_agent.p == NULL, "what was not sent is absent");
    T_TEXT(hs.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "RFC 6455, section 1.3");
    n = ws_handshake_accept(&hs, answer);
    T_SPAN(span_of(answer, n),
           SPAN("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                "Sec-WebSocket-Protocol: ibasho.v1\r\n\r\n"),
           "the whole answer; no extension is agreed to");
}

#define ROW(what, text, status) \
    { \
        what, text, sizeof(text) - 1, status \
    }

static const struct row {
    const char *what, *text;
    size_t len;
    int status; /* 101, 0: more is needed, else of the refusal */
} rows[] = {
    ROW("names in any case",
        "GET /ws HTTP/1.1\r\nHOST: a\r\nX-Forwarded-For: ::1\r\nOrigin: " ORIGIN
        "\r\nUPGRADE: WebSocket\r\nCONNECTION: keep-alive, UPGRADE\r\n"
        "Sec-WebSocket-VERSION: 13\r\n" KEY PROTO "\r\n",
        101),
    ROW("blanks round values, other headers, an offered extension",
        LINE HOST FROM ORIGIN_H REST "accept-language:   ja  \r\nuser-agent: \xe3\x81\x82\r\n"
                                     "cookie: ibasho=1; x=2\r\n"
                                     "sec-websocket-extensions: permessage-deflate\r\n\r\n",
        101),
    ROW("a length of none", LINE HOST FROM ORIGIN_H REST "content-length: 0\r\n\r\n", 101),
    ROW("nothing yet", "", 0),
    ROW("no end yet", LINE HOST FROM ORIGIN_H REST, 0),
    ROW("no end yet but for one byte", LINE HOST "\r", 0),
    /* the head */
    ROW("an empty first line", "\r\n", 400),
    ROW("bare LF", "GET /ws HTTP/1.1\n", 400),
    ROW("bare CR", LINE "host: a\rb", 400),
    ROW("CR CR LF", LINE "host: a\r\r\n", 400),
    ROW("NUL", LINE "host: a\0b", 400),
    ROW("a tab", LINE "host:\ta", 400),
    ROW("DEL", LINE "host: a\x7f", 400),
    ROW("TLS", "\x16\x03\x01", 400),
    ROW("a folded line", LINE HOST " b: c\r\n" FROM ORIGIN_H REST "\r\n", 400),
    ROW("a blank before the colon", LINE "host : a\r\n" FROM ORIGIN_H REST "\r\n", 400),
    ROW("no colon", LINE HOST "hello\r\n" FROM ORIGIN_H REST "\r\n", 400),
    ROW("no name", LINE HOST ": a\r\n" FROM ORIGIN_H REST "\r\n", 400),
    ROW("one word", "GET\r\n" HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("two words", "GET /ws\r\n" HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("four words", "GET /ws HTTP/1.1 x\r\n" HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("two blanks", "GET  /ws HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("HTTP/1.0", "GET /ws HTTP/1.0\r\n" HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("HTTP/2", "PRI * HTTP/2.0\r\n\r\n", 400),
    /* method, target, body */
    ROW("POST", "POST /ws HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 405),
    ROW("get", "get /ws HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 405),
    ROW("another path", "GET /ws/ HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 404),
    ROW("a query", "GET /ws?t=1 HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 404),
    ROW("an absolute target", "GET http://a/ws HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n",
        404),
    ROW("a percent", "GET /%77s HTTP/1.1\r\n" HOST FROM ORIGIN_H REST "\r\n", 404),
    ROW("a body", LINE HOST FROM ORIGIN_H REST "content-length: 1\r\n\r\n", 400),
    ROW("a chunked body", LINE HOST FROM ORIGIN_H REST "transfer-encoding: chunked\r\n\r\n",
        400),
    ROW("a length twice",
        LINE HOST FROM ORIGIN_H REST "content-length: 0\r\ncontent-length: 0\r\n\r\n", 400),
    /* exactly one of each */
    ROW("no Host", LINE FROM ORIGIN_H REST "\r\n", 400),
    ROW("two Hosts", LINE HOST HOST FROM ORIGIN_H REST "\r\n", 400),
    ROW("two Origins", LINE HOST FROM ORIGIN_H ORIGIN_H REST "\r\n", 400),
    ROW("two Upgrades", LINE HOST FROM ORIGIN_H REST UPGRADE "\r\n", 400),
    ROW("two Connections", LINE HOST FROM ORIGIN_H REST CONN "\r\n", 400),
    ROW("two versions", LINE HOST FROM ORIGIN_H REST VERSION "\r\n", 400),
    ROW("two keys", LINE HOST FROM ORIGIN_H REST KEY "\r\n", 400),
    ROW("two protocols", LINE HOST FROM ORIGIN_H REST PROTO "\r\n", 400),
    ROW("one key empty", LINE HOST FROM ORIGIN_H "sec-websocket-key:\r\n" REST "\r\n", 400),
    ROW("two cookies", LINE HOST FROM ORIGIN_H REST "cookie: a=1\r\ncookie: b=1\r\n\r\n", 400),
    ROW("no address", LINE HOST ORIGIN_H REST "\r\n", 400),
    ROW("two addresses",
        LINE HOST "x-forwarded-for: 192.0.2.7, 192.0.2.8\r\n" ORIGIN_H REST "\r\n", 400),
    /* Origin */
    ROW("no Origin", LINE HOST FROM REST "\r\n", 403),
    ROW("another Origin", LINE HOST FROM "origin: https://evil.example\r\n" REST "\r\n", 403),
    ROW("a longer Origin", LINE HOST FROM "origin: " ORIGIN ".evil\r\n" REST "\r\n", 403),
    ROW("another scheme", LINE HOST FROM "origin: http://aozora.example.jp\r\n" REST "\r\n",
        403),
    ROW("null Origin", LINE HOST FROM "origin: null\r\n" REST "\r\n", 403),
    /* upgrade */
    ROW("no Upgrade", LINE HOST FROM ORIGIN_H CONN VERSION KEY PROTO "\r\n", 426),
    ROW("another Upgrade",
        LINE HOST FROM ORIGIN_H "upgrade: h2c\r\n" CONN VERSION KEY PROTO "\r\n", 426),
    ROW("two in one Upgrade",
        LINE HOST FROM ORIGIN_H "upgrade: h2c, websocket\r\n" CONN VERSION KEY PROTO "\r\n",
        426),
    ROW("no Connection", LINE HOST FROM ORIGIN_H UPGRADE VERSION KEY PROTO "\r\n", 426),
    ROW("a Connection without",
        LINE HOST FROM ORIGIN_H UPGRADE "connection: upgraded, close\r\n" VERSION KEY PROTO
                                        "\r\n",
        426),
    ROW("no version", LINE HOST FROM ORIGIN_H UPGRADE CONN KEY PROTO "\r\n", 426),
    ROW("version 8",
        LINE HOST FROM ORIGIN_H UPGRADE CONN "sec-websocket-version: 8\r\n" KEY PROTO "\r\n",
        426),
    ROW("version 013",
        LINE HOST FROM ORIGIN_H UPGRADE CONN "sec-websocket-version: 013\r\n" KEY PROTO "\r\n",
        426),
/* key */
#define NO_KEY        LINE HOST FROM ORIGIN_H UPGRADE CONN VERSION PROTO
#define WITH_KEY(key) NO_KEY "sec-websocket-key: " key "\r\n\r\n"
    ROW("no key", LINE HOST FROM ORIGIN_H UPGRADE CONN VERSION PROTO "\r\n", 400),
    ROW("a key of 15 bytes", WITH_KEY("dGhlIHNhbXBsZSBub25j"), 400),
    ROW("a key of 17 bytes", WITH_KEY("dGhlIHNhbXBsZSBub25jZQA="), 400),
    ROW("a key not of base64", WITH_KEY("dGhlIHNhbXBsZSBub25j!Q=="), 400),
    ROW("a key spelt otherwise", WITH_KEY("dGhlIHNhbXBsZSBub25jZR=="), 400),
    ROW("a key with + and /", WITH_KEY("++++////AAAAaaaazzzz9Q=="), 101),
    ROW("a key of the other alphabet", WITH_KEY("--hlIHNhbXBsZSBub25jZQ=="), 400),
/* protocol and ticket */
#define NO_PROTO         LINE HOST FROM ORIGIN_H UPGRADE CONN VERSION KEY
#define WITH_PROTO(text) NO_PROTO "sec-websocket-protocol: " text "\r\n\r\n"
    ROW("no protocol", LINE HOST FROM ORIGIN_H UPGRADE CONN VERSION KEY "\r\n", 400),
    ROW("another protocol", WITH_PROTO("chat, ticket." TICKET), 400),
    ROW("no blank", WITH_PROTO("ibasho.v1,ticket." TICKET), 101),
    ROW("the ticket first", WITH_PROTO("ticket." TICKET ", ibasho.v1"), 400),
    ROW("no ticket", WITH_PROTO("ibasho.v1"), 401),
    ROW("a short ticket", WITH_PROTO("ibasho.v1, ticket.abc"), 401),
    ROW("a long ticket", WITH_PROTO("ibasho.v1, ticket.A" TICKET), 401),
    ROW("two tickets", WITH_PROTO("ibasho.v1, ticket." TICKET ", ticket." TICKET), 401),
    ROW("a ticket spelt otherwise",
        WITH_PROTO("ibasho.v1, ticket.abcdefghijklmnopqrstuvwxyz-_0123456789ABCDF"), 401),
    ROW("a ticket with a quote",
        WITH_PROTO("ibasho.v1, ticket.abcdefghijklmnopqrstuvwxyz'_0123456789ABCDE"), 401),
};

T_CASE(ws_handshake_refuses_by_an_exact_rule)
{
    struct ws_handshake hs;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        enum ws_head state = read_all(span_of(rows[i].text, rows[i].len), &hs);
        int status = state == WS_HEAD_READY  ? 101
                     : state == WS_HEAD_MORE ? 0
                                             : refusal_status(hs.refusal);

        T_EQ(status, rows[i].status, rows[i].what);
        T_OK(state != WS_HEAD_REFUSED || hs.why != NULL, "a refusal names its rule");
    }
}

/* A head of `n` bytes of which one line has `line` bytes, without an end. */
static int status_of_long(size_t line, size_t n_lines)
{
    static const uint8_t end[4] = {':', 'b', '\r', '\n'};
    char *text = malloc(sizeof LINE + line * n_lines);
    struct ws_handshake hs;
    enum ws_head state;
    size_t at = sizeof LINE - 1;

    memcpy(text, LINE, at);
    for (size_t i = 0; i < n_lines; i++, at += line) {
        memset(text + at, 'a', line);
        memcpy(text + at + line - sizeof end, end, sizeof end);
    }
    state = read_all(span_of(text, at), &hs);
    free(text);
    return state == WS_HEAD_REFUSED ? refusal_status(hs.refusal) : (int)state;
}

T_CASE(ws_handshake_bounds_lines_heads_and_headers)
{
    T_EQ(status_of_long(WS_LINE_CAP_BYTES, 1), WS_HEAD_MORE, "a line at its cap");
    T_EQ(status_of_long(WS_LINE_CAP_BYTES + 1, 1), 431, "a line over it");
    T_EQ(status_of_long(1000, 8), WS_HEAD_MORE, "a head under its cap");
    T_EQ(status_of_long(1000, 9), 431, "a head over it");
}

T_CASE(ws_handshake_takes_64_headers_and_no_more)
{
    struct ws_handshake hs;

    for (int extra = 56; extra <= 57; extra++) { /* eight are its own */
        char text[4096] = LINE HOST FROM ORIGIN_H REST;
        size_t at = strlen(text);

        for (int i = 0; i < extra; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "a: b\r\n");
        snprintf(text + at, sizeof text - at, "\r\n");
        T_EQ(read_all(span_text(text), &hs), extra == 56 ? WS_HEAD_READY : WS_HEAD_REFUSED,
             "64 headers or 65");
        if (extra == 57)
            T_EQ(refusal_status(hs.refusal), 431, "too many");
    }
}

T_CASE(ws_handshake_without_an_own_origin_lets_nobody_in)
{
    struct ws_handshake hs = {.n_seen = 0};
    static const char text[] = LINE HOST FROM "origin:\r\n" REST "\r\n";

    T_EQ(ws_handshake_read(&hs, span_of(text, sizeof text - 1), SPAN_NONE), WS_HEAD_REFUSED,
         "an empty Origin is not ours");
    T_EQ(refusal_status(hs.refusal), 403, "cross-site");
}

T_CASE(ws_handshake_refusals_are_whole_answers)
{
    static const struct {
        enum refusal refusal;
        const char *first, *holds;
    } want[] = {
        {REFUSE_MALFORMED, "HTTP/1.1 400 ", "Connection: close\r\n"},
        {REFUSE_UPGRADE, "HTTP/1.1 426 ", "Sec-WebSocket-Version: 13\r\n"},
        {REFUSE_METHOD, "HTTP/1.1 405 ", "Allow: GET\r\n"},
        {REFUSE_SLOW, "HTTP/1.1 408 ", "Cache-Control: no-store\r\n"},
        {REFUSE_HEAD_SIZE, "HTTP/1.1 431 ", "problem+json\r\n"},
        {REFUSE_BUSY, "HTTP/1.1 503 ", "nosniff\r\n"},
    };

    for (size_t i = 0; i < T_COUNT(want); i++) {
        char text[WS_ANSWER_CAP], length[40];
        size_t n = ws_handshake_refuse(want[i].refusal, text);
        const char *body = strstr(text, "\r\n\r\n");

        T_OK(n == strlen(text) && body != NULL, "it is whole");
        if (body == NULL)
            continue;
        T_OK(span_has_prefix(span_text(text), span_text(want[i].first)), want[i].first);
        T_OK(strstr(text, want[i].holds) != NULL, want[i].holds);
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body + 4));
        T_OK(strstr(text, length) != NULL, "the length is that of the body");
    }
}

/* ---- another node ---- */

#define NODE_LINE  "GET /fed/v1/link HTTP/1.1\r\n"
#define NODE_PROTO "sec-websocket-protocol: ibasho-fed.v1, ticket." TICKET "\r\n"
#define NODE_REST  UPGRADE CONN VERSION KEY

T_CASE(ws_handshake_of_a_node_has_its_own_door)
{
    static const struct {
        const char *what, *text;
        enum ws_head want;
        enum refusal refusal;
    } knocks[] = {
        {"as a node sends it", NODE_LINE HOST FROM NODE_REST NODE_PROTO "\r\n", WS_HEAD_READY,
         0},
        {"from a page", NODE_LINE HOST FROM ORIGIN_H NODE_REST NODE_PROTO "\r\n",
         WS_HEAD_REFUSED, REFUSE_CROSS_SITE},
        {"at a page's door", LINE HOST FROM NODE_REST NODE_PROTO "\r\n", WS_HEAD_REFUSED,
         REFUSE_NOT_FOUND},
        {"a page's protocol", NODE_LINE HOST FROM NODE_REST PROTO "\r\n", WS_HEAD_REFUSED,
         REFUSE_MALFORMED},
        {"without a ticket",
         NODE_LINE HOST FROM NODE_REST "sec-websocket-protocol: ibasho-fed.v1\r\n\r\n",
         WS_HEAD_REFUSED, REFUSE_NOT_SIGNED_IN},
        {"past the front", NODE_LINE HOST NODE_REST NODE_PROTO "\r\n", WS_HEAD_REFUSED,
         REFUSE_MALFORMED},
    };
    char answer[WS_ANSWER_CAP];

    for (size_t i = 0; i < T_COUNT(knocks); i++) {
        struct ws_handshake hs = {.n_seen = 0};

        T_EQ(ws_handshake_read_node(&hs, span_text(knocks[i].text)), knocks[i].want,
             knocks[i].what);
        if (knocks[i].want == WS_HEAD_REFUSED) {
            T_EQ(hs.refusal, knocks[i].refusal, knocks[i].what);
            continue;
        }
        T_SPAN(hs.ticket, SPAN(TICKET), "its ticket");
        T_OK(memmem(answer, ws_handshake_accept(&hs, answer),
                    "Sec-WebSocket-Protocol: ibasho-fed.v1\r\n", 39) != NULL,
             "and is answered in its own protocol");
    }
}
