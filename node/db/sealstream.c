#include "node/db/sealstream.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>

#include "node/db/gcm.h"

static const char magic[] = "ibasho-seal/1\n";
#define MAGIC_LEN    (sizeof magic - 1)
#define PREFIX_BYTES 7
#define HEAD_BYTES   (MAGIC_LEN + 16 + PREFIX_BYTES)
#define SEALED_CHUNK (SEALSTREAM_CHUNK_BYTES + GCM_TAG_BYTES)

struct sealstream {
    struct keyring *keyring;
    stream_sink sink;
    void *arg;
    bool opens, has_head, broken;
    uint32_t chunk; /* number of the next one */
    size_t len;     /* bytes waiting in buffer */
    uint8_t head[HEAD_BYTES];
    uint8_t key[KEY_BYTES];
    uint8_t buffer[SEALED_CHUNK]; /* plain text, or when opening head and sealed chunks */
    uint8_t out[SEALED_CHUNK];
};

static void nonce_of(const struct sealstream *s, bool last, uint8_t out[GCM_NONCE_BYTES])
{
    memcpy(out, s->head + MAGIC_LEN + 16, PREFIX_BYTES);
    for (int i = 0; i < 4; i++)
        out[PREFIX_BYTES + i] = (uint8_t)(s->chunk >> (24 - 8 * i));
    out[PREFIX_BYTES + 4] = last;
}

static enum err stream_create(struct keyring *keyring, stream_sink sink, void *arg, bool opens,
                              struct sealstream **stream_out, struct fail *why)
{
    struct sealstream *s = calloc(1, sizeof *s);

    *stream_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "stream");
    s->keyring = keyring;
    s->sink = sink;
    s->arg = arg;
    s->opens = opens;
    *stream_out = s;
    return ERR_OK;
}

void sealstream_destroy(struct sealstream **stream)
{
    if (*stream == NULL)
        return;
    OPENSSL_cleanse(*stream, sizeof **stream);
    free(*stream);
    *stream = NULL;
}

enum err sealstream_create(struct keyring *keyring, struct id key, stream_sink sink, void *arg,
                           struct sealstream **stream_out, struct fail *why)
{
    struct sealstream *s = NULL;
    enum err rc = stream_create(keyring, sink, arg, false, &s, why);

    *stream_out = NULL;
    if (s == NULL) /* asked of s, not of rc, so that gcc -O2 sees it too */
        return rc;
    rc = keyring_open_key(keyring, key, s->key, why);
    if (rc != ERR_OK)
        goto out;
    memcpy(s->head, magic, MAGIC_LEN);
    memcpy(s->head + MAGIC_LEN, key.b, sizeof key.b);
    if (RAND_bytes(s->head + MAGIC_LEN + 16, PREFIX_BYTES) != 1)
        rc = fail_set(why, ERR_INTERNAL, "no random bytes");
out:
    if (rc != ERR_OK)
        sealstream_destroy(&s);
    *stream_out = s;
    return rc;
}

enum err openstream_create(struct keyring *keyring, stream_sink sink, void *arg,
                           struct sealstream **stream_out, struct fail *why)
{
    return stream_create(keyring, sink, arg, true, stream_out, why);
}

/* Seals or opens a chunk and hands it on. */
static enum err chunk_do(struct sealstream *s, struct span bytes, bool last, struct fail *why)
{
    const struct span aad = span_of(s->head, HEAD_BYTES);
    uint8_t nonce[GCM_NONCE_BYTES];
    size_t out_len;
    enum err rc;

    if (s->chunk == UINT32_MAX)
        return fail_set(why, ERR_TOO_LARGE, "a stream of 2^32 chunks");
    nonce_of(s, last, nonce);
    if (s->opens) {
        rc = gcm_open(s->key, nonce, aad, bytes, s->out, why);
        out_len = bytes.len - (bytes.len < GCM_TAG_BYTES ? bytes.len : GCM_TAG_BYTES);
        if (rc == ERR_PROTO)
            rc = fail_set(why, rc, "chunk %u was changed, moved or cut", (unsigned)s->chunk);
    } else {
        rc = gcm_seal(s->key, nonce, aad, bytes, s->out, why);
        out_len = bytes.len + GCM_TAG_BYTES;
    }
    if (rc == ERR_OK && out_len > 0)
        rc = s->sink(s->arg, span_of(s->out, out_len), why);
    s->chunk++;
    s->len = 0;
    return rc;
}

static enum err head_do(struct sealstream *s, struct fail *why)
{
    struct id key;

    s->has_head = true;
    if (!s->opens)
        return s->sink(s->arg, span_of(s->head, HEAD_BYTES), why);
    memcpy(s->head, s->buffer, HEAD_BYTES);
    s->len = 0;
    if (memcmp(s->head, magic, MAGIC_LEN) != 0)
        return fail_set(why, ERR_PROTO, "not a sealed stream");
    memcpy(key.b, s->head + MAGIC_LEN, sizeof key.b);
    return keyring_open_key(s->keyring, key, s->key, why);
}

/* A full chunk waits until a further byte shows that it is not the last. */
static enum err put(struct sealstream *s, struct span bytes, struct fail *why)
{
    const size_t full = s->opens ? SEALED_CHUNK : SEALSTREAM_CHUNK_BYTES;
    enum err rc = ERR_OK;

    if (!s->opens && !s->has_head)
        rc = head_do(s, why);
    while (rc == ERR_OK && bytes.len > 0) {
        size_t most = s->has_head ? full : HEAD_BYTES, n;

        if (s->has_head && s->len == full) {
            rc = chunk_do(s, span_of(s->buffer, full), false, why);
            continue;
        }
        if (s->has_head && s->len == 0 && bytes.len > full) { /* from where it lies */
            rc = chunk_do(s, span_cut(bytes, 0, full), false, why);
            bytes = span_from(bytes, full);
            continue;
        }
        n = bytes.len < most - s->len ? bytes.len : most - s->len;
        memcpy(s->buffer + s->len, bytes.p, n);
        s->len += n;
        bytes = span_from(bytes, n);
        if (!s->has_head && s->len == HEAD_BYTES)
            rc = head_do(s, why);
    }
    return rc;
}

enum err sealstream_put(struct sealstream *stream, struct span bytes, struct fail *why)
{
    enum err rc;

    if (stream->broken)
        return fail_set(why, ERR_PROTO, "the stream failed before");
    rc = put(stream, bytes, why);
    stream->broken = rc != ERR_OK;
    return rc;
}

enum err sealstream_finish(struct sealstream *stream, struct fail *why)
{
    enum err rc = ERR_OK;

    if (stream->broken)
        return fail_set(why, ERR_PROTO, "the stream failed before");
    stream->broken = true; /* nothing may follow */
    if (!stream->has_head)
        rc = stream->opens ? fail_set(why, ERR_PROTO, "a stream without its head")
                           : head_do(stream, why);
    return rc == ERR_OK ? chunk_do(stream, span_of(stream->buffer, stream->len), true, why)
                        : rc;
}
