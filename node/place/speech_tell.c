/* Who speaks, told to those who hear it; and how long, towards two-way contacts. */
#include "node/base/log.h"
#include "node/io/care.h"
#include "node/place/speech_priv.h"

/* ---- who speaks ---- */

bool speech_is_heard_by(const struct visit *listener, const struct voice_frame *frame)
{
    const struct speech_where is = speech_where(listener);
    const struct talk *talk;

    switch (frame->mic) {
    case HUB_MIC_ZONE:
        return is.seat.zone == frame->number;
    case HUB_MIC_ANNOUNCE:
        return is.seat.floor == frame->number && !is.seat.sealed;
    case HUB_MIC_PRIVATE:
        talk = speech_talk_of(listener);
        return talk != NULL && talk->voice == frame->number;
    case HUB_MIC_NONE:
        break;
    }
    return false;
}

/* Who went out of the zone meanwhile hears of the end all the same, if he sees him. */
static bool hears(const struct visit *listener, const struct visit *speaker,
                  const struct voice_frame *frame)
{
    int64_t seat;

    return listener == speaker || speech_is_heard_by(listener, frame) ||
           (frame->mic == HUB_MIC_ZONE && !frame->on &&
            talk_seat_for(speaker, listener, &seat));
}

static void tell(const struct speech_one *one, struct visit *v)
{
    struct speech_speaks event = {
        .number = one->number, .to = (int)one->heard.mic, .is_on = one->heard.on};

    if (v == one->visit) {
        struct world_where where;

        world_where(v->person, &where);
        event.seat = where.seat;
        event.has_seat = true;
    } else {
        event.has_seat = talk_seat_for(one->visit, v, &event.seat);
    }
    event.name = world_name(one->visit->person, v->pass.look.may_see_ids);
    speech_tell_to(v, speech_event_speaks, &event);
}

void speech_speaks(struct speech *speech, const struct voice_frame *frame)
{
    struct speech_one *one = frame->who < VOICE_SESSIONS ? speech->ones[frame->who] : NULL;

    if (one == NULL || one->visit->person == NULL)
        return;
    one->heard = *frame;
    for (struct visit *v = speech->place->visits; v != NULL; v = v->next)
        if (v->guest != NULL && v->person != NULL && hears(v, one->visit, frame))
            tell(one, v);
}

void speech_tell_newcomer(struct speech *speech, struct visit *visit)
{
    if (visit->guest == NULL || visit->person == NULL)
        return;
    for (const struct visit *v = speech->place->visits; v != NULL; v = v->next)
        if (v != visit && v->person != NULL && v->speech != NULL && v->speech->heard.on &&
            speech_is_heard_by(visit, &v->speech->heard))
            tell(v->speech, visit);
    speech_far_tell_newcomer(speech, visit);
}

void speech_speaks_end(struct speech *speech, struct speech_one *one)
{
    struct voice_frame frame = one->heard;

    frame.on = false;
    if (one->heard.on)
        speech_speaks(speech, &frame);
}

/* ---- how long ---- */

/* Of those who talk there with an open microphone: who only listens has not been in touch. */
static bool talks_with(const struct speech_one *one, const struct speech_one *other)
{
    if (other == NULL || other == one || other->mic != one->mic)
        return false;
    if (one->mic == HUB_MIC_ZONE)
        return other->said.seat.zone == one->said.seat.zone;
    return one->mic == HUB_MIC_PRIVATE && other->said.talk == one->said.talk;
}

void speech_spoke(struct speech *speech, const struct voice_frame *frame, struct place_now now)
{
    const struct place *place = speech->place;
    const struct speech_one *one =
        frame->who < VOICE_SESSIONS ? speech->ones[frame->who] : NULL;

    if (one == NULL || one->visit->person == NULL || one->mic != frame->mic ||
        frame->number != (one->mic == HUB_MIC_ZONE ? one->said.seat.zone : one->said.talk))
        return; /* of where he was a moment ago */
    for (const struct visit *v = place->visits; v != NULL; v = v->next)
        if (talks_with(one, v->speech))
            care_spoke(place->conf.services, one->visit->account, v->account, now.utc_us,
                       (int64_t)frame->ms * 1000);
}
