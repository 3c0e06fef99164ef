/* tenants/certificate/jws_key.h - keys of signed documents: Ed25519 (a node, a peer, the key of
 * one erasure) and RSA of at least 3072 bits (the municipality), as RFC 8037 and RFC 7518
 * section 3.3 name them. A key's id (kid) is the SHA-256 of its DER SubjectPublicKeyInfo, small
 * hexadecimal digits, so that anyone can compute it with stock tools (AI-7.2-2).
 * Threads: a key may be shared read-only; a signer belongs to one thread at a time. */
#ifndef TENANTS_CERTIFICATE_JWS_KEY_H
#define TENANTS_CERTIFICATE_JWS_KEY_H

#include "node/base/arena.h"
#include "node/db/keyring.h"

#define JWS_KID_CAP        65 /* 64 digits and a NUL */
#define JWS_SIGNATURE_CAP  1024
#define JWS_RSA_LEAST_BITS 3072
#define JWS_RSA_MOST_BITS  8192
#define JWS_PEM_CAP        16384

enum jws_alg { JWS_EDDSA, JWS_RS256, JWS_ALG_N };
const char *jws_alg_name(enum jws_alg alg); /* "EdDSA", "RS256" */

/* ---- to verify ---- */
struct jws_key; /* a public key */

/* Each: the caller owns *key_out; on failure it is NULL. ERR_PROTO: not such a key.
 * ERR_INVALID: a key of another kind, or RSA outside the bounds above. */
NODISCARD enum err jws_key_open_ed25519(const uint8_t public_key[32], struct jws_key **key_out,
                                        struct fail *why);
/* A DER SubjectPublicKeyInfo, nothing behind it. */
NODISCARD enum err jws_key_open_spki(struct span der, struct jws_key **key_out,
                                     struct fail *why);
/* A certificate, DER or one PEM block (text around the block is passed over, a second block is
 * ERR_PROTO). Its dates and issuer are not judged: the municipality registers one certificate,
 * which is then known by its SHA-256. */
NODISCARD enum err jws_key_open_certificate(struct span bytes, struct jws_key **key_out,
                                            struct fail *why);
void jws_key_close(struct jws_key **key);

enum jws_alg jws_key_alg(const struct jws_key *key);
const char *jws_key_kid(const struct jws_key *key);
struct span jws_key_spki(const struct jws_key *key); /* DER; borrowed */
/* SHA-256 of the certificate's DER, the fingerprint that is printed; all zeros when the key did
 * not come in a certificate. */
const uint8_t *jws_key_certificate_sha256(const struct jws_key *key);
/* ERR_DENIED: this key did not make that signature of these bytes. ERR_NOMEM, ERR_INTERNAL: it
 * could not be checked. */
NODISCARD enum err jws_key_check(const struct jws_key *key, struct span bytes,
                                 struct span signature, struct fail *why);

/* ---- to sign ---- */
struct jws_signer {
    enum jws_alg alg;
    char kid[JWS_KID_CAP];
    void *arg;
    /* Fills at most JWS_SIGNATURE_CAP bytes. */
    enum err (*sign)(void *arg, struct span bytes, uint8_t signature_out[JWS_SIGNATURE_CAP],
                     size_t *len_out, struct fail *why);
};

/* The node's key "audit.sign"; arg borrows the keyring. Errors of keyring_public_key. */
NODISCARD enum err jws_signer_of_log(struct keyring *keyring, struct jws_signer *signer_out,
                                     struct fail *why);

struct jws_private; /* a private key in memory of ours */
/* A new Ed25519 key. */
NODISCARD enum err jws_private_make(struct jws_private **key_out, struct fail *why);
/* One PEM block PRIVATE KEY (PKCS#8), or ENCRYPTED PRIVATE KEY with its pass phrase (NULL:
 * none). ERR_DENIED: the pass phrase is another. */
NODISCARD enum err jws_private_open(struct span pem, const char *pass_phrase,
                                    struct jws_private **key_out, struct fail *why);
/* PEM, PKCS#8 without a pass phrase, into the arena (mark it secret). */
NODISCARD enum err jws_private_pem(const struct jws_private *key, struct arena *arena,
                                   struct span *pem_out, struct fail *why);
void jws_private_close(struct jws_private **key);
/* The public half; the caller owns it. */
NODISCARD enum err jws_private_public(const struct jws_private *key, struct jws_key **key_out,
                                      struct fail *why);
/* arg borrows key. */
NODISCARD enum err jws_signer_of_private(struct jws_private *key, struct jws_signer *signer_out,
                                         struct fail *why);

#endif
