/* A release at its node: what would go out, and that it goes. */
#include "federation/kpi_priv.h"
#include "federation/outbox.h"
#include "reporting/kpi/kpi_month.h"

static enum err refuse(struct kpi_sending *out, const char *code, struct fail *why)
{
    out->refusal = code;
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

/* ---- to whom ---- */

enum kpi_state kpi_send_state(struct federation *f, int64_t now_utc_us, struct kpi_sending *out,
                              int64_t *contract_from_utc_us_out)
{
    struct registry *registry = trust_now(f->trust);
    const struct fed_member *self =
        registry == NULL ? NULL : registry_member(registry, f->conf.node);
    enum kpi_state state = KPI_CAN;

    out->n_to = 0;
    *contract_from_utc_us_out = 0;
    if (self == NULL || !fed_member_is_in_contract(self, now_utc_us)) {
        registry_unref(&registry);
        return KPI_NO_REGISTRY;
    }
    *contract_from_utc_us_out = self->contract_from_utc_us;
    out->sent.k = registry_thresholds(registry)->coordinator_k;
    out->sent.registry_seq = registry_head(registry).seq;
    for (int i = 0; i < registry_n_members(registry); i++) {
        const struct fed_member *member = registry_member_at(registry, i);

        if (member != self && (member->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0 &&
            fed_member_is_in_contract(member, now_utc_us) && out->n_to < KPI_COORDINATORS_MOST)
            out->to[out->n_to++] = member->node;
    }
    if ((self->roles & FED_ROLE_BIT(FED_ROLE_KPI)) == 0)
        state = KPI_NO_ROLE;
    else if (out->n_to == 0)
        state = KPI_NO_COORDINATOR;
    registry_unref(&registry);
    return state;
}

/* ---- what would go out ---- */

struct making {
    struct db *db;
    const struct kpi_order *order;
    struct arena *arena;
    struct kpi_sending *out;
    struct kpi_month month;
    struct kpi_sent before; /* revision 0: none */
};

/* Its place among what was sent before. */
static enum err check_step(struct making *m, struct fail *why)
{
    enum err rc = kpi_sent_last(NULL, m->db, m->order->month_utc_us, m->arena, &m->before, why);
    bool is_first = rc == ERR_NOT_FOUND;

    if (rc != ERR_OK && !is_first)
        return rc;
    if (is_first)
        m->before = (struct kpi_sent){.revision = 0};
    /* The same act again is answered by the writer. */
    if (!is_first && id_eq(m->before.id, m->order->id))
        return ERR_OK;
    if (!is_first && m->before.kind == KPI_WITHDRAW)
        return refuse(m->out, "withdrawn", why);
    if (is_first != (m->order->kind == KPI_SEND))
        return refuse(m->out, is_first ? "not-sent" : "sent-already", why);
    return ERR_OK;
}

/* NULL: nothing was sent of that month. */
static enum err find_beside(const struct making *m, int64_t month_utc_us,
                            const struct kpi_neighbour **out, struct fail *why)
{
    struct kpi_neighbour *beside = arena_alloc(m->arena, sizeof *beside);
    struct kpi_sent_cell *cells = NULL;
    struct kpi_sent sent;
    size_t n = 0;
    enum err rc = beside == NULL ? fail_set(why, ERR_NOMEM, "a month beside")
                                 : kpi_sent_first(m->db, month_utc_us, m->arena, &sent, why);

    *out = NULL;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = kpi_sent_cells(NULL, m->db, sent.id, m->arena, &cells, &n, why);
    if (rc == ERR_OK)
        rc = kpi_release_beside(&sent, cells, n, m->arena, beside, why);
    if (rc == ERR_OK)
        *out = beside;
    return rc;
}

static enum err make_cells(struct making *m, struct fail *why)
{
    struct kpi_release_from from = {
        .version = (int)m->month.version,
        .month_utc_us = m->order->month_utc_us,
        .k = (int)m->out->sent.k,
        .taken = m->order->taken,
    };
    struct kpi_cell *cells = NULL;
    struct kpi_sent_cell *before = NULL;
    enum err rc;

    if (m->order->kind == KPI_WITHDRAW)
        return ERR_OK;
    rc = kpi_store_cells(m->db, &m->month, m->arena, &cells, &from.n, why);
    from.cells = cells;
    if (rc == ERR_OK && m->before.revision > 0)
        rc = kpi_sent_cells(NULL, m->db, m->before.id, m->arena, &before, &from.n_before, why);
    from.before = before;
    if (rc == ERR_OK)
        rc = find_beside(m, kpi_month_before(from.month_utc_us), &from.near.before, why);
    if (rc == ERR_OK)
        rc = find_beside(m, kpi_month_next(from.month_utc_us), &from.near.after, why);
    if (rc == ERR_OK)
        rc = kpi_release_cells(&from, m->arena, &m->out->cells, &m->out->n, why);
    return rc == ERR_CONFLICT ? refuse(m->out, "blocked", why) : rc;
}

/* The count that the first revision was made of. */
static enum err find_month(struct making *m, struct fail *why)
{
    enum err rc = kpi_store_find(m->db, m->order->month_utc_us, &m->month, why);

    /* Counted anew by another set of definitions: what was given stays, or is withdrawn. */
    if (rc == ERR_OK && m->order->kind == KPI_CORRECT && !id_eq(m->month.id, m->before.month))
        return refuse(m->out, "other-count", why);
    return rc;
}

enum err kpi_send_prepare(struct db *db, struct federation *f, const struct kpi_order *order,
                          struct arena *arena, struct kpi_sending *out, struct fail *why)
{
    static const char *const states[] = {"", "no-registry", "no-role", "no-coordinator"};
    struct making m = {.db = db, .order = order, .arena = arena, .out = out};
    int64_t contract_from = 0;
    enum kpi_state state;
    enum err rc;

    *out = (struct kpi_sending){.federation = f};
    state = kpi_send_state(f, order->now_utc_us, out, &contract_from);
    if (state != KPI_CAN)
        return refuse(out, states[state], why);
    if (kpi_month_next(order->month_utc_us) <= contract_from)
        return refuse(out, "before-contract", why);
    rc = check_step(&m, why);
    if (rc == ERR_OK)
        rc = find_month(&m, why);
    if (rc == ERR_OK)
        rc = make_cells(&m, why);
    if (rc != ERR_OK)
        return rc;
    out->sent = (struct kpi_sent){
        .id = order->id,
        .month = m.before.revision > 0 ? m.before.month : m.month.id,
        .month_utc_us = order->month_utc_us,
        .version = m.before.revision > 0 ? m.before.version : m.month.version,
        .revision = m.before.revision + 1,
        .kind = order->kind,
        .k = out->sent.k,
        .registry_seq = out->sent.registry_seq,
        .made_utc_us = order->now_utc_us,
        .by = order->by,
        .reason = order->reason,
    };
    for (int i = 0; i < out->n_to; i++)
        out->ops[i] = id_new();
    return kpi_release_write(&out->sent, out->cells, out->n, arena, &out->body, &out->sent.sum,
                             why);
}

/* ---- the writer's thread ---- */

static enum err owe(struct tx *tx, const struct kpi_sending *s, int i, struct fail *why)
{
    const struct kpi_sent_peer peer = {s->sent.id,  s->to[i], s->ops[i],
                                       KPI_WAITING, SPAN(""), s->sent.made_utc_us};
    enum err rc = kpi_peer_add(tx, &peer, why);

    return rc == ERR_OK ? outbox_put(tx, s->federation, s->to[i], kpi_kind_release, s->ops[i],
                                     s->body, s->sent.made_utc_us, why)
                        : rc;
}

enum err kpi_send_run(struct tx *tx, struct kpi_sending *s, struct fail *why)
{
    struct kpi_sent last;
    enum err rc = kpi_sent_last(tx, NULL, s->sent.month_utc_us, tx_arena(tx), &last, why);

    if (rc == ERR_OK && id_eq(last.id, s->sent.id))
        return ERR_OK;
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    if ((rc == ERR_NOT_FOUND ? 0 : last.revision) + 1 != s->sent.revision)
        return refuse(s, "sent-already", why);
    rc = kpi_sent_add(tx, &s->sent, s->cells, s->n, why);
    for (int i = 0; i < s->n_to && rc == ERR_OK; i++)
        rc = owe(tx, s, i, why);
    return rc;
}

enum err kpi_send_again(struct tx *tx, struct federation *f, const struct kpi_sent *sent,
                        struct id op, struct id to, int64_t now_utc_us, struct fail *why)
{
    struct kpi_sent_cell *cells = NULL;
    struct hash256 sum;
    struct span body;
    size_t n = 0;
    enum err rc = kpi_sent_cells(tx, NULL, sent->id, tx_arena(tx), &cells, &n, why);

    if (rc == ERR_OK)
        rc = kpi_release_write(sent, cells, n, tx_arena(tx), &body, &sum, why);
    if (rc == ERR_OK && !hash256_eq(&sum, &sent->sum))
        rc = fail_set(why, ERR_INTERNAL, "a release is not what was sent");
    return rc == ERR_OK ? outbox_put(tx, f, to, kpi_kind_release, op, body, now_utc_us, why)
                        : rc;
}
