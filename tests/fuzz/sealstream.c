/* covers: node/db/sealstream.c node/db/seal.c */
/* A sealed file or column is any bytes: it opens only when it was sealed here. The keyring's
 * functions that these need answer with fixed keys, so that the corpus can hold sealed bytes.
 */
#include "node/db/sealstream.h"
#include "node/db/seal.h"

#include <stdlib.h>

enum err keyring_open_key(struct keyring *keyring, struct id key, uint8_t bytes_out[KEY_BYTES],
                          struct fail *why)
{
    (void)keyring;
    if (key.b[0] == 0xff)
        return fail_set(why, ERR_NOT_FOUND, "the key was destroyed");
    memset(bytes_out, key.b[15], KEY_BYTES);
    return ERR_OK;
}

static uint64_t epoch; /* of destructions */

uint64_t keyring_epoch(const struct keyring *keyring)
{
    (void)keyring;
    return epoch;
}

enum err keyring_key_about(struct keyring *keyring, struct id key,
                           struct keyring_about *about_out, struct fail *why)
{
    (void)keyring;
    (void)why;
    *about_out = (struct keyring_about){.subject = key};
    return ERR_OK;
}

struct bytes {
    uint8_t at[4 * SEALSTREAM_CHUNK_BYTES];
    size_t len;
};
static struct bytes sealed, opened;

static enum err keep(void *arg, struct span bytes, struct fail *why)
{
    struct bytes *b = arg;

    if (bytes.len > sizeof b->at - b->len)
        return fail_set(why, ERR_TOO_LARGE, "full");
    memcpy(b->at + b->len, bytes.p, bytes.len);
    b->len += bytes.len;
    return ERR_OK;
}

static enum err run(struct sealstream *stream, struct span bytes, size_t step)
{
    enum err rc = ERR_OK;

    while (rc == ERR_OK && bytes.len > 0) {
        rc = sealstream_put(stream, span_cut(bytes, 0, step), NULL);
        bytes = span_from(bytes, step);
    }
    if (rc == ERR_OK)
        rc = sealstream_finish(stream, NULL);
    if (sealstream_put(stream, SPAN("x"), NULL) == ERR_OK ||
        sealstream_finish(stream, NULL) == ERR_OK)
        abort(); /* nothing follows the end */
    return rc;
}

static enum err open_all(struct span bytes, size_t step)
{
    struct sealstream *stream = NULL;
    enum err rc = openstream_create(NULL, keep, &opened, &stream, NULL);

    opened.len = 0;
    if (rc == ERR_OK)
        rc = run(stream, bytes, step);
    sealstream_destroy(&stream);
    return rc;
}

/* Some input lengths become streams of several chunks. */
static void there_and_back(struct span plain, size_t step)
{
    static uint8_t longer[2 * SEALSTREAM_CHUNK_BYTES + 1];
    struct sealstream *stream = NULL;

    if (plain.len % 5 == 0 && plain.len < sizeof longer) {
        size_t len = plain.len % 2 == 0 ? sizeof longer : 2 * SEALSTREAM_CHUNK_BYTES;

        if (plain.len > 0)
            memcpy(longer, plain.p, plain.len);
        plain = span_of(longer, len);
        step = 40000;
    }
    sealed.len = 0;
    if (sealstream_create(NULL, (struct id){{1, 2, 3}}, keep, &sealed, &stream, NULL) !=
            ERR_OK ||
        run(stream, plain, step) != ERR_OK)
        abort();
    sealstream_destroy(&stream);
    if (open_all(span_of(sealed.at, sealed.len), step + 7) != ERR_OK ||
        !span_eq(span_of(opened.at, opened.len), plain))
        abort();
    if (open_all(span_of(sealed.at, sealed.len - 1), step) == ERR_OK)
        abort();
}

static void column(struct span bytes)
{
    const struct seal_place place = {"account", "name_sealed", {{9}}};
    struct arena *arena = NULL;
    struct span column_sealed, plain;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return;
    (void)unseal(NULL, &place, bytes, arena, &plain, NULL);
    if (seal(NULL, (struct id){{3}}, &place, bytes, arena, &column_sealed, NULL) != ERR_OK ||
        column_sealed.len != bytes.len + SEAL_OVERHEAD_BYTES ||
        unseal(NULL, &place, column_sealed, arena, &plain, NULL) != ERR_OK ||
        !span_eq(plain, bytes) ||
        seal(NULL, (struct id){{0xff}}, &place, bytes, arena, &column_sealed, NULL) !=
            ERR_NOT_FOUND)
        abort();
    arena_destroy(&arena);
}

/* Opened as one of very many: as it is opened alone, also after a key was destroyed. */
static void among_many(struct span bytes)
{
    static struct unsealer *unsealer;
    const struct seal_place place = {"account", "name_sealed", {{9}}};
    const struct keyring_about *about;
    struct arena *arena = NULL;
    struct span alone = SPAN_NONE, among = SPAN_NONE;

    if (arena_create(4096, &arena, NULL) != ERR_OK ||
        (unsealer == NULL && unsealer_create(NULL, &unsealer, NULL) != ERR_OK))
        abort();
    epoch += bytes.len % 3 == 0;
    if (unseal(NULL, &place, bytes, arena, &alone, NULL) !=
            unsealer_open(unsealer, &place, bytes, arena, &among, &about, NULL) ||
        !span_eq(alone, among))
        abort();
    for (int i = 0; i < 2; i++) {
        const struct id key = {{5, [15] = (uint8_t)bytes.len}};

        if (seal(NULL, key, &place, bytes, arena, &alone, NULL) != ERR_OK ||
            unsealer_open(unsealer, &place, alone, arena, &among, &about, NULL) != ERR_OK ||
            !span_eq(among, bytes) || !id_eq(about->subject, key))
            abort();
    }
    if (bytes.len % 7 == 0)
        unsealer_destroy(&unsealer);
    arena_destroy(&arena);
}

/* Sealed twice it is the same, beside bytes of somebody else it is not, whatever they are. */
static void twice(struct span bytes)
{
    const struct seal_place place = {"account", "name_sealed", {{9}}};
    struct span a, b, other;
    struct arena *arena = NULL;
    bool is_same = false;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        return;
    if (seal(NULL, (struct id){{3}}, &place, bytes, arena, &a, NULL) != ERR_OK ||
        seal(NULL, (struct id){{4}}, &place, bytes, arena, &b, NULL) != ERR_OK ||
        seal_same(NULL, &place, a, b, arena, &is_same, NULL) != ERR_OK || !is_same ||
        seal_same(NULL, &place, a, SPAN_NONE, arena, &is_same, NULL) != ERR_OK || is_same ||
        seal_same(NULL, &place, SPAN_NONE, SPAN_NONE, arena, &is_same, NULL) != ERR_OK ||
        !is_same)
        abort();
    other = a;
    if (bytes.len > 0 && (seal(NULL, (struct id){{3}}, &place, span_of(sealed.at, bytes.len),
                               arena, &other, NULL) != ERR_OK ||
                          seal_same(NULL, &place, a, other, arena, &is_same, NULL) != ERR_OK ||
                          is_same != span_eq(bytes, span_of(sealed.at, bytes.len))))
        abort();
    if (seal_same(NULL, &place, bytes, bytes, arena, &is_same, NULL) == ERR_OK && !is_same)
        abort();
    arena_destroy(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);

    (void)open_all(bytes, 1 + size / 3);
    there_and_back(bytes, 1 + size / 2);
    column(bytes);
    twice(bytes);
    among_many(bytes);
    return 0;
}
