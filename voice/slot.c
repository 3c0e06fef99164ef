#include "voice/slot.h"

#include "voice/voice.h"

#define PER_MS (VOICE_CLOCK_RATE / 1000)

void slot_init(struct slot *s, uint16_t number, uint32_t time)
{
    /* The first round of numbers is not left early: SRTP counts rounds from 0. */
    *s = (struct slot){.source = SLOT_NOBODY, .next = number & 0x7fff, .end_time = time};
}

uint32_t slot_time(const struct slot *s, int64_t now_ms)
{
    return s->wall_time + (uint32_t)((uint64_t)(now_ms - s->wall_ms) * PER_MS);
}

/* Where a frame of silence may stand that ends now: on the wall clock, but behind all that was
 * sent. */
static uint32_t silence_time(struct slot *s, int64_t now_ms)
{
    uint32_t wall;

    if (!s->is_begun) {
        s->is_begun = true;
        s->wall_time = s->end_time + SLOT_FRAME;
        s->wall_ms = now_ms;
    }
    wall = slot_time(s, now_ms) - SLOT_FRAME;
    return (int32_t)(wall - s->end_time) > 0 ? wall : s->end_time;
}

static void put_silence(struct slot *s, int64_t now_ms, struct slot_step *step_out)
{
    step_out->has_silence = true;
    step_out->silence_time = silence_time(s, now_ms);
    step_out->silence_number = s->next++;
    s->end_time = step_out->silence_time + SLOT_FRAME;
}

/* The voice follows one frame of silence. That is not added to its clock for good: the next
 * change is laid on the wall clock again. */
static void turn(struct slot *s, int32_t source, const struct slot_packet *p, int64_t now_ms,
                 struct slot_step *step_out)
{
    put_silence(s, now_ms, step_out);
    s->source = source;
    s->stretch = p->stretch;
    s->first = p->number;
    s->base = s->next;
    s->time_off = s->end_time - p->time;
    s->tail = 0;
}

bool slot_take(struct slot *s, int32_t source, const struct slot_packet *packet, int64_t now_ms,
               struct slot_step *step_out)
{
    uint32_t end;
    bool comes = source != s->source || packet->stretch != s->stretch || s->tail > 0;

    *step_out = (struct slot_step){.marker = false};
    if (comes)
        turn(s, source, packet, now_ms, step_out);
    else if ((int32_t)(packet->number - s->first) < 0)
        return false;
    step_out->number = (uint16_t)(s->base + (packet->number - s->first));
    step_out->time = s->time_off + packet->time;
    if ((int16_t)(uint16_t)(step_out->number + 1 - s->next) > 0)
        s->next = (uint16_t)(step_out->number + 1);
    end = step_out->time + packet->n_samples;
    if ((int32_t)(end - s->end_time) > 0)
        s->end_time = end;
    return true;
}

void slot_end(struct slot *s)
{
    if (s->source != SLOT_NOBODY && s->tail == 0)
        s->tail = SLOT_TAIL;
}

bool slot_tail(struct slot *s, int64_t now_ms, struct slot_step *step_out)
{
    *step_out = (struct slot_step){.marker = false};
    if (s->tail == 0)
        return false;
    put_silence(s, now_ms, step_out);
    if (--s->tail == 0)
        s->source = SLOT_NOBODY;
    return true;
}
