/* covers: federation/profile.c federation/profile_base.c federation/profile_lines.c */
/* covers: federation/profile_answer.c federation/profile_gate.c */
/* Requests and answers of other nodes as text:
 *   POST host.example:8443 /fed/v1/ping n=1     or for an answer: 200
 *   name: value
 *
 *   body
 * As it is, nothing may pass but what a key of the registry signed. Signed anew by the sample's
 * guest (whatever the text says), it goes on to time, nonce, digest and role; then it must not
 * pass twice, and only a request whose signature holds may leave a nonce. */
#include <stdlib.h>

#include "node/db/base64.h"
#include "tests/lib/fed_sample.h"

#define HEADERS_CAP (PROFILE_HEADERS_MOST + 4)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* Cuts *rest behind the next `at`; all of it when there is none. */
static struct span cut(struct span *rest, char at)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, at, rest->len);
    struct span piece = end == NULL ? *rest : span_of(rest->p, (size_t)(end - rest->p));

    *rest = span_from(*rest, piece.len + 1);
    return piece;
}

static int read_headers(struct span *rest, struct fed_header headers[HEADERS_CAP])
{
    int n = 0;

    while (rest->len > 0 && n < HEADERS_CAP) {
        struct span line = cut(rest, '\n');

        if (line.len == 0)
            break;
        headers[n].name = cut(&line, ':');
        headers[n++].value = line;
    }
    return n;
}

static void check_who(const struct fed_who *who, enum fed_code code)
{
    check((code != FED_OK && code != FED_ROLE_DENIED) || who->is_proven);
    check(!who->is_proven || (who->has_claim && who->member != NULL && who->key != NULL));
    check(!who->has_claim || (who->claim.base_len > 0 && who->claim.kid[0] != '\0'));
}

/* A base is ten lines: nothing in a message can make an eleventh. */
static void check_lines(const struct fed_claim *claim)
{
    int n = 1;

    for (size_t i = 0; i < claim->base_len; i++)
        n += claim->base[i] == '\n';
    check(n == 10);
}

/* The same message with a signature that holds, if its form allows one. */
static void try_signed(struct fed_sample *sample, struct fed_message *message,
                       struct fed_header *headers)
{
    char text[128] = "fed=";
    uint8_t signature[PROFILE_SIGNATURE_BYTES];
    struct fed_claim claim;
    struct fed_who who;
    enum fed_code code;
    size_t len = 4;

    if (profile_read(message, &claim) != FED_OK)
        return;
    check_lines(&claim);
    check(fed_sample_sign(&sample->guest_secret, span_of(claim.base, claim.base_len), signature,
                          NULL) == ERR_OK);
    text[len++] = ':';
    len += base64_into(span_of(signature, sizeof signature), text + len);
    text[len++] = ':';
    for (int i = 0; i < message->n_headers; i++)
        if (span_eq(headers[i].name, SPAN("signature")))
            headers[i].value = span_of(text, len);
    code = fed_gate_check(&sample->gate, message, FED_ROLE_BIT(FED_ROLE_GUEST),
                          FED_SAMPLE_NOW_US, &who);
    check_who(&who, code);
    check(who.is_proven == (nonces_count(sample->nonces) == 1));
    if (code != FED_OK)
        return;
    check(fed_gate_check(&sample->gate, message, 0, FED_SAMPLE_NOW_US, &who) == FED_REPLAYED);
    sample->gate.body_most = 1;
    code = fed_gate_check(&sample->gate, message, 0, FED_SAMPLE_NOW_US, &who);
    check(message->body.len > 1 ? code == FED_TOO_LARGE : code == FED_REPLAYED);
}

static void try_request(struct fed_sample *sample, struct span line, struct span rest)
{
    struct fed_header headers[HEADERS_CAP];
    struct fed_message message = {.headers = headers};
    struct fed_who who;
    enum fed_code code;

    message.method = cut(&line, ' ');
    message.authority = cut(&line, ' ');
    message.path = cut(&line, ' ');
    message.query = line;
    message.n_headers = read_headers(&rest, headers);
    message.body = rest;
    code = fed_gate_check(&sample->gate, &message, FED_ROLE_BIT(FED_ROLE_KPI),
                          FED_SAMPLE_NOW_US, &who);
    check_who(&who, code);
    check(code != FED_OK); /* nobody in the sample has this role */
    if (nonces_count(sample->nonces) == 0)
        try_signed(sample, &message, headers);
}

/* The request that answers are for: of the host, to the guest. */
static struct fed_message asked(struct fed_sample *sample, struct fed_signed *headers)
{
    struct fed_message request = fed_sample_message();
    struct fed_stamp stamp = fed_sample_stamp(sample, 1, FED_SAMPLE_NOW_US);

    check(profile_sign_request(&sample->host_signer, &request, PROFILE_JSON, &stamp, headers,
                               NULL) == ERR_OK);
    request.headers = headers->headers;
    request.n_headers = headers->n_headers;
    return request;
}

static void try_answer(struct fed_sample *sample, struct span line, struct span rest)
{
    struct fed_header headers[HEADERS_CAP];
    struct fed_answer answer = {.headers = headers};
    struct fed_answer_claim claim;
    struct fed_signed request_headers;
    struct fed_message request = asked(sample, &request_headers);
    uint8_t public_key[FED_PUBLIC_BYTES];
    enum fed_code code;

    for (size_t i = 0; i < line.len && i < 3; i++)
        answer.status = answer.status * 10 + (line.p[i] - '0');
    answer.n_headers = read_headers(&rest, headers);
    answer.body = rest;
    code = profile_read_answer(&request, &answer, &claim);
    fed_sample_public(sample->guest_secret, public_key);
    /* Nobody is taken for the guest who does not hold its key. */
    if (fed_answer_check(sample->registry, sample->guest, &request, &answer,
                         FED_SAMPLE_NOW_US) == FED_OK)
        check(code == FED_OK && profile_check_answer(&claim, public_key) == FED_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fed_sample sample;
    struct span rest = span_of(data, size), line;

    if (sample.registry == NULL)
        fed_sample_init(&sample);
    nonces_destroy(&sample.nonces);
    check(nonces_create(&sample.nonces, NULL) == ERR_OK);
    sample.gate.nonces = sample.nonces;
    sample.gate.body_most = 0;
    line = cut(&rest, '\n');
    if (line.len > 0 && line.p[0] >= '0' && line.p[0] <= '9')
        try_answer(&sample, line, rest);
    else
        try_request(&sample, line, rest);
    return 0;
}
