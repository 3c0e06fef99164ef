#include "tenants/people/account_step_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "tenants/signin/session_store.h"
#include "tenants/tenants.h"

#define COLUMNS \
    "id, account, state_before, state, at, actor, actor_role, operator_name, contract," \
    " reason_sealed"

static const struct stmt step_add = {
    "account_step_add", "INSERT INTO account_step (" COLUMNS ") VALUES ($1::uuid, $2::uuid,"
                        " $3::text, $4::text, $5::timestamptz, $6::uuid, $7::text, $8::text,"
                        " $9::uuid, $10::bytea)"};
static const struct stmt step_move = {"account_step_move", "SELECT account_move($1::uuid)"};
static const struct stmt step_of = {"account_step_of",
                                    "SELECT " COLUMNS " FROM account_step WHERE account ="
                                    " $1::uuid ORDER BY at, id LIMIT 1000"};
static const struct stmt step_leaves = {
    "account_step_leaves", "SELECT " COLUMNS " FROM account_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "account_step_extra", "SELECT s.id FROM account_step s WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = s.id AND l.table_name ="
                          " 'account_step')"};

const struct stmt *const account_step_stmts[ACCOUNT_STEP_STMTS_N] = {
    &step_add, &step_move, &step_of, &step_leaves, &step_extra};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"account", "だれのIDについてか", false},
    {"state_before", "前の状態（none はじめ）", false},
    {"state",
     "新しい状態（requested申請・approved承認・issued発行・active利用中・suspended停止・"
     "closed終了）",
     false},
    {"at", "いつ", false},
    {"actor", "だれがしたか（アカウントのID。運用者は空）", false},
    {"actor_role", "どの役割でしたか", false},
    {"operator_name", "運用者の名前（運用者がしたときだけ）", false},
    {"contract", "どの契約で発行したか（発行のときだけ）", false},
    {"reason_sealed", "理由", true},
    {NULL, NULL, false},
};

const struct data_table account_step_tables[ACCOUNT_STEP_TABLES_N] = {{
    .name = "account_step",
    .meaning_ja = "IDの申請・承認・発行・停止・終了の記録",
    .purpose_ja = "教育委員会が承認した人だけが使えていることを、あとから確かめるため",
    .ground_ja = "委託契約（IDの発行と管理）、個人情報の保護に関する法律第66条",
    .purpose_en = "who moved which account, when, as what and why",
    .retention_days = 0,
    .key_of = KEY_OF_SUBJECT,
    .person_column = "account",
    .mention_columns = "actor",
    .hand_back = HAND_BACK_NDJSON,
    .erase_person = ERASE_KEY_ONLY,
    .is_audit_leaf = true,
    .columns = columns,
}};

/* The row's canonical bytes: field names are the column names. */
struct leaf {
    struct id id, account, actor, contract;
    struct span state_before, state, actor_role, operator_name, reason_sealed;
    int64_t at;
    bool has_actor, has_contract, has_operator, has_reason;
};

static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, id),
    LEAF_FIELD(leaf, "account", JX_ID, account),
    LEAF_FIELD(leaf, "state_before", JX_TEXT, state_before),
    LEAF_FIELD(leaf, "state", JX_TEXT, state),
    LEAF_FIELD(leaf, "at", JX_TIME, at),
    LEAF_FIELD_IF(leaf, "actor", JX_ID, actor, has_actor),
    LEAF_FIELD(leaf, "actor_role", JX_TEXT, actor_role),
    LEAF_FIELD_IF(leaf, "operator_name", JX_TEXT, operator_name, has_operator),
    LEAF_FIELD_IF(leaf, "contract", JX_ID, contract, has_contract),
    LEAF_FIELD_IF(leaf, "reason_sealed", JX_BYTES, reason_sealed, has_reason),
};
static const struct jx_shape leaf_shape = JX_SHAPE("AccountStepLeaf", struct leaf, leaf_fields);

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .id = db_id(rows, row, 0),
        .account = db_id(rows, row, 1),
        .state_before = db_bytes(rows, row, 2),
        .state = db_bytes(rows, row, 3),
        .at = db_time(rows, row, 4),
        .actor = db_id(rows, row, 5),
        .has_actor = !db_is_null(rows, row, 5),
        .actor_role = db_bytes(rows, row, 6),
        .operator_name = db_bytes(rows, row, 7),
        .has_operator = !db_is_null(rows, row, 7),
        .contract = db_id(rows, row, 8),
        .has_contract = !db_is_null(rows, row, 8),
        .reason_sealed = db_bytes(rows, row, 9),
        .has_reason = !db_is_null(rows, row, 9),
    };

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

const struct audit_table account_step_audit_table = {"account_step", &step_leaves, &step_extra,
                                                     leaf_of_row};

static enum err add_row(struct tx *tx, const struct leaf *leaf, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, leaf->id);
    db_arg_id(&args, leaf->account);
    db_arg_text(&args, leaf->state_before);
    db_arg_text(&args, leaf->state);
    db_arg_time(&args, leaf->at);
    db_arg_id(&args, leaf->actor);
    db_arg_text(&args, leaf->actor_role);
    if (leaf->has_operator)
        db_arg_text(&args, leaf->operator_name);
    else
        db_arg_null(&args);
    db_arg_id(&args, leaf->contract);
    if (leaf->has_reason)
        db_arg_bytes(&args, leaf->reason_sealed);
    else
        db_arg_null(&args);
    return tx_send(tx, &step_add, &args, why);
}

static enum err move(struct tx *tx, struct id step, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, step);
    rc = tx_run(tx, &step_move, &args, &rows, why);
    if (rc == ERR_OK && (db_rows_n(rows) != 1 || !db_bool(rows, 0, 0)))
        rc = fail_set(why, ERR_CONFLICT, "the account has moved on, or there is no such move");
    db_rows_free(&rows);
    return rc;
}

/* The row and its leaf. */
static enum err add_leaf(struct tx *tx, const struct account_step *step, struct id id,
                         const char *before, struct fail *why)
{
    const struct leaf leaf = {
        .id = id,
        .account = step->account,
        .state_before = span_text(before),
        .state = span_text(account_state_id(step->after)),
        .at = step->at_utc_us,
        .actor = step->actor,
        .has_actor = !id_is_none(step->actor),
        .actor_role = span_text(step->actor_role),
        .operator_name = span_text(step->operator_name),
        .has_operator = step->operator_name != NULL,
        .contract = step->contract,
        .has_contract = !id_is_none(step->contract),
        .reason_sealed = step->reason_sealed,
        .has_reason = step->reason_sealed.len > 0,
    };
    struct span bytes;
    enum err rc = jx_write_canonical(&leaf_shape, &leaf, tx_arena(tx), &bytes, why);

    if (rc == ERR_OK)
        rc = add_row(tx, &leaf, why);
    return rc == ERR_OK ? audit_append(tx, "account.step", "account_step", leaf.id, bytes, why)
                        : rc;
}

enum err account_step_begin(struct tx *tx, const struct account_step *step, struct fail *why)
{
    struct account_step first = *step;

    first.after = ACCOUNT_REQUESTED;
    return add_leaf(tx, &first, id_is_none(step->id) ? id_new() : step->id, "none", why);
}

enum err account_step_append(struct tx *tx, const struct account_step *step, struct fail *why)
{
    struct id id = id_is_none(step->id) ? id_new() : step->id;
    enum err rc = add_leaf(tx, step, id, account_state_id(step->before), why);

    if (rc == ERR_OK)
        rc = move(tx, id, why);
    if (rc == ERR_OK && (step->after == ACCOUNT_SUSPENDED || step->after == ACCOUNT_CLOSED))
        rc = session_store_end_others(tx, step->account, ID_NONE, "account", step->at_utc_us,
                                      why);
    return rc;
}

enum err account_step_activate(struct tx *tx, struct id account, enum role role,
                               int64_t now_utc_us, struct fail *why)
{
    const struct account_step step = {
        .account = account,
        .before = ACCOUNT_ISSUED,
        .after = ACCOUNT_ACTIVE,
        .at_utc_us = now_utc_us,
        .actor = account,
        .actor_role = role_id(role),
    };
    enum account_state state = ACCOUNT_CLOSED;
    enum err rc = account_store_state(tx, account, &state, why);

    if (rc != ERR_OK || state == ACCOUNT_ACTIVE)
        return rc;
    return account_step_append(tx, &step, why);
}

static bool read_past(const struct db_rows *rows, int row, struct arena *arena,
                      struct account_step_past *out)
{
    static const int text_columns[] = {2, 3, 6, 7, 9};
    struct span *const texts[] = {&out->state_before, &out->state, &out->actor_role,
                                  &out->operator_name, &out->reason_sealed};

    out->id = db_id(rows, row, 0);
    out->account = db_id(rows, row, 1);
    out->at_utc_us = db_time(rows, row, 4);
    out->actor = db_id(rows, row, 5);
    out->contract = db_id(rows, row, 8);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct span stored = db_bytes(rows, row, text_columns[i]);

        *texts[i] = arena_copy(arena, stored);
        if (texts[i]->p == NULL && stored.len > 0)
            return false;
    }
    return true;
}

enum err account_step_list(struct db *db, struct id account, struct arena *arena,
                           struct account_step_past **past_out, size_t *n_out, struct fail *why)
{
    struct account_step_past *past = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = db_run(db, &step_of, &args, &rows, why);
    if (rc == ERR_OK) {
        n = (size_t)db_rows_n(rows);
        past = arena_alloc(arena, (n + 1) * sizeof *past);
        if (past == NULL)
            rc = fail_set(why, ERR_NOMEM, "%zu steps", n);
    }
    for (size_t i = 0; past != NULL && rc == ERR_OK && i < n; i++)
        if (!read_past(rows, (int)i, arena, &past[i]))
            rc = fail_set(why, ERR_NOMEM, "%zu steps", n);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *past_out = past;
        *n_out = n;
    }
    return rc;
}
