#include "tenants/leaving/leaving_store.h"
#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/leaving/leaving_step.h"
#include "tenants/leaving/leaving_store_priv.h"

#define STEP_COLUMNS "id, node, n, step, at, actor, line"

/* Nothing when the step before it is not the last one. */
static const struct stmt step_add = {
    "leaving_step_add",
    "INSERT INTO leaving_step (" STEP_COLUMNS ") SELECT $1::uuid, $2::uuid, $3::integer,"
    " $4::text, $5::timestamptz, $6::text, $7::text WHERE $3::integer - 1 ="
    " (SELECT coalesce(max(n), 0) FROM leaving_step WHERE node = $2::uuid)"};
static const struct stmt step_after = {
    "leaving_step_after", "SELECT " STEP_COLUMNS " FROM leaving_step WHERE node = $1::uuid"
                          " AND n > $2::integer ORDER BY n"};
static const struct stmt step_leaves = {"leaving_step_leaves",
                                        "SELECT " STEP_COLUMNS
                                        " FROM leaving_step WHERE id = ANY ($1::uuid[])"};
static const struct stmt step_extra = {
    "leaving_step_extra",
    "SELECT c.id FROM leaving_step c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = c.id AND l.table_name = 'leaving_step')"};
/* A cut behind the leaf of step n, at a checkpoint with this root. */
static const struct stmt step_cut = {
    "leaving_step_cut",
    "SELECT FROM leaving_step s JOIN audit_leaf l ON l.row_id = s.id AND l.table_name ="
    " 'leaving_step' JOIN audit_checkpoint c ON c.size > l.seq WHERE s.node = $1::uuid AND"
    " s.n = $2::integer AND c.size = $3::bigint AND encode(c.root, 'hex') = $4::text"};
static const struct stmt sessions_end = {
    "leaving_sessions_end",
    "UPDATE session s SET closed_at = $1::timestamptz, ended_why = 'draining' FROM account a"
    " WHERE a.id = s.account AND s.closed_at IS NULL"
    " AND a.role NOT IN ('commissioner', 'contractor', 'auditor') RETURNING s.account"};

const struct stmt *const leaving_stmts[LEAVING_STMTS_N] = {
    &step_add, &step_after, &step_leaves, &step_extra, &step_cut, &sessions_end};

static const struct data_column step_columns[] = {
    {"id", "手順のID", false},
    {"node", "どの拠点の手順か", false},
    {"n", "何番目の手順か", false},
    {"step", "どの手順か", false},
    {"at", "いつ行われたか", false},
    {"actor", "だれが行ったか（役割とアカウントのID）", false},
    {"line", "署名した記録の全文", false},
    {NULL, NULL, false},
};

const struct data_table leaving_tables[LEAVING_TABLES_N] = {
    {.name = "leaving_step",
     .meaning_ja = "契約の終わりの手順の記録",
     .purpose_ja = "返却と消去がどの順に、だれによって行われたかを示すため",
     .ground_ja = "委託契約",
     .purpose_en = "the journal of a contract's end up to the order",
     .key_of = KEY_OF_NONE,
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = step_columns},
};

/* ---- for the three stores of this folder ---- */

enum err leaving_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                     const struct db_args *args, struct db_rows **rows, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows, why) : db_run(db, stmt, args, rows, why);
}

enum err leaving_own(struct span *const *texts, size_t n, struct arena *arena, struct fail *why)
{
    for (size_t i = 0; i < n; i++) {
        struct span copy = arena_copy(arena, *texts[i]);

        if (copy.p == NULL && texts[i]->len > 0)
            return fail_set(why, ERR_NOMEM, "leaving");
        *texts[i] = copy;
    }
    return ERR_OK;
}

/* ---- leaving_step ---- */

struct step_leaf {
    struct leaving_step_row row;
    struct span step;
};
static const struct jx_field step_fields[] = {
    LEAF_FIELD(step_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(step_leaf, "node", JX_ID, row.node),
    LEAF_FIELD(step_leaf, "n", JX_INT, row.n),
    LEAF_FIELD(step_leaf, "step", JX_TEXT, step),
    LEAF_FIELD(step_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD(step_leaf, "actor", JX_TEXT, row.actor),
    LEAF_FIELD(step_leaf, "line", JX_TEXT, row.line),
};
static const struct jx_shape step_shape =
    JX_SHAPE("LeavingStepLeaf", struct step_leaf, step_fields);

static enum err step_bytes(const struct leaving_step_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct step_leaf leaf = {*row, span_text(leaving_state_id(row->state))};

    return jx_write_canonical(&step_shape, &leaf, arena, bytes_out, why);
}

static struct leaving_step_row borrow_step(const struct db_rows *rows, int i)
{
    struct leaving_step_row row = {
        .id = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .n = db_i64(rows, i, 2),
        .state = LEAVING_STATE_N,
        .at_utc_us = db_time(rows, i, 4),
        .actor = db_bytes(rows, i, 5),
        .line = db_bytes(rows, i, 6),
    };

    if (!leaving_state_parse(db_bytes(rows, i, 3), &row.state))
        row.state = LEAVING_STATE_N; /* a row nobody wrote: its leaf will not fit */
    return row;
}

static enum err step_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct leaving_step_row row = borrow_step(rows, i);

    return step_bytes(&row, arena, bytes_out, why);
}
const struct audit_table leaving_step_audit_table = {"leaving_step", &step_leaves, &step_extra,
                                                     step_of_row};

enum err leaving_step_store_add(struct tx *tx, const struct leaving_step_row *row,
                                struct fail *why)
{
    struct db_rows *rows = NULL;
    struct span bytes;
    struct db_args args;
    enum err rc = step_bytes(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->node);
    db_arg_i32(&args, (int32_t)row->n);
    db_arg_text(&args, span_text(leaving_state_id(row->state)));
    db_arg_time(&args, row->at_utc_us);
    db_arg_text(&args, row->actor);
    db_arg_text(&args, row->line);
    rc = tx_run(tx, &step_add, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) != 1)
        rc = fail_set(why, ERR_CONFLICT, "step %d is not the next", (int)row->n);
    db_rows_free(&rows);
    return rc == ERR_OK ? audit_append(tx, "leaving.step", "leaving_step", row->id, bytes, why)
                        : rc;
}

enum err leaving_step_store_after(struct db *db, struct id node, int64_t n, struct arena *arena,
                                  struct leaving_step_row **rows_out, size_t *n_out,
                                  struct fail *why)
{
    struct leaving_step_row *at = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;
    int n_rows = 0;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_i32(&args, (int32_t)n);
    rc = db_run(db, &step_after, &args, &rows, why);
    if (rc == ERR_OK) {
        n_rows = db_rows_n(rows);
        at = arena_alloc(arena, ((size_t)n_rows + 1) * sizeof *at);
        if (at == NULL)
            rc = fail_set(why, ERR_NOMEM, "steps");
    }
    for (int i = 0; i < n_rows && rc == ERR_OK; i++) {
        struct span *const texts[] = {&at[i].actor, &at[i].line};

        at[i] = borrow_step(rows, i);
        rc = leaving_own(texts, 2, arena, why);
    }
    if (rc == ERR_OK) {
        *rows_out = at;
        *n_out = (size_t)n_rows;
    }
    db_rows_free(&rows);
    return rc;
}

enum err leaving_step_store_cut(struct db *db, struct id node, int64_t n, int64_t log_size,
                                struct span root_hex, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_i32(&args, (int32_t)n);
    db_arg_i64(&args, log_size);
    db_arg_text(&args, root_hex);
    rc = db_run(db, &step_cut, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no checkpoint of our log behind step %d", (int)n);
    db_rows_free(&rows);
    return rc;
}

enum err leaving_store_end_sessions(struct tx *tx, int64_t now_utc_us, struct id **accounts_out,
                                    size_t *n_out, struct fail *why)
{
    struct id *accounts = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, &sessions_end, &args, &rows, why);
    if (rc == ERR_OK) {
        accounts = arena_alloc(tx_arena(tx), ((size_t)db_rows_n(rows) + 1) * sizeof *accounts);
        if (accounts == NULL)
            rc = fail_set(why, ERR_NOMEM, "sessions");
    }
    if (rc == ERR_OK) {
        for (int i = 0; i < db_rows_n(rows); i++)
            accounts[i] = db_id(rows, i, 0);
        *accounts_out = accounts;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}
