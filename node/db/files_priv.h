/* node/db/files_priv.h - what files.c and files_sweep.c share; nobody else includes it. */
#ifndef NODE_DB_FILES_PRIV_H
#define NODE_DB_FILES_PRIV_H

#include "node/db/files.h"

#define FILES_PATH_CAP  512
#define FILES_PART_DIR  "part" /* half-written files, by id */
#define FILES_N_SHARDS  256
#define FILES_ORPHAN_US (INT64_C(86400) * 1000000)

struct files {
    char *dir;
    int64_t max_bytes;
    struct keyring *keyring;
    struct space *space;
    int64_t opened_real_us; /* the clock that stamps files, which no test moves */
};

int64_t files_real_us(void);
/* DIR/XX/ID: XX the last two digits, for the first ones of a UUIDv7 hardly differ. */
void files_path(const struct files *files, struct id id, char path_out[FILES_PATH_CAP]);
void files_part_path(const struct files *files, struct id id, char path_out[FILES_PATH_CAP]);

#endif
