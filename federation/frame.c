#include "federation/frame.h"

#define LEN_BYTES 2

static const struct {
    const char *name;
    uint8_t flags; /* that mean something */
} types[FRAME_TYPES_N] = {
    [FRAME_HELLO] = {"hello", FRAME_WHOLE | FRAME_RT},
    [FRAME_JOIN] = {"join", 0},
    [FRAME_LEAVE] = {"leave", 0},
    [FRAME_POS] = {"pos", FRAME_WALK | FRAME_STEERED},
    [FRAME_REACT] = {"react", 0},
    [FRAME_CHAT] = {"chat", FRAME_QUESTION},
    [FRAME_GONE] = {"gone", 0},
    [FRAME_BLOCKED] = {"blocked", 0},
    [FRAME_MUTE] = {"mute", 0},
    [FRAME_EJECT] = {"eject", 0},
    [FRAME_ACK] = {"ack", 0},
    [FRAME_LOOK] = {"look", 0},
    [FRAME_HAND] = {"hand", FRAME_UP},
    [FRAME_PAGE] = {"page", 0},
    [FRAME_POLL] = {"poll", FRAME_OPEN},
    [FRAME_VOTES] = {"votes", 0},
    [FRAME_ASK] = {"ask", 0},
    [FRAME_ANSWERED] = {"answered", 0},
    [FRAME_ON] = {"on", 0},
    [FRAME_OFF] = {"off", 0},
    [FRAME_CREDIT] = {"credit", 0},
    [FRAME_VOICE] = {"voice", FRAME_ANNOUNCE},
};

const char *frame_type_name(enum frame_type type)
{
    return types[type].name;
}

enum err frame_write(const struct frame *frame, struct bytes_out *out, struct fail *why)
{
    const size_t len = FRAME_HEAD_BYTES + frame->payload.len;

    if (frame->payload.len > FRAME_PAYLOAD_MOST || out->cap - out->len < len)
        return fail_set(why, ERR_TOO_LARGE, "frame %s with %zu bytes",
                        frame_type_name(frame->type), frame->payload.len);
    bytes_put_number(out, len - LEN_BYTES, LEN_BYTES);
    bytes_put_number(out, (uint64_t)frame->type, 1);
    bytes_put_number(out, frame->flags, 1);
    bytes_put_number(out, frame->class, 4);
    bytes_put_number(out, frame->seq, 8);
    bytes_put_number(out, (uint64_t)frame->ts_ms, 8);
    bytes_put(out, frame->pseud, FRAME_PSEUD_BYTES);
    bytes_put(out, frame->payload.p, frame->payload.len);
    return ERR_OK;
}

enum frame_got frame_read(struct span *rest, struct frame *out)
{
    struct bytes_in in = {.rest = *rest};
    size_t len;
    uint64_t type, ts_ms;

    if (rest->len == 0)
        return FRAME_GOT_NONE;
    len = (size_t)bytes_get_number(&in, LEN_BYTES);
    if (in.is_short || len < FRAME_HEAD_BYTES - LEN_BYTES || len > FRAME_MOST - LEN_BYTES ||
        len > in.rest.len)
        return FRAME_GOT_FAULT;
    in.rest.len = len;
    type = bytes_get_number(&in, 1);
    out->flags = (uint8_t)bytes_get_number(&in, 1);
    out->class = (uint32_t)bytes_get_number(&in, 4);
    out->seq = bytes_get_number(&in, 8);
    ts_ms = bytes_get_number(&in, 8);
    out->ts_ms = (int64_t)ts_ms;
    bytes_get(&in, out->pseud, FRAME_PSEUD_BYTES);
    out->payload = in.rest;
    *rest = span_from(*rest, LEN_BYTES + len);
    if (type >= FRAME_TYPES_N)
        return FRAME_GOT_UNKNOWN;
    out->type = (enum frame_type)type;
    if ((out->flags & ~types[type].flags) != 0 || ts_ms >> 62 != 0)
        return FRAME_GOT_FAULT;
    return FRAME_GOT_ONE;
}
