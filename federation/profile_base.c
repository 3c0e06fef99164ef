/* The signature base and the forms of the values in it. */
#include <openssl/evp.h>

#include "federation/profile_priv.h"
#include "node/base/hex.h"

#define REG_SEQ_LEAST 1

void base_line(struct sfv_out *base, struct span identifier, struct span value)
{
    sfv_put(base, identifier);
    sfv_put(base, SPAN(": "));
    sfv_put(base, value);
    sfv_put(base, SPAN("\n"));
}

void base_end(struct sfv_out *base, struct span params)
{
    sfv_put(base, SPAN("\"@signature-params\": "));
    sfv_put(base, params);
}

void request_base(struct sfv_out *base, const struct fed_message *message,
                  const struct request_parts *parts, struct span params)
{
    base_line(base, SPAN("\"@method\""), message->method);
    base_line(base, SPAN("\"@authority\""), message->authority);
    base_line(base, SPAN("\"@path\""), message->path);
    /* With its question mark, which stands there even when there is no query (2.2.7). */
    sfv_put(base, SPAN("\"@query\": ?"));
    sfv_put(base, message->query);
    sfv_put(base, SPAN("\n"));
    base_line(base, SPAN("\"content-digest\""), parts->digest);
    base_line(base, SPAN("\"content-type\""), parts->media);
    base_line(base, SPAN("\"ibasho-dest\""), parts->dest);
    base_line(base, SPAN("\"ibasho-reg\""), parts->reg);
    base_line(base, SPAN("\"ibasho-op\""), parts->op);
    base_end(base, params);
}

void answer_base(struct sfv_out *base, int status, struct span media, struct span digest,
                 struct span signature, struct span request_digest, struct span params)
{
    sfv_put(base, SPAN("\"@status\": "));
    sfv_put_number(base, status);
    sfv_put(base, SPAN("\n"));
    base_line(base, SPAN("\"content-type\""), media);
    base_line(base, SPAN("\"content-digest\""), digest);
    if (signature.len > 0) {
        base_line(base, SPAN("\"signature\";req;key=\"fed\""), signature);
        base_line(base, SPAN("\"content-digest\";req"), request_digest);
    }
    base_end(base, params);
}

bool request_binding(const struct fed_message *request, struct span *signature_out,
                     struct span *digest_out)
{
    struct span value = fed_header_one(request->headers, request->n_headers, SPAN("signature"));
    struct span digest =
        fed_header_one(request->headers, request->n_headers, SPAN("content-digest"));
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    struct hash256 hash;

    if (!signature_read(value, signature) || !fed_digest_read(digest, &hash))
        return false;
    *signature_out = span_from(value, sizeof LABEL - 1);
    *digest_out = digest;
    return true;
}

static const struct {
    struct span text;
    size_t body_most;
} media[PROFILE_MEDIA_N] = {
    [PROFILE_JSON] = {{(const uint8_t *)"application/json", 16}, PROFILE_BODY_MOST},
    [PROFILE_PROBLEM] = {{(const uint8_t *)"application/problem+json", 24}, PROFILE_BODY_MOST},
    [PROFILE_SIGNED] = {{(const uint8_t *)FED_DOC_MEDIA_TYPE, sizeof FED_DOC_MEDIA_TYPE - 1},
                        FED_DOC_TEXT_CAP},
};

const char *profile_media_text(enum profile_media which)
{
    return (const char *)media[which].text.p;
}

bool media_read(struct span value, enum profile_media *media_out)
{
    for (int i = 0; i < PROFILE_MEDIA_N; i++) {
        if (!span_eq(value, media[i].text))
            continue;
        *media_out = (enum profile_media)i;
        return true;
    }
    return false;
}

size_t media_body_most(enum profile_media which)
{
    return media[which].body_most;
}

bool reg_read(struct span value, int64_t *seq_out, uint8_t hash8_out[8])
{
    struct sfv in = {.rest = value};

    *seq_out = sfv_number(&in);
    sfv_literal(&in, SPAN(":"));
    return !in.is_bad && *seq_out >= REG_SEQ_LEAST && hex_read(in.rest, hash8_out, 8);
}

bool id_read(struct span value, struct id *id_out)
{
    char text[ID_TEXT_CAP];

    if (id_parse(value, id_out, NULL) != ERR_OK || id_is_none(*id_out))
        return false;
    id_text(*id_out, text);
    return span_eq(value, span_text(text));
}

/* base64url (RFC 4648, section 5) is the other alphabet; its padding is not sent. */
static char swapped(char c, const char from[2], const char to[2])
{
    if (c == from[0])
        return to[0];
    if (c == from[1])
        return to[1];
    return c;
}

bool nonce_read(struct span text, uint8_t nonce_out[PROFILE_NONCE_BYTES])
{
    char base64[NONCE_LEN + 2];

    if (text.len != NONCE_LEN || memchr(text.p, '+', text.len) != NULL ||
        memchr(text.p, '/', text.len) != NULL)
        return false;
    for (size_t i = 0; i < NONCE_LEN; i++)
        base64[i] = swapped((char)text.p[i], "-_", "+/");
    base64[NONCE_LEN] = base64[NONCE_LEN + 1] = '=';
    return base64_read(span_of(base64, sizeof base64), nonce_out, PROFILE_NONCE_BYTES);
}

void nonce_write(const uint8_t nonce[PROFILE_NONCE_BYTES], char text_out[NONCE_LEN])
{
    char base64[BASE64_LEN(PROFILE_NONCE_BYTES)];

    base64_into(span_of(nonce, PROFILE_NONCE_BYTES), base64);
    for (size_t i = 0; i < NONCE_LEN; i++)
        text_out[i] = swapped(base64[i], "+/", "-_");
}

bool signature_read(struct span value, uint8_t signature_out[PROFILE_SIGNATURE_BYTES])
{
    struct sfv in = {.rest = value};

    sfv_literal(&in, SPAN(LABEL));
    sfv_bytes(&in, signature_out, PROFILE_SIGNATURE_BYTES);
    return sfv_ended(&in);
}

struct span profile_authority(struct span endpoint)
{
    const struct span port = SPAN(":443");

    if (endpoint.len > port.len && span_eq(span_from(endpoint, endpoint.len - port.len), port))
        endpoint.len -= port.len;
    return endpoint;
}

static enum fed_code check_once(struct span bytes,
                                const uint8_t signature[PROFILE_SIGNATURE_BYTES],
                                const uint8_t ed25519[32])
{
    EVP_PKEY *pkey = NULL;
    EVP_MD_CTX *ctx = NULL;
    enum fed_code code = FED_UNAVAILABLE;

    pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, ed25519, 32);
    ctx = EVP_MD_CTX_new();
    if (pkey == NULL || ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
        goto out;
    /* 1 a match, 0 a mismatch, less: for Ed25519 a malformed signature, the signer's fault all
     * the same. */
    code = EVP_DigestVerify(ctx, signature, PROFILE_SIGNATURE_BYTES, bytes.p, bytes.len) == 1
               ? FED_OK
               : FED_BAD_SIGNATURE;
out:
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return code;
}

/* OpenSSL 3.0 says 0 as well when memory runs out half-way, without a note of it. Our own
 * trouble must not be told as a false signature (the peer would give up), so a mismatch is
 * asked twice: without memory the second time does not begin. */
enum fed_code ed25519_check(struct span bytes, const uint8_t signature[PROFILE_SIGNATURE_BYTES],
                            const uint8_t ed25519[32])
{
    enum fed_code code = check_once(bytes, signature, ed25519);

    return code == FED_BAD_SIGNATURE ? check_once(bytes, signature, ed25519) : code;
}
