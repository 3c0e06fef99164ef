/* node/db/settings_store.h - the rows of table setting; settings.c alone includes it.
 * Threads: as the tx or db that is handed in.  Owns: nothing; results live in the arena. */
#ifndef NODE_DB_SETTINGS_STORE_H
#define NODE_DB_SETTINGS_STORE_H

#include "node/db/settings.h"

/* One decision as the rule of settings.h needs it. */
struct setting_line {
    struct id id;
    struct span name;
    int32_t version, undoes; /* undoes 0: a change */
    bool has_value, is_undone;
    struct span value;
    int64_t effective_from_utc_us;
};

/* Every decision of every setting, by name and version. Exactly one of tx and db is given. */
NODISCARD enum err setting_store_all(struct tx *tx, struct db *db, struct arena *arena,
                                     struct setting_line **lines_out, size_t *n_out,
                                     struct fail *why);
/* Every decision of one setting, by version; the array has room for one more. */
NODISCARD enum err setting_store_of(struct tx *tx, const char *name, struct arena *arena,
                                    struct setting_line **lines_out, size_t *n_out,
                                    struct fail *why);
/* The row and its audit leaf. */
NODISCARD enum err setting_store_add(struct tx *tx, const struct setting_past *row,
                                     const char *name, struct fail *why);

#endif
