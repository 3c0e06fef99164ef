#include "reporting/up_store.h"

#include "reporting/monthly_rows.h"

static const struct stmt go_on = {
    "up_span_go_on", "UPDATE up_span SET to_at = greatest(to_at, $1::timestamptz) WHERE id ="
                     " (SELECT id FROM up_span ORDER BY to_at DESC, id DESC LIMIT 1) AND to_at"
                     " >= $2::timestamptz RETURNING id"};
static const struct stmt begin = {"up_span_begin",
                                  "INSERT INTO up_span (id, from_at, to_at) VALUES ($1::uuid,"
                                  " $2::timestamptz, $2::timestamptz)"};

const struct stmt *const up_stmts[UP_STMTS_N] = {&go_on, &begin};

static const struct data_column columns[] = {
    {"id", "記録のID", false},
    {"from_at", "いつから動いていたか", false},
    {"to_at", "いつまで動いていたか", false},
    {NULL, NULL, false},
};

const struct data_table up_tables[UP_TABLES_N] = {{
    .name = "up_span",
    .meaning_ja = "システムが動いていた時間",
    .purpose_ja = "月の報告で、稼働の状況を示すため",
    .ground_ja = "委託契約（業務の報告）",
    .purpose_en = "when this program ran here: no other node goes on with it, and what the"
                  " municipality is told of it stands in monthly_line",
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = columns,
}};

enum err up_store_beat(struct tx *tx, int64_t now_utc_us, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    bool is_new = false;
    enum err rc;

    db_args_init(&args);
    db_arg_time(&args, now_utc_us);
    db_arg_time(&args, now_utc_us - UP_SILENCE_US);
    rc = tx_run(tx, &go_on, &args, &rows, why);
    if (rc == ERR_OK)
        is_new = db_rows_n(rows) == 0;
    db_rows_free(&rows);
    if (rc != ERR_OK || !is_new)
        return rc;
    db_args_init(&args);
    db_arg_id(&args, id_new());
    db_arg_time(&args, now_utc_us);
    return tx_run(tx, &begin, &args, NULL, why);
}
