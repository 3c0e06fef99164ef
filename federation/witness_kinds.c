/* POST /fed/v1/witness: a member's newest checkpoint, looked at and cosigned. It leaves no
 * access record: two nodes that witness each other would write one for every look, and look
 * again because of it. */
#include "federation/witness_priv.h"

#include "federation/purge_priv.h"
#include "node/base/clock.h"
#include "node/base/jx_scalar.h"
#include "node/base/log.h"

struct witnessing {
    struct fed_req *req;
    struct witness_offer offer;
    char key[NOTE_KEY_TEXT_CAP], line[COSIGN_LINE_CAP];
    size_t line_len;
    struct witness_answer answer;
};

/* Our word, made before it is known whether it is given: the agent that holds the key is asked
 * here, not where the writer would wait for it. */
static enum err cosign(struct witnessing *w, struct fail *why)
{
    struct fed_req *req = w->req;
    const struct fed_member *member;
    const struct fed_key *key;
    int64_t at_s = req->now_utc_us / SECOND_US;
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    char text[COSIGN_TEXT_CAP];
    struct cosign_by by;
    struct own_signer own;
    enum err rc;

    if (!own_signer_init(&own, req->federation, req->now_utc_us) ||
        registry_key_find(req->registry, span_text(own.kid), req->now_utc_us, &member, &key) !=
            FED_OK)
        return fail_set(why, ERR_UNAVAILABLE, "the registry lists no key of ours");
    by.name = span_text(own.kid);
    memcpy(by.public_key, key->ed25519, sizeof by.public_key);
    rc = own.signer.sign(own.signer.arg,
                         span_of(text, cosign_text_into(at_s, w->offer.note.text, text)),
                         signature, why);
    if (rc == ERR_OK)
        w->line_len = cosign_line_into(&by, at_s, signature, w->line);
    return rc;
}

/* ---- in the writer's transaction ---- */

static enum err add_step(struct tx *tx, const struct witnessing *w, enum witness_step_kind kind,
                         struct span code, int64_t seen, struct fail *why)
{
    const struct witness_step step = {
        .id = id_new(),
        .at_utc_us = w->req->now_utc_us,
        .kind = kind,
        .node = w->req->peer->node,
        .code = code,
        .size = (int64_t)w->offer.note.size,
        .seen = seen,
        .note = w->offer.note.bytes,
    };

    return witness_step_add(tx, &step, why);
}

static enum err take(struct tx *tx, struct witnessing *w, const struct witness_seen *before,
                     struct fail *why)
{
    const struct witness_seen seen = {
        .node = w->req->peer->node,
        .contract = span_text(w->req->peer->contract),
        .log_key = span_text(w->key),
        .size = (int64_t)w->offer.note.size,
        .root = hash256_span(&w->offer.note.root),
        .note = w->offer.note.bytes,
        .at_utc_us = w->req->now_utc_us,
    };
    bool is_anew = before != NULL && !span_eq(before->log_key, seen.log_key);
    enum err rc = witness_seen_put(tx, &seen, why);

    w->answer = (struct witness_answer){WITNESS_COSIGNED, seen.size, true,
                                        span_of(w->line, w->line_len)};
    if (rc == ERR_OK && (before == NULL || is_anew))
        rc = add_step(tx, w, is_anew ? WITNESS_ANEW : WITNESS_FIRST, SPAN(""),
                      is_anew ? before->size : 0, why);
    return rc;
}

/* Shown until a good one comes; on record once a day for each reason. */
static enum err refuse(struct tx *tx, struct witnessing *w, const struct witness_seen *before,
                       enum witness_state state, struct fail *why)
{
    struct span code = jx_choice_at(WITNESS_STATES, (int)state);
    struct witness_seen seen = *before;
    struct witness_step last;
    enum err rc;

    w->answer = (struct witness_answer){.state = (int)state, .size = before->size};
    seen.code = code;
    seen.code_size = (int64_t)w->offer.note.size;
    seen.code_utc_us = w->req->now_utc_us;
    rc = witness_seen_refuse(tx, &seen, why);
    if (rc != ERR_OK)
        return rc;
    rc = witness_step_last(tx, seen.node, WITNESS_REFUSED, w->req->arena, &last, why);
    if (rc == ERR_OK && span_eq(last.code, code) &&
        w->req->now_utc_us - last.at_utc_us < DAY_US)
        return ERR_OK;
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    log_error("witness.refused", L_ID("of", seen.node), L_SPAN("code", code),
              L_INT("size", w->offer.note.size), L_INT("seen", before->size));
    return add_step(tx, w, WITNESS_REFUSED, code, before->size, why);
}

static enum err look_run(struct tx *tx, void *arg, struct fail *why)
{
    struct witnessing *w = arg;
    struct fed_req *req = w->req;
    struct witness_known known;
    struct witness_seen seen;
    enum witness_state state;
    bool is_barred = false;
    enum err rc = purge_is_barred(tx, req->peer, req->arena, &is_barred, why);

    req->code = FED_OK;
    if (rc == ERR_OK && is_barred)
        return fed_refuse(req, FED_CLASS_PURGED, why);
    if (rc == ERR_OK)
        rc = witness_seen_find(tx, NULL, req->peer->node, req->arena, &seen, why);
    if (rc == ERR_NOT_FOUND)
        return take(tx, w, NULL, why);
    if (rc != ERR_OK)
        return rc;
    known = (struct witness_known){seen.contract, seen.log_key, (uint64_t)seen.size, {{0}}};
    memcpy(known.root.b, seen.root.p, HASH256_BYTES);
    state = witness_judge(&known, span_text(req->peer->contract), &w->offer);
    switch (state) {
    case WITNESS_COSIGNED:
        return take(tx, w, &seen, why);
    case WITNESS_BEHIND:
        w->answer = (struct witness_answer){.state = WITNESS_BEHIND, .size = seen.size};
        return ERR_OK;
    case WITNESS_SHRUNK:
    case WITNESS_FORKED:
    case WITNESS_OTHER_KEY:
        break;
    }
    return refuse(tx, w, &seen, state, why);
}

static void look_done(void *arg, enum err rc, const struct fail *why)
{
    struct witnessing *w = arg;

    if (rc == ERR_OK) {
        fed_reply_json(w->req, 200, &w->answer);
        return;
    }
    if (w->req->code == FED_OK) {
        log_warn("witness.failed", L_FAIL(why));
        w->req->code = fed_code_of_err(rc);
    }
    fed_reply_code(w->req, w->req->code);
}

/* ---- on the inbox thread ---- */

static enum fed_code begin(struct fed_req *req, struct witnessing *w)
{
    const struct fed_member *self = registry_member(req->registry, req->federation->conf.node);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (!witness_is_one(self))
        return FED_ROLE_DENIED;
    rc = witness_offer_open(req->input, &w->offer, &why);
    if (rc == ERR_DENIED)
        return FED_BAD_SIGNATURE;
    if (rc == ERR_OK)
        rc = cosign(w, &why);
    note_key_text(&w->offer.key, w->key);
    return rc == ERR_OK ? FED_OK : fed_code_of_err(rc);
}

static void witness_look(struct fed_req *req)
{
    struct witnessing *w = arena_alloc(req->arena, sizeof *w);
    const struct writer_op op = {look_run, look_done, w};
    struct fail why = {.code = ERR_OK};
    enum fed_code code = FED_UNAVAILABLE;

    if (w != NULL) {
        memset(w, 0, sizeof *w);
        w->req = req;
        code = begin(req, w);
    }
    if (code == FED_OK && writer_post(req->services->writer, &op, &why) == ERR_OK)
        return;
    fed_reply_code(req, code == FED_OK ? fed_code_of_err(why.code) : code);
}

const struct fed_kind witness_kinds[WITNESS_KINDS_N] = {
    {.name = "fed.witness",
     .method = "POST",
     .path = "/fed/v1/witness",
     .keep = FED_KEEP_NONE,
     .body_most = WITNESS_BODY_MOST,
     .input = &witness_body_shape,
     .output = &witness_answer_shape,
     .handle = witness_look},
};
const struct fed_kind *const witness_kind = &witness_kinds[0];
