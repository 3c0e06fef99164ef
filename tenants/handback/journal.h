/* tenants/handback/journal.h - what of a bag is written already: every file with its size and
 * SHA-512 (the manifest is made of it), which leaves and rows there were. It stands in the
 * bag's own directory until the bag is whole, so that an export that was cut off goes on.
 *
 * What is kept over a cut: files of persons, the log and the records of leaf tables, which the
 * cut at N leaves fixes for ever. Everything else stood in the database's snapshot, which is
 * gone, and is made again. On a node that is read-only the result is that of an export that
 * nobody cut off; on one that is not, other tables show a later moment.
 * Threads: one.  Owns: the descriptor; entries live in the arena. */
#ifndef TENANTS_HANDBACK_JOURNAL_H
#define TENANTS_HANDBACK_JOURNAL_H

#include "node/base/arena.h"
#include "node/base/id.h"
#include "node/db/hash256.h"
#include "tenants/handback/out.h"

#define JOURNAL_NAME "ibasho-export.journal"

struct journal_cut {
    uint64_t n_leaves;
    struct hash256 root;
};

/* A set of rows, so that two of them can be compared without holding either. */
struct row_set {
    int64_t n;
    uint8_t sum[16]; /* of all ids, modulo 2^128 */
};
void row_set_add(struct row_set *set, struct id row);

struct journal_file {
    const char *path; /* "data/records/file.ndjson" */
    struct out_sum sum;
    int64_t n_rows; /* of a table, else -1 */
    struct row_set rows;
};
struct journal_upload {
    struct id file;
    bool is_there;
    struct hash256 sha256;
};
/* The rows of a leaf table that leaves below the cut speak of. */
struct journal_leaves {
    const char *table;
    struct row_set rows;
};

struct journal {
    int fd;
    const char *dir;
    struct arena *arena;
    bool is_resumed;
    struct journal_cut cut;
    struct journal_file *files;
    struct journal_upload *uploads; /* by id */
    struct journal_leaves *leaves;
    size_t n_files, n_uploads, n_leaves;
    size_t files_cap, uploads_cap, leaves_cap;
    size_t n_kept_uploads; /* of before, sorted; later ones stand behind */
    int64_t unsynced_bytes;
    bool has_log; /* the log was written whole, with its leaves */
};

/* Makes the journal, or reads the one that is there; keeps says which of its files are still
 * good. ERR_CONFLICT: a whole bag is in dir. ERR_PROTO: not our journal. */
NODISCARD enum err journal_open(const char *dir, struct arena *arena,
                                bool (*keeps)(const char *path, void *arg), void *arg,
                                struct journal *journal, struct fail *why);
/* Is there one? */
bool journal_is_in(const char *dir);
void journal_close(struct journal *journal);
/* Of a new journal. */
NODISCARD enum err journal_put_cut(struct journal *journal, const struct journal_cut *cut,
                                   struct fail *why);
/* A file that stands under its name; rows NULL: it is no table. */
NODISCARD enum err journal_put_file(struct journal *journal, const char *path,
                                    const struct out_sum *sum, const struct row_set *rows,
                                    struct fail *why);
NODISCARD enum err journal_put_upload(struct journal *journal,
                                      const struct journal_upload *upload, struct fail *why);
NODISCARD enum err journal_put_leaves(struct journal *journal, const char *table,
                                      const struct row_set *rows, struct fail *why);
NODISCARD enum err journal_put_log(struct journal *journal, struct fail *why);
/* NULL: not written yet. */
const struct journal_file *journal_find(const struct journal *journal, const char *path);
const struct journal_upload *journal_find_upload(const struct journal *journal, struct id file);
const struct journal_leaves *journal_find_leaves(const struct journal *journal,
                                                 const char *table);
/* The bag is whole. */
NODISCARD enum err journal_remove(struct journal *journal, struct fail *why);

#endif
