/* Voices in a shared lesson: whose goes where, and what does not. */
#include "tests/unit/federation/room_net.h"

static struct net *three(void)
{
    struct net *net = net_begin(5);

    net_all_up(net);
    for (int town = 0; town < NET_TOWNS; town++) {
        net_come(net, town, 1, false, "child");
        net_come(net, town, 2, true, "staff");
    }
    net_run(net);
    return net;
}

static void speak(struct net *net, int town, int n, bool is_announce)
{
    const struct frame_voice voice = {.is_announce = is_announce,
                                      .number = 7,
                                      .time = 960,
                                      .has_level = true,
                                      .level = 20,
                                      .opus = SPAN("sound")};

    mirror_room_voiced(net->towns[town].room, net_id(2 + town, n), &voice);
}

static int n_voiced(const struct net *net)
{
    return net->towns[0].n_voiced + net->towns[1].n_voiced + net->towns[2].n_voiced;
}

T_CASE(voice_of_a_guest_is_heard_by_the_host_and_the_others)
{
    struct net *net = three();
    uint8_t pseud[FRAME_PSEUD_BYTES];

    T_REQ("AI-2.4-ア, CARD-6");
    speak(net, 1, 1, false);
    net_run(net);
    for (int at = 0; at < NET_TOWNS; at++)
        T_EQ(net->towns[at].n_voiced, at == 1 ? 0 : 1, "once each, and not back");
    net_pseud(1, 1, pseud);
    T_OK(memcmp(net->towns[2].speaker, pseud, sizeof pseud) == 0, "his figure");
    T_SPAN(net->towns[2].voice.opus, SPAN("sound"), "the packet as it was");
    T_EQ(net->towns[2].voice.number * 1000 + net->towns[2].voice.level, 7020,
         "and its numbers");
    T_OK(!net->towns[2].voice.is_announce, "where he stands");
    T_EQ(net->n_rt[0][2], 1, "on the line where it may be dropped");
    speak(net, 0, 2, true);
    net_run(net);
    T_EQ(net->towns[1].n_voiced + net->towns[2].n_voiced, 3, "the host's at both");
    T_OK(net->towns[1].voice.is_announce, "for the whole floor");
    T_EQ(net->n_faults[0] + net->n_drops[0] + net->n_drops[1] + net->n_drops[2], 0,
         "nothing was refused");
    mirror_room_voiced(net->towns[1].room, net_id(9, 9), &net->towns[1].voice);
    net_run(net);
    T_EQ(n_voiced(net), 4, "who is not told of is not heard");
    net_end(&net);
}

T_CASE(voice_that_is_not_to_be_heard_is_dropped_and_counted)
{
    static const struct {
        const char *what;
        int town, n;
        bool is_announce;
        size_t n_opus;
        enum room_rule want;
    } rows[] = {
        {"too large", 1, 1, false, ROOM_VOICE_BYTES + 1, ROOM_RULE_BODY},
        {"of nobody there", 1, 9, false, 40, ROOM_RULE_UNKNOWN},
        {"a child announces nothing", 1, 1, true, 40, ROOM_RULE_ROLE},
    };
    struct net *net = three();
    struct net_made made;

    T_REQ("CARD-9");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(net_take(net, 0, 1,
                      net_voice(&made, rows[i].town, rows[i].n, rows[i].is_announce,
                                rows[i].n_opus)),
             ROOM_DROPPED, rows[i].what);
        T_EQ(net->rule, rows[i].want, rows[i].what);
    }
    T_EQ(net_take(net, 0, 1, net_voice(&made, 2, 1, false, 40)), ROOM_FAULT, "another town's");
    T_EQ(n_voiced(net), 0, "nobody heard anything");
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 1, false, ROOM_VOICE_BYTES)), ROOM_TAKEN,
         "the largest");
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 2, true, 40)), ROOM_TAKEN, "staff announce");
    T_EQ(net_take(net, 0, 2, net_voice(&made, 2, 1, false, 40)), ROOM_TAKEN,
         "others are heard as before");
    net_end(&net);
}

T_CASE(voice_that_the_host_stops_is_silent_at_once)
{
    struct net *net = three();
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_VOICE, .on = true};
    struct net_made made;

    T_REQ("CARD-10");
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "stopped");
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 1, false, 40)), ROOM_DROPPED,
         "before anybody confirmed");
    T_EQ(net->rule, ROOM_RULE_STOPPED, "stopped");
    net_run(net);
    T_EQ(net_n_events(net, 1, NET_STOP), 1, "home is told");
    T_EQ(net->towns[1].events[0].what, ROOM_VOICE, "of his voice");
    T_EQ(net_n_events(net, 0, NET_CONFIRMED), 1, "and confirms");
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 2, false, 40)), ROOM_TAKEN, "others speak");
    act = (struct room_act){.act = net_id(9, 2), .what = ROOM_VOICE};
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "given back");
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 1, false, 40)), ROOM_TAKEN, "heard again");
    net_end(&net);
}

T_CASE(voice_of_a_town_that_floods_is_held_to_its_pace)
{
    struct net *net = three();
    struct net_made made;
    int n_one = 0, n_all = 0;

    for (int i = 0; i < 300; i++)
        n_one += net_take(net, 0, 1, net_voice(&made, 1, 1, false, 40)) == ROOM_TAKEN;
    T_OK(n_one >= 60 && n_one <= 70, "half a second's packets of one talker");
    T_EQ(net->rule, ROOM_RULE_PACE, "then no more");
    T_EQ(net_take(net, 0, 2, net_voice(&made, 2, 1, false, 40)), ROOM_TAKEN, "others go on");
    net->now_us += SECOND_US;
    made.frame.ts_ms = 1001;
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 2, false, 40)), ROOM_DROPPED,
         "what lay about for a second");
    T_EQ(net->rule, ROOM_RULE_LATE, "is late");
    for (int i = 0; i < 5; i++)
        net_come(net, 1, 10 + i, true, "staff");
    net_run(net);
    net->now_us += 60 * SECOND_US;
    for (int i = 0; i < 1000; i++)
        n_all += net_take(net, 0, 1, net_voice(&made, 1, 10 + i % 5, false, 40)) == ROOM_TAKEN;
    T_OK(n_all <= 5 * 62, "each of them to his own, and all to theirs");
    net_end(&net);
}

/* Clocks of two nodes differ: only what took longer than the quickest is late. */
T_CASE(voice_is_dropped_rather_than_late)
{
    static const struct {
        const char *what;
        int64_t pass_ms, ts_ms;
        enum room_got want;
    } rows[] = {
        {"another clock", 0, 5000000, ROOM_TAKEN},
        {"20 ms later", 20, 5000020, ROOM_TAKEN},
        {"it took 150 ms longer", 170, 5000040, ROOM_TAKEN},
        {"and this one 151", 21, 5000060, ROOM_DROPPED},
        {"in time again", 1, 5000212, ROOM_TAKEN},
        {"much later, as quick", 60000, 5060200, ROOM_TAKEN},
        {"that clock was set back", 1000, 1000000, ROOM_DROPPED},
        {"still", 19000, 1019000, ROOM_DROPPED},
        {"and followed", 22000, 1041000, ROOM_TAKEN},
    };
    struct net *net = three();
    struct net_made made;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct frame *frame = net_voice(&made, 1, 1, false, 40);

        net->now_us += rows[i].pass_ms * 1000;
        frame->ts_ms = rows[i].ts_ms;
        T_EQ(net_take(net, 0, 1, frame), rows[i].want, rows[i].what);
        if (rows[i].want == ROOM_DROPPED)
            T_EQ(net->rule, ROOM_RULE_LATE, rows[i].what);
    }
    net_end(&net);
}

T_CASE(voice_of_a_town_that_is_cut_off_is_silent)
{
    struct net *net = three();
    struct net_made made;

    T_REQ("CARD-7");
    net_down(net, 1);
    T_EQ(net_take(net, 0, 1, net_voice(&made, 1, 1, false, 40)), ROOM_DROPPED,
         "what the other line still brings");
    speak(net, 1, 1, false);
    net_up(net, 1, true);
    net_run(net);
    T_EQ(n_voiced(net), 0, "and nothing of it comes later");
    speak(net, 1, 1, false);
    net_run(net);
    T_EQ(n_voiced(net), 2, "it is heard again");
    net_end(&net);
}
