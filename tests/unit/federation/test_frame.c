#include "federation/frame.h"

#include "tests/t.h"

static const struct frame sample = {
    .type = FRAME_POS,
    .flags = FRAME_WALK,
    .class = 0x01020304,
    .seq = 0x1112131415161718,
    .ts_ms = INT64_C(0x019a00000000),
    .pseud = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
};

T_CASE(frame_is_34_bytes_and_its_payload)
{
    T_REQ("CARD-6");
    uint8_t room[64];
    struct bytes_out out = {room, 0, sizeof room};
    struct frame frame = sample;

    frame.payload = SPAN("abc");
    T_EQ(frame_write(&frame, &out, NULL), ERR_OK, "written");
    T_SPAN(span_of(out.p, out.len),
           t_hex("0023"
                 "03"
                 "01"
                 "01020304"
                 "1112131415161718"
                 "0000019a00000000"
                 "0102030405060708090a"
                 "616263"),
           "len, type, flags, class, seq, time, pseud, payload");
}

T_CASE(frame_comes_back_as_it_was_and_the_next_one_behind_it)
{
    uint8_t room[200];
    struct bytes_out out = {room, 0, sizeof room};
    struct frame frame = sample, got;
    struct span rest;

    frame.payload = SPAN("first");
    T_EQ(frame_write(&frame, &out, NULL), ERR_OK, "one");
    frame.type = FRAME_LEAVE;
    frame.flags = 0;
    frame.payload = SPAN_NONE;
    T_EQ(frame_write(&frame, &out, NULL), ERR_OK, "and another");
    rest = span_of(out.p, out.len);
    T_EQ(frame_read(&rest, &got), FRAME_GOT_ONE, "the first");
    T_EQ(got.type, FRAME_POS, "type");
    T_EQ(got.flags, FRAME_WALK, "flags");
    T_EQ(got.class, sample.class, "class");
    T_OK(got.seq == sample.seq && got.ts_ms == sample.ts_ms, "number and time");
    T_SPAN(span_of(got.pseud, sizeof got.pseud), span_of(sample.pseud, sizeof sample.pseud),
           "pseud");
    T_SPAN(got.payload, SPAN("first"), "payload");
    T_EQ(frame_read(&rest, &got), FRAME_GOT_ONE, "the second");
    T_EQ(got.type, FRAME_LEAVE, "type");
    T_EQ(got.payload.len, 0, "without a payload");
    T_EQ(frame_read(&rest, &got), FRAME_GOT_NONE, "and no more");
}

T_CASE(frame_that_has_no_room_leaves_nothing_behind)
{
    static uint8_t room[2 * FRAME_MOST], payload[FRAME_PAYLOAD_MOST + 1];
    struct bytes_out out = {room, 0, FRAME_HEAD_BYTES + 2};
    struct frame frame = sample;

    frame.payload = SPAN("abc");
    T_EQ(frame_write(&frame, &out, NULL), ERR_TOO_LARGE, "one byte too few");
    T_EQ(out.len, 0, "as it was");
    out.cap = sizeof room;
    frame.payload = span_of(payload, sizeof payload);
    T_EQ(frame_write(&frame, &out, NULL), ERR_TOO_LARGE, "one byte too many");
    frame.payload.len--;
    T_EQ(frame_write(&frame, &out, NULL), ERR_OK, "the largest");
    T_EQ(out.len, FRAME_MOST, "its bytes");
}

T_CASE(frame_is_read_strictly)
{
#define HEAD(len, type, flags, time) \
    len type flags "00000001" \
                   "0000000000000002" time "0102030405060708090a"
#define NOW "0000019a00000000"
    static const struct {
        const char *what, *bytes;
        enum frame_got want;
        size_t left;
    } rows[] = {
        {"nothing", "", FRAME_GOT_NONE, 0},
        {"no payload", HEAD("0020", "02", "00", NOW), FRAME_GOT_ONE, 0},
        {"one byte and something behind", HEAD("0021", "04", "00", NOW) "07ff", FRAME_GOT_ONE,
         1},
        {"half a length", "00", FRAME_GOT_FAULT, 1},
        {"a length alone", "0020", FRAME_GOT_FAULT, 2},
        {"less than a head", HEAD("001f", "02", "00", NOW), FRAME_GOT_FAULT, 34},
        {"cut short", HEAD("0022", "04", "00", NOW) "07", FRAME_GOT_FAULT, 35},
        {"longer than any", HEAD("2021", "04", "00", NOW), FRAME_GOT_FAULT, 34},
        {"another type", HEAD("0020", "16", "ff", NOW), FRAME_GOT_UNKNOWN, 0},
        {"the last of types", HEAD("0020", "ff", "00", NOW), FRAME_GOT_UNKNOWN, 0},
        {"a flag it has not", HEAD("0020", "02", "01", NOW), FRAME_GOT_FAULT, 0},
        {"a flag nobody has", HEAD("0020", "05", "80", NOW), FRAME_GOT_FAULT, 0},
        {"a flag it has", HEAD("0020", "05", "01", NOW), FRAME_GOT_ONE, 0},
        {"a time past all", HEAD("0020", "02", "00", "4000000000000000"), FRAME_GOT_FAULT, 0},
        {"the last time", HEAD("0020", "02", "00", "3fffffffffffffff"), FRAME_GOT_ONE, 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span rest = t_hex(rows[i].bytes);
        struct frame frame;

        T_EQ(frame_read(&rest, &frame), rows[i].want, rows[i].what);
        T_EQ(rest.len, rows[i].left, rows[i].what);
    }
}

T_CASE(frame_types_have_names)
{
    for (int i = 0; i < FRAME_TYPES_N; i++)
        T_OK(frame_type_name((enum frame_type)i) != NULL, "each");
    T_TEXT(frame_type_name(FRAME_VOICE), "voice", "the last");
}
