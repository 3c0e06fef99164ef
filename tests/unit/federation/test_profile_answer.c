#include "federation/profile_priv.h"

#include "tests/lib/fed_sample.h"
#include "tests/t.h"

/* A signed request of the guest and the host's answer to it. The storage of both. */
struct exchange {
    struct fed_sample sample;
    struct fed_signed request_headers, answer_headers;
    struct fed_message request;
    struct fed_answer answer;
};

static void ask(struct exchange *x, uint32_t nonce)
{
    struct fed_stamp stamp = fed_sample_stamp(&x->sample, nonce, FED_SAMPLE_NOW_US);

    x->request = fed_sample_message();
    T_EQ(profile_sign_request(&x->sample.guest_signer, &x->request, PROFILE_JSON, &stamp,
                              &x->request_headers, NULL),
         ERR_OK, "asked");
    x->request.headers = x->request_headers.headers;
    x->request.n_headers = x->request_headers.n_headers;
}

static void reply(struct exchange *x, const struct fed_signer *signer, int64_t now_utc_us)
{
    x->answer = (struct fed_answer){.status = 200, .body = SPAN("{\"ok\":true}")};
    T_EQ(profile_sign_answer(signer, &x->request, 200, PROFILE_JSON, x->answer.body, now_utc_us,
                             &x->answer_headers, NULL),
         ERR_OK, "answered");
    x->answer.headers = x->answer_headers.headers;
    x->answer.n_headers = x->answer_headers.n_headers;
}

static void exchange_init(struct exchange *x)
{
    fed_sample_init(&x->sample);
    ask(x, 1);
    reply(x, &x->sample.host_signer, FED_SAMPLE_NOW_US);
}

static enum fed_code heard(const struct exchange *x)
{
    return fed_answer_check(x->sample.registry, x->sample.host, &x->request, &x->answer,
                            FED_SAMPLE_NOW_US);
}

T_CASE(profile_answer_is_bound_to_its_request) /* RFC 9421, section 2.4 */
{
    struct fed_answer_claim claim;
    struct exchange x;
    char want[2048];

    T_REQ("CARD-11");
    exchange_init(&x);
    T_EQ(heard(&x), FED_OK, "taken");
    T_EQ(profile_read_answer(&x.request, &x.answer, &claim), FED_OK, "read");
    snprintf(want, sizeof want,
             "\"@status\": 200\n"
             "\"content-type\": application/json\n"
             "\"content-digest\": sha-256=:QGLtr3UPuAdOfoPgyQKMlOMkaKi28WFHdDKO8EUVD5M=:\n"
             "\"signature\";req;key=\"fed\": %.*s\n"
             "\"content-digest\";req: sha-256=:k6I5cakU5erL8KjSUVTNownDwccvu5kU1Hxg88toFYg=:\n"
             "\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" "
             "\"signature\";req;key=\"fed\" \"content-digest\";req)"
             ";created=1795357800;keyid=\"host-1\";alg=\"ed25519\";tag=\"ibasho-fed-1-res\"",
             SPAN_ARG(span_from(x.request.headers[6].value, 4)));
    T_SPAN(span_of(claim.base, claim.base_len), span_text(want), "base");
    ask(&x, 2);
    T_EQ(heard(&x), FED_BAD_SIGNATURE, "not the answer to the same with another nonce");
    fed_sample_fini(&x.sample);
}

T_CASE(profile_answer_counts_only_from_the_peer_that_was_asked)
{
    struct fed_answer_claim claim;
    struct exchange x;

    T_REQ("CARD-11");
    exchange_init(&x);
    reply(&x, &x.sample.guest_signer, FED_SAMPLE_NOW_US);
    T_EQ(heard(&x), FED_UNKNOWN_KEY, "a member, but another one");
    x.sample.host_signer.kid = "host-2";
    reply(&x, &x.sample.host_signer, FED_SAMPLE_NOW_US);
    T_EQ(heard(&x), FED_UNKNOWN_KEY, "a kid of nobody");
    x.sample.host_signer.kid = "host-1";
    x.sample.host_secret = 9;
    reply(&x, &x.sample.host_signer, FED_SAMPLE_NOW_US);
    T_EQ(heard(&x), FED_BAD_SIGNATURE, "another key under its kid");
    x.sample.host_secret = 1;
    T_EQ(fed_answer_check(NULL, x.sample.host, &x.request, &x.answer, FED_SAMPLE_NOW_US),
         FED_UNKNOWN_KEY, "without a registry nobody is known");
    reply(&x, &x.sample.host_signer, FED_SAMPLE_NOW_US - 61 * SECOND_US);
    T_EQ(heard(&x), FED_BAD_TIME, "too old");
    reply(&x, &x.sample.host_signer, FED_SAMPLE_NOW_US + 61 * SECOND_US);
    T_EQ(heard(&x), FED_BAD_TIME, "from the future");
    x.request.n_headers = 6; /* never signed */
    T_EQ(profile_read_answer(&x.request, &x.answer, &claim), FED_SIG_PROFILE,
         "there is no answer to what was not signed");
    fed_sample_fini(&x.sample);
}

T_CASE(profile_answer_of_what_cannot_be_bound_is_signed_and_never_taken)
{
    struct fed_answer_claim claim;
    struct exchange x;
    struct fed_message whole;

    exchange_init(&x);
    whole = x.request;
    x.request.n_headers = 0;
    reply(&x, &x.sample.host_signer, FED_SAMPLE_NOW_US);
    T_OK(memmem(x.answer.headers[2].value.p, x.answer.headers[2].value.len, ";req", 4) == NULL,
         "nothing of the request is named");
    x.request = whole;
    T_EQ(profile_read_answer(&x.request, &x.answer, &claim), FED_SIG_PROFILE, "not an answer");
    fed_sample_fini(&x.sample);
}

T_CASE(profile_answer_refuses_what_was_changed_on_the_way)
{
    struct fed_header headers[8];
    struct exchange x;

    T_REQ("CARD-11");
    exchange_init(&x);
    x.answer.status = 201;
    T_EQ(heard(&x), FED_BAD_SIGNATURE, "another status");
    x.answer.status = 20;
    T_EQ(heard(&x), FED_SIG_PROFILE, "no status");
    x.answer.status = 200;
    x.answer.body = SPAN("{\"ok\":null}");
    T_EQ(heard(&x), FED_BAD_DIGEST, "another body of the same length");
    x.answer.body = SPAN("{\"ok\":true}");
    for (int drop = 0; drop < 4; drop++) {
        int n = 0;

        for (int i = 0; i < 4; i++)
            if (i != drop)
                headers[n++] = x.answer_headers.headers[i];
        x.answer.headers = headers;
        x.answer.n_headers = n;
        T_EQ(heard(&x), FED_SIG_PROFILE, "one left out");
        headers[n++] = x.answer_headers.headers[drop];
        x.answer.n_headers = n;
        T_EQ(heard(&x), FED_OK, "their order does not matter");
        headers[n++] = x.answer_headers.headers[drop];
        x.answer.n_headers = n;
        T_EQ(heard(&x), FED_SIG_PROFILE, "one twice");
    }
    memcpy(headers, x.answer_headers.headers, 4 * sizeof headers[0]);
    x.answer.n_headers = 4;
    headers[0].value = span_text(profile_media_text(PROFILE_PROBLEM));
    T_EQ(heard(&x), FED_BAD_SIGNATURE, "another kind of body");
    /* cppcheck-suppress [redundantAssignment,unreadVariable] */
    headers[0].value = SPAN("text/html");
    T_EQ(heard(&x), FED_MEDIA, "a kind that is none");
    fed_sample_fini(&x.sample);
}

T_CASE(profile_answer_signs_nothing_it_would_not_read)
{
    struct exchange x;
    struct fed_signed headers;

    exchange_init(&x);
    T_EQ(profile_sign_answer(&x.sample.host_signer, &x.request, 99, PROFILE_JSON, SPAN_NONE,
                             FED_SAMPLE_NOW_US, &headers, NULL),
         ERR_INVALID, "no status");
    T_EQ(profile_sign_answer(&x.sample.host_signer, &x.request, 200, PROFILE_JSON, SPAN_NONE,
                             -1, &headers, NULL),
         ERR_INVALID, "no time");
    fed_sample_fini(&x.sample);
}
