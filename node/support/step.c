#include "node/support/step.h"

#include <stddef.h>

#define STAFF \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_COMMISSIONER) | \
     ROLE_BIT(ROLE_CONTRACTOR))

static const struct {
    const char *kinds;
    unsigned roles;
} steps[STEPS_N] = {
    {"auto", 0},
    {"auto", 0},
    {"class|event|self_study", STAFF},
    {"school_centre|education_centre|separate_room", ROLE_BIT(ROLE_SCHOOL_STAFF)},
    {"classroom|school_event|outing|other", ROLE_BIT(ROLE_SCHOOL_STAFF)},
};

const char *step_kinds(int step)
{
    return steps[step].kinds;
}

unsigned step_roles(int step)
{
    return steps[step].roles;
}

bool step_holds(const struct step_row *rows, size_t n, int step)
{
    const struct step_row *newest = NULL;

    for (size_t i = 0; i < n; i++)
        if (rows[i].step == step && (newest == NULL || rows[i].n > newest->n))
            newest = &rows[i];
    return newest != NULL && !newest->is_back;
}

int step_now(const struct step_row *rows, size_t n)
{
    int step = STEPS_N - 1;

    while (step >= 0 && !step_holds(rows, n, step))
        step--;
    return step;
}

/* Between the two the step stays as it is, so that a week of holidays is no going back. */
enum step_change step_regular(bool holds, int64_t n_weeks_with_contact, int64_t n_weeks_needed)
{
    if (!holds && n_weeks_with_contact >= n_weeks_needed)
        return STEP_REACHED;
    return holds && n_weeks_with_contact == 0 ? STEP_OVER : STEP_STAYS;
}
