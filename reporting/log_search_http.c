/* A search over what was written, answered while it goes on (AI-2.4-エ, AI-2.5-イ): lines of
 * JSON (log_search.c says which); closing the connection ends it. */
#include "node/base/role.h"
#include "node/place/place_http.h"
#include "reporting/log_ask.h"
#include "tenants/watch/watch.h"

struct search_input {
    struct id id, account;
    int64_t from, to;
    struct span words, floor, reason;
    bool has_account, has_floor;
};
static const struct jx_field search_fields[] = {
    PLACE_FIELD(JX_ID, search_input, id, "検索のID"),
    {.name = "words",
     .type = JX_TEXT,
     .least = 1,
     .most = 100,
     .offset = offsetof(struct search_input, words),
     .title_ja = "言葉"},
    PLACE_FIELD(JX_TIME, search_input, from, "いつから"),
    PLACE_FIELD(JX_TIME, search_input, to, "いつまで"),
    PLACE_MAYBE(JX_ID, search_input, account, has_account, "だれの"),
    {.name = "floor",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = LOG_FLOOR_MOST,
     .offset = offsetof(struct search_input, floor),
     .has_offset = offsetof(struct search_input, has_floor),
     .title_ja = "フロア"},
    {.name = "reason",
     .type = JX_TEXT,
     .least = 4,
     .most = LOG_REASON_MOST,
     .offset = offsetof(struct search_input, reason),
     .title_ja = "理由"},
};
static const struct jx_shape search_shape =
    JX_SHAPE("LogSearch", struct search_input, search_fields);

static struct log_export_row row_of(const struct req *req)
{
    const struct search_input *in = req->input;

    return (struct log_export_row){
        .id = in->id,
        .at_utc_us = req->now_utc_us,
        .by = req->caller.account,
        .by_role = span_text(role_id(req->caller.role)),
        .act = LOG_ACT_SEARCH,
        .kinds = LOG_BIT(LOG_CHAT),
        .from_utc_us = in->from,
        .until_utc_us = in->to,
        .account = in->has_account ? in->account : ID_NONE,
        .floor = in->has_floor ? in->floor : SPAN_NONE,
        .format = LOG_JSON,
    };
}

/* False: answered. */
static bool check_input(struct req *req)
{
    const struct search_input *in = req->input;
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = log_period_check(req, in->from, in->to, &defects, &why);

    if (rc == ERR_OK) {
        rc = log_words_check(in->words, req->arena, &why);
        if (rc == ERR_INVALID &&
            jx_defect_add(&defects, req->arena, "/words", "count",
                          "言葉を1つから%d個まで、間を空けて書いてください。",
                          LOGS_WORDS_MOST) == ERR_OK)
            rc = ERR_OK;
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
    else if (defects.n > 0)
        reply_defects(req, &defects);
    return rc == ERR_OK && defects.n == 0;
}

/* After the notice: on the writer's thread. */
static void go_on(void *arg)
{
    struct log_begin *begin = arg;
    const struct search_input *in = begin->req->input;
    struct fail why = {.code = ERR_OK};

    if (log_job_create(begin->req->services->logs, &begin->row, in->words, begin->row.by,
                       begin->row.by_role, &begin->job, &why) == ERR_OK)
        log_begin_post(begin);
    else
        reply_fail(begin->req, &why);
}

/* A search needs no second person, and may give out as much as a file that does: where a file
 * would, auditor and commissioner have a notice of it. */
static void search(struct req *req)
{
    const struct search_input *in = req->input;
    struct log_begin *begin = req_alloc(req, sizeof *begin);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (begin == NULL || !check_input(req) || !log_may(req, LOG_ACT_SEARCH, LOG_BIT(LOG_CHAT)))
        return;
    *begin = (struct log_begin){
        .req = req, .row = row_of(req), .is_new = true, .type = "application/x-ndjson"};
    req->object = in->id;
    req->person = begin->row.account;
    rc = log_row_seal(req, in->reason, in->words, &begin->row, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
    else if (log_is_bulk(req, &begin->row))
        watch_export(req, 0, go_on, begin);
    else
        go_on(begin);
}

const struct route log_search_routes[LOG_SEARCH_ROUTES_N] = {
    {.name = "log_searches.make",
     .method = HTTP_POST,
     .path = "/api/v1/log-searches",
     .listeners = LOG_LISTENERS,
     .roles = LOG_ROLES,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .input = &search_shape,
     .summary_ja = "文字チャットの発言を調べる",
     .handle = search},
};
