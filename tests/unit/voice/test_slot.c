#include "voice/slot.h"

#include "tests/t.h"

static struct slot_packet nth(uint32_t n)
{
    return (struct slot_packet){
        .number = n, .time = 7000 + n * 960, .n_samples = 960, .stretch = 1};
}

T_CASE(slot_every_change_passes_one_packet_of_silence)
{
    struct slot s;
    struct slot_step step;
    struct slot_packet p = nth(50);

    slot_init(&s, 10, 1000);
    T_OK(slot_take(&s, 1, &p, 0, &step), "the first voice");
    T_OK(step.has_silence && !step.marker, "silence first, which bears the marker");
    T_EQ(step.silence_number, 10, "the first number");
    T_EQ(step.number, 11, "and the next");
    T_EQ(step.silence_time, 1000, "the first time");
    T_EQ(step.time, 1960, "a frame later");
    p = nth(51);
    T_OK(slot_take(&s, 1, &p, 20, &step) && !step.has_silence, "it stays");
    T_OK(step.number == 12 && step.time == 2920, "in its rhythm");
    p = (struct slot_packet){.number = 900, .time = 5, .n_samples = 960, .stretch = 1};
    T_OK(slot_take(&s, 2, &p, 30, &step) && step.has_silence, "another voice");
    T_OK(step.silence_number == 13 && step.number == 14, "numbers rise by one");
    T_EQ(step.silence_time, 3880, "behind what was sent");
    T_EQ(step.time, 4840, "the voice behind the silence");
}

T_CASE(slot_time_is_laid_on_the_wall_clock_at_each_change)
{
    struct slot s;
    struct slot_step step;
    int64_t now_ms = 100;

    slot_init(&s, 0, 0);
    for (int turn = 0; turn < 500; turn++) { /* they answer each other every 200 ms */
        for (uint32_t i = 0; i < 9; i++) {
            struct slot_packet p = nth(1000u * (uint32_t)turn + i);

            T_OK(slot_take(&s, turn % 2, &p, now_ms, &step), "sent");
            T_OK((int32_t)(step.time - slot_time(&s, now_ms)) >= 0 &&
                     step.time - slot_time(&s, now_ms) <= 960,
                 "never off by more than the silence");
            now_ms += 20;
        }
        now_ms += 20;
    }
}

T_CASE(slot_gaps_of_a_voice_that_stays_are_kept)
{
    struct slot s;
    struct slot_step step;
    struct slot_packet p = nth(1);

    slot_init(&s, 100, 0);
    (void)slot_take(&s, 1, &p, 0, &step);
    p = nth(3);
    T_OK(slot_take(&s, 1, &p, 40, &step) && step.number == 103, "one is missing");
    p = nth(2);
    T_OK(slot_take(&s, 1, &p, 41, &step) && step.number == 102, "overtaken, it comes after");
    p = (struct slot_packet){.number = 4, .time = nth(24).time, .n_samples = 960, .stretch = 1};
    T_OK(slot_take(&s, 1, &p, 480, &step) && step.number == 104, "a pause is no loss");
    T_EQ(step.time, 960 + 23 * 960, "but a leap of time");
    p = nth(0);
    T_OK(!slot_take(&s, 1, &p, 490, &step), "from before his turn");
}

T_CASE(slot_no_number_is_used_twice)
{
    static bool used[65536];
    struct slot s;
    struct slot_step step;
    uint32_t random = 1;
    int sent = 0;

    slot_init(&s, 0, 0);
    for (uint32_t i = 0; i < 20000; i++) {
        struct slot_packet p;

        random = random * 1664525u + 1013904223u;
        p = nth(1000 + i - (random >> 20) % 3); /* out of order, some twice */
        if (i % 3 != 0)
            p = nth(1000 + i);
        p.stretch = (uint16_t)(i / 500);
        if (i % 97 == 0)
            slot_end(&s);
        if (i % 97 < 3 && slot_tail(&s, (int64_t)i * 20, &step)) {
            T_OK(!used[step.silence_number], "silence at the end");
            used[step.silence_number] = true;
        }
        if (i % 3 == 0 || !slot_take(&s, (int32_t)(i / 61 % 4), &p, (int64_t)i * 20, &step))
            continue;
        sent++;
        if (step.has_silence) {
            T_OK(!used[step.silence_number], "silence between");
            used[step.silence_number] = true;
        }
        T_OK(!used[step.number], "a voice");
        used[step.number] = true;
    }
    T_OK(sent > 10000, "most were sent");
}

T_CASE(slot_three_packets_of_silence_at_the_end_and_then_nothing)
{
    struct slot s;
    struct slot_step step;
    struct slot_packet p = nth(1);

    slot_init(&s, 0, 0);
    slot_end(&s);
    T_OK(!slot_tail(&s, 0, &step), "a silent slot owes nothing");
    (void)slot_take(&s, 1, &p, 0, &step);
    slot_end(&s);
    slot_end(&s);
    for (int i = 0; i < 3; i++) {
        T_OK(slot_tail(&s, 400 + 20 * i, &step) && step.has_silence, "silence");
        T_EQ(step.silence_number, 2 + i, "one number each");
        T_EQ(step.silence_time, (uint32_t)(400 + 20 * i) * 48, "in the rhythm of the clock");
    }
    T_OK(!slot_tail(&s, 460, &step), "and no more");
    T_EQ(s.source, SLOT_NOBODY, "it carries nobody");
}

T_CASE(slot_the_same_voice_again_after_its_end_is_a_change)
{
    struct slot s;
    struct slot_step step;
    struct slot_packet p = nth(1);

    slot_init(&s, 0, 0);
    (void)slot_take(&s, 1, &p, 0, &step);
    slot_end(&s);
    (void)slot_tail(&s, 400, &step);
    p = nth(22);
    T_OK(slot_take(&s, 1, &p, 420, &step) && step.has_silence, "silence first");
    T_OK(!slot_tail(&s, 440, &step), "nothing is owed any more");
    p.stretch = 2;
    T_OK(slot_take(&s, 1, &p, 440, &step) && step.has_silence, "another stretch is one, too");
}
