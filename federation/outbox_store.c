#include "federation/outbox_store.h"

#include "federation/exchange_rows.h"
#include "federation/outbox.h"

/* One thread writes, so the next number is the next. It begins again when nothing waits: only
 * the order among those who wait counts. */
static const struct stmt add = {
    "fed_outbox_add",
    "INSERT INTO fed_outbox (op, peer, n, kind, made_at, body_sealed, state)"
    " SELECT $1::uuid, $2::uuid, coalesce(max(n), 0) + 1, $3::text, $4::timestamptz,"
    " $5::bytea, 'waiting' FROM fed_outbox WHERE peer = $2::uuid"
    " HAVING count(*) FILTER (WHERE state = 'waiting') < $6::integer"
    " ON CONFLICT (op) DO NOTHING"};
static const struct stmt is_there = {"fed_outbox_is_there",
                                     "SELECT FROM fed_outbox WHERE op = $1::uuid"};
static const struct stmt peers = {
    "fed_outbox_peers", "SELECT peer FROM fed_outbox WHERE state = 'waiting' GROUP BY peer"
                        " ORDER BY min(made_at), peer LIMIT $1::integer"};
static const struct stmt head = {
    "fed_outbox_head", "SELECT op, kind, body_sealed, n_tries, made_at FROM fed_outbox"
                       " WHERE state = 'waiting' AND peer = $1::uuid ORDER BY n LIMIT 1"};
static const struct stmt tried = {
    "fed_outbox_tried", "UPDATE fed_outbox SET n_tries = n_tries + 1, last_code = $2::text"
                        " WHERE op = $1::uuid AND state = 'waiting'"};
static const struct stmt delete_it = {"fed_outbox_delete",
                                      "DELETE FROM fed_outbox WHERE op = $1::uuid"};
static const struct stmt end = {
    "fed_outbox_end",
    "UPDATE fed_outbox SET state = CASE WHEN $2::boolean THEN 'given_up' ELSE 'refused' END,"
    " last_code = $3::text, ended_at = $4::timestamptz, body_sealed = NULL,"
    " n_tries = n_tries + 1 WHERE op = $1::uuid AND state = 'waiting'"};
static const struct stmt count = {
    "fed_outbox_count",
    "SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state ="
    " 'refused'), count(*) FILTER (WHERE state = 'given_up'),"
    " min(made_at) FILTER (WHERE state = 'waiting') FROM fed_outbox"};
static const struct stmt by_peer = {
    "fed_outbox_by_peer",
    "SELECT peer, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state <>"
    " 'waiting'), min(made_at) FILTER (WHERE state = 'waiting'), coalesce((array_agg(last_code"
    " ORDER BY n) FILTER (WHERE state = 'waiting'))[1], '') FROM fed_outbox GROUP BY peer"
    " ORDER BY peer"};

const struct stmt *const fed_outbox_stmts[FED_OUTBOX_STMTS_N] = {
    &add, &is_there, &peers, &head, &tried, &delete_it, &end, &count, &by_peer,
};

static const struct data_column columns[] = {
    {"op", "処理のID", false},
    {"peer", "どのノードへか（ノードのID）", false},
    {"n", "そのノードへ送る順番", false},
    {"kind", "処理の種類", false},
    {"made_at", "作った時刻", false},
    {"body_sealed", "本文（封）", true},
    {"state", "待ち・断られた・あきらめた", false},
    {"n_tries", "送ろうとした回数", false},
    {"last_code", "最後に届かなかった理由の符号", false},
    {"ended_at", "断られた、またはあきらめた時刻", false},
    {NULL, NULL, false},
};

const struct data_table fed_outbox_tables[FED_OUTBOX_TABLES_N] = {
    {
        .name = "fed_outbox",
        .meaning_ja = "ほかのノードへ送るもの",
        .purpose_ja = "相手のノードが止まっていても、知らせるべきことを失わないため",
        .ground_ja = "自治体間の連携の取り決め（授業、記録の受け渡し）",
        .purpose_en = "what waits to be sent to another node; made from records that stand in "
                      "tables of their own, so nothing of it is handed back",
        .retention_days = OUTBOX_ENDED_DAYS,
        .retention_column = "ended_at",
        .key_of = KEY_OF_RECORD,
        .seal_row_column = "op",
        .hand_back = HAND_BACK_NOTHING,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = columns,
    },
};

struct seal_place outbox_place(struct id op)
{
    return (struct seal_place){.table = "fed_outbox", .column = "body_sealed", .row = op};
}

/* ERR_NOT_FOUND: not there. */
static enum err look(struct tx *tx, struct id op, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, op);
    rc = tx_run(tx, &is_there, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such row of the outbox");
    db_rows_free(&rows);
    return rc;
}

enum err outbox_store_add(struct tx *tx, const struct outbox_row *row, int n_most,
                          struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    int n_added = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, row->op);
    db_arg_id(&args, row->peer);
    db_arg_text(&args, row->kind);
    db_arg_time(&args, row->made_utc_us);
    db_arg_bytes(&args, row->body_sealed);
    db_arg_i32(&args, n_most);
    rc = tx_run(tx, &add, &args, &rows, why);
    if (rc == ERR_OK)
        n_added = db_rows_affected(rows);
    db_rows_free(&rows);
    if (rc != ERR_OK || n_added == 1)
        return rc;
    rc = look(tx, row->op, why);
    return rc == ERR_NOT_FOUND ? fail_set(why, ERR_BUSY, "%d wait for one node", n_most) : rc;
}

enum err outbox_store_peers(struct tx *tx, struct id peers_out[OUTBOX_PEERS_MOST], int *n_out,
                            struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    db_arg_i32(&args, OUTBOX_PEERS_MOST);
    rc = tx_run(tx, &peers, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        peers_out[(*n_out)++] = db_id(rows, i, 0);
    db_rows_free(&rows);
    return rc;
}

enum err outbox_store_head(struct tx *tx, struct id peer, struct arena *arena,
                           struct outbox_row *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, peer);
    rc = tx_run(tx, &head, &args, &rows, why);
    if (rc == ERR_OK && db_rows_n(rows) == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "nothing waits");
    if (rc == ERR_OK) {
        *out = (struct outbox_row){
            .peer = peer,
            .op = db_id(rows, 0, 0),
            .kind = arena_copy(arena, db_bytes(rows, 0, 1)),
            .body_sealed = arena_copy(arena, db_bytes(rows, 0, 2)),
            .n_tries = (int32_t)db_i64(rows, 0, 3),
            .made_utc_us = db_time(rows, 0, 4),
        };
        if (out->kind.p == NULL || out->body_sealed.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a row of the outbox");
    }
    db_rows_free(&rows);
    return rc;
}

enum err outbox_store_tried(struct tx *tx, struct id op, struct span why_code, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, op);
    db_arg_text(&args, why_code);
    return tx_run(tx, &tried, &args, NULL, why);
}

enum err outbox_store_delete(struct tx *tx, struct id op, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, op);
    return tx_run(tx, &delete_it, &args, NULL, why);
}

enum err outbox_store_end(struct tx *tx, struct id op, bool is_given_up, struct span why_code,
                          int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, op);
    db_arg_bool(&args, is_given_up);
    db_arg_text(&args, why_code);
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &end, &args, NULL, why);
}

enum err outbox_store_count(struct db *db, struct federation_stats *stats, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &count, &args, &rows, why);
    if (rc == ERR_OK) {
        stats->n_waiting = db_i64(rows, 0, 0);
        stats->n_refused_rows = db_i64(rows, 0, 1);
        stats->n_given_up = db_i64(rows, 0, 2);
        stats->oldest_utc_us = db_time(rows, 0, 3);
    }
    db_rows_free(&rows);
    return rc;
}

enum err outbox_store_by_peer(struct db *db, struct arena *arena, struct outbox_peer **out,
                              size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    rc = db_run(db, &by_peer, &args, &rows, why);
    if (rc == ERR_OK) {
        size_t n = (size_t)db_rows_n(rows);
        struct outbox_peer *peers_out = arena_alloc(arena, (n + 1) * sizeof *peers_out);

        if (peers_out == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "%zu peers", n);
        }
        for (size_t i = 0; i < n; i++)
            peers_out[i] = (struct outbox_peer){
                .peer = db_id(rows, (int)i, 0),
                .n_waiting = db_i64(rows, (int)i, 1),
                .n_ended = db_i64(rows, (int)i, 2),
                .oldest_utc_us = db_time(rows, (int)i, 3),
                .last_code = arena_copy(arena, db_bytes(rows, (int)i, 4)),
            };
        *out = peers_out;
        *n_out = n;
    }
    db_rows_free(&rows);
    return rc;
}
