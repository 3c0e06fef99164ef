#include "node/place/store_common.h"

enum err store_number(struct tx *tx, const struct stmt *stmt, int64_t *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = tx_run(tx, stmt, &none, &rows, why);
    if (rc == ERR_OK)
        *out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err store_is_there(struct tx *tx, const struct stmt *stmt, struct id id,
                        bool *is_there_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, stmt, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_rows_n(rows) > 0;
    db_rows_free(&rows);
    return rc;
}

void store_arg_text_if(struct db_args *args, bool is_there, struct span text)
{
    if (is_there)
        db_arg_text(args, text);
    else
        db_arg_null(args);
}

void store_arg_i32_if(struct db_args *args, bool is_there, int64_t value)
{
    if (is_there)
        db_arg_i32(args, (int32_t)value);
    else
        db_arg_null(args);
}

void store_arg_time_if(struct db_args *args, bool is_there, int64_t utc_us)
{
    if (is_there)
        db_arg_time(args, utc_us);
    else
        db_arg_null(args);
}

void store_arg_who(struct db_args *args, const struct place_decider *who)
{
    db_arg_time(args, who->at_utc_us);
    db_arg_id(args, who->by);
    db_arg_text(args, who->role);
}

struct place_decider store_who(const struct db_rows *rows, int row, int column)
{
    return (struct place_decider){.at_utc_us = db_time(rows, row, column),
                                  .by = db_id(rows, row, column + 1),
                                  .role = db_bytes(rows, row, column + 2)};
}
