#include "node/place/speech_frame.h"

#include "node/base/bytes.h"

#define SAMPLES_MOST    5760 /* 120 ms */
#define FRAME_BYTES_CAP 1275 /* RFC 6716, section 3.2.1 */

/* RFC 6716, section 3.1, table 2: samples of one frame, by the five bits of its kind. */
static int frame_samples(uint8_t toc)
{
    static const int silk[] = {480, 960, 1920, 2880}, celt[] = {120, 240, 480, 960};
    int kind = toc >> 3;

    if (kind >= 16)
        return celt[kind & 3];
    return kind >= 12 ? silk[kind & 1] : silk[kind & 3];
}

/* Section 3.2.1: one or two bytes that say how long a frame is. */
static bool take_length(struct span *rest, size_t *len_out)
{
    size_t n = rest->len > 0 && rest->p[0] >= 252 ? 2 : 1;

    if (rest->len < n)
        return false;
    *len_out = n == 1 ? rest->p[0] : rest->p[0] + (size_t)4 * rest->p[1];
    *rest = span_from(*rest, n);
    return true;
}

/* Section 3.2.5: bytes of nothing at the end, told in front. */
static bool take_padding(struct span *rest)
{
    size_t n_bytes = 0;
    uint8_t said;

    do {
        if (rest->len == 0)
            return false;
        said = rest->p[0];
        n_bytes += said == 255 ? 254 : said;
        *rest = span_from(*rest, 1);
    } while (said == 255);
    if (n_bytes > rest->len)
        return false;
    *rest = span_cut(*rest, 0, rest->len - n_bytes);
    return true;
}

/* n frames of one length each, or of lengths that are told. */
static bool frames_fit(struct span rest, int n, bool is_told)
{
    size_t len;

    for (int i = 0; is_told && i < n - 1; i++) {
        if (!take_length(&rest, &len) || len > rest.len)
            return false;
        /* The frames follow all lengths: the last is what is left. */
        rest.len -= len;
    }
    return is_told ? rest.len <= FRAME_BYTES_CAP
                   : rest.len % (size_t)n == 0 && rest.len / (size_t)n <= FRAME_BYTES_CAP;
}

int speech_frame_samples(struct span opus)
{
    struct span rest = span_from(opus, 1);
    int n = 1, code;
    bool is_told = false;

    if (opus.len == 0 || opus.len > HUB_OPUS_MAX)
        return 0;
    code = opus.p[0] & 3;
    if (code == 3) {
        if (rest.len == 0)
            return 0;
        n = rest.p[0] & 63;
        is_told = (rest.p[0] & 128) != 0;
        if ((rest.p[0] & 64) != 0) {
            rest = span_from(rest, 1);
            if (!take_padding(&rest))
                return 0;
        } else {
            rest = span_from(rest, 1);
        }
    } else if (code != 0) {
        n = 2;
        is_told = code == 2;
    }
    if (n == 0 || n * frame_samples(opus.p[0]) > SAMPLES_MOST || !frames_fit(rest, n, is_told))
        return 0;
    return n * frame_samples(opus.p[0]);
}

enum err speech_frame_read(struct span message, struct hub_voice *voice_out, struct fail *why)
{
    struct bytes_in in = {.rest = message};
    uint64_t code = bytes_get_number(&in, 1), level = bytes_get_number(&in, 1);

    memset(voice_out, 0, sizeof *voice_out);
    if (code != SPEECH_FRAME_CODE || level > 127)
        return fail_set(why, ERR_PROTO, "sound of code %d, level %d", (int)code, (int)level);
    voice_out->number = (uint16_t)bytes_get_number(&in, 2);
    voice_out->time = (uint32_t)bytes_get_number(&in, 4);
    voice_out->has_level = true;
    voice_out->level = (uint8_t)level;
    voice_out->opus = in.rest;
    if (!in.is_short && speech_frame_samples(in.rest) > 0)
        return ERR_OK;
    memset(voice_out, 0, sizeof *voice_out);
    return fail_set(why, ERR_PROTO, "sound of %zu bytes", message.len);
}

size_t speech_frame_write(enum voice_slot slot, const struct hub_voice *voice, uint8_t *into)
{
    struct bytes_out out = {.p = into, .cap = SPEECH_FRAME_MOST};

    bytes_put_number(&out, SPEECH_FRAME_CODE, 1);
    bytes_put_number(&out, (uint64_t)slot, 1);
    bytes_put_number(&out, voice->number, 2);
    bytes_put_number(&out, voice->time, 4);
    bytes_put(&out, voice->opus.p, voice->opus.len);
    return out.len;
}
