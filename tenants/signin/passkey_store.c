#include "tenants/signin/passkey_store.h"

#include "tenants/tenants.h"

#define COLUMNS \
    "id, account, credential_index, credential_sealed, public_key_sealed, algorithm," \
    " sign_count, label_sealed, challenge_at, created_at, used_at"

static const struct stmt by_credential = {
    "passkey_by_credential", "SELECT " COLUMNS " FROM passkey"
                             " WHERE credential_index = $1::bytea AND ended_at IS NULL"};
static const struct stmt list = {"passkey_list",
                                 "SELECT " COLUMNS " FROM passkey WHERE account = $1::uuid"
                                 " AND ended_at IS NULL ORDER BY created_at, id"};
/* A challenge is used up when any passkey used this one, or the account's used a later one. */
static const struct stmt may_add = {
    "passkey_may_add",
    "SELECT count(*) FILTER (WHERE challenge_at = $2::timestamptz OR (account = $1::uuid"
    " AND challenge_at > $2::timestamptz)), count(*) FILTER (WHERE credential_index ="
    " $3::bytea), count(*) FILTER (WHERE account = $1::uuid AND ended_at IS NULL)"
    " FROM passkey"};
static const struct stmt add = {
    "passkey_add", "INSERT INTO passkey (id, account, credential_index, credential_sealed,"
                   " public_key_sealed, algorithm, sign_count, label_sealed, challenge_at,"
                   " created_at) VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::bytea,"
                   " $6::integer, $7::bigint, $8::bytea, $9::timestamptz, $10::timestamptz)"};
static const struct stmt refresh = {
    "passkey_refresh_account",
    "UPDATE account SET has_passkey = EXISTS (SELECT FROM passkey WHERE account = $1::uuid"
    " AND ended_at IS NULL) WHERE id = $1::uuid"};
static const struct stmt may_use = {
    "passkey_may_use",
    "SELECT p.ended_at IS NULL, p.sign_count < $3::bigint OR (p.sign_count = 0 AND $3::bigint"
    " = 0), NOT EXISTS (SELECT FROM passkey o WHERE o.challenge_at = $2::timestamptz"
    " OR (o.account = p.account AND o.challenge_at > $2::timestamptz))"
    " FROM passkey p WHERE p.id = $1::uuid"};
static const struct stmt use = {
    "passkey_use", "UPDATE passkey SET challenge_at = $2::timestamptz, sign_count = $3::bigint,"
                   " used_at = $4::timestamptz WHERE id = $1::uuid"};
static const struct stmt may_end = {
    "passkey_may_end",
    "SELECT a.role = 'student' OR a.totp_secret_sealed IS NOT NULL OR EXISTS (SELECT FROM"
    " passkey o WHERE o.account = a.id AND o.id <> p.id AND o.ended_at IS NULL)"
    " FROM passkey p JOIN account a ON a.id = p.account"
    " WHERE p.id = $2::uuid AND p.account = $1::uuid AND p.ended_at IS NULL"};
static const struct stmt end = {"passkey_end", "UPDATE passkey SET ended_at = $2::timestamptz"
                                               " WHERE account = $1::uuid AND ended_at IS NULL"
                                               " AND ($3::uuid IS NULL OR id = $3::uuid)"};
static const struct stmt owner = {
    "passkey_owner", "SELECT a.login_sealed, a.display_name_sealed, s.created_at FROM account a"
                     " JOIN session s ON s.account = a.id WHERE a.id = $1::uuid"
                     " AND s.id = $2::uuid"};

const struct stmt *const passkey_stmts[PASSKEY_STMTS_N] = {
    &by_credential, &list, &may_add, &add, &refresh, &may_use, &use, &may_end, &end, &owner};

static const struct data_column columns[] = {
    {"id", "パスキーのID", false},
    {"account", "だれのパスキーか", false},
    {"credential_index", "パスキーを探すための鍵つきの値", false},
    {"credential_sealed", "認証器がつけた番号", true},
    {"public_key_sealed", "署名を確かめるための公開鍵", true},
    {"algorithm", "署名の方式（-7 ES256・-8 EdDSA・-257 RS256）", false},
    {"sign_count", "認証器が言った使用回数（0は数えないもの）", false},
    {"label_sealed", "本人がつけた名前", true},
    {"challenge_at", "最後に使った問いを出した時刻（同じ問いは二度使えない）", false},
    {"created_at", "登録した時刻", false},
    {"used_at", "最後に使った時刻", false},
    {"ended_at", "外した時刻", false},
    {NULL, NULL, false},
};

const struct data_table passkey_tables[PASSKEY_TABLES_N] = {
    {
        .name = "passkey",
        .meaning_ja = "パスキー",
        .purpose_ja = "大人が、ぬすまれたパスワードだけでは入れないようにするため",
        .ground_ja = "委託契約（多要素認証）",
        .purpose_en = "second factors of adults: good at this node's address alone, so nothing "
                      "to hand back",
        .retention_days = 30,
        .retention_column = "ended_at",
        .key_of = KEY_OF_SUBJECT,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = columns,
    },
};

static enum err copy(const struct db_rows *rows, int row, int column, struct arena *arena,
                     struct span *out, struct fail *why)
{
    *out = arena_copy(arena, db_bytes(rows, row, column));
    return out->p == NULL ? fail_set(why, ERR_NOMEM, "passkey") : ERR_OK;
}

static enum err read_row(const struct db_rows *rows, int i, struct arena *arena,
                         struct passkey_row *row, struct fail *why)
{
    struct span index = db_bytes(rows, i, 2);
    enum err rc;

    *row = (struct passkey_row){
        .id = db_id(rows, i, 0),
        .account = db_id(rows, i, 1),
        .algorithm = (int)db_i64(rows, i, 5),
        .sign_count = (uint32_t)db_i64(rows, i, 6),
        .challenge_utc_us = db_time(rows, i, 8),
        .created_utc_us = db_time(rows, i, 9),
        .used_utc_us = db_time(rows, i, 10),
    };
    invariant(index.len == PASSKEY_INDEX_BYTES, "an index of %zu bytes", index.len);
    memcpy(row->credential_index, index.p, PASSKEY_INDEX_BYTES);
    rc = copy(rows, i, 3, arena, &row->credential_sealed, why);
    if (rc == ERR_OK)
        rc = copy(rows, i, 4, arena, &row->public_key_sealed, why);
    return rc == ERR_OK ? copy(rows, i, 7, arena, &row->label_sealed, why) : rc;
}

enum err passkey_store_by_credential(struct db *db, const uint8_t index[PASSKEY_INDEX_BYTES],
                                     struct arena *arena, struct passkey_row *row_out,
                                     struct fail *why)
{
    struct db_rows *rows = NULL;
    struct passkey_row row;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, PASSKEY_INDEX_BYTES));
    rc = db_run(db, &by_credential, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such passkey");
    if (rc == ERR_OK)
        rc = read_row(rows, 0, arena, &row, why);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err passkey_store_list(struct db *db, struct id account, struct arena *arena,
                            struct passkey_row **rows_out, size_t *n_out, struct fail *why)
{
    struct passkey_row *all = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    rc = db_run(db, &list, &args, &rows, why);
    if (rc != ERR_OK)
        return rc;
    n = (size_t)db_rows_n(rows);
    all = arena_alloc(arena, (n + 1) * sizeof *all);
    if (all == NULL) {
        db_rows_free(&rows);
        return fail_set(why, ERR_NOMEM, "%zu passkeys", n);
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = read_row(rows, (int)i, arena, &all[i], why);
    db_rows_free(&rows);
    if (rc != ERR_OK)
        return rc;
    *rows_out = all;
    *n_out = n;
    return ERR_OK;
}

static enum err refresh_account(struct tx *tx, struct id account, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return tx_send(tx, &refresh, &args, why);
}

static enum err check_add(struct tx *tx, const struct passkey_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->account);
    db_arg_time(&args, row->challenge_utc_us);
    db_arg_bytes(&args, span_of(row->credential_index, PASSKEY_INDEX_BYTES));
    rc = tx_run(tx, &may_add, &args, &rows, why);
    if (rc == ERR_OK && db_i64(rows, 0, 0) > 0)
        rc = fail_field(why, ERR_DENIED, "challenge-used", "the challenge was used");
    else if (rc == ERR_OK && db_i64(rows, 0, 1) > 0)
        rc = fail_set(why, ERR_CONFLICT, "the passkey is registered");
    else if (rc == ERR_OK && db_i64(rows, 0, 2) >= PASSKEYS_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%d passkeys of one account", PASSKEYS_MOST);
    db_rows_free(&rows);
    return rc;
}

enum err passkey_store_add(struct tx *tx, const struct passkey_row *row, struct fail *why)
{
    struct db_args args;
    enum err rc = check_add(tx, row, why);

    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->account);
    db_arg_bytes(&args, span_of(row->credential_index, PASSKEY_INDEX_BYTES));
    db_arg_bytes(&args, row->credential_sealed);
    db_arg_bytes(&args, row->public_key_sealed);
    db_arg_i32(&args, row->algorithm);
    db_arg_i64(&args, row->sign_count);
    db_arg_bytes(&args, row->label_sealed);
    db_arg_time(&args, row->challenge_utc_us);
    db_arg_time(&args, row->created_utc_us);
    rc = tx_run(tx, &add, &args, NULL, why);
    return rc == ERR_OK ? refresh_account(tx, row->account, why) : rc;
}

static enum err check_use(struct tx *tx, struct db_args *args, struct fail *why)
{
    static const char *const rules[] = {"ended", "counter", "challenge-used"};
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, &may_use, args, &rows, why);

    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_field(why, ERR_DENIED, rules[0], "passkey: erased meanwhile");
    for (int i = 0; i < 3 && rc == ERR_OK; i++)
        if (!db_bool(rows, 0, i))
            rc = fail_field(why, ERR_DENIED, rules[i], "passkey: %s", rules[i]);
    db_rows_free(&rows);
    return rc;
}

enum err passkey_store_use(struct tx *tx, const struct passkey_row *row, uint32_t sign_count,
                           int64_t challenge_utc_us, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_time(&args, challenge_utc_us);
    db_arg_i64(&args, sign_count);
    rc = check_use(tx, &args, why);
    if (rc != ERR_OK)
        return rc;
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &use, &args, NULL, why);
}

static enum err end_rows(struct tx *tx, struct id account, struct id passkey,
                         int64_t now_utc_us, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    db_arg_id(&args, passkey);
    rc = tx_run(tx, &end, &args, NULL, why);
    return rc == ERR_OK ? refresh_account(tx, account, why) : rc;
}

enum err passkey_store_end(struct tx *tx, struct id account, struct id passkey,
                           int64_t now_utc_us, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_id(&args, passkey);
    rc = tx_run(tx, &may_end, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such passkey of one's own");
    else if (rc == ERR_OK && !db_bool(rows, 0, 0))
        rc = fail_set(why, ERR_CONFLICT, "the last second factor of an adult");
    db_rows_free(&rows);
    return rc == ERR_OK ? end_rows(tx, account, passkey, now_utc_us, why) : rc;
}

enum err passkey_store_end_all(struct tx *tx, struct id account, int64_t now_utc_us,
                               struct fail *why)
{
    return end_rows(tx, account, ID_NONE, now_utc_us, why);
}

enum err passkey_store_owner(struct db *db, struct id account, struct id session,
                             struct arena *arena, struct passkey_owner *owner_out,
                             struct fail *why)
{
    struct passkey_owner found;
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_id(&args, session);
    rc = db_run(db, &owner, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such session");
    if (rc == ERR_OK) {
        found.session_utc_us = db_time(rows, 0, 2);
        rc = copy(rows, 0, 0, arena, &found.login_sealed, why);
    }
    if (rc == ERR_OK)
        rc = copy(rows, 0, 1, arena, &found.display_name_sealed, why);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *owner_out = found;
    return rc;
}
