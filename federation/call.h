/* federation/call.h - asking another node: one signed request, one answer that is believed
 * because it is signed by that node and bound to the request (CARD-11). Anything else - another
 * key behind the address, no signature, a false one, a redirect, too many bytes - is no answer.
 * Threads: any that may wait some seconds (the federation's own, jobs); not a loop, not the
 * writer's, not an HTTP worker's.  Owns: nothing. */
#ifndef FEDERATION_CALL_H
#define FEDERATION_CALL_H

#include <stdatomic.h>

#include "federation/inbox.h"

struct fed_ask {
    struct id peer;
    const struct fed_kind *kind;
    const char *path;  /* NULL: kind->path, which then has no ids in it */
    const char *query; /* without '?'; NULL: none */
    struct id op;      /* ID_NONE: a new one */
    struct span body;
    const struct fed_signer *signer; /* NULL: the node's own key */
    const atomic_bool *stop;         /* may be NULL: the federation's own end */
    struct net_peers *net;           /* NULL: the federation's own */
};
struct fed_said {
    enum fed_code code; /* FED_OK: status is 2xx */
    int status;
    enum profile_media media;
    struct span body; /* in the arena */
};
/* ERR_OK: there is an answer, a refusal too. A refusal for an old registry or a used nonce is
 * mended and asked again, once. ERR_NOT_FOUND: we have no registry or key, or the peer is not
 * a member under contract now; ERR_UNAVAILABLE: no answer that can be believed, why says why;
 * ERR_LOCKED and others: our own. */
NODISCARD enum err fed_call(struct federation *federation, const struct fed_ask *ask,
                            struct arena *arena, struct fed_said *out, struct fail *why);
/* The body of a good answer by its shape. ERR_PROTO. */
NODISCARD enum err fed_said_read(const struct fed_said *said, const struct jx_shape *shape,
                                 struct arena *arena, void *into, struct fail *why);

/* A registry from a coordinator's endpoint and pins (all that is read of at), asked for and
 * answered without a signature: the first one (seq 0: the newest), for a node that has none; or
 * the one of that number, for a node that does not know the coordinator's key any more, or is
 * locked and cannot sign. What comes is believed for its own signatures alone (trust_take). */
NODISCARD enum err fed_call_openly(struct federation *federation, const struct fed_member *at,
                                   int64_t seq, struct arena *arena, struct span *document_out,
                                   struct fail *why);

#endif
