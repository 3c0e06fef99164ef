/* federation/frame_parts.h - what the readers and writers of payloads share (frame_body.c,
 * frame_board.c). Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_FRAME_PARTS_H
#define FEDERATION_FRAME_PARTS_H

#include "federation/frame_body.h"

/* Room for a whole payload. */
static inline enum err need(const struct bytes_out *out, size_t len, struct fail *why)
{
    return out->cap - out->len >= len ? ERR_OK
                                      : fail_set(why, ERR_TOO_LARGE, "%zu bytes more", len);
}

static inline struct bytes_in body_of(const struct frame *frame)
{
    return (struct bytes_in){.rest = frame->payload};
}

static inline enum err bad(const struct frame *frame, struct fail *why)
{
    return fail_set(why, ERR_PROTO, "payload of %s, %zu bytes", frame_type_name(frame->type),
                    frame->payload.len);
}

/* Everything was there, and nothing more. */
static inline bool is_whole(const struct bytes_in *in)
{
    return !in->is_short && in->rest.len == 0;
}

static inline struct id get_id(struct bytes_in *in)
{
    struct id id = ID_NONE;

    bytes_get(in, id.b, sizeof id.b);
    return id;
}

#endif
