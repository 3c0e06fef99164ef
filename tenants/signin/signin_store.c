#include "tenants/signin/signin_store.h"

#include <stdio.h>

#include "tenants/tenants.h"

#define ROW \
    "SELECT a.id, " ACCOUNT_SCHOOL ", a.role, a.state, a.login_sealed, " \
    "a.display_name_sealed," \
    " a.password_hash_sealed, a.totp_secret_sealed, a.totp_pending_sealed," \
    " a.step_hash_sealed, a.totp_last_step, a.totp_pending_until, " ACCOUNT_ENDS \
    ", a.first_until," \
    " a.password_changed_at, a.has_passkey, a.must_change, a.step_kind, " \
    "a.locked_until," \
    " p.id IS NOT NULL, p.locked_until, " ACCOUNT_TAKES_PART \
    ", EXISTS (SELECT FROM contract_change_account x WHERE x.account = a.id AND x.ended_at IS" \
    " NOT NULL), coalesce(contract_ends(a.role, NULL) = " ACCOUNT_ENDS ", false)" \
    " FROM account a LEFT JOIN account_place p" \
    " ON p.account = a.id AND p.place_index = $2::bytea AND p.last_ok_at > " \
    "$3::timestamptz"

static const struct stmt by_login = {
    "signin_by_login", ROW " WHERE a.login_index = $1::bytea AND a.state NOT IN ('requested',"
                           " 'approved')"};
static const struct stmt by_id = {"signin_by_id", ROW " WHERE a.id = $1::uuid"};
static const struct stmt failed_strange = {
    "signin_failed_strange",
    "UPDATE account SET"
    " failed_tries = CASE WHEN failed_tries + 1 >= $2::integer THEN 0 ELSE "
    "failed_tries + 1"
    " END,"
    " locked_until = CASE WHEN failed_tries + 1 >= $2::integer THEN "
    "$4::timestamptz END"
    " WHERE id = $1::uuid AND coalesce(locked_until <= $3::timestamptz, true)"};
static const struct stmt failed_known = {
    "signin_failed_known",
    "UPDATE account_place SET"
    " failed_tries = CASE WHEN failed_tries + 1 >= $2::integer THEN 0 ELSE "
    "failed_tries + 1"
    " END,"
    " locked_until = CASE WHEN failed_tries + 1 >= $2::integer THEN "
    "$4::timestamptz END"
    " WHERE account = $1::uuid AND place_index = $5::bytea"
    " AND coalesce(locked_until <= $3::timestamptz, true)"};
static const struct stmt signed_in = {
    "signin_signed_in",
    "UPDATE account SET failed_tries = 0,"
    " locked_until = CASE WHEN locked_until > $2::timestamptz THEN "
    "locked_until END,"
    " totp_last_step = greatest(totp_last_step, $3::bigint),"
    " first_password_sealed = CASE WHEN $6::boolean OR $7::boolean THEN NULL"
    "  ELSE first_password_sealed END,"
    " first_until = CASE WHEN $6::boolean THEN $2::timestamptz"
    "  WHEN $7::boolean THEN NULL ELSE first_until END"
    " WHERE id = $1::uuid AND state = $4::text AND password_hash_sealed = "
    "$5::bytea"
    " AND ($8::boolean OR coalesce(locked_until <= $2::timestamptz, true))"
    " AND ($3::bigint < 0 OR totp_last_step < $3::bigint)"
    " AND (NOT $6::boolean OR first_until = $9::timestamptz)"};
static const struct stmt still = {
    "signin_still", "SELECT id FROM account WHERE id = $1::uuid AND state = $2::text"
                    " AND password_hash_sealed = $3::bytea"};
static const struct stmt place_ok = {
    "signin_place_ok",
    "INSERT INTO account_place (id, account, place_index, last_ok_at) VALUES "
    "($1::uuid,"
    " $2::uuid, $3::bytea, $4::timestamptz) ON CONFLICT (account, place_index) "
    "DO UPDATE"
    " SET last_ok_at = greatest(account_place.last_ok_at, excluded.last_ok_at),"
    " failed_tries = 0, locked_until = NULL"};
static const struct stmt device_ok = {
    "signin_device_ok",
    "INSERT INTO account_device (id, account, facts, first_ok_at, last_ok_at) "
    "VALUES ($1::uuid,"
    " $2::uuid, $3::text, $4::timestamptz, $4::timestamptz) ON CONFLICT "
    "(account, facts)"
    " DO UPDATE SET first_ok_at = CASE WHEN account_device.last_ok_at < "
    "$5::timestamptz"
    "  THEN excluded.first_ok_at ELSE account_device.first_ok_at END,"
    " last_ok_at = greatest(account_device.last_ok_at, excluded.last_ok_at)"};
#define OTHERS \
    "(SELECT count(*) FROM session s WHERE s.account = $1::uuid AND s.id <> $2::uuid" \
    " AND s.closed_at IS NULL AND s.stage = 'full' AND s.expires_at > $4::timestamptz" \
    " AND s.last_seen_at > $5::timestamptz), d.first_ok_at, d.facts"
#define NEWCOMER \
    " LEFT JOIN LATERAL (SELECT n.first_ok_at, n.facts FROM account_device n" \
    " WHERE n.account = $1::uuid AND n.facts <> $3::text AND n.first_ok_at > $6::timestamptz" \
    " AND EXISTS (SELECT FROM account_device o WHERE o.account = n.account" \
    " AND o.first_ok_at < n.first_ok_at) ORDER BY n.first_ok_at DESC LIMIT 1) d ON true"
static const struct stmt notice = {"signin_notice",
                                   "SELECT " OTHERS " FROM (VALUES (1)) one" NEWCOMER};
static const struct stmt view = {
    "signin_view",
    "SELECT " OTHERS ", a.role, a.state, a.display_name_sealed, a.totp_secret_sealed IS NOT"
    " NULL, a.has_passkey, a.must_change, a.password_changed_at, a.step_kind"
    " FROM account a" NEWCOMER " WHERE a.id = $1::uuid"};
static const struct stmt set_password = {
    "signin_set_password",
    "UPDATE account SET password_hash_sealed = $2::bytea, password_changed_at ="
    " $3::timestamptz, must_change = false, first_password_sealed = NULL, "
    "first_until = NULL"
    " WHERE id = $1::uuid"};
static const struct stmt totp_begin = {
    "signin_totp_begin", "UPDATE account SET totp_pending_sealed = $2::bytea,"
                         " totp_pending_until = $3::timestamptz WHERE id = $1::uuid"};
static const struct stmt totp_confirm = {
    "signin_totp_confirm",
    "UPDATE account SET totp_secret_sealed = $3::bytea, totp_last_step = "
    "$4::bigint,"
    " totp_pending_sealed = NULL, totp_pending_until = NULL"
    " WHERE id = $1::uuid AND totp_pending_sealed = $2::bytea"};
static const struct stmt set_step = {
    "signin_set_step", "UPDATE account SET step_kind = $2::text, step_hash_sealed = $3::bytea"
                       " WHERE id = $1::uuid"};
static const struct stmt one_time = {"signin_one_time",
                                     "UPDATE account SET password_hash_sealed = $2::bytea, "
                                     "first_password_sealed = $3::bytea,"
                                     " first_until = $4::timestamptz, must_change = true, "
                                     "totp_pending_sealed = NULL,"
                                     " totp_pending_until = NULL WHERE id = $1::uuid"};
static const struct stmt no_factors = {
    "signin_no_factors", "UPDATE account SET totp_secret_sealed = NULL, has_passkey = false"
                         " WHERE id = $1::uuid AND state <> 'active'"};
static const struct stmt unlock_account = {"signin_unlock_account",
                                           "UPDATE account SET failed_tries = 0, "
                                           "locked_until = NULL WHERE id = $1::uuid"};
static const struct stmt unlock_places = {"signin_unlock_places",
                                          "UPDATE account_place SET failed_tries = 0, "
                                          "locked_until = NULL WHERE account = $1::uuid"};
static const struct stmt locked_until = {"signin_locked_until",
                                         "SELECT max(l.until) FROM (SELECT locked_until AS "
                                         "until FROM account WHERE id = $1::uuid"
                                         " UNION ALL SELECT locked_until FROM account_place "
                                         "WHERE account = $1::uuid) l"
                                         " WHERE l.until > $2::timestamptz"};

const struct stmt *const signin_stmts[SIGNIN_STMTS_N] = {
    &by_login,     &by_id,          &failed_strange, &failed_known, &signed_in,
    &still,        &view,           &place_ok,       &device_ok,    &notice,
    &set_password, &totp_begin,     &totp_confirm,   &set_step,     &one_time,
    &no_factors,   &unlock_account, &unlock_places,  &locked_until};

static const struct data_column place_columns[] = {
    {"id", "行のID", false},
    {"account", "だれの場所か", false},
    {"place_index", "ログインしたことのある場所（アドレスを鍵つきで変えた値）", false},
    {"last_ok_at", "そこから最後にログインした時刻", false},
    {"failed_tries", "そこから続けてまちがえた回数", false},
    {"locked_until", "そこからのログインをいつまで止めているか", false},
    {NULL, NULL, false},
};
static const struct data_column device_columns[] = {
    {"id", "行のID", false},
    {"account", "だれの端末か", false},
    {"facts", "端末の種類（機種とブラウザーの大まかな名前）", false},
    {"first_ok_at", "その種類の端末からはじめてログインした時刻", false},
    {"last_ok_at", "その種類の端末から最後にログインした時刻", false},
    {NULL, NULL, false},
};

const struct data_table signin_tables[SIGNIN_TABLES_N] = {
    {
        .name = "account_place",
        .meaning_ja = "ログインしたことのある場所",
        .purpose_ja = "他人がまちがえ続けても、本人がいつもの場所からログインで"
                      "きるようにするため",
        .ground_ja = "委託契約（不正アクセス防止）",
        .purpose_en = "keyed hashes of addresses signed in from; nothing to hand back",
        .retention_days = PLACE_KNOWN_DAYS,
        .retention_column = "last_ok_at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = place_columns,
    },
    {
        .name = "account_device",
        .meaning_ja = "ログインしたことのある端末の種類",
        .purpose_ja = "はじめての種類の端末からログインがあったとき、本人に知らせるため",
        .ground_ja = "委託契約（不正アクセス防止）",
        .purpose_en = "kinds of devices signed in from; nothing to hand back",
        .retention_days = DEVICE_KNOWN_DAYS,
        .retention_column = "last_ok_at",
        .key_of = KEY_OF_NONE,
        .person_column = "account",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_ROWS,
        .columns = device_columns,
    },
};

static const char *const step_ids[STEP_N] = {
    [STEP_NONE] = "none", [STEP_PIN] = "pin", [STEP_PICTURE] = "picture"};

const char *step_kind_id(enum step_kind kind)
{
    return step_ids[kind];
}

static enum step_kind step_of(struct span text)
{
    for (int i = STEP_PIN; i < STEP_N; i++)
        if (span_eq(text, span_text(step_ids[i])))
            return (enum step_kind)i;
    return STEP_NONE;
}

/* -- reading -- */

static enum err read_row(const struct db_rows *rows, struct arena *arena,
                         struct signin_row *row, struct fail *why)
{
    struct span *const sealed[] = {&row->login_sealed,         &row->display_name_sealed,
                                   &row->password_hash_sealed, &row->totp_secret_sealed,
                                   &row->totp_pending_sealed,  &row->step_hash_sealed};
    enum err rc = role_parse(db_bytes(rows, 0, 2), &row->role, why);

    if (rc == ERR_OK)
        rc = account_state_parse(db_bytes(rows, 0, 3), &row->state, why);
    row->id = db_id(rows, 0, 0);
    row->school = db_id(rows, 0, 1);
    for (int i = 0; rc == ERR_OK && i < (int)(sizeof sealed / sizeof sealed[0]); i++) {
        struct span stored = db_bytes(rows, 0, 4 + i);

        *sealed[i] = arena_copy(arena, stored);
        if (sealed[i]->p == NULL && stored.len > 0)
            rc = fail_set(why, ERR_NOMEM, "account");
    }
    row->totp_last_step = db_i64(rows, 0, 10);
    row->totp_pending_until_utc_us = db_time(rows, 0, 11);
    row->ends_utc_us = db_time(rows, 0, 12);
    row->first_until_utc_us = db_time(rows, 0, 13);
    row->changed_utc_us = db_time(rows, 0, 14);
    row->has_passkey = db_bool(rows, 0, 15);
    row->must_change = db_bool(rows, 0, 16);
    row->step = step_of(db_bytes(rows, 0, 17));
    row->locked_until_utc_us = db_time(rows, 0, 18);
    row->is_known_place = db_bool(rows, 0, 19);
    row->place_locked_until_utc_us = db_time(rows, 0, 20);
    row->takes_part = db_bool(rows, 0, 21);
    row->has_left = db_bool(rows, 0, 22);
    row->ends_with_contract = db_bool(rows, 0, 23);
    return rc;
}

/* Exactly one of tx and db. */
static enum err run(struct tx *tx, struct db *db, const struct stmt *stmt,
                    const struct db_args *args, struct db_rows **rows_out, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows_out, why)
                      : db_run(db, stmt, args, rows_out, why);
}

static enum err find(struct tx *tx, struct db *db, const struct stmt *stmt,
                     struct db_args *args, const uint8_t *place, int64_t now_utc_us,
                     struct arena *arena, struct signin_row *row_out, struct fail *why)
{
    struct signin_row row = {0};
    struct db_rows *rows = NULL;
    enum err rc;

    db_arg_bytes(args, span_of(place, PLACE_INDEX_BYTES));
    db_arg_time(args, now_utc_us - PLACE_KNOWN_DAYS * DAY_US);
    rc = run(tx, db, stmt, args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = read_row(rows, arena, &row, why);
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err signin_store_by_login(struct db *db, const uint8_t *index, const uint8_t *place,
                               int64_t now_utc_us, struct arena *arena,
                               struct signin_row *row_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, ACCOUNT_INDEX_BYTES));
    return find(NULL, db, &by_login, &args, place, now_utc_us, arena, row_out, why);
}

enum err signin_store_by_id(struct tx *tx, struct db *db, struct id account,
                            const uint8_t *place, int64_t now_utc_us, struct arena *arena,
                            struct signin_row *row_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return find(tx, db, &by_id, &args, place, now_utc_us, arena, row_out, why);
}

/* -- tries -- */

enum err signin_store_failed(struct tx *tx, const struct signin_failure *f, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, f->account);
    db_arg_i32(&args, f->n_cap);
    db_arg_time(&args, f->now_utc_us);
    db_arg_time(&args, f->locked_until_utc_us);
    if (!f->is_known_place)
        return tx_send(tx, &failed_strange, &args, why);
    db_arg_bytes(&args, span_of(f->place, PLACE_INDEX_BYTES));
    return tx_send(tx, &failed_known, &args, why);
}

static enum err note_place(struct tx *tx, const struct signin_success *s, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_id(&args, s->row->id);
    db_arg_bytes(&args, span_of(s->place, PLACE_INDEX_BYTES));
    db_arg_time(&args, s->now_utc_us);
    rc = tx_send(tx, &place_ok, &args, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_id(&args, s->row->id);
    db_arg_text(&args, span_text(s->facts));
    db_arg_time(&args, s->now_utc_us);
    db_arg_time(&args, s->now_utc_us - DEVICE_KNOWN_DAYS * DAY_US);
    return tx_send(tx, &device_ok, &args, why);
}

/* One row, or ERR_DENIED. */
static enum err run_one(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                        struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_DENIED, "%s: no longer so", stmt->name);
    db_rows_free(&rows);
    return rc;
}

enum err signin_store_signed_in(struct tx *tx, const struct signin_success *s, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, s->row->id);
    db_arg_time(&args, s->now_utc_us);
    db_arg_i64(&args, s->step);
    db_arg_text(&args, span_text(account_state_id(s->row->state)));
    db_arg_bytes(&args, s->row->password_hash_sealed);
    db_arg_bool(&args, s->burns_one_time);
    db_arg_bool(&args, s->settles_first);
    db_arg_bool(&args, s->passes_lock);
    db_arg_time(&args, s->row->first_until_utc_us);
    rc = run_one(tx, &signed_in, &args, why);
    return rc == ERR_OK && !s->is_proof ? note_place(tx, s, why) : rc;
}

enum err signin_store_still(struct tx *tx, const struct signin_row *row, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_text(&args, span_text(account_state_id(row->state)));
    db_arg_bytes(&args, row->password_hash_sealed);
    rc = tx_run(tx, &still, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_DENIED, "the account has changed");
    db_rows_free(&rows);
    return rc;
}

static void notice_args(struct db_args *args, const struct signin_seen *seen)
{
    db_args_init(args);
    db_arg_id(args, seen->account);
    db_arg_id(args, seen->session);
    db_arg_text(args, span_text(seen->facts));
    db_arg_time(args, seen->now_utc_us);
    db_arg_time(args, seen->now_utc_us - seen->idle_us);
    db_arg_time(args, seen->now_utc_us - 7 * DAY_US);
}

static void read_notice(const struct db_rows *rows, struct signin_notice *out)
{
    out->n_other_devices = db_i64(rows, 0, 0);
    out->new_at_utc_us = db_time(rows, 0, 1);
    snprintf(out->new_facts, sizeof out->new_facts, "%.*s", SPAN_ARG(db_bytes(rows, 0, 2)));
}

enum err signin_store_notice(struct tx *tx, const struct signin_seen *seen,
                             struct signin_notice *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    notice_args(&args, seen);
    rc = tx_run(tx, &notice, &args, &rows, why);
    if (rc == ERR_OK)
        read_notice(rows, out);
    db_rows_free(&rows);
    return rc;
}

static enum err read_view(const struct db_rows *rows, struct arena *arena,
                          struct signin_row *row, struct fail *why)
{
    struct span name = db_bytes(rows, 0, 5);
    enum err rc = role_parse(db_bytes(rows, 0, 3), &row->role, why);

    if (rc == ERR_OK)
        rc = account_state_parse(db_bytes(rows, 0, 4), &row->state, why);
    row->display_name_sealed = arena_copy(arena, name);
    if (rc == ERR_OK && row->display_name_sealed.p == NULL && name.len > 0)
        rc = fail_set(why, ERR_NOMEM, "account");
    row->totp_secret_sealed = db_bool(rows, 0, 6) ? SPAN("there") : SPAN_NONE;
    row->has_passkey = db_bool(rows, 0, 7);
    row->must_change = db_bool(rows, 0, 8);
    row->changed_utc_us = db_time(rows, 0, 9);
    row->step = step_of(db_bytes(rows, 0, 10));
    return rc;
}

enum err signin_store_view(struct db *db, const struct signin_seen *seen, struct arena *arena,
                           struct signin_row *row_out, struct signin_notice *notice_out,
                           struct fail *why)
{
    struct signin_row row = {.id = seen->account};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    notice_args(&args, seen);
    rc = db_run(db, &view, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    if (rc == ERR_OK)
        rc = read_view(rows, arena, &row, why);
    if (rc == ERR_OK) {
        read_notice(rows, notice_out);
        *row_out = row;
    }
    db_rows_free(&rows);
    return rc;
}

/* -- setting -- */

enum err signin_store_password(struct tx *tx, struct id account, struct span sealed,
                               int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, sealed);
    db_arg_time(&args, now_utc_us);
    return run_one(tx, &set_password, &args, why);
}

enum err signin_store_totp_begin(struct tx *tx, struct id account, struct span sealed,
                                 int64_t until_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, sealed);
    db_arg_time(&args, until_utc_us);
    return run_one(tx, &totp_begin, &args, why);
}

enum err signin_store_totp_confirm(struct tx *tx, struct id account, struct span pending,
                                   struct span sealed, int64_t step, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, pending);
    db_arg_bytes(&args, sealed);
    db_arg_i64(&args, step);
    return run_one(tx, &totp_confirm, &args, why);
}

enum err signin_store_step(struct tx *tx, struct id account, enum step_kind kind,
                           struct span sealed, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_text(&args, span_text(step_ids[kind]));
    if (kind == STEP_NONE)
        db_arg_null(&args);
    else
        db_arg_bytes(&args, sealed);
    return run_one(tx, &set_step, &args, why);
}

enum err signin_store_one_time(struct tx *tx, struct id account, struct span hash,
                               struct span told, int64_t until_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_bytes(&args, hash);
    db_arg_bytes(&args, told);
    db_arg_time(&args, until_utc_us);
    return run_one(tx, &one_time, &args, why);
}

static enum err run_of(struct tx *tx, const struct stmt *stmt, struct id account,
                       struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return tx_send(tx, stmt, &args, why);
}

enum err signin_store_no_factors(struct tx *tx, struct id account, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return run_one(tx, &no_factors, &args, why);
}

enum err signin_store_unlock(struct tx *tx, struct id account, struct fail *why)
{
    enum err rc = run_of(tx, &unlock_account, account, why);

    return rc == ERR_OK ? run_of(tx, &unlock_places, account, why) : rc;
}

enum err signin_store_locked_until(struct db *db, struct id account, int64_t now_utc_us,
                                   int64_t *until_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    rc = db_run(db, &locked_until, &args, &rows, why);
    if (rc == ERR_OK)
        *until_out = db_time(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}
