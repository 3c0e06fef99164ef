/* The operator's look at other nodes: who is away, what waits, and a ping (admin socket). */
#include "federation/exchange_rows.h"
#include "federation/federation_priv.h"
#include "federation/link_fed.h"
#include "federation/outbox.h"
#include "federation/outbox_store.h"
#include "node/db/writer.h"

#define ADMIN_LISTENER LISTENER_ADMIN

/* ---- GET /api/v1/admin/federation/peers ---- */

struct peer_output {
    struct id node;
    struct span name, endpoint, last_code;
    struct span link; /* "none", "down", "up" */
    bool is_in_contract, has_oldest, has_link_at;
    int64_t n_waiting, n_ended, oldest_utc_us, link_utc_us;
};
static const struct jx_field peer_fields[] = {
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct peer_output, node),
     .title_ja = "ノードのID"},
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct peer_output, name),
     .title_ja = "名前"},
    {.name = "endpoint",
     .type = JX_TEXT,
     .offset = offsetof(struct peer_output, endpoint),
     .title_ja = "あて先"},
    {.name = "in_contract",
     .type = JX_BOOL,
     .offset = offsetof(struct peer_output, is_in_contract),
     .title_ja = "契約の期間の中か"},
    {.name = "waiting",
     .type = JX_INT,
     .offset = offsetof(struct peer_output, n_waiting),
     .title_ja = "送るのを待っている数"},
    {.name = "ended",
     .type = JX_INT,
     .offset = offsetof(struct peer_output, n_ended),
     .title_ja = "断られた、またはあきらめた数"},
    {.name = "last_code",
     .type = JX_TEXT,
     .offset = offsetof(struct peer_output, last_code),
     .title_ja = "最後に届かなかった理由"},
    {.name = "oldest_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct peer_output, oldest_utc_us),
     .has_offset = offsetof(struct peer_output, has_oldest),
     .title_ja = "いちばん前から待っているもの"},
    {.name = "link",
     .type = JX_TEXT,
     .offset = offsetof(struct peer_output, link),
     .title_ja = "授業のつながり（none なし、down きれている、up つながっている）"},
    {.name = "link_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct peer_output, link_utc_us),
     .has_offset = offsetof(struct peer_output, has_link_at),
     .title_ja = "そうなった時刻"},
};
static const struct jx_shape peer_shape = JX_SHAPE("FedPeer", struct peer_output, peer_fields);

struct peers_output {
    struct jx_list peers;
};
static const struct jx_field peers_fields[] = {
    {.name = "peers",
     .type = JX_LIST,
     .offset = offsetof(struct peers_output, peers),
     .shape = &peer_shape,
     .title_ja = "ほかのノード"},
};
static const struct jx_shape peers_shape =
    JX_SHAPE("FedPeers", struct peers_output, peers_fields);

static void add_rows(struct peer_output *peer, const struct outbox_peer *rows, size_t n)
{
    peer->last_code = SPAN("");
    for (size_t i = 0; i < n; i++) {
        if (!id_eq(rows[i].peer, peer->node))
            continue;
        peer->n_waiting = rows[i].n_waiting;
        peer->n_ended = rows[i].n_ended;
        peer->last_code = rows[i].last_code;
        peer->has_oldest = rows[i].n_waiting > 0;
        peer->oldest_utc_us = rows[i].oldest_utc_us;
    }
}

static void add_link(struct peer_output *peer, struct links *links)
{
    struct link_status status;

    peer->link = SPAN("none");
    if (!links_status(links, peer->node, &status))
        return;
    peer->link = status.is_up ? SPAN("up") : SPAN("down");
    peer->has_link_at = status.since_utc_us != 0;
    peer->link_utc_us = status.since_utc_us;
}

static void list_peers(struct req *req, const struct registry *registry, struct id self)
{
    int n_members = registry == NULL ? 0 : registry_n_members(registry);
    struct peer_output *peers = req_alloc(req, ((size_t)n_members + 1) * sizeof *peers);
    struct peers_output out = {.peers = {.at = peers}};
    struct outbox_peer *rows = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n_rows = 0;

    if (peers == NULL)
        return;
    if (outbox_store_by_peer(req->db, req->arena, &rows, &n_rows, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    for (int i = 0; i < n_members; i++) {
        const struct fed_member *member = registry_member_at(registry, i);
        struct peer_output *peer = &peers[out.peers.n];

        if (id_eq(member->node, self))
            continue;
        *peer = (struct peer_output){
            .node = member->node,
            .name = member->name_ja,
            .endpoint = span_text(member->endpoint),
            .is_in_contract = fed_member_is_in_contract(member, req->now_utc_us),
        };
        add_rows(peer, rows, n_rows);
        add_link(peer, federation_links(req->services->federation));
        out.peers.n++;
    }
    reply_json(req, 200, &out);
}

static void peers_list(struct req *req)
{
    struct federation *f = req->services->federation;
    struct registry *registry = trust_now(f->trust);

    list_peers(req, registry, f->conf.node);
    registry_unref(&registry);
}

/* ---- POST /api/v1/admin/federation/ping ---- */

struct ping_input {
    struct id node, op;
    bool has_op, is_later, has_later;
    int64_t n;
    bool has_n;
};
static const struct jx_field ping_fields[] = {
    {.name = "node",
     .type = JX_ID,
     .offset = offsetof(struct ping_input, node),
     .title_ja = "相手のノードのID"},
    {.name = "later",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct ping_input, is_later),
     .has_offset = offsetof(struct ping_input, has_later),
     .title_ja = "送り箱に入れて、あとから送るか"},
    {.name = "op",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct ping_input, op),
     .has_offset = offsetof(struct ping_input, has_op),
     .title_ja = "処理のID"},
    {.name = "n",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct ping_input, n),
     .has_offset = offsetof(struct ping_input, has_n),
     .title_ja = "番号"},
};
static const struct jx_shape ping_shape =
    JX_SHAPE("FedPingAsk", struct ping_input, ping_fields);

static const struct jx_field said_fields[] = {
    {.name = "op",
     .type = JX_ID,
     .offset = offsetof(struct fed_ping_said, op),
     .title_ja = "処理のID"},
    {.name = "answered",
     .type = JX_BOOL,
     .offset = offsetof(struct fed_ping_said, is_answered),
     .title_ja = "署名つきの返事があったか"},
    {.name = "code",
     .type = JX_TEXT,
     .offset = offsetof(struct fed_ping_said, code),
     .title_ja = "返事の符号"},
    {.name = "trouble",
     .type = JX_TEXT,
     .offset = offsetof(struct fed_ping_said, trouble),
     .title_ja = "返事がなかった理由"},
    {.name = "took_ms",
     .type = JX_INT,
     .offset = offsetof(struct fed_ping_said, took_ms),
     .title_ja = "かかった時間（ミリ秒）"},
};
static const struct jx_shape said_shape =
    JX_SHAPE("FedPingSaid", struct fed_ping_said, said_fields);

struct putting {
    struct req *req;
    struct federation *federation;
    struct id op;
    struct span body;
};

static enum err put_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct putting *p = arg;
    const struct ping_input *input = p->req->input;

    return outbox_put(tx, p->federation, input->node, fed_kind_ping, p->op, p->body,
                      p->req->now_utc_us, why);
}

static void put_done(void *arg, enum err rc, const struct fail *why)
{
    struct putting *p = arg;
    const struct fed_ping_said said = {
        .op = p->op, .code = SPAN("waiting"), .trouble = SPAN("")};

    if (rc != ERR_OK) {
        reply_fail(p->req, why);
        return;
    }
    outbox_wake(p->federation);
    reply_json(p->req, 200, &said);
}

static void put_ping(struct req *req, struct federation *f, struct id op)
{
    const struct ping_input *input = req->input;
    const struct fed_ping body = {input->has_n ? input->n : 0};
    struct putting *p = req_alloc(req, sizeof *p);
    struct writer_op writing = {put_run, put_done, p};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (p == NULL)
        return;
    *p = (struct putting){.req = req, .federation = f, .op = op};
    rc = jx_write(&fed_ping_shape, &body, req->arena, &p->body, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &writing, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static bool is_peer(struct federation *f, struct id node)
{
    struct registry *registry = trust_now(f->trust);
    bool is_there = registry != NULL && !id_eq(node, f->conf.node) &&
                    registry_member(registry, node) != NULL;

    registry_unref(&registry);
    return is_there;
}

static void peers_ping(struct req *req)
{
    struct federation *f = req->services->federation;
    const struct ping_input *input = req->input;
    struct id op = input->has_op ? input->op : id_new();
    struct fail why = {.code = ERR_OK};

    req->object = input->node;
    if (!is_peer(f, input->node)) {
        fail_field(&why, ERR_NOT_FOUND, "/node", "no such node in the registry");
        reply_fail(req, &why);
        return;
    }
    if (input->has_later && input->is_later)
        put_ping(req, f, op);
    else if (gossip_ping(f, input->node, op, req, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route fed_peer_routes[FED_PEER_ROUTES_N] = {
    {.name = "federation.peers",
     .method = HTTP_GET,
     .path = "/api/v1/admin/federation/peers",
     .listeners = ADMIN_LISTENER,
     .roles = ROLES_EVERYONE,
     .output = &peers_shape,
     .summary_ja = "ほかのノードのようす",
     .handle = peers_list},
    {.name = "federation.ping",
     .while_leaving = true,
     .method = HTTP_POST,
     .path = "/api/v1/admin/federation/ping",
     .listeners = ADMIN_LISTENER,
     .roles = ROLES_EVERYONE,
     .audit = AUDIT_CHANGE,
     .input = &ping_shape,
     .output = &said_shape,
     .summary_ja = "ほかのノードとやりとりできるか確かめる",
     .handle = peers_ping},
};
