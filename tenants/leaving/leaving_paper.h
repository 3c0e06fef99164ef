/* tenants/leaving/leaving_paper.h - what the municipality hands in: receipt, order, commitments
 * to planted names; each a document signed by the town's registered key (AI-7.2-1).
 * Threads: reentrant.  Owns: nothing; results live in the arena. */
#ifndef TENANTS_LEAVING_PAPER_H
#define TENANTS_LEAVING_PAPER_H

#include "tenants/certificate/town_doc.h"
#include "tenants/leaving/leaving_rule.h"

struct leaving_paper {
    struct id node, contract;
    struct span bag;                    /* of receipt and order */
    struct span log_root;               /* of a receipt: what the town's tool found */
    int64_t log_size, n_files, n_bytes; /* of a receipt */
    const struct town_canary *canaries; /* of an order */
    struct jx_texts commitments;        /* of a list */
    size_t n_named;                     /* canaries or commitments */
};

/* certificate: PEM. *code_out says what is wrong with what was handed in (ERR_OK all the
 * same); any error is ours. */
NODISCARD enum err leaving_paper_receipt(struct span text, struct span certificate,
                                         struct arena *arena, struct leaving_paper *paper_out,
                                         enum leaving_code *code_out, struct fail *why);
NODISCARD enum err leaving_paper_order(struct span text, struct span certificate,
                                       struct arena *arena, struct leaving_paper *paper_out,
                                       enum leaving_code *code_out, struct fail *why);
NODISCARD enum err leaving_paper_canaries(struct span text, struct span certificate,
                                          struct arena *arena, struct leaving_paper *paper_out,
                                          enum leaving_code *code_out, struct fail *why);
/* Every opened name was committed to, in one of these lists. */
bool leaving_paper_opens(const struct leaving_paper *order, const struct leaving_paper *lists,
                         size_t n_lists);
/* SHA-256 of a PEM certificate's DER, hexadecimal; its key is one a town may have. ERR_PROTO,
 * ERR_INVALID: it is not. */
NODISCARD enum err leaving_certificate_check(struct span pem, char sha256_out[65],
                                             struct fail *why);

#endif
