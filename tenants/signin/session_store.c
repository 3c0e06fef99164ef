#include "tenants/signin/session_store.h"

#include <stdio.h>

#include "tenants/people/account_store.h"
#include "tenants/tenants.h"

#define LIST_CAP 100

static const struct stmt session_by_token = {
    "session_by_token",
    "SELECT s.id, s.account, " ACCOUNT_SCHOOL ", a.role, s.created_at, s.last_seen_at, "
    "s.expires_at,"
    " s.stage, s.listener, s.device_sha256, s.device_facts, " ACCOUNT_ENDS
    ", " ACCOUNT_TAKES_PART " FROM session s JOIN account a ON a.id = s.account"
    " WHERE s.token_sha256 = $1::bytea AND s.closed_at IS NULL"
    " AND (a.state = 'active' OR (a.state = 'issued' AND s.stage <> 'full'))"};
static const struct stmt session_add = {"session_add",
                                        "INSERT INTO session (id, token_sha256, account, "
                                        "created_at, last_seen_at, expires_at,"
                                        " stage, listener, device_sha256, device_facts) VALUES "
                                        "($1::uuid, $2::bytea, $3::uuid,"
                                        " $4::timestamptz, $4::timestamptz, $5::timestamptz, "
                                        "$6::text, $7::text, $8::bytea,"
                                        " $9::text)"};
static const struct stmt session_seen = {
    "session_seen", "UPDATE session SET last_seen_at = $2::timestamptz"
                    " WHERE id = $1::uuid AND last_seen_at < $2::timestamptz"};
static const struct stmt session_end = {
    "session_end", "UPDATE session SET closed_at = $2::timestamptz, ended_why = $3::text"
                   " WHERE id = $1::uuid AND closed_at IS NULL"};
static const struct stmt session_end_others = {
    "session_end_others",
    "UPDATE session SET closed_at = $2::timestamptz, ended_why = $3::text"
    " WHERE account = $1::uuid AND closed_at IS NULL AND ($4::uuid IS NULL OR "
    "id <> $4::uuid)"};
static const struct stmt session_end_own = {
    "session_end_own", "UPDATE session SET closed_at = $3::timestamptz, ended_why = 'by-person'"
                       " WHERE account = $1::uuid AND id = $2::uuid AND closed_at IS NULL"};
static const struct stmt session_wrong = {
    "session_wrong", "UPDATE session SET n_wrong = n_wrong + 1,"
                     " closed_at = CASE WHEN n_wrong + 1 >= $2::integer THEN $3::timestamptz "
                     "END,"
                     " ended_why = CASE WHEN n_wrong + 1 >= $2::integer THEN 'wrong-codes' END"
                     " WHERE id = $1::uuid AND closed_at IS NULL RETURNING closed_at IS NOT "
                     "NULL"};
static const struct stmt session_is_open = {
    "session_is_open", "SELECT id FROM session WHERE id = $1::uuid AND closed_at IS NULL"};
static const struct stmt session_list = {
    "session_list", "SELECT id, created_at, last_seen_at, expires_at, device_facts FROM session"
                    " WHERE account = $1::uuid AND closed_at IS NULL AND stage = 'full'"
                    " AND expires_at > $2::timestamptz ORDER BY last_seen_at DESC, id LIMIT "
                    "100"};

const struct stmt *const session_stmts[SESSION_STMTS_N] = {
    &session_by_token, &session_add,   &session_seen, &session_end,    &session_end_others,
    &session_end_own,  &session_wrong, &session_list, &session_is_open};

static const struct data_column session_columns[] = {
    {"id", "ログイン一回のID", false},
    {"token_sha256", "クッキーの値を確かめるための値（もとには戻せない）", false},
    {"account", "だれのログインか", false},
    {"created_at", "ログインした時刻", false},
    {"last_seen_at", "最後に使った時刻（1分きざみ）", false},
    {"expires_at", "おそくとも終わる時刻", false},
    {"closed_at", "ログアウトした時刻", false},
    {"stage",
     "どこまで進んだか（full・second_factor 二つめの確認の前・enrol "
     "設定の途中）",
     false},
    {"device_sha256", "端末を確かめるための値（もとには戻せない）", false},
    {"device_facts", "端末の種類", false},
    {"listener", "どの入口からか（public・office）", false},
    {"n_wrong", "二つめの確認をまちがえた回数", false},
    {"ended_why", "終わったわけ", false},
    {NULL, NULL, false},
};

const struct data_table session_tables[SESSION_TABLES_N] = {{
    .name = "session",
    .meaning_ja = "ログイン中の端末",
    .purpose_ja = "一度ログインした人を、終わるまで同じ人と見分けるため",
    .ground_ja = "委託契約（ログインの制約）",
    .purpose_en = "open and recent sessions; hashes of random tokens, nothing "
                  "to hand back",
    .retention_days = 30,
    .retention_column = "expires_at",
    .key_of = KEY_OF_NONE,
    .person_column = "account",
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_ROWS,
    .columns = session_columns,
}};

static const char *const stage_ids[] = {
    [STAGE_FULL] = "full", [STAGE_SECOND_FACTOR] = "second_factor", [STAGE_ENROL] = "enrol"};

/* The table lets no other word in. */
static enum session_stage stage_of(struct span text)
{
    if (span_eq(text, span_text(stage_ids[STAGE_FULL])))
        return STAGE_FULL;
    return span_eq(text, span_text(stage_ids[STAGE_ENROL])) ? STAGE_ENROL : STAGE_SECOND_FACTOR;
}

static void read_row(const struct db_rows *rows, struct session_row *row)
{
    struct span device = db_bytes(rows, 0, 9);

    *row = (struct session_row){
        .id = db_id(rows, 0, 0),
        .account = db_id(rows, 0, 1),
        .school = db_id(rows, 0, 2),
        .created_utc_us = db_time(rows, 0, 4),
        .last_seen_utc_us = db_time(rows, 0, 5),
        .expires_utc_us = db_time(rows, 0, 6),
        .stage = stage_of(db_bytes(rows, 0, 7)),
        .listener =
            span_eq(db_bytes(rows, 0, 8), SPAN("office")) ? LISTENER_OFFICE : LISTENER_PUBLIC,
        .has_device = device.len == HASH256_BYTES,
        .account_ends_utc_us = db_time(rows, 0, 11),
        .takes_part = db_bool(rows, 0, 12),
    };
    if (row->has_device)
        memcpy(row->device.b, device.p, HASH256_BYTES);
    snprintf(row->facts, sizeof row->facts, "%.*s", SPAN_ARG(db_bytes(rows, 0, 10)));
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
        read_row(rows, &row);
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
    db_arg_text(&args, span_text(stage_ids[row->stage]));
    db_arg_text(&args, row->listener == LISTENER_OFFICE ? SPAN("office") : SPAN("public"));
    if (row->has_device)
        db_arg_bytes(&args, hash256_span(&row->device));
    else
        db_arg_null(&args);
    db_arg_text(&args, span_text(row->facts));
    return tx_run(tx, &session_add, &args, NULL, why);
}

enum err session_store_seen(struct tx *tx, struct id session, int64_t now_utc_us,
                            struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, session);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, &session_seen, &args, why);
}

enum err session_store_end(struct tx *tx, struct id session, const char *ended_why,
                           int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, session);
    db_arg_time(&args, now_utc_us);
    db_arg_text(&args, span_text(ended_why));
    return tx_send(tx, &session_end, &args, why);
}

enum err session_store_is_open(struct tx *tx, struct id session, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, session);
    rc = tx_run(tx, &session_is_open, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_DENIED, "the session has ended meanwhile");
    db_rows_free(&rows);
    return rc;
}

enum err session_store_end_others(struct tx *tx, struct id account, struct id keep,
                                  const char *ended_why, int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    db_arg_text(&args, span_text(ended_why));
    db_arg_id(&args, keep);
    return tx_send(tx, &session_end_others, &args, why);
}

enum err session_store_end_own(struct tx *tx, struct id account, struct id session,
                               int64_t now_utc_us, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_id(&args, session);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, &session_end_own, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such session of one's own");
    db_rows_free(&rows);
    return rc;
}

enum err session_store_wrong(struct tx *tx, struct id session, int n_cap, int64_t now_utc_us,
                             bool *has_ended_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, session);
    db_arg_i32(&args, n_cap);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, &session_wrong, &args, &rows, why);
    if (rc == ERR_OK) /* one that is gone has ended */
        *has_ended_out = db_rows_n(rows) == 0 || db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err session_store_list(struct db *db, struct id account, int64_t now_utc_us,
                            struct arena *arena, struct session_row **rows_out, size_t *n_out,
                            struct fail *why)
{
    struct session_row *list = arena_alloc(arena, LIST_CAP * sizeof *list);
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    if (list == NULL)
        return fail_set(why, ERR_NOMEM, "sessions");
    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_time(&args, now_utc_us);
    rc = db_run(db, &session_list, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        list[i] = (struct session_row){
            .id = db_id(rows, i, 0),
            .account = account,
            .created_utc_us = db_time(rows, i, 1),
            .last_seen_utc_us = db_time(rows, i, 2),
            .expires_utc_us = db_time(rows, i, 3),
        };
        snprintf(list[i].facts, sizeof list[i].facts, "%.*s", SPAN_ARG(db_bytes(rows, i, 4)));
    }
    if (rc == ERR_OK) {
        *rows_out = list;
        *n_out = (size_t)db_rows_n(rows);
    }
    db_rows_free(&rows);
    return rc;
}
