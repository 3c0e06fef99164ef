/* What waits, went out, failed and was opened; and opening a notice by its link (AI-4.6-3: a
 * link that was passed on opens nothing for another account). */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "tenants/notify/notify_http.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/notify/notify_store.h"
#include "tenants/notify/notify_text.h"

#define PAGE  50
#define KINDS "sos|incident|report|account|test" /* enum notify_kind */

/* ---- GET /api/v1/notify/notices ---- */

struct notice_output {
    struct id id, account;
    int kind, channel, state;
    struct span name, why;
    int64_t made_at, due_at, ended_at, opened_at, n_tries, code;
    bool has_due, has_ended, has_opened;
};
#define OUT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct notice_output, name_), \
        .title_ja = (title) \
    }
#define OUT_ENUM(name_, choices_, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (choices_), \
        .offset = offsetof(struct notice_output, name_), .title_ja = (title) \
    }
#define OUT_TIME(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TIME, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct notice_output, name_), \
        .has_offset = offsetof(struct notice_output, has_), .title_ja = (title) \
    }
static const struct jx_field notice_fields[] = {
    OUT(JX_ID, id, "お知らせのID"),
    OUT_ENUM(kind, KINDS, "種類"),
    OUT_ENUM(channel, "mail|webhook", "メールかウェブフックか"),
    OUT(JX_ID, account, "だれに"),
    OUT(JX_TEXT, name, "その人の表示名"),
    OUT_ENUM(state, NOTIFY_STATE_CHOICES,
             "待っている・送った・断られた・あきらめた・取りやめた"),
    OUT(JX_TIME, made_at, "作った時"),
    OUT_TIME(due_at, has_due, "次に送る時"),
    OUT_TIME(ended_at, has_ended, "終わった時"),
    OUT_TIME(opened_at, has_opened, "本人が開いた時"),
    OUT(JX_INT, n_tries, "送ろうとした回数"),
    OUT(JX_TEXT, why, "送れなかった理由の符号"),
    OUT(JX_INT, code, "相手のサーバーの返事の番号（0なし）"),
};
static const struct jx_shape notice_shape =
    JX_SHAPE("NotifyNotice", struct notice_output, notice_fields);

struct page_output {
    struct jx_list items;
    struct id next;
    bool has_next, has_mail, is_down;
    struct span down;
    int64_t n_waiting, n_late, n_failed;
};
#define PAGE_OUT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct page_output, name_), \
        .title_ja = (title) \
    }
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &notice_shape,
     .offset = offsetof(struct page_output, items),
     .title_ja = "お知らせ（新しい順）"},
    {.name = "next",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, next),
     .has_offset = offsetof(struct page_output, has_next),
     .title_ja = "続きを見るときの before の値"},
    PAGE_OUT(JX_BOOL, has_mail, "メールを送る設定があるか"),
    {.name = "down",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct page_output, down),
     .has_offset = offsetof(struct page_output, is_down),
     .title_ja = "いまメールを送れない理由の符号"},
    PAGE_OUT(JX_INT, n_waiting, "待っている数"),
    PAGE_OUT(JX_INT, n_late, "5分よりおくれている数"),
    PAGE_OUT(JX_INT, n_failed, "7日のうちに送れなかった数"),
};
static const struct jx_shape page_shape =
    JX_SHAPE("NotifyNotices", struct page_output, page_fields);

static struct notice_output output_of(const struct notify_receipt *r,
                                      const struct people *people, struct req *req)
{
    return (struct notice_output){
        .id = r->id,
        .account = r->account,
        .kind = (int)r->kind,
        .channel = r->is_webhook,
        .state = (int)r->state,
        .name = notify_name_of(people, r->account, req),
        .why = r->why,
        .made_at = r->made_utc_us,
        .due_at = r->due_utc_us,
        .has_due = r->state == NOTIFY_WAITING,
        .ended_at = r->ended_utc_us,
        .has_ended = r->ended_utc_us != 0,
        .opened_at = r->opened_utc_us,
        .has_opened = r->opened_utc_us != 0,
        .n_tries = r->n_tries,
        .code = r->code,
    };
}

static enum err read_page(struct req *req, struct notify_receipt **found, size_t *n,
                          struct page_output *page, struct fail *why)
{
    struct span before_text = req_query(req, "before");
    struct notify_stats stats = {.has_mail = false};
    struct id before = ID_NONE;
    enum err rc = ERR_OK;

    if (before_text.len > 0 && id_parse(before_text, &before, NULL) != ERR_OK)
        return fail_field(why, ERR_INVALID, "before", "not an id");
    rc = notify_store_list(req->db, before, PAGE + 1, req->arena, found, n, why);
    if (rc == ERR_OK)
        rc = notify_stats_read(req->services->notify, req->db, req->now_utc_us, &stats, why);
    if (rc != ERR_OK)
        return rc;
    *page = (struct page_output){
        .has_mail = stats.has_mail,
        .is_down = stats.down != NULL,
        .down = span_text(stats.down),
        .n_waiting = stats.n_waiting,
        .n_late = stats.n_late,
        .n_failed = stats.n_failed_week,
    };
    if (*n > PAGE) {
        *n = PAGE;
        page->has_next = true;
        page->next = (*found)[PAGE - 1].id;
    }
    return ERR_OK;
}

static void list_notices(struct req *req)
{
    struct notify_receipt *found = NULL;
    struct notice_output *items;
    struct page_output page;
    struct people *people;
    struct fail why = {.code = ERR_OK};
    struct id *accounts;
    size_t n = 0;

    if (read_page(req, &found, &n, &page, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    accounts = req_alloc(req, (n + 1) * sizeof *accounts);
    items = accounts == NULL ? NULL : req_alloc(req, (n + 1) * sizeof *items);
    if (items == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        accounts[i] = found[i].account;
    people = notify_names_ref(req, accounts, n);
    if (people == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        items[i] = output_of(&found[i], people, req);
    people_unref(&people);
    page.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &page);
}

/* ---- POST /api/v1/notify/open ---- */

struct open_input {
    struct span token;
};
static const struct jx_field open_fields[] = {{.name = "token",
                                               .type = JX_BYTES,
                                               .least = NOTIFY_TOKEN_BYTES,
                                               .most = NOTIFY_TOKEN_BYTES,
                                               .offset = offsetof(struct open_input, token),
                                               .title_ja = "リンクの文字"}};
static const struct jx_shape open_shape =
    JX_SHAPE("NotifyOpen", struct open_input, open_fields);

struct open_output {
    int kind;
    struct span link;
};
static const struct jx_field opened_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = KINDS,
     .offset = offsetof(struct open_output, kind),
     .title_ja = "種類"},
    {.name = "link",
     .type = JX_TEXT,
     .offset = offsetof(struct open_output, link),
     .title_ja = "つぎに見る画面（空ならマイページ）"},
};
static const struct jx_shape opened_shape =
    JX_SHAPE("NotifyOpened", struct open_output, opened_fields);

struct opening {
    struct req *req;
    struct notice_opened notice;
};

static enum err open_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct opening *o = arg;
    struct access_entry access = access_of(o->req);
    struct receiver_act proved = {
        .receiver = o->notice.receiver,
        .by = o->req->caller.account,
        .role = o->req->caller.role,
        .step = RECEIVER_PROVED,
        .now_utc_us = o->req->now_utc_us,
    };
    bool is_first = false;
    enum err rc = notify_store_open(tx, o->notice.id, o->notice.account, o->req->now_utc_us,
                                    &is_first, why);

    if (rc == ERR_OK && is_first && o->notice.kind == NOTIFY_ACCOUNT) {
        rc = receiver_store_act(tx, &proved, why);
        if (rc == ERR_CONFLICT) /* proved before, by an earlier link */
            rc = ERR_OK;
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void open_done(void *arg, enum err rc, const struct fail *why)
{
    const struct opening *o = arg;
    const struct open_output out = {(int)o->notice.kind, o->notice.link};

    if (rc != ERR_OK) {
        reply_fail(o->req, why);
        return;
    }
    o->req->access_recorded = 1;
    reply_json(o->req, 200, &out);
}

/* Not one of ours, another's, too old: the same bytes. */
static void open_notice(struct req *req)
{
    const struct open_input *in = req->input;
    struct opening *o = req_alloc(req, sizeof *o);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (o == NULL)
        return;
    o->req = req;
    rc = notify_token_read(req->services->keyring, in->token, &req->object, &why);
    if (rc == ERR_OK)
        rc = notify_store_find(req->db, req->object, req->arena, &o->notice, &why);
    if (rc == ERR_OK && (!id_eq(o->notice.account, req->caller.account) ||
                         req->now_utc_us - o->notice.made_utc_us > NOTIFY_LINK_DAYS * DAY_US))
        rc = fail_set(&why, ERR_DENIED, "another's notice, or an old one");
    if (rc == ERR_OK) {
        const struct writer_op op = {open_run, open_done, o};

        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route notify_queue_routes[NOTIFY_QUEUE_ROUTES_N] = {
    {
        .name = "notify.notices",
        .method = HTTP_GET,
        .path = "/api/v1/notify/notices",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &page_shape,
        .summary_ja = "送ったお知らせ、待っているお知らせを見る",
        .handle = list_notices,
    },
    {
        .name = "notify.open",
        .method = HTTP_POST,
        .path = "/api/v1/notify/open",
        .listeners = NOTIFY_LISTENERS,
        .roles = ROLES_ADULT & ~ROLE_BIT(ROLE_GUARDIAN),
        .object = OBJECT_OWN,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &open_shape,
        .output = &opened_shape,
        .summary_ja = "届いたお知らせのリンクを開く",
        .handle = open_notice,
    },
};
