/* Sessions with the media program: opened, told where they are, closed. */
#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"
#include "node/place/measure.h"
#include "node/place/speech_priv.h"

static const char off_ja[] = "いまは、声がつかえません。文字やリアクションはつかえます。";
static const char many_ja[] =
    "声をつかう人が、いっぱいです。すこし待って、もう一度ためしてください。";

static void say(struct speech *speech, const struct voice_frame *frame)
{
    if (speech->link != NULL)
        (void)voice_link_say(speech->link, frame); /* not said: down comes */
}

/* ---- beginning ---- */

/* The number that was free longest: who does not want to hear somebody said so by number. */
static int free_number(const struct speech *speech)
{
    for (int i = 0; i < VOICE_SESSIONS; i++) {
        int at = (speech->next + i) % VOICE_SESSIONS;

        if (speech->ones[at] == NULL)
            return at;
    }
    return -1;
}

static struct voice_frame open_frame(const struct speech_one *one)
{
    const struct sdp_offer *offer = &one->offer;
    struct voice_frame frame = {.op = VOICE_OP_OPEN,
                                .who = one->number,
                                .leg = {.payload_type = offer->opus_type,
                                        .level_id = offer->level_id,
                                        .mid_id = offer->mid_id,
                                        .thin = one->is_thin}};

    _Static_assert((int)HUB_MID_CAP == (int)SDP_MID_CAP, "a mid fits");
    for (int i = 0; i < VOICE_SLOT_N; i++)
        memcpy(frame.leg.mid[i], offer->mids[1 + i], HUB_MID_CAP);
    memcpy(frame.fingerprint, offer->fingerprint, sizeof frame.fingerprint);
    return frame;
}

void speech_session_open(struct command_call *call, struct visit *visit,
                         const struct sdp_offer *offer, bool is_thin)
{
    struct speech *speech = visit->place->speech;
    const struct place_now now = {call->now_mono_us, call->now_utc_us};
    struct speech_one *one;
    struct voice_frame frame;
    int number;

    if (!speech->is_up) {
        command_refuse(call, "voice-off", off_ja);
        return;
    }
    if (visit->speech != NULL)
        speech_session_end(speech, visit->speech, SPEECH_LINE, now);
    number = free_number(speech);
    one = number < 0 ? NULL : calloc(1, sizeof *one);
    if (one == NULL) {
        command_refuse(call, "voice-full", many_ja);
        return;
    }
    *one = (struct speech_one){.visit = visit,
                               .number = (uint16_t)number,
                               .is_thin = is_thin,
                               .offer = *offer,
                               .face = talk_face(visit),
                               .later = command_later(call)};
    one->said.is_thin = is_thin;
    speech->ones[number] = one;
    speech->next = number + 1;
    speech->gen++;
    visit->speech = one;
    frame = open_frame(one);
    say(speech, &frame);
}

static void opened(struct speech *speech, struct speech_one *one,
                   const struct voice_frame *frame, struct place_now now)
{
    struct place *place = speech->place;
    struct sdp_local local = {.udp_port = speech->ready.udp_port,
                              .tcp_port = speech->ready.tcp_port};
    char answer[SDP_ANSWER_CAP];
    struct speech_opened out = {.number = one->number};

    if (one->is_open)
        return;
    memcpy(local.ufrag, frame->ufrag, sizeof frame->ufrag);
    memcpy(local.pwd, frame->pwd, sizeof frame->pwd);
    memcpy(local.fingerprint, speech->ready.fingerprint, sizeof local.fingerprint);
    memcpy(local.addresses, speech->addresses, sizeof local.addresses);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        local.ssrcs[i] = HUB_SSRC(i);
    out.answer = span_of(answer, sdp_write_answer(&one->offer, &local, answer, sizeof answer));
    one->is_open = true;
    command_later_ok(place->live, &one->later, &out);
    speech_sync(speech, one, now);
}

/* ---- the end ---- */

static void forget(struct speech *speech, struct speech_one *one)
{
    if (!one->is_open)
        command_later_refuse(speech->place->live, &one->later, "voice-off", off_ja);
    speech_speaks_end(speech, one);
    one->visit->speech = NULL;
    speech->ones[one->number] = NULL;
    speech->gen++;
    free(one);
}

void speech_session_end(struct speech *speech, struct speech_one *one,
                        enum speech_reason reason, struct place_now now)
{
    const struct voice_frame frame = {.op = VOICE_OP_CLOSE, .who = one->number};

    speech_mic_off(speech, one, SPEECH_BY_PLACE, reason, now);
    say(speech, &frame);
    forget(speech, one);
}

void speech_face_rule(struct visit *visit, struct place_now now)
{
    if (visit->speech == NULL || visit->person == NULL ||
        id_eq(visit->speech->face, talk_face(visit)))
        return;
    speech_session_end(visit->place->speech, visit->speech, SPEECH_MOVED, now);
    speech_tell_to(visit, speech_event_gone, NULL);
}

void speech_sessions_forget(struct speech *speech, struct place_now now)
{
    for (int i = 0; i < VOICE_SESSIONS; i++)
        if (speech->ones[i] != NULL) {
            speech_mic_off(speech, speech->ones[i], SPEECH_BY_PLACE, SPEECH_RESTART, now);
            forget(speech, speech->ones[i]);
        }
}

/* ---- what it is told ---- */

static void sync_hush(struct speech *speech, struct speech_one *one)
{
    struct voice_frame frame = {.op = VOICE_OP_HUSH, .who = one->number};

    if (!one->is_hush_due && (one->n_hush == 0 || one->hush_gen == speech->gen))
        return;
    for (int i = 0; i < one->n_hush; i++) {
        const struct visit *other = visit_find(speech->place, one->hush[i]);

        if (other != NULL && other->speech != NULL)
            frame.hush[frame.n_hush++] = other->speech->number;
    }
    one->is_hush_due = false;
    one->hush_gen = speech->gen;
    say(speech, &frame);
}

static bool is_seated(struct hub_seat a, struct hub_seat b)
{
    return a.floor == b.floor && a.zone == b.zone && a.sealed == b.sealed;
}

/* Where he is before where his voice goes: nothing of it is heard from the place before. */
void speech_sync(struct speech *speech, struct speech_one *one, struct place_now now)
{
    const struct speech_where is = speech_where(one->visit);
    const struct talk *talk = speech_talk_of(one->visit);
    const struct speech_said due = {
        .seat = is.seat,
        .talk = talk == NULL ? 0 : talk->voice,
        .is_muted = measure_stops(speech->place, one->visit, MEASURE_MUTE, now, NULL),
        .is_thin = one->is_thin};
    struct speech_said *said = &one->said;
    struct voice_frame frame = {.who = one->number};

    if (!one->is_open)
        return;
    speech_mic_rule(speech, one, &is, now);
#define SAY(op_, differs) \
    if (differs) { \
        frame.op = (op_); \
        say(speech, &frame); \
    }
    frame.on = due.is_muted;
    SAY(VOICE_OP_MUTE, due.is_muted && !said->is_muted)
    frame.mic = one->mic;
    SAY(VOICE_OP_MIC, one->mic == HUB_MIC_NONE && said->mic != HUB_MIC_NONE)
    frame.floor = is.seat.floor;
    frame.zone = is.seat.zone;
    frame.sealed = is.seat.sealed;
    SAY(VOICE_OP_SEAT, !is_seated(is.seat, said->seat))
    frame.number = due.talk;
    SAY(VOICE_OP_TALK, due.talk != said->talk)
    frame.on = due.is_thin;
    SAY(VOICE_OP_THIN, due.is_thin != said->is_thin)
    frame.on = due.is_muted;
    SAY(VOICE_OP_MUTE, !due.is_muted && said->is_muted)
    SAY(VOICE_OP_MIC, one->mic != HUB_MIC_NONE && one->mic != said->mic)
#undef SAY
    *said = due;
    said->mic = one->mic;
    sync_hush(speech, one);
}

/* ---- what it tells ---- */

static void refused(struct speech *speech, struct speech_one *one,
                    const struct voice_frame *frame, struct place_now now)
{
    const struct visit *visit = one->visit;

    log_warn("voice.refused", L_INT("op", frame->refused),
             L_TEXT("code", err_code(frame->code)));
    if (frame->refused == VOICE_OP_HUSH || frame->refused == VOICE_OP_THIN)
        return;
    /* It has another picture of who may hear him than we: rather none. */
    speech_session_end(speech, one, SPEECH_LINE, now);
    speech_tell_to(visit, speech_event_gone, NULL);
}

void speech_session_told(struct speech *speech, const struct voice_frame *frame,
                         struct place_now now)
{
    struct speech_one *one = frame->who < VOICE_SESSIONS ? speech->ones[frame->who] : NULL;

    if (one == NULL) /* closed meanwhile */
        return;
    if (frame->op == VOICE_OP_OPENED) {
        opened(speech, one, frame, now);
    } else if (frame->op == VOICE_OP_REFUSED) {
        refused(speech, one, frame, now);
    } else if (frame->op == VOICE_OP_UP) {
        const struct speech_ready ready = {(int)frame->way};

        speech_tell_to(one->visit, speech_event_ready, &ready);
    } else if (frame->op == VOICE_OP_GONE) {
        const struct visit *visit = one->visit;

        speech_session_end(speech, one, SPEECH_LINE, now);
        speech_tell_to(visit, speech_event_gone, NULL);
    }
}
