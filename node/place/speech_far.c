#include "node/place/speech_far.h"

#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"
#include "node/place/speech_priv.h"

#define IDLE_US (5 * SECOND_US) /* of one who does not speak: his number is free again */
/* A figure that changes its place or its microphone faster says nothing meanwhile: every change
 * is told to all who hear it, and the other town decides how often it changes. */
#define CHANGE_US        500000
#define FARS_OF_A_MIRROR 64 /* of HUB_FOREIGN: one lesson does not take another's voices */

/* ---- our own people's voices, asked for and handed on ---- */

/* The zone or floor to which his microphone goes, if others towns hear it; 0: they do not. */
static uint32_t heard_afar(const struct speech_one *one)
{
    const struct visit *visit = one->visit;
    struct speech_where is;

    if (!speech_has_mic(one) || one->mic == HUB_MIC_PRIVATE || visit->person == NULL ||
        visit->floor->mirror == NULL || visit->copy != 1)
        return 0;
    is = speech_where(visit);
    if (is.seat.sealed)
        return 0;
    return one->mic == HUB_MIC_ZONE ? is.seat.zone : is.seat.floor;
}

static struct speech_out *out_find(struct speech *speech, enum hub_mic mic, uint32_t number)
{
    for (int i = 0; i < speech->n_outs; i++)
        if (speech->outs[i].mic == mic && speech->outs[i].number == number)
            return &speech->outs[i];
    return NULL;
}

static void out_say(struct speech *speech, const struct speech_out *out, bool on)
{
    const struct voice_frame frame = {
        .op = VOICE_OP_OUT, .mic = out->mic, .number = out->number, .on = on};

    speech_say(speech, &frame);
}

static void out_want(struct speech *speech, enum hub_mic mic, uint32_t number)
{
    struct speech_out *out = out_find(speech, mic, number);

    if (out == NULL && speech->n_outs < HUB_OUT) {
        out = &speech->outs[speech->n_outs++];
        *out = (struct speech_out){mic, number, false};
        out_say(speech, out, true);
    }
    if (out != NULL)
        out->is_wanted = true;
}

void speech_far_ask(struct speech *speech)
{
    if (speech->place->n_mirrors == 0 && speech->n_outs == 0)
        return;
    for (int i = 0; i < speech->n_outs; i++)
        speech->outs[i].is_wanted = false;
    for (const struct visit *v = speech->place->visits; v != NULL; v = v->next) {
        uint32_t number = v->speech == NULL ? 0 : heard_afar(v->speech);

        if (number != 0)
            out_want(speech, v->speech->mic, number);
    }
    for (int i = speech->n_outs - 1; i >= 0; i--)
        if (!speech->outs[i].is_wanted) {
            out_say(speech, &speech->outs[i], false);
            speech->outs[i] = speech->outs[--speech->n_outs];
        }
}

void speech_far_said(struct speech *speech, const struct voice_frame *frame)
{
    const struct speech_one *one =
        frame->who < VOICE_SESSIONS ? speech->ones[frame->who] : NULL;
    const struct hub_voice *packet = &frame->packet;
    const struct mirror_feature *feature;

    /* Where he was a moment ago is not where he is heard now. */
    if (one == NULL || one->mic != frame->mic || one->said.is_muted ||
        frame->number != heard_afar(one))
        return;
    feature = one->visit->floor->mirror->feature;
    if (feature->voiced != NULL)
        feature->voiced(feature->arg, one->visit->account,
                        &(struct mirror_voice){.is_announce = frame->mic == HUB_MIC_ANNOUNCE,
                                               .number = packet->number,
                                               .time = packet->time,
                                               .has_level = packet->has_level,
                                               .level = packet->level,
                                               .opus = packet->opus});
}

/* ---- figures' voices ---- */

static struct speech_where where_of(const struct mirror_figure *figure)
{
    return speech_where_at(figure->person, figure->mirror->floor, 1);
}

static void tell_one(const struct speech_far *far, struct visit *v)
{
    const struct mirror_figure *figure = far->figure;
    struct speech_speaks event = {.number = far->number,
                                  .to = (int)far->heard.mic,
                                  .is_on = far->heard.on,
                                  .name = world_name(figure->person, false)};
    struct world_person *seen = NULL;
    struct world_where where;

    if (v->guest == NULL || v->person == NULL || v->copy != 1)
        return;
    world_where(figure->person, &where);
    event.seat = where.seat;
    event.has_seat = world_seat_puppet(v->person, where.seat, &seen, NULL) == ERR_OK &&
                     seen == figure->person;
    if (speech_is_heard_by(v, &far->heard) || (!far->heard.on && event.has_seat))
        speech_tell_to(v, speech_event_speaks, &event);
}

static void tell(const struct speech_far *far)
{
    for (struct visit *v = far->figure->mirror->floor->visits; v != NULL; v = v->floor_next)
        tell_one(far, v);
}

void speech_far_tell_newcomer(struct speech *speech, struct visit *visit)
{
    if (visit->floor->mirror == NULL)
        return;
    for (int i = 0; i < HUB_FOREIGN; i++)
        if (speech->fars[i] != NULL && speech->fars[i]->heard.on &&
            speech->fars[i]->figure->mirror == visit->floor->mirror)
            tell_one(speech->fars[i], visit);
}

static void tell_end(struct speech_far *far)
{
    if (!far->heard.on)
        return;
    far->heard.on = false;
    tell(far);
}

static void forget(struct speech *speech, struct speech_far *far)
{
    far->figure->far = NULL;
    speech->fars[far->number - HUB_FOREIGN_FIRST] = NULL;
    speech->gen++;
    free(far);
}

void speech_far_end(struct mirror_figure *figure)
{
    struct speech *speech = figure->mirror->place->speech;
    struct speech_far *far = figure->far;

    if (far == NULL)
        return;
    speech_say(speech, &(struct voice_frame){.op = VOICE_OP_FOREIGN_CLOSE, .who = far->number});
    tell_end(far);
    forget(speech, far);
}

void speech_far_forget(struct mirror_figure *figure)
{
    if (figure->far != NULL)
        forget(figure->mirror->place->speech, figure->far);
}

void speech_fars_forget(struct speech *speech, bool is_told)
{
    for (int i = 0; i < HUB_FOREIGN; i++) {
        if (speech->fars[i] == NULL)
            continue;
        if (is_told)
            tell_end(speech->fars[i]);
        forget(speech, speech->fars[i]);
    }
    speech->n_outs = 0;
}

static bool is_full(const struct speech *speech, const struct mirror *mirror)
{
    int n = 0;

    for (int i = 0; i < HUB_FOREIGN; i++)
        n += speech->fars[i] != NULL && speech->fars[i]->figure->mirror == mirror;
    return n >= FARS_OF_A_MIRROR;
}

/* The number that was free longest. Who does not want to hear the figure says so before its
 * first packet. */
static struct speech_far *open_far(struct speech *speech, struct mirror_figure *figure)
{
    struct speech_far *far = NULL;
    int at = -1;

    if (is_full(speech, figure->mirror))
        return NULL;
    for (int i = 0; i < HUB_FOREIGN && at < 0; i++)
        if (speech->fars[(speech->next_far + i) % HUB_FOREIGN] == NULL)
            at = (speech->next_far + i) % HUB_FOREIGN;
    if (at >= 0)
        far = calloc(1, sizeof *far);
    if (far == NULL)
        return NULL;
    *far = (struct speech_far){.figure = figure, .number = (uint16_t)(HUB_FOREIGN_FIRST + at)};
    speech->next_far = at + 1;
    speech->fars[at] = figure->far = far;
    speech->gen++;
    speech_say(speech, &(struct voice_frame){.op = VOICE_OP_FOREIGN_OPEN, .who = far->number});
    for (struct visit *v = figure->mirror->floor->visits; v != NULL; v = v->floor_next)
        if (v->speech != NULL && v->speech->is_open && v->speech->n_hush_far > 0)
            speech_session_hush(speech, v->speech);
    return far;
}

/* false: it changed a moment ago, and stays where it is heard until it may change again. */
static bool sync_far(struct speech *speech, struct speech_far *far, struct hub_seat seat,
                     enum hub_mic mic, struct place_now now)
{
    struct voice_frame frame = {.who = far->number, .mic = mic};

    if (seat.floor == far->seat.floor && seat.zone == far->seat.zone && mic == far->mic)
        return true;
    if (far->changed_mono_us != 0 && now.mono_us - far->changed_mono_us < CHANGE_US)
        return false;
    far->changed_mono_us = now.mono_us;
    if (seat.floor != far->seat.floor || seat.zone != far->seat.zone) {
        frame.op = VOICE_OP_SEAT;
        frame.floor = seat.floor;
        frame.zone = seat.zone;
        speech_say(speech, &frame);
        far->seat = seat;
    }
    if (mic != far->mic) {
        frame.op = VOICE_OP_MIC;
        speech_say(speech, &frame);
        far->mic = mic;
    }
    return true;
}

void mirror_voice(struct mirror_figure *figure, const struct mirror_voice *voice)
{
    struct speech *speech = figure->mirror->place->speech;
    const struct mirror_look *look = world_puppet_seen(figure->person);
    const enum hub_mic mic = voice->is_announce ? HUB_MIC_ANNOUNCE : HUB_MIC_ZONE;
    const struct speech_where is = where_of(figure);
    const struct place_now now = place_now();
    struct speech_far *far = figure->far;
    struct voice_frame frame = {.op = VOICE_OP_PACKET};

    if (speech == NULL || !speech->is_up || look->is_lost ||
        (look->stops & MIRROR_STOPS_VOICE) != 0 || is.seat.sealed ||
        (is.hush == HUSH_SILENT && !voice->is_announce))
        return;
    if (far == NULL)
        far = open_far(speech, figure);
    if (far == NULL)
        return;
    far->heard_mono_us = now.mono_us;
    if (!sync_far(speech, far, is.seat, mic, now))
        return;
    frame.who = far->number;
    frame.packet = (struct hub_voice){.opus = voice->opus,
                                      .time = voice->time,
                                      .number = voice->number,
                                      .has_level = voice->has_level,
                                      .level = voice->level};
    speech_say(speech, &frame);
}

void speech_far_sweep(struct speech *speech, struct place_now now)
{
    for (int i = 0; i < HUB_FOREIGN; i++) {
        struct speech_far *far = speech->fars[i];

        if (far != NULL && now.mono_us - far->heard_mono_us >= IDLE_US)
            speech_far_end(far->figure);
        else if (far != NULL)
            (void)sync_far(speech, far, where_of(far->figure).seat, far->mic, now);
    }
    speech_far_ask(speech);
}

/* ---- what the media program tells ---- */

void speech_far_told(struct speech *speech, const struct voice_frame *frame)
{
    struct speech_far *far = speech->fars[frame->who - HUB_FOREIGN_FIRST];

    if (far == NULL) /* closed meanwhile */
        return;
    if (frame->op == VOICE_OP_SPEAKS) {
        far->heard = *frame;
        tell(far);
    } else if (frame->op == VOICE_OP_REFUSED) {
        log_warn("voice.refused", L_INT("op", frame->refused),
                 L_TEXT("code", err_code(frame->code)));
        speech_far_end(far->figure); /* rather not heard than by the wrong people */
    }
}
