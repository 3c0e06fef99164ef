/* covers: voice/frame.c */
/* A message of the control socket: what is read is written as it came. */
#include <stdlib.h>

#include "voice/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t again[VOICE_FRAME_CAP];
    struct voice_frame frame;
    struct fail why;

    if (voice_frame_read(span_of(data, size), &frame, &why) != ERR_OK)
        return 0;
    if (!span_eq(span_of(again, voice_frame_write(&frame, again)), span_of(data, size)))
        abort();
    return 0;
}
