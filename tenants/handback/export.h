/* tenants/handback/export.h - writes the bag (design section 7, KP-3-調達-4, AI-8-3): a BagIt
 * 1.0 directory with everything the municipality's rows say goes back, cut at a signed
 * checkpoint of N leaves. Leaf tables: rows whose leaf stands below N; other tables: as they
 * stand in the export's one snapshot. The payload says no time of its own: the same data at the
 * same cut gives the same manifest.
 *
 * Complete or nothing: a leaf below the cut that has neither its row nor a lawful deletion, a
 * row without a leaf, a sealed value that does not open, ends the export with its place.
 * Memory is flat. An export that was cut off goes on where it was (journal.h).
 * Threads: one; the caller's.  Owns: nothing behind the call. */
#ifndef TENANTS_HANDBACK_EXPORT_H
#define TENANTS_HANDBACK_EXPORT_H

#include <signal.h>

#include "node/db/audit_table.h"
#include "node/db/db.h"
#include "node/db/keyring.h"
#include "node/db/note.h"

struct export_conf {
    const char *dir;          /* the bag's; exists, empty or with an export's journal */
    const struct db_conf *db; /* as owner */
    const struct stmt_table *stmts;
    const struct data_table_list *tables;
    const struct audit_table *const *audit_tables;
    struct keyring *keyring;
    const char *files_dir;
    const char *origin, *checkpoint_path;
    const char *town_ja; /* the municipality as people call it: node.title_ja */
    struct note_key key; /* of the log */
    struct id node;
    /* The cut: 0, the newest checkpoint of checkpoint_path; else the one of that size. An
     * export that goes on keeps its own. */
    uint64_t at;
    /* As an import brought it in, and as the node that gave it signed it (as_of.h); ID_NONE: as
     * the node is now. `at` is then not looked at. */
    struct id as_of_import;
    const char *agent; /* "ibasho 1.2": Bag-Software-Agent */
    const volatile sig_atomic_t *stopped;
    void (*tell)(void *arg, const char *what, int64_t n_done, int64_t n_all); /* may be NULL */
    void *arg;
};

struct export_result {
    bool was_resumed;
    uint64_t n_leaves;
    struct hash256 root;
    int64_t n_rows, n_files, n_bytes;
    int64_t n_sealed, n_closed; /* of this run: values opened; those whose key is destroyed */
    char bag[2 * 64 + 1];       /* SHA-512 of manifest-sha512.txt: the bag's id */
};

/* ERR_CONFLICT: dir holds a whole bag, or the node changed under an export that goes on: begin
 * again elsewhere. ERR_NOSPACE: too little room, told before anything is written, or the disk
 * is full. ERR_NOT_FOUND: no such checkpoint. ERR_PROTO: not complete. ERR_UNAVAILABLE:
 * stopped, or a part of the node is away: run it again. As of an import: ERR_NOT_FOUND, this
 * node took in no such bag; ERR_CONFLICT, something of it was changed since, why names the
 * file.
 */
NODISCARD enum err handback_export(const struct export_conf *conf,
                                   struct export_result *result_out, struct fail *why);

#endif
