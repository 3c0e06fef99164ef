/* The first kinds: what a node says of itself and of the registry, and a ping that is an
 * operation like any other. */
#include "federation/federation_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"

/* ---- GET /fed/v1/node ---- */

struct fed_node {
    struct id node;
    int64_t protocol, seq, now_utc_us;
    struct span hash;
    bool is_fresh;
};
static const struct jx_field node_fields[] = {
    {.name = "node", .type = JX_ID, .offset = offsetof(struct fed_node, node)},
    {.name = "protocol", .type = JX_INT, .offset = offsetof(struct fed_node, protocol)},
    {.name = "seq", .type = JX_INT, .offset = offsetof(struct fed_node, seq)},
    {.name = "hash", .type = JX_BYTES, .offset = offsetof(struct fed_node, hash)},
    {.name = "is_fresh", .type = JX_BOOL, .offset = offsetof(struct fed_node, is_fresh)},
    {.name = "now", .type = JX_TIME, .offset = offsetof(struct fed_node, now_utc_us)},
};
static const struct jx_shape node_shape = JX_SHAPE("FedNode", struct fed_node, node_fields);

static void node_show(struct fed_req *req)
{
    struct fed_head head = registry_head(req->registry);
    const struct fed_node node = {
        .node = req->federation->conf.node,
        .protocol = FED_PROTOCOL,
        .seq = head.seq,
        .hash = hash256_span(&head.sha256),
        .is_fresh = trust_is_fresh(req->federation->trust, req->now_utc_us),
        .now_utc_us = req->now_utc_us,
    };

    fed_reply_json(req, 200, &node);
}

/* ---- GET /fed/v1/registry and /fed/v1/timestamp ---- */

static void reply_document(struct fed_req *req, enum err rc, struct span bytes,
                           struct span sigs, struct fail *why)
{
    struct span text = SPAN_NONE;

    if (rc == ERR_OK)
        rc = fed_doc_join(bytes, sigs, req->arena, &text, why);
    if (rc == ERR_OK) {
        fed_reply_document(req, text);
        return;
    }
    if (rc != ERR_NOT_FOUND)
        log_warn("fed.document", L_TEXT("kind", req->kind->name), L_FAIL(why));
    fed_reply_code(req, fed_code_of_err(rc));
}

/* ?seq=N: that one; without: the one in force. */
static void registry_show(struct fed_req *req)
{
    int64_t seq = req->query.len == 0 ? 0 : fed_req_query_int(req, "seq");
    struct fail why = {.code = ERR_OK};
    struct span bytes = SPAN_NONE, sigs = SPAN_NONE;
    struct db *db = fed_req_db(req);

    if (seq < 0)
        fed_reply_code(req, FED_NOT_FOUND);
    else if (db == NULL)
        fed_reply_code(req, FED_UNAVAILABLE);
    else
        reply_document(
            req,
            trust_document(req->federation->trust, db, seq, req->arena, &bytes, &sigs, &why),
            bytes, sigs, &why);
}

static void timestamp_show(struct fed_req *req)
{
    struct trust *trust = req->federation->trust;
    struct fail why = {.code = ERR_OK};
    struct span bytes = SPAN_NONE, sigs = SPAN_NONE;
    enum err rc = trust_time_make(trust, req->now_utc_us, req->arena, &bytes, &sigs, &why);

    if (rc == ERR_DENIED) /* no coordinator: what it was told last */
        rc = trust_time_document(trust, req->arena, &bytes, &sigs, &why);
    reply_document(req, rc, bytes, sigs, &why);
}

/* ---- POST /fed/v1/registry ---- */

struct fed_taken {
    struct span verdict;
    int64_t seq;
};
static const struct jx_field taken_fields[] = {
    {.name = "verdict", .type = JX_TEXT, .offset = offsetof(struct fed_taken, verdict)},
    {.name = "seq", .type = JX_INT, .offset = offsetof(struct fed_taken, seq)},
};
static const struct jx_shape taken_shape = JX_SHAPE("FedTaken", struct fed_taken, taken_fields);

static void push_done(void *arg, enum err rc, enum trust_verdict verdict,
                      const struct fail *why)
{
    struct fed_req *req = arg;
    struct registry *now = trust_now(req->federation->trust);
    struct fed_taken taken = {.seq = now == NULL ? 0 : registry_head(now).seq};

    registry_unref(&now);
    if (rc != ERR_OK) {
        log_warn("fed.push", L_FAIL(why));
        fed_reply_code(req, fed_code_of_err(rc));
        return;
    }
    taken.verdict = span_text(trust_verdict_id(verdict));
    if (verdict == TRUST_TAKEN || verdict == TRUST_KNOWN)
        fed_reply_json(req, 200, &taken);
    else
        fed_reply_code(req, trust_verdict_code(verdict));
}

static void registry_push(struct fed_req *req)
{
    struct fail why = {.code = ERR_OK};
    struct span bytes, sigs;
    enum err rc = fed_doc_split(req->body, &bytes, &sigs, &why);

    if (rc == ERR_OK)
        rc = trust_take_post(req->federation->trust, bytes, sigs, req->peer->node, push_done,
                             req, &why);
    if (rc != ERR_OK)
        fed_reply_code(req, fed_code_of_err(rc));
}

/* ---- POST /fed/v1/ping ---- */

static const struct jx_field ping_fields[] = {
    {.name = "n", .type = JX_INT, .offset = offsetof(struct fed_ping, n)},
};
const struct jx_shape fed_ping_shape = JX_SHAPE("FedPing", struct fed_ping, ping_fields);
static const struct jx_field pong_fields[] = {
    {.name = "n", .type = JX_INT, .offset = offsetof(struct fed_pong, n)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct fed_pong, at_utc_us)},
};
const struct jx_shape fed_pong_shape = JX_SHAPE("FedPong", struct fed_pong, pong_fields);

static enum err ping_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct fed_ping *ping = req->input;
    const struct fed_pong pong = {ping->n, req->now_utc_us};

    (void)tx; /* its effect is the record that it came */
    return fed_say_json(req, 200, &pong, why);
}

const struct fed_kind exchange_kinds[EXCHANGE_KINDS_N] = {
    {.name = "fed.node",
     .method = "GET",
     .path = "/fed/v1/node",
     .takes_stale = true,
     .output = &node_shape,
     .handle = node_show},
    {.name = "fed.registry",
     .method = "GET",
     .path = "/fed/v1/registry",
     .takes_stale = true,
     .is_open = true,
     .handle = registry_show},
    {.name = "fed.timestamp",
     .method = "GET",
     .path = "/fed/v1/timestamp",
     .takes_stale = true,
     .handle = timestamp_show},
    {.name = "fed.push",
     .method = "POST",
     .path = "/fed/v1/registry",
     .takes_stale = true,
     .media = PROFILE_SIGNED,
     .body_most = PROFILE_BODY_MOST,
     .output = &taken_shape,
     .handle = registry_push},
    {.name = "fed.ping",
     .method = "POST",
     .path = "/fed/v1/ping",
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &fed_ping_shape,
     .output = &fed_pong_shape,
     .is_recorded = true,
     .run = ping_run},
};
const struct fed_kind *const fed_kind_registry = &exchange_kinds[1];
const struct fed_kind *const fed_kind_timestamp = &exchange_kinds[2];
const struct fed_kind *const fed_kind_push = &exchange_kinds[3];
const struct fed_kind *const fed_kind_ping = &exchange_kinds[4];
