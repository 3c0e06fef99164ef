/* tests/integration/store_fixture.h - a node's store without its server: a fresh database, key
 * agent, audit log and writer (audit_fixture.h), with settings, disk guard and files on top.
 * Aborts when it cannot be made. Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_STORE_FIXTURE_H
#define TESTS_INTEGRATION_STORE_FIXTURE_H

#include "node/base/services.h"
#include "node/db/files.h"
#include "node/db/settings.h"
#include "tests/integration/audit_fixture.h"

struct store_fixture {
    struct audit_fixture log;
    struct db *db; /* of the application role, for reading */
    struct services services;
    struct arena *arena;
    char files_dir[96];
};

/* settings NULL: those of features.c. */
void store_fixture_start(struct store_fixture *f, const struct setting_table *settings);
void store_fixture_stop(struct store_fixture *f);
/* A role's connection of its own. */
struct db_conf store_fixture_conf(const struct store_fixture *f, const char *user);
/* The one integer a superuser's query gives. */
int64_t store_fixture_i64(struct store_fixture *f, const char *sql);

#endif
