/* tenants/signin/passkey.h - passkeys between browser and table: what a browser is asked with,
 * what its answer is compared with, and the sealed parts of a stored one. The check itself is
 * webauthn.h, the rows are passkey_store.h, the routes passkey_http.c (one's own) and
 * passkey_signin_http.c.
 * Threads: any; one struct db per thread.  Owns: nothing; all lives in the request's arena. */
#ifndef TENANTS_SIGNIN_PASSKEY_H
#define TENANTS_SIGNIN_PASSKEY_H

#include "tenants/people/account_priv.h"
#include "tenants/signin/passkey_challenge.h"
#include "tenants/signin/passkey_place.h"
#include "tenants/signin/passkey_store.h"

#define PASSKEY_HANDLE_BYTES 16
#define PASSKEY_LABEL_MOST   40 /* graphemes */

/* A fresh challenge for this request, in base64url. ERR_DENIED: see passkey_place_of. */
NODISCARD enum err passkey_ask(const struct req *req, enum passkey_act act,
                               struct passkey_place *place_out, struct span *challenge_out,
                               struct fail *why);

/* What an answer to it must say. */
struct passkey_expected {
    struct passkey_place place;
    uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES];
    int64_t challenge_utc_us;
    struct webauthn_expect expect; /* points into this struct: do not copy it */
};
/* Reads the challenge from the client data. ERR_DENIED: it is none of ours for this request;
 * why->field as in webauthn.h and passkey_challenge.h. */
NODISCARD enum err passkey_expect(const struct req *req, enum passkey_act act,
                                  struct span client_data,
                                  struct passkey_expected *expected_out, struct fail *why);

NODISCARD enum err passkey_index(struct accounts *accounts, struct span credential,
                                 uint8_t index_out[PASSKEY_INDEX_BYTES], struct fail *why);
/* What an authenticator knows a person by: a keyed hash, so that it learns no id of ours. */
NODISCARD enum err passkey_handle(struct accounts *accounts, struct id account,
                                  uint8_t handle_out[PASSKEY_HANDLE_BYTES], struct fail *why);
/* The credential ids of an account's live passkeys, in base64url. */
NODISCARD enum err passkey_credentials(struct accounts *accounts, struct db *db,
                                       struct id account, struct arena *arena,
                                       struct jx_texts *texts_out, struct fail *why);

/* column: "credential_sealed", "public_key_sealed" or "label_sealed". */
NODISCARD enum err passkey_open_column(struct accounts *accounts, struct id passkey,
                                       const char *column, struct span sealed,
                                       struct arena *arena, struct span *plain_out,
                                       struct fail *why);
NODISCARD enum err passkey_open_key(struct accounts *accounts, const struct passkey_row *row,
                                    struct arena *arena, struct webauthn_key *key_out,
                                    struct fail *why);
/* A new row: id, moment, sealed columns. */
NODISCARD enum err passkey_make_row(struct accounts *accounts, struct id account,
                                    const struct webauthn_new *made, struct span label,
                                    const struct passkey_expected *expected, int64_t now_utc_us,
                                    struct arena *arena, struct passkey_row *row_out,
                                    struct fail *why);

#endif
