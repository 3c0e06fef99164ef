/* federation/trust_judge.h - may this registry, or this timestamp, be believed? Decided from
 * what is known and the bytes alone (CARD-11, guide section 7.2), so that every refusal can be
 * tried without a database.  Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_TRUST_JUDGE_H
#define FEDERATION_TRUST_JUDGE_H

#include "federation/registry.h"
#include "federation/roots.h"

/* Why a document was not taken; TRUST_TAKEN and TRUST_KNOWN are good. */
enum trust_verdict {
    TRUST_TAKEN,
    TRUST_KNOWN,      /* the very same is there already */
    TRUST_NO_ROOTS,   /* no invitation was taken in: nobody's word counts yet */
    TRUST_FORM,       /* not a document of this kind, or not canonical */
    TRUST_VERSION,    /* for a newer program */
    TRUST_SIGNATURES, /* fewer than 2 of the 3 roots, or a false signature */
    TRUST_FEDERATION, /* of another federation */
    TRUST_OLD,        /* a lower sequence number than ours: rollback */
    TRUST_GAP,        /* not the next one: ask for the one after ours first */
    TRUST_CHAIN,      /* the next one, but of another past */
    TRUST_SPLIT,      /* same number, other bytes, both signed: both are kept */
    TRUST_TIME,       /* issued in the future, or expired and the first one */
    TRUST_VERDICT_N
};
const char *trust_verdict_id(enum trust_verdict verdict);     /* "gap" */
const char *trust_verdict_ja(enum trust_verdict verdict);     /* a sentence for staff */
enum fed_code trust_verdict_code(enum trust_verdict verdict); /* for an answer to a peer */

#define TRUST_TIME_MOST_US HOUR_US /* life of a timestamp document */

/* What a node knows when a document comes. */
struct trust_view {
    struct registry *now; /* NULL: none yet, then the pinned roots count */
    bool has_pins;
    char federation[FED_FEDERATION_CAP];
    struct fed_public pins[FED_ROOTS_N];
    int64_t least_seq; /* of the invitation */
    /* The roots that signed the registry in force, when they were others than it names: what
     * they signed beside it is a split, not a false signature. */
    bool has_roots_before;
    struct fed_public roots_before[FED_ROOTS_N];
};

/* TRUST_TAKEN, TRUST_SPLIT and TRUST_OLD give the parsed registry, one reference of the
 * caller's; else *candidate_out is NULL. ERR_NOMEM: not judged. An expired registry is taken as
 * a link of the chain (the next one follows), but as the first one it is not. */
NODISCARD enum err trust_judge(const struct trust_view *view, struct span bytes,
                               struct span sig_lines, int64_t now_utc_us,
                               enum trust_verdict *verdict_out, struct registry **candidate_out,
                               struct fail *why);

struct trust_time {
    char federation[FED_FEDERATION_CAP];
    struct fed_head head;
    int64_t issued_utc_us, expires_utc_us;
};
NODISCARD enum err trust_time_write(const struct trust_time *time, struct arena *arena,
                                    struct span *bytes_out, struct fail *why);
/* Signed by a coordinator of the registry in force whose key is good now. last: the one
 * believed so far, or NULL. TRUST_GAP: it names a later registry than ours. */
NODISCARD enum err trust_time_judge(const struct registry *registry,
                                    const struct trust_time *last, struct span bytes,
                                    struct span sig_lines, int64_t now_utc_us,
                                    enum trust_verdict *verdict_out, struct trust_time *out,
                                    struct fail *why);

#endif
