/* node/io/net_peer.h - one request to another node and its answer, as bytes: libcurl, in its
 * second and last house (node/io/net.h is the first). What a request and an answer mean, and
 * whether an answer is believed, is decided above (federation/call.h).
 *
 * https and TLS 1.3 alone, and only to the endpoint that the caller took from the signed
 * registry: the key of its certificate must be one of the pins, whatever any authority says of
 * it (so a town may use a certificate of its own making, and no authority can put itself in
 * between). HTTP/1.1; no redirect, proxy, .netrc, cookie, HTTP/0.9 or content coding; the
 * answer's bytes are counted as they come and its head is bounded; every attempt has an end,
 * also one that only trickles.
 *
 * A peer's last connection is kept for some seconds in a handle of its own: connections of two
 * peers, or of one peer before and after its pins changed, never meet.
 *
 * Threads: net_peer_open and net_peer_close once, before and after all others; net_peer_ask
 * any, side by side.  Owns: the handles. */
#ifndef NODE_IO_NET_PEER_H
#define NODE_IO_NET_PEER_H

#include <stdatomic.h>

#include "node/base/arena.h"
#include "node/base/id.h"

#define NET_PEER_PIN_BYTES    32
#define NET_PEER_PINS_MOST    4
#define NET_PEER_HEADERS_MOST 48
#define NET_PEER_HEAD_BYTES   16384 /* of an answer's head; more ends the attempt */

struct net_peers;

struct net_peer_conf {
    bool allow_private; /* a peer may live at an address that is not the world's own */
    long connect_ms, timeout_ms;
};
/* After net_open, whose curl it shares. */
NODISCARD enum err net_peer_open(const struct net_peer_conf *conf, struct net_peers **out,
                                 struct fail *why);
void net_peer_close(struct net_peers **peers);

struct net_peer_to {
    struct id node;
    const char *endpoint; /* "host:port", lower case */
    /* SHA-256 of the certificate's SubjectPublicKeyInfo: one of these; at least one. */
    const uint8_t (*pins)[NET_PEER_PIN_BYTES];
    int n_pins;
};
struct net_peer_header {
    struct span name, value; /* of an answer: the name in lower case, the value trimmed */
};
struct net_peer_ask {
    bool is_post;
    const char *target; /* path and query, written by us: begins with '/', no space, no '#' */
    const struct net_peer_header *headers;
    int n_headers;
    struct span body; /* of a POST; may be empty */
    size_t answer_most;
    const atomic_bool
        *stop; /* may be NULL; set by another thread: ends within a second or so */
};

enum net_peer_why {
    NET_PEER_OK,
    NET_PEER_RESOLVE, /* the name is not known now */
    NET_PEER_PRIVATE, /* an address that is not the world's own */
    NET_PEER_CONNECT, /* nobody answers, or the line was cut */
    NET_PEER_TLS,     /* no TLS 1.3 */
    NET_PEER_PIN,     /* another key than the registry's */
    NET_PEER_TIMEOUT,
    NET_PEER_LARGE, /* an answer over its bound */
    NET_PEER_PROTO, /* an answer that is none */
    NET_PEER_STOPPED,
    NET_PEER_WHY_N
};
const char *net_peer_why_id(enum net_peer_why why); /* "pin" */

struct net_peer_answer {
    enum net_peer_why why; /* NET_PEER_OK: the rest is there */
    int status;
    struct net_peer_header headers[NET_PEER_HEADERS_MOST]; /* as they came, doubles too */
    int n_headers;
    struct span body;
};
/* ERR_OK: it was tried, *out says with what success; its spans live in the arena. ERR_INVALID:
 * an endpoint, target or header that may not go out; nothing was sent. ERR_NOMEM. */
NODISCARD enum err net_peer_ask(struct net_peers *peers, const struct net_peer_to *to,
                                const struct net_peer_ask *ask, struct arena *arena,
                                struct net_peer_answer *out, struct fail *why);

#endif
