/* federation/federation_priv.h - what the parts of struct federation share. Nothing outside
 * this folder includes it. */
#ifndef FEDERATION_FEDERATION_PRIV_H
#define FEDERATION_FEDERATION_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "federation/federation.h"
#include "federation/inbox.h"
#include "node/db/seal.h"
#include "node/io/net_peer.h"

#define FED_STACK_BYTES ((size_t)512 * 1024) /* a TLS handshake and three signature bases */
#define FED_SEAL_KEY    "fed.exchange"       /* of bodies and answers that wait */

struct inbox;
struct outbox;
struct gossip;
struct escrow;
struct links;
struct req;

struct federation {
    struct federation_conf conf;
    struct trust *trust;
    struct net_peers *net;
    struct inbox *inbox;
    struct outbox *outbox;
    struct gossip *gossip;
    struct escrow *escrow;
    struct links *links;
    struct net_peers *links_net; /* for their tickets: gives up sooner */
    atomic_bool is_stopping;
    /* Since when this process alone accepts (struct fed_gate); INT64_MAX: not yet. */
    _Atomic int64_t open_utc_us;
    _Atomic int64_t newest_utc_us; /* our clock when a request was believed; never back */
    _Atomic uint64_t n_accepted, n_refused, n_unrecorded, n_asked, n_no_answer, n_sent;
    _Atomic uint64_t n_refused_by[FED_CODE_N];
    _Atomic int n_away;
    _Atomic size_t n_nonces;
};

NODISCARD enum err fed_thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg,
                                    struct fail *why);

/* Signing with the node's own key. False: the registry lists none of ours now. */
struct own_signer {
    struct trust *trust;
    char kid[FED_KID_CAP];
    struct fed_signer signer; /* points into this struct */
};
bool own_signer_init(struct own_signer *own, struct federation *federation, int64_t now_utc_us);

/* The one key of what waits; ERR_LOCKED while there is no node key. */
NODISCARD enum err fed_seal_key(struct federation *federation, struct id *key_out,
                                struct fail *why);

NODISCARD enum err inbox_open(struct federation *federation, struct fail *why);
void inbox_close(struct federation *federation);
NODISCARD enum err outbox_open(struct federation *federation, struct fail *why);
void outbox_stop(struct federation *federation);
void outbox_close(struct federation *federation);
NODISCARD enum err gossip_open(struct federation *federation, struct fail *why);
void gossip_stop(struct federation *federation);
void gossip_close(struct federation *federation);

/* That peer is there: what waits for it need not wait. */
void outbox_heard(struct federation *federation, struct id peer);
/* That peer has a newer registry (seq 0), or another one of that number. */
void gossip_fetch(struct federation *federation, struct id peer, int64_t seq);
void gossip_wake(struct federation *federation);
/* An invited node's first registry, from where its invitation says. It is the node's own as
 * soon as the registry lists it. */
void gossip_ask_first(struct federation *federation, struct arena *arena);
/* News of a coordinator without a word that is signed: it answers by a key that our
 * registry does not have. ERR_OK: there was something newer, ask again. Waits. */
NODISCARD enum err gossip_ask_openly(struct federation *federation, struct id peer,
                                     struct fail *why);
/* Fetches until that peer has nothing newer; waits. */
NODISCARD enum err gossip_catch_up(struct federation *federation, struct id peer,
                                   struct fail *why);
/* Asks the peer and answers req, which is the gossip's from here on. */
NODISCARD enum err gossip_ping(struct federation *federation, struct id peer, struct id op,
                               struct req *req, struct fail *why);

#define EXCHANGE_KINDS_N 5
extern const struct fed_kind exchange_kinds[EXCHANGE_KINDS_N]; /* kinds.c */
extern const struct fed_kind *const fed_kind_registry,
    *const fed_kind_timestamp, *const fed_kind_ping, *const fed_kind_push;
extern const struct jx_shape fed_ping_shape, fed_pong_shape;

/* Body of a ping: anything its sender wants to find again. */
struct fed_ping {
    int64_t n;
};
struct fed_pong {
    int64_t n, at_utc_us;
};
/* What a person who had a peer pinged is told: the output of federation.ping. */
struct fed_ping_said {
    struct id op;
    bool is_answered;
    struct span code, trouble;
    int64_t took_ms;
};

#endif
