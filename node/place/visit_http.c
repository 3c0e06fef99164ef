/* The record of entries and exits over HTTP (AI-2.5-ア): by period, person, floor and session.
 * The commissioner reads it; contractor and auditor for a stated purpose, while it lasts. */
#include "node/base/clock.h"
#include "node/place/place_http.h"
#include "node/place/visit_store.h"
#include "tenants/people/account.h"
#include "tenants/rights/rights.h"

#define PAGE        100
#define PERIOD_MOST (INT64_C(400) * DAY_US)

struct visit_output {
    struct id id, visit, account, session;
    int64_t at, copy;
    int kind;
    struct span floor, reason, display_name, login, role;
    bool has_session, has_display, has_login, has_role, is_trial;
};
static const struct jx_field visit_fields[] = {
    PLACE_FIELD(JX_ID, visit_output, id, "記録のID"),
    PLACE_FIELD(JX_ID, visit_output, visit, "一回の訪問のID"),
    PLACE_FIELD(JX_TIME, visit_output, at, "いつ"),
    PLACE_FIELD(JX_ID, visit_output, account, "だれが"),
    PLACE_MAYBE(JX_TEXT, visit_output, display_name, has_display, "表示名"),
    PLACE_MAYBE(JX_TEXT, visit_output, login, has_login, "ID"),
    PLACE_MAYBE(JX_TEXT, visit_output, role, has_role, "役割"),
    PLACE_CHOICE(visit_output, kind, VISIT_KINDS, "入室・フロアの移動・退室・切断"),
    PLACE_FIELD(JX_TEXT, visit_output, floor, "フロア"),
    PLACE_FIELD(JX_INT, visit_output, copy, "いくつめの同じフロアか"),
    PLACE_MAYBE(JX_ID, visit_output, session, has_session, "そのときの会"),
    PLACE_FIELD(JX_TEXT, visit_output, reason, "退室・切断のわけ"),
    PLACE_FIELD(JX_BOOL, visit_output, is_trial, "体験用のIDか"),
};
static const struct jx_shape visit_shape = JX_SHAPE("Visit", struct visit_output, visit_fields);

struct visits_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field visits_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &visit_shape,
     .most = PAGE,
     .offset = offsetof(struct visits_output, items),
     .title_ja = "入退室（新しい順）"},
    PLACE_MAYBE(JX_TEXT, visits_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape visits_shape =
    JX_SHAPE("Visits", struct visits_output, visits_fields);

/* Without a period: the last seven days. */
static enum err read_ask(const struct req *req, struct visits_ask *ask, struct fail *why)
{
    enum err rc;

    *ask = (struct visits_ask){.until_utc_us = req->now_utc_us + 1,
                               .floor = req_query(req, "floor"),
                               .n_cap = PAGE + 1};
    rc = place_query_time(req, "until", &ask->until_utc_us, why);
    ask->from_utc_us = ask->until_utc_us - 7 * DAY_US;
    if (rc == ERR_OK)
        rc = place_query_time(req, "from", &ask->from_utc_us, why);
    if (rc == ERR_OK)
        rc = place_query_id(req, "person", &ask->account, why);
    if (rc == ERR_OK)
        rc = place_query_id(req, "session", &ask->session, why);
    if (rc == ERR_OK && (ask->from_utc_us >= ask->until_utc_us ||
                         ask->until_utc_us - ask->from_utc_us > PERIOD_MOST))
        rc = fail_field(why, ERR_INVALID, "from", "a period of at most 400 days");
    return rc == ERR_OK ? place_query_row(req, "before", &ask->before_utc_us, &ask->before, why)
                        : rc;
}

static struct visit_output output_of(const struct visit_event_row *row)
{
    return (struct visit_output){
        .id = row->id,
        .visit = row->visit,
        .at = row->at_utc_us,
        .account = row->account,
        .kind = (int)row->kind,
        .floor = row->floor,
        .copy = row->copy,
        .session = row->session,
        .has_session = !id_is_none(row->session),
        .reason = row->reason,
        .is_trial = row->is_trial,
    };
}

/* False: answered. */
static bool add_names(struct req *req, struct visit_output *items, size_t n)
{
    struct place_name *names = req_alloc(req, (n + 1) * sizeof *names);
    size_t n_names = 0;

    if (names == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (place_name_find(names, n_names, items[i].account) == NULL)
            names[n_names++].account = items[i].account;
    if (!place_names(req, names, n_names))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct place_name *name = place_name_find(names, n_names, items[i].account);

        if (name == NULL)
            continue;
        items[i].display_name = name->display_name;
        items[i].has_display = name->display_name.len > 0;
        items[i].login = name->login;
        items[i].has_login = name->login.len > 0;
        items[i].role = name->role_id;
        items[i].has_role = name->role_id.len > 0;
    }
    return true;
}

static enum err check_purpose(struct req *req, struct fail *why)
{
    struct span purpose = SPAN_NONE;

    if (req->caller.role == ROLE_COMMISSIONER)
        return ERR_OK;
    return rights_purpose(accounts_rights(req->services->accounts), req->db, &req->caller,
                          RIGHT_LOGS_READ, req->now_utc_us, req->arena, &purpose, why);
}

static void reply_page(struct req *req, const struct visit_event_row *rows, size_t n)
{
    struct visits_output out = {.has_next = n > PAGE};
    struct visit_output *items = req_alloc(req, (n + 1) * sizeof *items);

    if (items == NULL)
        return;
    if (n > PAGE)
        n = PAGE;
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&rows[i]);
    if (!add_names(req, items, n))
        return;
    if (out.has_next)
        out.next = place_row_text(req, rows[PAGE - 1].at_utc_us, rows[PAGE - 1].id);
    out.has_next = out.next.p != NULL;
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

static void list_visits(struct req *req)
{
    struct visit_event_row *rows = NULL;
    struct visits_ask ask;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = check_purpose(req, &why);

    if (rc == ERR_DENIED) {
        reply_problem(req, 403, "logs-purpose",
                      "入退室の記録を見るには、教育委員会の承認者が目的と期限を決めて出す許可が"
                      "必要です。承認者に相談してください。");
        return;
    }
    if (rc == ERR_OK)
        rc = read_ask(req, &ask, &why);
    if (rc == ERR_OK)
        rc = visit_store_list(req->db, &ask, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        reply_page(req, rows, n);
    else
        reply_fail(req, &why);
}

const struct route visit_routes[VISIT_ROUTES_N] = {
    {.name = "visits.list",
     .method = HTTP_GET,
     .path = "/api/v1/visits",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_KEEPERS | ROLE_BIT(ROLE_AUDITOR),
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &visits_shape,
     .summary_ja = "入退室の記録を見る",
     .handle = list_visits},
};
