/* voice.delay.mix: how long the mix keeps a word: from the moment a packet in which somebody
 * raises his voice has come to the moment the packet goes out in which the listener's decoder
 * gets loud, in milliseconds at 95 % of the words. The clock is the test's own, so that only
 * what the hub waits for is counted: packets come up to 8 ms too late, at any moment of the
 * tick. */
#include <math.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "voice/codec.h"
#include "voice/hub.h"
#include "voice/rtp.h"

#define TWO_PI       6.283185307179586
#define PAYLOAD_TYPE 111
#define N_WORDS      80
#define WORD         20 /* packets, half of them loud */
#define LATE_MS      8
#define LISTENER     0
#define TALKER       1

struct delay_ear {
    struct codec_decoder *decoder;
    int64_t now_ms, loud_ms; /* loud_ms 0: not since it was cleared */
};

static void hear(void *arg, int session, enum voice_slot slot, struct span packet)
{
    struct delay_ear *ear = arg;
    int16_t samples[CODEC_FRAMES_MOST];
    struct rtp rtp;
    int n, peak = 0;

    if (session != LISTENER || slot != VOICE_SLOT_ZONE_0 ||
        !rtp_read(packet, &(struct rtp_ids){0}, &rtp))
        return;
    n = codec_decode(ear->decoder, rtp.payload, samples);
    for (int i = 0; i < n; i++)
        peak = abs(samples[i]) > peak ? abs(samples[i]) : peak;
    if (ear->loud_ms == 0 && peak > 3000)
        ear->loud_ms = ear->now_ms;
}

/* Two speak from the begin, so that the zone is on its mix; the second hardly audibly. */
static enum err open_hub(struct delay_ear *ear, struct hub **hub_out, struct fail *why)
{
    struct hub_conf conf = {.arg = ear, .send = hear, .n_mixers = 1, .mix_least = 2};
    struct hub_leg leg = {.payload_type = PAYLOAD_TYPE};
    enum err rc = hub_create(&conf, hub_out, why);

    for (int i = 0; rc == ERR_OK && i < 3; i++) {
        rc = hub_open(*hub_out, i, &leg, 0, why);
        if (rc == ERR_OK)
            rc = hub_seat(*hub_out, i, (struct hub_seat){.floor = 1, .zone = 1}, 0, why);
        if (rc == ERR_OK && i > 0)
            rc = hub_mic(*hub_out, i, HUB_MIC_ZONE, 0, why);
    }
    return rc;
}

static void speak(struct hub *hub, struct codec_encoder *e, int who, int n, int loudness,
                  int64_t now_ms)
{
    uint8_t packet[RTP_HEADER_MAX + CODEC_PACKET_CAP];
    int16_t samples[CODEC_FRAME];
    struct rtp rtp = {.payload_type = PAYLOAD_TYPE,
                      .number = (uint16_t)n,
                      .time = (uint32_t)n * CODEC_FRAME,
                      .ssrc = (uint32_t)who};
    size_t len = rtp_write_header(&rtp, 0, packet);

    for (int i = 0; i < CODEC_FRAME; i++)
        samples[i] = (int16_t)(loudness * sin(TWO_PI * (300 + 200 * who) *
                                              (n * CODEC_FRAME + i) / VOICE_CLOCK_RATE));
    len += codec_encode(e, samples, packet + len);
    hub_rtp(hub, who, span_of(packet, len), now_ms);
}

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

BENCH(mix_delay, "voice.delay.mix", "ms at 95 %", 60, true)
{
    static int delay_ms[N_WORDS];
    static struct delay_ear ear;
    struct codec_encoder *e[2] = {NULL, NULL};
    struct hub *hub = NULL;
    uint32_t random = 1;
    int64_t begun_ms = 0, due_ms;
    int n_words = 0;
    enum err rc;

    ear = (struct delay_ear){.now_ms = 1000};
    rc = open_hub(&ear, &hub, why);
    if (rc == ERR_OK)
        rc = codec_decoder_create(&ear.decoder, why);
    for (int i = 0; rc == ERR_OK && i < 2; i++)
        rc = codec_encoder_create(&e[i], why);
    due_ms = ear.now_ms;
    for (int n = 0; rc == ERR_OK && n_words < N_WORDS; ear.now_ms++) {
        if (ear.now_ms >= due_ms) {
            bool is_loud = n % WORD >= WORD / 2;

            speak(hub, e[0], TALKER, n, is_loud ? 12000 : 400, ear.now_ms);
            speak(hub, e[1], TALKER + 1, n, 200, ear.now_ms);
            if (n % WORD == WORD / 2) {
                begun_ms = ear.now_ms;
                ear.loud_ms = 0;
            }
            if (n % WORD == WORD - 1 && ear.loud_ms != 0 && n > WORD)
                delay_ms[n_words++] = (int)(ear.loud_ms - begun_ms);
            if (n > 10 * N_WORDS * WORD)
                rc = fail_set(why, ERR_INTERNAL, "no word was heard");
            n++;
            /* The talker's clock runs a little off ours, so that all phases come. */
            random = random * 1664525u + 1013904223u;
            due_ms = 1000 + (int64_t)n * VOICE_TICK_MS + n / 60 % VOICE_TICK_MS +
                     (random >> 16) % LATE_MS;
        }
        if (ear.now_ms % VOICE_TICK_MS == 0)
            hub_tick(hub, ear.now_ms);
    }
    if (rc == ERR_OK) {
        int at = N_WORDS * 95 / 100;

        qsort(delay_ms, N_WORDS, sizeof *delay_ms, by_value);
        *value_out = delay_ms[at];
    }
    for (int i = 0; i < 2; i++)
        codec_encoder_destroy(&e[i]);
    codec_decoder_destroy(&ear.decoder);
    hub_destroy(&hub);
    return rc;
}
