/* Who is in a lesson, over every state and what is seen of him; and his minutes added up. */
#include "node/classes/lesson_member.h"

#include "node/base/clock.h"
#include "tests/t.h"

#define FROM INT64_C(1800000000000000)
#define TO   (FROM + 45 * MINUTE_US)
#define JOIN (FROM + 5 * MINUTE_US)

/* In the lesson since JOIN, and seen there ever since. */
static struct lesson_member here(void)
{
    return (struct lesson_member){.account = id_new(),
                                  .visit = id_new(),
                                  .stay = id_new(),
                                  .role = ROLE_STUDENT,
                                  .joined_utc_us = JOIN,
                                  .seen_utc_us = JOIN};
}

enum state { HERE, CUT, OUTSIDE, STATES_N };
enum event {
    SEEN,         /* on the floor, in the area */
    BESIDE,       /* on the floor, out of the area */
    ELSEWHERE,    /* on another floor */
    HELD,         /* his line is cut, the spot kept */
    GONE,         /* no such visit any more */
    LATER_HELD,   /* the same, when nobody waits any longer */
    LATER_GONE,   /* the same */
    LATER_BESIDE, /* out of the area for long */
    CANCELLED,    /* there, but the lesson is not any more */
    SLOT_OVER,    /* there, at its end */
    SLOT_OVER_HELD,
    EVENTS_N
};

static struct lesson_sight sight_of(enum event event)
{
    struct lesson_sight sight = {.is_there = true,
                                 .is_on_floor = true,
                                 .has_area = true,
                                 .is_inside = true,
                                 .heard_utc_us = JOIN + 2 * MINUTE_US};

    sight.is_inside = event != BESIDE && event != LATER_BESIDE;
    sight.is_on_floor = event != ELSEWHERE;
    sight.is_held = event == HELD || event == LATER_HELD || event == SLOT_OVER_HELD;
    sight.is_there = event != GONE && event != LATER_GONE;
    return sight;
}

static int64_t now_of(enum event event)
{
    if (event == SLOT_OVER || event == SLOT_OVER_HELD)
        return TO + 3 * SECOND_US;
    if (event == LATER_HELD || event == LATER_GONE || event == LATER_BESIDE)
        return JOIN + 2 * MINUTE_US + LESSON_HOLD_US;
    return JOIN + 2 * MINUTE_US + SECOND_US;
}

static struct lesson_member member_of(enum state state)
{
    struct lesson_member m = here();

    m.was_inside = true;
    if (state == CUT)
        m.cut_utc_us = JOIN + 2 * MINUTE_US;
    if (state == OUTSIDE)
        m.outside_utc_us = JOIN + 2 * MINUTE_US;
    return m;
}

/* What becomes of each, by state: STAYS, or why and when. */
#define STAYS (-1)
struct outcome {
    int why;
    int64_t left;
};
static const struct outcome outcomes[EVENTS_N][STATES_N] = {
#define NOW  (JOIN + 2 * MINUTE_US + SECOND_US)
#define THEN (JOIN + 2 * MINUTE_US)
#define OF_SAME(why, left) \
    { \
        {why, left}, {why, left}, \
        { \
            why, left \
        } \
    }
    [SEEN] = OF_SAME(STAYS, 0),
    [BESIDE] = OF_SAME(STAYS, 0),
    [ELSEWHERE] = OF_SAME(LESSON_AWAY, NOW),
    [HELD] = OF_SAME(STAYS, 0),
    /* Who goes without his line having been cut went by himself. */
    [GONE] = {{LESSON_AWAY, NOW}, {STAYS, 0}, {LESSON_AWAY, NOW}},
    [LATER_HELD] = OF_SAME(LESSON_LOST, THEN),
    [LATER_GONE] = {{LESSON_AWAY, THEN + LESSON_HOLD_US},
                    {LESSON_LOST, THEN},
                    {LESSON_AWAY, THEN + LESSON_HOLD_US}},
    [LATER_BESIDE] = {{STAYS, 0}, {STAYS, 0}, {LESSON_AWAY, THEN}},
    [CANCELLED] = OF_SAME(LESSON_STOPPED, NOW),
    [SLOT_OVER] = OF_SAME(LESSON_END, TO),
    [SLOT_OVER_HELD] = OF_SAME(LESSON_LOST, THEN),
};

T_CASE(every_state_and_whatever_is_seen)
{
    T_REQ("AI-4.6-ア-2");
    for (int e = 0; e < EVENTS_N; e++)
        for (int s = 0; s < STATES_N; s++) {
            struct lesson_member m = member_of((enum state)s);
            const struct lesson_sight sight = sight_of((enum event)e);
            const struct lesson_bounds bounds = {TO, e == CANCELLED};
            const struct outcome *want = &outcomes[e][s];
            int64_t left = -1;
            enum lesson_why why = LESSON_WHYS_N;
            bool is_out =
                lesson_member_look(&m, &sight, &bounds, now_of((enum event)e), &left, &why);

            T_EQ(is_out, want->why != STAYS, "is out, or stays");
            if (is_out && want->why != STAYS) {
                T_EQ(why, want->why, "because of it");
                T_EQ(left, want->left, "and was there until then");
            }
        }
}

T_CASE(a_line_that_comes_back_goes_on)
{
    struct lesson_member m = member_of(HERE);
    struct lesson_sight sight = sight_of(HELD);
    const struct lesson_bounds bounds = {TO, false};
    int64_t left;
    enum lesson_why why;

    T_OK(!lesson_member_look(&m, &sight, &bounds, NOW, &left, &why), "waited for");
    T_EQ(m.cut_utc_us, THEN, "since the last sign of life");
    sight = sight_of(SEEN);
    T_OK(!lesson_member_look(&m, &sight, &bounds, NOW + 20 * SECOND_US, &left, &why), "back");
    T_EQ(m.cut_utc_us, 0, "the line is there again");
    sight = sight_of(GONE);
    T_OK(lesson_member_look(&m, &sight, &bounds, NOW + 30 * SECOND_US, &left, &why),
         "then gone");
    T_EQ(why, LESSON_AWAY, "by himself");
}

T_CASE(who_never_came_into_the_area_is_in_the_lesson_all_the_same)
{
    struct lesson_member m = here(); /* only to watch is a whole visit: he does not walk */
    const struct lesson_sight sight = sight_of(BESIDE);
    const struct lesson_bounds bounds = {TO, false};
    int64_t left;
    enum lesson_why why;

    T_OK(!lesson_member_look(&m, &sight, &bounds, JOIN + 30 * MINUTE_US, &left, &why), "stays");
}

T_CASE(a_clock_that_steps_back_takes_nothing_away)
{
    struct lesson_member m = member_of(HERE);
    const struct lesson_sight sight = sight_of(ELSEWHERE);
    const struct lesson_bounds bounds = {TO, false};
    int64_t left = 0;
    enum lesson_why why;

    T_OK(lesson_member_look(&m, &sight, &bounds, FROM - HOUR_US, &left, &why), "is out");
    T_EQ(left, JOIN, "not before he came");
}

/* ---- minutes ---- */

T_CASE(minutes_are_the_sum_of_the_stays_within_the_slot)
{
    static const struct {
        const char *what;
        int64_t joined[3], left[3];
        int64_t minutes;
        int n;
        bool is_attended;
    } rows[] = {
        {"one stay", {0}, {20}, 20, 1, true},
        {"two stays", {0, 30}, {10, 36}, 16, 2, true},
        {"exactly enough", {5}, {20}, 15, 1, true},
        {"a minute short", {5}, {19}, 14, 1, false},
        {"before the slot counts nothing", {-10}, {10}, 10, 1, false},
        {"after it neither", {40}, {60}, 5, 1, false},
        {"two at once count once", {0, 5}, {10, 20}, 20, 2, true},
        {"one within the other", {0, 5}, {20, 10}, 20, 2, true},
        {"nothing at all", {10}, {10}, 0, 1, false},
    };

    T_REQ("AI-4.6-ア-2");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct attendance sum = {.us = 0};

        for (int k = 0; k < rows[i].n; k++)
            attendance_add(&sum, FROM, TO, FROM + rows[i].joined[k] * MINUTE_US,
                           FROM + rows[i].left[k] * MINUTE_US, LESSON_SELF, false);
        T_EQ(attendance_minutes(&sum), rows[i].minutes, rows[i].what);
        T_EQ(attendance_counts(&sum, 15), rows[i].is_attended, rows[i].what);
        T_EQ(sum.n_stays, rows[i].n, rows[i].what);
    }
}

T_CASE(a_lost_line_and_one_who_is_there_still)
{
    struct attendance sum = {.us = 0};

    attendance_add(&sum, FROM, TO, FROM, FROM + 10 * MINUTE_US, LESSON_LOST, false);
    attendance_add(&sum, FROM, TO, FROM + 12 * MINUTE_US, FROM + 18 * MINUTE_US, LESSON_SELF,
                   true);
    T_EQ(sum.n_lost, 1, "a cut is told");
    T_OK(sum.is_open, "he is there");
    T_EQ(attendance_minutes(&sum), 16, "as far as he was seen");
}

/* ---- who must be there ---- */

T_CASE(a_lesson_without_its_staff_is_told_once)
{
    static const struct {
        const char *what;
        int64_t at_s, since_s; /* since -1: nobody is missing */
        unsigned missing;
        bool is_told;
    } steps[] = {
        {"nobody is missing", 0, -1, 0, false},
        {"somebody is", 10, 10, 1, false},
        {"not for long", 100, 10, 1, false},
        {"another, too, and no longer the first", 180, 10, 2, false},
        {"three minutes", 190, 10, 2, true},
        {"told once", 400, 10, 3, false},
        {"they came", 410, -1, 0, false},
        {"gone again", 420, 420, 1, false},
        {"counts anew", 599, 420, 1, false},
        {"and is told anew", 600, 420, 1, true},
        {"the clock was set back", 300, 300, 1, false},
    };
    struct lesson_gap gap = {.missing = 0};

    T_REQ("AI-4.4-キ-ウ");
    for (size_t i = 0; i < T_COUNT(steps); i++) {
        bool is_told = lesson_gap_look(&gap, steps[i].missing, FROM + steps[i].at_s * SECOND_US,
                                       3 * MINUTE_US);

        T_EQ(is_told, steps[i].is_told, steps[i].what);
        T_EQ(gap.missing == 0 ? -1 : (gap.since_utc_us - FROM) / SECOND_US, steps[i].since_s,
             steps[i].what);
    }
}
