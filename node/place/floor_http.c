/* Floors over HTTP: what is published, how full they get, and their files for browsers. */
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
    {.name = "floors.admin_list",
     .method = HTTP_GET,
     .path = "/api/v1/admin/floors",
     .listeners = LISTENER_ADMIN,
     .roles = ROLE_BIT(ROLE_ANONYMOUS),
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &floors_shape,
     .summary_ja = "運用者がフロアを一覧する",
     .handle = list_floors},
};
