#include "node/support/incident_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/support/support_rows.h"

#define ROW_COLUMNS \
    "id, at, account, kind, urgency, severity, line, floor, template, procedure, by, role," \
    " text_sealed, quote_sealed"
#define STEP_COLUMNS \
    "id, at, incident, account, act, by, role, told, n_made, urgency, severity, tick," \
    " text_sealed"

static const struct stmt row_add = {
    "incident_add",
    "INSERT INTO incident (" ROW_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::text, $5::integer, $6::integer, $7::uuid, $8::text, $9::text, $10::text, $11::uuid,"
    " $12::text, $13::bytea, $14::bytea) ON CONFLICT (id) DO NOTHING RETURNING id"};
static const struct stmt row_same = {
    "incident_same",
    "SELECT id FROM incident WHERE id = $1::uuid AND by IS NOT DISTINCT FROM $2::uuid AND"
    " account IS NOT DISTINCT FROM $3::uuid AND kind = $4::text AND line IS NOT DISTINCT FROM"
    " $5::uuid AND template = $6::text AND procedure = $7::text AND urgency = $8::integer AND"
    " severity = $9::integer"};
static const struct stmt row_list = {
    "incident_list",
    "SELECT " ROW_COLUMNS ", f.read, f.taken, f.closed, f.taken_by,"
    " coalesce(f.urgency_now, urgency), coalesce(f.severity_now, severity), f.n_told"
    " FROM incident i, LATERAL (SELECT"
    " min(t.at) FILTER (WHERE t.act IN ('read', 'take', 'close')) AS read,"
    " min(t.at) FILTER (WHERE t.act = 'take') AS taken,"
    " min(t.at) FILTER (WHERE t.act = 'close') AS closed,"
    " (array_agg(t.by ORDER BY t.at, t.id) FILTER (WHERE t.act = 'take'))[1] AS taken_by,"
    " (array_agg(t.urgency ORDER BY t.at DESC, t.id DESC) FILTER (WHERE t.act = 'grade'))[1]"
    " AS urgency_now,"
    " (array_agg(t.severity ORDER BY t.at DESC, t.id DESC) FILTER (WHERE t.act = 'grade'))[1]"
    " AS severity_now,"
    " count(*) FILTER (WHERE t.act IN ('sent', 'all') AND t.n_made > 0) AS n_told"
    " FROM incident_step t WHERE t.incident = i.id) f"
    " WHERE ($1::uuid IS NULL OR i.id = $1::uuid)"
    " AND ($2::uuid IS NULL OR i.account = $2::uuid)"
    " AND ($3::timestamptz IS NULL OR (i.at, i.id) < ($3::timestamptz, $4::uuid))"
    " AND (NOT $5::boolean OR f.closed IS NULL)"
    " AND ($7::uuid IS NULL OR i.account IN (SELECT a.id FROM account a WHERE"
    " a.school = $7::uuid))"
    " AND ($8::uuid IS NULL OR i.account IS DISTINCT FROM $8::uuid OR i.by = $8::uuid)"
    " ORDER BY i.at DESC, i.id DESC LIMIT $6::integer"};
static const struct stmt row_leaves = {
    "incident_leaves", "SELECT " ROW_COLUMNS " FROM incident WHERE id = ANY ($1::uuid[])"};
static const struct stmt row_extra = {
    "incident_extra", "SELECT i.id FROM incident i WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = i.id AND l.table_name = 'incident')"};
static const struct stmt step_add = {
    "incident_step_add",
    "INSERT INTO incident_step (" STEP_COLUMNS ") VALUES ($1::uuid, $2::timestamptz,"
    " $3::uuid, $4::uuid, $5::text, $6::uuid, $7::text, $8::uuid, $9::integer, $10::integer,"
    " $11::integer, $12::integer, $13::bytea) ON CONFLICT (id) DO NOTHING RETURNING id"};
static const struct stmt step_same = {
    "incident_step_same",
    "SELECT id FROM incident_step WHERE id = $1::uuid AND incident = $2::uuid AND act ="
    " $3::text AND by IS NOT DISTINCT FROM $4::uuid AND urgency IS NOT DISTINCT FROM"
    " $5::integer AND severity IS NOT DISTINCT FROM $6::integer AND tick IS NOT DISTINCT FROM"
    " $7::integer"};
static const struct stmt step_list = {
    "incident_step_list",
    "SELECT " STEP_COLUMNS " FROM incident_step WHERE incident = $1::uuid ORDER BY at, id"};
static const struct stmt step_leaves = {"incident_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM incident_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "incident_step_extra",
    "SELECT s.id FROM incident_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = s.id AND l.table_name = 'incident_step')"};

const struct stmt *const incident_stmts[INCIDENT_STMTS_N] = {
    &row_add,  &row_list,  &row_leaves,  &row_extra,  &row_same,
    &step_add, &step_list, &step_leaves, &step_extra, &step_same};

static const struct data_column row_columns[] = {
    {"id", "報告のID", false},
    {"at", "いつ", false},
    {"account", "だれについてか（アカウントのID。ないときは空）", false},
    {"kind",
     "種類（crisis命にかかわることば・contact連絡先の交換・warning注意・staffless職員のいない"
     "フロア・unstaffed授業者か支援員のいない授業・manual職員の報告・drill訓練）",
     false},
    {"urgency", "緊急性（1低い・2中・3高い）", false},
    {"severity", "深刻性（1低い・2中・3高い）", false},
    {"line", "どの発言か（発言のID）", false},
    {"floor", "どのフロアか", false},
    {"template", "どの文例で注意したか", false},
    {"procedure", "どの手順か", false},
    {"by", "だれが（アカウントのID。ノード自身は空）", false},
    {"role", "その役割", false},
    {"text_sealed", "職員の書いたこと", true},
    {"quote_sealed", "問題になった発言", true},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"incident", "どの報告か", false},
    {"account", "だれについての報告か（アカウントのID）", false},
    {"act",
     "何を（sent担当に通知・passed宛先なし・all全員に通知・read既読・take担当になる・note追記・"
     "grade緊急性と深刻性の変更・tick手順の完了・close終了）",
     false},
    {"by", "だれが（アカウントのID。ノード自身は空）", false},
    {"role", "その役割", false},
    {"told", "だれに通知したか（アカウントのID）", false},
    {"n_made", "いくつの宛先に通知したか", false},
    {"urgency", "変更後の緊急性", false},
    {"severity", "変更後の深刻性", false},
    {"tick", "手順の何番目か", false},
    {"text_sealed", "職員の書いたこと", true},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（トラブルへの対応と委託者への報告）、児童生徒の安全の確保"

const struct data_table incident_tables[INCIDENT_TABLES_N] = {
    {
        .name = INCIDENT_TABLE,
        .meaning_ja = "トラブルや心配なことの報告",
        .purpose_ja = "緊急性と深刻性に応じて速やかに報告し、対応するため",
        .ground_ja = GROUND_JA,
        .purpose_en = "incidents: what happened, how urgent and grave, the quoted line",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = row_columns,
    },
    {
        .name = INCIDENT_STEP_TABLE,
        .meaning_ja = "報告への対応の記録",
        .purpose_ja = "だれに知らせ、だれがいつ読み、何をしたかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who was told of an incident, who read it, what was done",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "by,told",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

enum incident_state incident_state_of(const struct incident_facts *facts)
{
    if (facts->closed_utc_us != 0)
        return INCIDENT_IS_CLOSED;
    if (facts->taken_utc_us != 0)
        return INCIDENT_IS_TAKEN;
    return facts->read_utc_us != 0 ? INCIDENT_IS_READ : INCIDENT_IS_NEW;
}

/* ---- leaves ---- */

struct row_leaf {
    struct incident_row row;
    int kind;
    bool has_account, has_line, has_by, has_text, has_quote;
};
static const struct jx_field row_fields[] = {
    LEAF_FIELD(row_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(row_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD_IF(row_leaf, "account", JX_ID, row.account, has_account),
    LEAF_CHOICE(row_leaf, "kind", INCIDENT_KINDS, kind),
    LEAF_FIELD(row_leaf, "urgency", JX_INT, row.urgency),
    LEAF_FIELD(row_leaf, "severity", JX_INT, row.severity),
    LEAF_FIELD_IF(row_leaf, "line", JX_ID, row.line, has_line),
    LEAF_FIELD(row_leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD(row_leaf, "template", JX_TEXT, row.template),
    LEAF_FIELD(row_leaf, "procedure", JX_TEXT, row.procedure),
    LEAF_FIELD_IF(row_leaf, "by", JX_ID, row.by, has_by),
    LEAF_FIELD(row_leaf, "role", JX_TEXT, row.role),
    LEAF_FIELD_IF(row_leaf, "text_sealed", JX_BYTES, row.text_sealed, has_text),
    LEAF_FIELD_IF(row_leaf, "quote_sealed", JX_BYTES, row.quote_sealed, has_quote),
};
static const struct jx_shape row_shape = JX_SHAPE("IncidentLeaf", struct row_leaf, row_fields);

struct step_leaf {
    struct incident_step_row row;
    int act;
    bool has_account, has_by, has_told, has_grade, has_tick, has_text;
};
static const struct jx_field step_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(step_leaf, "incident", JX_ID, row.incident),
    LEAF_FIELD_IF(step_leaf, "account", JX_ID, row.account, has_account),
    LEAF_CHOICE(step_leaf, "act", INCIDENT_ACTS, act),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, row.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, row.role),
    LEAF_FIELD_IF(step_leaf, "told", JX_ID, row.told, has_told),
    LEAF_FIELD(step_leaf, "n_made", JX_INT, row.n_made),
    LEAF_FIELD_IF(step_leaf, "urgency", JX_INT, row.urgency, has_grade),
    LEAF_FIELD_IF(step_leaf, "severity", JX_INT, row.severity, has_grade),
    LEAF_FIELD_IF(step_leaf, "tick", JX_INT, row.tick, has_tick),
    LEAF_FIELD_IF(step_leaf, "text_sealed", JX_BYTES, row.text_sealed, has_text),
};
static const struct jx_shape step_shape =
    JX_SHAPE("IncidentStepLeaf", struct step_leaf, step_fields);

static enum err write_row(const struct incident_row *row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct row_leaf leaf = {.row = *row,
                                  .kind = (int)row->kind,
                                  .has_account = !id_is_none(row->account),
                                  .has_line = !id_is_none(row->line),
                                  .has_by = !id_is_none(row->by),
                                  .has_text = row->text_sealed.len > 0,
                                  .has_quote = row->quote_sealed.len > 0};

    return jx_write_canonical(&row_shape, &leaf, arena, bytes_out, why);
}

static enum err write_step(const struct incident_step_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.row = *row,
                                   .act = (int)row->act,
                                   .has_account = !id_is_none(row->account),
                                   .has_by = !id_is_none(row->by),
                                   .has_told = !id_is_none(row->told),
                                   .has_grade = row->urgency != 0,
                                   .has_tick = row->tick != 0,
                                   .has_text = row->text_sealed.len > 0};

    return jx_write_canonical(&step_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow_row(const struct db_rows *rows, int i, struct incident_row *out,
                           struct fail *why)
{
    int kind = jx_choice_find(INCIDENT_KINDS, db_bytes(rows, i, 3));

    *out = (struct incident_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .kind = (enum incident_kind)kind,
        .urgency = db_i64(rows, i, 4),
        .severity = db_i64(rows, i, 5),
        .line = db_id(rows, i, 6),
        .floor = db_bytes(rows, i, 7),
        .template = db_bytes(rows, i, 8),
        .procedure = db_bytes(rows, i, 9),
        .by = db_id(rows, i, 10),
        .role = db_bytes(rows, i, 11),
        .text_sealed = db_bytes(rows, i, 12),
        .quote_sealed = db_bytes(rows, i, 13),
    };
    return kind < 0 ? fail_set(why, ERR_INTERNAL, "an incident's kind") : ERR_OK;
}

static enum err borrow_step(const struct db_rows *rows, int i, struct incident_step_row *out,
                            struct fail *why)
{
    int act = jx_choice_find(INCIDENT_ACTS, db_bytes(rows, i, 4));

    *out = (struct incident_step_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .incident = db_id(rows, i, 2),
        .account = db_id(rows, i, 3),
        .act = (enum incident_act)act,
        .by = db_id(rows, i, 5),
        .role = db_bytes(rows, i, 6),
        .told = db_id(rows, i, 7),
        .n_made = db_i64(rows, i, 8),
        .urgency = db_i64(rows, i, 9),
        .severity = db_i64(rows, i, 10),
        .tick = db_i64(rows, i, 11),
        .text_sealed = db_bytes(rows, i, 12),
    };
    return act < 0 ? fail_set(why, ERR_INTERNAL, "a step's act") : ERR_OK;
}

static enum err row_of_row(const struct db_rows *rows, int i, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    struct incident_row row;
    enum err rc = borrow_row(rows, i, &row, why);

    return rc == ERR_OK ? write_row(&row, arena, bytes_out, why) : rc;
}

static enum err step_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct incident_step_row row;
    enum err rc = borrow_step(rows, i, &row, why);

    return rc == ERR_OK ? write_step(&row, arena, bytes_out, why) : rc;
}

const struct audit_table incident_audit_table = {INCIDENT_TABLE, &row_leaves, &row_extra,
                                                 row_of_row};
const struct audit_table incident_step_audit_table = {INCIDENT_STEP_TABLE, &step_leaves,
                                                      &step_extra, step_of_row};

/* ---- adding ---- */

static void arg_i32_if(struct db_args *args, int64_t value)
{
    if (value != 0)
        db_arg_i32(args, (int32_t)value);
    else
        db_arg_null(args);
}
static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

static enum err add(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                    bool *was_there_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK)
        *was_there_out = db_rows_n(rows) == 0;
    db_rows_free(&rows);
    return rc;
}

/* The id was there: for the same? */
static enum err check_same(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                           struct fail *why)
{
    bool is_none = false;
    enum err rc = add(tx, stmt, args, &is_none, why);

    if (rc == ERR_OK && is_none)
        rc = fail_field(why, ERR_CONFLICT, "/id", "the id stands for something else");
    return rc;
}

static enum err check_row(struct tx *tx, const struct incident_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->by);
    db_arg_id(&args, row->account);
    db_arg_text(&args, jx_choice_at(INCIDENT_KINDS, (int)row->kind));
    db_arg_id(&args, row->line);
    db_arg_text(&args, row->template);
    db_arg_text(&args, row->procedure);
    db_arg_i32(&args, (int32_t)row->urgency);
    db_arg_i32(&args, (int32_t)row->severity);
    return check_same(tx, &row_same, &args, why);
}

static enum err check_step(struct tx *tx, const struct incident_step_row *step,
                           struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_id(&args, step->incident);
    db_arg_text(&args, jx_choice_at(INCIDENT_ACTS, (int)step->act));
    db_arg_id(&args, step->by);
    arg_i32_if(&args, step->urgency);
    arg_i32_if(&args, step->severity);
    arg_i32_if(&args, step->tick);
    return check_same(tx, &step_same, &args, why);
}

enum err incident_store_add(struct tx *tx, const struct incident_row *row, bool *was_there_out,
                            struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_text(&args, jx_choice_at(INCIDENT_KINDS, (int)row->kind));
    db_arg_i32(&args, (int32_t)row->urgency);
    db_arg_i32(&args, (int32_t)row->severity);
    db_arg_id(&args, row->line);
    db_arg_text(&args, row->floor);
    db_arg_text(&args, row->template);
    db_arg_text(&args, row->procedure);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->role);
    store_arg_bytes_if(&args, row->text_sealed);
    store_arg_bytes_if(&args, row->quote_sealed);
    rc = add(tx, &row_add, &args, was_there_out, why);
    if (rc == ERR_OK && *was_there_out)
        return check_row(tx, row, why);
    if (rc != ERR_OK)
        return rc;
    rc = write_row(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", INCIDENT_TABLE, row->id, bytes, why) : rc;
}

enum err incident_store_step(struct tx *tx, const struct incident_step_row *step,
                             bool *was_there_out, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_id(&args, step->incident);
    db_arg_id(&args, step->account);
    db_arg_text(&args, jx_choice_at(INCIDENT_ACTS, (int)step->act));
    db_arg_id(&args, step->by);
    db_arg_text(&args, step->role);
    db_arg_id(&args, step->told);
    db_arg_i32(&args, (int32_t)step->n_made);
    arg_i32_if(&args, step->urgency);
    arg_i32_if(&args, step->severity);
    arg_i32_if(&args, step->tick);
    store_arg_bytes_if(&args, step->text_sealed);
    rc = add(tx, &step_add, &args, was_there_out, why);
    if (rc == ERR_OK && *was_there_out)
        return check_step(tx, step, why);
    if (rc != ERR_OK)
        return rc;
    rc = write_step(step, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", INCIDENT_STEP_TABLE, step->id, bytes, why)
                        : rc;
}

/* ---- reading ---- */

bool incident_is_hidden(const struct incident_row *row, struct id reader)
{
    return id_eq(row->account, reader) && !id_eq(row->by, reader);
}

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct incident_listed *out = into;
    struct incident_row *row = &out->row;
    enum err rc = borrow_row(rows, i, row, why);

    out->facts = (struct incident_facts){
        .read_utc_us = db_time(rows, i, 14),
        .taken_utc_us = db_time(rows, i, 15),
        .closed_utc_us = db_time(rows, i, 16),
        .taken_by = db_id(rows, i, 17),
        .urgency = db_i64(rows, i, 18),
        .severity = db_i64(rows, i, 19),
        .n_told = db_i64(rows, i, 20),
    };
    return rc == ERR_OK ? STORE_OWN(arena, why, &row->floor, &row->template, &row->procedure,
                                    &row->role, &row->text_sealed, &row->quote_sealed)
                        : rc;
}

enum err incident_store_list(struct tx *tx, struct db *db, const struct incident_ask *ask,
                             struct arena *arena, struct incident_listed **out, size_t *n_out,
                             struct fail *why)
{
    static const struct store_list list = {sizeof(struct incident_listed), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ask->id);
    db_arg_id(&args, ask->account);
    arg_time_if(&args, ask->before_utc_us);
    db_arg_id(&args, ask->before);
    db_arg_bool(&args, ask->is_open_only);
    db_arg_i32(&args, ask->n_cap);
    db_arg_id(&args, ask->school);
    db_arg_id(&args, ask->reader);
    rc = store_list(tx, db, &row_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err incident_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                             struct incident_listed *out, struct fail *why)
{
    const struct incident_ask ask = {.id = id, .n_cap = 1};
    struct incident_listed *found = NULL;
    size_t n = 0;
    enum err rc = incident_store_list(tx, db, &ask, arena, &found, &n, why);

    if (rc == ERR_OK && n == 0)
        return fail_set(why, ERR_NOT_FOUND, "no such incident");
    if (rc == ERR_OK)
        *out = found[0];
    return rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct incident_step_row *out = into;
    enum err rc = borrow_step(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->role, &out->text_sealed) : rc;
}

enum err incident_store_steps(struct tx *tx, struct db *db, struct id incident,
                              struct arena *arena, struct incident_step_row **out,
                              size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct incident_step_row), own_step};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, incident);
    rc = store_list(tx, db, &step_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
