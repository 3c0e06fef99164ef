#include "federation/purge_clear_store.h"

#include "federation/kpi_store.h"
#include "federation/purge_receipt.h"
#include "node/db/audit.h"

#define RULE "federation.purge"

static const struct stmt contexts = {
    "purge_contexts",
    "SELECT lesson, host, to_at, EXISTS (SELECT FROM fed_series_node o WHERE o.series = "
    "c.series"
    " AND o.node <> $1::uuid AND o.state = 'accepted') FROM fed_context c WHERE closed_at IS "
    "NULL AND (host = $1::uuid"
    " OR EXISTS (SELECT FROM fed_series_node n WHERE n.series = c.series AND n.node = $1::uuid)"
    " OR EXISTS (SELECT FROM fed_line f WHERE f.lesson = c.lesson AND f.node = $1::uuid))"
    " ORDER BY to_at, lesson LIMIT $2::integer"};
static const struct stmt series_guest = {
    "purge_series_guest", "SELECT series FROM fed_series WHERE host = $1::uuid AND NOT is_host"
                          " AND state IN ('offered', 'accepted') ORDER BY series"};
static const struct stmt series_host = {
    "purge_series_host", "SELECT n.series FROM fed_series_node n JOIN fed_series s USING"
                         " (series) WHERE n.node = $1::uuid AND s.is_host AND n.state IN"
                         " ('offered', 'accepted') ORDER BY n.series"};
static const struct stmt series_all = {
    "purge_series_all", "SELECT DISTINCT series FROM fed_series_step WHERE node = $1::uuid"
                        " ORDER BY series LIMIT $2::integer"};
static const struct stmt line_delete = {
    "purge_lines", "DELETE FROM fed_line WHERE ctid = ANY (ARRAY(SELECT ctid FROM fed_line"
                   " WHERE node = $1::uuid LIMIT $2::integer)) RETURNING id"};
static const struct stmt act_delete = {
    "purge_acts", "DELETE FROM fed_act WHERE ctid = ANY (ARRAY(SELECT ctid FROM fed_act"
                  " WHERE node = $1::uuid LIMIT $2::integer)) RETURNING id"};
static const struct stmt seats = {
    "purge_seats", "DELETE FROM fed_seat WHERE lesson IN (SELECT lesson FROM fed_context"
                   " WHERE host = $1::uuid)"};
static const struct stmt counts = {
    "purge_counts",
    "DELETE FROM fed_series_count WHERE series IN (SELECT series FROM fed_series"
    " WHERE host = $1::uuid AND NOT is_host)"};
static const struct stmt dates = {
    "purge_dates", "DELETE FROM fed_series_lesson WHERE host = $1::uuid AND series IN (SELECT"
                   " series FROM fed_series WHERE host = $1::uuid AND NOT is_host)"};
static const struct stmt series = {
    "purge_series", "DELETE FROM fed_series WHERE host = $1::uuid AND NOT is_host"};
static const struct stmt slots = {
    "purge_slots", "UPDATE teacher_slot SET ended_at = $2::timestamptz WHERE ended_at IS NULL"
                   " AND card IN (SELECT card FROM teacher_card WHERE home = $1::uuid"
                   " AND NOT is_own)"};
static const struct stmt answers = {
    "purge_answers", "DELETE FROM teacher_answer WHERE home = $1::uuid OR node = $1::uuid"};
static const struct stmt cards = {
    "purge_cards", "DELETE FROM teacher_card WHERE home = $1::uuid AND NOT is_own"};
static const struct stmt outbox = {"purge_outbox",
                                   "DELETE FROM fed_outbox WHERE peer = $1::uuid"};
static const struct stmt ops = {
    "purge_ops", "DELETE FROM fed_op WHERE peer = $1::uuid AND kind <> 'fed.purge'"};

const struct stmt *const purge_clear_stmts[PURGE_CLEAR_STMTS_N] = {
    &contexts,   &series_guest, &series_host, &series_all, &line_delete,
    &act_delete, &seats,        &counts,      &dates,      &series,
    &slots,      &answers,      &cards,       &outbox,     &ops};

/* What VACUUM may give back to the disk it gives back; the rest is written over in time. */
const char purge_vacuum_sql[] =
    "VACUUM fed_line, fed_act, fed_seat, fed_context, fed_series, fed_series_lesson,"
    " fed_series_count, fed_series_node, teacher_card, teacher_answer, teacher_slot,"
    " fed_outbox, fed_op, escrow_deposit, fed_kpi_cell";

static enum err own_id(const struct db_rows *rows, int i, struct arena *arena, void *out,
                       struct fail *why)
{
    const struct id id = db_id(rows, i, 0);

    (void)arena;
    (void)why;
    memcpy(out, &id, sizeof id);
    return ERR_OK;
}
static const struct store_list ids = {sizeof(struct id), own_id};

static enum err own_context(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct purge_context *out = into;

    (void)arena;
    (void)why;
    *out = (struct purge_context){db_id(rows, i, 0), db_id(rows, i, 1), db_time(rows, i, 2),
                                  db_bool(rows, i, 3)};
    return ERR_OK;
}

enum err purge_contexts(struct db *db, struct id node, struct arena *arena,
                        struct purge_context **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct purge_context), own_context};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_i32(&args, PURGE_CHUNK);
    rc = store_list(NULL, db, &contexts, &args, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}

static enum err list_ids(struct tx *tx, struct db *db, const struct stmt *stmt,
                         const struct db_args *args, struct arena *arena, struct id **out,
                         size_t *n_out, struct fail *why)
{
    void *all = NULL;
    enum err rc = store_list(tx, db, stmt, args, &ids, arena, &all, n_out, why);

    if (rc == ERR_OK)
        *out = all;
    return rc;
}

enum err purge_series_of(struct db *db, struct id node, bool is_host, struct arena *arena,
                         struct id **out, size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node);
    return list_ids(NULL, db, is_host ? &series_host : &series_guest, &args, arena, out, n_out,
                    why);
}

enum err purge_series_all(struct db *db, struct id node, struct arena *arena, struct id **out,
                          size_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_i32(&args, PURGE_SERIES_MOST);
    return list_ids(NULL, db, &series_all, &args, arena, out, n_out, why);
}

/* Rows of a leaf table, and with them their leaves' salts. */
static enum err delete_leaves(struct tx *tx, const struct stmt *stmt, const char *table,
                              struct id node, size_t *n_out, struct fail *why)
{
    struct db_args args;
    struct id *gone = NULL;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_i32(&args, PURGE_CHUNK);
    rc = list_ids(tx, NULL, stmt, &args, tx_arena(tx), &gone, n_out, why);
    return rc == ERR_OK && *n_out > 0
               ? audit_append_deletion(tx, RULE, table, gone, *n_out, why)
               : rc;
}

enum err purge_lines(struct tx *tx, struct id node, size_t *n_out, struct fail *why)
{
    return delete_leaves(tx, &line_delete, "fed_line", node, n_out, why);
}

enum err purge_acts(struct tx *tx, struct id node, size_t *n_out, struct fail *why)
{
    return delete_leaves(tx, &act_delete, "fed_act", node, n_out, why);
}

static enum err run_counted(struct tx *tx, const struct stmt *stmt, const struct db_args *args,
                            int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, stmt, args, &rows, why);

    *n_out = rc == ERR_OK ? db_rows_affected(rows) : 0;
    db_rows_free(&rows);
    return rc;
}

enum err purge_rest(struct tx *tx, const struct purge_row *row, int64_t now_utc_us,
                    int64_t *n_out, struct fail *why)
{
    /* What points at a thing goes before it. */
    static const struct {
        const struct stmt *stmt;
        const char *part;
    } parts[] = {
        {&seats, "fed_seat"},          {&counts, "fed_series_count"},
        {&dates, "fed_series_lesson"}, {&series, "fed_series"},
        {&answers, "teacher_answer"},  {&cards, "teacher_card"},
        {&outbox, "fed_outbox"},       {&ops, "fed_op"},
    };
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    *n_out = 0;
    db_args_init(&args);
    db_arg_id(&args, row->node);
    db_arg_time(&args, now_utc_us);
    rc = tx_run(tx, &slots, &args, NULL, why);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && rc == ERR_OK; i++) {
        db_args_init(&args);
        db_arg_id(&args, row->node);
        rc = run_counted(tx, parts[i].stmt, &args, &n, why);
        if (rc == ERR_OK)
            rc = purge_part_add(tx, row, parts[i].part, n, why);
        *n_out += n;
    }
    if (rc != ERR_OK || !row->takes_kpi)
        return rc;
    rc = fed_kpi_take_back(tx, row->node, now_utc_us, &n, why);
    *n_out += n;
    return rc == ERR_OK ? purge_part_add(tx, row, "fed_kpi_cell", n, why) : rc;
}
