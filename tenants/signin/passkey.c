#include "tenants/signin/passkey.h"

#include "node/base/jx_scalar.h"
#include "node/db/seal.h"

#define CREDENTIAL_KEY "blind.passkey"
#define HANDLE_KEY     "blind.passkey-person"

static struct passkey_asker asker_of(const struct req *req, enum passkey_act act)
{
    return (struct passkey_asker){act, req->listener, req->caller.session};
}

static enum err text_of(struct span bytes, struct arena *arena, struct span *text_out,
                        struct fail *why)
{
    size_t len = jx_bytes_text_len(bytes.len);
    uint8_t *text = arena_alloc(arena, len + 1);

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes of base64url", len);
    jx_bytes_text(bytes, text);
    *text_out = span_of(text, len);
    return ERR_OK;
}

enum err passkey_ask(const struct req *req, enum passkey_act act,
                     struct passkey_place *place_out, struct span *challenge_out,
                     struct fail *why)
{
    const struct passkey_asker asker = asker_of(req, act);
    uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES];
    enum err rc = passkey_place_of(req->services->conf, req->listener, place_out, why);

    if (rc == ERR_OK)
        rc = passkey_challenge_make(req->services->keyring, &asker, req->now_utc_us, challenge,
                                    why);
    return rc == ERR_OK
               ? text_of(span_of(challenge, sizeof challenge), req->arena, challenge_out, why)
               : rc;
}

enum err passkey_expect(const struct req *req, enum passkey_act act, struct span client_data,
                        struct passkey_expected *expected_out, struct fail *why)
{
    const struct passkey_asker asker = asker_of(req, act);
    struct passkey_expected *x = expected_out;
    struct webauthn_client client;
    enum err rc = passkey_place_of(req->services->conf, req->listener, &x->place, why);

    if (rc == ERR_OK)
        rc = webauthn_client_read(client_data, req->arena, &client, why);
    if (rc == ERR_OK)
        rc = passkey_challenge_check(req->services->keyring, &asker, client.challenge,
                                     req->now_utc_us, &x->challenge_utc_us, why);
    if (rc != ERR_OK)
        return rc;
    memcpy(x->challenge, client.challenge, sizeof x->challenge);
    x->expect = (struct webauthn_expect){span_of(x->challenge, sizeof x->challenge),
                                         span_text(x->place.origin), x->place.rp_id};
    return ERR_OK;
}

enum err passkey_index(struct accounts *a, struct span credential,
                       uint8_t index_out[PASSKEY_INDEX_BYTES], struct fail *why)
{
    return keyring_blind(a->keyring, CREDENTIAL_KEY, credential, index_out, why);
}

enum err passkey_handle(struct accounts *a, struct id account,
                        uint8_t handle_out[PASSKEY_HANDLE_BYTES], struct fail *why)
{
    return keyring_blind(a->keyring, HANDLE_KEY, span_of(account.b, sizeof account.b),
                         handle_out, why);
}

enum err passkey_open_column(struct accounts *a, struct id passkey, const char *column,
                             struct span sealed, struct arena *arena, struct span *plain_out,
                             struct fail *why)
{
    const struct seal_place place = {"passkey", column, passkey};

    return unseal(a->keyring, &place, sealed, arena, plain_out, why);
}

enum err passkey_credentials(struct accounts *a, struct db *db, struct id account,
                             struct arena *arena, struct jx_texts *texts_out, struct fail *why)
{
    struct passkey_row *rows = NULL;
    struct jx_texts texts = {NULL, 0};
    size_t n = 0;
    enum err rc = passkey_store_list(db, account, arena, &rows, &n, why);

    if (rc != ERR_OK)
        return rc;
    texts.at = arena_alloc(arena, (n + 1) * sizeof *texts.at);
    if (texts.at == NULL)
        return fail_set(why, ERR_NOMEM, "%zu passkeys", n);
    for (; rc == ERR_OK && texts.n < n; texts.n++) {
        struct span plain;

        rc = passkey_open_column(a, rows[texts.n].id, "credential_sealed",
                                 rows[texts.n].credential_sealed, arena, &plain, why);
        if (rc == ERR_OK)
            rc = text_of(plain, arena, &texts.at[texts.n], why);
    }
    if (rc == ERR_OK)
        *texts_out = texts;
    return rc;
}

enum err passkey_open_key(struct accounts *a, const struct passkey_row *row,
                          struct arena *arena, struct webauthn_key *key_out, struct fail *why)
{
    struct span plain;
    enum err rc = passkey_open_column(a, row->id, "public_key_sealed", row->public_key_sealed,
                                      arena, &plain, why);

    if (rc == ERR_OK && plain.len > WEBAUTHN_KEY_MOST)
        rc = fail_set(why, ERR_INTERNAL, "a public key of %zu bytes", plain.len);
    if (rc != ERR_OK)
        return rc;
    *key_out = (struct webauthn_key){.algorithm = row->algorithm, .len = plain.len};
    memcpy(key_out->bytes, plain.p, plain.len);
    return ERR_OK;
}

enum err passkey_make_row(struct accounts *a, struct id account,
                          const struct webauthn_new *made, struct span label,
                          const struct passkey_expected *expected, int64_t now_utc_us,
                          struct arena *arena, struct passkey_row *row_out, struct fail *why)
{
    struct passkey_row row = {
        .id = id_new(),
        .account = account,
        .algorithm = made->key.algorithm,
        .sign_count = made->sign_count,
        .challenge_utc_us = expected->challenge_utc_us,
        .created_utc_us = now_utc_us,
    };
    const struct {
        const char *column;
        struct span plain;
        struct span *sealed;
    } columns[] = {
        {"credential_sealed", made->credential, &row.credential_sealed},
        {"public_key_sealed", span_of(made->key.bytes, made->key.len), &row.public_key_sealed},
        {"label_sealed", label, &row.label_sealed},
    };
    struct id key;
    enum err rc = passkey_index(a, made->credential, row.credential_index, why);

    if (rc == ERR_OK)
        rc = keyring_find_key(a->keyring, KEY_PERSON, account, NULL, &key, why);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0] && rc == ERR_OK; i++) {
        const struct seal_place place = {"passkey", columns[i].column, row.id};

        rc = seal(a->keyring, key, &place, columns[i].plain, arena, columns[i].sealed, why);
    }
    if (rc == ERR_OK)
        *row_out = row;
    return rc;
}
