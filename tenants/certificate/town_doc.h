/* tenants/certificate/town_doc.h - what the municipality signs with its own key at a contract's
 * end: receipt (its tool verified this bag), order (erase, for this bag), canaries (hashes of
 * planted names, published at the contract's start and opened by the order). JWS of the types
 * below; the municipality's certificate is registered once, and its key alone may sign
 * (AI-7.2-1, CARD-14).
 * Threads: reentrant.  Owns: nothing; texts live in the caller's arena. */
#ifndef TENANTS_CERTIFICATE_TOWN_DOC_H
#define TENANTS_CERTIFICATE_TOWN_DOC_H

#include "node/db/hash256.h"
#include "tenants/certificate/jws.h"

#define TOWN_RECEIPT_TYPE  "ibasho-receipt/1"
#define TOWN_ORDER_TYPE    "ibasho-order/1"
#define TOWN_CANARIES_TYPE "ibasho-canaries/1"

#define TOWN_BAG_CHARS      128 /* SHA-512 of manifest-sha512.txt, small hexadecimal digits */
#define TOWN_HASH_CHARS     64
#define TOWN_CANARIES_LEAST 20
#define TOWN_CANARIES_MOST  2000
#define TOWN_CANARY_LEAST   16 /* graphemes: "MARK-" and 128 bits are far more */
#define TOWN_CANARY_MOST    100

struct town_receipt {
    struct span bag;
    struct id node;
    struct id contract;
    struct span origin;
    struct span log_root; /* hexadecimal */
    int64_t log_size, n_files, n_bytes;
    int64_t verified_utc_us;
    struct span tool; /* "ibasho_town.py 1 (SHA-256 ...)" */
};

struct town_canary { /* of an order: the name in clear */
    struct span name;
    struct span salt; /* 16 bytes */
};
enum town_aggregates { TOWN_KEEP, TOWN_WITHDRAW };
struct town_order {
    struct span bag;
    struct id node, contract;
    int64_t ordered_utc_us;
    struct span by;          /* name of the office or post: never a person's */
    struct jx_list canaries; /* of town_canary; may be empty */
    int aggregates;          /* enum town_aggregates: past reports to the prefecture */
};

struct town_canaries {
    struct id node, contract;
    struct jx_texts commitments; /* hexadecimal, rising, none twice */
};

extern const struct jx_shape town_receipt_shape, town_order_shape, town_canaries_shape;

/* Each: read strictly, signed by town and by nobody else. ERR_PROTO, ERR_TOO_LARGE: not such a
 * document. ERR_INVALID: a field breaks its rule (its JSON pointer in why->field).
 * ERR_NOT_FOUND, ERR_DENIED: not signed by that key. */
NODISCARD enum err town_receipt_open(struct span text, const struct jws_key *town,
                                     struct arena *arena, struct town_receipt *out,
                                     struct fail *why);
NODISCARD enum err town_order_open(struct span text, const struct jws_key *town,
                                   struct arena *arena, struct town_order *out,
                                   struct fail *why);
NODISCARD enum err town_canaries_open(struct span text, const struct jws_key *town,
                                      struct arena *arena, struct town_canaries *out,
                                      struct fail *why);

/* SHA-256(salt ‖ name). */
struct hash256 town_canary_hash(const struct town_canary *canary);
/* Is the name one that was committed to? */
bool town_canary_is_of(const struct town_canary *canary, const struct town_canaries *canaries);

#endif
