/* Courses over HTTP: listed, shown with their pages, made and changed. What pupils see is what
 * a commissioner decided (course_act_http.c; AI-4.4-キ-エ). Every course has at least one means
 * by which pupils take part. */
#include "node/classes/course_http.h"

#include "node/classes/class_rows.h"

/* ---- shapes ---- */

static const struct jx_field course_fields[] = {COURSE_FIELDS(course_output, )};
static const struct jx_shape course_shape =
    JX_SHAPE("Course", struct course_output, course_fields);

struct courses_output {
    struct jx_list items;
};
static const struct jx_field courses_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &course_shape,
     .offset = offsetof(struct courses_output, items),
     .title_ja = "講座（新しく変えた順）"},
};
static const struct jx_shape courses_shape =
    JX_SHAPE("Courses", struct courses_output, courses_fields);

struct whole_output {
    struct course_output course;
    struct class_pages pages, decided_pages;
    struct span decided_title, decided_summary;
    bool has_decided_title, has_decided_summary;
};
static const struct jx_field whole_fields[] = {
    COURSE_FIELDS(whole_output, course.),
    {.name = "pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .offset = offsetof(struct whole_output, pages.pages),
     .title_ja = "教材のページ"},
    {.name = "decided_title",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct whole_output, decided_title),
     .has_offset = offsetof(struct whole_output, has_decided_title),
     .title_ja = "いま児童生徒に見える題名"},
    {.name = "decided_summary",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct whole_output, decided_summary),
     .has_offset = offsetof(struct whole_output, has_decided_summary),
     .title_ja = "いま児童生徒に見える説明"},
    {.name = "decided_pages",
     .type = JX_LIST,
     .shape = &class_page_shape,
     .offset = offsetof(struct whole_output, decided_pages.pages),
     .title_ja = "いま児童生徒に見えるページ"},
};
static const struct jx_shape whole_shape =
    JX_SHAPE("CourseWhole", struct whole_output, whole_fields);

enum err course_output_fill(struct req *req, const struct class_names *names,
                            const struct class_course_state *state, struct course_output *out,
                            struct fail *why)
{
    const struct class_course_row *row = &state->row;
    struct class_texts texts;
    enum err rc = class_course_open(req->services->keyring, row, req->arena, &texts, why);

    if (rc != ERR_OK)
        return rc;
    *out = (struct course_output){
        .course = row->course,
        .version = row->version,
        .kind = (int)row->kind,
        .picture = row->picture,
        .has_hand = row->has_hand,
        .has_poll = row->has_poll,
        .has_question = row->has_question,
        .places = row->places,
        .has_places = row->has_places,
        .title = texts.title,
        .summary = texts.summary,
        .pages_version = state->pages_version,
        .n_pages = state->n_pages,
        .is_decided = state->is_decided,
        .is_settled = class_course_is_settled(state),
        .decided_at = state->decided_utc_us,
        .has_decided_at = state->is_decided,
        .decided_by_name = class_may_name(req, state->decided_by)
                               ? class_display(names, state->decided_by)
                               : SPAN_NONE,
        .is_ended = state->is_ended,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = class_may_name(req, row->who.by),
        .by_name =
            class_may_name(req, row->who.by) ? class_display(names, row->who.by) : SPAN_NONE,
    };
    out->has_decided_by_name = out->decided_by_name.len > 0;
    out->has_by_name = out->by_name.len > 0;
    return ERR_OK;
}

/* ---- reading ---- */

static void list_courses(struct req *req)
{
    struct courses_output out = {.items = {0}};
    struct class_course_state *states = NULL;
    struct course_output *items = NULL;
    struct class_names names = {.people = NULL};
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc =
        class_course_store_states(NULL, req->db, ID_NONE, req->arena, &states, &n, &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = class_names_open(req, &names, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "courses") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK && items != NULL; i++)
        rc = course_output_fill(req, &names, &states[i], &items[i], &why);
    class_names_close(&names);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

static enum err open_pages(struct req *req, struct id course, int64_t version,
                           struct class_pages *out, struct fail *why)
{
    struct class_pages_row row;
    enum err rc;

    if (version == 0)
        return ERR_OK;
    rc = class_pages_store_version(NULL, req->db, course, version, req->arena, &row, why);
    return rc == ERR_OK ? class_pages_open(req->services->keyring, &row, req->arena, out, why)
                        : rc;
}

/* What pupils see, when it is another than what stands now. */
static enum err open_decided(struct req *req, const struct class_course_state *state,
                             struct whole_output *out, struct fail *why)
{
    struct class_course_row row;
    struct class_texts texts;
    enum err rc;

    if (!state->is_decided)
        return ERR_OK;
    rc = class_course_store_version(NULL, req->db, state->row.course, state->decided_version,
                                    req->arena, &row, why);
    if (rc == ERR_OK)
        rc = class_course_open(req->services->keyring, &row, req->arena, &texts, why);
    if (rc != ERR_OK)
        return rc;
    out->decided_title = texts.title;
    out->decided_summary = texts.summary;
    out->has_decided_title = out->has_decided_summary = true;
    return open_pages(req, state->row.course, state->decided_pages_version, &out->decided_pages,
                      why);
}

static void show_course(struct req *req)
{
    struct whole_output out = {.has_decided_title = false};
    struct class_course_state state;
    struct class_names names = {.people = NULL};
    struct fail why = {.code = ERR_OK};
    enum err rc = class_path_id(req, "course", &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = class_course_store_state(NULL, req->db, req->object, req->arena, &state, &why);
    if (rc == ERR_OK)
        rc = class_names_open(req, &names, &why);
    if (rc == ERR_OK)
        rc = course_output_fill(req, &names, &state, &out.course, &why);
    class_names_close(&names);
    if (rc == ERR_OK)
        rc = open_pages(req, state.row.course, state.pages_version, &out.pages, &why);
    if (rc == ERR_OK)
        rc = open_decided(req, &state, &out, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- making and changing ---- */

struct course_input {
    struct id id;
    int64_t expected_version, places;
    int kind, picture;
    bool has_hand, has_poll, has_question, has_places, has_expected;
    struct span title, summary;
};
#define INPUT_FIELDS \
    PLACE_FIELD(JX_ID, course_input, id, "操作のID"), \
        PLACE_CHOICE(course_input, kind, CLASS_KINDS, "種類"), \
        PLACE_CHOICE(course_input, picture, CLASS_PICTURES, "絵"), \
        PLACE_FIELD(JX_BOOL, course_input, has_hand, "手をあげる"), \
        PLACE_FIELD(JX_BOOL, course_input, has_poll, "アンケート"), \
        PLACE_FIELD(JX_BOOL, course_input, has_question, "文字で質問する"), \
        {.name = "places", \
         .type = JX_INT, \
         .flags = JX_OPTIONAL, \
         .least = 1, \
         .most = 1000, \
         .offset = offsetof(struct course_input, places), \
         .has_offset = offsetof(struct course_input, has_places), \
         .title_ja = "定員"}, \
        {.name = "title", \
         .type = JX_TEXT, \
         .least = 1, \
         .most = CLASS_TITLE_MOST, \
         .offset = offsetof(struct course_input, title), \
         .title_ja = "題名"}, \
    { \
        .name = "summary", .type = JX_TEXT, .least = 1, .most = CLASS_SUMMARY_MOST, \
        .offset = offsetof(struct course_input, summary), .title_ja = "説明" \
    }
static const struct jx_field make_fields[] = {INPUT_FIELDS};
static const struct jx_shape make_shape =
    JX_SHAPE("CourseNew", struct course_input, make_fields);
static const struct jx_field change_fields[] = {
    INPUT_FIELDS,
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct course_input, expected_version),
     .has_offset = offsetof(struct course_input, has_expected),
     .title_ja = "見ていた版"},
};
static const struct jx_shape change_shape =
    JX_SHAPE("CourseChange", struct course_input, change_fields);

static const struct jx_field made_fields[] = {COURSE_MADE_FIELDS};
const struct jx_shape course_made_shape =
    JX_SHAPE("CourseMade", struct course_made, made_fields);

struct writing {
    struct req *req;
    struct class_course_row row;
    bool is_new, has_expected;
    int64_t expected;
    int64_t pages_version;
};

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct writing *w = arg;
    const struct access_entry access = access_of(w->req);
    struct class_course_state state;
    bool is_there = false;
    enum err rc = class_course_store_is_there(tx, &w->row, &is_there, why);

    if (rc == ERR_OK && !w->is_new && !is_there) {
        rc = class_course_store_state(tx, NULL, w->row.course, tx_arena(tx), &state, why);
        if (rc == ERR_OK && w->has_expected && w->expected != state.row.version)
            rc = fail_field(why, ERR_CONFLICT, "/expected_version", "changed meanwhile");
    }
    if (rc == ERR_OK)
        rc = class_course_store_add(tx, &w->row, &is_there, why);
    if (rc == ERR_OK)
        rc = class_course_store_state(tx, NULL, w->row.course, tx_arena(tx), &state, why);
    if (rc == ERR_OK) {
        w->row.version = state.row.version;
        w->pages_version = state.pages_version;
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    const struct writing *w = arg;
    const struct course_made out = {w->row.course, w->row.version, w->pages_version};

    if (rc == ERR_OK) {
        w->req->access_recorded = 1;
        reply_json(w->req, w->is_new ? 201 : 200, &out);
    } else {
        course_reply_fail(w->req, why);
    }
}

void course_reply_fail(struct req *req, const struct fail *why)
{
    if (why->code == ERR_CONFLICT && strcmp(why->field, "/expected_version") == 0)
        reply_problem(req, 409, "conflict",
                      "この講座は、見ていたあいだに変わりました。もう一度読みこんでください。");
    else
        reply_fail(req, why);
}

static enum err check(struct req *req, const struct course_input *in,
                      struct jx_defects *defects, struct fail *why)
{
    struct words_desk *words = req->services->words;
    enum err rc =
        class_check_noted(words, in->title, "/title", "題名", req->arena, defects, why);

    if (rc == ERR_OK)
        rc =
            class_check_words(words, in->summary, "/summary", "説明", req->arena, defects, why);
    if (rc == ERR_OK && !in->has_hand && !in->has_poll && !in->has_question)
        rc = jx_defect_add(defects, req->arena, "/has_poll", "least",
                           "参加の方法（手をあげる・アンケート・文字で質問する）を"
                           "一つは選んでください。");
    return rc;
}

static enum err seal_texts(struct writing *w, const struct course_input *in, struct fail *why)
{
    struct keyring *keyring = w->req->services->keyring;
    enum err rc = class_seal(keyring, CLASS_COURSE_TABLE, "title_sealed", in->id, in->title,
                             w->req->arena, &w->row.title_sealed, why);

    return rc == ERR_OK ? class_seal(keyring, CLASS_COURSE_TABLE, "summary_sealed", in->id,
                                     in->summary, w->req->arena, &w->row.summary_sealed, why)
                        : rc;
}

/* course: of the path, or the client's id of a new one. */
static void write_course(struct req *req, struct id course, bool is_new)
{
    const struct course_input *in = req->input;
    struct writing *w = req_alloc(req, sizeof *w);
    const struct writer_op op = {write_run, write_done, w};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (w == NULL)
        return;
    arena_mark_secret(req->arena);
    req->object = course;
    *w = (struct writing){.req = req,
                          .row = {.id = in->id,
                                  .course = course,
                                  .kind = (enum class_kind)in->kind,
                                  .picture = in->picture,
                                  .has_hand = in->has_hand,
                                  .has_poll = in->has_poll,
                                  .has_question = in->has_question,
                                  .has_places = in->has_places,
                                  .places = in->places,
                                  .who = place_decider_of(req)},
                          .is_new = is_new,
                          .has_expected = in->has_expected,
                          .expected = in->expected_version};
    rc = check(req, in, &defects, &why);
    if (rc == ERR_OK && defects.n == 0)
        rc = seal_texts(w, in, &why);
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

static void make_course(struct req *req)
{
    const struct course_input *in = req->input;

    write_course(req, in->id, true);
}

static void change_course(struct req *req)
{
    struct class_course_state state;
    struct fail why = {.code = ERR_OK};
    enum err rc = class_path_id(req, "course", &why);

    /* Before any word about what was sent: of a course that is not there nothing is told. */
    if (rc == ERR_OK)
        rc = class_course_store_state(NULL, req->db, req->object, req->arena, &state, &why);
    if (rc == ERR_OK)
        write_course(req, req->object, false);
    else
        reply_fail(req, &why);
}

const struct route course_routes[COURSE_ROUTES_N] = {
    {.name = "courses.list",
     .method = HTTP_GET,
     .path = "/api/v1/courses",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &courses_shape,
     .summary_ja = "講座を一覧する",
     .handle = list_courses},
    {.name = "courses.show",
     .method = HTTP_GET,
     .path = "/api/v1/courses/{course}",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_NONE,
     .output = &whole_shape,
     .summary_ja = "講座一つと教材を見る",
     .handle = show_course},
    {.name = "courses.make",
     .method = HTTP_POST,
     .path = "/api/v1/courses",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &make_shape,
     .output = &course_made_shape,
     .summary_ja = "講座をつくる",
     .handle = make_course},
    {.name = "courses.change",
     .method = HTTP_PUT,
     .path = "/api/v1/courses/{course}",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &change_shape,
     .output = &course_made_shape,
     .summary_ja = "講座を変える（決裁のやりなおしが必要）",
     .handle = change_course},
};
