/* tenants/handback/import_priv.h - what the files of an import share; nobody else includes it.
 */
#ifndef TENANTS_HANDBACK_IMPORT_PRIV_H
#define TENANTS_HANDBACK_IMPORT_PRIV_H

#include "node/db/files.h"
#include "node/db/writer.h"
#include "tenants/handback/import_bag.h"
#include "tenants/handback/read_record.h"

#define IMPORT_PATH_CAP BAG_FULL_PATH_CAP

struct import_key {
    enum key_kind kind;
    bool is_closed, is_used; /* is_used: the slot is taken */
    struct id of;
    char name[48];
    struct id key; /* here */
};

struct import_file {
    struct id file;
    uint8_t sum[32];
};

struct import {
    const struct import_conf *conf;
    const struct services *services;
    struct arena *arena; /* of the whole import */
    struct arena *row;   /* of some rows; wiped */
    struct read_tables tables;
    struct import_result *result;
    struct import_key *keys; /* a hash table */
    size_t n_keys, n_slots;
    struct import_file *files; /* by id */
    size_t n_files, files_cap;
    int64_t n_leaves; /* that become leaves here */
    char *password;   /* hash of one that nobody knows; arena */
};

/* Tables whose rows are not for use at another node: kept verbatim with the old log. */
bool import_is_kept(const struct data_table *table);

/* Calls each for every record of a table. */
NODISCARD enum err
import_each(struct import *import, const struct read_table *table,
            enum err (*each)(struct import *import, const struct read_table *table,
                             const struct read_record *record, void *arg, struct fail *why),
            void *arg, struct fail *why);

/* import_keys.c: finds every key the records name, makes or closes it here. */
NODISCARD enum err import_keys(struct import *import, struct fail *why);
NODISCARD enum err import_key_find(const struct import *import, const struct read_seal *seal,
                                   struct id *key_out, struct fail *why);

/* import_files.c: bytes into place; away with them when the import fails. */
NODISCARD enum err import_files(struct import *import, struct fail *why);
const uint8_t *import_file_sum(const struct import *import, struct id file);
void import_files_drop(struct import *import);

/* import_row.c: a record as the JSON that handback_put takes; adds to *out. */
struct import_text {
    char *p;
    size_t len, cap;
};
NODISCARD enum err import_row_columns(const struct read_table *table, struct arena *arena,
                                      struct span *columns_out, struct fail *why);
NODISCARD enum err import_row(struct import *import, const struct read_table *table,
                              const struct read_record *record, struct import_text *out,
                              struct fail *why);

/* import_leaves.c: inside the transaction. */
NODISCARD enum err import_count_leaves(struct import *import, struct fail *why);
NODISCARD enum err import_leaves(struct import *import, struct tx *tx, struct fail *why);
/* import_pieces.c: what is kept verbatim. */
NODISCARD enum err import_pieces(struct import *import, struct tx *tx, struct id id,
                                 const struct check_dir *dir, struct fail *why);

#endif
