/* At the prefecture: a month that is missing is asked for, and what came of it. */
#include <stddef.h>
#include <string.h>

#include "federation/kpi_priv.h"
#include "federation/outbox.h"
#include "node/place/place_http.h"
#include "reporting/kpi/kpi_month.h"

#define ASKS_SHOWN 100

/* NULL: answered; who is no coordinator asks nobody. */
static struct federation *coordinator_of(struct req *req)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    const struct fed_member *self =
        registry == NULL ? NULL : registry_member(registry, f->conf.node);
    bool is = self != NULL && (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0 &&
              fed_member_is_in_contract(self, req->now_utc_us);

    registry_unref(&registry);
    if (is)
        return f;
    reply_problem(req, 409, "no-coordinator", "都道府県のノードだけが、できます。");
    return NULL;
}

/* ---- GET /api/v1/kpi/asks ---- */

struct ask_out {
    struct id node;
    struct span month, cuts, code, code_ja;
    int64_t at;
};
static const struct jx_field ask_fields[] = {
    PLACE_FIELD(JX_ID, ask_out, node, "たずねたノード"),
    PLACE_FIELD(JX_TEXT, ask_out, month, "どの月か"),
    PLACE_FIELD(JX_TEXT, ask_out, cuts, "分け方"),
    PLACE_FIELD(JX_TIME, ask_out, at, "たずねた日時"),
    PLACE_FIELD(JX_TEXT, ask_out, code, "返事（空は、まだ）"),
    PLACE_FIELD(JX_TEXT, ask_out, code_ja, "返事の意味"),
};
static const struct jx_shape ask_shape = JX_SHAPE("KpiAskOut", struct ask_out, ask_fields);
struct asks_out {
    struct jx_list items;
};
static const struct jx_field asks_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &ask_shape,
     .offset = offsetof(struct asks_out, items),
     .title_ja = "たずねたこと（新しい順）"},
};
static const struct jx_shape asks_shape = JX_SHAPE("KpiAsks", struct asks_out, asks_fields);

static const char *meaning(struct span code)
{
    enum fed_code found;

    if (span_eq(code, SPAN("sent")))
        return "渡してあります。こちらにないときは、もう一度届きます。";
    if (span_eq(code, SPAN("withdrawn")))
        return "取り下げられています。";
    if (span_eq(code, SPAN("absent")))
        return "まだ渡されていません。";
    if (span_eq(code, SPAN("too-old")))
        return "返事がないまま日がたちました。";
    return fed_code_find(code, &found) ? fed_code_title_ja(found) : "";
}

static void list_asks(struct req *req)
{
    struct fed_kpi_ask *asks = NULL;
    struct ask_out *items = NULL;
    struct asks_out out;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc;

    if (coordinator_of(req) == NULL)
        return;
    rc = fed_kpi_ask_list(req->db, ASKS_SHOWN, req->arena, &asks, &n, &why);
    if (rc == ERR_OK)
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (rc == ERR_OK && items == NULL)
        rc = fail_set(&why, ERR_NOMEM, "asks");
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        char month[KPI_MONTH_CAP];

        kpi_month_text(asks[i].month_utc_us, month);
        items[i] = (struct ask_out){.node = asks[i].node,
                                    .month = arena_copy(req->arena, span_text(month)),
                                    .cuts = asks[i].cuts,
                                    .code = asks[i].code,
                                    .code_ja = span_text(meaning(asks[i].code)),
                                    .at = asks[i].at_utc_us};
    }
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/kpi/asks ---- */

struct ask_input {
    struct id id, node;
    struct span month;
    struct jx_texts cuts;
};
static const struct jx_field input_fields[] = {
    PLACE_FIELD(JX_ID, ask_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, ask_input, node, "たずねるノード"),
    PLACE_FIELD(JX_TEXT, ask_input, month, "どの月か"),
    {.name = "cuts",
     .type = JX_TEXTS,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct ask_input, cuts),
     .title_ja = "分け方"},
};
static const struct jx_shape input_shape =
    JX_SHAPE("KpiAskFor", struct ask_input, input_fields);

struct asking {
    struct req *req;
    struct federation *federation;
    struct fed_kpi_ask ask;
    const struct ask_input *in;
};

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct asking *a = arg;
    struct kpi_ask_body body = {a->in->month, a->in->cuts, 0};
    struct access_entry access = access_of(a->req);
    struct fed_kpi_row row;
    struct span bytes;
    enum err rc = fed_kpi_last(tx, a->ask.node, a->ask.month_utc_us, tx_arena(tx), &row, why);

    if (rc == ERR_OK)
        body.has = row.revision;
    else if (rc != ERR_NOT_FOUND)
        return rc;
    rc = fed_kpi_ask_add(tx, &a->ask, why);
    if (rc == ERR_OK)
        rc = jx_write(&kpi_ask_shape, &body, tx_arena(tx), &bytes, why);
    if (rc == ERR_OK)
        rc = outbox_put(tx, a->federation, a->ask.node, kpi_kind_ask, a->ask.op, bytes,
                        a->ask.at_utc_us, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void ask_done(void *arg, enum err rc, const struct fail *why)
{
    const struct asking *a = arg;

    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    outbox_wake(a->federation);
    reply_none(a->req);
}

/* "a,b": at most as long as its column. */
static enum err join(struct req *req, const struct jx_texts *cuts, struct span *out,
                     struct fail *why)
{
    char *text = arena_alloc(req->arena, 200);
    size_t len = 0;

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "cuts");
    for (size_t i = 0; i < cuts->n; i++) {
        const struct span cut = cuts->at[i];

        if (len + cut.len + 1 > 200)
            return fail_field(why, ERR_INVALID, "/cuts", "too many");
        if (i > 0)
            text[len++] = ',';
        memcpy(text + len, cut.p, cut.len);
        len += cut.len;
    }
    *out = span_of(text, len);
    return ERR_OK;
}

static bool is_member(struct federation *f, struct id node)
{
    struct registry *registry = trust_now(f->trust);
    bool is = registry != NULL && registry_member(registry, node) != NULL &&
              !id_eq(node, f->conf.node);

    registry_unref(&registry);
    return is;
}

static void ask_node(struct req *req)
{
    const struct ask_input *in = req->input;
    struct federation *f = coordinator_of(req);
    struct asking *a = f == NULL ? NULL : req_alloc(req, sizeof *a);
    const struct writer_op op = {ask_run, ask_done, a};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (a == NULL)
        return;
    *a = (struct asking){.req = req,
                         .federation = f,
                         .ask = {.op = in->id,
                                 .node = in->node,
                                 .at_utc_us = req->now_utc_us,
                                 .by = req->caller.account},
                         .in = in};
    req->object = in->node;
    rc = join(req, &in->cuts, &a->ask.cuts, &why);
    if (rc == ERR_OK && !kpi_month_parse(in->month, &a->ask.month_utc_us))
        rc = fail_field(&why, ERR_INVALID, "/month", "no month");
    if (rc == ERR_OK && !is_member(f, in->node))
        rc = fail_set(&why, ERR_NOT_FOUND, "no such member");
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* Who works with the figures, beside who keeps the prefecture's node. */
#define ASKERS  (PLACE_DECIDERS | ROLE_BIT(ROLE_COORDINATOR))
#define LOOKERS (PLACE_KEEPERS | ROLE_BIT(ROLE_COORDINATOR))

const struct route kpi_ask_routes[KPI_ASK_ROUTES_N] = {
    {.name = "kpi.asks",
     .method = HTTP_GET,
     .path = "/api/v1/kpi/asks",
     .listeners = PLACE_LISTENERS,
     .roles = LOOKERS,
     .output = &asks_shape,
     .summary_ja = "都道府県が自治体にたずねた指標と、その返事を見る",
     .handle = list_asks},
    {.name = "kpi.ask",
     .method = HTTP_POST,
     .path = "/api/v1/kpi/asks",
     .listeners = PLACE_LISTENERS,
     .roles = ASKERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &input_shape,
     .summary_ja = "届いていない月の指標を、自治体にたずねる",
     .handle = ask_node},
};
