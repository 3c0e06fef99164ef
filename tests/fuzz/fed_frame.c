/* covers: federation/frame.c federation/frame_body.c federation/frame_board.c */
/* covers: federation/frame_voice.c */
/* A message of another node: frames, one behind the other, and their payloads. What is taken is
 * written again the same way, byte for byte, and not into a room that is too small; what is
 * refused leaves nothing behind but the place where reading stopped. */
#include "federation/frame_board.h"
#include "federation/frame_voice.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) ((cond) ? (void)0 : abort())

union body {
    struct frame_look look;
    struct frame_pos pos;
    struct frame_chat chat;
    struct frame_blocked blocked;
    struct frame_mute mute;
    struct frame_on on;
    struct frame_hello hello;
    struct frame_voice voice;
    struct frame_poll poll;
    struct frame_votes votes;
    struct frame_ask ask;
    struct frame_answered answered;
    struct id id;
    uint64_t number;
    uint16_t page;
    uint8_t byte;
};

static enum err read_body(const struct frame *frame, union body *body)
{
    switch (frame->type) {
    case FRAME_JOIN:
    case FRAME_LOOK:
        return frame_look_read(frame, &body->look, NULL);
    case FRAME_POS:
        return frame_pos_read(frame, &body->pos, NULL);
    case FRAME_CHAT:
        return frame_chat_read(frame, &body->chat, NULL);
    case FRAME_REACT:
    case FRAME_OFF:
        return frame_byte_read(frame, &body->byte, NULL);
    case FRAME_GONE:
    case FRAME_EJECT:
    case FRAME_ACK:
        return frame_id_read(frame, &body->id, NULL);
    case FRAME_BLOCKED:
        return frame_blocked_read(frame, &body->blocked, NULL);
    case FRAME_MUTE:
        return frame_mute_read(frame, &body->mute, NULL);
    case FRAME_ON:
        return frame_on_read(frame, &body->on, NULL);
    case FRAME_HELLO:
        return frame_hello_read(frame, &body->hello, NULL);
    case FRAME_CREDIT:
        return frame_credit_read(frame, &body->number, NULL);
    case FRAME_PAGE:
        return frame_page_read(frame, &body->page, NULL);
    case FRAME_POLL:
        return frame_poll_read(frame, &body->poll, NULL);
    case FRAME_VOTES:
        return frame_votes_read(frame, &body->votes, NULL);
    case FRAME_ASK:
        return frame_ask_read(frame, &body->ask, NULL);
    case FRAME_ANSWERED:
        return frame_answered_read(frame, &body->answered, NULL);
    case FRAME_VOICE:
        return frame_voice_read(frame, &body->voice, NULL);
    case FRAME_LEAVE:
    case FRAME_HAND:
    case FRAME_TYPES_N:
        break;
    }
    return ERR_NOT_FOUND; /* bytes that have no fields */
}

static enum err write_body(enum frame_type type, const union body *body, struct bytes_out *out)
{
    switch (type) {
    case FRAME_JOIN:
    case FRAME_LOOK:
        return frame_look_write(&body->look, out, NULL);
    case FRAME_POS:
        return frame_pos_write(&body->pos, out, NULL);
    case FRAME_CHAT:
        return frame_chat_write(&body->chat, out, NULL);
    case FRAME_REACT:
    case FRAME_OFF:
        return frame_byte_write(body->byte, out, NULL);
    case FRAME_GONE:
    case FRAME_EJECT:
    case FRAME_ACK:
        return frame_id_write(body->id, out, NULL);
    case FRAME_BLOCKED:
        return frame_blocked_write(&body->blocked, out, NULL);
    case FRAME_MUTE:
        return frame_mute_write(&body->mute, out, NULL);
    case FRAME_ON:
        return frame_on_write(&body->on, out, NULL);
    case FRAME_HELLO:
        return frame_hello_write(&body->hello, out, NULL);
    case FRAME_CREDIT:
        return frame_credit_write(body->number, out, NULL);
    case FRAME_PAGE:
        return frame_page_write(body->page, out, NULL);
    case FRAME_POLL:
        return frame_poll_write(&body->poll, out, NULL);
    case FRAME_VOTES:
        return frame_votes_write(&body->votes, out, NULL);
    case FRAME_ASK:
        return frame_ask_write(&body->ask, out, NULL);
    case FRAME_ANSWERED:
        return frame_answered_write(&body->answered, out, NULL);
    case FRAME_VOICE:
        return frame_voice_write(&body->voice, out, NULL);
    case FRAME_LEAVE:
    case FRAME_HAND:
    case FRAME_TYPES_N:
        break;
    }
    return ERR_NOT_FOUND;
}

static void check_body(const struct frame *frame)
{
    static uint8_t room[FRAME_PAYLOAD_MOST];
    struct bytes_out out = {room, 0, sizeof room};
    union body body;
    enum err checked = frame_body_check(frame, NULL), rc = read_body(frame, &body);

    CHECK(rc == ERR_NOT_FOUND || rc == checked);
    if (rc != ERR_OK)
        return;
    CHECK(write_body(frame->type, &body, &out) == ERR_OK);
    CHECK(span_eq(span_of(out.p, out.len), frame->payload));
    out = (struct bytes_out){room, 0, frame->payload.len - 1};
    CHECK(write_body(frame->type, &body, &out) == ERR_TOO_LARGE && out.len == 0);
}

static void check_frame(const struct frame *frame, struct span bytes)
{
    static uint8_t room[FRAME_MOST];
    struct bytes_out out = {room, 0, sizeof room};

    CHECK(frame_type_name(frame->type) != NULL);
    CHECK(frame_write(frame, &out, NULL) == ERR_OK);
    CHECK(span_eq(span_of(out.p, out.len), bytes));
    out = (struct bytes_out){room, 0, bytes.len - 1};
    CHECK(frame_write(frame, &out, NULL) == ERR_TOO_LARGE && out.len == 0);
    check_body(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size), before = rest;
    struct frame frame;

    for (;;) {
        switch (frame_read(&rest, &frame)) {
        case FRAME_GOT_NONE:
            CHECK(rest.len == 0);
            return 0;
        case FRAME_GOT_FAULT:
            return 0;
        case FRAME_GOT_ONE:
            check_frame(&frame, span_cut(before, 0, before.len - rest.len));
            break;
        case FRAME_GOT_UNKNOWN:
            break;
        }
        CHECK(before.len - rest.len >= FRAME_HEAD_BYTES);
        before = rest;
    }
}
