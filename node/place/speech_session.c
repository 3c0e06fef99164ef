/* Sessions with the media program: opened, told where they are, closed. */
#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"
#include "node/place/measure.h"
#include "node/place/speech_priv.h"

static const char off_ja[] = "いまは、声がつかえません。文字やリアクションはつかえます。";
static const char many_ja[] =
    "声をつかう人が、いっぱいです。すこし待って、もう一度ためしてください。";

void speech_say(struct speech *speech, const struct voice_frame *frame)
{
    if (speech->link != NULL)
        (void)voice_link_say(speech->link, frame);
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
    struct voice_frame frame = {.op = one->is_ws ? VOICE_OP_OPEN_WS : VOICE_OP_OPEN,
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
                               .is_ws = offer == NULL,
                               .is_thin = is_thin || offer == NULL,
                               .face = talk_face(visit),
                               .later = command_later(call)};
    if (offer != NULL)
        one->offer = *offer;
    one->said.is_thin = one->is_thin;
    speech->ones[number] = one;
    speech->next = number + 1;
    speech->gen++;
    visit->speech = one;
    frame = open_frame(one);
    speech_say(speech, &frame);
}

static struct span answer_of(const struct speech *speech, const struct speech_one *one,
                             const struct voice_frame *frame, char answer[SDP_ANSWER_CAP])
{
    struct sdp_local local = {.udp_port = speech->ready.udp_port,
                              .tcp_port = speech->ready.tcp_port};

    memcpy(local.ufrag, frame->ufrag, sizeof frame->ufrag);
    memcpy(local.pwd, frame->pwd, sizeof frame->pwd);
    memcpy(local.fingerprint, speech->ready.fingerprint, sizeof local.fingerprint);
    memcpy(local.addresses, speech->addresses, sizeof local.addresses);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        local.ssrcs[i] = HUB_SSRC(i);
    return span_of(answer, sdp_write_answer(&one->offer, &local, answer, SDP_ANSWER_CAP));
}

static void tell_ready(const struct speech_one *one, enum voice_way way)
{
    const struct speech_ready ready = {(int)way};

    speech_tell_to(one->visit, speech_event_ready, &ready);
}

static void opened(struct speech *speech, struct speech_one *one,
                   const struct voice_frame *frame, struct place_now now)
{
    char answer[SDP_ANSWER_CAP];
    struct speech_opened out = {.number = one->number, .answer = SPAN("")};

    if (one->is_open)
        return;
    if (!one->is_ws)
        out.answer = answer_of(speech, one, frame, answer);
    one->is_open = true;
    command_later_ok(speech->place->live, &one->later, &out);
    speech_sync(speech, one, now);
    if (one->is_ws) /* its way is there already */
        tell_ready(one, VOICE_WAY_WS);
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
    speech_say(speech, &frame);
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

void speech_session_hush(struct speech *speech, struct speech_one *one)
{
    struct voice_frame frame = {.op = VOICE_OP_HUSH, .who = one->number};

    if (!one->is_hush_due &&
        (one->n_hush + one->n_hush_far == 0 || one->hush_gen == speech->gen))
        return;
    for (int i = 0; i < one->n_hush; i++) {
        const struct visit *other = visit_find(speech->place, one->hush[i]);

        if (other != NULL && other->speech != NULL)
            frame.hush[frame.n_hush++] = other->speech->number;
    }
    for (int i = 0; i < one->n_hush_far && one->visit->person != NULL; i++) {
        const struct mirror *mirror = one->visit->floor->mirror;
        const struct mirror_figure *figure =
            mirror == NULL ? NULL : mirror_figure_find(mirror, one->hush_far[i]);

        if (figure != NULL && figure->far != NULL)
            frame.hush[frame.n_hush++] = figure->far->number;
    }
    one->is_hush_due = false;
    one->hush_gen = speech->gen;
    speech_say(speech, &frame);
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
        .is_muted = measure_stops(speech->place, one->visit, MEASURE_MUTE, now, NULL) ||
                    mirror_holds(one->visit, MIRROR_VOICE),
        .is_thin = one->is_thin || one->is_ws}; /* there one mix */
    struct speech_said *said = &one->said;
    struct voice_frame frame = {.who = one->number};
    bool is_new_here;

    if (!one->is_open)
        return;
    speech_mic_rule(speech, one, &is, now);
#define SAY(op_, differs) \
    if (differs) { \
        frame.op = (op_); \
        speech_say(speech, &frame); \
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
    is_new_here = !is_seated(is.seat, said->seat) || due.talk != said->talk;
    *said = due;
    said->mic = one->mic;
    if (is_new_here)
        speech_tell_newcomer(speech, one->visit);
    speech_session_hush(speech, one);
}

/* ---- what it tells ---- */

static void refused(struct speech *speech, struct speech_one *one,
                    const struct voice_frame *frame, struct place_now now)
{
    const struct visit *visit = one->visit;

    log_warn("voice.refused", L_INT("op", frame->refused),
             L_TEXT("code", err_code(frame->code)));
    if (frame->refused == VOICE_OP_HUSH || frame->refused == VOICE_OP_THIN ||
        frame->refused == VOICE_OP_PACKET)
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
        tell_ready(one, frame->way);
    } else if (frame->op == VOICE_OP_TO) {
        speech_sound_out(one, frame);
    } else if (frame->op == VOICE_OP_GONE) {
        const struct visit *visit = one->visit;

        speech_session_end(speech, one, SPEECH_LINE, now);
        speech_tell_to(visit, speech_event_gone, NULL);
    }
}
