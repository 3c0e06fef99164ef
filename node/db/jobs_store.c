#include "node/db/jobs_store.h"

#include "node/base/clock.h"

static const struct stmt job_next = {
    "job_next", "SELECT id, kind, coalesce(lease_until, run_at) FROM job"
                " WHERE finished_at IS NULL AND ($1::text IS NULL OR kind = $1::text)"
                " ORDER BY coalesce(lease_until, run_at) LIMIT 1"};
static const struct stmt job_take = {
    "job_take",
    "UPDATE job SET state = 'running', n_tries = n_tries + 1, lease_holder = $2::uuid,"
    " lease_until = $4::timestamptz WHERE id = (SELECT id FROM job WHERE id = $1::uuid"
    " AND finished_at IS NULL AND coalesce(lease_until, run_at) <= $3::timestamptz"
    " FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload::text, n_tries"};
static const struct stmt job_done = {
    "job_done", "UPDATE job SET state = 'done', finished_at = $3::timestamptz,"
                " lease_until = NULL, lease_holder = NULL, last_error = NULL"
                " WHERE id = $1::uuid AND lease_holder = $2::uuid"};
static const struct stmt job_failed = {
    "job_failed",
    "UPDATE job SET state = CASE WHEN $4::timestamptz IS NULL THEN 'dead' ELSE 'waiting' END,"
    " finished_at = CASE WHEN $4::timestamptz IS NULL THEN $3::timestamptz END,"
    " run_at = coalesce($4::timestamptz, run_at), last_error = $5::text,"
    " lease_until = NULL, lease_holder = NULL"
    " WHERE id = $1::uuid AND lease_holder = $2::uuid"};
static const struct stmt job_add = {
    "job_add", "INSERT INTO job (id, kind, key, payload, state, run_at, created_at)"
               " VALUES ($1::uuid, $2::text, $3::text, $4::text::json, 'waiting',"
               " $5::timestamptz, $6::timestamptz) ON CONFLICT DO NOTHING"};
static const struct stmt job_repeat = {
    "job_repeat",
    "INSERT INTO job (id, kind, key, payload, state, run_at, created_at)"
    " SELECT $1::uuid, $2::text, $3::text, $4::text::json, 'waiting', $5::timestamptz,"
    " $6::timestamptz WHERE NOT EXISTS (SELECT 1 FROM job WHERE kind = $2::text"
    " AND state = 'waiting') ON CONFLICT DO NOTHING"};
static const struct stmt job_count = {
    "job_count", "SELECT count(*) FILTER (WHERE state = 'waiting'),"
                 " count(*) FILTER (WHERE state = 'running'),"
                 " count(*) FILTER (WHERE state = 'dead') FROM job WHERE state <> 'done'"};

const struct stmt *const jobs_stmts[JOBS_STMTS_N] = {
    &job_next, &job_take, &job_done, &job_failed, &job_add, &job_repeat, &job_count};

static const struct data_column columns[] = {
    {"id", "仕事のID", false},
    {"kind", "仕事の種類", false},
    {"key", "二重に作らないための目印", false},
    {"payload", "仕事の中身（仮名のIDと数だけ）", false},
    {"state", "状態（waiting待ち・running実行中・done済み・dead失敗）", false},
    {"run_at", "いつ行うか", false},
    {"n_tries", "試した回数", false},
    {"lease_until", "実行中とみなす期限", false},
    {"lease_holder", "実行しているプログラムのID", false},
    {"last_error", "最後の失敗の符号", false},
    {"created_at", "作った時刻", false},
    {"finished_at", "終わった時刻", false},
    {NULL, NULL, false},
};

const struct data_table jobs_tables[JOBS_TABLES_N] = {{
    .name = "job",
    .meaning_ja = "あとで行う仕事の一覧",
    .purpose_ja = "送信や保存期間の処理を、機械が止まっても必ず行うため",
    .ground_ja = "委託契約（システムの運用）",
    .purpose_en = "work still to be done; pseudonymous ids only, nothing to hand back",
    .retention_days = 90,
    .retention_column = "finished_at",
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = columns,
}};

enum err job_store_next(struct db *db, const char *kind, struct arena *arena,
                        struct job_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    if (kind != NULL)
        db_arg_text(&args, span_text(kind));
    else
        db_arg_null(&args);
    rc = db_run(db, &job_next, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no job waits");
    if (rc == ERR_OK) {
        *row_out = (struct job_row){
            .id = db_id(rows, 0, 0),
            .kind = arena_copy(arena, db_bytes(rows, 0, 1)),
            .due_utc_us = db_time(rows, 0, 2),
        };
        if (row_out->kind.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "job");
    }
    db_rows_free(&rows);
    return rc;
}

enum err job_store_take(struct tx *tx, struct id job, struct id holder, int64_t now_utc_us,
                        int64_t lease_until_utc_us, struct arena *arena,
                        struct job_row *row_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, job);
    db_arg_id(&args, holder);
    db_arg_time(&args, now_utc_us);
    db_arg_time(&args, lease_until_utc_us);
    rc = tx_run(tx, &job_take, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "the job is not to be had");
    if (rc == ERR_OK) {
        *row_out = (struct job_row){
            .id = job,
            .kind = arena_copy(arena, db_bytes(rows, 0, 1)),
            .payload = arena_copy(arena, db_bytes(rows, 0, 2)),
            .due_utc_us = now_utc_us,
            .n_tries = (int)db_i64(rows, 0, 3),
        };
        if (row_out->kind.p == NULL || row_out->payload.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "job");
    }
    db_rows_free(&rows);
    return rc;
}

static enum err run_for_one(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    if (rc == ERR_OK && db_rows_affected(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "the lease is somebody else's");
    db_rows_free(&rows);
    return rc;
}

enum err job_store_done(struct tx *tx, struct id job, struct id holder, int64_t now_utc_us,
                        struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, job);
    db_arg_id(&args, holder);
    db_arg_time(&args, now_utc_us);
    return run_for_one(tx, &job_done, &args, why);
}

enum err job_store_failed(struct tx *tx, struct id job, struct id holder, int64_t now_utc_us,
                          int64_t run_at_utc_us, const char *error, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, job);
    db_arg_id(&args, holder);
    db_arg_time(&args, now_utc_us);
    if (run_at_utc_us != 0)
        db_arg_time(&args, run_at_utc_us);
    else
        db_arg_null(&args);
    db_arg_text(&args, span_text(error));
    return run_for_one(tx, &job_failed, &args, why);
}

static void post_args(struct db_args *args, const struct job_post *post, int64_t now_utc_us)
{
    db_args_init(args);
    db_arg_id(args, id_is_none(post->id) ? id_new() : post->id);
    db_arg_text(args, span_text(post->kind));
    if (post->key.len > 0)
        db_arg_text(args, post->key);
    else
        db_arg_null(args);
    db_arg_text(args, post->payload.len > 0 ? post->payload : SPAN("{}"));
    db_arg_time(args, post->run_at_utc_us != 0 ? post->run_at_utc_us : now_utc_us);
    db_arg_time(args, now_utc_us);
}

enum err jobs_tx_post(struct tx *tx, const struct job_post *post, struct fail *why)
{
    struct db_args args;

    post_args(&args, post, clock_utc_us());
    return tx_send(tx, &job_add, &args, why);
}

enum err job_store_repeat(struct tx *tx, const struct job_post *post, int64_t now_utc_us,
                          struct fail *why)
{
    struct db_args args;

    post_args(&args, post, now_utc_us);
    return tx_send(tx, &job_repeat, &args, why);
}

enum err job_store_count(struct db *db, struct jobs_stats *stats, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &job_count, &none, &rows, why);
    if (rc == ERR_OK) {
        stats->n_waiting = db_i64(rows, 0, 0);
        stats->n_running = db_i64(rows, 0, 1);
        stats->n_dead = db_i64(rows, 0, 2);
    }
    db_rows_free(&rows);
    return rc;
}
