/* tenants/handback/check_row.h - what a leaf's row and a record say alike: every clear column
 * that both hold, brought to one form and hashed under a key nobody else knows, so that the
 * sums of all leaves and of all records can be compared in flat memory.
 * Threads: one a struct row_hash.  Owns: nothing. */
#ifndef TENANTS_HANDBACK_CHECK_ROW_H
#define TENANTS_HANDBACK_CHECK_ROW_H

#include "node/db/hash256.h"
#include "tenants/handback/read_record.h"

#define ROW_KEY_BYTES 32

struct row_hash {
    uint8_t key[ROW_KEY_BYTES]; /* random, of this check alone */
    uint8_t *scratch;           /* READ_LINE_CAP bytes, the caller's */
};

/* Of a leaf's canonical row; *columns_out: bit i when columns[i] stands in it. What is null,
 * empty, false or 0 counts as not there: canonical forms leave it out. ERR_PROTO: not an object
 * of one line. */
NODISCARD enum err row_hash_leaf(const struct row_hash *hash, const struct read_table *table,
                                 struct id row, struct span canonical, uint64_t *columns_out,
                                 struct hash256 *hash_out, struct fail *why);
/* Of a record, as far as columns goes (what any leaf of the table spoke of). */
NODISCARD enum err row_hash_record(const struct row_hash *hash, const struct read_table *table,
                                   const struct read_record *record, uint64_t columns,
                                   struct hash256 *hash_out, struct fail *why);
/* The id a leaf names the record by. */
struct id row_record_id(const struct read_table *table, const struct read_record *record);

#endif
