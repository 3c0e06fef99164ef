#include "voice/source.h"

#include "voice/voice.h"

/* Opus marks a pause with packets of one or two bytes (RFC 6716 section 3.1: a TOC without, or
 * nearly without, a frame). One that hides how loud he is counts as speech from 20 bytes on. */
#define PAUSE_BYTES  2
#define SPEECH_BYTES 20

#define DBOV(x)      ((127 + (x)) * SOURCE_DB)
#define LOUD_MOST    DBOV(-18) /* clear speech close to the microphone */
#define LOUD_HIDDEN  DBOV(-50) /* of one whose packets bear no level */
#define SPEECH_LEAST DBOV(-55)
#define ABOVE_NOISE  (9 * SOURCE_DB)
/* A voice or a tone that never pauses must not become its own noise: the noise ends here. */
#define NOISE_MOST DBOV(-45)
#define NOISE_DOWN 4 /* it falls by a fourth of the way a packet, and rises a sixth of a dB */
#define NOISE_UP   (SOURCE_DB / 6)

#define JUMP_PACKETS     200  /* 4 s: more is another stretch */
#define JUMP_MS          1000 /* its clock against ours */
#define STRETCH_LEAST_MS 1000

/* 125 packets of up to 320 bytes a second, twice what 10 ms frames at 64 kbit/s need, and 40 at
 * once behind a gap; larger ones cost more. What one may send, each listener is sent. */
#define ALLOWED_A_MS INT64_C(125)
#define ALLOWED_MOST 40000
#define COST_BYTES   320

void source_init(struct source *s)
{
    *s = (struct source){.spoke_ms = INT64_MIN / 2,
                         .came_ms = INT64_MIN / 2,
                         .stretch_ms = INT64_MIN / 2,
                         .noise = DBOV(-80),
                         .allowance = ALLOWED_MOST};
}

static void begin(struct source *s, const struct source_packet *p, int64_t now_ms)
{
    s->is_begun = true;
    s->stretch++;
    s->ssrc = p->ssrc;
    s->stretch_ms = now_ms;
    /* Room below, so that one that was overtaken by the first still has a number. */
    s->highest = s->first = UINT32_C(0x10000) + p->number;
    s->seen = 1;
    s->time = p->time;
    s->came_ms = now_ms;
    s->n_came = 1;
    s->expected_then = s->came_then = s->jitter_x16 = 0;
    s->sr_middle = 0;
}

/* RFC 3550 appendix A.8, in whole numbers. */
static void note_jitter(struct source *s, uint32_t time, int64_t now_ms)
{
    int64_t clock = VOICE_CLOCK_RATE / 1000;
    int64_t step = (now_ms - s->came_ms) * clock - (int32_t)(time - s->time);

    if (step < 0)
        step = -step;
    s->jitter_x16 += (uint32_t)step - ((s->jitter_x16 + 8) >> 4);
}

static enum source_verdict begin_anew(struct source *s, const struct source_packet *p,
                                      int64_t now_ms, enum source_verdict if_too_soon)
{
    if (now_ms - s->stretch_ms < STRETCH_LEAST_MS)
        return if_too_soon;
    begin(s, p, now_ms);
    return SOURCE_FRESH;
}

/* One that others overtook: well, if it did not come before. */
static enum source_verdict take_behind(struct source *s, uint32_t behind)
{
    uint64_t bit = UINT64_C(1) << behind;

    if ((s->seen & bit) != 0)
        return SOURCE_LATE;
    s->seen |= bit;
    s->n_came++;
    return SOURCE_FRESH;
}

static bool clock_jumps(const struct source *s, uint32_t time, int64_t now_ms)
{
    int64_t theirs_ms = (int32_t)(time - s->time) / (VOICE_CLOCK_RATE / 1000);
    int64_t drift_ms = theirs_ms - (now_ms - s->came_ms);

    return drift_ms > JUMP_MS || drift_ms < -JUMP_MS;
}

static enum source_verdict take_number(struct source *s, const struct source_packet *p,
                                       int64_t now_ms, uint32_t *number_out)
{
    int32_t ahead = (int16_t)(uint16_t)(p->number - s->highest);
    enum source_verdict verdict = SOURCE_FRESH;

    *number_out = s->highest + (uint32_t)ahead;
    if (p->ssrc != s->ssrc || ahead > JUMP_PACKETS ||
        (ahead > 0 && clock_jumps(s, p->time, now_ms))) {
        verdict = begin_anew(s, p, now_ms, SOURCE_STREAM);
        *number_out = s->highest;
    } else if (ahead <= -64) { /* very late, or from a sender that began anew: silence tells */
        verdict = now_ms - s->came_ms < STRETCH_LEAST_MS
                      ? SOURCE_LATE
                      : begin_anew(s, p, now_ms, SOURCE_LATE);
        *number_out = s->highest;
    } else if (ahead <= 0) {
        verdict = take_behind(s, (uint32_t)-ahead);
    } else {
        note_jitter(s, p->time, now_ms);
        s->seen = ahead < 64 ? s->seen << ahead | 1 : 1;
        s->highest += (uint32_t)ahead;
        s->time = p->time;
        s->came_ms = now_ms;
        s->n_came++;
    }
    return verdict;
}

/* He may send this one, too. */
static bool is_allowed(struct source *s, size_t n_bytes, int64_t now_ms)
{
    int64_t more = (now_ms - s->allowed_ms) * ALLOWED_A_MS + s->allowance;
    int32_t cost = 1000 * (int32_t)(1 + n_bytes / COST_BYTES);

    s->allowance = more > ALLOWED_MOST ? ALLOWED_MOST : (int32_t)more;
    s->allowed_ms = now_ms;
    if (s->allowance < cost)
        return false;
    s->allowance -= cost;
    return true;
}

static bool hear(struct source *s, const struct source_packet *p)
{
    int32_t now = p->has_level ? (127 - (p->level & 127)) * SOURCE_DB : LOUD_HIDDEN;
    int32_t least;

    if (p->n_bytes <= PAUSE_BYTES)
        return false;
    if (!p->has_level) {
        s->loud = LOUD_HIDDEN;
        return p->n_bytes >= SPEECH_BYTES;
    }
    s->loud += now > s->loud ? (now - s->loud) / 2 : (now - s->loud) / 8;
    if (now < s->noise)
        s->noise += (now - s->noise) / NOISE_DOWN;
    else if (s->noise < NOISE_MOST)
        s->noise += NOISE_UP;
    least = s->noise + ABOVE_NOISE;
    return now >= (least > SPEECH_LEAST ? least : SPEECH_LEAST);
}

enum source_verdict source_take(struct source *s, const struct source_packet *packet,
                                int64_t now_ms, struct source_taken *taken_out)
{
    enum source_verdict verdict = SOURCE_FRESH;

    if (!s->is_begun) {
        begin(s, packet, now_ms);
        taken_out->number = s->highest;
    } else {
        verdict = take_number(s, packet, now_ms, &taken_out->number);
    }
    if (verdict != SOURCE_FRESH)
        return verdict;
    if (!is_allowed(s, packet->n_bytes, now_ms))
        return SOURCE_RUSH;
    taken_out->is_speech = hear(s, packet);
    if (taken_out->is_speech)
        s->spoke_ms = now_ms;
    return SOURCE_FRESH;
}

int32_t source_loudness(const struct source *s)
{
    return s->loud < LOUD_MOST ? s->loud : LOUD_MOST;
}

void source_report(struct source *s, struct source_report *report_out)
{
    uint32_t expected = s->is_begun ? s->highest - s->first + 1 : 0;
    uint32_t expected_now = expected - s->expected_then, came_now = s->n_came - s->came_then;
    int64_t lost = (int64_t)expected - s->n_came;

    *report_out = (struct source_report){.highest = s->highest, .jitter = s->jitter_x16 >> 4};
    report_out->lost = lost < 0 ? 0 : lost > 0x7fffff ? 0x7fffff : (uint32_t)lost;
    if (expected_now > came_now)
        report_out->lost_of_256 = (uint8_t)(((expected_now - came_now) * 255) / expected_now);
    s->expected_then = expected;
    s->came_then = s->n_came;
}
