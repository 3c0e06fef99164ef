/* tenants/handback/bag.h - the bag while it is written (private to this folder). One snapshot
 * of the database for all of it; what a part writes it tells the journal.
 * Threads: one. */
#ifndef TENANTS_HANDBACK_BAG_H
#define TENANTS_HANDBACK_BAG_H

#include "node/db/audit_table.h"
#include "node/db/files.h"
#include "tenants/handback/export.h"
#include "tenants/handback/journal.h"
#include "tenants/handback/plan.h"

struct as_of; /* as_of.h */
struct spool; /* spool.h */

struct bag {
    const struct export_conf *conf;
    const char *dir;
    struct arena *arena; /* of the whole export */
    struct db *db;       /* in the snapshot */
    struct db *side;     /* another connection, for what is asked while db streams */
    struct files *files;
    struct journal journal;
    struct as_of *as_of; /* NULL: as the node is now */
    struct spool *spool; /* NULL: nobody writes the log any more */
    struct plan *plans;
    int n_plans;
    int64_t n_sealed, n_closed, n_rows;
};

/* ERR_UNAVAILABLE when somebody wants to stop. Every hundred rows or so. */
NODISCARD enum err bag_go_on(const struct bag *bag, struct fail *why);
void bag_tell(const struct bag *bag, const char *what, int64_t n_done, int64_t n_all);

/* data/log, after the records: leaves below the cut, checkpoints up to it, the public key.
 * ERR_PROTO: the log does not verify, or a leaf has neither row nor deletion; names it. */
NODISCARD enum err bag_log(struct bag *bag, struct fail *why);
/* data/log/past: logs of earlier contractors, as they came. */
NODISCARD enum err bag_past(struct bag *bag, struct fail *why);
/* What an import kept under a path, piece by piece. */
NODISCARD enum err bag_pieces(struct bag *bag, struct id import, struct span path,
                              enum err (*each)(void *arg, struct span bytes, struct fail *why),
                              void *arg, struct fail *why);
/* data/records and excel: every table but `file`. */
NODISCARD enum err bag_records(struct bag *bag, struct fail *why);
/* After both: the leaves of the log below the cut, and the rows that went out, are the same.
 * ERR_PROTO, ERR_CONFLICT (an export that goes on): they are not; names table or row. */
NODISCARD enum err bag_check_leaves(struct bag *bag, struct fail *why);
/* data/files, data/records/file.ndjson, excel/file.csv. */
NODISCARD enum err bag_uploads(struct bag *bag, struct fail *why);
/* data/oneroster. */
NODISCARD enum err bag_roster(struct bag *bag, struct fail *why);
/* data/schema. */
NODISCARD enum err bag_schemas(struct bag *bag, struct fail *why);
/* data/README.ja.txt. */
NODISCARD enum err bag_readme(struct bag *bag, struct fail *why);
/* bagit.txt, bag-info.txt, both manifests, the signature. */
NODISCARD enum err bag_close(struct bag *bag, struct export_result *result, struct fail *why);

/* For the parts: a whole small file. */
NODISCARD enum err bag_put(struct bag *bag, const char *path, struct span bytes,
                           struct fail *why);
/* A table's rows counted over tables: what the journal says was written. */
int64_t bag_n_rows(const struct bag *bag, const char *table);

/* The journal's files by path, each once; how many. */
size_t bag_sort_files(struct journal *journal);

#endif
