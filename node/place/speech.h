/* node/place/speech.h - speech in the place: who may open a session with the media program
 * (voice_link.h, voice/frame.h), where each one's voice goes and whom it reaches (AI-2.4-ア,
 * イ, ウ; AI-2.3-オ; AI-2.6-イ; AI-2.7-ウ-1). The place decides, by its own rules and at each
 * tick; the media program is told numbers and forwards. Sound passes through here only where
 * it goes over a WebSocket (speech_sound.c) or to and from other towns (speech_far.c).
 *
 * A microphone is off at every beginning: on coming to a floor, after a cut, after the media
 * program died, on going into or out of a closed room, and where an area asks for quiet. It
 * goes on by its owner's hand alone, and not before that is written (AI-2.5-ウ); off at once,
 * then written. No conf voice.socket: there is no voice, and everything else works.
 * Threads: the live thread's, unless said otherwise.  Owns: the line, sessions. */
#ifndef NODE_PLACE_SPEECH_H
#define NODE_PLACE_SPEECH_H

#include "node/place/chat_priv.h"
#include "node/place/place_priv.h"

struct speech;

/* Any thread, before the place serves. */
NODISCARD enum err speech_open(struct place *place, struct fail *why);
/* Nobody calls any more. False: the writer has something of it yet after ten seconds, so it and
 * its place stay. */
NODISCARD bool speech_close(struct place *place);
/* Each tick; the first one begins. */
void speech_sweep(struct place *place, struct place_now now);
/* The node ends: microphones go off, written. */
void speech_ending(struct place *place, struct place_now now);
/* He stands on a floor, or has a line again: told whether there is voice. Under another name
 * (a session that hides names) he has another session: its number would tie the two. */
void speech_here(struct visit *visit, struct place_now now);
/* His line was cut, another device took his place, or he left: his session is over, and so is
 * his yes to talk aloud. */
void speech_leave(struct visit *visit, bool is_cut, struct place_now now);
/* The talk is over. */
void speech_talk_over(struct chat *chat, const struct talk *talk, struct place_now now);

#endif
