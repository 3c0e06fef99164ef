/* node/db/leaf.h - the fields of an audit leaf's canonical bytes (design section 3): one line a
 * column, read by jx_write_canonical.  Threads: const data. */
#ifndef NODE_DB_LEAF_H
#define NODE_DB_LEAF_H

#include <stddef.h>

#include "node/base/jx.h"

/* Names are those of the columns. */
#define LEAF_FIELD(struct_, column, kind, member) \
    { \
        .name = (column), .type = (kind), .flags = (kind) == JX_TEXT ? JX_RAW_TEXT : 0u, \
        .offset = offsetof(struct struct_, member) \
    }
#define LEAF_FIELD_IF(struct_, column, kind, member, has) \
    { \
        .name = (column), .type = (kind), \
        .flags = JX_OPTIONAL | ((kind) == JX_TEXT ? JX_RAW_TEXT : 0u), \
        .offset = offsetof(struct struct_, member), \
        .has_offset = offsetof(struct struct_, has) \
    }
#define LEAF_CHOICE(struct_, column, codes, member) \
    { \
        .name = (column), .type = JX_ENUM, .choices = (codes), \
        .offset = offsetof(struct struct_, member) \
    }

#endif
