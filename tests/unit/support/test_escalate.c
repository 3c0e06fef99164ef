#include "node/support/escalate.h"
#include "tests/t.h"

#define S INT64_C(1000000)

static struct id who(int n)
{
    return (struct id){{(uint8_t)n, 7}};
}

static const struct id *list(void)
{
    static struct id ids[3];

    for (int i = 0; i < 3; i++)
        ids[i] = who(i + 1);
    return ids;
}

static struct escalate_case fresh(void)
{
    return (struct escalate_case){
        .begins_utc_us = 6 * S, .wait_us = 120 * S, .duty = list(), .n_duty = 3};
}

T_CASE(escalate_waits_for_the_undo_then_tells_the_first)
{
    struct escalate_case call = fresh();
    struct escalate_next next = escalate_next(&call, 5 * S);

    T_REQ("NI-2.3-b2");
    T_EQ(next.act, ESCALATE_WAIT, "what to do");
    T_EQ(next.due_utc_us, 6 * S, "when");
    next = escalate_next(&call, 6 * S);
    T_EQ(next.act, ESCALATE_PERSON, "what to do");
    T_OK(id_eq(next.person, who(1)), "whom");
}

T_CASE(escalate_goes_to_the_next_when_nobody_answers)
{
    struct id told[3] = {who(1), who(2), who(3)};
    struct escalate_case call = fresh();
    struct escalate_next next;

    T_REQ("NI-2.3-b2");
    call.told = told;
    call.is_reached = true;
    for (size_t n = 1; n < 3; n++) {
        call.n_told = n;
        call.last_utc_us = 6 * S;
        next = escalate_next(&call, 126 * S - 1);
        T_EQ(next.act, ESCALATE_WAIT, "what to do");
        T_EQ(next.due_utc_us, 126 * S, "when");
        next = escalate_next(&call, 126 * S);
        T_EQ(next.act, ESCALATE_PERSON, "what to do");
        T_OK(id_eq(next.person, who((int)n + 1)), "whom");
    }
    call.n_told = 3;
    T_EQ(escalate_next(&call, 126 * S).act, ESCALATE_ALL, "what to do");
    T_EQ(escalate_next(&call, 125 * S).act, ESCALATE_WAIT, "what to do");
}

T_CASE(escalate_goes_on_at_once_past_whom_it_cannot_reach)
{
    struct id told[1] = {who(1)};
    struct escalate_case call = fresh();
    struct escalate_next next;

    call.told = told;
    call.n_told = 1;
    call.last_utc_us = 6 * S;
    next = escalate_next(&call, 6 * S);
    T_EQ(next.act, ESCALATE_PERSON, "what to do");
    T_OK(id_eq(next.person, who(2)), "whom");
}

T_CASE(escalate_never_ends)
{
    struct id told[3] = {who(1), who(2), who(3)};
    struct escalate_case call = fresh();
    int64_t at = 400 * S, waits = 0;

    T_REQ("NI-2.3-b2");
    call.told = told;
    call.n_told = 3;
    call.is_reached = true;
    for (int n = 1; n <= 200; n++) {
        struct escalate_next next;

        call.n_all = n;
        call.last_utc_us = at;
        next = escalate_next(&call, at);
        T_EQ(next.act, ESCALATE_WAIT, "what to do");
        T_OK(next.due_utc_us - at >= call.wait_us, "how long");
        T_OK(next.due_utc_us - at <= ESCALATE_WAIT_MOST_US, "how long");
        waits += next.due_utc_us - at;
        at = next.due_utc_us;
        T_EQ(escalate_next(&call, at).act, ESCALATE_ALL, "what to do");
    }
    T_OK(waits > 100 * ESCALATE_WAIT_MOST_US, "how long");
    /* A wait that is longer than that by itself stays as it is. */
    call.wait_us = 4 * ESCALATE_WAIT_MOST_US;
    T_EQ(escalate_next(&call, at).due_utc_us, call.last_utc_us + call.wait_us, "when");
}

T_CASE(escalate_tells_everybody_when_nobody_is_on_duty)
{
    struct escalate_case call = fresh();

    call.n_duty = 0;
    T_EQ(escalate_next(&call, 5 * S).act, ESCALATE_WAIT, "what to do");
    T_EQ(escalate_next(&call, 6 * S).act, ESCALATE_ALL, "what to do");
    /* Unreachable, all of them: tried again, but not in a circle without a pause. */
    call.n_all = 1;
    call.last_utc_us = 6 * S;
    T_EQ(escalate_next(&call, 6 * S).act, ESCALATE_WAIT, "what to do");
    T_EQ(escalate_next(&call, 126 * S).act, ESCALATE_ALL, "what to do");
}

T_CASE(escalate_takes_a_clock_that_was_set_back)
{
    struct id told[1] = {who(1)};
    struct escalate_case call = fresh();

    call.told = told;
    call.n_told = 1;
    call.n_duty = 1;
    call.is_reached = true;
    call.last_utc_us = 90000 * S;
    T_EQ(escalate_next(&call, 1000 * S).act, ESCALATE_ALL, "what to do");
}

T_CASE(escalate_tells_whoever_came_on_duty_since)
{
    struct id told[3] = {who(1), who(3), who(9)};
    struct escalate_case call = fresh();
    struct escalate_next next;

    call.told = told;
    call.n_told = 3;
    call.n_all = 2;
    call.is_reached = true;
    call.last_utc_us = 100 * S;
    next = escalate_next(&call, 220 * S);
    T_EQ(next.act, ESCALATE_PERSON, "what to do");
    T_OK(id_eq(next.person, who(2)), "whom");
}
