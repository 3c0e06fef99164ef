#include "tenants/handback/plan.h"

#include <stdio.h>
#include <string.h>

#include "tenants/handback/leaf_select.h"

#define ROWS_A_FETCH "200"

/* The place of each column in the primary key, 0: it is none of it. */
static const struct stmt columns_of = {
    "handback_columns",
    "SELECT a.attname::text, t.typname::text, a.attnotnull,"
    " coalesce(array_position(k.conkey, a.attnum), 0)::integer"
    " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p'"
    " WHERE a.attrelid = ('public.' || quote_ident($1::text))::regclass AND a.attnum > 0"
    " AND NOT a.attisdropped ORDER BY a.attnum"};
static const struct stmt space_of = {"handback_space",
                                     "SELECT pg_database_size(current_database())::bigint,"
                                     " (SELECT coalesce(sum(n_bytes), 0) FROM file)::bigint"};
const struct stmt handback_n_checkpoints = {
    "handback_n_checkpoints", "SELECT count(*) FROM audit_checkpoint WHERE size <= $1::bigint"};
/* As the cut knows them: what was decided behind it does not change a bag of the same cut. */
const struct stmt handback_contracts = {
    "handback_contracts",
    "SELECT title, contractor, to_char(begins_on, 'YYYY-MM-DD'), to_char(ends_on, 'YYYY-MM-DD')"
    " FROM (SELECT DISTINCT ON (c.contract) c.*, min(c.decided_at) OVER (PARTITION BY"
    " c.contract) AS first_at FROM contract c JOIN audit_leaf l ON l.row_id = c.id AND"
    " l.table_name = 'contract' WHERE l.seq < $1::bigint ORDER BY c.contract, c.version DESC)"
    " AS x ORDER BY first_at, contract"};
const struct stmt *const handback_stmts[HANDBACK_STMTS_N] = {
    &columns_of, &space_of, &handback_n_checkpoints, &handback_contracts};

static const struct {
    const char *name;
    enum plan_type type;
} types[] = {
    {"uuid", PLAN_UUID},   {"text", PLAN_TEXT},  {"json", PLAN_TEXT},
    {"int2", PLAN_SMALL},  {"int4", PLAN_SMALL}, {"int8", PLAN_BIG},
    {"bool", PLAN_BOOL},   {"date", PLAN_DATE},  {"timestamptz", PLAN_TIME},
    {"bytea", PLAN_BYTES},
};

static bool type_of(struct span name, struct plan_column *column)
{
    column->is_array = name.len > 1 && name.p[0] == '_';
    if (column->is_array)
        name = span_from(name, 1);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (span_eq(name, span_text(types[i].name))) {
            column->type = types[i].type;
            return true;
        }
    return false;
}

static int find_row(const struct db_rows *rows, const char *name)
{
    for (int i = 0; i < db_rows_n(rows); i++)
        if (span_eq(db_bytes(rows, i, 0), span_text(name)))
            return i;
    return -1;
}

/* ---- the SELECT ---- */

struct sql {
    struct arena *arena;
    const char *text; /* NULL: memory is out */
};

#define ADD(sql, ...) \
    ((sql)->text = (sql)->text == NULL ? NULL : arena_printf((sql)->arena, __VA_ARGS__))

static bool is_index(const struct plan_column *c)
{
    return c->rule != NULL && c->rule->what == HAND_INDEX;
}

/* Behind what the leaves' SELECT gives, whatever it does not. */
static void add_columns(struct sql *sql, const struct plan *plan, int n_before)
{
    const char *seal_row = plan->table->seal_row_column;
    int n = n_before;

    for (int i = 0; i < plan->n_columns; i++)
        if (plan->columns[i].at >= n_before)
            ADD(sql, "%s%s\"%s\"%s", sql->text, n++ == 0 ? "" : ", ",
                plan->columns[i].column->name,
                is_index(&plan->columns[i]) ? " IS NOT NULL" : "");
    if (plan->seal_row == n)
        ADD(sql, "%s, \"%s\"", sql->text, seal_row == NULL ? "id" : seal_row);
}

static void add_order(struct sql *sql, const struct db_rows *rows)
{
    for (int at = 1, found = 1; found; at++) {
        found = 0;
        for (int i = 0; i < db_rows_n(rows); i++) {
            struct span name = db_bytes(rows, i, 0);
            bool is_text = span_eq(db_bytes(rows, i, 1), SPAN("text"));

            if (db_i64(rows, i, 3) != at)
                continue;
            found = 1;
            ADD(sql, "%s%s\"%.*s\"%s", sql->text, at == 1 ? " ORDER BY " : ", ", SPAN_ARG(name),
                is_text ? " COLLATE \"C\"" : "");
        }
    }
}

static enum err name_stmts(struct plan *plan, const char *select, struct arena *arena,
                           struct fail *why)
{
    const char *name = plan->table->name;
    struct stmt *s = plan->stmts;
    bool is_whole = select != NULL;

    s[PLAN_OPEN] = (struct stmt){
        arena_printf(arena, "handback_open_%s", name),
        is_whole
            ? arena_printf(arena, "DECLARE handback_%s NO SCROLL CURSOR FOR %s", name, select)
            : NULL};
    s[PLAN_FETCH] =
        (struct stmt){arena_printf(arena, "handback_next_%s", name),
                      arena_printf(arena, "FETCH " ROWS_A_FETCH " FROM handback_%s", name)};
    s[PLAN_CLOSE] = (struct stmt){arena_printf(arena, "handback_close_%s", name),
                                  arena_printf(arena, "CLOSE handback_%s", name)};
    for (int i = 0; i < PLAN_STMTS_N; i++)
        is_whole = is_whole && s[i].name != NULL && s[i].sql != NULL;
    return is_whole ? ERR_OK : fail_set(why, ERR_NOMEM, "%s", name);
}

static enum err make_sql(struct plan *plan, const struct db_rows *rows,
                         const struct leaf_select *leaves, struct arena *arena,
                         struct fail *why)
{
    const char *name = plan->table->name;
    struct sql sql = {arena, "SELECT "};

    if (leaves != NULL)
        ADD(&sql, "%s%.*s", sql.text, SPAN_ARG(leaves->list));
    add_columns(&sql, plan, leaves == NULL ? 0 : leaves->n);
    if (leaves != NULL)
        ADD(&sql, "%s FROM %.*s", sql.text, SPAN_ARG(leaves->from));
    else
        ADD(&sql, "%s FROM %s", sql.text, name);
    /* A filter, not a join: so the rows come as the primary key's index has them, without a
     * sort of them all. Few leaves stand behind the cut. */
    if (plan->table->is_audit_leaf)
        ADD(&sql,
            "%s WHERE id NOT IN (SELECT l.row_id FROM audit_leaf l WHERE (l.seq >= $1::bigint"
            "%s) AND l.table_name = '%s')",
            sql.text, plan->is_between ? " OR l.seq < $2::bigint" : "", name);
    add_order(&sql, rows);
    return name_stmts(plan, sql.text, arena, why);
}

/* ---- columns ---- */

static enum err add_column(struct plan *plan, struct plan_column *columns,
                           const struct data_column *column, const struct db_rows *rows,
                           struct arena *arena, struct fail *why)
{
    const char *key;
    struct plan_column *c = &columns[plan->n_columns];
    int row = find_row(rows, column->name);

    *c = (struct plan_column){.column = column, .rule = data_rule(plan->table, column->name)};
    if (c->rule != NULL && c->rule->what == HAND_SECRET)
        return ERR_OK;
    if (row < 0 || !type_of(db_bytes(rows, row, 1), c))
        return fail_set(why, ERR_INTERNAL, "column %s.%s has no form in the bag",
                        plan->table->name, column->name);
    key = arena_printf(arena, ",\"%s\":", column->name);
    if (key == NULL)
        return fail_set(why, ERR_NOMEM, "%s", plan->table->name);
    c->key = span_text(key);
    c->may_be_null = !db_bool(rows, row, 2);
    plan->n_columns++;
    return ERR_OK;
}

/* As a result column. */
static int find_column(const struct plan *plan, const char *name)
{
    for (int i = 0; i < plan->n_columns; i++)
        if (strcmp(plan->columns[i].column->name, name) == 0 && plan->columns[i].rule == NULL)
            return plan->columns[i].at;
    return -1;
}

/* Where each column stands in the result; how many there are. */
static int place_columns(const struct plan *plan, struct plan_column *columns,
                         const struct leaf_select *leaves)
{
    int n = leaves == NULL ? 0 : leaves->n;

    for (int i = 0; i < plan->n_columns; i++) {
        int at = leaves == NULL || is_index(&columns[i])
                     ? -1
                     : leaf_select_find(leaves, columns[i].column->name);

        columns[i].at = at >= 0 ? at : n++;
    }
    return n;
}

/* What sealed columns are bound to comes last, unless it goes out anyway. */
static void find_seal_row(struct plan *plan, int n_results)
{
    bool has_sealed = false;

    for (int i = 0; i < plan->n_columns; i++)
        has_sealed = has_sealed || plan->columns[i].column->sealed;
    plan->seal_row = -1;
    if (!has_sealed)
        return;
    plan->seal_row = find_column(
        plan, plan->table->seal_row_column == NULL ? "id" : plan->table->seal_row_column);
    if (plan->seal_row < 0)
        plan->seal_row = n_results;
}

static bool has_key(const struct db_rows *rows)
{
    for (int i = 0; i < db_rows_n(rows); i++)
        if (db_i64(rows, i, 3) == 1)
            return true;
    return false;
}

/* By id alone: then rows come in the order of their ids. */
static bool is_keyed_by_id(const struct db_rows *rows)
{
    for (int i = 0; i < db_rows_n(rows); i++)
        if ((db_i64(rows, i, 3) == 1 && !span_eq(db_bytes(rows, i, 0), SPAN("id"))) ||
            db_i64(rows, i, 3) > 1)
            return false;
    return true;
}

static enum err fill(struct plan *plan, const struct db_rows *rows, struct arena *arena,
                     struct fail *why)
{
    struct plan_column *columns;
    struct leaf_select select;
    size_t n = 0;
    int n_results;
    enum err rc = ERR_OK;

    while (plan->table->columns[n].name != NULL)
        n++;
    columns = arena_alloc(arena, (n + 1) * sizeof *columns);
    if (columns == NULL)
        return fail_set(why, ERR_NOMEM, "%s", plan->table->name);
    if (!has_key(rows))
        return fail_set(why, ERR_INTERNAL, "table %s has no primary key", plan->table->name);
    plan->columns = columns;
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = add_column(plan, columns, &plan->table->columns[i], rows, arena, why);
    if (rc != ERR_OK)
        return rc;
    if (plan->leaves != NULL &&
        (!is_keyed_by_id(rows) || !leaf_select_read(plan->leaves->rows->sql, &select)))
        plan->leaves = NULL;
    n_results = place_columns(plan, columns, plan->leaves == NULL ? NULL : &select);
    plan->id = find_column(plan, "id");
    find_seal_row(plan, n_results);
    return make_sql(plan, rows, plan->leaves == NULL ? NULL : &select, arena, why);
}

enum err plan_make(struct db *db, const struct data_table *table,
                   const struct audit_table *leaves, bool is_between, struct arena *arena,
                   struct plan *plan_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *plan_out = (struct plan){.table = table, .is_between = is_between, .leaves = leaves};
    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    rc = db_run(db, &columns_of, &args, &rows, why);
    if (rc == ERR_OK)
        rc = fill(plan_out, rows, arena, why);
    db_rows_free(&rows);
    return rc;
}

static enum err fetch(struct db *db, const struct plan *plan,
                      enum err (*each)(const struct db_rows *rows, int row, void *arg,
                                       struct fail *why),
                      void *arg, bool *is_end_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &plan->stmts[PLAN_FETCH], &none, &rows, why);
    *is_end_out = rc != ERR_OK || db_rows_n(rows) == 0;
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        rc = each(rows, i, arg, why);
    db_rows_free(&rows);
    return rc;
}

enum err plan_stream(struct db *db, const struct plan *plan, const struct db_args *args,
                     enum err (*each)(const struct db_rows *rows, int row, void *arg,
                                      struct fail *why),
                     void *arg, struct fail *why)
{
    struct db_args none;
    bool is_end = false;
    enum err rc = db_run(db, &plan->stmts[PLAN_OPEN], args, NULL, why);

    db_args_init(&none);
    while (rc == ERR_OK && !is_end)
        rc = fetch(db, plan, each, arg, &is_end, why);
    return rc == ERR_OK ? db_run(db, &plan->stmts[PLAN_CLOSE], &none, NULL, why) : rc;
}

enum err plan_space(struct db *db, int64_t *n_database_out, int64_t *n_files_out,
                    struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &space_of, &args, &rows, why);
    if (rc == ERR_OK) {
        *n_database_out = db_i64(rows, 0, 0);
        *n_files_out = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}
