#include "reporting/dictionary_store.h"

#include "node/db/store.h"
#include "reporting/dictionary_rows.h"

static const struct stmt columns = {
    "dictionary_columns",
    "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),"
    " EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary"
    " AND a.attnum = ANY (i.indkey::smallint[])), a.attnotnull FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace"
    " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid WHERE s.nspname = 'public'"
    " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " ORDER BY c.relname, a.attnum"};
static const struct stmt sums = {
    "retention_sums",
    "SELECT c.relname::text, coalesce(t.n_live_tup, 0), coalesce(r.n, 0)::bigint,"
    " coalesce(r.times, 0), r.last FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace"
    " LEFT JOIN pg_catalog.pg_stat_user_tables t ON t.relid = c.oid"
    " LEFT JOIN (SELECT table_name, sum(n_rows) AS n, count(*) AS times, max(at) AS last"
    " FROM retention_record GROUP BY table_name) r ON r.table_name = c.relname::text"
    " WHERE s.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname"};
static const struct stmt list = {
    "retention_list",
    "SELECT id, at, before, n_rows, table_name FROM retention_record WHERE $1::uuid IS NULL OR"
    " (at, id) < (SELECT at, id FROM retention_record WHERE id = $1::uuid)"
    " ORDER BY at DESC, id DESC LIMIT $2::integer"};

const struct stmt *const dictionary_stmts[DICTIONARY_STMTS_N] = {&columns, &sums, &list};

static enum err read_column(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct catalogue_column *c = out;

    *c = (struct catalogue_column){db_bytes(rows, i, 0), db_bytes(rows, i, 1),
                                   db_bytes(rows, i, 2), db_bool(rows, i, 3),
                                   db_bool(rows, i, 4)};
    return STORE_OWN(arena, why, &c->table, &c->column, &c->type);
}

enum err dictionary_store_columns(struct db *db, struct arena *arena,
                                  struct catalogue_column **out, size_t *n_out,
                                  struct fail *why)
{
    static const struct store_list as = {sizeof(struct catalogue_column), read_column};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_list(NULL, db, &columns, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_sum(const struct db_rows *rows, int i, struct arena *arena, void *out,
                         struct fail *why)
{
    struct retention_sum *s = out;

    *s = (struct retention_sum){
        .table = db_bytes(rows, i, 0),
        .n_about = db_i64(rows, i, 1),
        .n_gone = db_i64(rows, i, 2),
        .n_times = db_i64(rows, i, 3),
        .last_utc_us = db_is_null(rows, i, 4) ? 0 : db_time(rows, i, 4),
    };
    return STORE_OWN(arena, why, &s->table);
}

enum err retention_store_sums(struct db *db, struct arena *arena, struct retention_sum **out,
                              size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct retention_sum), read_sum};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_list(NULL, db, &sums, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_record(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct retention_row *r = out;

    *r = (struct retention_row){.id = db_id(rows, i, 0),
                                .at_utc_us = db_time(rows, i, 1),
                                .before_utc_us = db_time(rows, i, 2),
                                .n_rows = db_i64(rows, i, 3),
                                .table = db_bytes(rows, i, 4)};
    return STORE_OWN(arena, why, &r->table);
}

enum err retention_store_list(struct db *db, struct id before, int n_cap, struct arena *arena,
                              struct retention_row **out, size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct retention_row), read_record};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}
