#include "tenants/people/slip_store.h"

#include "tenants/tenants.h"

static const struct stmt first = {
    "slip_first", "SELECT first_password_sealed, first_until FROM account WHERE id = $1::uuid"};

const struct stmt *const slip_stmts[SLIP_STMTS_N] = {&first};

enum err slip_store_first(struct db *db, struct id account, struct arena *arena,
                          struct span *sealed_out, int64_t *until_utc_us_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    *sealed_out = SPAN_NONE;
    *until_utc_us_out = 0;
    db_args_init(&args);
    db_arg_id(&args, account);
    rc = db_run(db, &first, &args, &rows, why);
    if (rc != ERR_OK)
        return rc;
    if (db_rows_n(rows) != 1) {
        rc = fail_set(why, ERR_NOT_FOUND, "no such account");
    } else if (!db_is_null(rows, 0, 0)) {
        *sealed_out = arena_copy(arena, db_bytes(rows, 0, 0));
        if (!db_is_null(rows, 0, 1))
            *until_utc_us_out = db_time(rows, 0, 1);
        if (sealed_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "first password");
    }
    db_rows_free(&rows);
    return rc;
}
