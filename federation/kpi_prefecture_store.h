/* federation/kpi_prefecture_store.h - what the coordinator reads of the tables fed_kpi and
 * fed_kpi_cell (written by federation/kpi_store.h) and of fed_purge, to show a prefecture's
 * figures. Threads: as the db.  Owns: nothing; all of it lives in the arena. */
#ifndef FEDERATION_KPI_PREFECTURE_STORE_H
#define FEDERATION_KPI_PREFECTURE_STORE_H

#include "federation/kpi_prefecture.h"
#include "federation/kpi_prefecture_rows.h"
#include "node/db/store.h"

/* The newest word of each node about each month from..to (when they began), with its cells of
 * one part. */
NODISCARD enum err prefecture_store_given(struct db *db, int64_t from_utc_us, int64_t to_utc_us,
                                          enum kpi_part part, struct arena *arena,
                                          struct prefecture_given **out, size_t *n_out,
                                          struct fail *why);
/* Of each node that ever gave figures: its newest month that stands and when it came (0: none
 * does), and the newest of which it said anything, also that it takes it back. */
struct prefecture_last {
    struct id node;
    int64_t month_utc_us, received_utc_us, said_utc_us;
};
NODISCARD enum err prefecture_store_last(struct db *db, struct arena *arena,
                                         struct prefecture_last **out, size_t *n_out,
                                         struct fail *why);
/* When the months began of which there is anything, the newest first; at most 120. */
NODISCARD enum err prefecture_store_months(struct db *db, struct arena *arena, int64_t **out,
                                           size_t *n_out, struct fail *why);
/* Who has left, and what this node says of its purge; the newest first, at most 50. */
struct prefecture_left {
    struct id node;
    int64_t asked_utc_us, cleared_utc_us; /* cleared 0: not yet */
    bool has_receipt;
};
NODISCARD enum err prefecture_store_left(struct db *db, struct arena *arena,
                                         struct prefecture_left **out, size_t *n_out,
                                         struct fail *why);

#endif
