#include <string.h>

#include "tenants/leaving/change_rule.h"
#include "tests/t.h"

/* A change with its minute at 100, planned by one, looked at by two at 50. */
static struct change_facts planned(void)
{
    return (struct change_facts){
        .is_there = true,
        .ends_utc_us = 100,
        .now_utc_us = 50,
        .planner = {{1}},
        .actor = {{2}},
        .has_contract = true,
    };
}

static struct change_facts in_state(enum change_state state)
{
    struct change_facts f = planned();

    f.is_there = state != CHANGE_NONE;
    f.has[CHANGE_CONFIRMED] = state == CHANGE_WAITING || state == CHANGE_DONE;
    f.has[CHANGE_IN_FORCE] = state == CHANGE_DONE;
    if (state == CHANGE_LAPSED || state == CHANGE_DONE)
        f.now_utc_us = 100;
    return f;
}

/* Every state and act; what is not OK says why. */
static const struct {
    enum change_state state;
    enum change_code codes[CHANGE_ACT_N]; /* plan, confirm, cancel, operator */
} table[] = {
    {CHANGE_NONE, {CHANGE_OK, CHANGE_WRONG_STATE, CHANGE_WRONG_STATE, CHANGE_WRONG_STATE}},
    {CHANGE_PLANNED, {CHANGE_UNDER_WAY, CHANGE_OK, CHANGE_OK, CHANGE_WRONG_STATE}},
    {CHANGE_WAITING, {CHANGE_UNDER_WAY, CHANGE_WRONG_STATE, CHANGE_OK, CHANGE_WRONG_STATE}},
    {CHANGE_DONE, {CHANGE_UNFINISHED, CHANGE_WRONG_STATE, CHANGE_WRONG_STATE, CHANGE_OK}},
    {CHANGE_LAPSED, {CHANGE_OK, CHANGE_MINUTE_PAST, CHANGE_WRONG_STATE, CHANGE_WRONG_STATE}},
};

T_CASE(every_state_and_act_is_allowed_or_refused_as_the_table_says) /* CARD-13 */
{
    T_EQ(T_COUNT(table), CHANGE_STATE_N, "every state is there");
    for (size_t i = 0; i < T_COUNT(table); i++) {
        struct change_facts f = in_state(table[i].state);

        T_EQ(change_state_of(&f), table[i].state, "the state is read");
        for (int act = 0; act < CHANGE_ACT_N; act++)
            T_EQ(change_judge((enum change_act)act, &f), table[i].codes[act], "the act");
    }
}

T_CASE(the_next_one_is_planned_when_nothing_about_keys_is_left) /* CARD-13 */
{
    static const enum change_kind kinds[] = {CHANGE_HALF, CHANGE_OPERATOR, CHANGE_SHEET};

    for (size_t i = 0; i < T_COUNT(kinds); i++) {
        struct change_facts f = in_state(CHANGE_DONE);

        for (size_t k = 0; k < T_COUNT(kinds); k++)
            f.has[kinds[k]] = true;
        T_EQ(change_judge(CHANGE_ACT_PLAN, &f), CHANGE_OK, "all is done");
        f.has[kinds[i]] = false;
        T_EQ(change_judge(CHANGE_ACT_PLAN, &f), CHANGE_UNFINISHED, "one is not");
    }
}

T_CASE(one_person_is_not_two) /* CARD-13 */
{
    struct change_facts f = planned();

    f.actor = f.planner;
    T_EQ(change_judge(CHANGE_ACT_CONFIRM, &f), CHANGE_SECOND_PERSON, "who planned it");
    T_EQ(change_judge(CHANGE_ACT_CANCEL, &f), CHANGE_OK, "may take it back");
}

T_CASE(the_minute_itself_is_too_late_to_cancel_and_in_time_to_come) /* CARD-13 */
{
    struct change_facts f = in_state(CHANGE_WAITING);

    f.now_utc_us = 99;
    T_OK(!change_is_due(&f), "not before");
    T_EQ(change_judge(CHANGE_ACT_CANCEL, &f), CHANGE_OK, "up to the last moment");
    f.now_utc_us = 100;
    T_OK(change_is_due(&f), "at the minute");
    T_EQ(change_judge(CHANGE_ACT_CANCEL, &f), CHANGE_MINUTE_PAST, "it stands");
    f.has[CHANGE_CANCELLED] = true;
    T_OK(!change_is_due(&f), "not what was cancelled");
    f = in_state(CHANGE_LAPSED);
    T_OK(!change_is_due(&f), "not what nobody confirmed");
    f = in_state(CHANGE_DONE);
    T_OK(!change_is_due(&f), "once");
}

T_CASE(without_a_contract_or_while_leaving_nothing_is_planned) /* CARD-13 */
{
    struct change_facts f = in_state(CHANGE_NONE);

    f.has_contract = false;
    T_EQ(change_judge(CHANGE_ACT_PLAN, &f), CHANGE_NO_CONTRACT, "whose contractor?");
    f = planned();
    f.is_leaving = true;
    T_EQ(change_judge(CHANGE_ACT_CONFIRM, &f), CHANGE_LEAVING, "a node that is being left");
    f = in_state(CHANGE_DONE);
    f.has[CHANGE_OPERATOR] = true;
    T_EQ(change_judge(CHANGE_ACT_OPERATOR, &f), CHANGE_WRONG_STATE, "marked once");
}

T_CASE(every_refusal_has_a_status_a_code_and_a_sentence) /* CARD-13 */
{
    for (int code = CHANGE_OK + 1; code < CHANGE_CODE_N; code++) {
        int status = change_code_status((enum change_code)code);

        T_OK(status == 403 || status == 409 || status == 422, "a status");
        T_OK(strlen(change_code_id((enum change_code)code)) > 3, "a code");
        T_OK(strlen(change_code_ja((enum change_code)code)) > 30, "a sentence");
    }
}
