#include "node/place/speech.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/place/speech_priv.h"

#define LAST_US    20000 /* between two looks at what is still being written */
#define LAST_TRIES 500
#define SOUND_CAP  1024 /* packets that wait for the live thread: 60 ms of 1,000 listeners */

static const char down_ja[] = "声がとぎれました。マイクはオフになりました。"
                              "もどるまで、文字やリアクションがつかえます。";

/* ---- the line's thread ---- */

static void drain(void *arg);

void speech_poke(struct speech *speech)
{
    bool is_post_due;

    pthread_mutex_lock(&speech->lock);
    is_post_due = !speech->is_posted;
    speech->is_posted = true;
    pthread_mutex_unlock(&speech->lock);
    /* What finds no room is taken with the next tick. */
    if (is_post_due && live_post(speech->place->live, drain, speech, NULL) != ERR_OK) {
        pthread_mutex_lock(&speech->lock);
        speech->is_posted = false;
        pthread_mutex_unlock(&speech->lock);
    }
}

/* False: so much sound waits that this would be late. */
static bool hear(struct speech *speech, struct speech_heard *heard)
{
    bool is_sound = heard->frame.op == VOICE_OP_TO || heard->frame.op == VOICE_OP_SAID, is_kept;

    pthread_mutex_lock(&speech->lock);
    is_kept = !is_sound || speech->n_sound < SOUND_CAP;
    if (is_kept) {
        *speech->end = heard;
        speech->end = &heard->next;
        speech->n_sound += is_sound;
    }
    pthread_mutex_unlock(&speech->lock);
    return is_kept;
}

static void hear_new(struct speech *speech, enum speech_heard_kind kind,
                     const struct voice_frame *frame)
{
    struct span opus = frame == NULL ? SPAN_NONE : frame->packet.opus;
    struct speech_heard *heard = calloc(1, sizeof *heard + opus.len);

    if (heard == NULL) {
        log_error("voice.unheard", L_INT("kind", kind));
        return;
    }
    heard->kind = kind;
    if (frame != NULL) {
        heard->frame = *frame;
        heard->at_mono_us = clock_mono_us();
        if (opus.len > 0)
            memcpy(heard->opus, opus.p, opus.len);
        heard->frame.packet.opus = span_of(heard->opus, opus.len);
    }
    if (hear(speech, heard))
        speech_poke(speech);
    else
        free(heard);
}

static void on_up(void *arg, const struct voice_frame *ready)
{
    hear_new(arg, SPEECH_HEARD_UP, ready);
}

static void on_down(void *arg)
{
    hear_new(arg, SPEECH_HEARD_DOWN, NULL);
}

static void on_told(void *arg, const struct voice_frame *frame)
{
    hear_new(arg, SPEECH_HEARD_TOLD, frame);
}

/* ---- the live thread ---- */

void speech_tell_to(const struct visit *visit, const struct live_event *event, const void *of)
{
    if (visit->guest != NULL)
        live_event_send(visit->guest->conn, event, 0, of, visit->place->arena);
}

static void tell_all(const struct place *place, const struct live_event *event, const void *of)
{
    for (const struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->person != NULL)
            speech_tell_to(visit, event, of);
}

static void take_up(struct speech *speech, const struct voice_frame *ready,
                    struct place_now now)
{
    speech_sessions_forget(speech, now); /* it knows of none */
    speech_fars_forget(speech, true);
    speech->is_up = true;
    speech->ready = *ready;
    tell_all(speech->place, speech_event_up, NULL);
}

static void take_down(struct speech *speech, struct place_now now)
{
    const struct speech_down down = {span_text(down_ja)};

    speech->is_up = false;
    tell_all(speech->place, speech_event_down, &down);
    speech_sessions_forget(speech, now);
    speech_fars_forget(speech, true);
}

static struct speech_heard *take_heard(struct speech *speech)
{
    struct speech_heard *first;

    pthread_mutex_lock(&speech->lock);
    first = speech->first;
    speech->first = NULL;
    speech->end = &speech->first;
    speech->n_sound = 0;
    speech->is_posted = false;
    pthread_mutex_unlock(&speech->lock);
    return first;
}

static void take_told(struct speech *speech, const struct speech_heard *heard,
                      struct place_now now)
{
    const struct voice_frame *frame = &heard->frame;

    if (frame->op == VOICE_OP_REFUSED && frame->refused == VOICE_OP_OUT) { /* of nobody */
        log_warn("voice.refused", L_INT("op", frame->refused),
                 L_TEXT("code", err_code(frame->code)));
    } else if (frame->op == VOICE_OP_TO && now.mono_us - heard->at_mono_us > SPEECH_LATE_US) {
        speech->n_late++;
    } else if (frame->op == VOICE_OP_SAID) {
        if (now.mono_us - heard->at_mono_us <= SPEECH_LATE_US)
            speech_far_said(speech, frame);
        else
            speech->n_late++;
    } else if (frame->who >= HUB_FOREIGN_FIRST) {
        speech_far_told(speech, frame);
    } else if (frame->op == VOICE_OP_SPEAKS) {
        speech_speaks(speech, frame);
    } else if (frame->op == VOICE_OP_SPOKE) {
        speech_spoke(speech, frame, now);
    } else {
        speech_session_told(speech, frame, now);
    }
}

static void take(struct speech *speech, const struct speech_heard *heard, struct place_now now)
{
    switch (heard->kind) {
    case SPEECH_HEARD_UP:
        take_up(speech, &heard->frame, now);
        break;
    case SPEECH_HEARD_DOWN:
        take_down(speech, now);
        break;
    case SPEECH_HEARD_TOLD:
        take_told(speech, heard, now);
        break;
    }
}

static void drain(void *arg)
{
    struct speech *speech = arg;
    struct speech_heard *heard = take_heard(speech);
    const struct place_now now = place_now();

    speech_settle(speech);
    while (heard != NULL) {
        struct speech_heard *next = heard->next;

        take(speech, heard, now);
        free(heard);
        heard = next;
    }
    arena_reset(speech->place->arena);
}

/* ---- time ---- */

static void each_second(struct speech *speech, struct place_now now)
{
    const struct voice_link_conf conf = {speech->socket, speech, on_up, on_down, on_told};
    struct fail fail = {.code = ERR_INTERNAL};

    if (!speech->has_begun) {
        speech->has_begun = speech->is_left_due = true;
        speech->began_utc_us = now.utc_us;
    }
    speech->second_mono_us = now.mono_us;
    speech_writings_sweep(speech);
    if (speech->n_late > 0)
        log_warn("voice.late", L_INT("packets", (int64_t)speech->n_late));
    speech->n_late = 0;
    if (speech->link == NULL && speech->socket[0] != '\0' &&
        voice_link_open(&conf, &speech->link, &fail) != ERR_OK)
        log_error("voice.failed", L_FAIL(&fail));
}

void speech_sweep(struct place *place, struct place_now now)
{
    struct speech *speech = place->speech;

    if (!speech->has_begun || now.mono_us - speech->second_mono_us >= SECOND_US)
        each_second(speech, now);
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        speech_face_rule(visit, now);
    drain(speech);
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->speech != NULL)
            speech_sync(speech, visit->speech, now);
    speech_far_sweep(speech, now);
}

void speech_ending(struct place *place, struct place_now now)
{
    struct speech *speech = place->speech;

    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->speech != NULL)
            speech_mic_off(speech, visit->speech, SPEECH_BY_PLACE, SPEECH_RESTART, now);
    /* The media program closes every session of ours when the line ends. */
    voice_link_close(&speech->link);
    speech->is_up = false;
}

void speech_here(struct visit *visit, struct place_now now)
{
    speech_face_rule(visit, now);
    if (visit->place->speech != NULL && visit->place->speech->is_up && visit->person != NULL)
        speech_tell_to(visit, speech_event_up, NULL);
}

void speech_leave(struct visit *visit, bool is_cut, struct place_now now)
{
    struct speech *speech = visit->place->speech;

    if (visit->place->chat != NULL && !visit->place->is_ending)
        speech_yes_back(visit->place, NULL, visit->account, now);
    if (visit->speech != NULL)
        speech_session_end(speech, visit->speech, is_cut ? SPEECH_LINE : SPEECH_LEFT, now);
}

/* ---- opening ---- */

/* As `voice.addresses` has them: up to two, a space between. */
static void read_addresses(struct speech *speech, const char *text)
{
    for (int i = 0; i < SDP_ADDRESSES; i++) {
        size_t n = strcspn(text, " ");

        snprintf(speech->addresses[i], SDP_ADDRESS_CAP, "%.*s", (int)n, text);
        text += n + strspn(text + n, " ");
    }
}

enum err speech_open(struct place *place, struct fail *why)
{
    const struct conf *conf = place->conf.services->conf;
    struct speech *speech = calloc(1, sizeof *speech);

    place->speech = speech;
    if (speech == NULL)
        return fail_set(why, ERR_NOMEM, "speech");
    speech->place = place;
    speech->end = &speech->first;
    speech->gen = 1;
    pthread_mutex_init(&speech->lock, NULL);
    read_addresses(speech, conf_text(conf, "voice.addresses"));
    if ((size_t)snprintf(speech->socket, sizeof speech->socket, "%s",
                         conf_text(conf, "voice.socket")) >= sizeof speech->socket)
        return fail_field(why, ERR_INVALID, "voice.socket", "its path is too long");
    return ERR_OK;
}

bool speech_close(struct place *place)
{
    struct speech *speech = place->speech;
    struct speech_heard *heard;

    if (speech == NULL)
        return true;
    voice_link_close(&speech->link);
    speech_fars_forget(speech, false);
    for (int i = 0; atomic_load(&speech->n_writing) > 0; i++) {
        if (i == LAST_TRIES) { /* the writer still knows it */
            log_warn("voice.left", L_NONE);
            return false;
        }
        usleep(LAST_US);
    }
    heard = take_heard(speech);
    while (heard != NULL) {
        struct speech_heard *next = heard->next;

        free(heard);
        heard = next;
    }
    for (int i = 0; i < VOICE_SESSIONS; i++)
        free(speech->ones[i]);
    speech_writings_free(speech);
    pthread_mutex_destroy(&speech->lock);
    place->speech = NULL;
    free(speech);
    return true;
}
