#include "reporting/report_http.h"

#include <stddef.h>

#include "node/db/audit.h"
#include "node/db/seal.h"
#include "tenants/notify/notify.h"
#include "tenants/people/account.h"
#include "tenants/watch/watch.h"

bool report_is_desk(const struct req *req)
{
    return (ROLE_BIT(req->caller.role) & REPORT_DESK) != 0;
}

/* ---- names ---- */

struct people *report_names_ref(struct req *req, const struct id *accounts, size_t n)
{
    struct people *people = NULL;
    struct fail why = {.code = ERR_OK};

    if (!watch_spend(req, WATCH_NAMES, accounts, n))
        return NULL;
    arena_mark_secret(req->arena); /* names will lie in it */
    if (people_ref(accounts_people(req->services->accounts), req->db, &people, &why) !=
        ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    return people;
}

struct span report_name_of(const struct people *people, struct id account, struct req *req)
{
    const struct people_entry *entry = people_find(people, account);

    return entry == NULL
               ? SPAN("")
               : arena_copy(req->arena, entry->display.len > 0 ? entry->display : entry->login);
}

struct people *report_people_ref(struct req *req, const struct weekly_delivery *given, size_t n)
{
    struct id *accounts = req_alloc(req, (n + 1) * sizeof *accounts);
    size_t n_seen = 0;

    if (accounts == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (report_is_desk(req) || id_eq(given[i].account, req->caller.account))
            accounts[n_seen++] = given[i].account;
    return report_names_ref(req, accounts, n_seen);
}

/* ---- what became of one ---- */

struct delivery_output {
    struct id account;
    struct span name;
    int way;
    int64_t given_at, sent_at, opened_at, n_addresses;
    bool has_sent, has_opened, is_failed;
};
#define DELIVERY(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct delivery_output, name_), \
        .title_ja = (title) \
    }
#define DELIVERY_TIME(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TIME, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct delivery_output, name_), \
        .has_offset = offsetof(struct delivery_output, has_), .title_ja = (title) \
    }
static const struct jx_field delivery_fields[] = {
    DELIVERY(JX_ID, account, "だれへ"),
    DELIVERY(JX_TEXT, name, "その人の表示名"),
    {.name = "way",
     .type = JX_ENUM,
     .choices = WEEKLY_WAYS,
     .offset = offsetof(struct delivery_output, way),
     .title_ja = "画面で見るか、メールも送るか"},
    DELIVERY(JX_TIME, given_at, "見られるようになった時"),
    DELIVERY(JX_INT, n_addresses, "お知らせを送る宛先の数"),
    DELIVERY_TIME(sent_at, has_sent, "お知らせを送った時"),
    DELIVERY(JX_BOOL, is_failed, "お知らせを送れなかったか"),
    DELIVERY_TIME(opened_at, has_opened, "報告を開いた時"),
};
const struct jx_shape report_delivery_shape =
    JX_SHAPE("WeeklyDelivery", struct delivery_output, delivery_fields);

static struct delivery_output delivery_of(const struct weekly_delivery *d,
                                          const struct people *people, struct req *req)
{
    return (struct delivery_output){
        .account = d->account,
        .name = report_name_of(people, d->account, req),
        .way = (int)d->way,
        .given_at = d->made_utc_us,
        .n_addresses = d->n_addresses,
        .sent_at = d->sent_utc_us,
        .has_sent = d->sent_utc_us != 0,
        .is_failed = d->is_failed,
        .opened_at = d->opened_utc_us,
        .has_opened = d->opened_utc_us != 0,
    };
}

bool report_show(const struct report_showing *showing, struct id report,
                 struct report_shown *out)
{
    struct req *req = showing->req;
    struct delivery_output *items =
        arena_alloc(req->arena, (showing->n_given + 1) * sizeof *items);
    size_t n = 0;

    *out = (struct report_shown){.is_mine = false};
    for (size_t i = 0; items != NULL && i < showing->n_given; i++) {
        const struct weekly_delivery *d = &showing->given[i];
        bool is_mine = id_eq(d->account, req->caller.account);

        if (!id_eq(d->report, report) || !(is_mine || report_is_desk(req)))
            continue;
        items[n++] = delivery_of(d, showing->people, req);
        if (is_mine && d->is_receiver) {
            out->is_mine = true;
            out->has_password = d->password_sealed.len > 0;
        }
    }
    out->deliveries = (struct jx_list){items, n};
    return items != NULL;
}

/* ---- one's own ---- */

enum err report_find_mine(struct req *req, const struct report_source *source, void *report_out,
                          struct weekly_delivery *delivery_out, struct fail *why)
{
    struct fail own = {.code = ERR_OK};
    enum err rc = id_parse(req_param(req, "report"), &req->object, why), given;

    if (rc == ERR_INVALID)
        return fail_set(why, ERR_NOT_FOUND, "no id");
    if (rc != ERR_OK)
        return rc;
    rc = source->find(req->db, req->object, report_out, why);
    given = weekly_delivery_find(req->db, req->object, req->caller.account, req->arena,
                                 delivery_out, &own);
    if (rc != ERR_OK || given == ERR_OK)
        return rc;
    if (given == ERR_NOT_FOUND)
        return fail_set(why, ERR_DENIED, "not given to this account");
    *why = own;
    return given;
}

enum err report_opened(struct tx *tx, const struct req *req,
                       const struct weekly_delivery *delivery, enum weekly_step step,
                       struct fail *why)
{
    enum err rc =
        weekly_step_add(tx, delivery->report, req->caller.account, step, req->now_utc_us, why);

    return rc == ERR_OK
               ? notify_mark_opened(tx, delivery->id, req->caller.account, req->now_utc_us, why)
               : rc;
}

void report_reply_altered(struct req *req)
{
    reply_problem(
        req, 409, "report-altered",
        "この報告の行は、作ったときのものと違います。開けません。監査の担当者に知らせて"
        "ください。");
}

/* ---- the password ---- */

struct password_output {
    struct span password;
};
static const struct jx_field password_fields[] = {
    {.name = "password",
     .type = JX_TEXT,
     .offset = offsetof(struct password_output, password),
     .title_ja = "メールのファイルのパスワード（このときだけ見える）"}};
const struct jx_shape report_password_shape =
    JX_SHAPE("WeeklyPassword", struct password_output, password_fields);

struct showing {
    struct req *req;
    struct weekly_delivery delivery;
    struct span password;
};

static enum err show_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct showing *s = arg;
    const struct req *req = s->req;
    struct access_entry access = access_of(req);
    enum err rc = weekly_delivery_forget(tx, s->delivery.id, why);

    if (rc == ERR_OK)
        rc = weekly_step_add(tx, s->delivery.report, req->caller.account, WEEKLY_PASSWORD,
                             req->now_utc_us, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void refuse_password(struct req *req)
{
    reply_problem(req, 409, "no-password",
                  "このパスワードはもう見られません（一度だけ表示します）。報告は、この画面から"
                  "開けます。");
}

static void show_done(void *arg, enum err rc, const struct fail *why)
{
    const struct showing *s = arg;
    const struct password_output out = {s->password};

    if (rc == ERR_NOT_FOUND) {
        refuse_password(s->req);
    } else if (rc != ERR_OK) {
        reply_fail(s->req, why);
    } else {
        s->req->access_recorded = 1;
        reply_header(s->req, "Cache-Control", "no-store");
        reply_json(s->req, 200, &out);
    }
}

void report_show_password(struct req *req, const struct report_source *source, void *report)
{
    struct showing *s = req_alloc(req, sizeof *s);
    struct writer_op op = {show_run, show_done, s};
    struct seal_place at = {WEEKLY_DELIVERY_TABLE, WEEKLY_DELIVERY_COLUMN, ID_NONE};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (s == NULL)
        return;
    *s = (struct showing){.req = req};
    rc = report_find_mine(req, source, report, &s->delivery, &why);
    if (rc == ERR_OK && s->delivery.password_sealed.len == 0) {
        refuse_password(req);
        return;
    }
    at.row = s->delivery.id;
    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = unseal(req->services->keyring, &at, s->delivery.password_sealed, req->arena,
                    &s->password, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}
