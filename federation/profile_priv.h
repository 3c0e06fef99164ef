/* federation/profile_priv.h - what reading and signing share: the words of the profile, the
 * signature base (RFC 9421, section 2.5) and the hygiene of header lines. Of profile*.c alone.
 * Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_PROFILE_PRIV_H
#define FEDERATION_PROFILE_PRIV_H

#include "federation/fed_digest.h"
#include "federation/profile.h"
#include "federation/sfv.h"

/* The covered components as they stand in Signature-Input and, last, in the base. */
#define REQUEST_COMPONENTS \
    "(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"content-type\" " \
    "\"ibasho-dest\" \"ibasho-reg\" \"ibasho-op\")"
#define ANSWER_COMPONENTS \
    "(\"@status\" \"content-type\" \"content-digest\" \"signature\";req;key=\"fed\" " \
    "\"content-digest\";req)"
#define UNBOUND_COMPONENTS "(\"@status\" \"content-type\" \"content-digest\")"
#define REQUEST_TAG        "ibasho-fed-1"
#define ANSWER_TAG         "ibasho-fed-1-res"
#define LABEL              "fed="

#define NONCE_LEN     22         /* base64url of 16 bytes, without padding */
#define CREATED_LEAST INT64_C(1) /* in seconds; both keep microseconds in range */
#define CREATED_MOST  INT64_C(99999999999)
#define REG_TEXT_MOST (15 + 1 + 16)

/* One line of a base: identifier, colon, blank, value, LF. The identifier has its quotes and
 * parameters. */
void base_line(struct sfv_out *base, struct span identifier, struct span value);
/* The last line, without an LF. */
void base_end(struct sfv_out *base, struct span params);

/* What a request's base is made of beside its parameters. */
struct request_parts {
    struct span digest, media, dest, reg, op; /* header values */
};
void request_base(struct sfv_out *base, const struct fed_message *message,
                  const struct request_parts *parts, struct span params);
/* signature and request_digest are SPAN_NONE when there is nothing to bind to. */
void answer_base(struct sfv_out *base, int status, struct span media, struct span digest,
                 struct span signature, struct span request_digest, struct span params);

/* The request's signature (":...:", what stands behind "fed=") and digest, to bind an answer to
 * it: false when it has not exactly one of each in the profile's form. */
bool request_binding(const struct fed_message *request, struct span *signature_out,
                     struct span *digest_out);

/* Method, authority, path and query: nothing in them could begin another line of the base or
 * mean two things. */
bool line_is_good(const struct fed_message *message);
/* Sizes of the headers and the first line: FED_OK or FED_TOO_LARGE. message may have no line
 * (an answer). */
enum fed_code headers_size(const struct fed_header *headers, int n);
/* Small-letter tokens, visible values, Content-Length at most once and true, no transfer
 * coding, nothing of `once` twice: FED_OK, FED_SIG_PROFILE; a content coding is FED_MEDIA. */
enum fed_code headers_check(const struct fed_header *headers, int n, size_t body_len);

bool media_read(struct span value, enum profile_media *media_out);
size_t media_body_most(enum profile_media media);

/* "SEQ:16 hex digits", a number from 1 on. */
bool reg_read(struct span value, int64_t *seq_out, uint8_t hash8_out[8]);
/* Exactly the 36 small-letter characters that id_text writes, not of zeros. */
bool id_read(struct span value, struct id *id_out);
bool nonce_read(struct span text, uint8_t nonce_out[PROFILE_NONCE_BYTES]);
void nonce_write(const uint8_t nonce[PROFILE_NONCE_BYTES], char text_out[NONCE_LEN]);
/* `fed=:BASE64:` */
bool signature_read(struct span value, uint8_t signature_out[PROFILE_SIGNATURE_BYTES]);

/* FED_OK, FED_BAD_SIGNATURE, FED_UNAVAILABLE. */
enum fed_code ed25519_check(struct span bytes, const uint8_t signature[PROFILE_SIGNATURE_BYTES],
                            const uint8_t ed25519[32]);

#endif
