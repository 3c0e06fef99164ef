/* federation/purge_priv.h - what purge*.c share. Nothing outside this folder includes it. */
#ifndef FEDERATION_PURGE_PRIV_H
#define FEDERATION_PURGE_PRIV_H

#include "federation/federation_priv.h"
#include "federation/purge_receipt.h"
#include "tenants/certificate/town_doc.h"

#define PURGE_KINDS_N 1
#define PURGE_KIND    "fed.purge"
extern const struct fed_kind purge_kinds[PURGE_KINDS_N];

#define TOWN_AGGREGATES "keep|withdraw"

/* Bodies between the two nodes. */
struct purge_ask_body {
    struct id node, ask; /* who leaves: the sender; its leaving */
    /* What becomes of the figures it gave to the prefecture; without a word they stay. */
    int kpi; /* enum town_aggregates */
    bool has_kpi;
};
enum purge_state { PURGE_WORKING, PURGE_DONE };
#define PURGE_STATES "working|done"
struct purge_answer {
    int state;
    bool has_receipt;
    struct span receipt; /* the JWS's bytes */
};
extern const struct jx_shape purge_ask_shape, purge_answer_shape;

/* Whose key a kid is, contract or not: for fed_gate.find of kinds that are is_late. arg is the
 * struct fed_req. */
enum fed_code purge_key_find(void *arg, struct span kid, int64_t now_utc_us,
                             const struct fed_member **member_out,
                             const struct fed_key **key_out);
/* Is nothing more to be taken from that node under the contract it has? */
NODISCARD enum err purge_is_barred(struct tx *tx, const struct fed_member *peer,
                                   struct arena *arena, bool *is_out, struct fail *why);

/* At the town that leaves. Run in the transaction that ends a row of the outbox. */
NODISCARD enum err purge_settled(struct tx *tx, struct federation *federation,
                                 const struct fed_settled *settled, struct fail *why);
/* Everybody who is due is asked again; the job thread. */
NODISCARD enum err purge_ask_due(struct job_call *call, struct fail *why);

/* At a peer: one town's traces go. *is_out false: a lesson with it is still on; *next_out is
 * when it is over. The job thread. Repeatable. */
NODISCARD enum err purge_clear(struct job_call *call, struct purge_row *row, bool *is_out,
                               int64_t *next_out, struct fail *why);
/* VACUUM, checkpoint, receipt. row: cleared. */
NODISCARD enum err purge_attest(struct job_call *call, struct purge_row *row, struct fail *why);
/* That job again, at that time. */
NODISCARD enum err purge_job_post(struct tx *tx, int64_t run_at_utc_us, struct fail *why);

#endif
