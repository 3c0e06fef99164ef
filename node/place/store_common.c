#include "node/place/store_common.h"

enum err store_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                   const struct db_args *args, struct db_rows **rows_out, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows_out, why)
                      : db_run(db, stmt, args, rows_out, why);
}

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

enum err store_own(struct arena *arena, struct span *const *texts, size_t n, struct fail *why)
{
    for (size_t i = 0; i < n; i++) {
        struct span copy = arena_copy(arena, *texts[i]);

        if (copy.p == NULL && texts[i]->len > 0)
            return fail_set(why, ERR_NOMEM, "text of %zu bytes", texts[i]->len);
        *texts[i] = copy;
    }
    return ERR_OK;
}

static enum err own_all(const struct db_rows *rows, const struct store_list *list,
                        struct arena *arena, void **rows_out, size_t *n_out, struct fail *why)
{
    size_t n = (size_t)db_rows_n(rows);
    uint8_t *all = arena_alloc(arena, (n + 1) * list->bytes);
    enum err rc = all == NULL ? fail_set(why, ERR_NOMEM, "%zu rows", n) : ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = list->own(rows, (int)i, arena, all + i * list->bytes, why);
    if (rc == ERR_OK) {
        *rows_out = all;
        *n_out = n;
    }
    return rc;
}

enum err store_list(struct tx *tx, struct db *db, const struct stmt *stmt,
                    const struct db_args *args, const struct store_list *list,
                    struct arena *arena, void **rows_out, size_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = store_run(tx, db, stmt, args, &rows, why);

    if (rc == ERR_OK)
        rc = own_all(rows, list, arena, rows_out, n_out, why);
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
