#include "node/db/note.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>

#include "node/base/utf.h"
#include "node/db/base64.h"

#define TYPE_ED25519 0x01
#define DASH         "\xe2\x80\x94 " /* em dash, space */
#define BLOB_BYTES   (4 + NOTE_SIGNATURE_BYTES)

static bool is_name(struct span name)
{
    if (name.len == 0 || name.len >= NOTE_NAME_CAP)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] <= ' ' || name.p[i] == '+' || name.p[i] >= 0x7f)
            return false; /* printable ASCII: no Unicode space can hide in it */
    return true;
}

enum err note_key_init(struct span name, const uint8_t public_key[NOTE_PUBLIC_BYTES],
                       struct note_key *key_out, struct fail *why)
{
    static const uint8_t type[2] = {'\n', TYPE_ED25519};
    struct hash256_state state;
    struct hash256 h;

    if (!is_name(name))
        return fail_set(why, ERR_INVALID, "a key name of %zu bytes", name.len);
    memset(key_out, 0, sizeof *key_out);
    memcpy(key_out->name, name.p, name.len);
    memcpy(key_out->public_key, public_key, NOTE_PUBLIC_BYTES);
    hash256_init(&state);
    hash256_put(&state, name);
    hash256_put(&state, span_of(type, sizeof type));
    hash256_put(&state, span_of(public_key, NOTE_PUBLIC_BYTES));
    h = hash256_end(&state);
    memcpy(key_out->id, h.b, sizeof key_out->id);
    return ERR_OK;
}

/* Cuts *rest at the next `at`; false when there is none. */
static bool cut(struct span *rest, uint8_t at, struct span *piece_out)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, at, rest->len);

    if (end == NULL)
        return false;
    *piece_out = span_of(rest->p, (size_t)(end - rest->p));
    *rest = span_of(end + 1, rest->len - piece_out->len - 1);
    return true;
}

enum err note_key_parse(struct span text, struct note_key *key_out, struct fail *why)
{
    struct span rest = text, name, id;
    uint8_t blob[1 + NOTE_PUBLIC_BYTES];
    struct note_key key = {.name = ""};
    char hex[9];

    if (!cut(&rest, '+', &name) || !cut(&rest, '+', &id) ||
        !base64_read(rest, blob, sizeof blob) || blob[0] != TYPE_ED25519 ||
        note_key_init(name, blob + 1, &key, NULL) != ERR_OK)
        return fail_set(why, ERR_PROTO, "not a key of the form NAME+ID+BASE64");
    snprintf(hex, sizeof hex, "%02x%02x%02x%02x", key.id[0], key.id[1], key.id[2], key.id[3]);
    if (!span_eq(id, span_text(hex)))
        return fail_set(why, ERR_PROTO, "the key's id should be %s", hex);
    *key_out = key;
    return ERR_OK;
}

void note_key_text(const struct note_key *key, char text_out[NOTE_KEY_TEXT_CAP])
{
    uint8_t blob[1 + NOTE_PUBLIC_BYTES];
    char base64[BASE64_LEN(sizeof blob) + 1];

    blob[0] = TYPE_ED25519;
    memcpy(blob + 1, key->public_key, NOTE_PUBLIC_BYTES);
    base64[base64_into(span_of(blob, sizeof blob), base64)] = '\0';
    snprintf(text_out, NOTE_KEY_TEXT_CAP, "%s+%02x%02x%02x%02x+%s", key->name, key->id[0],
             key->id[1], key->id[2], key->id[3], base64);
}

size_t note_text_into(struct span origin, uint64_t size, const struct hash256 *root,
                      char text_out[NOTE_CAP])
{
    char base64[BASE64_LEN(HASH256_BYTES) + 1];
    int len;

    invariant(is_name(origin), "an origin of %zu bytes", origin.len);
    base64[base64_into(hash256_span(root), base64)] = '\0';
    len =
        snprintf(text_out, NOTE_CAP, "%.*s\n%" PRIu64 "\n%s\n", SPAN_ARG(origin), size, base64);
    return (size_t)len;
}

size_t note_into(struct span text, const struct note_key *key,
                 const uint8_t signature[NOTE_SIGNATURE_BYTES], char note_out[NOTE_CAP])
{
    uint8_t blob[BLOB_BYTES];
    char base64[BASE64_LEN(BLOB_BYTES) + 1];
    int len;

    memcpy(blob, key->id, sizeof key->id);
    memcpy(blob + sizeof key->id, signature, NOTE_SIGNATURE_BYTES);
    base64[base64_into(span_of(blob, sizeof blob), base64)] = '\0';
    len = snprintf(note_out, NOTE_CAP, "%.*s\n" DASH "%s %s\n", SPAN_ARG(text), key->name,
                   base64);
    invariant(len > 0 && len < NOTE_CAP, "a note of %d bytes", len);
    return (size_t)len;
}

static bool read_size(struct span digits, uint64_t *size_out)
{
    uint64_t v = 0;

    if (digits.len == 0 || digits.len > 18 || (digits.len > 1 && digits.p[0] == '0'))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(digits.p[i] - '0');
    }
    *size_out = v;
    return true;
}

/* One signature line: its key name and what stands after it. */
bool note_line_read(struct span line, struct span *name_out, struct span *base64_out)
{
    struct span rest;

    if (!span_has_prefix(line, SPAN(DASH)))
        return false;
    rest = span_from(line, sizeof DASH - 1);
    if (!cut(&rest, ' ', name_out) || name_out->len == 0)
        return false;
    *base64_out = rest;
    return rest.len >= 8 && rest.len % 4 == 0 && memchr(rest.p, ' ', rest.len) == NULL;
}

enum err note_parse(struct span bytes, struct note *note_out, struct fail *why)
{
    struct note note = {.bytes = bytes};
    struct span rest = bytes, size, root, line, name, base64;
    int n_signatures = 0;

    if (bytes.len > NOTE_CAP || !utf_is_valid(bytes))
        return fail_set(why, ERR_PROTO, "a note of %zu bytes", bytes.len);
    if (!cut(&rest, '\n', &note.origin) || !is_name(note.origin) || !cut(&rest, '\n', &size) ||
        !read_size(size, &note.size) || !cut(&rest, '\n', &root) ||
        !base64_read(root, note.root.b, sizeof note.root.b))
        return fail_set(why, ERR_PROTO, "not the three lines of a checkpoint");
    note.text = span_of(bytes.p, bytes.len - rest.len);
    if (!cut(&rest, '\n', &line) || line.len != 0)
        return fail_set(why, ERR_PROTO, "no empty line after the text");
    note.signatures = rest;
    while (rest.len > 0) {
        if (!cut(&rest, '\n', &line) || !note_line_read(line, &name, &base64) ||
            ++n_signatures > NOTE_N_SIGNATURES)
            return fail_set(why, ERR_PROTO, "signature line %d", n_signatures);
    }
    if (n_signatures == 0)
        return fail_set(why, ERR_PROTO, "no signature");
    *note_out = note;
    return ERR_OK;
}

enum err note_verify(const uint8_t public_key[NOTE_PUBLIC_BYTES], struct span bytes,
                     const uint8_t signature[NOTE_SIGNATURE_BYTES], struct fail *why)
{
    EVP_PKEY *pkey = NULL;
    EVP_MD_CTX *ctx = NULL;
    enum err rc = ERR_NOMEM;
    int verdict;

    pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, NOTE_PUBLIC_BYTES);
    ctx = EVP_MD_CTX_new();
    if (pkey == NULL || ctx == NULL)
        goto out;
    rc = ERR_INTERNAL;
    if (EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
        goto out;
    /* 1 match, 0 mismatch, less: trouble of OpenSSL's own, for Ed25519 also a malformed
     * signature, which is the signer's fault all the same. */
    verdict = EVP_DigestVerify(ctx, signature, NOTE_SIGNATURE_BYTES, bytes.p, bytes.len);
    rc = verdict == 1 ? ERR_OK : ERR_DENIED;
out:
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return rc == ERR_OK ? rc : fail_set(why, rc, "not signed by that key");
}

enum err note_check(const struct note *note, const struct note_key *key, struct fail *why)
{
    struct span rest = note->signatures, line, name, base64;
    uint8_t blob[BLOB_BYTES];

    while (cut(&rest, '\n', &line)) {
        if (!note_line_read(line, &name, &base64) || !span_eq(name, span_text(key->name)) ||
            !base64_read(base64, blob, sizeof blob) ||
            memcmp(blob, key->id, sizeof key->id) != 0)
            continue;
        return note_verify(key->public_key, note->text, blob + sizeof key->id, why);
    }
    return fail_set(why, ERR_DENIED, "no signature line of %s", key->name);
}
