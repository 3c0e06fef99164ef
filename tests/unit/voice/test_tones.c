#include <math.h>
#include <stdlib.h>

#include "tests/t.h"
#include "tests/unit/voice/tones.h"
#include "voice/rtp.h"

#define TWO_PI   6.283185307179586
#define LOUDNESS 8000.0

/* ---- ears ---- */

static void hear(struct tones *t, struct tones_ear *ear, const struct rtp *rtp)
{
    int16_t samples[CODEC_FRAMES_MOST];
    int16_t ahead = (int16_t)(uint16_t)(rtp->number - ear->number);
    int n = 0;

    if (ear->decoder == NULL && codec_decoder_create(&ear->decoder, NULL) != ERR_OK)
        abort();
    if (ear->has_number && (ahead <= 0 || (int32_t)(rtp->time - ear->time) <= 0))
        t->n_broken++;
    for (int16_t lost = 1; ear->has_number && lost < ahead && lost < 5; lost++)
        (void)codec_conceal(ear->decoder, lost + 1 == ahead ? rtp->payload : SPAN_NONE,
                            CODEC_FRAME, samples);
    n = codec_decode(ear->decoder, rtp->payload, samples);
    if (n == 0)
        t->n_broken++;
    ear->has_number = true;
    ear->marker = rtp->marker;
    ear->number = rtp->number;
    ear->time = rtp->time;
    ear->n_packets++;
    if (span_eq(rtp->payload, hub_silence(t->hub)))
        ear->n_silence++;
    for (int i = 0; i < n && ear->n_samples < TONES_SAMPLES; i++)
        ear->samples[ear->n_samples++] = samples[i];
}

static void on_send(void *arg, int session, enum voice_slot slot, struct span packet)
{
    struct tones *t = arg;
    struct rtp rtp;

    if (session >= TONES_PEOPLE || !rtp_read(packet, &(struct rtp_ids){0}, &rtp) ||
        rtp.payload_type != TONES_PAYLOAD_TYPE || rtp.ssrc != HUB_SSRC(slot)) {
        t->n_broken++;
        return;
    }
    if (t->ear[session][slot] == NULL)
        t->ear[session][slot] = calloc(1, sizeof *t->ear[session][slot]);
    hear(t, t->ear[session][slot], &rtp);
}

static void on_speaks(void *arg, const struct hub_speaks *event)
{
    struct tones *t = arg;

    if (t->n_events < TONES_EVENTS)
        t->event[t->n_events++] = *event;
}

static void on_spoke(void *arg, int source, enum hub_mic to, uint32_t number, int ms)
{
    struct tones *t = arg;

    if (t->n_spoke == TONES_EVENTS)
        return;
    t->spoke[t->n_spoke].source = source;
    t->spoke[t->n_spoke].to = to;
    t->spoke[t->n_spoke].number = number;
    t->spoke[t->n_spoke++].ms = ms;
}

static void on_out(void *arg, int source, enum hub_mic to, uint32_t number,
                   const struct hub_voice *voice)
{
    struct tones *t = arg;

    (void)to;
    (void)number;
    t->n_out++;
    t->out_source = source;
    t->out = *voice;
    memcpy(t->out_opus, voice->opus.p, voice->opus.len);
    t->out.opus.p = t->out_opus;
}

static void on_rtcp(void *arg, int session, struct span rtcp)
{
    struct tones *t = arg;

    t->n_rtcp++;
    if (session != t->rtcp_to)
        return;
    t->rtcp_len = rtcp.len;
    memcpy(t->rtcp, rtcp.p, rtcp.len);
}

/* ---- the hub and its people ---- */

struct tones *tones_open(int n_mixers, int mix_least)
{
    struct tones *t = calloc(1, sizeof *t);
    struct hub_conf conf = {.arg = t,
                            .send = on_send,
                            .send_rtcp = on_rtcp,
                            .speaks = on_speaks,
                            .spoke = on_spoke,
                            .out = on_out,
                            .n_mixers = n_mixers,
                            .mix_least = mix_least};

    if (t == NULL || hub_create(&conf, &t->hub, NULL) != ERR_OK)
        abort();
    t->now_ms = 100000;
    return t;
}

void tones_close(struct tones **t)
{
    for (int i = 0; i < TONES_PEOPLE; i++) {
        codec_encoder_destroy(&(*t)->mouth[i].encoder);
        for (int s = 0; s < VOICE_SLOT_N; s++) {
            if ((*t)->ear[i][s] != NULL)
                codec_decoder_destroy(&(*t)->ear[i][s]->decoder);
            free((*t)->ear[i][s]);
        }
    }
    hub_destroy(&(*t)->hub);
    free(*t);
    *t = NULL;
}

void tones_come(struct tones *t, int session, struct hub_seat seat, bool thin)
{
    struct hub_leg leg = {.payload_type = TONES_PAYLOAD_TYPE, .level_id = 1, .thin = thin};

    t->mouth[session].ssrc = 1000u + (uint32_t)session;
    t->mouth[session].level = 20;
    if (hub_open(t->hub, session, &leg, t->now_ms, NULL) != ERR_OK ||
        hub_seat(t->hub, session, seat, t->now_ms, NULL) != ERR_OK ||
        hub_mic(t->hub, session, HUB_MIC_ZONE, t->now_ms, NULL) != ERR_OK)
        abort();
}

void tones_say(struct tones *t, int session, int hz)
{
    t->mouth[session].hz = hz;
    if (t->mouth[session].encoder == NULL &&
        codec_encoder_create(&t->mouth[session].encoder, NULL) != ERR_OK)
        abort();
}

void tones_speak_once(struct tones *t, int session)
{
    struct tones_mouth *m = &t->mouth[session];
    uint8_t packet[20 + CODEC_PACKET_CAP] = {0x90, TONES_PAYLOAD_TYPE};
    int16_t samples[CODEC_FRAME];
    size_t len;

    for (int i = 0; i < CODEC_FRAME; i++) {
        samples[i] = (int16_t)(LOUDNESS * sin(m->phase));
        m->phase += TWO_PI * m->hz / VOICE_CLOCK_RATE;
    }
    len = codec_encode(m->encoder, samples, packet + 20);
    packet[2] = (uint8_t)(m->number >> 8);
    packet[3] = (uint8_t)m->number;
    for (int i = 0; i < 4; i++) {
        packet[4 + i] = (uint8_t)(m->time >> (24 - 8 * i));
        packet[8 + i] = (uint8_t)(m->ssrc >> (24 - 8 * i));
    }
    memcpy(packet + 12, (uint8_t[]){0xbe, 0xde, 0, 1, 0x10, (uint8_t)m->level, 0, 0}, 8);
    hub_rtp(t->hub, session, span_of(packet, 20 + len), t->now_ms);
}

void tones_run(struct tones *t, int ms)
{
    for (int64_t end_ms = t->now_ms + ms; t->now_ms < end_ms; t->now_ms += VOICE_TICK_MS) {
        for (int i = 0; i < TONES_PEOPLE; i++) {
            t->mouth[i].number++;
            t->mouth[i].time += CODEC_FRAME;
            if (t->mouth[i].hz > 0)
                tones_speak_once(t, i);
        }
        hub_tick(t->hub, t->now_ms);
    }
}

void tones_forget(struct tones *t)
{
    t->n_events = t->n_spoke = t->n_out = t->n_rtcp = 0;
    for (int i = 0; i < TONES_PEOPLE; i++)
        for (int s = 0; s < VOICE_SLOT_N; s++)
            if (t->ear[i][s] != NULL)
                t->ear[i][s]->n_packets = t->ear[i][s]->n_silence = t->ear[i][s]->n_samples = 0;
}

/* Goertzel's filter, in pieces of 20 ms, so that changes of phase do not cancel out. */
static double strength(const int16_t *samples, int n, int hz)
{
    double w = 2 * cos(TWO_PI * hz / VOICE_CLOCK_RATE), all = 0;
    int n_pieces = n / CODEC_FRAME;

    for (int piece = 0; piece < n_pieces; piece++) {
        double a = 0, b = 0;

        for (int i = 0; i < CODEC_FRAME; i++) {
            double next = samples[piece * CODEC_FRAME + i] + w * a - b;

            b = a;
            a = next;
        }
        all += sqrt(fmax(0, a * a + b * b - w * a * b)) * 2 / CODEC_FRAME;
    }
    return n_pieces == 0 ? 0 : all / n_pieces;
}

int tones_heard(const struct tones *t, int listener, int hz)
{
    double all = 0;

    for (int s = 0; s < VOICE_SLOT_N; s++)
        if (t->ear[listener][s] != NULL)
            all += strength(t->ear[listener][s]->samples, t->ear[listener][s]->n_samples, hz);
    return (int)all;
}

int tones_packets(const struct tones *t, int listener)
{
    int n = 0;

    for (int s = 0; s < VOICE_SLOT_N; s++)
        n += t->ear[listener][s] == NULL ? 0 : t->ear[listener][s]->n_packets;
    return n;
}

T_CASE(tones_are_told_apart)
{
    static int16_t samples[CODEC_FRAME * 10];

    for (size_t i = 0; i < T_COUNT(samples); i++)
        samples[i] = (int16_t)(LOUDNESS * sin(TWO_PI * 700 * (double)i / VOICE_CLOCK_RATE));
    T_OK(strength(samples, T_COUNT(samples), 700) > 7900, "the tone that is there");
    T_OK(strength(samples, T_COUNT(samples), 1000) < 100, "one that is not");
}
