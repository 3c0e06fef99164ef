#include "node/io/ws_handshake.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <strings.h>

#include "node/io/headers.h"

static enum ws_head refuse(struct ws_handshake *handshake, enum refusal refusal,
                           const char *why)
{
    handshake->refusal = refusal;
    handshake->why = why;
    return WS_HEAD_REFUSED;
}

/* ---- line by line, as the bytes come ---- */

/* Only CR LF ends a line, and neither stands anywhere else; a tab has no business in a head
 * either (headers.h refuses it everywhere). */
static enum ws_head see_byte(struct ws_handshake *handshake, const uint8_t *p, size_t at)
{
    bool is_after_cr = at > handshake->line_at && p[at - 1] == '\r';

    if ((p[at] == '\n') != is_after_cr)
        return refuse(handshake, REFUSE_MALFORMED, "a line end that is not CR LF");
    if ((p[at] < 0x20 && p[at] != '\r' && p[at] != '\n') || p[at] == 0x7f)
        return refuse(handshake, REFUSE_MALFORMED, "a control byte in the head");
    if (at - handshake->line_at >= WS_LINE_CAP_BYTES)
        return refuse(handshake, REFUSE_HEAD_SIZE, "a line over its cap");
    if (at >= WS_HEAD_CAP_BYTES)
        return refuse(handshake, REFUSE_HEAD_SIZE, "the head is over its cap");
    if (p[at] != '\n')
        return WS_HEAD_MORE;
    if (at == handshake->line_at + 1)
        return WS_HEAD_READY;
    handshake->line_at = at + 1;
    return WS_HEAD_MORE;
}

static enum ws_head see(struct ws_handshake *handshake, struct span bytes)
{
    enum ws_head state = WS_HEAD_MORE;

    while (state == WS_HEAD_MORE && handshake->n_seen < bytes.len)
        state = see_byte(handshake, bytes.p, handshake->n_seen++);
    return state;
}

/* ---- the whole head ---- */

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp((const char *)s.p, word, s.len) == 0;
}

/* What stands before the first `mark`, which is taken as well; all of it when there is none. */
static struct span cut_at(struct span *rest, char mark, bool *found_out)
{
    const uint8_t *at = rest->p == NULL ? NULL : memchr(rest->p, mark, rest->len);
    struct span part = *rest;

    *found_out = at != NULL;
    if (at != NULL)
        part.len = (size_t)(at - rest->p);
    *rest = at == NULL ? SPAN_NONE : span_from(*rest, part.len + 1);
    return part;
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && s.p[0] == ' ')
        s = span_cut(s, 1, s.len - 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* see() has made sure that lines end in CR LF and the last one is empty. */
static struct span next_line(struct span *rest)
{
    bool found;
    struct span line = cut_at(rest, '\n', &found);

    line.len--;
    return line;
}

static bool take_head(struct span bytes, struct head *head)
{
    struct span rest = bytes, line = next_line(&rest);
    bool has_target, has_version, has_colon;

    head->n_bytes = bytes.len;
    head->method = cut_at(&line, ' ', &has_target);
    head->target = cut_at(&line, ' ', &has_version);
    head->version = line;
    if (!has_target || !has_version)
        return false;
    for (line = next_line(&rest); line.len > 0; line = next_line(&rest)) {
        struct span name = cut_at(&line, ':', &has_colon);

        if (!has_colon)
            return false;
        head_add(head, name, trimmed(line));
    }
    return true;
}

/* Who may knock, and what is spoken behind it. */
struct ws_door {
    struct span target, protocol, origin;
    bool is_for_nodes;
};

/* The headers only this protocol has; headers.c has seen to all others. */
struct offer {
    struct span upgrade, connection, version, key, protocol;
};

static bool take_offer(const struct head *head, struct offer *offer)
{
    const struct {
        const char *name;
        struct span *place;
    } own[] = {
        {"upgrade", &offer->upgrade},
        {"connection", &offer->connection},
        {"sec-websocket-version", &offer->version},
        {"sec-websocket-key", &offer->key},
        {"sec-websocket-protocol", &offer->protocol},
    };

    for (int i = 0; i < head->n_headers; i++)
        for (size_t k = 0; k < sizeof own / sizeof own[0]; k++) {
            if (!is_word(head->headers[i].name, own[k].name))
                continue;
            if (own[k].place->p != NULL)
                return false;
            *own[k].place = head->headers[i].value;
            if (own[k].place->p == NULL) /* an empty value is there all the same */
                *own[k].place = SPAN("");
        }
    return true;
}

static bool has_upgrade(struct span list)
{
    bool more = true;

    while (more)
        if (is_word(trimmed(cut_at(&list, ',', &more)), "upgrade"))
            return true;
    return false;
}

static int sextet(uint8_t c, uint8_t c62, uint8_t c63)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == c62 ? 62 : c == c63 ? 63 : -1;
}

/* All of one alphabet, and the bits that stand for no byte are 0: no second spelling. */
static bool is_base64(struct span s, uint8_t c62, uint8_t c63, int unused)
{
    for (size_t i = 0; i < s.len; i++)
        if (sextet(s.p[i], c62, c63) < 0)
            return false;
    return s.len > 0 && (sextet(s.p[s.len - 1], c62, c63) & unused) == 0;
}

static bool is_key(struct span key)
{
    return key.len == WS_KEY_CHARS && span_eq(span_from(key, 22), SPAN("==")) &&
           is_base64(span_cut(key, 0, 22), '+', '/', 0xf);
}

static enum ws_head take_protocol(struct ws_handshake *handshake, struct span list,
                                  struct span own)
{
    bool more;
    struct span ticket;

    if (list.p == NULL || !span_eq(trimmed(cut_at(&list, ',', &more)), own))
        return refuse(handshake, REFUSE_MALFORMED, "not our protocol");
    ticket = trimmed(list);
    if (!span_has_prefix(ticket, SPAN("ticket.")))
        return refuse(handshake, REFUSE_NOT_SIGNED_IN, "no ticket");
    ticket = span_from(ticket, strlen("ticket."));
    if (ticket.len != WS_TICKET_CHARS || !is_base64(ticket, '-', '_', 3))
        return refuse(handshake, REFUSE_NOT_SIGNED_IN, "a ticket of another form");
    handshake->ticket = ticket;
    handshake->protocol = own;
    return WS_HEAD_READY;
}

static enum ws_head check_request(struct ws_handshake *handshake, struct head *head,
                                  struct span target)
{
    enum err rc = head_check(head, NULL);

    if (rc == ERR_TOO_LARGE)
        return refuse(handshake, REFUSE_HEAD_SIZE, "too many headers");
    if (rc != ERR_OK)
        return refuse(handshake, REFUSE_MALFORMED, "headers");
    if (head->transfer_encoding.p != NULL || head->content_length > 0)
        return refuse(handshake, REFUSE_MALFORMED, "a body");
    if (head->forwarded_for.p == NULL || !address_is_plain(head->forwarded_for))
        return refuse(handshake, REFUSE_MALFORMED, "no address from the front");
    if (!span_eq(head->target, target))
        return refuse(handshake, REFUSE_NOT_FOUND, "target");
    if (!span_eq(head->method, SPAN("GET")))
        return refuse(handshake, REFUSE_METHOD, "method");
    return WS_HEAD_READY;
}

/* The Origin comes before the ticket: a strange page must not be able to use one up. A node is
 * no page and has none. */
static enum ws_head check_offer(struct ws_handshake *handshake, const struct head *head,
                                const struct offer *offer, const struct ws_door *door)
{
    bool is_at_home = door->is_for_nodes
                          ? head->origin.p == NULL
                          : door->origin.len > 0 && span_eq(head->origin, door->origin);

    if (!is_word(offer->upgrade, "websocket"))
        return refuse(handshake, REFUSE_UPGRADE, "Upgrade");
    if (!has_upgrade(offer->connection))
        return refuse(handshake, REFUSE_UPGRADE, "Connection");
    if (!span_eq(offer->version, SPAN("13")))
        return refuse(handshake, REFUSE_UPGRADE, "Sec-WebSocket-Version");
    if (!is_key(offer->key))
        return refuse(handshake, REFUSE_MALFORMED, "Sec-WebSocket-Key");
    if (!is_at_home)
        return refuse(handshake, REFUSE_CROSS_SITE, "Origin");
    return take_protocol(handshake, offer->protocol, door->protocol);
}

bool ws_accept_of(struct span key, char accept_out[WS_ACCEPT_CAP])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t text[WS_KEY_CHARS + sizeof guid], hash[20];

    invariant(key.len == WS_KEY_CHARS, "a key of %zu characters", key.len);
    memcpy(text, key.p, WS_KEY_CHARS);
    memcpy(text + WS_KEY_CHARS, guid, sizeof guid);
    if (EVP_Digest(text, sizeof text - 1, hash, NULL, EVP_sha1(), NULL) != 1)
        return false;
    EVP_EncodeBlock((unsigned char *)accept_out, hash, sizeof hash);
    return true;
}

static enum ws_head read_at(struct ws_handshake *handshake, struct span bytes,
                            const struct ws_door *door)
{
    struct head head = {.n_headers = 0};
    struct offer offer = {.upgrade = SPAN_NONE};
    enum ws_head state = see(handshake, bytes);

    if (state != WS_HEAD_READY)
        return state;
    handshake->n_bytes = handshake->n_seen;
    if (!take_head(span_cut(bytes, 0, handshake->n_bytes), &head))
        return refuse(handshake, REFUSE_MALFORMED, "a line of another form");
    state = check_request(handshake, &head, door->target);
    if (state != WS_HEAD_READY)
        return state;
    if (!take_offer(&head, &offer))
        return refuse(handshake, REFUSE_MALFORMED, "a WebSocket header twice");
    state = check_offer(handshake, &head, &offer, door);
    if (state != WS_HEAD_READY)
        return state;
    handshake->cookie = head.cookie;
    handshake->user_agent = head.user_agent;
    handshake->address = head.forwarded_for;
    return ws_accept_of(offer.key, handshake->accept)
               ? WS_HEAD_READY
               : refuse(handshake, REFUSE_UNAVAILABLE, "no memory for SHA-1");
}

enum ws_head ws_handshake_read(struct ws_handshake *handshake, struct span bytes,
                               struct span own_origin)
{
    const struct ws_door page = {SPAN("/ws"), SPAN(WS_PROTOCOL), own_origin, false};

    return read_at(handshake, bytes, &page);
}

enum ws_head ws_handshake_read_node(struct ws_handshake *handshake, struct span bytes)
{
    const struct ws_door node = {SPAN(WS_FED_TARGET), SPAN(WS_FED_PROTOCOL), SPAN_NONE, true};

    return read_at(handshake, bytes, &node);
}

size_t ws_handshake_accept(const struct ws_handshake *handshake, char out[WS_ANSWER_CAP])
{
    return (size_t)snprintf(out, WS_ANSWER_CAP,
                            "HTTP/1.1 101 Switching Protocols\r\n"
                            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                            "Sec-WebSocket-Accept: %s\r\n"
                            "Sec-WebSocket-Protocol: %.*s\r\n\r\n",
                            handshake->accept, SPAN_ARG(handshake->protocol));
}

size_t ws_handshake_refuse(enum refusal refusal, char out[WS_ANSWER_CAP])
{
    char body[REFUSAL_BODY_CAP];
    const char *extra = refusal == REFUSE_METHOD ? "Allow: GET\r\n" : "";

    if (refusal == REFUSE_UPGRADE) /* RFC 9110, section 15.5.22; RFC 6455, section 4.4 */
        extra = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    refusal_body(refusal, body);
    return (size_t)snprintf(out, WS_ANSWER_CAP,
                            "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"
                            "Content-Length: %zu\r\nCache-Control: no-store\r\n"
                            "X-Content-Type-Options: nosniff\r\n%s"
                            "Connection: %s\r\n\r\n%s",
                            refusal_status(refusal), refusal_code(refusal), strlen(body), extra,
                            refusal == REFUSE_UPGRADE ? "close, Upgrade" : "close", body);
}
