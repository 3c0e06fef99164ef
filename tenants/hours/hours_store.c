#include "tenants/hours/hours_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "tenants/hours/hours_rows.h"

#define COLUMNS \
    "id, act, version, kind, to_char(day, 'YYYY-MM-DD'), value, value_before, reason," \
    " decided_at, decided_by, role"

static const struct stmt hours_add = {
    "hours_add", "INSERT INTO hours_decision (id, act, version, kind, day, value, value_before,"
                 " reason, decided_at, decided_by, role) VALUES ($1::uuid, $2::uuid,"
                 " $3::integer, $4::text, $5::text::date, $6::text, $7::text, $8::text,"
                 " $9::timestamptz, $10::uuid, $11::text)"};
static const struct stmt hours_act = {
    "hours_act", "SELECT count(*) FROM hours_decision WHERE act = $1::uuid"};
static const struct stmt hours_current = {
    "hours_current", "SELECT DISTINCT ON (kind, day) " COLUMNS " FROM hours_decision"
                     " ORDER BY kind, day, version DESC"};
static const struct stmt hours_past = {
    "hours_past", "SELECT " COLUMNS " FROM hours_decision WHERE version < $1::integer"
                  " ORDER BY version DESC LIMIT $2::integer"};
static const struct stmt hours_leaves = {
    "hours_leaves", "SELECT " COLUMNS " FROM hours_decision WHERE id = ANY ($1::uuid[])"};
static const struct stmt hours_extra = {
    "hours_extra", "SELECT h.id FROM hours_decision h WHERE NOT EXISTS (SELECT FROM audit_leaf"
                   " l WHERE l.row_id = h.id AND l.table_name = 'hours_decision')"};

const struct stmt *const hours_stmts[HOURS_STMTS_N] = {
    &hours_add, &hours_act, &hours_current, &hours_past, &hours_leaves, &hours_extra};

static const struct data_column columns[] = {
    {"id", "決定のID", false},
    {"act", "一度の操作のID（何日かをまとめて決めたときは同じ）", false},
    {"version", "決定の番号", false},
    {"kind", "何について（pattern週の形・year_end年末年始・day一日・holiday祝日）", false},
    {"day", "その日（dayとholidayのとき）", false},
    {"value", "決めた内容（JSON。空のときは取り消し）", false},
    {"value_before", "それまでの内容（JSON。空のときはなし）", false},
    {"reason", "理由", false},
    {"decided_at", "いつ決めたか", false},
    {"decided_by", "だれが決めたか（アカウントのID）", false},
    {"role", "だれが決めたか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table hours_tables[HOURS_TABLES_N] = {{
    .name = "hours_decision",
    .meaning_ja = "開設時間についての決定",
    .purpose_ja = "いつ開いているかを定め、だれがいつどう変えたかを残すため",
    .ground_ja = "委託契約（開設時間）",
    .purpose_en = "opening hours: every decision with old and new value and author",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .mention_columns = "decided_by",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct hours_decision row;
    struct span day;
    int kind;
    bool has_decider;
};

#define ROW_TEXT(column) \
    { \
        .name = #column, .type = JX_TEXT, .flags = JX_RAW_TEXT, \
        .offset = offsetof(struct leaf, row.column) \
    }
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "act", JX_ID, row.act),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = HOURS_KINDS,
     .offset = offsetof(struct leaf, kind)},
    LEAF_FIELD_IF(leaf, "day", JX_TEXT, day, row.has_day),
    ROW_TEXT(value),
    ROW_TEXT(value_before),
    ROW_TEXT(reason),
    LEAF_FIELD(leaf, "decided_at", JX_TIME, row.decided_utc_us),
    LEAF_FIELD_IF(leaf, "decided_by", JX_ID, row.decided_by, has_decider),
    ROW_TEXT(role),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("HoursDecisionLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct hours_decision *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    char day[DAY_TEXT_CAP] = "";
    struct leaf leaf = {
        .row = *row, .kind = (int)row->kind, .has_decider = !id_is_none(row->decided_by)};

    if (row->has_day)
        calendar_text(row->day, day);
    leaf.day = span_text(day);
    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_row(const struct db_rows *rows, int i, struct hours_decision *out,
                           struct fail *why)
{
    int kind = jx_choice_find(HOURS_KINDS, db_bytes(rows, i, 3));

    *out = (struct hours_decision){
        .id = db_id(rows, i, 0),
        .act = db_id(rows, i, 1),
        .version = db_i64(rows, i, 2),
        .kind = (enum hours_kind)kind,
        .has_day = !db_is_null(rows, i, 4),
        .value = db_bytes(rows, i, 5),
        .value_before = db_bytes(rows, i, 6),
        .reason = db_bytes(rows, i, 7),
        .decided_utc_us = db_time(rows, i, 8),
        .decided_by = db_id(rows, i, 9),
        .role = db_bytes(rows, i, 10),
    };
    if (kind < 0 || (out->has_day && !calendar_read(db_bytes(rows, i, 4), &out->day)))
        return fail_set(why, ERR_INTERNAL, "a decision's kind or day");
    return ERR_OK;
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct hours_decision decision;
    enum err rc = borrow_row(rows, row, &decision, why);

    return rc == ERR_OK ? write_leaf(&decision, arena, bytes_out, why) : rc;
}

const struct audit_table hours_audit_table = {"hours_decision", &hours_leaves, &hours_extra,
                                              leaf_of_row};

/* With texts of its own. */
static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *out,
                        struct fail *why)
{
    struct hours_decision *row = out;
    enum err rc = borrow_row(rows, i, row, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &row->value, &row->value_before, &row->reason,
                                    &row->role)
                        : rc;
}
static enum err read_rows(struct tx *tx, struct db *db, const struct stmt *stmt,
                          const struct db_args *args, struct arena *arena,
                          struct hours_decision **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct hours_decision), own_row};
    void *all = NULL;
    enum err rc = store_list(tx, db, stmt, args, &list, arena, &all, n_out, why);

    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err hours_store_add(struct tx *tx, const struct hours_decision *row, struct fail *why)
{
    char day[DAY_TEXT_CAP] = ""; /* borrowed by args */
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    if (row->has_day)
        calendar_text(row->day, day);
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->act);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(HOURS_KINDS, (int)row->kind));
    if (row->has_day)
        db_arg_text(&args, span_text(day));
    else
        db_arg_null(&args);
    db_arg_text(&args, row->value);
    db_arg_text(&args, row->value_before);
    db_arg_text(&args, row->reason);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &hours_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "hours", "hours_decision", row->id, bytes, why) : rc;
}

enum err hours_store_act(struct tx *tx, struct id act, int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, act);
    rc = tx_run(tx, &hours_act, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err hours_store_current(struct tx *tx, struct db *db, struct arena *arena,
                             struct hours_decision **out, size_t *n_out, struct fail *why)
{
    struct db_args none;

    db_args_init(&none);
    return read_rows(tx, db, &hours_current, &none, arena, out, n_out, why);
}

enum err hours_store_past(struct db *db, int32_t before, int n_cap, struct arena *arena,
                          struct hours_decision **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, before);
    db_arg_i32(&args, n_cap);
    return read_rows(NULL, db, &hours_past, &args, arena, out, n_out, why);
}
