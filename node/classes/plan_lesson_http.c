/* Lessons over HTTP: a course in a slot, with floor, staff, places and link; changed in
 * versions, cancelled, planned again (AI-4.4-キ-イ, AI-4.4-キ-ウ, AI-4.3-イ-ア-1). Who is
 * missing or planned twice forbids nothing: the plan says so (class_plan.h). */
#include "node/classes/class_http.h"
#include "node/classes/class_rows.h"
#include "node/classes/lessons.h"
#include "node/db/settings.h"

struct person_input {
    struct id account;
};
static const struct jx_field person_fields[] = {
    PLACE_FIELD(JX_ID, person_input, account, "オンライン支援員"),
};
static const struct jx_shape person_shape =
    JX_SHAPE("LessonPerson", struct person_input, person_fields);

struct lesson_input {
    struct id id, course, main, sub;
    int64_t expected_version, slot, places;
    struct span day, floor, area, link;
    bool has_expected, has_area, has_main, has_sub, sub_supports, has_places, has_link;
    struct jx_list supporters;
};
#define EXPECTED \
    { \
        .name = "expected_version", .type = JX_INT, .flags = JX_OPTIONAL, .least = 0, \
        .most = INT32_MAX, .offset = offsetof(struct lesson_input, expected_version), \
        .has_offset = offsetof(struct lesson_input, has_expected), \
        .title_ja = "見ていた版（0はまだない授業）" \
    }
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_ID, lesson_input, id, "操作のID"),
    EXPECTED,
    {.name = "day",
     .type = JX_TEXT,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct lesson_input, day),
     .title_ja = "日"},
    {.name = "slot",
     .type = JX_INT,
     .least = 1,
     .most = CLASS_SLOTS_MOST,
     .offset = offsetof(struct lesson_input, slot),
     .title_ja = "何コマめか"},
    PLACE_FIELD(JX_ID, lesson_input, course, "講座"),
    {.name = "floor",
     .type = JX_TEXT,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct lesson_input, floor),
     .title_ja = "フロア"},
    {.name = "area",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 32,
     .offset = offsetof(struct lesson_input, area),
     .has_offset = offsetof(struct lesson_input, has_area),
     .title_ja = "区画"},
    PLACE_MAYBE(JX_ID, lesson_input, main, has_main, "メイン授業者"),
    PLACE_MAYBE(JX_ID, lesson_input, sub, has_sub, "サブ授業者"),
    PLACE_FIELD(JX_BOOL, lesson_input, sub_supports, "サブ授業者が支援員を兼ねるか"),
    {.name = "supporters",
     .type = JX_LIST,
     .shape = &person_shape,
     .most = CLASS_SUPPORTERS_MOST,
     .offset = offsetof(struct lesson_input, supporters),
     .title_ja = "オンライン支援員"},
    {.name = "places",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 1000,
     .offset = offsetof(struct lesson_input, places),
     .has_offset = offsetof(struct lesson_input, has_places),
     .title_ja = "定員"},
    {.name = "link",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = CLASS_LINK_MOST,
     .offset = offsetof(struct lesson_input, link),
     .has_offset = offsetof(struct lesson_input, has_link),
     .title_ja = "Web会議のリンク"},
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("LessonPlan", struct lesson_input, lesson_fields);
static const struct jx_field cancel_fields[] = {
    PLACE_FIELD(JX_ID, lesson_input, id, "操作のID"), EXPECTED};
static const struct jx_shape cancel_shape =
    JX_SHAPE("LessonCancel", struct lesson_input, cancel_fields);

struct made_output {
    struct id lesson;
    int64_t version;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, lesson, "授業のID"),
    PLACE_FIELD(JX_INT, made_output, version, "授業の版"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("LessonPlanned", struct made_output, made_fields);

struct planning {
    struct req *req;
    struct class_lesson_row row;
    struct made_output made;
    bool is_cancel, is_held, has_expected;
    int64_t expected;
    int parallel_most;
};

/* Of a lesson that another town holds only its staff and its link are ours. */
static void keep_held(struct class_lesson_row *row, const struct class_lesson_row *old)
{
    row->day = old->day;
    row->slot = old->slot;
    row->from_utc_us = old->from_utc_us;
    row->to_utc_us = old->to_utc_us;
    row->course = old->course;
    row->floor = old->floor;
    row->area = old->area;
    row->has_places = old->has_places;
    row->places = old->places;
    row->is_cancelled = old->is_cancelled;
    row->main_at = old->main_at;
}

/* ---- on the writer's thread ---- */

/* The newest version, if there is one, and whether it may still be changed. */
static enum err check_old(struct tx *tx, const struct planning *p, struct class_lesson_row *old,
                          struct fail *why)
{
    enum err rc = class_lesson_store_find(tx, NULL, p->row.lesson, tx_arena(tx), old, why);
    bool is_there = rc == ERR_OK;

    if (rc == ERR_NOT_FOUND && !p->is_cancel) {
        *old = (struct class_lesson_row){.version = 0};
        rc = ERR_OK;
    }
    if (rc == ERR_OK && p->has_expected && p->expected != old->version)
        rc = fail_field(why, ERR_CONFLICT, "/expected_version", "changed meanwhile");
    if (rc == ERR_OK && is_there && old->to_utc_us <= p->req->now_utc_us)
        rc = fail_field(why, ERR_CONFLICT, "/lesson", "it is over");
    return rc;
}

static enum err check_parallel(struct tx *tx, const struct planning *p, struct fail *why)
{
    struct class_lesson_row *rows = NULL;
    size_t n = 0;
    int others = 0;
    enum err rc = class_lesson_store_days(tx, NULL, p->row.day, p->row.day, false, tx_arena(tx),
                                          &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (rows[i].slot == p->row.slot && !id_eq(rows[i].lesson, p->row.lesson))
            others++;
    if (rc == ERR_OK && others >= p->parallel_most)
        rc = fail_field(why, ERR_CONFLICT, "/slot", "%d courses already", others);
    return rc;
}

static const struct class_account *find(const struct class_account *accounts, size_t n,
                                        struct id account)
{
    for (size_t i = 0; i < n; i++)
        if (id_eq(accounts[i].account, account))
            return &accounts[i];
    return NULL;
}

/* A supporter may teach, but only a supporter supports: who teaches doubles as sub alone. */
static enum err check_staff(struct tx *tx, const struct planning *p, struct fail *why)
{
    const struct class_team *team = &p->row.team;
    struct class_account *accounts = NULL;
    size_t n = 0;
    enum err rc = class_lesson_store_accounts(tx, NULL, tx_arena(tx), &accounts, &n, why);

    if (rc != ERR_OK)
        return rc;
    if (!id_is_none(team->main) && find(accounts, n, team->main) == NULL)
        return fail_field(why, ERR_INVALID, "/main", "nobody of staff");
    if (!id_is_none(team->sub) && find(accounts, n, team->sub) == NULL)
        return fail_field(why, ERR_INVALID, "/sub", "nobody of staff");
    for (int i = 0; i < team->n_supporters; i++) {
        const struct class_account *account = find(accounts, n, team->supporters[i]);

        if (account == NULL || account->role != ROLE_SUPPORTER)
            return fail_field(why, ERR_INVALID, "/supporters", "no supporter");
    }
    return ERR_OK;
}

static enum err put(struct tx *tx, struct planning *p, struct fail *why)
{
    struct class_lesson_row old;
    bool was_there = false;
    enum err rc = check_old(tx, p, &old, why);

    if (rc == ERR_OK && p->is_cancel) {
        const struct class_lesson_row row = p->row;

        p->row = old;
        p->row.id = row.id;
        p->row.who = row.who;
        p->row.is_cancelled = true;
        p->row.link_sealed = SPAN_NONE; /* it was sealed for its row, and is of no use now */
    } else if (rc == ERR_OK) {
        bool is_held = !id_is_none(old.main_at);

        if (is_held)
            keep_held(&p->row, &old);
        rc = check_staff(tx, p, why);
        if (rc == ERR_OK && !is_held)
            rc = check_parallel(tx, p, why);
    }
    return rc == ERR_OK ? class_lesson_store_add(tx, &p->row, &was_there, why) : rc;
}

static enum err plan_run(struct tx *tx, void *arg, struct fail *why)
{
    struct planning *p = arg;
    const struct access_entry access = access_of(p->req);
    struct class_lesson_row newest;
    bool is_there = false;
    enum err rc = class_lesson_store_is_there(tx, &p->row, &is_there, why);

    if (rc == ERR_OK && !is_there)
        rc = put(tx, p, why);
    if (rc == ERR_OK)
        rc = class_lesson_store_find(tx, NULL, p->row.lesson, tx_arena(tx), &newest, why);
    if (rc == ERR_OK)
        p->made = (struct made_output){newest.lesson, newest.version};
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void plan_done(void *arg, enum err rc, const struct fail *why)
{
    const struct planning *p = arg;
    struct req *req = p->req;

    if (rc == ERR_OK) {
        req->access_recorded = 1;
        lessons_poke(req->services->lessons);
        reply_json(req, 200, &p->made);
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/slot") == 0) {
        reply_problem(req, 409, "slot-full",
                      "このコマには、並べられる数の講座がもうあります。"
                      "ほかのコマにするか、一つとりやめてください。");
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/lesson") == 0) {
        reply_problem(req, 409, "lesson-over",
                      "この授業はもう終わっています。終わった授業は変えられません。");
    } else if (rc == ERR_CONFLICT && strcmp(why->field, "/expected_version") == 0) {
        reply_problem(req, 409, "conflict",
                      "この授業は、見ていたあいだに変わりました。もう一度読みこんでください。");
    } else {
        reply_fail(req, why);
    }
}

/* ---- PUT /api/v1/lessons/{lesson} ---- */

static void put_team(const struct lesson_input *in, struct class_team *team)
{
    const struct person_input *people = in->supporters.at;

    team->main = in->has_main ? in->main : ID_NONE;
    team->sub = in->has_sub ? in->sub : ID_NONE;
    team->sub_supports = in->sub_supports && in->has_sub;
    for (size_t i = 0; i < in->supporters.n; i++) {
        bool is_new = !id_is_none(people[i].account);

        for (int k = 0; k < team->n_supporters; k++)
            is_new = is_new && !id_eq(team->supporters[k], people[i].account);
        if (is_new)
            team->supporters[team->n_supporters++] = people[i].account;
    }
}

/* The day's slot of that number, which is not over yet. */
static enum err check_slot(struct planning *p, const struct lesson_input *in,
                           struct jx_defects *defects, struct fail *why)
{
    struct req *req = p->req;
    struct class_plan_day day;
    enum err rc = class_check_day(req, in->day, "/day", &p->row.day, defects);

    if (rc != ERR_OK || defects->n > 0)
        return rc;
    rc = class_day_find(req, p->row.day, &day, why);
    if (rc != ERR_OK)
        return rc;
    if (in->slot > day.slots.n)
        return jx_defect_add(defects, req->arena, "/slot", "most",
                             "この日のコマは%dつです。先にその日のコマを決めてください。",
                             day.slots.n);
    p->row.from_utc_us = calendar_utc(p->row.day, day.slots.at[in->slot - 1].from);
    p->row.to_utc_us = calendar_utc(p->row.day, day.slots.at[in->slot - 1].to);
    return p->row.to_utc_us <= req->now_utc_us
               ? jx_defect_add(defects, req->arena, "/slot", "past",
                               "このコマはもう終わっています。これからのコマを選んでください。")
               : ERR_OK;
}

static enum err check_course(struct planning *p, const struct lesson_input *in,
                             struct jx_defects *defects, struct fail *why)
{
    struct req *req = p->req;
    struct class_course_state course;
    struct class_lesson_row old = {.version = 0};
    enum err rc = class_course_store_state(NULL, req->db, in->course, req->arena, &course, why);

    if (rc == ERR_NOT_FOUND)
        return jx_defect_add(defects, req->arena, "/course", "choice",
                             "この講座はありません。講座を選びなおしてください。");
    if (rc == ERR_OK && course.is_ended) {
        rc = class_lesson_store_find(NULL, req->db, p->row.lesson, req->arena, &old, why);
        if (rc == ERR_NOT_FOUND)
            rc = ERR_OK;
        if (rc == ERR_OK && !id_eq(old.course, in->course))
            rc = jx_defect_add(defects, req->arena, "/course", "ended",
                               "この講座は終わっています。再開するか、ほかの講座を選んで"
                               "ください。");
    }
    return rc;
}

static enum err check_place(struct planning *p, const struct lesson_input *in,
                            struct jx_defects *defects, struct fail *why)
{
    struct req *req = p->req;
    struct place_floor_now now = {.floor = NULL};
    enum err rc = place_floor_find(req->db, in->floor, req->arena, &now, why);

    if (rc == ERR_NOT_FOUND)
        return jx_defect_add(defects, req->arena, "/floor", "choice",
                             "このフロアはありません。フロアを選びなおしてください。");
    if (rc == ERR_OK && in->has_area && !class_floor_has(now.floor, in->area))
        rc = jx_defect_add(defects, req->arena, "/area", "choice",
                           "このフロアに、その区画はありません。選びなおしてください。");
    return rc;
}

/* Whether another town holds it; then what is not ours stays as it is. */
static enum err find_held(struct planning *p, struct fail *why)
{
    struct class_lesson_row old;
    enum err rc =
        class_lesson_store_find(NULL, p->req->db, p->row.lesson, p->req->arena, &old, why);

    p->is_held = rc == ERR_OK && !id_is_none(old.main_at);
    if (p->is_held)
        keep_held(&p->row, &old);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err fill(struct planning *p, const struct lesson_input *in,
                     struct jx_defects *defects, struct fail *why)
{
    struct req *req = p->req;
    enum err rc = find_held(p, why);

    put_team(in, &p->row.team);
    if (rc == ERR_OK && !p->is_held)
        rc = check_slot(p, in, defects, why);
    if (rc == ERR_OK && !p->is_held)
        rc = check_course(p, in, defects, why);
    if (rc == ERR_OK && !p->is_held)
        rc = check_place(p, in, defects, why);
    if (rc == ERR_OK && in->has_link)
        rc = class_check_link(in->link, "/link", "Web会議のリンク", req->arena, defects, why);
    if (rc != ERR_OK || defects->n > 0)
        return rc;
    return in->has_link ? class_seal(req->services->keyring, CLASS_LESSON_TABLE, "link_sealed",
                                     in->id, in->link, req->arena, &p->row.link_sealed, why)
                        : ERR_OK;
}

/* NULL: answered. */
static struct planning *planning_of(struct req *req)
{
    const struct lesson_input *in = req->input;
    struct planning *p = req_alloc(req, sizeof *p);
    struct fail why = {.code = ERR_OK};

    if (p == NULL)
        return NULL;
    if (class_path_id(req, "lesson", &why) != ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    arena_mark_secret(req->arena);
    *p = (struct planning){
        .req = req,
        .row = {.id = in->id, .lesson = req->object, .who = place_decider_of(req)},
        .has_expected = in->has_expected,
        .expected = in->expected_version,
        .parallel_most =
            (int)settings_int(req->services->settings, &setting_class_parallel_most),
    };
    return p;
}

static void post(struct planning *p)
{
    const struct writer_op op = {plan_run, plan_done, p};
    struct fail why = {.code = ERR_OK};

    if (writer_post(p->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(p->req, &why);
}

static void plan_lesson(struct req *req)
{
    const struct lesson_input *in = req->input;
    struct planning *p = planning_of(req);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (p == NULL)
        return;
    p->row.slot = in->slot;
    p->row.course = in->course;
    p->row.floor = in->floor;
    p->row.area = in->has_area ? in->area : SPAN_NONE;
    p->row.has_places = in->has_places;
    p->row.places = in->places;
    rc = fill(p, in, &defects, &why);
    if (class_goes_on(req, rc, &defects, &why))
        post(p);
}

/* ---- POST /api/v1/lessons/{lesson}/cancel ---- */

static void cancel_lesson(struct req *req)
{
    struct planning *p = planning_of(req);

    if (p == NULL)
        return;
    p->is_cancel = true;
    post(p);
}

const struct route plan_lesson_routes[PLAN_LESSON_ROUTES_N] = {
    {.name = "lessons.plan",
     .method = HTTP_PUT,
     .path = "/api/v1/lessons/{lesson}",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_PLANNERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &lesson_shape,
     .output = &made_shape,
     .summary_ja = "授業を計画する、変える",
     .handle = plan_lesson},
    {.name = "lessons.cancel",
     .method = HTTP_POST,
     .path = "/api/v1/lessons/{lesson}/cancel",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_PLANNERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &cancel_shape,
     .output = &made_shape,
     .summary_ja = "授業をとりやめる",
     .handle = cancel_lesson},
};
