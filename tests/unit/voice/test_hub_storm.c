#include "tests/t.h"
#include "tests/unit/voice/tones.h"

/* Everything the node may say, in any order, while sixteen people speak. */

static const struct hub_seat here = {.floor = 1, .zone = 10};
static const struct hub_seat there = {.floor = 1, .zone = 11};
static const struct hub_seat sealed = {.floor = 1, .zone = 12, .sealed = true};

T_CASE(hub_numbers_and_times_hold_while_everybody_does_everything)
{
    struct tones *t = tones_open(2, 8);
    uint32_t random = 7;
    enum err rc = ERR_OK;

    for (int i = 0; i < 16; i++) {
        tones_come(t, i, here, i % 5 == 0);
        tones_say(t, i, 300 + 100 * i);
    }
    for (int i = 0; i < 500; i++) {
        int who = (int)((random = random * 1664525u + 1013904223u) >> 28);
        int what = (int)((random >> 20) & 15);
        uint16_t other = (uint16_t)((random >> 16) & 15);

        if (what < 3)
            rc = hub_seat(t->hub, who,
                          what == 0   ? here
                          : what == 1 ? there
                                      : sealed,
                          t->now_ms, NULL);
        else if (what < 5)
            rc = hub_mic(t->hub, who, (enum hub_mic)(random >> 18 & 3), t->now_ms, NULL);
        else if (what == 5)
            rc = hub_talk(t->hub, who, random >> 19 & 1, t->now_ms, NULL);
        else if (what == 6)
            rc = hub_thin(t->hub, who, (random >> 19 & 1) != 0, t->now_ms, NULL);
        else if (what == 7)
            rc = hub_hush(t->hub, who, &other, (int)(random >> 19 & 1), t->now_ms, NULL);
        else if (what == 8)
            rc = hub_mute(t->hub, who, (random >> 19 & 3) == 0, t->now_ms, NULL);
        else if (what < 13)
            tones_say(t, who, (random >> 19 & 1) != 0 ? 300 + 100 * who : 0);
        T_EQ(rc, ERR_OK, "each may be said at any time");
        tones_run(t, 20);
    }
    T_OK(hub_counters(t->hub)->out > 1000, "much was said");
    for (int i = 0; i < 16; i++)
        tones_say(t, i, 0);
    tones_run(t, 3000);
    T_OK(!hub_is_awake(t->hub), "and in the end all sleeps");
    for (int i = 0; i < 16; i++)
        hub_close(t->hub, i, t->now_ms);
    T_EQ(t->n_broken, 0, "each slot kept its rules");
    tones_close(&t);
}
