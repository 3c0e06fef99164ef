#include "tenants/leaving/leaving_rule.h"
#include "tests/t.h"

#define BAG "bag"

static struct leaving_facts whole(enum leaving_state state)
{
    return (struct leaving_facts){
        .state = state,
        .has_contract = true,
        .has_town_key = true,
        .now_utc_us = 20,
        .grace_until_utc_us = 10,
        .has_order = true,
        .uploader = {{1}},
        .actor = {{2}},
        .bag = SPAN(BAG),
        .named_bag = SPAN(BAG),
    };
}

/* The only ways there are: state, act, who. Everything else is refused. */
static const struct {
    enum leaving_state from;
    enum leaving_act act;
    enum leaving_actor actor;
    enum leaving_state to;
} ways[] = {
    {LEAVING_ACTIVE, LEAVING_ACT_BEGIN, LEAVING_BY_COMMISSIONER, LEAVING_DRAIN},
    {LEAVING_DRAIN, LEAVING_ACT_EXPORTED, LEAVING_BY_OPERATOR, LEAVING_EXPORTED},
    {LEAVING_EXPORTED, LEAVING_ACT_RECEIPT, LEAVING_BY_COMMISSIONER, LEAVING_RECEIPTED},
    {LEAVING_RECEIPTED, LEAVING_ACT_WAIT, LEAVING_BY_NODE, LEAVING_GRACE},
    {LEAVING_GRACE, LEAVING_ACT_UPLOAD, LEAVING_BY_COMMISSIONER, LEAVING_GRACE},
    {LEAVING_GRACE, LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, LEAVING_ORDERED},
    {LEAVING_DRAIN, LEAVING_ACT_CANCEL, LEAVING_BY_COMMISSIONER, LEAVING_ACTIVE},
    {LEAVING_EXPORTED, LEAVING_ACT_CANCEL, LEAVING_BY_COMMISSIONER, LEAVING_ACTIVE},
    {LEAVING_RECEIPTED, LEAVING_ACT_CANCEL, LEAVING_BY_COMMISSIONER, LEAVING_ACTIVE},
    {LEAVING_GRACE, LEAVING_ACT_CANCEL, LEAVING_BY_COMMISSIONER, LEAVING_ACTIVE},
    {LEAVING_ORDERED, LEAVING_ACT_PURGE, LEAVING_BY_OPERATOR, LEAVING_PEERS_PURGED},
    {LEAVING_PEERS_PURGED, LEAVING_ACT_KEYS, LEAVING_BY_OPERATOR, LEAVING_KEYS_DESTROYED},
    {LEAVING_KEYS_DESTROYED, LEAVING_ACT_CLUSTER, LEAVING_BY_OPERATOR, LEAVING_CLUSTER_REMOVED},
    {LEAVING_CLUSTER_REMOVED, LEAVING_ACT_VOLUME, LEAVING_BY_OPERATOR,
     LEAVING_VOLUME_DISCARDED},
    {LEAVING_VOLUME_DISCARDED, LEAVING_ACT_BACKUPS, LEAVING_BY_OPERATOR,
     LEAVING_BACKUPS_LISTED},
    {LEAVING_BACKUPS_LISTED, LEAVING_ACT_SCAN, LEAVING_BY_OPERATOR, LEAVING_SCANNED},
    {LEAVING_SCANNED, LEAVING_ACT_CERTIFY, LEAVING_BY_OPERATOR, LEAVING_CERTIFIED},
};

static int way_of(int state, int act, int actor)
{
    for (size_t i = 0; i < T_COUNT(ways); i++)
        if ((int)ways[i].from == state && (int)ways[i].act == act &&
            (int)ways[i].actor == actor)
            return (int)i;
    return -1;
}

T_CASE(every_state_act_and_role_is_allowed_or_refused_as_the_table_says) /* AI-7.2-1 */
{
    int n_allowed = 0;

    for (int s = 0; s < LEAVING_STATE_N; s++)
        for (int a = 0; a < LEAVING_ACT_N; a++)
            for (int r = 0; r < LEAVING_ACTOR_N; r++) {
                const struct leaving_facts facts = whole((enum leaving_state)s);
                int way = way_of(s, a, r);
                enum leaving_code code =
                    leaving_judge((enum leaving_act)a, (enum leaving_actor)r, &facts);

                T_EQ(code == LEAVING_OK, way >= 0, leaving_act_id((enum leaving_act)a));
                if (way < 0)
                    continue;
                n_allowed++;
                T_EQ(leaving_after((enum leaving_act)a), ways[way].to, "leads there");
                T_OK(ways[way].act == LEAVING_ACT_UPLOAD ||
                         leaving_may_follow(ways[way].from, ways[way].to),
                     "a journal may say so");
            }
    T_EQ(n_allowed, (int)T_COUNT(ways), "no way more");
}

T_CASE(a_journal_leaves_no_step_out_and_never_turns_back_once_ordered)
{
    for (int from = 0; from < LEAVING_STATE_N; from++)
        for (int to = 0; to < LEAVING_STATE_N; to++) {
            bool is_cancel =
                to == LEAVING_ACTIVE && from > LEAVING_ACTIVE && from < LEAVING_ORDERED;

            T_EQ(leaving_may_follow((enum leaving_state)from, (enum leaving_state)to),
                 is_cancel || to == from + 1, leaving_state_id((enum leaving_state)to));
        }
}

T_CASE(what_is_missing_is_named)
{
    static const struct {
        const char *what;
        enum leaving_state state;
        enum leaving_act act;
        enum leaving_actor actor;
        enum leaving_code want;
        const char *code;
        int status;
    } rows[] = {
        {"an order in the drain", LEAVING_DRAIN, LEAVING_ACT_UPLOAD, LEAVING_BY_COMMISSIONER,
         LEAVING_RECEIPT_NEEDED, "receipt-required", 428},
        {"an order after the export", LEAVING_EXPORTED, LEAVING_ACT_UPLOAD,
         LEAVING_BY_COMMISSIONER, LEAVING_RECEIPT_NEEDED, "receipt-required", 428},
        {"an order of an active node", LEAVING_ACTIVE, LEAVING_ACT_UPLOAD,
         LEAVING_BY_COMMISSIONER, LEAVING_WRONG_STATE, "wrong-state", 409},
        {"a receipt before the export", LEAVING_DRAIN, LEAVING_ACT_RECEIPT,
         LEAVING_BY_COMMISSIONER, LEAVING_WRONG_STATE, "wrong-state", 409},
        {"both by the commissioner", LEAVING_GRACE, LEAVING_ACT_CONFIRM,
         LEAVING_BY_COMMISSIONER, LEAVING_SECOND_PERSON, "second-person-required", 403},
        {"begun by the contractor", LEAVING_ACTIVE, LEAVING_ACT_BEGIN, LEAVING_BY_CONTRACTOR,
         LEAVING_WRONG_ACTOR, "wrong-actor", 403},
        {"cancelled after the order", LEAVING_ORDERED, LEAVING_ACT_CANCEL,
         LEAVING_BY_COMMISSIONER, LEAVING_WRONG_STATE, "wrong-state", 409},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct leaving_facts facts = whole(rows[i].state);
        enum leaving_code code = leaving_judge(rows[i].act, rows[i].actor, &facts);

        T_EQ(code, rows[i].want, rows[i].what);
        T_TEXT(leaving_code_id(code), rows[i].code, rows[i].what);
        T_EQ(leaving_code_status(code), rows[i].status, rows[i].what);
        T_OK(leaving_code_ja(code)[0] != '\0', "a sentence");
    }
}

T_CASE(an_order_waits_for_its_day_its_bag_and_another_person)
{
    struct leaving_facts f = whole(LEAVING_GRACE);

    f.now_utc_us = f.grace_until_utc_us - 1;
    T_EQ(leaving_judge(LEAVING_ACT_UPLOAD, LEAVING_BY_COMMISSIONER, &f), LEAVING_GRACE_NOT_OVER,
         "a moment too early");
    f.now_utc_us++;
    T_EQ(leaving_judge(LEAVING_ACT_UPLOAD, LEAVING_BY_COMMISSIONER, &f), LEAVING_OK, "then");
    f.named_bag = SPAN("another");
    T_EQ(leaving_judge(LEAVING_ACT_UPLOAD, LEAVING_BY_COMMISSIONER, &f), LEAVING_OTHER_BAG,
         "of another bag");
    T_EQ(leaving_judge(LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, &f), LEAVING_OTHER_BAG,
         "confirmed for another bag");
    f = whole(LEAVING_GRACE);
    f.actor = f.uploader;
    T_EQ(leaving_judge(LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, &f), LEAVING_SECOND_PERSON,
         "the same account with another role");
    f.has_order = false;
    T_EQ(leaving_judge(LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, &f), LEAVING_NO_ORDER,
         "nothing to confirm");
    f = whole(LEAVING_EXPORTED);
    f.has_town_key = false;
    T_EQ(leaving_judge(LEAVING_ACT_RECEIPT, LEAVING_BY_COMMISSIONER, &f), LEAVING_NO_TOWN_KEY,
         "nobody's signature can be checked");
    f = whole(LEAVING_ACTIVE);
    f.has_contract = false;
    T_EQ(leaving_judge(LEAVING_ACT_BEGIN, LEAVING_BY_COMMISSIONER, &f), LEAVING_NO_CONTRACT,
         "no contract ends");
}

/* The certificate of a journal whose days go back would never be valid. */
T_CASE(a_clock_that_was_set_back_takes_no_step)
{
    struct leaving_facts f = whole(LEAVING_GRACE);

    T_REQ("AI-7.2-1");
    f.last_utc_us = f.now_utc_us;
    T_EQ(leaving_judge(LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, &f), LEAVING_OK, "at once");
    f.last_utc_us++;
    T_EQ(leaving_judge(LEAVING_ACT_CONFIRM, LEAVING_BY_CONTRACTOR, &f), LEAVING_CLOCK_BEHIND,
         "before the last step");
    T_EQ(leaving_judge(LEAVING_ACT_CANCEL, LEAVING_BY_COMMISSIONER, &f), LEAVING_CLOCK_BEHIND,
         "nor is it cancelled then");
    T_EQ(leaving_judge(LEAVING_ACT_CANCEL, LEAVING_BY_CONTRACTOR, &f), LEAVING_WRONG_ACTOR,
         "whose act it is comes first");
}

T_CASE(what_comes_next_and_whose_turn_it_is)
{
    for (int s = 0; s < LEAVING_STATE_N; s++) {
        struct leaving_facts f = whole((enum leaving_state)s);
        enum leaving_actor actor;
        enum leaving_act act = leaving_next(&f, &actor);

        if (s == LEAVING_CERTIFIED) {
            T_EQ(act, LEAVING_ACT_N, "over");
            continue;
        }
        T_EQ(leaving_judge(act, actor, &f), LEAVING_OK, leaving_state_id(f.state));
        T_OK(act != LEAVING_ACT_CANCEL, "never to give up");
    }
}

T_CASE(states_have_names_and_come_back_from_them)
{
    enum leaving_state back = LEAVING_STATE_N;

    for (int s = 0; s < LEAVING_STATE_N; s++) {
        T_OK(leaving_state_parse(span_text(leaving_state_id((enum leaving_state)s)), &back),
             "parsed");
        T_EQ((int)back, s, leaving_state_id((enum leaving_state)s));
        T_OK(leaving_state_ja((enum leaving_state)s)[0] != '\0', "in Japanese");
    }
    T_OK(!leaving_state_parse(SPAN("Drain"), &back), "no other spelling");
}
