/* tenants/handback/import_bag.h - a bag into an empty node: all of it or nothing (KP-3-調達-4).
 *
 *   check_bag            the whole bag, before anything is touched
 *   keys                 a new key for each person, class and record that the bag names; those
 *                        that were destroyed there are destroyed here, too
 *   files                sealed anew, in place before their rows
 *   one transaction      of the writer: every row, resealed for its table and column; a leaf in
 *                        this node's own log for each old leaf that has its row, in the old
 *                        order; the old log verbatim; one leaf that says so
 *
 * While it runs nobody else writes. Cut off at any moment, the database is empty as before:
 * keys that nothing is sealed with and files without a row are used or swept by the next try.
 * What only the old node could use (HAND_SECRET) gets values nobody knows.
 * Threads: the caller's own, which waits for the writer. */
#ifndef TENANTS_HANDBACK_IMPORT_BAG_H
#define TENANTS_HANDBACK_IMPORT_BAG_H

#include "node/base/services.h"
#include "tenants/handback/check_bag.h"

struct import_conf {
    const struct services *services; /* writer, keyring, files, tables, audit_tables */
    const char *dir;
    const struct note_key *key; /* NULL: the bag's own */
    void (*each)(const struct bag_defect *defect, void *arg);
    void (*began)(void *arg); /* checked: the import itself begins; may be NULL */
    void *arg;
};

struct import_result {
    struct id id; /* of the import */
    struct check_result check;
    uint64_t n_records, n_leaves, n_files, n_keys, n_closed;
};

/* ERR_INVALID: the bag has defects, all were told. ERR_CONFLICT: the node is not empty, or this
 * bag closes what is open here. ERR_LOCKED, ERR_UNAVAILABLE, ERR_NOSPACE: try again. After any
 * error the node is as empty as before. */
NODISCARD enum err import_bag(const struct import_conf *conf, struct arena *arena,
                              struct import_result *result_out, struct fail *why);

#endif
