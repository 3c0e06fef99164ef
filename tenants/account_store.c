#include "tenants/account_store.h"

#include "tenants/tenants.h"

static const struct stmt account_by_login = {
    "account_by_login",
    "SELECT id, role, state, school, password_hash_sealed, totp_secret_sealed, totp_last_step,"
    " locked_until, display_name_sealed FROM account WHERE login_index = $1::bytea"};
static const struct stmt account_name = {
    "account_display_name", "SELECT display_name_sealed FROM account WHERE id = $1::uuid"};
static const struct stmt account_free = {"account_free",
                                         "SELECT id = $1::uuid FROM account WHERE id = $1::uuid"
                                         " OR login_index = $2::bytea"};
static const struct stmt account_add = {
    "account_add",
    "INSERT INTO account (id, role, school, login_index, login_sealed, display_name_sealed,"
    " password_hash_sealed, totp_secret_sealed, created_at, id_class, is_trial, ends_at)"
    " VALUES ($1::uuid, $2::text, $3::uuid, $4::bytea, $5::bytea, $6::bytea, $7::bytea,"
    " $8::bytea, $9::timestamptz, $10::text, $11::boolean, $12::timestamptz)"};
static const struct stmt account_state = {"account_state",
                                          "SELECT state FROM account WHERE id = $1::uuid"};
static const struct stmt account_failed = {
    "account_failed",
    "UPDATE account SET"
    " failed_tries = CASE WHEN failed_tries + 1 >= $2::integer THEN 0 ELSE failed_tries + 1 "
    "END,"
    " locked_until = CASE WHEN failed_tries + 1 >= $2::integer THEN $4::timestamptz END"
    " WHERE id = $1::uuid AND coalesce(locked_until <= $3::timestamptz, true)"};
static const struct stmt account_signed_in = {
    "account_signed_in", "UPDATE account SET failed_tries = 0, locked_until = NULL,"
                         " totp_last_step = greatest(totp_last_step, $3::bigint)"
                         " WHERE id = $1::uuid AND state = 'active'"
                         " AND coalesce(locked_until <= $2::timestamptz, true)"
                         " AND ($3::bigint < 0 OR totp_last_step < $3::bigint)"};
static const struct stmt session_by_token = {
    "session_by_token",
    "SELECT s.id, s.account, a.school, a.role, s.created_at, s.last_seen_at, s.expires_at"
    " FROM session s JOIN account a ON a.id = s.account"
    " WHERE s.token_sha256 = $1::bytea AND s.closed_at IS NULL AND a.state = 'active'"};
static const struct stmt session_add = {
    "session_add", "INSERT INTO session (id, token_sha256, account, created_at, last_seen_at,"
                   " expires_at) VALUES ($1::uuid, $2::bytea, $3::uuid, $4::timestamptz,"
                   " $4::timestamptz, $5::timestamptz)"};
static const struct stmt session_seen = {
    "session_seen", "UPDATE session SET last_seen_at = $2::timestamptz"
                    " WHERE id = $1::uuid AND last_seen_at < $2::timestamptz"};
static const struct stmt session_close = {"session_close",
                                          "UPDATE session SET closed_at = $2::timestamptz"
                                          " WHERE id = $1::uuid AND closed_at IS NULL"};
static const struct stmt session_close_all = {
    "session_close_all", "UPDATE session SET closed_at = $2::timestamptz"
                         " WHERE account = $1::uuid AND closed_at IS NULL"};

const struct stmt *const tenants_stmts[TENANTS_STMTS_N] = {
    &account_by_login, &account_name,      &account_free,     &account_add,
    &account_failed,   &account_signed_in, &session_by_token, &session_add,
    &session_seen,     &session_close,     &account_state,    &session_close_all};

static const struct data_column account_columns[] = {
    {"id", "人のID（仮名）", false},
    {"role", "役割", false},
    {"state",
     "状態（requested申請・approved承認・issued発行・active利用中・suspended停止・"
     "closed終了）",
     false},
    {"school", "所属する学校のID（なければ空）", false},
    {"login_index", "ログインIDを探すための鍵つきの値", false},
    {"login_sealed", "ログインID（発行まで空）", true},
    {"display_name_sealed", "表示名", true},
    {"password_hash_sealed", "パスワードを確かめるための値（もとには戻せない）", true},
    {"totp_secret_sealed", "認証アプリの秘密の値（児童生徒は空）", true},
    {"totp_last_step", "最後に使った認証コードの時刻の番号", false},
    {"failed_tries", "続けてまちがえた回数", false},
    {"locked_until", "いつまでログインを止めているか", false},
    {"created_at", "作った時刻", false},
    {"contract", "どの契約のIDか", false},
    {"id_class", "契約で数えるIDの区分（student児童生徒・staff教職員等・guardian保護者）",
     false},
    {"is_trial", "試験利用のIDか", false},
    {"ends_at", "使える期限（空は契約の終わりまで）", false},
    {"has_passkey", "パスキーがあるか", false},
    {"first_password_sealed", "はじめのパスワード（使われるまで。使われたら消す）", true},
    {"must_change", "次のログインでパスワードを変えるか", false},
    {"first_until", "はじめの、または一度だけのパスワードの期限", false},
    {"step_kind", "児童生徒の二つめの確認（none なし・pin 数字・picture 絵）", false},
    {"step_hash_sealed", "二つめの確認の値（もとには戻せない）", true},
    {"issued_at", "発行した時刻", false},
    {"password_changed_at", "パスワードを変えた時刻", false},
    {NULL, NULL, false},
};
static const struct data_column session_columns[] = {
    {"id", "ログイン一回のID", false},
    {"token_sha256", "クッキーの値を確かめるための値（もとには戻せない）", false},
    {"account", "だれのログインか", false},
    {"created_at", "ログインした時刻", false},
    {"last_seen_at", "最後に使った時刻（1分きざみ）", false},
    {"expires_at", "おそくとも終わる時刻", false},
    {"closed_at", "ログアウトした時刻", false},
    {NULL, NULL, false},
};

const struct data_table tenants_tables[TENANTS_TABLES_N] = {
    {
        .name = "account",
        .meaning_ja = "ログインできる人",
        .purpose_ja = "発行されたIDの人だけが、本人としてログインするため",
        .ground_ja = "委託契約（ログインの制約）",
        .purpose_en = "the persons who may sign in",
        .retention_days = 0,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "id",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = account_columns,
    },
    {
        .name = "session",
        .meaning_ja = "ログイン中の端末",
        .purpose_ja = "一度ログインした人を、終わるまで同じ人と見分けるため",
        .ground_ja = "委託契約（ログインの制約）",
        .purpose_en = "open and recent sessions; hashes of random tokens, nothing to hand back",
        .retention_days = 30,
        .retention_column = "expires_at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = session_columns,
    },
};

static const char *const state_ids[ACCOUNT_STATE_N] = {
    [ACCOUNT_REQUESTED] = "requested", [ACCOUNT_APPROVED] = "approved",
    [ACCOUNT_ISSUED] = "issued",       [ACCOUNT_ACTIVE] = "active",
    [ACCOUNT_SUSPENDED] = "suspended", [ACCOUNT_CLOSED] = "closed",
};

const char *account_state_id(enum account_state state)
{
    return state_ids[state];
}

enum err account_state_parse(struct span id, enum account_state *state_out, struct fail *why)
{
    for (int i = 0; i < ACCOUNT_STATE_N; i++)
        if (span_eq(id, span_text(state_ids[i]))) {
            *state_out = (enum account_state)i;
            return ERR_OK;
        }
    return fail_set(why, ERR_INTERNAL, "an account's state of %zu bytes", id.len);
}

const char *id_class_id(enum id_class id_class)
{
    static const char *const ids[ID_CLASS_N] = {
        [ID_CLASS_STUDENT] = "student",
        [ID_CLASS_STAFF] = "staff",
        [ID_CLASS_GUARDIAN] = "guardian",
    };

    return ids[id_class];
}

enum id_class id_class_of(enum role role)
{
    if (role == ROLE_STUDENT)
        return ID_CLASS_STUDENT;
    return role == ROLE_GUARDIAN ? ID_CLASS_GUARDIAN : ID_CLASS_STAFF;
}

static enum err copy_sealed(const struct db_rows *rows, int column, struct arena *arena,
                            struct span *out, struct fail *why)
{
    struct span stored = db_bytes(rows, 0, column);

    *out = arena_copy(arena, stored);
    return out->p == NULL && stored.len > 0 ? fail_set(why, ERR_NOMEM, "account") : ERR_OK;
}

enum err account_store_by_login(struct db *db, const uint8_t index[ACCOUNT_INDEX_BYTES],
                                struct arena *arena, struct account_row *row_out,
                                struct fail *why)
{
    struct account_row row = {0};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, ACCOUNT_INDEX_BYTES));
    rc = db_run(db, &account_by_login, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such login");
    if (rc == ERR_OK) {
        row.id = db_id(rows, 0, 0);
        row.school = db_id(rows, 0, 3);
        row.totp_last_step = db_i64(rows, 0, 6);
        row.locked_until_utc_us = db_time(rows, 0, 7);
        memcpy(row.login_index, index, ACCOUNT_INDEX_BYTES);
        row.has_login = true;
        rc = role_parse(db_bytes(rows, 0, 1), &row.role, why);
    }
    if (rc == ERR_OK)
        rc = account_state_parse(db_bytes(rows, 0, 2), &row.state, why);
    if (rc == ERR_OK)
        rc = copy_sealed(rows, 4, arena, &row.password_hash_sealed, why);
    if (rc == ERR_OK)
        rc = copy_sealed(rows, 5, arena, &row.totp_secret_sealed, why);
    if (rc == ERR_OK)
        rc = copy_sealed(rows, 8, arena, &row.display_name_sealed, why);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err account_store_display_name(struct db *db, struct id account, struct arena *arena,
                                    struct span *sealed_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = db_run(db, &account_name, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = copy_sealed(rows, 0, arena, sealed_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err account_store_free(struct tx *tx, struct id account,
                            const uint8_t index[ACCOUNT_INDEX_BYTES], struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, span_of(index, ACCOUNT_INDEX_BYTES));
    rc = tx_run(tx, &account_free, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) > 0)
        rc = fail_field(why, ERR_CONFLICT, db_bool(rows, 0, 0) ? "id" : "login",
                        "the account's id or login is taken");
    db_rows_free(&rows);
    return rc;
}

static void arg_if_any(struct db_args *args, struct span bytes)
{
    if (bytes.len > 0)
        db_arg_bytes(args, bytes);
    else
        db_arg_null(args);
}

enum err account_store_add(struct tx *tx, const struct account_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(role_id(row->role)));
    db_arg_id(&args, row->school);
    arg_if_any(&args,
               row->has_login ? span_of(row->login_index, sizeof row->login_index) : SPAN_NONE);
    arg_if_any(&args, row->login_sealed);
    arg_if_any(&args, row->display_name_sealed);
    arg_if_any(&args, row->password_hash_sealed);
    arg_if_any(&args, row->totp_secret_sealed);
    db_arg_time(&args, row->created_utc_us);
    db_arg_text(&args, span_text(id_class_id(row->id_class)));
    db_arg_bool(&args, row->is_trial);
    if (row->ends_utc_us != 0)
        db_arg_time(&args, row->ends_utc_us);
    else
        db_arg_null(&args);
    return tx_run(tx, &account_add, &args, NULL, why);
}

enum err account_store_state(struct tx *tx, struct id account, enum account_state *state_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = tx_run(tx, &account_state, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = account_state_parse(db_bytes(rows, 0, 0), state_out, why);
    db_rows_free(&rows);
    return rc;
}

enum err account_store_failed(struct tx *tx, struct id account, int n_cap, int64_t now_utc_us,
                              int64_t locked_until_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_i32(&args, n_cap);
    db_arg_time(&args, now_utc_us);
    db_arg_time(&args, locked_until_utc_us);
    return tx_send(tx, &account_failed, &args, why);
}

enum err account_store_signed_in(struct tx *tx, struct id account, int64_t now_utc_us,
                                 int64_t step, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    db_arg_i64(&args, step);
    rc = tx_run(tx, &account_signed_in, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_DENIED, "the account or the step is no longer to be used");
    db_rows_free(&rows);
    return rc;
}

enum err session_store_find(struct db *db, const struct hash256 *token,
                            struct session_row *row_out, struct fail *why)
{
    struct session_row row = {0};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_bytes(&args, hash256_span(token));
    rc = db_run(db, &session_by_token, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such session");
    if (rc == ERR_OK) {
        row.id = db_id(rows, 0, 0);
        row.account = db_id(rows, 0, 1);
        row.school = db_id(rows, 0, 2);
        row.created_utc_us = db_time(rows, 0, 4);
        row.last_seen_utc_us = db_time(rows, 0, 5);
        row.expires_utc_us = db_time(rows, 0, 6);
        rc = role_parse(db_bytes(rows, 0, 3), &row.role, why);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err session_store_add(struct tx *tx, const struct session_row *row,
                           const struct hash256 *token, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_bytes(&args, hash256_span(token));
    db_arg_id(&args, row->account);
    db_arg_time(&args, row->created_utc_us);
    db_arg_time(&args, row->expires_utc_us);
    return tx_run(tx, &session_add, &args, NULL, why);
}

static enum err stamp(struct tx *tx, const struct stmt *stmt, struct id session,
                      int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, session);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, stmt, &args, why);
}

enum err session_store_seen(struct tx *tx, struct id session, int64_t now_utc_us,
                            struct fail *why)
{
    return stamp(tx, &session_seen, session, now_utc_us, why);
}

enum err session_store_close(struct tx *tx, struct id session, int64_t now_utc_us,
                             struct fail *why)
{
    return stamp(tx, &session_close, session, now_utc_us, why);
}

enum err session_store_close_all(struct tx *tx, struct id account, int64_t now_utc_us,
                                 struct fail *why)
{
    return stamp(tx, &session_close_all, account, now_utc_us, why);
}
