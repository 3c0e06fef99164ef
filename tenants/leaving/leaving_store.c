#include "tenants/leaving/leaving_store.h"

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/leaf.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/leaving/leaving_step.h"

#define KEY_COLUMNS   "id, version, certificate, sha256, decided_at, decided_by, role"
#define PAPER_COLUMNS "id, kind, node, bag, n_named, document, at, given_by, role"
#define STEP_COLUMNS  "id, node, n, step, at, actor, line"

static const struct stmt key_current = {
    "town_key_current", "SELECT " KEY_COLUMNS " FROM town_key ORDER BY version DESC LIMIT 1"};
static const struct stmt key_add = {"town_key_add",
                                    "INSERT INTO town_key (" KEY_COLUMNS
                                    ") VALUES ($1::uuid, $2::integer, $3::text, $4::text,"
                                    " $5::timestamptz, $6::uuid, $7::text)"};
static const struct stmt key_leaves = {
    "town_key_leaves", "SELECT " KEY_COLUMNS " FROM town_key WHERE id = ANY ($1::uuid[])"};
static const struct stmt key_extra = {
    "town_key_extra", "SELECT c.id FROM town_key c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = c.id AND l.table_name = 'town_key')"};
static const struct stmt paper_last = {
    "leaving_paper_last",
    "SELECT " PAPER_COLUMNS " FROM leaving_paper WHERE kind = $1::text AND node = $2::uuid"
    " AND at >= $3::timestamptz ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt paper_canaries = {
    "leaving_paper_canaries",
    "SELECT " PAPER_COLUMNS " FROM leaving_paper WHERE kind = 'canaries' AND node = $1::uuid"
    " ORDER BY at, id"};
static const struct stmt paper_add = {
    "leaving_paper_add",
    "INSERT INTO leaving_paper (" PAPER_COLUMNS ") VALUES ($1::uuid, $2::text, $3::uuid,"
    " $4::text, $5::integer, $6::text, $7::timestamptz, $8::uuid, $9::text)"};
static const struct stmt paper_leaves = {"leaving_paper_leaves",
                                         "SELECT " PAPER_COLUMNS
                                         " FROM leaving_paper WHERE id = ANY ($1::uuid[])"};
static const struct stmt paper_extra = {
    "leaving_paper_extra",
    "SELECT c.id FROM leaving_paper c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
    " WHERE l.row_id = c.id AND l.table_name = 'leaving_paper')"};
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
    &key_current,    &key_add,     &key_leaves,   &key_extra,   &paper_last,
    &paper_canaries, &paper_add,   &paper_leaves, &paper_extra, &step_add,
    &step_after,     &step_leaves, &step_extra,   &step_cut,    &sessions_end};

/* ---- the data dictionary ---- */

static const struct data_column key_columns[] = {
    {"id", "決定のID", false},
    {"version", "何番目の証明書か", false},
    {"certificate", "自治体の証明書（PEM）", false},
    {"sha256", "証明書の指紋（SHA-256）", false},
    {"decided_at", "いつ登録したか", false},
    {"decided_by", "だれが登録したか（アカウントのID）", false},
    {"role", "だれが登録したか（役割）", false},
    {NULL, NULL, false},
};
static const struct data_column paper_columns[] = {
    {"id", "書類のID", false},
    {"kind", "書類の種類（目印の約束、消去の指示）", false},
    {"node", "どの拠点についてか", false},
    {"bag", "どの返すデータについてか（消去の指示だけ）", false},
    {"n_named", "目印の数", false},
    {"document", "自治体が署名した書類の全文", false},
    {"at", "いつ出されたか", false},
    {"given_by", "だれが出したか（アカウントのID）", false},
    {"role", "だれが出したか（役割）", false},
    {NULL, NULL, false},
};
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
    {.name = "town_key",
     .meaning_ja = "自治体の証明書",
     .purpose_ja = "返すデータを自治体だけが開けるように封じ、自治体の署名を確かめるため",
     .ground_ja = "委託契約",
     .purpose_en = "the municipality's certificate: seals the bag, verifies its signatures",
     .key_of = KEY_OF_NONE,
     .mention_columns = "decided_by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = key_columns},
    {.name = "leaving_paper",
     .meaning_ja = "契約の終わりに自治体が出した書類",
     .purpose_ja = "消去の指示と、消えたことを確かめる目印の約束を残すため",
     .ground_ja = "委託契約",
     .purpose_en = "what the town signed: commitments to planted names, the order to erase",
     .key_of = KEY_OF_NONE,
     .mention_columns = "given_by",
     .hand_back = HAND_BACK_NDJSON,
     .erase_person = ERASE_NOT_OF_A_PERSON,
     .is_audit_leaf = true,
     .columns = paper_columns},
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

/* ---- town_key ---- */

struct key_leaf {
    struct town_key_row row;
    bool has_decider;
};
static const struct jx_field key_fields[] = {
    LEAF_FIELD(key_leaf, "id", JX_ID, row.id),
    LEAF_FIELD(key_leaf, "version", JX_INT, row.version),
    LEAF_FIELD(key_leaf, "certificate", JX_TEXT, row.certificate),
    LEAF_FIELD(key_leaf, "sha256", JX_TEXT, row.sha256),
    LEAF_FIELD(key_leaf, "decided_at", JX_TIME, row.decided_utc_us),
    LEAF_FIELD_IF(key_leaf, "decided_by", JX_ID, row.decided_by, has_decider),
    LEAF_FIELD(key_leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape key_shape = JX_SHAPE("TownKeyLeaf", struct key_leaf, key_fields);

static enum err key_bytes(const struct town_key_row *row, struct arena *arena,
                          struct span *bytes_out, struct fail *why)
{
    const struct key_leaf leaf = {*row, !id_is_none(row->decided_by)};

    return jx_write_canonical(&key_shape, &leaf, arena, bytes_out, why);
}

static struct town_key_row borrow_key(const struct db_rows *rows, int i)
{
    return (struct town_key_row){
        .id = db_id(rows, i, 0),
        .version = db_i64(rows, i, 1),
        .certificate = db_bytes(rows, i, 2),
        .sha256 = db_bytes(rows, i, 3),
        .decided_utc_us = db_time(rows, i, 4),
        .decided_by = db_id(rows, i, 5),
        .role = db_bytes(rows, i, 6),
    };
}

static enum err key_of_row(const struct db_rows *rows, int i, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct town_key_row row = borrow_key(rows, i);

    return key_bytes(&row, arena, bytes_out, why);
}
const struct audit_table town_key_audit_table = {"town_key", &key_leaves, &key_extra,
                                                 key_of_row};

static enum err run_either(struct tx *tx, struct db *db, const struct stmt *stmt,
                           const struct db_args *args, struct db_rows **rows, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows, why) : db_run(db, stmt, args, rows, why);
}

static enum err own(struct span *const *texts, size_t n, struct arena *arena, struct fail *why)
{
    for (size_t i = 0; i < n; i++) {
        struct span copy = arena_copy(arena, *texts[i]);

        if (copy.p == NULL && texts[i]->len > 0)
            return fail_set(why, ERR_NOMEM, "leaving");
        *texts[i] = copy;
    }
    return ERR_OK;
}

enum err town_key_store_current(struct tx *tx, struct db *db, struct arena *arena,
                                struct town_key_row *row_out, struct fail *why)
{
    struct town_key_row row;
    struct span *const texts[] = {&row.certificate, &row.sha256, &row.role};
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = run_either(tx, db, &key_current, &none, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no certificate of the town yet");
    if (rc == ERR_OK) {
        row = borrow_key(rows, 0);
        rc = own(texts, 3, arena, why);
    }
    if (rc == ERR_OK)
        *row_out = row;
    db_rows_free(&rows);
    return rc;
}

enum err town_key_store_add(struct tx *tx, const struct town_key_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = key_bytes(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, row->certificate);
    db_arg_text(&args, row->sha256);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &key_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "town.key", "town_key", row->id, bytes, why) : rc;
}

/* ---- leaving_paper ---- */

static const char *const paper_kinds[] = {"canaries", "order"};
#define PAPER_KINDS "canaries|order"

struct paper_leaf {
    struct leaving_paper_row row;
    int kind;
    bool has_giver;
};
static const struct jx_field paper_fields[] = {
    LEAF_FIELD(paper_leaf, "id", JX_ID, row.id),
    LEAF_CHOICE(paper_leaf, "kind", PAPER_KINDS, kind),
    LEAF_FIELD(paper_leaf, "node", JX_ID, row.node),
    LEAF_FIELD(paper_leaf, "bag", JX_TEXT, row.bag),
    LEAF_FIELD(paper_leaf, "n_named", JX_INT, row.n_named),
    LEAF_FIELD(paper_leaf, "document", JX_TEXT, row.document),
    LEAF_FIELD(paper_leaf, "at", JX_TIME, row.at_utc_us),
    LEAF_FIELD_IF(paper_leaf, "given_by", JX_ID, row.given_by, has_giver),
    LEAF_FIELD(paper_leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape paper_shape =
    JX_SHAPE("LeavingPaperLeaf", struct paper_leaf, paper_fields);

static enum err paper_bytes(const struct leaving_paper_row *row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct paper_leaf leaf = {*row, (int)row->kind, !id_is_none(row->given_by)};

    return jx_write_canonical(&paper_shape, &leaf, arena, bytes_out, why);
}

static struct leaving_paper_row borrow_paper(const struct db_rows *rows, int i)
{
    return (struct leaving_paper_row){
        .id = db_id(rows, i, 0),
        .kind = span_eq(db_bytes(rows, i, 1), SPAN("order")) ? LEAVING_PAPER_ORDER
                                                             : LEAVING_PAPER_CANARIES,
        .node = db_id(rows, i, 2),
        .bag = db_bytes(rows, i, 3),
        .n_named = db_i64(rows, i, 4),
        .document = db_bytes(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
        .given_by = db_id(rows, i, 7),
        .role = db_bytes(rows, i, 8),
    };
}

static enum err paper_of_row(const struct db_rows *rows, int i, struct arena *arena,
                             struct span *bytes_out, struct fail *why)
{
    const struct leaving_paper_row row = borrow_paper(rows, i);

    return paper_bytes(&row, arena, bytes_out, why);
}
const struct audit_table leaving_paper_audit_table = {"leaving_paper", &paper_leaves,
                                                      &paper_extra, paper_of_row};

static enum err own_paper(const struct db_rows *rows, int i, struct arena *arena,
                          struct leaving_paper_row *row_out, struct fail *why)
{
    struct leaving_paper_row row = borrow_paper(rows, i);
    struct span *const texts[] = {&row.bag, &row.document, &row.role};
    enum err rc = own(texts, 3, arena, why);

    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err leaving_paper_store_last(struct tx *tx, struct db *db, enum leaving_paper_kind kind,
                                  struct id node, int64_t since_utc_us, struct arena *arena,
                                  struct leaving_paper_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(paper_kinds[kind]));
    db_arg_id(&args, node);
    db_arg_time(&args, since_utc_us);
    rc = run_either(tx, db, &paper_last, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such paper");
    if (rc == ERR_OK)
        rc = own_paper(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err leaving_paper_store_canaries(struct db *db, struct id node, struct arena *arena,
                                      struct leaving_paper_row **rows_out, size_t *n_out,
                                      struct fail *why)
{
    struct leaving_paper_row *at = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;
    int n = 0;

    db_args_init(&args);
    db_arg_id(&args, node);
    rc = db_run(db, &paper_canaries, &args, &rows, why);
    if (rc == ERR_OK) {
        n = db_rows_n(rows);
        at = arena_alloc(arena, ((size_t)n + 1) * sizeof *at);
        if (at == NULL)
            rc = fail_set(why, ERR_NOMEM, "papers");
    }
    for (int i = 0; i < n && rc == ERR_OK; i++)
        rc = own_paper(rows, i, arena, &at[i], why);
    if (rc == ERR_OK) {
        *rows_out = at;
        *n_out = (size_t)n;
    }
    db_rows_free(&rows);
    return rc;
}

enum err leaving_paper_store_add(struct tx *tx, const struct leaving_paper_row *row,
                                 struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = paper_bytes(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(paper_kinds[row->kind]));
    db_arg_id(&args, row->node);
    db_arg_text(&args, row->bag);
    db_arg_i32(&args, (int32_t)row->n_named);
    db_arg_text(&args, row->document);
    db_arg_time(&args, row->at_utc_us);
    db_arg_id(&args, row->given_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &paper_add, &args, NULL, why);
    return rc == ERR_OK
               ? audit_append(tx, "leaving.paper", "leaving_paper", row->id, bytes, why)
               : rc;
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
        rc = own(texts, 2, arena, why);
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
