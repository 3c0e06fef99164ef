#include "tests/bench/handback_town.h"

#include <openssl/rand.h>
#include <stdlib.h>

#include "node/db/audit_store.h"
#include "node/features.h"

#define BATCH      1000
#define FILE_BYTES (1 << 20)

struct leaves {
    const struct audit_table *table;
    const struct db_rows *ids;
    int from, n;
};

static enum err append(struct tx *tx, void *arg, struct fail *why)
{
    const struct leaves *l = arg;
    struct arena *arena = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    struct id ids[BATCH];
    enum err rc = arena_create(1 << 20, &arena, why);

    for (int i = 0; i < l->n; i++)
        ids[i] = db_id(l->ids, l->from + i, 0);
    db_args_init(&args);
    if (rc == ERR_OK)
        rc = store_arg_ids(&args, ids, (size_t)l->n, arena, why);
    if (rc == ERR_OK)
        rc = tx_run(tx, l->table->rows, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < l->n; i++) {
        struct span bytes;

        rc = l->table->canonical(rows, i, arena, &bytes, why);
        if (rc == ERR_OK)
            rc = audit_append(tx, "bench.row", l->table->table, db_id(rows, i, 0), bytes, why);
    }
    db_rows_free(&rows);
    arena_destroy(&arena);
    return rc;
}

enum err handback_town_leaves(struct logs_fixture *f, struct fail *why)
{
    struct audit_fixture *log = &f->people.store.log;
    enum err rc = ERR_OK;

    audit_fixture_sql(log, "ALTER SYSTEM SET autovacuum = off"); /* its CPU would be counted */
    audit_fixture_sql(log, "SELECT pg_reload_conf()");
    for (size_t t = 0; rc == ERR_OK && features_audit_tables[t] != NULL; t++) {
        const struct audit_table *table = features_audit_tables[t];
        struct db_rows *ids = NULL;
        struct db_args none;

        db_args_init(&none);
        rc = db_run(f->people.store.db, table->extra, &none, &ids, why);
        for (int i = 0; rc == ERR_OK && i < db_rows_n(ids); i += BATCH) {
            struct leaves l = {table, ids, i, db_rows_n(ids) - i};
            l.n = l.n < BATCH ? l.n : BATCH;
            rc = writer_wait(log->writer, append, &l, why);
        }
        db_rows_free(&ids);
    }
    audit_fixture_checkpoint(log);
    audit_fixture_sql(log, "ANALYZE"); /* as autovacuum has done in ten months */
    return rc;
}

static enum err add_file(struct tx *tx, void *arg, struct fail *why)
{
    return files_tx_add(tx, arg, why);
}

static enum err give_file(struct logs_fixture *f, int n, struct span bytes, struct fail *why)
{
    const struct file_new file = {.id = id_new(),
                                  .key_kind = KEY_PERSON,
                                  .owner = f->accounts[(size_t)n % f->n_accounts],
                                  .name = SPAN("えにっき.png"),
                                  .media_type = "image/png"};
    struct file_put *put = NULL;
    enum err rc = file_put_begin(f->people.store.services.files, &file, &put, why);

    if (rc == ERR_OK)
        rc = file_put_bytes(put, bytes, why);
    if (rc == ERR_OK)
        rc = file_put_finish(put, why);
    if (rc == ERR_OK)
        rc = writer_wait(f->people.store.log.writer, add_file, put, why);
    file_put_end(&put, rc);
    return rc;
}

enum err handback_town_files(struct logs_fixture *f, int n, struct fail *why)
{
    uint8_t *bytes = malloc(FILE_BYTES);
    enum err rc = bytes == NULL || RAND_bytes(bytes, FILE_BYTES) != 1
                      ? fail_set(why, ERR_NOMEM, "a file's bytes")
                      : ERR_OK;

    for (int i = 0; rc == ERR_OK && bytes != NULL && i < n; i++) {
        memcpy(bytes, &i, sizeof i);
        rc = give_file(f, i, span_of(bytes, FILE_BYTES), why);
    }
    free(bytes);
    return rc;
}
