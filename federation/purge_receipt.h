/* federation/purge_receipt.h - the receipt of a purge: what one node destroyed of a town that
 * left, in its own words and under its own key (AI-7.2-1). A JWS (tenants/certificate/jws.h) of
 * type ibasho-purge/1 with one signature, EdDSA, by a key that the registry lists for requests
 * of that node; kid is SHA-256 of the DER SubjectPublicKeyInfo of the registry's `ed25519`.
 * Threads: reentrant.  Owns: nothing; results live in the arena. */
#ifndef FEDERATION_PURGE_RECEIPT_H
#define FEDERATION_PURGE_RECEIPT_H

#include "federation/purge_store.h"
#include "node/base/jx.h"
#include "node/db/merkle.h"

#define PURGE_TYPE        "ibasho-purge/1"
#define PURGE_SERIES_MOST 500
#define PURGE_TEXT_MOST   ((size_t)45000) /* of a receipt: it travels in an answer */

struct purge_gone {
    struct span table;
    int64_t n;
};
struct purge_series {
    struct id series;
};
struct purge_hash {
    struct span hash;
};
struct purge_receipt {
    struct id from, by;   /* the town that left; whose word this is */
    struct span contract; /* of `from` */
    struct id ask;        /* of that leaving */
    int64_t asked_utc_us, cleared_utc_us, at_utc_us;
    struct jx_list rows;   /* struct purge_gone, by table */
    struct jx_list series; /* struct purge_series: what both had together; the first 500 */
    int64_t n_keys;        /* class keys destroyed */
    int box;               /* enum purge_box: the key half kept here */
    /* The leaf that says so, in the log of `by`: its number and hash, a checkpoint it is under,
     * the way from one to the other (RFC 6962) and the key of that log. */
    int64_t leaf;
    struct span leaf_hash, checkpoint, log_key;
    struct jx_list proof; /* struct purge_hash */
};
enum purge_box { PURGE_BOX_NONE, PURGE_BOX_GONE };
#define PURGE_BOXES "none|gone"
extern const struct jx_shape purge_receipt_shape;

/* Signed with the node's own key of the registry. ERR_NOT_FOUND: it has none now. */
NODISCARD enum err purge_receipt_sign(struct federation *federation,
                                      const struct purge_receipt *receipt, struct arena *arena,
                                      struct span *text_out, struct fail *why);

struct purge_want {
    const struct registry *registry;
    struct id from, by, ask;
    int64_t begun_utc_us, now_utc_us;
};
/* Is it `by`'s word that what is of `from` went, for this leaving? ERR_PROTO: it is no receipt,
 * or its leaf is not under its checkpoint. ERR_DENIED: no key of `by` that is good signed it,
 * or it is about others or of another time. Anything else: it could not be judged. */
NODISCARD enum err purge_receipt_open(const struct purge_want *want, struct span text,
                                      struct arena *arena, struct purge_receipt *out,
                                      struct fail *why);

#endif
