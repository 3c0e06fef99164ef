#include "node/db/rows_sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SQL_CAP  1024
#define NAME_CAP 48

struct sql_check {
    const char *socket_dir;
    const struct rows_given *given;
    const struct migration_list *list;
    void (*each)(const char *text, void *arg);
    void *arg;
    int n;
    struct arena *arena;
};

static const struct stmt rows_columns = {
    "rows_columns",
    "SELECT c.relname::text, a.attname::text, t.typname::text"
    " FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f')"
    " ORDER BY c.relname, a.attnum"};
/* Everything a step can leave behind, as text: two databases are alike when this is. */
static const struct stmt rows_catalog = {
    "rows_catalog",
    "SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM ("
    " SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' ||"
    "  is_nullable || ' ' || coalesce(column_default, '') AS line"
    "  FROM information_schema.columns WHERE table_schema = 'public'"
    " UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)"
    "  FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    " UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger"
    "  WHERE NOT tgisinternal"
    " UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc"
    "  WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'"
    " UNION ALL SELECT 'grant ' || relname || ' ' || coalesce(relacl::text, '') FROM pg_class"
    "  WHERE relnamespace = 'public'::regnamespace) AS lines"};
static const struct stmt rows_n_params = {
    "rows_n_params", "SELECT cardinality(parameter_types)::integer FROM pg_prepared_statements"
                     " WHERE name = $1::text"};
static const struct stmt *const stmts[] = {&rows_columns, &rows_catalog, &rows_n_params};

static void defect(struct sql_check *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void defect(struct sql_check *c, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->n++;
    c->each(text, c->arg);
}

/* given's statements and our own; freed by the caller. */
static struct stmt_table *tables_of(const struct rows_given *given)
{
    struct stmt_table *tables;
    int n = 0;

    while (given->stmts != NULL && given->stmts[n].n > 0)
        n++;
    tables = calloc((size_t)n + 2, sizeof *tables);
    for (int i = 0; tables != NULL && i < n; i++)
        tables[i] = given->stmts[i];
    if (tables != NULL)
        tables[n] = (struct stmt_table){stmts, sizeof stmts / sizeof stmts[0]};
    return tables;
}

static enum err open_as(struct sql_check *c, const char *user, const char *name,
                        struct db **db_out, struct fail *why)
{
    struct db_conf conf = {.socket_dir = c->socket_dir, .user = user, .name = name};
    struct stmt_table *tables = tables_of(c->given);
    enum err rc = ERR_NOMEM;

    *db_out = NULL;
    if (tables == NULL)
        return fail_set(why, rc, "statements");
    rc = db_open(&conf, tables, db_out, why);
    free(tables);
    return rc;
}

/* ---- databases ---- */

/* A name no other run has taken: dropping a database costs a checkpoint, and the cluster is
 * thrown away anyway. */
static enum err make_database(struct sql_check *c, char name_out[NAME_CAP], struct fail *why)
{
    static int n;
    struct db *db = NULL;
    char sql[SQL_CAP];
    enum err rc = open_as(c, "ibasho", "postgres", &db, why);

    snprintf(name_out, NAME_CAP, "check_sql_%d_%d", (int)getpid(), n++);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name_out);
    if (rc == ERR_OK)
        rc = db_exec(db, sql, why);
    snprintf(sql, sizeof sql, "GRANT CONNECT ON DATABASE %s TO ibasho_app", name_out);
    if (rc == ERR_OK)
        rc = db_exec(db, sql, why);
    db_close(&db);
    return rc;
}

/* Takes the first n steps. A step that fails is a defect; later ones then cannot be judged. */
static enum err migrate_to(struct sql_check *c, const char *name, int n, struct fail *why)
{
    struct migration_list list = {c->list->rows, n};
    struct db_conf conf = {.socket_dir = c->socket_dir, .user = "ibasho", .name = name};
    struct migrate_report report;

    return migrate_run(&conf, &list, NULL, NULL, &report, why);
}

static enum err catalog_of(struct sql_check *c, const char *name, struct span *text_out,
                           struct fail *why)
{
    struct db_args none = {.n = 0};
    struct db_rows *rows = NULL;
    struct db *db = NULL;
    enum err rc = open_as(c, "ibasho", name, &db, why);

    *text_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = db_run(db, &rows_catalog, &none, &rows, why);
    if (rc == ERR_OK)
        *text_out = arena_copy(c->arena, db_bytes(rows, 0, 0));
    db_rows_free(&rows);
    db_close(&db);
    return rc;
}

/* ---- tables ---- */

static enum err add_row(struct schema_table **last, const struct db_rows *rows, int i,
                        struct arena *arena)
{
    struct schema_table *table = *last;
    struct schema_column *column = arena_alloc(arena, sizeof *column), **slot;

    if (table == NULL || !span_eq(table->name, db_bytes(rows, i, 0))) {
        table = arena_alloc(arena, sizeof *table);
        if (table != NULL)
            table->name = arena_copy(arena, db_bytes(rows, i, 0));
    }
    if (column == NULL || table == NULL)
        return ERR_NOMEM;
    column->name = arena_copy(arena, db_bytes(rows, i, 1));
    column->type = arena_copy(arena, db_bytes(rows, i, 2));
    slot = &table->columns;
    while (*slot != NULL)
        slot = &(*slot)->next;
    *slot = column;
    if (*last != table) {
        table->next = *last;
        *last = table;
    }
    return ERR_OK;
}

/* The rules of rows_check.h once more, this time against the catalog. */
static enum err check_tables(struct sql_check *c, struct db *db, struct fail *why)
{
    struct rows_given tables_only = {.tables = c->given->tables};
    struct schema schema = {NULL};
    struct db_args none = {.n = 0};
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, &rows_columns, &none, &rows, why);

    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        rc = add_row(&schema.tables, rows, i, c->arena);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        c->n += rows_check(&tables_only, &schema, c->each, c->arg);
    return rc;
}

/* ---- statements ---- */

static enum err n_params_of(struct db *db, const char *name, int *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(name));
    rc = db_run(db, &rows_n_params, &args, &rows, why);
    *n_out = rc == ERR_OK && db_rows_n(rows) == 1 ? (int)db_i64(rows, 0, 0) : 0;
    db_rows_free(&rows);
    return rc;
}

/* EXPLAIN plans without running and asks for every right the run would need. */
static enum err check_stmt(struct sql_check *c, struct db *db, const struct stmt *stmt,
                           struct fail *why)
{
    struct fail said = {.code = ERR_OK};
    char sql[SQL_CAP];
    int n_params = 0;
    size_t len;
    enum err rc = db_prepare(db, stmt, &said);

    if (rc == ERR_OK)
        rc = n_params_of(db, stmt->name, &n_params, why);
    else if (rc != ERR_UNAVAILABLE && rc != ERR_NOMEM) {
        defect(c, "statement %s: %s", stmt->name, said.text);
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    len = (size_t)snprintf(sql, sizeof sql, "EXPLAIN EXECUTE %s", stmt->name);
    for (int i = 0; i < n_params && len + 8 < sizeof sql; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "%sNULL", i == 0 ? "(" : ",");
    if (n_params > 0)
        snprintf(sql + len, sizeof sql - len, ")");
    if (db_exec(db, sql, &said) != ERR_OK)
        defect(c, "statement %s cannot be planned: %s", stmt->name, said.text);
    return ERR_OK;
}

/* The migrations' own statements run as the owner, all others as the server's role. */
static enum err check_stmts(struct sql_check *c, struct db *owner, struct db *app,
                            struct fail *why)
{
    enum err rc = ERR_OK;

    for (const struct stmt_table *t = c->given->stmts; t != NULL && t->n > 0; t++)
        for (int i = 0; rc == ERR_OK && i < t->n; i++)
            rc = check_stmt(c, t->rows == migrate_stmts ? owner : app, t->rows[i], why);
    return rc;
}

/* ---- the whole ---- */

static enum err check_head(struct sql_check *c, const char *name, struct fail *why)
{
    struct db *owner = NULL, *app = NULL;
    enum err rc = open_as(c, "ibasho", name, &owner, why);

    if (rc == ERR_OK)
        rc = check_tables(c, owner, why);
    if (rc == ERR_OK)
        rc = open_as(c, "ibasho_app", name, &app, why);
    if (rc == ERR_OK)
        rc = check_stmts(c, owner, app, why);
    db_close(&app);
    db_close(&owner);
    return rc;
}

static enum err check_path(struct sql_check *c, int n_first, struct span head, struct fail *why)
{
    struct span catalog = SPAN_NONE;
    char name[NAME_CAP];
    enum err rc = make_database(c, name, why);

    if (rc == ERR_OK)
        rc = migrate_to(c, name, n_first, why);
    if (rc == ERR_OK)
        rc = migrate_to(c, name, c->list->n, why);
    if (rc == ERR_OK)
        rc = catalog_of(c, name, &catalog, why);
    if (rc == ERR_OK && !span_eq(catalog, head))
        defect(c, "a database that stopped after step %s comes out different",
               c->list->rows[n_first - 1].name);
    return rc;
}

enum err rows_sql_check(const char *socket_dir, const struct rows_given *given,
                        const struct migration_list *list,
                        void (*each)(const char *text, void *arg), void *arg, int *n_out,
                        struct fail *why)
{
    struct sql_check c = {socket_dir, given, list, each, arg, 0, NULL};
    struct span head = SPAN_NONE;
    char name[NAME_CAP] = "";
    enum err rc = arena_create(16384, &c.arena, why);

    *n_out = 0;
    if (rc == ERR_OK)
        rc = make_database(&c, name, why);
    if (rc == ERR_OK)
        rc = migrate_to(&c, name, list->n, why);
    if (rc == ERR_OK)
        rc = check_head(&c, name, why);
    if (rc == ERR_OK)
        rc = catalog_of(&c, name, &head, why);
    for (int n = 1; rc == ERR_OK && n < list->n; n++)
        rc = check_path(&c, n, head, why);
    arena_destroy(&c.arena);
    if (rc == ERR_OK)
        *n_out = c.n;
    return rc;
}
