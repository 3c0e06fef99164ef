/* node/classes/class_plan.h - what is wrong with a plan of classes, day by day, slot by slot,
 * lesson by lesson: the check before it is handed in, and what the plan's screen marks
 * (AI-4.4-キ-ア, AI-4.4-キ-イ, AI-4.4-キ-ウ, AI-4.4-キ-エ, AI-4.4-カ-ロ, AI-4.4-キ-オ). A flag
 * forbids nothing: a plan is made step by step. Pure, no clock, no database. Threads:
 * reentrant.  Owns: nothing. */
#ifndef NODE_CLASSES_CLASS_PLAN_H
#define NODE_CLASSES_CLASS_PLAN_H

#include "node/classes/class_course_store.h"
#include "node/classes/class_lesson_store.h"
#include "node/classes/class_slots.h"
#include "node/classes/qualification_store.h"

enum class_flag_code {
    /* of a day */
    CLASS_FLAG_FEW_SLOTS,    /* a long day with fewer slots than class.slots_least */
    CLASS_FLAG_BAD_TEMPLATE, /* class.slots or class.short_slots cannot be read */
    /* of a slot */
    CLASS_FLAG_SLOT_EMPTY,
    /* of a slot or a lesson */
    CLASS_FLAG_OUTSIDE_HOURS,
    /* of a lesson */
    CLASS_FLAG_SLOT_GONE,  /* its day has no slot of that number any more */
    CLASS_FLAG_SLOT_MOVED, /* the slot is at another time by now */
    CLASS_FLAG_NO_MAIN,
    CLASS_FLAG_NO_SUPPORTER,
    CLASS_FLAG_MAIN_IS_SUPPORTER,
    CLASS_FLAG_SUB_IS_MAIN,
    CLASS_FLAG_STAFF_TWICE, /* with account, as the next four */
    CLASS_FLAG_STAFF_GONE,  /* the ID cannot be used now, or is not of staff */
    CLASS_FLAG_QUALIFICATION_MISSING,
    CLASS_FLAG_QUALIFICATION_ENDED,
    CLASS_FLAG_COURSE_UNDECIDED, /* pupils do not see it */
    CLASS_FLAG_COURSE_CHANGED,   /* since it was decided: pupils see what was decided */
    CLASS_FLAG_COURSE_ENDED,
    CLASS_FLAG_AREA_TWICE,
    CLASS_FLAG_AREA_GONE,
};
#define CLASS_FLAG_CODES \
    "few-slots|template-unreadable|slot-empty|outside-hours|slot-gone|slot-moved|no-main|" \
    "no-supporter|main-is-supporter|sub-is-main|staff-twice|staff-gone|" \
    "qualification-missing|qualification-ended|course-undecided|course-changed|course-ended|" \
    "area-twice|area-gone"

struct class_flag {
    int code;          /* enum class_flag_code */
    struct id account; /* ID_NONE: of nobody */
};
#define CLASS_FLAGS_MOST 32
struct class_flags {
    int n;
    struct class_flag at[CLASS_FLAGS_MOST]; /* each code and account once */
};

struct class_plan_day {
    int32_t day;
    enum hours_day_type type;
    struct hours_slots open;
    bool is_own;              /* slots decided for this day; else by the template */
    struct class_slots slots; /* that hold */
};
struct class_plan {
    const struct class_plan_day *days;
    size_t n_days;
    const struct class_lesson_row *lessons; /* cancelled ones are passed over */
    size_t n_lessons;
    const bool *is_placed; /* of each lesson: floor and area are there; NULL: all */
    const struct class_course_state *courses;
    size_t n_courses;
    const struct class_account *accounts;
    size_t n_accounts;
    const struct qualification_row *qualifications;
    size_t n_qualifications;
    bool is_template_bad;
    int slots_least;
};
const struct class_plan_day *class_plan_day_of(const struct class_plan *plan, int32_t day);
const struct class_course_state *class_plan_course(const struct class_plan *plan,
                                                   struct id course);
/* What is wrong; a day without anything has n 0. */
void class_plan_of_day(const struct class_plan *plan, const struct class_plan_day *day,
                       struct class_flags *out);
void class_plan_of_slot(const struct class_plan *plan, const struct class_plan_day *day,
                        int slot, struct class_flags *out);
void class_plan_of_lesson(const struct class_plan *plan, size_t lesson,
                          struct class_flags *out);

#endif
