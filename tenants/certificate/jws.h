/* tenants/certificate/jws.h - signed documents of a contract's end: JWS JSON General
 * Serialization (RFC 7515, section 7.2.1), written and read in one form only.
 *   {"payload":"B64U","signatures":[{"protected":"B64U","signature":"B64U"}, ...]}\n
 * protected is {"alg":"EdDSA"|"RS256","kid":"HEX","typ":"ibasho-receipt/1"}, payload a JSON
 * object in canonical form (jx_write_canonical); both without spaces, keys sorted by bytes,
 * base64url without padding. What is not byte for byte what jws_write would write is refused,
 * so that a document has one SHA-256 for ever. Every signature is of one type and of a
 * different key (AI-7.2-2).
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef TENANTS_CERTIFICATE_JWS_H
#define TENANTS_CERTIFICATE_JWS_H

#include "node/base/jx.h"
#include "tenants/certificate/jws_key.h"

#define JWS_N_SIGNATURES 8
#define JWS_PAYLOAD_MOST ((size_t)4 << 20)
#define JWS_TEXT_MOST    ((size_t)6 << 20)
#define JWS_TYPE_CAP     40 /* "ibasho-certificate/1" and a NUL */

struct jws_signature {
    enum jws_alg alg;
    char kid[JWS_KID_CAP];
    struct span protected64; /* as it stands: part of what is signed */
    struct span bytes;
};

struct jws {
    char type[JWS_TYPE_CAP]; /* without "ibasho-": no; whole: "ibasho-receipt/1" */
    struct span payload;     /* the JSON */
    struct span payload64;   /* as it stands: part of what is signed */
    struct jws_signature signatures[JWS_N_SIGNATURES];
    int n_signatures; /* 1 to JWS_N_SIGNATURES */
};

/* Signs payload by each of n (1 to JWS_N_SIGNATURES) signers; *text_out ends with the line
 * feed. ERR_INVALID: a type that is none, or one key twice. ERR_TOO_LARGE. Else the signer's
 * errors. payload is taken as it is: write it with jx_write_canonical (or jws_write_shape). */
NODISCARD enum err jws_write(const char *type, struct span payload,
                             const struct jws_signer *signers, int n, struct arena *arena,
                             struct span *text_out, struct fail *why);
NODISCARD enum err jws_write_shape(const char *type, const struct jx_shape *shape,
                                   const void *from, const struct jws_signer *signers, int n,
                                   struct arena *arena, struct span *text_out,
                                   struct fail *why);
/* One more signature behind those of text, which stay as they are. ERR_CONFLICT: that key has
 * signed it already. */
NODISCARD enum err jws_add(struct span text, const struct jws_signer *signer,
                           struct arena *arena, struct span *text_out, struct fail *why);

/* ERR_PROTO: any other form, with the byte in why. ERR_TOO_LARGE. No signature is checked. */
NODISCARD enum err jws_read(struct span text, struct arena *arena, struct jws *jws_out,
                            struct fail *why);
/* ERR_OK: key signed this document. ERR_NOT_FOUND: no signature says it is by this key.
 * ERR_DENIED: one says so and is not. */
NODISCARD enum err jws_check(const struct jws *jws, const struct jws_key *key,
                             struct fail *why);
/* As jws_check, and there is no signature but this key's (ERR_DENIED). */
NODISCARD enum err jws_check_only(const struct jws *jws, const struct jws_key *key,
                                  struct fail *why);
/* The payload as a struct: ERR_PROTO when the document is of another type, or its payload is
 * not in canonical form; else as jx_read_within. */
NODISCARD enum err jws_read_shape(const struct jws *jws, const char *type,
                                  const struct jx_shape *shape, struct arena *arena,
                                  void *struct_out, struct fail *why);
/* All of it: read, signed by key and nobody else, of that type and shape. */
NODISCARD enum err jws_open(struct span text, const struct jws_key *key, const char *type,
                            const struct jx_shape *shape, struct arena *arena, void *struct_out,
                            struct fail *why);

/* A document inside another one: a member that is an object of this shape (JX_OBJECT, or items
 * of a JX_LIST). jws_pack reads a document's text into it (strictly, as jws_read); jws_unpack
 * writes the text again, byte for byte. */
struct jws_packed_signature {
    struct span protected_header, signature;
};
struct jws_packed {
    struct span payload;
    struct jx_list signatures; /* of jws_packed_signature */
};
extern const struct jx_shape jws_packed_shape;
NODISCARD enum err jws_pack(struct span text, struct arena *arena,
                            struct jws_packed *packed_out, struct fail *why);
NODISCARD enum err jws_unpack(const struct jws_packed *packed, struct arena *arena,
                              struct span *text_out, struct fail *why);

#endif
