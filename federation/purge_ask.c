/* At the town that leaves: who is asked, what they answer, who is outstanding. */
#include "federation/escrow_store.h"
#include "federation/outbox.h"
#include "federation/purge_priv.h"
#include "node/base/log.h"
#include "node/db/writer.h"
#include "tenants/leaving/leaving_store.h"

#define WAIT_FIRST_US (2 * SECOND_US)
#define WAIT_MOST_US  HOUR_US

/* ---- asking ---- */

/* Longer and longer, so that who answers nonsense is not asked at every moment. */
static int64_t wait_us(int32_t n_asked)
{
    int64_t us = n_asked > 10 ? WAIT_MOST_US : WAIT_FIRST_US << n_asked;

    return us < WAIT_MOST_US ? us : WAIT_MOST_US;
}

static bool is_member(struct federation *f, struct id node)
{
    struct registry *registry = trust_now(f->trust);
    bool is = registry != NULL && registry_member(registry, node) != NULL;

    registry_unref(&registry);
    return is;
}

/* What the town's order says of the figures it gave to the prefecture (CARD-14). Its signature
 * was checked when it was taken in; without one they stay. */
static enum err order_says(struct tx *tx, const struct federation *f, int *out,
                           struct fail *why)
{
    struct leaving_paper_row row;
    struct town_order order;
    struct jws jws;
    enum err rc = leaving_paper_store_last(tx, NULL, LEAVING_PAPER_ORDER, f->conf.node, 0,
                                           tx_arena(tx), &row, why);

    *out = TOWN_KEEP;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = jws_read(row.document, tx_arena(tx), &jws, why);
    if (rc == ERR_OK)
        rc =
            jws_read_shape(&jws, TOWN_ORDER_TYPE, &town_order_shape, tx_arena(tx), &order, why);
    if (rc == ERR_OK)
        *out = order.aggregates;
    return rc;
}

/* Who is no member any more cannot be asked: it stays outstanding, and is looked at again. */
static enum err put_ask(struct tx *tx, struct federation *f, struct purge_peer *peer,
                        int64_t now_utc_us, struct fail *why)
{
    struct purge_ask_body body = {f->conf.node, peer->ask, TOWN_KEEP, true};
    struct span bytes;
    enum err rc = ERR_OK;

    if (is_member(f, peer->node)) {
        peer->op = id_new();
        peer->n_asked++;
        rc = order_says(tx, f, &body.kpi, why);
        if (rc == ERR_OK)
            rc = jx_write(&purge_ask_shape, &body, tx_arena(tx), &bytes, why);
        if (rc == ERR_OK)
            rc = outbox_put(tx, f, peer->node, &purge_kinds[0], peer->op, bytes, now_utc_us,
                            why);
    } else {
        peer->last_code = span_text(fed_code_text(FED_NOT_MEMBER));
        peer->next_utc_us = now_utc_us + WAIT_MOST_US;
    }
    return rc == ERR_OK ? purge_peer_change(tx, peer, why) : rc;
}

static bool is_outstanding(const struct purge_peer *peer, int64_t now_utc_us)
{
    return peer->receipt.len == 0 && id_is_none(peer->op) &&
           now_utc_us < peer->begun_utc_us + PURGE_US;
}

/* ---- beginning ---- */

static enum err add_peer(struct tx *tx, const struct purge_begin *b, struct id node,
                         struct id ask, struct fail *why)
{
    const struct purge_peer peer = {.node = node, .ask = ask, .begun_utc_us = b->now_utc_us};

    return id_eq(node, b->federation->conf.node) ? ERR_OK : purge_peer_add(tx, &peer, why);
}

static enum err add_peers(struct tx *tx, const struct purge_begin *b, struct id ask,
                          struct fail *why)
{
    struct registry *registry = trust_now(b->federation->trust);
    int n_members = registry == NULL ? 0 : registry_n_members(registry);
    struct id *known = NULL;
    size_t n_known = 0;
    enum err rc = purge_peer_known(tx, &known, &n_known, why);

    for (int i = 0; i < n_members && rc == ERR_OK; i++)
        rc = add_peer(tx, b, registry_member_at(registry, i)->node, ask, why);
    registry_unref(&registry);
    for (size_t i = 0; i < n_known && rc == ERR_OK; i++)
        rc = add_peer(tx, b, known[i], ask, why);
    return rc;
}

enum err purge_begin_run(struct tx *tx, void *arg, struct fail *why)
{
    struct purge_begin *b = arg;
    struct purge_peer *peers = NULL;
    size_t n_before = 0, n = 0;
    struct purge_step step = {.id = id_new(),
                              .at_utc_us = b->now_utc_us,
                              .kind = PURGE_BEGIN,
                              .node = b->federation->conf.node,
                              .code = SPAN("")};
    enum err rc = purge_peer_list(tx, NULL, tx_arena(tx), &peers, &n_before, why);

    if (rc == ERR_OK)
        rc = add_peers(tx, b, n_before > 0 ? peers[0].ask : id_new(), why);
    if (rc == ERR_OK)
        rc = purge_peer_list(tx, NULL, tx_arena(tx), &peers, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (is_outstanding(&peers[i], b->now_utc_us))
            rc = put_ask(tx, b->federation, &peers[i], b->now_utc_us, why);
    b->n_peers = step.n = (int64_t)n;
    return rc == ERR_OK && n > n_before ? purge_step_add(tx, &step, why) : rc;
}

/* ---- asking again ---- */

struct asking {
    struct federation *federation;
    struct id node;
    int64_t now_utc_us;
};

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct asking *a = arg;
    struct purge_peer peer;
    enum err rc = purge_peer_find(tx, a->node, tx_arena(tx), &peer, why);

    return rc == ERR_OK && is_outstanding(&peer, a->now_utc_us)
               ? put_ask(tx, a->federation, &peer, a->now_utc_us, why)
               : rc;
}

enum err purge_ask_due(struct job_call *call, struct fail *why)
{
    struct asking a = {call->services->federation, ID_NONE, clock_utc_us()};
    struct purge_peer *peers = NULL;
    size_t n = 0, n_put = 0;
    enum err rc = purge_peer_list(NULL, call->db, call->arena, &peers, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        if (!is_outstanding(&peers[i], a.now_utc_us) || a.now_utc_us < peers[i].next_utc_us)
            continue;
        a.node = peers[i].node;
        rc = writer_wait(call->services->writer, ask_run, &a, why);
        n_put++;
    }
    if (n_put > 0)
        outbox_wake(a.federation);
    return rc;
}

/* ---- what they answer ---- */

static struct purge_want want_of(const struct federation *f, const struct registry *registry,
                                 const struct purge_peer *peer, int64_t now_utc_us)
{
    return (struct purge_want){.registry = registry,
                               .from = f->conf.node,
                               .by = peer->node,
                               .ask = peer->ask,
                               .begun_utc_us = peer->begun_utc_us,
                               .now_utc_us = now_utc_us};
}

/* Our key half was left there, as far as we know. */
static enum err has_our_box(struct tx *tx, struct id peer, struct escrow_step *last_out,
                            bool *is_out, struct fail *why)
{
    enum err rc = escrow_step_last(tx, NULL, tx_arena(tx), last_out, why);

    *is_out = rc == ERR_OK && id_eq(last_out->peer, peer) && last_out->kind == ESCROW_HOLD;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* The prefecture says that the box is gone: it is not left there again by itself. */
static enum err note_box(struct tx *tx, const struct escrow_step *last, struct id op,
                         int64_t now_utc_us, struct fail *why)
{
    const struct escrow_step step = {
        .id = id_new(),
        .at_utc_us = now_utc_us,
        .kind = ESCROW_REFUSED,
        .peer = last->peer,
        .op = op,
        .generation = last->generation,
        .until_utc_us = last->until_utc_us,
        .code = span_text(fed_code_text(FED_ESCROW_REVOKED)),
    };

    return escrow_step_add(tx, &step, why);
}

static enum err keep(struct tx *tx, struct purge_peer *peer, struct span text,
                     int64_t registry_seq, int64_t now_utc_us, struct fail *why)
{
    const struct hash256 hash = hash256_of(text);
    const struct purge_step step = {.id = id_new(),
                                    .at_utc_us = now_utc_us,
                                    .kind = PURGE_RECEIPT,
                                    .node = peer->node,
                                    .code = SPAN(""),
                                    .sha256 = hash256_span(&hash)};
    enum err rc;

    peer->op = ID_NONE;
    peer->last_code = SPAN("");
    peer->receipt = text;
    peer->registry = registry_seq;
    peer->received_utc_us = now_utc_us;
    rc = purge_peer_change(tx, peer, why);
    return rc == ERR_OK ? purge_step_add(tx, &step, why) : rc;
}

/* code: "" when it was good, and is kept then. */
static enum err judge(struct tx *tx, struct federation *f, struct purge_peer *peer,
                      struct span text, struct id op, int64_t now_utc_us, const char **code,
                      struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    struct purge_want want = want_of(f, registry, peer, now_utc_us);
    struct purge_receipt receipt;
    struct escrow_step last;
    bool has_box = false;
    int64_t seq = registry == NULL ? 0 : registry_head(registry).seq;
    enum err rc = registry == NULL
                      ? fail_set(why, ERR_DENIED, "no registry")
                      : purge_receipt_open(&want, text, tx_arena(tx), &receipt, why);

    registry_unref(&registry);
    if (rc == ERR_OK)
        rc = has_our_box(tx, peer->node, &last, &has_box, why);
    if (rc == ERR_OK && has_box && receipt.box != PURGE_BOX_GONE)
        rc = fail_set(why, ERR_DENIED, "nothing of the key half that is kept there");
    *code = rc == ERR_OK ? "" : "bad-receipt";
    if (rc == ERR_PROTO || rc == ERR_DENIED) {
        log_warn("purge.bad-receipt", L_ID("by", peer->node), L_FAIL(why));
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = keep(tx, peer, text, seq, now_utc_us, why);
    return rc == ERR_OK && has_box ? note_box(tx, &last, op, now_utc_us, why) : rc;
}

/* Stays outstanding: on record when it is news, and asked again after a while. */
static enum err leave(struct tx *tx, struct purge_peer *peer, const char *code,
                      int64_t now_utc_us, struct fail *why)
{
    const struct purge_step step = {.id = id_new(),
                                    .at_utc_us = now_utc_us,
                                    .kind = PURGE_REFUSED,
                                    .node = peer->node,
                                    .code = span_text(code)};
    bool is_news = !span_eq(peer->last_code, span_text(code)) &&
                   !span_eq(span_text(code), SPAN("working"));
    enum err rc;

    peer->op = ID_NONE;
    peer->last_code = span_text(code);
    peer->next_utc_us = now_utc_us + wait_us(peer->n_asked);
    rc = purge_peer_change(tx, peer, why);
    if (rc == ERR_OK && is_news)
        rc = purge_step_add(tx, &step, why);
    return rc == ERR_OK ? purge_job_post(tx, peer->next_utc_us, why) : rc;
}

enum err purge_settled(struct tx *tx, struct federation *f, const struct fed_settled *settled,
                       struct fail *why)
{
    int64_t now_utc_us = clock_utc_us();
    struct purge_answer answer = {.state = PURGE_WORKING};
    const char *code = "bad-receipt";
    struct purge_peer peer;
    enum err rc = purge_peer_find(tx, settled->peer, tx_arena(tx), &peer, why);

    if (rc != ERR_OK || peer.receipt.len > 0 || !id_eq(peer.op, settled->op))
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    if (settled->is_given_up)
        code = "too-old";
    else if (settled->code != FED_OK)
        code = fed_code_text(settled->code);
    else if (jx_read(settled->answer, &purge_answer_shape, tx_arena(tx), &answer, NULL, NULL) ==
             ERR_OK) {
        if (answer.state == PURGE_WORKING)
            code = "working";
        else if (answer.has_receipt)
            rc = judge(tx, f, &peer, answer.receipt, settled->op, now_utc_us, &code, why);
    }
    return rc == ERR_OK && code[0] != '\0' ? leave(tx, &peer, code, now_utc_us, why) : rc;
}
