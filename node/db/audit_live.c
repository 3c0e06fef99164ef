#include "node/db/audit_live.h"

#include <stdlib.h>
#include <time.h>

#include "node/db/audit_store.h"
#include "node/db/head.h"

#define N_LEAVES_A_PAGE      1000
#define N_CHECKPOINTS_A_PAGE 200
#define ARENA_BYTES          262144
#define TAIL_POLL_MS         20

struct page_row { /* where the row of a leaf was found */
    struct id id;
    struct span bytes;
};

struct walk {
    struct db *db;
    const struct audit_table *const *tables;
    const struct live_rows *known; /* NULL: nothing */
    const struct live_sink *sink;
    struct arena *arena; /* of one page */
    /* Checkpoints, read in step with the leaves. */
    struct db_rows *checkpoints;
    int at_checkpoint;
    uint64_t last_size;
    bool is_last_page;
    int64_t n_leaves, n_checkpoints; /* given */
};

static enum err arg_none(struct db *db, const struct stmt *stmt, struct db_rows **rows_out,
                         struct fail *why)
{
    struct db_args none;

    db_args_init(&none);
    return db_run(db, stmt, &none, rows_out, why);
}

/* ---- checkpoints ---- */

/* Gives all checkpoints of at most this size. */
static enum err give_checkpoints(struct walk *w, uint64_t size, struct fail *why)
{
    enum err rc = ERR_OK;

    while (rc == ERR_OK) {
        struct stored_checkpoint c;

        if (w->checkpoints == NULL || w->at_checkpoint == db_rows_n(w->checkpoints)) {
            if (w->is_last_page)
                return ERR_OK;
            db_rows_free(&w->checkpoints);
            w->at_checkpoint = 0;
            rc = store_checkpoints(w->db, w->last_size, N_CHECKPOINTS_A_PAGE, &w->checkpoints,
                                   why);
            w->is_last_page = rc == ERR_OK && db_rows_n(w->checkpoints) < N_CHECKPOINTS_A_PAGE;
            continue;
        }
        c = store_checkpoint_at(w->checkpoints, w->at_checkpoint);
        if (c.size > size)
            return ERR_OK;
        w->last_size = c.size;
        w->at_checkpoint++;
        w->n_checkpoints++;
        rc = w->sink->checkpoint(w->sink->arg, c.size, c.root, c.frontier, c.note, why);
    }
    return rc;
}

/* ---- rows ---- */

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static const struct audit_table *find_table(const struct walk *w, struct span name)
{
    for (size_t i = 0; w->tables[i] != NULL; i++)
        if (span_eq(name, span_text(w->tables[i]->table)))
            return w->tables[i];
    return NULL;
}

static bool is_known(const struct walk *w, struct span table)
{
    return w->known != NULL && w->known->knows(w->known->arg, table);
}

/* The rows of one table that the leaves of this page speak of, sorted by id. */
static enum err fetch_rows(struct walk *w, const struct audit_table *table,
                           const struct audit_leaf *leaves, int n, struct page_row **found_out,
                           size_t *n_found_out, struct fail *why)
{
    struct id *ids = arena_alloc(w->arena, (size_t)n * sizeof *ids);
    struct page_row *found = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    const struct span name = span_text(table->table);
    size_t n_ids = 0;
    int n_rows = 0;
    enum err rc;

    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "%d ids", n);
    for (int i = 0; i < n; i++)
        if (span_eq(leaves[i].table, name))
            ids[n_ids++] = leaves[i].row;
    db_args_init(&args);
    rc = store_arg_ids(&args, ids, n_ids, w->arena, why);
    if (rc == ERR_OK)
        rc = db_run(w->db, table->rows, &args, &rows, why);
    if (rc == ERR_OK) {
        n_rows = db_rows_n(rows);
        found = arena_alloc(w->arena, ((size_t)n_rows + 1) * sizeof *found);
        if (found == NULL)
            rc = fail_set(why, ERR_NOMEM, "%d rows", n_rows);
    }
    for (int i = 0; rc == ERR_OK && found != NULL && i < n_rows; i++) {
        found[i].id = db_id(rows, i, 0);
        rc = table->canonical(rows, i, w->arena, &found[i].bytes, why);
    }
    db_rows_free(&rows);
    if (rc != ERR_OK || found == NULL)
        return rc;
    qsort(found, (size_t)n_rows, sizeof *found, by_id);
    for (int i = 1; rc == ERR_OK && i < n_rows; i++) /* one id twice: the key was dropped */
        if (id_eq(found[i].id, found[i - 1].id))
            rc = w->sink->extra(w->sink->arg, span_text(table->table), found[i].id, why);
    *found_out = found;
    *n_found_out = (size_t)n_rows;
    return rc;
}

static enum err open_page(struct walk *w, struct audit_leaf *leaves, int n, struct fail *why)
{
    bool *is_done = arena_alloc(w->arena, (size_t)n * sizeof *is_done);
    enum err rc = ERR_OK;

    if (is_done == NULL)
        return fail_set(why, ERR_NOMEM, "%d leaves", n);
    for (int i = 0; rc == ERR_OK && i < n; i++) {
        const struct audit_table *table =
            is_done[i] || is_known(w, leaves[i].table) ? NULL : find_table(w, leaves[i].table);
        struct page_row *found = NULL;
        size_t n_found = 0;

        if (table == NULL)
            continue;
        rc = fetch_rows(w, table, leaves, n, &found, &n_found, why);
        for (int j = i; rc == ERR_OK && j < n; j++) {
            const struct page_row *row;

            if (!span_eq(leaves[j].table, leaves[i].table))
                continue;
            is_done[j] = true;
            row = bsearch(&leaves[j].row, found, n_found, sizeof *found, by_id);
            if (row != NULL)
                leaves[j].bytes = row->bytes;
        }
    }
    return rc;
}

/* ---- the walk ---- */

static enum err walk_page(struct walk *w, const struct db_rows *rows, struct fail *why)
{
    int n = db_rows_n(rows);
    struct audit_leaf *leaves = arena_alloc(w->arena, (size_t)n * sizeof *leaves);
    enum err rc;

    if (leaves == NULL)
        return fail_set(why, ERR_NOMEM, "%d leaves", n);
    for (int i = 0; i < n; i++)
        store_leaf_at(rows, i, &leaves[i]);
    rc = open_page(w, leaves, n, why);
    for (int i = 0; rc == ERR_OK && i < n; i++) {
        if (is_known(w, leaves[i].table))
            rc = w->known->find(w->known->arg, leaves[i].table, leaves[i].row, &leaves[i].bytes,
                                why);
        if (rc == ERR_OK)
            rc = w->sink->leaf(w->sink->arg, &leaves[i], why);
        w->n_leaves++;
        if (rc == ERR_OK)
            rc = give_checkpoints(w, (uint64_t)w->n_leaves, why);
    }
    return rc;
}

static enum err walk_leaves(struct walk *w, struct fail *why)
{
    uint64_t next = 0;
    int n = N_LEAVES_A_PAGE;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && n == N_LEAVES_A_PAGE) {
        struct db_rows *rows = NULL;

        arena_reset(w->arena);
        rc = store_leaves(w->db, next, N_LEAVES_A_PAGE, &rows, why);
        if (rc == ERR_OK) {
            n = db_rows_n(rows);
            if (n > 0) {
                next = (uint64_t)db_i64(rows, n - 1, 0) + 1;
                rc = walk_page(w, rows, why);
            }
        }
        db_rows_free(&rows);
    }
    return rc;
}

static enum err walk_extra(struct walk *w, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && w->tables[i] != NULL; i++) {
        struct db_rows *rows = NULL;

        if (is_known(w, span_text(w->tables[i]->table)))
            continue;
        rc = arg_none(w->db, w->tables[i]->extra, &rows, why);
        for (int j = 0; rc == ERR_OK && j < db_rows_n(rows); j++)
            rc = w->sink->extra(w->sink->arg, span_text(w->tables[i]->table), db_id(rows, j, 0),
                                why);
        db_rows_free(&rows);
    }
    return rc;
}

/* Rows the pages cannot show, because someone dropped the primary key and doubled a number or
 * stored one below zero. */
static enum err walk_hidden(struct walk *w, struct fail *why)
{
    int64_t n_leaves = 0, n_checkpoints = 0;
    enum err rc = store_count(w->db, &n_leaves, &n_checkpoints, why);

    if (rc == ERR_OK && n_leaves != w->n_leaves)
        rc = w->sink->extra(w->sink->arg, SPAN("audit_leaf"), ID_NONE, why);
    if (rc == ERR_OK && n_checkpoints != w->n_checkpoints)
        rc = w->sink->extra(w->sink->arg, SPAN("audit_checkpoint"), ID_NONE, why);
    return rc;
}

enum err live_walk(struct db *db, const struct audit_table *const *tables,
                   const struct live_sink *sink, struct fail *why)
{
    return live_walk_with(db, tables, NULL, sink, why);
}

enum err live_walk_with(struct db *db, const struct audit_table *const *tables,
                        const struct live_rows *known, const struct live_sink *sink,
                        struct fail *why)
{
    struct walk w = {.db = db, .tables = tables, .known = known, .sink = sink};
    enum err rc = arena_create(ARENA_BYTES, &w.arena, why);

    if (rc == ERR_OK)
        rc = walk_leaves(&w, why);
    if (rc == ERR_OK)
        rc = give_checkpoints(&w, UINT64_MAX, why);
    if (rc == ERR_OK)
        rc = walk_extra(&w, why);
    if (rc == ERR_OK)
        rc = walk_hidden(&w, why);
    db_rows_free(&w.checkpoints);
    arena_destroy(&w.arena);
    return rc;
}

/* ---- to a verifier ---- */

static enum err check_leaf(void *arg, const struct audit_leaf *leaf, struct fail *why)
{
    return verifier_leaf(arg, leaf, why);
}

static enum err check_checkpoint(void *arg, uint64_t size, struct span root,
                                 struct span frontier, struct span note, struct fail *why)
{
    struct note parsed;

    if (note_parse(note, &parsed, NULL) != ERR_OK || parsed.size != size ||
        !span_eq(root, hash256_span(&parsed.root)))
        return verifier_checkpoint(arg, SPAN("broken\n"), why);
    verifier_frontier(arg, frontier);
    return verifier_checkpoint(arg, note, why);
}

static enum err check_extra(void *arg, struct span table, struct id row, struct fail *why)
{
    (void)why;
    verifier_extra(arg, table, row);
    return ERR_OK;
}

/* Leaves behind the head: the node's own show in the head file a moment after their COMMIT, or
 * stand there as the COMMIT that was on its way when the node died. */
static enum err check_tail(struct verifier *verifier, const char *head_path, int wait_ms,
                           struct fail *why)
{
    const struct timespec pause = {.tv_nsec = TAIL_POLL_MS * 1000000L};
    const struct merkle *tree = verifier_tree(verifier);
    struct hash256 root = merkle_root(tree);
    struct head_state head = {0};
    char boot[HEAD_BOOT_CAP];

    head_boot(boot);
    for (;; wait_ms -= TAIL_POLL_MS) {
        enum err rc = head_read(head_path, &head, why);

        if (rc != ERR_OK)
            return rc;
        if (head.n > tree->n || strcmp(head.boot, boot) != 0)
            return ERR_OK;
        if (head.n == tree->n)
            break;
        if (head.next_n == tree->n && hash256_eq(&head.next_root, &root))
            return ERR_OK;
        if (wait_ms <= 0)
            break;
        nanosleep(&pause, NULL);
    }
    if (head.n < tree->n)
        verifier_find(verifier, "tail.unknown", "");
    else if (!hash256_eq(&head.root, &root))
        verifier_find(verifier, "tail.root", "");
    return ERR_OK;
}

enum err live_verify(struct db *db, const struct audit_table *const *tables,
                     const struct verify_conf *conf, const char *head_path, int tail_wait_ms,
                     struct verify_result *result_out, struct fail *why)
{
    struct live_sink sink = {check_leaf, check_checkpoint, check_extra, NULL};
    struct verifier *verifier = NULL;
    struct head_state head;
    bool has_head = false;
    enum err rc = verifier_create(conf, &verifier, why);

    if (rc == ERR_OK && head_path != NULL) {
        rc = head_read(head_path, &head, why);
        has_head = rc == ERR_OK;
        if (has_head) {
            verifier_expect(verifier, head.n, &head.root);
            verifier_expect_stored(verifier, head.stored);
        } else if (rc == ERR_NOT_FOUND)
            rc = ERR_OK; /* a node that never ran */
    }
    if (rc != ERR_OK)
        goto out;
    sink.arg = verifier;
    rc = live_walk(db, tables, &sink, why);
    if (rc == ERR_OK && has_head && verifier_tree(verifier)->n > head.n)
        rc = check_tail(verifier, head_path, tail_wait_ms, why);
    if (rc == ERR_OK)
        rc = verifier_finish(verifier, result_out, why);
out:
    verifier_destroy(&verifier);
    return rc;
}
