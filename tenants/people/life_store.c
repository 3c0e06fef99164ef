#include "tenants/people/life_store.h"

#include "tenants/tenants.h"

static const struct stmt life_find = {
    "life_find",
    "SELECT p.id, p.school, p.kind, p.merged_into, a.role, a.state, a.is_trial,"
    " a.role = 'student' OR a.totp_secret_sealed IS NOT NULL OR a.has_passkey,"
    " EXISTS (SELECT FROM account_step s WHERE s.account = p.id AND 'active' IN (s.state,"
    " s.state_before)), a.ends_at, a.id IS NOT NULL AND a.state <> 'requested' AND (a.state <>"
    " 'closed' OR EXISTS (SELECT FROM account_step s WHERE s.account = p.id AND s.state_before"
    " IN ('approved', 'issued', 'active', 'suspended'))) FROM person p LEFT JOIN account a ON "
    "a.id = p.id"
    " WHERE p.id = $1::uuid"};
static const struct stmt life_issue = {
    "life_issue", "UPDATE account SET login_index = $2::bytea, login_sealed = $3::bytea,"
                  " display_name_sealed = $4::bytea, password_hash_sealed = $5::bytea,"
                  " first_password_sealed = $6::bytea, must_change = $7::boolean,"
                  " first_until = $8::timestamptz, ends_at = $9::timestamptz"
                  " WHERE id = $1::uuid AND state = 'approved'"};
static const struct stmt life_first_drop = {
    "life_first_drop", "UPDATE account SET first_password_sealed = NULL WHERE id = $1::uuid"};
static const struct stmt life_login_taken = {
    "life_login_taken", "SELECT 1 FROM account WHERE login_index = $1::bytea"};
static const struct stmt life_n_role = {"life_n_role",
                                        "SELECT count(*) FROM account WHERE role = $1::text"
                                        " AND state IN ('issued', 'active', 'suspended')"};
static const struct stmt life_n_active_others = {
    "life_n_active_others", "SELECT count(*) FROM account WHERE role = $1::text"
                            " AND state = 'active' AND id <> $2::uuid"};
static const struct stmt life_n_board = {
    "life_n_board", "SELECT count(*) FROM account WHERE role = 'commissioner'"
                    " AND state IN ('active', 'suspended')"};
static const struct stmt life_step_by = {
    "life_step_by", "SELECT actor, actor_role FROM account_step WHERE account = $1::uuid"
                    " AND state = $2::text ORDER BY at DESC, id DESC LIMIT 1"};
static const struct stmt life_n_asked = {
    "life_n_asked", "SELECT count(*) FROM account_step WHERE state = 'requested'"
                    " AND actor = $1::uuid AND at > $2::timestamptz"};
static const struct stmt life_ends_move = {
    "life_ends_move", "UPDATE account SET ends_at = $3::timestamptz WHERE role = $1::text"
                      " AND state <> 'closed' AND (ends_at = $2::timestamptz"
                      " OR ends_at > $3::timestamptz)"};
static const struct stmt life_ends_keep = {
    "life_ends_keep", "UPDATE account SET ends_at = $2::timestamptz WHERE role = $1::text AND"
                      " state <> 'closed' AND ends_at IS NULL"};
static const struct stmt life_trials_move = {
    "life_trials_move", "UPDATE account SET ends_at = $2::timestamptz WHERE is_trial"
                        " AND state <> 'closed' AND ends_at = $1::timestamptz"};
/* A link that both have: it stays open on the one that is kept if either was. */
static const struct stmt life_links_join = {
    "life_links_join",
    "UPDATE guardian_link k SET ended_at = NULL FROM guardian_link o WHERE o.ended_at IS NULL"
    " AND k.ended_at IS NOT NULL AND ((o.guardian = $1::uuid AND k.guardian = $2::uuid"
    " AND o.child = k.child) OR (o.child = $1::uuid AND k.child = $2::uuid"
    " AND o.guardian = k.guardian))"};
static const struct stmt life_links_of_guardian = {
    "life_links_of_guardian",
    "UPDATE guardian_link o SET guardian = $2::uuid WHERE o.guardian = $1::uuid"
    " AND o.child <> $2::uuid AND NOT EXISTS (SELECT FROM guardian_link k WHERE k.guardian ="
    " $2::uuid AND k.child = o.child)"};
static const struct stmt life_links_of_child = {
    "life_links_of_child",
    "UPDATE guardian_link o SET child = $2::uuid WHERE o.child = $1::uuid"
    " AND o.guardian <> $2::uuid AND NOT EXISTS (SELECT FROM guardian_link k WHERE k.child ="
    " $2::uuid AND k.guardian = o.guardian)"};

static const struct stmt life_enrolments = {
    "life_enrolments", "UPDATE enrolment SET person = $2::uuid WHERE person = $1::uuid"};
static const struct stmt life_roles = {
    "life_roles", "UPDATE person_role SET person = $2::uuid WHERE person = $1::uuid"};

const struct stmt *const life_stmts[LIFE_STMTS_N] = {&life_find,
                                                     &life_issue,
                                                     &life_login_taken,
                                                     &life_n_role,
                                                     &life_ends_move,
                                                     &life_links_join,
                                                     &life_links_of_guardian,
                                                     &life_links_of_child,
                                                     &life_n_active_others,
                                                     &life_first_drop,
                                                     &life_enrolments,
                                                     &life_roles,
                                                     &life_trials_move,
                                                     &life_n_board,
                                                     &life_ends_keep,
                                                     &life_step_by,
                                                     &life_n_asked};

static enum person_kind kind_of(struct span id)
{
    enum person_kind kind = PERSON_STUDENT;

    while (kind < PERSON_STAFF && !span_eq(id, span_text(person_kind_id(kind))))
        kind++;
    return kind;
}

enum err life_store_find(struct tx *tx, struct db *db, struct id person,
                         struct life_row *row_out, struct fail *why)
{
    struct life_row row = {.person = person};
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, person);
    rc = tx != NULL ? tx_run(tx, &life_find, &args, &rows, why)
                    : db_run(db, &life_find, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such person");
    if (rc == ERR_OK) {
        row.school = db_id(rows, 0, 1);
        row.kind = kind_of(db_bytes(rows, 0, 2));
        row.merged_into = db_id(rows, 0, 3);
        row.has_account = !db_is_null(rows, 0, 4);
        row.is_trial = db_bool(rows, 0, 6);
        row.has_factor = db_bool(rows, 0, 7);
        row.was_active = db_bool(rows, 0, 8);
        row.ends_utc_us = db_time(rows, 0, 9);
        row.was_approved = db_bool(rows, 0, 10);
    }
    if (rc == ERR_OK && row.has_account) {
        rc = role_parse(db_bytes(rows, 0, 4), &row.role, why);
        row.id_class = id_class_of(row.role);
        if (rc == ERR_OK)
            rc = account_state_parse(db_bytes(rows, 0, 5), &row.state, why);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}

enum err life_store_issue(struct tx *tx, const struct life_issued *issued, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, issued->account);
    db_arg_bytes(&args, span_of(issued->login_index, ACCOUNT_INDEX_BYTES));
    db_arg_bytes(&args, issued->login_sealed);
    db_arg_bytes(&args, issued->display_name_sealed);
    db_arg_bytes(&args, issued->password_hash_sealed);
    db_arg_bytes(&args, issued->first_password_sealed);
    db_arg_bool(&args, issued->must_change);
    db_arg_time(&args, issued->first_until_utc_us);
    if (issued->ends_utc_us != 0)
        db_arg_time(&args, issued->ends_utc_us);
    else
        db_arg_null(&args);
    rc = tx_run(tx, &life_issue, &args, &rows, why);
    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_CONFLICT, "the account is not approved (any more)");
    db_rows_free(&rows);
    return rc;
}

enum err life_store_first_password_drop(struct tx *tx, struct id account, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, account);
    return tx_send(tx, &life_first_drop, &args, why);
}

enum err life_store_is_login_taken(struct tx *tx, const uint8_t index[ACCOUNT_INDEX_BYTES],
                                   bool *is_taken_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, ACCOUNT_INDEX_BYTES));
    rc = tx_run(tx, &life_login_taken, &args, &rows, why);
    if (rc == ERR_OK)
        *is_taken_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

static enum err count(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                      int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err life_store_n_role(struct tx *tx, enum role role, int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, span_text(role_id(role)));
    return count(tx, &life_n_role, &args, n_out, why);
}

enum err life_store_n_active_others(struct tx *tx, enum role role, struct id account,
                                    int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, span_text(role_id(role)));
    db_arg_id(&args, account);
    return count(tx, &life_n_active_others, &args, n_out, why);
}

enum err life_store_n_board(struct tx *tx, int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    return count(tx, &life_n_board, &args, n_out, why);
}

enum err life_store_n_asked(struct tx *tx, struct id actor, int64_t since_utc_us,
                            int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, actor);
    db_arg_time(&args, since_utc_us);
    return count(tx, &life_n_asked, &args, n_out, why);
}

enum err life_store_step_by(struct tx *tx, struct id account, enum account_state state,
                            struct id *actor_out, enum role *role_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, account);
    db_arg_text(&args, span_text(account_state_id(state)));
    rc = tx_run(tx, &life_step_by, &args, &rows, why);
    if (rc == ERR_OK) {
        *actor_out = ID_NONE;
        *role_out = ROLE_ANONYMOUS;
        if (db_rows_n(rows) > 0) {
            *actor_out = db_id(rows, 0, 0);
            if (role_parse(db_bytes(rows, 0, 1), role_out, NULL) != ERR_OK)
                *role_out = ROLE_ANONYMOUS; /* "operator" */
        }
    }
    db_rows_free(&rows);
    return rc;
}

enum err life_store_ends_move(struct tx *tx, unsigned roles, int64_t old_utc_us,
                              int64_t new_utc_us, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int role = ROLE_STUDENT; rc == ERR_OK && role < ROLE_N; role++) {
        struct db_args args;

        if ((roles & ROLE_BIT(role)) == 0)
            continue;
        db_args_init(&args);
        db_arg_text(&args, span_text(role_id((enum role)role)));
        db_arg_time(&args, old_utc_us);
        db_arg_time(&args, new_utc_us);
        rc = tx_send(tx, &life_ends_move, &args, why);
    }
    return rc;
}

enum err life_store_ends_keep(struct tx *tx, unsigned roles, int64_t end_utc_us,
                              struct fail *why)
{
    enum err rc = ERR_OK;

    for (int role = ROLE_STUDENT; rc == ERR_OK && role < ROLE_N; role++) {
        struct db_args args;

        if ((roles & ROLE_BIT(role)) == 0)
            continue;
        db_args_init(&args);
        db_arg_text(&args, span_text(role_id((enum role)role)));
        db_arg_time(&args, end_utc_us);
        rc = tx_send(tx, &life_ends_keep, &args, why);
    }
    return rc;
}

enum err life_store_trials_move(struct tx *tx, int64_t old_utc_us, int64_t new_utc_us,
                                struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, old_utc_us);
    db_arg_time(&args, new_utc_us);
    return tx_send(tx, &life_trials_move, &args, why);
}

enum err life_store_ties_move(struct tx *tx, struct id from, struct id into, struct fail *why)
{
    static const struct stmt *const moves[] = {&life_links_join, &life_links_of_guardian,
                                               &life_links_of_child, &life_enrolments,
                                               &life_roles};
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < sizeof moves / sizeof moves[0]; i++) {
        struct db_args args;

        db_args_init(&args);
        db_arg_id(&args, from);
        db_arg_id(&args, into);
        rc = tx_send(tx, moves[i], &args, why);
    }
    return rc;
}
