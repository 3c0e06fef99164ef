/* federation/profile_gate.h - may this request of another node come in? The whole check, in the
 * order of the protocol: size, form, member and contract, where it is for, time, signature,
 * nonce, digest, role. The signature comes before the nonce, so that nobody who holds no key of
 * the registry can fill the cache; nothing but the nonce cache is ever changed, and that only
 * by a request whose signature holds.
 * Threads: as the nonce cache: one at a time. */
#ifndef FEDERATION_PROFILE_GATE_H
#define FEDERATION_PROFILE_GATE_H

#include "federation/nonces.h"
#include "federation/profile.h"

/* How far ahead of our clock a peer's may be. It is less than PROFILE_LIFE_S because a request
 * from the future outlives what we remember of it: one accepted just before a crash could come
 * again after it. */
#define FED_AHEAD_S 5

struct fed_gate {
    const struct registry *registry; /* the caller's reference; NULL: no key is known */
    struct id self;
    struct span authority; /* our endpoint in the registry */
    struct nonces *nonces;
    /* Since when this process alone accepts: its start, or, when it took over from another
     * program (ibasho-supervise --swap), the moment the other had stopped. Requests signed
     * before that and FED_AHEAD_S more are FED_EARLY_BOOT. INT64_MAX: not open yet.
     * In wall clock and fixed: if it followed a clock that is set back, what the process before
     * accepted could come again. */
    int64_t open_utc_us;
    size_t body_most; /* of this way in; 0: what the profile allows */
    /* Whose key a kid is, instead of the registry's; NULL: the registry's. Answers as
     * registry_key_find does; for a key that was left here by a member (federation/escrow.h).
     */
    enum fed_code (*find)(void *arg, struct span kid, int64_t now_utc_us,
                          const struct fed_member **member_out, const struct fed_key **key_out);
    void *find_arg;
};

struct fed_who {
    /* Borrowed from the registry. NULL until the kid was found; only a claim until is_proven.
     */
    const struct fed_member *member;
    const struct fed_key *key;
    bool is_proven; /* the signature holds */
    bool has_claim; /* the form was right, `claim` is set */
    struct fed_claim claim;
};

/* who_out is filled as far as the check came, also when it refuses: what a log may say.
 * roles_any: FED_ROLE_... bits, one of which the member needs; 0: every member. Whether the
 * sender's registry is ours (FED_REGISTRY_STALE, FED_REGISTRY_SPLIT) is for the caller to ask
 * (trust_head_heard), after FED_OK. */
enum fed_code fed_gate_check(const struct fed_gate *gate, const struct fed_message *message,
                             unsigned roles_any, int64_t now_utc_us, struct fed_who *who_out);

/* Is this the answer of `peer` to `request` (with the headers that were sent)? FED_OK or why
 * not; anything but FED_OK counts as no answer. Time: created within PROFILE_LIFE_S of now. */
enum fed_code fed_answer_check(const struct registry *registry, struct id peer,
                               const struct fed_message *request,
                               const struct fed_answer *answer, int64_t now_utc_us);

#endif
