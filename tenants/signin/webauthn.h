/* tenants/signin/webauthn.h - what a browser hands over of a passkey, checked: W3C Web
 * Authentication Level 2, sections 5.8.1 (client data), 6.1 (authenticator data), 7.1 and 7.2
 * (registration and sign-in). Attestation is not asked for: which make of authenticator a
 * teacher has is none of the town's business. Pure: no database, no clock, no key of ours.
 * libfido2 is named in webauthn.c alone and sees only bytes whose structure was walked here
 * before.
 *
 * A refusal is ERR_DENIED, and why->field then says which rule was broken, for the access
 * record alone (outside all refusals look the same): "client-data" "type" "challenge" "origin"
 * "cross-origin" "authenticator-data" "rp" "user-present" "user-verified" "algorithm" "counter"
 * "signature". Any other error: the check could not be made.
 * Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_SIGNIN_WEBAUTHN_H
#define TENANTS_SIGNIN_WEBAUTHN_H

#include "node/base/arena.h"
#include "node/base/span.h"

#define WEBAUTHN_CHALLENGE_BYTES  32
#define WEBAUTHN_CREDENTIAL_LEAST 16   /* bytes of a credential id; section 4 */
#define WEBAUTHN_CREDENTIAL_MOST  1023 /* bytes of a credential id */
#define WEBAUTHN_CLIENT_DATA_MOST 4096
#define WEBAUTHN_DATA_MOST        4096
#define WEBAUTHN_SIGNATURE_MOST   512
#define WEBAUTHN_KEY_MOST         260 /* of an RSA key of 2048 bits with its exponent */

/* IANA's COSE algorithms that are taken, the best liked first. */
#define WEBAUTHN_ALGORITHMS_N 3
extern const int webauthn_algorithms[WEBAUTHN_ALGORITHMS_N];

struct webauthn_key {
    int algorithm;
    uint8_t bytes[WEBAUTHN_KEY_MOST]; /* as libfido2 lays it out: x and y, or n and e */
    size_t len;
};

/* -- the parts, read strictly; spans borrow from the input -- */

enum webauthn_type { WEBAUTHN_CREATE, WEBAUTHN_GET, WEBAUTHN_OTHER };

struct webauthn_client {
    enum webauthn_type type;
    uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES];
    struct span origin;
    bool is_cross_origin;
};
/* Strict JSON (node/base/jx.h) of one object; members we do not know are passed over, for
 * browsers add some. */
NODISCARD enum err webauthn_client_read(struct span json, struct arena *arena,
                                        struct webauthn_client *client_out, struct fail *why);

struct webauthn_data {
    struct span rp_hash;
    uint8_t flags;
    uint32_t sign_count;
    struct span credential, key; /* empty without a new credential; key: COSE in CBOR */
};
/* Every byte is accounted for: nothing may stand behind the last part. */
NODISCARD enum err webauthn_data_read(struct span bytes, bool has_credential,
                                      struct webauthn_data *data_out, struct fail *why);

/* -- the two checks -- */

struct webauthn_expect {
    struct span challenge; /* WEBAUTHN_CHALLENGE_BYTES that we gave out */
    struct span
        origin; /* "https://ibasho.city.example.lg.jp", of the listener that was asked */
    const char *rp_id;
};

struct webauthn_new {
    struct webauthn_key key;
    struct span credential; /* borrowed from the authenticator data */
    uint32_t sign_count;
};
NODISCARD enum err webauthn_check_new(const struct webauthn_expect *expect,
                                      struct span client_data, struct span authenticator_data,
                                      struct arena *arena, struct webauthn_new *new_out,
                                      struct fail *why);

struct webauthn_proof {
    struct span client_data, authenticator_data, signature;
};
/* sign_count_before: as it was stored. Authenticators that do not count always say 0; any other
 * count must have risen, or there are two of this key. */
NODISCARD enum err webauthn_check_proof(const struct webauthn_expect *expect,
                                        const struct webauthn_proof *proof,
                                        const struct webauthn_key *key,
                                        uint32_t sign_count_before, struct arena *arena,
                                        uint32_t *sign_count_out, struct fail *why);

#endif
