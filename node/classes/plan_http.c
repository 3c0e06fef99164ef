/* The plan of classes over HTTP: days, their slots and lessons with what is wrong with each;
 * and the slots of one day other than the template's (AI-4.4-キ-ア, AI-4.4-キ-イ,
 * AI-4.4-キ-ウ). */
#include "node/classes/class_http.h"
#include "node/classes/class_rows.h"
#include "node/classes/lessons.h"
#include "node/db/settings.h"

#define DAYS_FIRST 14 /* without ?to= */
#define DAYS_MOST  42

/* ---- shapes of GET /api/v1/plan ---- */

struct flag_output {
    struct class_flag flag;
    bool has_account;
};
static const struct jx_field flag_fields[] = {
    {.name = "code",
     .type = JX_ENUM,
     .choices = CLASS_FLAG_CODES,
     .offset = offsetof(struct flag_output, flag.code),
     .title_ja = "何が足りないか"},
    {.name = "account",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct flag_output, flag.account),
     .has_offset = offsetof(struct flag_output, has_account),
     .title_ja = "だれについてか"},
};
static const struct jx_shape flag_shape = JX_SHAPE("PlanFlag", struct flag_output, flag_fields);
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

struct person_output {
    struct id account;
};
static const struct jx_field person_fields[] = {
    PLACE_FIELD(JX_ID, person_output, account, "だれ"),
};
static const struct jx_shape person_shape =
    JX_SHAPE("PlanPerson", struct person_output, person_fields);

struct lesson_output {
    struct id lesson, course, main, sub, by;
    int64_t version, slot, from, to, places, at;
    struct span title, floor, area, link;
    int kind, picture;
    bool is_shown, is_cancelled, has_area, has_places, has_main, has_sub, sub_supports,
        has_link, has_link_text, has_by;
    struct jx_list supporters, flags;
};
static const struct jx_field lesson_fields[] = {
    PLACE_FIELD(JX_ID, lesson_output, lesson, "授業のID"),
    PLACE_FIELD(JX_INT, lesson_output, version, "授業の版"),
    PLACE_FIELD(JX_INT, lesson_output, slot, "何コマめか"),
    PLACE_FIELD(JX_TIME, lesson_output, from, "始まる時刻"),
    PLACE_FIELD(JX_TIME, lesson_output, to, "終わる時刻"),
    PLACE_FIELD(JX_ID, lesson_output, course, "どの講座か"),
    PLACE_FIELD(JX_TEXT, lesson_output, title, "講座の題名（よみつき）"),
    PLACE_CHOICE(lesson_output, kind, CLASS_KINDS, "講座の種類"),
    PLACE_CHOICE(lesson_output, picture, CLASS_PICTURES, "講座の絵"),
    PLACE_FIELD(JX_BOOL, lesson_output, is_shown, "児童生徒に見えるか（決裁ずみの講座）"),
    PLACE_FIELD(JX_TEXT, lesson_output, floor, "フロア"),
    PLACE_MAYBE(JX_TEXT, lesson_output, area, has_area, "区画"),
    PLACE_MAYBE(JX_INT, lesson_output, places, has_places, "定員（講座の定員のときも）"),
    PLACE_MAYBE(JX_ID, lesson_output, main, has_main, "メイン授業者"),
    PLACE_MAYBE(JX_ID, lesson_output, sub, has_sub, "サブ授業者"),
    PLACE_FIELD(JX_BOOL, lesson_output, sub_supports, "サブ授業者が支援員を兼ねるか"),
    LIST(lesson_output, supporters, &person_shape, "オンライン支援員"),
    PLACE_FIELD(JX_BOOL, lesson_output, has_link, "Web会議のリンクがあるか"),
    PLACE_MAYBE(JX_TEXT, lesson_output, link, has_link_text, "Web会議のリンク"),
    PLACE_FIELD(JX_BOOL, lesson_output, is_cancelled, "とりやめたか"),
    PLACE_FIELD(JX_TIME, lesson_output, at, "この版を書いた時刻"),
    PLACE_MAYBE(JX_ID, lesson_output, by, has_by, "だれが書いたか"),
    LIST(lesson_output, flags, &flag_shape, "足りないもの"),
};
static const struct jx_shape lesson_shape =
    JX_SHAPE("PlanLesson", struct lesson_output, lesson_fields);

struct slot_output {
    int64_t n;
    struct span from, to;
    struct jx_list lessons, flags;
};
static const struct jx_field slot_fields[] = {
    PLACE_FIELD(JX_INT, slot_output, n, "何コマめか"),
    PLACE_FIELD(JX_TEXT, slot_output, from, "始まる時刻"),
    PLACE_FIELD(JX_TEXT, slot_output, to, "終わる時刻"),
    LIST(slot_output, lessons, &lesson_shape, "授業"),
    LIST(slot_output, flags, &flag_shape, "足りないもの"),
};
static const struct jx_shape slot_shape = JX_SHAPE("PlanSlot", struct slot_output, slot_fields);

struct day_output {
    struct span day;
    int type;
    bool is_own;
    struct jx_list open, slots, lost, cancelled, flags;
};
static const struct jx_field day_fields[] = {
    PLACE_FIELD(JX_TEXT, day_output, day, "日"),
    PLACE_CHOICE(day_output, type, HOURS_DAY_TYPES, "開き方"),
    LIST(day_output, open, &class_slot_shape, "開いている時間"),
    PLACE_FIELD(JX_BOOL, day_output, is_own, "その日だけのコマか"),
    LIST(day_output, slots, &slot_shape, "コマ"),
    LIST(day_output, lost, &lesson_shape, "コマがなくなった授業"),
    LIST(day_output, cancelled, &lesson_shape, "とりやめた授業"),
    LIST(day_output, flags, &flag_shape, "足りないもの"),
};
static const struct jx_shape day_shape = JX_SHAPE("PlanDay", struct day_output, day_fields);

struct staff_output {
    struct id account;
    struct span display_name;
    int role;
    bool has_display_name, is_usable, may_support, may_teach, has_more;
};
static const struct jx_field staff_fields[] = {
    PLACE_FIELD(JX_ID, staff_output, account, "だれ"),
    PLACE_MAYBE(JX_TEXT, staff_output, display_name, has_display_name, "表示名"),
    PLACE_CHOICE(staff_output, role, ROLE_CHOICES, "役割"),
    PLACE_MAYBE(JX_BOOL, staff_output, is_usable, has_more,
                "いま使えるIDか（計画する人と本人に）"),
    PLACE_MAYBE(JX_BOOL, staff_output, may_support, has_more,
                "支援の経験か研修の記録が、いま有効か（計画する人と本人に）"),
    PLACE_MAYBE(JX_BOOL, staff_output, may_teach, has_more,
                "専門知識の記録が、いま有効か（計画する人と本人に）"),
};
static const struct jx_shape staff_shape =
    JX_SHAPE("PlanStaff", struct staff_output, staff_fields);

struct plan_output {
    int64_t slot_min, slots_least, parallel_most, n_flags;
    struct jx_list days, staff;
};
static const struct jx_field plan_fields[] = {
    LIST(plan_output, days, &day_shape, "日（早い順）"),
    LIST(plan_output, staff, &staff_shape, "授業を受け持てる職員"),
    PLACE_FIELD(JX_INT, plan_output, slot_min, "1コマの長さ（分）"),
    PLACE_FIELD(JX_INT, plan_output, slots_least, "長く開く日に必要なコマ数"),
    PLACE_FIELD(JX_INT, plan_output, parallel_most, "1コマに並べられる講座の数"),
    PLACE_FIELD(JX_INT, plan_output, n_flags, "足りないものの数（0なら提出できる計画）"),
};
static const struct jx_shape plan_shape =
    JX_SHAPE("ClassPlan", struct plan_output, plan_fields);

/* ---- GET /api/v1/plan?from=2026-06-01&to=2026-06-14 ---- */

struct showing {
    struct req *req;
    struct class_plan plan;
    struct lesson_output *lessons; /* of each lesson of the plan */
    int64_t n_flags;
};

static bool is_planner(const struct req *req)
{
    return (ROLE_BIT(req->caller.role) & CLASS_PLANNERS) != 0;
}

/* What somebody is not qualified for, or that his ID is stopped, is said to who plans and to
 * himself. */
static bool may_see_flag(const struct req *req, const struct class_flag *flag)
{
    switch ((enum class_flag_code)flag->code) {
    case CLASS_FLAG_STAFF_GONE:
    case CLASS_FLAG_QUALIFICATION_MISSING:
    case CLASS_FLAG_QUALIFICATION_ENDED:
        return is_planner(req) || id_eq(flag->account, req->caller.account);
    case CLASS_FLAG_FEW_SLOTS:
    case CLASS_FLAG_BAD_TEMPLATE:
    case CLASS_FLAG_SLOT_EMPTY:
    case CLASS_FLAG_OUTSIDE_HOURS:
    case CLASS_FLAG_SLOT_GONE:
    case CLASS_FLAG_SLOT_MOVED:
    case CLASS_FLAG_NO_MAIN:
    case CLASS_FLAG_NO_SUPPORTER:
    case CLASS_FLAG_MAIN_IS_SUPPORTER:
    case CLASS_FLAG_SUB_IS_MAIN:
    case CLASS_FLAG_STAFF_TWICE:
    case CLASS_FLAG_COURSE_UNDECIDED:
    case CLASS_FLAG_COURSE_CHANGED:
    case CLASS_FLAG_COURSE_ENDED:
    case CLASS_FLAG_AREA_TWICE:
    case CLASS_FLAG_AREA_GONE:
        break;
    }
    return true;
}

static enum err put_flags(struct showing *s, const struct class_flags *flags,
                          struct jx_list *out, struct fail *why)
{
    struct flag_output *at = arena_alloc(s->req->arena, (size_t)(flags->n + 1) * sizeof *at);
    size_t n = 0;

    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "flags");
    for (int i = 0; i < flags->n; i++)
        if (may_see_flag(s->req, &flags->at[i]))
            at[n++] = (struct flag_output){flags->at[i], !id_is_none(flags->at[i].account)};
    s->n_flags += (int64_t)n;
    *out = (struct jx_list){at, n};
    return ERR_OK;
}

/* Whoever plans sees the link; of those who teach, who has a part in it. */
static bool may_see_link(const struct req *req, const struct class_team *team)
{
    return is_planner(req) || id_eq(req->caller.account, team->main) ||
           id_eq(req->caller.account, team->sub);
}

static enum err put_people(struct showing *s, const struct class_team *team,
                           struct jx_list *out, struct fail *why)
{
    struct person_output *at =
        arena_alloc(s->req->arena, (size_t)(team->n_supporters + 1) * sizeof *at);

    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "supporters");
    for (int i = 0; i < team->n_supporters; i++)
        at[i].account = team->supporters[i];
    *out = (struct jx_list){at, (size_t)team->n_supporters};
    return ERR_OK;
}

static enum err put_texts(struct showing *s, const struct class_lesson_row *row,
                          struct lesson_output *out, struct fail *why)
{
    const struct class_course_state *course = class_plan_course(&s->plan, row->course);
    struct keyring *keyring = s->req->services->keyring;
    enum err rc = ERR_OK;

    if (course != NULL) {
        out->kind = (int)course->row.kind;
        out->picture = course->row.picture;
        out->is_shown = course->is_decided;
        out->has_places = row->has_places || course->row.has_places;
        out->places = row->has_places ? row->places : course->row.places;
        rc = class_unseal(keyring, CLASS_COURSE_TABLE, "title_sealed", course->row.id,
                          course->row.title_sealed, s->req->arena, &out->title, why);
    }
    if (rc == ERR_OK && out->has_link && may_see_link(s->req, &row->team)) {
        rc = class_lesson_link(keyring, row, s->req->arena, &out->link, why);
        out->has_link_text = rc == ERR_OK;
    }
    return rc;
}

static enum err put_lesson(struct showing *s, size_t i, struct fail *why)
{
    const struct class_lesson_row *row = &s->plan.lessons[i];
    struct lesson_output *out = &s->lessons[i];
    struct class_flags flags;
    enum err rc;

    *out = (struct lesson_output){
        .lesson = row->lesson,
        .version = row->version,
        .slot = row->slot,
        .from = row->from_utc_us,
        .to = row->to_utc_us,
        .course = row->course,
        .floor = row->floor,
        .area = row->area,
        .has_area = row->area.len > 0,
        .places = row->places,
        .has_places = row->has_places,
        .main = row->team.main,
        .has_main = !id_is_none(row->team.main),
        .sub = row->team.sub,
        .has_sub = !id_is_none(row->team.sub),
        .sub_supports = row->team.sub_supports,
        .has_link = row->link_sealed.len > 0,
        .is_cancelled = row->is_cancelled,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = class_may_name(s->req, row->who.by),
    };
    class_plan_of_lesson(&s->plan, i, &flags);
    rc = put_people(s, &row->team, &out->supporters, why);
    if (rc == ERR_OK)
        rc = put_flags(s, &flags, &out->flags, why);
    return rc == ERR_OK ? put_texts(s, row, out, why) : rc;
}

/* Where a lesson of a day goes: to a slot (1 ...), to the cancelled (-1), to those without a
 * slot (0). */
static bool is_of(const struct class_lesson_row *row, const struct class_plan_day *day,
                  int slot)
{
    int of = row->is_cancelled ? -1 : row->slot > day->slots.n ? 0 : (int)row->slot;

    return row->day == day->day && of == slot;
}

static enum err put_lessons(struct showing *s, const struct class_plan_day *day, int slot,
                            struct jx_list *out, struct fail *why)
{
    struct lesson_output *at;
    size_t n = 0;

    for (size_t i = 0; i < s->plan.n_lessons; i++)
        n += is_of(&s->plan.lessons[i], day, slot) ? 1 : 0;
    at = arena_alloc(s->req->arena, (n + 1) * sizeof *at);
    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "lessons");
    n = 0;
    for (size_t i = 0; i < s->plan.n_lessons; i++)
        if (is_of(&s->plan.lessons[i], day, slot))
            at[n++] = s->lessons[i];
    *out = (struct jx_list){at, n};
    return ERR_OK;
}

static enum err put_slots(struct showing *s, const struct class_plan_day *day,
                          struct jx_list *out, struct fail *why)
{
    struct slot_output *at =
        arena_alloc(s->req->arena, (size_t)(day->slots.n + 1) * sizeof *at);
    struct jx_list times = {NULL, 0};
    const struct class_slot_doc *docs;
    enum err rc = at == NULL ? fail_set(why, ERR_NOMEM, "slots")
                             : class_slots_write(&day->slots, s->req->arena, &times, why);

    docs = times.at;
    for (int i = 0; i < day->slots.n && rc == ERR_OK && at != NULL && docs != NULL; i++) {
        struct class_flags flags;

        at[i] = (struct slot_output){.n = i + 1, .from = docs[i].from, .to = docs[i].to};
        class_plan_of_slot(&s->plan, day, i + 1, &flags);
        rc = put_flags(s, &flags, &at[i].flags, why);
        if (rc == ERR_OK)
            rc = put_lessons(s, day, i + 1, &at[i].lessons, why);
    }
    *out = (struct jx_list){at, (size_t)day->slots.n};
    return rc;
}

static enum err put_open(const struct hours_slots *open, struct arena *arena,
                         struct jx_list *out, struct fail *why)
{
    struct class_slots slots = {.n = open->n};

    for (int i = 0; i < open->n; i++)
        slots.at[i] = (struct class_slot){open->at[i].from, open->at[i].to};
    return class_slots_write(&slots, arena, out, why);
}

static enum err put_day(struct showing *s, const struct class_plan_day *day,
                        struct day_output *out, struct fail *why)
{
    struct class_flags flags;
    enum err rc;

    *out = (struct day_output){.day = class_day_text(day->day, s->req->arena),
                               .type = (int)day->type,
                               .is_own = day->is_own};
    class_plan_of_day(&s->plan, day, &flags);
    rc = put_open(&day->open, s->req->arena, &out->open, why);
    if (rc == ERR_OK)
        rc = put_flags(s, &flags, &out->flags, why);
    if (rc == ERR_OK)
        rc = put_slots(s, day, &out->slots, why);
    if (rc == ERR_OK)
        rc = put_lessons(s, day, 0, &out->lost, why);
    return rc == ERR_OK ? put_lessons(s, day, -1, &out->cancelled, why) : rc;
}

static bool is_qualified(const struct class_plan *plan, struct id account, int32_t day,
                         bool is_support)
{
    for (size_t i = 0; i < plan->n_qualifications; i++) {
        const struct qualification_row *row = &plan->qualifications[i];

        if (id_eq(row->account, account) && qualification_holds(row, day) &&
            (row->kind != QUALIFICATION_EXPERTISE) == is_support)
            return true;
    }
    return false;
}

/* Who plans chooses among all; others read the names of those who have a part. */
static bool may_see_staff(const struct showing *s, struct id account)
{
    bool may = is_planner(s->req) || id_eq(account, s->req->caller.account);

    for (size_t i = 0; i < s->plan.n_lessons && !may; i++)
        may = class_team_has(&s->plan.lessons[i].team, account);
    return may;
}

static enum err put_staff(struct showing *s, struct jx_list *out, struct fail *why)
{
    const struct class_plan *plan = &s->plan;
    int32_t today = calendar_day_at(s->req->now_utc_us);
    struct staff_output *at = arena_alloc(s->req->arena, (plan->n_accounts + 1) * sizeof *at);
    struct class_names names;
    size_t n = 0;
    enum err rc =
        at == NULL ? fail_set(why, ERR_NOMEM, "staff") : class_names_open(s->req, &names, why);

    if (rc != ERR_OK || at == NULL)
        return rc;
    for (size_t i = 0; i < plan->n_accounts; i++) {
        const struct class_account *account = &plan->accounts[i];
        bool may_know = is_planner(s->req) || id_eq(account->account, s->req->caller.account);

        if (!may_see_staff(s, account->account))
            continue;
        at[n] = (struct staff_output){
            .account = account->account,
            .display_name = class_display(&names, account->account),
            .role = (int)account->role - 1,
            .is_usable = account->is_usable,
            .may_support = is_qualified(plan, account->account, today, true),
            .may_teach = is_qualified(plan, account->account, today, false),
            .has_more = may_know,
        };
        at[n].has_display_name = at[n].display_name.len > 0;
        n++;
    }
    class_names_close(&names);
    *out = (struct jx_list){at, n};
    return ERR_OK;
}

static enum err put_plan(struct showing *s, struct plan_output *out, struct fail *why)
{
    struct day_output *days = arena_alloc(s->req->arena, (s->plan.n_days + 1) * sizeof *days);
    const struct settings *settings = s->req->services->settings;
    enum err rc = ERR_OK;

    s->lessons = arena_alloc(s->req->arena, (s->plan.n_lessons + 1) * sizeof *s->lessons);
    if (days == NULL || s->lessons == NULL)
        return fail_set(why, ERR_NOMEM, "a plan");
    for (size_t i = 0; i < s->plan.n_lessons && rc == ERR_OK; i++)
        rc = put_lesson(s, i, why);
    for (size_t i = 0; i < s->plan.n_days && rc == ERR_OK; i++)
        rc = put_day(s, &s->plan.days[i], &days[i], why);
    *out = (struct plan_output){
        .slot_min = settings_int(settings, &setting_class_slot_min),
        .slots_least = settings_int(settings, &setting_class_slots_least),
        .parallel_most = settings_int(settings, &setting_class_parallel_most),
        .days = {days, s->plan.n_days},
        .n_flags = s->n_flags,
    };
    return rc == ERR_OK ? put_staff(s, &out->staff, why) : rc;
}

static enum err read_range(const struct req *req, int32_t *from, int32_t *to, struct fail *why)
{
    struct span first = req_query(req, "from"), last = req_query(req, "to");

    *from = calendar_day_at(req->now_utc_us);
    if (first.p != NULL && !calendar_read(first, from))
        return fail_field(why, ERR_INVALID, "from", "no day");
    *to = *from + DAYS_FIRST - 1;
    if (last.p != NULL && !calendar_read(last, to))
        return fail_field(why, ERR_INVALID, "to", "no day");
    return *to < *from || *to - *from >= DAYS_MOST
               ? fail_field(why, ERR_INVALID, "to", "%d days at most", DAYS_MOST)
               : ERR_OK;
}

static void show_plan(struct req *req)
{
    struct showing s = {.req = req};
    struct plan_output out;
    struct fail why = {.code = ERR_OK};
    int32_t from = 0, to = 0;
    enum err rc = read_range(req, &from, &to, &why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = class_plan_find(req, from, to, &s.plan, &why);
    if (rc == ERR_OK)
        rc = put_plan(&s, &out, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- PUT /api/v1/plan/days/{day} ---- */

struct day_input {
    struct id id;
    struct jx_list slots;
    bool has_slots;
};
static const struct jx_field day_input_fields[] = {
    PLACE_FIELD(JX_ID, day_input, id, "操作のID"),
    {.name = "slots",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &class_slot_shape,
     .most = CLASS_SLOTS_MOST,
     .offset = offsetof(struct day_input, slots),
     .has_offset = offsetof(struct day_input, has_slots),
     .title_ja = "コマの時刻（ないときは見本どおりにもどす）"},
};
static const struct jx_shape day_input_shape =
    JX_SHAPE("PlanDayChange", struct day_input, day_input_fields);

struct made_output {
    struct id id;
    int64_t n_moved;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, id, "決定のID"),
    PLACE_FIELD(JX_INT, made_output, n_moved, "いっしょに時刻が変わった授業の数"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("PlanDayMade", struct made_output, made_fields);

/* Lessons of the day go with their slots: each gets a version with the new time. */
struct day_act {
    struct req *req;
    struct class_day_row row;
    struct class_lesson_row *moved;
    size_t n_moved;
};

static enum err read_slots(const struct req *req, const struct jx_list *docs,
                           struct class_slots *out, struct jx_defects *defects)
{
    const struct class_slot_doc *doc = docs->at;
    const char *pointer;
    int bad = 0;
    bool is_right = true;

    out->n = (int)docs->n;
    for (int i = 0; i < out->n && is_right; i++) {
        bad = i;
        is_right = calendar_time_read(doc[i].from, &out->at[i].from) &&
                   calendar_end_read(doc[i].to, &out->at[i].to);
    }
    if (is_right && class_slots_are_right(out, &bad))
        return ERR_OK;
    pointer = arena_printf(req->arena, "/slots/%d", bad);
    return pointer == NULL
               ? ERR_NOMEM
               : jx_defect_add(defects, req->arena, pointer, "order",
                               "コマは 10:15 から 11:00 のように、早い順に、重ならないように"
                               "入れてください。");
}

/* The link is sealed for its row, so it is opened and sealed anew. */
static enum err move(struct day_act *a, struct class_lesson_row *row, struct fail *why)
{
    struct keyring *keyring = a->req->services->keyring;
    const struct class_slot *slot = &a->row.slots.at[row->slot - 1];
    struct span link;
    enum err rc = class_lesson_link(keyring, row, a->req->arena, &link, why);

    row->id = id_new();
    row->from_utc_us = calendar_utc(row->day, slot->from);
    row->to_utc_us = calendar_utc(row->day, slot->to);
    row->who = a->row.who;
    if (rc == ERR_OK && link.len > 0)
        rc = class_seal(keyring, CLASS_LESSON_TABLE, "link_sealed", row->id, link,
                        a->req->arena, &row->link_sealed, why);
    return rc;
}

/* Those that are not over and whose slot is at another time now; what another town holds is not
 * ours to move. */
static enum err find_moved(struct day_act *a, struct fail *why)
{
    struct class_lesson_row *rows = NULL;
    size_t n = 0;
    enum err rc = class_lesson_store_days(NULL, a->req->db, a->row.day, a->row.day, false,
                                          a->req->arena, &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        const struct class_slot *slot = &a->row.slots.at[rows[i].slot - 1];

        if (!id_is_none(rows[i].main_at) || rows[i].slot > a->row.slots.n ||
            rows[i].to_utc_us <= a->req->now_utc_us ||
            (calendar_utc(a->row.day, slot->from) == rows[i].from_utc_us &&
             calendar_utc(a->row.day, slot->to) == rows[i].to_utc_us))
            continue;
        rc = move(a, &rows[i], why);
        rows[a->n_moved++] = rows[i];
    }
    a->moved = rows;
    return rc;
}

static enum err move_run(struct tx *tx, struct class_lesson_row *row, struct fail *why)
{
    struct class_lesson_row newest;
    int64_t version = row->version;
    enum err rc = class_lesson_store_find(tx, NULL, row->lesson, tx_arena(tx), &newest, why);

    if (rc == ERR_OK && newest.version != version)
        return fail_set(why, ERR_CONFLICT, "a lesson changed meanwhile");
    if (rc == ERR_OK)
        rc = class_lesson_store_add(tx, row, &(bool){false}, why);
    row->version = version; /* run may be repeated */
    return rc;
}

static enum err day_run(struct tx *tx, void *arg, struct fail *why)
{
    struct day_act *a = arg;
    const struct access_entry access = access_of(a->req);
    bool was_there = false;
    enum err rc = class_day_store_add(tx, &a->row, &was_there, why);

    for (size_t i = 0; i < a->n_moved && rc == ERR_OK && !was_there; i++)
        rc = move_run(tx, &a->moved[i], why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void day_done(void *arg, enum err rc, const struct fail *why)
{
    const struct day_act *a = arg;
    const struct made_output out = {a->row.id, (int64_t)a->n_moved};

    if (rc != ERR_OK) {
        reply_fail(a->req, why);
        return;
    }
    a->req->access_recorded = 1;
    lessons_poke(a->req->services->lessons);
    reply_json(a->req, 200, &out);
}

/* Without slots of its own the template holds again. */
static enum err day_fill(struct day_act *a, const struct day_input *in,
                         struct jx_defects *defects, struct fail *why)
{
    struct class_plan_day day;
    enum err rc =
        class_check_day(a->req, req_param(a->req, "day"), "/day", &a->row.day, defects);

    if (rc != ERR_OK)
        return fail_set(why, rc, "a sentence");
    a->row.is_own = in->has_slots;
    if (in->has_slots) {
        rc = read_slots(a->req, &in->slots, &a->row.slots, defects);
        return rc == ERR_OK ? ERR_OK : fail_set(why, rc, "a sentence");
    }
    if (defects->n > 0)
        return ERR_OK;
    rc = class_day_find(a->req, a->row.day, &day, why);
    if (rc == ERR_OK) {
        const struct class_template template = class_template_now(a->req->services);

        a->row.slots = *class_template_of(&template, day.type);
    }
    return rc;
}

static void change_day(struct req *req)
{
    const struct day_input *in = req->input;
    struct day_act *a = req_alloc(req, sizeof *a);
    const struct writer_op op = {day_run, day_done, a};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (a == NULL)
        return;
    *a = (struct day_act){.req = req, .row = {.id = in->id, .who = place_decider_of(req)}};
    req->object = in->id;
    rc = day_fill(a, in, &defects, &why);
    if (rc == ERR_OK && defects.n == 0)
        rc = find_moved(a, &why);
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    if (!a->row.is_own)
        a->row.slots.n = 0; /* the row says no more than "by the template" */
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route plan_routes[PLAN_ROUTES_N] = {
    {.name = "plan.show",
     .method = HTTP_GET,
     .path = "/api/v1/plan",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &plan_shape,
     .summary_ja = "授業の計画と、足りないものを見る",
     .handle = show_plan},
    {.name = "plan.day",
     .method = HTTP_PUT,
     .path = "/api/v1/plan/days/{day}",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_PLANNERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &day_input_shape,
     .output = &made_shape,
     .summary_ja = "一日だけの授業のコマを決める",
     .handle = change_day},
};
