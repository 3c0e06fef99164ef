/* Steps 0 to 4: which holds, who may note it, what the node notes by itself. */
#include "node/base/jx_scalar.h"
#include "node/base/role.h"
#include "node/support/step.h"
#include "tests/t.h"

T_CASE(the_highest_step_that_was_not_gone_back_from_holds)
{
    static const struct {
        const char *what;
        struct step_row rows[5];
        size_t n;
        int want;
    } rows[] = {
        {"nothing", {{.n = 0}}, 0, -1},
        {"came in", {{.n = 1, .step = 0}}, 1, 0},
        {"a step may be left out", {{.n = 1, .step = 0}, {.n = 2, .step = 3}}, 2, 3},
        {"gone back",
         {{.n = 1, .step = 0}, {.n = 2, .step = 3}, {.n = 3, .step = 3, .is_back = true}},
         3,
         0},
        {"and there again, in whatever order the rows lie",
         {{.n = 4, .step = 3},
          {.n = 1, .step = 0},
          {.n = 3, .step = 3, .is_back = true},
          {.n = 2, .step = 3}},
         4,
         3},
        {"a lower one that is over does not matter",
         {{.n = 1, .step = 1}, {.n = 2, .step = 4}, {.n = 3, .step = 1, .is_back = true}},
         3,
         4},
    };

    T_REQ("KP-2-4-5");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(step_now(rows[i].rows, rows[i].n), rows[i].want, rows[i].what);
    T_OK(!step_holds(rows[3].rows, 3, 3) && step_holds(rows[3].rows, 3, 0), "each by itself");
}

T_CASE(school_staff_note_three_and_four_nobody_the_first_two)
{
    T_REQ("KP-2-4-3");
    T_REQ("KP-2-4-4");
    T_EQ(step_roles(0) | step_roles(1), 0, "the node notes them");
    T_OK((step_roles(2) & ROLE_BIT(ROLE_SUPPORTER)) != 0, "staff note 2");
    T_EQ(step_roles(3), ROLE_BIT(ROLE_SCHOOL_STAFF), "3");
    T_EQ(step_roles(4), ROLE_BIT(ROLE_SCHOOL_STAFF), "4");
    for (int step = 0; step < STEPS_N; step++)
        T_EQ(step_roles(step) & (ROLES_CHILD_SIDE | ROLE_BIT(ROLE_INSTRUCTOR)), 0,
             "never a child");
    T_OK(jx_choice_find(step_kinds(3), SPAN("separate_room")) >= 0, "separate room");
    T_OK(jx_choice_find(step_kinds(4), SPAN("outing")) >= 0, "outing");
    T_OK(jx_choice_find(step_kinds(4), SPAN("separate_room")) < 0, "of 3, not of 4");
}

T_CASE(regular_contact_comes_and_goes_with_the_weeks)
{
    static const struct {
        const char *what;
        bool holds;
        int64_t weeks;
        enum step_change want;
    } rows[] = {
        {"too few", false, 2, STEP_STAYS},
        {"three of four", false, 3, STEP_REACHED},
        {"all", false, 4, STEP_REACHED},
        {"stays by one week", true, 1, STEP_STAYS},
        {"holds already", true, 4, STEP_STAYS},
        {"none in four weeks", true, 0, STEP_OVER},
        {"none, and none before", false, 0, STEP_STAYS},
    };

    T_REQ("KP-2-4-1");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(step_regular(rows[i].holds, rows[i].weeks, 3), rows[i].want, rows[i].what);
}
