/* A leaf here for each old leaf that has its row, in the old order. */
#include <stdio.h>
#include <stdlib.h>

#include "node/db/audit.h"
#include "node/db/audit_leaf.h"
#include "node/db/audit_store.h"
#include "node/db/audit_table.h"
#include "node/db/lines.h"
#include "tenants/handback/check_row.h"
#include "tenants/handback/import_priv.h"

#define WINDOW 512

struct old_leaf { /* of one window */
    char kind[LEAF_NAME_CAP];
    const struct audit_table *table;
    struct id row;
    struct span bytes; /* of the row here; arena of the window */
};

/* ---- the old log ---- */

static bool is_taken(const struct import *im, const struct audit_leaf *leaf)
{
    const struct read_table *table = read_table_find(&im->tables, leaf->table);

    return leaf->bytes.p != NULL && table != NULL && !import_is_kept(table->table);
}

static enum err each_leaf(struct import *im,
                          enum err (*each)(struct import *im, const struct audit_leaf *leaf,
                                           void *arg, struct fail *why),
                          void *arg, struct fail *why)
{
    char path[IMPORT_PATH_CAP], note[LEAF_NOTE_CAP];
    struct lines *lines = NULL;
    struct leaf_record record;
    struct span line;
    enum err rc;

    snprintf(path, sizeof path, "%s/" BAG_LEAVES_PATH, im->conf->dir);
    rc = lines_open(path, LEAF_LINE_CAP, &lines, why);
    while (rc == ERR_OK) {
        rc = lines_next(lines, &line, why);
        if (rc == ERR_OK)
            rc = leaf_read(line, note, &record, why);
        if (rc == ERR_OK && record.what == LINE_LEAF && is_taken(im, &record.leaf))
            rc = each(im, &record.leaf, arg, why);
        else if (rc == ERR_OK && record.what == LINE_END)
            break;
    }
    lines_close(&lines);
    return rc;
}

static enum err count(struct import *im, const struct audit_leaf *leaf, void *arg,
                      struct fail *why)
{
    (void)leaf;
    (void)arg;
    (void)why;
    im->n_leaves++;
    return ERR_OK;
}

enum err import_count_leaves(struct import *im, struct fail *why)
{
    im->n_leaves = 0;
    return each_leaf(im, count, NULL, why);
}

/* ---- leaves here ---- */

struct window {
    struct tx *tx;
    struct arena *arena;
    struct old_leaf leaves[WINDOW];
    size_t n;
};

static const struct audit_table *find_table(const struct import *im, struct span name)
{
    const struct audit_table *const *tables = im->services->audit_tables;

    for (size_t i = 0; tables[i] != NULL; i++)
        if (span_eq(name, span_text(tables[i]->table)))
            return tables[i];
    return NULL;
}

/* The canonical bytes of all rows of one table in the window. */
static enum err fetch(struct window *w, const struct audit_table *table, struct fail *why)
{
    struct id ids[WINDOW];
    struct db_rows *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    for (size_t i = 0; i < w->n; i++)
        if (w->leaves[i].table == table)
            ids[n++] = w->leaves[i].row;
    db_args_init(&args);
    rc = store_arg_ids(&args, ids, n, w->arena, why);
    if (rc == ERR_OK)
        rc = tx_run(w->tx, table->rows, &args, &rows, why);
    for (int r = 0; rc == ERR_OK && r < db_rows_n(rows); r++) {
        struct id id = db_id(rows, r, 0);

        for (size_t i = 0; i < w->n && rc == ERR_OK; i++)
            if (w->leaves[i].table == table && id_eq(w->leaves[i].row, id))
                rc = table->canonical(rows, r, w->arena, &w->leaves[i].bytes, why);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err flush(struct window *w, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < w->n && rc == ERR_OK; i++)
        if (w->leaves[i].bytes.p == NULL) {
            rc = fetch(w, w->leaves[i].table, why);
            if (rc == ERR_OK && w->leaves[i].bytes.p == NULL)
                rc = fail_set(why, ERR_PROTO, "table %s: a leaf without its row",
                              w->leaves[i].table->table);
        }
    for (size_t i = 0; i < w->n && rc == ERR_OK; i++)
        rc = audit_append(w->tx, w->leaves[i].kind, w->leaves[i].table->table, w->leaves[i].row,
                          w->leaves[i].bytes, why);
    w->n = 0;
    arena_reset(w->arena);
    return rc;
}

static enum err take(struct import *im, const struct audit_leaf *leaf, void *arg,
                     struct fail *why)
{
    struct window *w = arg;
    struct old_leaf *l = &w->leaves[w->n];

    *l = (struct old_leaf){.table = find_table(im, leaf->table), .row = leaf->row};
    if (l->table == NULL)
        return fail_set(why, ERR_INTERNAL, "no audit table %.*s", SPAN_ARG(leaf->table));
    memcpy(l->kind, leaf->kind.p, leaf->kind.len);
    w->n++;
    return w->n == WINDOW ? flush(w, why) : ERR_OK;
}

enum err import_leaves(struct import *im, struct tx *tx, struct fail *why)
{
    struct window *w = calloc(1, sizeof *w);
    enum err rc =
        w == NULL ? fail_set(why, ERR_NOMEM, "leaves") : arena_create(1 << 20, &w->arena, why);

    if (w != NULL)
        w->tx = tx;
    if (rc == ERR_OK)
        rc = each_leaf(im, take, w, why);
    if (rc == ERR_OK)
        rc = flush(w, why);
    if (w != NULL)
        arena_destroy(&w->arena);
    free(w);
    return rc;
}
