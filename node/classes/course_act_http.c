/* Acts on a course over HTTP: its pages; decided with the commissioner, before pupils see it
 * (AI-4.4-キ-エ), or no longer; ended, or going on. */
#include "node/classes/class_rows.h"
#include "node/classes/course_http.h"
#include "node/classes/lessons.h"

/* ---- PUT /api/v1/courses/{course}/pages ---- */

struct pages_input {
    struct id id;
    int64_t expected_version;
    bool has_expected;
    struct class_pages pages;
};
static const struct jx_field pages_fields[] = {
    PLACE_FIELD(JX_ID, pages_input, id, "操作のID"),
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct pages_input, expected_version),
     .has_offset = offsetof(struct pages_input, has_expected),
     .title_ja = "見ていた教材の版（0は教材なし）"},
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .most = CLASS_PAGES_MOST,
     .offset = offsetof(struct pages_input, pages.pages),
     .title_ja = "ページ"},
};
static const struct jx_shape pages_shape =
    JX_SHAPE("CoursePagesChange", struct pages_input, pages_fields);

struct paging {
    struct req *req;
    struct class_pages_row row;
    bool has_expected;
    int64_t expected;
    struct course_made made;
};

static enum err pages_run(struct tx *tx, void *arg, struct fail *why)
{
    struct paging *p = arg;
    const struct access_entry access = access_of(p->req);
    struct class_course_state state;
    bool is_there = false;
    enum err rc = class_course_store_state(tx, NULL, p->row.course, tx_arena(tx), &state, why);

    if (rc == ERR_OK)
        rc = class_pages_store_is_there(tx, &p->row, &is_there, why);
    if (rc == ERR_OK && !is_there && p->has_expected && p->expected != state.pages_version)
        rc = fail_field(why, ERR_CONFLICT, "/expected_version", "changed meanwhile");
    if (rc == ERR_OK)
        rc = class_pages_store_add(tx, &p->row, &is_there, why);
    if (rc == ERR_OK)
        p->made = (struct course_made){p->row.course, state.row.version,
                                       is_there ? state.pages_version : p->row.version};
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void pages_done(void *arg, enum err rc, const struct fail *why)
{
    const struct paging *p = arg;

    if (rc != ERR_OK) {
        course_reply_fail(p->req, why);
        return;
    }
    p->req->access_recorded = 1;
    reply_json(p->req, 200, &p->made);
}

static enum err pages_fill(struct paging *p, const struct pages_input *in,
                           struct jx_defects *defects, struct fail *why)
{
    struct req *req = p->req;
    struct class_course_state state;
    struct span text;
    enum err rc = class_path_id(req, "course", why);

    if (rc == ERR_OK)
        rc = class_course_store_state(NULL, req->db, req->object, req->arena, &state, why);
    if (rc == ERR_OK)
        rc = class_check_pages(req->services->words, &in->pages, req->arena, defects, why);
    if (rc != ERR_OK || defects->n > 0)
        return rc;
    p->row.course = req->object;
    p->row.n_pages = (int64_t)in->pages.pages.n;
    rc = jx_write_canonical(&class_pages_shape, &in->pages, req->arena, &text, why);
    return rc == ERR_OK ? class_seal(req->services->keyring, CLASS_PAGES_TABLE, "pages_sealed",
                                     in->id, text, req->arena, &p->row.pages_sealed, why)
                        : rc;
}

static void change_pages(struct req *req)
{
    const struct pages_input *in = req->input;
    struct paging *p = req_alloc(req, sizeof *p);
    const struct writer_op op = {pages_run, pages_done, p};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (p == NULL)
        return;
    arena_mark_secret(req->arena);
    *p = (struct paging){.req = req,
                         .row = {.id = in->id, .who = place_decider_of(req)},
                         .has_expected = in->has_expected,
                         .expected = in->expected_version};
    rc = pages_fill(p, in, &defects, &why);
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/courses/{course}/decide and .../end ---- */

struct decide_input {
    struct id id;
    bool decided;
    int64_t version, pages_version;
};
static const struct jx_field decide_fields[] = {
    PLACE_FIELD(JX_ID, decide_input, id, "操作のID"),
    PLACE_FIELD(JX_BOOL, decide_input, decided, "決裁するか（いいえは取り消し）"),
    {.name = "version",
     .type = JX_INT,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct decide_input, version),
     .title_ja = "見た講座の版"},
    {.name = "pages_version",
     .type = JX_INT,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct decide_input, pages_version),
     .title_ja = "見た教材の版（0は教材なし）"},
};
static const struct jx_shape decide_shape =
    JX_SHAPE("CourseDecision", struct decide_input, decide_fields);

struct end_input {
    struct id id;
    bool ended;
};
static const struct jx_field end_fields[] = {
    PLACE_FIELD(JX_ID, end_input, id, "操作のID"),
    PLACE_FIELD(JX_BOOL, end_input, ended, "終わりにするか（いいえは再開）"),
};
static const struct jx_shape end_shape = JX_SHAPE("CourseEnd", struct end_input, end_fields);

struct stepping {
    struct req *req;
    struct class_step_row row;
    bool has_expected; /* of a decision: what was seen must still be the newest */
};

static enum err step_run(struct tx *tx, void *arg, struct fail *why)
{
    struct stepping *s = arg;
    const struct access_entry access = access_of(s->req);
    struct class_course_state state;
    bool is_there = false;
    enum err rc = class_course_store_state(tx, NULL, s->row.course, tx_arena(tx), &state, why);

    if (rc == ERR_OK)
        rc = class_step_store_is_there(tx, &s->row, &is_there, why);
    if (rc == ERR_OK && !is_there && s->has_expected &&
        (s->row.version != state.row.version || s->row.pages_version != state.pages_version))
        rc = fail_field(why, ERR_CONFLICT, "/expected_version", "changed meanwhile");
    if (rc == ERR_OK && !s->has_expected) {
        s->row.version = state.row.version;
        s->row.pages_version = state.pages_version;
    }
    if (rc == ERR_OK)
        rc = class_step_store_add(tx, &s->row, &is_there, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void step_done(void *arg, enum err rc, const struct fail *why)
{
    const struct stepping *s = arg;
    const struct course_made out = {s->row.course, s->row.version, s->row.pages_version};

    if (rc != ERR_OK) {
        course_reply_fail(s->req, why);
        return;
    }
    s->req->access_recorded = 1;
    lessons_poke(s->req->services->lessons);
    reply_json(s->req, 200, &out);
}

static void post_step(struct req *req, const struct class_step_row *row, bool has_expected)
{
    struct stepping *s = req_alloc(req, sizeof *s);
    const struct writer_op op = {step_run, step_done, s};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (s == NULL)
        return;
    *s = (struct stepping){.req = req, .row = *row, .has_expected = has_expected};
    rc = class_path_id(req, "course", &why);
    s->row.course = req->object;
    s->row.who = place_decider_of(req);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

static void decide(struct req *req)
{
    const struct decide_input *in = req->input;

    post_step(req,
              &(struct class_step_row){.id = in->id,
                                       .step = in->decided ? CLASS_DECIDE : CLASS_WITHDRAW,
                                       .version = in->version,
                                       .pages_version = in->pages_version},
              in->decided);
}

static void end_course(struct req *req)
{
    const struct end_input *in = req->input;

    post_step(
        req,
        &(struct class_step_row){.id = in->id, .step = in->ended ? CLASS_END : CLASS_RESUME},
        false);
}

const struct route course_act_routes[COURSE_ACT_ROUTES_N] = {
    {.name = "courses.pages",
     .method = HTTP_PUT,
     .path = "/api/v1/courses/{course}/pages",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &pages_shape,
     .output = &course_made_shape,
     .summary_ja = "講座の教材のページを書く",
     .handle = change_pages},
    {.name = "courses.decide",
     .method = HTTP_POST,
     .path = "/api/v1/courses/{course}/decide",
     .listeners = PLACE_LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &decide_shape,
     .output = &course_made_shape,
     .summary_ja = "講座を児童生徒に見せてよいと決める",
     .handle = decide},
    {.name = "courses.end",
     .method = HTTP_POST,
     .path = "/api/v1/courses/{course}/end",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_PLANNERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &end_shape,
     .output = &course_made_shape,
     .summary_ja = "講座を終わりにする、再開する",
     .handle = end_course},
};
