/* federation/trust.h - what this node believes about its federation: the registry in force, how
 * fresh it is, what peers say theirs is, and the node's own key (CARD-11, guide section 7).
 *
 * Roots are pinned from an invitation whose check code people compared. From then on a registry
 * counts when 2 of the 3 roots known before signed it (and, when it brings other roots, 2 of
 * those too), it is the next in sequence and names the hash of the one before. Everything taken
 * stands in PostgreSQL with an audit leaf. Two of one sequence number with different bytes are
 * both kept and the split is said aloud until people have settled it.
 *
 * Threads: any. Look-ups hold a lock for a look into memory; trust_take, trust_pin and
 * trust_key_make wait for the writer, so they are for the federation's thread, jobs and tests.
 * HTTP handlers use the _post forms.  Owns: the snapshot. */
#ifndef FEDERATION_TRUST_H
#define FEDERATION_TRUST_H

#include "federation/registry.h"
#include "federation/roots.h"
#include "federation/trust_judge.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

struct trust;

#define TRUST_LAG_US       (10 * MINUTE_US) /* how long a peer may know the one before */
#define TRUST_KEY_NAME_CAP 32               /* "federation-3" in the keyring */

struct trust_conf {
    struct writer *writer; /* stopped before trust_close */
    struct keyring *keyring;
    struct id node;
};
/* Reads what is stored over db. No registry is no error. When what is stored does not
 * verify any more, that is logged and nothing is believed (is_spoilt): the node itself goes on.
 */
NODISCARD enum err trust_open(const struct trust_conf *conf, struct db *db,
                              struct trust **trust_out, struct fail *why);
void trust_close(struct trust **trust);

struct id trust_node(const struct trust *trust); /* this node */
/* The registry in force: a reference of the caller's. NULL: none yet, nothing is federated. */
struct registry *trust_now(struct trust *trust);

/* A registry (bytes, signature lines). heard_from: the peer that brought it, or ID_NONE. The
 * verdict is set on ERR_OK alone; anything else: it could not be judged or stored, try again.
 * ERR_OK with TRUST_TAKEN: committed, and trust_now gives it. */
NODISCARD enum err trust_take(struct trust *trust, struct span bytes, struct span sig_lines,
                              struct id heard_from, enum trust_verdict *verdict_out,
                              struct fail *why);
/* The same without waiting: done is told once, on the writer's thread or (nothing to write) on
 * the caller's. bytes are copied. Not told when it returns an error. */
NODISCARD enum err trust_take_post(
    struct trust *trust, struct span bytes, struct span sig_lines, struct id heard_from,
    void (*done)(void *arg, enum err rc, enum trust_verdict verdict, const struct fail *why),
    void *arg, struct fail *why);
/* The document of a sequence number, as taken (both halves in the arena). 0: the newest.
 * ERR_NOT_FOUND. */
NODISCARD enum err trust_document(struct trust *trust, struct db *db, int64_t seq,
                                  struct arena *arena, struct span *bytes_out,
                                  struct span *sig_lines_out, struct fail *why);

/* ---- freshness ---- */

/* A timestamp by a coordinator of the registry in force: {seq, sha256, issued, expires}. Never
 * TRUST_CHAIN. TRUST_GAP: we are behind, fetch; TRUST_TIME: over an hour long, from the future
 * or expired; TRUST_NO_ROOTS: there is no registry yet. */
NODISCARD enum err trust_time_take(struct trust *trust, struct span bytes,
                                   struct span sig_lines, int64_t now_utc_us,
                                   enum trust_verdict *verdict_out, struct fail *why);
/* A coordinator makes one of its own; made anew when the last is older than a quarter of an
 * hour. ERR_DENIED: this node is no coordinator; ERR_NOT_FOUND: no registry. */
NODISCARD enum err trust_time_make(struct trust *trust, int64_t now_utc_us, struct arena *arena,
                                   struct span *bytes_out, struct span *sig_lines_out,
                                   struct fail *why);
/* The last one taken or made. ERR_NOT_FOUND. */
NODISCARD enum err trust_time_document(struct trust *trust, struct arena *arena,
                                       struct span *bytes_out, struct span *sig_lines_out,
                                       struct fail *why);
/* Neither the registry nor the timestamp that names it has expired, and nothing is split: new
 * links may be made. Without it what runs goes on to its end. */
bool trust_is_fresh(struct trust *trust, int64_t now_utc_us);

/* ---- what peers say ---- */

/* A peer's ibasho-reg. FED_OK; also when it knows a newer one (*is_behind_out: fetch it from
 * there) or, for TRUST_LAG_US after we took ours, an older one. FED_REGISTRY_STALE: it has
 * fallen behind. FED_REGISTRY_SPLIT: the same number with another hash; noted once, and only
 * this peer is refused: its word alone must not stop everybody. Fetch its document and hand it
 * to trust_take: if the roots signed that one too, the split is real. FED_UNAVAILABLE: no
 * registry yet. is_behind_out may be NULL. */
enum fed_code trust_head_heard(struct trust *trust, struct id peer, int64_t seq,
                               const uint8_t hash8[8], int64_t now_utc_us, bool *is_behind_out);

/* ---- joining and the own key ---- */

/* What people decide about this node's place in the federation; one audit leaf each. */
struct trust_step {
    enum trust_step_kind {
        TRUST_STEP_PIN,   /* bytes: the invitation's one text; its roots count from now on */
        TRUST_STEP_KEY,   /* kid, bytes: the public key; number: N of "federation-N" */
        TRUST_STEP_SPLIT, /* number: the sequence, peer: who said so, bytes: the hash of the
                             other document, which is kept; or 8 of them: a peer's word alone */
        TRUST_STEP_SETTLE /* number: the sequence whose split people have cleared up */
    } kind;
    int64_t number;
    char kid[FED_KID_CAP];
    struct id peer;
    struct span bytes;
};
#define TRUST_STEP_KINDS "pin|key|split|settle"

/* Roots from an invitation (its one text, read by fed_invitation_read). ERR_CONFLICT: this node
 * has pinned other roots; the same again is no error. */
NODISCARD enum err trust_pin(struct trust *trust, struct span invitation_text,
                             int64_t now_utc_us, struct fail *why);
/* Of own key N in the keyring. */
void trust_key_name(int64_t n, char name_out[TRUST_KEY_NAME_CAP]);
/* The next own key ("federation-N" in the keyring), kid BASE-N. It is used as soon as the
 * registry lists it and its time has come; the one before is used until then. One that
 * waits for the registry is given again. */
NODISCARD enum err trust_key_make(struct trust *trust, struct span kid_base,
                                  struct fed_public *key_out, struct fail *why);
/* A split that people have cleared up no longer holds up new links. ERR_NOT_FOUND: none. */
NODISCARD enum err trust_settle(struct trust *trust, int64_t seq, struct fail *why);

/* For HTTP handlers: what there is to write for a join or a key, judged without waiting;
 * *step_out is set also when it stands there already (*is_new_out false) ... */
NODISCARD enum err trust_pin_plan(struct trust *trust, struct span invitation_text,
                                  int64_t now_utc_us, struct trust_step *step_out,
                                  bool *is_new_out, struct fail *why);
NODISCARD enum err trust_key_plan(struct trust *trust, struct span kid_base,
                                  struct trust_step *step_out, struct fed_public *key_out,
                                  bool *is_new_out, struct fail *why);
/* ... and writing it: done is told once, on the writer's thread; bytes are copied. */
NODISCARD enum err trust_steps_post(struct trust *trust, const struct trust_step *steps, int n,
                                    void (*done)(void *arg, enum err rc,
                                                 const struct fail *why),
                                    void *arg, struct fail *why);

/* Where the pinned invitation says that the first registry is, and the key of that listener.
 * False: there is a registry, or it comes as a file. */
bool trust_first_place(struct trust *trust, char endpoint_out[FED_ENDPOINT_CAP],
                       uint8_t spki_out[FED_SPKI_BYTES]);

/* The kid to sign with now: the newest of ours that the registry lists as good. False: none. */
bool trust_own_kid(struct trust *trust, int64_t now_utc_us, char kid_out[FED_KID_CAP]);
/* Ed25519 with the key of this kid. ERR_NOT_FOUND: not ours. ERR_LOCKED, ERR_UNAVAILABLE. */
NODISCARD enum err trust_sign(struct trust *trust, const char *kid, struct span bytes,
                              uint8_t signature_out[FED_SIG_BYTES], struct fail *why);

/* ---- showing ---- */

struct trust_status {
    bool has_roots, has_registry, is_split, is_fresh, is_behind;
    bool is_spoilt; /* what is stored does not verify: nothing is believed */
    char federation[FED_FEDERATION_CAP];
    char roots_code[FED_CHECK_CODE_CAP]; /* fed_roots_code of the roots that count; "" none */
    struct fed_head head;
    int64_t taken_utc_us, issued_utc_us, expires_utc_us;
    int64_t time_expires_utc_us; /* 0: none */
    int n_members;
    char own_kid[FED_KID_CAP];      /* "" none */
    int64_t own_not_after_utc_us;   /* of it */
    int64_t own_contract_to_utc_us; /* 0: not a member */
    char waiting_kid[FED_KID_CAP];  /* made, not yet in the registry; "" none */
    int64_t split_seq;
    int n_claims; /* of another registry, by peers, since start */
};
void trust_status_read(struct trust *trust, int64_t now_utc_us, struct trust_status *out);

#endif
