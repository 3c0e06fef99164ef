/* node/place/floor_store.h - the rows of tables floor_version and floor_plan: floors as they
 * were published, how full they get and whether they are hidden. Leaf tables, never changed:
 * the newest of a floor holds. Threads: as the tx or db that is handed in. */
#ifndef NODE_PLACE_FLOOR_STORE_H
#define NODE_PLACE_FLOOR_STORE_H

#include "node/db/writer.h"
#include "node/place/facts.h"

/* Who decided, of every table here. by ID_NONE: the operator, role "operator". */
struct place_decider {
    int64_t at_utc_us;
    struct id by;
    struct span role;
};

struct floor_version_row {
    struct id id;
    int64_t n; /* given by the store */
    struct span floor;
    int64_t version; /* given by the store: one more than the newest */
    bool has_of_version;
    int64_t of_version;
    struct span body, hash; /* a list leaves body empty */
    struct place_decider who;
};
/* The row with its leaf. ERR_CONFLICT: the id is taken. */
NODISCARD enum err floor_store_publish(struct tx *tx, struct floor_version_row *row,
                                       struct fail *why);
/* What the newest version is: 0 and no hash when nothing was published. */
struct floor_newest {
    int64_t version;
    char hash[FLOOR_HASH_CAP];
};
NODISCARD enum err floor_store_newest(struct tx *tx, struct span floor,
                                      struct floor_newest *newest_out, struct fail *why);
/* By the client's id. *is_there_out false: no such row. Texts in the arena of tx. */
NODISCARD enum err floor_store_find(struct tx *tx, struct id id, bool *is_there_out,
                                    struct floor_version_row *row_out, struct fail *why);
/* One version with its body. Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err floor_store_version(struct tx *tx, struct db *db, struct span floor,
                                       int64_t version, struct arena *arena,
                                       struct floor_version_row *row_out, struct fail *why);
/* The newest of every floor, by floor; has_body: with the bodies. */
NODISCARD enum err floor_store_current(struct db *db, bool has_body, struct arena *arena,
                                       struct floor_version_row **rows_out, size_t *n_out,
                                       struct fail *why);
/* Versions of one floor before `before` (0: from the newest), newest first, without bodies. */
NODISCARD enum err floor_store_past(struct db *db, struct span floor, int64_t before, int n_cap,
                                    struct arena *arena, struct floor_version_row **rows_out,
                                    size_t *n_out, struct fail *why);

struct floor_plan_row {
    struct id id;
    int64_t n; /* given by the store */
    struct span floor;
    struct facts_plan plan;
    struct place_decider who;
};
NODISCARD enum err floor_store_plan(struct tx *tx, struct floor_plan_row *row,
                                    struct fail *why);
/* By the client's id. */
NODISCARD enum err floor_store_plan_is_there(struct tx *tx, struct id id, bool *is_there_out,
                                             struct fail *why);
/* The newest of every floor, by floor. Exactly one of tx and db. */
NODISCARD enum err floor_store_plans(struct tx *tx, struct db *db, struct arena *arena,
                                     struct floor_plan_row **rows_out, size_t *n_out,
                                     struct fail *why);

#endif
