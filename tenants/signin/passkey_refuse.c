#include "tenants/signin/passkey_refuse.h"

#include <string.h>

#include "node/db/audit.h"
#include "tenants/leaving/leaving.h"
#include "tenants/signin/session_open.h"

const struct passkey_refusal passkey_not_taken = {
    422, "passkey-refused",
    "パスキーを登録できませんでした。もう一度はじめからためしてください。"};
const struct passkey_refusal passkey_not_right = {
    401, "wrong-passkey",
    "パスキーでログインできませんでした。もう一度ためすか、ほかの方法でログイン"
    "してください。"};

struct refusing {
    struct req *req;
    const struct passkey_refusal *refusal;
    struct id person, entry;
    const char *outcome;
};

static enum err refuse_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct refusing *r = arg;
    const struct req *req = r->req;
    struct access_entry entry = access_of(req);
    bool has_ended;
    enum err rc = ERR_OK;

    entry.id = r->entry;
    entry.object = ID_NONE;
    entry.person = r->person;
    entry.action = "refused";
    entry.outcome = r->outcome;
    if (req->caller.stage == STAGE_SECOND_FACTOR)
        rc = session_store_wrong(tx, req->caller.session, SECOND_FACTOR_TRIES, req->now_utc_us,
                                 &has_ended, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void refuse_done(void *arg, enum err rc, const struct fail *why)
{
    const struct refusing *r = arg;

    if (rc != ERR_OK) {
        reply_fail(r->req, why);
        return;
    }
    r->req->access_recorded = 1;
    if (r->refusal == &passkey_not_right && leaving_is_on(r->req->services->leaving)) {
        reply_problem(r->req, 403, "draining", leaving_sentence_ja);
        return;
    }
    if (strcmp(r->outcome, "passkey-" SESSION_CONTRACT_ENDED) == 0) {
        reply_problem(r->req, 403, SESSION_CONTRACT_ENDED, session_contract_ended_ja);
        return;
    }
    reply_problem(r->req, r->refusal->status, r->refusal->code, r->refusal->title_ja);
}

void passkey_refuse(struct req *req, const struct passkey_refusal *refusal, struct id person,
                    const struct fail *why)
{
    struct refusing *r = arena_alloc(req->arena, sizeof *r);
    const struct writer_op op = {refuse_run, refuse_done, r};
    struct fail trouble = *why;

    if (why->code == ERR_DENIED && r != NULL) {
        *r = (struct refusing){
            .req = req,
            .refusal = refusal,
            .person = person,
            .entry = id_new(),
            .outcome = arena_printf(req->arena, "passkey-%s", why->field),
        };
        if (r->outcome == NULL)
            fail_set(&trouble, ERR_NOMEM, "refusal");
        else if (writer_post(req->services->writer, &op, &trouble) == ERR_OK)
            return;
    }
    if (trouble.code == ERR_RATE)
        reply_header(req, "Retry-After", "60");
    reply_fail(req, &trouble);
}
