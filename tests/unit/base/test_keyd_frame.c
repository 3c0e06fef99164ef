/* Frames of the key agent: every op there and back, and every way to be wrong. */
#include "node/base/keyd_frame.h"

#include "tests/t.h"

static struct keyd_request request_of(enum keyd_op op)
{
    struct keyd_request r = {.op = op, .flags = 3, .generation = 0x01020304};

    memset(r.half, 0x11, sizeof r.half);
    memset(r.bytes, 0x22, sizeof r.bytes);
    memset(r.blob, 0x33, sizeof r.blob);
    memset(r.key.key.b, 0x44, 16);
    memset(r.key.subject.b, 0x55, 16);
    r.key.kind = 4;
    strcpy(r.key.name, "blind.login");
    memset(r.peer, 0x66, sizeof r.peer);
    memset(r.sealed, 0x77, sizeof r.sealed);
    memset(r.message, 0x78, 100);
    r.message_len = 100;
    return r;
}

T_CASE(keyd_frame_requests_go_there_and_back)
{
    static const struct {
        enum keyd_op op;
        size_t len; /* 5 of head, then the fields */
    } rows[] = {
        {KEYD_STATUS, 5},
        {KEYD_INIT, 5 + 32},
        {KEYD_UNLOCK, 5 + 32},
        {KEYD_CHECK, 5 + 32},
        {KEYD_WRAP, 5 + 34 + 11 + 32},
        {KEYD_UNWRAP, 5 + 34 + 11 + 60},
        {KEYD_STAGE, 5 + 1 + 32},
        {KEYD_REWRAP, 5 + 34 + 11 + 60},
        {KEYD_COMMIT, 5 + 4},
        {KEYD_ABORT, 5 + 4},
        {KEYD_LOCK, 5},
        {KEYD_BOOT_SEAL, 5},
        {KEYD_BOOT_ASK, 5},
        {KEYD_BOOT_SIGN, 5 + 2 + 100},
        {KEYD_BOOT_OPEN, 5 + 32 + 88},
        {KEYD_BOOT_FORGET, 5},
    };

    T_EQ(T_COUNT(rows), KEYD_OP_N - 1, "every op has a row");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct keyd_request r = request_of(rows[i].op), back;
        uint8_t frame[KEYD_FRAME_CAP + 1], again[KEYD_FRAME_CAP];
        size_t len = keyd_request_write(&r, frame), told;

        T_EQ(len, rows[i].len, "length");
        T_EQ(keyd_frame_len(span_of(frame, len), &told, NULL), ERR_OK, "its length");
        T_EQ(told, len, "its length");
        T_EQ(keyd_request_read(span_of(frame, len), &back, NULL), ERR_OK, "read");
        T_EQ(keyd_request_write(&back, again), len, "written again");
        T_SPAN(span_of(again, len), span_of(frame, len), "the same bytes");
        T_EQ(keyd_request_read(span_of(frame, len - 1), &back, NULL), ERR_PROTO, "cut");
        T_EQ(keyd_request_read(span_of(frame, len + 1), &back, NULL), ERR_PROTO, "more");
        frame[1]++;
        frame[len] = 0;
        T_EQ(keyd_request_read(span_of(frame, len + 1), &back, NULL), ERR_PROTO,
             "a body longer than its fields");
    }
}

T_CASE(keyd_frame_replies_go_there_and_back)
{
    for (int op = 1; op < KEYD_OP_N; op++) {
        for (int answer = 0; answer < KEYD_ANSWER_N; answer++) {
            struct keyd_reply r = {.op = (enum keyd_op)op,
                                   .answer = (enum keyd_answer)answer,
                                   .generation = 7},
                              back;
            uint8_t frame[KEYD_FRAME_CAP], again[KEYD_FRAME_CAP];
            size_t len;

            r.status = (struct keyd_status){.boot = KEYD_BOOT_ESCROW,
                                            .initialised = true,
                                            .may_ask = true,
                                            .staged_open = true,
                                            .generation = 1,
                                            .staged_generation = 2,
                                            .n_wraps = UINT64_C(1) << 40,
                                            .n_unwraps = 2,
                                            .n_refused = 3};
            memset(r.blob, 9, sizeof r.blob);
            memset(r.bytes, 8, sizeof r.bytes);
            memset(r.peer, 7, sizeof r.peer);
            memset(r.signature, 6, sizeof r.signature);
            len = keyd_reply_write(&r, frame);
            T_EQ(keyd_reply_read(span_of(frame, len), &back, NULL), ERR_OK, "read");
            T_EQ(back.op, op, "op");
            T_EQ(back.answer, answer, "answer");
            T_EQ(keyd_reply_write(&back, again), len, "written again");
            T_SPAN(span_of(again, len), span_of(frame, len), "the same bytes");
            if (answer != KEYD_OK)
                T_EQ(len, 5, "a refusal carries nothing");
            if (len > 5)
                T_EQ(keyd_reply_read(span_of(frame, len - 1), &back, NULL), ERR_PROTO, "cut");
        }
    }
}

T_CASE(keyd_frame_says_how_much_is_missing)
{
    size_t len;

    T_EQ(keyd_frame_len(SPAN_NONE, &len, NULL), ERR_OK, "nothing yet");
    T_EQ(len, 0, "cannot be known");
    T_EQ(keyd_frame_len(SPAN("\0"), &len, NULL), ERR_OK, "one byte");
    T_EQ(len, 0, "cannot be known");
    T_EQ(keyd_frame_len(t_hex("0025"), &len, NULL), ERR_OK, "two bytes");
    T_EQ(len, 2 + 0x25, "known");
    T_EQ(keyd_frame_len(t_hex("0002"), &len, NULL), ERR_PROTO, "shorter than a head");
    T_EQ(keyd_frame_len(t_hex("0fff"), &len, NULL), ERR_PROTO, "over 4096 in all");
    T_EQ(keyd_frame_len(t_hex("0ffe"), &len, NULL), ERR_OK, "the largest");
}

T_CASE(keyd_frame_refuses_what_no_peer_sends)
{
    static const struct {
        const char *what, *hex;
    } requests[] = {
        {"another version", "0003020100"},
        {"op 0", "0003010000"},
        {"an op that is none", "0003011100"},
        {"a message over 2048", "000501"
                                "0e00"
                                "0801"},
        {"an answer in a request", "0003010101"},
        {"an answer that is none", "000301010c"},
        {"stage without flags",
         "0024010700"
         "00"
         "1111111111111111111111111111111111111111111111111111111111111111"},
        {"stage with a flag that is none",
         "0024010700"
         "04"
         "1111111111111111111111111111111111111111111111111111111111111111"},
    };

    for (size_t i = 0; i < T_COUNT(requests); i++) {
        struct keyd_request r;

        T_EQ(keyd_request_read(t_hex(requests[i].hex), &r, NULL), ERR_PROTO, requests[i].what);
    }
}

T_CASE(keyd_frame_refuses_names_that_are_none)
{
    struct keyd_request r = request_of(KEYD_WRAP), back;
    uint8_t frame[KEYD_FRAME_CAP];
    size_t len = keyd_request_write(&r, frame);

    frame[5 + 34] = 'B';
    T_EQ(keyd_request_read(span_of(frame, len), &back, NULL), ERR_PROTO, "a capital");
    frame[5 + 34] = 0;
    T_EQ(keyd_request_read(span_of(frame, len), &back, NULL), ERR_PROTO, "a NUL");
    frame[5 + 33] = 41;
    T_EQ(keyd_request_read(span_of(frame, len), &back, NULL), ERR_PROTO, "longer than 40");
    T_OK(keyd_name_is_valid(SPAN("")), "a key of a subject needs no name");
    T_OK(keyd_name_is_valid(SPAN("abcdefghijklmnopqrstuvwxyz-_.0123456789a")), "forty");
    T_OK(!keyd_name_is_valid(SPAN("abcdefghijklmnopqrstuvwxyz-_.0123456789ab")), "forty-one");
}

T_CASE(keyd_frame_refuses_a_status_that_is_none)
{
    struct keyd_reply r = {.op = KEYD_STATUS, .answer = KEYD_OK}, back;
    uint8_t frame[KEYD_FRAME_CAP];
    size_t len = keyd_reply_write(&r, frame);

    T_EQ(keyd_reply_read(span_of(frame, len), &back, NULL), ERR_OK, "as written");
    frame[5] = KEYD_BOOT_N;
    T_EQ(keyd_reply_read(span_of(frame, len), &back, NULL), ERR_PROTO, "a boot that is none");
    frame[5] = 0;
    frame[6] = 16;
    T_EQ(keyd_reply_read(span_of(frame, len), &back, NULL), ERR_PROTO, "a flag that is none");
    T_TEXT(keyd_boot_name(KEYD_BOOT_TOKEN), "token", "name");
}
