/* Notices of watching: for the auditor and the commissioner; and the job that looks for slow
 * scraping over days (NI-2.3.4-2c, NI-T3-10). */
#include <stddef.h>

#include "node/base/clock.h"
#include "tenants/watch/watch_rows.h"
#include "tenants/watch/watch_store.h"

#define PAGE     50
#define DAY_S    INT64_C(86400)
#define WATCHERS (ROLE_BIT(ROLE_AUDITOR) | ROLE_BIT(ROLE_COMMISSIONER))

/* ---- GET /api/v1/watch/notices ---- */

struct notice_output {
    struct id id, account;
    int64_t at, n_persons, window_s, n_seen, seen_at;
    struct span kind, rule, role;
    bool has_role, has_seen_at;
};
static const struct jx_field notice_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct notice_output, id),
     .title_ja = "知らせのID"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct notice_output, at),
     .title_ja = "いつ"},
    {.name = "account",
     .type = JX_ID,
     .offset = offsetof(struct notice_output, account),
     .title_ja = "どのIDか"},
    {.name = "role",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct notice_output, role),
     .has_offset = offsetof(struct notice_output, has_role),
     .title_ja = "その役割"},
    {.name = "kind",
     .type = JX_TEXT,
     .offset = offsetof(struct notice_output, kind),
     .title_ja = "短い時間（burst）・1日（day）・何日か（slow）・書き出し（export）"},
    {.name = "n_persons",
     .type = JX_INT,
     .offset = offsetof(struct notice_output, n_persons),
     .title_ja = "何人の記録か"},
    {.name = "window_s",
     .type = JX_INT,
     .offset = offsetof(struct notice_output, window_s),
     .title_ja = "どれだけの時間のうちか（秒）"},
    {.name = "rule",
     .type = JX_TEXT,
     .offset = offsetof(struct notice_output, rule),
     .title_ja = "超えた設定と、その値"},
    {.name = "n_seen",
     .type = JX_INT,
     .offset = offsetof(struct notice_output, n_seen),
     .title_ja = "確認した人の数"},
    {.name = "seen_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct notice_output, seen_at),
     .has_offset = offsetof(struct notice_output, has_seen_at),
     .title_ja = "自分が確認した時"},
};
static const struct jx_shape notice_shape =
    JX_SHAPE("WatchNotice", struct notice_output, notice_fields);

struct page_output {
    struct jx_list items;
    struct id next;
    bool has_next;
};
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &notice_shape,
     .offset = offsetof(struct page_output, items),
     .title_ja = "知らせ（新しい順）"},
    {.name = "next",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, next),
     .has_offset = offsetof(struct page_output, has_next),
     .title_ja = "続きを見るときの before の値"},
};
static const struct jx_shape page_shape =
    JX_SHAPE("WatchNotices", struct page_output, page_fields);

static struct notice_output output_of(const struct watch_listed *l)
{
    return (struct notice_output){
        .id = l->notice.id,
        .account = l->notice.account,
        .at = l->notice.at_utc_us,
        .n_persons = l->notice.n_persons,
        .window_s = l->notice.window_s,
        .kind = l->notice.kind,
        .rule = l->notice.rule,
        .role = l->role,
        .has_role = l->role.len > 0,
        .n_seen = l->n_seen,
        .seen_at = l->seen_utc_us,
        .has_seen_at = l->seen_utc_us != 0,
    };
}

static void list_notices(struct req *req)
{
    struct span before_text = req_query(req, "before");
    struct page_output page = {.has_next = false};
    struct watch_listed *list = NULL;
    struct notice_output *items = NULL;
    struct fail why = {.code = ERR_OK};
    struct id before = ID_NONE;
    size_t n = 0;
    enum err rc = ERR_OK;

    if (before_text.p != NULL && id_parse(before_text, &before, NULL) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "before", "not an id");
    if (rc == ERR_OK)
        rc = watch_store_list(req->db, req->caller.account, before, PAGE + 1, req->arena, &list,
                              &n, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "page") : ERR_OK;
    }
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    if (n > PAGE) {
        n = PAGE;
        page.has_next = true;
        page.next = list[PAGE - 1].notice.id;
    }
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&list[i]);
    page.items = (struct jx_list){items, n};
    reply_json(req, 200, &page);
}

/* ---- POST /api/v1/watch/notices/{id}/seen ---- */

static enum err see_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct req *req = arg;

    return watch_store_see(tx, req->object, req->caller.account, req->now_utc_us, why);
}

static void see_done(void *arg, enum err rc, const struct fail *why)
{
    if (rc == ERR_OK)
        reply_none(arg);
    else
        reply_fail(arg, why);
}

static void see_notice(struct req *req)
{
    const struct writer_op op = {see_run, see_done, req};
    struct fail why = {.code = ERR_OK};
    struct id account = ID_NONE;
    enum err rc = ERR_OK;

    if (id_parse(req_param(req, "id"), &req->object, NULL) != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "not an id");
    if (rc == ERR_OK)
        rc = watch_store_account(req->db, req->object, &account, &why);
    if (rc == ERR_OK && id_eq(account, req->caller.account)) {
        reply_problem(req, 409, "own-notice",
                      "自分についての知らせは、ほかの担当者が確認します。");
        return;
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route watch_routes[WATCH_ROUTES_N] = {
    {
        .name = "watch.notices",
        .method = HTTP_GET,
        .path = "/api/v1/watch/notices",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = WATCHERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &page_shape,
        .summary_ja = "多くの人の記録が開かれたときの知らせを見る",
        .handle = list_notices,
    },
    {
        .name = "watch.seen",
        .method = HTTP_POST,
        .path = "/api/v1/watch/notices/{id}/seen",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = WATCHERS,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "知らせを確認したと記す",
        .handle = see_notice,
    },
};

/* ---- slow scraping, once a day ---- */

static enum err slow_run(struct tx *tx, void *arg, struct fail *why)
{
    return watch_store_add(tx, arg, why);
}

static enum err look_for_slow(struct job_call *call, struct fail *why)
{
    const struct services *s = call->services;
    int64_t now_us = clock_utc_us(), days = settings_int(s->settings, &setting_slow_days);
    int64_t most = settings_int(s->settings, &setting_slow_persons);
    struct watch_slow *found = NULL;
    size_t n = 0;
    char *rule =
        arena_printf(call->arena, "%s=%lld", setting_slow_persons.name, (long long)most);
    enum err rc = rule == NULL ? fail_set(why, ERR_NOMEM, "rule") : ERR_OK;

    if (rc == ERR_OK)
        rc = watch_store_slow(call->db, now_us - days * DAY_S * 1000000, most, call->arena,
                              &found, &n, why);
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct watch_notice notice = {
            .id = id_new(),
            .account = found[i].account,
            .kind = SPAN("slow"),
            .rule = span_text(rule),
            .at_utc_us = now_us,
            .n_persons = found[i].n_persons,
            .window_s = days * DAY_S,
        };

        rc = writer_wait(s->writer, slow_run, &notice, why);
    }
    return rc;
}

const struct job_kind watch_jobs[WATCH_JOBS_N] = {
    {.name = "watch.slow",
     .run = look_for_slow,
     .n_tries_cap = 12,
     .lease_s = 600,
     .period_s = 86400,
     .offset_s = 4 * 3600,
     .at_start = true},
};
