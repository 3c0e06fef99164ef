/* AES-256-GCM against McGrew and Viega's test cases 13-16, and the cache of opened keys. */
#include "node/db/gcm.h"

#include "node/db/keycache.h"
#include "tests/t.h"

T_CASE(gcm_gives_the_published_bytes)
{
    static const struct {
        const char *what, *key, *nonce, *aad, *plain, *sealed;
    } rows[] = {
        {"case 13", "0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {"case 14", "0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
        {"case 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
         "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0"
         "e"
         "2449a6b525b16aedf5aa0de657ba637b39",
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08"
         "b"
         "1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span plain = t_hex(rows[i].plain), want = t_hex(rows[i].sealed);
        const uint8_t *key = t_hex(rows[i].key).p, *nonce = t_hex(rows[i].nonce).p;
        struct span aad = t_hex(rows[i].aad);
        uint8_t sealed[128], opened[128];

        T_EQ(gcm_seal(key, nonce, aad, plain, sealed, NULL), ERR_OK, rows[i].what);
        T_SPAN(span_of(sealed, want.len), want, rows[i].what);
        T_EQ(gcm_open(key, nonce, aad, want, opened, NULL), ERR_OK, rows[i].what);
        T_SPAN(span_of(opened, plain.len), plain, rows[i].what);
    }
}

T_CASE(gcm_opens_many_messages_by_one_key)
{
    uint8_t key[32] = {1}, sealed[64 + 16], opened[64];
    struct gcm_key *one = NULL;

    T_EQ(gcm_key_create(key, &one, NULL), ERR_OK, "a key");
    for (uint8_t n = 0; n < 64; n++) {
        uint8_t nonce[12] = {n};
        struct span plain = span_of(
                        "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop",
                        n % 60),
                    all = span_of(sealed, plain.len + 16);

        T_EQ(gcm_seal(key, nonce, SPAN("aad"), plain, sealed, NULL), ERR_OK, "sealed");
        T_EQ(gcm_key_open(one, nonce, SPAN("aad"), all, opened, NULL), ERR_OK, "opened");
        T_SPAN(span_of(opened, plain.len), plain, "as it was");
        sealed[plain.len] ^= 1;
        T_EQ(gcm_key_open(one, nonce, SPAN("aad"), all, opened, NULL), ERR_PROTO, "changed");
        sealed[plain.len] ^= 1;
        T_EQ(gcm_key_open(one, nonce, SPAN("aae"), all, opened, NULL), ERR_PROTO, "beside it");
        T_EQ(gcm_key_open(one, nonce, SPAN("aad"), all, opened, NULL), ERR_OK,
             "a refusal leaves the key as it was");
    }
    gcm_key_destroy(&one);
}

T_CASE(gcm_gives_nothing_of_what_was_changed)
{
    uint8_t key[32] = {1}, nonce[12] = {2}, sealed[5 + 16], opened[5];

    T_EQ(gcm_seal(key, nonce, SPAN("aad"), SPAN("hello"), sealed, NULL), ERR_OK, "sealed");
    for (size_t bit = 0; bit < sizeof sealed * 8; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        memset(opened, 0xff, sizeof opened);
        T_EQ(gcm_open(key, nonce, SPAN("aad"), span_of(sealed, sizeof sealed), opened, NULL),
             ERR_PROTO, "one bit");
        T_SPAN(span_of(opened, sizeof opened), SPAN("\0\0\0\0\0"), "zeros");
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    T_EQ(gcm_open(key, nonce, SPAN("aae"), span_of(sealed, sizeof sealed), opened, NULL),
         ERR_PROTO, "other data beside it");
    T_EQ(gcm_open(key, nonce, SPAN("aad"), span_of(sealed, 15), opened, NULL), ERR_PROTO,
         "shorter than a tag");
}

T_CASE(keycache_forgets_the_least_used_and_what_it_is_told)
{
    struct keycache *cache = NULL;
    struct id ids[6];
    uint8_t bytes[KEYCACHE_KEY_BYTES] = {0}, out[KEYCACHE_KEY_BYTES];

    T_EQ(keycache_create(&cache, NULL), ERR_OK, "made");
    for (size_t i = 0; i < T_COUNT(ids); i++) { /* all of one set of four */
        ids[i] = (struct id){{(uint8_t)(i + 1)}};
        bytes[0] = (uint8_t)i;
        if (i == 4)
            T_OK(keycache_find(cache, ids[0], out), "the first is used again");
        keycache_put(cache, ids[i], bytes);
    }
    T_OK(keycache_find(cache, ids[0], out) && out[0] == 0, "kept: it was used");
    T_OK(!keycache_find(cache, ids[1], out), "gone: least used");
    T_OK(!keycache_find(cache, ids[2], out), "gone: next least used");
    T_OK(keycache_find(cache, ids[5], out) && out[0] == 5, "the youngest");
    keycache_drop(cache, ids[5]);
    T_OK(!keycache_find(cache, ids[5], out), "dropped");
    keycache_drop(cache, ids[5]);
    bytes[0] = 77;
    keycache_put(cache, ids[0], bytes);
    T_OK(keycache_find(cache, ids[0], out) && out[0] == 77, "put again: replaced");
    keycache_clear(cache);
    T_OK(!keycache_find(cache, ids[0], out), "all gone");
    keycache_destroy(&cache);
    T_OK(cache == NULL, "destroyed");
    keycache_destroy(&cache);
}
