#include <stddef.h>

#include "node/db/settings.h"
#include "tenants/settings_http.h"
#include "tenants/tenants.h"

#define HISTORY_PAGE 50

struct past_output {
    struct id id, account;
    int64_t version, undoes, effective_from, decided;
    struct span value, value_before, role;
    bool has_account, has_undoes, has_value, had_value;
};

static const struct jx_field past_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct past_output, id),
     .title_ja = "決定のID"},
    {.name = "version",
     .type = JX_INT,
     .offset = offsetof(struct past_output, version),
     .title_ja = "番号"},
    {.name = "undoes",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct past_output, undoes),
     .has_offset = offsetof(struct past_output, has_undoes),
     .title_ja = "取り消した決定の番号"},
    {.name = "value",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct past_output, value),
     .has_offset = offsetof(struct past_output, has_value),
     .title_ja = "値（ないときは初期値）"},
    {.name = "value_before",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .offset = offsetof(struct past_output, value_before),
     .has_offset = offsetof(struct past_output, had_value),
     .title_ja = "それまでの値（ないときは初期値）"},
    {.name = "effective_from",
     .type = JX_TIME,
     .offset = offsetof(struct past_output, effective_from),
     .title_ja = "いつから"},
    {.name = "decided",
     .type = JX_TIME,
     .offset = offsetof(struct past_output, decided),
     .title_ja = "決めた時刻"},
    {.name = "role",
     .type = JX_TEXT,
     .offset = offsetof(struct past_output, role),
     .title_ja = "決めた人の役割"},
    {.name = "account",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct past_output, account),
     .has_offset = offsetof(struct past_output, has_account),
     .title_ja = "決めた人のアカウント"},
};
static const struct jx_shape past_shape =
    JX_SHAPE("SettingPast", struct past_output, past_fields);

struct history_output {
    struct jx_list items;
    bool has_more;
};
static const struct jx_field history_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &past_shape,
     .offset = offsetof(struct history_output, items),
     .title_ja = "決定（新しい順）"},
    {.name = "has_more",
     .type = JX_BOOL,
     .offset = offsetof(struct history_output, has_more),
     .title_ja = "もっと古いものがあるか"},
};
static const struct jx_shape history_shape =
    JX_SHAPE("SettingHistory", struct history_output, history_fields);

static struct past_output past_of(const struct setting_past *p)
{
    return (struct past_output){
        .id = p->id,
        .account = p->account,
        .has_account = !id_is_none(p->account),
        .version = p->version,
        .undoes = p->undoes,
        .has_undoes = p->undoes != 0,
        .effective_from = p->effective_from_utc_us,
        .decided = p->decided_utc_us,
        .value = p->value,
        .has_value = p->has_value,
        .value_before = p->value_before,
        .had_value = p->had_value,
        .role = p->role == ROLE_ANONYMOUS ? SPAN("operator") : span_text(role_id(p->role)),
    };
}

/* ?before=VERSION: what was decided before that; ERR_INVALID for anything but 1 to 9 digits. */
static enum err read_before(const struct req *req, int32_t *before_out, struct fail *why)
{
    struct span text = req_query(req, "before");
    int32_t n = 0;

    *before_out = INT32_MAX;
    if (text.p == NULL)
        return ERR_OK;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || text.len > 9)
            return fail_field(why, ERR_INVALID, "before", "not a version");
        n = n * 10 + (text.p[i] - '0');
    }
    if (text.len == 0)
        return fail_field(why, ERR_INVALID, "before", "not a version");
    *before_out = n;
    return ERR_OK;
}

static void settings_past(struct req *req)
{
    const struct setting *row = settings_row_of(req);
    struct history_output output = {0};
    struct setting_past *past = NULL;
    struct past_output *items;
    struct fail why = {.code = ERR_OK};
    int32_t before;
    size_t n = 0;
    enum err rc;

    if (row == NULL)
        return;
    rc = read_before(req, &before, &why);
    if (rc == ERR_OK)
        rc = settings_history(req->db, row, before, HISTORY_PAGE + 1, req->arena, &past, &n,
                              &why);
    items = rc == ERR_OK ? arena_alloc(req->arena, (n + 1) * sizeof *items) : NULL;
    if (rc == ERR_OK && items == NULL)
        rc = fail_set(&why, ERR_NOMEM, "history");
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    for (size_t i = 0; i < n; i++)
        items[i] = past_of(&past[i]);
    output.has_more = n > HISTORY_PAGE;
    output.items = (struct jx_list){items, n > HISTORY_PAGE ? HISTORY_PAGE : n};
    reply_json(req, 200, &output);
}

const struct route settings_past_routes[SETTINGS_PAST_ROUTES_N] = {
    {
        .name = "settings.history",
        .method = HTTP_GET,
        .path = "/api/v1/settings/{name}/history",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &history_shape,
        .summary_ja = "設定の変わり方を見る",
        .handle = settings_past,
    },
};
