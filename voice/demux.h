/* voice/demux.h - what a datagram is by its first two bytes (RFC 7983 section 7; RFC 5761
 * section 4 tells RTCP from RTP). A guess, for the reader of that kind to check.
 * Threads: reentrant.  Owns: nothing. */
#ifndef VOICE_DEMUX_H
#define VOICE_DEMUX_H

#include "node/base/span.h"

enum demux_kind {
    DEMUX_STUN,
    DEMUX_DTLS,
    DEMUX_RTP,
    DEMUX_RTCP,
    DEMUX_OTHER, /* too short, or of no kind that is spoken here */
};

enum demux_kind demux_kind(struct span datagram);

#endif
