#include "node/classes/class_store_common.h"

enum err class_store_written(struct tx *tx, const struct stmt *whose, struct id id,
                             struct id by, struct span object, bool *is_there_out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, id);
    rc = tx_run(tx, whose, &args, &rows, why);
    if (rc == ERR_OK)
        *is_there_out = db_rows_n(rows) > 0;
    if (rc == ERR_OK && *is_there_out &&
        (!id_eq(db_id(rows, 0, 0), by) || !span_eq(db_bytes(rows, 0, 1), object)))
        rc = fail_set(why, ERR_CONFLICT, "the id is another's");
    db_rows_free(&rows);
    return rc;
}

enum err class_store_put(struct tx *tx, const struct stmt *add, const struct db_args *args,
                         int64_t *n_out, int64_t *version_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = tx_run(tx, add, args, &rows, why);

    if (rc == ERR_OK) {
        *n_out = db_i64(rows, 0, 0);
        if (version_out != NULL)
            *version_out = db_i64(rows, 0, 1);
    }
    db_rows_free(&rows);
    return rc;
}

void class_store_arg_day(struct db_args *args, int32_t day, char text[DAY_TEXT_CAP])
{
    calendar_text(day, text);
    db_arg_text(args, span_text(text));
}

int32_t class_store_day(const struct db_rows *rows, int row, int column)
{
    int32_t day = 0;

    return calendar_read(db_bytes(rows, row, column), &day) ? day : 0;
}

struct span class_store_id_text(struct id id, char text[ID_TEXT_CAP])
{
    id_text(id, text);
    return span_text(text);
}
