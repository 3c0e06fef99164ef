#include "node/io/ws_frame.h"

#include <stdlib.h>

static const struct {
    const char *name;
    int close_code;
} faults[WS_FAULT_N] = {
    [WS_FAULT_NONE] = {"none", 0},
    [WS_FAULT_RSV] = {"rsv", 1002},
    [WS_FAULT_OPCODE] = {"opcode", 1002},
    [WS_FAULT_UNMASKED] = {"unmasked", 1002},
    [WS_FAULT_LENGTH] = {"length", 1002},
    [WS_FAULT_CONTROL] = {"control", 1002},
    [WS_FAULT_ORDER] = {"order", 1002},
    [WS_FAULT_CLOSE] = {"close", 1002},
    [WS_FAULT_TEXT] = {"text", 1007},
    [WS_FAULT_NUL] = {"nul", 1007},
    [WS_FAULT_FRAGMENTS] = {"fragments", 1008},
    [WS_FAULT_RATE] = {"rate", 1008},
    [WS_FAULT_SIZE] = {"size", 1009},
    [WS_FAULT_MEMORY] = {"memory", 1011},
};

const char *ws_fault_name(enum ws_fault fault)
{
    return faults[fault].name;
}

int ws_fault_close_code(enum ws_fault fault)
{
    return faults[fault].close_code;
}

bool ws_close_code_is_valid(int code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) ||
           (code >= 3000 && code <= 4999);
}

void ws_reader_init(struct ws_reader *reader)
{
    memset(reader, 0, sizeof *reader);
}

void ws_reader_init_of_server(struct ws_reader *reader)
{
    ws_reader_init(reader);
    reader->is_of_server = true;
}

static void drop_message(struct ws_reader *reader)
{
    free(reader->message);
    reader->message = NULL;
    reader->message_len = reader->message_cap = 0;
    reader->is_delivered = false;
}

static void drop_kept(struct ws_reader *reader)
{
    free(reader->kept);
    reader->kept = NULL;
    reader->kept_at = reader->kept_len = 0;
}

void ws_reader_fini(struct ws_reader *reader)
{
    drop_message(reader);
    drop_kept(reader);
}

/* ---- UTF-8, cut anywhere ---- */

/* What may follow a first byte: table 3-7 of the Unicode Standard (no overlong forms, no
 * surrogates, nothing over U+10FFFF). */
static bool begin_character(struct ws_reader *reader, uint8_t c)
{
    if (c < 0xc2 || c > 0xf4)
        return false;
    reader->utf_left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    reader->utf_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    reader->utf_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    return true;
}

static bool go_on_character(struct ws_reader *reader, uint8_t c)
{
    if (c < reader->utf_low || c > reader->utf_high)
        return false;
    reader->utf_left--;
    reader->utf_low = 0x80;
    reader->utf_high = 0xbf;
    return true;
}

static enum ws_fault check_text(struct ws_reader *reader, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (reader->utf_left > 0) {
            if (!go_on_character(reader, p[i]))
                return WS_FAULT_TEXT;
        } else if (p[i] == 0) {
            return WS_FAULT_NUL;
        } else if (p[i] >= 0x80 && !begin_character(reader, p[i])) {
            return WS_FAULT_TEXT;
        }
    }
    return WS_FAULT_NONE;
}

/* ---- the head of a frame ---- */

static bool is_control(const struct ws_reader *reader)
{
    return (reader->head[0] & 0x08) != 0;
}

static bool is_last(const struct ws_reader *reader)
{
    return (reader->head[0] & 0x80) != 0;
}

static enum ws_opcode frame_opcode(const struct ws_reader *reader)
{
    return reader->head[0] & 0x0f;
}

/* What the first two bytes say already. */
static enum ws_fault check_first_two(const struct ws_reader *reader)
{
    bool is_open = reader->opcode != WS_OP_CONTINUATION;
    uint8_t code = reader->head[0] & 0x0f, len = reader->head[1] & 0x7f;

    if ((reader->head[0] & 0x70) != 0)
        return WS_FAULT_RSV;
    if ((code > WS_OP_BINARY && code < WS_OP_CLOSE) || code > WS_OP_PONG)
        return WS_FAULT_OPCODE;
    if (((reader->head[1] & 0x80) == 0) != reader->is_of_server)
        return WS_FAULT_UNMASKED;
    if (is_control(reader))
        return is_last(reader) && len <= WS_CONTROL_CAP_BYTES ? WS_FAULT_NONE
                                                              : WS_FAULT_CONTROL;
    return (code == WS_OP_CONTINUATION) == is_open ? WS_FAULT_NONE : WS_FAULT_ORDER;
}

static size_t head_want(const struct ws_reader *reader)
{
    uint8_t len = reader->head_len < 2 ? 0 : reader->head[1] & 0x7f;
    size_t mask_bytes = reader->is_of_server ? 0 : 4;

    return reader->head_len < 2 ? 2 : mask_bytes + (len == 127 ? 10 : len == 126 ? 4 : 2);
}

static enum ws_fault take_length(struct ws_reader *reader)
{
    uint8_t code = reader->head[1] & 0x7f;
    size_t n = code == 127 ? 8 : code == 126 ? 2 : 0;
    uint64_t len = 0;

    for (size_t i = 0; i < n; i++)
        len = len << 8 | reader->head[2 + i];
    if (n > 0 && (len < (n == 2 ? 126 : 65536) || len >> 63 != 0))
        return WS_FAULT_LENGTH;
    reader->left = n > 0 ? len : code;
    return WS_FAULT_NONE;
}

/* Exactly no more than WS_CONTROL_PER_S in any one second: the ring holds when the last ones
 * came, its oldest must be a second ago. */
static enum ws_fault count_control(struct ws_reader *reader, int64_t now_mono_us)
{
    int64_t *oldest = &reader->control_mono_us[reader->control_at];

    if (reader->n_control == WS_CONTROL_PER_S && now_mono_us - *oldest < 1000000)
        return WS_FAULT_RATE;
    if (reader->n_control < WS_CONTROL_PER_S)
        reader->n_control++;
    *oldest = now_mono_us;
    reader->control_at = (uint8_t)((reader->control_at + 1) % WS_CONTROL_PER_S);
    return WS_FAULT_NONE;
}

static enum ws_fault begin_payload(struct ws_reader *reader, int64_t now_mono_us)
{
    enum ws_fault fault = take_length(reader);

    reader->is_in_payload = true;
    reader->mask_at = 0;
    if (fault != WS_FAULT_NONE)
        return fault;
    if (is_control(reader)) {
        reader->control_len = 0;
        return frame_opcode(reader) == WS_OP_CLOSE ? WS_FAULT_NONE
                                                   : count_control(reader, now_mono_us);
    }
    if (frame_opcode(reader) != WS_OP_CONTINUATION) {
        reader->opcode = reader->head[0] & 0x0f;
        reader->n_fragments = 0;
    }
    if (reader->left > WS_MESSAGE_CAP_BYTES - reader->message_len)
        return WS_FAULT_SIZE;
    /* A last frame may be the 64th; one that promises a 65th is too much already. */
    if (++reader->n_fragments > WS_FRAGMENTS_CAP ||
        (reader->n_fragments == WS_FRAGMENTS_CAP && !is_last(reader)))
        return WS_FAULT_FRAGMENTS;
    return WS_FAULT_NONE;
}

/* Takes what *bytes has of the head. True: it is whole, or broken. */
static bool take_head(struct ws_reader *reader, struct ws_bytes *bytes, int64_t now_mono_us,
                      enum ws_fault *fault_out)
{
    while (bytes->len > 0 && reader->head_len < head_want(reader)) {
        reader->head[reader->head_len++] = *bytes->p++;
        bytes->len--;
        if (reader->head_len == 2)
            *fault_out = check_first_two(reader);
        if (*fault_out != WS_FAULT_NONE)
            return true;
    }
    if (reader->head_len < head_want(reader))
        return false;
    *fault_out = begin_payload(reader, now_mono_us);
    return true;
}

/* ---- its payload ---- */

static void unmask(struct ws_reader *reader, uint8_t *p, size_t len)
{
    const uint8_t *mask = reader->head + reader->head_len - 4;
    uint8_t turned[8];
    uint64_t eight, part;
    size_t i = 0;

    for (size_t k = 0; k < 8; k++)
        turned[k] = mask[(reader->mask_at + k) & 3];
    memcpy(&eight, turned, 8);
    for (; i + 8 <= len; i += 8) {
        memcpy(&part, p + i, 8);
        part ^= eight;
        memcpy(p + i, &part, 8);
    }
    for (; i < len; i++)
        p[i] ^= turned[i & 7];
    reader->mask_at = (uint8_t)((reader->mask_at + len) & 3);
}

/* Room grows by doubling with what has come: an announced length costs its sender's peers
 * nothing. begin_payload has bounded the sum. */
static enum ws_fault append(struct ws_reader *reader, const uint8_t *p, size_t len)
{
    size_t need = reader->message_len + len, cap = reader->message_cap;
    uint8_t *grown;

    if (len == 0)
        return WS_FAULT_NONE;
    if (need > cap) {
        cap = cap == 0 ? 512 : cap;
        while (cap < need)
            cap *= 2;
        grown = realloc(reader->message, cap);
        if (grown == NULL)
            return WS_FAULT_MEMORY;
        reader->message = grown;
        reader->message_cap = (uint32_t)cap;
    }
    memcpy(reader->message + reader->message_len, p, len);
    reader->message_len = (uint32_t)need;
    return WS_FAULT_NONE;
}

static enum ws_fault take_data(struct ws_reader *reader, struct span part, bool is_whole,
                               struct ws_message *message)
{
    enum ws_fault fault = WS_FAULT_NONE;

    if (reader->opcode == WS_OP_TEXT)
        fault = check_text(reader, part.p, part.len);
    if (fault == WS_FAULT_NONE && !is_whole)
        fault = append(reader, part.p, part.len);
    if (fault != WS_FAULT_NONE || reader->left > 0 || !is_last(reader))
        return fault;
    if (reader->utf_left > 0)
        return WS_FAULT_TEXT;
    message->payload = is_whole ? part : span_of(reader->message, reader->message_len);
    reader->is_delivered = true;
    return WS_FAULT_NONE;
}

static enum ws_fault take_close(struct ws_reader *reader, struct ws_message *message)
{
    struct span payload = span_of(reader->control, reader->control_len);
    enum ws_fault fault;

    message->close_code = 1005; /* RFC 6455, section 7.1.5: none was sent */
    if (payload.len == 0)
        return WS_FAULT_NONE;
    message->close_code = payload.len < 2 ? 0 : payload.p[0] << 8 | payload.p[1];
    if (!ws_close_code_is_valid(message->close_code))
        return WS_FAULT_CLOSE;
    reader->utf_left = 0; /* a text that was cut here is over */
    message->payload = span_from(payload, 2);
    fault = check_text(reader, message->payload.p, message->payload.len);
    return fault == WS_FAULT_NONE && reader->utf_left > 0 ? WS_FAULT_TEXT : fault;
}

static enum ws_fault take_control(struct ws_reader *reader, struct span part,
                                  struct ws_message *message)
{
    if (part.len > 0)
        memcpy(reader->control + reader->control_len, part.p, part.len);
    reader->control_len = (uint8_t)(reader->control_len + part.len);
    if (reader->left > 0)
        return WS_FAULT_NONE;
    if (frame_opcode(reader) == WS_OP_CLOSE)
        return take_close(reader, message);
    message->payload = span_of(reader->control, reader->control_len);
    return WS_FAULT_NONE;
}

static enum ws_fault take_payload(struct ws_reader *reader, struct ws_bytes *bytes,
                                  struct ws_message *message)
{
    size_t n = reader->left < bytes->len ? (size_t)reader->left : bytes->len;
    bool is_whole = frame_opcode(reader) != WS_OP_CONTINUATION && is_last(reader) &&
                    n == reader->left && reader->message_len == 0;
    struct span part = span_of(bytes->p, n);

    if (!reader->is_of_server)
        unmask(reader, bytes->p, n);
    bytes->p += n;
    bytes->len -= n;
    reader->left -= n;
    return is_control(reader) ? take_control(reader, part, message)
                              : take_data(reader, part, is_whole, message);
}

/* ---- the reader ---- */

static enum ws_got end_frame(struct ws_reader *reader)
{
    enum ws_opcode opcode = frame_opcode(reader);
    enum ws_got got = WS_GOT_NOTHING;

    reader->n_frames++;
    reader->head_len = 0;
    reader->is_in_payload = false;
    switch (opcode) {
    case WS_OP_CLOSE:
        reader->is_over = true;
        return WS_GOT_CLOSE;
    case WS_OP_PING:
        return WS_GOT_PING;
    case WS_OP_PONG:
        return WS_GOT_PONG;
    case WS_OP_CONTINUATION:
    case WS_OP_TEXT:
    case WS_OP_BINARY:
        break;
    }
    if (!is_last(reader))
        return WS_GOT_NOTHING;
    got = reader->opcode == WS_OP_TEXT ? WS_GOT_TEXT : WS_GOT_BINARY;
    reader->opcode = WS_OP_CONTINUATION;
    return got;
}

static enum ws_got fail_with(struct ws_reader *reader, enum ws_fault fault,
                             struct ws_message *message)
{
    *message = (struct ws_message){.fault = fault};
    reader->is_over = true;
    return WS_GOT_FAULT;
}

/* One frame's worth of *bytes at most; *is_whole_out: a frame has ended. */
static enum ws_fault take_some(struct ws_reader *reader, struct ws_bytes *bytes,
                               int64_t now_mono_us, struct ws_message *message,
                               bool *is_whole_out)
{
    enum ws_fault fault = WS_FAULT_NONE;

    *is_whole_out = false;
    if (!reader->is_in_payload) {
        if (!take_head(reader, bytes, now_mono_us, &fault) || fault != WS_FAULT_NONE)
            return fault;
    }
    fault = take_payload(reader, bytes, message);
    *is_whole_out = reader->left == 0;
    return fault;
}

enum ws_got ws_reader_next(struct ws_reader *reader, struct ws_bytes *bytes,
                           int64_t now_mono_us, struct ws_message *message_out)
{
    *message_out = (struct ws_message){.close_code = 0};
    if (reader->is_delivered)
        drop_message(reader);
    while (bytes->len > 0 && !reader->is_over) {
        enum ws_got got = WS_GOT_NOTHING;
        enum ws_fault fault;
        bool is_whole;

        if (reader->head_len == 0 && reader->n_frames == WS_TURN_FRAMES)
            return WS_GOT_ENOUGH;
        fault = take_some(reader, bytes, now_mono_us, message_out, &is_whole);
        if (fault != WS_FAULT_NONE)
            return fail_with(reader, fault, message_out);
        if (is_whole)
            got = end_frame(reader);
        if (got != WS_GOT_NOTHING)
            return got;
    }
    *bytes = (struct ws_bytes){NULL, 0};
    return WS_GOT_NOTHING;
}

struct ws_bytes ws_reader_begin(struct ws_reader *reader)
{
    reader->n_frames = 0;
    if (reader->kept == NULL)
        return (struct ws_bytes){NULL, 0};
    return (struct ws_bytes){reader->kept + reader->kept_at, reader->kept_len};
}

enum err ws_reader_end(struct ws_reader *reader, struct ws_bytes bytes, struct fail *why)
{
    bool is_of_kept = reader->kept != NULL && bytes.p >= reader->kept + reader->kept_at &&
                      bytes.p <= reader->kept + reader->kept_at + reader->kept_len;

    if (reader->is_delivered || reader->is_over)
        drop_message(reader);
    if (bytes.len == 0 || reader->is_over) {
        drop_kept(reader);
        return ERR_OK;
    }
    if (is_of_kept) {
        reader->kept_at = (uint32_t)(bytes.p - reader->kept);
        reader->kept_len = (uint32_t)bytes.len;
        return ERR_OK;
    }
    drop_kept(reader);
    reader->kept = malloc(bytes.len);
    if (reader->kept == NULL) {
        reader->is_over = true;
        return fail_set(why, ERR_NOMEM, "%zu bytes for the next turn", bytes.len);
    }
    memcpy(reader->kept, bytes.p, bytes.len);
    reader->kept_len = (uint32_t)bytes.len;
    return ERR_OK;
}

bool ws_reader_has_rest(const struct ws_reader *reader)
{
    return reader->kept != NULL;
}
