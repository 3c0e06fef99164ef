#include "tenants/signin/webauthn.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <openssl/evp.h>

#include "node/db/hash256.h"

#define FLAG_PRESENT  CTAP_AUTHDATA_USER_PRESENT
#define FLAG_VERIFIED CTAP_AUTHDATA_USER_VERIFIED
#define FLAG_SYNCABLE 0x08 /* may be kept by a cloud */
#define FLAG_SYNCED   0x10

const int webauthn_algorithms[WEBAUTHN_ALGORITHMS_N] = {COSE_ES256, COSE_EDDSA, COSE_RS256};

static enum err refuse(struct fail *why, const char *rule, const char *what)
{
    return fail_field(why, ERR_DENIED, rule, "passkey: %s", what);
}

static enum err check_client(const struct webauthn_expect *expect, struct span client_data,
                             enum webauthn_type type, struct arena *arena, struct fail *why)
{
    struct webauthn_client client;
    enum err rc = webauthn_client_read(client_data, arena, &client, why);

    if (rc != ERR_OK)
        return rc;
    if (client.type != type)
        return refuse(why, "type", "made for something else");
    if (!span_eq(span_of(client.challenge, sizeof client.challenge), expect->challenge))
        return refuse(why, "challenge", "another challenge");
    if (!span_eq(client.origin, expect->origin))
        return refuse(why, "origin", "made at another address");
    if (client.is_cross_origin)
        return refuse(why, "cross-origin", "made inside another site's page");
    return ERR_OK;
}

/* Present and verified: the device asked for a face, finger or PIN. A key that is kept by a
 * cloud is one that may be (section 6.1.3). */
static enum err check_data(const char *rp_id, const struct webauthn_data *data,
                           struct fail *why)
{
    struct hash256 want = hash256_of(span_text(rp_id));

    if (!span_eq(data->rp_hash, hash256_span(&want)))
        return refuse(why, "rp", "made for another relying party");
    if ((data->flags & FLAG_PRESENT) == 0)
        return refuse(why, "user-present", "nobody was there");
    if ((data->flags & FLAG_VERIFIED) == 0)
        return refuse(why, "user-verified", "the person was not verified");
    if ((data->flags & FLAG_SYNCED) != 0 && (data->flags & FLAG_SYNCABLE) == 0)
        return refuse(why, "authenticator-data", "flags that contradict each other");
    return ERR_OK;
}

/* -- keys: what libfido2 makes of the bytes -- */

/* True when these bytes are a key on its curve. */
static bool is_usable(int algorithm, const uint8_t *bytes, size_t len)
{
    es256_pk_t *es256 = NULL;
    eddsa_pk_t *eddsa = NULL;
    rs256_pk_t *rs256 = NULL;
    EVP_PKEY *key = NULL;

    if (algorithm == COSE_ES256 && (es256 = es256_pk_new()) != NULL &&
        es256_pk_from_ptr(es256, bytes, len) == FIDO_OK)
        key = es256_pk_to_EVP_PKEY(es256);
    if (algorithm == COSE_EDDSA && (eddsa = eddsa_pk_new()) != NULL &&
        eddsa_pk_from_ptr(eddsa, bytes, len) == FIDO_OK)
        key = eddsa_pk_to_EVP_PKEY(eddsa);
    if (algorithm == COSE_RS256 && (rs256 = rs256_pk_new()) != NULL &&
        rs256_pk_from_ptr(rs256, bytes, len) == FIDO_OK)
        key = rs256_pk_to_EVP_PKEY(rs256);
    es256_pk_free(&es256);
    eddsa_pk_free(&eddsa);
    rs256_pk_free(&rs256);
    if (key == NULL)
        return false;
    EVP_PKEY_free(key);
    return true;
}

/* libfido2 reads a credential only when it was told the algorithm before. */
static enum err read_key_as(int algorithm, struct span authenticator_data,
                            struct webauthn_key *key_out, struct fail *why)
{
    fido_cred_t *cred = fido_cred_new();
    enum err rc = ERR_DENIED;

    if (cred == NULL)
        return fail_set(why, ERR_NOMEM, "passkey");
    if (fido_cred_set_type(cred, algorithm) == FIDO_OK &&
        fido_cred_set_authdata_raw(cred, authenticator_data.p, authenticator_data.len) ==
            FIDO_OK) {
        size_t len = fido_cred_pubkey_len(cred);

        if (len > 0 && len <= sizeof key_out->bytes &&
            is_usable(algorithm, fido_cred_pubkey_ptr(cred), len)) {
            *key_out = (struct webauthn_key){.algorithm = algorithm, .len = len};
            memcpy(key_out->bytes, fido_cred_pubkey_ptr(cred), len);
            rc = ERR_OK;
        }
    }
    fido_cred_free(&cred);
    return rc;
}

static enum err read_key(struct span authenticator_data, struct webauthn_key *key_out,
                         struct fail *why)
{
    enum err rc = ERR_DENIED;

    for (int i = 0; i < WEBAUTHN_ALGORITHMS_N && rc == ERR_DENIED; i++)
        rc = read_key_as(webauthn_algorithms[i], authenticator_data, key_out, why);
    return rc == ERR_DENIED ? refuse(why, "algorithm", "no key that is taken here") : rc;
}

enum err webauthn_check_new(const struct webauthn_expect *expect, struct span client_data,
                            struct span authenticator_data, struct arena *arena,
                            struct webauthn_new *new_out, struct fail *why)
{
    struct webauthn_new made = {.sign_count = 0};
    struct webauthn_data data;
    enum err rc = check_client(expect, client_data, WEBAUTHN_CREATE, arena, why);

    if (rc == ERR_OK)
        rc = webauthn_data_read(authenticator_data, true, &data, why);
    if (rc == ERR_OK)
        rc = check_data(expect->rp_id, &data, why);
    if (rc == ERR_OK)
        rc = read_key(authenticator_data, &made.key, why);
    if (rc != ERR_OK)
        return rc;
    made.credential = data.credential;
    made.sign_count = data.sign_count;
    *new_out = made;
    return ERR_OK;
}

/* -- signatures -- */

/* The key in the form fido_assert_verify wants; freed with free_key. */
static void *make_key(const struct webauthn_key *key)
{
    es256_pk_t *es256;
    eddsa_pk_t *eddsa;
    rs256_pk_t *rs256;

    switch (key->algorithm) {
    case COSE_ES256:
        es256 = es256_pk_new();
        if (es256 != NULL && es256_pk_from_ptr(es256, key->bytes, key->len) != FIDO_OK)
            es256_pk_free(&es256);
        return es256;
    case COSE_EDDSA:
        eddsa = eddsa_pk_new();
        if (eddsa != NULL && eddsa_pk_from_ptr(eddsa, key->bytes, key->len) != FIDO_OK)
            eddsa_pk_free(&eddsa);
        return eddsa;
    case COSE_RS256:
        rs256 = rs256_pk_new();
        if (rs256 != NULL && rs256_pk_from_ptr(rs256, key->bytes, key->len) != FIDO_OK)
            rs256_pk_free(&rs256);
        return rs256;
    default: /* not an enum of ours: a number from the database */
        return NULL;
    }
}

static void free_key(int algorithm, void *made)
{
    es256_pk_t *es256 = made;
    eddsa_pk_t *eddsa = made;
    rs256_pk_t *rs256 = made;

    if (algorithm == COSE_ES256)
        es256_pk_free(&es256);
    else if (algorithm == COSE_EDDSA)
        eddsa_pk_free(&eddsa);
    else
        rs256_pk_free(&rs256);
}

/* ERR_INTERNAL: what is stored or was checked before is not what the library takes. */
static enum err set_assertion(fido_assert_t *assertion, const char *rp_id,
                              const struct webauthn_proof *proof, struct fail *why)
{
    int rc =
        fido_assert_set_clientdata(assertion, proof->client_data.p, proof->client_data.len);

    if (rc == FIDO_OK)
        rc = fido_assert_set_rp(assertion, rp_id);
    if (rc == FIDO_OK)
        rc = fido_assert_set_count(assertion, 1);
    if (rc == FIDO_OK)
        rc = fido_assert_set_up(assertion, FIDO_OPT_TRUE);
    if (rc == FIDO_OK)
        rc = fido_assert_set_uv(assertion, FIDO_OPT_TRUE);
    if (rc == FIDO_OK)
        rc = fido_assert_set_authdata_raw(assertion, 0, proof->authenticator_data.p,
                                          proof->authenticator_data.len);
    if (rc == FIDO_OK)
        rc = fido_assert_set_sig(assertion, 0, proof->signature.p, proof->signature.len);
    return rc == FIDO_OK ? ERR_OK
                         : fail_set(why, ERR_INTERNAL, "libfido2: %s", fido_strerr(rc));
}

static enum err check_signature(const char *rp_id, const struct webauthn_proof *proof,
                                const struct webauthn_key *key, struct fail *why)
{
    fido_assert_t *assertion = NULL;
    void *made = make_key(key);
    enum err rc;

    if (made == NULL)
        return fail_set(why, ERR_INTERNAL, "passkey: a stored key of algorithm %d, %zu bytes",
                        key->algorithm, key->len);
    assertion = fido_assert_new();
    rc = assertion == NULL ? fail_set(why, ERR_NOMEM, "passkey")
                           : set_assertion(assertion, rp_id, proof, why);
    if (rc == ERR_OK && fido_assert_verify(assertion, 0, key->algorithm, made) != FIDO_OK)
        rc = refuse(why, "signature", "the signature does not fit");
    fido_assert_free(&assertion);
    free_key(key->algorithm, made);
    return rc;
}

enum err webauthn_check_proof(const struct webauthn_expect *expect,
                              const struct webauthn_proof *proof,
                              const struct webauthn_key *key, uint32_t sign_count_before,
                              struct arena *arena, uint32_t *sign_count_out, struct fail *why)
{
    struct webauthn_data data;
    enum err rc = check_client(expect, proof->client_data, WEBAUTHN_GET, arena, why);

    if (rc == ERR_OK)
        rc = webauthn_data_read(proof->authenticator_data, false, &data, why);
    if (rc == ERR_OK)
        rc = check_data(expect->rp_id, &data, why);
    if (rc == ERR_OK &&
        (proof->signature.len == 0 || proof->signature.len > WEBAUTHN_SIGNATURE_MOST))
        rc = refuse(why, "signature", "no signature");
    if (rc == ERR_OK)
        rc = check_signature(expect->rp_id, proof, key, why);
    if (rc != ERR_OK)
        return rc;
    /* Judged last: only who has the key may say how far it counted. */
    if ((data.sign_count != 0 || sign_count_before != 0) &&
        data.sign_count <= sign_count_before)
        return refuse(why, "counter", "the counter did not rise");
    *sign_count_out = data.sign_count;
    return ERR_OK;
}
