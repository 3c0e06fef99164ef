/* The children behind a figure, for those on duty with them (KP-2-1): as the records say it
 * now, for what was counted holds nobody's id. Beside it stands the number that was counted, so
 * that whoever reads sees when the two part: by an ID that was closed, a contact noted late. */
#include <stddef.h>
#include <stdlib.h>

#include "node/classes/lesson_rows.h"
#include "node/db/settings.h"
#include "node/support/child.h"
#include "reporting/kpi/kpi_month.h"
#include "reporting/kpi/kpi_rows.h"
#include "reporting/kpi/kpi_store.h"
#include "tenants/watch/watch.h"

struct child_output {
    struct id account;
    struct span name, login;
};
static const struct jx_field child_fields[] = {
    PLACE_FIELD(JX_ID, child_output, account, "だれ"),
    PLACE_FIELD(JX_TEXT, child_output, name, "表示名"),
    PLACE_FIELD(JX_TEXT, child_output, login, "ID"),
};
static const struct jx_shape child_shape =
    JX_SHAPE("KpiChild", struct child_output, child_fields);

struct people_output {
    struct span month, kpi;
    int64_t n_counted, n_hidden;
    struct jx_list items;
};
static const struct jx_field people_fields[] = {
    PLACE_FIELD(JX_TEXT, people_output, month, "どの月か"),
    PLACE_FIELD(JX_TEXT, people_output, kpi, "指標の記号"),
    PLACE_FIELD(JX_INT, people_output, n_counted, "数えたときの人数"),
    PLACE_FIELD(JX_INT, people_output, n_hidden, "うち、見てよい範囲の外の人数"),
    {.name = "items",
     .type = JX_LIST,
     .shape = &child_shape,
     .most = ACCESS_SHOWN_CAP,
     .offset = offsetof(struct people_output, items),
     .title_ja = "いまの記録でこの数に入る児童生徒（IDの順）"},
};
static const struct jx_shape people_shape =
    JX_SHAPE("KpiPeople", struct people_output, people_fields);

struct asking {
    struct req *req;
    const struct kpi_def *def;
    struct kpi_month month;
    struct id *who;
    size_t n_who;
    struct people_output out;
};

static enum err counted(struct asking *a, struct fail *why)
{
    struct kpi_cell *cells = NULL;
    size_t n = 0;
    enum err rc = kpi_store_cells(a->req->db, &a->month, a->req->arena, &cells, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        if (cells[i].part == KPI_ALL && span_eq(cells[i].kpi, span_text(a->def->id)))
            a->out.n_counted = a->def->form == KPI_SHARE ? cells[i].num : cells[i].den;
    return rc;
}

static enum err find(struct asking *a, struct fail *why)
{
    struct req *req = a->req;
    int64_t month_utc_us = 0;
    enum err rc;

    a->out.month = req_param(req, "month");
    a->out.kpi = req_param(req, "figure");
    if (!kpi_month_parse(a->out.month, &month_utc_us))
        return fail_set(why, ERR_NOT_FOUND, "no month");
    rc = kpi_store_find(req->db, month_utc_us, &a->month, why);
    if (rc != ERR_OK)
        return rc;
    a->def = kpi_def_find(a->out.kpi, (int)a->month.version);
    if (a->def == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such figure");
    return counted(a, why);
}

static enum err list(struct asking *a, struct fail *why)
{
    struct req *req = a->req;
    const struct kpi_term term = {
        a->month.month_utc_us, kpi_month_next(a->month.month_utc_us),
        settings_int(req->services->settings, &setting_class_attended_min)};

    return kpi_store_who(req->db, a->def, &term, req->arena, &a->who, &a->n_who, why);
}

static int by_login(const void *left, const void *right)
{
    const struct child_output *a = left, *b = right;

    return strcmp((const char *)a->login.p, (const char *)b->login.p);
}

/* Those whom the caller may know of. */
static enum err fill(struct asking *a, const struct child_names *names, struct fail *why)
{
    struct arena *arena = a->req->arena;
    struct child_output *items = arena_alloc(arena, (a->n_who + 1) * sizeof *items);
    size_t n = 0;

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "children");
    for (size_t i = 0; i < a->n_who; i++) {
        const struct people_entry *entry = child_entry(names, a->who[i]);

        if (entry == NULL)
            continue;
        a->who[n] = a->who[i];
        items[n] = (struct child_output){a->who[i], arena_copy(arena, entry->display),
                                         arena_copy(arena, entry->login)};
        if (items[n].name.p == NULL || items[n].login.p == NULL)
            return fail_set(why, ERR_NOMEM, "children");
        n++;
    }
    qsort(items, n, sizeof *items, by_login);
    a->out.n_hidden = (int64_t)(a->n_who - n);
    a->out.items = (struct jx_list){items, n};
    return ERR_OK;
}

static enum err open_list(struct asking *a, struct fail *why)
{
    struct child_names names;
    enum err rc = list(a, why);

    if (rc == ERR_OK && a->n_who > ACCESS_SHOWN_CAP)
        rc = fail_set(why, ERR_NOSPACE, "%zu children", a->n_who);
    if (rc != ERR_OK)
        return rc;
    rc = child_names_open(a->req, &names, why);
    if (rc == ERR_OK)
        rc = fill(a, &names, why);
    child_names_close(&names);
    return rc;
}

static void kpi_people(struct req *req)
{
    struct asking a = {.req = req};
    struct fail why = {.code = ERR_OK};
    enum err rc = find(&a, &why);

    if (rc == ERR_PROTO) {
        kpi_reply_altered(req);
        return;
    }
    if (rc == ERR_OK && a.month.month_utc_us < kpi_month_oldest(req->now_utc_us)) {
        reply_problem(req, 409, "kpi-people-past",
                      "この月の記録は保存の期間をすぎているため、だれの数かはもうたどれません。"
                      "数字は残っています。");
        return;
    }
    if (rc == ERR_OK)
        rc = open_list(&a, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!watch_spend(req, WATCH_NAMES, a.who, a.out.items.n))
        return;
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &a.out);
}

const struct route kpi_people_routes[KPI_PEOPLE_ROUTES_N] = {
    {
        .name = "kpi.people",
        .method = HTTP_GET,
        .path = "/api/v1/kpi/{month}/{figure}/people",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_SUPPORTER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_READ,
        .output = &people_shape,
        .summary_ja = "月の指標の数に入る児童生徒を見る",
        .handle = kpi_people,
    },
};
