/* Sealed columns and streams under real keys: only the row they were sealed for opens them, and
 * a destroyed key opens nothing. */
#include "node/db/seal.h"
#include "node/db/sealstream.h"

#include <stdlib.h>

#include "tests/integration/keyd_fixture.h"
#include "tests/t.h"

struct bench {
    struct keyd_fixture f;
    struct arena *arena;
    struct id person, key, other_person, other_key;
};

static bool begin(struct bench *b)
{
    struct fail why = {.text = ""};

    b->person = id_new();
    b->other_person = id_new();
    T_EQ(arena_create(1 << 16, &b->arena, &why), ERR_OK, why.text);
    T_EQ(keyd_fixture_start(&b->f, &why), ERR_OK, why.text);
    if (!t_case_ok())
        return false;
    T_EQ(keyring_create_key(b->f.keyring, KEY_PERSON, b->person, NULL, &b->key, NULL), ERR_OK,
         "a key");
    T_EQ(keyring_create_key(b->f.keyring, KEY_PERSON, b->other_person, NULL, &b->other_key,
                            NULL),
         ERR_OK, "another");
    return t_case_ok();
}

static void end(struct bench *b)
{
    arena_destroy(&b->arena);
    keyd_fixture_stop(&b->f);
}

T_CASE(seal_opens_for_its_row_only)
{
    struct bench b = {0};
    const struct seal_place place = {"account", "display_name_sealed", id_new()};
    const struct {
        const char *what;
        struct seal_place place;
    } rows[] = {
        {"another row", {"account", "display_name_sealed", id_new()}},
        {"another column", {"account", "login_sealed", place.row}},
        {"another table", {"person", "display_name_sealed", place.row}},
        {"a border between the names moved", {"accountd", "isplay_name_sealed", place.row}},
    };
    struct span sealed, again, plain;

    T_REQ("NI-2.3.4-2");
    if (!begin(&b))
        goto out;
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("髙橋　はなこ"), b.arena, &sealed, NULL), ERR_OK,
         "sealed");
    T_EQ(sealed.len, SPAN("髙橋　はなこ").len + SEAL_OVERHEAD_BYTES, "overhead");
    T_OK(memmem(sealed.p, sealed.len, "髙橋", 6) == NULL, "no name in it");
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("髙橋　はなこ"), b.arena, &again, NULL), ERR_OK,
         "sealed again");
    T_OK(!span_eq(sealed, again), "never the same twice");
    T_EQ(unseal(b.f.keyring, &place, sealed, b.arena, &plain, NULL), ERR_OK, "opened");
    T_SPAN(plain, SPAN("髙橋　はなこ"), "the name");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(unseal(b.f.keyring, &rows[i].place, sealed, b.arena, &plain, NULL), ERR_PROTO,
             rows[i].what);
        T_EQ(plain.len, 0, "and nothing comes out");
    }
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN_NONE, b.arena, &sealed, NULL), ERR_OK,
         "nothing");
    T_EQ(sealed.len, SEAL_OVERHEAD_BYTES, "is sealed like anything");
    T_EQ(unseal(b.f.keyring, &place, sealed, b.arena, &plain, NULL), ERR_OK, "opened");
    T_EQ(plain.len, 0, "nothing");
out:
    end(&b);
}

T_CASE(seal_refuses_every_changed_byte)
{
    struct bench b = {0};
    const struct seal_place place = {"account", "display_name_sealed", id_new()};
    struct span sealed, plain;
    uint8_t bytes[64];

    if (!begin(&b))
        goto out;
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("hanako"), b.arena, &sealed, NULL), ERR_OK,
         "sealed");
    memcpy(bytes, sealed.p, sealed.len);
    for (size_t i = 0; i < sealed.len; i++) {
        enum err rc;

        bytes[i] ^= 1;
        rc = unseal(b.f.keyring, &place, span_of(bytes, sealed.len), b.arena, &plain, NULL);
        T_EQ(rc, i >= 1 && i < 17 ? ERR_NOT_FOUND : ERR_PROTO, "one bit");
        bytes[i] ^= 1;
    }
    for (size_t cut = 0; cut < sealed.len; cut++)
        T_EQ(unseal(b.f.keyring, &place, span_of(bytes, cut), b.arena, &plain, NULL), ERR_PROTO,
             "cut");
    memcpy(bytes + 1, b.other_key.b, 16);
    T_EQ(unseal(b.f.keyring, &place, span_of(bytes, sealed.len), b.arena, &plain, NULL),
         ERR_PROTO, "another person's key");
out:
    end(&b);
}

T_CASE(seal_under_a_destroyed_key_opens_no_more)
{
    struct bench b = {0};
    const struct seal_place place = {"account", "display_name_sealed", id_new()};
    struct span sealed, other, plain;

    T_REQ("NI-2.3.4-4b");
    if (!begin(&b))
        goto out;
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("hanako"), b.arena, &sealed, NULL), ERR_OK,
         "one");
    T_EQ(seal(b.f.keyring, b.other_key, &place, SPAN("taro"), b.arena, &other, NULL), ERR_OK,
         "another");
    T_EQ(keyring_destroy_subject(b.f.keyring, KEY_PERSON, b.person, NULL), ERR_OK, "destroyed");
    T_EQ(unseal(b.f.keyring, &place, sealed, b.arena, &plain, NULL), ERR_NOT_FOUND, "closed");
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("x"), b.arena, &plain, NULL), ERR_NOT_FOUND,
         "and nothing new is sealed");
    T_EQ(unseal(b.f.keyring, &place, other, b.arena, &plain, NULL), ERR_OK, "the other stays");
    T_SPAN(plain, SPAN("taro"), "readable");
out:
    end(&b);
}

T_CASE(an_unsealer_opens_what_unseal_does_and_forgets_with_the_keyring)
{
    struct bench b = {0};
    const struct seal_place place = {"account", "display_name_sealed", id_new()},
                            elsewhere = {"account", "login_sealed", place.row};
    const struct keyring_about *about = NULL;
    struct unsealer *unsealer = NULL;
    struct span sealed, other, plain;

    T_REQ("NI-2.3.4-4b");
    if (!begin(&b))
        goto out;
    T_EQ(seal(b.f.keyring, b.key, &place, SPAN("hanako"), b.arena, &sealed, NULL), ERR_OK,
         "one");
    T_EQ(seal(b.f.keyring, b.other_key, &place, SPAN("taro"), b.arena, &other, NULL), ERR_OK,
         "another");
    T_EQ(unsealer_create(b.f.keyring, &unsealer, NULL), ERR_OK, "unsealer");
    for (int i = 0; i < 3; i++) {
        T_EQ(unsealer_open(unsealer, &place, sealed, b.arena, &plain, &about, NULL), ERR_OK,
             "one");
        T_SPAN(plain, SPAN("hanako"), "one");
        T_OK(about != NULL && id_eq(about->subject, b.person) && !about->is_destroyed, "whose");
        T_EQ(unsealer_open(unsealer, &place, other, b.arena, &plain, &about, NULL), ERR_OK,
             "another");
        T_SPAN(plain, SPAN("taro"), "another");
        T_OK(about != NULL && id_eq(about->subject, b.other_person), "whose");
        T_EQ(unsealer_open(unsealer, &elsewhere, sealed, b.arena, &plain, &about, NULL),
             ERR_PROTO, "of another column");
    }
    T_EQ(
        unsealer_open(unsealer, &place, span_cut(sealed, 0, 20), b.arena, &plain, &about, NULL),
        ERR_PROTO, "cut");
    T_EQ(keyring_destroy_subject(b.f.keyring, KEY_PERSON, b.person, NULL), ERR_OK, "destroyed");
    T_EQ(unsealer_open(unsealer, &place, sealed, b.arena, &plain, &about, NULL), ERR_NOT_FOUND,
         "closed, though it was at hand");
    T_EQ(unsealer_open(unsealer, &place, other, b.arena, &plain, &about, NULL), ERR_OK,
         "the other stays");
    unsealer_destroy(&unsealer);
out:
    end(&b);
}

/* ---- streams ---- */

struct bytes {
    uint8_t *at;
    size_t len, cap;
    int n_calls, fail_at;
};

static enum err keep(void *arg, struct span bytes, struct fail *why)
{
    struct bytes *b = arg;

    if (++b->n_calls == b->fail_at)
        return fail_set(why, ERR_NOSPACE, "full");
    if (b->len + bytes.len > b->cap)
        return fail_set(why, ERR_TOO_LARGE, "a test's buffer");
    memcpy(b->at + b->len, bytes.p, bytes.len);
    b->len += bytes.len;
    return ERR_OK;
}

static struct bytes bytes_new(size_t cap)
{
    return (struct bytes){.at = malloc(cap), .cap = cap};
}

static enum err put_in_pieces(struct sealstream *stream, struct span bytes, size_t piece)
{
    enum err rc = ERR_OK;

    for (; rc == ERR_OK && bytes.len > 0; bytes = span_from(bytes, piece))
        rc = sealstream_put(stream, span_cut(bytes, 0, piece), NULL);
    return rc == ERR_OK ? sealstream_finish(stream, NULL) : rc;
}

static enum err open_into(struct keyring *keyring, struct span sealed, size_t piece,
                          struct bytes *out)
{
    struct sealstream *stream = NULL;
    enum err rc = openstream_create(keyring, keep, out, &stream, NULL);

    out->len = 0;
    if (rc == ERR_OK)
        rc = put_in_pieces(stream, sealed, piece);
    sealstream_destroy(&stream);
    return rc;
}

#define HEAD  37
#define CHUNK (SEALSTREAM_CHUNK_BYTES + 16)

T_CASE(sealstream_gives_back_every_length)
{
    static const size_t lengths[] = {0,
                                     1,
                                     SEALSTREAM_CHUNK_BYTES - 1,
                                     SEALSTREAM_CHUNK_BYTES,
                                     SEALSTREAM_CHUNK_BYTES + 1,
                                     (size_t)3 * SEALSTREAM_CHUNK_BYTES};
    struct bench b = {0};
    struct bytes sealed = bytes_new(1 << 20), opened = bytes_new(1 << 20);
    uint8_t *plain = malloc((size_t)3 * SEALSTREAM_CHUNK_BYTES);

    if (!begin(&b))
        goto out;
    for (size_t i = 0; i < (size_t)3 * SEALSTREAM_CHUNK_BYTES; i++)
        plain[i] = (uint8_t)(i * 7 + i / 251);
    for (size_t n = 0; n < 2 * T_COUNT(lengths); n++) { /* in small pieces, then all at once */
        struct sealstream *stream = NULL;
        size_t i = n / 2, least = n % 2 == 0 ? 0 : (size_t)1 << 20;
        size_t n_chunks = lengths[i] == 0 ? 1
                                          : (lengths[i] + SEALSTREAM_CHUNK_BYTES - 1) /
                                                SEALSTREAM_CHUNK_BYTES;

        sealed.len = 0;
        T_EQ(sealstream_create(b.f.keyring, b.key, keep, &sealed, &stream, NULL), ERR_OK,
             "new");
        T_EQ(put_in_pieces(stream, span_of(plain, lengths[i]), least + 10007), ERR_OK,
             "sealed");
        T_EQ(sealstream_put(stream, SPAN("x"), NULL), ERR_PROTO, "nothing behind the end");
        sealstream_destroy(&stream);
        T_EQ(sealed.len, HEAD + lengths[i] + 16 * n_chunks, "as long as the form says");
        T_EQ(open_into(b.f.keyring, span_of(sealed.at, sealed.len), least + 4099, &opened),
             ERR_OK, "opened");
        T_SPAN(span_of(opened.at, opened.len), span_of(plain, lengths[i]), "the same bytes");
    }
out:
    free(plain);
    free(sealed.at);
    free(opened.at);
    end(&b);
}

T_CASE(sealstream_chunks_cannot_be_dropped_doubled_swapped_or_cut)
{
    struct bench b = {0};
    struct bytes sealed = bytes_new(1 << 20), opened = bytes_new(1 << 20);
    uint8_t *plain = calloc(1, (size_t)3 * SEALSTREAM_CHUNK_BYTES), *evil = malloc(1 << 20);
    struct sealstream *stream = NULL;
    size_t len;

    if (!begin(&b))
        goto out;
    T_EQ(sealstream_create(b.f.keyring, b.key, keep, &sealed, &stream, NULL), ERR_OK, "new");
    T_EQ(put_in_pieces(stream, span_of(plain, (size_t)2 * SEALSTREAM_CHUNK_BYTES + 5), 65536),
         ERR_OK, "two chunks and five bytes");
    len = sealed.len;

    memcpy(evil, sealed.at, len);
    memmove(evil + HEAD, evil + HEAD + CHUNK, len - HEAD - CHUNK);
    T_EQ(open_into(b.f.keyring, span_of(evil, len - CHUNK), 1000, &opened), ERR_PROTO,
         "the first dropped");
    T_EQ(opened.len, 0, "nothing came out");
    memcpy(evil, sealed.at, len);
    memcpy(evil + HEAD + CHUNK, sealed.at + HEAD, CHUNK);
    T_EQ(open_into(b.f.keyring, span_of(evil, len), 1000, &opened), ERR_PROTO,
         "the first twice");
    memcpy(evil + HEAD, sealed.at + HEAD + CHUNK, CHUNK);
    T_EQ(open_into(b.f.keyring, span_of(evil, len), 1000, &opened), ERR_PROTO, "two swapped");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, HEAD + CHUNK), 1000, &opened), ERR_PROTO,
         "cut behind the first");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, HEAD + 2 * CHUNK), 1000, &opened), ERR_PROTO,
         "cut behind the second");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, len - 1), 1000, &opened), ERR_PROTO,
         "cut by a byte");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, HEAD), 1000, &opened), ERR_PROTO,
         "head only");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, 5), 1000, &opened), ERR_PROTO,
         "half a head");
    T_EQ(open_into(b.f.keyring, SPAN_NONE, 1000, &opened), ERR_PROTO, "nothing");
    memcpy(evil, sealed.at, len);
    evil[len] = 0;
    T_EQ(open_into(b.f.keyring, span_of(evil, len + 1), 1000, &opened), ERR_PROTO,
         "a byte more");
    evil[3] ^= 1;
    T_EQ(open_into(b.f.keyring, span_of(evil, len), 1000, &opened), ERR_PROTO, "another magic");
    evil[3] ^= 1;
    evil[HEAD - 1] ^= 1;
    T_EQ(open_into(b.f.keyring, span_of(evil, len), 1000, &opened), ERR_PROTO,
         "another prefix");
    evil[HEAD - 1] ^= 1;
    memcpy(evil + 14, b.other_key.b, 16);
    T_EQ(open_into(b.f.keyring, span_of(evil, len), 1000, &opened), ERR_PROTO, "another key");

    opened.n_calls = 0;
    opened.fail_at = 2;
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, len), 1000, &opened), ERR_NOSPACE,
         "what the sink says is passed on");
    opened.fail_at = 0;
    T_EQ(keyring_destroy_subject(b.f.keyring, KEY_PERSON, b.person, NULL), ERR_OK, "destroyed");
    T_EQ(open_into(b.f.keyring, span_of(sealed.at, len), 1000, &opened), ERR_NOT_FOUND,
         "closed for good");
out:
    sealstream_destroy(&stream);
    free(plain);
    free(evil);
    free(sealed.at);
    free(opened.at);
    end(&b);
}
