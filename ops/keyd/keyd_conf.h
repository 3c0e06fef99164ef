/* ops/keyd/keyd_conf.h - the agent's own configuration rows. Threads: const data. */
#ifndef OPS_KEYD_KEYD_CONF_H
#define OPS_KEYD_KEYD_CONF_H

#include "node/base/conf.h"

#define KEYD_CONF_N 3
extern const struct conf_row keyd_conf_rows[KEYD_CONF_N];

#endif
