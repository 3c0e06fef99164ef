/* node/db/migrate.h - brings a database to the present schema: numbered, forward-only steps,
 * each in one transaction that also writes its number and SHA-256 into table schema_migration.
 * The steps are node/db/migrations/NNNN_name.sql, embedded at build; their names are written
 * out and an applied file never changes. Threads: any; two programs that start at once wait for
 * each other (advisory lock). */
#ifndef NODE_DB_MIGRATE_H
#define NODE_DB_MIGRATE_H

#include "node/base/table.h"
#include "node/db/db.h"

struct migration {
    int number;         /* 1, 2, ... from the file's name */
    const char *name;   /* "0001_roles_and_ledger" */
    const char *sha256; /* of the file, 64 hexadecimal digits */
    const char *sql;
};

struct migration_list {
    const struct migration *rows; /* by rising number */
    int n;
};

/* The embedded files. */
extern const struct migration_list migrations;

struct migrate_report {
    int n_before; /* steps applied already */
    int n_now;    /* steps applied by this call, or pending for migrate_check */
    int last;     /* number of the last step of the list */
};

/* conf->user must own the schema ("ibasho"). each (may be NULL) is told every step before it
 * runs. A lock that other sessions hold is waited for 5 s, unless the step says otherwise.
 * report_out may be NULL. ERR_CONFLICT: the database holds a step whose file differs, that this
 * program does not know (it is newer), or that comes after one not applied; nothing was done.
 * ERR_TIMEOUT: another program has been migrating for 60 s, or a lock was not to be had. Any
 * other error is the step's, named in why; the steps before it stay. ERR_UNCERTAIN: run it
 * again. */
NODISCARD enum err migrate_run(const struct db_conf *conf, const struct migration_list *list,
                               void (*each)(const struct migration *step, void *arg), void *arg,
                               struct migrate_report *report_out, struct fail *why);
/* The same comparison without changing anything; ibasho_app may ask. n_now: what is pending. */
NODISCARD enum err migrate_check(const struct db_conf *conf, const struct migration_list *list,
                                 struct migrate_report *report_out, struct fail *why);

#define MIGRATE_STMTS_N  4
#define MIGRATE_TABLES_N 1
extern const struct stmt *const migrate_stmts[MIGRATE_STMTS_N];
extern const struct data_table migrate_tables[MIGRATE_TABLES_N];

#endif
