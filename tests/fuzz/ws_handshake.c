/* covers: node/io/ws_handshake.c */
/* Any bytes as an opening handshake, come at once and one by one: the same verdict. What is
 * accepted must be, in the untouched bytes, what a reader that looks for nothing but the exact
 * lines finds there, each once. */
#include "node/io/ws_handshake.h"

#include <stdlib.h>
#include <strings.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define OWN         SPAN("https://a.jp")

static bool is_name(struct span line, const char *name)
{
    size_t n = strlen(name);

    return line.len > n && line.p[n] == ':' && strncasecmp((const char *)line.p, name, n) == 0;
}

/* How many lines of the head bear this name. */
static int n_lines(struct span head, const char *name)
{
    int n = 0;

    for (size_t i = 0; i + 1 < head.len; i++)
        if (head.p[i] == '\n')
            n += is_name(span_from(head, i + 1), name);
    return n;
}

static void check_accepted(const struct ws_handshake *hs, struct span bytes)
{
    static const char *once[] = {
        "host",
        "origin",
        "upgrade",
        "connection",
        "sec-websocket-version",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "x-forwarded-for",
    };
    struct span head = span_cut(bytes, 0, hs->n_bytes);
    bool is_node = span_eq(hs->protocol, SPAN(WS_FED_PROTOCOL));
    char answer[WS_ANSWER_CAP];

    CHECK(hs->n_bytes <= bytes.len && hs->n_bytes <= WS_HEAD_CAP_BYTES);
    CHECK(span_has_prefix(head, is_node ? SPAN("GET /fed/v1/link HTTP/1.1\r\n")
                                        : SPAN("GET /ws HTTP/1.1\r\n")));
    CHECK(memcmp(head.p + head.len - 4, "\r\n\r\n", 4) == 0);
    CHECK(memmem(head.p, head.len - 1, "\r\n\r\n", 4) == NULL);
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        CHECK(n_lines(head, once[i]) == (is_node && i == 1 ? 0 : 1)); /* i 1: origin */
    CHECK(n_lines(head, "transfer-encoding") == 0);
    CHECK(is_node || memmem(head.p, head.len, "https://a.jp\r\n", 14) != NULL);
    CHECK(hs->ticket.len == WS_TICKET_CHARS && hs->ticket.p > head.p &&
          hs->ticket.p + hs->ticket.len < head.p + head.len);
    CHECK(strlen(hs->accept) == 28);
    CHECK(ws_handshake_accept(hs, answer) == strlen(answer));
}

static enum ws_head read_at(struct ws_handshake *hs, struct span bytes, bool is_node)
{
    return is_node ? ws_handshake_read_node(hs, bytes) : ws_handshake_read(hs, bytes, OWN);
}

static void try_door(struct span bytes, bool is_node)
{
    struct ws_handshake whole = {.n_seen = 0}, cut = {.n_seen = 0};
    enum ws_head verdict, other = WS_HEAD_MORE;
    char answer[WS_ANSWER_CAP];

    verdict = read_at(&whole, bytes, is_node);
    for (size_t n = 0; n <= bytes.len && other == WS_HEAD_MORE; n++)
        other = read_at(&cut, span_cut(bytes, 0, n), is_node);
    CHECK(verdict == other);
    if (verdict == WS_HEAD_READY) {
        CHECK(cut.n_bytes == whole.n_bytes && span_eq(cut.ticket, whole.ticket));
        check_accepted(&whole, bytes);
    } else if (verdict == WS_HEAD_REFUSED) {
        CHECK(cut.refusal == whole.refusal && whole.why != NULL);
        CHECK(ws_handshake_refuse(whole.refusal, answer) == strlen(answer));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2 * WS_HEAD_CAP_BYTES)
        return 0;
    try_door(span_of(data, size), false);
    try_door(span_of(data, size), true);
    return 0;
}
