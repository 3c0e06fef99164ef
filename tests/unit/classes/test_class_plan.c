#include <stdio.h>

#include "node/classes/class_plan.h"
#include "tests/t.h"

#define TODAY 20605 /* 2026-06-01 */

static struct id id_of(int kind, int n)
{
    return n == 0 ? ID_NONE : (struct id){{(uint8_t)kind, (uint8_t)n}};
}
static struct id person(int n)
{
    return id_of(1, n);
}

/* A whole plan of one long day, with nothing wrong: teacher 1 and supporter 2 in slot 1 and 2,
 * teacher 3 with 4, who doubles, in slot 3. */
struct town {
    struct class_plan_day day;
    struct class_lesson_row lessons[4];
    bool is_placed[4];
    struct class_course_state courses[1];
    struct class_account accounts[5];
    struct qualification_row qualifications[8];
    struct class_plan plan;
};

static struct class_lesson_row lesson_of(int n, int slot, int main, int supporter)
{
    static const struct class_slot at[] = {{615, 660}, {670, 715}, {810, 855}};
    struct class_lesson_row row = {.lesson = id_of(2, n),
                                   .version = 1,
                                   .day = TODAY,
                                   .slot = slot,
                                   .from_utc_us = calendar_utc(TODAY, at[slot - 1].from),
                                   .to_utc_us = calendar_utc(TODAY, at[slot - 1].to),
                                   .course = id_of(3, 1),
                                   .floor = SPAN("classes"),
                                   .area = SPAN("sun"),
                                   .team = {.main = person(main)}};

    if (supporter != 0)
        row.team.supporters[row.team.n_supporters++] = person(supporter);
    return row;
}

static struct qualification_row can(int who, enum qualification_kind kind)
{
    return (struct qualification_row){
        .account = person(who), .kind = kind, .since = TODAY - 90};
}

static void found(struct town *t)
{
    *t = (struct town){
        .day = {.day = TODAY,
                .type = HOURS_DAY_LONG,
                .open = {1, {{600, 900}}},
                .slots = {3, {{615, 660}, {670, 715}, {810, 855}}}},
        .lessons = {lesson_of(1, 1, 1, 2), lesson_of(2, 2, 1, 2), lesson_of(3, 3, 3, 0)},
        .is_placed = {true, true, true, true},
        .courses = {{.row = {.course = id_of(3, 1), .version = 2},
                     .pages_version = 1,
                     .is_decided = true,
                     .decided_version = 2,
                     .decided_pages_version = 1}},
        .qualifications = {can(1, QUALIFICATION_EXPERTISE),
                           can(2, QUALIFICATION_SUPPORT_EXPERIENCE),
                           can(3, QUALIFICATION_EXPERTISE), can(4, QUALIFICATION_EXPERTISE),
                           can(4, QUALIFICATION_SUPPORT_TRAINING)},
    };
    for (int i = 0; i < 5; i++)
        t->accounts[i] = (struct class_account){
            person(i + 1), i == 1 ? ROLE_SUPPORTER : ROLE_INSTRUCTOR, true};
    t->lessons[2].team.sub = person(4);
    t->lessons[2].team.sub_supports = true;
    t->plan = (struct class_plan){.days = &t->day,
                                  .n_days = 1,
                                  .lessons = t->lessons,
                                  .n_lessons = 3,
                                  .is_placed = t->is_placed,
                                  .courses = t->courses,
                                  .n_courses = 1,
                                  .accounts = t->accounts,
                                  .n_accounts = 5,
                                  .qualifications = t->qualifications,
                                  .n_qualifications = 5,
                                  .slots_least = 3};
}

/* Everything of the plan as one text: "code:who" apart by spaces. */
static const char *all_of(const struct town *t)
{
    static const char codes[] = CLASS_FLAG_CODES;
    static char text[2000];
    struct class_flags flags[8];
    size_t len = 0;
    int n = 0;

    class_plan_of_day(&t->plan, &t->day, &flags[n++]);
    for (int i = 1; i <= t->day.slots.n; i++)
        class_plan_of_slot(&t->plan, &t->day, i, &flags[n++]);
    for (size_t i = 0; i < t->plan.n_lessons; i++)
        class_plan_of_lesson(&t->plan, i, &flags[n++]);
    text[0] = '\0';
    for (int i = 0; i < n; i++)
        for (int k = 0; k < flags[i].n; k++) {
            const char *code = codes;

            for (int c = 0; c < flags[i].at[k].code; c++)
                code = strchr(code, '|') + 1;
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len > 0 ? " " : "",
                                    (int)strcspn(code, "|"), code);
            if (!id_is_none(flags[i].at[k].account))
                len += (size_t)snprintf(text + len, sizeof text - len, ":%d",
                                        flags[i].at[k].account.b[1]);
        }
    return text;
}

T_CASE(a_whole_plan_has_no_flag)
{
    struct town t;

    T_REQ("AI-4.4-キ-ア");
    T_REQ("AI-4.4-キ-ウ");
    found(&t);
    T_TEXT(all_of(&t), "", "nothing");
    t.lessons[1].is_cancelled = true;
    t.lessons[1].team = (struct class_team){.sub_supports = false};
    T_TEXT(all_of(&t), "slot-empty", "of a cancelled lesson nothing is asked");
}

T_CASE(a_long_day_with_fewer_than_three_slots_is_flagged)
{
    struct town t;

    T_REQ("AI-4.4-キ-ア");
    found(&t);
    t.day.slots.n = 2;
    t.plan.n_lessons = 2;
    T_TEXT(all_of(&t), "few-slots", "two slots of a long day");
    t.day.type = HOURS_DAY_SHORT;
    T_TEXT(all_of(&t), "", "of a short day");
    t.day.type = HOURS_DAY_LONG;
    t.plan.slots_least = 2;
    T_TEXT(all_of(&t), "", "where the municipality asks for two");
    t.plan.is_template_bad = true;
    T_TEXT(all_of(&t), "template-unreadable", "no template");
    t.day.is_own = true;
    T_TEXT(all_of(&t), "", "the day has slots of its own");
}

T_CASE(a_slot_without_a_course_is_flagged)
{
    struct town t;

    T_REQ("AI-4.4-キ-イ");
    found(&t);
    t.plan.n_lessons = 1;
    T_TEXT(all_of(&t), "slot-empty slot-empty", "two of three");
    t.lessons[0].day = TODAY + 1;
    T_TEXT(all_of(&t), "slot-empty slot-empty slot-empty", "a lesson of another day");
}

T_CASE(lessons_keep_to_slots_and_hours)
{
    struct town t;

    T_REQ("AI-4.4-キ-ア");
    found(&t);
    t.day.open.at[0].to = 720;
    T_TEXT(all_of(&t), "outside-hours outside-hours", "slot and lesson of the afternoon");
    found(&t);
    t.day.open.n = 0;
    t.day.type = HOURS_DAY_CLOSED;
    t.day.slots.n = 0;
    T_TEXT(all_of(&t),
           "outside-hours slot-gone outside-hours slot-gone outside-hours slot-gone",
           "the day is closed by now");
    found(&t);
    t.day.slots.at[0] = (struct class_slot){600, 645};
    T_TEXT(all_of(&t), "slot-moved", "another time");
    t.lessons[0].main_at = id_of(9, 1);
    t.lessons[0].team.main_is_elsewhere = true;
    t.lessons[0].team.main = ID_NONE;
    T_TEXT(all_of(&t), "", "another town's lesson keeps its own time, and its main instructor");
    t.lessons[0].team.n_supporters = 0;
    T_TEXT(all_of(&t), "no-supporter", "a supporter of ours is missed all the same");
}

T_CASE(staff_rule_and_doubled_staff_are_flagged)
{
    struct town t;

    T_REQ("AI-4.4-キ-ウ");
    found(&t);
    t.lessons[0].team.n_supporters = 0;
    T_TEXT(all_of(&t), "no-supporter", "nobody supports");
    t.lessons[0].team.main = ID_NONE;
    T_TEXT(all_of(&t), "no-main no-supporter", "nobody at all");
    found(&t);
    t.lessons[2].team.sub_supports = false;
    T_TEXT(all_of(&t), "no-supporter", "the sub only teaches");
    found(&t);
    t.lessons[2].team.sub = person(3);
    T_TEXT(all_of(&t), "no-supporter sub-is-main qualification-missing:3", "a team of one");
    found(&t);
    t.lessons[0].team.supporters[0] = person(1);
    T_TEXT(all_of(&t), "no-supporter main-is-supporter qualification-missing:1",
           "who teaches cannot support");
    found(&t);
    t.lessons[3] = lesson_of(4, 1, 3, 2);
    t.lessons[3].area = SPAN("sea");
    t.plan.n_lessons = 4;
    T_TEXT(all_of(&t), "staff-twice:2 staff-twice:2", "the supporter in two rooms at once");
    t.lessons[3].area = SPAN("sun");
    t.lessons[3].team.supporters[0] = person(4);
    T_TEXT(all_of(&t), "area-twice area-twice", "two lessons in one room");
    t.lessons[3].area = SPAN_NONE;
    T_TEXT(all_of(&t), "area-twice area-twice", "the whole floor, and a room of it");
    t.lessons[3].floor = SPAN("lounge");
    T_TEXT(all_of(&t), "", "on another floor");
    t.is_placed[3] = false;
    T_TEXT(all_of(&t), "area-gone", "that is not there any more");
}

T_CASE(missing_and_ended_qualifications_are_flagged)
{
    struct town t;

    T_REQ("AI-4.4-カ-ロ");
    T_REQ("AI-4.4-キ-オ");
    found(&t);
    t.plan.n_qualifications = 4; /* 4 may teach, not support */
    T_TEXT(all_of(&t), "qualification-missing:4", "a sub who supports");
    found(&t);
    t.qualifications[1].kind = QUALIFICATION_EXPERTISE;
    T_TEXT(all_of(&t), "qualification-missing:2 qualification-missing:2",
           "expertise is no support");
    found(&t);
    t.qualifications[0].since = TODAY + 1;
    T_TEXT(all_of(&t), "qualification-missing:1 qualification-missing:1", "not yet");
    t.qualifications[0].since = TODAY;
    T_TEXT(all_of(&t), "", "from this day on");
    t.qualifications[0].has_until = true;
    t.qualifications[0].until = TODAY;
    T_TEXT(all_of(&t), "", "until this day");
    t.qualifications[0].since = TODAY - 9;
    t.qualifications[0].until = TODAY - 1;
    T_TEXT(all_of(&t), "qualification-ended:1 qualification-ended:1", "until yesterday");
    found(&t);
    t.qualifications[2].is_ended = true;
    t.qualifications[2].ended_on = TODAY - 1;
    T_TEXT(all_of(&t), "qualification-ended:3", "ended by an act");
    t.qualifications[5] = can(3, QUALIFICATION_EXPERTISE);
    t.plan.n_qualifications = 6;
    T_TEXT(all_of(&t), "", "another one holds");
    t.accounts[2].is_usable = false;
    T_TEXT(all_of(&t), "staff-gone:3", "the ID is closed: no more is asked");
    t.accounts[2] = (struct class_account){person(3), ROLE_STUDENT, true};
    T_TEXT(all_of(&t), "staff-gone:3", "nobody of staff");
}

T_CASE(pupils_see_only_what_was_decided)
{
    struct town t;

    T_REQ("AI-4.4-キ-エ");
    found(&t);
    t.plan.n_lessons = 1;
    t.day.slots.n = 1;
    t.plan.slots_least = 1;
    t.courses[0].pages_version = 2;
    T_TEXT(all_of(&t), "course-changed", "other pages");
    t.courses[0].pages_version = 1;
    t.courses[0].row.version = 3;
    T_TEXT(all_of(&t), "course-changed", "another text");
    t.courses[0].is_decided = false;
    T_TEXT(all_of(&t), "course-undecided", "not decided");
    t.courses[0].is_ended = true;
    T_TEXT(all_of(&t), "course-undecided course-ended", "and over");
    t.plan.n_courses = 0;
    T_TEXT(all_of(&t), "course-undecided", "no such course");
}
