/* Floors over HTTP: what is published, how full they get, and their files for browsers. A
 * commissioner publishes, and the operator's command line (AI-2.3-エ, AI-4.3-イ-エ-2: no
 * release, inside within 5 s). */
#include "node/place/floor_output.h"
#include "node/place/place_http.h"
#include "node/place/ready.h"

#define HISTORY_PAGE 50

/* ---- shapes ---- */

#define FLOOR_HEAD \
    PLACE_FIELD(JX_TEXT, floor_output, id, "フロアの記号"), \
        PLACE_FIELD(JX_TEXT, floor_output, name_ja, "名前（よみつき）"), \
        PLACE_FIELD(JX_TEXT, floor_output, name_en, "英語の名前"), \
        PLACE_CHOICE(floor_output, theme, FLOOR_THEMES, "雰囲気"), \
        PLACE_FIELD(JX_INT, floor_output, version, "公開した版（0ははじめからある形）"), \
        PLACE_FIELD(JX_BOOL, floor_output, is_ready, "はじめからあるフロアか"), \
        PLACE_FIELD(JX_TEXT, floor_output, hash, "形のSHA-256"), \
        PLACE_MAYBE(JX_TIME, floor_output, at, has_at, "公開した時刻"), \
        PLACE_MAYBE(JX_ID, floor_output, by, has_by, "公開した人"), \
        PLACE_MAYBE(JX_TEXT, floor_output, role, has_role, "公開した人の役割"), \
        PLACE_MAYBE(JX_INT, floor_output, capacity, has_capacity, "定員"), \
        PLACE_CHOICE(floor_output, when_full, FACTS_WHENS_FULL, "定員になったとき"), \
        PLACE_FIELD(JX_BOOL, floor_output, is_hidden, "かくしているか"), \
        PLACE_FIELD(JX_INT, floor_output, n_areas, "区画の数"), \
        PLACE_FIELD(JX_INT, floor_output, w_cm, "幅（cm）"), \
        PLACE_FIELD(JX_INT, floor_output, h_cm, "奥行き（cm）")
static const struct jx_field floor_fields[] = {
    FLOOR_HEAD, PLACE_MAYBE(JX_TEXT, floor_output, body, has_body, "フロアの形（JSON）")};
static const struct jx_shape floor_shape =
    JX_SHAPE("FloorInfo", struct floor_output, floor_fields);

static const struct jx_field floors_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &floor_shape,
     .offset = offsetof(struct floors_output, items),
     .title_ja = "フロア"},
};
const struct jx_shape floors_shape =
    JX_SHAPE("FloorInfos", struct floors_output, floors_fields);

struct past_output {
    int64_t version, at, of_version;
    struct id by;
    struct span role, hash;
    bool has_by, has_of_version;
};
static const struct jx_field past_fields[] = {
    PLACE_FIELD(JX_INT, past_output, version, "版"),
    PLACE_FIELD(JX_TIME, past_output, at, "公開した時刻"),
    PLACE_MAYBE(JX_ID, past_output, by, has_by, "公開した人"),
    PLACE_FIELD(JX_TEXT, past_output, role, "公開した人の役割"),
    PLACE_MAYBE(JX_INT, past_output, of_version, has_of_version,
                "元にもどしたときは、どの版か"),
    PLACE_FIELD(JX_TEXT, past_output, hash, "形のSHA-256"),
};
static const struct jx_shape past_shape =
    JX_SHAPE("FloorVersion", struct past_output, past_fields);

struct history_output {
    struct jx_list items;
    int64_t next;
    bool has_next;
};
static const struct jx_field history_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &past_shape,
     .offset = offsetof(struct history_output, items),
     .title_ja = "公開した版（新しい順）"},
    PLACE_MAYBE(JX_INT, history_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape history_shape =
    JX_SHAPE("FloorHistory", struct history_output, history_fields);

static const struct jx_field published_fields[] = {
    PLACE_FIELD(JX_TEXT, published_output, id, "フロアの記号"),
    PLACE_FIELD(JX_INT, published_output, version, "いまの版"),
    PLACE_FIELD(JX_TEXT, published_output, hash, "形のSHA-256"),
    PLACE_FIELD(JX_BOOL, published_output, is_new,
                "新しい版になったか（同じ形なら、ならない）"),
};
const struct jx_shape floor_published_shape =
    JX_SHAPE("FloorPublished", struct published_output, published_fields);

/* ---- reading ---- */

static struct floor_output output_of(const struct place_floor_now *now,
                                     const struct facts_plan *plan)
{
    const struct floor *floor = now->floor;
    const struct place_decider *who = &now->row.who;

    return (struct floor_output){
        .id = floor->id,
        .name_ja = floor->name.ja,
        .name_en = floor->name.en,
        .theme = floor->theme,
        .version = now->row.version,
        .is_ready = ready_ground_find(floor->id) != NULL,
        .hash = now->row.hash,
        .at = who->at_utc_us,
        .has_at = now->row.version > 0,
        .by = who->by,
        .has_by = !id_is_none(who->by),
        .role = who->role,
        .has_role = now->row.version > 0,
        .capacity = plan->capacity,
        .has_capacity = plan->has_capacity,
        .when_full = (int)plan->when_full,
        .is_hidden = plan->is_hidden,
        .n_areas = (int64_t)floor->areas.n,
        .w_cm = floor->w_cm,
        .h_cm = floor->h_cm,
    };
}

static struct facts_plan plan_of(const struct floor_plan_row *plans, size_t n,
                                 struct span floor)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(plans[i].floor, floor))
            return plans[i].plan;
    return facts_plan_default(floor);
}

static bool is_listed(const struct floor_output *items, size_t n, struct span id)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(items[i].id, id))
            return true;
    return false;
}

/* A published floor that this program cannot read any more is left out, as people inside do
 * not get it either (facts.h). */
static size_t add_published(struct req *req, const struct floor_version_row *row,
                            const struct floor_plan_row *plans, size_t n_plans,
                            struct floor_output *item)
{
    struct place_floor_now now = {.row = *row};
    struct facts_plan plan = plan_of(plans, n_plans, row->floor);

    if (floor_read(row->body, req->arena, &now.floor, NULL, NULL) != ERR_OK)
        return 0;
    *item = output_of(&now, &plan);
    return 1;
}

static enum err list(struct req *req, struct floors_output *out, struct fail *why)
{
    struct floor_version_row *rows = NULL;
    struct floor_plan_row *plans = NULL;
    struct floor_output *items = NULL;
    size_t n_rows = 0, n_plans = 0, n = 0;
    enum err rc = floor_store_current(req->db, true, req->arena, &rows, &n_rows, why);

    if (rc == ERR_OK)
        rc = floor_store_plans(NULL, req->db, req->arena, &plans, &n_plans, why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n_rows + ready_floors_n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(why, ERR_NOMEM, "floors") : ERR_OK;
    }
    if (rc != ERR_OK || items == NULL)
        return rc;
    for (size_t i = 0; i < n_rows; i++)
        n += add_published(req, &rows[i], plans, n_plans, &items[n]);
    for (size_t i = 0; i < ready_floors_n; i++) {
        struct ground *ground = ready_ground(i);
        struct facts_plan plan;
        struct place_floor_now now;

        if (ground == NULL || is_listed(items, n, ground->floor->id))
            continue;
        plan = plan_of(plans, n_plans, ground->floor->id);
        now = (struct place_floor_now){.row = {.hash = span_text(ground->floor->hash)},
                                       .floor = ground->floor};
        items[n++] = output_of(&now, &plan);
    }
    out->items = (struct jx_list){items, n};
    return ERR_OK;
}

static void list_floors(struct req *req)
{
    struct floors_output out = {.items = {0}};
    struct fail why = {.code = ERR_OK};

    if (list(req, &out, &why) == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* An earlier version by ?version=, 0 the ready floor. */
static enum err find_version(struct req *req, struct place_floor_now *now, struct fail *why)
{
    struct span id = req_param(req, "id");
    int64_t version = -1;
    enum err rc = place_query_i64(req, "version", 0, INT32_MAX, &version, why);

    if (rc != ERR_OK)
        return rc;
    if (version < 0)
        return place_floor_find(req->db, id, req->arena, now, why);
    if (version == 0) {
        const struct ground *ground = ready_ground_find(id);

        if (ground == NULL)
            return fail_set(why, ERR_NOT_FOUND, "no ready floor");
        *now = (struct place_floor_now){.row = {.hash = span_text(ground->floor->hash)},
                                        .floor = ground->floor,
                                        .text = ground->text};
        return ERR_OK;
    }
    rc = floor_store_version(NULL, req->db, id, version, req->arena, &now->row, why);
    if (rc == ERR_OK)
        rc = floor_read(now->row.body, req->arena, &now->floor, NULL, why);
    now->text = now->row.body;
    return rc;
}

static void show_floor(struct req *req)
{
    struct place_floor_now now = {.floor = NULL};
    struct floor_plan_row *plans = NULL;
    struct floor_output out;
    struct facts_plan plan;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = find_version(req, &now, &why);

    if (rc == ERR_OK)
        rc = floor_store_plans(NULL, req->db, req->arena, &plans, &n, &why);
    if (rc != ERR_OK || now.floor == NULL) {
        reply_fail(req, &why);
        return;
    }
    plan = plan_of(plans, n, now.floor->id);
    out = output_of(&now, &plan);
    out.body = now.text;
    out.has_body = true;
    reply_json(req, 200, &out);
}

static void floor_history(struct req *req)
{
    struct span id = req_param(req, "id");
    struct history_output out = {.has_next = false};
    struct floor_version_row *rows = NULL;
    struct past_output *items = NULL;
    struct fail why = {.code = ERR_OK};
    int64_t before = 0;
    size_t n = 0;
    enum err rc = place_query_i64(req, "before", 1, INT32_MAX, &before, &why);

    if (rc == ERR_OK)
        rc = floor_store_past(req->db, id, before, HISTORY_PAGE + 1, req->arena, &rows, &n,
                              &why);
    if (rc == ERR_OK && n == 0 && before == 0 && ready_ground_find(id) == NULL)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such floor");
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "history") : ERR_OK;
    }
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    if (n > HISTORY_PAGE) {
        n = HISTORY_PAGE;
        out.has_next = true;
        out.next = rows[HISTORY_PAGE - 1].version;
    }
    for (size_t i = 0; i < n; i++)
        items[i] = (struct past_output){.version = rows[i].version,
                                        .at = rows[i].who.at_utc_us,
                                        .by = rows[i].who.by,
                                        .has_by = !id_is_none(rows[i].who.by),
                                        .role = rows[i].who.role,
                                        .of_version = rows[i].of_version,
                                        .has_of_version = rows[i].has_of_version,
                                        .hash = rows[i].hash};
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* The file itself, for whoever may be in the place. With ?hash= of what it is now it never
 * changes; a hidden floor is not there. */
static void floor_file(struct req *req)
{
    struct place_floor_now now = {.floor = NULL};
    struct floor_plan_row *plans = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    char *etag;
    enum err rc = place_floor_find(req->db, req_param(req, "id"), req->arena, &now, &why);

    if (rc == ERR_OK)
        rc = floor_store_plans(NULL, req->db, req->arena, &plans, &n, &why);
    if (rc == ERR_OK && plan_of(plans, n, now.floor->id).is_hidden)
        rc = fail_set(&why, ERR_NOT_FOUND, "hidden");
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    etag = arena_printf(req->arena, "\"%s\"", now.floor->hash);
    if (etag != NULL)
        reply_header(req, "ETag", etag);
    reply_header(req, "Cache-Control",
                 span_eq(req_query(req, "hash"), span_text(now.floor->hash))
                     ? "private, max-age=31536000, immutable"
                     : "private, no-cache");
    reply_bytes(req, 200, "application/json", now.text);
}

/* ---- publishing ---- */

/* One act: a new body, or one that was there before. */
struct publishing {
    struct req *req;
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
    if (p->is_revert)
        rc = fill_revert(tx, p, why);
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
    if (rc == ERR_OK) {
        p->row.floor = floor->id;
        p->row.hash = span_text(floor->hash);
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

    if (p == NULL)
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

const struct route floor_routes[FLOOR_ROUTES_N] = {
    {.name = "floors.list",
     .method = HTTP_GET,
     .path = "/api/v1/floors",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_READERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &floors_shape,
     .summary_ja = "フロアを一覧する",
     .handle = list_floors},
    {.name = "floors.show",
     .method = HTTP_GET,
     .path = "/api/v1/floors/{id}",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_NONE,
     .output = &floor_shape,
     .summary_ja = "フロア一つの形と決まりを見る",
     .handle = show_floor},
    {.name = "floors.history",
     .method = HTTP_GET,
     .path = "/api/v1/floors/{id}/history",
     .listeners = PLACE_LISTENERS,
     .roles = PLACE_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_NONE,
     .output = &history_shape,
     .summary_ja = "フロアをだれがいつ変えたかを見る",
     .handle = floor_history},
    {.name = "floors.file",
     .method = HTTP_GET,
     .path = "/api/v1/floors/{id}/file",
     .listeners = PLACE_LISTENERS,
     .roles = FACTS_ROLES_TICKET,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_NONE,
     .summary_ja = "フロアの形を読む",
     .handle = floor_file},
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
    {.name = "floors.admin_list",
     .method = HTTP_GET,
     .path = "/api/v1/admin/floors",
     BY_OPERATOR,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &floors_shape,
     .summary_ja = "運用者がフロアを一覧する",
     .handle = list_floors},
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
