/* node/support/sos_store.h - tables sos (a child pressed) and sos_step (what became of it):
 * rows are leaves, added and never changed. What state a call is in follows from its steps.
 * Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_SUPPORT_SOS_STORE_H
#define NODE_SUPPORT_SOS_STORE_H

#include "node/db/store.h"

#define SOS_STEP_TABLE "sos_step"

enum sos_act {
    SOS_UNDONE, /* by the child, within sos.undo_s */
    SOS_SENT,   /* a notice is on its way to `told` */
    SOS_PASSED, /* `told` has no address: the next one at once */
    SOS_ALL,    /* to everybody who is registered for such notices */
    SOS_SEEN,   /* staff have it before them */
    SOS_ANSWER, /* somebody takes care of it: nobody else is told */
    SOS_CLOSE,
    SOS_KIND, /* by the child: what it is about, chosen after the press */
    SOS_ACT_N
};
#define SOS_ACTS_SHOWN "undone|sent|passed|all|seen|answer|close"
#define SOS_ACTS       SOS_ACTS_SHOWN "|kind"

struct sos_row {
    struct id id; /* the client's */
    int64_t at_utc_us;
    struct id account;
    struct span kind, page; /* codes; "" not said. Read: the kind chosen last */
    bool has_client_at;
    int64_t client_utc_us;
    bool is_open_hours;
    int64_t undo_until_utc_us;
};
/* Of the steps so far; times 0: not. */
struct sos_facts {
    int64_t undone_utc_us, seen_utc_us, answered_utc_us, closed_utc_us;
    struct id answered_by;
    int64_t n_told;  /* words to somebody on duty that are on their way */
    int64_t n_kinds; /* how often its child said what it is about */
};
enum sos_state { SOS_IS_WAITING, SOS_IS_SEEN, SOS_IS_ANSWERED, SOS_IS_CLOSED, SOS_IS_UNDONE };
#define SOS_STATES "waiting|seen|answered|closed|undone"
enum sos_state sos_state_of(const struct sos_facts *facts);

struct sos_listed {
    struct sos_row row;
    struct sos_facts facts;
};
struct sos_step_row {
    struct id id;
    int64_t at_utc_us;
    struct id sos, account;
    enum sos_act act;
    struct id by;
    struct span role; /* "" the node itself */
    struct id told;
    int64_t n_made;
    struct span text_sealed; /* under the child's key; len 0: none */
    struct span kind;        /* of SOS_KIND: a code */
};

/* The same id of the same child again: was_there, and *row is what was stored then.
 * ERR_CONFLICT: the id is somebody else's. */
NODISCARD enum err sos_store_add(struct tx *tx, struct sos_row *row, bool *was_there_out,
                                 struct fail *why);
/* The same id again adds nothing. */
NODISCARD enum err sos_store_step(struct tx *tx, const struct sos_step_row *step,
                                  bool *was_there_out, struct fail *why);

struct sos_ask {
    struct id id;      /* ID_NONE: any */
    struct id account; /* ID_NONE: anybody's */
    int64_t since_utc_us;
    int64_t before_utc_us; /* 0: from the newest */
    struct id before;
    bool is_open_only; /* neither undone nor closed */
    struct id school;  /* of this school's children; ID_NONE: of all */
    int n_cap;
};
/* The newest first. */
NODISCARD enum err sos_store_list(struct tx *tx, struct db *db, const struct sos_ask *ask,
                                  struct arena *arena, struct sos_listed **out, size_t *n_out,
                                  struct fail *why);
/* ERR_NOT_FOUND. */
NODISCARD enum err sos_store_find(struct tx *tx, struct db *db, struct id id,
                                  struct arena *arena, struct sos_listed *out,
                                  struct fail *why);
/* In the order of time. */
NODISCARD enum err sos_store_steps(struct tx *tx, struct db *db, struct id sos,
                                   struct arena *arena, struct sos_step_row **out,
                                   size_t *n_out, struct fail *why);

#endif
