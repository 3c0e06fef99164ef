/* federation/roots.h - the three root keys and what is signed with them or asked of those who
 * hold them: invitations, requests to join, requests to change a key (CARD-11). Works on bytes
 * alone, so that the roots can stay on machines without a network.
 *
 *   prefecture: invitation (one root signs, one use, with an end)
 *   node:       reads it, pins the roots, asks to join (signed by its new key, which so proves
 *               that it is its own; the invitation rides along)
 *   prefecture: two roots sign the next registry with the new member
 *   node:       a new key later: asked for by the old key and the new one together
 *
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef FEDERATION_ROOTS_H
#define FEDERATION_ROOTS_H

#include "federation/registry.h"
#include "node/base/clock.h"

#define FED_INVITE_MOST_US (30 * DAY_US)
#define FED_SKEW_MOST_US   (2 * MINUTE_US) /* later than this from now: from the future */
#define FED_ANY_TIME       INT64_MIN
#define FED_CHECK_CODE_CAP 20 /* "a1b2-c3d4-e5f6-0718" and a NUL */

/* Everything an invited node must know before it has a registry. */
struct fed_invitation {
    struct id id; /* one use */
    struct span federation, name_ja /* of the federation */, guest_ja /* who is invited */;
    struct fed_public roots[FED_ROOTS_N];
    int64_t seq; /* the registry is at least this one */
    int64_t issued_utc_us, until_utc_us;
    /* Where the first registry is fetched; empty: it comes as a file. */
    struct span endpoint;
    uint8_t spki[FED_SPKI_BYTES];
    bool has_endpoint;
};

struct fed_join {
    struct fed_invitation invitation;
    struct span invitation_text; /* the one text of it */
    struct id node;
    struct span code, name_ja, endpoint; /* code may be empty */
    uint8_t spki[FED_SPKI_MOST][FED_SPKI_BYTES];
    int n_spki;
    struct fed_public key;
    int64_t asked_utc_us;
};

struct fed_rotation {
    struct id node;
    struct span federation;
    char old_kid[FED_KID_CAP];
    struct fed_public key;
    int64_t asked_utc_us;
};

/* A signer of documents: a root in a file, or a node's key through trust_sign. */
struct fed_doc_signer {
    const char *kid;
    enum err (*sign)(void *arg, const char *kid, struct span bytes,
                     uint8_t signature_out[FED_SIG_BYTES], struct fail *why);
    void *arg;
};
/* Signs bytes: one more signature line. */
NODISCARD enum err fed_doc_sign(enum fed_doc_type type, struct span bytes,
                                const struct fed_doc_signer *signer, struct arena *arena,
                                struct span *line_out, struct fail *why);

/* Writing: the document's bytes, to be signed. */
NODISCARD enum err fed_invitation_write(const struct fed_invitation *invitation,
                                        struct arena *arena, struct span *bytes_out,
                                        struct fail *why);
NODISCARD enum err fed_join_write(const struct fed_join *join, struct arena *arena,
                                  struct span *bytes_out, struct fail *why);
NODISCARD enum err fed_rotation_write(const struct fed_rotation *rotation, struct arena *arena,
                                      struct span *bytes_out, struct fail *why);

/* Reading one text (fed_doc_split). Signatures first: an invitation by one of the roots it
 * names (people compare its check code, for nothing else vouches for them); a join by the key
 * it brings, its invitation as above; a rotation by the new key (the old one's signature is
 * checked against the registry by registry_next). ERR_PROTO form, ERR_CONFLICT version,
 * ERR_DENIED signature, ERR_TIMEOUT: the invitation has ended or not begun (not asked with
 * now FED_ANY_TIME: an invitation taken before, or looked at later). */
NODISCARD enum err fed_invitation_read(struct span text, int64_t now_utc_us,
                                       struct arena *arena, struct fed_invitation *out,
                                       struct fail *why);
NODISCARD enum err fed_join_read(struct span text, int64_t now_utc_us, struct arena *arena,
                                 struct fed_join *out, struct fail *why);
NODISCARD enum err fed_rotation_read(struct span text, int64_t now_utc_us, struct arena *arena,
                                     struct fed_rotation *out, struct fed_sigs *sigs_out,
                                     struct span *bytes_out, struct fail *why);

/* What both sides read to each other over the telephone: the first 16 hex digits of SHA-256
 * over the federation's name and the three root keys. */
void fed_roots_code(struct span federation, const struct fed_public roots[FED_ROOTS_N],
                    char code_out[FED_CHECK_CODE_CAP]);

#endif
