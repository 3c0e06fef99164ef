/* federation/frame_voice.h - FRAME_VOICE: one Opus packet of somebody who speaks in the open of
 * a shared lesson (AI-2.4-ア, ウ; RFC 6716). It travels on rt and is worth nothing when it is
 * late. The head says whose (the pseudonym of that series) and, by FRAME_ANNOUNCE, whether it
 * is for the whole floor; where he is heard is where his figure stands. What two talk in
 * private never becomes such a frame. As federation/frame_body.h: strict reader, writer into
 * the caller's room. Threads: reentrant.  Owns: nothing; opus points into the frame. */
#ifndef FEDERATION_FRAME_VOICE_H
#define FEDERATION_FRAME_VOICE_H

#include "federation/frame_body.h"

#define FRAME_OPUS_MOST   1275 /* RFC 6716, section 3.4; a room takes less (ROOM_VOICE_BYTES) */
#define FRAME_VOICE_BYTES 7    /* and the packet */

struct frame_voice {
    bool is_announce; /* FRAME_ANNOUNCE: the caller sets the flag */
    uint16_t number;  /* of packets, +1 each */
    uint32_t time;    /* 48,000 a second; rises with the talker's clock */
    bool has_level;
    uint8_t level; /* 0 loudest to 127 silent, in -dBov (RFC 6464) */
    struct span opus;
};
NODISCARD enum err frame_voice_write(const struct frame_voice *voice, struct bytes_out *out,
                                     struct fail *why);
NODISCARD enum err frame_voice_read(const struct frame *frame, struct frame_voice *out,
                                    struct fail *why);

#endif
