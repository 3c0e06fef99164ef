#include "tests/bench/cluster.h"

#include <stdlib.h>

const struct stmt bench_insert = {
    "bench_insert",
    "INSERT INTO bench_row (id, a_sealed, b_sealed, c_sealed) "
    "VALUES ($1::uuid, $2::bytea, $3::bytea, $4::bytea)",
};
static const struct stmt *const rows[] = {&bench_insert};
const struct stmt_table bench_stmts[] = {{rows, 1}, {NULL, 0}};

struct db_conf bench_db_conf(const char *user)
{
    return (struct db_conf){
        .socket_dir = getenv("IBASHO_TEST_PG"), .user = user, .name = "ibasho"};
}

enum err bench_db_open(struct db **db_out, struct fail *why)
{
    static const struct stmt_table none[] = {{NULL, 0}};
    struct db_conf conf = bench_db_conf("ibasho");
    struct db *db = NULL;
    enum err rc;

    *db_out = NULL;
    if (conf.socket_dir == NULL)
        return fail_set(why, ERR_UNAVAILABLE, "run under tests/lib/with-cluster");
    rc = db_open(&conf, none, &db, why);
    if (rc == ERR_OK)
        rc = db_exec(db, "DROP TABLE IF EXISTS bench_row", why);
    if (rc == ERR_OK)
        rc = db_exec(db,
                     "CREATE TABLE bench_row (id uuid PRIMARY KEY, a_sealed bytea NOT NULL,"
                     " b_sealed bytea NOT NULL, c_sealed bytea NOT NULL)",
                     why);
    if (rc == ERR_OK)
        rc = db_exec(db, "GRANT INSERT, SELECT ON bench_row TO ibasho_app", why);
    db_close(&db);
    return rc == ERR_OK ? db_open(&conf, bench_stmts, db_out, why) : rc;
}
