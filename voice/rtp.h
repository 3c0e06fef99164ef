/* voice/rtp.h - RTP packets (RFC 3550 section 5.1) with header extensions of one and two bytes
 * (RFC 8285), of which two are looked for: the level of the sound (RFC 6464) and the mid
 * (RFC 9143).
 * Threads: reentrant.  Owns: nothing; spans point into the packet. */
#ifndef VOICE_RTP_H
#define VOICE_RTP_H

#include "node/base/span.h"

enum {
    RTP_LEAST = 12,      /* bytes of the fixed header */
    RTP_MID_MAX = 16,    /* the longest mid that is written */
    RTP_HEADER_MAX = 40, /* of ours: fixed header, one CSRC and one mid */
    RTP_LEVEL_MAX = 127  /* silence */
};

struct rtp {
    uint8_t payload_type; /* 0-127 */
    bool marker;
    uint16_t number; /* sequence number */
    uint32_t time, ssrc;
    bool has_csrc;
    uint32_t csrc; /* the first of them: whose voice it is */
    bool has_level;
    uint8_t level;   /* 0 loudest to 127 silent, in -dBov */
    struct span mid; /* empty: none */
    struct span payload;
};

/* Which extension has which id in this session; 0: not agreed, not looked for. */
struct rtp_ids {
    uint8_t level, mid;
};

/* False: no RTP packet, and *rtp_out is in parts. The payload may be empty (RFC 3550 allows a
 * packet of padding alone). Elements of no agreed id are passed over. */
bool rtp_read(struct span packet, const struct rtp_ids *ids, struct rtp *rtp_out);

/* Writes the header for a payload that follows it, with the CSRC if it has one, with the mid
 * when mid_id is not 0 (1-14) and the mid is not empty (at most RTP_MID_MAX bytes); gives its
 * length. Level is not written. */
size_t rtp_write_header(const struct rtp *rtp, uint8_t mid_id, uint8_t out[RTP_HEADER_MAX]);

#endif
