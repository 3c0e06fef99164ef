#include "voice/rtcp.h"

#include "tests/t.h"

static bool is_same(const struct rtcp_block *a, const struct rtcp_block *b)
{
    return a->ssrc == b->ssrc && a->lost_of_256 == b->lost_of_256 && a->lost == b->lost &&
           a->highest == b->highest && a->jitter == b->jitter && a->sr_middle == b->sr_middle &&
           a->sr_delay == b->sr_delay;
}

T_CASE(rtcp_reads_what_it_writes_and_passes_over_the_rest) /* RFC 3550 section 6.4 */
{
    struct rtcp_sr sr = {.ssrc = 7,
                         .ntp = UINT64_C(0x123456789abcdef0),
                         .time = 960,
                         .n_packets = 3,
                         .n_bytes = 99};
    struct rtcp_block block = {.ssrc = 9,
                               .lost_of_256 = 26,
                               .lost = 10,
                               .highest = 70000,
                               .jitter = 5,
                               .sr_middle = 0x56789abc,
                               .sr_delay = 65536};
    uint8_t bytes[200];
    size_t len = rtcp_write_sr(&sr, &block, bytes);
    struct rtcp_report r;
    struct span rest;

    memcpy(bytes + len, t_hex("81ca00020000000701000000").p, 12); /* SDES */
    len += 12;
    len += rtcp_write_rr(8, &block, bytes + len);
    rest = span_of(bytes, len);
    T_OK(rtcp_next(&rest, &r) && r.has_sr && r.n_blocks == 1, "an SR with one block");
    T_OK(r.sr.ssrc == 7 && r.sr.ntp == sr.ntp && r.sr.time == 960 && r.sr.n_packets == 3 &&
             r.sr.n_bytes == 99,
         "its numbers");
    T_OK(is_same(&r.block[0], &block), "its block");
    T_OK(rtcp_next(&rest, &r) && !r.has_sr && r.n_blocks == 0, "an SDES");
    T_OK(rtcp_next(&rest, &r) && !r.has_sr && r.n_blocks == 1, "an RR");
    T_OK(is_same(&r.block[0], &block), "its block");
    T_OK(!rtcp_next(&rest, &r) && rest.len == 0, "the end");
}

T_CASE(rtcp_what_is_broken_ends_the_reading)
{
    static const char *rows[] = {
        "81c90007",                 /* its length goes beyond the end */
        "81c9000100000007",         /* a block that is not there */
        "41c9000100000007",         /* version 1 */
        "80c8000200000007abcdabcd", /* an SR too short for its numbers */
        "80",
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span rest = t_hex(rows[i]);
        struct rtcp_report r;

        T_OK(!rtcp_next(&rest, &r) && rest.len > 0, rows[i]);
    }
}
