/* voice/jitter.h - one voice between the network and the mixer: packets in any order and at any
 * moment in, what to decode next out, 20 to 40 ms later.
 * Threads: the media thread.  Owns: nothing; it holds copies of packets. */
#ifndef VOICE_JITTER_H
#define VOICE_JITTER_H

#include "node/base/span.h"
#include "voice/codec.h"

enum {
    JITTER_PACKETS = 16,
    JITTER_WAIT_MS = 20, /* the first packet of a voice waits so long for the second */
    JITTER_LAG_MS = 160  /* more than that is never kept: older sound is skipped */
};

struct jitter_packet {
    bool is_here;
    uint32_t number, time;
    int n_samples;
    size_t len;
    uint8_t bytes[CODEC_PACKET_CAP];
};

struct jitter {
    struct jitter_packet at[JITTER_PACKETS]; /* by number */
    int n_here;
    bool is_playing;
    uint32_t next, time; /* number and time of what is due */
    int64_t first_ms;    /* the first of those that wait came */
    int n_dry;           /* frames made up since the last packet */
};

enum jitter_piece {
    JITTER_SOUND, /* decode this packet */
    JITTER_LOST,  /* make up n samples; `opus`, if any, is the packet behind */
    JITTER_PAUSE, /* n samples of silence: the sender paused, nothing was lost */
    JITTER_DRY    /* nothing is due */
};

void jitter_init(struct jitter *j);
/* Of what came too late, or twice, nothing is kept. */
void jitter_put(struct jitter *j, uint32_t number, uint32_t time, int n_samples,
                struct span opus, int64_t now_ms);
/* *opus_out is valid until the next jitter_put. */
enum jitter_piece jitter_next(struct jitter *j, int64_t now_ms, struct span *opus_out,
                              int *n_samples_out);

#endif
