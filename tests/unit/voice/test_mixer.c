#include <math.h>

#include "tests/t.h"
#include "voice/codec.h"
#include "voice/jitter.h"
#include "voice/mixer.h"

/* ---- jitter ---- */

static struct jitter jitter; /* 20 KiB: not for the stack */

static void put(uint32_t n, int64_t now_ms)
{
    uint8_t byte = (uint8_t)n;

    jitter_put(&jitter, n, n * 960, 960, span_of(&byte, 1), now_ms);
}

/* "3 4 lost6 5": what comes out until nothing is due, as numbers. */
static int next(int64_t now_ms)
{
    struct span opus;
    int n;

    switch (jitter_next(&jitter, now_ms, &opus, &n)) {
    case JITTER_SOUND:
        return opus.p[0];
    case JITTER_LOST:
        return opus.len > 0 ? -opus.p[0] : -1000;
    case JITTER_PAUSE:
        return 2000 + n;
    case JITTER_DRY:
        break;
    }
    return 0;
}

T_CASE(jitter_puts_packets_in_order_and_waits_20_ms_for_the_first)
{
    jitter_init(&jitter);
    T_EQ(next(0), 0, "nothing came");
    put(11, 100);
    T_EQ(next(119), 0, "not yet");
    put(10, 119);
    T_EQ(next(120), 10, "the lower first");
    T_EQ(next(120), 11, "then the higher");
    put(10, 125);
    put(13, 126);
    put(13, 127);
    T_EQ(next(140), -13, "12 is made up with the help of 13");
    put(12, 141);
    T_EQ(next(160), 13, "it came too late");
}

T_CASE(jitter_a_pause_is_silence_and_no_loss)
{
    uint8_t byte = 11;

    jitter_init(&jitter);
    put(10, 0);
    T_EQ(next(20), 10, "before");
    jitter_put(&jitter, 11, 11 * 960 + 1500, 960, span_of(&byte, 1), 30);
    T_EQ(next(40), 2960, "a frame of the pause");
    T_EQ(next(60), 2540, "its rest");
    T_EQ(next(60), 11, "behind");
}

T_CASE(jitter_several_lost_are_made_up_one_by_one)
{
    jitter_init(&jitter);
    put(10, 0);
    T_EQ(next(20), 10, "before");
    put(14, 60);
    T_EQ(next(60), -1000, "11");
    T_EQ(next(80), -1000, "12");
    T_EQ(next(100), -14, "13, from what 14 says of it");
    T_EQ(next(120), 14, "behind");
}

T_CASE(jitter_a_voice_that_ended_is_made_up_three_times_and_no_more)
{
    jitter_init(&jitter);
    put(10, 0);
    T_EQ(next(20), 10, "the last");
    for (int i = 0; i < 3; i++)
        T_EQ(next(40 + 20 * i), -1000, "made up");
    T_EQ(next(100), 0, "it ended");
    put(30, 500);
    T_EQ(next(510), 0, "what comes then waits again");
    T_EQ(next(520), 30, "and begins anew");
}

T_CASE(jitter_never_lags_far_behind)
{
    int lag_ms;

    jitter_init(&jitter);
    for (uint32_t n = 10; n < 40; n++) /* 600 ms at once */
        put(n, 0);
    lag_ms = (40 - next(20)) * 20;
    T_OK(lag_ms > 0 && lag_ms <= JITTER_LAG_MS, "the old is skipped");
}

/* ---- mixer ---- */

#define TWO_PI 6.283185307179586

static int encode_tone(struct codec_encoder *e, int hz, int loudness, uint32_t n, uint8_t *out)
{
    int16_t samples[CODEC_FRAME];

    for (uint32_t i = 0; i < CODEC_FRAME; i++)
        samples[i] =
            (int16_t)(loudness * sin(TWO_PI * hz * (double)(n * CODEC_FRAME + i) / 48000));
    return (int)codec_encode(e, samples, out);
}

/* n_voices speak so loud for a second; the peak of the mix's last half. */
static int peak_of(int n_voices, int loudness, int *n_frames_out, int *n_joined_out)
{
    struct codec_encoder *e[MIXER_VOICES] = {0};
    struct codec_decoder *d = NULL;
    struct mixer *m = NULL;
    int peak = 0;
    bool ok = mixer_create(&m, NULL) == ERR_OK && codec_decoder_create(&d, NULL) == ERR_OK;

    *n_frames_out = *n_joined_out = 0;
    for (int v = 0; v < n_voices; v++)
        ok = ok && codec_encoder_create(&e[v], NULL) == ERR_OK;
    T_OK(ok, "coders");
    for (uint32_t n = 0; ok && n < 50; n++) {
        struct mixer_out out;
        int16_t samples[CODEC_FRAMES_MOST];

        for (int v = 0; v < n_voices; v++) {
            uint8_t packet[CODEC_PACKET_CAP];
            int len = encode_tone(e[v], 500, loudness, n, packet);

            mixer_put(m, v, n, n * CODEC_FRAME, CODEC_FRAME, span_of(packet, (size_t)len),
                      (int64_t)n * 20);
        }
        mixer_tick(m, true, (int64_t)n * 20 + 10, &out);
        *n_frames_out += out.has_frame;
        *n_joined_out += out.n_joined;
        if (!out.has_frame || codec_decode(d, out.frame.opus, samples) != CODEC_FRAME)
            continue;
        for (int i = 0; n > 25 && i < CODEC_FRAME; i++)
            peak = samples[i] > peak ? samples[i] : peak;
    }
    for (int v = 0; v < MIXER_VOICES; v++)
        codec_encoder_destroy(&e[v]);
    codec_decoder_destroy(&d);
    mixer_destroy(&m);
    return peak;
}

T_CASE(mixer_sums_at_full_loudness_and_never_overflows)
{
    int n_frames, n_joined, one = peak_of(1, 8000, &n_frames, &n_joined);
    int two = peak_of(2, 8000, &n_frames, &n_joined);

    T_EQ(n_frames, 50, "a frame each tick");
    T_EQ(n_joined, 16, "and one of three");
    T_OK(one > 7000 && one < 9200, "one voice as loud as it is");
    T_OK(two > one * 17 / 10, "two are louder");
    T_OK(peak_of(3, 20000, &n_frames, &n_joined) > 24000, "three loud ones are limited");
}

T_CASE(mixer_encodes_nothing_when_nobody_speaks_or_nobody_listens)
{
    struct mixer *m = NULL;
    struct mixer_out out;

    T_EQ(mixer_create(&m, NULL), ERR_OK, "a mixer");
    mixer_tick(m, true, 0, &out);
    T_OK(!out.has_frame && mixer_is_silent(m), "nobody speaks");
    mixer_put(m, 5, 1, 960, 960, SPAN("\x78\x01\x02"), 0);
    mixer_tick(m, false, 20, &out);
    T_OK(!out.has_frame && !mixer_is_silent(m), "nobody listens");
    mixer_tick(m, true, 40, &out);
    T_OK(out.has_frame, "now somebody does");
    mixer_leave(m, 5);
    mixer_tick(m, true, 60, &out);
    T_OK(out.has_frame, "he fades out");
    mixer_tick(m, true, 80, &out);
    T_OK(!out.has_frame && out.n_joined == 2, "the rest of what was to be joined");
    T_OK(mixer_is_silent(m), "and all is said");
    mixer_destroy(&m);
}

/* ---- codec ---- */

T_CASE(codec_knows_packets_by_their_first_bytes) /* RFC 6716 section 3.1 */
{
    static const struct {
        const char *what, *hex;
        int samples;
    } rows[] = {
        {"hybrid 20 ms", "780102", 960},     {"two of 20 ms", "790102", 1920},
        {"SILK 60 ms", "180102", 2880},      {"CELT 2.5 ms", "e00102", 120},
        {"a pause of one byte", "78", 960},  {"nothing", "", 0},
        {"48 frames of 20 ms", "7b30ff", 0}, {"two that are odd", "7901", 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(codec_samples(t_hex(rows[i].hex)), rows[i].samples, rows[i].what);
}

T_CASE(codec_joins_three_frames_without_coding_anew)
{
    struct codec_encoder *e = NULL;
    uint8_t frame[3][CODEC_PACKET_CAP], joined[3 * CODEC_PACKET_CAP];
    struct span parts[CODEC_JOIN];
    size_t len;

    T_EQ(codec_encoder_create(&e, NULL), ERR_OK, "an encoder");
    for (uint32_t n = 0; n < 30; n++)
        parts[n % 3] =
            span_of(frame[n % 3], (size_t)encode_tone(e, 500, 8000, n, frame[n % 3]));
    len = codec_join(parts, joined, sizeof joined);
    T_EQ(codec_samples(span_of(joined, len)), 3 * CODEC_FRAME, "60 ms");
    T_OK(len < parts[0].len + parts[1].len + parts[2].len + 4, "hardly larger than they were");
    T_EQ(codec_join(parts, joined, 20), 0, "too little room");
    /* cppcheck-suppress unreadVariable ; parts[1] points there */
    frame[1][0] ^= 0x80;
    T_EQ(codec_join(parts, joined, sizeof joined), 0, "of different kinds");
    codec_encoder_destroy(&e);
}

T_CASE(codec_silence_is_short_and_silent)
{
    uint8_t silence[CODEC_PACKET_CAP];
    size_t len = codec_silence(silence);
    struct codec_decoder *d = NULL;
    int16_t samples[CODEC_FRAMES_MOST];
    int peak = 0;

    T_OK(len > 2 && len < 100, "a short packet, but no mark of a pause");
    T_EQ(codec_decoder_create(&d, NULL), ERR_OK, "a decoder");
    T_EQ(codec_decode(d, span_of(silence, len), samples), CODEC_FRAME, "20 ms");
    for (int i = 0; i < CODEC_FRAME; i++)
        peak = samples[i] > peak ? samples[i] : -samples[i] > peak ? -samples[i] : peak;
    T_OK(peak <= 2, "of silence");
    T_EQ(codec_decode(d, SPAN("\xff\xff\xff"), samples), 0, "what is no packet is no sound");
    codec_decoder_destroy(&d);
}
