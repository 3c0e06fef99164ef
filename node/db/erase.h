/* node/db/erase.h - forgetting one person: first the key (the keyring writes the erased list,
 * so that a crash or a restored backup is made good by erase_again), then the rows of every
 * data table whose row says ERASE_ROWS; a job then removes the bytes of files that lost their
 * row. What stays is sealed under a key that no longer exists. Threads: any; both wait for the
 * writer. */
#ifndef NODE_DB_ERASE_H
#define NODE_DB_ERASE_H

#include "node/base/table.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

/* n_out (may be NULL): rows taken out. Repeating it is harmless. */
NODISCARD enum err erase_person(struct keyring *keyring, struct writer *writer,
                                const struct data_table_list *tables, struct id person,
                                size_t *n_out, struct fail *why);
/* Takes the rows of everyone on the erased list out again: after a restore, before anyone is
 * served, at every start of the node, and by a job. One statement a table for many persons. */
NODISCARD enum err erase_again(struct keyring *keyring, struct writer *writer,
                               const struct data_table_list *tables, size_t *n_out,
                               struct fail *why);

#endif
