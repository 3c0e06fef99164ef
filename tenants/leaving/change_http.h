/* tenants/leaving/change_http.h - what the requests about a change of contractor share.
 * Threads: the request's.  Owns: nothing; all of it lives in the request's arena. */
#ifndef TENANTS_LEAVING_CHANGE_HTTP_H
#define TENANTS_LEAVING_CHANGE_HTTP_H

#include "node/base/route.h"
#include "tenants/leaving/change_store.h"
#include "tenants/people/contract_store.h"

struct change_look {
    bool has_change; /* one that was not cancelled */
    struct contract_change change;
    struct contract_row contract; /* facts.has_contract */
    struct change_facts facts;
    struct change_account *accounts; /* who came with the contractor */
    size_t n_accounts;
};
/* As things stand now, for the request's caller. */
NODISCARD enum err change_look_read(const struct req *req, struct tx *tx, struct db *db,
                                    struct arena *arena, struct change_look *look_out,
                                    struct fail *why);
/* Is everybody who would end or stay named in the change? */
bool change_names_all(const struct change_look *look);
/* Answers a refusal. */
void change_refuse(struct req *req, enum change_code code);

#endif
