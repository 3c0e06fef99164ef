/* node/place/speech_frame.h - sound as a binary message of the place's WebSocket:
 *   to the node    code 2 ‖ level 1 ‖ number 2 ‖ time 4 ‖ Opus      (voice.packet)
 *   from the node  code 2 ‖ slot 1  ‖ number 2 ‖ time 4 ‖ Opus
 * Numbers are big-endian; level: 0 loudest to 127 silent (RFC 6464); number: +1 a packet;
 * time: of VOICE_CLOCK_RATE; slot: enum voice_slot. A packet is one Opus packet of 120 ms at
 * most whose inner lengths fit (RFC 6716, section 3.4).
 * Threads: reentrant.  Owns: nothing; what was read points into the message. */
#ifndef NODE_PLACE_SPEECH_FRAME_H
#define NODE_PLACE_SPEECH_FRAME_H

#include "voice/hub.h"

enum {
    SPEECH_FRAME_CODE = 2,
    SPEECH_FRAME_HEAD = 8,
    SPEECH_FRAME_MOST = SPEECH_FRAME_HEAD + HUB_OPUS_MAX
};

/* ERR_PROTO: not such a message; *voice_out is then zeroed. */
NODISCARD enum err speech_frame_read(struct span message, struct hub_voice *voice_out,
                                     struct fail *why);
/* Into SPEECH_FRAME_MOST bytes; returns the length. */
size_t speech_frame_write(enum voice_slot slot, const struct hub_voice *voice, uint8_t *into);
/* How long an Opus packet sounds, in samples of VOICE_CLOCK_RATE; 0: it is none. */
int speech_frame_samples(struct span opus);

#endif
