#include "node/db/erase.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/jobs.h"
#include "node/db/sweep_store.h"

#define ARENA_CHUNK_BYTES 4096

#define PERSONS_AT_ONCE 500

struct forget {
    const struct data_table_list *tables;
    const struct id *persons;
    size_t n_persons;
    size_t *n_rows;  /* one count a person */
    const char *why; /* "person.erase", "person.erase-again": route of the access record */
};

/* The record of the deletion, itself a leaf: whose rows went, when, under which rule. */
static enum err record(struct tx *tx, const char *route, struct id person, struct fail *why)
{
    const struct access_entry entry = {
        .id = id_new(),
        .at_utc_us = clock_utc_us(),
        .route = route,
        .role = "operator",
        .operator_name = "node",
        .object = person,
        .person = person,
        .action = "change",
        .outcome = err_code(ERR_OK),
        .purpose = SPAN("erasure"),
    };

    return tx_audit(tx) == NULL ? ERR_OK : access_append(tx, &entry, why);
}

static enum err forget_run(struct tx *tx, void *arg, struct fail *why)
{
    static const struct job_post sweep_files = {.kind = "files.sweep"};
    const struct forget *f = arg;
    size_t n = 0;
    enum err rc = ERR_OK;

    memset(f->n_rows, 0, f->n_persons * sizeof *f->n_rows);
    for (const struct data_table_list *l = f->tables; l->n > 0; l++)
        for (int i = 0; i < l->n && rc == ERR_OK; i++)
            if (l->rows[i].erase_person == ERASE_ROWS)
                rc = sweep_store_persons(tx, &l->rows[i], f->persons, f->n_persons, f->n_rows,
                                         why);
    for (size_t i = 0; i < f->n_persons && rc == ERR_OK; i++) {
        if (f->n_rows[i] > 0)
            rc = record(tx, f->why, f->persons[i], why);
        n += f->n_rows[i];
    }
    return rc == ERR_OK && n > 0 ? jobs_tx_post(tx, &sweep_files, why) : rc;
}

/* At most PERSONS_AT_ONCE of them, in one transaction. */
static enum err forget_rows(struct writer *writer, const struct data_table_list *tables,
                            const struct id *persons, size_t n_persons, const char *route,
                            size_t *n_total, struct fail *why)
{
    size_t n_rows[PERSONS_AT_ONCE];
    struct forget f = {tables, persons, n_persons, n_rows, route};
    enum err rc = writer_wait(writer, forget_run, &f, why);

    for (size_t i = 0; i < n_persons && rc == ERR_OK; i++) {
        if (n_rows[i] > 0)
            log_info("person.erased", L_ID("person", persons[i]), L_INT("rows", n_rows[i]));
        *n_total += n_rows[i];
    }
    return rc;
}

enum err erase_person(struct keyring *keyring, struct writer *writer,
                      const struct data_table_list *tables, struct id person, size_t *n_out,
                      struct fail *why)
{
    size_t n = 0;
    enum err rc = keyring_destroy_subject(keyring, KEY_PERSON, person, why);

    if (rc == ERR_OK)
        rc = forget_rows(writer, tables, &person, 1, "person.erase", &n, why);
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
    for (size_t i = 0; i < n_persons && rc == ERR_OK; i += PERSONS_AT_ONCE) {
        size_t left = n_persons - i;

        rc = forget_rows(writer, tables, persons + i,
                         left < PERSONS_AT_ONCE ? left : PERSONS_AT_ONCE, "person.erase-again",
                         &n, why);
    }
    arena_destroy(&arena);
    if (n_out != NULL)
        *n_out = n;
    return rc;
}
