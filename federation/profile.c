#include "federation/profile.h"

#include "federation/profile_priv.h"

/* Signature-Input of a request: everything between its fixed words. */
struct request_input {
    int64_t created_s, expires_s;
    struct span nonce, kid, params; /* params: all behind the label, as signed */
};

static bool read_input(struct span value, struct request_input *input_out)
{
    struct sfv in = {.rest = value};
    struct request_input input;

    sfv_literal(&in, SPAN(LABEL));
    input.params = in.rest;
    sfv_literal(&in, SPAN(REQUEST_COMPONENTS ";created="));
    input.created_s = sfv_number(&in);
    sfv_literal(&in, SPAN(";expires="));
    input.expires_s = sfv_number(&in);
    sfv_literal(&in, SPAN(";nonce="));
    input.nonce = sfv_string(&in, NONCE_LEN);
    sfv_literal(&in, SPAN(";keyid="));
    input.kid = sfv_string(&in, FED_KID_CAP - 1);
    sfv_literal(&in, SPAN(";alg=\"ed25519\";tag=\"" REQUEST_TAG "\""));
    *input_out = input;
    return sfv_ended(&in) && fed_kid_is_good(input.kid) && input.created_s >= CREATED_LEAST &&
           input.created_s <= CREATED_MOST && input.expires_s > input.created_s &&
           input.expires_s - input.created_s <= PROFILE_LIFE_S;
}

static enum fed_code check_size(const struct fed_message *message)
{
    if (message->body.len > FED_DOC_TEXT_CAP || message->path.len > PROFILE_PATH_MOST ||
        message->query.len > PROFILE_QUERY_MOST ||
        message->authority.len > PROFILE_AUTHORITY_MOST)
        return FED_TOO_LARGE;
    return headers_size(message->headers, message->n_headers);
}

static bool read_parts(const struct fed_message *message, struct request_parts *parts,
                       struct fed_claim *claim)
{
    const struct fed_header *headers = message->headers;
    int n = message->n_headers;

    parts->digest = fed_header_one(headers, n, SPAN("content-digest"));
    parts->media = fed_header_one(headers, n, SPAN("content-type"));
    parts->dest = fed_header_one(headers, n, SPAN("ibasho-dest"));
    parts->reg = fed_header_one(headers, n, SPAN("ibasho-reg"));
    parts->op = fed_header_one(headers, n, SPAN("ibasho-op"));
    return parts->media.len > 0 && fed_digest_read(parts->digest, &claim->digest) &&
           id_read(parts->dest, &claim->dest) && id_read(parts->op, &claim->op) &&
           reg_read(parts->reg, &claim->reg_seq, claim->reg_hash8);
}

static void write_base(const struct fed_message *message, const struct request_parts *parts,
                       struct span params, struct fed_claim *claim)
{
    struct sfv_out base = {.p = claim->base, .cap = sizeof claim->base};

    request_base(&base, message, parts, params);
    invariant(!base.is_over, "a base of a request within bounds over %zu bytes", base.cap);
    claim->base_len = base.len;
}

/* Sizes, then form, then kind of body: what a request may be wrong in without anybody's key. */
enum fed_code profile_read(const struct fed_message *message, struct fed_claim *claim_out)
{
    const struct fed_header *headers = message->headers;
    struct request_parts parts;
    struct request_input input;
    enum fed_code code = check_size(message);
    enum fed_code hygiene;

    if (code != FED_OK)
        return code;
    hygiene = headers_check(headers, message->n_headers, message->body.len);
    if (hygiene == FED_SIG_PROFILE || !line_is_good(message))
        return FED_SIG_PROFILE;
    if (!read_parts(message, &parts, claim_out) ||
        !read_input(fed_header_one(headers, message->n_headers, SPAN("signature-input")),
                    &input) ||
        !nonce_read(input.nonce, claim_out->nonce) ||
        !signature_read(fed_header_one(headers, message->n_headers, SPAN("signature")),
                        claim_out->signature))
        return FED_SIG_PROFILE;
    if (hygiene != FED_OK || !media_read(parts.media, &claim_out->media) ||
        claim_out->media == PROFILE_PROBLEM)
        return FED_MEDIA;
    if (message->body.len > media_body_most(claim_out->media))
        return FED_TOO_LARGE;
    memcpy(claim_out->kid, input.kid.p, input.kid.len);
    claim_out->kid[input.kid.len] = '\0';
    claim_out->created_utc_us = input.created_s * SECOND_US;
    claim_out->expires_utc_us = input.expires_s * SECOND_US;
    write_base(message, &parts, input.params, claim_out);
    return FED_OK;
}

enum fed_code profile_verify(const struct fed_claim *claim, const uint8_t ed25519[32])
{
    return ed25519_check(span_of(claim->base, claim->base_len), claim->signature, ed25519);
}

enum fed_code profile_check_digest(const struct fed_claim *claim, struct span body)
{
    struct hash256 digest = hash256_of(body);

    return hash256_eq(&digest, &claim->digest) ? FED_OK : FED_BAD_DIGEST;
}
