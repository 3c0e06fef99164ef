/* covers: node/db/note.c node/db/base64.c */
/* Signed notes and their keys: what parses is written the same way again; no signature of a key
 * that signed nothing is ever believed. */
#include <stdlib.h>

#include "node/db/base64.h"
#include "node/db/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void try_key(struct span bytes)
{
    char text[NOTE_KEY_TEXT_CAP], note[NOTE_CAP], again[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES] = {1};
    struct hash256 root = hash256_of(bytes);
    struct note_key key;
    struct note parsed;
    size_t len;

    if (note_key_parse(bytes, &key, NULL) != ERR_OK)
        return;
    note_key_text(&key, text);
    check(span_eq(bytes, span_text(text)));
    len = note_text_into(span_text(key.name), bytes.len, &root, again);
    len = note_into(span_of(again, len), &key, signature, note);
    check(note_parse(span_of(note, len), &parsed, NULL) == ERR_OK && parsed.size == bytes.len &&
          hash256_eq(&parsed.root, &root));
    (void)note_check(&parsed, &key, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t public_key[NOTE_PUBLIC_BYTES] = {
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
        0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
        0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a}; /* RFC 8032, TEST 1 */
    struct span bytes = span_of(data, size);
    char again[NOTE_CAP];
    struct note_key key;
    struct note note;

    try_key(bytes);
    if (note_key_init(span_cut(bytes, 0, size / 2), public_key, &key, NULL) == ERR_OK)
        check(strlen(key.name) == size / 2);
    if (note_parse(bytes, &note, NULL) != ERR_OK)
        return 0;
    check(span_eq(note.text,
                  span_of(again, note_text_into(note.origin, note.size, &note.root, again))));
    if (note_key_init(note.origin, public_key, &key, NULL) == ERR_OK)
        check(note_check(&note, &key, NULL) != ERR_OK);
    return 0;
}
