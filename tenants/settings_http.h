/* tenants/settings_http.h - what the routes of the settings share. */
#ifndef TENANTS_SETTINGS_HTTP_H
#define TENANTS_SETTINGS_HTTP_H

#include "node/base/route.h"
#include "node/base/setting.h"

/* Who may see the settings of the own node; who may change one stands in its row. */
#define SETTINGS_READERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR) | \
     ROLE_BIT(ROLE_DATA_HOLDER))

/* Who may change any at all; each row narrows it further. */
#define SETTINGS_CHANGERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

/* The setting of the path's {name}. NULL: there is none, and that was answered. */
const struct setting *settings_row_of(struct req *req);

#endif
