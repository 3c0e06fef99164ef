#include "voice/rtcp.h"

#include "node/base/bytes.h"

#define TYPE_SR 200
#define TYPE_RR 201

static void read_block(struct bytes_in *in, struct rtcp_block *b)
{
    b->ssrc = (uint32_t)bytes_get_number(in, 4);
    b->lost_of_256 = (uint8_t)bytes_get_number(in, 1);
    b->lost = (uint32_t)bytes_get_number(in, 3);
    b->highest = (uint32_t)bytes_get_number(in, 4);
    b->jitter = (uint32_t)bytes_get_number(in, 4);
    b->sr_middle = (uint32_t)bytes_get_number(in, 4);
    b->sr_delay = (uint32_t)bytes_get_number(in, 4);
}

static void read_sr(struct bytes_in *in, struct rtcp_sr *sr)
{
    sr->ntp = bytes_get_number(in, 8);
    sr->time = (uint32_t)bytes_get_number(in, 4);
    sr->n_packets = (uint32_t)bytes_get_number(in, 4);
    sr->n_bytes = (uint32_t)bytes_get_number(in, 4);
}

bool rtcp_next(struct span *rest, struct rtcp_report *report_out)
{
    struct bytes_in in = {.rest = *rest};
    uint8_t first = (uint8_t)bytes_get_number(&in, 1), type = (uint8_t)bytes_get_number(&in, 1);
    size_t len = ((size_t)bytes_get_number(&in, 2) + 1) * 4;
    uint32_t ssrc;

    report_out->has_sr = false;
    report_out->n_blocks = 0;
    if (in.is_short || first >> 6 != 2 || len > rest->len)
        return false;
    in.rest = span_cut(*rest, 4, len - 4);
    if (type != TYPE_SR && type != TYPE_RR) {
        *rest = span_from(*rest, len);
        return true;
    }
    ssrc = (uint32_t)bytes_get_number(&in, 4);
    if (type == TYPE_SR) {
        read_sr(&in, &report_out->sr);
        report_out->sr.ssrc = ssrc;
    }
    for (int i = 0; i < (first & 31); i++)
        read_block(&in, &report_out->block[i]);
    if (in.is_short) /* fewer blocks than it says */
        return false;
    report_out->has_sr = type == TYPE_SR;
    report_out->n_blocks = first & 31;
    *rest = span_from(*rest, len);
    return true;
}

static void write_head(struct bytes_out *out, uint8_t type, size_t len, uint32_t ssrc,
                       const struct rtcp_block *block)
{
    bytes_put_number(out, block == NULL ? 0x80 : 0x81, 1);
    bytes_put_number(out, type, 1);
    bytes_put_number(out, len / 4 - 1, 2);
    bytes_put_number(out, ssrc, 4);
}

static void write_block(struct bytes_out *out, const struct rtcp_block *b)
{
    bytes_put_number(out, b->ssrc, 4);
    bytes_put_number(out, b->lost_of_256, 1);
    bytes_put_number(out, b->lost & 0xffffff, 3);
    bytes_put_number(out, b->highest, 4);
    bytes_put_number(out, b->jitter, 4);
    bytes_put_number(out, b->sr_middle, 4);
    bytes_put_number(out, b->sr_delay, 4);
}

size_t rtcp_write_sr(const struct rtcp_sr *sr, const struct rtcp_block *block, uint8_t *out)
{
    size_t len = RTCP_SR_BYTES + (block == NULL ? 0 : (size_t)RTCP_BLOCK_BYTES);
    struct bytes_out to = {.p = out, .cap = len};

    write_head(&to, TYPE_SR, len, sr->ssrc, block);
    bytes_put_number(&to, sr->ntp, 8);
    bytes_put_number(&to, sr->time, 4);
    bytes_put_number(&to, sr->n_packets, 4);
    bytes_put_number(&to, sr->n_bytes, 4);
    if (block != NULL)
        write_block(&to, block);
    return to.len;
}

size_t rtcp_write_rr(uint32_t ssrc, const struct rtcp_block *block, uint8_t *out)
{
    size_t len = RTCP_RR_BYTES + (block == NULL ? 0 : (size_t)RTCP_BLOCK_BYTES);
    struct bytes_out to = {.p = out, .cap = len};

    write_head(&to, TYPE_RR, len, ssrc, block);
    if (block != NULL)
        write_block(&to, block);
    return to.len;
}
