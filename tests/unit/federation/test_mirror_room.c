/* Rooms of a shared lesson at three towns, in one process. Long, for every case plays on the
 * same three towns (room_net.h) and the rules of a room are read best side by side. */
#include "tests/unit/federation/room_net.h"

static struct net *three(int places)
{
    struct net *net = net_begin(places);

    net_all_up(net);
    for (int town = 0; town < NET_TOWNS; town++)
        net_come(net, town, 1, false, "child");
    net_run(net);
    return net;
}

T_CASE(room_three_towns_see_each_other_once)
{
    struct net *net = three(5);

    T_REQ("CARD-2");
    for (int at = 0; at < NET_TOWNS; at++) {
        for (int town = 0; town < NET_TOWNS; town++)
            T_EQ(net_sees(net, at, town, 1), at != town, "each sees the other two");
        T_EQ(net->towns[at].n_put, 2, "each once");
        T_EQ(net->n_faults[at] + net->n_drops[at], 0, "nothing was refused");
    }
    net_go(net, 1, 1);
    net_run(net);
    T_OK(!net_sees(net, 0, 1, 1) && !net_sees(net, 2, 1, 1), "who leaves is gone everywhere");
    T_OK(net_sees(net, 2, 0, 1), "the others stay");
    net_end(&net);
}

T_CASE(room_guests_get_each_act_once_from_the_host)
{
    struct net *net = three(5);
    int before[NET_TOWNS][NET_TOWNS];
    const struct frame_pos pos = {.at = {300, 400}};
    struct id line;
    uint8_t pseud[FRAME_PSEUD_BYTES];

    T_REQ("CARD-2, CARD-9");
    /* The number of those who listen does not matter: nothing is sent for each of them. */
    for (int n = 2; n <= 5; n++)
        net_come(net, 2, n, false, "listener");
    net_run(net);
    memcpy(before, net->n_sent, sizeof before);
    line = net_say(net, 1, 1, "hello");
    mirror_room_moved(net->towns[1].room, net_id(3, 1), &pos, false);
    mirror_room_reacted(net->towns[1].room, net_id(3, 1), 4);
    net_run(net);
    T_EQ(net->n_sent[1][0] - before[1][0], 3, "the guest says each once");
    T_EQ(net->n_sent[0][2] - before[0][2], 3, "the host tells each on once");
    T_EQ(net->n_sent[0][1] - before[0][1], 0, "and not back");
    T_EQ(net->n_rt[0][2], 1, "movement goes where it may be dropped");
    T_EQ(net_n_heard(net, 0, line), 1, "heard at the host");
    T_EQ(net_n_heard(net, 2, line), 1, "heard at the other guest");
    T_EQ(net_n_heard(net, 1, line), 0, "not at home, where it was said already");
    T_EQ(net->towns[2].n_moved, 1, "moved");
    T_EQ(net->towns[0].n_reacted + net->towns[2].n_reacted, 2, "reacted");
    net_pseud(1, 1, pseud);
    T_EQ(mirror_room_find(net->towns[2].room, pseud)->look.at.x, 300, "where he stands");
    line = net_say(net, 0, 1, "from the host");
    net_run(net);
    T_EQ(net_n_heard(net, 1, line) + net_n_heard(net, 2, line), 2, "the host's to both");
    net_end(&net);
}

T_CASE(room_a_peer_speaks_for_its_own_people_alone)
{
    static const enum frame_type types[] = {FRAME_LEAVE, FRAME_POS, FRAME_REACT, FRAME_HAND};
    static const uint8_t spot[4] = {1, 2, 3, 4};
    struct net *net = three(5);
    struct net_made made;

    T_REQ("CARD-6, CARD-10");
    for (int owner = 0; owner < NET_TOWNS; owner += 2) /* the host's child, the other guest's */
        for (size_t i = 0; i < T_COUNT(types); i++) {
            struct span body = types[i] == FRAME_POS     ? span_of(spot, 4)
                               : types[i] == FRAME_REACT ? span_of(spot, 1)
                                                         : SPAN_NONE;

            T_EQ(net_take(net, 0, 1, net_bytes(&made, types[i], owner, 1, body)), ROOM_FAULT,
                 frame_type_name(types[i]));
            T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
        }
    T_EQ(net_take(net, 0, 1, net_chat(&made, 2, 1, 1, 1, "I am him")), ROOM_FAULT, "chat");
    T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
    T_EQ(net_take(net, 0, 1, net_join(&made, 2, 1, 1, false)), ROOM_DROPPED,
         "join as another's");
    T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
    T_EQ(net_take(net, 0, 1, net_join(&made, 0, 1, 1, false)), ROOM_FAULT, "as the host's");
    T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
    T_TEXT(room_rule_name(ROOM_RULE_FOREIGN), "foreign-pseud", "its name");
    T_EQ(net_take(net, 0, 1, net_join(&made, 1, 9, 2, false)), ROOM_FAULT,
         "a new one, of another town");
    T_EQ(net->rule, ROOM_RULE_NODE, "node");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 2, 1, "x")), ROOM_FAULT,
         "its own child, as the other town's");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_REACT, 1, 77, span_of(spot, 1))),
         ROOM_DROPPED, "nobody joined by that");
    T_EQ(net->rule, ROOM_RULE_UNKNOWN, "unknown");
    (void)net_join(&made, 1, 8, 1, false);
    memset(made.frame.pseud, 0, sizeof made.frame.pseud);
    T_EQ(net_take(net, 0, 1, &made.frame), ROOM_FAULT, "as nobody, to whom most lines are");
    /* Nor may the host speak for a guest's own. */
    T_EQ(net_take(net, 1, 0, net_join(&made, 1, 1, 0, false)), ROOM_FAULT, "a guest's own");
    T_EQ(net_take(net, 1, 0, net_join(&made, 1, 8, 1, false)), ROOM_FAULT, "of its home");
    T_EQ(net_take(net, 1, 0, net_chat(&made, 1, 1, 1, 9, "you said")), ROOM_FAULT, "words");
    T_EQ(net_take(net, 1, 0, net_bytes(&made, FRAME_HAND, 1, 1, SPAN_NONE)), ROOM_TAKEN,
         "but its team puts down a hand: the board judges");
    /* Who is no peer is nobody: guests have no link with each other. */
    T_EQ(net_take(net, 1, 2, net_join(&made, 2, 5, 2, false)), ROOM_FAULT, "the other guest");
    T_EQ(net->rule, ROOM_RULE_STRANGER, "stranger");
    T_OK(net_sees(net, 0, 2, 1) && net_sees(net, 2, 1, 1) && net_sees(net, 1, 2, 1),
         "nothing has changed");
    T_EQ(net->towns[0].n_shown + net->towns[2].n_shown, 0, "no word was shown");
    net_end(&net);
}

T_CASE(room_who_joins_by_anothers_pseudonym_first_cuts_nobody_off)
{
    static const uint8_t spot[4] = {1, 2, 3, 4};
    struct net *net = three(5);
    struct net_made made;

    T_REQ("CARD-6, CARD-10");
    T_EQ(net_take(net, 0, 1, net_join(&made, 2, 9, 1, false)), ROOM_TAKEN, "seen last week");
    net_come(net, 2, 9, false, "its owner");
    net_run(net);
    T_EQ(net->n_faults[0], 0, "the owner's town stays");
    T_EQ(net_take(net, 0, 2, net_bytes(&made, FRAME_POS, 2, 9, span_of(spot, 4))), ROOM_DROPPED,
         "what was on its way is no fault");
    T_EQ(net_n_events(net, 2, NET_BLOCKED), 1, "it hears that he is not seen");
    T_OK(net_sees(net, 0, 2, 1) && net_sees(net, 1, 2, 1), "its others are seen");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_LEAVE, 2, 9, SPAN_NONE)), ROOM_TAKEN,
         "gone");
    net_go(net, 2, 9);
    net_come(net, 2, 9, false, "its owner");
    net_run(net);
    T_OK(net_sees(net, 0, 2, 9), "he comes");
    /* One of the host's own is known. */
    T_EQ(net_take(net, 0, 1, net_join(&made, 0, 9, 1, false)), ROOM_TAKEN, "not here yet");
    net_come(net, 0, 9, false, "the host's");
    net_pass_time(net, ROOM_TICK_US);
    T_OK(!net_sees(net, 0, 0, 9), "nobody passes for who is here");
    T_OK(net_sees(net, 2, 0, 9), "whom the others see");
    net_end(&net);
}

T_CASE(room_seats_count_children_of_a_node)
{
    struct net *net = net_begin(3);

    T_REQ("CARD-2");
    net_all_up(net);
    for (int n = 1; n <= 4; n++)
        net_come(net, 1, n, false, "child");
    for (int n = 11; n < 11 + ROOM_STAFF_MOST + 1; n++)
        net_come(net, 1, n, true, "staff");
    net_come(net, 2, 1, false, "other town");
    net_run(net);
    T_OK(net_sees(net, 0, 1, 3) && !net_sees(net, 0, 1, 4), "three of four");
    T_OK(net_sees(net, 0, 1, 11 + ROOM_STAFF_MOST - 1), "staff take no child's seat");
    T_OK(!net_sees(net, 0, 1, 11 + ROOM_STAFF_MOST), "but are bounded, too");
    T_OK(net_sees(net, 0, 2, 1), "each town has its own");
    T_EQ(net_n_events(net, 1, NET_BLOCKED), 2, "the town hears of both");
    T_EQ(net->towns[1].events[0].what, ROOM_BLOCKED_SEATS, "why");
    T_EQ(net_n_events(net, 2, NET_BLOCKED), 0, "the other does not");
    net_go(net, 1, 2);
    net_run(net);
    T_OK(net_sees(net, 0, 1, 4) && net_sees(net, 2, 1, 4), "a seat is free: the fourth comes");
    T_EQ(net->n_faults[0] + net->n_faults[1], 0, "nobody meant ill");
    net_end(&net);
}

T_CASE(room_a_child_does_not_become_staff_to_save_a_seat)
{
    struct net *net = three(1);
    struct net_made made;
    struct frame *look = net_join(&made, 1, 1, 1, true);

    T_EQ(net_take(net, 0, 1, look), ROOM_FAULT, "the same one, now staff");
    look->type = FRAME_LOOK;
    T_EQ(net_take(net, 0, 1, look), ROOM_FAULT, "by a look");
    made.bytes[0] = 2; /* the first byte of a look: a teacher */
    T_EQ(net_take(net, 0, 1, look), ROOM_FAULT, "nor a teacher");
    T_EQ(net_take(net, 0, 1, net_join(&made, 1, 2, 1, false)), ROOM_DROPPED, "no second seat");
    T_EQ(net->rule, ROOM_RULE_SEATS, "seats");
    net_end(&net);
}

T_CASE(room_ten_thousand_joins_are_its_seats)
{
    struct net *net = three(5);
    struct net_made made;
    int before = net->n_sent[0][2], back = net->n_sent[0][1];

    T_REQ("CARD-10");
    for (int n = 2; n < 10002; n++)
        (void)net_take(net, 0, 1, net_join(&made, 1, n, 1, n % 2 == 0));
    T_EQ(net_status(net, 0).n_figures, 1 + 5 + ROOM_STAFF_MOST, "its seats and its staff");
    T_EQ(net->n_sent[0][2] - before, 4 + ROOM_STAFF_MOST, "the other town hears of those");
    T_OK(net->n_sent[0][1] - back <= 60, "and refusals are said at a pace");
    T_EQ(net_status(net, 0).n_dropped[ROOM_RULE_SEATS], 10000 - 4 - ROOM_STAFF_MOST, "counted");
    net_end(&net);
}

T_CASE(room_coming_and_going_has_a_pace)
{
    struct net *net = three(5);
    struct net_made made;
    int before = net->n_sent[0][2];

    net->now_us += MINUTE_US; /* nothing waited */
    for (int i = 0; i < 5000; i++) {
        (void)net_take(net, 0, 1, net_join(&made, 1, 2, 1, false));
        (void)net_take(net, 0, 1, net_make(&made, FRAME_LEAVE, 1, 2));
    }
    T_OK(net->n_sent[0][2] - before <= 2 * (64 + 2 * 5) + 2, "the other town is spared");
    net->now_us += 10 * SECOND_US;
    T_EQ(net_take(net, 0, 1, net_join(&made, 1, 2, 1, false)), ROOM_TAKEN, "later, again");
    net_end(&net);
}

T_CASE(room_looks_moves_and_reactions_have_a_pace)
{
    static const uint8_t spot[4] = {1, 2, 3, 4};
    struct net *net = three(5);
    struct net_made made;

    net->now_us += MINUTE_US; /* nothing waited */
    for (int i = 0; i < 1000; i++) {
        (void)net_take(net, 0, 1, net_join(&made, 1, 1, 1, false));
        (void)net_take(net, 0, 1, net_bytes(&made, FRAME_POS, 1, 1, span_of(spot, 4)));
        (void)net_take(net, 0, 1, net_bytes(&made, FRAME_REACT, 1, 1, span_of(spot, 1)));
    }
    T_OK(net->towns[0].n_changed <= 21, "looks");
    T_OK(net->towns[0].n_moved <= ROOM_MOVES_S + 1, "moves");
    T_OK(net->towns[0].n_reacted <= 13, "reactions");
    net->now_us += SECOND_US;
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_POS, 1, 1, span_of(spot, 4))), ROOM_TAKEN,
         "a second later");
    net_end(&net);
}

T_CASE(room_lines_have_a_pace_and_bytes_a_bound)
{
    struct net *net = three(5);
    struct net_made made;
    char text[61];
    int n_bytes = 0;

    T_REQ("CARD-10");
    net->now_us += MINUTE_US;
    for (uint64_t i = 1; i <= 500; i++)
        (void)net_take(net, 0, 1, net_chat(&made, 1, 1, 1, i, "flood"));
    T_EQ(net->towns[0].n_heard, ROOM_SAY_BURST, "a burst, no more");
    T_OK(net->n_sent[0][1] <= 60, "told at a pace");
    net->now_us += 10 * SECOND_US;
    for (uint64_t i = 501; i <= 550; i++)
        (void)net_take(net, 0, 1, net_chat(&made, 1, 1, 1, i, "flood"));
    T_EQ(net->towns[0].n_heard, ROOM_SAY_BURST + 12, "ten seconds are twelve lines");
    /* The sum of a town: many children, long lines. */
    memset(text, 'a', sizeof text - 1);
    text[60] = 0;
    net->now_us += 10 * MINUTE_US;
    for (int n = 2; n <= 5; n++)
        (void)net_take(net, 0, 1, net_join(&made, 1, n, 1, false));
    net->towns[0].n_heard = 0;
    for (uint64_t i = 1000; i < 12000; i++) {
        net->now_us += SECOND_US / 200;
        net_take(net, 0, 1, net_chat(&made, 1, 1 + (int)(i % 5), 1, i, text));
    }
    n_bytes = net->towns[0].n_heard * 60;
    T_OK(n_bytes <= ROOM_BYTES_MINUTE * 2, "in less than a minute no more than two");
    T_EQ(net->n_faults[0], 0, "no fault");
    net_end(&net);
}

T_CASE(room_bytes_of_long_lines_are_bounded_at_once)
{
    static char text[FRAME_TEXT_MOST + 1];
    struct net *net = net_begin(40);
    struct net_made made;

    net_all_up(net);
    net->now_us += HOUR_US;
    memset(text, 'a', sizeof text - 1);
    net->towns[0].is_slow = true;
    for (int n = 1; n <= 40; n++)
        (void)net_take(net, 0, 1, net_join(&made, 1, n, 1, false));
    for (int n = 1; n <= 40; n++)
        (void)net_take(net, 0, 1, net_chat(&made, 1, n, 1, (uint64_t)n, text));
    T_EQ(net->towns[0].n_heard, ROOM_BYTES_MINUTE / FRAME_TEXT_MOST, "64 kB at once");
    for (int i = 0; i < net->towns[0].n_waiting; i++)
        free((void *)(uintptr_t)net->towns[0].waiting[i].text.p);
    net->towns[0].n_waiting = 0;
    net_end(&net);
}

T_CASE(room_a_host_that_floods_is_bounded_at_a_guest)
{
    static char text[FRAME_TEXT_MOST + 1];
    struct net *net = three(5);
    struct net_made made;

    net->now_us += HOUR_US;
    memset(text, 'a', sizeof text - 1);
    net->towns[1].is_slow = true;
    for (uint64_t i = 1; i <= 1000; i++) {
        (void)net_take(net, 1, 0, net_chat(&made, 2, 1, 2, i, text));
        if (net->towns[1].n_waiting > 0)
            free((void *)(uintptr_t)net->towns[1].waiting[--net->towns[1].n_waiting].text.p);
    }
    T_EQ(net->towns[1].n_heard, ROOM_PEERS_MOST * ROOM_BYTES_MINUTE / FRAME_TEXT_MOST,
         "bounded");
    for (int n = 2; n < 3000; n++)
        (void)net_take(net, 1, 0, net_join(&made, 2, n, 2, false));
    T_EQ(net_status(net, 1).n_figures, ROOM_FIGURES_MOST, "and so is who is there");
    net_end(&net);
}

T_CASE(room_numbers_of_lines_are_heard_once_in_any_order)
{
    static const struct {
        const char *what;
        uint64_t number;
        enum room_got want;
    } rows[] = {
        {"the first one", 10, ROOM_TAKEN},
        {"again", 10, ROOM_AGAIN},
        {"one of before", 9, ROOM_TAKEN},
        {"again", 9, ROOM_AGAIN},
        {"none", 0, ROOM_FAULT},
        {"past what a row holds", (uint64_t)INT64_MAX + 1, ROOM_FAULT},
        {"far ahead", 2000000, ROOM_FAULT},
        {"some ahead", 3000, ROOM_TAKEN},
        {"too old to be told apart", 11, ROOM_AGAIN},
        {"just told apart", 3000 - 1023, ROOM_TAKEN},
        {"again", 3000 - 1023, ROOM_AGAIN},
        {"its slot is another's", 3001, ROOM_TAKEN},
        {"now too old", 3001 - 1024, ROOM_AGAIN},
        {"still known", 3000, ROOM_AGAIN},
    };
    struct net *net = three(5);
    struct net_made made;

    T_REQ("CARD-12");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        net->now_us += SECOND_US;
        T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, rows[i].number, "x")), rows[i].want,
             rows[i].what);
    }
    T_EQ(net_take(net, 0, 2, net_chat(&made, 2, 1, 2, 10, "x")), ROOM_TAKEN,
         "another home counts by itself");
    net_end(&net);
}

T_CASE(room_a_line_that_could_not_be_written_may_come_again)
{
    struct net *net = three(5);
    struct net_made made;
    struct room_line line;

    net->towns[0].is_slow = true;
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 5, "x")), ROOM_TAKEN, "heard");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 5, "x")), ROOM_AGAIN, "while it waits");
    line = net->towns[0].waiting[0];
    mirror_room_unheard(net->towns[0].room, &line, 0, true);
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 5, "x")), ROOM_TAKEN, "again");
    free((void *)(uintptr_t)line.text.p);
    line = net->towns[0].waiting[1];
    mirror_room_unheard(net->towns[0].room, &line, ROOM_BLOCKED_WORDS, false);
    net_run(net);
    T_EQ(net->towns[1].events[0].what, ROOM_BLOCKED_WORDS, "its home hears why");
    T_OK(id_eq(net->towns[1].events[0].id, line.line), "and of which line");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 5, "x")), ROOM_AGAIN, "judged is judged");
    T_EQ(net->towns[2].n_shown, 0, "told on to nobody");
    free((void *)(uintptr_t)line.text.p);
    net->towns[0].n_waiting = 0;
    net_end(&net);
}

T_CASE(room_a_host_mutes_at_once_and_home_confirms)
{
    struct net *net = three(5);
    struct town *host = &net->towns[0];
    struct net_made made;
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_CHAT, .on = true};
    struct id line;

    T_REQ("CARD-10");
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(host->room, &act, net->now_us, NULL), ERR_OK, "muted");
    T_EQ(mirror_room_stop(host->room, &act, net->now_us, NULL), ERR_OK, "the same again");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 1, "still on its way")), ROOM_DROPPED,
         "before anybody confirmed");
    T_EQ(net->rule, ROOM_RULE_STOPPED, "stopped");
    net_run(net);
    T_EQ(net_n_events(net, 1, NET_STOP), 1, "home is told once");
    T_OK(id_eq(net->towns[1].events[0].account, net_id(3, 1)), "about whom");
    T_EQ(net_n_events(net, 0, NET_CONFIRMED), 1, "and confirms");
    net_pass_time(net, 2 * SECOND_US);
    T_EQ(net_n_events(net, 0, NET_LATE), 0, "in time");
    T_EQ(net_status(net, 0).n_waiting, 0, "nothing waits");
    T_OK(net_sees(net, 0, 1, 1), "he is still there");
    act = (struct room_act){.act = net_id(9, 2), .what = ROOM_CHAT, .on = false};
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(host->room, &act, net->now_us, NULL), ERR_OK, "given back");
    net_run(net);
    net->towns[1].number = 10;
    line = net_say(net, 1, 1, "hello again");
    net_run(net);
    T_EQ(net_n_heard(net, 0, line) + net_n_heard(net, 2, line), 2, "heard again");
    net_end(&net);
}

T_CASE(room_a_home_that_does_not_confirm_is_late_once)
{
    struct net *net = three(5);
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_REACT, .on = true};
    static const uint8_t kind[1] = {2};
    struct net_made made;

    T_REQ("CARD-10");
    net->towns[1].does_not_stop = true;
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "stopped");
    net_run(net);
    net_pass_time(net, ROOM_ACK_US - 1);
    T_EQ(net_n_events(net, 0, NET_LATE), 0, "not yet");
    net_pass_time(net, 1);
    net_pass_time(net, MINUTE_US);
    T_EQ(net_n_events(net, 0, NET_LATE), 1, "staff hear of it once");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_REACT, 1, 1, span_of(kind, 1))),
         ROOM_DROPPED, "the host goes on dropping");
    mirror_room_confirm(net->towns[1].room, act.act);
    net_run(net);
    T_EQ(net_n_events(net, 0, NET_CONFIRMED), 1, "late is better than never");
    net_end(&net);
}

T_CASE(room_who_is_ejected_is_gone_and_stays_out)
{
    struct net *net = three(5);
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_EJECT, .on = true};
    struct net_made made;

    T_REQ("CARD-10");
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "out");
    T_OK(!net_sees(net, 0, 1, 1), "gone at once, nobody was asked");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 1, "x")), ROOM_DROPPED, "words");
    T_EQ(net->rule, ROOM_RULE_EJECTED, "ejected");
    T_EQ(net_take(net, 0, 1, net_join(&made, 1, 1, 1, false)), ROOM_DROPPED, "back in");
    net_run(net);
    T_OK(!net_sees(net, 2, 1, 1), "gone at the other town");
    T_EQ(net_n_events(net, 1, NET_STOP), 1, "home is told");
    T_EQ(net_n_events(net, 0, NET_CONFIRMED), 1, "and confirms");
    T_OK(net_sees(net, 2, 0, 1), "nobody else went");
    /* A cut, a program that began anew: it still holds, and home is told again. */
    net_down(net, 1);
    town_begin(net, 1, 5);
    net_come(net, 1, 1, false, "child");
    net_up(net, 1, false);
    net_run(net);
    T_OK(!net_sees(net, 0, 1, 1) && !net_sees(net, 2, 1, 1), "not by coming again");
    T_EQ(net_n_events(net, 1, NET_STOP), 1, "home, which had forgotten, is told");
    net_end(&net);
}

T_CASE(room_who_was_ejected_is_let_in_again)
{
    struct net *net = three(5);
    struct mirror_room *room = net->towns[0].room;
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_EJECT, .on = false};
    const struct room_act *out;
    int at = 0;

    T_REQ("CARD-10");
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(room, &act, net->now_us, NULL), ERR_NOT_FOUND, "he is not out");
    act.on = true;
    T_EQ(mirror_room_stop(room, &act, net->now_us, NULL), ERR_OK, "out");
    net_run(net);
    out = mirror_room_out_next(room, &at);
    T_OK(out != NULL && out == mirror_room_out(room, act.pseud), "the host knows who is out");
    T_TEXT(out == NULL ? "" : out->name, "child", "by name");
    T_OK(mirror_room_out_next(room, &at) == NULL, "nobody else");
    act.act = net_id(9, 2);
    act.on = false;
    act.what = ROOM_EJECT | ROOM_CHAT;
    T_EQ(mirror_room_stop(room, &act, net->now_us, NULL), ERR_INVALID, "one thing at a time");
    act.what = ROOM_EJECT;
    T_EQ(mirror_room_stop(room, &act, net->now_us, NULL), ERR_OK, "in again");
    net_run(net);
    at = 0;
    T_OK(mirror_room_out_next(room, &at) == NULL, "nobody is out");
    T_EQ(net_n_events(net, 1, NET_STOP), 2, "home is told of both");
    T_EQ(net_n_events(net, 0, NET_CONFIRMED), 2, "and confirms");
    T_EQ(mirror_room_stops(net->towns[1].room, act.pseud), 0, "nothing holds at home");
    net_go(net, 1, 1);
    net_come(net, 1, 1, false, "child");
    net_run(net);
    T_OK(net_sees(net, 0, 1, 1) && net_sees(net, 2, 1, 1), "he comes again, for all");
    net_end(&net);
}

T_CASE(room_acts_are_the_hosts_alone)
{
    struct net *net = three(5);
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_EJECT, .on = true};
    struct net_made made;
    uint8_t mute[18] = {9, [16] = FRAME_MUTE_CHAT, [17] = 1};

    T_REQ("CARD-10");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_EJECT, 2, 1, span_of(act.act.b, 16))),
         ROOM_FAULT, "a guest ejects another's child");
    T_EQ(net->rule, ROOM_RULE_ROLE, "role");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_MUTE, 0, 1, span_of(mute, sizeof mute))),
         ROOM_FAULT, "or mutes the host's");
    net_pseud(0, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[1].room, &act, net->now_us, NULL), ERR_INVALID,
         "a guest's room makes none");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_BLOCKED, 1, 1, span_of(mute, 17))),
         ROOM_FAULT, "a guest blocks nothing");
    T_EQ(net_take(net, 1, 0, net_bytes(&made, FRAME_EJECT, 2, 1, span_of(act.act.b, 16))),
         ROOM_FAULT, "the host tells a guest about another guest's child");
    T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
    T_EQ(net_take(net, 1, 0, net_bytes(&made, FRAME_ACK, 1, 1, span_of(act.act.b, 16))),
         ROOM_FAULT, "the host confirms nothing");
    /* An ack of an act about somebody else's child. */
    net_pseud(2, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "ejected");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_ACK, 2, 1, span_of(act.act.b, 16))),
         ROOM_FAULT, "confirmed by who has no say");
    T_EQ(net_status(net, 0).n_waiting, 1, "still waits");
    act = (struct room_act){.act = net_id(9, 7), .what = ROOM_CHAT, .on = true};
    net_pseud(1, 99, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_NOT_FOUND,
         "nobody is there by that");
    net_end(&net);
}

T_CASE(room_an_act_of_before_a_restart_holds)
{
    struct net *net = three(5);
    struct room_act act = {
        .act = net_id(9, 1), .node = net_node(1), .what = ROOM_CHAT, .on = true};
    struct net_made made;

    net_down(net, 1);
    net_pseud(1, 1, act.pseud);
    town_begin(net, 0, 5);
    T_EQ(mirror_room_stop_restore(net->towns[0].room, &act, NULL), ERR_OK, "read back");
    T_EQ(mirror_room_stop_restore(net->towns[0].room, &act, NULL), ERR_OK, "twice is once");
    net_up(net, 1, false);
    net_run(net);
    T_EQ(net_n_events(net, 1, NET_STOP), 1, "home is told again");
    T_EQ(net_take(net, 0, 1, net_chat(&made, 1, 1, 1, 1, "x")), ROOM_DROPPED, "it holds");
    net_pass_time(net, MINUTE_US);
    T_EQ(net_n_events(net, 0, NET_LATE), 0, "nobody is told anew that it is late");
    net_end(&net);
}

T_CASE(room_a_cut_keeps_what_was_said_and_loses_nobody)
{
    struct net *net = three(5);
    struct id there, back;
    const struct frame_pos pos = {.at = {700, 800}};
    uint8_t pseud[FRAME_PSEUD_BYTES];

    T_REQ("CARD-12");
    net_down(net, 1);
    net_pseud(1, 1, pseud);
    T_OK(mirror_room_find(net->towns[0].room, pseud)->is_lost, "lost at the host");
    net_run(net);
    T_OK(mirror_room_find(net->towns[2].room, pseud)->is_lost, "the other guest is told");
    T_EQ(net_status(net, 1).n_lost, 2, "at the guest everybody else is");
    T_EQ(net_status(net, 2).n_lost, 1, "whose own link is whole");
    there = net_say(net, 1, 1, "are you there");
    back = net_say(net, 2, 1, "where are you");
    mirror_room_moved(net->towns[1].room, net_id(3, 1), &pos, false);
    net_run(net);
    T_EQ(net_n_heard(net, 0, there), 0, "it waits");
    net_pass_time(net, MINUTE_US);
    net_up(net, 1, true);
    net_run(net);
    T_EQ(net_n_heard(net, 0, there), 1, "heard once at the host");
    T_EQ(net_n_heard(net, 2, there), 1, "and at the other guest");
    T_EQ(net_n_heard(net, 1, back), 1, "and the other way");
    T_EQ(net_status(net, 0).n_lost + net_status(net, 1).n_lost + net_status(net, 2).n_lost, 0,
         "nobody is lost");
    T_EQ(mirror_room_find(net->towns[2].room, pseud)->look.at.x, 700, "where he stands now");
    T_EQ(net->towns[0].n_put, 2, "nobody came twice");
    net_end(&net);
}

T_CASE(room_a_long_cut_hides_then_forgets)
{
    struct net *net = three(5);
    struct id line;

    T_REQ("CARD-12");
    net_down(net, 1);
    net_pass_time(net, ROOM_LOST_US - 1);
    T_OK(net_sees(net, 0, 1, 1), "greyed");
    net_pass_time(net, 1);
    T_OK(!net_sees(net, 0, 1, 1), "not shown any more");
    T_OK(!net_sees(net, 2, 1, 1), "nor at the other guest");
    T_OK(!net_sees(net, 1, 0, 1), "nor the others at the guest that is cut off");
    line = net_say(net, 1, 1, "hello");
    net_up(net, 1, true);
    net_run(net);
    T_OK(net_sees(net, 0, 1, 1) && net_sees(net, 2, 1, 1) && net_sees(net, 1, 2, 1),
         "found again");
    T_EQ(net_n_heard(net, 2, line), 1, "what waited is heard");
    net_down(net, 1);
    net_pass_time(net, ROOM_FORGET_US);
    T_EQ(net_status(net, 0).n_figures, 1, "forgotten");
    net_end(&net);
}

T_CASE(room_a_minute_of_lines_comes_after_a_cut)
{
    struct net *net = three(5);

    T_REQ("CARD-12");
    net_down(net, 1);
    for (int i = 0; i < 60; i++) {
        (void)net_say(net, 1, 1, "one a second");
        net->now_us += SECOND_US;
    }
    net_up(net, 1, true);
    net_run(net);
    T_EQ(net->towns[0].n_shown, 60, "none was too many at once");
    T_EQ(net->towns[2].n_shown, 60, "nor at the other town");
    net_end(&net);
}

T_CASE(room_a_killed_program_is_told_everything_anew)
{
    struct net *net = three(5);
    struct id first = net_say(net, 1, 1, "before"), second, third;

    T_REQ("CARD-12");
    net_come(net, 1, 2, false, "second");
    net_run(net);
    /* The guest's program is killed; one of its children does not come back. */
    net_down(net, 1);
    second = net_say(net, 2, 1, "meanwhile");
    mirror_room_destroy(&net->towns[1].room);
    town_begin(net, 1, 5);
    net->towns[1].number = 1;
    net_come(net, 1, 1, false, "child");
    net_up(net, 1, false);
    net_run(net);
    T_OK(net_sees(net, 0, 1, 1) && !net_sees(net, 0, 1, 2), "who was not named is gone");
    T_OK(!net_sees(net, 2, 1, 2), "and elsewhere");
    T_EQ(net_n_heard(net, 1, second), 1, "what was said meanwhile is said again");
    /* The host's program is killed. */
    net_down(net, 1);
    net_down(net, 2);
    mirror_room_destroy(&net->towns[0].room);
    town_begin(net, 0, 5);
    net_up(net, 1, false);
    net_up(net, 2, false);
    net_run(net);
    T_OK(net_sees(net, 0, 1, 1) && net_sees(net, 0, 2, 1), "both towns are there again");
    T_OK(net_sees(net, 1, 2, 1) && net_sees(net, 2, 1, 1), "for each other, too");
    T_OK(!net_sees(net, 1, 0, 1), "the host's child is not there yet");
    T_EQ(net_n_heard(net, 0, second), 1, "a host that forgot hears it from the guest");
    T_EQ(net_n_heard(net, 2, first) + net_n_heard(net, 1, second), 2, "and nobody twice");
    third = net_say(net, 1, 1, "after");
    net_run(net);
    T_EQ(net_n_heard(net, 0, third) + net_n_heard(net, 2, third), 2, "and it goes on");
    net_end(&net);
}

T_CASE(room_numbers_read_back_are_not_heard_twice)
{
    struct net *net = three(5);
    struct room_line line = {.node = net_node(1), .number = 1, .line = net_id(21, 1)};

    net_pseud(1, 1, line.pseud);
    (void)net_say(net, 1, 1, "once");
    net_run(net);
    net_down(net, 1);
    mirror_room_destroy(&net->towns[0].room);
    town_begin(net, 0, 5);
    T_EQ(mirror_room_restore(net->towns[0].room, &line, NULL), ERR_OK, "read back");
    net_up(net, 1, false);
    net_run(net);
    T_EQ(net->towns[0].n_heard, 0, "said again, and known");
    T_EQ(net_status(net, 0).n_again, 1, "counted");
    net_end(&net);
}

T_CASE(room_a_line_taken_away_is_gone_everywhere)
{
    struct net *net = three(5);
    struct id own = net_say(net, 1, 1, "a"), other = net_say(net, 2, 1, "b"), late;
    struct net_made made;

    net_run(net);
    mirror_room_gone(net->towns[1].room, own);
    net_run(net);
    T_EQ(net_n_events(net, 0, NET_GONE) + net_n_events(net, 2, NET_GONE), 2, "by its home");
    mirror_room_gone(net->towns[0].room, other);
    net_run(net);
    T_EQ(net_n_events(net, 1, NET_GONE) + net_n_events(net, 2, NET_GONE), 3, "by the host");
    other = net_say(net, 2, 1, "c");
    net_run(net);
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_GONE, 1, 1, span_of(other.b, 16))),
         ROOM_FAULT, "another town's line");
    T_EQ(net->rule, ROOM_RULE_FOREIGN, "foreign-pseud");
    /* Taken away while it is still being written: never shown. */
    net->towns[0].is_slow = true;
    late = net_say(net, 1, 1, "d");
    mirror_room_gone(net->towns[1].room, late);
    net_run(net);
    net_write(&net->towns[0]);
    net_run(net);
    T_EQ(net_n_heard(net, 0, late) + net_n_heard(net, 2, late), 0, "not shown");
    net_end(&net);
}

T_CASE(room_last_words_are_heard_before_who_said_them_goes)
{
    struct net *net = three(5);
    struct id line;

    net->towns[0].is_slow = true;
    line = net_say(net, 1, 1, "bye");
    net_go(net, 1, 1);
    net_run(net);
    T_OK(net_sees(net, 0, 1, 1), "he waits for his words");
    net_write(&net->towns[0]);
    net_pass_time(net, ROOM_TICK_US);
    T_EQ(net_n_heard(net, 0, line), 1, "heard");
    T_EQ(net_n_heard(net, 2, line), 1, "and told on before he went");
    T_OK(!net_sees(net, 0, 1, 1) && !net_sees(net, 2, 1, 1), "gone");
    net_end(&net);
}

T_CASE(room_a_name_that_may_not_be_shown_is_replaced_for_all)
{
    struct net *net = three(5);
    uint8_t pseud[FRAME_PSEUD_BYTES];

    T_REQ("CARD-10");
    net->towns[0].bad_name = "090-1234";
    net_come(net, 1, 2, false, "090-1234");
    net_run(net);
    net_pseud(1, 2, pseud);
    T_TEXT(mirror_room_find(net->towns[0].room, pseud)->look.name, "someone", "here");
    T_TEXT(mirror_room_find(net->towns[2].room, pseud)->look.name, "someone", "and there");
    T_EQ(net->towns[1].events[0].what, ROOM_BLOCKED_NAME, "home hears of it");
    net_come(net, 1, 1, false, "090-1234");
    net_run(net);
    net_pseud(1, 1, pseud);
    T_TEXT(mirror_room_find(net->towns[2].room, pseud)->look.name, "someone", "by a change");
    net_end(&net);
}

T_CASE(room_a_name_is_judged_again_when_staff_come)
{
    struct net *net = three(5);
    uint8_t pseud[FRAME_PSEUD_BYTES];

    T_REQ("CARD-10");
    net_come(net, 1, 2, false, "tanaka");
    net_run(net);
    net_pseud(1, 2, pseud);
    net->towns[0].bad_name = "tanaka"; /* from now on that is the host's own */
    net_pass_time(net, ROOM_TICK_US);
    T_TEXT(mirror_room_find(net->towns[0].room, pseud)->look.name, "tanaka", "nobody came");
    net_come(net, 0, 9, true, "tanaka");
    net_pass_time(net, ROOM_TICK_US);
    T_TEXT(mirror_room_find(net->towns[0].room, pseud)->look.name, "someone", "here");
    T_TEXT(mirror_room_find(net->towns[2].room, pseud)->look.name, "someone", "and there");
    net_end(&net);
}

T_CASE(room_the_board_passes_for_who_may)
{
    struct net *net = three(5);
    struct room_act act = {.act = net_id(9, 1), .what = ROOM_CHAT | ROOM_REACT, .on = true};
    struct net_made made;

    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_HAND, 1, 1, SPAN_NONE)), ROOM_TAKEN,
         "hand");
    made.frame.type = FRAME_PAGE;
    memset(made.frame.pseud, 0, sizeof made.frame.pseud);
    T_EQ(net_take(net, 0, 1, &made.frame), ROOM_TAKEN, "of nobody: the board's own to judge");
    net_pseud(1, 1, act.pseud);
    T_EQ(mirror_room_stop(net->towns[0].room, &act, net->now_us, NULL), ERR_OK, "muted");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_HAND, 1, 1, SPAN_NONE)), ROOM_DROPPED,
         "no hand");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_ASK, 1, 1, SPAN_NONE)), ROOM_DROPPED,
         "no question");
    T_EQ(net_n_events(net, 0, NET_BOARD), 2, "two came through");
    net_end(&net);
}

T_CASE(room_what_a_peer_may_make_others_do_has_a_pace)
{
    static const uint8_t off[1] = {0}, on[16] = {[7] = 1, [15] = 2}, text[100];
    struct net *net = three(5);
    struct net_made made;
    enum room_got got = ROOM_TAKEN;
    uint8_t body[17] = {1, [16] = ROOM_BLOCKED_WORDS};
    int n = 0, before;

    T_REQ("CARD-10");
    net->now_us += HOUR_US;
    for (int i = 0; i < 1000; i++)
        (void)net_take(net, 0, 1, net_bytes(&made, FRAME_HAND, 1, 1, SPAN_NONE));
    T_OK(net_n_events(net, 0, NET_BOARD) <= 401, "hands of a town");
    net->now_us += HOUR_US;
    before = net_n_events(net, 0, NET_BOARD);
    for (int i = 0; i < 300; i++)
        (void)net_take(net, 0, 1, net_bytes(&made, FRAME_ASK, 1, 1, span_of(text, 100)));
    T_EQ(net_n_events(net, 0, NET_BOARD) - before, ROOM_SAY_BURST,
         "questions of one child, as his lines");
    net_pseud(1, 1, made.frame.pseud);
    for (int i = 0; i < 1000; i++) {
        body[1] = (uint8_t)i;
        (void)net_take(net, 1, 0, net_bytes(&made, FRAME_BLOCKED, 1, 1, span_of(body, 17)));
    }
    T_OK(net_n_events(net, 1, NET_BLOCKED) <= 401, "what the host does not show");
    T_EQ(net->n_faults[0] + net->n_faults[1], 0, "each may stay");
    for (; n < 1000 && got == ROOM_TAKEN; n++) {
        (void)net_take(net, 0, 1, net_bytes(&made, FRAME_OFF, 1, 0, span_of(off, 1)));
        got = net_take(net, 0, 1, net_bytes(&made, FRAME_ON, 1, 0, span_of(on, 16)));
    }
    T_EQ(got, ROOM_FAULT, "who comes and goes to be told all anew");
    T_EQ(net->rule, ROOM_RULE_PACE, "pace");
    T_OK(n > 3 && n <= 21, "after some");
    net_end(&net);
}

T_CASE(room_a_lines_id_is_one_lines)
{
    struct net *net = three(5);
    struct net_made made;
    struct id line = net_say(net, 2, 1, "his words");
    struct frame_chat chat = {
        .node = net_node(1), .number = 9, .line = line, .text = SPAN("mine")};
    struct bytes_out out = {made.bytes, 0, sizeof made.bytes};

    T_REQ("CARD-9");
    net_run(net);
    (void)net_make(&made, FRAME_CHAT, 1, 1);
    T_EQ(frame_chat_write(&chat, &out, NULL), ERR_OK, "a line");
    made.frame.payload = span_of(out.p, out.len);
    T_EQ(net_take(net, 0, 1, &made.frame), ROOM_AGAIN, "not under another's id");
    T_EQ(net_n_heard(net, 2, line), 0, "nor told on");
    mirror_room_gone(net->towns[2].room, line);
    net_run(net);
    T_EQ(net->n_faults[0], 0, "whose it is may take it away");
    T_EQ(net_n_events(net, 1, NET_GONE), 1, "and it goes");
    net_end(&net);
}

T_CASE(room_the_end_takes_the_others_away)
{
    struct net *net = three(5);

    mirror_room_over(net->towns[1].room);
    net_run(net);
    T_OK(!net_sees(net, 0, 1, 1) && !net_sees(net, 2, 1, 1), "one town ends");
    T_OK(net_sees(net, 0, 2, 1), "the other stays");
    mirror_room_over(net->towns[0].room);
    net_run(net);
    T_EQ(net_status(net, 2).n_figures, 0, "the host ends for all");
    mirror_room_peer_gone(net->towns[0].room, net_node(2));
    T_EQ(net_status(net, 0).n_figures, 0, "a town that left the series");
    T_EQ(net_status(net, 0).n_peers, 1, "is no peer");
    net_end(&net);
}

T_CASE(room_a_town_that_opens_later_is_told_everything)
{
    struct net *net = three(5);
    static const uint8_t why[1] = {0};
    struct net_made made;
    struct id line;

    T_REQ("CARD-12");
    /* The program of town 2 does not know the lesson yet, and says so. */
    net_go(net, 2, 1);
    net_run(net);
    T_EQ(net_take(net, 0, 2, net_bytes(&made, FRAME_OFF, 2, 0, span_of(why, 1))), ROOM_TAKEN,
         "not on there");
    line = net_say(net, 1, 1, "before it opens");
    net_drop_queue(net, 0, 2);
    net_run(net);
    net_drop_queue(net, 0, 2);
    mirror_room_destroy(&net->towns[2].room);
    town_begin(net, 2, 5);
    net_come(net, 2, 1, false, "child");
    mirror_room_up(net->towns[2].room, net_node(0), false, net->now_us);
    net_run(net);
    T_OK(net_sees(net, 2, 0, 1) && net_sees(net, 2, 1, 1), "it sees who is there");
    T_OK(net_sees(net, 0, 2, 1) && net_sees(net, 1, 2, 1), "and is seen");
    T_EQ(net_n_heard(net, 2, line), 1, "and hears what was said");
    net_end(&net);
}

T_CASE(room_bodies_that_are_none_are_faults)
{
    struct net *net = three(5);
    struct net_made made;
    static const enum frame_type types[] = {FRAME_JOIN,  FRAME_LOOK,  FRAME_POS,
                                            FRAME_CHAT,  FRAME_REACT, FRAME_GONE,
                                            FRAME_LEAVE, FRAME_ON,    FRAME_ACK};

    for (size_t i = 0; i < T_COUNT(types); i++)
        T_EQ(net_take(net, 0, 1, net_bytes(&made, types[i], 1, 1, SPAN("\xff\xfe\xfd"))),
             ROOM_FAULT, frame_type_name(types[i]));
    T_EQ(net_take(net, 1, 0, net_bytes(&made, FRAME_MUTE, 1, 1, SPAN("x"))), ROOM_FAULT,
         "mute");
    T_EQ(net_take(net, 1, 0, net_bytes(&made, FRAME_BLOCKED, 1, 1, SPAN("x"))), ROOM_FAULT,
         "blocked");
    T_EQ(net_take(net, 0, 1, net_bytes(&made, FRAME_VOICE, 1, 1, SPAN("x"))), ROOM_FAULT,
         "voice");
    T_OK(net_sees(net, 0, 1, 1), "nothing changed");
    net_end(&net);
}
