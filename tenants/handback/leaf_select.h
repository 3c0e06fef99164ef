/* tenants/handback/leaf_select.h - the SELECT by which a verifier finds the rows of a leaf
 * table (node/db/audit_table.h), taken apart, so that one statement can give what is committed
 * to together with the columns that go out. Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_HANDBACK_LEAF_SELECT_H
#define TENANTS_HANDBACK_LEAF_SELECT_H

#include <stdbool.h>

#include "node/base/span.h"

#define LEAF_ITEMS_CAP 48

struct leaf_select {
    struct span list, from; /* "SELECT list FROM from WHERE id = ANY ($1::uuid[])" */
    struct span items[LEAF_ITEMS_CAP];
    int n;
};

/* False: it is of another form. Spans borrow from sql. */
bool leaf_select_read(const char *sql, struct leaf_select *out);
/* Which item is this column as it stands, so that it need not be asked for twice; -1: none. */
int leaf_select_find(const struct leaf_select *s, const char *column);

#endif
