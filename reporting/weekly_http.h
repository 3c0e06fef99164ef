/* reporting/weekly_http.h - what the two files of routes of the weekly report share. */
#ifndef REPORTING_WEEKLY_HTTP_H
#define REPORTING_WEEKLY_HTTP_H

#include "node/base/route.h"
#include "reporting/weekly_delivery_store.h"
#include "tenants/people/people_index.h"

#define WEEKLY_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
/* Who sees to whom it went and whether it was opened; the report itself only receivers. */
#define WEEKLY_DESK (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* Names of colleagues, counted as names shown (tenants/watch). NULL: it has been answered. */
struct people *weekly_names_ref(struct req *req, const struct id *accounts, size_t n);
/* "" when not known; copied into the request's arena. */
struct span weekly_name_of(const struct people *people, struct id account, struct req *req);

#endif
