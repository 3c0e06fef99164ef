/* federation/registry_next.h - what becomes of a registry: the first one, and each next one
 * from the one before (CARD-11, guide section 7.2). Works on bytes; signing is the roots'
 * (roots.h), on machines that may have no network. begin -> one or several changes -> end:
 * bytes that registry_parse takes A change that is refused leaves the draft as it was. Threads:
 * one draft, one thread.  Owns: nothing; all of it lives in the caller's arena. */
#ifndef FEDERATION_REGISTRY_NEXT_H
#define FEDERATION_REGISTRY_NEXT_H

#include "federation/registry_doc.h"
#include "federation/roots.h"

struct registry_draft {
    struct arena *arena;
    struct registry_doc doc;
    int64_t now_utc_us;
    int64_t n_room;  /* of doc.members */
    bool is_changed; /* more than a new number and a new term */
};

struct registry_first {
    struct span federation, name_ja;
    struct fed_public roots[FED_ROOTS_N];
    struct span holders_ja[FED_ROOTS_N]; /* who keeps each */
    int coordinator_k;
};

/* The first registry: no members yet, the public profile by population as the design fixes it
 * (under 2,000 people nothing; under 25,000 no cell of 1 to 19; else none of 1 to 9; rounded to
 * 5), good for life_us. */
NODISCARD enum err registry_draft_first(const struct registry_first *first, int64_t now_utc_us,
                                        int64_t life_us, struct arena *arena,
                                        struct registry_draft *out, struct fail *why);
/* The next one after these bytes: number, hash of the one before, new term. */
NODISCARD enum err registry_draft_begin(struct span bytes, int64_t now_utc_us, int64_t life_us,
                                        struct arena *arena, struct registry_draft *out,
                                        struct fail *why);
/* ERR_PROTO, ERR_TOO_LARGE: what came of it is no registry; why says where. */
NODISCARD enum err registry_draft_end(struct registry_draft *draft, struct span *bytes_out,
                                      struct fail *why);

struct registry_terms {
    struct span contract;
    int64_t from_utc_us, to_utc_us;
    int tier, capacity;
    unsigned roles;
    int64_t key_life_us;
};
/* A node that asked to join; one that is a member already has its name, endpoint, pins and
 * contract replaced and its new key added. ERR_DENIED: the invitation is of another federation
 * or other roots; ERR_CONFLICT: kid, key or endpoint is taken; ERR_INVALID: terms. */
NODISCARD enum err registry_draft_admit(struct registry_draft *draft,
                                        const struct fed_join *join,
                                        const struct registry_terms *terms, struct fail *why);
/* A new key for a member, signed by the one it follows (sigs over bytes, fed_rotation_read): it
 * is good from now on, the old one overlap_us more (at least FED_OVERLAP_LEAST_US).
 * ERR_NOT_FOUND: no such member or key; ERR_DENIED: the old key did not sign, or may not. */
NODISCARD enum err registry_draft_rotate(struct registry_draft *draft,
                                         const struct fed_rotation *rotation,
                                         const struct fed_sigs *sigs, struct span bytes,
                                         int64_t overlap_us, int64_t key_life_us,
                                         struct fail *why);
/* What it signed from at on is void. ERR_NOT_FOUND: no such kid; ERR_CONFLICT: revoked already.
 */
NODISCARD enum err registry_draft_revoke(struct registry_draft *draft, struct span kid,
                                         int reason, int64_t at_utc_us, struct fail *why);
/* Contract and membership end now; the keys stay listed for evidence. */
NODISCARD enum err registry_draft_leave(struct registry_draft *draft, struct id node,
                                        struct fail *why);
/* Three new roots; the registry then needs two of the old ones and two of these. */
NODISCARD enum err registry_draft_roots(struct registry_draft *draft,
                                        const struct fed_public roots[FED_ROOTS_N],
                                        struct fail *why);

#endif
