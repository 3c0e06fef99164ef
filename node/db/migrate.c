#include "node/db/migrate.h"

#include <stdio.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/log.h"

#define LOCK_WAIT_US INT64_C(60000000)
#define LOCK_POLL_MS 50

/* "ibashomg" as a number: nobody else's lock. */
static const struct stmt migrate_lock = {
    "migrate_lock", "SELECT pg_try_advisory_lock(x'69626173686f6d67'::bigint)"};
static const struct stmt migrate_has_ledger = {
    "migrate_has_ledger", "SELECT to_regclass('public.schema_migration') IS NOT NULL"};
static const struct stmt migrate_applied = {
    "migrate_applied", "SELECT number, name, sha256 FROM schema_migration ORDER BY number"};
static const struct stmt migrate_record = {
    "migrate_record", "INSERT INTO schema_migration (number, name, sha256) "
                      "VALUES ($1::integer, $2::text, $3::text)"};
const struct stmt *const migrate_stmts[MIGRATE_STMTS_N] = {&migrate_lock, &migrate_has_ledger,
                                                           &migrate_applied, &migrate_record};

static const struct data_column ledger_columns[] = {
    {.name = "number", .meaning_ja = "手順の番号"},
    {.name = "name", .meaning_ja = "手順の名前"},
    {.name = "sha256", .meaning_ja = "手順のファイルのSHA-256"},
    {.name = "applied_at", .meaning_ja = "適用した日時"},
    {.name = NULL},
};
const struct data_table migrate_tables[MIGRATE_TABLES_N] = {{
    .name = "schema_migration",
    .meaning_ja = "データベースの構造の更新履歴",
    .purpose_ja = "データベースの構造がどの版かを確かめるため",
    .ground_ja = "業務委託契約（保守）",
    .purpose_en = "which steps of the schema were taken; every import makes its own",
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = ledger_columns,
}};

static enum err run_bool(struct db *db, const struct stmt *stmt, bool *out, struct fail *why)
{
    struct db_args none = {.n = 0};
    struct db_rows *rows = NULL;
    enum err rc = db_run(db, stmt, &none, &rows, why);

    *out = rc == ERR_OK && db_bool(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

static enum err take_lock(struct db *db, struct fail *why)
{
    int64_t until_us = clock_mono_us() + LOCK_WAIT_US;
    struct timespec pause = {.tv_nsec = LOCK_POLL_MS * 1000000L};
    bool got = false;

    for (;;) {
        enum err rc = run_bool(db, &migrate_lock, &got, why);
        if (rc != ERR_OK || got)
            return rc;
        if (clock_mono_us() >= until_us)
            return fail_set(why, ERR_TIMEOUT, "another program is migrating");
        nanosleep(&pause, NULL);
    }
}

/* What was applied must be the beginning of the list: step by step, file by file. */
static enum err compare(const struct db_rows *rows, const struct migration_list *list,
                        struct fail *why)
{
    for (int i = 0; i < db_rows_n(rows); i++) {
        int64_t number = db_i64(rows, i, 0);
        struct span name = db_bytes(rows, i, 1);

        if (i >= list->n || number > list->rows[list->n - 1].number)
            return fail_set(why, ERR_CONFLICT,
                            "the database is newer: it holds step %.*s, unknown here",
                            SPAN_ARG(name));
        if (number != list->rows[i].number)
            return fail_set(why, ERR_CONFLICT, "step %s is missing before the applied %.*s",
                            list->rows[i].name, SPAN_ARG(name));
        if (!span_eq(name, span_text(list->rows[i].name)) ||
            !span_eq(db_bytes(rows, i, 2), span_text(list->rows[i].sha256)))
            return fail_set(why, ERR_CONFLICT, "step %s is not the file that was applied",
                            list->rows[i].name);
    }
    return ERR_OK;
}

static enum err read_ledger(struct db *db, const struct migration_list *list,
                            int *n_applied_out, struct fail *why)
{
    struct db_args none = {.n = 0};
    struct db_rows *rows = NULL;
    bool has_ledger = false;
    enum err rc = run_bool(db, &migrate_has_ledger, &has_ledger, why);

    *n_applied_out = 0;
    if (rc == ERR_OK && has_ledger)
        rc = db_run(db, &migrate_applied, &none, &rows, why);
    if (rc == ERR_OK && has_ledger)
        rc = compare(rows, list, why);
    if (rc == ERR_OK && has_ledger)
        *n_applied_out = db_rows_n(rows);
    db_rows_free(&rows);
    return rc;
}

static enum err record(struct db *db, const struct migration *step, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_i32(&args, step->number);
    db_arg_text(&args, span_text(step->name));
    db_arg_text(&args, span_text(step->sha256));
    return db_run(db, &migrate_record, &args, NULL, why);
}

static enum err apply(struct db *db, const struct migration *step, struct fail *why)
{
    struct fail cause = {.code = ERR_OK};
    enum err rc = db_exec(db, "BEGIN", &cause);

    if (rc == ERR_OK)
        rc = db_exec(db, step->sql, &cause);
    if (rc == ERR_OK && !db_is_in_transaction(db))
        rc = fail_set(&cause, ERR_INVALID, "the step ends its transaction by itself");
    if (rc == ERR_OK)
        rc = record(db, step, &cause);
    if (rc == ERR_OK)
        rc = db_exec(db, "COMMIT", &cause);
    if (rc == ERR_OK)
        return rc;
    if (db_is_in_transaction(db) && db_exec(db, "ROLLBACK", NULL) != ERR_OK)
        log_warn("migrate.rollback_failed", L_INT("number", step->number));
    return fail_set(why, rc, "step %s: %s", step->name, cause.text);
}

static enum err apply_pending(struct db *db, const struct migration_list *list,
                              void (*each)(const struct migration *step, void *arg), void *arg,
                              struct migrate_report *report, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = report->n_before; rc == ERR_OK && i < list->n; i++) {
        if (each != NULL)
            each(&list->rows[i], arg);
        rc = apply(db, &list->rows[i], why);
        if (rc == ERR_OK)
            report->n_now++;
    }
    return rc;
}

static enum err open_for(const struct db_conf *conf, struct db **db_out, struct fail *why)
{
    static const struct stmt_table tables[] = {{migrate_stmts, MIGRATE_STMTS_N}, {NULL, 0}};
    struct db_conf own = *conf;

    own.statement_timeout_ms = 0; /* a step may rewrite a large table */
    own.is_one_session = true;    /* the lock is the session's */
    return db_open(&own, tables, db_out, why);
}

enum err migrate_run(const struct db_conf *conf, const struct migration_list *list,
                     void (*each)(const struct migration *step, void *arg), void *arg,
                     struct migrate_report *report_out, struct fail *why)
{
    struct migrate_report report = {.last = list->n == 0 ? 0 : list->rows[list->n - 1].number};
    struct db *db = NULL;
    enum err rc = open_for(conf, &db, why);

    if (report_out != NULL)
        *report_out = (struct migrate_report){0};
    if (rc == ERR_OK)
        rc = take_lock(db, why);
    if (rc == ERR_OK)
        rc = db_exec(db, "SET lock_timeout = '5s'", why);
    if (rc == ERR_OK)
        rc = read_ledger(db, list, &report.n_before, why);
    if (rc == ERR_OK)
        rc = apply_pending(db, list, each, arg, &report, why);
    db_close(&db);
    if (rc == ERR_OK && report_out != NULL)
        *report_out = report;
    return rc;
}

enum err migrate_check(const struct db_conf *conf, const struct migration_list *list,
                       struct migrate_report *report_out, struct fail *why)
{
    struct migrate_report report = {.last = list->n == 0 ? 0 : list->rows[list->n - 1].number};
    struct db *db = NULL;
    enum err rc = open_for(conf, &db, why);

    if (report_out != NULL)
        *report_out = (struct migrate_report){0};
    if (rc == ERR_OK)
        rc = read_ledger(db, list, &report.n_before, why);
    report.n_now = list->n - report.n_before;
    db_close(&db);
    if (rc == ERR_OK && report_out != NULL)
        *report_out = report;
    return rc;
}
