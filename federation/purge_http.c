/* The operator's look at the purge of a town that leaves: begin it, and who has given a receipt
 * (admin socket). What is given out here is what the certificate prints. */
#include <stddef.h>

#include "federation/outbox.h"
#include "federation/purge_json.h"
#include "federation/purge_priv.h"
#include "node/db/audit.h"
#include "node/db/writer.h"
#include "tenants/certificate/jws.h"
#include "tenants/leaving/leaving.h"

/* ---- GET /api/v1/admin/federation/purge ---- */

/* The line of a member in a registry's document, as its roots signed it. */
static struct span member_line(struct span bytes, struct id node)
{
    char mark[64] = "\"node\":\"";
    size_t at = 0;

    id_text(node, mark + strlen(mark));
    while (at < bytes.len) {
        size_t end = at;
        struct span line;

        while (end < bytes.len && bytes.p[end] != '\n')
            end++;
        line = span_cut(bytes, at, end - at);
        at = end + 1;
        if (!span_has_prefix(line, SPAN("{\"capacity\":")))
            continue; /* the head, or a revoked key */
        for (size_t i = 0; i + strlen(mark) <= line.len; i++)
            if (memcmp(line.p + i, mark, strlen(mark)) == 0)
                return line;
    }
    return SPAN("");
}

static enum err put_receipt(struct req *req, const struct purge_peer *peer,
                            struct purge_peer_shown *out, struct fail *why)
{
    struct span bytes = SPAN_NONE, sigs = SPAN_NONE;
    struct purge_receipt receipt;
    struct jws jws;
    enum err rc = jws_read(peer->receipt, req->arena, &jws, why);

    if (rc == ERR_OK)
        rc = jws_read_shape(&jws, PURGE_TYPE, &purge_receipt_shape, req->arena, &receipt, why);
    if (rc == ERR_OK)
        rc = trust_document(req->services->federation->trust, req->db, peer->registry,
                            req->arena, &bytes, &sigs, why);
    if (rc != ERR_OK)
        return rc;
    out->box = receipt.box == PURGE_BOX_GONE ? SPAN("gone") : SPAN("none");
    out->receipt = peer->receipt;
    out->received_utc_us = peer->received_utc_us;
    out->registry = peer->registry;
    out->member = member_line(bytes, peer->node);
    out->has_receipt = true;
    return ERR_OK;
}

static const char *text_of(struct span code)
{
    enum fed_code found;

    if (code.len == 0)
        return "";
    if (span_eq(code, SPAN("working")))
        return "相手が消しているところです。";
    if (span_eq(code, SPAN("bad-receipt")))
        return "証明書として認められない返事でした。もう一度たのみます。";
    if (span_eq(code, SPAN("too-old")))
        return "返事がないまま日がたちました。";
    return fed_code_find(code, &found) ? fed_code_title_ja(found) : "";
}

static enum err put_peer(struct req *req, const struct registry *registry,
                         const struct purge_peer *peer, struct purge_peer_shown *out,
                         struct fail *why)
{
    const struct fed_member *member =
        registry == NULL ? NULL : registry_member(registry, peer->node);
    bool is_over = req->now_utc_us >= peer->begun_utc_us + PURGE_US;

    *out = (struct purge_peer_shown){
        .node = peer->node,
        .name = member == NULL ? SPAN("") : member->name_ja,
        .state = peer->receipt.len > 0 ? PURGE_HAS_RECEIPT
                 : is_over             ? PURGE_UNREACHABLE
                                       : PURGE_OUTSTANDING,
        .since_utc_us = peer->begun_utc_us,
        .n_asked = peer->n_asked,
        .code = peer->last_code,
        .code_ja = span_text(text_of(peer->last_code)),
        .next_utc_us = peer->next_utc_us,
        .has_next = peer->receipt.len == 0 && id_is_none(peer->op) && !is_over,
    };
    return peer->receipt.len > 0 ? put_receipt(req, peer, out, why) : ERR_OK;
}

static void add(struct purge_shown *out, const struct purge_peer_shown *peer)
{
    out->n_receipts += peer->state == PURGE_HAS_RECEIPT;
    if (peer->state == PURGE_OUTSTANDING)
        out->state = PURGE_SHOWN_ASKED;
    if (peer->has_receipt && span_eq(peer->box, SPAN("gone"))) {
        out->escrow = peer->node;
        out->has_escrow = true;
    }
    if (!out->has_begun || peer->since_utc_us < out->begun_utc_us)
        out->begun_utc_us = peer->since_utc_us;
    out->has_begun = true;
    out->until_utc_us = out->begun_utc_us + PURGE_US;
}

static enum err put_all(struct req *req, const struct registry *registry,
                        struct purge_shown *out, struct fail *why)
{
    struct purge_peer *all = NULL;
    struct purge_peer_shown *peers;
    size_t n = 0;
    enum err rc = purge_peer_list(NULL, req->db, req->arena, &all, &n, why);

    if (rc != ERR_OK)
        return rc;
    peers = arena_alloc(req->arena, (n + 1) * sizeof *peers);
    if (peers == NULL)
        return fail_set(why, ERR_NOMEM, "%zu peers", n);
    out->state = n == 0 ? PURGE_SHOWN_NONE : PURGE_SHOWN_DONE;
    out->n_peers = (int64_t)n;
    out->peers = (struct jx_list){peers, n};
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        rc = put_peer(req, registry, &all[i], &peers[i], why);
        if (rc == ERR_OK)
            add(out, &peers[i]);
    }
    return rc;
}

static void purge_show(struct req *req)
{
    struct federation *f = req->services->federation;
    struct registry *registry = trust_now(f->trust);
    struct purge_shown out = {.state = PURGE_SHOWN_NONE};
    struct fail why = {.code = ERR_OK};
    enum err rc = put_all(req, registry, &out, &why);

    registry_unref(&registry);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/admin/federation/purge ---- */

struct begun {
    int64_t n_peers;
};
static const struct jx_field begun_fields[] = {
    {.name = "n_peers",
     .type = JX_INT,
     .offset = offsetof(struct begun, n_peers),
     .title_ja = "相手の数"},
};
static const struct jx_shape begun_shape =
    JX_SHAPE("FedPurgeBegun", struct begun, begun_fields);

struct beginning {
    struct req *req;
    struct purge_begin begin;
};

static enum err begin_run(struct tx *tx, void *arg, struct fail *why)
{
    struct beginning *b = arg;

    return purge_begin_run(tx, &b->begin, why);
}

static void begin_done(void *arg, enum err rc, const struct fail *why)
{
    const struct beginning *b = arg;
    const struct begun out = {b->begin.n_peers};

    if (rc != ERR_OK) {
        reply_fail(b->req, why);
        return;
    }
    outbox_wake(b->begin.federation);
    reply_json(b->req, 200, &out);
}

/* Not on the word of a file that somebody may have written: on the signatures in it. */
static enum err is_ordered(struct req *req, bool *is_out, struct fail *why)
{
    uint8_t log_key[LEAVING_PUBLIC_BYTES];
    enum leaving_state state = LEAVING_ACTIVE;
    enum err rc = keyring_public_key(req->services->keyring, AUDIT_KEY_NAME, log_key, why);

    if (rc == ERR_OK)
        rc = leaving_prove(req->services->leaving, log_key, req->arena, &state, why);
    *is_out = rc == ERR_OK && (state == LEAVING_ORDERED || state == LEAVING_PEERS_PURGED);
    return rc;
}

static void purge_start(struct req *req)
{
    struct beginning *b = req_alloc(req, sizeof *b);
    const struct writer_op op = {begin_run, begin_done, b};
    struct fail why = {.code = ERR_OK};
    bool may = false;
    enum err rc;

    if (b == NULL)
        return;
    *b = (struct beginning){req, {req->services->federation, req->now_utc_us, 0}};
    rc = is_ordered(req, &may, &why);
    if (rc == ERR_OK && !may) {
        reply_problem(req, 409, "not-ordered",
                      "消去の指示がまだありません。自治体の署名のある指示を受け取ってから、"
                      "始めてください。");
        return;
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route purge_routes[PURGE_ROUTES_N] = {
    {.name = "federation.purge",
     .method = HTTP_GET,
     .path = "/api/v1/admin/federation/purge",
     .listeners = LISTENER_ADMIN,
     .roles = ROLES_EVERYONE,
     .output = &purge_shown_shape,
     .summary_ja = "契約の終わりに、ほかのノードが消したという証明書を見る",
     .handle = purge_show},
    {.name = "federation.purge_begin",
     .method = HTTP_POST,
     .path = "/api/v1/admin/federation/purge",
     .listeners = LISTENER_ADMIN,
     .roles = ROLES_EVERYONE,
     .audit = AUDIT_CHANGE,
     .output = &begun_shape,
     .summary_ja = "契約の終わりに、ほかのノードに、この自治体の分を消すようたのむ",
     .handle = purge_start},
};
