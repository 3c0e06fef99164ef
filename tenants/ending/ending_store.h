/* tenants/ending/ending_store.h - tables ending and ending_step (leaves: who asked for the end
 * of whom, why, what was decided and done) and ending_mention (the places in others' records
 * that name the one who goes; found anew before every execution, gone with the person).
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ENDING_ENDING_STORE_H
#define TENANTS_ENDING_ENDING_STORE_H

#include "node/db/writer.h"

#define ENDING_REASONS   "withdrawal|objection|past_term"
#define ENDING_ASKERS    "child|guardian|school|board"
#define ENDING_DECISIONS "keep|mask|delete"
#define ENDING_KINDS     "searched|decided|confirmed|cancelled|held|begun|done"
#define ENDING_FACTS_CAP 60000 /* bytes of facts in a step */

enum ending_decision { ENDING_KEEP, ENDING_MASK, ENDING_DELETE };
enum ending_kind {
    ENDING_SEARCHED,  /* by the node: the list of mentions is whole */
    ENDING_DECIDED,   /* about one mention */
    ENDING_CONFIRMED, /* by the second person */
    ENDING_CANCELLED,
    ENDING_HELD,  /* by the node: something new to decide stood in the way */
    ENDING_BEGUN, /* by the node: facts of before */
    ENDING_DONE   /* by the node: the proof */
};

/* Where a request stands; follows from its steps and mentions. */
enum ending_state {
    ENDING_IS_SEARCHING,
    ENDING_IS_DECIDING,
    ENDING_IS_READY,   /* everything is decided: wants its second person */
    ENDING_IS_WAITING, /* confirmed: for its day, or for the job */
    ENDING_IS_RUNNING,
    ENDING_IS_DONE,
    ENDING_IS_CANCELLED
};
#define ENDING_STATES "searching|deciding|ready|waiting|running|done|cancelled"

struct ending_row {
    struct id id, by, person;
    int64_t at_utc_us, due_utc_us; /* due 0: at once */
    struct span by_role;
    int reason, asked_by;    /* ENDING_REASONS, ENDING_ASKERS */
    struct span note_sealed; /* under the person's own key; may be empty */
    /* Of a row that is read. */
    enum ending_state state;
    int64_t n_mentions, n_open; /* sealed texts; those undecided */
    struct id confirmed_by;
    int64_t confirmed_utc_us, ended_utc_us; /* 0: not yet */
};

struct ending_step_row {
    struct id id, ending, by, mention; /* by ID_NONE: the node */
    int64_t at_utc_us;
    struct span by_role;
    enum ending_kind kind;
    enum ending_decision decision;
    struct span facts, note; /* texts, may be empty */
};

/* The row and its leaf. ERR_CONFLICT: the id is taken. */
NODISCARD enum err ending_store_add(struct tx *tx, const struct ending_row *row,
                                    struct fail *why);
NODISCARD enum err ending_store_step(struct tx *tx, const struct ending_step_row *row,
                                     struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err ending_store_find(struct tx *tx, struct db *db, struct id ending,
                                     struct arena *arena, struct ending_row *out,
                                     struct fail *why);
/* The person's request that is neither done nor cancelled. ERR_NOT_FOUND. */
NODISCARD enum err ending_store_open(struct tx *tx, struct id person, struct ending_row *out,
                                     struct fail *why);
/* Newest first; before ID_NONE: from the newest. */
NODISCARD enum err ending_store_list(struct db *db, struct id before, int n_cap,
                                     struct arena *arena, struct ending_row **rows_out,
                                     size_t *n_out, struct fail *why);
/* The newest step of that kind. ERR_NOT_FOUND. */
NODISCARD enum err ending_store_last(struct db *db, struct id ending, enum ending_kind kind,
                                     struct arena *arena, struct ending_step_row *out,
                                     struct fail *why);

#endif
