/* The operator's side of trust, on the admin socket alone: what is believed, joining, a new
 * key, a registry from a file, a split cleared up. A document is answered as its one text. */
#include "federation/trust_http.h"

#include "federation/federation.h"
#include "node/base/hex.h"

#define HASH_HEX ((size_t)2 * HASH256_BYTES)

struct trust *trust_need(struct req *req)
{
    if (req->services->federation == NULL) {
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
        return NULL;
    }
    return federation_trust(req->services->federation);
}

/* ---- GET /api/v1/admin/federation ---- */

enum err trust_status_output(struct req *req, struct trust *trust,
                             struct federation_status *out, struct fail *why)
{
    struct trust_status *s = arena_alloc(req->arena, sizeof *s); /* its texts are borrowed */
    char *hash = arena_alloc(req->arena, HASH_HEX);

    if (s == NULL || hash == NULL)
        return fail_set(why, ERR_NOMEM, "a status");
    trust_status_read(trust, req->now_utc_us, s);
    (void)hex_write(s->head.sha256.b, HASH256_BYTES, hash);
    *out = (struct federation_status){
        .has_roots = s->has_roots,
        .has_registry = s->has_registry,
        .is_split = s->is_split,
        .is_fresh = s->is_fresh,
        .is_behind = s->is_behind,
        .is_spoilt = s->is_spoilt,
        .federation = span_text(s->federation),
        .roots_code = span_text(s->roots_code),
        .sha256 = s->has_registry ? span_of(hash, HASH_HEX) : SPAN_NONE,
        .own_kid = span_text(s->own_kid),
        .waiting_kid = span_text(s->waiting_kid),
        .seq = s->head.seq,
        .n_members = s->n_members,
        .split_seq = s->split_seq,
        .n_claims = s->n_claims,
        .taken = s->taken_utc_us,
        .expires = s->expires_utc_us,
        .time_expires = s->time_expires_utc_us,
        .own_not_after = s->own_not_after_utc_us,
        .contract_to = s->own_contract_to_utc_us,
        .has_taken = s->has_registry,
        .has_expires = s->has_registry,
        .has_time_expires = s->time_expires_utc_us != 0,
        .has_own_not_after = s->own_kid[0] != '\0',
        .has_contract_to = s->own_contract_to_utc_us != 0,
    };
    return ERR_OK;
}

static void show(struct req *req)
{
    struct trust *trust = trust_need(req);
    struct federation_status out;
    struct fail why;

    if (trust == NULL)
        return;
    if (trust_status_output(req, trust, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/admin/federation/registry ---- */

static void registry_show(struct req *req)
{
    struct trust *trust = trust_need(req);
    struct span bytes, sig_lines, whole;
    struct fail why;
    enum err rc;

    if (trust == NULL)
        return;
    rc = trust_document(trust, req->db, 0, req->arena, &bytes, &sig_lines, &why);
    if (rc == ERR_OK)
        rc = fed_doc_join(bytes, sig_lines, req->arena, &whole, &why);
    if (rc == ERR_OK)
        reply_bytes(req, 200, FED_DOC_MEDIA_TYPE, whole);
    else
        reply_fail(req, &why);
}

/* ---- what is asked of the roots: join, rotation ---- */

/* A document that goes out when the steps it rests on are committed. */
struct asking {
    struct req *req;
    struct span whole;
};

static void asking_done(void *arg, enum err rc, const struct fail *why)
{
    struct asking *asking = arg;

    if (rc == ERR_OK)
        reply_bytes(asking->req, 200, FED_DOC_MEDIA_TYPE, asking->whole);
    else
        reply_fail(asking->req, why);
}

static void ask(struct req *req, struct trust *trust, struct span whole,
                const struct trust_step *steps, int n)
{
    const struct fail fine = {.code = ERR_OK};
    struct asking *asking = req_alloc(req, sizeof *asking);
    struct fail why;

    if (asking == NULL)
        return;
    *asking = (struct asking){req, whole};
    if (n == 0)
        asking_done(asking, ERR_OK, &fine);
    else if (trust_steps_post(trust, steps, n, asking_done, asking, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* The key's own number; the row of it may not be committed yet. */
struct new_key {
    struct keyring *keyring;
    int64_t n;
};

static enum err sign_new(void *arg, const char *kid, struct span bytes,
                         uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    const struct new_key *key = arg;
    char name[TRUST_KEY_NAME_CAP];

    (void)kid;
    trust_key_name(key->n, name);
    return keyring_sign(key->keyring, name, bytes, signature_out, why);
}

static enum err sign_old(void *arg, const char *kid, struct span bytes,
                         uint8_t signature_out[FED_SIG_BYTES], struct fail *why)
{
    return trust_sign(arg, kid, bytes, signature_out, why);
}

/* "aozora" of "aozora.ibasho". */
static struct span base_of_origin(struct span origin)
{
    const uint8_t *dot = origin.len == 0 ? NULL : memchr(origin.p, '.', origin.len);

    return dot == NULL ? origin : span_of(origin.p, (size_t)(dot - origin.p));
}

void trust_refuse_invitation(struct req *req, const struct fail *why)
{
    if (why->code == ERR_PROTO || why->code == ERR_TOO_LARGE)
        reply_problem(req, 422, "form",
                      "招待状として読めません。途中で切れたか、書きかえられて"
                      "います。");
    else if (why->code == ERR_DENIED)
        reply_problem(req, 422, "signatures", "招待状の署名が合いません。使わないでください。");
    else if (why->code == ERR_TIMEOUT)
        reply_problem(
            req, 422, "ended",
            "この招待状は期限が切れています。連合のとりまとめ役に新しいものを頼んでください。");
    else if (why->code == ERR_CONFLICT)
        reply_problem(req, 409, "other-roots",
                      "このノードはもうほかの根の鍵を信じています。別の連合には入れません。");
    else
        reply_fail(req, why);
}

static struct fed_join join_of(const struct req *req, const struct federation_join *in,
                               const struct fed_public *key)
{
    const struct federation_pin *pins = in->spki.at;
    struct fed_join join = {.node = ID_NONE,
                            .name_ja = in->name_ja,
                            .endpoint = in->endpoint,
                            .code = in->has_code ? in->code : SPAN_NONE,
                            .n_spki = (int)in->spki.n,
                            .key = *key,
                            .asked_utc_us = req->now_utc_us};

    for (int i = 0; i < join.n_spki; i++)
        memcpy(join.spki[i], pins[i].sha256.p, FED_SPKI_BYTES);
    return join;
}

static enum err join_write(struct req *req, const struct federation_join *in, struct id node,
                           const struct fed_public *key, int64_t n, struct span *whole_out,
                           struct fail *why)
{
    struct new_key new_key = {req->services->keyring, n};
    const struct fed_doc_signer signer = {key->kid, sign_new, &new_key};
    struct fed_join join = join_of(req, in, key);
    struct span bytes, line;
    enum err rc;

    join.node = node;
    join.invitation_text = in->invitation;
    rc = fed_join_write(&join, req->arena, &bytes, why);
    if (rc == ERR_OK)
        rc = fed_doc_sign(FED_DOC_JOIN, bytes, &signer, req->arena, &line, why);
    return rc == ERR_OK ? fed_doc_join(bytes, line, req->arena, whole_out, why) : rc;
}

void trust_join_reply(struct req *req, const struct federation_join *in)
{
    struct trust *trust = trust_need(req);
    const char *origin = conf_text(req->services->conf, "node.origin");
    struct span base = in->has_kid ? in->kid : base_of_origin(span_text(origin)), whole;
    struct fed_public *key = trust == NULL ? NULL : req_alloc(req, sizeof *key);
    struct trust_step steps[2], key_step = {.number = 0};
    bool is_new_pin, is_new_key;
    struct fail why = {.code = ERR_OK};
    int n = 0;

    if (key == NULL)
        return;
    if (!fed_endpoint_is_good(in->endpoint) || (in->has_code && !fed_code_is_good(in->code))) {
        reply_problem(req, 422, "endpoint",
                      "つなぎ先は host.example.jp:443 の形で、自治体コードは6桁の数字で"
                      "入れてください。");
        return;
    }
    if (trust_pin_plan(trust, in->invitation, req->now_utc_us, &steps[n], &is_new_pin, &why) !=
        ERR_OK) {
        trust_refuse_invitation(req, &why);
        return;
    }
    n += is_new_pin ? 1 : 0;
    if (trust_key_plan(trust, base, &key_step, key, &is_new_key, &why) != ERR_OK ||
        join_write(req, in, trust_node(trust), key, key_step.number, &whole, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (is_new_key)
        steps[n++] = key_step;
    ask(req, trust, whole, steps, n);
}

static void join(struct req *req)
{
    trust_join_reply(req, req->input);
}

/* ---- POST /api/v1/admin/federation/rotation ---- */

static enum err rotation_write(struct req *req, struct trust *trust, const char *old_kid,
                               const struct fed_public *key, int64_t n, struct span *whole_out,
                               struct fail *why)
{
    struct new_key new_key = {req->services->keyring, n};
    const struct fed_doc_signer signer = {key->kid, sign_new, &new_key};
    const struct fed_doc_signer before = {old_kid, sign_old, trust};
    struct fed_rotation rotation = {
        .node = trust_node(trust), .key = *key, .asked_utc_us = req->now_utc_us};
    struct trust_status status;
    struct span bytes, lines[2], sig_lines;
    const char *both;
    enum err rc;

    trust_status_read(trust, req->now_utc_us, &status);
    rotation.federation = span_text(status.federation);
    memcpy(rotation.old_kid, old_kid, FED_KID_CAP);
    rc = fed_rotation_write(&rotation, req->arena, &bytes, why);
    if (rc == ERR_OK)
        rc = fed_doc_sign(FED_DOC_ROTATION, bytes, &signer, req->arena, &lines[0], why);
    if (rc == ERR_OK)
        rc = fed_doc_sign(FED_DOC_ROTATION, bytes, &before, req->arena, &lines[1], why);
    if (rc != ERR_OK)
        return rc;
    both = arena_printf(req->arena, "%.*s%.*s", SPAN_ARG(lines[0]), SPAN_ARG(lines[1]));
    if (both == NULL)
        return fail_set(why, ERR_NOMEM, "a rotation");
    sig_lines = span_text(both);
    return fed_doc_join(bytes, sig_lines, req->arena, whole_out, why);
}

/* A kid without its "-N". */
static struct span base_of_kid(const char *kid)
{
    const char *dash = strrchr(kid, '-');

    return dash == NULL ? span_text(kid) : span_of(kid, (size_t)(dash - kid));
}

void trust_rotate_reply(struct req *req)
{
    struct trust *trust = trust_need(req);
    struct fed_public *key = trust == NULL ? NULL : req_alloc(req, sizeof *key);
    char old_kid[FED_KID_CAP] = "";
    struct trust_step step = {.number = 0};
    struct span whole;
    struct fail why;
    bool is_new;

    if (key == NULL)
        return;
    if (!trust_own_kid(trust, req->now_utc_us, old_kid)) {
        reply_problem(
            req, 409, "no-key",
            "登録簿にのった鍵がまだないので、替えられません。先に連合に入ってください。");
        return;
    }
    if (trust_key_plan(trust, base_of_kid(old_kid), &step, key, &is_new, &why) != ERR_OK ||
        rotation_write(req, trust, old_kid, key, step.number, &whole, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    ask(req, trust, whole, &step, is_new ? 1 : 0);
}

/* ---- POST /api/v1/admin/federation/registry ---- */

static void take_done(void *arg, enum err rc, enum trust_verdict verdict,
                      const struct fail *why)
{
    struct req *req = arg;
    struct federation_taken out = {.verdict = span_text(trust_verdict_id(verdict))};
    struct trust_status status;

    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    if (verdict != TRUST_TAKEN && verdict != TRUST_KNOWN) {
        reply_problem(req, 409, trust_verdict_id(verdict), trust_verdict_ja(verdict));
        return;
    }
    federation_wake(req->services->federation);
    trust_status_read(federation_trust(req->services->federation), req->now_utc_us, &status);
    out.seq = status.head.seq;
    reply_json(req, 200, &out);
}

void trust_take_reply(struct req *req)
{
    struct trust *trust = trust_need(req);
    struct span bytes, sig_lines;
    struct fail why;

    if (trust == NULL)
        return;
    if (fed_doc_split(req->body, &bytes, &sig_lines, &why) != ERR_OK)
        reply_problem(req, 409, trust_verdict_id(TRUST_FORM), trust_verdict_ja(TRUST_FORM));
    else if (trust_take_post(trust, bytes, sig_lines, ID_NONE, take_done, req, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/admin/federation/settlement ---- */

static void settle_done(void *arg, enum err rc, const struct fail *why)
{
    struct req *req = arg;

    if (rc == ERR_OK)
        reply_none(req);
    else
        reply_fail(req, why);
}

static void settle(struct req *req)
{
    const struct federation_settle *in = req->input;
    const struct trust_step step = {.kind = TRUST_STEP_SETTLE, .number = in->seq};
    struct trust *trust = trust_need(req);
    struct trust_status status;
    struct fail why;

    if (trust == NULL)
        return;
    trust_status_read(trust, req->now_utc_us, &status);
    if (!status.is_split || status.split_seq != in->seq)
        reply_problem(req, 409, "no-split", "この番号の食い違いはありません。");
    else if (trust_steps_post(trust, &step, 1, settle_done, req, &why) != ERR_OK)
        reply_fail(req, &why);
}

#define OPERATOR .listeners = LISTENER_ADMIN, .roles = ROLE_BIT(ROLE_ANONYMOUS)

const struct route trust_routes[TRUST_ROUTES_N] = {
    {
        .name = "federation.show",
        .method = HTTP_GET,
        .path = "/api/v1/admin/federation",
        OPERATOR,
        .audit = AUDIT_NONE,
        .output = &federation_status_shape,
        .summary_ja = "連合について、このノードが信じていること（運用者）",
        .handle = show,
    },
    {
        .name = "federation.registry",
        .method = HTTP_GET,
        .path = "/api/v1/admin/federation/registry",
        OPERATOR,
        .audit = AUDIT_NONE,
        .summary_ja = "いまの登録簿を署名のまま出す（運用者）",
        .handle = registry_show,
    },
    {
        .name = "federation.join",
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/join",
        OPERATOR,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &federation_join_shape,
        .summary_ja = "招待状を読み、連合に入る申し込みを作る（運用者）",
        .handle = join,
    },
    {
        .name = "federation.rotate",
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/rotation",
        OPERATOR,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "このノードの新しい鍵を作り、取り替えの申し込みを作る（運用者）",
        .handle = trust_rotate_reply,
    },
    {
        .name = "federation.take",
        .while_leaving = true,
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/registry",
        OPERATOR,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .body_type = FED_DOC_MEDIA_TYPE,
        .body_cap_bytes = FED_DOC_TEXT_CAP,
        .output = &federation_taken_shape,
        .summary_ja = "ファイルの登録簿を受け取る（運用者）",
        .handle = trust_take_reply,
    },
    {
        .name = "federation.settle",
        .method = HTTP_POST,
        .path = "/api/v1/admin/federation/settlement",
        OPERATOR,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &federation_settle_shape,
        .summary_ja = "登録簿の食い違いを、とりまとめ役と確かめたうえで解く（運用者）",
        .handle = settle,
    },
};
