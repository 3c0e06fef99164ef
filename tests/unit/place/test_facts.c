/* Who may enter which floor, and how many it takes: every order of rules, every edge in time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "node/place/facts.h"
#include "node/place/ready.h"
#include "tests/t.h"

#define NOW INT64_C(1000000)

static const struct id school = {{1}}, class_a = {{2}}, class_b = {{3}}, child = {{4}},
                       other = {{5}};

static struct ground *ground_of(const char *id)
{
    struct ground *ground = ready_ground_find(span_text(id));

    if (ground == NULL) {
        fprintf(stderr, "%s: no such ready floor\n", id);
        abort();
    }
    return ground_ref(ground);
}

static struct place_facts *facts_of(const struct facts_rule *rules, size_t n_rules,
                                    const struct facts_session *sessions, size_t n_sessions,
                                    const struct facts_plan *plan)
{
    struct facts_floor floors[2] = {{.ground = ground_of("plaza")},
                                    {.ground = ground_of("lounge")}};
    const struct facts_parts parts = {.floors = floors,
                                      .n_floors = 2,
                                      .rules = rules,
                                      .n_rules = n_rules,
                                      .sessions = sessions,
                                      .n_sessions = n_sessions};
    struct place_facts *facts = NULL;

    floors[0].plan = plan != NULL ? *plan : facts_plan_default(SPAN("plaza"));
    floors[1].plan = facts_plan_default(SPAN("lounge"));
    T_EQ(facts_create(&parts, &facts, NULL), ERR_OK, "facts");
    ground_unref(&floors[0].ground);
    ground_unref(&floors[1].ground);
    if (facts == NULL)
        abort();
    return facts;
}

static struct place_pass pass_of(enum role role)
{
    return (struct place_pass){.caller = {.role = role, .account = child, .school = school},
                               .grade = "7",
                               .classes = {class_a, class_b},
                               .n_classes = 2};
}

static struct facts_rule rule_of(enum facts_subject kind, const char *floor,
                                 enum facts_verdict verdict)
{
    static const struct id subjects[FACTS_SUBJECTS_N] = {
        [FACTS_SCHOOL] = {{1}}, [FACTS_CLASS] = {{2}}, [FACTS_ACCOUNT] = {{4}}};
    static const char *const codes[FACTS_SUBJECTS_N] = {
        [FACTS_ROLE] = "student", [FACTS_GRADE] = "7"};

    return (struct facts_rule){.floor = span_text(floor),
                               .kind = kind,
                               .subject = subjects[kind],
                               .code = span_text(codes[kind]),
                               .verdict = verdict};
}

static bool may(const struct facts_rule *rules, size_t n, int64_t now)
{
    struct place_facts *facts = facts_of(rules, n, NULL, 0, NULL);
    const struct place_pass pass = pass_of(ROLE_STUDENT);
    bool answer = facts_access(facts, &pass, SPAN("plaza"), now).may;

    facts_unref(&facts);
    return answer;
}

T_CASE(facts_without_a_rule_roles_decide_AI_2_3_ア)
{
    static const struct {
        enum role role;
        bool may;
    } rows[] = {
        {ROLE_STUDENT, true},      {ROLE_SUPPORTER, true},      {ROLE_INSTRUCTOR, true},
        {ROLE_SCHOOL_STAFF, true}, {ROLE_COMMISSIONER, true},   {ROLE_CONTRACTOR, true},
        {ROLE_GUARDIAN, false},    {ROLE_GUEST_TEACHER, false}, {ROLE_ANONYMOUS, false},
        {ROLE_DATA_HOLDER, false}, {ROLE_ANALYST, false},       {ROLE_COORDINATOR, false},
        {ROLE_AUDITOR, false}};
    struct place_facts *facts = facts_of(NULL, 0, NULL, 0, NULL);

    T_REQ("AI-2.3-ア");
    T_EQ(T_COUNT(rows), ROLE_N, "every role");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct place_pass pass = pass_of(rows[i].role);
        struct facts_answer answer = facts_access(facts, &pass, SPAN("plaza"), NOW);

        T_EQ(answer.may, rows[i].may, role_id(rows[i].role));
        T_EQ(answer.why, FACTS_BY_DEFAULT, "by default");
        T_OK(answer.until_utc_us == INT64_MAX, "for good");
    }
    {
        const struct place_pass pass = pass_of(ROLE_COMMISSIONER);

        T_EQ(facts_access(facts, &pass, SPAN("attic"), NOW).why, FACTS_NO_FLOOR, "no floor");
        T_OK(!facts_access(facts, &pass, SPAN("attic"), NOW).may, "nobody");
    }
    facts_unref(&facts);
}

/* Each pair of subjects, both ways round, both orders in the list. */
T_CASE(facts_the_more_exact_subject_decides_AI_2_3_ア)
{
    T_REQ("AI-2.3-ア");
    for (int less = FACTS_EVERYONE; less < FACTS_SUBJECTS_N; less++)
        for (int more = less + 1; more < FACTS_SUBJECTS_N; more++)
            for (int way = 0; way < 2; way++) {
                enum facts_verdict of_more = way == 0 ? FACTS_ALLOW : FACTS_DENY;
                enum facts_verdict of_less = way == 0 ? FACTS_DENY : FACTS_ALLOW;
                const struct facts_rule a = rule_of((enum facts_subject)less, "plaza", of_less);
                const struct facts_rule b = rule_of((enum facts_subject)more, "", of_more);

                T_EQ(may((struct facts_rule[]){a, b}, 2, NOW), way == 0,
                     "the more exact one, though it is of every floor");
                T_EQ(may((struct facts_rule[]){b, a}, 2, NOW), way == 0, "in any order");
            }
}

T_CASE(facts_one_floor_before_every_floor_and_no_before_yes)
{
    const struct facts_rule here = rule_of(FACTS_ROLE, "plaza", FACTS_ALLOW);
    const struct facts_rule all = rule_of(FACTS_ROLE, "", FACTS_DENY);
    const struct facts_rule elsewhere = rule_of(FACTS_ACCOUNT, "lounge", FACTS_DENY);
    struct facts_rule of_b = rule_of(FACTS_CLASS, "plaza", FACTS_DENY);
    const struct facts_rule of_a = rule_of(FACTS_CLASS, "plaza", FACTS_ALLOW);
    struct facts_rule not_his[4] = {
        rule_of(FACTS_SCHOOL, "plaza", FACTS_DENY), rule_of(FACTS_CLASS, "plaza", FACTS_DENY),
        rule_of(FACTS_ACCOUNT, "plaza", FACTS_DENY), rule_of(FACTS_GRADE, "plaza", FACTS_DENY)};

    T_REQ("AI-2.3-ア");
    T_OK(may((struct facts_rule[]){all, here}, 2, NOW), "this floor's");
    T_OK(may((struct facts_rule[]){here, all}, 2, NOW), "in any order");
    T_OK(may(&elsewhere, 1, NOW), "another floor's says nothing here");
    of_b.subject = class_b;
    T_OK(!may((struct facts_rule[]){of_a, of_b}, 2, NOW), "two classes: no");
    T_OK(!may((struct facts_rule[]){of_b, of_a}, 2, NOW), "in any order");
    not_his[0].subject = not_his[1].subject = not_his[2].subject = other;
    not_his[3].code = SPAN("8");
    T_OK(may(not_his, 4, NOW), "rules of others say nothing of him");
}

T_CASE(facts_a_withdrawn_rule_says_nothing)
{
    const struct facts_rule gone = rule_of(FACTS_ACCOUNT, "plaza", FACTS_NONE);
    const struct facts_rule deny = rule_of(FACTS_ROLE, "plaza", FACTS_DENY);

    T_REQ("AI-2.3-ア");
    T_OK(may(&gone, 1, NOW), "the default stands");
    T_OK(!may((struct facts_rule[]){gone, deny}, 2, NOW), "less exact ones speak");
}

T_CASE(facts_a_guardian_may_where_a_rule_says_so)
{
    const struct facts_rule allow = {.floor = SPAN("plaza"),
                                     .kind = FACTS_ROLE,
                                     .code = SPAN("guardian"),
                                     .verdict = FACTS_ALLOW};
    struct place_facts *facts = facts_of(&allow, 1, NULL, 0, NULL);
    const struct place_pass pass = pass_of(ROLE_GUARDIAN);

    T_REQ("AI-2.3-ア");
    T_OK(facts_access(facts, &pass, SPAN("plaza"), NOW).may, "there");
    T_OK(!facts_access(facts, &pass, SPAN("lounge"), NOW).may, "and nowhere else");
    T_OK(facts_access(facts, &pass, SPAN("plaza"), NOW).rule != NULL, "the rule is told");
    facts_unref(&facts);
}

T_CASE(facts_rules_hold_from_and_until_their_dates_AI_2_3_ア)
{
    struct facts_rule rule = rule_of(FACTS_ACCOUNT, "plaza", FACTS_DENY);
    const struct place_pass pass = pass_of(ROLE_STUDENT);
    struct place_facts *facts;

    T_REQ("AI-2.3-ア");
    rule.has_from = rule.has_until = true;
    rule.from_utc_us = NOW;
    rule.until_utc_us = NOW + 100;
    T_OK(may(&rule, 1, NOW - 1), "not yet");
    T_OK(!may(&rule, 1, NOW), "from its first instant on");
    T_OK(!may(&rule, 1, NOW + 99), "to its last");
    T_OK(may(&rule, 1, NOW + 100), "until itself is free");
    facts = facts_of(&rule, 1, NULL, 0, NULL);
    T_EQ(facts_access(facts, &pass, SPAN("plaza"), NOW - 1).until_utc_us, NOW,
         "until it begins");
    T_EQ(facts_access(facts, &pass, SPAN("plaza"), NOW).until_utc_us, NOW + 100,
         "till it ends");
    T_OK(facts_access(facts, &pass, SPAN("plaza"), NOW + 100).until_utc_us == INT64_MAX,
         "then for good");
    T_EQ(facts_access(facts, &pass, SPAN("plaza"), NOW).why, FACTS_BY_RULE, "by the rule");
    facts_unref(&facts);
}

T_CASE(facts_a_hidden_floor_is_nobodys_AI_4_3_イ_エ_2)
{
    const struct facts_plan hidden = {.is_hidden = true, .when_full = FACTS_WAIT};
    const struct facts_rule allow = rule_of(FACTS_ACCOUNT, "plaza", FACTS_ALLOW);
    struct place_facts *facts = facts_of(&allow, 1, NULL, 0, &hidden);
    const struct place_pass pass = pass_of(ROLE_STUDENT);

    T_REQ("AI-4.3-イ-エ-2");
    T_OK(!facts_access(facts, &pass, SPAN("plaza"), NOW).may, "not by a rule either");
    T_EQ(facts_access(facts, &pass, SPAN("plaza"), NOW).why, FACTS_BY_HIDING, "because");
    T_OK(facts_access(facts, &pass, SPAN("lounge"), NOW).may, "the others stay");
    facts_unref(&facts);
}

T_CASE(facts_sessions_and_capacity_SE_4_1_イ_1)
{
    const struct facts_session sessions[] = {
        {.floor = SPAN("plaza"), .from_utc_us = NOW + 200, .until_utc_us = NOW + 300},
        {.floor = SPAN("plaza"),
         .from_utc_us = NOW,
         .until_utc_us = NOW + 100,
         .has_capacity = true,
         .capacity = 3,
         .is_anonymous = true},
    };
    const struct facts_plan plan = {
        .has_capacity = true, .capacity = 40, .when_full = FACTS_COPY};
    struct place_facts *facts = facts_of(NULL, 0, sessions, 2, &plan);
    const struct facts_floor *plaza = facts_floor(facts, SPAN("plaza"));
    const struct facts_floor *lounge = facts_floor(facts, SPAN("lounge"));
    struct facts_room room;

    T_REQ("SE-4.1-イ-1 SE-4.1-イ-2");
    room = facts_room(facts, plaza, NOW - 1, 100);
    T_OK(room.session == NULL && room.capacity == 40, "before: the floor's plan");
    T_EQ(room.until_utc_us, NOW, "until it begins");
    room = facts_room(facts, plaza, NOW, 100);
    T_OK(room.session != NULL && room.session->is_anonymous, "it runs");
    T_EQ(room.capacity, 3, "its capacity");
    T_EQ(room.when_full, FACTS_WAIT, "a capped session lets wait");
    T_EQ(room.until_utc_us, NOW + 100, "until it ends");
    room = facts_room(facts, plaza, NOW + 100, 100);
    T_OK(room.session == NULL && room.when_full == FACTS_COPY, "over at its end");
    room = facts_room(facts, plaza, NOW + 250, 100);
    T_OK(room.session != NULL && room.capacity == 40 && room.when_full == FACTS_COPY,
         "one without a capacity: the floor's plan");
    T_OK(facts_session_next(facts, SPAN("plaza"), NOW)->from_utc_us == NOW + 200, "the next");
    T_OK(facts_session_next(facts, SPAN("plaza"), NOW + 200) == NULL, "no more");
    room = facts_room(facts, lounge, NOW, 100);
    T_OK(room.session == NULL && room.capacity == 100 && room.when_full == FACTS_COPY,
         "the lounge overflows, by the setting's number");
    T_OK(room.until_utc_us == INT64_MAX, "nothing to come");
    facts_unref(&facts);
}

T_CASE(facts_are_shared_and_sorted)
{
    struct place_facts *facts = facts_of(NULL, 0, NULL, 0, NULL);
    struct place_facts *again = facts_ref(facts);

    T_EQ(facts_n_floors(facts), 2, "two floors");
    T_SPAN(facts_floor_at(facts, 0)->id, SPAN("lounge"), "by id");
    T_SPAN(facts_floor_at(facts, 1)->id, SPAN("plaza"), "by id");
    facts_unref(&facts);
    T_OK(facts == NULL, "left NULL");
    T_SPAN(facts_floor(again, SPAN("plaza"))->ground->floor->id, SPAN("plaza"), "still there");
    facts_unref(&again);
    facts_unref(&again);
    T_OK(ready_ground_find(SPAN("attic")) == NULL, "no such ready floor");
    T_EQ(ready_floors_n, 5, "five ready floors");
    for (size_t i = 0; i < ready_floors_n; i++)
        T_SPAN(ready_ground(i)->floor->id, span_text(ready_floors[i].id), "named after it");
}
