/* node/db/files_store.h - the rows of table file; files.c and files_sweep.c alone include it.
 */
#ifndef NODE_DB_FILES_STORE_H
#define NODE_DB_FILES_STORE_H

#include "node/db/digest.h"
#include "node/db/files.h"

struct file_row {
    struct id id, owner;
    enum key_kind key_kind;
    int64_t n_bytes, created_utc_us;
    struct span media_type, name_sealed; /* of the arena or the caller */
    uint8_t sum[HMAC256_BYTES];
};

/* ERR_CONFLICT: the id is taken. */
NODISCARD enum err file_store_add(struct tx *tx, const struct file_row *row, struct fail *why);
NODISCARD enum err file_store_find(struct db *db, struct id id, struct arena *arena,
                                   struct file_row *row_out, struct fail *why);

struct file_mark {
    struct id id;
    bool is_lost; /* marked so */
    bool is_seen; /* the sweep's */
};
/* Every file, by id. */
NODISCARD enum err file_store_all(struct db *db, struct arena *arena,
                                  struct file_mark **marks_out, size_t *n_out,
                                  struct fail *why);
NODISCARD enum err file_store_mark(struct tx *tx, struct id id, bool is_lost,
                                   int64_t now_utc_us, struct fail *why);

#endif
