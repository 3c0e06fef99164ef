/* node/db/files.h - files of any size, sealed on disk under the key of the person, class or
 * record they belong to: files.dir/XX/ID (XX: the id's last two digits). A row per file holds
 * size, media type, keyed checksum and the sealed name.
 * The bytes are written, synced and in place before the row commits; on deletion the row goes
 * first. So a row always has its bytes, and bytes without a row are remains that files_sweep
 * removes. Who may read a file is the caller's question.
 * Threads: any; one struct file_put belongs to one thread at a time. */
#ifndef NODE_DB_FILES_H
#define NODE_DB_FILES_H

#include "node/base/conf.h"
#include "node/base/job.h"
#include "node/base/table.h"
#include "node/db/sealstream.h"
#include "node/db/space.h"
#include "node/db/writer.h"

#define FILES_CONF_N   2
#define FILES_STMTS_N  5
#define FILES_TABLES_N 1
#define FILES_JOBS_N   1
extern const struct conf_row files_conf_rows[FILES_CONF_N];
extern const struct stmt *const files_stmts[FILES_STMTS_N];
extern const struct data_table files_tables[FILES_TABLES_N];
extern const struct job_kind files_jobs[FILES_JOBS_N];

struct files;
struct file_put;

struct files_conf {
    const char *dir;
    int64_t max_bytes; /* of one file */
    struct keyring *keyring;
    struct space *space;
};

NODISCARD enum err files_open(const struct files_conf *conf, struct files **files_out,
                              struct fail *why);
void files_close(struct files **files);

struct file_new {
    struct id id;           /* client-made */
    enum key_kind key_kind; /* KEY_PERSON, KEY_CLASS or KEY_RECORD */
    struct id owner;        /* subject of that key, which exists */
    struct span name;       /* as people see it; sealed */
    const char *media_type; /* checked by the caller, by content */
};

/* Takes bytes piece by piece; nothing is visible before files_tx_add commits.
 * begin: ERR_NOSPACE when uploads are refused. put: ERR_TOO_LARGE over max_bytes. */
NODISCARD enum err file_put_begin(struct files *files, const struct file_new *file,
                                  struct file_put **put_out, struct fail *why);
NODISCARD enum err file_put_bytes(struct file_put *put, struct span bytes, struct fail *why);
/* Syncs and moves the bytes into place. */
NODISCARD enum err file_put_finish(struct file_put *put, struct fail *why);
/* The keyed checksum, once it is finished: for who writes the row otherwise (a bag taken in).
 */
struct span file_put_sum(const struct file_put *put);
/* Inside an operation: the row. ERR_CONFLICT: the id is taken. */
NODISCARD enum err files_tx_add(struct tx *tx, const struct file_put *put, struct fail *why);
/* rc: what the operation's done was told. Unless the row is (or may be) there, the bytes go. */
void file_put_end(struct file_put **put, enum err rc);

struct file_info {
    struct id id, owner;
    enum key_kind key_kind;
    int64_t n_bytes, created_utc_us;
    struct span media_type, name; /* arena; name unsealed */
};
/* ERR_NOT_FOUND: no such file, or its key was destroyed. */
NODISCARD enum err files_find(struct files *files, struct db *db, struct id id,
                              struct arena *arena, struct file_info *info_out,
                              struct fail *why);
/* Streams the plain bytes to sink, each piece authenticated before it is handed out. ERR_IO:
 * they are not the ones that were put; what sink got must be thrown away. */
NODISCARD enum err files_get(struct files *files, struct db *db, struct id id, stream_sink sink,
                             void *arg, struct fail *why);
/* The row, inside an operation; after its commit files_drop the bytes. ERR_NOT_FOUND. */
NODISCARD enum err files_tx_delete(struct tx *tx, struct id id, struct fail *why);
NODISCARD enum err files_drop(struct files *files, struct id id, struct fail *why);
/* Both; waits. */
NODISCARD enum err files_delete(struct files *files, struct writer *writer, struct id id,
                                struct fail *why);

struct files_sweep_counts {
    size_t n_files, n_removed; /* bytes without a row, and half-written ones */
    size_t n_lost;             /* rows without bytes: logged, marked, kept for a person */
};
/* Compares the directory with the rows. Bytes that came since the start of this program and
 * within a day are left alone: their row may be on its way. Runs as a job at every start, daily
 * and after a person was erased. */
NODISCARD enum err files_sweep(struct files *files, struct db *db, struct writer *writer,
                               struct files_sweep_counts *counts_out, struct fail *why);

#endif
