/* tenants/roster/rollover_store.h - the rows of tables rollover and rollover_change, and what a
 * roll-over does to people, classes and enrolments: whole sets at once, named by its changes.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ROSTER_ROLLOVER_STORE_H
#define TENANTS_ROSTER_ROLLOVER_STORE_H

#include "tenants/roster/roster_store.h"

enum rollover_state {
    ROLLOVER_PREVIEWED,
    ROLLOVER_APPLIED,   /* can be undone */
    ROLLOVER_CONFIRMED, /* stays */
    ROLLOVER_UNDONE,
    ROLLOVER_STATES_N
};
const char *rollover_state_id(enum rollover_state state);

struct rollover_row {
    struct id id, made_by;
    int school_year;
    enum rollover_state state;
    int64_t made_utc_us;
    struct span role, counts, preview; /* arena */
    uint8_t fingerprint[FINGERPRINT_BYTES];
    int64_t applied_utc_us, undone_utc_us, confirmed_utc_us; /* 0: not */
};

enum rollover_kind {
    ROLLOVER_UP,        /* grade up; the school goes empty when it ends with that grade */
    ROLLOVER_GRADUATE,  /* leaves with the last grade */
    ROLLOVER_LEAVE,     /* named by a person as moving away */
    ROLLOVER_TRANSFER,  /* staff: to another school */
    ROLLOVER_HOLD,      /* named by a person as staying in the grade */
    ROLLOVER_UNKNOWN,   /* no grade that goes up: a person has to look */
    ROLLOVER_CLASS,     /* a class of the old year is over */
    ROLLOVER_ENROLMENT, /* so is who was in it */
    ROLLOVER_RIGHT,     /* a duty of that class, or at the school left, ends at confirm */
    ROLLOVER_KINDS_N
};
const char *rollover_kind_id(enum rollover_kind kind);

struct rollover_change {
    enum rollover_kind kind;
    struct id person, object, school_before, school;
    struct span grade_before, grade; /* when read: arena */
    int n;                           /* place in the list, from 1 */
};

/* ---- what is there ---- */

struct rollover_person {
    struct id id, school;
    struct span grade, school_code; /* arena */
    bool is_student;
    bool is_new_year; /* is in a class of the new year already: the roster was first */
};
NODISCARD enum err rollover_store_people(struct db *db, int school_year, struct arena *arena,
                                         struct rollover_person **rows_out, size_t *n_out,
                                         struct fail *why);
/* Classes of years before, then who is in them: object and person filled. */
NODISCARD enum err rollover_store_ends(struct db *db, int school_year, struct arena *arena,
                                       struct rollover_change **rows_out, size_t *n_out,
                                       struct fail *why);
/* Rights in force: object, person, school_before, and in school the class. */
NODISCARD enum err rollover_store_rights(struct db *db, struct arena *arena,
                                         struct rollover_change **rows_out, size_t *n_out,
                                         struct fail *why);

/* ---- one roll-over ---- */

NODISCARD enum err rollover_store_add(struct tx *tx, const struct rollover_row *row,
                                      struct fail *why);
NODISCARD enum err rollover_store_add_change(struct tx *tx, struct id rollover,
                                             const struct rollover_change *change,
                                             struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err rollover_store_find(struct tx *tx, struct db *db, struct id id,
                                       struct arena *arena, struct rollover_row *row_out,
                                       struct fail *why);
/* Newest first. */
NODISCARD enum err rollover_store_list(struct db *db, int n_cap, struct arena *arena,
                                       struct rollover_row **rows_out, size_t *n_out,
                                       struct fail *why);
/* Those after place `after`; kind ROLLOVER_KINDS_N: of any. */
NODISCARD enum err rollover_store_changes(struct db *db, struct id id, enum rollover_kind kind,
                                          int after, int n_cap, struct arena *arena,
                                          struct rollover_change **rows_out, size_t *n_out,
                                          struct fail *why);

/* The row's move. ERR_CONFLICT: it is not in the state before, or, on applying, another of that
 * school year was applied and not undone. */
NODISCARD enum err rollover_store_move(struct tx *tx, struct id id, enum rollover_state to,
                                       struct id by, int64_t now_utc_us, struct fail *why);
/* Grades, schools, leaving; classes and enrolments end. */
NODISCARD enum err rollover_store_do(struct tx *tx, struct id id, int64_t now_utc_us,
                                     struct fail *why);
/* All of it back. What was changed by others since stays as they left it. */
NODISCARD enum err rollover_store_undo(struct tx *tx, struct id id, struct fail *why);

#endif
