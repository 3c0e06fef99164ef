#include "reporting/log_export_store.h"

#include <stddef.h>

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "reporting/log_rows.h"

#define COLUMNS \
    "e.id, e.at, e.by, e.by_role, e.act, e.kinds, e.from_at, e.until_at, e.account, e.floor," \
    " e.format, e.charset, e.has_bom, e.is_for_guests, e.is_bulk, e.reason_sealed," \
    " e.words_sealed"
#define STEPS_OF_E \
    " LEFT JOIN LATERAL (SELECT s.by, s.at FROM log_export_step s WHERE s.export = e.id AND" \
    " s.kind = 'approved' LIMIT 1) p ON true LEFT JOIN LATERAL (SELECT s.n_rows, s.at FROM" \
    " log_export_step s WHERE s.export = e.id AND s.kind = 'ended' AND s.is_whole ORDER BY" \
    " s.at DESC LIMIT 1) w ON true"
#define READ \
    "SELECT " COLUMNS ", p.by, p.at, (SELECT count(*) FROM log_export_step s WHERE s.export =" \
    " e.id AND s.kind = 'begun'), w.n_rows, w.at FROM log_export e" STEPS_OF_E
#define STEP_COLUMNS "id, at, export, by, by_role, kind, n_rows, n_bytes, is_whole"

static const struct stmt export_add = {
    "log_export_add",
    "INSERT INTO log_export (id, at, by, by_role, act, kinds, from_at, until_at, account,"
    " floor, format, charset, has_bom, is_for_guests, is_bulk, reason_sealed, words_sealed)"
    " VALUES ($1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::integer,"
    " $7::timestamptz, $8::timestamptz, $9::uuid, $10::text, $11::text, $12::text,"
    " $13::boolean, $14::boolean, $15::boolean, $16::bytea, $17::bytea)"};
static const struct stmt export_find = {"log_export_find", READ " WHERE e.id = $1::uuid"};
static const struct stmt export_list = {
    "log_export_list",
    READ " WHERE ($1::uuid IS NULL OR e.by = $1::uuid) AND ($2::timestamptz IS NULL OR"
         " (e.at, e.id) < ($2::timestamptz, $3::uuid)) ORDER BY e.at DESC, e.id DESC"
         " LIMIT $4::integer"};
static const struct stmt export_sum = {
    "log_export_sum",
    "SELECT count(*) FILTER (WHERE e.account IS DISTINCT FROM $2::uuid), min(e.from_at),"
    " max(e.until_at) FROM log_export e WHERE e.by = $1::uuid AND e.at > $3::timestamptz AND"
    " e.act = 'export' AND NOT e.is_bulk"};
static const struct stmt export_leaves = {
    "log_export_leaves", "SELECT " COLUMNS " FROM log_export e WHERE e.id = ANY ($1::uuid[])"};
static const struct stmt export_extra = {
    "log_export_extra",
    "SELECT e.id FROM log_export e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.row_id ="
    " e.id AND l.table_name = 'log_export')"};
static const struct stmt step_add = {
    "log_export_step_add",
    "INSERT INTO log_export_step (" STEP_COLUMNS ") VALUES ($1::uuid, $2::timestamptz,"
    " $3::uuid, $4::uuid, $5::text, $6::text, $7::bigint, $8::bigint, $9::boolean)"};
static const struct stmt step_leaves = {"log_export_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM log_export_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "log_export_step_extra",
    "SELECT s.id FROM log_export_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = s.id AND l.table_name = 'log_export_step')"};

const struct stmt *const log_export_stmts[LOG_EXPORT_STMTS_N] = {
    &export_add, &export_find, &export_list, &export_leaves, &export_extra,
    &step_add,   &step_leaves, &step_extra,  &export_sum};

static const struct data_column export_columns[] = {
    {"id", "書き出し・検索のID", false},
    {"at", "いつ頼んだか", false},
    {"by", "だれが（アカウントのID）", false},
    {"by_role", "だれが（役割）", false},
    {"act", "何を（export書き出し・search発言の検索）", false},
    {"kinds",
     "どの記録を（1入退室・2文字チャット・4音声チャット・8リアクション・16授業への参加、の和）",
     false},
    {"from_at", "いつからの記録を", false},
    {"until_at", "いつまでの記録を（その時を含まない）", false},
    {"account", "だれの記録を（アカウントのID。空は全員）", false},
    {"floor", "どのフロアの記録を（空はすべて）", false},
    {"format", "形（csv・json）", false},
    {"charset", "文字コード（utf8・sjis）", false},
    {"has_bom", "CSVの始めに印（BOM）をつけるか", false},
    {"is_for_guests", "IDのない、ゲストに渡すための書き出しか", false},
    {"is_bulk", "二人以上、または長い期間の書き出しで、もう一人の承認が要るか", false},
    {"reason_sealed", "なぜ", true},
    {"words_sealed", "検索した言葉", true},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "段階のID", false},
    {"at", "いつ", false},
    {"export", "どの書き出し・検索か", false},
    {"by", "だれが（アカウントのID）", false},
    {"by_role", "だれが（役割）", false},
    {"kind", "何を（approved承認・begun渡し始めた・ended渡し終えた）", false},
    {"n_rows", "渡した行の数", false},
    {"n_bytes", "渡したバイト数", false},
    {"is_whole", "最後まで渡したか（いいえ: 途中で切れた）", false},
    {NULL, NULL, false},
};

const struct data_table log_export_tables[LOG_EXPORT_TABLES_N] = {
    {
        .name = "log_export",
        .meaning_ja = "記録の書き出しと発言の検索",
        .purpose_ja = "だれがいつ、なぜ、どの記録を持ち出したか、調べたかを確かめるため",
        .ground_ja = "委託契約（ログの出力）、個人情報の保護に関する法律第66条（安全管理措置）",
        .purpose_en = "every export of logs a-d and every search over chat, with its reason",
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by,account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = export_columns,
    },
    {
        .name = "log_export_step",
        .meaning_ja = "記録の書き出しと検索の段階",
        .purpose_ja = "だれが承認し、何行が渡されたかを確かめるため",
        .ground_ja = "委託契約（ログの出力）、個人情報の保護に関する法律第66条（安全管理措置）",
        .purpose_en = "approval, begin and end of an export, with the number of rows",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

/* ---- leaves: canonical bytes, field names are the column names ---- */

struct export_leaf {
    struct log_export_row row;
    int act, format, charset;
    int64_t kinds;
    bool has_account, has_words;
};
static const struct jx_field export_leaf_fields[] = {
    LEAF_FIELD(export_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(export_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(export_leaf, "by", JX_ID, row.by),
    LEAF_FIELD(export_leaf, "by_role", JX_TEXT, row.by_role),
    LEAF_CHOICE(export_leaf, "act", LOG_ACTS, act),
    LEAF_FIELD(export_leaf, "kinds", JX_INT, kinds),
    LEAF_FIELD(export_leaf, "from_at", JX_TIME, row.from_utc_us),
    LEAF_FIELD(export_leaf, "until_at", JX_TIME, row.until_utc_us),
    LEAF_FIELD_IF(export_leaf, "account", JX_ID, row.account, has_account),
    LEAF_FIELD(export_leaf, "floor", JX_TEXT, row.floor),
    LEAF_CHOICE(export_leaf, "format", LOG_FORMATS, format),
    LEAF_CHOICE(export_leaf, "charset", LOG_CHARSETS, charset),
    LEAF_FIELD(export_leaf, "has_bom", JX_BOOL, row.has_bom),
    LEAF_FIELD(export_leaf, "is_for_guests", JX_BOOL, row.is_for_guests),
    LEAF_FIELD(export_leaf, "is_bulk", JX_BOOL, row.is_bulk),
    LEAF_FIELD(export_leaf, "reason_sealed", JX_BYTES, row.reason_sealed),
    LEAF_FIELD_IF(export_leaf, "words_sealed", JX_BYTES, row.words_sealed, has_words),
};
static const struct jx_shape export_leaf_shape =
    JX_SHAPE("LogExportLeaf", struct export_leaf, export_leaf_fields);

struct step_leaf {
    struct log_step_row row;
    int kind;
    bool is_end;
};
static const struct jx_field step_leaf_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(step_leaf, "export", JX_ID, row.export),
    LEAF_FIELD(step_leaf, "by", JX_ID, row.by),
    LEAF_FIELD(step_leaf, "by_role", JX_TEXT, row.by_role),
    LEAF_CHOICE(step_leaf, "kind", LOG_STEPS, kind),
    LEAF_FIELD_IF(step_leaf, "n_rows", JX_INT, row.n_rows, is_end),
    LEAF_FIELD_IF(step_leaf, "n_bytes", JX_INT, row.n_bytes, is_end),
    LEAF_FIELD_IF(step_leaf, "is_whole", JX_BOOL, row.is_whole, is_end),
};
static const struct jx_shape step_leaf_shape =
    JX_SHAPE("LogExportStepLeaf", struct step_leaf, step_leaf_fields);

static enum err write_export_leaf(const struct log_export_row *row, struct arena *arena,
                                  struct span *bytes_out, struct fail *why)
{
    const struct export_leaf leaf = {.row = *row,
                                     .act = (int)row->act,
                                     .format = (int)row->format,
                                     .charset = (int)row->charset,
                                     .kinds = (int64_t)row->kinds,
                                     .has_account = !id_is_none(row->account),
                                     .has_words = row->words_sealed.len > 0};

    return jx_write_canonical(&export_leaf_shape, &leaf, arena, bytes_out, why);
}

static enum err write_step_leaf(const struct log_step_row *row, struct arena *arena,
                                struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {
        .row = *row, .kind = (int)row->kind, .is_end = row->kind == LOG_STEP_ENDED};

    return jx_write_canonical(&step_leaf_shape, &leaf, arena, bytes_out, why);
}

/* ---- reading ---- */

/* The columns of the table alone; texts are borrowed from rows. */
static enum err borrow_export(const struct db_rows *rows, int i, struct log_export_row *out,
                              struct fail *why)
{
    int act = jx_choice_find(LOG_ACTS, db_bytes(rows, i, 4));
    int format = jx_choice_find(LOG_FORMATS, db_bytes(rows, i, 10));
    int charset = jx_choice_find(LOG_CHARSETS, db_bytes(rows, i, 11));

    *out = (struct log_export_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .by = db_id(rows, i, 2),
        .by_role = db_bytes(rows, i, 3),
        .act = (enum log_act)act,
        .kinds = (unsigned)db_i64(rows, i, 5),
        .from_utc_us = db_time(rows, i, 6),
        .until_utc_us = db_time(rows, i, 7),
        .account = db_id(rows, i, 8),
        .floor = db_bytes(rows, i, 9),
        .format = (enum log_format)format,
        .charset = (enum log_charset)charset,
        .has_bom = db_bool(rows, i, 12),
        .is_for_guests = db_bool(rows, i, 13),
        .is_bulk = db_bool(rows, i, 14),
        .reason_sealed = db_bytes(rows, i, 15),
        .words_sealed = db_bytes(rows, i, 16),
        .n_rows = -1,
    };
    return act < 0 || format < 0 || charset < 0
               ? fail_set(why, ERR_INTERNAL, "an export's act or form")
               : ERR_OK;
}

static enum err own_export(const struct db_rows *rows, int i, struct arena *arena, void *into,
                           struct fail *why)
{
    struct log_export_row *out = into;
    enum err rc = borrow_export(rows, i, out, why);

    if (rc != ERR_OK)
        return rc;
    out->approved_by = db_id(rows, i, 17);
    out->approved_utc_us = db_time(rows, i, 18);
    out->n_begun = db_i64(rows, i, 19);
    if (!db_is_null(rows, i, 20))
        out->n_rows = db_i64(rows, i, 20);
    out->ended_utc_us = db_time(rows, i, 21);
    return STORE_OWN(arena, why, &out->by_role, &out->floor, &out->reason_sealed,
                     &out->words_sealed);
}

static const struct store_list exports = {sizeof(struct log_export_row), own_export};

enum err log_export_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                               struct log_export_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = store_list(tx, db, &export_find, &args, &exports, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such export");
    if (rc == ERR_OK)
        *out = *(struct log_export_row *)all;
    return rc;
}

enum err log_export_store_list(struct db *db, const struct log_exports_ask *ask,
                               struct arena *arena, struct log_export_row **rows_out,
                               size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ask->by);
    if (ask->before_utc_us == 0)
        db_arg_null(&args);
    else
        db_arg_time(&args, ask->before_utc_us);
    db_arg_id(&args, ask->before);
    db_arg_i32(&args, ask->n_cap);
    rc = store_list(NULL, db, &export_list, &args, &exports, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

static enum err export_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                   struct span *bytes_out, struct fail *why)
{
    struct log_export_row export;
    enum err rc = borrow_export(rows, row, &export, why);

    return rc == ERR_OK ? write_export_leaf(&export, arena, bytes_out, why) : rc;
}

static enum err step_leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                                 struct span *bytes_out, struct fail *why)
{
    int kind = jx_choice_find(LOG_STEPS, db_bytes(rows, row, 5));
    const struct log_step_row step = {
        .id = db_id(rows, row, 0),
        .at_utc_us = db_time(rows, row, 1),
        .export = db_id(rows, row, 2),
        .by = db_id(rows, row, 3),
        .by_role = db_bytes(rows, row, 4),
        .kind = (enum log_step)kind,
        .n_rows = db_i64(rows, row, 6),
        .n_bytes = db_i64(rows, row, 7),
        .is_whole = db_bool(rows, row, 8),
    };

    return kind < 0 ? fail_set(why, ERR_INTERNAL, "a step's kind")
                    : write_step_leaf(&step, arena, bytes_out, why);
}

const struct audit_table log_export_audit = {"log_export", &export_leaves, &export_extra,
                                             export_leaf_of_row};
const struct audit_table log_export_step_audit = {"log_export_step", &step_leaves, &step_extra,
                                                  step_leaf_of_row};

/* ---- writing ---- */

enum err log_export_store_add(struct tx *tx, const struct log_export_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_export_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->by_role);
    db_arg_text(&args, jx_choice_at(LOG_ACTS, (int)row->act));
    db_arg_i32(&args, (int32_t)row->kinds);
    db_arg_time(&args, row->from_utc_us);
    db_arg_time(&args, row->until_utc_us);
    db_arg_id(&args, row->account);
    db_arg_text(&args, row->floor);
    db_arg_text(&args, jx_choice_at(LOG_FORMATS, (int)row->format));
    db_arg_text(&args, jx_choice_at(LOG_CHARSETS, (int)row->charset));
    db_arg_bool(&args, row->has_bom);
    db_arg_bool(&args, row->is_for_guests);
    db_arg_bool(&args, row->is_bulk);
    db_arg_bytes(&args, row->reason_sealed);
    store_arg_bytes_if(&args, row->words_sealed);
    rc = tx_run(tx, &export_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "log.export", "log_export", row->id, bytes, why)
                        : rc;
}

enum err log_export_store_sum(struct tx *tx, int64_t since_utc_us, struct log_export_row *row,
                              struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->by);
    db_arg_id(&args, row->account);
    db_arg_time(&args, since_utc_us);
    rc = tx_run(tx, &export_sum, &args, &rows, why);
    if (rc == ERR_OK && db_i64(rows, 0, 0) > 0)
        row->account = ID_NONE;
    if (rc == ERR_OK && !db_is_null(rows, 0, 1)) {
        int64_t from_utc_us = db_time(rows, 0, 1), until_utc_us = db_time(rows, 0, 2);

        if (from_utc_us < row->from_utc_us)
            row->from_utc_us = from_utc_us;
        if (until_utc_us > row->until_utc_us)
            row->until_utc_us = until_utc_us;
    }
    db_rows_free(&rows);
    return rc;
}

enum err log_export_store_step(struct tx *tx, const struct log_step_row *row, struct fail *why)
{
    bool is_end = row->kind == LOG_STEP_ENDED;
    struct span bytes;
    struct db_args args;
    enum err rc = write_step_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->export);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->by_role);
    db_arg_text(&args, jx_choice_at(LOG_STEPS, (int)row->kind));
    if (is_end) {
        db_arg_i64(&args, row->n_rows);
        db_arg_i64(&args, row->n_bytes);
        db_arg_bool(&args, row->is_whole);
    } else {
        db_arg_null(&args);
        db_arg_null(&args);
        db_arg_null(&args);
    }
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "log.export", "log_export_step", row->id, bytes, why)
                        : rc;
}
