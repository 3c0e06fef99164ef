#include "federation/frame_voice.h"

#include "federation/frame_parts.h"

#define NO_LEVEL   255
#define LEVEL_MOST 127

enum err frame_voice_write(const struct frame_voice *voice, struct bytes_out *out,
                           struct fail *why)
{
    enum err rc = voice->opus.len > FRAME_OPUS_MOST
                      ? fail_set(why, ERR_TOO_LARGE, "a packet of %zu bytes", voice->opus.len)
                      : need(out, FRAME_VOICE_BYTES + voice->opus.len, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put_number(out, voice->number, 2);
    bytes_put_number(out, voice->time, 4);
    bytes_put_number(out, voice->has_level ? voice->level & LEVEL_MOST : NO_LEVEL, 1);
    bytes_put(out, voice->opus.p, voice->opus.len);
    return ERR_OK;
}

enum err frame_voice_read(const struct frame *frame, struct frame_voice *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint8_t level;

    *out = (struct frame_voice){.is_announce = (frame->flags & FRAME_ANNOUNCE) != 0};
    out->number = (uint16_t)bytes_get_number(&in, 2);
    out->time = (uint32_t)bytes_get_number(&in, 4);
    level = (uint8_t)bytes_get_number(&in, 1);
    out->has_level = level != NO_LEVEL;
    out->level = out->has_level ? level : 0;
    out->opus = in.rest;
    if (in.is_short || (out->has_level && level > LEVEL_MOST) || out->opus.len == 0 ||
        out->opus.len > FRAME_OPUS_MOST)
        return bad(frame, why);
    return ERR_OK;
}
