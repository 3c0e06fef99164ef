#include "tests/integration/audit_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/features.h"
#include "tests/integration/db_fixture.h"
#include "tests/t.h"

#define ORIGIN "test.ibasho"

static void must(enum err rc, const struct fail *why, const char *what)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_code(rc), why->text);
    abort();
}

static struct db_conf conf_of(const char *user, const char *name)
{
    struct db_conf conf = {.socket_dir = getenv("IBASHO_TEST_PG"), .user = user, .name = name};

    if (conf.socket_dir == NULL)
        abort();
    return conf;
}

static void make_database(struct audit_fixture *f)
{
    static int n_made;

    snprintf(f->db_name, sizeof f->db_name, "audit_%d_%d", (int)getpid(), n_made++);
    db_fixture_copy(f->db_name);
    audit_fixture_owner(f);
}

void audit_fixture_owner(struct audit_fixture *f)
{
    struct db_conf conf = conf_of("ibasho", f->db_name);
    struct fail why = {.code = ERR_OK};

    must(db_open(&conf, features_stmts, &f->owner, &why), &why, "open");
}

static enum err run_nothing(struct tx *tx, void *arg, struct fail *why)
{
    (void)tx;
    (void)arg;
    (void)why;
    return ERR_OK;
}

void audit_fixture_open(struct audit_fixture *f)
{
    struct audit_conf conf = {
        .origin = ORIGIN, .checkpoint_path = f->checkpoint_path, .checkpoint_every_s = 3600};
    struct writer_conf wconf = {.db = conf_of("ibasho_app", f->db_name),
                                .tables = features_stmts,
                                .n_waiting_cap = 4096,
                                .n_batch_cap = 256};
    struct fail why = {.code = ERR_OK};

    must(audit_open(&conf, f->keyd.keyring, &f->audit, &why), &why, "audit");
    wconf.audit = f->audit;
    must(writer_start(&wconf, &f->writer, &why), &why, "writer");
    must(writer_wait(f->writer, run_nothing, NULL, &why), &why, "ready");
}

void audit_fixture_close(struct audit_fixture *f)
{
    writer_stop(&f->writer);
    audit_close(&f->audit);
}

void audit_fixture_start(struct audit_fixture *f)
{
    struct fail why = {.code = ERR_OK};
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    struct id id;

    memset(f, 0, sizeof *f);
    make_database(f);
    must(keyd_fixture_start(&f->keyd, &why), &why, "key agent");
    snprintf(f->checkpoint_path, sizeof f->checkpoint_path, "%s/checkpoints.log", f->keyd.dir);
    snprintf(f->head_path, sizeof f->head_path, "%s" AUDIT_HEAD_SUFFIX, f->checkpoint_path);
    must(keyring_need_key(f->keyd.keyring, KEY_SIGN, ID_NONE, AUDIT_KEY_NAME, &id, &why), &why,
         "key");
    must(keyring_public_key(f->keyd.keyring, AUDIT_KEY_NAME, public_key, &why), &why, "key");
    must(note_key_init(SPAN(ORIGIN), public_key, &f->key, &why), &why, "key");
    audit_fixture_open(f);
}

void audit_fixture_stop(struct audit_fixture *f)
{
    struct db_conf conf = conf_of("ibasho", "ibasho");
    struct db *db = NULL;
    char sql[128];

    audit_fixture_close(f);
    db_close(&f->owner);
    keyd_fixture_stop(&f->keyd);
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", f->db_name);
    if (db_open(&conf, NULL, &db, NULL) == ERR_OK && db_exec(db, sql, NULL) != ERR_OK)
        fprintf(stderr, "%s failed\n", sql);
    db_close(&db);
}

struct append {
    size_t n;
    int64_t at_utc_us;
    struct id *ids;
};

static enum err run_append(struct tx *tx, void *arg, struct fail *why)
{
    static const char *const actions[] = {"read", "change", "export", "refused"};
    const struct append *append = arg;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < append->n; i++) {
        struct access_entry entry = {
            .id = append->ids[i],
            .at_utc_us = append->at_utc_us + (int64_t)i,
            .route = "person.read",
            .role = "supporter",
            .account = i % 3 == 0 ? ID_NONE : id_new(),
            .operator_name = i % 3 == 0 ? "uid:0" : NULL,
            .address = SPAN("192.0.2.7"),
            .object = id_new(),
            .person = i % 2 == 0 ? id_new() : ID_NONE,
            .action = actions[i % 4],
            .outcome = "ok",
            .purpose = SPAN("相談"),
        };

        rc = access_append(tx, &entry, why);
    }
    return rc;
}

void audit_fixture_append(struct audit_fixture *f, size_t n, int64_t at_utc_us,
                          struct id *ids_out)
{
    struct append append = {n, at_utc_us, calloc(n, sizeof(struct id))};
    struct fail why = {.code = ERR_OK};

    if (append.ids == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        append.ids[i] = id_new();
    must(writer_wait(f->writer, run_append, &append, &why), &why, "append");
    if (ids_out != NULL)
        memcpy(ids_out, append.ids, n * sizeof *ids_out);
    free(append.ids);
}

void audit_fixture_checkpoint(struct audit_fixture *f)
{
    struct fail why = {.code = ERR_OK};

    must(audit_checkpoint(f->audit, f->writer, &why), &why, "checkpoint");
}

void audit_fixture_sql(struct audit_fixture *f, const char *fmt, ...)
{
    struct fail why = {.code = ERR_OK};
    static char sql[65536];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sql, sizeof sql, fmt, args);
    va_end(args);
    must(db_exec(f->owner, sql, &why), &why, sql);
}

static void note_code(const struct verify_finding *finding, void *arg)
{
    char *text = arg;

    if (strstr(text, finding->code) != NULL || strlen(text) + 40 > 512)
        return;
    snprintf(text + strlen(text), 512 - strlen(text), "%s%s", text[0] == '\0' ? "" : ",",
             finding->code);
}

struct verify_conf audit_fixture_conf(struct audit_fixture *f, char *codes, size_t cap)
{
    if (cap < 512)
        abort();
    codes[0] = '\0';
    return (struct verify_conf){.key = &f->key,
                                .checkpoints_path = f->checkpoint_path,
                                .each = note_code,
                                .arg = codes};
}

const char *audit_fixture_verify_here(struct audit_fixture *f, struct verify_result *result_out)
{
    static char codes[512];
    struct verify_conf conf = audit_fixture_conf(f, codes, sizeof codes);
    struct fail why = {.code = ERR_OK};

    must(live_verify(f->owner, features_audit_tables, &conf, f->head_path, 0, result_out, &why),
         &why, "verify");
    return codes;
}

const char *audit_fixture_verify(struct audit_fixture *f, struct verify_result *result_out)
{
    const char *codes;

    audit_fixture_sql(f, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    codes = audit_fixture_verify_here(f, result_out);
    audit_fixture_sql(f, "COMMIT");
    return codes;
}
