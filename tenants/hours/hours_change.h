/* tenants/hours/hours_change.h - one act of a commissioner upon the opening hours: what is
 * decided, the rules no field table can say, the transaction. Threads: hours_change_post on a
 * worker, the rest on the writer's.  Owns: nothing; all in the request's arena. */
#ifndef TENANTS_HOURS_HOURS_CHANGE_H
#define TENANTS_HOURS_HOURS_CHANGE_H

#include "node/base/route.h"
#include "tenants/hours/hours_store.h"

#define HOURS_CLOSE_DAYS_MOST 31

struct hours_change_entry {
    bool has_day;
    int32_t day;
    struct span value; /* empty: nothing of its own any more */
};

struct hours_change {
    struct req *req;
    struct id act;
    enum hours_kind kind;
    struct hours_change_entry entries[HOURS_CLOSE_DAYS_MOST];
    int n_entries;
    struct span reason;
    bool has_expected;
    int64_t expected_version;
    /* A closure: the value of the first entry is what its hours are until close_minute. */
    bool is_cut;
    int close_minute;
    struct span message;
    /* Filled in the transaction. */
    bool needs_reason;
    struct hours_plan plan;
};

/* Decides and answers with the hours as they are then. An act that was done before is not done
 * again. A value that holds already is not decided anew. 409: another version than expected;
 * 422: a reason is wanted (hours.h, hours_demand). */
void hours_change_post(struct hours_change *change);
/* A day of its own as it is kept. */
NODISCARD enum err hours_change_day_value(const struct hours_slots *slots, bool is_closure,
                                          struct span title, struct arena *arena,
                                          struct span *value_out, struct fail *why);

#endif
