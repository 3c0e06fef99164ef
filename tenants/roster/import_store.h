/* tenants/roster/import_store.h - the rows of table roster_import: one a package that was
 * received. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_ROSTER_IMPORT_STORE_H
#define TENANTS_ROSTER_IMPORT_STORE_H

#include "node/base/role.h"
#include "tenants/roster/roster_store.h"

#define PREVIEW_TEXT_CAP 65 /* 64 hex digits and a NUL */

enum import_state {
    IMPORT_REFUSED,  /* has errors: nothing but the findings was kept */
    IMPORT_CHECKED,  /* its preview waits for a person */
    IMPORT_APPLYING, /* decided; the job does it */
    IMPORT_APPLIED,
    IMPORT_STALE,  /* the store changed between decision and job: nothing was done */
    IMPORT_FAILED, /* nothing was done; operators see why in the log */
    IMPORT_STATES_N
};
const char *import_state_id(enum import_state state);

struct import_row {
    struct id id, made_by; /* made_by ID_NONE: the operator */
    int64_t made_utc_us;
    struct span role; /* of who sent it; "operator" */
    enum import_state state;
    struct span version; /* oneroster.version */
    int64_t n_errors, n_warnings;
    struct span findings;    /* CSV without a mark */
    struct span counts;      /* JSON */
    struct id file, changes; /* sealed files; ID_NONE: none, or gone */
    uint8_t fingerprint[FINGERPRINT_BYTES];
    struct span preview; /* hex */
    int64_t n_erased;
    bool admit_erased;
    int64_t n_total, n_done;
    int64_t applied_utc_us; /* 0: not */
    struct id applied_by;
    struct span applied_role;
    int64_t closed_utc_us;
};

/* ERR_CONFLICT: the id is taken. */
NODISCARD enum err import_store_add(struct tx *tx, const struct import_row *row,
                                    struct fail *why);
/* Exactly one of tx and db. ERR_NOT_FOUND. */
NODISCARD enum err import_store_find(struct tx *tx, struct db *db, struct id id,
                                     struct arena *arena, struct import_row *row_out,
                                     struct fail *why);
/* Newest first, without findings. */
NODISCARD enum err import_store_list(struct db *db, int n_cap, struct arena *arena,
                                     struct import_row **rows_out, size_t *n_out,
                                     struct fail *why);
/* CHECKED -> APPLYING. ERR_CONFLICT: it is not CHECKED. */
NODISCARD enum err import_store_decide(struct tx *tx, const struct import_row *row,
                                       struct fail *why);
/* APPLYING -> state, in the transaction that did it. ERR_CONFLICT: it is not APPLYING. */
NODISCARD enum err import_store_end(struct tx *tx, struct id id, enum import_state state,
                                    int64_t now_utc_us, struct fail *why);
NODISCARD enum err import_store_progress(struct tx *tx, struct id id, int64_t n_done,
                                         int64_t n_total, struct fail *why);
/* Packages whose bytes are still there. */
NODISCARD enum err import_store_open(struct db *db, struct arena *arena,
                                     struct import_row **rows_out, size_t *n_out,
                                     struct fail *why);
/* The key is gone: so are the bytes. */
NODISCARD enum err import_store_close(struct tx *tx, struct id id, int64_t now_utc_us,
                                      struct fail *why);

#endif
