/* voice/voice.h - the words that both halves of the media program share: transport and
 * forwarding. Owns: nothing.  Threads: plain constants and types. */
#ifndef VOICE_VOICE_H
#define VOICE_VOICE_H

#include <stdint.h>

enum {
    VOICE_SESSIONS = 4096,    /* most sessions of one process; session numbers are below it */
    VOICE_PACKET_MAX = 1500,  /* the largest datagram taken or sent */
    VOICE_PLAIN_MAX = 1200,   /* the largest plain RTP or RTCP packet that is sent */
    VOICE_TICK_MS = 20,       /* the clock of slots and mixer */
    VOICE_CLOCK_RATE = 48000, /* RTP clock of Opus (RFC 7587 section 4.1) */
};

/* The five ways to one listener, in the order of the audio sections of the browser's offer. */
enum voice_slot {
    VOICE_SLOT_ZONE_0,
    VOICE_SLOT_ZONE_1,
    VOICE_SLOT_ZONE_2,
    VOICE_SLOT_PRIVATE,
    VOICE_SLOT_ANNOUNCE,
    VOICE_SLOT_N
};
enum { VOICE_ZONE_SLOTS = 3 };

#endif
