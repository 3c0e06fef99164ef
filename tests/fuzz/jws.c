/* covers: tenants/certificate/jws.c */
/* Signed documents: what reads is written the same way again, byte for byte, and no key that
 * signed nothing is believed; keys from outside never crash. */
#include <stdlib.h>

#include "tenants/certificate/jws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static enum err no_signature(void *arg, struct span bytes,
                             uint8_t signature_out[JWS_SIGNATURE_CAP], size_t *len_out,
                             struct fail *why)
{
    (void)arg;
    (void)bytes;
    (void)why;
    memset(signature_out, 7, 64);
    *len_out = 64;
    return ERR_OK;
}

static void try_document(struct span text, const struct jws_key *key, struct arena *arena)
{
    struct jws_signer signer = {.alg = JWS_EDDSA, .sign = no_signature};
    struct jws_packed packed, inner;
    struct span again, more;
    struct jws jws;

    memcpy(signer.kid, jws_key_kid(key), sizeof signer.kid);
    if (jws_write("ibasho-word/1", text, &signer, 1, arena, &again, NULL) == ERR_OK) {
        check(jws_open(again, key, "ibasho-word/1", &jws_packed_shape, arena, &inner, NULL) !=
              ERR_OK);
        check(jws_read(again, arena, &jws, NULL) == ERR_OK && span_eq(jws.payload, text));
        (void)jws_read_shape(&jws, "ibasho-word/1", &jws_packed_shape, arena, &inner, NULL);
    }
    if (jws_read(text, arena, &jws, NULL) != ERR_OK)
        return;
    check(jws_check(&jws, key, NULL) != ERR_OK);
    check(jws_pack(text, arena, &packed, NULL) == ERR_OK &&
          jws_unpack(&packed, arena, &again, NULL) == ERR_OK && span_eq(again, text));
    if (jws_add(text, &signer, arena, &more, NULL) == ERR_OK)
        check(jws_read(more, arena, &jws, NULL) == ERR_OK &&
              jws_add(more, &signer, arena, &again, NULL) != ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t public_key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
                                           0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
                                           0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
                                           0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    struct span bytes = span_of(data, size);
    struct jws_key *key = NULL, *other = NULL;
    struct arena *arena = NULL;

    check(arena_create(16384, &arena, NULL) == ERR_OK);
    check(jws_key_open_ed25519(public_key, &key, NULL) == ERR_OK);
    try_document(bytes, key, arena);
    if (jws_key_open_spki(bytes, &other, NULL) == ERR_OK)
        check(span_eq(jws_key_spki(other), bytes));
    jws_key_close(&other);
    if (jws_key_open_certificate(bytes, &other, NULL) == ERR_OK)
        check(jws_key_certificate_sha256(other) != NULL);
    jws_key_close(&other);
    jws_key_close(&key);
    arena_destroy(&arena);
    return 0;
}
