/* foundation.sealed: what three sealed columns cost a row over the plain insert, CPU of the
 * node (sealing, longer parameters); pairs in turn on the same table. */
#include "node/db/seal.h"
#include "tests/bench/bench.h"
#include "tests/bench/cluster.h"
#include "tests/integration/keyd_fixture.h"

#define N_ROWS   500
#define N_ROUNDS 31

static const struct span names[3] = {
    {(const uint8_t *)"ながくつしたのぴっぴさん", 36},
    {(const uint8_t *)"髙橋　はなこ", 18},
    {(const uint8_t *)"hanako.takahashi.2019", 21},
};

struct work {
    struct db *db;
    struct keyring *keyring;
    struct id key;
    struct arena *arena;
};

static enum err insert(struct work *w, bool sealed, struct fail *why)
{
    static const char *const columns[3] = {"a_sealed", "b_sealed", "c_sealed"};
    struct id id = id_new();
    struct db_args args;
    enum err rc = ERR_OK;

    db_args_init(&args);
    db_arg_id(&args, id);
    for (int i = 0; rc == ERR_OK && i < 3; i++) {
        struct seal_place place = {"bench_row", columns[i], id};
        struct span bytes = names[i];

        if (sealed)
            rc = seal(w->keyring, w->key, &place, names[i], w->arena, &bytes, why);
        db_arg_bytes(&args, bytes);
    }
    if (rc == ERR_OK)
        rc = db_send(w->db, &bench_insert, &args, why);
    arena_reset(w->arena);
    return rc;
}

static enum err insert_many(struct work *w, bool sealed, int n, struct fail *why)
{
    enum err rc = db_exec(w->db, "BEGIN", why);

    for (int i = 0; rc == ERR_OK && i < n; i += 50) {
        for (int k = 0; rc == ERR_OK && k < 50; k++)
            rc = insert(w, sealed, why);
        if (rc == ERR_OK)
            rc = db_settle(w->db, why);
    }
    return rc == ERR_OK ? db_exec(w->db, "ROLLBACK", why) : rc;
}

static enum err insert_plain(int n, void *arg, struct fail *why)
{
    return insert_many(arg, false, n, why);
}

static enum err insert_sealed(int n, void *arg, struct fail *why)
{
    return insert_many(arg, true, n, why);
}

BENCH(foundation_sealed, "foundation.sealed", "us CPU a row", 6, true)
{
    struct keyd_fixture fixture = {0};
    struct work w = {0};
    double plain_us = 0, sealed_us = 0;
    enum err rc = bench_db_open(&w.db, why);

    if (rc == ERR_OK)
        rc = keyd_fixture_start(&fixture, why);
    w.keyring = fixture.keyring;
    if (rc == ERR_OK)
        rc = keyring_create_key(w.keyring, KEY_PERSON, id_new(), "", &w.key, why);
    if (rc == ERR_OK)
        rc = arena_create(8192, &w.arena, why);
    if (rc == ERR_OK)
        rc = bench_pairs(insert_plain, insert_sealed, &w, N_ROWS, N_ROUNDS, &plain_us,
                         &sealed_us, why);
    if (rc == ERR_OK)
        *value_out = sealed_us - plain_us;
    arena_destroy(&w.arena);
    keyd_fixture_stop(&fixture);
    db_close(&w.db);
    return rc;
}
