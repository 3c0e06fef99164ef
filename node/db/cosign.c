#include "node/db/cosign.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/db/base64.h"

#define TYPE_COSIGNATURE 0x04
#define ID_BYTES         4
#define TIME_BYTES       8
#define BLOB_BYTES       (ID_BYTES + TIME_BYTES + NOTE_SIGNATURE_BYTES)

static void key_id(const struct cosign_by *by, uint8_t id_out[ID_BYTES])
{
    static const uint8_t type[2] = {'\n', TYPE_COSIGNATURE};
    struct hash256_state state;
    struct hash256 h;

    hash256_init(&state);
    hash256_put(&state, by->name);
    hash256_put(&state, span_of(type, sizeof type));
    hash256_put(&state, span_of(by->public_key, NOTE_PUBLIC_BYTES));
    h = hash256_end(&state);
    memcpy(id_out, h.b, ID_BYTES);
}

size_t cosign_text_into(int64_t at_s, struct span note_text, char text_out[COSIGN_TEXT_CAP])
{
    int len = snprintf(text_out, COSIGN_TEXT_CAP, "cosignature/v1\ntime %" PRId64 "\n%.*s",
                       at_s, SPAN_ARG(note_text));

    invariant(at_s >= 0 && len > 0 && len < COSIGN_TEXT_CAP, "a cosigned text of %d bytes",
              len);
    return (size_t)len;
}

size_t cosign_line_into(const struct cosign_by *by, int64_t at_s,
                        const uint8_t signature[NOTE_SIGNATURE_BYTES],
                        char line_out[COSIGN_LINE_CAP])
{
    uint8_t blob[BLOB_BYTES];
    char base64[BASE64_LEN(BLOB_BYTES) + 1];
    int len;

    key_id(by, blob);
    for (int i = 0; i < TIME_BYTES; i++)
        blob[ID_BYTES + i] = (uint8_t)((uint64_t)at_s >> (8 * (TIME_BYTES - 1 - i)));
    memcpy(blob + ID_BYTES + TIME_BYTES, signature, NOTE_SIGNATURE_BYTES);
    base64[base64_into(span_of(blob, sizeof blob), base64)] = '\0';
    len = snprintf(line_out, COSIGN_LINE_CAP, "\xe2\x80\x94 %.*s %s\n", SPAN_ARG(by->name),
                   base64);
    invariant(len > 0 && len < COSIGN_LINE_CAP, "a line of %d bytes", len);
    return (size_t)len;
}

enum err cosign_check(struct span line, const struct cosign_by *by, struct span note_text,
                      int64_t *at_s_out, struct fail *why)
{
    struct span name, base64;
    uint8_t blob[BLOB_BYTES], id[ID_BYTES];
    char text[COSIGN_TEXT_CAP];
    uint64_t at_s = 0;
    enum err rc;

    if (line.len == 0 || line.len >= COSIGN_LINE_CAP || line.p[line.len - 1] != '\n' ||
        note_text.len > NOTE_CAP ||
        !note_line_read(span_cut(line, 0, line.len - 1), &name, &base64) ||
        !span_eq(name, by->name) || !base64_read(base64, blob, sizeof blob))
        return fail_set(why, ERR_PROTO, "no line of a cosignature");
    key_id(by, id);
    for (int i = 0; i < TIME_BYTES; i++)
        at_s = at_s << 8 | blob[ID_BYTES + i];
    if (memcmp(id, blob, ID_BYTES) != 0 || at_s > INT64_MAX)
        return fail_set(why, ERR_PROTO, "a cosignature of another key");
    rc = note_verify(by->public_key,
                     span_of(text, cosign_text_into((int64_t)at_s, note_text, text)),
                     blob + ID_BYTES + TIME_BYTES, why);
    if (rc == ERR_OK)
        *at_s_out = (int64_t)at_s;
    return rc;
}
