/* federation/purge_clear_store.h - the statements that take away what is here of a town that
 * left: the only file that names those tables beside their own stores. Threads: as the tx or
 * db.
 */
#ifndef FEDERATION_PURGE_CLEAR_STORE_H
#define FEDERATION_PURGE_CLEAR_STORE_H

#include "federation/purge_store.h"

#define PURGE_CHUNK 500 /* rows of a leaf table in one transaction */

/* A lesson with that town whose words may still be read. */
struct purge_context {
    struct id lesson, host;
    int64_t to_utc_us;
    bool has_others; /* more towns are in it */
};
NODISCARD enum err purge_contexts(struct db *db, struct id node, struct arena *arena,
                                  struct purge_context **out, size_t *n_out, struct fail *why);
/* Series that town offered and that are alive here; of ours, those it takes part in. */
NODISCARD enum err purge_series_of(struct db *db, struct id node, bool is_host,
                                   struct arena *arena, struct id **out, size_t *n_out,
                                   struct fail *why);
/* Every series both had a part in, at most PURGE_SERIES_MOST. */
NODISCARD enum err purge_series_all(struct db *db, struct id node, struct arena *arena,
                                    struct id **out, size_t *n_out, struct fail *why);
/* At most PURGE_CHUNK lines (acts) of that town's people go, with their leaves' salts. */
NODISCARD enum err purge_lines(struct tx *tx, struct id node, size_t *n_out, struct fail *why);
NODISCARD enum err purge_acts(struct tx *tx, struct id node, size_t *n_out, struct fail *why);
/* All the rest, counted into the row's parts; *n_out: rows that went. */
NODISCARD enum err purge_rest(struct tx *tx, const struct purge_row *row, int64_t now_utc_us,
                              int64_t *n_out, struct fail *why);

/* The tables of all of these, for VACUUM. */
extern const char purge_vacuum_sql[];

#endif
