/* node/place/measure_store.h - the rows of tables measure (what staff stopped; of a rename both
 * names) and measure_lift (what they lifted again). Leaf tables, never changed. Texts are
 * sealed: those of a measure about an account under that person's key, of a floor's under the
 * record key MEASURE_RECORD_KEY. Threads: as the tx or db that is handed in. */
#ifndef NODE_PLACE_MEASURE_STORE_H
#define NODE_PLACE_MEASURE_STORE_H

#include "node/place/floor_store.h"
#include "node/place/measure.h"

#define MEASURE_RECORD_KEY "record.moderation" /* KEY_RECORD, of no subject */
#define MEASURE_TABLE      "measure" /* of struct seal_place, with the column's name */
#define LIFT_TABLE         "measure_lift"

struct measure_row {
    struct id id;
    struct place_decider who;
    struct id account; /* ID_NONE: of the floor */
    struct span floor; /* empty: of the account */
    enum measure_kind kind;
    int64_t until_utc_us; /* 0: until it is lifted */
    int64_t seconds;      /* of slow; else 0 */
    struct span reason_sealed, name_before_sealed, name_after_sealed; /* names: of a rename */
};
struct measure_lift_row {
    struct id id, measure;
    struct place_decider who;
    struct span reason_sealed; /* empty: none was given */
};

/* The row with its leaf. Already there, by its id: ERR_OK, *was_there_out. ERR_CONFLICT
 * ("/id"): the id stands for another's measure. */
NODISCARD enum err measure_store_add(struct tx *tx, const struct measure_row *row,
                                     bool *was_there_out, struct fail *why);
/* The same. Lifted before, by whatever id: ERR_OK, *was_there_out. ERR_NOT_FOUND: no such
 * measure. */
NODISCARD enum err measure_store_lift(struct tx *tx, const struct measure_lift_row *row,
                                      bool *was_there_out, struct fail *why);

/* One as it is listed. */
struct measure_listed {
    struct measure_row row;
    bool is_lifted;
    struct measure_lift_row lift;
};
/* The record, newest first. Fields that are ID_NONE, empty or 0 bind nothing. */
struct measures_ask {
    int64_t from_utc_us, until_utc_us; /* from <= at < until */
    struct id account;
    struct span floor;
    int64_t in_force_utc_us; /* only those that hold then */
    int64_t before_utc_us;   /* of a page: rows before (at, id) */
    struct id before;
    int n_cap;
};
NODISCARD enum err measure_store_list(struct db *db, const struct measures_ask *ask,
                                      struct arena *arena, struct measure_listed **rows_out,
                                      size_t *n_out, struct fail *why);
/* ERR_NOT_FOUND. Exactly one of tx and db. */
NODISCARD enum err measure_store_find(struct tx *tx, struct db *db, struct id measure,
                                      struct arena *arena, struct measure_listed *row_out,
                                      struct fail *why);
/* What holds at that time and stops something (no renames): at most 20,000, in the arena of
 * tx. */
NODISCARD enum err measure_store_in_force(struct tx *tx, int64_t now_utc_us,
                                          struct measure_row **rows_out, size_t *n_out,
                                          struct fail *why);

#endif
