#include "voice/jitter.h"

#include "voice/voice.h"

#define PER_MS     (VOICE_CLOCK_RATE / 1000)
#define MADE_UP    3 /* frames: then the voice has ended, or begins anew */
#define PAUSE_MOST (2 * VOICE_CLOCK_RATE)

void jitter_init(struct jitter *j)
{
    for (int i = 0; i < JITTER_PACKETS; i++)
        j->at[i].is_here = false;
    j->n_here = j->n_dry = 0;
    j->is_playing = false;
}

/* The lowest that is here; NULL: none. */
static struct jitter_packet *lowest(struct jitter *j)
{
    struct jitter_packet *found = NULL;

    for (int i = 0; i < JITTER_PACKETS; i++) {
        struct jitter_packet *p = &j->at[i];

        if (p->is_here && (found == NULL || (int32_t)(p->number - found->number) < 0))
            found = p;
    }
    return found;
}

static void drop(struct jitter *j, struct jitter_packet *p)
{
    p->is_here = false;
    j->n_here--;
}

/* What is over the lag is skipped, whole packets, the oldest first. */
static void keep_up(struct jitter *j, uint32_t newest_end)
{
    struct jitter_packet *p;

    while ((p = lowest(j)) != NULL &&
           (int32_t)(newest_end - p->time) > JITTER_LAG_MS * PER_MS) {
        j->next = p->number + 1;
        j->time = p->time + (uint32_t)p->n_samples;
        drop(j, p);
    }
}

void jitter_put(struct jitter *j, uint32_t number, uint32_t time, int n_samples,
                struct span opus, int64_t now_ms)
{
    struct jitter_packet *p = &j->at[number % JITTER_PACKETS];

    if (opus.len > sizeof p->bytes || (j->is_playing && (int32_t)(number - j->next) < 0))
        return;
    if (p->is_here && (int32_t)(number - p->number) <= 0)
        return;
    if (p->is_here) /* a round of the ring behind */
        drop(j, p);
    if (j->n_here == 0 && !j->is_playing)
        j->first_ms = now_ms;
    *p = (struct jitter_packet){.is_here = true,
                                .number = number,
                                .time = time,
                                .n_samples = n_samples,
                                .len = opus.len};
    memcpy(p->bytes, opus.p, opus.len);
    j->n_here++;
    keep_up(j, time + (uint32_t)n_samples);
}

static enum jitter_piece dry(struct jitter *j, int *n_samples_out)
{
    if (++j->n_dry > MADE_UP) {
        j->is_playing = false;
        return JITTER_DRY;
    }
    /* Its clock stands meanwhile: what is only late is played in full. */
    *n_samples_out = CODEC_FRAME;
    return JITTER_LOST;
}

/* p is not the one that is due: some before it were lost. One is made up. */
static enum jitter_piece lost(struct jitter *j, const struct jitter_packet *p,
                              struct span *opus_out, int *n_samples_out)
{
    int32_t n = (int32_t)(p->time - j->time);

    if (p->number != j->next + 1)
        n = CODEC_FRAME;
    else
        *opus_out = span_of(p->bytes, p->len);
    /* What libopus makes up comes in pieces of 2.5 ms. */
    n = n < CODEC_FRAME / 8 ? CODEC_FRAME / 8 : n > 3 * CODEC_FRAME ? 3 * CODEC_FRAME : n;
    *n_samples_out = n - n % (CODEC_FRAME / 8);
    j->next++;
    j->time += (uint32_t)*n_samples_out;
    return JITTER_LOST;
}

static enum jitter_piece sound(struct jitter *j, struct jitter_packet *p, struct span *opus_out,
                               int *n_samples_out)
{
    int32_t pause = (int32_t)(p->time - j->time);

    if (pause > 0 && pause <= PAUSE_MOST) {
        *n_samples_out = pause < CODEC_FRAME ? pause : CODEC_FRAME;
        j->time += (uint32_t)*n_samples_out;
        return JITTER_PAUSE;
    }
    *opus_out = span_of(p->bytes, p->len);
    *n_samples_out = p->n_samples;
    j->next = p->number + 1;
    j->time = p->time + (uint32_t)p->n_samples;
    drop(j, p);
    return JITTER_SOUND;
}

enum jitter_piece jitter_next(struct jitter *j, int64_t now_ms, struct span *opus_out,
                              int *n_samples_out)
{
    struct jitter_packet *p = lowest(j);

    *opus_out = SPAN_NONE;
    *n_samples_out = 0;
    if (!j->is_playing) {
        if (p == NULL || now_ms - j->first_ms < JITTER_WAIT_MS)
            return JITTER_DRY;
        j->is_playing = true;
        j->n_dry = 0;
        j->next = p->number;
        j->time = p->time;
    }
    if (p == NULL)
        return dry(j, n_samples_out);
    j->n_dry = 0;
    return p->number == j->next ? sound(j, p, opus_out, n_samples_out)
                                : lost(j, p, opus_out, n_samples_out);
}
