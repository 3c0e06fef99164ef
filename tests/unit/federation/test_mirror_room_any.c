/* Any order of coming, going, saying, stopping and cuts ends in one view of everybody. */
#include "tests/unit/federation/room_net.h"

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#define CHILDREN 4

struct model {
    bool is_here[NET_TOWNS][CHILDREN + 1];
    struct id lines[2000];
    int of[2000], n_lines;
};

static void one_act(struct net *net, struct model *model, uint32_t *seed)
{
    int town = (int)(next(seed) % NET_TOWNS), n = 1 + (int)(next(seed) % CHILDREN);
    int guest = 1 + (int)(next(seed) % 2);
    bool *is_here = &model->is_here[town][n];
    const struct frame_pos pos = {.at = {(uint16_t)(next(seed) % 900), 50}};

    net->now_us += SECOND_US / 4 + next(seed) % SECOND_US;
    switch (next(seed) % 12) {
    case 0:
    case 1:
        net_come(net, town, n, false, "child");
        *is_here = true;
        break;
    case 2:
        net_go(net, town, n);
        *is_here = false;
        break;
    case 3:
    case 4:
    case 5:
        if (*is_here && model->n_lines < 2000) {
            model->of[model->n_lines] = town;
            model->lines[model->n_lines++] = net_say(net, town, n, "a line");
        }
        break;
    case 6:
        mirror_room_moved(net->towns[town].room, net_id(2 + town, n), &pos, false);
        break;
    case 7:
        if (net->is_up[guest])
            net_down(net, guest);
        else
            net_up(net, guest, true);
        break;
    case 8:
        for (int i = 0; i < 3; i++)
            (void)net_step(net, (int)(next(seed) % NET_TOWNS), (int)(next(seed) % NET_TOWNS));
        break;
    case 9:
        for (int i = 0; i < NET_TOWNS; i++)
            mirror_room_tick(net->towns[i].room, net->now_us);
        break;
    default:
        net_run(net);
        break;
    }
}

static void agree(struct net *net, const struct model *model, uint32_t seed)
{
    int n_wrong = 0, n_lost = 0, n_doubled = 0;

    for (int at = 0; at < NET_TOWNS; at++)
        for (int town = 0; town < NET_TOWNS; town++)
            for (int n = 1; n <= CHILDREN; n++)
                n_wrong += at != town && net_sees(net, at, town, n) != model->is_here[town][n];
    for (int i = 0; i < model->n_lines; i++)
        for (int at = 0; at < NET_TOWNS; at++) {
            int n = at == model->of[i] ? 1 : net_n_heard(net, at, model->lines[i]);

            n_lost += n == 0;
            n_doubled += n > 1;
        }
    if (n_wrong + n_lost + n_doubled > 0)
        fprintf(stderr, "seed %u: %d seen wrongly, %d lost, %d doubled of %d\n", seed, n_wrong,
                n_lost, n_doubled, model->n_lines);
    T_EQ(n_wrong, 0, "everybody sees who is there");
    T_EQ(n_lost, 0, "no line is lost");
    T_EQ(n_doubled, 0, "none is doubled");
    for (int at = 0; at < NET_TOWNS; at++) {
        T_EQ(net->n_faults[at], 0, "honest towns make no faults");
        T_EQ(net_status(net, at).n_lost, 0, "nobody is lost in the end");
    }
}

T_CASE(room_any_order_with_cuts_ends_in_one_view)
{
    T_REQ("CARD-12");
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct net *net = net_begin(CHILDREN);
        struct model *model = calloc(1, sizeof *model);
        uint32_t state = seed;

        invariant(model != NULL, "memory");
        net_all_up(net);
        for (int i = 0; i < 300; i++)
            one_act(net, model, &state);
        for (int guest = 1; guest < NET_TOWNS; guest++)
            if (!net->is_up[guest])
                net_up(net, guest, true);
        net_run(net);
        net_pass_time(net, ROOM_TICK_US);
        agree(net, model, seed);
        free(model);
        net_end(&net);
    }
}
