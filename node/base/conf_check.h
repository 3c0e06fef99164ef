/* node/base/conf_check.h - does a value keep the rule of its configuration row?
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_BASE_CONF_CHECK_H
#define NODE_BASE_CONF_CHECK_H

#include "node/base/conf.h"

/* False: sentence_out holds one Japanese sentence that says the rule. */
bool conf_check(const struct conf_row *row, struct span value, char *sentence_out,
                size_t sentence_cap);

#endif
