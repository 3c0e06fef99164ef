/* Numbers about series for staff: counts by node, and who may be offered one. */
#include "federation/series_http.h"

/* ---- GET /api/v1/shared/members ---- */

struct member_output {
    struct id node;
    struct span name;
    int64_t capacity;
    bool in_contract;
};
static const struct jx_field member_fields[] = {
    PLACE_FIELD(JX_ID, member_output, node, "ノードのID"),
    PLACE_FIELD(JX_TEXT, member_output, name, "名前"),
    PLACE_FIELD(JX_INT, member_output, capacity, "一つの授業に出せる人数"),
    PLACE_FIELD(JX_BOOL, member_output, in_contract, "契約の期間の中か"),
};
static const struct jx_shape member_shape =
    JX_SHAPE("SharedMember", struct member_output, member_fields);

struct members_output {
    struct id self;
    struct jx_list items;
};
static const struct jx_field members_fields[] = {
    PLACE_FIELD(JX_ID, members_output, self, "この自治体のノードのID"),
    {.name = "items",
     .type = JX_LIST,
     .shape = &member_shape,
     .offset = offsetof(struct members_output, items),
     .title_ja = "招ける自治体"},
};
static const struct jx_shape members_shape =
    JX_SHAPE("SharedMembers", struct members_output, members_fields);

static void list_members(struct req *req)
{
    struct registry *registry = series_need_registry(req);
    int n = registry == NULL ? 0 : registry_n_members(registry);
    struct member_output *all =
        registry == NULL ? NULL : req_alloc(req, ((size_t)n + 1) * sizeof *all);
    struct members_output out;

    if (all == NULL) {
        registry_unref(&registry);
        return;
    }
    out = (struct members_output){req->services->federation->conf.node, {all, 0}};
    for (int i = 0; i < n; i++) {
        const struct fed_member *m = registry_member_at(registry, i);

        if (!id_eq(m->node, out.self) && (m->roles & FED_ROLE_BIT(FED_ROLE_GUEST)) != 0)
            all[out.items.n++] = (struct member_output){
                .node = m->node,
                .name = arena_copy(req->arena, m->name_ja),
                .capacity = m->capacity,
                .in_contract = fed_member_is_in_contract(m, req->now_utc_us)};
    }
    registry_unref(&registry);
    reply_json(req, 200, &out);
}

/* ---- GET /api/v1/shared/series/{series}/counts ---- */

struct count_output {
    struct id node;
    struct span name;
    int64_t chosen, joined, attended, at;
    bool is_self;
};
static const struct jx_field count_fields[] = {
    PLACE_FIELD(JX_ID, count_output, node, "ノードのID"),
    PLACE_FIELD(JX_TEXT, count_output, name, "名前"),
    PLACE_FIELD(JX_BOOL, count_output, is_self, "この自治体か"),
    PLACE_FIELD(JX_INT, count_output, chosen, "えらんだ人数"),
    PLACE_FIELD(JX_INT, count_output, joined, "参加した人数"),
    PLACE_FIELD(JX_INT, count_output, attended, "参加と数えた人数"),
    PLACE_FIELD(JX_TIME, count_output, at, "数えた時刻"),
};
static const struct jx_shape count_shape =
    JX_SHAPE("SharedCount", struct count_output, count_fields);

struct date_output {
    int64_t n, from, to;
    bool cancelled;
    struct jx_list nodes;
};
static const struct jx_field date_fields[] = {
    PLACE_FIELD(JX_INT, date_output, n, "何回めか"),
    PLACE_FIELD(JX_TIME, date_output, from, "始まり"),
    PLACE_FIELD(JX_TIME, date_output, to, "終わり"),
    PLACE_FIELD(JX_BOOL, date_output, cancelled, "とりやめか"),
    {.name = "nodes",
     .type = JX_LIST,
     .shape = &count_shape,
     .offset = offsetof(struct date_output, nodes),
     .title_ja = "ノードごとの人数"},
};
static const struct jx_shape date_shape =
    JX_SHAPE("SharedDateCounts", struct date_output, date_fields);
struct counts_output {
    struct jx_list items;
};
static const struct jx_field counts_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &date_shape,
     .most = SERIES_LESSONS_MOST,
     .offset = offsetof(struct counts_output, items),
     .title_ja = "回ごとの人数"},
};
static const struct jx_shape counts_shape =
    JX_SHAPE("SharedCounts", struct counts_output, counts_fields);

static struct jx_list counts_of(struct req *req, const struct registry *registry,
                                const struct series_count *counts, size_t n_counts, int64_t n)
{
    struct federation *f = req->services->federation;
    struct count_output *all = arena_alloc(req->arena, (n_counts + 1) * sizeof *all);
    struct jx_list out = {all, 0};

    for (size_t i = 0; i < n_counts && all != NULL; i++)
        if (counts[i].n == n)
            all[out.n++] = (struct count_output){
                .node = counts[i].node,
                .name = series_node_name(registry, counts[i].node, req->arena),
                .is_self = f != NULL && id_eq(counts[i].node, f->conf.node),
                .chosen = counts[i].n_chosen,
                .joined = counts[i].n_joined,
                .attended = counts[i].n_attended,
                .at = counts[i].at_utc_us};
    return out;
}

static enum err put_dates(struct req *req, const struct registry *registry,
                          const struct series_lesson *lessons, size_t n_lessons,
                          struct jx_list *out, struct fail *why)
{
    struct date_output *all = arena_alloc(req->arena, (n_lessons + 1) * sizeof *all);
    struct series_count *counts = NULL;
    size_t n = 0;
    enum err rc = series_store_counts(req->db, req->object, req->arena, &counts, &n, why);

    if (rc == ERR_OK && all == NULL)
        rc = fail_set(why, ERR_NOMEM, "counts");
    for (size_t i = 0; i < n_lessons && rc == ERR_OK && all != NULL; i++)
        all[i] =
            (struct date_output){.n = lessons[i].n,
                                 .from = lessons[i].from_utc_us,
                                 .to = lessons[i].to_utc_us,
                                 .cancelled = lessons[i].is_cancelled,
                                 .nodes = counts_of(req, registry, counts, n, lessons[i].n)};
    *out = (struct jx_list){all, n_lessons};
    return rc;
}

static enum err fill_counts(struct req *req, struct counts_output *out, struct fail *why)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct series_lesson *lessons = NULL;
    struct series_row row;
    size_t n = 0;
    enum err rc = class_path_id(req, "series", why);

    if (rc == ERR_OK)
        rc = series_store_find(NULL, req->db, req->object, req->arena, &row, why);
    if (rc == ERR_OK)
        rc = series_store_lessons(NULL, req->db, req->object, req->arena, &lessons, &n, why);
    if (rc == ERR_OK)
        rc = put_dates(req, registry, lessons, n, &out->items, why);
    registry_unref(&registry);
    return rc;
}

static void show_counts(struct req *req)
{
    struct counts_output out;
    struct fail why = {.code = ERR_OK};

    if (fill_counts(req, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

#define READ(roles_) .listeners = PLACE_LISTENERS, .roles = (roles_), .audit = AUDIT_NONE

const struct route series_count_routes[SERIES_COUNT_ROUTES_N] = {
    {.name = "shared.members",
     .path = "/api/v1/shared/members",
     .method = HTTP_GET,
     READ(SERIES_KEEPERS),
     .object = OBJECT_NONE,
     .output = &members_shape,
     .summary_ja = "連続講座に招ける自治体",
     .handle = list_members},
    {.name = "shared.counts",
     .path = "/api/v1/shared/series/{series}/counts",
     .method = HTTP_GET,
     READ(SERIES_READERS),
     .object = OBJECT_ANY_HERE,
     .output = &counts_shape,
     .summary_ja = "連続講座の回ごと、自治体ごとの人数",
     .handle = show_counts},
};
