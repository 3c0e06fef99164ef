/* tenants/certificate/certificate.h - the certificate of erasure [データ消去証明書] (AI-7.2-2):
 * the whole journal of a contract's end, the municipality's papers and a list of claims in
 * three classes kept apart, in one document of type ibasho-certificate/1, signed with the key
 * of that erasure. It needs nothing else to be checked; ops/verify/ibasho_verify.py says the
 * same of it.
 *
 *   verifiable  anyone can compute it again: journal, receipt, order, canaries, peers
 *   witnessed   a machine or a second person saw it: keys, cluster, scan
 *   attested    the contractor's word: volume, backups, copies, unreachable
 *
 * Threads: reentrant.  Owns: nothing; all of it lives in the caller's arena. */
#ifndef TENANTS_CERTIFICATE_CERTIFICATE_H
#define TENANTS_CERTIFICATE_CERTIFICATE_H

#include "tenants/certificate/town_doc.h"

#define CERTIFICATE_TYPE     "ibasho-certificate/1"
#define CERTIFICATE_PEERS    2000
#define CERTIFICATE_JOURNALS 4096 /* steps at most */

/* The steps in their order; a journal may begin again where it was cancelled. */
enum certificate_step {
    CERT_ACTIVE,
    CERT_DRAIN,
    CERT_EXPORTED,
    CERT_RECEIPTED,
    CERT_GRACE,
    CERT_ORDERED,
    CERT_PEERS_PURGED,
    CERT_KEYS_DESTROYED,
    CERT_CLUSTER_REMOVED,
    CERT_VOLUME_DISCARDED,
    CERT_BACKUPS_LISTED,
    CERT_SCANNED,
    CERT_STEP_N
};

enum certificate_class { CERT_VERIFIABLE, CERT_WITNESSED, CERT_ATTESTED };

struct certificate_claim {
    int class; /* enum certificate_class */
    struct span code, text;
};

/* The payload. */
struct certificate {
    struct span bag, origin, town_certificate; /* the last: PEM */
    struct id node, contract;
    int64_t issued_utc_us;
    struct jx_list canaries, journal; /* of jws_packed */
    struct jx_list claims;            /* of certificate_claim */
};
extern const struct jx_shape certificate_shape;

struct certificate_taken {    /* a step of the round that went to the end */
    struct span actor, facts; /* facts: canonical JSON, see tenants/leaving/README.md */
    int64_t at_utc_us;
};
struct certificate_peer {
    struct id node;
    struct span name, reason; /* reason: why there is no receipt, in words */
    bool has_receipt;
    struct span receipt; /* the payload of its ibasho-purge/1 */
};

struct certificate_facts {
    struct certificate paper;
    struct certificate_taken steps[CERT_STEP_N];
    struct town_receipt receipt;
    struct town_order order;
    struct certificate_peer *peers;
    size_t n_peers, n_missing;
    uint8_t log_key[32], erasure_key[32];
    char sha256[TOWN_HASH_CHARS + 1];      /* of the certificate's bytes */
    char town_sha256[TOWN_HASH_CHARS + 1]; /* of the municipality's certificate */
};

/* ERR_OK: valid; n_missing says of how many peers there is no receipt. ERR_PROTO, ERR_INVALID,
 * ERR_DENIED, ERR_NOT_FOUND, ERR_TOO_LARGE: not valid, the place in why. ERR_NOMEM,
 * ERR_INTERNAL: nothing can be said. town: PEM the certificate's must be; SPAN_NONE: any. */
NODISCARD enum err certificate_check(struct span text, struct span town, struct arena *arena,
                                     struct certificate_facts *facts_out, struct fail *why);

struct certificate_input {
    struct span journal;         /* steps.jsonl from its first line to `scanned` */
    const struct span *canaries; /* the municipality's commitments, whole documents */
    size_t n_canaries;
    struct span town_certificate; /* PEM */
    int64_t issued_utc_us;
    struct jws_signer signer; /* the key the ordered step names */
};
/* Makes the document and checks it; what does not pass is not given out (the errors of
 * certificate_check). */
NODISCARD enum err certificate_build(const struct certificate_input *input, struct arena *arena,
                                     struct span *text_out, struct fail *why);

/* The sentence of a claim, from its code; NULL: no such code. */
const char *certificate_claim_ja(struct span code);
/* An A4 document of the same facts; sheet: facts of a valid certificate. Errors of
 * node/io/pdf.h. */
NODISCARD enum err certificate_pdf(const struct certificate_facts *facts, const char *path,
                                   struct arena *arena, struct fail *why);

#endif
