/* covers: voice/rtp.c */
/* Any bytes as an RTP packet: the first byte says which ids were agreed. What is read lies in
 * the packet, and, written anew, reads the same. */
#include "voice/rtp.h"

#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())

static bool lies_in(struct span part, struct span whole)
{
    return part.len == 0 || (part.p >= whole.p && part.p + part.len <= whole.p + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rtp_ids ids = {.level = size > 0 ? data[0] & 15 : 0,
                          .mid = size > 0 ? data[0] >> 4 : 0};
    struct span packet = span_from(span_of(data, size), 1);
    struct rtp rtp, again;
    uint8_t header[RTP_HEADER_MAX];
    size_t len;

    if (!rtp_read(packet, &ids, &rtp))
        return 0;
    CHECK(lies_in(rtp.mid, packet) && lies_in(rtp.payload, packet));
    CHECK(rtp.payload_type <= 127 && rtp.level <= RTP_LEVEL_MAX);
    if (rtp.mid.len > RTP_MID_MAX || ids.mid == 15)
        return 0;
    len = rtp_write_header(&rtp, ids.mid, header);
    CHECK(rtp_read(span_of(header, len), &ids, &again));
    CHECK(span_eq(again.mid, rtp.mid) && again.payload.len == 0);
    CHECK(again.marker == rtp.marker && again.number == rtp.number && again.time == rtp.time &&
          again.ssrc == rtp.ssrc && again.payload_type == rtp.payload_type &&
          again.has_csrc == rtp.has_csrc && again.csrc == rtp.csrc);
    return 0;
}
