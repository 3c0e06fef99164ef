/* One request of another node, checked: form, key, time, signature, nonce, digest, role. */
#include "tests/bench/bench.h"
#include "tests/lib/fed_sample.h"

#define N_REQUESTS 2000

struct asked {
    struct fed_message message;
    struct fed_signed headers;
};

static enum err ask_all(struct fed_sample *sample, struct asked *asked, struct fail *why)
{
    enum err rc = ERR_OK;

    for (uint32_t i = 0; rc == ERR_OK && i < N_REQUESTS; i++) {
        struct fed_stamp stamp = fed_sample_stamp(sample, i, FED_SAMPLE_NOW_US);

        asked[i].message = fed_sample_message();
        rc = profile_sign_request(&sample->guest_signer, &asked[i].message, PROFILE_JSON,
                                  &stamp, &asked[i].headers, why);
        asked[i].message.headers = asked[i].headers.headers;
        asked[i].message.n_headers = asked[i].headers.n_headers;
    }
    return rc;
}

BENCH(federation_verify, "federation.verify", "us", 200, true)
{
    struct asked *asked = calloc(N_REQUESTS, sizeof *asked);
    struct fed_sample sample;
    struct fed_who who;
    double before;
    enum err rc;
    int n_in = 0;

    fed_sample_init(&sample);
    rc = asked == NULL ? fail_set(why, ERR_NOMEM, "requests") : ask_all(&sample, asked, why);
    before = bench_thread_cpu_us();
    for (int i = 0; rc == ERR_OK && i < N_REQUESTS; i++)
        n_in += fed_gate_check(&sample.gate, &asked[i].message, FED_ROLE_BIT(FED_ROLE_GUEST),
                               FED_SAMPLE_NOW_US, &who) == FED_OK;
    *value_out = (bench_thread_cpu_us() - before) / N_REQUESTS;
    if (rc == ERR_OK && n_in != N_REQUESTS)
        rc = fail_set(why, ERR_INTERNAL, "%d of %d requests came in", n_in, N_REQUESTS);
    fed_sample_fini(&sample);
    free(asked);
    return rc;
}
