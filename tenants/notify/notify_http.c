/* Where notices may go: registered by the desk, confirmed by a commissioner, proved by the
 * account itself through the link that is sent there (AI-4.6-1). An address is never changed:
 * another one is another receiver. */
#include "tenants/notify/notify_http.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/notify/notify_store.h"
#include "tenants/notify/notify_text.h"
#include "tenants/notify/notify_work.h"
#include "tenants/people/account.h"
#include "tenants/watch/watch.h"

#define SECRET_BYTES 32
#define CHANNELS     "mail|webhook"
#define STATES       "asked|proving|active|paused"

struct people *notify_names_ref(struct req *req, const struct id *accounts, size_t n)
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

struct span notify_name_of(const struct people *people, struct id account, struct req *req)
{
    const struct people_entry *entry = people_find(people, account);

    return entry == NULL
               ? SPAN("")
               : arena_copy(req->arena, entry->display.len > 0 ? entry->display : entry->login);
}

/* ---- GET /api/v1/notify/receivers ---- */

struct receiver_output {
    struct id id, account;
    int channel, state;
    struct span name, address;
    struct jx_texts kinds;
    bool is_whole; /* address */
    int64_t added_at, confirmed_at, proved_at;
    bool has_confirmed, has_proved;
};
#define OUT(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct receiver_output, name_), \
        .title_ja = (title) \
    }
#define OUT_TIME(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TIME, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct receiver_output, name_), \
        .has_offset = offsetof(struct receiver_output, has_), .title_ja = (title) \
    }
static const struct jx_field receiver_fields[] = {
    OUT(JX_ID, id, "送り先のID"),
    OUT(JX_ID, account, "だれの送り先か"),
    OUT(JX_TEXT, name, "その人の表示名"),
    {.name = "channel",
     .type = JX_ENUM,
     .choices = CHANNELS,
     .offset = offsetof(struct receiver_output, channel),
     .title_ja = "メールかウェブフックか"},
    OUT(JX_TEXT, address, "宛先"),
    OUT(JX_BOOL, is_whole, "宛先の全部か（教育委員会のほかには一部を隠す）"),
    OUT(JX_TEXTS, kinds, "受け取るお知らせの種類"),
    {.name = "state",
     .type = JX_ENUM,
     .choices = STATES,
     .offset = offsetof(struct receiver_output, state),
     .title_ja = "教育委員会の確認待ち・本人の確認待ち・使っている・止めている"},
    OUT(JX_TIME, added_at, "登録した時"),
    OUT_TIME(confirmed_at, has_confirmed, "教育委員会が確認した時"),
    OUT_TIME(proved_at, has_proved, "本人が確認した時"),
};
static const struct jx_shape receiver_shape =
    JX_SHAPE("NotifyReceiver", struct receiver_output, receiver_fields);

struct list_output {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {{.name = "items",
                                               .type = JX_LIST,
                                               .shape = &receiver_shape,
                                               .offset = offsetof(struct list_output, items),
                                               .title_ja = "送り先"}};
static const struct jx_shape list_shape =
    JX_SHAPE("NotifyReceivers", struct list_output, list_fields);

/* The first letter and the domain, or the host: enough to tell two apart. */
static struct span mask(struct span address, bool is_webhook, struct arena *arena)
{
    struct net_address mail;
    struct net_url url;
    char *text = NULL;

    if (is_webhook && net_url_read(address, &url, NULL) == ERR_OK)
        text = arena_printf(arena, "%s://%s/***", url.is_https ? "https" : "http", url.host);
    else if (!is_webhook && net_address_read(address, &mail, NULL) == ERR_OK)
        text = arena_printf(arena, "%c***%s", mail.text[0], mail.text + mail.at);
    return span_text(text == NULL ? "" : text);
}

static enum err read_address(const struct req *req, const struct receiver_row *row,
                             struct span *out, struct fail *why)
{
    const struct seal_place at = {RECEIVER_ADDRESS_TABLE, "address_sealed", row->id};
    enum err rc =
        unseal(req->services->keyring, &at, row->address_sealed, req->arena, out, why);

    /* Erased (the row goes with it), or damaged: the others are still to be seen, and this one
     * to be removed. */
    if (rc == ERR_NOT_FOUND || rc == ERR_PROTO) {
        if (rc == ERR_PROTO)
            log_error("notify.address", L_ID("receiver", row->id));
        *out = SPAN("");
        return ERR_OK;
    }
    if (rc == ERR_OK && req->caller.role != ROLE_COMMISSIONER)
        *out = mask(*out, row->is_webhook, req->arena);
    return rc;
}

static enum err split_kinds(struct span kinds, struct arena *arena, struct jx_texts *out,
                            struct fail *why)
{
    struct span *at = arena_alloc(arena, NOTIFY_KIND_N * sizeof *at);

    *out = (struct jx_texts){at, 0};
    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "kinds");
    for (int i = 0; i < NOTIFY_KIND_N; i++) {
        struct span id = span_text(notify_words((enum notify_kind)i)->id);
        const uint8_t *p = memmem(kinds.p, kinds.len, id.p, id.len);

        if (p != NULL && (p == kinds.p || p[-1] == ','))
            at[out->n++] = id;
    }
    return ERR_OK;
}

static int state_of(const struct receiver_row *row)
{
    return row->confirmed_utc_us == 0 ? 0
           : row->proved_utc_us == 0  ? 1
           : row->paused_utc_us == 0  ? 2
                                      : 3;
}

static enum err output_of(struct req *req, const struct receiver_row *row,
                          const struct people *people, struct receiver_output *out,
                          struct fail *why)
{
    enum err rc;

    *out = (struct receiver_output){
        .id = row->id,
        .account = row->account,
        .name = notify_name_of(people, row->account, req),
        .channel = row->is_webhook,
        .state = state_of(row),
        .is_whole = req->caller.role == ROLE_COMMISSIONER,
        .added_at = row->added_utc_us,
        .confirmed_at = row->confirmed_utc_us,
        .has_confirmed = row->confirmed_utc_us != 0,
        .proved_at = row->proved_utc_us,
        .has_proved = row->proved_utc_us != 0,
    };
    rc = read_address(req, row, &out->address, why);
    return rc == ERR_OK ? split_kinds(row->kinds, req->arena, &out->kinds, why) : rc;
}

static void list_receivers(struct req *req)
{
    struct receiver_row *rows = NULL;
    struct receiver_output *items = NULL;
    struct people *people;
    struct list_output out;
    struct fail why = {.code = ERR_OK};
    struct id *accounts;
    size_t n = 0;
    enum err rc = receiver_store_list(req->db, req->arena, &rows, &n, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    accounts = req_alloc(req, (n + 1) * sizeof *accounts);
    if (accounts == NULL)
        return;
    for (size_t i = 0; i < n; i++)
        accounts[i] = rows[i].account;
    people = notify_names_ref(req, accounts, n);
    if (people == NULL)
        return;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        rc = fail_set(&why, ERR_NOMEM, "receivers");
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++)
        rc = output_of(req, &rows[i], people, &items[i], &why);
    people_unref(&people);
    out.items = (struct jx_list){items, n};
    reply_header(req, "Cache-Control", "no-store");
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/notify/receivers ---- */

struct add_input {
    struct id id, account;
    int channel;
    struct span address;
    struct jx_texts kinds;
};
#define IN(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct add_input, name_), \
        .title_ja = (title) \
    }
static const struct jx_field add_fields[] = {
    IN(JX_ID, id, "登録のID"),
    IN(JX_ID, account, "だれの送り先か"),
    {.name = "channel",
     .type = JX_ENUM,
     .choices = CHANNELS,
     .offset = offsetof(struct add_input, channel),
     .title_ja = "メールかウェブフックか"},
    {.name = "address",
     .type = JX_TEXT,
     .least = 1,
     .most = NET_URL_MOST,
     .offset = offsetof(struct add_input, address),
     .title_ja = "宛先"},
    {.name = "kinds",
     .type = JX_TEXTS,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct add_input, kinds),
     .title_ja = "受け取るお知らせの種類"},
};
static const struct jx_shape add_shape =
    JX_SHAPE("NotifyReceiverNew", struct add_input, add_fields);

struct add_output {
    struct id id;
    struct span secret;
    bool has_secret;
};
static const struct jx_field added_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct add_output, id),
     .title_ja = "送り先のID"},
    {.name = "secret",
     .type = JX_BYTES,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct add_output, secret),
     .has_offset = offsetof(struct add_output, has_secret),
     .title_ja = "ウェブフックの署名の鍵（このときだけ見える）"},
};
static const struct jx_shape added_shape =
    JX_SHAPE("NotifyReceiverAdded", struct add_output, added_fields);

struct adding {
    struct req *req;
    struct receiver_row row;
    uint8_t secret[SECRET_BYTES];
};

/* The notice that proves an address, or tests it: to this one receiver, whatever it chose. */
static enum err put_own(struct tx *tx, const struct receiver_act *act, enum notify_kind kind,
                        struct fail *why)
{
    const struct receiver_target to = {act->receiver, act->account, act->is_webhook};
    const struct notice_new notice = {
        .kind = kind,
        .cause = id_new(),
        .link = SPAN(""),
        .made_utc_us = act->now_utc_us,
        .due_utc_us = act->now_utc_us,
        .give_up_utc_us = act->now_utc_us + notify_give_up_us(),
    };

    return notify_store_add(tx, &notice, &to, why);
}

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    struct adding *a = arg;
    struct access_entry access = access_of(a->req);
    struct receiver_act act = {
        .receiver = a->row.id,
        .by = a->req->caller.account,
        .role = a->req->caller.role,
        .step = RECEIVER_ADDED,
        .now_utc_us = a->req->now_utc_us,
    };
    enum err rc = receiver_store_add(tx, &a->row, why);

    if (rc == ERR_OK)
        rc = receiver_store_act(tx, &act, why);
    /* A commissioner who types an address has confirmed it by that. */
    act.step = RECEIVER_CONFIRMED;
    if (rc == ERR_OK && act.role == ROLE_COMMISSIONER) {
        rc = receiver_store_act(tx, &act, why);
        if (rc == ERR_OK)
            rc = put_own(tx, &act, NOTIFY_ACCOUNT, why);
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void add_done(void *arg, enum err rc, const struct fail *why)
{
    struct adding *a = arg;
    struct add_output out = {
        .id = a->row.id,
        .secret = span_of(a->secret, SECRET_BYTES),
        .has_secret = a->row.is_webhook,
    };

    if (rc == ERR_OK) {
        a->req->access_recorded = 1;
        notify_wake(a->req->services->notify);
        reply_header(a->req, "Cache-Control", "no-store");
        reply_json(a->req, 201, &out);
    } else if (rc == ERR_TOO_LARGE) {
        reply_problem(a->req, 409, "too-many-receivers",
                      "送り先の数が上限です。使っていない送り先を外してください。");
    } else {
        reply_fail(a->req, why);
    }
    digest_wipe(a->secret, SECRET_BYTES);
}

/* "sos,report", in the order of the table; empty: one of them is none. */
static struct span join_kinds(const struct jx_texts *kinds, struct arena *arena)
{
    char *text = arena_alloc(arena, 1);
    bool is_chosen[NOTIFY_KIND_N] = {false};

    for (size_t i = 0; i < kinds->n; i++) {
        enum notify_kind kind;

        if (notify_kind_parse(kinds->at[i], &kind, NULL) != ERR_OK ||
            !notify_words(kind)->may_be_chosen)
            return SPAN_NONE;
        is_chosen[kind] = true;
    }
    for (int i = 0; i < NOTIFY_KIND_N && text != NULL; i++)
        if (is_chosen[i])
            text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ",",
                                notify_words((enum notify_kind)i)->id);
    return span_text(text);
}

/* False: it has been answered. What is kept is the address in its one form. */
static bool check_add(struct req *req, const struct add_input *in, struct adding *a,
                      struct span *address_out)
{
    struct jx_defects defects = {0};
    struct net_address mail;
    struct net_url url;
    enum err rc = ERR_OK;
    bool is_good;

    a->row.kinds = join_kinds(&in->kinds, req->arena);
    is_good = in->channel == 0 ? net_address_read(in->address, &mail, NULL) == ERR_OK
                               : net_url_read(in->address, &url, NULL) == ERR_OK;
    if (!is_good)
        rc = jx_defect_add(&defects, req->arena, "/address", "format",
                           in->channel == 0
                               ? "メールアドレスを、半角の「名前@例.jp」の形で入れてください。"
                               : "https:// で始まるアドレスを入れてください。");
    if (rc == ERR_OK && a->row.kinds.len == 0)
        rc = jx_defect_add(&defects, req->arena, "/kinds", "choice",
                           "受け取るお知らせの種類を一つ以上えらんでください。");
    if (rc != ERR_OK) {
        struct fail why;

        fail_set(&why, ERR_NOMEM, "a sentence");
        reply_fail(req, &why);
        return false;
    }
    if (defects.n > 0) {
        reply_defects(req, &defects);
        return false;
    }
    *address_out =
        in->channel == 0 ? arena_copy(req->arena, span_text(mail.text)) : in->address;
    return true;
}

static enum err seal_add(struct adding *a, struct span address, struct fail *why)
{
    struct keyring *keyring = a->req->services->keyring;
    struct seal_place at = {RECEIVER_ADDRESS_TABLE, "address_sealed", a->row.id};
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, a->row.account, NULL, &key, why);

    if (rc == ERR_OK)
        rc = seal(keyring, key, &at, address, a->req->arena, &a->row.address_sealed, why);
    if (rc != ERR_OK || !a->row.is_webhook)
        return rc == ERR_NOT_FOUND
                   ? fail_field(why, ERR_INVALID, "/account", "nobody who is known")
                   : rc;
    at.column = "secret_sealed";
    digest_random(a->secret, SECRET_BYTES);
    return seal(keyring, key, &at, span_of(a->secret, SECRET_BYTES), a->req->arena,
                &a->row.secret_sealed, why);
}

static void add_receiver(struct req *req)
{
    const struct add_input *in = req->input;
    struct adding *a = req_alloc(req, sizeof *a);
    struct fail why = {.code = ERR_OK};
    struct span address;
    enum err rc;

    if (a == NULL)
        return;
    arena_mark_secret(req->arena);
    *a = (struct adding){
        .req = req,
        .row = {.id = in->id,
                .account = in->account,
                .is_webhook = in->channel == 1,
                .added_utc_us = req->now_utc_us},
    };
    req->object = in->id;
    req->person = in->account;
    if (!check_add(req, in, a, &address))
        return;
    rc = seal_add(a, address, &why);
    if (rc == ERR_OK) {
        const struct writer_op op = {add_run, add_done, a};

        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* ---- one receiver: confirm, test, pause, resume, remove ---- */

struct acting {
    struct req *req;
    struct receiver_act act;
};

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct acting *a = arg;
    struct access_entry access = access_of(a->req);
    enum err rc = receiver_store_act(tx, &a->act, why);

    if (rc != ERR_OK)
        return rc;
    switch (a->act.step) {
    case RECEIVER_CONFIRMED:
    case RECEIVER_ASKED:
        rc = put_own(tx, &a->act, NOTIFY_ACCOUNT, why);
        break;
    case RECEIVER_TESTED:
        rc = put_own(tx, &a->act, NOTIFY_TEST, why);
        break;
    case RECEIVER_PAUSED:
    case RECEIVER_REMOVED:
        rc = notify_store_drop(tx, a->act.receiver, a->act.by, a->act.now_utc_us, why);
        break;
    case RECEIVER_ADDED:
    case RECEIVER_PROVED:
    case RECEIVER_RESUMED:
    case RECEIVER_STEP_N:
        break;
    }
    access.person = a->act.account;
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct acting *a = arg;

    if (rc == ERR_OK) {
        a->req->access_recorded = 1;
        a->req->person = a->act.account;
        notify_wake(a->req->services->notify);
        reply_none(a->req);
    } else if (rc == ERR_CONFLICT) {
        reply_problem(a->req, 409, "receiver-elsewhere",
                      "いまの状態ではできません。同じことをしたばかりのときは、少し待ってから"
                      "もう一度おためしください。");
    } else {
        reply_fail(a->req, why);
    }
}

static void act(struct req *req, enum receiver_step step)
{
    struct acting *a = req_alloc(req, sizeof *a);
    struct receiver_row row = {.proved_utc_us = 0};
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (a == NULL)
        return;
    if (id_parse(req_param(req, "id"), &req->object, NULL) != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "not an id");
    if (rc == ERR_OK)
        rc = receiver_store_find(req->db, req->object, req->arena, &row, &why);
    *a = (struct acting){
        .req = req,
        .act = {.receiver = req->object,
                .by = req->caller.account,
                .role = req->caller.role,
                .now_utc_us = req->now_utc_us,
                .step =
                    step == RECEIVER_TESTED && row.proved_utc_us == 0 ? RECEIVER_ASKED : step},
    };
    if (rc == ERR_OK) {
        const struct writer_op op = {act_run, act_done, a};

        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void confirm_receiver(struct req *req)
{
    act(req, RECEIVER_CONFIRMED);
}
static void test_receiver(struct req *req)
{
    act(req, RECEIVER_TESTED);
}
static void pause_receiver(struct req *req)
{
    act(req, RECEIVER_PAUSED);
}
static void resume_receiver(struct req *req)
{
    act(req, RECEIVER_RESUMED);
}
static void remove_receiver(struct req *req)
{
    act(req, RECEIVER_REMOVED);
}

const struct route notify_routes[NOTIFY_ROUTES_N] = {
    {
        .name = "notify.receivers",
        .method = HTTP_GET,
        .path = "/api/v1/notify/receivers",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &list_shape,
        .summary_ja = "お知らせの送り先の一覧を見る",
        .handle = list_receivers,
    },
    {
        .name = "notify.add",
        .method = HTTP_POST,
        .path = "/api/v1/notify/receivers",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .input = &add_shape,
        .output = &added_shape,
        .summary_ja = "お知らせの送り先を登録する",
        .handle = add_receiver,
    },
    {
        .name = "notify.confirm",
        .method = HTTP_POST,
        .path = "/api/v1/notify/receivers/{id}/confirm",
        .listeners = NOTIFY_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "お知らせの送り先を確認する",
        .handle = confirm_receiver,
    },
    {
        .name = "notify.test",
        .method = HTTP_POST,
        .path = "/api/v1/notify/receivers/{id}/test",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "お知らせの送り先に、確認のお知らせかテストを送る",
        .handle = test_receiver,
    },
    {
        .name = "notify.pause",
        .method = HTTP_POST,
        .path = "/api/v1/notify/receivers/{id}/pause",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "お知らせの送り先を止める",
        .handle = pause_receiver,
    },
    {
        .name = "notify.resume",
        .method = HTTP_POST,
        .path = "/api/v1/notify/receivers/{id}/resume",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "止めた送り先をまた使う",
        .handle = resume_receiver,
    },
    {
        .name = "notify.remove",
        .method = HTTP_DELETE,
        .path = "/api/v1/notify/receivers/{id}",
        .listeners = NOTIFY_LISTENERS,
        .roles = NOTIFY_DESK,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "お知らせの送り先を外す",
        .handle = remove_receiver,
    },
};
