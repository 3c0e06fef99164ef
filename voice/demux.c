#include "voice/demux.h"

#define LEAST_BYTES 2

static bool is_between(uint8_t byte, uint8_t first, uint8_t last)
{
    return byte >= first && byte <= last;
}

enum demux_kind demux_kind(struct span datagram)
{
    if (datagram.len < LEAST_BYTES)
        return DEMUX_OTHER;
    if (datagram.p[0] <= 3)
        return DEMUX_STUN;
    if (is_between(datagram.p[0], 20, 63))
        return DEMUX_DTLS;
    if (is_between(datagram.p[0], 128, 191))
        return is_between(datagram.p[1], 192, 223) ? DEMUX_RTCP : DEMUX_RTP;
    return DEMUX_OTHER;
}
