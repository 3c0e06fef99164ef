#include "node/io/ws_shared.h"

#include <stdatomic.h>
#include <stdlib.h>

#define PAYLOAD_CAP_BYTES ((size_t)16 << 20)

struct ws_shared {
    atomic_uint n_refs;
    uint32_t len;
    uint8_t bytes[];
};

static size_t put_head(uint8_t head[10], enum ws_opcode opcode, size_t len)
{
    size_t n = len > 65535 ? 8 : len > 125 ? 2 : 0;

    head[0] = (uint8_t)(0x80 | opcode);
    head[1] = n == 8 ? 127 : n == 2 ? 126 : (uint8_t)len;
    for (size_t i = 0; i < n; i++)
        head[2 + i] = (uint8_t)(len >> (8 * (n - 1 - i)));
    return 2 + n;
}

static struct ws_shared *make(size_t len, struct fail *why)
{
    struct ws_shared *frame = malloc(sizeof *frame + len);

    if (frame == NULL) {
        fail_set(why, ERR_NOMEM, "frame of %zu bytes", len);
        return NULL;
    }
    atomic_init(&frame->n_refs, 1);
    frame->len = (uint32_t)len;
    return frame;
}

enum err ws_shared_create(enum ws_opcode opcode, struct span payload,
                          struct ws_shared **frame_out, struct fail *why)
{
    bool is_control = (opcode & 0x8) != 0;
    uint8_t head[10];
    size_t head_len;
    struct ws_shared *frame;

    *frame_out = NULL;
    if (payload.len > (is_control ? WS_CONTROL_CAP_BYTES : PAYLOAD_CAP_BYTES))
        return fail_set(why, ERR_TOO_LARGE, "frame of %zu bytes", payload.len);
    head_len = put_head(head, opcode, payload.len);
    frame = make(head_len + payload.len, why);
    if (frame == NULL)
        return ERR_NOMEM;
    memcpy(frame->bytes, head, head_len);
    if (payload.len > 0)
        memcpy(frame->bytes + head_len, payload.p, payload.len);
    *frame_out = frame;
    return ERR_OK;
}

enum err ws_shared_create_close(int close_code, const char *reason,
                                struct ws_shared **frame_out, struct fail *why)
{
    uint8_t payload[WS_CONTROL_CAP_BYTES] = {(uint8_t)(close_code >> 8), (uint8_t)close_code};
    struct span text = span_cut(span_text(reason), 0, sizeof payload - 2);

    if (close_code == 1005)
        return ws_shared_create(WS_OP_CLOSE, SPAN_NONE, frame_out, why);
    if (text.len > 0)
        memcpy(payload + 2, text.p, text.len);
    return ws_shared_create(WS_OP_CLOSE, span_of(payload, 2 + text.len), frame_out, why);
}

enum err ws_shared_create_pair(const struct ws_shared *first, const struct ws_shared *second,
                               struct ws_shared **frame_out, struct fail *why)
{
    struct ws_shared *frame = make((size_t)first->len + second->len, why);

    *frame_out = frame;
    if (frame == NULL)
        return ERR_NOMEM;
    memcpy(frame->bytes, first->bytes, first->len);
    memcpy(frame->bytes + first->len, second->bytes, second->len);
    return ERR_OK;
}

struct ws_shared *ws_shared_ref(struct ws_shared *frame)
{
    atomic_fetch_add_explicit(&frame->n_refs, 1, memory_order_relaxed);
    return frame;
}

void ws_shared_unref(struct ws_shared **frame)
{
    /* Release and acquire: whoever frees must see that the others have read to their end. */
    if (*frame != NULL &&
        atomic_fetch_sub_explicit(&(*frame)->n_refs, 1, memory_order_acq_rel) == 1)
        free(*frame);
    *frame = NULL;
}

struct span ws_shared_bytes(const struct ws_shared *frame)
{
    return span_of(frame->bytes, frame->len);
}
