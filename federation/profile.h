/* federation/profile.h - signed requests and answers between nodes: RFC 9421 (HTTP Message
 * Signatures) in one strict profile. A request is signed over
 *   "@method" "@authority" "@path" "@query" "content-digest" "content-type" "ibasho-dest"
 *   "ibasho-reg" "ibasho-op"
 * with ;created;expires;nonce;keyid;alg;tag in this order, exactly one signature, labelled
 * "fed"; an answer over
 *   "@status" "content-type" "content-digest" "signature";req;key="fed" "content-digest";req
 * with ;created;keyid;alg;tag, so that it answers this request and no other. Every message
 * carries a Content-Digest (RFC 9530, sha-256), an empty body too. There is one text for one
 * meaning: anything else, though RFC 9421 may allow it, is FED_SIG_PROFILE.
 * Threads: reentrant.  Owns: nothing; a claim holds copies, a signed set its own text. */
#ifndef FEDERATION_PROFILE_H
#define FEDERATION_PROFILE_H

#include "federation/registry.h"

#define PROFILE_NONCE_BYTES     16 /* 22 characters of base64url */
#define PROFILE_SIGNATURE_BYTES 64
#define PROFILE_LIFE_S          60 /* created to expires, and how old a request may get */

/* What a message may be at most; beyond, FED_TOO_LARGE. */
#define PROFILE_HEADERS_MOST   64
#define PROFILE_VALUE_MOST     4096 /* of one header */
#define PROFILE_HEADERS_BYTES  16384
#define PROFILE_PATH_MOST      1024
#define PROFILE_QUERY_MOST     2048
#define PROFILE_AUTHORITY_MOST 262
#define PROFILE_BODY_MOST      1048576 /* 1 MiB; a signed document: FED_DOC_TEXT_CAP */
#define PROFILE_BASE_CAP       5120

/* Content types: these and no parameters. A request is never a problem. */
enum profile_media { PROFILE_JSON, PROFILE_PROBLEM, PROFILE_SIGNED, PROFILE_MEDIA_N };
/* "application/json", "application/problem+json", FED_DOC_MEDIA_TYPE */
const char *profile_media_text(enum profile_media media);

/* One header line as received: the name in small letters, the value without the blanks around
 * it; a name that came twice stands twice. */
struct fed_header {
    struct span name, value;
};

/* A request as on the line. `query` is what follows the first '?' (empty: none); `authority` is
 * host:port as received. Borrowed. */
struct fed_message {
    struct span method, authority, path, query;
    const struct fed_header *headers;
    int n_headers;
    struct span body;
};

struct fed_answer {
    int status;
    const struct fed_header *headers;
    int n_headers;
    struct span body;
};

/* Who signs: a kid of the registry and a way to its key. */
struct fed_signer {
    const char *kid;
    enum err (*sign)(void *arg, struct span bytes, uint8_t out[PROFILE_SIGNATURE_BYTES],
                     struct fail *why);
    void *arg;
};

/* What a request carries beside its body. */
struct fed_stamp {
    struct id dest;      /* the node it is for */
    struct id op;        /* the same again for the same act (idempotency) */
    struct fed_head reg; /* of the registry in force here */
    int64_t now_utc_us;
    uint8_t nonce[PROFILE_NONCE_BYTES]; /* random, never used twice */
};

/* Headers to send, pointing into `text`: never copied once filled. */
struct fed_signed {
    struct fed_header headers[7];
    int n_headers;
    char text[1536];
};

/* Fills the seven headers content-digest, content-type, ibasho-dest, ibasho-reg, ibasho-op,
 * signature-input, signature; the message's own headers are not looked at. Send them all, and
 * Host as message->authority says. ERR_INVALID: the message is none of this profile's (method,
 * path, query, authority, sizes); else the signer's error. */
NODISCARD enum err profile_sign_request(const struct fed_signer *signer,
                                        const struct fed_message *message,
                                        enum profile_media media, const struct fed_stamp *stamp,
                                        struct fed_signed *signed_out, struct fail *why);

/* What a request says of itself. Nothing of it is true before profile_verify. */
struct fed_claim {
    char kid[FED_KID_CAP];
    uint8_t nonce[PROFILE_NONCE_BYTES];
    int64_t created_utc_us, expires_utc_us;
    struct id dest, op;
    int64_t reg_seq;
    uint8_t reg_hash8[8]; /* of its registry: the first 8 bytes of the SHA-256 */
    enum profile_media media;
    struct hash256 digest; /* as its header says; the body is not hashed here */
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    size_t base_len;
    char base[PROFILE_BASE_CAP]; /* the signature base (RFC 9421, section 2.5) */
};

/* The form alone, no cryptography: FED_OK, FED_TOO_LARGE, FED_SIG_PROFILE, FED_MEDIA. Set only
 * on FED_OK. */
enum fed_code profile_read(const struct fed_message *message, struct fed_claim *claim_out);
/* FED_OK, FED_BAD_SIGNATURE; FED_UNAVAILABLE: could not be checked (no memory). */
enum fed_code profile_verify(const struct fed_claim *claim, const uint8_t ed25519[32]);
/* Is the body the one the claim's digest names? FED_OK, FED_BAD_DIGEST. */
enum fed_code profile_check_digest(const struct fed_claim *claim, struct span body);

/* The four headers of an answer: content-type, content-digest, signature-input, signature;
 * bound to the request by its Signature and Content-Digest. A request that has not exactly one
 * of each in the profile's form cannot be bound to: then "@status" "content-type"
 * "content-digest" alone are signed, which profile_check_answer never takes for an answer.
 * content_type is PROFILE_JSON or PROFILE_PROBLEM. */
NODISCARD enum err profile_sign_answer(const struct fed_signer *signer,
                                       const struct fed_message *request, int status,
                                       enum profile_media media, struct span body,
                                       int64_t now_utc_us, struct fed_signed *signed_out,
                                       struct fail *why);

struct fed_answer_claim {
    char kid[FED_KID_CAP];
    int64_t created_utc_us;
    enum profile_media media;
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    size_t base_len;
    char base[PROFILE_BASE_CAP];
};

/* The answer's form, its body's digest and its binding to `request`, whose headers are those
 * that were sent: FED_OK, FED_TOO_LARGE, FED_SIG_PROFILE, FED_MEDIA, FED_BAD_DIGEST. Anything
 * but FED_OK is no answer. The key is the caller's to find: see fed_answer_check. */
enum fed_code profile_read_answer(const struct fed_message *request,
                                  const struct fed_answer *answer,
                                  struct fed_answer_claim *claim_out);
enum fed_code profile_check_answer(const struct fed_answer_claim *claim,
                                   const uint8_t ed25519[32]);

/* The one header of that name; SPAN_NONE when it is absent or there are two. */
struct span fed_header_one(const struct fed_header *headers, int n, struct span name);

/* host:port of the registry as it stands in @authority and Host: ":443" is left out, as RFC
 * 9421 section 2.2.3 and every client does. Points into endpoint. */
struct span profile_authority(struct span endpoint);

#endif
