#include "tenants/leaving/change_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "node/db/store.h"
#include "tenants/leaving/leaving_rows.h"

#define COLUMNS \
    "id, n, at, by, by_role, ends_at, contract, version, title, contractor," \
    " to_char(begins_on, 'YYYY-MM-DD'), to_char(ends_on, 'YYYY-MM-DD'), n_student, n_staff," \
    " n_guardian"
#define STEPS "id, change, kind, at, by, by_role, generation, sheet_code, n_accounts"

static const struct stmt last = {
    "contract_change_last", "SELECT " COLUMNS " FROM contract_change ORDER BY n DESC LIMIT 1"};
static const struct stmt steps_of = {"contract_change_steps",
                                     "SELECT " STEPS
                                     " FROM contract_change_step WHERE change = $1::uuid"};
static const struct stmt add = {
    "contract_change_add",
    "INSERT INTO contract_change (id, n, at, by, by_role, ends_at, contract, version, title,"
    " contractor, begins_on, ends_on, n_student, n_staff, n_guardian) SELECT $1::uuid,"
    " coalesce((SELECT max(n) FROM contract_change), 0) + 1, $2::timestamptz, $3::uuid,"
    " $4::text, $5::timestamptz, $6::uuid, $7::integer, $8::text, $9::text, $10::text::date,"
    " $11::text::date, $12::integer, $13::integer, $14::integer RETURNING n"};
static const struct stmt step_add = {
    "contract_change_step_add",
    "INSERT INTO contract_change_step (" STEPS ") VALUES ($1::uuid, $2::uuid, $3::text,"
    " $4::timestamptz, $5::uuid, $6::text, $7::integer, $8::text, $9::integer)"};
static const struct stmt leaves = {"contract_change_leaves",
                                   "SELECT " COLUMNS
                                   " FROM contract_change WHERE id = ANY ($1::uuid[])"};
static const struct stmt extra = {
    "contract_change_extra",
    "SELECT c.id FROM contract_change c WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = c.id AND l.table_name = 'contract_change')"};
static const struct stmt step_leaves = {
    "contract_change_step_leaves",
    "SELECT " STEPS " FROM contract_change_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "contract_change_step_extra",
    "SELECT c.id FROM contract_change_step c WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE"
    " l.row_id = c.id AND l.table_name = 'contract_change_step')"};

const struct stmt *const change_stmts[CHANGE_STMTS_N] = {
    &last, &steps_of, &add, &step_add, &leaves, &extra, &step_leaves, &step_extra};

/* ---- the data dictionary ---- */

static const struct data_column columns[] = {
    {"id", "予定のID", false},
    {"n", "何番目の予定か", false},
    {"at", "いつ予定したか", false},
    {"by", "だれが予定したか（アカウントのID）", false},
    {"by_role", "予定した人の役割", false},
    {"ends_at", "前の契約が終わり、次の契約が始まる時刻", false},
    {"contract", "前の契約のID", false},
    {"version", "前の契約の、予定したときの決定の番号", false},
    {"title", "次の契約の名前", false},
    {"contractor", "次の受託者の名前", false},
    {"begins_on", "次の契約の始まりの日", false},
    {"ends_on", "次の契約の終わりの日", false},
    {"n_student", "児童生徒のIDの上限", false},
    {"n_staff", "教職員等のIDの上限", false},
    {"n_guardian", "保護者のIDの上限", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"change", "どの予定か", false},
    {"kind",
     "何があったか（confirmed 二人目が確かめた・cancelled 取りやめ・in_force 交代した・half "
     "受託者の鍵の半分が新しくなった・operator "
     "前の運用担当者がサーバーに入れないことを確かめた・"
     "sheet 鍵の紙も新しくなった）",
     false},
    {"at", "いつ", false},
    {"by", "だれが（アカウントのID。拠点が自動でしたときは空）", false},
    {"by_role", "その人の役割", false},
    {"generation", "そのときの拠点の鍵の世代", false},
    {"sheet_code", "そのときの鍵の紙の確認番号", false},
    {"n_accounts", "終わったIDの数（交代したときだけ）", false},
    {NULL, NULL, false},
};
static const struct data_column account_columns[] = {
    {"change", "どの予定か", false},
    {"account", "だれのIDか", false},
    {"kind", "終わる（ends）か残る（stays）か", false},
    {"ends_before", "予定の前に決まっていた期限", false},
    {"ended_at", "この交代で終わった時刻", false},
    {NULL, NULL, false},
};

#define GROUND_JA "委託契約（受託者の交代）"
const struct data_table change_tables[CHANGE_TABLES_N] = {
    {.name = "contract_change",
     .meaning_ja = "受託者の交代の予定",
     .purpose_ja = "決めた時刻に受託者を替え、子どもの記録を失わないため",
     .ground_ja = GROUND_JA,
     .purpose_en = "a change of contractor as it was planned",
     .key_of = KEY_OF_NONE,
     .mention_columns = "by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = columns},
    {.name = "contract_change_step",
     .meaning_ja = "受託者の交代の記録",
     .purpose_ja = "だれが確かめ、いつ替わり、鍵がいつ新しくなったかを残すため",
     .ground_ja = GROUND_JA,
     .purpose_en = "what became of a planned change of contractor",
     .key_of = KEY_OF_NONE,
     .mention_columns = "by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = step_columns},
    {.name = "contract_change_account",
     .meaning_ja = "受託者の交代で終わるIDと残るID",
     .purpose_ja = "前の受託者のIDを、決めた時刻にもれなく終わらせるため",
     .ground_ja = GROUND_JA,
     .purpose_en = "whose account ends with the contractor, whose stays",
     .key_of = KEY_OF_NONE,
     .person_column = "account",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_ROWS,
     .columns = account_columns},
};

/* ---- leaves ---- */

static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(change_row, "id", JX_ID, id),
    LEAF_FIELD(change_row, "n", JX_INT, n),
    LEAF_FIELD(change_row, "at", JX_TIME, at_utc_us),
    LEAF_FIELD(change_row, "by", JX_ID, by),
    LEAF_FIELD(change_row, "by_role", JX_TEXT, role),
    LEAF_FIELD(change_row, "ends_at", JX_TIME, ends_utc_us),
    LEAF_FIELD(change_row, "contract", JX_ID, contract),
    LEAF_FIELD(change_row, "version", JX_INT, version),
    LEAF_FIELD(change_row, "title", JX_TEXT, title),
    LEAF_FIELD(change_row, "contractor", JX_TEXT, contractor),
    LEAF_FIELD(change_row, "begins_on", JX_TEXT, begins_on),
    LEAF_FIELD(change_row, "ends_on", JX_TEXT, ends_on),
    LEAF_FIELD(change_row, "n_student", JX_INT, quota[ID_CLASS_STUDENT]),
    LEAF_FIELD(change_row, "n_staff", JX_INT, quota[ID_CLASS_STAFF]),
    LEAF_FIELD(change_row, "n_guardian", JX_INT, quota[ID_CLASS_GUARDIAN]),
};
static const struct jx_shape leaf_shape =
    JX_SHAPE("ContractChangeLeaf", struct change_row, leaf_fields);

struct step_leaf {
    struct change_step step;
    int kind;
    bool has_by;
};
static const struct jx_field step_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, step.id),
    LEAF_FIELD(step_leaf, "change", JX_ID, step.change),
    LEAF_CHOICE(step_leaf, "kind", CHANGE_KINDS, kind),
    LEAF_FIELD(step_leaf, "at", JX_TIME, step.at_utc_us),
    LEAF_FIELD_IF(step_leaf, "by", JX_ID, step.by, has_by),
    LEAF_FIELD(step_leaf, "by_role", JX_TEXT, step.role),
    LEAF_FIELD(step_leaf, "generation", JX_INT, step.generation),
    LEAF_FIELD(step_leaf, "sheet_code", JX_TEXT, step.sheet_code),
    LEAF_FIELD(step_leaf, "n_accounts", JX_INT, step.n_accounts),
};
static const struct jx_shape step_shape =
    JX_SHAPE("ContractChangeStepLeaf", struct step_leaf, step_fields);

static enum err write_step(const struct change_step *step, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {*step, (int)step->kind, !id_is_none(step->by)};

    return jx_write_canonical(&step_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct change_row borrow(const struct db_rows *rows, int i)
{
    return (struct change_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .at_utc_us = db_time(rows, i, 2),
        .by = db_id(rows, i, 3),
        .role = db_bytes(rows, i, 4),
        .ends_utc_us = db_time(rows, i, 5),
        .contract = db_id(rows, i, 6),
        .version = db_i64(rows, i, 7),
        .title = db_bytes(rows, i, 8),
        .contractor = db_bytes(rows, i, 9),
        .begins_on = db_bytes(rows, i, 10),
        .ends_on = db_bytes(rows, i, 11),
        .quota = {[ID_CLASS_STUDENT] = db_i64(rows, i, 12),
                  [ID_CLASS_STAFF] = db_i64(rows, i, 13),
                  [ID_CLASS_GUARDIAN] = db_i64(rows, i, 14)},
    };
}

/* The table lets no other kind in. */
static struct change_step borrow_step(const struct db_rows *rows, int i)
{
    return (struct change_step){
        .id = db_id(rows, i, 0),
        .change = db_id(rows, i, 1),
        .kind = (enum change_kind)jx_choice_find(CHANGE_KINDS, db_bytes(rows, i, 2)),
        .at_utc_us = db_time(rows, i, 3),
        .by = db_id(rows, i, 4),
        .role = db_bytes(rows, i, 5),
        .generation = db_i64(rows, i, 6),
        .sheet_code = db_bytes(rows, i, 7),
        .n_accounts = db_i64(rows, i, 8),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct change_row row = borrow(rows, i);

    return jx_write_canonical(&leaf_shape, &row, arena, bytes_out, why);
}

static enum err leaf_of_step(const struct db_rows *rows, int i, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    const struct change_step step = borrow_step(rows, i);

    return write_step(&step, arena, bytes_out, why);
}

const struct audit_table change_audit_table = {"contract_change", &leaves, &extra, leaf_of_row};
const struct audit_table change_step_audit_table = {"contract_change_step", &step_leaves,
                                                    &step_extra, leaf_of_step};

/* ---- reading and adding ---- */

static enum err read_steps(struct tx *tx, struct db *db, struct arena *arena,
                           struct contract_change *change, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, change->row.id);
    rc = store_run(tx, db, &steps_of, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        struct change_step step = borrow_step(rows, i);

        rc = STORE_OWN(arena, why, &step.role, &step.sheet_code);
        change->has[step.kind] = true;
        change->steps[step.kind] = step;
    }
    db_rows_free(&rows);
    return rc;
}

enum err change_store_last(struct tx *tx, struct db *db, struct arena *arena,
                           struct contract_change *out, struct fail *why)
{
    struct contract_change change = {.has = {false}};
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = store_run(tx, db, &last, &none, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no change of contractor");
    if (rc == ERR_OK) {
        change.row = borrow(rows, 0);
        rc = STORE_OWN(arena, why, &change.row.role, &change.row.title, &change.row.contractor,
                       &change.row.begins_on, &change.row.ends_on);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = read_steps(tx, db, arena, &change, why);
    if (rc == ERR_OK)
        *out = change;
    return rc;
}

enum err change_store_add(struct tx *tx, struct change_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    struct span bytes;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->by);
    db_arg_text(&args, row->role);
    db_arg_time(&args, row->ends_utc_us);
    db_arg_id(&args, row->contract);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, row->title);
    db_arg_text(&args, row->contractor);
    db_arg_text(&args, row->begins_on);
    db_arg_text(&args, row->ends_on);
    for (int i = 0; i < ID_CLASS_N; i++)
        db_arg_i32(&args, (int32_t)row->quota[i]);
    rc = tx_run(tx, &add, &args, &rows, why);
    if (rc == ERR_OK)
        row->n = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&leaf_shape, row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK
               ? audit_append(tx, "contract.change", "contract_change", row->id, bytes, why)
               : rc;
}

enum err change_store_step(struct tx *tx, const struct change_step *step, struct fail *why)
{
    struct db_args args;
    struct span bytes;
    enum err rc = write_step(step, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, step->id);
    db_arg_id(&args, step->change);
    db_arg_text(&args, span_text(change_kind_id(step->kind)));
    db_arg_time(&args, step->at_utc_us);
    db_arg_id(&args, step->by);
    db_arg_text(&args, step->role);
    db_arg_i32(&args, (int32_t)step->generation);
    db_arg_text(&args, step->sheet_code);
    db_arg_i32(&args, (int32_t)step->n_accounts);
    rc = tx_run(tx, &step_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "contract.change.step", "contract_change_step",
                                       step->id, bytes, why)
                        : rc;
}
