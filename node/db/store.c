#include "node/db/store.h"

enum err store_run(struct tx *tx, struct db *db, const struct stmt *stmt,
                   const struct db_args *args, struct db_rows **rows_out, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows_out, why)
                      : db_run(db, stmt, args, rows_out, why);
}

void store_arg_bytes_if(struct db_args *args, struct span bytes)
{
    if (bytes.len > 0)
        db_arg_bytes(args, bytes);
    else
        db_arg_null(args);
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
