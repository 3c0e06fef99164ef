#include "tenants/people/account_store.h"

#include "node/db/store.h"
#include "tenants/tenants.h"

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

const struct stmt *const tenants_stmts[TENANTS_STMTS_N] = {&account_name, &account_free,
                                                           &account_add, &account_state};

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
    {"display_name_index", "選んだ表示名が重ならないようにするための鍵つきの値", false},
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
    {"totp_pending_sealed", "これから使う認証アプリの秘密の値（確かめるまで）", true},
    {"totp_pending_until", "それを確かめる期限", false},
    {NULL, NULL, false},
};

/* Passwords, second factors and their guards are this node's: whoever comes along with a bag
 * gets new ones. */
static const struct hand_rule account_rules[] = {
    {"login_index", HAND_INDEX, &account_login_index},
    {"display_name_index", HAND_INDEX, &account_display_index},
    {"password_hash_sealed", HAND_SECRET, NULL},
    {"password_changed_at", HAND_SECRET, NULL},
    {"first_password_sealed", HAND_SECRET, NULL},
    {"first_until", HAND_SECRET, NULL},
    {"must_change", HAND_SECRET, NULL},
    {"totp_secret_sealed", HAND_SECRET, NULL},
    {"totp_last_step", HAND_SECRET, NULL},
    {"totp_pending_sealed", HAND_SECRET, NULL},
    {"totp_pending_until", HAND_SECRET, NULL},
    {"has_passkey", HAND_SECRET, NULL},
    {"step_kind", HAND_SECRET, NULL},
    {"step_hash_sealed", HAND_SECRET, NULL},
    {"failed_tries", HAND_SECRET, NULL},
    {"locked_until", HAND_SECRET, NULL},
    {NULL, HAND_SECRET, NULL},
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
        .hand_rules = account_rules,
        .erase_person = ERASE_ROWS,
        .columns = account_columns,
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

enum err account_store_check_free(struct tx *tx, struct id account,
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

enum err account_store_add(struct tx *tx, const struct account_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(role_id(row->role)));
    db_arg_id(&args, row->school);
    store_arg_bytes_if(
        &args, row->has_login ? span_of(row->login_index, sizeof row->login_index) : SPAN_NONE);
    store_arg_bytes_if(&args, row->login_sealed);
    store_arg_bytes_if(&args, row->display_name_sealed);
    store_arg_bytes_if(&args, row->password_hash_sealed);
    store_arg_bytes_if(&args, row->totp_secret_sealed);
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
