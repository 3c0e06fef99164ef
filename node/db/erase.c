#include "node/db/erase.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "node/db/sweep_store.h"

#define ARENA_CHUNK_BYTES 4096

struct forget {
    const struct data_table_list *tables;
    struct id person;
    const char *why; /* "person.erase", "person.erase-again": route of the access record */
    size_t n;
};

/* The record of the deletion, itself a leaf: whose rows went, when, under which rule. */
static enum err record(struct tx *tx, const struct forget *f, struct fail *why)
{
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = clock_utc_us(),
        .route = f->why,
        .role = "operator",
        .operator_name = "node",
        .object = f->person,
        .person = f->person,
        .action = "change",
        .outcome = err_code(ERR_OK),
        .purpose = SPAN("erasure"),
    };

    return tx_audit(tx) == NULL ? ERR_OK : access_append(tx, &entry, why);
}

static enum err forget_run(struct tx *tx, void *arg, struct fail *why)
{
    static const struct job_post sweep_files = {.kind = "files.sweep"};
    struct forget *f = arg;

    f->n = 0;
    for (const struct data_table_list *l = f->tables; l->n > 0; l++) {
        for (int i = 0; i < l->n; i++) {
            size_t n = 0;

            if (l->rows[i].erase_person != ERASE_ROWS)
                continue;
            enum err rc = sweep_store_person(tx, &l->rows[i], f->person, &n, why);
            if (rc != ERR_OK)
                return rc;
            f->n += n;
        }
    }
    if (f->n == 0)
        return ERR_OK;
    enum err rc = record(tx, f, why);
    return rc == ERR_OK ? jobs_tx_post(tx, &sweep_files, why) : rc;
}

static enum err forget_rows(struct writer *writer, const struct data_table_list *tables,
                            struct id person, const char *route, size_t *n_total,
                            struct fail *why)
{
    struct forget f = {tables, person, route, 0};
    enum err rc = writer_wait(writer, forget_run, &f, why);

    if (rc == ERR_OK && f.n > 0)
        log_info("person.erased", L_ID("person", person), L_INT("rows", f.n));
    *n_total += f.n;
    return rc;
}

enum err erase_person(struct keyring *keyring, struct writer *writer,
                      const struct data_table_list *tables, struct id person, size_t *n_out,
                      struct fail *why)
{
    size_t n = 0;
    enum err rc = keyring_destroy_subject(keyring, KEY_PERSON, person, why);

    if (rc == ERR_OK)
        rc = forget_rows(writer, tables, person, "person.erase", &n, why);
    if (n_out != NULL)
        *n_out = n;
    return rc;
}

enum err erase_again(struct keyring *keyring, struct writer *writer,
                     const struct data_table_list *tables, size_t *n_out, struct fail *why)
{
    struct arena *arena = NULL;
    struct id *persons = NULL;
    size_t n_persons = 0, n = 0;
    enum err rc = arena_create(ARENA_CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = keyring_erased(keyring, arena, &persons, &n_persons, why);
    for (size_t i = 0; i < n_persons && rc == ERR_OK; i++)
        rc = forget_rows(writer, tables, persons[i], "person.erase-again", &n, why);
    arena_destroy(&arena);
    if (n_out != NULL)
        *n_out = n;
    return rc;
}
