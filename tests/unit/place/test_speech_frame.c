#include "node/place/speech_frame.h"
#include "tests/t.h"

#include "voice/codec.h"

T_CASE(speech_frame_reads_a_packet_and_nothing_else)
{
    static const struct {
        const char *what, *message;
        enum err want;
    } rows[] = {
        {"a packet of 60 ms",
         "02"
         "1e"
         "0102"
         "00000b40"
         "58"
         "aabb",
         ERR_OK},
        {"of one byte, its end",
         "02"
         "00"
         "0000"
         "00000000"
         "08",
         ERR_OK},
        {"another code",
         "01"
         "1e"
         "0102"
         "00000b40"
         "58aabb",
         ERR_PROTO},
        {"a level above silence",
         "02"
         "80"
         "0102"
         "00000b40"
         "58aabb",
         ERR_PROTO},
        {"no Opus",
         "02"
         "1e"
         "0102"
         "00000b40",
         ERR_PROTO},
        {"cut in its head",
         "02"
         "1e"
         "0102"
         "0000",
         ERR_PROTO},
        {"two frames that are not alike",
         "02"
         "1e"
         "0102"
         "00000b40"
         "59aabbcc",
         ERR_PROTO},
        {"two frames, the first too long",
         "02"
         "1e"
         "0102"
         "00000b40"
         "5a09aa",
         ERR_PROTO},
        {"no frame at all",
         "02"
         "1e"
         "0102"
         "00000b40"
         "5b00",
         ERR_PROTO},
        {"three of 60 ms",
         "02"
         "1e"
         "0102"
         "00000b40"
         "5b03aabbcc",
         ERR_PROTO},
        {"more padding than bytes",
         "02"
         "1e"
         "0102"
         "00000b40"
         "5b4109aa",
         ERR_PROTO},
    };
    struct hub_voice voice;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(speech_frame_read(t_hex(rows[i].message), &voice, NULL), rows[i].want,
             rows[i].what);
        if (rows[i].want != ERR_OK)
            T_EQ(voice.opus.len, 0, "and nothing is left of it");
    }
    T_EQ(speech_frame_read(t_hex(rows[0].message), &voice, NULL), ERR_OK, "again");
    T_EQ(voice.number, 0x0102, "its number");
    T_EQ(voice.time, 0xb40, "its time");
    T_EQ(voice.level, 30, "its level");
    T_EQ(voice.opus.len, 3, "its sound");
}

/* RFC 6716, section 3.1: 2.5 ms to 60 ms a frame, one to 48 frames, 120 ms at most. */
T_CASE(speech_frame_finds_the_time_that_libopus_finds)
{
    uint8_t opus[64] = {0};
    int n_good = 0;

    for (int toc = 0; toc < 256; toc++)
        for (int second = 0; second < 256; second++)
            for (size_t len = 1; len < sizeof opus; len += 7) {
                struct span packet = span_of(opus, len);
                int n;

                opus[0] = (uint8_t)toc;
                opus[1] = (uint8_t)second;
                opus[2] = (uint8_t)(second >> 3);
                n = speech_frame_samples(packet);
                n_good += n > 0;
                if (n != codec_samples(packet))
                    T_EQ(n, codec_samples(packet), "as libopus has it");
            }
    T_OK(n_good > 1000, "many are packets");
}

T_CASE(speech_frame_bounds_a_packet)
{
    static uint8_t opus[HUB_OPUS_MAX + 1] = {0x58};

    T_EQ(speech_frame_samples(span_of(opus, HUB_OPUS_MAX)), 2880, "the longest");
    T_EQ(speech_frame_samples(span_of(opus, HUB_OPUS_MAX + 1)), 0, "one more");
}
