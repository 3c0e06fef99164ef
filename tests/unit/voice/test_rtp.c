#include "voice/rtp.h"

#include "tests/t.h"

static const struct rtp_ids ids = {.level = 1, .mid = 4};

T_CASE(rtp_is_read_with_level_and_mid) /* RFC 3550 5.1, RFC 8285 4.2 and 4.3, RFC 6464 */
{
    static const struct {
        const char *what, *hex;
        bool ok;
        int level; /* -1: none */
        const char *mid, *payload;
    } rows[] = {
        {"bare", "806f0001000003c0aabbccdd 7801", true, -1, "", "7801"},
        {"level, mid, zeros behind",
         "90ef0001000003c0aabbccdd bede0002 1032 413031 000000 7801", true, 50, "01", "7801"},
        {"level, zeros between, mid",
         "90ef0001000003c0aabbccdd bede0002 1032 000000 413031 7801", true, 50, "01", "7801"},
        {"the voice bit is no level", "906f0001000003c0aabbccdd bede0001 10b20000 7801", true,
         50, "", "7801"},
        {"id 15 ends the list", "906f0001000003c0aabbccdd bede0001 f0 10320078 01", true, -1,
         "", "7801"},
        {"two byte ids", "906f0001000003c0aabbccdd 10000002 0101 7f 04 01 61 0000 7801", true,
         127, "a", "7801"},
        {"two byte ids with an empty element",
         "906f0001000003c0aabbccdd 10000001 0100 0000 7801", true, -1, "", "7801"},
        {"a profile of somebody's own is passed over",
         "906f0001000003c0aabbccdd abcd0001 10320000 7801", true, -1, "", "7801"},
        {"two CSRCs", "826f0001000003c0aabbccdd 1111111122222222 7801", true, -1, "", "7801"},
        {"padding", "a06f0001000003c0aabbccdd 7801000003", true, -1, "", "7801"},
        {"more padding than there is", "a06f0001000003c0aabbccdd 00000005", false, 0, "", ""},
        {"nothing but padding", "a06f0001000003c0aabbccdd 000003", true, -1, "", ""},
        {"padding of 0", "a06f0001000003c0aabbccdd 780100", false, 0, "", ""},
        {"version 1", "406f0001000003c0aabbccdd 7801", false, 0, "", ""},
        {"cut header", "806f0001000003c0aabbcc", false, 0, "", ""},
        {"15 CSRCs that are not there", "8f6f0001000003c0aabbccdd 7801", false, 0, "", ""},
        {"cut extension head", "906f0001000003c0aabbccdd bede", false, 0, "", ""},
        {"extension of 65,535 words", "906f0001000003c0aabbccdd bedeffff 10320000", false, 0,
         "", ""},
        {"element over the end", "906f0001000003c0aabbccdd bede0001 1f320000 78", false, 0, "",
         ""},
        {"two byte element over the end", "906f0001000003c0aabbccdd 10000001 00000001", false,
         0, "", ""},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct rtp rtp;
        char hex[256];
        size_t n = 0;

        for (const char *p = rows[i].hex; *p != '\0'; p++)
            if (*p != ' ')
                hex[n++] = *p;
        hex[n] = '\0';
        T_EQ(rtp_read(t_hex(hex), &ids, &rtp), rows[i].ok, rows[i].what);
        if (!rows[i].ok)
            continue;
        T_EQ(rtp.has_level ? rtp.level : -1, rows[i].level, rows[i].what);
        T_SPAN(rtp.mid, span_text(rows[i].mid), rows[i].what);
        T_SPAN(rtp.payload, t_hex(rows[i].payload), rows[i].what);
        T_EQ(rtp.payload_type, 111, rows[i].what);
        T_EQ(rtp.number, 1, rows[i].what);
        T_EQ(rtp.time, 960, rows[i].what);
        T_EQ(rtp.ssrc, 0xaabbccdd, rows[i].what);
    }
}

T_CASE(rtp_no_extension_is_looked_for_that_was_not_agreed)
{
    struct rtp rtp;

    T_OK(rtp_read(t_hex("906f0001000003c0aabbccddbede0001103200007801"), &(struct rtp_ids){0},
                  &rtp),
         "it is passed over");
    T_OK(!rtp.has_level && rtp.mid.len == 0, "and nothing is taken from it");
}

T_CASE(rtp_that_is_written_reads_the_same)
{
    static const char *mids[] = {"", "0", "abc", "abcd", "abcdefghijklmnop"};

    for (size_t i = 0; i < T_COUNT(mids); i++) {
        uint8_t bytes[RTP_HEADER_MAX + 2];
        struct rtp in = {.payload_type = 96,
                         .marker = true,
                         .number = 65535,
                         .time = 0xfffffff0,
                         .ssrc = 7,
                         .has_csrc = i % 2 == 0,
                         .csrc = 4096,
                         .mid = span_text(mids[i])};
        struct rtp out;
        size_t len = rtp_write_header(&in, 4, bytes);

        T_OK(len <= RTP_HEADER_MAX, "it keeps to its room");
        bytes[len] = 'x';
        bytes[len + 1] = 'y';
        T_OK(rtp_read(span_of(bytes, len + 2), &ids, &out), "it is read");
        T_SPAN(out.mid, in.mid, "mid");
        T_SPAN(out.payload, SPAN("xy"), "payload");
        T_OK(out.marker && out.payload_type == 96 && out.number == 65535 &&
                 out.time == 0xfffffff0 && out.ssrc == 7,
             "the header");
        T_OK(out.has_csrc == in.has_csrc && (!out.has_csrc || out.csrc == 4096), "whose it is");
        T_EQ(rtp_write_header(&in, 0, bytes), RTP_LEAST + (in.has_csrc ? 4 : 0),
             "without an id no mid is written");
    }
}
