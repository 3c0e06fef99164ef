/* reporting/dictionary_rows.h - the rows of the data dictionary and the page of terms, for
 * node/features.c. Threads: const data. */
#ifndef REPORTING_DICTIONARY_ROWS_H
#define REPORTING_DICTIONARY_ROWS_H

#include "node/base/route.h"
#include "node/base/stmt.h"

#define DICTIONARY_ROUTES_N 2
#define RETENTION_ROUTES_N  3
#define DICTIONARY_STMTS_N  3
extern const struct route dictionary_routes[DICTIONARY_ROUTES_N]; /* dictionary_http.c */
extern const struct route retention_routes[RETENTION_ROUTES_N];   /* retention_http.c */
extern const struct stmt *const dictionary_stmts[DICTIONARY_STMTS_N];

/* Nothing in them is about a person. */
#define DICTIONARY_READERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_DATA_HOLDER) | \
     ROLE_BIT(ROLE_AUDITOR))

#endif
