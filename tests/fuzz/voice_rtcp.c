/* covers: voice/rtcp.c */
/* Any bytes as a compound RTCP packet: each report read lies within, the reading ends, and what
 * is written from a report reads the same. */
#include "voice/rtcp.h"

#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())

static bool is_same(const struct rtcp_block *a, const struct rtcp_block *b)
{
    return a->ssrc == b->ssrc && a->lost_of_256 == b->lost_of_256 && a->lost == b->lost &&
           a->highest == b->highest && a->jitter == b->jitter && a->sr_middle == b->sr_middle &&
           a->sr_delay == b->sr_delay;
}

static void same_again(const struct rtcp_report *r)
{
    uint8_t bytes[RTCP_OWN_CAP];
    struct rtcp_report again;
    const struct rtcp_block *block = r->n_blocks > 0 ? &r->block[0] : NULL;
    struct span rest = span_of(bytes, r->has_sr ? rtcp_write_sr(&r->sr, block, bytes)
                                                : rtcp_write_rr(7, block, bytes));

    CHECK(rtcp_next(&rest, &again) && rest.len == 0);
    CHECK(again.has_sr == r->has_sr && again.n_blocks == (block != NULL));
    if (r->has_sr)
        CHECK(again.sr.ssrc == r->sr.ssrc && again.sr.ntp == r->sr.ntp &&
              again.sr.time == r->sr.time && again.sr.n_packets == r->sr.n_packets &&
              again.sr.n_bytes == r->sr.n_bytes);
    if (block != NULL)
        CHECK(is_same(&again.block[0], block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size);
    struct rtcp_report report;
    size_t before = rest.len;

    while (rtcp_next(&rest, &report)) {
        CHECK(rest.len < before && report.n_blocks <= RTCP_BLOCKS);
        before = rest.len;
        same_again(&report);
    }
    return 0;
}
