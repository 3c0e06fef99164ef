/* ops/cli/drill.h - what a drill looks at in the restored cluster.  Threads: one. */
#ifndef OPS_CLI_DRILL_H
#define OPS_CLI_DRILL_H

#include "node/base/table.h"
#include "node/db/audit_verify.h"
#include "node/db/backup_state.h"
#include "ops/cli/replay.h"

#define DRILL_SAMPLE 4 /* rows of a sealed column */

/* The statements of a drill, built from the rows of the tables of data. */
struct drill_sql {
    const struct stmt_table *tables; /* for db_open: every feature's and these */
    struct drill_table {
        const struct data_table *table;
        const struct stmt *count;
    } * counts;
    size_t n;
    struct drill_column {
        const char *table, *column;
        const struct stmt *sample; /* row id, sealed bytes */
    } * columns;
    size_t n_columns;
    const struct stmt *files; /* ids */
};
NODISCARD enum err drill_sql_make(struct arena *arena, struct drill_sql *out, struct fail *why);

/* A moment of the living cluster at which nothing was in flight: what was counted then must be
 * in the restored cluster at the same place of the log. */
struct drill_moment {
    uint64_t place;
    int64_t *counts; /* drill_sql.n */
    struct verify_result
        audit; /* of the living log: what it lacks, the restored may lack too */
};
/* db: its own session; the transaction that was counted in is over when this returns.
 * ERR_TIMEOUT: the node never stood still for a moment. */
NODISCARD enum err drill_moment_take(struct db *db, struct arena *arena,
                                     const struct drill_sql *sql,
                                     const struct verify_conf *conf, struct drill_moment *out,
                                     struct fail *why);

struct drill_place {
    struct cli *cli;
    struct keyring *keyring;
    const struct drill_sql *sql;
    const struct drill_moment *moment;
    const struct note_key *key;
    const char *checkpoints; /* a copy of the external file, older than the moment */
    const char *files_dir;   /* the backup's copies of files */
    const char *scratch;     /* an empty directory of the drill's own */
};
/* Every check; what is wrong goes to drill->text (the first) and to standard error (all).
 * An error: they could not be made. */
NODISCARD enum err drill_check(const struct drill_place *place, struct db *db,
                               struct backup_drill *drill, struct fail *why);

#endif
