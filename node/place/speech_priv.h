/* node/place/speech_priv.h - between the files of speech. Threads: the live thread's, unless
 * said otherwise.  Owns: nothing. */
#ifndef NODE_PLACE_SPEECH_PRIV_H
#define NODE_PLACE_SPEECH_PRIV_H

#include <pthread.h>

#include "node/place/speech.h"
#include "node/place/speech_events.h"
#include "node/place/speech_far.h"
#include "node/place/speech_store.h"
#include "node/place/voice_link.h"
#include "voice/sdp.h"

/* Where a voice goes from where somebody stands (speech_where.c). */
struct speech_where {
    struct hub_seat seat;
    int hush; /* enum floor_hush */
};

/* What the media program was told of one; compared at each tick. */
struct speech_said {
    struct hub_seat seat;
    enum hub_mic mic;
    uint32_t talk;
    bool is_muted, is_thin;
};

/* One session, from voice.open until it is closed. */
struct speech_one {
    struct visit *visit;
    uint16_t number;
    bool is_open; /* the media program has answered */
    bool is_thin;
    bool is_ws;             /* its sound goes over the place's WebSocket */
    struct sdp_offer offer; /* zeroed when is_ws */
    int64_t sound_paid_mono_us;
    struct command_later later; /* of voice.open, until is_open */
    struct speech_said said;
    /* The microphone: where it goes, and the row by which it was put on. */
    enum hub_mic mic;
    struct speech_row on;
    char on_floor[PLACE_FLOOR_CAP], on_room[PLACE_FLOOR_CAP];
    struct id asked;            /* the row that is being written; ID_NONE: none */
    struct hub_seat asked_seat; /* where he was then */
    struct id face;             /* as whom he is known (talk_face) */
    struct voice_frame heard;   /* the last word that he is heard; on false: he is not */
    /* Whom he does not hear: of our own, figures (mirror_figure_find). */
    struct id hush[HUB_HUSH_MAX];
    uint64_t hush_far[HUB_HUSH_MAX];
    int n_hush, n_hush_far;
    unsigned hush_gen; /* of speech->gen, when it was last said */
    bool is_hush_due;
};

/* A figure that speaks or did a moment ago (speech_far.c), and what the media program was told
 * of it. */
struct speech_far {
    struct mirror_figure *figure;
    uint16_t number; /* HUB_FOREIGN_FIRST .. */
    struct hub_seat seat;
    enum hub_mic mic;
    struct voice_frame heard; /* as of a session */
    int64_t heard_mono_us;    /* its last packet */
    int64_t changed_mono_us;  /* its place or microphone; 0: never */
};

/* A zone or a floor of which packets are asked for. */
struct speech_out {
    enum hub_mic mic;
    uint32_t number;
    bool is_wanted;
};

/* What the line's thread heard, for the live thread. */
enum speech_heard_kind { SPEECH_HEARD_UP, SPEECH_HEARD_DOWN, SPEECH_HEARD_TOLD };
struct speech_heard {
    struct speech_heard *next;
    enum speech_heard_kind kind;
    int64_t at_mono_us;
    struct voice_frame frame; /* its sound, if any, is in opus */
    uint8_t opus[];
};

/* A row on its way (speech_write.c): the writer's, then the live thread's. */
struct speech;
struct speech_writing {
    struct speech_writing *next;
    struct speech *speech;
    struct speech_row row; /* floor and room point to the texts below when it is written */
    char floor[PLACE_FLOOR_CAP], room[PLACE_FLOOR_CAP];
    int n_tries;
    bool is_waited; /* it goes on: who asked waits for it */
    struct command_later later;
    uint16_t number;
    struct fail fail;
};

struct speech {
    struct place *place;
    char socket[108], addresses[SDP_ADDRESSES][SDP_ADDRESS_CAP];
    struct voice_link *link; /* NULL: no voice, or not begun yet */
    bool has_begun, is_up;
    struct voice_frame ready; /* while is_up */
    struct speech_one *ones[VOICE_SESSIONS];
    int next; /* where a free number is looked for */
    struct speech_far *fars[HUB_FOREIGN];
    int next_far;
    struct speech_out outs[HUB_OUT];
    int n_outs;
    uint64_t n_late; /* packets that waited too long for the live thread, in this second */
    unsigned gen;    /* rises with each session that comes or goes; from 1 */
    uint32_t last_talk;
    atomic_int n_writing; /* at the writer; speech outlives them */
    int64_t second_mono_us, began_utc_us;
    pthread_mutex_t lock; /* these: also the line's thread's and the writer's */
    struct speech_heard *first, **end;
    struct speech_writing *settled; /* committed, or not: someone waits for it */
    struct speech_writing
        *unwritten; /* offs that could not be written: once more each second */
    int n_sound;    /* of these in `first`: sound */
    bool is_posted;
    bool is_left_due; /* what a program before left on is to be ended yet */
};

static inline bool speech_has_mic(const struct speech_one *one)
{
    return one->mic != HUB_MIC_NONE;
}
/* To his open line alone; not kept for later. */
void speech_tell_to(const struct visit *visit, const struct live_event *event, const void *of);

/* ---- speech_where.c ---- */

/* On no floor: zeroed. */
struct speech_where speech_where(const struct visit *visit);
struct speech_where speech_where_at(const struct world_person *person,
                                    const struct place_floor *floor, int copy);

/* ---- speech_session.c ---- */

/* To the media program. Not said: it is gone, and down comes. */
void speech_say(struct speech *speech, const struct voice_frame *frame);
/* His new session, asked for; the call is answered now or later. offer NULL: over the
 * WebSocket. */
void speech_session_open(struct command_call *call, struct visit *visit,
                         const struct sdp_offer *offer, bool is_thin);
/* Off, told to the media program, freed. Accepts NULL. */
void speech_session_end(struct speech *speech, struct speech_one *one,
                        enum speech_reason reason, struct place_now now);
/* Whatever differs from what the media program was told is said. */
void speech_sync(struct speech *speech, struct speech_one *one, struct place_now now);
/* He bears another name than when it was opened: over. */
void speech_face_rule(struct visit *visit, struct place_now now);
/* The program is gone: without a word to it. */
void speech_sessions_forget(struct speech *speech, struct place_now now);
/* Whom he does not hear, said anew where it changed. */
void speech_session_hush(struct speech *speech, struct speech_one *one);
void speech_session_told(struct speech *speech, const struct voice_frame *frame,
                         struct place_now now);

/* ---- speech_sound.c ---- */

/* voice.packet; one NULL: he has no session. */
void speech_sound_in(struct command_call *call, struct speech_one *one);
/* A packet for whoever listens over the WebSocket. */
void speech_sound_out(const struct speech_one *one, const struct voice_frame *frame);

/* ---- speech_mic.c ---- */

/* voice.mic */
void speech_mic_ask(struct command_call *call, struct speech_one *one, enum hub_mic to);
/* Off from now on; written, and he is told. Nothing when it is off. */
void speech_mic_off(struct speech *speech, struct speech_one *one, enum speech_by by,
                    enum speech_reason reason, struct place_now now);
/* Off, when a rule of the place says so. was: where his voice went until now. */
void speech_mic_rule(struct speech *speech, struct speech_one *one,
                     const struct speech_where *is, struct place_now now);
void speech_refuse_closed(struct command_call *call);
void speech_mic_settled(struct speech *speech, const struct speech_writing *w);

/* ---- speech_write.c ---- */

/* Comes back to speech_mic_settled when it returned ERR_OK. */
NODISCARD enum err speech_write_on(struct speech *speech, const struct speech_row *row,
                                   const char *floor, const char *room,
                                   struct command_later later, uint16_t number,
                                   struct fail *why);
/* The off of that on, until it is written. */
void speech_write_off(struct speech *speech, const struct speech_row *on, const char *floor,
                      const char *room, enum speech_by by, enum speech_reason reason,
                      struct place_now now);
/* Any thread: the live thread is to look soon at what was put into the lists (speech.c). */
void speech_poke(struct speech *speech);
/* What was committed since, or was not. */
void speech_settle(struct speech *speech);
/* Each second: what is to be written yet, and at the start what a program before left on. */
void speech_writings_sweep(struct speech *speech);
void speech_writings_free(struct speech *speech);

/* ---- speech_talk.c ---- */

/* The open talk in which both have said yes; NULL: none. */
struct talk *speech_talk_of(const struct visit *visit);
/* talk.voice */
void speech_yes(struct command_call *call, struct visit *visit, struct talk *talk, bool is_on);
bool speech_talk_is_allowed(const struct place *place, const struct talk *talk);
/* His yes to all of them but that one (NULL: to all). */
void speech_yes_back(struct place *place, const struct talk *but, struct id account,
                     struct place_now now);

/* ---- speech_far.c ---- */

/* Packets are asked for of just those zones and floors whose speakers others towns hear. */
void speech_far_ask(struct speech *speech);
/* Each tick: where figures stand now, who of them has not spoken for long. */
void speech_far_sweep(struct speech *speech, struct place_now now);
/* The media program knows of none any more, or the place ends (not told then). */
void speech_fars_forget(struct speech *speech, bool is_told);
/* A packet of ours that was asked for; a word about a figure's number. */
void speech_far_said(struct speech *speech, const struct voice_frame *frame);
void speech_far_told(struct speech *speech, const struct voice_frame *frame);

/* ---- speech_tell.c ---- */

/* He stands where that is heard. */
bool speech_is_heard_by(const struct visit *listener, const struct voice_frame *frame);

/* Somebody is heard, or no more. */
void speech_speaks(struct speech *speech, const struct voice_frame *frame);
/* He is heard no more, for his session ends. */
/* Who came into hearing of somebody who speaks already is told who it is. */
void speech_tell_newcomer(struct speech *speech, struct visit *visit);
void speech_far_tell_newcomer(struct speech *speech, struct visit *visit);
void speech_speaks_end(struct speech *speech, struct speech_one *one);
/* He spoke so long in the last second: towards two-way contacts. */
void speech_spoke(struct speech *speech, const struct voice_frame *frame, struct place_now now);

#endif
