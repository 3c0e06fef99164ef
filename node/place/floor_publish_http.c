/* Publishing floors, bringing one back, how many fit: a commissioner does, and the operator's
 * command line (AI-2.3-エ, AI-4.3-イ-エ-2: no release, inside within 5 s). */
#include <stdio.h>

#include "node/place/floor_output.h"
#include "node/place/mirror.h"
#include "node/place/place_http.h"
#include "node/place/ready.h"

static const struct jx_field published_fields[] = {
    PLACE_FIELD(JX_TEXT, published_output, id, "フロアの記号"),
    PLACE_FIELD(JX_INT, published_output, version, "いまの版"),
    PLACE_FIELD(JX_TEXT, published_output, hash, "形のSHA-256"),
    PLACE_FIELD(JX_BOOL, published_output, is_new,
                "新しい版になったか（同じ形なら、ならない）"),
};
const struct jx_shape floor_published_shape =
    JX_SHAPE("FloorPublished", struct published_output, published_fields);

/* One act: a new body, or one that was there before. */
struct publishing {
    struct req *req;
    const struct floor *floor;    /* NULL: a revert */
    struct floor_version_row row; /* id is the client's */
    bool has_expected;
    int64_t expected;
    bool is_revert; /* row.body and hash are found in the transaction */
    bool is_new;    /* filled: a row was added */
};

static const char moved_ja[] = "このフロアは、見ていたあいだに変わりました。いまの形をもう一度"
                               "読みこんでから、公開してください。";
static const char no_version_ja[] = "その版はありません。履歴から選んでください。";

static enum err fill_revert(struct tx *tx, struct publishing *p, struct fail *why)
{
    struct floor_version_row old;
    enum err rc;

    if (p->row.of_version == 0) {
        const struct ground *ground = ready_ground_find(p->row.floor);

        if (ground == NULL)
            return fail_field(why, ERR_INVALID, "/version", "no ready floor");
        p->row.body = ground->text;
        p->row.hash = span_text(ground->floor->hash);
        return ERR_OK;
    }
    rc =
        floor_store_version(tx, NULL, p->row.floor, p->row.of_version, tx_arena(tx), &old, why);
    if (rc == ERR_NOT_FOUND)
        return fail_field(why, ERR_INVALID, "/version", "no such version");
    p->row.body = old.body;
    p->row.hash = old.hash;
    return rc;
}

/* The same act again is the one that was done; another under its id is none. */
static enum err find_done(struct tx *tx, struct publishing *p, bool *is_done, struct fail *why)
{
    struct floor_version_row done;
    enum err rc = floor_store_find(tx, p->row.id, is_done, &done, why);

    if (rc != ERR_OK || !*is_done)
        return rc;
    if (!span_eq(done.floor, p->row.floor) ||
        (p->is_revert ? done.of_version != p->row.of_version
                      : !span_eq(done.hash, p->row.hash)))
        return fail_field(why, ERR_CONFLICT, "/id", "stands for another act");
    p->row = done;
    return ERR_OK;
}

/* A way out leads to a floor of this node: one that is published before this one, or is ready.
 * Floors never go, so what was published once may come back unasked. */
static enum err check_portals(struct tx *tx, const struct floor *floor, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && floor != NULL && i < floor->areas.n; i++) {
        const struct floor_area *area = floor_area_nth(floor, i);
        bool is_there = !area->has_to || span_eq(area->to, floor->id);
        char pointer[32];

        if (!is_there)
            rc = place_floor_is_there(tx, area->to, &is_there, why);
        snprintf(pointer, sizeof pointer, "/areas/%zu/to", i);
        if (rc == ERR_OK && !is_there)
            rc = fail_field(why, ERR_INVALID, pointer, "a floor that is not there");
    }
    return rc;
}

static enum err publish_run(struct tx *tx, void *arg, struct fail *why)
{
    struct publishing *p = arg;
    const struct access_entry access = access_of(p->req);
    const struct ground *ready = ready_ground_find(p->row.floor);
    struct floor_newest newest = {.version = 0};
    struct span now;
    bool is_done = false;
    enum err rc = find_done(tx, p, &is_done, why);

    p->is_new = false;
    if (rc == ERR_OK && is_done)
        return access_append(tx, &access, why);
    if (rc == ERR_OK)
        rc = floor_store_newest(tx, p->row.floor, &newest, why);
    if (rc != ERR_OK)
        return rc;
    if (p->has_expected && p->expected != newest.version)
        return fail_field(why, ERR_CONFLICT, "/expected_version", "published meanwhile");
    rc = p->is_revert ? fill_revert(tx, p, why) : check_portals(tx, p->floor, why);
    if (rc != ERR_OK)
        return rc;
    now = newest.version > 0 ? span_text(newest.hash)
          : ready != NULL    ? span_text(ready->floor->hash)
                             : SPAN_NONE;
    p->row.version = newest.version;
    if (!span_eq(now, p->row.hash)) {
        rc = floor_store_publish(tx, &p->row, why);
        p->is_new = rc == ERR_OK;
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void refuse_portal(struct req *req, const struct fail *why)
{
    struct jx_defects defects = {0};

    if (jx_defect_add(
            &defects, req->arena, why->field, "portal-unknown",
            "その記号のフロアはありません。先に、行き先のフロアを公開してください。") == ERR_OK)
        reply_defects(req, &defects);
    else
        reply_fail(req, why);
}

static void publish_done(void *arg, enum err rc, const struct fail *why)
{
    struct publishing *p = arg;
    struct req *req = p->req;
    const struct published_output out = {.id = p->row.floor,
                                         .hash = p->row.hash,
                                         .version = p->row.version,
                                         .is_new = p->is_new};

    if (rc == ERR_OK) {
        req->access_recorded = 1;
        place_changed(req->services);
        reply_json(req, 200, &out);
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/expected_version") == 0) {
        reply_problem(req, 409, "conflict", moved_ja);
    } else if (rc == ERR_INVALID && strcmp(why->field, "/version") == 0) {
        reply_problem(req, 422, "invalid", no_version_ja);
    } else if (rc == ERR_INVALID && strncmp(why->field, "/areas/", 7) == 0) {
        refuse_portal(req, why);
    } else {
        reply_fail(req, why);
    }
}

static void publish_post(struct publishing *p)
{
    const struct writer_op op = {publish_run, publish_done, p};
    struct fail why = {.code = ERR_OK};

    p->req->object = p->row.id;
    if (writer_post(p->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(p->req, &why);
}

/* ?id= of the act (made here when it is not there), ?expected_version=. */
static enum err read_query(struct publishing *p, struct fail *why)
{
    struct req *req = p->req;
    enum err rc = place_query_id(req, "id", &p->row.id, why);

    p->expected = -1;
    if (rc == ERR_OK)
        rc = place_query_i64(req, "expected_version", 0, INT32_MAX, &p->expected, why);
    p->has_expected = p->expected >= 0;
    if (id_is_none(p->row.id))
        p->row.id = id_new();
    return rc;
}

/* Floors that several towns see are made by their series and by nothing else: each town has the
 * same walls (node/place/mirror.h). */
static bool refuse_shared(struct req *req, struct span floor)
{
    if (!span_has_prefix(floor, SPAN(MIRROR_FLOOR_PREFIX)))
        return false;
    reply_problem(
        req, 409, "conflict",
        "「shared-"
        "」ではじまるフロアは、ほかの市町村との講座のものです。ここでは公開できません。");
    return true;
}

/* The body is the floor's file: 65,536 bytes at most, every defect told with its place. */
static void publish(struct req *req)
{
    struct publishing *p = req_alloc(req, sizeof *p);
    const struct floor *floor = NULL;
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (p == NULL)
        return;
    p->req = req;
    p->row.who = place_decider_of(req);
    rc = read_query(p, &why);
    if (rc == ERR_OK)
        rc = floor_read(req->body, req->arena, &floor, &defects, &why);
    if (rc == ERR_OK)
        rc = floor_write(floor, req->arena, &p->row.body, &why);
    if (rc == ERR_OK && refuse_shared(req, floor->id))
        return;
    if (rc == ERR_OK) {
        p->row.floor = floor->id;
        p->row.hash = span_text(floor->hash);
        p->floor = floor;
        publish_post(p);
    } else if (rc == ERR_INVALID && defects.n > 0) {
        reply_defects(req, &defects);
    } else {
        reply_fail(req, &why);
    }
}

struct revert_input {
    struct id id;
    int64_t version, expected_version;
    bool has_expected;
};
static const struct jx_field revert_fields[] = {
    PLACE_FIELD(JX_ID, revert_input, id, "操作のID"),
    {.name = "version",
     .type = JX_INT,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct revert_input, version),
     .title_ja = "もどす版"},
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct revert_input, expected_version),
     .has_offset = offsetof(struct revert_input, has_expected),
     .title_ja = "見ていた版"},
};
static const struct jx_shape revert_shape =
    JX_SHAPE("FloorRevert", struct revert_input, revert_fields);

static void revert(struct req *req)
{
    const struct revert_input *in = req->input;
    struct publishing *p = req_alloc(req, sizeof *p);

    if (p == NULL || refuse_shared(req, req_param(req, "id")))
        return;
    *p = (struct publishing){.req = req,
                             .row = {.id = in->id,
                                     .floor = req_param(req, "id"),
                                     .has_of_version = true,
                                     .of_version = in->version,
                                     .who = place_decider_of(req)},
                             .has_expected = in->has_expected,
                             .expected = in->expected_version,
                             .is_revert = true};
    publish_post(p);
}

/* ---- PUT /api/v1/floors/{id}/plan ---- */

struct plan_input {
    struct id id;
    int64_t capacity;
    int when_full;
    bool has_capacity, is_hidden;
};
static const struct jx_field plan_fields[] = {
    PLACE_FIELD(JX_ID, plan_input, id, "操作のID"),
    {.name = "capacity",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct plan_input, capacity),
     .has_offset = offsetof(struct plan_input, has_capacity),
     .title_ja = "定員"},
    PLACE_CHOICE(plan_input, when_full, FACTS_WHENS_FULL, "定員になったとき"),
    PLACE_FIELD(JX_BOOL, plan_input, is_hidden, "かくすか"),
};
static const struct jx_shape plan_shape =
    JX_SHAPE("FloorPlanChange", struct plan_input, plan_fields);

struct planning {
    struct req *req;
    struct floor_plan_row row;
};

static enum err plan_run(struct tx *tx, void *arg, struct fail *why)
{
    struct planning *p = arg;
    const struct access_entry access = access_of(p->req);
    bool is_there = false, is_done = false;
    enum err rc = place_floor_is_there(tx, p->row.floor, &is_there, why);

    if (rc == ERR_OK && !is_there)
        rc = fail_set(why, ERR_NOT_FOUND, "no such floor");
    if (rc == ERR_OK)
        rc = floor_store_plan_is_there(tx, p->row.id, &is_done, why);
    if (rc == ERR_OK && !is_done)
        rc = floor_store_plan(tx, &p->row, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void plan_done(void *arg, enum err rc, const struct fail *why)
{
    const struct planning *p = arg;

    if (rc != ERR_OK) {
        reply_fail(p->req, why);
        return;
    }
    p->req->access_recorded = 1;
    place_changed(p->req->services);
    reply_none(p->req);
}

static void change_plan(struct req *req)
{
    const struct plan_input *in = req->input;
    struct planning *p = req_alloc(req, sizeof *p);
    const struct writer_op op = {plan_run, plan_done, p};
    struct fail why = {.code = ERR_OK};

    if (p == NULL)
        return;
    *p = (struct planning){.req = req,
                           .row = {.id = in->id,
                                   .floor = req_param(req, "id"),
                                   .plan = {.is_decided = true,
                                            .has_capacity = in->has_capacity,
                                            .capacity = (int)in->capacity,
                                            .when_full = (enum facts_when_full)in->when_full,
                                            .is_hidden = in->is_hidden},
                                   .who = place_decider_of(req)}};
    req->object = in->id;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

#define BY_OPERATOR .listeners = LISTENER_ADMIN, .roles = ROLE_BIT(ROLE_ANONYMOUS)

const struct route floor_publish_routes[FLOOR_PUBLISH_ROUTES_N] = {
    {.name = "floors.publish",
     .method = HTTP_POST,
     .path = "/api/v1/floors",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .body_type = FLOOR_TYPE,
     .body_cap_bytes = JX_MAX_BYTES,
     .output = &floor_published_shape,
     .summary_ja = "フロアを公開する",
     .handle = publish},
    {.name = "floors.revert",
     .method = HTTP_POST,
     .path = "/api/v1/floors/{id}/revert",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &revert_shape,
     .output = &floor_published_shape,
     .summary_ja = "フロアを前の版にもどす",
     .handle = revert},
    {.name = "floor_plan.change",
     .method = HTTP_PUT,
     .path = "/api/v1/floors/{id}/plan",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_DECIDERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &plan_shape,
     .summary_ja = "フロアの定員と、かくすかどうかを決める",
     .handle = change_plan},
    {.name = "floors.admin_publish",
     .method = HTTP_POST,
     .path = "/api/v1/admin/floors",
     BY_OPERATOR,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .body_type = FLOOR_TYPE,
     .body_cap_bytes = JX_MAX_BYTES,
     .output = &floor_published_shape,
     .summary_ja = "運用者がフロアを公開する",
     .handle = publish},
    {.name = "floors.admin_revert",
     .method = HTTP_POST,
     .path = "/api/v1/admin/floors/{id}/revert",
     BY_OPERATOR,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &revert_shape,
     .output = &floor_published_shape,
     .summary_ja = "運用者がフロアを前の版にもどす",
     .handle = revert},
};
