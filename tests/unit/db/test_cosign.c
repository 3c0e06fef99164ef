/* node/db/cosign.h: the form of C2SP tlog-cosignature, and who is believed. */
#include "node/db/cosign.h"

#include "node/db/base64.h"
#include "tests/t.h"
#include "tests/unit/federation/made.h"

#define AT_S INT64_C(1795348800)

#define NOTE_TEXT "aozora.ibasho\n20852065\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"

static struct cosign_by by_of(const struct made_key *key)
{
    struct cosign_by by = {.name = span_text(key->key.kid)};

    memcpy(by.public_key, key->key.ed25519, sizeof by.public_key);
    return by;
}

static size_t line_of(struct made_key *key, struct span text, int64_t at_s,
                      char line[COSIGN_LINE_CAP])
{
    char bytes[COSIGN_TEXT_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    const struct cosign_by by = by_of(key);

    T_EQ(made_sign(key, "", span_of(bytes, cosign_text_into(at_s, text, bytes)), signature,
                   NULL),
         ERR_OK, "signed");
    return cosign_line_into(&by, at_s, signature, line);
}

T_CASE(cosign_has_the_published_form) /* C2SP tlog-cosignature, "Cosignature v1" */
{
    struct made_key key = made_key("pref-1", 7);
    char text[COSIGN_TEXT_CAP], line[COSIGN_LINE_CAP];
    uint8_t blob[76], id[4 + 32 + 8];
    struct hash256 want;
    size_t len = line_of(&key, SPAN(NOTE_TEXT), AT_S, line);

    T_REQ("NI-T3-8");
    T_SPAN(span_of(text, cosign_text_into(1679315147, SPAN(NOTE_TEXT), text)),
           SPAN("cosignature/v1\ntime 1679315147\naozora.ibasho\n20852065\n"
                "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"),
           "what is signed");
    T_OK(span_has_prefix(span_of(line, len), SPAN("\xe2\x80\x94 pref-1 ")), "a note's line");
    T_OK(base64_read(span_of(line + 11, len - 12), blob, sizeof blob), "76 bytes");
    T_SPAN(span_of(blob + 4, 8), t_hex("000000006b02d940"), "the time, big-endian");
    memcpy(id, "pref-1\n\x04", 8);
    memcpy(id + 8, key.key.ed25519, 32);
    want = hash256_of(span_of(id, 40));
    T_SPAN(span_of(blob, 4), span_of(want.b, 4), "the key's id, of type 4");
}

T_CASE(cosign_is_believed_of_that_key_that_text_and_that_time)
{
    struct made_key key = made_key("pref-1", 7), other = made_key("pref-1", 8);
    struct made_key renamed = made_key("pref-2", 7);
    const struct cosign_by by = by_of(&key), by_other = by_of(&other),
                           by_renamed = by_of(&renamed);
    char line[COSIGN_LINE_CAP], edited[COSIGN_LINE_CAP];
    size_t len = line_of(&key, SPAN(NOTE_TEXT), AT_S, line);
    struct span whole = span_of(line, len);
    int64_t at_s = 0;
    uint8_t blob[76];

    T_EQ(cosign_check(whole, &by, SPAN(NOTE_TEXT), &at_s, NULL), ERR_OK, "as it was made");
    T_EQ(at_s, AT_S, "with its time");
    T_EQ(cosign_check(whole, &by, SPAN("aozora.ibasho\n1\nx\n"), &at_s, NULL), ERR_DENIED,
         "another checkpoint");
    T_EQ(cosign_check(whole, &by_other, SPAN(NOTE_TEXT), &at_s, NULL), ERR_PROTO,
         "another key of that name");
    T_EQ(cosign_check(whole, &by_renamed, SPAN(NOTE_TEXT), &at_s, NULL), ERR_PROTO,
         "that key under another name");
    T_EQ(cosign_check(span_of(line, len - 1), &by, SPAN(NOTE_TEXT), &at_s, NULL), ERR_PROTO,
         "no newline");
    T_EQ(cosign_check(SPAN_NONE, &by, SPAN(NOTE_TEXT), &at_s, NULL), ERR_PROTO, "nothing");
    T_OK(base64_read(span_of(line + 11, len - 12), blob, sizeof blob), "read");
    blob[11] ^= 1; /* the time's last byte */
    memcpy(edited, line, len);
    T_EQ(base64_into(span_of(blob, sizeof blob), edited + 11), len - 12, "written");
    T_EQ(cosign_check(span_of(edited, len), &by, SPAN(NOTE_TEXT), &at_s, NULL), ERR_DENIED,
         "another time");
    blob[11] ^= 1;
    blob[4] = 0x80; /* before 1970 */
    T_EQ(base64_into(span_of(blob, sizeof blob), edited + 11), len - 12, "written");
    T_EQ(cosign_check(span_of(edited, len), &by, SPAN(NOTE_TEXT), &at_s, NULL), ERR_PROTO,
         "no such time");
}
