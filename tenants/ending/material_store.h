/* tenants/ending/material_store.h - the register of received material (AI-8-3): table material,
 * what came from whom, and material_mark, what became of it. Leaves, both: nothing is written
 * over; a correction is a row that replaces another, the newest mark counts.
 * Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ENDING_MATERIAL_STORE_H
#define TENANTS_ENDING_MATERIAL_STORE_H

#include "node/db/writer.h"

#define MATERIAL_FORMS "paper|file|media|device|other"
#define MATERIAL_MARKS "returned|destroyed|erased|reopened"

enum material_kind {
    MATERIAL_RETURNED,
    MATERIAL_DESTROYED,
    MATERIAL_ERASED,
    MATERIAL_REOPENED, /* the mark before it was wrong */
};

/* Where an entry stands: the marks, then these two. */
enum material_state { MATERIAL_IS_OPEN = MATERIAL_REOPENED, MATERIAL_IS_REPLACED };
#define MATERIAL_STATES "returned|destroyed|erased|open|replaced"

struct material_mark {
    struct id id, by, material;
    int64_t at_utc_us;
    struct span by_role, done_on; /* "2026-11-22" */
    int kind;                     /* enum material_kind */
    struct span note_sealed;      /* may be empty */
};

struct material_row {
    struct id id, by, replaces; /* replaces ID_NONE: nothing */
    int64_t at_utc_us;
    struct span by_role, received_on;
    int form; /* of MATERIAL_FORMS */
    struct span what_sealed, from_sealed, place_sealed, purpose_sealed;
    /* Of a row that is read. */
    int state; /* enum material_kind below MATERIAL_REOPENED, or enum material_state */
    struct id replaced_by;
    struct material_mark mark; /* the newest; id ID_NONE: there is none */
};

/* The row and its leaf. ERR_CONFLICT: the id is taken, or what it replaces was replaced. */
NODISCARD enum err material_store_add(struct tx *tx, const struct material_row *row,
                                      struct fail *why);
NODISCARD enum err material_store_mark(struct tx *tx, const struct material_mark *mark,
                                       struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err material_store_find(struct tx *tx, struct db *db, struct id material,
                                       struct arena *arena, struct material_row *out,
                                       struct fail *why);
/* Newest first; before ID_NONE: from the newest. */
NODISCARD enum err material_store_list(struct db *db, struct id before, int n_cap,
                                       struct arena *arena, struct material_row **rows_out,
                                       size_t *n_out, struct fail *why);
/* Entries that are neither replaced nor given back, destroyed or erased. */
NODISCARD enum err material_store_open(struct db *db, int64_t *n_out, struct fail *why);

#endif
