/* node/io/ws_handshake.h - the opening handshake of a WebSocket, read strictly (RFC 6455,
 * section 4.2; RFC 9112), and its answers. Bytes come as the front hands them on; nobody's
 * library has touched them.
 *
 * One request is taken: GET /ws HTTP/1.1 with Host, Origin, Upgrade: websocket, Connection with
 * upgrade in it, Sec-WebSocket-Version: 13, Sec-WebSocket-Key of 16 bytes, each once, and
 * Sec-WebSocket-Protocol: ibasho.v1, ticket.TICKET (a page cannot set any other header of this
 * request). Extensions are never agreed to. Whether the ticket is good is the caller's
 * question. Threads: reentrant.  Owns: nothing; spans point into the caller's bytes. */
#ifndef NODE_IO_WS_HANDSHAKE_H
#define NODE_IO_WS_HANDSHAKE_H

#include "node/base/span.h"
#include "node/io/refusal.h"

#define WS_HEAD_CAP_BYTES 8192 /* the whole head, its empty line included */
#define WS_LINE_CAP_BYTES 4096 /* one line, its line end included */
#define WS_PROTOCOL       "ibasho.v1"
#define WS_TICKET_CHARS   43 /* base64url of 32 bytes, in its only spelling */
#define WS_KEY_CHARS      24 /* base64 of 16 bytes */
#define WS_ACCEPT_CAP     29
#define WS_FED_TARGET     "/fed/v1/link"
#define WS_FED_PROTOCOL   "ibasho-fed.v1"

enum ws_head {
    WS_HEAD_MORE,    /* nothing wrong so far */
    WS_HEAD_READY,   /* n_bytes were the head; what follows are frames sent early */
    WS_HEAD_REFUSED, /* refusal and why are set; nothing more is to be read */
};

struct ws_handshake {
    size_t n_seen, line_at; /* how far the bytes were looked at; all zero before the first */

    size_t n_bytes;
    struct span ticket;             /* WS_TICKET_CHARS of [A-Za-z0-9_-] */
    struct span protocol;           /* ours, static */
    struct span cookie, user_agent; /* SPAN_NONE when absent */
    struct span address;            /* what the front says the peer's is; one plain address */
    char accept[WS_ACCEPT_CAP];     /* RFC 6455, section 4.2.2, step 5.4 */

    enum refusal refusal;
    const char *why; /* for the log: the rule that was broken */
};

/* bytes: everything that has come so far, from its first byte; may move between calls. Every
 * byte is looked at once however they are cut, and the verdict does not depend on the cuts. A
 * bad byte, a line or a head over its cap is refused before the head has ended. own_origin:
 * "https://aozora.example.jp", compared byte for byte. REFUSE_MALFORMED 400: not a well-formed
 * head, a header twice, a body, no or a bad key, another protocol. REFUSE_NOT_SIGNED_IN 401: no
 * ticket or one that cannot be ours. REFUSE_CROSS_SITE 403: no or another Origin.
 * REFUSE_NOT_FOUND 404: another target. REFUSE_METHOD 405. REFUSE_UPGRADE 426: no or another
 * Upgrade, Connection or version. REFUSE_HEAD_SIZE 431.
 * REFUSE_UNAVAILABLE 503: no memory. */
enum ws_head ws_handshake_read(struct ws_handshake *handshake, struct span bytes,
                               struct span own_origin);
/* The same for another node (federation/link.h): WS_FED_TARGET, WS_FED_PROTOCOL, and no Origin,
 * which every page has. */
enum ws_head ws_handshake_read_node(struct ws_handshake *handshake, struct span bytes);
/* RFC 6455, section 4.2.2, step 5.4, of a key of WS_KEY_CHARS. False: no memory. */
bool ws_accept_of(struct span key, char accept_out[WS_ACCEPT_CAP]);

#define WS_ANSWER_CAP 1024
/* The bytes of 101 for a handshake that is READY. Returns how many. */
size_t ws_handshake_accept(const struct ws_handshake *handshake, char out[WS_ANSWER_CAP]);
/* The whole answer of a refusal (also REFUSE_SLOW, REFUSE_BUSY); the connection ends with it.
 */
size_t ws_handshake_refuse(enum refusal refusal, char out[WS_ANSWER_CAP]);

#endif
