#include "federation/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "federation/federation_priv.h"
#include "federation/profile_gate.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/digest.h"

#define TARGET_CAP   (PROFILE_PATH_MOST + PROFILE_QUERY_MOST + 2)
#define ANSWER_SMALL ((size_t)256 * 1024)
#define TRIES        2

/* ---- one try ---- */

struct trying {
    struct federation *federation;
    const struct fed_ask *ask;
    struct arena *arena;
    struct registry *registry;
    const struct fed_member *peer;
    struct id op;
    int64_t now_utc_us;
    struct fed_message message;
    struct fed_signed head;
    bool is_stranger; /* what answered signed with a key that our registry does not have */
};

/* A document may be as long as documents are; nothing else is. */
static size_t answer_most(const struct fed_ask *ask)
{
    return ask->kind->output == NULL ? FED_DOC_TEXT_CAP : ANSWER_SMALL;
}

static enum err send_it(struct trying *t, struct net_peer_answer *answer, struct fail *why)
{
    const struct fed_ask *ask = t->ask;
    const struct net_peer_to to = {
        .node = t->peer->node,
        .endpoint = t->peer->endpoint,
        .pins = t->peer->spki,
        .n_pins = t->peer->n_spki,
    };
    struct net_peer_header headers[sizeof t->head.headers / sizeof t->head.headers[0]];
    char target[TARGET_CAP];
    struct net_peer_ask out = {
        .is_post = strcmp(ask->kind->method, "POST") == 0,
        .target = target,
        .headers = headers,
        .n_headers = t->head.n_headers,
        .body = ask->body,
        .answer_most = answer_most(ask),
        .stop = ask->stop == NULL ? &t->federation->is_stopping : ask->stop,
    };
    int n = snprintf(target, sizeof target, "%.*s%s%.*s", SPAN_ARG(t->message.path),
                     t->message.query.len > 0 ? "?" : "", SPAN_ARG(t->message.query));

    if (n < 0 || n >= TARGET_CAP)
        return fail_set(why, ERR_INVALID, "a target of %d bytes", n);
    for (int i = 0; i < t->head.n_headers; i++)
        /* cppcheck-suppress unreadVariable */
        headers[i] =
            (struct net_peer_header){t->head.headers[i].name, t->head.headers[i].value};
    return net_peer_ask(ask->net == NULL ? t->federation->net : ask->net, &to, &out, t->arena,
                        answer, why);
}

static enum err sign_it(struct trying *t, struct fail *why)
{
    struct federation *f = t->federation;
    const struct fed_ask *ask = t->ask;
    const struct fed_signer *signer = ask->signer;
    struct own_signer own;
    struct fed_stamp stamp = {
        .dest = t->peer->node,
        .op = t->op,
        .reg = registry_head(t->registry),
        .now_utc_us = t->now_utc_us,
    };
    enum err rc;

    if (signer == NULL && !own_signer_init(&own, f, t->now_utc_us))
        return fail_set(why, ERR_NOT_FOUND, "the registry lists no key of ours");
    digest_random(stamp.nonce, sizeof stamp.nonce);
    t->message = (struct fed_message){
        .method = span_text(ask->kind->method),
        .authority = profile_authority(span_text(t->peer->endpoint)),
        .path = span_text(ask->path == NULL ? ask->kind->path : ask->path),
        .query = span_text(ask->query),
        .body = ask->body,
    };
    rc = profile_sign_request(signer == NULL ? &own.signer : signer, &t->message,
                              ask->kind->media, &stamp, &t->head, why);
    t->message.headers = t->head.headers;
    t->message.n_headers = t->head.n_headers;
    return rc;
}

/* The problem document of another node's refusal. */
struct refusal {
    struct span type, title, code;
    int64_t status, newest_seq;
    bool has_seq;
};
static const struct jx_field refusal_fields[] = {
    {.name = "type", .type = JX_TEXT, .offset = offsetof(struct refusal, type)},
    {.name = "title", .type = JX_TEXT, .offset = offsetof(struct refusal, title)},
    {.name = "status", .type = JX_INT, .offset = offsetof(struct refusal, status)},
    {.name = "code", .type = JX_TEXT, .offset = offsetof(struct refusal, code)},
    {.name = "newest_seq",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct refusal, newest_seq),
     .has_offset = offsetof(struct refusal, has_seq)},
};
static const struct jx_shape refusal_shape =
    JX_SHAPE("FedRefusal", struct refusal, refusal_fields);

/* Signed by the peer, so whatever it says is meant. A code of a newer program is taken as a
 * refusal all the same: for good when the status is 4xx. */
static enum fed_code read_refusal(const struct net_peer_answer *answer, struct arena *arena)
{
    struct refusal refusal;
    enum fed_code code;

    if (jx_read(answer->body, &refusal_shape, arena, &refusal, NULL, NULL) == ERR_OK &&
        fed_code_find(refusal.code, &code) && code != FED_OK)
        return code;
    return answer->status >= 500 ? FED_UNAVAILABLE : FED_NOT_FOUND;
}

static bool is_problem(const struct net_peer_answer *answer)
{
    for (int i = 0; i < answer->n_headers; i++)
        if (span_eq(answer->headers[i].name, SPAN("content-type")))
            return span_eq(answer->headers[i].value,
                           span_text(profile_media_text(PROFILE_PROBLEM)));
    return false;
}

static bool is_document(const struct net_peer_answer *answer)
{
    for (int i = 0; i < answer->n_headers; i++)
        if (span_eq(answer->headers[i].name, SPAN("content-type")))
            return span_eq(answer->headers[i].value,
                           span_text(profile_media_text(PROFILE_SIGNED)));
    return false;
}

/* Only what the peer signed, for this very request, is an answer. */
static enum err believe(struct trying *t, const struct net_peer_answer *answer,
                        struct fed_said *out, struct fail *why)
{
    struct fed_header headers[NET_PEER_HEADERS_MOST];
    const struct fed_answer said = {
        .status = answer->status,
        .headers = headers,
        .n_headers = answer->n_headers,
        .body = answer->body,
    };
    enum fed_code code;

    if (answer->why != NET_PEER_OK)
        return fail_set(why, ERR_UNAVAILABLE, "no answer: %s", net_peer_why_id(answer->why));
    for (int i = 0; i < answer->n_headers; i++)
        /* cppcheck-suppress unreadVariable */
        headers[i] = (struct fed_header){answer->headers[i].name, answer->headers[i].value};
    code = fed_answer_check(t->registry, t->peer->node, &t->message, &said, clock_utc_us());
    t->is_stranger = code == FED_UNKNOWN_KEY;
    if (code != FED_OK)
        return fail_set(why, ERR_UNAVAILABLE, "no answer of that node: status %d, %s",
                        answer->status, fed_code_text(code));
    out->status = answer->status;
    out->body = answer->body;
    out->media = is_problem(answer)    ? PROFILE_PROBLEM
                 : is_document(answer) ? PROFILE_SIGNED
                                       : PROFILE_JSON;
    out->code =
        answer->status >= 200 && answer->status < 300 ? FED_OK : read_refusal(answer, t->arena);
    return ERR_OK;
}

static enum err try_once(struct trying *t, struct fed_said *out, struct fail *why)
{
    struct federation *f = t->federation;
    struct net_peer_answer *answer = arena_alloc(t->arena, sizeof *answer);
    enum err rc;

    if (answer == NULL)
        return fail_set(why, ERR_NOMEM, "an answer");
    t->now_utc_us = clock_utc_us();
    t->registry = trust_now(f->trust);
    t->peer = t->registry == NULL ? NULL : registry_member(t->registry, t->ask->peer);
    if (t->peer == NULL || id_eq(t->ask->peer, f->conf.node) ||
        !fed_member_is_in_contract(t->peer, t->now_utc_us)) {
        registry_unref(&t->registry);
        return fail_set(why, ERR_NOT_FOUND, "no node under contract by this id");
    }
    rc = sign_it(t, why);
    if (rc == ERR_OK) {
        atomic_fetch_add(&f->n_asked, 1);
        rc = send_it(t, answer, why);
    }
    if (rc == ERR_OK) {
        rc = believe(t, answer, out, why);
        if (rc == ERR_UNAVAILABLE)
            atomic_fetch_add(&f->n_no_answer, 1);
    }
    registry_unref(&t->registry);
    return rc;
}

enum err fed_call(struct federation *f, const struct fed_ask *ask, struct arena *arena,
                  struct fed_said *out, struct fail *why)
{
    struct trying *t = arena_alloc(arena, sizeof *t);
    enum err rc = ERR_OK;

    if (t == NULL)
        return fail_set(why, ERR_NOMEM, "a request");
    for (int i = 0; i < TRIES; i++) {
        *t = (struct trying){
            .federation = f,
            .ask = ask,
            .arena = arena,
            .op = id_is_none(ask->op) ? id_new() : ask->op,
        };
        rc = try_once(t, out, why);
        /* Its key may be a new one, of a registry that we have not heard of yet. */
        if (rc == ERR_UNAVAILABLE && t->is_stranger && i + 1 < TRIES &&
            gossip_ask_openly(f, ask->peer, NULL) == ERR_OK)
            continue;
        if (rc != ERR_OK || i + 1 == TRIES)
            break;
        /* curl sends a request again when a kept connection turns out to be closed: then the
         * nonce may have been used by the first. */
        if (out->code == FED_REPLAYED)
            continue;
        if (out->code != FED_REGISTRY_STALE || ask->kind == fed_kind_registry ||
            gossip_catch_up(f, ask->peer, why) != ERR_OK)
            break;
    }
    return rc;
}

enum err fed_said_read(const struct fed_said *said, const struct jx_shape *shape,
                       struct arena *arena, void *into, struct fail *why)
{
    if (said->code != FED_OK || said->media != PROFILE_JSON)
        return fail_set(why, ERR_PROTO, "an answer of another kind than %s", shape->name);
    return jx_read(said->body, shape, arena, into, NULL, why) == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_PROTO, "an answer that is no %s", shape->name);
}

enum err fed_call_openly(struct federation *f, const struct fed_member *at, int64_t seq,
                         struct arena *arena, struct span *document_out, struct fail *why)
{
    char target[64];
    const struct net_peer_to to = {
        .endpoint = at->endpoint, .pins = at->spki, .n_pins = at->n_spki};
    const struct net_peer_ask ask = {
        .target = target,
        .answer_most = FED_DOC_TEXT_CAP,
        .stop = &f->is_stopping,
    };
    struct net_peer_answer *answer = arena_alloc(arena, sizeof *answer);
    int n = snprintf(target, sizeof target, "%s", fed_kind_registry->path);
    enum err rc;

    if (answer == NULL)
        return fail_set(why, ERR_NOMEM, "an answer");
    if (seq > 0)
        snprintf(target + n, sizeof target - (size_t)n, "?seq=%" PRId64, seq);
    rc = net_peer_ask(f->net, &to, &ask, arena, answer, why);
    if (rc == ERR_OK && answer->why != NET_PEER_OK)
        rc = fail_set(why, ERR_UNAVAILABLE, "no answer: %s", net_peer_why_id(answer->why));
    if (rc == ERR_OK && (answer->status != 200 || !is_document(answer)))
        rc = fail_set(why, ERR_UNAVAILABLE, "no registry there: status %d", answer->status);
    if (rc == ERR_OK)
        *document_out = answer->body;
    return rc;
}
