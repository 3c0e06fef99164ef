/* reporting/monthly_facts_store.h - what a monthly report says beside the figures of the month,
 * as one table of numbers in the order of the paper: incidents, inquiries, the node's service
 * (KP-3-調達-3b), with the words that stand beside each. Trial IDs and drills are left out.
 * Threads: const data; monthly_facts_gather as its db.  Owns: nothing. */
#ifndef REPORTING_MONTHLY_FACTS_STORE_H
#define REPORTING_MONTHLY_FACTS_STORE_H

#include "node/db/db.h"
#include "reporting/monthly_store.h"

/* How num and den are written. */
enum monthly_form {
    MONTHLY_COUNT,    /* num times */
    MONTHLY_ENDED,    /* num, of which den are closed */
    MONTHLY_PART,     /* num of den */
    MONTHLY_CHILDREN, /* num times, den children */
    MONTHLY_SECONDS,  /* num seconds, out of den cases; den 0: there was none */
    MONTHLY_UP,       /* num seconds of den; den 0: nothing is on record */
    MONTHLY_STOPS,    /* num times in den seconds; den 0: nothing is on record */
};
struct monthly_fact {
    enum monthly_kind kind;
    const char *name;
    enum monthly_form form;
    const char *name_ja, *text_ja; /* what it is; how it is counted, may be "" */
};
#define MONTHLY_FACTS_N 26
extern const struct monthly_fact monthly_facts[MONTHLY_FACTS_N];
/* NULL: none of that name. */
const struct monthly_fact *monthly_fact_find(enum monthly_kind kind, struct span name);

/* A line for each fact, in their order: records of the month from..until, with what became of
 * them up to made. */
NODISCARD enum err monthly_facts_gather(struct db *db, int64_t from_utc_us,
                                        int64_t until_utc_us, int64_t made_utc_us,
                                        struct monthly_line lines_out[MONTHLY_FACTS_N],
                                        struct fail *why);

#endif
