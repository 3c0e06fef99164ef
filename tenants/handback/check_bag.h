/* tenants/handback/check_bag.h - a bag (ibasho-bag/1, BagIt 1.0, RFC 8493) checked as a whole,
 * before anybody believes a line of it: structure, hashes, sizes, signature, labels, counts,
 * each record against this program's tables, the audit log, and that neither a leaf lacks its
 * record nor a record its leaf (KP-3-調達-4). Needs no database and no keys but a public one.
 * What it cannot know: whether a sealed column's text is the one its leaf committed to; that is
 * the word of whoever signed the bag. Threads: one a check; flat memory. */
#ifndef TENANTS_HANDBACK_CHECK_BAG_H
#define TENANTS_HANDBACK_CHECK_BAG_H

#include "tenants/handback/check_log.h"

struct check_conf {
    const char *dir;
    const struct data_table_list *tables; /* features_tables */
    const struct note_key *key;           /* NULL: the one in the bag, data/log/key.txt */
    void (*each)(const struct bag_defect *defect, void *arg);
    void *arg;
};

struct check_result {
    uint64_t n_defects, n_files, n_bytes, n_records, n_leaves, n_past;
    char bag[129]; /* SHA-512 of manifest-sha512.txt: the bag's hash */
    struct note_key key;
    struct bag_info info; /* texts: arena */
    struct hash256 root;
};

/* Errors: nothing can be said (no such directory, no memory, the disk). ERR_OK: checked, see
 * n_defects. */
NODISCARD enum err check_bag(const struct check_conf *conf, struct arena *arena,
                             struct check_result *result_out, struct fail *why);

#endif
