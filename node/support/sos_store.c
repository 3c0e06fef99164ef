#include "node/support/sos_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/support/support_rows.h"

#define SOS_COLUMNS  "id, at, account, kind, from_page, client_at, is_open_hours, undo_until"
#define STEP_COLUMNS "id, at, sos, account, act, by, role, told, n_made, text_sealed, kind"

static const struct stmt sos_add = {
    "sos_add", "INSERT INTO sos (" SOS_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
               " $4::text, $5::text, $6::timestamptz, $7::boolean, $8::timestamptz)"};
static const struct stmt sos_by_id = {"sos_by_id",
                                      "SELECT " SOS_COLUMNS " FROM sos WHERE id = $1::uuid"};
static const struct stmt sos_list = {
    "sos_list",
    "SELECT " SOS_COLUMNS ", f.undone, f.seen, f.answered, f.closed, f.answered_by, f.n_told,"
    " f.said, f.n_said"
    " FROM sos s, LATERAL (SELECT"
    " min(t.at) FILTER (WHERE t.act = 'undone') AS undone,"
    " min(t.at) FILTER (WHERE t.act = 'seen') AS seen,"
    " min(t.at) FILTER (WHERE t.act = 'answer') AS answered,"
    " min(t.at) FILTER (WHERE t.act = 'close') AS closed,"
    " (array_agg(t.by ORDER BY t.at, t.id) FILTER (WHERE t.act = 'answer'))[1] AS answered_by,"
    " count(*) FILTER (WHERE t.act IN ('sent', 'all') AND t.n_made > 0) AS n_told,"
    " (array_agg(t.kind ORDER BY t.at DESC, t.id DESC) FILTER (WHERE t.act = 'kind'))[1] AS "
    "said, count(*) FILTER (WHERE t.act = 'kind') AS n_said"
    " FROM sos_step t WHERE t.sos = s.id) f"
    " WHERE ($1::uuid IS NULL OR s.id = $1::uuid)"
    " AND ($2::uuid IS NULL OR s.account = $2::uuid)"
    " AND ($3::timestamptz IS NULL OR s.at >= $3::timestamptz)"
    " AND ($4::timestamptz IS NULL OR (s.at, s.id) < ($4::timestamptz, $5::uuid))"
    " AND (NOT $6::boolean OR (f.undone IS NULL AND f.closed IS NULL))"
    " AND ($8::uuid IS NULL OR s.account IN (SELECT a.id FROM account a WHERE"
    " a.school = $8::uuid))"
    " ORDER BY s.at DESC, s.id DESC LIMIT $7::integer"};
static const struct stmt sos_leaves = {"sos_leaves", "SELECT " SOS_COLUMNS
                                                     " FROM sos WHERE id = ANY ($1::uuid[])"};
static const struct stmt sos_extra = {
    "sos_extra", "SELECT s.id FROM sos s WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
                 " l.row_id = s.id AND l.table_name = 'sos')"};
static const struct stmt step_add = {
    "sos_step_add",
    "INSERT INTO sos_step (" STEP_COLUMNS ") VALUES ($1::uuid, $2::timestamptz, $3::uuid,"
    " $4::uuid, $5::text, $6::uuid, $7::text, $8::uuid, $9::integer, $10::bytea,"
    " $11::text) ON CONFLICT (id) DO NOTHING RETURNING id"};
static const struct stmt step_same = {
    "sos_step_same", "SELECT id FROM sos_step WHERE id = $1::uuid AND sos = $2::uuid AND act ="
                     " $3::text AND by IS NOT DISTINCT FROM $4::uuid"};
static const struct stmt step_list = {"sos_step_list",
                                      "SELECT " STEP_COLUMNS
                                      " FROM sos_step WHERE sos = $1::uuid ORDER BY at, id"};
static const struct stmt step_leaves = {
    "sos_step_leaves", "SELECT " STEP_COLUMNS " FROM sos_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "sos_step_extra", "SELECT s.id FROM sos_step s WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = s.id AND l.table_name = 'sos_step')"};

const struct stmt *const sos_stmts[SOS_STMTS_N] = {
    &sos_add,  &sos_by_id, &sos_list,    &sos_leaves, &sos_extra,
    &step_add, &step_list, &step_leaves, &step_extra, &step_same};

static const struct data_column sos_columns[] = {
    {"id", "SOSのID", false},
    {"at", "届いた時刻", false},
    {"account", "だれが押したか（アカウントのID）", false},
    {"kind", "どんなことか（選んだとき）", false},
    {"from_page", "どの画面から", false},
    {"client_at", "端末の時計で押した時刻", false},
    {"is_open_hours", "開設時間のなかか", false},
    {"undo_until", "いつまで取り消せたか", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"at", "いつ", false},
    {"sos", "どのSOSか", false},
    {"account", "だれのSOSか（アカウントのID）", false},
    {"act",
     "何を（undone取り消し・sent当番に通知・passed宛先なし・all全員に通知・seen確認・"
     "answer応答・close終了・kindどんなことかを選んだ）",
     false},
    {"by", "だれが（アカウントのID。ノード自身は空）", false},
    {"role", "その役割", false},
    {"told", "だれに通知したか（アカウントのID）", false},
    {"n_made", "いくつの宛先に通知したか", false},
    {"text_sealed", "職員の書いたこと", true},
    {"kind", "どんなことか（あとから選んだとき）", false},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（SOS・緊急時の対応）、児童生徒の安全の確保"

const struct data_table sos_tables[SOS_TABLES_N] = {
    {
        .name = "sos",
        .meaning_ja = "児童生徒が押したSOS",
        .purpose_ja = "助けを求める児童生徒に、すぐに応えるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "calls for help of children, each press one row",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = sos_columns,
    },
    {
        .name = "sos_step",
        .meaning_ja = "SOSへの対応の記録",
        .purpose_ja = "だれに知らせ、だれがいつ応えたかを残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who was told of a call for help, who saw, answered and closed it",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .mention_columns = "by,told",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};

enum sos_state sos_state_of(const struct sos_facts *facts)
{
    if (facts->undone_utc_us != 0)
        return SOS_IS_UNDONE;
    if (facts->closed_utc_us != 0)
        return SOS_IS_CLOSED;
    if (facts->answered_utc_us != 0)
        return SOS_IS_ANSWERED;
    return facts->seen_utc_us != 0 ? SOS_IS_SEEN : SOS_IS_WAITING;
}

/* ---- leaves ---- */

static const struct jx_field sos_fields[] = {
    LEAF_FIELD(sos_row, "id", JX_ID, id),
    LEAF_FIELD(sos_row, "at", JX_TIME, at_utc_us),
    LEAF_FIELD(sos_row, "account", JX_ID, account),
    LEAF_FIELD(sos_row, "kind", JX_TEXT, kind),
    LEAF_FIELD(sos_row, "from_page", JX_TEXT, page),
    LEAF_FIELD_IF(sos_row, "client_at", JX_TIME, client_utc_us, has_client_at),
    LEAF_FIELD(sos_row, "is_open_hours", JX_BOOL, is_open_hours),
    LEAF_FIELD(sos_row, "undo_until", JX_TIME, undo_until_utc_us),
};
static const struct jx_shape sos_shape = JX_SHAPE("SosLeaf", struct sos_row, sos_fields);

struct step_leaf {
    struct sos_step_row row;
    int act;
    bool has_by, has_told, has_text, has_kind;
};
static const struct jx_field step_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(step_leaf, "sos", JX_ID, row.sos),
    LEAF_FIELD(step_leaf, "account", JX_ID, row.account),
    LEAF_CHOICE(step_leaf, "act", SOS_ACTS, act),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, row.by, has_by),
    LEAF_FIELD(step_leaf, "role", JX_TEXT, row.role),
    LEAF_FIELD_IF(step_leaf, "told", JX_ID, row.told, has_told),
    LEAF_FIELD(step_leaf, "n_made", JX_INT, row.n_made),
    LEAF_FIELD_IF(step_leaf, "text_sealed", JX_BYTES, row.text_sealed, has_text),
    LEAF_FIELD_IF(step_leaf, "kind", JX_TEXT, row.kind, has_kind),
};
static const struct jx_shape step_shape =
    JX_SHAPE("SosStepLeaf", struct step_leaf, step_fields);

static enum err write_step(const struct sos_step_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {.row = *row,
                                   .act = (int)row->act,
                                   .has_by = !id_is_none(row->by),
                                   .has_told = !id_is_none(row->told),
                                   .has_text = row->text_sealed.len > 0,
                                   .has_kind = row->act == SOS_KIND};

    return jx_write_canonical(&step_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static void borrow_sos(const struct db_rows *rows, int i, struct sos_row *out)
{
    *out = (struct sos_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .account = db_id(rows, i, 2),
        .kind = db_bytes(rows, i, 3),
        .page = db_bytes(rows, i, 4),
        .has_client_at = !db_is_null(rows, i, 5),
        .client_utc_us = db_time(rows, i, 5),
        .is_open_hours = db_bool(rows, i, 6),
        .undo_until_utc_us = db_time(rows, i, 7),
    };
}

static enum err borrow_step(const struct db_rows *rows, int i, struct sos_step_row *out,
                            struct fail *why)
{
    int act = jx_choice_find(SOS_ACTS, db_bytes(rows, i, 4));

    *out = (struct sos_step_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .sos = db_id(rows, i, 2),
        .account = db_id(rows, i, 3),
        .act = (enum sos_act)act,
        .by = db_id(rows, i, 5),
        .role = db_bytes(rows, i, 6),
        .told = db_id(rows, i, 7),
        .n_made = db_i64(rows, i, 8),
        .text_sealed = db_bytes(rows, i, 9),
        .kind = db_bytes(rows, i, 10),
    };
    return act < 0 ? fail_set(why, ERR_INTERNAL, "a step's act") : ERR_OK;
}

static enum err sos_of_row(const struct db_rows *rows, int i, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    struct sos_row row;

    borrow_sos(rows, i, &row);
    return jx_write_canonical(&sos_shape, &row, arena, bytes_out, why);
}

static enum err step_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct sos_step_row row;
    enum err rc = borrow_step(rows, i, &row, why);

    return rc == ERR_OK ? write_step(&row, arena, bytes_out, why) : rc;
}

const struct audit_table sos_audit_table = {"sos", &sos_leaves, &sos_extra, sos_of_row};
const struct audit_table sos_step_audit_table = {SOS_STEP_TABLE, &step_leaves, &step_extra,
                                                 step_of_row};

/* ---- adding ---- */

static enum err find_before(struct tx *tx, struct sos_row *row, bool *was_there_out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *was_there_out = false;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    rc = tx_run(tx, &sos_by_id, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0) {
        if (!id_eq(db_id(rows, 0, 2), row->account))
            rc = fail_set(why, ERR_CONFLICT, "the id is another's");
        else {
            borrow_sos(rows, 0, row);
            *was_there_out = true;
            rc = STORE_OWN(tx_arena(tx), why, &row->kind, &row->page);
        }
    }
    db_rows_free(&rows);
    return rc;
}

enum err sos_store_add(struct tx *tx, struct sos_row *row, bool *was_there_out,
                       struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = find_before(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->account);
    db_arg_text(&args, row->kind);
    db_arg_text(&args, row->page);
    if (row->has_client_at)
        db_arg_time(&args, row->client_utc_us);
    else
        db_arg_null(&args);
    db_arg_bool(&args, row->is_open_hours);
    db_arg_time(&args, row->undo_until_utc_us);
    rc = tx_run(tx, &sos_add, &args, NULL, why);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&sos_shape, row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", "sos", row->id, bytes, why) : rc;
}

/* The id was there: for the same? */
static enum err check_step(struct tx *tx, const struct sos_step_row *step, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_id(&args, step->sos);
    db_arg_text(&args, jx_choice_at(SOS_ACTS, (int)step->act));
    db_arg_id(&args, step->by);
    rc = tx_run(tx, &step_same, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_field(why, ERR_CONFLICT, "/id", "the id stands for something else");
    db_rows_free(&rows);
    return rc;
}

enum err sos_store_step(struct tx *tx, const struct sos_step_row *step, bool *was_there_out,
                        struct fail *why)
{
    struct db_rows *rows = NULL;
    struct span bytes;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_time(&args, step->at_utc_us);
    db_arg_id(&args, step->sos);
    db_arg_id(&args, step->account);
    db_arg_text(&args, jx_choice_at(SOS_ACTS, (int)step->act));
    db_arg_id(&args, step->by);
    db_arg_text(&args, step->role);
    db_arg_id(&args, step->told);
    db_arg_i32(&args, (int32_t)step->n_made);
    store_arg_bytes_if(&args, step->text_sealed);
    if (step->act == SOS_KIND)
        db_arg_text(&args, step->kind);
    else
        db_arg_null(&args);
    rc = tx_run(tx, &step_add, &args, &rows, why);
    if (rc == ERR_OK)
        *was_there_out = db_rows_n(rows) == 0;
    db_rows_free(&rows);
    if (rc == ERR_OK && *was_there_out)
        return check_step(tx, step, why);
    if (rc != ERR_OK)
        return rc;
    rc = write_step(step, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "support", SOS_STEP_TABLE, step->id, bytes, why)
                        : rc;
}

/* ---- reading ---- */

static enum err own_sos(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct sos_listed *out = into;

    borrow_sos(rows, i, &out->row);
    out->facts = (struct sos_facts){
        .undone_utc_us = db_time(rows, i, 8),
        .seen_utc_us = db_time(rows, i, 9),
        .answered_utc_us = db_time(rows, i, 10),
        .closed_utc_us = db_time(rows, i, 11),
        .answered_by = db_id(rows, i, 12),
        .n_told = db_i64(rows, i, 13),
        .n_kinds = db_i64(rows, i, 15),
    };
    if (!db_is_null(rows, i, 14))
        out->row.kind = db_bytes(rows, i, 14);
    return STORE_OWN(arena, why, &out->row.kind, &out->row.page);
}

static void arg_time_if(struct db_args *args, int64_t utc_us)
{
    if (utc_us != 0)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

enum err sos_store_list(struct tx *tx, struct db *db, const struct sos_ask *ask,
                        struct arena *arena, struct sos_listed **out, size_t *n_out,
                        struct fail *why)
{
    static const struct store_list list = {sizeof(struct sos_listed), own_sos};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ask->id);
    db_arg_id(&args, ask->account);
    arg_time_if(&args, ask->since_utc_us);
    arg_time_if(&args, ask->before_utc_us);
    db_arg_id(&args, ask->before);
    db_arg_bool(&args, ask->is_open_only);
    db_arg_i32(&args, ask->n_cap);
    db_arg_id(&args, ask->school);
    rc = store_list(tx, db, &sos_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err sos_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                        struct sos_listed *out, struct fail *why)
{
    const struct sos_ask ask = {.id = id, .n_cap = 1};
    struct sos_listed *found = NULL;
    size_t n = 0;
    enum err rc = sos_store_list(tx, db, &ask, arena, &found, &n, why);

    if (rc == ERR_OK && n == 0)
        return fail_set(why, ERR_NOT_FOUND, "no such call");
    if (rc == ERR_OK)
        *out = found[0];
    return rc;
}

static enum err own_step(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct sos_step_row *out = into;
    enum err rc = borrow_step(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->role, &out->text_sealed, &out->kind) : rc;
}

enum err sos_store_steps(struct tx *tx, struct db *db, struct id sos, struct arena *arena,
                         struct sos_step_row **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct sos_step_row), own_step};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, sos);
    rc = store_list(tx, db, &step_list, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
