/* The audit log as a file of lines (node/db/audit_leaf.h). */
#include <errno.h>

#include "node/db/audit_live.h"
#include "node/db/audit_store.h"

static enum err put(FILE *to, const void *p, size_t len, struct fail *why)
{
    if (len == 0 || fwrite(p, 1, len, to) == len)
        return ERR_OK;
    return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "export: %s", strerror(errno));
}

static enum err put_leaf(void *arg, const struct audit_leaf *leaf, struct fail *why)
{
    char head[LEAF_HEAD_CAP];
    size_t len = leaf_head_into(leaf, head);
    bool has_row = leaf->bytes.p != NULL && leaf_is_row(leaf->bytes);
    enum err rc = put(arg, head, len, why);

    if (rc == ERR_OK)
        rc = has_row ? put(arg, leaf->bytes.p, leaf->bytes.len, why) : put(arg, "null", 4, why);
    return rc == ERR_OK ? put(arg, "}\n", 2, why) : rc;
}

static enum err put_checkpoint(void *arg, uint64_t size, struct span root, struct span frontier,
                               struct span note, struct fail *why)
{
    char line[2 * LEAF_NOTE_CAP + 64];
    struct note parsed;
    bool is_whole = note_parse(note, &parsed, NULL) == ERR_OK && parsed.size == size &&
                    span_eq(root, hash256_span(&parsed.root));

    size_t len;

    (void)frontier;
    /* Columns that contradict their note, or bytes that are none, must show as broken. */
    len = leaf_checkpoint_into(is_whole ? note : SPAN("broken\n"), line);
    return put(arg, line, len, why);
}

static enum err put_extra(void *arg, struct span table, struct id row, struct fail *why)
{
    char line[LEAF_HEAD_CAP];
    size_t len = leaf_extra_into(table, row, line);

    return put(arg, line, len, why);
}

enum err live_export(struct db *db, const struct audit_table *const *tables, struct span origin,
                     FILE *to, struct fail *why)
{
    struct live_sink sink = {put_leaf, put_checkpoint, put_extra, to};
    char line[LEAF_HEAD_CAP] = "";
    int64_t n_leaves = 0, n_checkpoints = 0;
    enum err rc = store_count(db, &n_leaves, &n_checkpoints, why);
    uint64_t n = (uint64_t)n_leaves;
    size_t len;

    if (rc == ERR_OK) {
        len = leaf_header_into(origin, n, (uint64_t)n_checkpoints, line);
        rc = put(to, line, len, why);
    }
    if (rc == ERR_OK)
        rc = live_walk(db, tables, &sink, why);
    if (rc == ERR_OK) {
        len = leaf_end_into(n, line);
        rc = put(to, line, len, why);
    }
    if (rc == ERR_OK && fflush(to) != 0)
        rc = fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "export: %s",
                      strerror(errno));
    return rc;
}
