/* node/server/conf_rows.h - the configuration rows of server and front. The front's own rows
 * are also read by ops/front/render.  Threads: const data. */
#ifndef NODE_SERVER_CONF_ROWS_H
#define NODE_SERVER_CONF_ROWS_H

#include "node/base/conf.h"

#define SERVER_CONF_N 16
extern const struct conf_row server_conf_rows[SERVER_CONF_N];

#endif
