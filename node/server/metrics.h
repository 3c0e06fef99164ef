/* node/server/metrics.h - what the server counts, and GET /metrics (OpenMetrics) on the admin
 * socket. Counters only rise; no label holds anything that came from outside.
 * Threads: metrics_count on the loop thread, metrics_write from any. */
#ifndef NODE_SERVER_METRICS_H
#define NODE_SERVER_METRICS_H

#include "node/base/route.h"

struct metrics;
struct routes;
struct text;

NODISCARD enum err metrics_create(const struct routes *routes, struct metrics **metrics_out,
                                  struct fail *why);
void metrics_destroy(struct metrics **metrics);

/* One answer. route_index -1: a file of the client, or a request that reached no route. */
void metrics_count(struct metrics *metrics, int route_index, enum listener listener, int status,
                   int64_t took_us);
/* A request refused because of the caller's role. */
void metrics_count_refused_role(struct metrics *metrics);

/* The server's own part of the exposition, without "# EOF". */
void metrics_write(const struct metrics *metrics, struct text *text);

#endif
