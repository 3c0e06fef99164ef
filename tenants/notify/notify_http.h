/* tenants/notify/notify_http.h - what the two files of routes share. */
#ifndef TENANTS_NOTIFY_NOTIFY_HTTP_H
#define TENANTS_NOTIFY_NOTIFY_HTTP_H

#include "node/base/route.h"
#include "tenants/people/people_index.h"

#define NOTIFY_DESK      (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define NOTIFY_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)

/* Names of colleagues, counted as names shown (tenants/watch). NULL: it has been answered. */
struct people *notify_names_ref(struct req *req, const struct id *accounts, size_t n);
/* "" when not known; copied into the request's arena. */
struct span notify_name_of(const struct people *people, struct id account, struct req *req);

#endif
