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

/* The first registry, for a node that has none: from the endpoint and pin of its invitation,
 * without a signature; what comes is believed for its own signatures (trust_take). */
NODISCARD enum err fed_call_first(struct federation *federation, const char *endpoint,
                                  const uint8_t spki[32], struct arena *arena,
                                  struct span *document_out, struct fail *why);

#endif
