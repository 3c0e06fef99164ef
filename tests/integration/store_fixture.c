#include "tests/integration/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/features.h"
#include "tenants/watch/watch.h"
#include "tests/integration/db_fixture.h"

static void must(enum err rc, const struct fail *why, const char *what)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_code(rc), why->text);
    abort();
}

struct db_conf store_fixture_conf(const struct store_fixture *f, const char *user)
{
    return db_fixture_conf(user, f->log.db_name);
}

void store_fixture_start(struct store_fixture *f, const struct setting_table *settings)
{
    struct fail why = {.code = ERR_OK};
    struct db_conf conf;
    struct space_conf space;
    struct files_conf files;

    memset(f, 0, sizeof *f);
    audit_fixture_start(&f->log);
    conf = store_fixture_conf(f, "ibasho_app");
    must(arena_create(65536, &f->arena, &why), &why, "arena");
    must(db_open(&conf, features_stmts, &f->db, &why), &why, "open");
    f->services = (struct services){.writer = f->log.writer,
                                    .keyring = f->log.keyd.keyring,
                                    .audit = f->log.audit,
                                    .tables = features_tables,
                                    .routes = features_routes};
    must(settings_open(settings != NULL ? settings : features_settings, f->db,
                       &f->services.settings, &why),
         &why, "settings");
    space = (struct space_conf){.data_dir = f->log.keyd.dir,
                                .cluster_dir = getenv("IBASHO_TEST_PGDATA"),
                                .no_uploads_percent = 100,
                                .no_writes_percent = 100,
                                .full_percent = 100};
    must(space_open(&space, &f->services.space, &why), &why, "disk guard");
    snprintf(f->files_dir, sizeof f->files_dir, "%s/files", f->log.keyd.dir);
    files = (struct files_conf){.dir = f->files_dir,
                                .max_bytes = 4 << 20,
                                .keyring = f->services.keyring,
                                .space = f->services.space};
    must(watch_open(&(struct watch_conf){f->services.writer, f->services.settings},
                    &f->services.watch, &why),
         &why, "watch");
    must(files_open(&files, &f->services.files, &why), &why, "files");
}

void store_fixture_stop(struct store_fixture *f)
{
    /* Everything that was written is in the log as it stands. */
    struct verify_result result;
    const char *codes = audit_fixture_verify(&f->log, &result);

    if (codes[0] != '\0') {
        fprintf(stderr, "the audit log does not verify: %s\n", codes);
        abort();
    }
    writer_stop(&f->log.writer); /* its last answers may still name what goes below */
    watch_close(&f->services.watch);
    files_close(&f->services.files);
    space_close(&f->services.space);
    settings_close(&f->services.settings);
    db_close(&f->db);
    arena_destroy(&f->arena);
    audit_fixture_stop(&f->log);
}

int64_t store_fixture_i64(struct store_fixture *f, const char *sql)
{
    return db_fixture_i64(f->log.db_name, sql);
}
