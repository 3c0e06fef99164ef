/* Which of a child's lessons are held with other towns, and whose they are: the name that
 * stands beside a lesson (CARD-4). A lesson's own rows know nothing of other towns. */
#include <stddef.h>

#include "federation/federation_priv.h"
#include "federation/series_http.h"
#include "node/base/clock.h"

#define TOWNS_MOST 3 /* of who takes part: more are "and others" to a child */
#define BEFORE_US  DAY_US
#define AHEAD_US   (8 * DAY_US) /* a child may look a week ahead */

struct mine_output {
    struct id lesson;
    struct jx_texts towns;
    bool is_more;
};
static const struct jx_field mine_fields[] = {
    {.name = "lesson",
     .type = JX_ID,
     .offset = offsetof(struct mine_output, lesson),
     .title_ja = "授業のID"},
    {.name = "towns",
     .type = JX_TEXTS,
     .offset = offsetof(struct mine_output, towns),
     .title_ja = "いっしょの自治体の名前"},
    {.name = "is_more",
     .type = JX_BOOL,
     .offset = offsetof(struct mine_output, is_more),
     .title_ja = "ほかにもあるか"},
};
static const struct jx_shape mine_shape =
    JX_SHAPE("SharedMine", struct mine_output, mine_fields);

struct list_output {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &mine_shape,
     .offset = offsetof(struct list_output, items),
     .title_ja = "ほかの自治体との授業"},
};
static const struct jx_shape list_shape =
    JX_SHAPE("SharedMineList", struct list_output, list_fields);

struct reading {
    struct req *req;
    struct registry *registry;
    struct series_node *nodes;
    size_t n_nodes;
};

/* The host's name at a guest; at the host those who accepted. */
static enum err put_towns(const struct reading *r, const struct shared_lesson *lesson,
                          struct mine_output *out, struct fail *why)
{
    struct arena *arena = r->req->arena;
    struct span *names = arena_alloc(arena, (TOWNS_MOST + 1) * sizeof *names);
    size_t n = 0;

    if (names == NULL)
        return fail_set(why, ERR_NOMEM, "names of towns");
    *out = (struct mine_output){.lesson = lesson->lesson};
    if (!lesson->is_host)
        names[n++] = series_node_name(r->registry, lesson->host, arena);
    for (size_t i = 0; i < r->n_nodes && lesson->is_host; i++) {
        if (!id_eq(r->nodes[i].series, lesson->series) ||
            r->nodes[i].state != SERIES_NODE_ACCEPTED)
            continue;
        if (n == TOWNS_MOST) {
            out->is_more = true;
            break;
        }
        names[n++] = series_node_name(r->registry, r->nodes[i].node, arena);
    }
    out->towns = (struct jx_texts){names, n};
    return ERR_OK;
}

static enum err list_mine(struct reading *r, struct list_output *out, struct fail *why)
{
    struct req *req = r->req;
    int64_t now = req->now_utc_us;
    struct mine_output *items;
    struct series_on *on = NULL;
    size_t n_on = 0;
    enum err rc =
        series_store_on(req->db, now - BEFORE_US, now + AHEAD_US, req->arena, &on, &n_on, why);

    if (rc == ERR_OK)
        rc =
            series_store_nodes(NULL, req->db, ID_NONE, req->arena, &r->nodes, &r->n_nodes, why);
    if (rc != ERR_OK)
        return rc;
    items = arena_alloc(req->arena, (n_on + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu lessons", n_on);
    for (size_t i = 0; i < n_on && rc == ERR_OK; i++)
        rc = put_towns(r, &on[i].lesson, &items[i], why);
    out->items = (struct jx_list){items, n_on};
    return rc;
}

static void show_mine(struct req *req)
{
    struct federation *f = req->services->federation;
    struct reading r = {.req = req, .registry = f == NULL ? NULL : trust_now(f->trust)};
    struct list_output out = {{0}};
    struct fail why;

    if (list_mine(&r, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
    registry_unref(&r.registry);
}

const struct route series_mine_routes[SERIES_MINE_ROUTES_N] = {
    {.name = "shared.mine",
     .method = HTTP_GET,
     .path = "/api/v1/my/shared",
     .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_STUDENT),
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &list_shape,
     .summary_ja = "近い日の授業のうち、ほかの自治体といっしょのものを見る",
     .handle = show_mine},
};
