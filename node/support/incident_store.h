/* node/support/incident_store.h - tables incident (something staff must look at) and
 * incident_step (what became of it): rows are leaves, added and never changed.
 * Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_SUPPORT_INCIDENT_STORE_H
#define NODE_SUPPORT_INCIDENT_STORE_H

#include "node/db/store.h"
#include "node/support/incident_kinds.h"

#define INCIDENT_TABLE      "incident"
#define INCIDENT_STEP_TABLE "incident_step"

enum incident_act {
    INCIDENT_SENT,   /* a notice is on its way to `told` */
    INCIDENT_PASSED, /* `told` has no address: the next one at once */
    INCIDENT_ALL,    /* to everybody who is registered for such notices */
    INCIDENT_READ,   /* nobody else is told */
    INCIDENT_TAKE,
    INCIDENT_NOTE,
    INCIDENT_GRADE, /* another urgency and severity */
    INCIDENT_TICK,  /* a step of its procedure is done */
    INCIDENT_CLOSE,
    INCIDENT_ACT_N
};
#define INCIDENT_ACTS "sent|passed|all|read|take|note|grade|tick|close"

/* Urgency and severity are 1 (low) to 3 (high). */
static inline bool incident_is_grave(int64_t urgency, int64_t severity)
{
    return urgency >= 3 || severity >= 3;
}

struct incident_row {
    struct id id;
    int64_t at_utc_us;
    struct id account; /* ID_NONE: about nobody */
    enum incident_kind kind;
    int64_t urgency, severity;
    struct id line;                         /* of chat; ID_NONE: none */
    struct span floor, template, procedure; /* codes; "" none */
    struct id by;                           /* ID_NONE: the node itself */
    struct span role;
    struct span text_sealed, quote_sealed; /* len 0: none */
};
/* Of the steps so far; times 0: not. */
struct incident_facts {
    int64_t read_utc_us, taken_utc_us, closed_utc_us;
    struct id taken_by;
    int64_t urgency, severity; /* as graded last */
    int64_t n_told;
};
enum incident_state {
    INCIDENT_IS_NEW,
    INCIDENT_IS_READ,
    INCIDENT_IS_TAKEN,
    INCIDENT_IS_CLOSED
};
#define INCIDENT_STATES "new|read|taken|closed"
enum incident_state incident_state_of(const struct incident_facts *facts);

struct incident_listed {
    struct incident_row row;
    struct incident_facts facts;
};
/* What others report of somebody is not for him, staff or not: neither to read nor to close. */
bool incident_is_hidden(const struct incident_row *row, struct id reader);

struct incident_step_row {
    struct id id;
    int64_t at_utc_us;
    struct id incident, account;
    enum incident_act act;
    struct id by;
    struct span role;
    struct id told;
    int64_t n_made;
    int64_t urgency, severity; /* of grade; else 0 */
    int64_t tick;              /* of tick, from 1; else 0 */
    struct span text_sealed;
};

/* The same id again adds nothing. ERR_CONFLICT: it stands for something else, or is another's.
 */
NODISCARD enum err incident_store_add(struct tx *tx, const struct incident_row *row,
                                      bool *was_there_out, struct fail *why);
NODISCARD enum err incident_store_step(struct tx *tx, const struct incident_step_row *step,
                                       bool *was_there_out, struct fail *why);

struct incident_ask {
    struct id id, account; /* ID_NONE: any */
    int64_t before_utc_us; /* 0: from the newest */
    struct id before;
    bool is_open_only;
    struct id school; /* about this school's children; ID_NONE: all */
    struct id reader; /* what others reported of him is left out; ID_NONE: nothing is */
    int n_cap;
};
/* The newest first. */
NODISCARD enum err incident_store_list(struct tx *tx, struct db *db,
                                       const struct incident_ask *ask, struct arena *arena,
                                       struct incident_listed **out, size_t *n_out,
                                       struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err incident_store_find(struct tx *tx, struct db *db, struct id id,
                                       struct arena *arena, struct incident_listed *out,
                                       struct fail *why);
/* In the order of time. */
NODISCARD enum err incident_store_steps(struct tx *tx, struct db *db, struct id incident,
                                        struct arena *arena, struct incident_step_row **out,
                                        size_t *n_out, struct fail *why);

#endif
