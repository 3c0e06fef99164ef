#include "node/io/ws_frame.h"
#include "node/server/ws_queue.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>

#define S_US INT64_C(1000000)

/* ---- what a client sends ---- */

struct sent {
    uint8_t bytes[300000];
    size_t len;
};

/* first: FIN, RSV and opcode. form: 0 the shortest length, else 2 or 8 bytes of it. */
static void put_frame(struct sent *s, int first, struct span payload, size_t form)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d}; /* RFC 6455, section 5.7 */
    size_t n = form > 0 ? form : payload.len > 65535 ? 8 : payload.len > 125 ? 2 : 0;

    s->bytes[s->len++] = (uint8_t)first;
    s->bytes[s->len++] = (uint8_t)(0x80 | (n == 8 ? 127 : n == 2 ? 126 : payload.len));
    for (size_t i = 0; i < n; i++)
        s->bytes[s->len++] = (uint8_t)(payload.len >> (8 * (n - 1 - i)));
    memcpy(s->bytes + s->len, mask, 4);
    s->len += 4;
    for (size_t i = 0; i < payload.len; i++)
        s->bytes[s->len++] = payload.p[i] ^ mask[i & 3];
}

/* ---- what the reader makes of it, as text: "text:hello ping:x fault:rsv " ---- */

static const char *got_name[] = {"nothing", "text",  "binary", "ping",
                                 "pong",    "close", "fault",  "enough"};

static void say(char *out, size_t cap, enum ws_got got, const struct ws_message *message)
{
    size_t at = strlen(out);

    if (got == WS_GOT_FAULT)
        snprintf(out + at, cap - at, "fault:%s ", ws_fault_name(message->fault));
    else if (got == WS_GOT_CLOSE)
        snprintf(out + at, cap - at, "close:%d:%.*s ", message->close_code,
                 SPAN_ARG(message->payload));
    else
        snprintf(out + at, cap - at, "%s:%.*s ", got_name[got], SPAN_ARG(message->payload));
}

/* Feeds bytes in parts of `part`, each a turn. */
static void read_in_parts(struct span bytes, size_t part, char *out, size_t cap)
{
    struct ws_reader reader;
    uint8_t *copy = malloc(part);

    ws_reader_init(&reader);
    out[0] = '\0';
    for (size_t at = 0; at < bytes.len || ws_reader_has_rest(&reader);) {
        struct ws_bytes some = ws_reader_begin(&reader);
        struct ws_message message;
        enum ws_got got;

        if (some.len == 0) {
            some = (struct ws_bytes){copy, bytes.len - at < part ? bytes.len - at : part};
            memcpy(copy, bytes.p + at, some.len);
            at += some.len;
        }
        while ((got = ws_reader_next(&reader, &some, 0, &message)) != WS_GOT_NOTHING &&
               got != WS_GOT_ENOUGH)
            say(out, cap, got, &message);
        T_EQ(ws_reader_end(&reader, some, NULL), ERR_OK, "a turn ends");
    }
    ws_reader_fini(&reader);
    free(copy);
}

static void expect(struct span bytes, const char *want, const char *what)
{
    static char whole[400000], cut[400000];
    static const size_t parts[] = {1, 2, 3, 7, 1000};

    read_in_parts(bytes, bytes.len == 0 ? 1 : bytes.len, whole, sizeof whole);
    T_TEXT(whole, want, what);
    for (size_t i = 0; i < T_COUNT(parts); i++) {
        read_in_parts(bytes, parts[i], cut, sizeof cut);
        T_OK(strcmp(whole, cut) == 0, "the same however it is cut");
    }
}

T_CASE(ws_frame_reads_the_examples_of_the_rfc) /* RFC 6455, section 5.7, masked */
{
    static struct sent s;

    expect(t_hex("818537fa213d7f9f4d5158"), "text:Hello ", "a single frame, as printed there");
    s.len = 0;
    put_frame(&s, 0x01, SPAN("Hel"), 0);
    put_frame(&s, 0x89, SPAN("Hello"), 0);
    put_frame(&s, 0x80, SPAN("lo"), 0);
    put_frame(&s, 0x8a, SPAN("Hello"), 0);
    put_frame(&s, 0x82, SPAN("\x01\x02"), 0);
    put_frame(&s, 0x88,
              SPAN("\x03\xe8"
                   "bye"),
              0);
    expect(span_of(s.bytes, s.len),
           "ping:Hello text:Hello pong:Hello binary:\x01\x02 close:1000:bye ",
           "fragments with a ping inside, and a close");
}

struct frame_row {
    const char *what;
    int first;
    struct span payload;
    size_t form;
    const char *want;
};

T_CASE(ws_frame_judges_single_frames)
{
    static uint8_t many[65537] = {0};
    const struct frame_row rows[] = {
        {"empty text", 0x81, SPAN(""), 0, "text: "},
        {"kana", 0x81, SPAN("いばしょ"), 0, "text:いばしょ "},
        {"four bytes", 0x81, SPAN("\xf0\x9f\x8f\xa0"), 0, "text:\xf0\x9f\x8f\xa0 "},
        {"RSV1", 0xc1, SPAN("a"), 0, "fault:rsv "},
        {"RSV2", 0xa1, SPAN("a"), 0, "fault:rsv "},
        {"RSV3", 0x91, SPAN("a"), 0, "fault:rsv "},
        {"RSV1 on a ping", 0xc9, SPAN("a"), 0, "fault:rsv "},
        {"opcode 3", 0x83, SPAN("a"), 0, "fault:opcode "},
        {"opcode 7", 0x87, SPAN("a"), 0, "fault:opcode "},
        {"opcode b", 0x8b, SPAN("a"), 0, "fault:opcode "},
        {"opcode f", 0x8f, SPAN("a"), 0, "fault:opcode "},
        {"2 bytes for 125", 0x82, {many, 125}, 2, "fault:length "},
        {"8 bytes for 125", 0x82, {many, 125}, 8, "fault:length "},
        {"8 bytes for 65535", 0x82, {many, 65535}, 8, "fault:length "},
        {"over the cap", 0x82, {many, 65537}, 0, "fault:size "},
        {"a fragment over the cap", 0x02, {many, 65537}, 0, "fault:size "},
        {"a ping of 126", 0x89, {many, 126}, 0, "fault:control "},
        {"a ping in fragments", 0x09, SPAN("a"), 0, "fault:control "},
        {"a close in fragments", 0x08, SPAN(""), 0, "fault:control "},
        {"goes on with nothing", 0x80, SPAN("a"), 0, "fault:order "},
        {"goes on with nothing, on", 0x00, SPAN("a"), 0, "fault:order "},
        {"a byte that begins nothing", 0x81, SPAN("\x80"), 0, "fault:text "},
        {"overlong", 0x81, SPAN("\xc0\x80"), 0, "fault:text "},
        {"overlong of three", 0x81, SPAN("\xe0\x80\x80"), 0, "fault:text "},
        {"overlong of four", 0x81, SPAN("\xf0\x8f\x80\x80"), 0, "fault:text "},
        {"a surrogate", 0x81, SPAN("\xed\xa0\x80"), 0, "fault:text "},
        {"over U+10FFFF", 0x81, SPAN("\xf4\x90\x80\x80"), 0, "fault:text "},
        {"f5", 0x81, SPAN("\xf5\x80\x80\x80"), 0, "fault:text "},
        {"cut at the end", 0x81, SPAN("a\xe3\x81"), 0, "fault:text "},
        {"a character gone wrong", 0x81,
         SPAN("\xe3\x81"
              "a"),
         0, "fault:text "},
        {"NUL", 0x81, SPAN("a\0b"), 0, "fault:nul "},
        {"binary is not looked at", 0x82, SPAN("\xff"), 0, "binary:\xff "},
        {"a close of nothing", 0x88, SPAN(""), 0, "close:1005: "},
        {"a close of one byte", 0x88, SPAN("\x03"), 0, "fault:close "},
        {"a close in Japanese", 0x88, SPAN("\x0b\xb8またね"), 0, "close:3000:またね "},
        {"a reason that is not UTF-8", 0x88, SPAN("\x03\xe8\xff"), 0, "fault:text "},
        {"a reason cut at the end", 0x88, SPAN("\x03\xe8\xe3"), 0, "fault:text "},
        {"a reason with NUL", 0x88, SPAN("\x03\xe8\0"), 0, "fault:nul "},
    };
    static struct sent s;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        s.len = 0;
        put_frame(&s, rows[i].first, rows[i].payload, rows[i].form);
        expect(span_of(s.bytes, s.len), rows[i].want, rows[i].what);
    }
    expect(t_hex("810548656c6c6f"), "fault:unmasked ", "unmasked, as a server sends it");
    expect(t_hex("82ff80000000000000000000000061"), "fault:length ", "over 63 bits");
    expect(t_hex("82ff7fffffffffffffff00000000"), "fault:size ", "2^63-1 announced");
}

T_CASE(ws_frame_checks_close_codes)
{
    static const int good[] = {1000, 1001, 1002, 1003, 1007, 1008,
                               1009, 1010, 1011, 3000, 4999};
    static const int bad[] = {0, 1, 999, 1004, 1005, 1006, 1012, 1013, 1015, 2999, 5000, 65535};
    static struct sent s;

    for (size_t i = 0; i < T_COUNT(good) + T_COUNT(bad); i++) {
        bool is_good = i < T_COUNT(good);
        int code = is_good ? good[i] : bad[i - T_COUNT(good)];
        uint8_t payload[2] = {(uint8_t)(code >> 8), (uint8_t)code};
        char want[40];

        s.len = 0;
        put_frame(&s, 0x88, span_of(payload, 2), 0);
        snprintf(want, sizeof want, is_good ? "close:%d: " : "fault:close ", code);
        expect(span_of(s.bytes, s.len), want, want);
    }
}

T_CASE(ws_frame_faults_have_their_close_codes)
{
    static const struct {
        const char *name;
        enum ws_fault fault;
        int code;
    } want[] = {
        {"none", WS_FAULT_NONE, 0},        {"rsv", WS_FAULT_RSV, 1002},
        {"opcode", WS_FAULT_OPCODE, 1002}, {"unmasked", WS_FAULT_UNMASKED, 1002},
        {"length", WS_FAULT_LENGTH, 1002}, {"control", WS_FAULT_CONTROL, 1002},
        {"order", WS_FAULT_ORDER, 1002},   {"close", WS_FAULT_CLOSE, 1002},
        {"text", WS_FAULT_TEXT, 1007},     {"nul", WS_FAULT_NUL, 1007},
        {"rate", WS_FAULT_RATE, 1008},     {"fragments", WS_FAULT_FRAGMENTS, 1008},
        {"size", WS_FAULT_SIZE, 1009},     {"memory", WS_FAULT_MEMORY, 1011},
    };

    T_EQ(T_COUNT(want), WS_FAULT_N, "every fault");
    for (size_t i = 0; i < T_COUNT(want); i++) {
        T_TEXT(ws_fault_name(want[i].fault), want[i].name, want[i].name);
        T_EQ(ws_fault_close_code(want[i].fault), want[i].code, want[i].name);
    }
}

T_CASE(ws_frame_puts_fragments_together)
{
    static struct sent s;

    s.len = 0;
    put_frame(&s, 0x01, SPAN("\xe3"), 0);
    put_frame(&s, 0x00, SPAN(""), 0);
    put_frame(&s, 0x8a, SPAN("\xff"), 0);
    put_frame(&s, 0x00, SPAN("\x81"), 0);
    put_frame(&s, 0x80, SPAN("\x84!"), 0);
    put_frame(&s, 0x81, SPAN("next"), 0);
    expect(span_of(s.bytes, s.len), "pong:\xff text:い! text:next ", "a character over three");
    s.len = 0;
    put_frame(&s, 0x01, SPAN("\xe3"), 0);
    put_frame(&s, 0x00, SPAN("a"), 0);
    expect(span_of(s.bytes, s.len), "fault:text ", "wrong in a later one, before the last");
    s.len = 0;
    put_frame(&s, 0x01, SPAN("\xe3"), 0);
    put_frame(&s, 0x80, SPAN("\x81"), 0);
    expect(span_of(s.bytes, s.len), "fault:text ", "never finished");
    s.len = 0;
    put_frame(&s, 0x01, SPAN("a"), 0);
    put_frame(&s, 0x81, SPAN("b"), 0);
    expect(span_of(s.bytes, s.len), "fault:order ", "another begins inside");
    s.len = 0;
    put_frame(&s, 0x01, SPAN("\xe3"), 0);
    put_frame(&s, 0x88, SPAN("\x03\xe8ok"), 0);
    expect(span_of(s.bytes, s.len), "close:1000:ok ", "a close inside a character");
    s.len = 0;
    put_frame(&s, 0x02, SPAN(""), 0);
    put_frame(&s, 0x80, SPAN(""), 0);
    expect(span_of(s.bytes, s.len), "binary: ", "nothing in two parts");
}

T_CASE(ws_frame_bounds_a_message)
{
    static struct sent s;
    static uint8_t many[65536];
    static char out[70000];

    memset(many, 'x', sizeof many);
    s.len = 0;
    put_frame(&s, 0x01, span_of(many, 65000), 0);
    put_frame(&s, 0x80, span_of(many, 536), 0);
    put_frame(&s, 0x81, span_of(many, 65536), 0);
    read_in_parts(span_of(s.bytes, s.len), 4096, out, sizeof out);
    T_EQ(strlen(out), sizeof out - 1, "64 KiB pass, in one or in two (the text is cut there)");
    s.len = 0;
    put_frame(&s, 0x01, span_of(many, 65000), 0);
    put_frame(&s, 0x80, span_of(many, 537), 0);
    expect(span_of(s.bytes, s.len), "fault:size ", "one byte more does not");
    for (int n = 64; n <= 65; n++) {
        s.len = 0;
        for (int i = 1; i <= n; i++)
            put_frame(&s, (i == n ? 0x80 : 0) | (i == 1), SPAN("y"), 0);
        read_in_parts(span_of(s.bytes, s.len), 100, out, sizeof out);
        T_EQ(strlen(out), n == 64 ? 70 : 16, "64 fragments are a message");
        T_OK(n == 64 || strcmp(out, "fault:fragments ") == 0, "65 are not");
    }
}

T_CASE(ws_frame_drops_what_comes_after_the_end)
{
    static struct sent s;

    s.len = 0;
    put_frame(&s, 0x88, SPAN(""), 0);
    put_frame(&s, 0x81, SPAN("more"), 0);
    put_frame(&s, 0xff, SPAN("more"), 0);
    expect(span_of(s.bytes, s.len), "close:1005: ", "behind a close");
    s.len = 0;
    put_frame(&s, 0xc1, SPAN(""), 0);
    put_frame(&s, 0x81, SPAN("more"), 0);
    expect(span_of(s.bytes, s.len), "fault:rsv ", "behind a fault");
}

/* ---- floods ---- */

/* All memory a reader can hold beside its struct. */
static size_t held_bytes(const struct ws_reader *reader)
{
    T_OK((reader->message == NULL) == (reader->message_cap == 0), "its own account is right");
    return reader->message_cap + reader->kept_at + reader->kept_len;
}

/* Pings at these times; how many are let through. */
static int pings_taken(const int64_t *times, int n)
{
    struct ws_reader reader;
    static struct sent s;
    int taken = 0;

    ws_reader_init(&reader);
    for (int i = 0; i < n; i++) {
        struct ws_bytes bytes;
        struct ws_message message;

        s.len = 0;
        put_frame(&s, 0x89, SPAN("p"), 0);
        bytes = (struct ws_bytes){s.bytes, s.len};
        ws_reader_begin(&reader);
        taken += ws_reader_next(&reader, &bytes, times[i], &message) == WS_GOT_PING;
        T_EQ(ws_reader_end(&reader, bytes, NULL), ERR_OK, "a turn ends");
    }
    ws_reader_fini(&reader);
    return taken;
}

T_CASE(ws_frame_takes_ten_control_frames_in_any_second)
{
    int64_t times[40];

    for (int i = 0; i < 40; i++)
        times[i] = INT64_C(100000) * i;
    T_EQ(pings_taken(times, 40), 40, "one each tenth of a second, for ever");
    for (int i = 0; i < 40; i++)
        times[i] = INT64_C(99999) * i;
    T_EQ(pings_taken(times, 40), 10, "a little faster is too fast");
    for (int i = 0; i < 40; i++)
        times[i] = i < 10 ? 900000 : 1899999;
    T_EQ(pings_taken(times, 40), 10, "over a whole second's boundary too");
    for (int i = 0; i < 40; i++)
        times[i] = S_US * (i / 10);
    T_EQ(pings_taken(times, 40), 40, "ten at once, then ten a second later");
    for (int i = 0; i < 40; i++)
        times[i] = -5 * S_US;
    T_EQ(pings_taken(times, 40), 10, "whatever the clock's zero is");
}

/* A flood of n frames in one piece: how many turns until the reader is over or all is read, and
 * the most memory it held. */
static int turns_of(struct span flood, size_t *most_out, char *end, size_t cap)
{
    struct ws_reader reader;
    size_t at = 0;
    int n_turns = 0;
    static uint8_t some[16384];

    ws_reader_init(&reader);
    *most_out = 0;
    end[0] = '\0';
    while (at < flood.len || ws_reader_has_rest(&reader)) {
        struct ws_bytes bytes = ws_reader_begin(&reader);
        struct ws_message message;
        enum ws_got got;
        int n_got = 0;

        if (bytes.len == 0) {
            bytes = (struct ws_bytes){some, flood.len - at < sizeof some ? flood.len - at
                                                                         : sizeof some};
            memcpy(some, flood.p + at, bytes.len);
            at += bytes.len;
        }
        while ((got = ws_reader_next(&reader, &bytes, 0, &message)) != WS_GOT_NOTHING &&
               got != WS_GOT_ENOUGH) {
            n_got++;
            if (got == WS_GOT_FAULT)
                say(end, cap, got, &message);
        }
        T_OK(n_got <= WS_TURN_FRAMES, "no more than its share a turn");
        T_EQ(ws_reader_end(&reader, bytes, NULL), ERR_OK, "a turn ends");
        *most_out = held_bytes(&reader) > *most_out ? held_bytes(&reader) : *most_out;
        n_turns++;
    }
    ws_reader_fini(&reader);
    return n_turns;
}

T_CASE(ws_frame_lets_a_flood_cost_its_sender_only)
{
    enum { N = 200000 };
    struct sent *s = malloc(sizeof *s);
    uint8_t *flood = malloc((size_t)N * 7);
    size_t most;
    char end[64];

    s->len = 0;
    put_frame(s, 0x89, SPAN(""), 0);
    for (size_t i = 0; i < N; i++)
        memcpy(flood + i * s->len, s->bytes, s->len);
    turns_of(span_of(flood, N * s->len), &most, end, sizeof end);
    T_TEXT(end, "fault:rate ", "200,000 pings end at the eleventh");
    T_EQ(most, 0, "and hold no memory");

    for (size_t i = 0; i < N; i++) {
        s->len = 0;
        put_frame(s, i == 0 ? 0x01 : 0x00, SPAN("x"), 0);
        memcpy(flood + i * s->len, s->bytes, s->len);
    }
    turns_of(span_of(flood, N * s->len), &most, end, sizeof end);
    T_TEXT(end, "fault:fragments ", "so do 200,000 fragments of a byte, at the 64th");
    T_OK(most <= 16384 + 512, "with no more than one read and a small message held");

    s->len = 0;
    put_frame(s, 0x81, SPAN("x"), 0);
    for (size_t i = 0; i < 20000; i++)
        memcpy(flood + i * s->len, s->bytes, s->len);
    T_OK(turns_of(span_of(flood, 20000 * s->len), &most, end, sizeof end) >= 20000 / 32,
         "20,000 small messages are read, 32 a turn");
    T_TEXT(end, "", "they break no rule of a frame");
    T_OK(most <= 16384, "with no more than one read held");
    free(flood);
    free(s);
}

T_CASE(ws_frame_takes_no_memory_for_what_is_only_announced)
{
    struct ws_reader reader;
    struct ws_message message;
    uint8_t head[] = {0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4, 5};
    struct ws_bytes bytes = {head, sizeof head};

    ws_reader_init(&reader);
    ws_reader_begin(&reader);
    T_EQ(ws_reader_next(&reader, &bytes, 0, &message), WS_GOT_NOTHING, "64 KiB, one byte came");
    T_EQ(ws_reader_end(&reader, bytes, NULL), ERR_OK, "a turn ends");
    T_EQ(held_bytes(&reader), 512, "half a KiB is held");
    ws_reader_fini(&reader);
    T_EQ(held_bytes(&reader), 0, "all is given back");
}

T_CASE(ws_frame_holds_nothing_between_messages)
{
    static struct sent s;
    struct ws_reader reader;
    struct ws_message message;
    struct ws_bytes bytes;

    s.len = 0;
    put_frame(&s, 0x01, SPAN("a"), 0);
    put_frame(&s, 0x80, SPAN("b"), 0);
    bytes = (struct ws_bytes){s.bytes, s.len};
    ws_reader_init(&reader);
    ws_reader_begin(&reader);
    T_EQ(ws_reader_next(&reader, &bytes, 0, &message), WS_GOT_TEXT, "a message of two");
    T_EQ(held_bytes(&reader), 512, "was put together");
    T_EQ(ws_reader_end(&reader, bytes, NULL), ERR_OK, "a turn ends");
    T_EQ(held_bytes(&reader), 0, "and is let go with the turn");
    ws_reader_fini(&reader);
}

/* An idle connection: reader and queue, and nothing beside them. */
T_CASE(ws_state_of_an_idle_connection_is_small)
{
    printf("ws_reader %zu bytes, ws_queue %zu bytes\n", sizeof(struct ws_reader),
           sizeof(struct ws_queue));
    T_OK(sizeof(struct ws_reader) + sizeof(struct ws_queue) <= 1024, "1 KiB at most");
}

/* ---- where we are the client ---- */

/* What one frame of a server's is read as, come at once and byte by byte. */
static void expect_of_server(struct span bytes, const char *want, const char *what)
{
    for (size_t part = 1; part <= bytes.len; part += bytes.len - 1) {
        struct ws_reader reader;
        char said[400] = "";

        ws_reader_init_of_server(&reader);
        for (size_t at = 0; at < bytes.len; at += part) {
            uint8_t copy[300];
            struct ws_bytes some = {copy, bytes.len - at < part ? bytes.len - at : part};
            struct ws_message message;
            enum ws_got got;

            memcpy(copy, bytes.p + at, some.len);
            ws_reader_begin(&reader);
            while ((got = ws_reader_next(&reader, &some, 0, &message)) != WS_GOT_NOTHING)
                say(said, sizeof said, got, &message);
            T_EQ(ws_reader_end(&reader, some, NULL), ERR_OK, what);
        }
        T_TEXT(said, want, what);
        ws_reader_fini(&reader);
    }
}

T_CASE(ws_frame_of_a_server_has_no_mask)
{
    static uint8_t longer[2 + 2 + 126] = {0x82, 126, 0, 126};
    char want[160] = "binary:";

    expect_of_server(t_hex("810548656c6c6f"), "text:Hello ", "RFC 6455, section 5.7");
    expect_of_server(t_hex("890548656c6c6f"), "ping:Hello ", "a ping");
    expect_of_server(t_hex("880203e8"), "close:1000: ", "a close");
    expect_of_server(t_hex("818537fa213d7f9f4d5158"), "fault:unmasked ", "a masked one");
    memset(longer + 4, 'a', 126);
    memset(want + 7, 'a', 126);
    memcpy(want + 7 + 126, " ", 2);
    expect_of_server(span_of(longer, sizeof longer), want, "a length of two bytes");
}
