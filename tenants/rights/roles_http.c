/* GET /api/v1/roles: who may do what, computed from the rows of all features, so that the page
 * that shows it cannot say anything else than what the server does (NI-T3-7, KP-3-安全-2).
 * Whoever answers for the whole sees the whole; everyone else his own role's lines. */
#include <stddef.h>

#include "tenants/people/people_json.h"
#include "tenants/rights/rights_rows.h"

#define SEES_ALL \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR))
#define OPERATOR "operator"

/* Japanese headings by the first word of a row's name; what has none comes last. */
static const struct {
    const char *prefix, *name_ja;
} groups_ja[] = {
    {"session", "ログイン"},
    {"me", "自分の設定"},
    {"people", "人とID"},
    {"rights", "権限"},
    {"roles", "権限"},
    {"registration", "登録のときの情報"},
    {"schools", "学校"},
    {"contract", "契約とIDの数"},
    {"roster", "名簿"},
    {"settings", "設定"},
    {"watch", "見すぎの見張り"},
    {"access_records", "閲覧・操作の記録"},
    {"audit", "監査記録"},
    {"keys", "鍵のシート"},
    {"accounts", "運用者の作業"},
    {"node", "この場所について"},
    {"uploads", "ファイル"},
    {"openapi", "この場所について"},
    {"backups", "運用者の作業"},
    {"doctor", "運用者の作業"},
    {"health", "運用者の作業"},
    {"metrics", "運用者の作業"},
};
#define GROUPS_N (sizeof groups_ja / sizeof groups_ja[0])
#define OTHER_JA "そのほか"
#define ACTIONS  "none|read|change|export"                /* enum audit_class */
#define OBJECTS  "none|own|own_class|own_school|any_here" /* enum object_rule */

struct role_output {
    struct span id, name_ja;
};
static const struct jx_field role_fields[] = {
    {.name = "id",
     .type = JX_TEXT,
     .offset = offsetof(struct role_output, id),
     .title_ja = "役割"},
    {.name = "name_ja",
     .type = JX_TEXT,
     .offset = offsetof(struct role_output, name_ja),
     .title_ja = "役割の名前"},
};
static const struct jx_shape role_shape = JX_SHAPE("RoleName", struct role_output, role_fields);

struct row_output {
    struct span name, summary_ja;
    int action, object;
    struct jx_texts listeners, roles;
};
static const struct jx_field row_fields[] = {
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct row_output, name),
     .title_ja = "操作"},
    {.name = "summary_ja",
     .type = JX_TEXT,
     .offset = offsetof(struct row_output, summary_ja),
     .title_ja = "何をする操作か"},
    {.name = "action",
     .type = JX_ENUM,
     .choices = ACTIONS,
     .offset = offsetof(struct row_output, action),
     .title_ja = "記録のしかた"},
    {.name = "object",
     .type = JX_ENUM,
     .choices = OBJECTS,
     .offset = offsetof(struct row_output, object),
     .title_ja = "だれのものか"},
    {.name = "listeners",
     .type = JX_TEXTS,
     .offset = offsetof(struct row_output, listeners),
     .title_ja = "どの入口か"},
    {.name = "roles",
     .type = JX_TEXTS,
     .offset = offsetof(struct row_output, roles),
     .title_ja = "できる役割"},
};
static const struct jx_shape row_shape = JX_SHAPE("RoleRow", struct row_output, row_fields);

struct group_output {
    struct span name_ja;
    struct jx_list rows;
};
static const struct jx_field group_fields[] = {
    {.name = "name_ja",
     .type = JX_TEXT,
     .offset = offsetof(struct group_output, name_ja),
     .title_ja = "まとまり"},
    {.name = "rows",
     .type = JX_LIST,
     .shape = &row_shape,
     .offset = offsetof(struct group_output, rows),
     .title_ja = "操作"},
};
static const struct jx_shape group_shape =
    JX_SHAPE("RoleGroup", struct group_output, group_fields);

struct kind_output {
    int right;
    struct span name_ja;
    struct jx_texts roles;
    bool needs_purpose;
};
static const struct jx_field kind_fields[] = {
    {.name = "right",
     .type = JX_ENUM,
     .choices = RIGHT_CHOICES,
     .offset = offsetof(struct kind_output, right),
     .title_ja = "担当・目的"},
    {.name = "name_ja",
     .type = JX_TEXT,
     .offset = offsetof(struct kind_output, name_ja),
     .title_ja = "担当・目的の名前"},
    {.name = "roles",
     .type = JX_TEXTS,
     .offset = offsetof(struct kind_output, roles),
     .title_ja = "渡してよい役割"},
    {.name = "needs_purpose",
     .type = JX_BOOL,
     .offset = offsetof(struct kind_output, needs_purpose),
     .title_ja = "目的と終わりの日がいるか"},
};
static const struct jx_shape kind_shape =
    JX_SHAPE("RightKind", struct kind_output, kind_fields);

struct table_output {
    struct span mine;
    struct jx_list roles, groups, rights;
};
static const struct jx_field table_fields[] = {
    {.name = "mine",
     .type = JX_TEXT,
     .offset = offsetof(struct table_output, mine),
     .title_ja = "自分の役割"},
    {.name = "roles",
     .type = JX_LIST,
     .shape = &role_shape,
     .offset = offsetof(struct table_output, roles),
     .title_ja = "役割"},
    {.name = "groups",
     .type = JX_LIST,
     .shape = &group_shape,
     .offset = offsetof(struct table_output, groups),
     .title_ja = "できること"},
    {.name = "rights",
     .type = JX_LIST,
     .shape = &kind_shape,
     .offset = offsetof(struct table_output, rights),
     .title_ja = "担当・目的の種類"},
};
static const struct jx_shape table_shape =
    JX_SHAPE("RoleTable", struct table_output, table_fields);

/* ---- writing it ---- */

/* What the answer is made with. out_of_memory says that some part is missing. */
struct table {
    struct req *req;
    unsigned seen; /* roles whose lines are shown */
    bool is_all, is_short;
};

static void *take(struct table *t, size_t n, size_t len)
{
    void *p = arena_alloc(t->req->arena, (n + 1) * len);

    t->is_short = t->is_short || p == NULL;
    return p;
}

static struct jx_texts role_texts(struct table *t, unsigned roles, bool is_operator)
{
    struct span *at = take(t, ROLE_N + 1, sizeof *at);
    size_t n = 0;

    if (at != NULL && is_operator)
        at[n++] = SPAN(OPERATOR);
    for (int r = 0; at != NULL && !is_operator && r < ROLE_N; r++)
        if (roles & t->seen & ROLE_BIT(r))
            at[n++] = span_text(role_id((enum role)r));
    return (struct jx_texts){at, n};
}

static struct jx_texts listener_texts(struct table *t, unsigned listeners)
{
    static const struct {
        enum listener bit;
        const char *name;
    } names[] = {{LISTENER_PUBLIC, "public"},
                 {LISTENER_UPLOADS, "uploads"},
                 {LISTENER_OFFICE, "office"},
                 {LISTENER_FEDERATION, "federation"},
                 {LISTENER_ADMIN, "admin"}};
    struct span *at = take(t, sizeof names / sizeof names[0], sizeof *at);
    size_t n = 0;

    for (size_t i = 0; at != NULL && i < sizeof names / sizeof names[0]; i++)
        if (listeners & names[i].bit)
            at[n++] = span_text(names[i].name);
    return (struct jx_texts){at, n};
}

/* On the operator's socket the peer's uid is the right; roles say nothing there. */
static bool is_operators(const struct route *row)
{
    return row->listeners == LISTENER_ADMIN;
}

static bool is_shown(const struct table *t, const struct route *row)
{
    if (is_operators(row))
        return t->is_all;
    return (row->roles & (t->seen | ROLE_BIT(ROLE_ANONYMOUS))) != 0;
}

/* Index of groups_ja; GROUPS_N for none. */
static size_t group_of(const struct route *row)
{
    for (size_t i = 0; i < GROUPS_N; i++) {
        size_t n = strlen(groups_ja[i].prefix);

        if (strncmp(row->name, groups_ja[i].prefix, n) == 0 && row->name[n] == '.')
            return i;
    }
    return GROUPS_N;
}

static const char *name_of(size_t group)
{
    return group == GROUPS_N ? OTHER_JA : groups_ja[group].name_ja;
}

static struct row_output row_of(struct table *t, const struct route *row)
{
    unsigned roles = row->roles;

    if (roles & ROLE_BIT(ROLE_ANONYMOUS))
        roles = ROLES_EVERYONE; /* open to nobody in particular: to everyone */
    return (struct row_output){
        .name = span_text(row->name),
        .summary_ja = span_text(row->summary_ja),
        .action = (int)row->audit,
        .object = (int)row->object,
        .listeners = listener_texts(t, row->listeners),
        .roles = role_texts(t, roles, is_operators(row)),
    };
}

/* Rows whose heading is that of group g; two prefixes may share one. */
static struct jx_list rows_of(struct table *t, size_t g)
{
    const struct route_table *tables = t->req->services->routes;
    struct row_output *at;
    size_t n = 0, n_cap = 0;

    for (const struct route_table *l = tables; l->n > 0; l++)
        n_cap += (size_t)l->n;
    at = take(t, n_cap, sizeof *at);
    for (const struct route_table *l = tables; at != NULL && l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (is_shown(t, &l->rows[i]) &&
                strcmp(name_of(group_of(&l->rows[i])), name_of(g)) == 0)
                at[n++] = row_of(t, &l->rows[i]);
    return (struct jx_list){at, n};
}

static bool is_first_of_its_name(size_t g)
{
    for (size_t i = 0; i < g; i++)
        if (strcmp(name_of(i), name_of(g)) == 0)
            return false;
    return true;
}

static struct jx_list group_list(struct table *t)
{
    struct group_output *at = take(t, GROUPS_N + 1, sizeof *at);
    size_t n = 0;

    for (size_t g = 0; at != NULL && g <= GROUPS_N; g++) {
        struct jx_list rows =
            is_first_of_its_name(g) ? rows_of(t, g) : (struct jx_list){NULL, 0};

        if (rows.n > 0)
            at[n++] = (struct group_output){span_text(name_of(g)), rows};
    }
    return (struct jx_list){at, n};
}

static struct jx_list role_list(struct table *t)
{
    struct role_output *at = take(t, ROLE_N + 1, sizeof *at);
    size_t n = 0;

    for (int r = 0; at != NULL && r < ROLE_N; r++)
        if (t->seen & ROLE_BIT(r))
            at[n++] = (struct role_output){span_text(role_id((enum role)r)),
                                           span_text(role_name_ja((enum role)r))};
    if (at != NULL && t->is_all)
        at[n++] = (struct role_output){SPAN(OPERATOR), SPAN("運用者（サーバーの管理）")};
    return (struct jx_list){at, n};
}

static struct jx_list kind_list(struct table *t)
{
    struct kind_output *at = take(t, RIGHT_N, sizeof *at);
    size_t n = 0;

    for (int i = 0; at != NULL && i < RIGHT_N; i++) {
        enum right right = (enum right)i;

        if (right_roles(right) & t->seen)
            at[n++] = (struct kind_output){.right = i,
                                           .name_ja = span_text(right_name_ja(right)),
                                           .roles = role_texts(t, right_roles(right), false),
                                           .needs_purpose =
                                               (RIGHT_BIT(right) & RIGHTS_PURPOSES) != 0};
    }
    return (struct jx_list){at, n};
}

static void show_table(struct req *req)
{
    struct table t = {.req = req, .seen = ROLE_BIT(req->caller.role)};
    struct table_output out = {.mine = span_text(role_id(req->caller.role))};
    struct fail why;

    t.is_all = (t.seen & SEES_ALL) != 0;
    if (t.is_all)
        t.seen = ROLES_EVERYONE;
    out.roles = role_list(&t);
    out.groups = group_list(&t);
    out.rights = kind_list(&t);
    if (t.is_short) {
        fail_set(&why, ERR_NOMEM, "table of roles");
        reply_fail(req, &why);
        return;
    }
    reply_json(req, 200, &out);
}

const struct route roles_routes[ROLES_ROUTES_N] = {{
    .name = "roles.table",
    .method = HTTP_GET,
    .path = "/api/v1/roles",
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
    .roles = ROLES_SIGNED_IN,
    .object = OBJECT_NONE,
    .audit = AUDIT_NONE,
    .output = &table_shape,
    .summary_ja = "だれが何をしてよいかの表を見る",
    .handle = show_table,
}};
