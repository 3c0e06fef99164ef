/* What was asked of a prefecture's figures, and all that is needed to answer it. */
#include <stdlib.h>
#include <string.h>

#include "federation/federation_priv.h"
#include "federation/kpi_prefecture_priv.h"
#include "node/base/jx_scalar.h"
#include "reporting/kpi/kpi_month.h"

/* Who has figures to give. */
#define GIVERS \
    (FED_ROLE_BIT(FED_ROLE_HOST) | FED_ROLE_BIT(FED_ROLE_GUEST) | FED_ROLE_BIT(FED_ROLE_KPI))

/* ---- what was asked ---- */

static enum err ask_month(struct req *req, const char *name, int64_t *out, struct fail *why)
{
    struct span text = req_query(req, name);

    if (text.len == 0 || kpi_month_parse(text, out))
        return ERR_OK;
    return fail_field(why, ERR_INVALID, name, "no month");
}

static int64_t months_before(int64_t month_utc_us, int n)
{
    while (n-- > 0)
        month_utc_us = kpi_month_before(month_utc_us);
    return month_utc_us;
}

/* By itself: a year up to the newest month there is. */
static enum err ask_term(struct req *req, struct prefecture_view *view, struct fail *why)
{
    enum err rc;

    view->to_utc_us = view->n_there > 0 ? view->there[0] : prefecture_due(req->now_utc_us);
    rc = ask_month(req, "to", &view->to_utc_us, why);
    view->from_utc_us = months_before(view->to_utc_us, PREFECTURE_MONTHS_MOST - 1);
    if (rc == ERR_OK)
        rc = ask_month(req, "from", &view->from_utc_us, why);
    if (rc == ERR_OK && view->from_utc_us > view->to_utc_us)
        rc = fail_field(why, ERR_INVALID, "from", "after the end");
    if (rc == ERR_OK &&
        view->from_utc_us < months_before(view->to_utc_us, PREFECTURE_MONTHS_MOST - 1))
        rc = fail_field(why, ERR_INVALID, "from", "over %d months", PREFECTURE_MONTHS_MOST);
    return rc;
}

static enum err ask_choice(struct req *req, struct prefecture_view *view, struct fail *why)
{
    struct span stage = req_query(req, "stage"), size = req_query(req, "size"),
                node = req_query(req, "node");
    int part = stage.len == 0 ? KPI_ALL : jx_choice_find(KPI_PARTS, stage);

    if (part < 0)
        return fail_field(why, ERR_INVALID, "stage", "no stage of school");
    view->part = (enum kpi_part)part;
    view->tier = size.len == 1 ? size.p[0] - '0' : -1;
    if (size.len > 0 && (view->tier < 0 || view->tier >= view->thresholds.n_tiers))
        return fail_field(why, ERR_INVALID, "size", "no class of size");
    view->node = ID_NONE;
    if (node.len > 0 && id_parse(node, &view->node, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, "node", "no id");
    return ERR_OK;
}

/* ---- nodes ---- */

static struct prefecture_node *node_find(struct prefecture_view *view, struct id id)
{
    for (size_t i = 0; i < view->n_nodes; i++)
        if (id_eq(view->nodes[i].node, id))
            return &view->nodes[i];
    return NULL;
}

static void list_members(struct prefecture_view *view, const struct registry *registry,
                         struct id self, struct arena *arena)
{
    for (int i = 0; i < registry_n_members(registry); i++) {
        const struct fed_member *m = registry_member_at(registry, i);

        if (!id_eq(m->node, self) && (m->roles & GIVERS) != 0)
            view->nodes[view->n_nodes++] =
                (struct prefecture_node){.node = m->node,
                                         .name = arena_copy(arena, m->name_ja),
                                         .code = arena_copy(arena, span_text(m->code)),
                                         .tier = m->tier};
    }
}

/* Those of the list, and those that left and whose figures stayed. */
static enum err list_nodes(struct req *req, struct prefecture_view *view,
                           const struct registry *registry, struct fail *why)
{
    struct prefecture_last *last = NULL;
    size_t n = 0;
    enum err rc = prefecture_store_last(req->db, req->arena, &last, &n, why);

    if (rc != ERR_OK)
        return rc;
    view->nodes = arena_alloc(req->arena, ((size_t)registry_n_members(registry) + n + 1) *
                                              sizeof *view->nodes);
    if (view->nodes == NULL)
        return fail_set(why, ERR_NOMEM, "nodes");
    list_members(view, registry, req->services->federation->conf.node, req->arena);
    for (size_t i = 0; i < n; i++) {
        struct prefecture_node *node = node_find(view, last[i].node);

        if (node == NULL) {
            node = &view->nodes[view->n_nodes++];
            *node = (struct prefecture_node){
                .node = last[i].node, .name = SPAN(""), .code = SPAN(""), .tier = -1};
        }
        node->said_month_utc_us = last[i].said_utc_us;
        node->last_month_utc_us = last[i].month_utc_us;
        node->last_utc_us = last[i].received_utc_us;
    }
    qsort(view->nodes, view->n_nodes, sizeof *view->nodes, prefecture_node_order);
    return ERR_OK;
}

static enum err choose(struct req *req, struct prefecture_view *view,
                       const struct registry *registry, struct fail *why)
{
    for (size_t i = 0; i < view->n_nodes; i++) {
        struct prefecture_node *node = &view->nodes[i];

        node->standing = prefecture_standing_of(registry_member(registry, node->node),
                                                node->said_month_utc_us, req->now_utc_us);
        node->is_chosen = (view->tier < 0 || node->tier == view->tier) &&
                          (id_is_none(view->node) || id_eq(node->node, view->node));
    }
    if (!id_is_none(view->node) && node_find(view, view->node) == NULL)
        return fail_field(why, ERR_INVALID, "node", "no such node");
    return ERR_OK;
}

/* ---- months ---- */

static enum err add_up(struct prefecture_view *view, struct prefecture_month *month,
                       struct arena *arena, struct fail *why)
{
    month->version = prefecture_version(view->nodes, month->given, view->n_nodes);
    month->sums = arena_alloc(arena, KPI_DEFS_N * sizeof *month->sums);
    if (month->sums == NULL)
        return fail_set(why, ERR_NOMEM, "sums");
    for (int i = 0; month->version > 0 && i < KPI_DEFS_N; i++) {
        char *covers;

        if (!kpi_def_is_of(&kpi_defs[i], (int)month->version) ||
            !prefecture_is_given(&kpi_defs[i], view->nodes, month->given, view->n_nodes))
            continue;
        covers = arena_alloc(arena, view->n_nodes + 1);
        if (covers == NULL)
            return fail_set(why, ERR_NOMEM, "sums");
        prefecture_add_up(&kpi_defs[i], view->nodes, month->given, view->n_nodes, covers,
                          &month->sums[month->n_sums++]);
    }
    return ERR_OK;
}

/* Whose figures stand, and who took them back. */
static enum err tell_nodes(struct prefecture_view *view, struct prefecture_month *month,
                           struct arena *arena, struct fail *why)
{
    char *has = arena_alloc(arena, view->n_nodes + 1);
    char *is_back = arena_alloc(arena, view->n_nodes + 1);

    if (has == NULL || is_back == NULL)
        return fail_set(why, ERR_NOMEM, "a month");
    for (size_t i = 0; i < view->n_nodes; i++) {
        const struct prefecture_given *given =
            view->nodes[i].is_chosen ? month->given[i] : NULL;

        has[i] = given != NULL && !given->is_withdrawn ? '1' : '0';
        is_back[i] = given != NULL && given->is_withdrawn ? '1' : '0';
        month->n_given += has[i] == '1';
    }
    has[view->n_nodes] = is_back[view->n_nodes] = '\0';
    month->has = has;
    month->is_back = is_back;
    return ERR_OK;
}

static enum err make_month(struct prefecture_view *view, struct prefecture_month *month,
                           const struct prefecture_given *given, size_t n_given,
                           struct arena *arena, struct fail *why)
{
    enum err rc;

    month->given = arena_alloc(arena, (view->n_nodes + 1) * sizeof *month->given);
    if (month->given == NULL)
        return fail_set(why, ERR_NOMEM, "a month");
    memset(month->given, 0, (view->n_nodes + 1) * sizeof *month->given);
    for (size_t i = 0; i < n_given; i++) {
        struct prefecture_node *node = given[i].month_utc_us == month->month_utc_us
                                           ? node_find(view, given[i].node)
                                           : NULL;

        if (node != NULL)
            month->given[node - view->nodes] = &given[i];
    }
    rc = tell_nodes(view, month, arena, why);
    return rc == ERR_OK ? add_up(view, month, arena, why) : rc;
}

static enum err list_months(struct req *req, struct prefecture_view *view, struct fail *why)
{
    struct prefecture_given *given = NULL;
    size_t n = 0;
    enum err rc = prefecture_store_given(req->db, view->from_utc_us, view->to_utc_us,
                                         view->part, req->arena, &given, &n, why);

    view->months = arena_alloc(req->arena, PREFECTURE_MONTHS_MOST * sizeof *view->months);
    if (rc == ERR_OK && view->months == NULL)
        rc = fail_set(why, ERR_NOMEM, "months");
    for (int64_t at = view->to_utc_us; rc == ERR_OK && at >= view->from_utc_us;
         at = kpi_month_before(at)) {
        struct prefecture_month *month = &view->months[view->n_months++];

        *month = (struct prefecture_month){.month_utc_us = at};
        rc = make_month(view, month, given, n, req->arena, why);
    }
    return rc;
}

/* ---- all of it ---- */

static enum err read_all(struct req *req, const struct registry *registry,
                         struct prefecture_view *view, struct fail *why)
{
    enum err rc;

    view->thresholds = *registry_thresholds(registry);
    rc = prefecture_store_months(req->db, req->arena, &view->there, &view->n_there, why);
    if (rc == ERR_OK)
        rc = ask_term(req, view, why);
    if (rc == ERR_OK)
        rc = ask_choice(req, view, why);
    if (rc == ERR_OK)
        rc = list_nodes(req, view, registry, why);
    if (rc == ERR_OK)
        rc = choose(req, view, registry, why);
    if (rc == ERR_OK)
        rc = list_months(req, view, why);
    if (rc == ERR_OK)
        rc = prefecture_store_left(req->db, req->arena, &view->left, &view->n_left, why);
    return rc;
}

bool prefecture_read(struct req *req, struct prefecture_view *out)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    const struct fed_member *self =
        registry == NULL ? NULL : registry_member(registry, f->conf.node);
    struct fail why = {.code = ERR_OK};
    bool is_coordinator =
        self != NULL && (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;

    *out = (struct prefecture_view){.tier = -1};
    if (!is_coordinator)
        reply_problem(req, 409, "not-coordinator",
                      "このノードは、連合のとりまとめ（都道府県）ではありません。自治体の指標は"
                      "とりまとめのノードだけに届きます。");
    else if (read_all(req, registry, out, &why) != ERR_OK)
        reply_fail(req, &why);
    registry_unref(&registry);
    return is_coordinator && why.code == ERR_OK;
}
