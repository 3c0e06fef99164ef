/* Checking requests of other nodes while memory fails: what could not be checked is not let in,
 * not called false either, and leaves no nonce. */
#include "federation/nonces.h"
#include "federation/profile_priv.h"
#include "node/base/hex.h"
#include "tests/torture/torture.h"

TORTURE(nonces_take_or_keep_nothing)
{
    struct nonces *nonces = NULL;
    enum err rc = nonces_create(&nonces, NULL);

    must((rc == ERR_OK) == (nonces != NULL));
    for (uint8_t i = 0; rc == ERR_OK && i < 200; i++) {
        uint8_t nonce[PROFILE_NONCE_BYTES] = {i};
        struct span kid = i % 2 == 0 ? SPAN("a-1") : SPAN("b-1");
        enum fed_code code = nonces_take(nonces, kid, nonce, 1, 1);

        must(code == FED_OK || code == FED_UNAVAILABLE);
        must(nonces_count(nonces) == (size_t)i + (code == FED_OK));
        if (code == FED_OK)
            must(nonces_take(nonces, kid, nonce, 1, 1) == FED_REPLAYED);
        else
            rc = ERR_NOMEM;
    }
    nonces_destroy(&nonces);
    return rc;
}

/* RFC 8032, section 7.1, TEST 2. */
static enum fed_code check_vector(void)
{
    static const char key[] =
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    static const char sig[] =
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    uint8_t public_key[32], signature[PROFILE_SIGNATURE_BYTES];

    must(hex_read(span_text(key), public_key, sizeof public_key));
    must(hex_read(span_text(sig), signature, sizeof signature));
    return ed25519_check(SPAN("r"), signature, public_key);
}

/* Before any allocation fails: see digests_begin in live.c. */
__attribute__((constructor)) static void signatures_begin(void)
{
    must(check_vector() == FED_OK);
}

TORTURE(ed25519_is_checked_or_not_told)
{
    enum fed_code code = check_vector();

    must(code == FED_OK || code == FED_UNAVAILABLE);
    return code == FED_OK ? ERR_OK : ERR_NOMEM;
}
