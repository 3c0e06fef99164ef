#include "reporting/monthly_store.h"

#include <stddef.h>
#include <string.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "reporting/monthly_rows.h"

#define REPORT "id, month_at, made_at, made_by, town, title, contractor, n_lines, sum"

static const struct stmt add = {
    "monthly_add", "INSERT INTO monthly_report (" REPORT ") VALUES ($1::uuid, $2::timestamptz,"
                   " $3::timestamptz, $4::uuid, $5::text, $6::text, $7::text, $8::integer,"
                   " $9::bytea)"};
static const struct stmt add_lines = {
    "monthly_add_lines",
    "INSERT INTO monthly_line (report, n, kind, name, num, den) SELECT $1::uuid, l.n, l.kind,"
    " l.name, l.num, l.den FROM jsonb_to_recordset($2::text::jsonb -> 'lines') AS l (n integer,"
    " kind text, name text, num bigint, den bigint)"};
static const struct stmt find = {"monthly_find",
                                 "SELECT " REPORT " FROM monthly_report WHERE id = $1::uuid"};
static const struct stmt of_month = {"monthly_of_month",
                                     "SELECT " REPORT
                                     " FROM monthly_report WHERE month_at = $1::timestamptz"};
static const struct stmt list = {
    "monthly_list", "SELECT " REPORT " FROM monthly_report WHERE ($1::timestamptz IS NULL OR"
                    " month_at < $1::timestamptz) ORDER BY month_at DESC LIMIT $2::integer"};
static const struct stmt lines = {
    "monthly_lines",
    "SELECT kind, name, num, den FROM monthly_line WHERE report = $1::uuid ORDER BY n"};
static const struct stmt leaves = {
    "monthly_leaves", "SELECT " REPORT " FROM monthly_report WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "monthly_extra",
    "SELECT r.id FROM monthly_report r WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = r.id AND l.table_name = 'monthly_report')"};

const struct stmt *const monthly_stmts[MONTHLY_STMTS_N] = {
    &add, &add_lines, &find, &of_month, &list, &lines, &leaves, &extra,
};

/* ---- the tables' rows ---- */

#define GROUND_JA "委託契約（業務の報告）"

static const struct data_column report_columns[] = {
    {"id", "報告のID", false},
    {"month_at", "どの月か（1日の0時）", false},
    {"made_at", "作った時刻", false},
    {"made_by", "だれが求めたか（なければ自動）", false},
    {"town", "発注者（そのときの名前）", false},
    {"title", "契約の件名（そのときのもの）", false},
    {"contractor", "受注者（そのときのもの）", false},
    {"n_lines", "行の数", false},
    {"sum", "行の内容を確かめるための値", false},
    {NULL, NULL, false},
};
static const struct data_column line_columns[] = {
    {"report", "どの報告か", false},
    {"n", "何行目か（0から）", false},
    {"kind", "何についてか（kpi指標・incident記録した出来事・inquiry相談と連絡・service稼働）",
     false},
    {"name", "どの数か（記号。指標では月）", false},
    {"num", "数（指標では定義の版）", false},
    {"den", "もとになる数", false},
    {NULL, NULL, false},
};
/* SHA-256 of its lines. */
static const struct hand_rule report_rules[] = {
    {"sum", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table monthly_tables[MONTHLY_TABLES_N] = {
    {
        .name = "monthly_report",
        .meaning_ja = "月の報告",
        .purpose_ja = "毎月の指標・出来事・相談・稼働の状況を、報告を受ける人に報告するため",
        .ground_ja = GROUND_JA,
        .purpose_en = "one monthly report to the municipality",
        .key_of = KEY_OF_NONE,
        .mention_columns = "made_by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = report_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = report_columns,
    },
    {
        .name = "monthly_line",
        .meaning_ja = "月の報告の行（件数だけで、だれかは書かない）",
        .purpose_ja = "報告した内容を、あとから同じ形で示すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "what a monthly report says beside the figures; counts alone",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = line_columns,
    },
};

/* ---- the leaf ---- */

struct leaf {
    struct monthly_report row;
    struct span sum;
    bool has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "month_at", JX_TIME, row.month_utc_us),
    LEAF_FIELD(leaf, "made_at", JX_TIME, row.made_utc_us),
    LEAF_FIELD_IF(leaf, "made_by", JX_ID, row.made_by, has_by),
    LEAF_FIELD(leaf, "town", JX_TEXT, row.town),
    LEAF_FIELD(leaf, "title", JX_TEXT, row.title),
    LEAF_FIELD(leaf, "contractor", JX_TEXT, row.contractor),
    LEAF_FIELD(leaf, "n_lines", JX_INT, row.n_lines),
    LEAF_FIELD(leaf, "sum", JX_BYTES, sum),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("MonthlyReportLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct monthly_report *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {*row, hash256_span(&row->sum), !id_is_none(row->made_by)};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err read_report(const struct db_rows *rows, int i, struct arena *arena, void *out,
                            struct fail *why)
{
    struct monthly_report *report = out;
    struct span sum = db_bytes(rows, i, 8);

    *report = (struct monthly_report){
        .id = db_id(rows, i, 0),
        .month_utc_us = db_time(rows, i, 1),
        .made_utc_us = db_time(rows, i, 2),
        .made_by = db_id(rows, i, 3),
        .town = db_bytes(rows, i, 4),
        .title = db_bytes(rows, i, 5),
        .contractor = db_bytes(rows, i, 6),
        .n_lines = db_i64(rows, i, 7),
    };
    if (sum.len != HASH256_BYTES)
        return fail_set(why, ERR_INTERNAL, "a report's sum");
    memcpy(report->sum.b, sum.p, HASH256_BYTES);
    return STORE_OWN(arena, why, &report->town, &report->title, &report->contractor);
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct monthly_report report;
    enum err rc = read_report(rows, row, arena, &report, why);

    return rc == ERR_OK ? write_leaf(&report, arena, bytes_out, why) : rc;
}

const struct audit_table monthly_report_audit = {"monthly_report", &leaves, &extra,
                                                 leaf_of_row};

/* ---- lines as text ---- */

struct line_text {
    int64_t n, num, den;
    int kind;
    struct span name;
};
#define LINE(type_, name_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct line_text, name_) \
    }
static const struct jx_field line_fields[] = {
    LINE(JX_INT, n),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = MONTHLY_KINDS,
     .offset = offsetof(struct line_text, kind)},
    LINE(JX_TEXT, name),
    LINE(JX_INT, num),
    LINE(JX_INT, den),
};
static const struct jx_shape line_shape =
    JX_SHAPE("MonthlyLine", struct line_text, line_fields);
struct lines_text {
    struct jx_list lines;
};
static const struct jx_field lines_fields[] = {{.name = "lines",
                                                .type = JX_LIST,
                                                .shape = &line_shape,
                                                .offset = offsetof(struct lines_text, lines)}};
static const struct jx_shape lines_shape =
    JX_SHAPE("MonthlyLines", struct lines_text, lines_fields);

enum err monthly_store_text(const struct monthly_line *given, size_t n, struct arena *arena,
                            struct span *text_out, struct hash256 *sum_out, struct fail *why)
{
    struct line_text *texts = arena_alloc(arena, (n + 1) * sizeof *texts);
    const struct lines_text all = {{texts, n}};
    enum err rc;

    if (texts == NULL)
        return fail_set(why, ERR_NOMEM, "%zu lines", n);
    for (size_t i = 0; i < n; i++)
        texts[i] = (struct line_text){(int64_t)i, given[i].num, given[i].den,
                                      (int)given[i].kind, given[i].name};
    rc = jx_write_canonical(&lines_shape, &all, arena, text_out, why);
    if (rc == ERR_OK)
        *sum_out = hash256_of(*text_out);
    return rc;
}

/* ---- reports ---- */

enum err monthly_store_add(struct tx *tx, const struct monthly_report *report, struct span text,
                           struct fail *why)
{
    struct span leaf;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, report->id);
    db_arg_time(&args, report->month_utc_us);
    db_arg_time(&args, report->made_utc_us);
    db_arg_id(&args, report->made_by);
    db_arg_text(&args, report->town);
    db_arg_text(&args, report->title);
    db_arg_text(&args, report->contractor);
    db_arg_i32(&args, (int32_t)report->n_lines);
    db_arg_bytes(&args, hash256_span(&report->sum));
    rc = tx_run(tx, &add, &args, NULL, why);
    db_args_init(&args);
    db_arg_id(&args, report->id);
    db_arg_text(&args, text);
    if (rc == ERR_OK)
        rc = tx_run(tx, &add_lines, &args, NULL, why);
    if (rc == ERR_OK)
        rc = write_leaf(report, tx_arena(tx), &leaf, why);
    return rc == ERR_OK
               ? audit_append(tx, "monthly.report", "monthly_report", report->id, leaf, why)
               : rc;
}

static enum err find_one(struct db *db, const struct stmt *stmt, const struct db_args *args,
                         struct arena *arena, struct monthly_report *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such report");
    if (rc == ERR_OK)
        rc = read_report(rows, 0, arena, out, why);
    db_rows_free(&rows);
    return rc;
}

enum err monthly_store_find(struct db *db, struct id report, struct arena *arena,
                            struct monthly_report *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, report);
    return find_one(db, &find, &args, arena, out, why);
}

enum err monthly_store_of_month(struct db *db, int64_t month_utc_us, struct arena *arena,
                                struct monthly_report *out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, month_utc_us);
    return find_one(db, &of_month, &args, arena, out, why);
}

enum err monthly_store_list(struct db *db, int64_t before_utc_us, int n_cap,
                            struct arena *arena, struct monthly_report **out, size_t *n_out,
                            struct fail *why)
{
    static const struct store_list as = {sizeof(struct monthly_report), read_report};
    void *found = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    if (before_utc_us == 0)
        db_arg_null(&args);
    else
        db_arg_time(&args, before_utc_us);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &found, n_out, why);
    *out = found;
    return rc;
}

static enum err read_line(const struct db_rows *rows, int i, struct arena *arena, void *out,
                          struct fail *why)
{
    struct monthly_line *line = out;
    int kind = jx_choice_find(MONTHLY_KINDS, db_bytes(rows, i, 0));

    *line = (struct monthly_line){(enum monthly_kind)kind, db_bytes(rows, i, 1),
                                  db_i64(rows, i, 2), db_i64(rows, i, 3)};
    if (kind < 0)
        return fail_set(why, ERR_INTERNAL, "a line's kind");
    return STORE_OWN(arena, why, &line->name);
}

enum err monthly_store_lines(struct db *db, const struct monthly_report *report,
                             struct arena *arena, struct monthly_line **out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list as = {sizeof(struct monthly_line), read_line};
    void *found = NULL;
    struct hash256 sum;
    struct span text;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, report->id);
    rc = store_list(NULL, db, &lines, &args, &as, arena, &found, n_out, why);
    if (rc == ERR_OK)
        rc = monthly_store_text(found, *n_out, arena, &text, &sum, why);
    if (rc == ERR_OK && !hash256_eq(&sum, &report->sum))
        rc = fail_set(why, ERR_PROTO, "lines that are not those of the report");
    if (rc == ERR_OK)
        *out = found;
    return rc;
}
