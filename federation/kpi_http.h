/* federation/kpi_http.h - what the routes of releases share.  Threads: workers, but
 * kpi_reply_refusal and kpi_hex also the writer's. */
#ifndef FEDERATION_KPI_HTTP_H
#define FEDERATION_KPI_HTTP_H

#include "federation/kpi_priv.h"
#include "node/place/place_http.h"

/* NULL: answered. */
struct federation *kpi_federation(struct req *req);
/* {month} of the path. False: answered. */
bool kpi_month_of_path(struct req *req, int64_t *utc_us_out);
/* code: of struct kpi_sending, in words; NULL: why. */
void kpi_reply_refusal(struct req *req, const char *code, const struct fail *why);
/* A sum as people compare it; SPAN_NONE: no memory. */
struct span kpi_hex(struct arena *arena, const struct hash256 *sum);

#endif
