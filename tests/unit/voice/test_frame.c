/* Messages between a node and its media program. */
#include "tests/t.h"
#include "voice/frame.h"

static const uint8_t opus[] = {0xF8, 0xFF, 0xFE};

/* Every field set, so that whichever an op carries is seen to travel. */
static struct voice_frame full(int op)
{
    struct voice_frame f = {
        .op = (enum voice_op)op,
        .who = HUB_SOURCES - 1,
        .floor = 7,
        .zone = 0x01020304,
        .sealed = true,
        .on = true,
        .mic = HUB_MIC_ANNOUNCE,
        .number = UINT32_MAX,
        .leg = {.payload_type = 111,
                .level_id = 1,
                .mid_id = 4,
                .thin = true,
                .mid = {"1", "2", "3", "abcdefghijklmnop", "5"}},
        .fingerprint = {0xAB, [31] = 0xCD},
        .ufrag = "0123456789abcdef",
        .pwd = "0123456789abcdef0123456789abcdef",
        .udp_port = 3478,
        .tcp_port = 443,
        .refused = VOICE_OP_HUSH,
        .code = ERR_NOMEM,
        .way = VOICE_WAY_WS,
        .ms = 1000,
        .slot = VOICE_SLOT_ANNOUNCE,
        .hush = {1, 4351},
        .n_hush = 2,
        .packet = {.opus = {opus, sizeof opus},
                   .time = 0xFFFFFFF0,
                   .number = 65535,
                   .has_level = true,
                   .level = 127},
    };

    for (int i = 0; i < VOICE_COUNT_N; i++)
        f.counts[i] = UINT64_MAX - (uint64_t)i;
    return f;
}

T_CASE(voice_frame_of_every_op_is_read_as_it_was_written)
{
    for (int op = VOICE_OP_HELLO; op < VOICE_OP_N; op++) {
        struct voice_frame frame = full(op), read;
        uint8_t bytes[VOICE_FRAME_CAP], again[VOICE_FRAME_CAP];
        size_t len = voice_frame_write(&frame, bytes);

        T_OK(voice_frame_read(span_of(bytes, len), &read, NULL) == ERR_OK, "read");
        T_EQ(read.op, op, "the op");
        T_SPAN(span_of(again, voice_frame_write(&read, again)), span_of(bytes, len), "again");
    }
}

T_CASE(voice_frame_of_another_length_is_refused)
{
    for (int op = VOICE_OP_HELLO; op < VOICE_OP_N; op++) {
        struct voice_frame frame = full(op), read;
        uint8_t bytes[VOICE_FRAME_CAP + 1] = {0};
        size_t len = voice_frame_write(&frame, bytes);
        /* The rest of a message with sound in it is sound. */
        bool has_sound =
            frame.op == VOICE_OP_PACKET || frame.op == VOICE_OP_TO || frame.op == VOICE_OP_SAID;
        size_t needed = has_sound ? len - sizeof opus + 1 : len;

        for (size_t n = 0; n < needed; n++)
            T_EQ(voice_frame_read(span_of(bytes, n), &read, NULL), ERR_PROTO, "shorter");
        if (!has_sound)
            T_EQ(voice_frame_read(span_of(bytes, len + 1), &read, NULL), ERR_PROTO, "longer");
    }
}

T_CASE(voice_frame_with_a_value_out_of_its_range_is_refused)
{
    const struct {
        const char *name;
        enum voice_op op;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"version", VOICE_OP_HELLO, 0, 2},
        {"op 0", VOICE_OP_HELLO, 1, 0},
        {"op beyond", VOICE_OP_HELLO, 1, VOICE_OP_N},
        {"who", VOICE_OP_CLOSE, 2, 0x11},
        {"sealed", VOICE_OP_SEAT, 12, 2},
        {"mic", VOICE_OP_MIC, 4, 4},
        {"on", VOICE_OP_MUTE, 4, 2},
        {"payload type", VOICE_OP_OPEN, 4, 128},
        {"level id", VOICE_OP_OPEN, 5, 15},
        {"mid id", VOICE_OP_OPEN, 6, 15},
        {"mid without an end", VOICE_OP_OPEN, 8 + 3 * HUB_MID_CAP + 16, 'x'},
        {"mid with a line break", VOICE_OP_OPEN, 8, '\n'},
        {"mid with more behind its end", VOICE_OP_OPEN, 10, 'x'},
        {"refused op", VOICE_OP_REFUSED, 4, VOICE_OP_N},
        {"code", VOICE_OP_REFUSED, 5, ERR_N},
        {"way", VOICE_OP_UP, 4, VOICE_WAY_N},
        {"slot", VOICE_OP_TO, 4, VOICE_SLOT_N},
        {"hush", VOICE_OP_HUSH, 4, HUB_HUSH_MAX + 1},
        {"has a level", VOICE_OP_PACKET, 10, 2},
        {"level", VOICE_OP_PACKET, 11, 128},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        static const struct voice_frame zero;
        struct voice_frame frame = full(rows[i].op), read;
        uint8_t bytes[VOICE_FRAME_CAP];
        size_t len = voice_frame_write(&frame, bytes);

        bytes[rows[i].at] = rows[i].value;
        T_EQ(voice_frame_read(span_of(bytes, len), &read, NULL), ERR_PROTO, rows[i].name);
        T_OK(memcmp(&read, &zero, sizeof read) == 0, rows[i].name);
    }
}

T_CASE(voice_frame_holds_the_longest_sound_and_no_longer)
{
    static uint8_t sound[HUB_OPUS_MAX + 1];
    struct voice_frame frame = full(VOICE_OP_SAID), read;
    uint8_t bytes[VOICE_FRAME_CAP];
    size_t len;

    frame.packet.opus = span_of(sound, HUB_OPUS_MAX);
    len = voice_frame_write(&frame, bytes);
    T_OK(voice_frame_read(span_of(bytes, len), &read, NULL) == ERR_OK, "the longest");
    T_EQ(read.packet.opus.len, (size_t)HUB_OPUS_MAX, "its length");
    frame.packet.opus.len++;
    len = voice_frame_write(&frame, bytes);
    T_EQ(voice_frame_read(span_of(bytes, len), &read, NULL), ERR_PROTO, "one byte more");
}
