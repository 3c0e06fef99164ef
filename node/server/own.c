#include "node/server/own.h"

#include "node/base/conf.h"
#include "node/base/node_conf.h"
#include "node/db/settings.h"
#include "node/server/dispatch.h"
#include "node/server/openapi.h"
#include "tenants/hours/hours_now.h"

static const struct own *described;

void own_describe(const struct own *own)
{
    described = own;
}

const struct own *own_read(void)
{
    return described;
}

/* ---- settings of the first page ---- */

static const struct setting opening_message = {
    .name = "first_page.message",
    .type = SETTING_TEXT,
    .most = 400,
    .unit = "",
    .initial = "",
    .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR),
    .requirement = "HI-3.3-9",
    .title_ja = "最初の画面のことば",
    .title_en = "Words on the first page",
    .help_ja = "ログインする前の画面に出す、町からのひとことです。空にすると何も出ません。",
};

static const struct setting word_form = {
    .name = "first_page.words",
    .type = SETTING_ENUM,
    .unit = "",
    .choices = "plain|ruby|easy|english",
    .initial = "ruby",
    .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR),
    .requirement = "HI-3.3-9",
    .title_ja = "最初のことばの形",
    .title_en = "Form of words at first",
    .help_ja = "はじめて開いた人に見せることばです（ふつう・ふりがな・やさしい日本語・英語）。"
               "あとから一人ひとりが選び直せます。",
};

/* How a municipality is read nobody can tell from its signs: the last alone may be まち or
 * ちょう. */
static const struct setting title_kana = {
    .name = "first_page.kana",
    .type = SETTING_TEXT,
    .most = 120,
    .unit = "",
    .initial = "",
    .roles = ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR),
    .requirement = "HI-3.3-9",
    .title_ja = "町の名前の読みがな",
    .title_en = "Reading of the municipality's name",
    .help_ja = "最初の画面で、町の名前の上に出すふりがなです。空にすると何も出ません。",
};

const struct setting *const own_settings[OWN_SETTINGS_N] = {&opening_message, &word_form,
                                                            &title_kana};

/* ---- GET /api/v1/health ---- */

struct health {
    int status; /* enum node_state */
};

static const struct jx_field health_fields[] = {
    {.name = "status",
     .type = JX_ENUM,
     .offset = offsetof(struct health, status),
     .choices = "starting|locked|ok",
     .title_ja = "状態"},
};
static const struct jx_shape health_shape = JX_SHAPE("Health", struct health, health_fields);

static void health_show(struct req *req)
{
    struct health health = {(int)dispatch_state(described->dispatch)};

    reply_json(req, 200, &health);
}

/* ---- GET /api/v1/node ---- */

struct node_info {
    struct id id;
    struct span name, title_ja, kana, message;
    int role, status, words;
    bool has_hours, is_open, has_opens; /* no hours until the keys are there */
    int64_t opens_utc_us;
};

static const struct jx_field node_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct node_info, id), .title_ja = "番号"},
    {.name = "name",
     .type = JX_TEXT,
     .most = 31,
     .offset = offsetof(struct node_info, name),
     .title_ja = "短い名前"},
    {.name = "role",
     .type = JX_ENUM,
     .offset = offsetof(struct node_info, role),
     .choices = "municipality|coordinator",
     .title_ja = "役割"},
    {.name = "title_ja",
     .type = JX_TEXT,
     .most = 120,
     .offset = offsetof(struct node_info, title_ja),
     .title_ja = "名前"},
    {.name = "kana",
     .type = JX_TEXT,
     .most = 120,
     .offset = offsetof(struct node_info, kana),
     .title_ja = "名前の読みがな"},
    {.name = "status",
     .type = JX_ENUM,
     .offset = offsetof(struct node_info, status),
     .choices = "starting|locked|ok",
     .title_ja = "状態"},
    {.name = "message",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .most = 400,
     .offset = offsetof(struct node_info, message),
     .title_ja = "町からのことば"},
    {.name = "words",
     .type = JX_ENUM,
     .offset = offsetof(struct node_info, words),
     .choices = "plain|ruby|easy|english",
     .title_ja = "最初のことばの形"},
    {.name = "is_open",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct node_info, is_open),
     .has_offset = offsetof(struct node_info, has_hours),
     .title_ja = "いま開いているか"},
    {.name = "opens_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct node_info, opens_utc_us),
     .has_offset = offsetof(struct node_info, has_opens),
     .title_ja = "次に開く時刻"},
};
static const struct jx_shape node_shape = JX_SHAPE("Node", struct node_info, node_fields);

/* A town says at its gate when it is open: who comes at another hour is told before the
 * password. */
static void tell_hours(const struct req *req, struct node_info *info)
{
    struct hours_state_copy now;

    if (req->services->hours == NULL)
        return;
    hours_state(req->services, req->now_utc_us, &now);
    info->has_hours = true;
    info->is_open = now.state.kind == HOURS_OPEN || now.state.kind == HOURS_CLOSING;
    info->has_opens = !info->is_open && now.state.has_next;
    info->opens_utc_us = now.state.next_utc_us;
}

static void node_show(struct req *req)
{
    const struct conf *conf = req->services->conf;
    enum node_state state = dispatch_state(described->dispatch);
    struct node_info info = {
        .name = span_text(conf_text(conf, "node.name")),
        .title_ja = span_text(conf_text(conf, "node.title_ja")),
        .role = strcmp(conf_text(conf, "node.role"), "coordinator") == 0,
        .status = (int)state,
        .words = 1, /* the row's default, until the settings are there */
    };
    struct fail fail = {.code = ERR_INTERNAL};

    if (node_conf_id(conf, &info.id, &fail) != ERR_OK) {
        reply_fail(req, &fail);
        return;
    }
    if (req->services->settings != NULL) {
        info.kana = settings_text(req->services->settings, &title_kana);
        info.message = settings_text(req->services->settings, &opening_message);
        info.words = (int)settings_int(req->services->settings, &word_form);
        tell_hours(req, &info);
    }
    reply_json(req, 200, &info);
}

/* ---- GET /api/v1/openapi.json ---- */

static void openapi_show(struct req *req)
{
    struct text text = {.arena = req->arena};
    struct fail fail = {.code = ERR_INTERNAL};

    openapi_write(described->routes, described->commands, described->events, &text);
    if (text.is_broken) {
        fail_set(&fail, ERR_NOMEM, "OpenAPI document");
        reply_fail(req, &fail);
        return;
    }
    reply_header(req, "Cache-Control", "no-cache");
    reply_bytes(req, 200, "application/json", span_of(text.p, text.len));
}

const struct route own_routes[OWN_ROUTES_N] = {
    {.name = "health.show",
     .method = HTTP_GET,
     .path = "/api/v1/health",
     .listeners = LISTENER_PUBLIC | LISTENER_OFFICE | LISTENER_FEDERATION | LISTENER_UPLOADS,
     .roles = ROLES_EVERYONE,
     .output = &health_shape,
     .summary_ja = "動いているかどうか",
     .handle = health_show},
    {.name = "node.show",
     .method = HTTP_GET,
     .path = "/api/v1/node",
     .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
     .roles = ROLES_EVERYONE,
     .output = &node_shape,
     .summary_ja = "最初の画面に出すもの",
     .handle = node_show},
    {.name = "openapi.show",
     .method = HTTP_GET,
     .path = "/api/v1/openapi.json",
     .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
     .roles = ROLES_EVERYONE,
     .summary_ja = "この入口の説明書（OpenAPI 3.1）",
     .handle = openapi_show},
};
