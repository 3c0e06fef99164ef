/* Reading an answer: only one that names this request's signature and body is an answer to it.
 */
#include "federation/profile_priv.h"

struct answer_input {
    int64_t created_s;
    struct span kid, params;
};

static bool read_input(struct span value, struct answer_input *input_out)
{
    struct sfv in = {.rest = value};

    sfv_literal(&in, SPAN(LABEL));
    input_out->params = in.rest;
    sfv_literal(&in, SPAN(ANSWER_COMPONENTS ";created="));
    input_out->created_s = sfv_number(&in);
    sfv_literal(&in, SPAN(";keyid="));
    input_out->kid = sfv_string(&in, FED_KID_CAP - 1);
    sfv_literal(&in, SPAN(";alg=\"ed25519\";tag=\"" ANSWER_TAG "\""));
    return sfv_ended(&in) && fed_kid_is_good(input_out->kid) &&
           input_out->created_s >= CREATED_LEAST && input_out->created_s <= CREATED_MOST;
}

enum fed_code profile_read_answer(const struct fed_message *request,
                                  const struct fed_answer *answer,
                                  struct fed_answer_claim *claim_out)
{
    const struct fed_header *headers = answer->headers;
    int n = answer->n_headers;
    struct span media = fed_header_one(headers, n, SPAN("content-type"));
    struct span digest = fed_header_one(headers, n, SPAN("content-digest"));
    struct sfv_out base = {.p = claim_out->base, .cap = sizeof claim_out->base};
    struct hash256 named, is = hash256_of(answer->body);
    struct span signature, request_digest;
    struct answer_input input;
    enum fed_code hygiene;

    if (answer->body.len > FED_DOC_TEXT_CAP || headers_size(headers, n) != FED_OK)
        return FED_TOO_LARGE;
    hygiene = headers_check(headers, n, answer->body.len);
    if (hygiene == FED_SIG_PROFILE || answer->status < 100 || answer->status > 599 ||
        media.len == 0 || !fed_digest_read(digest, &named) ||
        !read_input(fed_header_one(headers, n, SPAN("signature-input")), &input) ||
        !signature_read(fed_header_one(headers, n, SPAN("signature")), claim_out->signature) ||
        !request_binding(request, &signature, &request_digest))
        return FED_SIG_PROFILE;
    if (hygiene != FED_OK || !media_read(media, &claim_out->media))
        return FED_MEDIA;
    if (answer->body.len > media_body_most(claim_out->media))
        return FED_TOO_LARGE;
    if (!hash256_eq(&named, &is))
        return FED_BAD_DIGEST;
    memcpy(claim_out->kid, input.kid.p, input.kid.len);
    claim_out->kid[input.kid.len] = '\0';
    claim_out->created_utc_us = input.created_s * SECOND_US;
    answer_base(&base, answer->status, media, digest, signature, request_digest, input.params);
    invariant(!base.is_over, "a base of an answer within bounds over %zu bytes", base.cap);
    claim_out->base_len = base.len;
    return FED_OK;
}

enum fed_code profile_check_answer(const struct fed_answer_claim *claim,
                                   const uint8_t ed25519[32])
{
    return ed25519_check(span_of(claim->base, claim->base_len), claim->signature, ed25519);
}
