#include "tenants/leaving/leaving.h"
#include "tenants/people/account.h"
#include "tenants/rights/rights.h"
#include "tenants/rights/rights_look_store.h"

static enum err check_operator(struct req *req, struct fail *why)
{
    const struct leaving *leaving = req->services->leaving;
    bool is_there = false;
    enum err rc;

    if (leaving != NULL && leaving_state_now(leaving) != LEAVING_ACTIVE)
        return ERR_OK;
    rc = rights_look_export(req->db, req->now_utc_us, &is_there, why);
    return rc == ERR_OK && !is_there ? fail_set(why, ERR_DENIED, "no export in force") : rc;
}

static enum err check(struct req *req, struct fail *why)
{
    struct span purpose = SPAN_NONE;

    if (req->listener == LISTENER_ADMIN)
        return check_operator(req, why);
    if (req->caller.role != ROLE_CONTRACTOR)
        return ERR_OK;
    return rights_purpose(accounts_rights(req->services->accounts), req->db, &req->caller,
                          RIGHT_EXPORT, req->now_utc_us, req->arena, &purpose, why);
}

bool rights_may_export(struct req *req)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = check(req, &why);

    if (rc == ERR_DENIED)
        reply_problem(req, 403, "export-purpose",
                      "書き出しや印刷には、教育委員会の承認者が目的と期限を決めて出す許可が"
                      "必要です。承認者に相談してください。");
    else if (rc != ERR_OK)
        reply_fail(req, &why);
    return rc == ERR_OK;
}
