/* node/db/audit_ranges.h - which leaves cannot be opened, and which of them a lawful deletion
 * speaks of: both as ranges, compared at the end.  Threads: one owner. */
#ifndef NODE_DB_AUDIT_RANGES_H
#define NODE_DB_AUDIT_RANGES_H

#include "node/base/err.h"
#include "node/base/span.h"

struct range {
    uint64_t first, last;
    uint64_t by; /* seq of the deletion leaf that lists it */
    int table;   /* index into the owner's names */
};

struct ranges {
    struct range *at;
    size_t n, cap;
};

void ranges_fini(struct ranges *ranges);
/* Joins the last range when it goes on from there. */
NODISCARD enum err ranges_add(struct ranges *ranges, uint64_t first, uint64_t last, int table,
                              uint64_t by, struct fail *why);
/* "12-15,20": rising, no overlaps, each number below limit. Calls each range; ERR_PROTO: other
 * text. *n_out: numbers in all. */
NODISCARD enum err ranges_read(struct span text, uint64_t limit,
                               enum err (*each)(void *arg, uint64_t first, uint64_t last,
                                                struct fail *why),
                               void *arg, uint64_t *n_out, struct fail *why);

enum ranges_what {
    RANGES_UNCOVERED, /* closed, but in no deletion of its table */
    RANGES_OPEN,      /* in a deletion, but not closed */
    RANGES_TWICE,     /* in two deletions */
};
/* Both are sorted here; a number that is closed twice counts once. Calls each difference. */
void ranges_compare(struct ranges *closed, struct ranges *lawful,
                    void (*each)(enum ranges_what what, const struct range *range, void *arg),
                    void *arg);

#endif
