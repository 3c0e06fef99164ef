/* node/place/visit_store.h - the rows of tables visit_event (a leaf table: who came, left, was
 * lost or went on to another floor; AI-2.5-ア) and visit_seat (where somebody stands now, so
 * that after a crash he stands there again; no history). Threads: as the tx or db that is
 * handed in. */
#ifndef NODE_PLACE_VISIT_STORE_H
#define NODE_PLACE_VISIT_STORE_H

#include "node/db/hash256.h"
#include "node/db/writer.h"
#include "node/place/facts.h"

enum visit_kind { VISIT_ENTRY, VISIT_MOVE, VISIT_EXIT, VISIT_LOST, VISIT_KINDS_N };
#define VISIT_KINDS "entry|move|exit|lost"

struct visit_event_row {
    struct id id, visit;
    int64_t at_utc_us;
    struct id account;
    enum visit_kind kind;
    struct span floor;
    int copy;
    struct id session;  /* place_session that ran; ID_NONE */
    struct span reason; /* of exit and lost a word: "left" "closing" "access" ...;
                         * of an entry after lost: "again" */
    bool is_trial;
};
/* The row with its leaf; queued (tx_send). */
NODISCARD enum err visit_store_add(struct tx *tx, const struct visit_event_row *row,
                                   struct fail *why);

/* The log, newest first. Fields that are ID_NONE or empty bind nothing. */
struct visits_ask {
    int64_t from_utc_us, until_utc_us; /* from <= at < until */
    struct id account, session;
    struct span floor;
    int64_t before_utc_us; /* of a page: rows before (at, id); 0: the first page */
    struct id before;
    int n_cap;
};
NODISCARD enum err visit_store_list(struct db *db, const struct visits_ask *ask,
                                    struct arena *arena, struct visit_event_row **rows_out,
                                    size_t *n_out, struct fail *why);

struct visit_seat_row {
    struct id account, visit;
    struct span floor;
    int copy;
    struct floor_spot spot;
    enum world_rung rung;
    enum world_state state;
    bool has_distance;
    struct span room;  /* empty: none */
    struct id session; /* ID_NONE */
    struct hash256 token;
    bool is_trial;
    bool is_anonymous; /* names were hidden there */
    int64_t at_utc_us;
    bool is_lost; /* read only: the last that the log has of the visit is that it was lost */
};
/* Queued. Of an account that is gone meanwhile nothing is written. */
NODISCARD enum err visit_store_seat_put(struct tx *tx, const struct visit_seat_row *row,
                                        struct fail *why);
/* Queued; only if it is still of that visit. */
NODISCARD enum err visit_store_seat_drop(struct tx *tx, struct id account, struct id visit,
                                         struct fail *why);
/* All that are there, at most 20,000. Exactly one of tx and db. */
NODISCARD enum err visit_store_seats(struct tx *tx, struct db *db, struct arena *arena,
                                     struct visit_seat_row **rows_out, size_t *n_out,
                                     struct fail *why);

#endif
