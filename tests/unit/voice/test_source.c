#include "voice/source.h"

#include "tests/t.h"

struct feed {
    struct source s;
    struct source_taken taken;
    int64_t now_ms;
};

static struct feed feed_of(int level, int n)
{
    struct feed f = {.now_ms = 5000};

    source_init(&f.s);
    for (int i = 0; i < n; i++) {
        struct source_packet p = {.ssrc = 1,
                                  .number = (uint16_t)(100 + i),
                                  .time = (uint32_t)i * 960,
                                  .has_level = true,
                                  .level = (uint8_t)level,
                                  .n_bytes = 60};

        f.now_ms += 20;
        (void)source_take(&f.s, &p, f.now_ms, &f.taken);
    }
    return f;
}

/* The n-th packet after 100, in the rhythm of the clock. */
static enum source_verdict put(struct feed *f, int n, uint32_t ssrc, int level, size_t n_bytes)
{
    struct source_packet p = {.ssrc = ssrc,
                              .number = (uint16_t)(100 + n),
                              .time = (uint32_t)n * 960,
                              .has_level = level >= 0,
                              .level = (uint8_t)level,
                              .n_bytes = n_bytes};

    return source_take(&f->s, &p, f->now_ms, &f->taken);
}

T_CASE(source_each_packet_counts_once)
{
    struct feed f = feed_of(40, 80);
    uint32_t last = f.taken.number;

    T_EQ(put(&f, 79, 1, 40, 60), SOURCE_LATE, "the last one again");
    f.now_ms += 20;
    T_EQ(put(&f, 81, 1, 40, 60), SOURCE_FRESH, "one is missing");
    T_EQ(f.taken.number, last + 2, "the gap stays");
    T_EQ(put(&f, 80, 1, 40, 60), SOURCE_FRESH, "it was overtaken");
    T_EQ(f.taken.number, last + 1, "its own number");
    T_EQ(put(&f, 80, 1, 40, 60), SOURCE_LATE, "once");
    T_EQ(put(&f, 17, 1, 40, 60), SOURCE_LATE, "64 behind");
    T_EQ(put(&f, 18, 1, 40, 60), SOURCE_LATE, "63 behind, and it came");
}

T_CASE(source_numbers_go_on_past_65536)
{
    struct feed f = {.now_ms = 0};
    uint32_t before = 0;

    source_init(&f.s);
    for (int i = 65000; i < 66200; i++) {
        f.now_ms += 20;
        T_OK(put(&f, i, 1, 40, 60) == SOURCE_FRESH, "fresh");
        T_OK(before == 0 || f.taken.number == before + 1, "one more");
        before = f.taken.number;
    }
}

T_CASE(source_a_jump_begins_another_stretch_at_most_once_a_second)
{
    struct feed f = feed_of(40, 10);
    uint16_t stretch = f.s.stretch;

    T_EQ(put(&f, 3000, 1, 40, 60), SOURCE_STREAM, "a jump right after the begin");
    T_EQ(put(&f, 11, 2, 40, 60), SOURCE_STREAM, "another SSRC, too");
    T_EQ(f.s.stretch, stretch, "nothing began");
    f.now_ms += 1000;
    T_EQ(put(&f, 3000, 2, 40, 60), SOURCE_FRESH, "a second later");
    T_EQ(f.s.stretch, stretch + 1, "another stretch");
    for (uint32_t ssrc = 3; ssrc < 67; ssrc++)
        T_EQ(put(&f, 3001, ssrc, 40, 60), SOURCE_STREAM, "64 SSRCs win nothing");
    T_EQ(f.s.stretch, stretch + 1, "one stretch in all");
    f.now_ms += 2000;
    T_EQ(put(&f, 3001, 2, 40, 60), SOURCE_FRESH, "its clock stood still for two seconds");
    T_EQ(f.s.stretch, stretch + 2, "nobody follows such a clock");
}

T_CASE(source_speech_stands_above_the_noise)
{
    static const struct {
        const char *what;
        int noise, level;
        size_t n_bytes;
        bool is_speech;
    } rows[] = {
        {"a voice in a quiet room", 80, 35, 60, true},
        {"a low voice in a quiet room", 80, 54, 60, true},
        {"breath", 80, 60, 60, false},
        {"a fan stays noise", 50, 50, 60, false},
        {"a voice above a fan", 50, 30, 60, true},
        {"the mark of a pause", 80, 0, 1, false},
        {"the mark of a pause, of two bytes", 80, 0, 2, false},
        {"no level, and a frame of sound", 80, -1, 60, true},
        {"no level, and hardly a frame", 80, -1, 12, false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct feed f = feed_of(rows[i].noise, 400);

        T_EQ(put(&f, 400, 1, rows[i].level, rows[i].n_bytes), SOURCE_FRESH, rows[i].what);
        T_EQ(f.taken.is_speech, rows[i].is_speech, rows[i].what);
    }
}

T_CASE(source_a_tone_without_pause_stays_speech)
{
    struct feed f = feed_of(30, 3000);

    T_OK(f.taken.is_speech, "after a minute");
}

T_CASE(source_claiming_to_be_loudest_is_no_louder_than_clear_speech)
{
    struct feed liar = feed_of(0, 200), clear = feed_of(18, 200), low = feed_of(40, 200);

    T_OK(source_loudness(&liar.s) - source_loudness(&clear.s) < SOURCE_DB, "no more to be had");
    T_OK(source_loudness(&low.s) < source_loudness(&clear.s), "but less is less");
}

T_CASE(source_reports_what_was_lost) /* RFC 3550 appendix A.3 */
{
    struct feed f = {.now_ms = 0};
    struct source_report r;

    source_init(&f.s);
    for (int i = 0; i < 100; i++) {
        f.now_ms += 20;
        if (i % 10 != 3)
            (void)put(&f, i, 1, 40, 60);
    }
    source_report(&f.s, &r);
    T_EQ(r.lost, 10, "ten of a hundred");
    T_EQ(r.lost_of_256, 25, "a tenth, as 256ths");
    T_EQ(r.jitter, 0, "a steady clock");
    T_EQ(r.highest & 0xffff, 199, "the highest number");
    source_report(&f.s, &r);
    T_EQ(r.lost_of_256, 0, "since then nothing");
    T_EQ(r.lost, 10, "in all still ten");
}

T_CASE(source_nobody_sends_more_than_speech_needs)
{
    static const struct {
        const char *what;
        size_t n_bytes;
        int every_ms, sent, least, most;
    } rows[] = {
        {"20 ms at 32 kbit/s", 80, 20, 1000, 1000, 1000},
        {"10 ms at 64 kbit/s", 80, 10, 1000, 1000, 1000},
        {"a flood", 80, 1, 1000, 160, 170},
        {"a flood of large ones", 1164, 1, 1000, 36, 45},
        {"large ones in the rhythm of speech", 1164, 20, 1000, 600, 680},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct feed f = {.now_ms = 5000};
        int fresh = 0;

        source_init(&f.s);
        for (int n = 0; n < rows[i].sent; n++, f.now_ms += rows[i].every_ms) {
            struct source_packet p = {.ssrc = 1,
                                      .number = (uint16_t)n,
                                      .time = (uint32_t)(n * rows[i].every_ms) * 48,
                                      .n_bytes = rows[i].n_bytes};

            fresh += source_take(&f.s, &p, f.now_ms, &f.taken) == SOURCE_FRESH;
        }
        T_OK(fresh >= rows[i].least && fresh <= rows[i].most, rows[i].what);
    }
}
