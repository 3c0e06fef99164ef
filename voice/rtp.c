#include "voice/rtp.h"

#include <stdbool.h>

#define ONE_BYTE      0xbede
#define TWO_BYTE      0x1000 /* and 4 bits of the application's */
#define ONE_BYTE_STOP 15

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void take_element(uint8_t id, struct span value, const struct rtp_ids *ids,
                         struct rtp *rtp)
{
    if (id == ids->level && value.len >= 1) {
        rtp->has_level = true;
        rtp->level = value.p[0] & 0x7f; /* the first bit is the sender's guess: not used */
    } else if (id == ids->mid) {
        rtp->mid = value;
    }
}

/* RFC 8285 sections 4.2 and 4.3: elements, and zeros between them. */
static bool read_elements(struct span rest, bool is_one_byte, const struct rtp_ids *ids,
                          struct rtp *rtp)
{
    size_t head = is_one_byte ? 1 : 2;

    while (rest.len > 0) {
        uint8_t id = is_one_byte ? rest.p[0] >> 4 : rest.p[0];
        size_t len;

        if (rest.p[0] == 0) {
            rest = span_from(rest, 1);
            continue;
        }
        if (is_one_byte && id == ONE_BYTE_STOP)
            return true;
        if (rest.len < head)
            return false;
        len = is_one_byte ? (rest.p[0] & 15u) + 1u : rest.p[1];
        if (rest.len < head + len)
            return false;
        if (id != 0)
            take_element(id, span_cut(rest, head, len), ids, rtp);
        rest = span_from(rest, head + len);
    }
    return true;
}

/* Takes the extension off `rest`. */
static bool read_extension(struct span *rest, const struct rtp_ids *ids, struct rtp *rtp)
{
    uint16_t profile;
    size_t len;

    if (rest->len < 4)
        return false;
    profile = get16(rest->p);
    len = (size_t)get16(rest->p + 2) * 4;
    if (rest->len < 4 + len)
        return false;
    if (profile == ONE_BYTE || (profile & 0xfff0) == TWO_BYTE) {
        if (!read_elements(span_cut(*rest, 4, len), profile == ONE_BYTE, ids, rtp))
            return false;
    }
    *rest = span_from(*rest, 4 + len);
    return true;
}

bool rtp_read(struct span packet, const struct rtp_ids *ids, struct rtp *rtp_out)
{
    struct span rest;
    size_t csrcs;

    *rtp_out = (struct rtp){0};
    if (packet.len < RTP_LEAST || packet.p[0] >> 6 != 2)
        return false;
    rtp_out->marker = packet.p[1] >> 7 != 0;
    rtp_out->payload_type = packet.p[1] & 0x7f;
    rtp_out->number = get16(packet.p + 2);
    rtp_out->time = get32(packet.p + 4);
    rtp_out->ssrc = get32(packet.p + 8);
    csrcs = (size_t)(packet.p[0] & 15) * 4;
    if (packet.len < RTP_LEAST + csrcs)
        return false;
    rtp_out->has_csrc = csrcs > 0;
    if (rtp_out->has_csrc)
        rtp_out->csrc = get32(packet.p + RTP_LEAST);
    rest = span_from(packet, RTP_LEAST + csrcs);
    if ((packet.p[0] & 0x10) != 0 && !read_extension(&rest, ids, rtp_out))
        return false;
    if ((packet.p[0] & 0x20) != 0) { /* the last byte counts the padding, itself with it */
        if (rest.len == 0 || rest.p[rest.len - 1] == 0 || rest.p[rest.len - 1] > rest.len)
            return false;
        rest.len -= rest.p[rest.len - 1];
    }
    rtp_out->payload = rest;
    return true;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, (uint16_t)(v >> 16));
    put16(p + 2, (uint16_t)v);
}

size_t rtp_write_header(const struct rtp *rtp, uint8_t mid_id, uint8_t out[RTP_HEADER_MAX])
{
    uint8_t *at = out + RTP_LEAST;
    size_t words;
    bool has_mid = mid_id != 0 && rtp->mid.len > 0;

    out[0] = (uint8_t)(0x80 | (has_mid ? 0x10 : 0) | (rtp->has_csrc ? 1 : 0));
    out[1] = (uint8_t)((rtp->marker ? 0x80 : 0) | (rtp->payload_type & 0x7f));
    put16(out + 2, rtp->number);
    put32(out + 4, rtp->time);
    put32(out + 8, rtp->ssrc);
    if (rtp->has_csrc) {
        put32(at, rtp->csrc);
        at += 4;
    }
    if (!has_mid)
        return (size_t)(at - out);
    words = (1 + rtp->mid.len + 3) / 4;
    put16(at, ONE_BYTE);
    put16(at + 2, (uint16_t)words);
    memset(at + 4, 0, words * 4);
    at[4] = (uint8_t)((unsigned)mid_id << 4 | (unsigned)(rtp->mid.len - 1));
    memcpy(at + 5, rtp->mid.p, rtp->mid.len);
    return (size_t)(at - out) + 4 + words * 4;
}
