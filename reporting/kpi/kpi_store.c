#include "reporting/kpi/kpi_store.h"

#include <stddef.h>
#include <string.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "reporting/kpi/kpi_rows.h"

#define MONTH "id, month_at, version, made_at, n_cells, sum"

static const struct stmt add = {
    "kpi_add", "INSERT INTO kpi_month (" MONTH ") VALUES ($1::uuid, $2::timestamptz,"
               " $3::integer, $4::timestamptz, $5::integer, $6::bytea)"};
static const struct stmt add_cells = {
    "kpi_add_cells",
    "INSERT INTO kpi_cell (month, n, kpi, part, num, den) SELECT $1::uuid, l.n, l.kpi, l.part,"
    " l.num, l.den FROM jsonb_to_recordset($2::text::jsonb -> 'cells') AS l (n integer, kpi"
    " text, part text, num bigint, den bigint)"};
static const struct stmt has = {
    "kpi_has", "SELECT EXISTS (SELECT FROM kpi_month WHERE month_at = $1::timestamptz"
               " AND version = $2::integer)"};
static const struct stmt months = {
    "kpi_months", "SELECT " MONTH " FROM kpi_month ORDER BY month_at DESC, version DESC"
                  " LIMIT $1::integer"};
static const struct stmt find = {"kpi_find", "SELECT " MONTH
                                             " FROM kpi_month WHERE month_at = $1::timestamptz"
                                             " ORDER BY version DESC LIMIT 1"};
static const struct stmt cells_of = {
    "kpi_cells", "SELECT kpi, part, num, den FROM kpi_cell WHERE month = $1::uuid ORDER BY n"};
static const struct stmt since = {"kpi_since", "SELECT made_at FROM node_identity"};
static const struct stmt leaves = {"kpi_leaves", "SELECT " MONTH
                                                 " FROM kpi_month WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "kpi_extra", "SELECT m.id FROM kpi_month m WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                 " WHERE l.row_id = m.id AND l.table_name = 'kpi_month')"};

const struct stmt *const kpi_stmts[KPI_STMTS_N] = {
    &add, &add_cells, &has, &months, &find, &cells_of, &since, &leaves, &extra,
};

/* ---- the tables' rows ---- */

static const struct data_column month_columns[] = {
    {"id", "その月の指標のID", false},
    {"month_at", "どの月か（1日の0時）", false},
    {"version", "指標の定義の版", false},
    {"made_at", "数えた時刻", false},
    {"n_cells", "数字の数", false},
    {"sum", "数字が変わっていないことを確かめるための値", false},
    {NULL, NULL, false},
};
static const struct data_column cell_columns[] = {
    {"month", "どの月の指標か", false},
    {"n", "何番目か（0から）", false},
    {"kpi", "どの指標か（記号）", false},
    {"part", "だれについてか（all全員・elementary小学校・junior中学校・otherそのほか）", false},
    {"num", "数（割合の分子、回数、日数の中央値）", false},
    {"den", "もとになった児童生徒の数", false},
    {NULL, NULL, false},
};
static const struct hand_rule month_rules[] = {
    {"sum", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

#define GROUND_JA "委託契約（KPIの計算と報告）"
const struct data_table kpi_tables[KPI_TABLES_N] = {
    {
        .name = "kpi_month",
        .meaning_ja = "月ごとの指標（どの月を、どの定義で、いつ数えたか）",
        .purpose_ja = "孤立率・接続率などを月ごとに数え、あとから変わらないように残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "which month was counted, by which set of definitions",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = month_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = month_columns,
    },
    {
        .name = "kpi_cell",
        .meaning_ja = "月ごとの指標の数字（人数だけで、だれかは書かない）",
        .purpose_ja = "孤立率・接続率などを月ごとに数え、あとから変わらないように残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "the numbers of a month; counts alone, nobody's name or id",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = cell_columns,
    },
};

/* ---- the leaf ---- */

struct leaf {
    struct kpi_month row;
    struct span sum;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "month_at", JX_TIME, row.month_utc_us),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_FIELD(leaf, "made_at", JX_TIME, row.made_utc_us),
    LEAF_FIELD(leaf, "n_cells", JX_INT, row.n_cells),
    LEAF_FIELD(leaf, "sum", JX_BYTES, sum),
};
static const struct jx_shape leaf_shape = JX_SHAPE("KpiMonthLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct kpi_month *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, hash256_span(&row->sum)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err read_month(const struct db_rows *rows, int i, struct arena *arena, void *out,
                           struct fail *why)
{
    struct kpi_month *month = out;
    struct span sum = db_bytes(rows, i, 5);

    (void)arena;
    *month = (struct kpi_month){
        .id = db_id(rows, i, 0),
        .month_utc_us = db_time(rows, i, 1),
        .version = db_i64(rows, i, 2),
        .made_utc_us = db_time(rows, i, 3),
        .n_cells = db_i64(rows, i, 4),
    };
    if (sum.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a month's sum");
    memcpy(month->sum.b, sum.p, HASH256_BYTES);
    return ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct kpi_month month;
    enum err rc = read_month(rows, row, arena, &month, why);

    return rc == ERR_OK ? write_leaf(&month, arena, bytes_out, why) : rc;
}

const struct audit_table kpi_month_audit = {"kpi_month", &leaves, &extra, leaf_of_row};

/* ---- counting ---- */

enum err kpi_store_count(struct db *db, const struct kpi_def *def, const struct kpi_term *term,
                         struct kpi_cell cells_out[KPI_PARTS_N], struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    for (int part = 0; part < KPI_PARTS_N; part++)
        cells_out[part] = (struct kpi_cell){span_text(def->id), (enum kpi_part)part, 0, 0};
    db_args_init(&args);
    db_arg_time(&args, term->begin_utc_us);
    db_arg_time(&args, term->end_utc_us);
    db_arg_i32(&args, (int32_t)term->attended_min);
    rc = db_run(db, def->stmt, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        int part = jx_choice_find(KPI_PARTS, db_bytes(rows, i, 0));

        if (part < 0) {
            rc = fail_set(why, ERR_INTERNAL, "%s: a part", def->id);
            break;
        }
        cells_out[part].num = db_i64(rows, i, 1);
        cells_out[part].den = db_i64(rows, i, 2);
    }
    db_rows_free(&rows);
    return rc;
}

static enum err read_id(const struct db_rows *rows, int i, struct arena *arena, void *out,
                        struct fail *why)
{
    (void)arena, (void)why;
    *(struct id *)out = db_id(rows, i, 0);
    return ERR_OK;
}

enum err kpi_store_who(struct db *db, const struct kpi_def *def, const struct kpi_term *term,
                       struct arena *arena, struct id **out, size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct id), read_id};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, term->begin_utc_us);
    db_arg_time(&args, term->end_utc_us);
    db_arg_i32(&args, (int32_t)term->attended_min);
    rc = store_list(NULL, db, def->who, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

struct cell_text {
    int64_t n;
    struct span kpi;
    int part;
    int64_t num, den;
};
static const struct jx_field cell_fields[] = {
    {.name = "n", .type = JX_INT, .offset = offsetof(struct cell_text, n)},
    {.name = "kpi", .type = JX_TEXT, .offset = offsetof(struct cell_text, kpi)},
    {.name = "part",
     .type = JX_ENUM,
     .choices = KPI_PARTS,
     .offset = offsetof(struct cell_text, part)},
    {.name = "num", .type = JX_INT, .offset = offsetof(struct cell_text, num)},
    {.name = "den", .type = JX_INT, .offset = offsetof(struct cell_text, den)},
};
static const struct jx_shape cell_shape = JX_SHAPE("KpiCell", struct cell_text, cell_fields);
struct cells_text {
    struct jx_list cells;
};
static const struct jx_field cells_fields[] = {{.name = "cells",
                                                .type = JX_LIST,
                                                .shape = &cell_shape,
                                                .offset = offsetof(struct cells_text, cells)}};
static const struct jx_shape cells_shape =
    JX_SHAPE("KpiCells", struct cells_text, cells_fields);

enum err kpi_store_text(const struct kpi_cell *cells, size_t n, struct arena *arena,
                        struct span *text_out, struct hash256 *sum_out, struct fail *why)
{
    struct cell_text *texts = arena_alloc(arena, (n + 1) * sizeof *texts);
    const struct cells_text all = {{texts, n}};
    enum err rc;

    if (texts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu cells", n);
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct cell_text){(int64_t)i, cells[i].kpi, (int)cells[i].part,
                                      cells[i].num, cells[i].den};
    rc = jx_write_canonical(&cells_shape, &all, arena, text_out, why);
    if (rc == ERR_OK)
        *sum_out = hash256_of(*text_out);
    return rc;
}

/* ---- months ---- */

enum err kpi_store_add(struct tx *tx, const struct kpi_month *month, struct span text,
                       struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, month->id);
    db_arg_time(&args, month->month_utc_us);
    db_arg_i32(&args, (int32_t)month->version);
    db_arg_time(&args, month->made_utc_us);
    db_arg_i32(&args, (int32_t)month->n_cells);
    db_arg_bytes(&args, hash256_span(&month->sum));
    rc = tx_run(tx, &add, &args, NULL, why);
    db_args_init(&args);
    db_arg_id(&args, month->id);
    db_arg_text(&args, text);
    if (rc == ERR_OK)
        rc = tx_run(tx, &add_cells, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(month, tx_arena(tx), &leaf, why);
    return rc == ERR_OK ? audit_append(tx, "kpi.month", "kpi_month", month->id, leaf, why) : rc;
}

enum err kpi_store_has(struct db *db, int64_t month_utc_us, int version, bool *is_there_out,
                       struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, month_utc_us);
    db_arg_i32(&args, version);
    rc = db_run(db, &has, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err kpi_store_months(struct db *db, int n_cap, struct arena *arena, struct kpi_month **out,
                          size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct kpi_month), read_month};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &months, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

enum err kpi_store_find(struct db *db, int64_t month_utc_us, struct kpi_month *out,
                        struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, month_utc_us);
    rc = db_run(db, &find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such month was counted");
    if (rc == ERR_OK)
        rc = read_month(rows, 0, NULL, out, why);
    db_rows_free(&rows);
    return rc;
}

static enum err read_cell(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct kpi_cell *cell = out;
    int part = jx_choice_find(KPI_PARTS, db_bytes(rows, i, 1));

    *cell = (struct kpi_cell){db_bytes(rows, i, 0), (enum kpi_part)part, db_i64(rows, i, 2),
                              db_i64(rows, i, 3)};
    if (part < 0)
        return fail_set(why, ERR_INTERNAL, "a cell's part");
    return STORE_OWN(arena, why, &cell->kpi);
}

enum err kpi_store_cells(struct db *db, const struct kpi_month *month, struct arena *arena,
                         struct kpi_cell **out, size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct kpi_cell), read_cell};
    struct hash256 sum;
    struct span text;
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, month->id);
    rc = store_list(NULL, db, &cells_of, &args, &as, arena, &found, n_out, why);
    *out = found;
    if (rc == ERR_OK)
        rc = kpi_store_text(*out, *n_out, arena, &text, &sum, why);
    if (rc == ERR_OK && !hash256_eq(&sum, &month->sum))
        rc = fail_set(why, ERR_PROTO, "the cells of a month are not what was counted");
    return rc;
}

enum err kpi_store_since(struct db *db, int64_t *utc_us_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &since, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no node yet");
    if (rc == ERR_OK)
        *utc_us_out = db_time(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}
