/* tenants/signin/passkey_refuse.h - a passkey that is refused: outside always the same
 * bytes, the rule that was broken in the access record alone; behind the
 * password it counts as a wrong answer. Threads: the worker's with the request,
 * or the writer's. */
#ifndef TENANTS_SIGNIN_PASSKEY_REFUSE_H
#define TENANTS_SIGNIN_PASSKEY_REFUSE_H

#include "node/base/route.h"

struct passkey_refusal {
    int status;
    const char *code, *title_ja;
};
extern const struct passkey_refusal passkey_not_taken; /* a new one: 422 */
extern const struct passkey_refusal passkey_not_right; /* signing in: 401 */

/* Ends the request. why: ERR_DENIED with the rule as its field is a refusal;
 * anything else is answered as it is. person: whose passkey it is, ID_NONE when
 * that is not known. */
void passkey_refuse(struct req *req, const struct passkey_refusal *refusal, struct id person,
                    const struct fail *why);

#endif
