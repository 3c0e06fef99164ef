#include "tests/t.h"
#include "tests/unit/voice/tones.h"

/* The common mix: who gets it, what is in it, and when nobody does. */

#define HEARS(t, listener, hz, what)      T_OK(tones_heard(t, listener, hz) > 3000, what)
#define HEARS_NONE(t, listener, hz, what) T_OK(tones_heard(t, listener, hz) < 150, what)

enum { ANN, BEN, CAN, DAN, TIM, TOM };
enum { LOW = 400, MID = 700, HIGH = 1000 };

static const struct hub_seat here = {.floor = 1, .zone = 10};
static const struct hub_seat there = {.floor = 1, .zone = 11};

/* Four with a good line, two with a thin one. */
static struct tones *six(int n_mixers, int mix_least)
{
    struct tones *t = tones_open(n_mixers, mix_least);

    for (int i = ANN; i <= TOM; i++)
        tones_come(t, i, here, i >= TIM);
    return t;
}

static int packets_in(const struct tones *t, int listener, int slot)
{
    return t->ear[listener][slot] == NULL ? 0 : t->ear[listener][slot]->n_packets;
}

static void kept_its_rules(struct tones **t)
{
    T_EQ((*t)->n_broken, 0, "each slot kept its rules");
    tones_close(t);
}

T_CASE(mix_a_thin_line_gets_all_voices_in_one_slot_in_packets_of_60_ms)
{
    struct tones *t = six(2, 1000);

    tones_say(t, ANN, LOW);
    tones_say(t, BEN, MID);
    tones_say(t, CAN, HIGH);
    tones_run(t, 300);
    tones_forget(t);
    tones_run(t, 900);
    for (int i = TIM; i <= TOM; i++) {
        HEARS(t, i, LOW, "one");
        HEARS(t, i, MID, "another");
        HEARS(t, i, HIGH, "and the third");
        T_EQ(packets_in(t, i, VOICE_SLOT_ZONE_0), 15, "a packet each 60 ms");
        T_EQ(packets_in(t, i, VOICE_SLOT_ZONE_1) + packets_in(t, i, VOICE_SLOT_ZONE_2), 0,
             "and in no other slot");
    }
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_0), 45, "a good line gets each voice apart");
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_2), 45, "in its slot");
    HEARS_NONE(t, ANN, LOW, "nobody hears himself");
    kept_its_rules(&t);
}

T_CASE(mix_who_is_heard_himself_is_served_by_slots)
{
    struct tones *t = six(2, 1000);

    tones_say(t, ANN, LOW);
    tones_say(t, TIM, MID);
    tones_run(t, 300);
    tones_forget(t);
    tones_run(t, 900);
    HEARS(t, TIM, LOW, "he hears the other");
    HEARS_NONE(t, TIM, MID, "not himself");
    T_EQ(packets_in(t, TIM, VOICE_SLOT_ZONE_0), 45, "each packet as it came");
    HEARS(t, TOM, LOW, "who only listens hears both");
    HEARS(t, TOM, MID, "in the mix");
    tones_say(t, TIM, 0);
    tones_run(t, 700);
    tones_forget(t);
    tones_run(t, 600);
    T_EQ(packets_in(t, TIM, VOICE_SLOT_ZONE_0), 10, "when he is silent he gets the mix again");
    HEARS(t, TIM, LOW, "with the other in it");
    kept_its_rules(&t);
}

T_CASE(mix_holds_nobody_whom_a_listener_does_not_want_to_hear)
{
    struct tones *t = six(2, 1000);
    const uint16_t list[] = {ANN};

    T_REQ("AI-2.6-イ");
    T_EQ(hub_hush(t->hub, TIM, list, 1, t->now_ms, NULL), ERR_OK, "not her");
    tones_say(t, ANN, LOW);
    tones_say(t, BEN, MID);
    tones_run(t, 600);
    HEARS_NONE(t, TIM, LOW, "he does not");
    HEARS(t, TIM, MID, "but the other");
    HEARS(t, TOM, LOW, "the mix goes on");
    kept_its_rules(&t);
}

T_CASE(mix_is_of_one_zone_alone)
{
    struct tones *t = six(2, 1000);

    T_EQ(hub_seat(t->hub, TOM, there, t->now_ms, NULL), ERR_OK, "behind a wall");
    T_EQ(hub_seat(t->hub, BEN, there, t->now_ms, NULL), ERR_OK, "with him");
    tones_say(t, ANN, LOW);
    tones_say(t, BEN, MID);
    tones_run(t, 600);
    HEARS(t, TIM, LOW, "his zone");
    HEARS_NONE(t, TIM, MID, "not the other");
    HEARS(t, TOM, MID, "his zone");
    HEARS_NONE(t, TOM, LOW, "not the other");
    T_EQ(hub_seat(t->hub, TOM, here, t->now_ms, NULL), ERR_OK, "he walks over");
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 600);
    HEARS(t, TOM, LOW, "he hears where he is");
    HEARS_NONE(t, TOM, MID, "and no longer where he was");
    kept_its_rules(&t);
}

T_CASE(mix_without_a_free_mixer_the_slots_serve)
{
    struct tones *t = six(0, 1000);

    tones_say(t, ANN, LOW);
    tones_run(t, 600);
    HEARS(t, TIM, LOW, "he hears");
    T_OK(hub_counters(t->hub)->no_mixer > 0, "it is counted");
    T_EQ(hub_counters(t->hub)->out_mix, 0, "nothing was mixed");
    kept_its_rules(&t);
}

T_CASE(mix_serves_a_large_zone_while_several_speak)
{
    struct tones *t = six(1, 6);

    tones_say(t, ANN, LOW);
    tones_run(t, 200);
    tones_forget(t);
    tones_run(t, 200);
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_0), 10, "one voice is forwarded");
    tones_say(t, BEN, MID);
    tones_run(t, 300);
    tones_forget(t);
    tones_run(t, 600);
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_0), 30, "two are mixed");
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_1), 0, "into one");
    HEARS(t, DAN, LOW, "the one");
    HEARS(t, DAN, MID, "and the other");
    HEARS_NONE(t, ANN, LOW, "not to her who speaks");
    tones_say(t, BEN, 0);
    tones_run(t, 2000);
    tones_forget(t);
    tones_run(t, 200);
    T_OK(hub_counters(t->hub)->out_mix > 0 && tones_heard(t, DAN, LOW) > 3000,
         "one who speaks on without a pause stays in the mix");
    tones_say(t, ANN, 0);
    tones_run(t, 200);
    tones_say(t, ANN, LOW);
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 600);
    T_EQ(packets_in(t, DAN, VOICE_SLOT_ZONE_0), 30, "after a pause");
    HEARS(t, DAN, LOW, "her voice");
    T_EQ(packets_in(t, TIM, VOICE_SLOT_ZONE_0), 10, "a thin line keeps the mix");
    tones_say(t, ANN, 0);
    tones_run(t, 1500);
    T_OK(!hub_is_awake(t->hub), "in silence the mixer is given back");
    kept_its_rules(&t);
}

T_CASE(mix_conceals_what_its_talkers_lose)
{
    struct tones *t = six(1, 1000);
    int at_full, lossy;

    tones_say(t, ANN, LOW);
    tones_run(t, 300);
    tones_forget(t);
    tones_run(t, 1000);
    at_full = tones_heard(t, TIM, LOW);
    tones_forget(t);
    for (int i = 0; i < 50; i++) { /* one of ten never comes, one of ten comes after the next */
        tones_run(t, 20);
        if (i % 10 != 4 && i % 10 != 7)
            continue;
        t->mouth[ANN].hz = 0;
        tones_run(t, 20);
        t->mouth[ANN].hz = LOW;
        if (i % 10 == 7) {
            tones_speak_once(t, ANN);
            i++;
        }
    }
    lossy = tones_heard(t, TIM, LOW);
    T_OK(lossy > at_full * 3 / 4, "the tone hardly suffers");
    kept_its_rules(&t);
}
