/* covers: node/place/speech_frame.c */
/* A packet of sound from a page: what is read is inside of what came, libopus finds the same
 * packet in it, and as a message of the node it is what came but for the second byte. */
#include "node/place/speech_frame.h"

#include <stdlib.h>

#include "voice/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span message = span_of(data, size), opus = span_from(message, SPEECH_FRAME_HEAD);
    int n_samples = speech_frame_samples(opus);
    uint8_t again[SPEECH_FRAME_MOST];
    struct hub_voice voice;
    struct fail fail;
    enum err rc = speech_frame_read(message, &voice, &fail);

    CHECK(opus.len > HUB_OPUS_MAX ? n_samples == 0 : n_samples == codec_samples(opus));
    CHECK(rc == ERR_OK || (voice.opus.len == 0 && voice.time == 0 && voice.number == 0));
    CHECK((rc == ERR_OK) == (size > SPEECH_FRAME_HEAD && data[0] == SPEECH_FRAME_CODE &&
                             data[1] <= 127 && n_samples > 0));
    if (rc != ERR_OK)
        return 0;
    CHECK(speech_frame_write(VOICE_SLOT_ANNOUNCE, &voice, again) == size);
    CHECK(again[0] == data[0] && again[1] == VOICE_SLOT_ANNOUNCE);
    CHECK(memcmp(again + 2, data + 2, size - 2) == 0);
    return 0;
}
