/* node/place/place_conf.h - the place's rows of node.conf. Threads: const data. */
#ifndef NODE_PLACE_PLACE_CONF_H
#define NODE_PLACE_PLACE_CONF_H

#include "node/base/conf.h"

#define PLACE_CONF_N 3
extern const struct conf_row place_conf_rows[PLACE_CONF_N];

#endif
