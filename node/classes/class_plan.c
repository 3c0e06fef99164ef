#include "node/classes/class_plan.h"

static void flag(struct class_flags *flags, enum class_flag_code code, struct id account)
{
    for (int i = 0; i < flags->n; i++)
        if (flags->at[i].code == (int)code && id_eq(flags->at[i].account, account))
            return;
    if (flags->n < CLASS_FLAGS_MOST)
        flags->at[flags->n++] = (struct class_flag){(int)code, account};
}

const struct class_plan_day *class_plan_day_of(const struct class_plan *plan, int32_t day)
{
    for (size_t i = 0; i < plan->n_days; i++)
        if (plan->days[i].day == day)
            return &plan->days[i];
    return NULL;
}

const struct class_course_state *class_plan_course(const struct class_plan *plan,
                                                   struct id course)
{
    for (size_t i = 0; i < plan->n_courses; i++)
        if (id_eq(plan->courses[i].row.course, course))
            return &plan->courses[i];
    return NULL;
}

void class_plan_of_day(const struct class_plan *plan, const struct class_plan_day *day,
                       struct class_flags *out)
{
    out->n = 0;
    if (day->type == HOURS_DAY_LONG && day->slots.n < plan->slots_least)
        flag(out, CLASS_FLAG_FEW_SLOTS, ID_NONE);
    if (day->type != HOURS_DAY_CLOSED && !day->is_own && plan->is_template_bad)
        flag(out, CLASS_FLAG_BAD_TEMPLATE, ID_NONE);
}

void class_plan_of_slot(const struct class_plan *plan, const struct class_plan_day *day,
                        int slot, struct class_flags *out)
{
    bool is_empty = true;

    out->n = 0;
    for (size_t i = 0; i < plan->n_lessons; i++)
        if (plan->lessons[i].day == day->day && plan->lessons[i].slot == slot &&
            !plan->lessons[i].is_cancelled)
            is_empty = false;
    if (is_empty)
        flag(out, CLASS_FLAG_SLOT_EMPTY, ID_NONE);
    if (slot <= day->slots.n && !class_slot_is_open(&day->slots.at[slot - 1], &day->open))
        flag(out, CLASS_FLAG_OUTSIDE_HOURS, ID_NONE);
}

/* ---- a lesson ---- */

static void check_time(const struct class_plan *plan, const struct class_lesson_row *lesson,
                       struct class_flags *out)
{
    const struct class_plan_day *day = class_plan_day_of(plan, lesson->day);
    int64_t midnight = calendar_utc(lesson->day, 0);
    const struct class_slot own = {(int)((lesson->from_utc_us - midnight) / MINUTE_US),
                                   (int)((lesson->to_utc_us - midnight) / MINUTE_US)};

    if (day == NULL)
        return;
    if (!class_slot_is_open(&own, &day->open))
        flag(out, CLASS_FLAG_OUTSIDE_HOURS, ID_NONE);
    if (!id_is_none(lesson->main_at))
        return; /* its times are another town's */
    if (lesson->slot > day->slots.n)
        flag(out, CLASS_FLAG_SLOT_GONE, ID_NONE);
    else if (day->slots.at[lesson->slot - 1].from != own.from ||
             day->slots.at[lesson->slot - 1].to != own.to)
        flag(out, CLASS_FLAG_SLOT_MOVED, ID_NONE);
}

static void check_rule(const struct class_lesson_row *lesson, struct class_flags *out)
{
    unsigned wrong = class_rule_check(&lesson->team);

    if (wrong & CLASS_RULE_NO_MAIN)
        flag(out, CLASS_FLAG_NO_MAIN, ID_NONE);
    if (wrong & CLASS_RULE_NO_SUPPORTER)
        flag(out, CLASS_FLAG_NO_SUPPORTER, ID_NONE);
    if (wrong & CLASS_RULE_MAIN_IS_SUPPORTER)
        flag(out, CLASS_FLAG_MAIN_IS_SUPPORTER, ID_NONE);
    if (wrong & CLASS_RULE_SUB_IS_MAIN)
        flag(out, CLASS_FLAG_SUB_IS_MAIN, ID_NONE);
}

static bool is_at_once(const struct class_lesson_row *a, const struct class_lesson_row *b)
{
    return !id_eq(a->lesson, b->lesson) && !b->is_cancelled && a->from_utc_us < b->to_utc_us &&
           b->from_utc_us < a->to_utc_us;
}

static bool is_usable(const struct class_plan *plan, struct id account)
{
    for (size_t i = 0; i < plan->n_accounts; i++)
        if (id_eq(plan->accounts[i].account, account))
            return plan->accounts[i].is_usable &&
                   (ROLE_BIT(plan->accounts[i].role) & CLASS_STAFF_ROLES) != 0;
    return false;
}

/* Experience or training in support for whoever supports, expertise for whoever teaches. */
static bool is_of(enum qualification_kind kind, bool is_support)
{
    switch (kind) {
    case QUALIFICATION_SUPPORT_EXPERIENCE:
    case QUALIFICATION_SUPPORT_TRAINING:
        return is_support;
    case QUALIFICATION_EXPERTISE:
        return !is_support;
    }
    return false;
}

static void check_qualified(const struct class_plan *plan, int32_t day, struct id account,
                            bool is_support, struct class_flags *out)
{
    bool had = false;

    for (size_t i = 0; i < plan->n_qualifications; i++) {
        const struct qualification_row *row = &plan->qualifications[i];

        if (!id_eq(row->account, account) || !is_of(row->kind, is_support))
            continue;
        if (qualification_holds(row, day))
            return;
        had = had || row->since <= day;
    }
    flag(out, had ? CLASS_FLAG_QUALIFICATION_ENDED : CLASS_FLAG_QUALIFICATION_MISSING, account);
}

static void check_person(const struct class_plan *plan, const struct class_lesson_row *lesson,
                         struct id account, bool is_support, struct class_flags *out)
{
    if (id_is_none(account))
        return;
    for (size_t i = 0; i < plan->n_lessons; i++)
        if (is_at_once(lesson, &plan->lessons[i]) &&
            class_team_has(&plan->lessons[i].team, account))
            flag(out, CLASS_FLAG_STAFF_TWICE, account);
    if (is_usable(plan, account))
        check_qualified(plan, lesson->day, account, is_support, out);
    else
        flag(out, CLASS_FLAG_STAFF_GONE, account);
}

static void check_staff(const struct class_plan *plan, const struct class_lesson_row *lesson,
                        struct class_flags *out)
{
    const struct class_team *team = &lesson->team;

    check_person(plan, lesson, team->main, false, out);
    check_person(plan, lesson, team->sub, false, out);
    if (team->sub_supports)
        check_person(plan, lesson, team->sub, true, out);
    for (int i = 0; i < team->n_supporters; i++)
        check_person(plan, lesson, team->supporters[i], true, out);
}

static void check_course(const struct class_plan *plan, const struct class_lesson_row *lesson,
                         struct class_flags *out)
{
    const struct class_course_state *course = class_plan_course(plan, lesson->course);

    if (course == NULL || !course->is_decided)
        flag(out, CLASS_FLAG_COURSE_UNDECIDED, ID_NONE);
    else if (!class_course_is_settled(course))
        flag(out, CLASS_FLAG_COURSE_CHANGED, ID_NONE);
    if (course != NULL && course->is_ended)
        flag(out, CLASS_FLAG_COURSE_ENDED, ID_NONE);
}

static void check_place(const struct class_plan *plan, size_t i, struct class_flags *out)
{
    const struct class_lesson_row *lesson = &plan->lessons[i];

    if (plan->is_placed != NULL && !plan->is_placed[i])
        flag(out, CLASS_FLAG_AREA_GONE, ID_NONE);
    for (size_t k = 0; k < plan->n_lessons; k++) {
        const struct class_lesson_row *other = &plan->lessons[k];

        if (is_at_once(lesson, other) && span_eq(lesson->floor, other->floor) &&
            (lesson->area.len == 0 || other->area.len == 0 ||
             span_eq(lesson->area, other->area)))
            flag(out, CLASS_FLAG_AREA_TWICE, ID_NONE);
    }
}

void class_plan_of_lesson(const struct class_plan *plan, size_t i, struct class_flags *out)
{
    const struct class_lesson_row *lesson = &plan->lessons[i];

    out->n = 0;
    if (lesson->is_cancelled)
        return;
    check_time(plan, lesson, out);
    check_rule(lesson, out);
    check_staff(plan, lesson, out);
    check_course(plan, lesson, out);
    check_place(plan, i, out);
}
