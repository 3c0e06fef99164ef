/* tenants/ending/ending_search.h - every place in others' records that names one person, found
 * by the tables' rows: numbers (mention_columns) are counted, sealed texts are opened one after
 * another and looked into. Texts under the person's own key are left out: they close with it.
 * The bytes of files and clear columns are not looked into: the first are not text, the second
 * hold no names (design section 3).
 * Threads: the job thread; one line of text in memory at a time. */
#ifndef TENANTS_ENDING_ENDING_SEARCH_H
#define TENANTS_ENDING_ENDING_SEARCH_H

#include "node/base/job.h"
#include "node/base/jx.h"
#include "tenants/ending/ending_store.h"

#define ENDING_SEARCH_BY "node" /* by_role of what the node itself did */

struct ending_searched {
    int64_t n_read;   /* texts opened */
    int64_t n_unread; /* texts that could not be read; of destroyed keys none is counted */
};
extern const struct jx_shape ending_searched_shape;

/* Writes the list of mentions anew (those that are there keep their id and decision) and the
 * step "searched". Repeating it is harmless. */
NODISCARD enum err ending_search(struct job_call *call, const struct ending_row *ending,
                                 struct fail *why);
struct ending_value {
    const struct data_table *table;
    const char *column;
    struct id row, key_row;
    struct span sealed;
    bool is_own; /* under `key` */
};
/* Goes through every sealed value of every table that can be read, those under destroyed keys
 * too: whether one opens is for `each` to try. key ID_NONE: none is_own. */
NODISCARD enum err ending_every_value(struct job_call *call, struct id key,
                                      enum err (*each)(const struct ending_value *value,
                                                       void *arg, struct fail *why),
                                      void *arg, struct fail *why);

#endif
