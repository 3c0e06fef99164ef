#include "voice/mixer.h"

#include <stdlib.h>

#include "voice/jitter.h"

#define NOBODY (-1)
/* Linear up to here, which no single voice passes for long; above, ever flatter, never over. */
#define LIMIT_FROM 24000
#define JOINED_CAP 1100 /* at 32 kbit/s some 240 are used; one packet must bear it */
#define LIMIT_ROOM (32767 - LIMIT_FROM)

struct voice {
    int source;
    bool is_leaving;
    struct jitter jitter;
    struct codec_decoder *decoder;
    int n_samples; /* decoded and not yet taken */
    int16_t samples[CODEC_FRAME + CODEC_FRAMES_MOST];
};

struct mixer {
    struct voice voice[MIXER_VOICES];
    struct codec_encoder *encoder;
    bool is_encoding;
    int loss_percent;
    uint16_t stretch;
    uint32_t number, joined_number, time;
    int n_frames; /* that wait to be joined */
    size_t frame_len[CODEC_JOIN];
    uint8_t frame[CODEC_JOIN][CODEC_PACKET_CAP];
    uint8_t joined[JOINED_CAP];
};

enum err mixer_create(struct mixer **mixer_out, struct fail *why)
{
    struct mixer *m = calloc(1, sizeof *m);
    enum err rc = ERR_NOMEM;

    *mixer_out = NULL;
    if (m == NULL)
        return fail_set(why, rc, "mixer");
    rc = codec_encoder_create(&m->encoder, why);
    for (int i = 0; rc == ERR_OK && i < MIXER_VOICES; i++)
        rc = codec_decoder_create(&m->voice[i].decoder, why);
    if (rc != ERR_OK) {
        mixer_destroy(&m);
        return rc;
    }
    mixer_begin(m);
    *mixer_out = m;
    return ERR_OK;
}

void mixer_destroy(struct mixer **mixer)
{
    if (*mixer != NULL) {
        for (int i = 0; i < MIXER_VOICES; i++)
            codec_decoder_destroy(&(*mixer)->voice[i].decoder);
        codec_encoder_destroy(&(*mixer)->encoder);
    }
    free(*mixer);
    *mixer = NULL;
}

static void free_voice(struct voice *v)
{
    v->source = NOBODY;
    v->is_leaving = false;
    v->n_samples = 0;
}

void mixer_begin(struct mixer *m)
{
    for (int i = 0; i < MIXER_VOICES; i++)
        free_voice(&m->voice[i]);
    m->is_encoding = false;
    m->n_frames = 0;
    mixer_loss(m, 0);
}

void mixer_loss(struct mixer *m, int percent)
{
    if (percent == m->loss_percent)
        return;
    m->loss_percent = percent;
    codec_encoder_loss(m->encoder, percent);
}

/* ---- voices in ---- */

static struct voice *find(struct mixer *m, int source)
{
    for (int i = 0; i < MIXER_VOICES; i++)
        if (m->voice[i].source == source)
            return &m->voice[i];
    return NULL;
}

void mixer_put(struct mixer *m, int source, uint32_t number, uint32_t time, int n_samples,
               struct span opus, int64_t now_ms)
{
    struct voice *v = find(m, source);

    if (v == NULL) {
        v = find(m, NOBODY);
        if (v == NULL)
            return;
        v->source = source;
        jitter_init(&v->jitter);
        codec_decoder_reset(v->decoder);
    }
    v->is_leaving = false;
    jitter_put(&v->jitter, number, time, n_samples, opus, now_ms);
}

void mixer_leave(struct mixer *m, int source)
{
    struct voice *v = find(m, source);

    if (v != NULL)
        v->is_leaving = true;
}

bool mixer_is_silent(const struct mixer *m)
{
    for (int i = 0; i < MIXER_VOICES; i++)
        if (m->voice[i].source != NOBODY)
            return false;
    return m->n_frames == 0;
}

/* One piece more behind what is decoded. False: nothing is due. */
static bool decode_more(struct voice *v, int64_t now_ms)
{
    int16_t *to = v->samples + v->n_samples;
    struct span opus;
    int n;

    switch (jitter_next(&v->jitter, now_ms, &opus, &n)) {
    case JITTER_SOUND: {
        int got = codec_decode(v->decoder, opus, to);

        if (got > 0)
            n = got;
        else
            memset(to, 0, (size_t)n * sizeof *to);
        break;
    }
    case JITTER_LOST:
        if (!codec_conceal(v->decoder, opus, n, to))
            memset(to, 0, (size_t)n * sizeof *to);
        break;
    case JITTER_PAUSE:
        memset(to, 0, (size_t)n * sizeof *to);
        break;
    case JITTER_DRY:
        return false;
    }
    v->n_samples += n;
    return true;
}

/* A frame of this voice into the sum; what is missing is silence. */
static void add_voice(struct voice *v, int32_t sum[CODEC_FRAME], int64_t now_ms)
{
    int n;

    while (v->n_samples < CODEC_FRAME)
        if (!decode_more(v, now_ms))
            break;
    n = v->n_samples < CODEC_FRAME ? v->n_samples : CODEC_FRAME;
    for (int i = 0; v->is_leaving && i < n; i++)
        v->samples[i] = (int16_t)(v->samples[i] * (CODEC_FRAME - i) / CODEC_FRAME);
    for (int i = 0; i < n; i++)
        sum[i] += v->samples[i];
    v->n_samples -= n;
    memmove(v->samples, v->samples + n, (size_t)v->n_samples * sizeof *v->samples);
}

static int16_t limit(int32_t x)
{
    int32_t over = (x < 0 ? -x : x) - LIMIT_FROM;

    if (over <= 0)
        return (int16_t)x;
    over = LIMIT_FROM + (int32_t)((int64_t)over * LIMIT_ROOM / (over + LIMIT_ROOM));
    return (int16_t)(x < 0 ? -over : over);
}

/* ---- the mix out ---- */

static void put_joined(struct mixer *m, struct mixer_out *out)
{
    struct span frames[CODEC_JOIN] = {SPAN_NONE};
    uint32_t time = m->time - (uint32_t)m->n_frames * CODEC_FRAME;
    size_t len = 0;

    for (int i = 0; i < m->n_frames; i++)
        frames[i] = span_of(m->frame[i], m->frame_len[i]);
    if (m->n_frames == CODEC_JOIN)
        len = codec_join(frames, m->joined, sizeof m->joined);
    out->n_joined = len > 0 ? 1 : m->n_frames;
    for (int i = 0; i < out->n_joined; i++)
        out->joined[i] = (struct mixer_packet){
            .opus = len > 0 ? span_of(m->joined, len) : frames[i],
            .number = m->joined_number++,
            .time = time + (uint32_t)i * CODEC_FRAME,
            .n_samples = len > 0 ? CODEC_JOIN * CODEC_FRAME : CODEC_FRAME};
    m->n_frames = 0;
}

static void encode(struct mixer *m, const int16_t *samples, struct mixer_out *out)
{
    uint8_t *to = m->frame[m->n_frames];
    size_t len;

    if (!m->is_encoding) {
        m->is_encoding = true;
        m->stretch++;
        codec_encoder_begin(m->encoder);
    }
    out->stretch = m->stretch;
    len = codec_encode(m->encoder, samples, to);
    m->time += CODEC_FRAME;
    if (len == 0)
        return;
    out->has_frame = true;
    out->frame = (struct mixer_packet){.opus = span_of(to, len),
                                       .number = m->number++,
                                       .time = m->time - CODEC_FRAME,
                                       .n_samples = CODEC_FRAME};
    m->frame_len[m->n_frames++] = len;
    if (m->n_frames == CODEC_JOIN)
        put_joined(m, out);
}

void mixer_tick(struct mixer *m, bool is_wanted, int64_t now_ms, struct mixer_out *out)
{
    int32_t sum[CODEC_FRAME] = {0};
    int n_voices = 0;

    *out = (struct mixer_out){.stretch = m->stretch};
    for (int i = 0; i < MIXER_VOICES; i++) {
        struct voice *v = &m->voice[i];

        if (v->source == NOBODY)
            continue;
        n_voices++;
        add_voice(v, sum, now_ms);
        if (v->is_leaving)
            free_voice(v);
    }
    if (n_voices > 0 && is_wanted) {
        int16_t samples[CODEC_FRAME];

        for (int i = 0; i < CODEC_FRAME; i++)
            samples[i] = limit(sum[i]);
        encode(m, samples, out);
        return;
    }
    m->is_encoding = false;
    if (m->n_frames > 0) /* the rest of what was said */
        put_joined(m, out);
}
