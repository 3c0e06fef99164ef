#include "tenants/ending/taken_store.h"

#include "node/db/store.h"
#include "tenants/ending/ending_rows.h"

static const struct stmt list = {
    "taken_list",
    "SELECT a.id, a.at, a.route, a.role, a.account, a.operator_name, a.object, a.person,"
    " a.outcome, g.id, g.account, g.purpose, g.given_by, g.given_at, g.until,"
    " coalesce(l.step, 'active') <> 'active' FROM access_record a"
    " LEFT JOIN LATERAL (SELECT g.* FROM right_grant g LEFT JOIN account h ON h.id = g.account"
    "  WHERE g.right_name = 'export' AND g.given_at <= a.at AND coalesce(g.until > a.at, true)"
    "  AND (g.account = a.account OR (a.account IS NULL AND h.role = 'contractor'))"
    "  AND NOT EXISTS (SELECT FROM right_end e WHERE e.right_grant = g.id AND e.at <= a.at)"
    "  ORDER BY g.given_at DESC, g.id DESC LIMIT 1) g ON true"
    " LEFT JOIN LATERAL (SELECT s.step FROM leaving_step s WHERE s.at <= a.at"
    "  ORDER BY s.at DESC, s.n DESC LIMIT 1) l ON true"
    " WHERE a.action = 'export' AND ($1::uuid IS NULL OR (a.at, a.id) < (SELECT b.at, b.id FROM"
    " access_record b WHERE b.id = $1::uuid)) ORDER BY a.at DESC, a.id DESC"
    " LIMIT $2::integer"};

const struct stmt *const taken_stmts[TAKEN_STMTS_N] = {&list};

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct taken_row *out = into;

    *out = (struct taken_row){
        .id = db_id(rows, i, 0),
        .at_utc_us = db_time(rows, i, 1),
        .route = db_bytes(rows, i, 2),
        .role = db_bytes(rows, i, 3),
        .account = db_id(rows, i, 4),
        .operator_name = db_bytes(rows, i, 5),
        .object = db_id(rows, i, 6),
        .person = db_id(rows, i, 7),
        .outcome = db_bytes(rows, i, 8),
        .grant = db_id(rows, i, 9),
        .holder = db_id(rows, i, 10),
        .purpose = db_bytes(rows, i, 11),
        .given_by = db_id(rows, i, 12),
        .given_utc_us = db_time(rows, i, 13),
        .until_utc_us = db_time(rows, i, 14),
        .was_leaving = db_bool(rows, i, 15),
    };
    return STORE_OWN(arena, why, &out->route, &out->role, &out->operator_name, &out->outcome,
                     &out->purpose);
}

enum err taken_store_list(struct db *db, struct id before, int n_cap, struct arena *arena,
                          struct taken_row **rows_out, size_t *n_out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct taken_row), own_row};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, before);
    db_arg_i32(&args, n_cap);
    rc = store_list(NULL, db, &list, &args, &as, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}
