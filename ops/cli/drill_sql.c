/* The statements of a drill, and the moment it compares with. */
#include <unistd.h>

#include "node/db/audit_live.h"
#include "node/db/db_wal.h"
#include "node/features.h"
#include "ops/cli/drill.h"

#define TRIES_MOST 4000
#define TRY_US     2500

static const struct stmt sql_place = {"drill_place",
                                      "SELECT pg_current_wal_insert_lsn()::text"};
static const struct stmt sql_still = {
    "drill_still",
    "SELECT pg_current_wal_insert_lsn()::text, pg_snapshot_xmin(s) = pg_snapshot_xmax(s) "
    "FROM pg_current_snapshot() s"};
static const struct stmt sql_files = {
    "drill_files", "SELECT id FROM file WHERE lost_at IS NULL ORDER BY random() LIMIT 20"};
#define N_OWN 3

/* A table that is bound otherwise (answers to other nodes, kept for a day) is counted only. */
static bool is_sampled(const struct data_table *t)
{
    bool has_id = t->seal_row_column != NULL;

    for (const struct data_column *c = t->columns; c->name != NULL; c++)
        has_id = has_id || strcmp(c->name, "id") == 0;
    return has_id;
}

static void sizes(size_t *n_tables, size_t *n_columns, size_t *n_lists)
{
    *n_tables = *n_columns = *n_lists = 0;
    for (const struct data_table_list *l = features_tables; l->n > 0; l++)
        for (int i = 0; i < l->n; i++, ++*n_tables)
            for (const struct data_column *c = l->rows[i].columns; c->name != NULL; c++)
                *n_columns += c->sealed && is_sampled(&l->rows[i]);
    while (features_stmts[*n_lists].n > 0)
        ++*n_lists;
}

/* NULL without memory. */
static const struct stmt *made(struct arena *arena, const char *name, const char *sql)
{
    struct stmt *stmt = arena_alloc(arena, sizeof *stmt);

    if (stmt == NULL || name == NULL || sql == NULL)
        return NULL;
    *stmt = (struct stmt){name, sql};
    return stmt;
}

static void add_table(struct arena *arena, struct drill_sql *out, const struct data_table *t)
{
    const char *row = t->seal_row_column == NULL ? "id" : t->seal_row_column;

    out->counts[out->n] =
        (struct drill_table){t, made(arena, arena_printf(arena, "drill_n_%zu", out->n),
                                     arena_printf(arena, "SELECT count(*) FROM %s", t->name))};
    out->n++;
    for (const struct data_column *c = t->columns; c->name != NULL; c++) {
        if (!c->sealed || !is_sampled(t))
            continue;
        out->columns[out->n_columns] = (struct drill_column){
            t->name, c->name,
            made(arena, arena_printf(arena, "drill_sealed_%zu", out->n_columns),
                 arena_printf(arena,
                              "SELECT %s, %s FROM %s WHERE %s IS NOT NULL ORDER BY random() "
                              "LIMIT %d",
                              row, c->name, t->name, c->name, DRILL_SAMPLE))};
        out->n_columns++;
    }
}

enum err drill_sql_make(struct arena *arena, struct drill_sql *out, struct fail *why)
{
    size_t n, n_columns, n_lists, at = 0;
    const struct stmt **all;
    struct stmt_table *tables;

    sizes(&n, &n_columns, &n_lists);
    tables = arena_alloc(arena, (n_lists + 2) * sizeof *tables);
    all = arena_alloc(arena, (n + n_columns + N_OWN) * sizeof *all);
    *out = (struct drill_sql){.tables = tables,
                              .counts = arena_alloc(arena, (n + 1) * sizeof *out->counts),
                              .columns =
                                  arena_alloc(arena, (n_columns + 1) * sizeof *out->columns),
                              .files = &sql_files};
    if (tables == NULL || all == NULL || out->counts == NULL || out->columns == NULL)
        return fail_set(why, ERR_NOMEM, "statements of a drill");
    for (const struct data_table_list *l = features_tables; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            add_table(arena, out, &l->rows[i]);
    for (size_t i = 0; i < n; i++)
        all[at++] = out->counts[i].count;
    for (size_t i = 0; i < n_columns; i++)
        all[at++] = out->columns[i].sample;
    for (size_t i = 0; i < at; i++)
        if (all[i] == NULL)
            return fail_set(why, ERR_NOMEM, "statements of a drill");
    all[at++] = &sql_place;
    all[at++] = &sql_still;
    all[at++] = &sql_files;
    memcpy(tables, features_stmts, n_lists * sizeof *tables);
    tables[n_lists] = (struct stmt_table){all, (int)at};
    return ERR_OK;
}

static enum err count_all(struct db *db, const struct drill_sql *sql, int64_t *counts,
                          struct fail *why)
{
    struct db_args none;
    enum err rc = ERR_OK;

    db_args_init(&none);
    for (size_t i = 0; rc == ERR_OK && i < sql->n; i++) {
        struct db_rows *rows = NULL;

        rc = db_run(db, sql->counts[i].count, &none, &rows, why);
        if (rc == ERR_OK)
            counts[i] = db_i64(rows, 0, 0);
        db_rows_free(&rows);
    }
    return rc;
}

static enum err place_read(struct db *db, const struct stmt *stmt, uint64_t *place_out,
                           bool *is_still_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, stmt, &none, &rows, why);
    if (rc != ERR_OK)
        return rc;
    *is_still_out = stmt == &sql_place || db_bool(rows, 0, 1);
    if (!db_wal_place(db_bytes(rows, 0, 0), place_out))
        rc = fail_set(why, ERR_PROTO, "a place of the log");
    db_rows_free(&rows);
    return rc;
}

/* A snapshot with nothing in flight, taken while the log did not grow, is exactly what a replay
 * to that place gives. */
static enum err stand_still(struct db *db, uint64_t *place_out, struct fail *why)
{
    for (int i = 0; i < TRIES_MOST; i++) {
        uint64_t before, after;
        bool is_still;
        enum err rc = place_read(db, &sql_place, &before, &is_still, why);

        if (rc == ERR_OK)
            rc = db_exec(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);
        if (rc == ERR_OK)
            rc = place_read(db, &sql_still, &after, &is_still, why);
        if (rc != ERR_OK)
            return rc;
        if (is_still && before == after) {
            *place_out = after;
            return ERR_OK;
        }
        rc = db_exec(db, "ROLLBACK", why);
        if (rc != ERR_OK)
            return rc;
        usleep(TRY_US);
    }
    return fail_set(why, ERR_TIMEOUT, "the node writes without a pause");
}

enum err drill_moment_take(struct db *db, struct arena *arena, const struct drill_sql *sql,
                           const struct verify_conf *conf, struct drill_moment *out,
                           struct fail *why)
{
    enum err rc;

    out->counts = arena_alloc(arena, (sql->n + 1) * sizeof *out->counts);
    if (out->counts == NULL)
        return fail_set(why, ERR_NOMEM, "counts");
    rc = stand_still(db, &out->place, why);
    if (rc == ERR_OK)
        rc = count_all(db, sql, out->counts, why);
    if (rc == ERR_OK)
        rc = live_verify(db, features_audit_tables, conf, NULL, 0, &out->audit, why);
    return rc == ERR_OK ? db_exec(db, "ROLLBACK", why) : rc;
}
