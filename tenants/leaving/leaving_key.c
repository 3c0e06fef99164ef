#include "tenants/leaving/leaving_key.h"

#include "node/base/wholefile.h"
#include "node/db/digest.h"

#define PEM_CAP    1024
#define SPKI_BYTES 44 /* RFC 8410: 12 bytes before the key */

enum err leaving_key_public(const struct jws_private *key,
                            uint8_t public_out[LEAVING_PUBLIC_BYTES], struct fail *why)
{
    struct jws_key *public = NULL;
    struct span spki;
    enum err rc = jws_private_public(key, &public, why);

    if (rc != ERR_OK)
        return rc;
    spki = jws_key_spki(public);
    if (spki.len == SPKI_BYTES)
        memcpy(public_out, spki.p + SPKI_BYTES - LEAVING_PUBLIC_BYTES, LEAVING_PUBLIC_BYTES);
    else
        rc = fail_set(why, ERR_INTERNAL, "a key of %zu bytes", spki.len);
    jws_key_close(&public);
    return rc;
}

enum err leaving_key_open(const char *path, struct jws_private **key_out, struct fail *why)
{
    uint8_t pem[PEM_CAP];
    size_t len = 0;
    enum err rc = wholefile_read(path, pem, sizeof pem, &len, why);

    *key_out = NULL;
    if (rc == ERR_OK)
        rc = jws_private_open(span_of(pem, len), NULL, key_out, why);
    digest_wipe(pem, sizeof pem);
    return rc;
}

static enum err make(const char *path, struct jws_private **key_out, struct fail *why)
{
    struct arena *arena = NULL;
    struct span pem;
    enum err rc = arena_create(PEM_CAP, &arena, why);

    if (rc != ERR_OK)
        return rc;
    arena_mark_secret(arena);
    rc = jws_private_make(key_out, why);
    if (rc == ERR_OK)
        rc = jws_private_pem(*key_out, arena, &pem, why);
    if (rc == ERR_OK)
        rc = wholefile_replace(path, pem, why);
    if (rc != ERR_OK)
        jws_private_close(key_out);
    arena_destroy(&arena);
    return rc;
}

enum err leaving_key_need(const char *path, uint8_t public_out[LEAVING_PUBLIC_BYTES],
                          struct fail *why)
{
    struct jws_private *key = NULL;
    enum err rc = leaving_key_open(path, &key, why);

    if (rc == ERR_NOT_FOUND)
        rc = make(path, &key, why);
    if (rc == ERR_OK)
        rc = leaving_key_public(key, public_out, why);
    jws_private_close(&key);
    return rc;
}
