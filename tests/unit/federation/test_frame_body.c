#include "federation/frame_body.h"
#include "federation/frame_voice.h"

#include "tests/t.h"

#define ID_A ((struct id){{0xa, 1}})
#define ID_B ((struct id){{0xb, 2}})

static uint8_t room[FRAME_PAYLOAD_MOST];

static struct bytes_out fresh(void)
{
    return (struct bytes_out){room, 0, sizeof room};
}

static struct frame of(enum frame_type type, uint8_t flags, struct span payload)
{
    return (struct frame){.type = type, .flags = flags, .payload = payload};
}

/* Every shorter piece and one byte more are refused; the whole is taken. */
static void check_bounds(enum frame_type type, uint8_t flags, const struct bytes_out *out)
{
    uint8_t more[FRAME_PAYLOAD_MOST];
    struct frame frame;

    memcpy(more, out->p, out->len);
    more[out->len] = 0;
    for (size_t len = 0; len <= out->len + 1; len++) {
        frame = of(type, flags, span_of(more, len));
        T_EQ(frame_body_check(&frame, NULL), len == out->len ? ERR_OK : ERR_PROTO,
             frame_type_name(type));
    }
}

T_CASE(look_says_who_is_seen_and_where)
{
    T_REQ("CARD-6");
    const struct frame_look look = {.is_staff = true,
                                    .is_away = true,
                                    .kind = 3,
                                    .colour = 200,
                                    .state = 2,
                                    .at = {1800, 65535},
                                    .node = ID_A,
                                    .name = SPAN("あお")};
    struct bytes_out out = fresh();
    struct frame_look got;
    struct frame frame;

    T_EQ(frame_look_write(&look, &out, NULL), ERR_OK, "written");
    frame = of(FRAME_JOIN, 0, span_of(out.p, out.len));
    T_EQ(frame_look_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(got.is_staff && got.is_away && !got.is_lost && !got.has_distance, "what is so");
    T_EQ(got.kind * 1000 + got.colour, 3200, "figure");
    T_EQ(got.state, 2, "state");
    T_EQ(got.at.x * 100000 + got.at.y, 180065535, "place");
    T_OK(id_eq(got.node, ID_A), "home");
    T_SPAN(got.name, SPAN("あお"), "name");
    check_bounds(FRAME_JOIN, 0, &out);
    check_bounds(FRAME_LOOK, 0, &out);
}

T_CASE(look_is_read_strictly)
{
#define SEEN(staff, state, flags) staff "03c8" state flags "0708ffff"
#define HOME                      "0a010000000000000000000000000000"
    static const struct {
        const char *what, *bytes;
        enum err want;
    } rows[] = {
        {"as it should be", SEEN("01", "02", "07") HOME "0161", ERR_OK},
        {"a teacher", SEEN("02", "02", "00") HOME "0161", ERR_OK},
        {"more than a teacher", SEEN("03", "02", "00") HOME "0161", ERR_PROTO},
        {"a state nobody is in", SEEN("00", "04", "00") HOME "0161", ERR_PROTO},
        {"a flag without meaning", SEEN("00", "02", "08") HOME "0161", ERR_PROTO},
        {"no name", SEEN("00", "02", "00") HOME "00", ERR_PROTO},
        {"not UTF-8", SEEN("00", "02", "00") HOME "02c328", ERR_PROTO},
        {"a NUL", SEEN("00", "02", "00") HOME "0100", ERR_PROTO},
        {"from nowhere",
         SEEN("00", "02", "00") "00000000000000000000000000000000"
                                "0161",
         ERR_PROTO},
    };
    struct frame_look look = {.node = ID_A};
    char name[FRAME_NAME_MOST + 1];
    struct bytes_out out = fresh();

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct frame frame = of(FRAME_LOOK, 0, t_hex(rows[i].bytes));

        T_EQ(frame_body_check(&frame, NULL), rows[i].want, rows[i].what);
    }
    memset(name, 'a', sizeof name);
    look.name = span_of(name, sizeof name);
    T_EQ(frame_look_write(&look, &out, NULL), ERR_TOO_LARGE, "a name too long");
    T_EQ(out.len, 0, "nothing was written");
    look.name.len--;
    T_EQ(frame_look_write(&look, &out, NULL), ERR_OK, "the longest name");
    check_bounds(FRAME_LOOK, 0, &out);
}

T_CASE(pos_is_a_place_or_a_way)
{
    struct frame_pos pos = {.at = {10, 20}}, got;
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_pos_write(&pos, &out, NULL), ERR_OK, "a place");
    T_EQ(out.len, 4, "four bytes");
    check_bounds(FRAME_POS, 0, &out);
    frame = of(FRAME_POS, FRAME_STEERED, span_of(out.p, out.len));
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "a place cannot be steered");

    out = fresh();
    pos.speed_cm_s = 140;
    pos.age_ms = 99;
    pos.n = 2;
    pos.points[0] = (struct frame_spot){10, 20};
    pos.points[1] = (struct frame_spot){30, 40};
    T_EQ(frame_pos_write(&pos, &out, NULL), ERR_OK, "a way");
    check_bounds(FRAME_POS, FRAME_WALK, &out);
    check_bounds(FRAME_POS, FRAME_WALK | FRAME_STEERED, &out);
    frame = of(FRAME_POS, FRAME_WALK, span_of(out.p, out.len));
    T_EQ(frame_pos_read(&frame, &got, NULL), ERR_OK, "read");
    T_EQ(got.n, 2, "points");
    T_EQ(got.points[1].x * 100 + got.points[1].y, 3040, "the last");
    T_EQ(got.speed_cm_s * 100 + got.age_ms, 14099, "speed and age");
}

T_CASE(pos_has_48_points_at_most)
{
    struct frame_pos pos = {.at = {1, 1}, .n = FRAME_POINTS_MOST};
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_pos_write(&pos, &out, NULL), ERR_OK, "48");
    check_bounds(FRAME_POS, FRAME_WALK, &out);
    out.p[8] = FRAME_POINTS_MOST + 1;
    frame = of(FRAME_POS, FRAME_WALK, span_of(out.p, out.len + 4));
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "49 of them there");
    out.p[8] = 0;
    frame = of(FRAME_POS, FRAME_WALK, span_of(out.p, 9));
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "a way of none");
    pos.n = FRAME_POINTS_MOST + 1;
    T_EQ(frame_pos_write(&pos, &out, NULL), ERR_TOO_LARGE, "49");
}

T_CASE(chat_carries_the_line_and_its_number)
{
    T_REQ("CARD-7");
    struct frame_chat chat = {.node = ID_A,
                              .number = 7,
                              .line = ID_B,
                              .to_pseud = {9},
                              .text = SPAN("こんにちは")},
                      got;
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_chat_write(&chat, &out, NULL), ERR_OK, "written");
    check_bounds(FRAME_CHAT, FRAME_QUESTION, &out);
    frame = of(FRAME_CHAT, 0, span_of(out.p, out.len));
    T_EQ(frame_chat_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(id_eq(got.node, ID_A) && id_eq(got.line, ID_B) && got.number == 7, "who, which");
    T_EQ(got.to_pseud[0], 9, "to whom");
    T_SPAN(got.text, SPAN("こんにちは"), "the words");
}

T_CASE(chat_is_read_strictly)
{
    static const struct {
        const char *what;
        size_t at; /* byte of the payload that becomes value */
        uint8_t value;
    } rows[] = {
        {"from nowhere", 0, 0}, {"no number", 23, 0},    {"a number past all", 16, 0x80},
        {"no line", 24, 0},     {"not UTF-8", 52, 0xff}, {"a length of more", 51, 2},
        {"no text", 51, 0},
    };
    static char text[FRAME_TEXT_MOST + 1];
    struct frame_chat chat = {.node = {{1}}, .number = 1, .line = {{1}}, .text = SPAN("a")};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct bytes_out out = fresh();
        struct frame frame;

        T_EQ(frame_chat_write(&chat, &out, NULL), ERR_OK, "written");
        frame = of(FRAME_CHAT, 0, span_of(out.p, out.len));
        T_EQ(frame_body_check(&frame, NULL), ERR_OK, "good at first");
        out.p[rows[i].at] = rows[i].value;
        T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, rows[i].what);
    }
    memset(text, 'a', sizeof text);
    chat.text = span_of(text, sizeof text);
    for (int over = 1; over >= 0; over--, chat.text.len--) {
        struct bytes_out out = fresh();

        T_EQ(frame_chat_write(&chat, &out, NULL), over ? ERR_TOO_LARGE : ERR_OK, "4,096");
    }
}

/* A mute with these two last bytes is none. */
static void expect_mute(const struct bytes_out *out, uint8_t what, uint8_t on, const char *why)
{
    struct frame frame = of(FRAME_MUTE, 0, span_of(out->p, out->len));

    out->p[16] = what;
    out->p[17] = on;
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, why);
}

T_CASE(short_bodies_keep_what_they_say)
{
    const struct frame_blocked blocked = {ID_B, 3};
    const struct frame_mute mute = {ID_B, FRAME_MUTE_CHAT, true};
    const struct frame_on on = {1000, 2000};
    struct frame_blocked blocked_got;
    struct frame_mute mute_got;
    struct frame_on on_got;
    struct id id;
    uint8_t byte;
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_byte_write(5, &out, NULL), ERR_OK, "reaction");
    check_bounds(FRAME_REACT, 0, &out);
    check_bounds(FRAME_OFF, 0, &out);
    frame = of(FRAME_REACT, 0, span_of(out.p, out.len));
    T_EQ(frame_byte_read(&frame, &byte, NULL), ERR_OK, "read");
    T_EQ(byte, 5, "its kind");

    out = fresh();
    T_EQ(frame_id_write(ID_A, &out, NULL), ERR_OK, "a line or an act");
    check_bounds(FRAME_GONE, 0, &out);
    check_bounds(FRAME_EJECT, 0, &out);
    check_bounds(FRAME_ACK, 0, &out);
    frame = of(FRAME_ACK, 0, span_of(out.p, out.len));
    T_EQ(frame_id_read(&frame, &id, NULL), ERR_OK, "read");
    T_OK(id_eq(id, ID_A), "which");

    out = fresh();
    T_EQ(frame_blocked_write(&blocked, &out, NULL), ERR_OK, "blocked");
    check_bounds(FRAME_BLOCKED, 0, &out);
    frame = of(FRAME_BLOCKED, 0, span_of(out.p, out.len));
    T_EQ(frame_blocked_read(&frame, &blocked_got, NULL), ERR_OK, "read");
    T_EQ(blocked_got.why, 3, "why");

    out = fresh();
    T_EQ(frame_mute_write(&mute, &out, NULL), ERR_OK, "mute");
    check_bounds(FRAME_MUTE, 0, &out);
    frame = of(FRAME_MUTE, 0, span_of(out.p, out.len));
    T_EQ(frame_mute_read(&frame, &mute_got, NULL), ERR_OK, "read");
    T_OK(mute_got.on && mute_got.what == FRAME_MUTE_CHAT, "what, on");
    expect_mute(&out, 1, 2, "neither on nor off");
    expect_mute(&out, 16, 0, "something unknown");
    expect_mute(&out, 4, 1, "an ejection has a frame of its own");
    expect_mute(&out, 5, 0, "let in again, and more");
    expect_mute(&out, 0, 0, "nothing");

    out = fresh();
    T_EQ(frame_on_write(&on, &out, NULL), ERR_OK, "on");
    check_bounds(FRAME_ON, 0, &out);
    frame = of(FRAME_ON, 0, span_of(out.p, out.len));
    T_EQ(frame_on_read(&frame, &on_got, NULL), ERR_OK, "read");
    T_EQ(on_got.ends_ms, 2000, "until");
    out.p[15] = 0, out.p[14] = 0;
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "ends before it begins");
}

T_CASE(ids_that_are_none_are_no_ids)
{
    static const enum frame_type rows[] = {FRAME_GONE, FRAME_EJECT, FRAME_ACK};
    const struct frame_blocked blocked = {ID_NONE, 3};
    const struct frame_mute mute = {ID_NONE, FRAME_MUTE_CHAT, true};
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_id_write(ID_NONE, &out, NULL), ERR_OK, "zeros");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        frame = of(rows[i], 0, span_of(out.p, out.len));
        T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, frame_type_name(rows[i]));
    }
    out = fresh();
    T_EQ(frame_blocked_write(&blocked, &out, NULL), ERR_OK, "blocked");
    frame = of(FRAME_BLOCKED, 0, span_of(out.p, out.len));
    T_EQ(frame_body_check(&frame, NULL), ERR_OK, "blocked: the person himself");
    out = fresh();
    T_EQ(frame_mute_write(&mute, &out, NULL), ERR_OK, "mute");
    frame = of(FRAME_MUTE, 0, span_of(out.p, out.len));
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "mute");
}

T_CASE(hello_and_credit_are_the_links_own)
{
    struct frame_hello hello = {FRAME_VERSION, ID_A, ID_B, 99}, got;
    struct bytes_out out = fresh();
    struct frame frame;
    uint64_t heard;

    T_EQ(frame_hello_write(&hello, &out, NULL), ERR_OK, "hello");
    check_bounds(FRAME_HELLO, FRAME_WHOLE | FRAME_RT, &out);
    frame = of(FRAME_HELLO, 0, span_of(out.p, out.len));
    T_EQ(frame_hello_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(id_eq(got.node, ID_A) && id_eq(got.stream, ID_B) && got.heard == 99, "all of it");
    out.p[0] = FRAME_VERSION + 1;
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "another version");
    out = fresh();
    hello.node = ID_NONE;
    T_EQ(frame_hello_write(&hello, &out, NULL), ERR_OK, "nobody");
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "says nothing");
    out = fresh();
    T_EQ(frame_credit_write(UINT64_MAX, &out, NULL), ERR_OK, "credit");
    check_bounds(FRAME_CREDIT, 0, &out);
    frame = of(FRAME_CREDIT, 0, span_of(out.p, out.len));
    T_EQ(frame_credit_read(&frame, &heard, NULL), ERR_OK, "read");
    T_OK(heard == UINT64_MAX, "a number");
}

T_CASE(bodies_without_room_are_not_written)
{
    const struct frame_look look = {.name = SPAN("a")};
    const struct frame_pos pos = {.n = 1};
    const struct frame_chat chat = {.text = SPAN("a")};
    const struct frame_blocked blocked = {.why = 1};
    const struct frame_mute mute = {.what = 1};
    const struct frame_on on = {1, 2};
    const struct frame_hello hello = {.version = 1};
    struct bytes_out out = {room, 0, 0};

    T_EQ(frame_look_write(&look, &out, NULL), ERR_TOO_LARGE, "look");
    T_EQ(frame_pos_write(&pos, &out, NULL), ERR_TOO_LARGE, "pos");
    T_EQ(frame_chat_write(&chat, &out, NULL), ERR_TOO_LARGE, "chat");
    T_EQ(frame_byte_write(1, &out, NULL), ERR_TOO_LARGE, "byte");
    T_EQ(frame_id_write(ID_A, &out, NULL), ERR_TOO_LARGE, "id");
    T_EQ(frame_blocked_write(&blocked, &out, NULL), ERR_TOO_LARGE, "blocked");
    T_EQ(frame_mute_write(&mute, &out, NULL), ERR_TOO_LARGE, "mute");
    T_EQ(frame_on_write(&on, &out, NULL), ERR_TOO_LARGE, "on");
    T_EQ(frame_hello_write(&hello, &out, NULL), ERR_TOO_LARGE, "hello");
    T_EQ(frame_credit_write(1, &out, NULL), ERR_TOO_LARGE, "credit");
    T_EQ(out.len, 0, "nothing at all");
}

T_CASE(bodies_of_other_types_are_bounded)
{
    static uint8_t voice[FRAME_VOICE_BYTES + FRAME_OPUS_MOST + 1];
    static const struct {
        size_t len;
        enum frame_type type;
        enum err want;
    } rows[] = {
        {0, FRAME_LEAVE, ERR_OK},
        {1, FRAME_LEAVE, ERR_PROTO},
        {0, FRAME_HAND, ERR_OK},
        {1, FRAME_HAND, ERR_PROTO},
        {0, FRAME_VOICE, ERR_PROTO},
        {FRAME_VOICE_BYTES, FRAME_VOICE, ERR_PROTO},
        {FRAME_VOICE_BYTES + 1, FRAME_VOICE, ERR_OK},
        {FRAME_VOICE_BYTES + FRAME_OPUS_MOST, FRAME_VOICE, ERR_OK},
        {FRAME_VOICE_BYTES + FRAME_OPUS_MOST + 1, FRAME_VOICE, ERR_PROTO},
        {0, FRAME_PAGE, ERR_PROTO},
        {0, FRAME_ASK, ERR_PROTO},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct frame frame = of(rows[i].type, 0, span_of(voice, rows[i].len));

        T_EQ(frame_body_check(&frame, NULL), rows[i].want, frame_type_name(rows[i].type));
    }
}

T_CASE(voice_is_a_packet_and_when_it_was_said)
{
    T_REQ("AI-2.4-ア");
    const struct frame_voice voice = {.number = 0xfffe,
                                      .time = 0xfffffff0,
                                      .has_level = true,
                                      .level = 127,
                                      .opus = SPAN("sound")};
    static const struct {
        const char *what, *bytes;
        uint8_t flags;
        enum err want;
    } rows[] = {
        {"as it should be", "0001000000020078", 0, ERR_OK},
        {"for the whole floor", "0001000000020078", FRAME_ANNOUNCE, ERR_OK},
        {"no level", "000100000002ff78", 0, ERR_OK},
        {"a level there is none of", "0001000000028078", 0, ERR_PROTO},
        {"no packet", "00010000000200", 0, ERR_PROTO},
        {"cut short", "0001000000", 0, ERR_PROTO},
    };
    static uint8_t long_one[FRAME_OPUS_MOST + 1];
    struct frame_voice got = voice;
    struct bytes_out out = fresh();
    struct frame frame;

    T_EQ(frame_voice_write(&voice, &out, NULL), ERR_OK, "written");
    frame = of(FRAME_VOICE, FRAME_ANNOUNCE, span_of(out.p, out.len));
    T_EQ(frame_voice_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(got.is_announce && got.has_level, "for all, with a level");
    T_EQ(got.number, 0xfffe, "number");
    T_EQ(got.time, 0xfffffff0, "time");
    T_EQ(got.level, 127, "level");
    T_SPAN(got.opus, voice.opus, "packet");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        frame = of(FRAME_VOICE, rows[i].flags, t_hex(rows[i].bytes));
        T_EQ(frame_body_check(&frame, NULL), rows[i].want, rows[i].what);
    }
    got.opus = span_of(long_one, sizeof long_one);
    out = fresh();
    T_EQ(frame_voice_write(&got, &out, NULL), ERR_TOO_LARGE, "a packet that is none");
    out = (struct bytes_out){room, 0, FRAME_VOICE_BYTES};
    T_EQ(frame_voice_write(&voice, &out, NULL), ERR_TOO_LARGE, "no room");
    T_EQ(out.len, 0, "nothing is written");
}
