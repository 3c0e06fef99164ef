#include "tenants/roster/import_store.h"

#include "tenants/roster/feature.h"

#define COLUMNS \
    "id, made_at, made_by, role, state, version, n_errors, n_warnings, counts::text, file," \
    " changes, fingerprint, preview, n_erased, admit_erased, n_total, n_done, applied_at," \
    " applied_by, applied_role, closed_at"

static const struct stmt import_add = {
    "roster_import_add",
    "INSERT INTO roster_import (id, made_at, made_by, role, state, version, n_errors,"
    " n_warnings, findings, counts, file, changes, fingerprint, preview, n_erased) VALUES"
    " ($1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, $7::integer,"
    " $8::integer, $9::text, $10::text::json, $11::uuid, $12::uuid, $13::bytea, $14::text,"
    " $15::integer)"};
static const struct stmt import_find = {"roster_import_find",
                                        "SELECT " COLUMNS
                                        ", findings FROM roster_import WHERE id = $1::uuid"};
static const struct stmt import_list = {"roster_import_list",
                                        "SELECT " COLUMNS ", ''::text FROM roster_import"
                                        " ORDER BY made_at DESC, id DESC LIMIT $1::integer"};
static const struct stmt import_open = {
    "roster_import_open", "SELECT " COLUMNS ", ''::text FROM roster_import"
                          " WHERE closed_at IS NULL AND file IS NOT NULL ORDER BY made_at"};
static const struct stmt import_decide = {
    "roster_import_decide",
    "UPDATE roster_import SET state = 'applying', applied_by = $2::uuid,"
    " applied_role = $3::text, admit_erased = $4::boolean WHERE id = $1::uuid"
    " AND state = 'checked'"};
static const struct stmt import_end = {
    "roster_import_end",
    "UPDATE roster_import SET state = $2::text, applied_at = $3::timestamptz,"
    " n_done = CASE WHEN $2::text = 'applied' THEN n_total ELSE n_done END"
    " WHERE id = $1::uuid AND state = 'applying'"};
static const struct stmt import_progress = {
    "roster_import_progress",
    "UPDATE roster_import SET n_done = $2::integer, n_total = $3::integer WHERE id = $1::uuid"
    " AND state = 'applying'"};
static const struct stmt import_close = {
    "roster_import_close",
    "UPDATE roster_import SET closed_at = $2::timestamptz, file = NULL, changes = NULL"
    " WHERE id = $1::uuid AND closed_at IS NULL"};

const struct stmt *const import_stmts[IMPORT_STMTS_N] = {
    &import_add,    &import_find, &import_list,     &import_open,
    &import_decide, &import_end,  &import_progress, &import_close};

static const struct data_column columns[] = {
    {"id", "取り込みのID", false},
    {"made_at", "受け取った時刻", false},
    {"made_by", "受け取った人（空は運用者）", false},
    {"role", "受け取った人の役割", false},
    {"state", "状態", false},
    {"version", "名簿の形式の版", false},
    {"n_errors", "誤りの数", false},
    {"n_warnings", "注意の数", false},
    {"findings", "誤りと注意の一覧（ファイル・行・列。人の名前は入らない）", false},
    {"counts", "増える・変わる・なくなる・もどる件数", false},
    {"file", "受け取ったファイル（鍵つき）", false},
    {"changes", "変更の一覧のファイル（鍵つき）", false},
    {"fingerprint", "確認したときの名簿全体の要約値", false},
    {"preview", "確認した内容の要約値", false},
    {"n_erased", "受け取ったときに消されていた人の数", false},
    {"admit_erased", "消した人をもう一度登録すると決めたか", false},
    {"n_total", "反映する件数", false},
    {"n_done", "反映の準備が済んだ件数", false},
    {"applied_at", "反映が終わった時刻", false},
    {"applied_by", "反映すると決めた人", false},
    {"applied_role", "反映すると決めた人の役割", false},
    {"closed_at", "ファイルの鍵を消した時刻", false},
    {NULL, NULL, false},
};
/* Of versions of rows: says whether somebody changed the roster meanwhile. */
static const struct hand_rule import_rules[] = {
    {"fingerprint", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

const struct data_table import_tables[IMPORT_TABLES_N] = {{
    .name = "roster_import",
    .meaning_ja = "名簿の取り込み",
    .purpose_ja = "だれがいつどの名簿を確かめて反映したかを示すため",
    .ground_ja = "委託契約（利用者の登録）",
    .purpose_en = "packages received: counts and findings; bytes are files under its own key",
    .retention_days = 1827,
    .retention_column = "made_at",
    .key_of = KEY_OF_NONE,
    .mention_columns = "made_by,applied_by",
    .hand_back = HAND_BACK_NDJSON,
    .hand_rules = import_rules,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = columns,
}};

static const char *const state_ids[IMPORT_STATES_N] = {
    [IMPORT_REFUSED] = "refused", [IMPORT_CHECKED] = "checked", [IMPORT_APPLYING] = "applying",
    [IMPORT_APPLIED] = "applied", [IMPORT_STALE] = "stale",     [IMPORT_FAILED] = "failed",
};

const char *import_state_id(enum import_state state)
{
    return state_ids[state];
}

static enum import_state state_of(struct span text)
{
    for (int i = 0; i < IMPORT_STATES_N; i++)
        if (span_eq(text, span_text(state_ids[i])))
            return (enum import_state)i;
    return IMPORT_FAILED;
}

enum err import_store_add(struct tx *tx, const struct import_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, row->made_utc_us);
    db_arg_id(&args, row->made_by);
    db_arg_text(&args, row->role);
    db_arg_text(&args, span_text(state_ids[row->state]));
    db_arg_text(&args, row->version);
    db_arg_i32(&args, (int32_t)row->n_errors);
    db_arg_i32(&args, (int32_t)row->n_warnings);
    db_arg_text(&args, row->findings);
    db_arg_text(&args, row->counts);
    db_arg_id(&args, row->file);
    db_arg_id(&args, row->changes);
    db_arg_bytes(&args, span_of(row->fingerprint, FINGERPRINT_BYTES));
    db_arg_text(&args, row->preview);
    db_arg_i32(&args, (int32_t)row->n_erased);
    return tx_run(tx, &import_add, &args, NULL, why);
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena,
                         struct import_row *r, struct fail *why)
{
    const struct {
        int column;
        struct span *into;
    } texts[] = {{3, &r->role},     {5, &r->version},       {8, &r->counts},
                 {12, &r->preview}, {19, &r->applied_role}, {21, &r->findings}};

    *r = (struct import_row){
        .id = db_id(rows, i, 0),
        .made_utc_us = db_time(rows, i, 1),
        .made_by = db_id(rows, i, 2),
        .state = state_of(db_bytes(rows, i, 4)),
        .n_errors = db_i64(rows, i, 6),
        .n_warnings = db_i64(rows, i, 7),
        .file = db_id(rows, i, 9),
        .changes = db_id(rows, i, 10),
        .n_erased = db_i64(rows, i, 13),
        .admit_erased = db_bool(rows, i, 14),
        .n_total = db_i64(rows, i, 15),
        .n_done = db_i64(rows, i, 16),
        .applied_utc_us = db_time(rows, i, 17),
        .applied_by = db_id(rows, i, 18),
        .closed_utc_us = db_time(rows, i, 20),
    };
    memcpy(r->fingerprint, db_bytes(rows, i, 11).p, FINGERPRINT_BYTES);
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        struct span stored = db_bytes(rows, i, texts[t].column);

        *texts[t].into = arena_copy(arena, stored);
        if (texts[t].into->p == NULL && stored.len > 0)
            return fail_set(why, ERR_NOMEM, "import");
    }
    return ERR_OK;
}

enum err import_store_find(struct tx *tx, struct db *db, struct id id, struct arena *arena,
                           struct import_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx != NULL ? tx_run(tx, &import_find, &args, &rows, why)
                    : db_run(db, &import_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such import");
    if (rc == ERR_OK)
        rc = read_row(rows, 0, arena, row_out, why);
    db_rows_free(&rows);
    return rc;
}

static enum err read_all(struct db *db, const struct stmt *stmt, const struct db_args *args,
                         struct arena *arena, struct import_row **rows_out, size_t *n_out,
                         struct fail *why)
{
    struct import_row *all = NULL;
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, args, &rows, why);
    int n = rc == ERR_OK ? db_rows_n(rows) : 0;

    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)n + 1) * sizeof *all);
        if (all == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "imports");
        }
    }
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = read_row(rows, i, arena, &all[i], why);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *rows_out = all;
        *n_out = (size_t)n;
    }
    return rc;
}

enum err import_store_list(struct db *db, int n_cap, struct arena *arena,
                           struct import_row **rows_out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, n_cap);
    return read_all(db, &import_list, &args, arena, rows_out, n_out, why);
}

enum err import_store_open(struct db *db, struct arena *arena, struct import_row **rows_out,
                           size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    return read_all(db, &import_open, &args, arena, rows_out, n_out, why);
}

static enum err change_one(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                           struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_CONFLICT, "the import is not in that state any more");
    db_rows_free(&rows);
    return rc;
}

enum err import_store_decide(struct tx *tx, const struct import_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->applied_by);
    db_arg_text(&args, row->applied_role);
    db_arg_bool(&args, row->admit_erased);
    return change_one(tx, &import_decide, &args, why);
}

enum err import_store_end(struct tx *tx, struct id id, enum import_state state,
                          int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_text(&args, span_text(state_ids[state]));
    db_arg_time(&args, now_utc_us);
    return change_one(tx, &import_end, &args, why);
}

enum err import_store_progress(struct tx *tx, struct id id, int64_t n_done, int64_t n_total,
                               struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_i32(&args, (int32_t)n_done);
    db_arg_i32(&args, (int32_t)n_total);
    return tx_send(tx, &import_progress, &args, why);
}

enum err import_store_close(struct tx *tx, struct id id, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, &import_close, &args, why);
}
