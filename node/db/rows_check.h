/* node/db/rows_check.h - the rules that rows must keep, checked at build (`ibasho-rows check`):
 * a defect stops the build, so that no table can lack its term or its key, no way in its roles.
 *
 * Tables: against the migrations, both ways, tables and columns; one row each; sealed columns
 * are bytea, end in _sealed, and only they; key_of says whose key exactly when something is
 * sealed; person, mention and retention columns exist (the last is timestamptz); ERASE_ROWS
 * needs a person; every text is there; nothing is named after a tenant. Routes: one name; one
 * method and path shape a listener; roles, listeners, handler and summary there; a path from
 * the root; no input on GET. Commands: one name, of at
 * most 32 letters, dots and underscores; roles, handler and summary; a binary one has a code of
 * its own and no shape or record. Events: one name; summary. Statements: one
 * name, text there. Settings: one name; the default passes the row's own rule; least <= most;
 * somebody may change it; texts there. Jobs: one name; a run, tries and a lease. Threads:
 * reentrant. */
#ifndef NODE_DB_ROWS_CHECK_H
#define NODE_DB_ROWS_CHECK_H

#include "node/base/command.h"
#include "node/base/job.h"
#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/schema_text.h"

/* Each array ends with an element of n == 0; NULL: none. */
struct rows_given {
    const struct route_table *routes;
    const struct command_table *commands;
    const struct stmt_table *stmts;
    const struct data_table_list *tables;
    const struct setting_table *settings;
    const struct job_table *jobs;
    const struct live_event_table *events;
};

/* Calls each with one English line for every defect and returns how many there were. Only what
 * needs memory can fail: then a defect says so. */
int rows_check(const struct rows_given *given, const struct schema *schema,
               void (*each)(const char *text, void *arg), void *arg);

#endif
