/* Who is where: names, nomination, roaming, consent. */
#include "tests/t.h"
#include "voice/ice.h"

#include "tests/unit/voice/stun_made.h"

struct table {
    struct ice *ice;
    struct ice_name name[VOICE_SESSIONS];
};

static struct table *table_new(int n_sessions)
{
    static struct table table;

    T_EQ(ice_create(&table.ice, NULL), ERR_OK, "made");
    for (int i = 0; i < n_sessions; i++)
        if (ice_open(table.ice, i, 0, &table.name[i], NULL) != ERR_OK)
            T_OK(false, "opened");
    return &table;
}

static enum ice_verdict ask(struct table *t, int session, struct way way, struct made_wish wish,
                            int64_t now_ms)
{
    uint8_t bytes[MADE_CAP], answer[STUN_ANSWER_CAP];
    size_t len = 0;
    int seen = -1;
    enum ice_verdict verdict =
        ice_feed(t->ice, &way, made_request(&t->name[session], &wish, bytes), now_ms, &seen,
                 answer, &len);

    if (verdict == ICE_ANSWERED) {
        T_EQ(seen, session, "the session that was asked for");
        T_SPAN(span_of(answer + 8, 12), span_of(bytes + 8, 12), "an answer to this request");
    }
    return verdict;
}

static uint16_t chosen_port(const struct table *t, int session)
{
    struct way way;

    return ice_way_find(t->ice, session, &way) ? way.port : 0;
}

T_CASE(ice_the_last_nominated_way_is_chosen)
{
    struct table *t = table_new(1);
    struct made_wish plain = {0}, nominates = {.nominates = true};

    T_EQ(chosen_port(t, 0), 0, "nowhere yet");
    T_EQ(ask(t, 0, made_way(1, 0), plain, 0), ICE_ANSWERED, "a first way");
    T_EQ(chosen_port(t, 0), 1, "better than none");
    ask(t, 0, made_way(2, 0), plain, 0);
    T_EQ(chosen_port(t, 0), 1, "a second one changes nothing");
    ask(t, 0, made_way(2, 0), nominates, 0);
    T_EQ(chosen_port(t, 0), 2, "nominated");
    ask(t, 0, made_way(3, 0), nominates, 0);
    ask(t, 0, made_way(1, 0), plain, 0);
    T_EQ(chosen_port(t, 0), 3, "nominated last");
    ask(t, 0, made_way(3, 9), nominates, 0);
    T_EQ(ice_session_find(t->ice, &(struct way){.port = 3}), -1, "another address is nobody");
    ice_way_drop(t->ice, &(struct way){.port = 77});
    struct way tcp = made_way(3, 9), udp = made_way(3, 0);
    ice_way_drop(t->ice, &tcp);
    T_EQ(ice_session_find(t->ice, &tcp), -1, "a connection that ended");
    T_EQ(ice_session_find(t->ice, &udp), 0, "its address over UDP stays");
    T_EQ(chosen_port(t, 0), 0, "nothing is sent until it asks again");
    ask(t, 0, made_way(1, 0), plain, 0);
    T_EQ(chosen_port(t, 0), 1, "then there");
    ice_destroy(&t->ice);
    ice_destroy(&t->ice);
}

T_CASE(ice_refuses_strangers_forgers_and_closed_sessions)
{
    struct table *t = table_new(2);
    struct way way = made_way(1, 0);
    uint8_t answer[STUN_ANSWER_CAP];
    size_t len;
    int seen;

    T_EQ(ask(t, 0, way, (struct made_wish){.username = "AAxxxxxx:peer"}, 0), ICE_STRANGER,
         "a name of an open session, made up");
    T_EQ(ask(t, 0, way, (struct made_wish){.username = "//xxxxxx:peer"}, 0), ICE_STRANGER,
         "of a session that is not open");
    T_EQ(ask(t, 0, way, (struct made_wish){.username = "-_xxxxxx:peer"}, 0), ICE_STRANGER,
         "of no session");
    T_EQ(ask(t, 0, way, (struct made_wish){.username = "A:peer"}, 0), ICE_STRANGER, "short");
    T_EQ(ask(t, 0, way, (struct made_wish){.password = t->name[1].password}, 0), ICE_FORGED,
         "another's password");
    T_EQ(ice_feed(t->ice, &way, SPAN("\0\1\0\0"), 0, &seen, answer, &len), ICE_MALFORMED,
         "not a request");
    T_EQ(ice_session_find(t->ice, &way), -1, "nobody is there by any of these");
    T_EQ(ask(t, 0, way, (struct made_wish){0}, 0), ICE_ANSWERED, "the right one");
    ice_close(t->ice, 0);
    ice_close(t->ice, 0);
    T_EQ(ice_session_find(t->ice, &way), -1, "forgotten");
    T_EQ(ask(t, 0, way, (struct made_wish){0}, 0), ICE_STRANGER, "its name is no name now");
    T_EQ(ice_open(t->ice, 0, 0, &t->name[0], NULL), ERR_OK, "the number is free again");
    T_EQ(ask(t, 0, way, (struct made_wish){0}, 0), ICE_ANSWERED, "under a new name");
    ice_destroy(&t->ice);
}

T_CASE(ice_answers_a_wrong_leader_and_unknown_words_without_moving)
{
    struct table *t = table_new(1);

    T_EQ(ask(t, 0, made_way(1, 0), (struct made_wish){.is_controlled = true}, 0), ICE_ANSWERED,
         "487");
    T_EQ(ask(t, 0, made_way(1, 0), (struct made_wish){.extra = 0x0031}, 0), ICE_ANSWERED,
         "420");
    T_EQ(chosen_port(t, 0), 0, "neither is a way");
    ice_destroy(&t->ice);
}

T_CASE(ice_a_ninth_way_takes_the_place_of_the_one_silent_longest)
{
    struct table *t = table_new(1);
    struct way way;
    int n_known = 0;

    for (int i = 1; i <= ICE_WAYS; i++)
        ask(t, 0, made_way((uint16_t)i, 0), (struct made_wish){.nominates = i == 1}, i);
    ask(t, 0, made_way(2, 0), (struct made_wish){0}, 20);
    ask(t, 0, made_way(100, 0), (struct made_wish){0}, 21);
    way = made_way(3, 0);
    T_EQ(ice_session_find(t->ice, &way), -1, "not the chosen one, not the one just heard");
    for (uint16_t i = 1; i <= 100; i++) {
        way = made_way(i, 0);
        n_known += ice_session_find(t->ice, &way) == 0;
    }
    T_EQ(n_known, ICE_WAYS, "never more");
    T_EQ(chosen_port(t, 0), 1, "the chosen one stays");
    ice_destroy(&t->ice);
}

T_CASE(ice_a_way_belongs_to_one_session_until_that_is_silent)
{
    struct table *t = table_new(2);
    struct way way = made_way(1, 0);

    ask(t, 0, way, (struct made_wish){0}, 0);
    T_EQ(ask(t, 1, way, (struct made_wish){.nominates = true}, ICE_CONSENT_MS - 1), ICE_TAKEN,
         "a neighbour that says it sits there");
    T_EQ(ice_session_find(t->ice, &way), 0, "does not");
    T_EQ(ask(t, 1, way, (struct made_wish){0}, ICE_CONSENT_MS), ICE_ANSWERED,
         "silent: it does");
    T_EQ(ice_session_find(t->ice, &way), 1, "a port that was given to somebody else");
    T_EQ(chosen_port(t, 0), 0, "the first is nowhere");
    ice_destroy(&t->ice);
}

T_CASE(ice_who_asks_nothing_for_30_seconds_is_gone)
{
    struct table *t = table_new(1);

    T_OK(!ice_is_gone(t->ice, 0, 29999), "30 s to come");
    T_OK(ice_is_gone(t->ice, 0, 30000), "and no more");
    ask(t, 0, made_way(1, 0), (struct made_wish){0}, 25000);
    ask(t, 0, made_way(1, 0), (struct made_wish){.password = "x"}, 40000);
    T_OK(!ice_is_gone(t->ice, 0, 54999), "heard at 25 s");
    T_OK(ice_is_gone(t->ice, 0, 55000), "a forged request is no sign of life");
    ice_destroy(&t->ice);
}

T_CASE(ice_finds_every_session_and_way_while_thousands_come_and_go)
{
    struct table *t = table_new(VOICE_SESSIONS);
    int n_right = 0, n_left = 0;

    for (int i = 0; i < VOICE_SESSIONS; i++)
        for (int k = 0; k < ICE_WAYS; k++)
            ask(t, i, made_way((uint16_t)(i + 1), (uint32_t)k), (struct made_wish){0}, 0);
    for (int i = 0; i < VOICE_SESSIONS; i++)
        for (int k = 0; k < ICE_WAYS; k++) {
            struct way way = made_way((uint16_t)(i + 1), (uint32_t)k);

            n_right += ice_session_find(t->ice, &way) == i;
        }
    T_EQ(n_right, VOICE_SESSIONS * ICE_WAYS, "each by each of its ways");
    for (int i = 0; i < VOICE_SESSIONS; i += 2)
        ice_close(t->ice, i);
    for (int i = 0; i < VOICE_SESSIONS; i++) {
        struct way way = made_way((uint16_t)(i + 1), (uint32_t)(i % ICE_WAYS));

        n_left += ice_session_find(t->ice, &way) == (i % 2 == 0 ? -1 : i);
    }
    T_EQ(n_left, VOICE_SESSIONS, "half of them closed: gone; the others as before");
    ice_destroy(&t->ice);
}
