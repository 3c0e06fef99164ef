/* The command line reads the database, and a bag, itself; these put it on record before. */
#include "tenants/handback/rows.h"
#include "tenants/rights/rights.h"

static void note(struct req *req)
{
    reply_none(req);
}

/* Nothing leaves without a permission on record, the bag least of all (AI-8-3). */
static void note_export(struct req *req)
{
    if (rights_may_export(req))
        reply_none(req);
}

const struct route handback_routes[HANDBACK_ROUTES_N] = {
    {
        .name = "handback.export",
        .method = HTTP_POST,
        .path = "/api/v1/admin/handback/export",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_EXPORT,
        .must_go_on = true,
        .while_leaving = true, /* the bag is made when nothing changes any more */
        .summary_ja = "お返しするデータのすべてを書き出すことを記録する",
        .handle = note_export,
    },
    {
        .name = "handback.deliver",
        .method = HTTP_POST,
        .path = "/api/v1/admin/handback/deliver",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_EXPORT,
        .must_go_on = true,
        .while_leaving = true,
        .summary_ja = "書き出したデータを、自治体に渡す部品にすることを記録する",
        .handle = note,
    },
};
