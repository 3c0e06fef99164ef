#include "tenants/people/org_store.h"

#include "tenants/tenants.h"

#define COLUMNS "id, kind, name, code, parent, source_id, is_cooperating, left_at, created_at"

static const struct stmt org_add = {
    "org_add", "INSERT INTO org (" COLUMNS ") VALUES ($1::uuid, $2::text, $3::text, $4::text,"
               " $5::uuid, $6::text, $7::boolean, $8::timestamptz, $9::timestamptz)"};
static const struct stmt org_change = {
    "org_change", "UPDATE org SET name = $2::text, code = $3::text, parent = $4::uuid,"
                  " is_cooperating = $5::boolean, left_at = $6::timestamptz WHERE id ="
                  " $1::uuid"};
static const struct stmt org_find = {"org_find",
                                     "SELECT " COLUMNS " FROM org WHERE id = $1::uuid"};
static const struct stmt org_all = {"org_all",
                                    "SELECT " COLUMNS " FROM org ORDER BY kind, name, id"};

const struct stmt *const org_stmts[ORG_STMTS_N] = {&org_add, &org_change, &org_find, &org_all};

static const struct data_column columns[] = {
    {"id", "組織のID", false},
    {"kind", "種類（district教育委員会・school学校・otherその他）", false},
    {"name", "名前", false},
    {"code", "学校コードなど", false},
    {"parent", "上の組織", false},
    {"source_id", "名簿でのID", false},
    {"is_cooperating", "協力校か", false},
    {"left_at", "名簿からなくなった時刻", false},
    {"created_at", "登録した時刻", false},
    {"received", "受け取った名簿の行（列名と値）", false},
    {NULL, NULL, false},
};

const struct data_table org_tables[ORG_TABLES_N] = {{
    .name = "org",
    .meaning_ja = "教育委員会と学校",
    .purpose_ja = "どの学校の人かを分け、学校ごとに見える範囲を決めるため",
    .ground_ja = "委託契約（対象校）",
    .purpose_en = "the board and its schools; labels, not persons",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = columns,
}};

static const char *const kind_ids[ORG_KIND_N] = {
    [ORG_DISTRICT] = "district", [ORG_SCHOOL] = "school", [ORG_OTHER] = "other"};

const char *org_kind_id(enum org_kind kind)
{
    return kind_ids[kind];
}

static void arg_time_if_any(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

enum err org_store_add(struct tx *tx, const struct org_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(kind_ids[row->kind]));
    db_arg_text(&args, row->name);
    db_arg_text(&args, row->code);
    db_arg_id(&args, row->parent);
    if (row->source_id.len > 0)
        db_arg_text(&args, row->source_id);
    else
        db_arg_null(&args);
    db_arg_bool(&args, row->is_cooperating);
    arg_time_if_any(&args, row->left_utc_us);
    db_arg_time(&args, row->created_utc_us);
    return tx_run(tx, &org_add, &args, NULL, why);
}

enum err org_store_change(struct tx *tx, const struct org_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, row->name);
    db_arg_text(&args, row->code);
    db_arg_id(&args, row->parent);
    db_arg_bool(&args, row->is_cooperating);
    arg_time_if_any(&args, row->left_utc_us);
    rc = tx_run(tx, &org_change, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such org");
    db_rows_free(&rows);
    return rc;
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena,
                         struct org_row *out, struct fail *why)
{
    struct span kind = db_bytes(rows, i, 1);

    *out = (struct org_row){
        .id = db_id(rows, i, 0),
        .name = arena_copy(arena, db_bytes(rows, i, 2)),
        .code = arena_copy(arena, db_bytes(rows, i, 3)),
        .parent = db_id(rows, i, 4),
        .source_id = arena_copy(arena, db_bytes(rows, i, 5)),
        .is_cooperating = db_bool(rows, i, 6),
        .left_utc_us = db_time(rows, i, 7),
        .created_utc_us = db_time(rows, i, 8),
    };
    while (out->kind < ORG_OTHER && !span_eq(kind, span_text(kind_ids[out->kind])))
        out->kind++;
    if (out->name.p == NULL && db_bytes(rows, i, 2).len > 0)
        return fail_set(why, ERR_NOMEM, "org");
    return ERR_OK;
}

static enum err read_all(const struct db_rows *rows, struct arena *arena,
                         struct org_row **rows_out, size_t *n_out, struct fail *why)
{
    size_t n = (size_t)db_rows_n(rows);
    struct org_row *orgs = arena_alloc(arena, (n + 1) * sizeof *orgs);
    enum err rc = ERR_OK;

    if (orgs == NULL)
        return fail_set(why, ERR_NOMEM, "%zu orgs", n);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = read_row(rows, (int)i, arena, &orgs[i], why);
    if (rc == ERR_OK) {
        *rows_out = orgs;
        *n_out = n;
    }
    return rc;
}

enum err org_store_all(struct tx *tx, struct db *db, struct arena *arena,
                       struct org_row **rows_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx != NULL ? tx_run(tx, &org_all, &none, &rows, why)
                    : db_run(db, &org_all, &none, &rows, why);
    if (rc == ERR_OK)
        rc = read_all(rows, arena, rows_out, n_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err org_store_find(struct tx *tx, struct db *db, struct id org, struct arena *arena,
                        struct org_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, org);
    rc = tx != NULL ? tx_run(tx, &org_find, &args, &rows, why)
                    : db_run(db, &org_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such org");
    if (rc == ERR_OK)
        rc = read_row(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}
