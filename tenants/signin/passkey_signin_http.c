/* Signing in with a passkey: behind the password as the second step, or alone,
 * as both steps at once (user verification is always asked for). NI-2.3.4-2b,
 * AI-2.6-オ. */
#include <stddef.h>

#include "tenants/signin/passkey.h"
#include "tenants/signin/passkey_refuse.h"
#include "tenants/signin/signin.h"
#include "tenants/tenants.h"

static enum passkey_act act_of(const struct req *req)
{
    return req->caller.stage == STAGE_SECOND_FACTOR ? PASSKEY_SECOND_FACTOR : PASSKEY_SIGN_IN;
}

/* -- POST /api/v1/session/passkey/options -- */

struct options {
    struct span challenge, rp_id;
    struct jx_texts allow;
};
static const struct jx_field options_fields[] = {
    {.name = "challenge",
     .type = JX_TEXT,
     .offset = offsetof(struct options, challenge),
     .title_ja = "問い（base64url）"},
    {.name = "rp_id",
     .type = JX_TEXT,
     .offset = offsetof(struct options, rp_id),
     .title_ja = "パスキーが属する名前"},
    {.name = "allow",
     .type = JX_TEXTS,
     .offset = offsetof(struct options, allow),
     .title_ja = "使えるパスキーの番号（空なら、端末にあるものから選ぶ）"},
};
static const struct jx_shape options_shape =
    JX_SHAPE("PasskeyOptions", struct options, options_fields);

static void signin_options(struct req *req)
{
    struct options options = {.allow = {NULL, 0}};
    struct passkey_place place;
    struct fail why = {.code = ERR_OK};
    enum err rc = passkey_ask(req, act_of(req), &place, &options.challenge, &why);

    if (rc == ERR_OK && act_of(req) == PASSKEY_SECOND_FACTOR)
        rc = passkey_credentials(req->services->accounts, req->db, req->caller.account,
                                 req->arena, &options.allow, &why);
    if (rc == ERR_OK) {
        options.rp_id = span_text(place.rp_id);
        reply_json(req, 200, &options);
    } else if (rc == ERR_DENIED) {
        reply_problem(req, 409, "no-passkeys-here",
                      "このアドレスではパスキーを使えません。認証アプリを使ってください。");
    } else {
        reply_fail(req, &why);
    }
}

/* -- POST /api/v1/session/passkey -- */

struct proof_input {
    struct span id, client_data, authenticator_data, signature, user_handle;
    bool has_handle;
};
static const struct jx_field proof_fields[] = {
    {.name = "id",
     .type = JX_BYTES,
     .least = WEBAUTHN_CREDENTIAL_LEAST,
     .most = WEBAUTHN_CREDENTIAL_MOST,
     .offset = offsetof(struct proof_input, id),
     .title_ja = "認証器がつけた番号"},
    {.name = "client_data",
     .type = JX_BYTES,
     .least = 1,
     .most = WEBAUTHN_CLIENT_DATA_MOST,
     .offset = offsetof(struct proof_input, client_data),
     .title_ja = "ブラウザーの言葉（clientDataJSON）"},
    {.name = "authenticator_data",
     .type = JX_BYTES,
     .least = 1,
     .most = WEBAUTHN_DATA_MOST,
     .offset = offsetof(struct proof_input, authenticator_data),
     .title_ja = "認証器の言葉（authenticatorData）"},
    {.name = "signature",
     .type = JX_BYTES,
     .least = 1,
     .most = WEBAUTHN_SIGNATURE_MOST,
     .offset = offsetof(struct proof_input, signature),
     .title_ja = "署名"},
    {.name = "user_handle",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 64,
     .offset = offsetof(struct proof_input, user_handle),
     .has_offset = offsetof(struct proof_input, has_handle),
     .title_ja = "認証器が知っている、本人の番号"},
};
static const struct jx_shape proof_shape =
    JX_SHAPE("PasskeyProof", struct proof_input, proof_fields);

struct proving {
    struct req *req;
    struct passkey_expected expected;
    struct passkey_row passkey;
    struct signin_row row;
    struct session_opening opening;
    uint32_t sign_count;
    struct id entry;
};

static enum err prove_run(struct tx *tx, void *arg, struct fail *why)
{
    struct proving *p = arg;
    const struct req *req = p->req;
    struct access_entry entry = access_of(req);
    enum err rc = passkey_store_use(tx, &p->passkey, p->sign_count,
                                    p->expected.challenge_utc_us, req->now_utc_us, why);

    entry.id = p->entry;
    entry.object = p->passkey.id;
    entry.person = p->passkey.account;
    if (rc == ERR_OK)
        rc = session_open_tx(tx, &p->opening, why);
    if (rc == ERR_DENIED && why->field[0] == '\0') /* a moment ago, by somebody else */
        rc = fail_field(why, ERR_DENIED, "account-changed", "the account changed meanwhile");
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void prove_done(void *arg, enum err rc, const struct fail *why)
{
    struct proving *p = arg;

    if (rc != ERR_OK) {
        passkey_refuse(p->req, &passkey_not_right, p->passkey.account, why);
        return;
    }
    p->req->access_recorded = 1;
    session_answer(p->req, &p->opening);
}

/* The account's tries are counted; those with a credential nobody has by what
 * it said. */
static enum err find(struct proving *p, struct fail *why)
{
    struct req *req = p->req;
    struct accounts *a = req->services->accounts;
    const struct proof_input *in = req->input;
    uint8_t index[PASSKEY_INDEX_BYTES];
    struct id counted;
    struct fail trouble;
    enum err found, rc = passkey_index(a, in->id, index, why);

    if (rc != ERR_OK)
        return rc;
    memcpy(counted.b, index, sizeof counted.b);
    found = passkey_store_by_credential(req->db, index, req->arena, &p->passkey, &trouble);
    if (found == ERR_OK)
        counted = p->passkey.account;
    rc = signin_count_try(a, counted, req->address, why);
    if (rc != ERR_OK)
        return rc;
    if (found == ERR_NOT_FOUND)
        return fail_field(why, ERR_DENIED, "unknown", "no such passkey");
    *why = trouble;
    return found;
}

/* Alone it must say whom it belongs to; behind the password it must be the same
 * person's. */
static enum err check_person(const struct proving *p, struct fail *why)
{
    const struct req *req = p->req;
    const struct proof_input *in = req->input;
    uint8_t handle[PASSKEY_HANDLE_BYTES];
    bool is_alone = act_of(req) == PASSKEY_SIGN_IN;
    enum err rc;

    if (!is_alone && !id_eq(p->passkey.account, req->caller.account))
        return fail_field(why, ERR_DENIED, "other-account", "another account's passkey");
    if (!in->has_handle && !is_alone)
        return ERR_OK;
    rc = passkey_handle(req->services->accounts, p->passkey.account, handle, why);
    if (rc == ERR_OK &&
        (!in->has_handle || !span_eq(in->user_handle, span_of(handle, sizeof handle))))
        rc = fail_field(why, ERR_DENIED, "user-handle", "another person's passkey");
    return rc;
}

static enum err check_proof(struct proving *p, struct fail *why)
{
    struct req *req = p->req;
    const struct proof_input *in = req->input;
    const struct webauthn_proof proof = {in->client_data, in->authenticator_data,
                                         in->signature};
    struct webauthn_key key;
    enum err rc = passkey_expect(req, act_of(req), in->client_data, &p->expected, why);

    if (rc == ERR_OK)
        rc = check_person(p, why);
    if (rc == ERR_OK)
        rc = passkey_open_key(req->services->accounts, &p->passkey, req->arena, &key, why);
    return rc == ERR_OK
               ? webauthn_check_proof(&p->expected.expect, &proof, &key, p->passkey.sign_count,
                                      req->arena, &p->sign_count, why)
               : rc;
}

static enum err check_account(struct proving *p, struct fail *why)
{
    struct req *req = p->req;
    struct accounts *a = req->services->accounts;
    uint8_t place[PLACE_INDEX_BYTES];
    const char *refusal;
    enum err rc = signin_place(a, req->address, place, why);

    if (rc == ERR_OK)
        rc = signin_store_by_id(NULL, req->db, p->passkey.account, place, req->now_utc_us,
                                req->arena, &p->row, why);
    if (rc != ERR_OK)
        return rc;
    refusal = session_refusal(a, &p->row, req->now_utc_us);
    /* Staff reset the password because somebody else may be in: what he left does not open. */
    if (refusal == NULL && act_of(req) == PASSKEY_SIGN_IN &&
        (p->row.must_change || p->row.first_until_utc_us != 0))
        refusal = "one-time-first";
    return refusal == NULL ? ERR_OK
                           : fail_field(why, ERR_DENIED, refusal, "the account is %s", refusal);
}

static enum err begin(struct proving *p, struct fail *why)
{
    struct req *req = p->req;
    struct accounts *a = req->services->accounts;
    struct session_opening *o = &p->opening;
    const struct writer_op op = {prove_run, prove_done, p};
    bool is_second = act_of(req) == PASSKEY_SECOND_FACTOR;
    enum err rc = ERR_OK;

    *o = (struct session_opening){
        .accounts = a,
        .row = &p->row,
        .from = signin_from_req(req),
        .stage = session_stage_next(a, &p->row, true),
        .old_session = req->caller.session,
        .old_ended_why = is_second ? "step-up" : "signed-in-again",
        .is_step = is_second,
        .totp_step = -1,
        .passes_lock = is_second,
    };
    if (o->stage == STAGE_FULL)
        rc = signin_open_column(a, &p->row, "display_name_sealed", p->row.display_name_sealed,
                                req->arena, &o->display_name, why);
    if (rc == ERR_OK)
        rc = session_opening_init(o, why);
    return rc == ERR_OK ? writer_post(req->services->writer, &op, why) : rc;
}

static void signin_prove(struct req *req)
{
    struct proving *p = req_alloc(req, sizeof *p);
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (p == NULL)
        return;
    *p = (struct proving){.req = req, .entry = id_new()};
    rc = find(p, &why);
    if (rc == ERR_OK)
        rc = check_proof(p, &why);
    if (rc == ERR_OK)
        rc = check_account(p, &why);
    if (rc == ERR_OK)
        rc = begin(p, &why);
    if (rc != ERR_OK)
        passkey_refuse(req, &passkey_not_right, p->passkey.account, &why);
}

const struct route passkey_signin_routes[PASSKEY_SIGNIN_ROUTES_N] = {
    {
        .name = "session.passkey_options",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/session/passkey/options",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_EVERYONE,
        .stages = STAGES_ALL,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &options_shape,
        .summary_ja = "パスキーでログインするための問いをもらう",
        .handle = signin_options,
    },
    {
        .name = "session.passkey",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/session/passkey",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLES_EVERYONE,
        .stages = STAGES_ALL,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &proof_shape,
        .output = &session_shape,
        .summary_ja = "パスキーでログインする（パスワードのあと、またはパスキーだけで）",
        .handle = signin_prove,
    },
};
