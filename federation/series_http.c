/* Series for staff to read: own ones and those of others, offers with all that a commissioner
 * decides about. */
#include "federation/series_http.h"

#include "node/base/log.h"

/* ---- names of nodes ---- */

struct registry *series_need_registry(struct req *req)
{
    struct federation *f = req->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);

    if (registry != NULL && registry_member(registry, f->conf.node) != NULL)
        return registry;
    registry_unref(&registry);
    reply_problem(req, 409, "no-federation",
                  "この自治体は、まだ自治体どうしの連合に入っていません。");
    return NULL;
}

struct span series_node_name(const struct registry *registry, struct id node,
                             struct arena *arena)
{
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);
    char text[ID_TEXT_CAP];

    if (member != NULL)
        return arena_copy(arena, member->name_ja);
    id_text(node, text);
    return arena_copy(arena, span_text(text));
}

/* ---- one series ---- */

struct lesson_output {
    int64_t n, class, from, to;
    struct id lesson;
    bool has_lesson, cancelled, over;
};
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_INT, lesson_output, n, "何回めか"),
    PLACE_FIELD(JX_INT, lesson_output, class, "主催が付けた授業の番号"),
    PLACE_MAYBE(JX_ID, lesson_output, lesson, has_lesson, "この自治体での授業のID"),
    PLACE_FIELD(JX_TIME, lesson_output, from, "始まり"),
    PLACE_FIELD(JX_TIME, lesson_output, to, "終わり"),
    PLACE_FIELD(JX_BOOL, lesson_output, cancelled, "とりやめか"),
    PLACE_FIELD(JX_BOOL, lesson_output, over, "終わったか"),
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("SharedLesson", struct lesson_output, lesson_fields);

struct node_output {
    struct id node;
    struct span name, code;
    int64_t places, offered_at, answered_at;
    int state;
    bool has_code, has_answered_at;
};
static const struct jx_field node_fields[] = {
    PLACE_FIELD(JX_ID, node_output, node, "ノードのID"),
    PLACE_FIELD(JX_TEXT, node_output, name, "名前"),
    PLACE_FIELD(JX_INT, node_output, places, "定員"),
    PLACE_CHOICE(node_output, state, SERIES_NODE_STATES, "ようす"),
    PLACE_MAYBE(JX_TEXT, node_output, code, has_code, "届かなかった理由（符号）"),
    PLACE_FIELD(JX_TIME, node_output, offered_at, "招いた時刻"),
    PLACE_MAYBE(JX_TIME, node_output, answered_at, has_answered_at, "返事の時刻"),
};
static const struct jx_shape node_shape =
    JX_SHAPE("SharedNode", struct node_output, node_fields);

struct series_output {
    struct id series, host, course;
    int64_t version, places, until, at, decided_at, ended_at;
    int state, kind, picture, share_by;
    int64_t cost;
    bool has_cost, has_share_by, is_host, has_course, has_until, has_decided_at,
        has_decided_by_name, has_ended_at;
    struct span host_name, title, summary, floor, rules, decided_by_name;
    struct jx_list staff, lessons, nodes;
};
static const struct jx_field series_fields[] = {
    PLACE_FIELD(JX_ID, series_output, series, "連続講座のID"),
    PLACE_FIELD(JX_INT, series_output, version, "何回めの形か"),
    PLACE_FIELD(JX_BOOL, series_output, is_host, "この自治体の主催か"),
    PLACE_CHOICE(series_output, state, SERIES_STATES, "ようす"),
    PLACE_FIELD(JX_ID, series_output, host, "主催のノードのID"),
    PLACE_FIELD(JX_TEXT, series_output, host_name, "主催の名前"),
    PLACE_FIELD(JX_TEXT, series_output, title, "題名（よみつき）"),
    {.name = "summary",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct series_output, summary),
     .title_ja = "説明"},
    PLACE_CHOICE(series_output, kind, CLASS_KINDS, "種類"),
    PLACE_CHOICE(series_output, picture, CLASS_PICTURES, "絵"),
    PLACE_MAYBE(JX_ID, series_output, course, has_course, "この自治体での講座のID"),
    PLACE_FIELD(JX_TEXT, series_output, floor, "フロアの記号"),
    PLACE_FIELD(JX_INT, series_output, places, "この自治体の定員"),
    {.name = "rules",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct series_output, rules),
     .title_ja = "決まり"},
    PLACE_MAYBE(JX_INT, series_output, cost, has_cost, "費用の合計（円）"),
    {.name = "share_by",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = SERIES_SHARE_BY,
     .offset = offsetof(struct series_output, share_by),
     .has_offset = offsetof(struct series_output, has_share_by),
     .title_ja = "費用の分けかた"},
    {.name = "staff",
     .type = JX_LIST,
     .shape = &series_person_shape,
     .most = SERIES_STAFF_MOST,
     .offset = offsetof(struct series_output, staff),
     .title_ja = "主催の職員"},
    PLACE_MAYBE(JX_TIME, series_output, until, has_until, "返事の期限"),
    PLACE_FIELD(JX_TIME, series_output, at, "つくった、または届いた時刻"),
    PLACE_MAYBE(JX_TIME, series_output, decided_at, has_decided_at, "決めた時刻"),
    PLACE_MAYBE(JX_TEXT, series_output, decided_by_name, has_decided_by_name,
                "決めた人の表示名"),
    PLACE_MAYBE(JX_TIME, series_output, ended_at, has_ended_at, "終わった時刻"),
    {.name = "lessons",
     .type = JX_LIST,
     .shape = &lesson_shape,
     .most = SERIES_LESSONS_MOST,
     .offset = offsetof(struct series_output, lessons),
     .title_ja = "回"},
    {.name = "nodes",
     .type = JX_LIST,
     .shape = &node_shape,
     .offset = offsetof(struct series_output, nodes),
     .title_ja = "招いたノード"},
};
static const struct jx_shape series_shape =
    JX_SHAPE("SharedSeries", struct series_output, series_fields);

/* What is read once for a list. */
struct reading {
    struct req *req;
    struct registry *registry;
    struct class_names names;
    struct series_lesson *lessons;
    size_t n_lessons;
    struct series_node *nodes;
    size_t n_nodes;
};

static enum err reading_open(struct reading *r, struct req *req, struct id series,
                             struct fail *why)
{
    struct federation *f = req->services->federation;
    enum err rc;

    *r = (struct reading){.req = req, .registry = f == NULL ? NULL : trust_now(f->trust)};
    rc = class_names_open(req, &r->names, why);
    if (rc == ERR_OK)
        rc = series_store_lessons(NULL, req->db, series, req->arena, &r->lessons, &r->n_lessons,
                                  why);
    if (rc == ERR_OK)
        rc = series_store_nodes(NULL, req->db, series, req->arena, &r->nodes, &r->n_nodes, why);
    return rc;
}

static void reading_close(struct reading *r)
{
    class_names_close(&r->names);
    registry_unref(&r->registry);
}

static enum err put_lessons(const struct reading *r, struct id series, struct jx_list *out,
                            struct fail *why)
{
    struct lesson_output *all =
        arena_alloc(r->req->arena, (SERIES_LESSONS_MOST + 1) * sizeof *all);

    if (all == NULL)
        return fail_set(why, ERR_NOMEM, "dates");
    *out = (struct jx_list){all, 0};
    for (size_t i = 0; i < r->n_lessons && out->n < SERIES_LESSONS_MOST; i++) {
        const struct series_lesson *l = &r->lessons[i];

        if (id_eq(l->series, series))
            all[out->n++] = (struct lesson_output){.n = l->n,
                                                   .class = l->class,
                                                   .from = l->from_utc_us,
                                                   .to = l->to_utc_us,
                                                   .lesson = l->lesson,
                                                   .has_lesson = !id_is_none(l->lesson),
                                                   .cancelled = l->is_cancelled,
                                                   .over = l->to_utc_us <= r->req->now_utc_us};
    }
    return ERR_OK;
}

static enum err put_nodes(const struct reading *r, struct id series, struct jx_list *out,
                          struct fail *why)
{
    struct node_output *all = arena_alloc(r->req->arena, (r->n_nodes + 1) * sizeof *all);

    if (all == NULL)
        return fail_set(why, ERR_NOMEM, "nodes");
    *out = (struct jx_list){all, 0};
    for (size_t i = 0; i < r->n_nodes; i++) {
        const struct series_node *n = &r->nodes[i];

        if (id_eq(n->series, series))
            all[out->n++] = (struct node_output){
                .node = n->node,
                .name = series_node_name(r->registry, n->node, r->req->arena),
                .places = n->places,
                .state = (int)n->state,
                .code = n->code,
                .has_code = n->code.len > 0,
                .offered_at = n->offered_utc_us,
                .answered_at = n->answered_utc_us,
                .has_answered_at = n->answered_utc_us != 0};
    }
    return ERR_OK;
}

static enum err put_series(struct reading *r, const struct series_row *row,
                           struct series_output *out, struct fail *why)
{
    struct req *req = r->req;
    struct series_text text;
    enum err rc = series_text_open(req->services->keyring, row, req->arena, &text, why);

    if (rc != ERR_OK)
        return rc;
    *out = (struct series_output){
        .series = row->series,
        .version = row->version,
        .is_host = row->is_host,
        .state = (int)row->state,
        .host = row->host,
        .host_name = series_node_name(r->registry, row->host, req->arena),
        .title = text.title,
        .summary = text.summary,
        .kind = text.kind,
        .picture = text.picture,
        .course = row->course,
        .has_course = !id_is_none(row->course),
        .floor = row->floor,
        .places = row->places,
        .rules = text.rules,
        .staff = text.staff,
        .has_cost = text.has_cost,
        .cost = text.cost,
        .has_share_by = text.has_share_by,
        .share_by = text.share_by,
        .until = row->until_utc_us,
        .has_until = row->until_utc_us != 0,
        .at = row->made_utc_us,
        .decided_at = row->decided_utc_us,
        .has_decided_at = row->decided_utc_us != 0,
        .ended_at = row->ended_utc_us,
        .has_ended_at = row->ended_utc_us != 0,
    };
    if (class_may_name(req, row->decided_by))
        out->decided_by_name = class_display(&r->names, row->decided_by);
    out->has_decided_by_name = out->decided_by_name.len > 0;
    rc = put_lessons(r, row->series, &out->lessons, why);
    return rc == ERR_OK ? put_nodes(r, row->series, &out->nodes, why) : rc;
}

/* ---- GET /api/v1/shared/series and /api/v1/shared/offers ---- */

struct list_output {
    struct jx_list items;
};
#define LIST_FIELD(shape_, title) \
    { \
        .name = "items", .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct list_output, items), .title_ja = (title) \
    }
static const struct jx_field list_fields[] = {
    LIST_FIELD(&series_shape, "連続講座（新しい順）")};
static const struct jx_shape list_shape =
    JX_SHAPE("SharedSeriesList", struct list_output, list_fields);

static bool is_offer(const struct series_row *row)
{
    return row->state == SERIES_OFFERED || row->state == SERIES_DECLINED ||
           (row->state == SERIES_ENDED && id_is_none(row->course));
}

/* One that cannot be read does not hide the others. */
static enum err add_series(struct reading *r, const struct series_row *row,
                           struct series_output *all, size_t *n, struct fail *why)
{
    enum err rc = put_series(r, row, &all[*n], why);

    if (rc == ERR_NOT_FOUND || rc == ERR_INVALID || rc == ERR_PROTO) {
        log_error("series.unreadable", L_ID("series", row->series), L_FAIL(why));
        return ERR_OK;
    }
    *n += rc == ERR_OK;
    return rc;
}

static enum err fill_list(struct req *req, bool is_offers, struct list_output *out,
                          struct fail *why)
{
    struct series_output *all = NULL;
    struct series_row *rows = NULL;
    struct reading r;
    size_t n = 0;
    enum err rc = reading_open(&r, req, ID_NONE, why);

    if (rc == ERR_OK)
        rc = series_store_list(NULL, req->db, req->arena, &rows, &n, why);
    if (rc == ERR_OK) {
        all = arena_alloc(req->arena, (n + 1) * sizeof *all);
        rc = all == NULL ? fail_set(why, ERR_NOMEM, "series") : ERR_OK;
    }
    out->items = (struct jx_list){all, 0};
    for (size_t i = 0; i < n && rc == ERR_OK && all != NULL; i++)
        if (is_offer(&rows[i]) == is_offers)
            rc = add_series(&r, &rows[i], all, &out->items.n, why);
    reading_close(&r);
    return rc;
}

static void list(struct req *req, bool is_offers)
{
    struct list_output out;
    struct fail why = {.code = ERR_OK};

    if (fill_list(req, is_offers, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

static void list_series(struct req *req)
{
    list(req, false);
}

static void list_offers(struct req *req)
{
    list(req, true);
}

/* ---- GET /api/v1/shared/offers/{series} ---- */

struct clash_output {
    int64_t n, slot;
    bool is_own;
};
static const struct jx_field clash_fields[] = {
    PLACE_FIELD(JX_INT, clash_output, n, "何回めか"),
    PLACE_FIELD(JX_INT, clash_output, slot, "入るコマ（0は空きがない）"),
    PLACE_FIELD(JX_BOOL, clash_output, is_own, "この自治体のコマか"),
};
static const struct jx_shape clash_shape =
    JX_SHAPE("SharedClash", struct clash_output, clash_fields);

struct offer_output {
    struct series_output offer;
    struct jx_list pages, clashes;
    struct span floor_file;
};
static const struct jx_field offer_fields[] = {
    {.name = "offer",
     .type = JX_OBJECT,
     .shape = &series_shape,
     .offset = offsetof(struct offer_output, offer),
     .title_ja = "連続講座"},
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .offset = offsetof(struct offer_output, pages),
     .title_ja = "教材"},
    PLACE_FIELD(JX_TEXT, offer_output, floor_file, "フロアの形（JSON）"),
    {.name = "clashes",
     .type = JX_LIST,
     .shape = &clash_shape,
     .most = SERIES_LESSONS_MOST,
     .offset = offsetof(struct offer_output, clashes),
     .title_ja = "これからの回が入るコマ"},
};
static const struct jx_shape offer_shape =
    JX_SHAPE("SharedOffer", struct offer_output, offer_fields);

static enum err put_clashes(const struct reading *r, struct jx_list *out, struct fail *why)
{
    struct req *req = r->req;
    struct series_home home = {.db = req->db,
                               .services = req->services,
                               .arena = req->arena,
                               .now_utc_us = req->now_utc_us};
    struct clash_output *all = arena_alloc(req->arena, (r->n_lessons + 1) * sizeof *all);
    enum err rc = all == NULL ? fail_set(why, ERR_NOMEM, "slots") : ERR_OK;

    *out = (struct jx_list){all, 0};
    for (size_t i = 0; i < r->n_lessons && rc == ERR_OK && all != NULL; i++) {
        const struct series_lesson *l = &r->lessons[i];
        int slot = 0;
        bool is_own = false;

        if (l->is_cancelled || l->to_utc_us <= req->now_utc_us)
            continue;
        rc = series_home_slot(&home, l->from_utc_us, l->to_utc_us, l->lesson, &slot, &is_own,
                              why);
        all[out->n++] = (struct clash_output){.n = l->n, .slot = slot, .is_own = is_own};
    }
    return rc;
}

static enum err fill_offer(struct req *req, struct offer_output *out, struct fail *why)
{
    struct series_row row;
    struct series_more more;
    struct reading r;
    enum err rc = class_path_id(req, "series", why);

    if (rc != ERR_OK)
        return rc;
    rc = reading_open(&r, req, req->object, why);
    if (rc == ERR_OK)
        rc = series_store_find(NULL, req->db, req->object, req->arena, &row, why);
    if (rc == ERR_OK)
        rc = put_series(&r, &row, &out->offer, why);
    if (rc == ERR_OK)
        rc = series_more_open(req->services->keyring, &row, req->arena, &more, why);
    if (rc == ERR_OK) {
        out->pages = more.pages;
        out->floor_file = more.floor;
        rc = row.is_host ? ERR_OK : put_clashes(&r, &out->clashes, why);
    }
    reading_close(&r);
    return rc;
}

static void show_offer(struct req *req)
{
    struct offer_output out = {.floor_file = SPAN("")};
    struct fail why = {.code = ERR_OK};

    if (fill_offer(req, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

#define READ(roles_) .listeners = PLACE_LISTENERS, .roles = (roles_), .audit = AUDIT_NONE

const struct route series_routes[SERIES_ROUTES_N] = {
    {.name = "shared.series",
     .path = "/api/v1/shared/series",
     .method = HTTP_GET,
     READ(SERIES_READERS),
     .object = OBJECT_NONE,
     .output = &list_shape,
     .summary_ja = "自治体をこえた連続講座の一覧",
     .handle = list_series},
    {.name = "shared.offers",
     .path = "/api/v1/shared/offers",
     .method = HTTP_GET,
     READ(SERIES_READERS),
     .object = OBJECT_NONE,
     .output = &list_shape,
     .summary_ja = "ほかの自治体から招かれた連続講座の一覧",
     .handle = list_offers},
    {.name = "shared.offer",
     .path = "/api/v1/shared/offers/{series}",
     .method = HTTP_GET,
     READ(SERIES_READERS),
     .object = OBJECT_ANY_HERE,
     .output = &offer_shape,
     .summary_ja = "連続講座を、教材とフロアまで見る",
     .handle = show_offer},
};
