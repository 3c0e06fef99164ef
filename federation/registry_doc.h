/* federation/registry_doc.h - the lines of a registry as structs, in both directions. What they
 * must mean together is checked by registry.c; what may become of them by registry_next.c.
 *   1        {"doc":"registry","v":1}
 *   2        head
 *   n_members lines of members, by node id; n_revoked lines of revoked keys, by kid
 * Threads: reentrant.  Owns: nothing; texts live in the caller's arena. */
#ifndef FEDERATION_REGISTRY_DOC_H
#define FEDERATION_REGISTRY_DOC_H

#include "federation/registry.h"

#define REGISTRY_REASONS "lost|stolen|replaced|left|other"
#define FED_KEY_USES     "request|escrow"

struct registry_root_doc {
    struct span kid, ed25519, holder_ja;
};
struct registry_tier_doc {
    int64_t population_under, hide_under;
};
struct registry_head_doc {
    struct span federation, name_ja, prev;
    bool has_prev;
    int64_t seq, issued_utc_us, expires_utc_us, threshold, min_client, n_members, n_revoked;
    struct jx_list roots; /* struct registry_root_doc */
    struct {
        int64_t coordinator_k, round_to;
        struct jx_list tiers; /* struct registry_tier_doc */
    } thresholds;
};
struct registry_key_doc {
    struct span kid, ed25519;
    int64_t not_before_utc_us, not_after_utc_us;
    int use;
};
struct registry_spki_doc {
    struct span sha256;
};
struct registry_member_doc {
    struct id node;
    struct span code, name_ja, endpoint;
    bool has_code;
    int64_t tier, capacity;
    struct jx_texts roles;
    struct jx_list spki; /* struct registry_spki_doc */
    struct jx_list keys; /* struct registry_key_doc */
    struct {
        struct span id;
        int64_t from_utc_us, to_utc_us;
    } contract;
};
struct registry_revoked_doc {
    struct span kid;
    struct id node;
    int64_t at_utc_us;
    int reason;
};
struct registry_doc {
    struct registry_head_doc head;
    struct registry_member_doc *members;  /* head.n_members */
    struct registry_revoked_doc *revoked; /* head.n_revoked */
};

/* ERR_PROTO, ERR_CONFLICT as registry_parse. */
NODISCARD enum err registry_doc_read(struct span bytes, struct arena *arena,
                                     struct registry_doc *out, struct fail *why);
NODISCARD enum err registry_doc_write(const struct registry_doc *doc, struct arena *arena,
                                      struct span *bytes_out, struct fail *why);

#endif
