#include "tenants/settings_http.h"

#include <stddef.h>
#include <string.h>

#include "node/db/audit.h"
#include "node/db/setting_value.h"
#include "node/db/settings.h"
#include "tenants/tenants.h"

#define AHEAD_MOST_US \
    (INT64_C(1096) * 86400 * 1000000) /* three years: a mistyped year is no plan */

/* -- one setting, as it goes out -- */

struct view {
    struct span name, unit, initial, title_ja, title_en, help_ja, requirement;
    struct span value, pending_value;
    struct jx_texts choices, roles;
    int type;
    int64_t least, most, version, since, pending_from;
    bool is_default, has_since, has_pending, may_change;
};

#define VIEW_TEXT(name_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_RAW_TEXT, \
        .offset = offsetof(struct view, name_), .title_ja = (title) \
    }
#define VIEW(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct view, name_), \
        .title_ja = (title) \
    }
#define VIEW_OPTIONAL(type_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL | JX_RAW_TEXT, \
        .offset = offsetof(struct view, name_), .has_offset = offsetof(struct view, has_), \
        .title_ja = (title) \
    }

static const struct jx_field view_fields[] = {
    VIEW_TEXT(name, "名前"),
    {.name = "type",
     .type = JX_ENUM,
     .offset = offsetof(struct view, type),
     .choices = "int|bool|enum|text|time",
     .title_ja = "種類"},
    VIEW(JX_INT, least, "下限"),
    VIEW(JX_INT, most, "上限"),
    VIEW_TEXT(unit, "単位"),
    VIEW(JX_TEXTS, choices, "選べる値"),
    VIEW_TEXT(initial, "初期値"),
    VIEW_TEXT(title_ja, "見出し"),
    VIEW_TEXT(title_en, "英語の見出し"),
    VIEW_TEXT(help_ja, "説明"),
    VIEW_TEXT(requirement, "要求の番号"),
    VIEW_TEXT(value, "いまの値"),
    VIEW(JX_BOOL, is_default, "初期値のままか"),
    VIEW_OPTIONAL(JX_TIME, since, has_since, "いつから"),
    VIEW_OPTIONAL(JX_TEXT, pending_value, has_pending, "次の値"),
    VIEW_OPTIONAL(JX_TIME, pending_from, has_pending, "次の値になる時刻"),
    VIEW(JX_INT, version, "最後の決定の番号"),
    VIEW(JX_TEXTS, roles, "変えられる役割"),
    VIEW(JX_BOOL, may_change, "自分が変えられるか"),
};
static const struct jx_shape view_shape = JX_SHAPE("SettingState", struct view, view_fields);

struct list_output {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &view_shape,
     .offset = offsetof(struct list_output, items),
     .title_ja = "設定"},
};
static const struct jx_shape list_shape = JX_SHAPE("Settings", struct list_output, list_fields);

/* "a|b|c" apart. */
static bool split_choices(const char *choices, struct arena *arena, struct jx_texts *out)
{
    size_t n = 1;

    if (choices == NULL)
        return true;
    for (const char *p = choices; *p != '\0'; p++)
        n += *p == '|';
    out->at = arena_alloc(arena, n * sizeof *out->at);
    for (const char *p = choices; out->at != NULL && out->n < n; out->n++) {
        size_t len = strcspn(p, "|");

        out->at[out->n] = span_of(p, len);
        p += len + 1;
    }
    return out->at != NULL;
}

static bool list_roles(unsigned roles, struct arena *arena, struct jx_texts *out)
{
    out->at = arena_alloc(arena, ROLE_N * sizeof *out->at);
    for (int role = 0; out->at != NULL && role < ROLE_N; role++)
        if ((roles & ROLE_BIT(role)) != 0)
            out->at[out->n++] = span_text(role_id((enum role)role));
    return out->at != NULL;
}

static bool may_change(const struct req *req, const struct setting *row)
{
    return (row->roles & ROLE_BIT(req->caller.role)) != 0;
}

static enum err fill_view(const struct req *req, const struct setting *row, struct view *v,
                          struct fail *why)
{
    struct setting_state state;

    settings_peek(req->services->settings, row, req->now_utc_us, &state);
    *v = (struct view){
        .name = span_text(row->name),
        .type = (int)row->type,
        .least = row->least,
        .most = row->most,
        .unit = span_text(row->unit),
        .initial = span_text(row->initial),
        .title_ja = span_text(row->title_ja),
        .title_en = span_text(row->title_en),
        .help_ja = span_text(row->help_ja),
        .requirement = span_text(row->requirement),
        .value = state.value,
        .is_default = state.is_default,
        .since = state.since_utc_us,
        .has_since = state.since_utc_us != 0,
        .pending_value = state.pending_value,
        .pending_from = state.pending_utc_us,
        .has_pending = state.has_pending,
        .version = state.version,
        .may_change = may_change(req, row),
    };
    if (!split_choices(row->choices, req->arena, &v->choices) ||
        !list_roles(row->roles, req->arena, &v->roles))
        return fail_set(why, ERR_NOMEM, "setting");
    return ERR_OK;
}

static void reply_view(struct req *req, const struct setting *row)
{
    struct fail why = {.code = ERR_OK};
    struct view view;

    if (fill_view(req, row, &view, &why) == ERR_OK)
        reply_json(req, 200, &view);
    else
        reply_fail(req, &why);
}

const struct setting *settings_row_of(struct req *req)
{
    const struct setting *row = settings_find(req->services->settings, req_param(req, "name"));
    struct fail why;

    if (row == NULL) {
        fail_set(&why, ERR_NOT_FOUND, "no such setting");
        reply_fail(req, &why);
    }
    return row;
}

static void settings_list(struct req *req)
{
    const struct settings *settings = req->services->settings;
    size_t n = settings_n(settings);
    struct view *views = arena_alloc(req->arena, (n + 1) * sizeof *views);
    struct list_output output = {{views, n}};
    struct fail why = {.code = ERR_OK};

    if (views == NULL)
        fail_set(&why, ERR_NOMEM, "%zu settings", n);
    for (size_t i = 0; i < n && why.code == ERR_OK; i++)
        if (fill_view(req, settings_at(settings, i), &views[i], &why) != ERR_OK)
            break;
    if (why.code == ERR_OK)
        reply_json(req, 200, &output);
    else
        reply_fail(req, &why);
}

static void settings_show(struct req *req)
{
    const struct setting *row = settings_row_of(req);

    if (row != NULL)
        reply_view(req, row);
}

/* -- a decision -- */

struct change_input {
    struct id id;
    struct span value;
    int64_t effective_from, expected_version;
    bool has_value, has_effective_from, has_expected_version;
};

static const struct jx_field change_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct change_input, id),
     .title_ja = "決定のID"},
    {.name = "value",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = 1000,
     .offset = offsetof(struct change_input, value),
     .has_offset = offsetof(struct change_input, has_value),
     .title_ja = "値（ないときは初期値に戻す）"},
    {.name = "effective_from",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct change_input, effective_from),
     .has_offset = offsetof(struct change_input, has_effective_from),
     .title_ja = "いつから"},
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct change_input, expected_version),
     .has_offset = offsetof(struct change_input, has_expected_version),
     .title_ja = "見ていた決定の番号"},
};
static const struct jx_shape change_shape =
    JX_SHAPE("SettingChange", struct change_input, change_fields);

struct undo_input {
    struct id id;
    int64_t version, expected_version;
    bool has_version, has_expected_version;
};

static const struct jx_field undo_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct undo_input, id),
     .title_ja = "決定のID"},
    {.name = "version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct undo_input, version),
     .has_offset = offsetof(struct undo_input, has_version),
     .title_ja = "取り消す決定の番号（ないときは最後のもの）"},
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct undo_input, expected_version),
     .has_offset = offsetof(struct undo_input, has_expected_version),
     .title_ja = "見ていた決定の番号"},
};
static const struct jx_shape undo_shape =
    JX_SHAPE("SettingUndo", struct undo_input, undo_fields);

struct decision {
    struct req *req;
    struct setting_change change;
    enum err (*decide)(struct tx *tx, struct setting_change *change, struct fail *why);
};

static enum err decision_run(struct tx *tx, void *arg, struct fail *why)
{
    struct decision *d = arg;
    struct access_entry entry = access_of(d->req);
    enum err rc = d->decide(tx, &d->change, why);

    entry.object = d->change.id;
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void decision_done(void *arg, enum err rc, const struct fail *why)
{
    struct decision *d = arg;
    struct req *req = d->req;

    settings_settle(req->services->settings, req->services->writer, &d->change, rc);
    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    reply_view(req, d->change.row);
}

/* NULL: answered. The role is the row's matter: who may read a setting may not always change
 * it, and is told what somebody who may not read it is told. */
static struct decision *begin(struct req *req, struct id id)
{
    const struct setting *row = settings_row_of(req);
    struct decision *d = NULL;
    struct fail why = {.code = ERR_OK};

    if (row == NULL)
        return NULL;
    req->object = id;
    if (!may_change(req, row))
        fail_set(&why, ERR_DENIED, "setting %s is not for this role", row->name);
    else {
        d = arena_alloc(req->arena, sizeof *d);
        if (d == NULL)
            fail_set(&why, ERR_NOMEM, "decision");
    }
    if (d == NULL) {
        reply_fail(req, &why);
        return NULL;
    }
    *d = (struct decision){
        .req = req,
        .change = {.row = row,
                   .id = id,
                   .expected_version = -1,
                   .now_utc_us = req->now_utc_us,
                   .role = req->caller.role,
                   .account = req->caller.account},
    };
    return d;
}

static void post(struct decision *d)
{
    const struct writer_op op = {decision_run, decision_done, d};
    struct fail why = {.code = ERR_OK};

    if (writer_post(d->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(d->req, &why);
}

/* False: answered. */
static bool check_change(struct req *req, const struct setting *row,
                         const struct change_input *in)
{
    struct jx_defects defects = {0};
    struct jx_defect defect = {0};
    struct fail why = {.code = ERR_OK};
    int64_t number;

    if (in->has_value &&
        setting_value_read(row, in->value, req->arena, &number, &defect, &why) != ERR_OK) {
        if (why.code != ERR_INVALID) {
            reply_fail(req, &why);
            return false;
        }
        defects = (struct jx_defects){&defect, 1};
    } else if (in->has_effective_from && in->effective_from > req->now_utc_us + AHEAD_MOST_US) {
        if (jx_defect_add(&defects, req->arena, "/effective_from", "most",
                          "「いつから」は、3年先までの日時で入れてください。") != ERR_OK) {
            fail_set(&why, ERR_NOMEM, "defect");
            reply_fail(req, &why);
            return false;
        }
    }
    if (defects.n > 0)
        reply_defects(req, &defects);
    return defects.n == 0;
}

static void settings_change(struct req *req)
{
    const struct change_input *in = req->input;
    struct decision *d = begin(req, in->id);

    if (d == NULL || !check_change(req, d->change.row, in))
        return;
    d->decide = settings_tx_change;
    d->change.has_value = in->has_value;
    d->change.value = in->value;
    if (in->has_effective_from)
        d->change.effective_from_utc_us = in->effective_from;
    if (in->has_expected_version)
        d->change.expected_version = (int32_t)in->expected_version;
    post(d);
}

static void settings_undo(struct req *req)
{
    const struct undo_input *in = req->input;
    struct decision *d = begin(req, in->id);

    if (d == NULL)
        return;
    d->decide = settings_tx_undo;
    if (in->has_version)
        d->change.undoes = (int32_t)in->version;
    if (in->has_expected_version)
        d->change.expected_version = (int32_t)in->expected_version;
    post(d);
}

const struct route settings_routes[SETTINGS_ROUTES_N] = {
    {
        .name = "settings.list",
        .method = HTTP_GET,
        .path = "/api/v1/settings",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &list_shape,
        .summary_ja = "自治体の設定をすべて見る",
        .handle = settings_list,
    },
    {
        .name = "settings.show",
        .method = HTTP_GET,
        .path = "/api/v1/settings/{name}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_READERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &view_shape,
        .summary_ja = "設定を一つ見る",
        .handle = settings_show,
    },
    {
        .name = "settings.change",
        .method = HTTP_PUT,
        .path = "/api/v1/settings/{name}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_CHANGERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &change_shape,
        .output = &view_shape,
        .summary_ja = "設定を変える（すぐに、または先の日時から）",
        .handle = settings_change,
    },
    {
        .name = "settings.undo",
        .method = HTTP_POST,
        .path = "/api/v1/settings/{name}/undo",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = SETTINGS_CHANGERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &undo_shape,
        .output = &view_shape,
        .summary_ja = "設定の決定を取り消す",
        .handle = settings_undo,
    },
};
