#include "voice/codec.h"

#include <opus/opus.h>
#include <stdlib.h>
#include <time.h>

#include "voice/voice.h"

#define BIT_RATE       32000
#define COMPLEXITY     5   /* 9 costs twice, and nobody hears it over a tablet's speaker */
#define FRAME_CAP      400 /* bytes; 80 are the rule */
#define N_UNPREDICTED  3
#define MEASURE_FRAMES 25

struct codec_decoder {
    OpusDecoder *opus;
};

struct codec_encoder {
    OpusEncoder *opus;
    int n_unpredicted; /* frames still to come without prediction */
};

int codec_samples(struct span opus)
{
    unsigned char toc;
    const unsigned char *frames[48];
    opus_int16 sizes[48];
    int n, samples;

    if (opus.len == 0 || opus.len > CODEC_PACKET_CAP)
        return 0;
    n = opus_packet_parse(opus.p, (opus_int32)opus.len, &toc, frames, sizes, NULL);
    if (n <= 0)
        return 0;
    samples = n * opus_packet_get_samples_per_frame(opus.p, VOICE_CLOCK_RATE);
    return samples <= CODEC_FRAMES_MOST ? samples : 0;
}

size_t codec_silence(uint8_t out[CODEC_PACKET_CAP])
{
    static const int16_t silence[CODEC_FRAME];
    struct codec_encoder *e = NULL;
    size_t len = 0;

    if (codec_encoder_create(&e, NULL) == ERR_OK) {
        codec_encoder_begin(e);
        len = codec_encode(e, silence, out);
    }
    codec_encoder_destroy(&e);
    return len;
}

enum err codec_decoder_create(struct codec_decoder **decoder_out, struct fail *why)
{
    struct codec_decoder *d = calloc(1, sizeof *d);
    int opus_rc = OPUS_ALLOC_FAIL;

    *decoder_out = NULL;
    if (d != NULL)
        d->opus = opus_decoder_create(VOICE_CLOCK_RATE, 1, &opus_rc);
    if (d == NULL || d->opus == NULL) {
        free(d);
        fail_set(why, ERR_NOMEM, "Opus decoder: %d", opus_rc);
        return ERR_NOMEM;
    }
    *decoder_out = d;
    return ERR_OK;
}

void codec_decoder_destroy(struct codec_decoder **decoder)
{
    if (*decoder != NULL)
        opus_decoder_destroy((*decoder)->opus);
    free(*decoder);
    *decoder = NULL;
}

void codec_decoder_reset(struct codec_decoder *d)
{
    (void)opus_decoder_ctl(d->opus, OPUS_RESET_STATE);
}

int codec_decode(struct codec_decoder *d, struct span opus, int16_t *samples_out)
{
    int n;

    if (codec_samples(opus) == 0)
        return 0;
    n = opus_decode(d->opus, opus.p, (opus_int32)opus.len, samples_out, CODEC_FRAMES_MOST, 0);
    return n > 0 ? n : 0;
}

bool codec_conceal(struct codec_decoder *d, struct span next, int n, int16_t *samples_out)
{
    bool has_next = next.len > 0 && codec_samples(next) > 0;

    return opus_decode(d->opus, has_next ? next.p : NULL, has_next ? (opus_int32)next.len : 0,
                       samples_out, n, has_next ? 1 : 0) == n;
}

enum err codec_encoder_create(struct codec_encoder **encoder_out, struct fail *why)
{
    struct codec_encoder *e = calloc(1, sizeof *e);
    int opus_rc = OPUS_ALLOC_FAIL;

    *encoder_out = NULL;
    if (e != NULL)
        e->opus = opus_encoder_create(VOICE_CLOCK_RATE, 1, OPUS_APPLICATION_VOIP, &opus_rc);
    if (e == NULL || e->opus == NULL ||
        opus_encoder_ctl(e->opus, OPUS_SET_BITRATE(BIT_RATE)) != OPUS_OK ||
        opus_encoder_ctl(e->opus, OPUS_SET_COMPLEXITY(COMPLEXITY)) != OPUS_OK ||
        opus_encoder_ctl(e->opus, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE)) != OPUS_OK) {
        codec_encoder_destroy(&e);
        fail_set(why, ERR_NOMEM, "Opus encoder: %d", opus_rc);
        return ERR_NOMEM;
    }
    *encoder_out = e;
    return ERR_OK;
}

void codec_encoder_destroy(struct codec_encoder **encoder)
{
    if (*encoder != NULL && (*encoder)->opus != NULL)
        opus_encoder_destroy((*encoder)->opus);
    free(*encoder);
    *encoder = NULL;
}

void codec_encoder_begin(struct codec_encoder *e)
{
    (void)opus_encoder_ctl(e->opus, OPUS_RESET_STATE);
    (void)opus_encoder_ctl(e->opus, OPUS_SET_PREDICTION_DISABLED(1));
    e->n_unpredicted = N_UNPREDICTED;
}

void codec_encoder_loss(struct codec_encoder *e, int percent)
{
    (void)opus_encoder_ctl(e->opus, OPUS_SET_INBAND_FEC(percent > 0));
    (void)opus_encoder_ctl(e->opus, OPUS_SET_PACKET_LOSS_PERC(percent));
}

size_t codec_encode(struct codec_encoder *e, const int16_t *samples,
                    uint8_t out[CODEC_PACKET_CAP])
{
    int len = opus_encode(e->opus, samples, CODEC_FRAME, out, FRAME_CAP);

    if (e->n_unpredicted > 0 && --e->n_unpredicted == 0)
        (void)opus_encoder_ctl(e->opus, OPUS_SET_PREDICTION_DISABLED(0));
    return len > 0 ? (size_t)len : 0;
}

size_t codec_join(const struct span packets[CODEC_JOIN], uint8_t *out, size_t cap)
{
    /* Its size is no constant of the header; 488 bytes in libopus 1.3. */
    _Alignas(max_align_t) unsigned char room[1024];
    OpusRepacketizer *joiner;
    int len;

    if (opus_repacketizer_get_size() > (int)sizeof room)
        return 0;
    joiner = opus_repacketizer_init((OpusRepacketizer *)(void *)room);
    for (int i = 0; i < CODEC_JOIN; i++)
        if (opus_repacketizer_cat(joiner, packets[i].p, (opus_int32)packets[i].len) != OPUS_OK)
            return 0;
    len = opus_repacketizer_out(joiner, out, (opus_int32)cap);
    return len > 0 ? (size_t)len : 0;
}

static double cpu_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

/* Something with the busy spectrum of a voice: a saw of 180 Hz under noise. */
static void make_sound(int16_t samples[CODEC_FRAME], uint32_t *random, int *phase)
{
    for (int i = 0; i < CODEC_FRAME; i++) {
        *random = *random * 1664525u + 1013904223u;
        *phase = (*phase + 1) % 267;
        samples[i] = (int16_t)((*phase - 133) * 40 + (int)(*random >> 22) - 512);
    }
}

enum err codec_measure(struct codec_cost *cost_out, struct fail *why)
{
    static int16_t samples[CODEC_FRAMES_MOST];
    uint8_t packet[CODEC_PACKET_CAP];
    struct codec_encoder *e = NULL;
    struct codec_decoder *d = NULL;
    uint32_t random = 1;
    int phase = 0;
    double encode_us = 0, decode_us = 0;
    enum err rc = codec_encoder_create(&e, why);

    if (rc == ERR_OK)
        rc = codec_decoder_create(&d, why);
    for (int i = 0; rc == ERR_OK && i < MEASURE_FRAMES; i++) {
        double begun_us, coded_us;
        size_t len;

        make_sound(samples, &random, &phase);
        begun_us = cpu_us();
        len = codec_encode(e, samples, packet);
        coded_us = cpu_us();
        if (len == 0 || codec_decode(d, span_of(packet, len), samples) != CODEC_FRAME)
            rc = fail_set(why, ERR_INTERNAL, "Opus codes nothing");
        encode_us += coded_us - begun_us;
        decode_us += cpu_us() - coded_us;
    }
    if (rc == ERR_OK)
        *cost_out = (struct codec_cost){.encode_us = encode_us / MEASURE_FRAMES,
                                        .decode_us = decode_us / MEASURE_FRAMES};
    codec_decoder_destroy(&d);
    codec_encoder_destroy(&e);
    return rc;
}
