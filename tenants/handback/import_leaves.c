/* A leaf here for each old leaf that has its row, in the old order; and the old log verbatim.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/audit.h"
#include "node/db/audit_leaf.h"
#include "node/db/audit_store.h"
#include "node/db/audit_table.h"
#include "node/db/lines.h"
#include "node/db/seal.h"
#include "tenants/handback/check_row.h"
#include "tenants/handback/import_priv.h"
#include "tenants/handback/intake_store.h"

#define WINDOW      512
#define PIECE_BYTES (1 << 20)

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

/* ---- the old log, verbatim ---- */

static enum err put_piece(struct import *im, struct tx *tx, struct id import, struct id key,
                          struct span path, int32_t n, struct span bytes, struct fail *why)
{
    const struct seal_place place = {"handback_piece", "bytes_sealed", id_new()};
    struct span sealed = SPAN_NONE;
    enum err rc = seal(im->services->keyring, key, &place, bytes, im->row, &sealed, why);

    if (rc == ERR_OK)
        rc = intake_store_piece(tx, import, place.row, path, n, sealed, why);
    arena_reset(im->row);
    return rc;
}

static enum err put_whole(struct import *im, struct tx *tx, struct id import, struct id key,
                          const char *path, struct fail *why)
{
    char full[IMPORT_PATH_CAP];
    uint8_t *piece = malloc(PIECE_BYTES);
    enum err rc = piece == NULL ? fail_set(why, ERR_NOMEM, "piece") : ERR_OK;
    int32_t n = 0;
    bool is_more = true;
    int fd;

    snprintf(full, sizeof full, "%s/%s", im->conf->dir, path);
    fd = open(full, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (rc == ERR_OK && fd < 0)
        rc = fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
    while (rc == ERR_OK && is_more) {
        size_t len = 0;
        ssize_t got = 1;

        while (len < PIECE_BYTES && got > 0) {
            got = read(fd, piece + len, PIECE_BYTES - len);
            len += got > 0 ? (size_t)got : 0;
        }
        is_more = len == PIECE_BYTES;
        if (got < 0)
            rc = fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
        else if (len > 0 || n == 0)
            rc = put_piece(im, tx, import, key, span_text(path + sizeof "data/" - 1), n++,
                           span_of(piece, len), why);
    }
    if (fd >= 0)
        close(fd);
    free(piece);
    return rc;
}

static bool is_kept_file(const struct import *im, const char *path)
{
    struct span p = span_text(path), name;
    size_t prefix = sizeof BAG_RECORDS_PATH - 1, tail = sizeof ".ndjson" - 1;
    const struct read_table *table;

    if (span_has_prefix(p, SPAN("data/log/")))
        return true;
    if (!span_has_prefix(p, SPAN(BAG_RECORDS_PATH)) || p.len <= prefix + tail)
        return false;
    name = span_cut(p, prefix, p.len - prefix - tail);
    table = read_table_find(&im->tables, name);
    return table != NULL && import_is_kept(table->table);
}

enum err import_pieces(struct import *im, struct tx *tx, struct id id,
                       const struct dir_manifest *payload, struct fail *why)
{
    struct id key = ID_NONE;
    enum err rc = keyring_need_key(im->services->keyring, KEY_RECORD, id, NULL, &key, why);

    for (size_t i = 0; i < payload->n && rc == ERR_OK; i++)
        if (is_kept_file(im, payload->at[i].path))
            rc = put_whole(im, tx, id, key, payload->at[i].path, why);
    return rc;
}
