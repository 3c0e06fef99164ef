#include "node/support/escalate.h"

static const struct id *first_untold(const struct escalate_case *call)
{
    for (size_t i = 0; i < call->n_duty; i++) {
        bool is_told = false;

        for (size_t k = 0; k < call->n_told && !is_told; k++)
            is_told = id_eq(call->told[k], call->duty[i]);
        if (!is_told)
            return &call->duty[i];
    }
    return NULL;
}

/* After the n-th time of telling everybody. */
static int64_t wait_after_all(int64_t wait_us, int n_all)
{
    int64_t most = wait_us > ESCALATE_WAIT_MOST_US ? wait_us : ESCALATE_WAIT_MOST_US;

    for (int i = 1; i < n_all && wait_us < most; i++)
        wait_us *= 2;
    return wait_us < most ? wait_us : most;
}

static int64_t due(const struct escalate_case *call, const struct id *next, int64_t now_utc_us)
{
    int64_t last = call->last_utc_us;

    if (call->n_told == 0 && call->n_all == 0)
        return call->begins_utc_us;
    if (last > now_utc_us)
        return now_utc_us;
    if (call->n_all > 0 && next == NULL)
        return last + wait_after_all(call->wait_us, call->n_all);
    return call->is_reached ? last + call->wait_us : last;
}

struct escalate_next escalate_next(const struct escalate_case *call, int64_t now_utc_us)
{
    const struct id *person = first_untold(call);
    struct escalate_next next = {
        .act = person != NULL ? ESCALATE_PERSON : ESCALATE_ALL,
        .person = person != NULL ? *person : ID_NONE,
        .due_utc_us = due(call, person, now_utc_us),
    };

    if (next.due_utc_us > now_utc_us)
        next.act = ESCALATE_WAIT;
    return next;
}
