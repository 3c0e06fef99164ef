#include "node/place/measure_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/place/measure_rows.h"
#include "node/place/store_common.h"

#define COLUMNS \
    "m.id, m.at, m.by, m.by_role, m.account, m.floor, m.kind, m.until_at, m.seconds," \
    " m.reason_sealed, m.name_before_sealed, m.name_after_sealed"
#define COLUMNS_N    12
#define LIFT_COLUMNS "l.id, l.at, l.by, l.by_role, l.measure, l.reason_sealed"
#define HOLDS_AT(arg) \
    "m.kind <> 'rename' AND (m.until_at IS NULL OR m.until_at > " arg \
    ") AND NOT EXISTS (SELECT FROM measure_lift x WHERE x.measure = m.id)"

const struct setting setting_measure_days = {
    .name = "log.measure_days",
    .type = SETTING_INT,
    .least = 365,
    .most = 3653,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "KP-3-安全-3",
    .title_ja = "書きこみの停止や退室などの記録を残す日数",
    .title_en = "Days the record of measures is kept",
    .help_ja = "職員がだれの何をいつまで止めたか、なぜかの記録です。この日数がすぎると、"
               "毎日の処理で消えます。解いていない停止も、そのときに終わります。",
};
const struct setting *const measure_settings[MEASURE_SETTINGS_N] = {&setting_measure_days};

/* ---- statements ---- */

static const struct stmt measure_add = {
    "measure_add",
    "INSERT INTO measure (id, at, by, by_role, account, floor, kind, until_at, seconds,"
    " reason_sealed, name_before_sealed, name_after_sealed) VALUES ($1::uuid,"
    " $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::text, $7::text, $8::timestamptz,"
    " $9::integer, $10::bytea, $11::bytea, $12::bytea)"};
static const struct stmt measure_whose = {"measure_whose",
                                          "SELECT by FROM measure WHERE id = $1::uuid"};
static const struct stmt measure_list = {
    "measure_list",
    "SELECT " COLUMNS ", " LIFT_COLUMNS
    " FROM measure m LEFT JOIN measure_lift l ON l.measure = m.id"
    " WHERE m.at >= $1::timestamptz AND m.at < $2::timestamptz"
    " AND ($3::uuid IS NULL OR m.account = $3::uuid) AND ($4::text = '' OR m.floor = $4::text)"
    " AND ($5::timestamptz IS NULL OR (" HOLDS_AT(
        "$5::timestamptz") "))"
                           " AND ($6::timestamptz IS NULL OR (m.at, m.id) < ($6::timestamptz, "
                           "$7::uuid))"
                           " ORDER BY m.at DESC, m.id DESC LIMIT $8::integer"};
static const struct stmt measure_find = {
    "measure_find", "SELECT " COLUMNS ", " LIFT_COLUMNS
                    " FROM measure m LEFT JOIN measure_lift l ON l.measure = m.id"
                    " WHERE m.id = $1::uuid"};
static const struct stmt measure_holds = {
    "measure_holds", "SELECT " COLUMNS " FROM measure m WHERE " HOLDS_AT(
                         "$1::timestamptz") " ORDER BY m.at, m.id LIMIT 20000"};
static const struct stmt measure_leaves = {
    "measure_leaves", "SELECT " COLUMNS " FROM measure m WHERE m.id = ANY ($1::uuid[])"};
static const struct stmt measure_extra = {
    "measure_extra", "SELECT m.id FROM measure m WHERE NOT EXISTS (SELECT FROM audit_leaf f"
                     " WHERE f.row_id = m.id AND f.table_name = 'measure')"};

static const struct stmt lift_add = {
    "measure_lift_add",
    "INSERT INTO measure_lift (id, at, by, by_role, measure, reason_sealed) VALUES ($1::uuid,"
    " $2::timestamptz, $3::uuid, $4::text, $5::uuid, $6::bytea)"};
static const struct stmt lift_of = {"measure_lift_of",
                                    "SELECT id FROM measure_lift WHERE measure = $1::uuid"};
static const struct stmt lift_leaves = {"measure_lift_leaves",
                                        "SELECT " LIFT_COLUMNS
                                        " FROM measure_lift l WHERE l.id = ANY ($1::uuid[])"};
static const struct stmt lift_extra = {
    "measure_lift_extra", "SELECT l.id FROM measure_lift l WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf f WHERE f.row_id = l.id AND f.table_name ="
                          " 'measure_lift')"};

const struct stmt *const measure_stmts[MEASURE_STMTS_N] = {
    &measure_add,   &measure_whose,  &measure_list,  &measure_find,
    &measure_holds, &measure_leaves, &measure_extra, &lift_add,
    &lift_of,       &lift_leaves,    &lift_extra};

/* ---- tables ---- */

static const struct data_column measure_columns[] = {
    {"id", "決定のID", false},
    {"at", "いつ", false},
    {"by", "だれが（アカウントのID）", false},
    {"by_role", "だれが（役割）", false},
    {"account", "だれを（アカウントのID。空はフロアの全員）", false},
    {"floor", "どのフロアを（記号。空は一人を）", false},
    {"kind",
     "何を（chat書きこみの停止・reactリアクションの停止・mute声の停止・eject強制退室・"
     "rename表示名強制変更・slow書きこみの間をあける）",
     false},
    {"until_at", "いつまで（空は解くまで）", false},
    {"seconds", "書きこみの間の秒数（slowだけ）", false},
    {"reason_sealed", "理由（一人をさすものはその人のかぎ、フロアのものは記録のかぎ）", true},
    {"name_before_sealed", "変える前の表示名（renameだけ）", true},
    {"name_after_sealed", "変えた後の表示名（renameだけ）", true},
    {NULL, NULL, false},
};
static const struct data_column lift_columns[] = {
    {"id", "操作のID", false},
    {"at", "いつ", false},
    {"measure", "どの決定を解いたか", false},
    {"by", "だれが（アカウントのID）", false},
    {"by_role", "だれが（役割）", false},
    {"reason_sealed", "理由（決定とおなじかぎ）", true},
    {NULL, NULL, false},
};

const struct data_table measure_tables[MEASURE_TABLES_N] = {
    {
        .name = "measure",
        .meaning_ja = "書きこみの停止・強制退室・表示名強制変更などの決定",
        .purpose_ja = "場が荒れないように止め、だれがいつなぜ止めたかを確かめるため",
        .ground_ja = "委託契約（管理機能）、個人情報の保護に関する法律第61条",
        .purpose_en = "moderation: who stopped what of whom, until when and why; a floor's "
                      "reason is sealed under a record key",
        .retention_column = "at",
        .retention_setting = &setting_measure_days,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = measure_columns,
    },
    {
        .name = "measure_lift",
        .meaning_ja = "止めていたことを解いた記録",
        .purpose_ja = "だれがいつ解いたかを確かめるため",
        .ground_ja = "委託契約（管理機能）、個人情報の保護に関する法律第61条",
        .purpose_en = "measures that were lifted; the reason is sealed under the measure's key",
        .retention_column = "at",
        .retention_setting = &setting_measure_days,
        .key_of = KEY_OF_SUBJECT,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = lift_columns,
    },
};

/* ---- leaves: canonical bytes, field names are the column names ---- */

struct leaf {
    struct measure_row row;
    int kind;
    bool has_account, has_until, has_seconds, has_before, has_after;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "at", JX_TIME, row.who.at_utc_us),
    LEAF_FIELD(leaf, "by", JX_ID, row.who.by),
    LEAF_FIELD(leaf, "by_role", JX_TEXT, row.who.role),
    LEAF_FIELD_IF(leaf, "account", JX_ID, row.account, has_account),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    LEAF_CHOICE(leaf, "kind", MEASURE_KINDS, kind),
    LEAF_FIELD_IF(leaf, "until_at", JX_TIME, row.until_utc_us, has_until),
    LEAF_FIELD_IF(leaf, "seconds", JX_INT, row.seconds, has_seconds),
    LEAF_FIELD(leaf, "reason_sealed", JX_BYTES, row.reason_sealed),
    LEAF_FIELD_IF(leaf, "name_before_sealed", JX_BYTES, row.name_before_sealed, has_before),
    LEAF_FIELD_IF(leaf, "name_after_sealed", JX_BYTES, row.name_after_sealed, has_after),
};
static const struct jx_shape leaf_shape = JX_SHAPE("MeasureLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct measure_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {.row = *row,
                              .kind = (int)row->kind,
                              .has_account = !id_is_none(row->account),
                              .has_until = row->until_utc_us != 0,
                              .has_seconds = row->seconds != 0,
                              .has_before = row->name_before_sealed.len > 0,
                              .has_after = row->name_after_sealed.len > 0};

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

struct lift_leaf {
    struct measure_lift_row row;
    bool has_reason;
};
static const struct jx_field lift_leaf_fields[] = {
    LEAF_FIELD(lift_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(lift_leaf, "at", JX_TIME, row.who.at_utc_us),
    LEAF_FIELD(lift_leaf, "by", JX_ID, row.who.by),
    LEAF_FIELD(lift_leaf, "by_role", JX_TEXT, row.who.role),
    LEAF_FIELD(lift_leaf, "measure", JX_ID, row.measure),
    LEAF_FIELD_IF(lift_leaf, "reason_sealed", JX_BYTES, row.reason_sealed, has_reason),
};
static const struct jx_shape lift_leaf_shape =
    JX_SHAPE("MeasureLiftLeaf", struct lift_leaf, lift_leaf_fields);

static enum err write_lift_leaf(const struct measure_lift_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct lift_leaf leaf = {*row, row->reason_sealed.len > 0};

    return jx_write_canonical(&lift_leaf_shape, &leaf, arena, bytes_out, why);
}

/* ---- rows: texts are borrowed ---- */

static enum err borrow(const struct db_rows *rows, int i, struct measure_row *out,
                       struct fail *why)
{
    int kind = jx_choice_find(MEASURE_KINDS, db_bytes(rows, i, 6));

    *out = (struct measure_row){
        .id = db_id(rows, i, 0),
        .who = store_who(rows, i, 1),
        .account = db_id(rows, i, 4),
        .floor = db_bytes(rows, i, 5),
        .kind = (enum measure_kind)kind,
        .until_utc_us = db_is_null(rows, i, 7) ? 0 : db_time(rows, i, 7),
        .seconds = db_is_null(rows, i, 8) ? 0 : db_i64(rows, i, 8),
        .reason_sealed = db_bytes(rows, i, 9),
        .name_before_sealed = db_bytes(rows, i, 10),
        .name_after_sealed = db_bytes(rows, i, 11),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a measure's kind") : ERR_OK;
}

static struct measure_lift_row borrow_lift(const struct db_rows *rows, int i, int column)
{
    return (struct measure_lift_row){
        .id = db_id(rows, i, column),
        .who = store_who(rows, i, column + 1),
        .measure = db_id(rows, i, column + 4),
        .reason_sealed = db_bytes(rows, i, column + 5),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct measure_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

static enum err lift_leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    const struct measure_lift_row row = borrow_lift(rows, i, 0);

    return write_lift_leaf(&row, arena, bytes_out, why);
}

const struct audit_table measure_audit_table = {"measure", &measure_leaves, &measure_extra,
                                                leaf_of_row};
const struct audit_table measure_lift_audit_table = {"measure_lift", &lift_leaves, &lift_extra,
                                                     lift_leaf_of_row};

/* ---- adding ---- */

static enum err insert(struct tx *tx, const struct measure_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    store_arg_who(&args, &row->who);
    db_arg_id(&args, row->account);
    db_arg_text(&args, row->floor);
    db_arg_text(&args, jx_choice_at(MEASURE_KINDS, (int)row->kind));
    store_arg_time_if(&args, row->until_utc_us != 0, row->until_utc_us);
    store_arg_i32_if(&args, row->seconds != 0, row->seconds);
    db_arg_bytes(&args, row->reason_sealed);
    store_arg_bytes_if(&args, row->name_before_sealed);
    store_arg_bytes_if(&args, row->name_after_sealed);
    rc = tx_run(tx, &measure_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "log.measure", MEASURE_TABLE, row->id, bytes, why)
                        : rc;
}

enum err measure_store_add(struct tx *tx, const struct measure_row *row, bool *was_there_out,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    bool is_there = false, is_his = false;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = tx_run(tx, &measure_whose, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        is_there = true;
        is_his = id_eq(db_id(rows, 0, 0), row->who.by);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK && is_there && !is_his)
        rc = fail_field(why, ERR_CONFLICT, "/id", "another's measure");
    if (rc == ERR_OK && !is_there)
        rc = insert(tx, row, why);
    if (rc == ERR_OK)
        *was_there_out = is_there;
    return rc;
}

static enum err insert_lift(struct tx *tx, const struct measure_lift_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_lift_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    store_arg_who(&args, &row->who);
    db_arg_id(&args, row->measure);
    store_arg_bytes_if(&args, row->reason_sealed);
    rc = tx_run(tx, &lift_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "log.measure", LIFT_TABLE, row->id, bytes, why) : rc;
}

enum err measure_store_lift(struct tx *tx, const struct measure_lift_row *row,
                            bool *was_there_out, struct fail *why)
{
    bool is_there = false, is_lifted = false;
    enum err rc = store_is_there(tx, &measure_whose, row->measure, &is_there, why);

    if (rc == ERR_OK && !is_there)
        rc = fail_set(why, ERR_NOT_FOUND, "no such measure");
    if (rc == ERR_OK)
        rc = store_is_there(tx, &lift_of, row->measure, &is_lifted, why);
    if (rc == ERR_OK && !is_lifted)
        rc = insert_lift(tx, row, why);
    if (rc == ERR_OK)
        *was_there_out = is_lifted;
    return rc;
}

/* ---- reading ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct measure_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK
               ? STORE_OWN(arena, why, &out->floor, &out->who.role, &out->reason_sealed,
                           &out->name_before_sealed, &out->name_after_sealed)
               : rc;
}

static enum err own_listed(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    struct measure_listed *out = into;
    enum err rc;

    *out = (struct measure_listed){.is_lifted = !db_is_null(rows, i, COLUMNS_N)};
    rc = own_row(rows, i, arena, &out->row, why);
    if (rc != ERR_OK || !out->is_lifted)
        return rc;
    out->lift = borrow_lift(rows, i, COLUMNS_N);
    return STORE_OWN(arena, why, &out->lift.who.role, &out->lift.reason_sealed);
}

enum err measure_store_list(struct db *db, const struct measures_ask *ask, struct arena *arena,
                            struct measure_listed **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct measure_listed), own_listed};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, ask->from_utc_us);
    db_arg_time(&args, ask->until_utc_us);
    db_arg_id(&args, ask->account);
    db_arg_text(&args, ask->floor);
    store_arg_time_if(&args, ask->in_force_utc_us != 0, ask->in_force_utc_us);
    store_arg_time_if(&args, ask->before_utc_us != 0, ask->before_utc_us);
    db_arg_id(&args, ask->before);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(NULL, db, &measure_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err measure_store_find(struct tx *tx, struct db *db, struct id measure,
                            struct arena *arena, struct measure_listed *row_out,
                            struct fail *why)
{
    static const struct store_list list = {sizeof(struct measure_listed), own_listed};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, measure);
    rc = store_list(tx, db, &measure_find, &args, &list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such measure");
    if (rc == ERR_OK)
        *row_out = *(struct measure_listed *)all;
    return rc;
}

enum err measure_store_in_force(struct tx *tx, int64_t now_utc_us,
                                struct measure_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct measure_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    rc = store_list(tx, NULL, &measure_holds, &args, &list, tx_arena(tx), &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
