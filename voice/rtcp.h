/* voice/rtcp.h - reports (RFC 3550 section 6.4): SR and RR of a compound packet read and
 * written; all others are passed over. Packets of reduced size are taken (RFC 5506).
 * Threads: reentrant.  Owns: nothing. */
#ifndef VOICE_RTCP_H
#define VOICE_RTCP_H

#include "node/base/span.h"

enum {
    RTCP_BLOCKS = 31,   /* most of one report */
    RTCP_SR_BYTES = 28, /* without blocks */
    RTCP_RR_BYTES = 8,
    RTCP_BLOCK_BYTES = 24,
    RTCP_OWN_CAP = 5 * RTCP_SR_BYTES + RTCP_RR_BYTES + RTCP_BLOCK_BYTES
};

struct rtcp_block {
    uint32_t ssrc;
    uint8_t lost_of_256; /* since the last report */
    uint32_t lost;       /* in all, 24 bits */
    uint32_t highest;    /* number, with its rounds */
    uint32_t jitter;
    uint32_t sr_middle; /* of the last SR; 0: none came */
    uint32_t sr_delay;  /* since then, in 1/65,536 s */
};

struct rtcp_sr {
    uint32_t ssrc;
    uint64_t ntp; /* seconds since 1900 and their 2^-32 parts */
    uint32_t time, n_packets, n_bytes;
};

/* One packet of the compound after the other: *rest shrinks. False: nothing follows, or, with
 * *rest not empty, what follows is broken. Of an SR, *sr_out is set and has_sr. */
struct rtcp_report {
    bool has_sr;
    struct rtcp_sr sr;
    int n_blocks; /* 0 for a packet that is passed over, too */
    struct rtcp_block block[RTCP_BLOCKS];
};
bool rtcp_next(struct span *rest, struct rtcp_report *report_out);

/* Each gives the bytes written. `block` NULL: none. */
size_t rtcp_write_sr(const struct rtcp_sr *sr, const struct rtcp_block *block, uint8_t *out);
size_t rtcp_write_rr(uint32_t ssrc, const struct rtcp_block *block, uint8_t *out);

#endif
