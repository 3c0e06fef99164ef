/* tests/integration/audit_fixture.h - an audit log of one's own: a fresh database, a key agent,
 * a writer and a checkpoint file. Aborts when it cannot be made (run by
 * tests/lib/with-cluster). Threads: one.  Owns: all of it. */
#ifndef TESTS_INTEGRATION_AUDIT_FIXTURE_H
#define TESTS_INTEGRATION_AUDIT_FIXTURE_H

#include "node/db/audit.h"
#include "node/db/audit_live.h"
#include "tests/integration/keyd_fixture.h"

struct audit_fixture {
    struct keyd_fixture keyd;
    char db_name[64], checkpoint_path[96], head_path[112];
    struct audit *audit;
    struct writer *writer;
    struct db *owner; /* superuser, on the fresh database */
    struct note_key key;
};

void audit_fixture_start(struct audit_fixture *f);
void audit_fixture_stop(struct audit_fixture *f);
/* The node's part alone: audit and writer. */
void audit_fixture_open(struct audit_fixture *f);
void audit_fixture_close(struct audit_fixture *f);
void audit_fixture_owner(struct audit_fixture *f); /* opens owner again after db_close */

/* Appends n entries in one operation, a microsecond apart. ids_out may be NULL. */
void audit_fixture_append(struct audit_fixture *f, size_t n, int64_t at_utc_us,
                          struct id *ids_out);
void audit_fixture_checkpoint(struct audit_fixture *f);
/* Runs superuser SQL; a failure is the test's own fault. */
void audit_fixture_sql(struct audit_fixture *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Verifies the database itself; the codes found, comma-separated, each once. */
const char *audit_fixture_verify(struct audit_fixture *f, struct verify_result *result_out);
/* Inside a transaction the caller began on f->owner. */
const char *audit_fixture_verify_here(struct audit_fixture *f,
                                      struct verify_result *result_out);
struct verify_conf audit_fixture_conf(struct audit_fixture *f, char *codes, size_t cap);

#endif
