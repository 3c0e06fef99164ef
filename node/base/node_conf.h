/* node/base/node_conf.h - the configuration rows that several programs of a node read: which
 * node this is and where its parts meet. Rows of one part alone stand with that part.
 * Threads: const data. */
#ifndef NODE_BASE_NODE_CONF_H
#define NODE_BASE_NODE_CONF_H

#include "node/base/conf.h"
#include "node/base/id.h"

#define NODE_CONF_N 14
extern const struct conf_row node_conf_rows[NODE_CONF_N];

/* node.id as an id; ERR_INVALID when it is none. */
NODISCARD enum err node_conf_id(const struct conf *conf, struct id *id_out, struct fail *why);

#endif
