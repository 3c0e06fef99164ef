#include "tenants/people/contract_store.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/leaf.h"
#include "tenants/tenants.h"

#define COLUMNS \
    "id, contract, version, title, contractor, to_char(begins_on, 'YYYY-MM-DD')," \
    " to_char(ends_on, 'YYYY-MM-DD'), to_char(trial_begins_on, 'YYYY-MM-DD')," \
    " to_char(trial_ends_on, 'YYYY-MM-DD'), n_student, n_staff, n_guardian, decided_at," \
    " decided_by, role"

/* Each contract in its newest version, with when it and the one after it were first decided. n:
 * the one decided last; p: the last one before that which had begun when its successor was
 * decided: one that had not was replaced by it. */
#define CONTRACTS \
    "WITH s AS (SELECT contract AS c, min(decided_at) AS at, lead(min(decided_at)) OVER " \
    "(ORDER" \
    " BY min(decided_at), contract) AS next_at FROM contract GROUP BY contract), v AS (SELECT" \
    " DISTINCT ON (contract) * FROM contract JOIN s ON s.c = contract ORDER BY contract," \
    " version DESC), n AS (SELECT * FROM v WHERE next_at IS NULL), p AS (SELECT * FROM v " \
    "WHERE" \
    " begins_on <= (next_at AT TIME ZONE 'Asia/Tokyo')::date ORDER BY at DESC LIMIT 1)"
#define TODAY "($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date"
static const struct stmt contract_current = {
    "contract_current",
    CONTRACTS " SELECT " COLUMNS " FROM (SELECT * FROM p WHERE p.ends_on >= " TODAY
              " AND EXISTS (SELECT FROM n WHERE n.begins_on > " TODAY ") UNION ALL SELECT *"
              " FROM n) x ORDER BY next_at IS NULL LIMIT 1"};
static const struct stmt contract_newest = {"contract_newest",
                                            CONTRACTS " SELECT " COLUMNS " FROM n"};
static const struct stmt contract_held = {
    "contract_held",
    CONTRACTS " SELECT " COLUMNS " FROM v WHERE next_at IS NULL OR begins_on <= (next_at AT"
              " TIME ZONE 'Asia/Tokyo')::date ORDER BY at, contract"};
static const struct stmt contract_add = {
    "contract_add",
    "INSERT INTO contract (id, contract, version, title, contractor, begins_on, ends_on,"
    " trial_begins_on, trial_ends_on, n_student, n_staff, n_guardian, decided_at, decided_by,"
    " role) VALUES ($1::uuid, $2::uuid, $3::integer, $4::text, $5::text, $6::text::date,"
    " $7::text::date, $8::text::date, $9::text::date, $10::integer, $11::integer,"
    " $12::integer, $13::timestamptz, $14::uuid, $15::text)"};
static const struct stmt contract_used = {
    "contract_used", "SELECT id_class, count(*) FROM account"
                     " WHERE state IN ('issued', 'active', 'suspended') GROUP BY id_class"};
static const struct stmt contract_leaves = {
    "contract_leaves", "SELECT " COLUMNS " FROM contract WHERE id = ANY ($1::uuid[])"};
static const struct stmt contract_extra = {
    "contract_extra", "SELECT c.id FROM contract c WHERE NOT EXISTS (SELECT FROM audit_leaf l"
                      " WHERE l.row_id = c.id AND l.table_name = 'contract')"};

const struct stmt *const contract_stmts[CONTRACT_STMTS_N] = {
    &contract_current, &contract_newest, &contract_held, &contract_add,
    &contract_used,    &contract_leaves, &contract_extra};

static const struct data_column columns[] = {
    {"id", "決定のID", false},
    {"contract", "契約のID", false},
    {"version", "その契約の何番目の決定か", false},
    {"title", "契約の名前", false},
    {"contractor", "受託者の名前", false},
    {"begins_on", "契約の始まりの日", false},
    {"ends_on", "契約の終わりの日", false},
    {"trial_begins_on", "試験利用の始まりの日", false},
    {"trial_ends_on", "試験利用の終わりの日", false},
    {"n_student", "児童生徒のIDの上限", false},
    {"n_staff", "教職員等のIDの上限", false},
    {"n_guardian", "保護者のIDの上限", false},
    {"decided_at", "いつ決めたか", false},
    {"decided_by", "だれが決めたか（アカウントのID）", false},
    {"role", "だれが決めたか（役割）", false},
    {NULL, NULL, false},
};

const struct data_table contract_tables[CONTRACT_TABLES_N] = {{
    .name = "contract",
    .meaning_ja = "委託契約の期間とIDの上限",
    .purpose_ja = "契約の数と期間をこえてIDを発行しないため",
    .ground_ja = "委託契約",
    .purpose_en = "the agreement: dates and how many IDs of each class",
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
    struct contract_row row;
    bool has_trial_begin, has_trial_end, has_decider;
};

static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "contract", JX_ID, row.contract),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_FIELD(leaf, "title", JX_TEXT, row.title),
    LEAF_FIELD(leaf, "contractor", JX_TEXT, row.contractor),
    LEAF_FIELD(leaf, "begins_on", JX_TEXT, row.begins_on),
    LEAF_FIELD(leaf, "ends_on", JX_TEXT, row.ends_on),
    LEAF_FIELD_IF(leaf, "trial_begins_on", JX_TEXT, row.trial_begins_on, has_trial_begin),
    LEAF_FIELD_IF(leaf, "trial_ends_on", JX_TEXT, row.trial_ends_on, has_trial_end),
    LEAF_FIELD(leaf, "n_student", JX_INT, row.quota[ID_CLASS_STUDENT]),
    LEAF_FIELD(leaf, "n_staff", JX_INT, row.quota[ID_CLASS_STAFF]),
    LEAF_FIELD(leaf, "n_guardian", JX_INT, row.quota[ID_CLASS_GUARDIAN]),
    LEAF_FIELD(leaf, "decided_at", JX_TIME, row.decided_utc_us),
    LEAF_FIELD_IF(leaf, "decided_by", JX_ID, row.decided_by, has_decider),
    LEAF_FIELD(leaf, "role", JX_TEXT, row.role),
};
static const struct jx_shape leaf_shape = JX_SHAPE("ContractLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct contract_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    const struct leaf leaf = {
        .row = *row,
        .has_trial_begin = row->trial_begins_on.len > 0,
        .has_trial_end = row->trial_ends_on.len > 0,
        .has_decider = !id_is_none(row->decided_by),
    };

    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static struct contract_row borrow_row(const struct db_rows *rows, int i)
{
    return (struct contract_row){
        .id = db_id(rows, i, 0),
        .contract = db_id(rows, i, 1),
        .version = db_i64(rows, i, 2),
        .title = db_bytes(rows, i, 3),
        .contractor = db_bytes(rows, i, 4),
        .begins_on = db_bytes(rows, i, 5),
        .ends_on = db_bytes(rows, i, 6),
        .trial_begins_on = db_bytes(rows, i, 7),
        .trial_ends_on = db_bytes(rows, i, 8),
        .quota = {[ID_CLASS_STUDENT] = db_i64(rows, i, 9),
                  [ID_CLASS_STAFF] = db_i64(rows, i, 10),
                  [ID_CLASS_GUARDIAN] = db_i64(rows, i, 11)},
        .decided_utc_us = db_time(rows, i, 12),
        .decided_by = db_id(rows, i, 13),
        .role = db_bytes(rows, i, 14),
    };
}

static enum err leaf_of_row(const struct db_rows *rows, int row, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    const struct contract_row contract = borrow_row(rows, row);

    return write_leaf(&contract, arena, bytes_out, why);
}

const struct audit_table contract_audit_table = {"contract", &contract_leaves, &contract_extra,
                                                 leaf_of_row};

static enum err own_texts(struct contract_row *row, struct arena *arena, struct fail *why)
{
    struct span *const texts[] = {&row->title,   &row->contractor,      &row->begins_on,
                                  &row->ends_on, &row->trial_begins_on, &row->trial_ends_on,
                                  &row->role};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct span copy = arena_copy(arena, *texts[i]);

        if (copy.p == NULL && texts[i]->len > 0)
            return fail_set(why, ERR_NOMEM, "contract");
        *texts[i] = copy;
    }
    return ERR_OK;
}

static enum err read_one(struct tx *tx, struct db *db, const struct stmt *stmt,
                         const struct db_args *args, struct arena *arena,
                         struct contract_row *row_out, struct fail *why)
{
    struct contract_row row;
    struct db_rows *rows = NULL;
    enum err rc =
        tx != NULL ? tx_run(tx, stmt, args, &rows, why) : db_run(db, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no contract yet");
    if (rc == ERR_OK) {
        row = borrow_row(rows, 0);
        rc = own_texts(&row, arena, why);
        if (rc == ERR_OK)
            *row_out = row;
    }
    db_rows_free(&rows);
    return rc;
}

enum err contract_store_current(struct tx *tx, struct db *db, int64_t now_utc_us,
                                struct arena *arena, struct contract_row *row_out,
                                struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    return read_one(tx, db, &contract_current, &args, arena, row_out, why);
}

enum err contract_store_newest(struct tx *tx, struct db *db, struct arena *arena,
                               struct contract_row *row_out, struct fail *why)
{
    struct db_args none;

    db_args_init(&none);
    return read_one(tx, db, &contract_newest, &none, arena, row_out, why);
}

enum err contract_store_held(struct tx *tx, struct db *db, struct arena *arena,
                             struct contract_row **rows_out, int *n_out, struct fail *why)
{
    struct contract_row *held = NULL;
    struct db_args none;
    struct db_rows *rows = NULL;
    enum err rc;
    int n = 0;

    db_args_init(&none);
    rc = tx != NULL ? tx_run(tx, &contract_held, &none, &rows, why)
                    : db_run(db, &contract_held, &none, &rows, why);
    if (rc == ERR_OK)
        n = db_rows_n(rows);
    if (n > 0) {
        held = arena_alloc(arena, (size_t)n * sizeof *held);
        if (held == NULL)
            rc = fail_set(why, ERR_NOMEM, "contracts");
    }
    for (int i = 0; rc == ERR_OK && i < n; i++) {
        held[i] = borrow_row(rows, i);
        rc = own_texts(&held[i], arena, why);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *rows_out = held;
        *n_out = n;
    }
    return rc;
}

static void arg_text_if_any(struct db_args *args, struct span text)
{
    if (text.len > 0)
        db_arg_text(args, text);
    else
        db_arg_null(args);
}

enum err contract_store_add(struct tx *tx, const struct contract_row *row, struct fail *why)
{
    struct span bytes;
    struct db_args args;
    enum err rc = write_leaf(row, tx_arena(tx), &bytes, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->contract);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, row->title);
    db_arg_text(&args, row->contractor);
    db_arg_text(&args, row->begins_on);
    db_arg_text(&args, row->ends_on);
    arg_text_if_any(&args, row->trial_begins_on);
    arg_text_if_any(&args, row->trial_ends_on);
    for (int i = 0; i < ID_CLASS_N; i++)
        db_arg_i32(&args, (int32_t)row->quota[i]);
    db_arg_time(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    db_arg_text(&args, row->role);
    rc = tx_run(tx, &contract_add, &args, NULL, why);
    return rc == ERR_OK ? audit_append(tx, "contract", "contract", row->id, bytes, why) : rc;
}

enum err contract_store_used(struct tx *tx, struct db *db, int64_t used_out[ID_CLASS_N],
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx != NULL ? tx_run(tx, &contract_used, &none, &rows, why)
                    : db_run(db, &contract_used, &none, &rows, why);
    if (rc == ERR_OK) {
        memset(used_out, 0, ID_CLASS_N * sizeof used_out[0]);
        for (int i = 0; i < db_rows_n(rows); i++)
            for (int c = 0; c < ID_CLASS_N; c++)
                if (span_eq(db_bytes(rows, i, 0), span_text(id_class_id((enum id_class)c))))
                    used_out[c] = db_i64(rows, i, 1);
    }
    db_rows_free(&rows);
    return rc;
}
