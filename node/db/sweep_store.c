#include "node/db/sweep_store.h"
#include "node/db/leaf.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_store.h"
#include "node/db/audit_table.h"

static const struct stmt sweep_delete = {
    "sweep_delete", "SELECT sweep_delete($1::text, $2::text, $3::timestamptz, $4::integer)"};
static const struct stmt sweep_leaves = {
    "sweep_leaves",
    "SELECT sweep_leaves($1::text, $2::text, $3::timestamptz, $4::integer, $5::boolean)"};
/* Materialized: each row is deleted, and counted, once. */
static const struct stmt sweep_persons = {
    "sweep_persons", "WITH gone AS MATERIALIZED (SELECT i, sweep_person($1::text, $2::text, p)"
                     " AS n FROM unnest($3::uuid[]) WITH ORDINALITY AS t (p, i))"
                     " SELECT i, n FROM gone WHERE n > 0"};
static const struct stmt retention_add = {
    "retention_add", "INSERT INTO retention_record (id, at, table_name, before, n_rows)"
                     " VALUES ($1::uuid, $2::timestamptz, $3::text, $4::timestamptz,"
                     " $5::integer)"};

static const struct stmt retention_leaves = {
    "retention_leaves", "SELECT id, at, table_name, before, n_rows FROM retention_record"
                        " WHERE id = ANY ($1::uuid[])"};
static const struct stmt retention_extra = {
    "retention_extra", "SELECT r.id FROM retention_record r WHERE NOT EXISTS (SELECT FROM"
                       " audit_leaf l WHERE l.row_id = r.id AND l.table_name ="
                       " 'retention_record')"};

const struct stmt *const sweep_stmts[SWEEP_STMTS_N] = {&sweep_delete,     &sweep_leaves,
                                                       &sweep_persons,    &retention_add,
                                                       &retention_leaves, &retention_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"at", "消した時刻", false},
    {"table_name", "どの表から消したか", false},
    {"before", "いつより古い行を消したか", false},
    {"n_rows", "消した行の数", false},
    {NULL, NULL, false},
};

const struct data_table sweep_tables[SWEEP_TABLES_N] = {{
    .name = "retention_record",
    .meaning_ja = "保存期間がすぎて消した行の数の記録",
    .purpose_ja = "保存期間を守っていることを示すため",
    .ground_ja = "個人情報保護法第69条ほか・委託契約（保存期間）",
    .purpose_en = "proof that rows past their term are deleted, counts only",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

struct record {
    struct id id;
    struct span table_name;
    int64_t at, before, n_rows;
};

static const struct jx_field record_fields[] = {
    LEAF_FIELD(record, "id", JX_ID, id),
    LEAF_FIELD(record, "at", JX_TIME, at),
    LEAF_FIELD(record, "table_name", JX_TEXT, table_name),
    LEAF_FIELD(record, "before", JX_TIME, before),
    LEAF_FIELD(record, "n_rows", JX_INT, n_rows),
};
static const struct jx_shape record_shape =
    JX_SHAPE("RetentionRecord", struct record, record_fields);

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct record record = {
        .id = db_id(rows, row, 0),
        .at = db_time(rows, row, 1),
        .table_name = db_bytes(rows, row, 2),
        .before = db_time(rows, row, 3),
        .n_rows = db_i64(rows, row, 4),
    };

    return jx_write_canonical(&record_shape, &record, arena, bytes_out, why);
}

const struct audit_table sweep_audit_table = {"retention_record", &retention_leaves,
                                              &retention_extra, leaf_of_row};

static enum err add_record(struct tx *tx, const struct record *r, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = jx_write_canonical(&record_shape, r, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, r->id);
    db_arg_time(&args, r->at);
    db_arg_text(&args, r->table_name);
    db_arg_time(&args, r->before);
    db_arg_i32(&args, (int32_t)r->n_rows);
    rc = tx_run(tx, &retention_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "retention", "retention_record", r->id, bytes, why)
                        : rc;
}

/* audit_append_deletion takes rows of the access record out itself: no role may delete there.
 */
static bool audit_takes_rows(const struct data_table *table)
{
    return span_eq(span_text(table->name), SPAN("access_record"));
}

static enum err delete_leaves(struct tx *tx, const struct data_table *table,
                              struct db_args *args, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct id *ids = NULL;
    size_t n;
    enum err rc;

    db_arg_bool(args, !audit_takes_rows(table));
    rc = tx_run(tx, &sweep_leaves, args, &rows, why);
    n = rc == ERR_OK ? (size_t)db_rows_n(rows) : 0;
    if (n > 0) {
        ids = arena_alloc(tx_arena(tx), n * sizeof *ids);
        if (ids == NULL)
            rc = fail_set(why, ERR_NOMEM, "%zu ids", n);
    }
    for (size_t i = 0; ids != NULL && i < n; i++)
        ids[i] = db_id(rows, (int)i, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK && n > 0)
        rc = audit_append_deletion(tx, "retention.expired", table->name, ids, n, why);
    *n_out = n;
    return rc;
}

static enum err delete_plain(struct tx *tx, const struct db_args *args, size_t *n_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, &sweep_delete, args, &rows, why);

    if (rc == ERR_OK)
        *n_out = (size_t)db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err sweep_store_table(struct tx *tx, const struct data_table *table, int64_t before_utc_us,
                           int64_t now_utc_us, int at_most, size_t *n_out, struct fail *why)
{
    struct record record = {
        .id = id_new(),
        .table_name = span_text(table->name),
        .at = now_utc_us,
        .before = before_utc_us,
    };
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, span_text(table->retention_column));
    db_arg_time(&args, before_utc_us);
    db_arg_i32(&args, at_most);
    rc = table->is_audit_leaf ? delete_leaves(tx, table, &args, &n, why)
                              : delete_plain(tx, &args, &n, why);
    record.n_rows = (int64_t)n;
    if (rc == ERR_OK && n > 0)
        rc = add_record(tx, &record, why);
    *n_out = n;
    return rc;
}

enum err sweep_store_persons(struct tx *tx, const struct data_table *table,
                             const struct id *persons, size_t n, size_t *n_rows,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, span_text(table->person_column));
    rc = store_arg_ids(&args, persons, n, tx_arena(tx), why);
    if (rc == ERR_OK)
        rc = tx_run(tx, &sweep_persons, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        n_rows[db_i64(rows, i, 0) - 1] += (size_t)db_i64(rows, i, 1);
    db_rows_free(&rows);
    return rc;
}
