/* Signing requests and answers: the same base that reading makes, and the headers to send. */
#include "federation/profile_priv.h"

/* A piece of signed_out->text; over its room is a broken invariant: everything in it has a
 * bound. */
struct text {
    struct sfv_out out;
    size_t from;
};

static struct span piece(struct text *text)
{
    struct span s = sfv_written(&text->out, text->from);

    invariant(!text->out.is_over, "signed headers over %zu bytes", text->out.cap);
    text->from = text->out.len;
    return s;
}

static void add(struct fed_signed *to, struct span name, struct span value)
{
    to->headers[to->n_headers++] = (struct fed_header){name, value};
}

static enum err check_line(const struct fed_message *message, enum profile_media media,
                           struct fail *why)
{
    if (!line_is_good(message) || message->path.len > PROFILE_PATH_MOST ||
        message->query.len > PROFILE_QUERY_MOST ||
        message->authority.len > PROFILE_AUTHORITY_MOST)
        return fail_set(why, ERR_INVALID, "a request line that cannot be signed");
    if (media == PROFILE_PROBLEM || message->body.len > media_body_most(media))
        return fail_set(why, ERR_INVALID, "a body of %zu bytes as %s", message->body.len,
                        profile_media_text(media));
    return ERR_OK;
}

static enum err check_signer(const struct fed_signer *signer, int64_t now_utc_us,
                             struct fail *why)
{
    int64_t now_s = now_utc_us / SECOND_US;

    if (!fed_kid_is_good(span_text(signer->kid)) || now_s < CREATED_LEAST ||
        now_s > CREATED_MOST - PROFILE_LIFE_S)
        return fail_set(why, ERR_INVALID, "a kid or time that cannot be signed with");
    return ERR_OK;
}

static struct span put_digest(struct text *text, struct span body)
{
    struct hash256 digest = hash256_of(body);
    char value[FED_DIGEST_LEN];

    fed_digest_write(&digest, value);
    sfv_put(&text->out, span_of(value, sizeof value));
    return piece(text);
}

static struct span put_id(struct text *text, struct id id)
{
    char value[ID_TEXT_CAP];

    id_text(id, value);
    sfv_put(&text->out, span_text(value));
    return piece(text);
}

static struct span put_reg(struct text *text, const struct fed_head *head)
{
    char value[FED_HEAD_TEXT_CAP];

    fed_head_text(head, value);
    sfv_put(&text->out, span_text(value));
    return piece(text);
}

/* Signs the base and adds the two last headers. input is the whole Signature-Input. */
static enum err finish(const struct fed_signer *signer, const struct sfv_out *base,
                       struct span input, struct text *text, struct fed_signed *to,
                       struct fail *why)
{
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    enum err rc = signer->sign(signer->arg, sfv_written(base, 0), signature, why);

    if (rc != ERR_OK)
        return rc;
    sfv_put(&text->out, SPAN(LABEL));
    sfv_put_bytes(&text->out, span_of(signature, sizeof signature));
    add(to, SPAN("signature-input"), input);
    add(to, SPAN("signature"), piece(text));
    return ERR_OK;
}

static struct span put_request_input(struct text *text, const struct fed_stamp *stamp,
                                     const char *kid)
{
    int64_t created_s = stamp->now_utc_us / SECOND_US;
    char nonce[NONCE_LEN];

    nonce_write(stamp->nonce, nonce);
    sfv_put(&text->out, SPAN(LABEL REQUEST_COMPONENTS ";created="));
    sfv_put_number(&text->out, created_s);
    sfv_put(&text->out, SPAN(";expires="));
    sfv_put_number(&text->out, created_s + PROFILE_LIFE_S);
    sfv_put(&text->out, SPAN(";nonce="));
    sfv_put_string(&text->out, span_of(nonce, sizeof nonce));
    sfv_put(&text->out, SPAN(";keyid="));
    sfv_put_string(&text->out, span_text(kid));
    sfv_put(&text->out, SPAN(";alg=\"ed25519\";tag=\"" REQUEST_TAG "\""));
    return piece(text);
}

enum err profile_sign_request(const struct fed_signer *signer,
                              const struct fed_message *message, enum profile_media media,
                              const struct fed_stamp *stamp, struct fed_signed *signed_out,
                              struct fail *why)
{
    struct text text = {.out = {.p = signed_out->text, .cap = sizeof signed_out->text}};
    char room[PROFILE_BASE_CAP];
    struct sfv_out base = {.p = room, .cap = sizeof room};
    struct request_parts parts = {.media = span_text(profile_media_text(media))};
    struct span input;
    enum err rc = check_line(message, media, why);

    if (rc == ERR_OK)
        rc = check_signer(signer, stamp->now_utc_us, why);
    if (rc != ERR_OK)
        return rc;
    if (id_is_none(stamp->dest) || id_is_none(stamp->op) || stamp->reg.seq < 1)
        return fail_set(why, ERR_INVALID, "a request for nobody, of no act or no registry");
    parts.digest = put_digest(&text, message->body);
    parts.dest = put_id(&text, stamp->dest);
    parts.reg = put_reg(&text, &stamp->reg);
    parts.op = put_id(&text, stamp->op);
    input = put_request_input(&text, stamp, signer->kid);
    request_base(&base, message, &parts, span_from(input, sizeof LABEL - 1));
    invariant(!base.is_over, "a base over %zu bytes", base.cap);
    signed_out->n_headers = 0;
    add(signed_out, SPAN("content-digest"), parts.digest);
    add(signed_out, SPAN("content-type"), parts.media);
    add(signed_out, SPAN("ibasho-dest"), parts.dest);
    add(signed_out, SPAN("ibasho-reg"), parts.reg);
    add(signed_out, SPAN("ibasho-op"), parts.op);
    return finish(signer, &base, input, &text, signed_out, why);
}

static struct span put_answer_input(struct text *text, bool is_bound, int64_t now_utc_us,
                                    const char *kid)
{
    sfv_put(&text->out, SPAN(LABEL));
    sfv_put(&text->out, is_bound ? SPAN(ANSWER_COMPONENTS) : SPAN(UNBOUND_COMPONENTS));
    sfv_put(&text->out, SPAN(";created="));
    sfv_put_number(&text->out, now_utc_us / SECOND_US);
    sfv_put(&text->out, SPAN(";keyid="));
    sfv_put_string(&text->out, span_text(kid));
    sfv_put(&text->out, SPAN(";alg=\"ed25519\";tag=\"" ANSWER_TAG "\""));
    return piece(text);
}

enum err profile_sign_answer(const struct fed_signer *signer, const struct fed_message *request,
                             int status, enum profile_media media, struct span body,
                             int64_t now_utc_us, struct fed_signed *signed_out,
                             struct fail *why)
{
    struct text text = {.out = {.p = signed_out->text, .cap = sizeof signed_out->text}};
    char room[PROFILE_BASE_CAP];
    struct sfv_out base = {.p = room, .cap = sizeof room};
    struct span media_text = span_text(profile_media_text(media));
    struct span signature = SPAN_NONE, request_digest = SPAN_NONE, digest, input;
    bool is_bound = request_binding(request, &signature, &request_digest);
    enum err rc = check_signer(signer, now_utc_us, why);

    if (rc != ERR_OK)
        return rc;
    if (status < 100 || status > 599 || body.len > media_body_most(media))
        return fail_set(why, ERR_INVALID, "an answer %d of %zu bytes", status, body.len);
    digest = put_digest(&text, body);
    input = put_answer_input(&text, is_bound, now_utc_us, signer->kid);
    answer_base(&base, status, media_text, digest, signature, request_digest,
                span_from(input, sizeof LABEL - 1));
    invariant(!base.is_over, "a base over %zu bytes", base.cap);
    signed_out->n_headers = 0;
    add(signed_out, SPAN("content-type"), media_text);
    add(signed_out, SPAN("content-digest"), digest);
    return finish(signer, &base, input, &text, signed_out, why);
}
