/* node/db/rows_sql.h - `make check-sql`: rows against a real server. Every statement is
 * prepared and planned with the rights it will have (missing GRANTs show), on a database that
 * took every migration; every table's rows are compared with the catalog; and a database that
 * stopped at any earlier step comes out the same as one that took all in one go. Threads: one.
 */
#ifndef NODE_DB_ROWS_SQL_H
#define NODE_DB_ROWS_SQL_H

#include "node/db/migrate.h"
#include "node/db/rows_check.h"

/* Makes and drops databases named check_sql_N in the cluster at socket_dir, as its owner.
 * *n_out counts the defects, each told to `each`. An error: the check could not be made. */
NODISCARD enum err rows_sql_check(const char *socket_dir, const struct rows_given *given,
                                  const struct migration_list *list,
                                  void (*each)(const char *text, void *arg), void *arg,
                                  int *n_out, struct fail *why);

#endif
