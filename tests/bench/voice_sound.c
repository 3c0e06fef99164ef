/* voice.switch: how much louder than right a listener hears the worst moment of the 60 ms after
 * a change of voice in a slot: decibels, at 95 % of the changes. Right is what a decoder gives
 * that followed the new voice from its begin. Bare, without the packet of silence, it is 9 dB.
 * voice.loss: of a tone, how much of the time it is there when 2 % of the packets are lost on
 * the way up and 2 % on the way down: frames of 20 ms in which it is neither a hole (20 dB too
 * low) nor a bang (half as loud again). What was lost is made up by the browser's libopus. */
#include <math.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "voice/codec.h"
#include "voice/hub.h"
#include "voice/rtp.h"

#define TWO_PI       6.283185307179586
#define PAYLOAD_TYPE 111
#define N_CHANGES    250
#define WINDOW       3 /* frames after the first of the new voice */
#define LISTENER     0

/* ---- voices ---- */

struct speaker {
    struct codec_encoder *encoder;
    struct codec_decoder *right; /* followed this voice from its begin */
    double phase, level;
    uint32_t random, time;
    uint16_t number;
    int base_hz, n_said;
    int16_t said[CODEC_FRAME]; /* as `right` decodes it */
};

/* Syllables of some 200 ms with pauses between, glottal pulses through two resonances. */
static void make_voice(struct speaker *s, int16_t samples[CODEC_FRAME])
{
    double hz = s->base_hz * (1 + 0.2 * sin(s->n_said * 0.13));
    double loud = fmax(0, sin(s->n_said * 0.31 + s->base_hz)) * 12000;

    for (int i = 0; i < CODEC_FRAME; i++) {
        s->random = s->random * 1664525u + 1013904223u;
        s->phase = fmod(s->phase + hz / VOICE_CLOCK_RATE, 1);
        s->level += (loud - s->level) / 400;
        samples[i] = (int16_t)(s->level * (exp(-6 * s->phase) - 0.16) *
                                   (0.7 + 0.3 * cos(TWO_PI * 5 * s->phase)) +
                               ((int)(s->random >> 22) - 512) * 0.2);
    }
    s->n_said++;
}

static enum err open_speaker(struct speaker *s, int hz, struct fail *why)
{
    enum err rc;

    *s = (struct speaker){.base_hz = hz, .random = (uint32_t)hz};
    rc = codec_encoder_create(&s->encoder, why);
    return rc == ERR_OK ? codec_decoder_create(&s->right, why) : rc;
}

static void close_speaker(struct speaker *s)
{
    codec_encoder_destroy(&s->encoder);
    codec_decoder_destroy(&s->right);
}

/* Encodes `samples` as the speaker's next packet; its length, with the RTP header. */
static size_t next_packet(struct speaker *s, const int16_t *samples, uint8_t *packet)
{
    struct rtp rtp = {.payload_type = PAYLOAD_TYPE,
                      .number = ++s->number,
                      .time = s->time += CODEC_FRAME,
                      .ssrc = (uint32_t)s->base_hz};
    size_t head = rtp_write_header(&rtp, 0, packet);

    return head + codec_encode(s->encoder, samples, packet + head);
}

/* ---- one listener ---- */

struct ear {
    struct hub *hub;
    struct codec_decoder *decoder;
    bool has_number;
    uint16_t number;
    uint32_t random;
    int lost_percent;
    int n_samples; /* heard in this tick */
    int16_t samples[8 * CODEC_FRAMES_MOST];
    bool is_voice; /* the last packet was none of silence */
};

static bool is_lost(struct ear *ear)
{
    ear->random = ear->random * 1664525u + 1013904223u;
    return (int)((ear->random >> 8) % 100) < ear->lost_percent;
}

static void hear(void *arg, int session, enum voice_slot slot, struct span packet)
{
    struct ear *ear = arg;
    struct rtp rtp;
    int n_missing, n;

    if (session != LISTENER || slot != VOICE_SLOT_ZONE_0 || is_lost(ear) ||
        !rtp_read(packet, &(struct rtp_ids){0}, &rtp))
        return;
    n_missing = ear->has_number ? (uint16_t)(rtp.number - ear->number - 1) : 0;
    for (int i = 0; i < n_missing && i < 5; i++) {
        (void)codec_conceal(ear->decoder, i + 1 == n_missing ? rtp.payload : SPAN_NONE,
                            CODEC_FRAME, ear->samples + ear->n_samples);
        ear->n_samples += CODEC_FRAME;
    }
    ear->is_voice = !span_eq(rtp.payload, hub_silence(ear->hub));
    n = codec_decode(ear->decoder, rtp.payload, ear->samples + ear->n_samples);
    if (ear->is_voice) /* in the silence the old voice rings out, as it should */
        ear->n_samples += n;
    ear->has_number = true;
    ear->number = rtp.number;
}

/* A listener in zone 1, and speakers 1 and 2, each in the zone of his number. */
static enum err open_hub(struct ear *ear, struct fail *why)
{
    struct hub_conf conf = {.arg = ear, .send = hear};
    struct hub_leg leg = {.payload_type = PAYLOAD_TYPE};
    enum err rc = hub_create(&conf, &ear->hub, why);

    if (rc == ERR_OK)
        rc = codec_decoder_create(&ear->decoder, why);
    for (int i = 0; rc == ERR_OK && i < 3; i++) {
        struct hub_seat seat = {.floor = 1, .zone = i == 2 ? 2 : 1};

        rc = hub_open(ear->hub, i, &leg, 0, why);
        if (rc == ERR_OK)
            rc = hub_seat(ear->hub, i, seat, 0, why);
        if (rc == ERR_OK && i > 0)
            rc = hub_mic(ear->hub, i, HUB_MIC_ZONE, 0, why);
    }
    return rc;
}

static void close_ear(struct ear *ear)
{
    codec_decoder_destroy(&ear->decoder);
    hub_destroy(&ear->hub);
}

/* ---- voice.switch ---- */

static int peak(const int16_t *samples, int n)
{
    int most = 1;

    for (int i = 0; i < n; i++)
        most = abs(samples[i]) > most ? abs(samples[i]) : most;
    return most;
}

/* Both say 20 ms; the ear hears whom it stands with. */
static void say_both(struct ear *ear, struct speaker who[2], int64_t now_ms)
{
    ear->n_samples = 0;
    for (int i = 0; i < 2; i++) {
        int16_t samples[CODEC_FRAME], right[CODEC_FRAMES_MOST];
        uint8_t packet[RTP_HEADER_MAX + CODEC_PACKET_CAP];
        size_t len;

        make_voice(&who[i], samples);
        len = next_packet(&who[i], samples, packet);
        (void)codec_decode(who[i].right, span_of(packet + RTP_LEAST, len - RTP_LEAST), right);
        memcpy(who[i].said, right, sizeof who[i].said);
        hub_rtp(ear->hub, i + 1, span_of(packet, len), now_ms);
    }
    hub_tick(ear->hub, now_ms);
}

/* How much louder than right the first frames of the new voice are, in dB; 0 if they are not.
 */
static double change_once(struct ear *ear, struct speaker who[2], int to, int64_t *now_ms)
{
    int got = 1, right = 1;

    for (int i = 0; i < WINDOW; i++, *now_ms += VOICE_TICK_MS) {
        int n;

        say_both(ear, who, *now_ms);
        n = peak(ear->samples, ear->n_samples);
        got = n > got ? n : got;
        n = peak(who[to].said, CODEC_FRAME);
        right = n > right ? n : right;
    }
    /* Below this both are silence. */
    got = got < 200 ? 200 : got;
    right = right < 200 ? 200 : right;
    return got > right ? 20 * log10((double)got / right) : 0;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

BENCH(switch_overshoot, "voice.switch", "dB at 95 %", 1, true)
{
    static struct ear ear;
    static struct speaker who[2];
    double over_db[N_CHANGES];
    int64_t now_ms = 1000;
    enum err rc = ERR_OK;

    ear = (struct ear){.random = 1};
    rc = open_hub(&ear, why);
    for (int i = 0; rc == ERR_OK && i < 2; i++)
        rc = open_speaker(&who[i], i == 0 ? 120 : 210, why);
    for (int i = 0; rc == ERR_OK && i < N_CHANGES; i++) {
        int to = (i + 1) % 2;
        struct hub_seat seat = {.floor = 1, .zone = (uint32_t)to + 1};

        for (int t = 0; t < 17 + i % 9; t++, now_ms += VOICE_TICK_MS)
            say_both(&ear, who, now_ms);
        if (!ear.is_voice)
            rc = fail_set(why, ERR_INTERNAL, "change %d: no voice was heard", i);
        if (rc == ERR_OK)
            rc = hub_seat(ear.hub, LISTENER, seat, now_ms, why);
        if (rc == ERR_OK)
            over_db[i] = change_once(&ear, who, to, &now_ms);
    }
    if (rc == ERR_OK) {
        qsort(over_db, N_CHANGES, sizeof *over_db, by_value);
        *value_out = over_db[N_CHANGES * 95 / 100];
    }
    for (int i = 0; i < 2; i++)
        close_speaker(&who[i]);
    close_ear(&ear);
    return rc;
}

/* ---- voice.loss ---- */

#define TONE_HZ      700
#define TONE         8000.0
#define LOSS_PERCENT 2
#define N_PACKETS    3000 /* a minute */

static double strength(const int16_t *samples)
{
    double w = 2 * cos(TWO_PI * TONE_HZ / VOICE_CLOCK_RATE), a = 0, b = 0;

    for (int i = 0; i < CODEC_FRAME; i++) {
        double next = samples[i] + w * a - b;

        b = a;
        a = next;
    }
    return sqrt(fmax(0, a * a + b * b - w * a * b)) * 2 / CODEC_FRAME;
}

BENCH(loss, "voice.loss", "% of the time", 98, false)
{
    static struct ear ear;
    static struct speaker who;
    int n_whole = 0;
    enum err rc;

    ear = (struct ear){.random = 1, .lost_percent = LOSS_PERCENT};
    rc = open_hub(&ear, why);
    if (rc == ERR_OK)
        rc = open_speaker(&who, 120, why);
    if (rc == ERR_OK) /* as the hub's reports tell the browser */
        codec_encoder_loss(who.encoder, LOSS_PERCENT);
    for (int i = 0; rc == ERR_OK && i < N_PACKETS; i++) {
        int64_t now_ms = 1000 + (int64_t)i * VOICE_TICK_MS;
        uint8_t packet[RTP_HEADER_MAX + CODEC_PACKET_CAP];
        int16_t samples[CODEC_FRAME];
        size_t len;

        for (int k = 0; k < CODEC_FRAME; k++)
            samples[k] = (int16_t)(TONE * sin(TWO_PI * TONE_HZ * (i * CODEC_FRAME + k) /
                                              VOICE_CLOCK_RATE));
        len = next_packet(&who, samples, packet);
        ear.n_samples = 0;
        if (!is_lost(&ear))
            hub_rtp(ear.hub, 1, span_of(packet, len), now_ms);
        hub_tick(ear.hub, now_ms);
        /* What is lost is made up when the next comes: each frame counts once, whenever. */
        for (int at = 0; at + CODEC_FRAME <= ear.n_samples; at += CODEC_FRAME) {
            double s = strength(ear.samples + at);

            n_whole += s > TONE / 10 && s < TONE * 3 / 2;
        }
    }
    *value_out = 100.0 * n_whole / N_PACKETS;
    close_speaker(&who);
    close_ear(&ear);
    return rc;
}
