#include "federation/profile_gate.h"

#include "tests/lib/fed_sample.h"
#include "tests/t.h"

/* One request of the guest at `signed_us`, checked at `now_us`. */
static enum fed_code gate_at(struct fed_sample *sample, uint32_t nonce, int64_t signed_us,
                             int64_t now_us)
{
    struct fed_message message = fed_sample_message();
    struct fed_stamp stamp = fed_sample_stamp(sample, nonce, signed_us);
    struct fed_signed headers;
    struct fed_who who;

    T_EQ(profile_sign_request(&sample->guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.headers = headers.headers;
    message.n_headers = headers.n_headers;
    return fed_gate_check(&sample->gate, &message, 0, now_us, &who);
}

/* The guest's key under a name that it left here. */
static enum fed_code find_left(void *arg, struct span kid, int64_t now_utc_us,
                               const struct fed_member **member_out,
                               const struct fed_key **key_out)
{
    struct fed_sample *sample = arg;

    if (!span_eq(kid, SPAN("boot-1")))
        return FED_UNKNOWN_KEY;
    return registry_key_find(sample->gate.registry, SPAN("guest-1"), now_utc_us, member_out,
                             key_out);
}

T_CASE(fed_gate_asks_elsewhere_whose_key_it_is)
{
    struct fed_sample sample;

    fed_sample_init(&sample);
    sample.gate.find = find_left;
    sample.gate.find_arg = &sample;
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_UNKNOWN_KEY,
         "the registry's keys are not asked for");
    sample.guest_signer.kid = "boot-1";
    T_EQ(gate_at(&sample, 2, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_OK,
         "the one left here");
    T_EQ(gate_at(&sample, 2, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_REPLAYED, "once");
    T_EQ(gate_at(&sample, 3, FED_SAMPLE_NOW_US - 61 * SECOND_US, FED_SAMPLE_NOW_US),
         FED_BAD_TIME, "in time");
    sample.gate.find = NULL;
    T_EQ(gate_at(&sample, 4, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_UNKNOWN_KEY,
         "and nowhere else");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_lets_a_member_in_once)
{
    struct fed_sample sample;
    struct fed_message message = fed_sample_message();
    struct fed_stamp stamp;
    struct fed_signed headers;
    struct fed_who who;

    T_REQ("CARD-11");
    fed_sample_init(&sample);
    stamp = fed_sample_stamp(&sample, 1, FED_SAMPLE_NOW_US);
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.headers = headers.headers;
    message.n_headers = headers.n_headers;
    T_EQ(fed_gate_check(&sample.gate, &message, FED_ROLE_BIT(FED_ROLE_GUEST), FED_SAMPLE_NOW_US,
                        &who),
         FED_OK, "in");
    T_OK(who.is_proven && who.has_claim && id_eq(who.member->node, sample.guest), "who");
    T_TEXT(who.key->kid, "guest-1", "by which key");
    for (int s = 0; s <= 60; s += 20)
        T_EQ(fed_gate_check(&sample.gate, &message, 0, FED_SAMPLE_NOW_US + s * SECOND_US, &who),
             FED_REPLAYED, "again, while it is young");
    T_EQ(fed_gate_check(&sample.gate, &message, 0, FED_SAMPLE_NOW_US + 61 * SECOND_US, &who),
         FED_BAD_TIME, "after 61 s");
    T_EQ(nonces_count(sample.nonces), 1, "kept once");
    /* A new process knows nothing of what came; it takes nothing from before. */
    nonces_destroy(&sample.nonces);
    T_EQ(nonces_create(&sample.nonces, NULL), ERR_OK, "another process");
    sample.gate.nonces = sample.nonces;
    sample.gate.open_utc_us = FED_SAMPLE_NOW_US + SECOND_US;
    T_EQ(fed_gate_check(&sample.gate, &message, 0, FED_SAMPLE_NOW_US + 2 * SECOND_US, &who),
         FED_EARLY_BOOT, "after a restart");
    sample.gate.self = sample.guest;
    T_EQ(fed_gate_check(&sample.gate, &message, 0, FED_SAMPLE_NOW_US, &who), FED_WRONG_DEST,
         "at another node");
    T_OK(who.has_claim && !who.is_proven, "not proven");
    T_EQ(nonces_count(sample.nonces), 0, "and nothing kept");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_window_is_60_s_back_and_5_ahead)
{
    static const struct {
        int64_t age_ms;
        enum fed_code want;
    } rows[] = {
        {0, FED_OK},
        {59000, FED_OK},
        {60000, FED_OK},
        {60001, FED_BAD_TIME},
        {61000, FED_BAD_TIME},
        {-1000, FED_OK},
        {-5000, FED_OK},
        {-6000, FED_BAD_TIME},
        {-59000, FED_BAD_TIME},
        {-61000, FED_BAD_TIME},
        {3600000, FED_BAD_TIME},
        {-3600000, FED_BAD_TIME},
    };
    struct fed_sample sample;

    T_REQ("CARD-11");
    fed_sample_init(&sample);
    for (uint32_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(gate_at(&sample, i, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US + rows[i].age_ms * 1000),
             rows[i].want, "age");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_takes_nothing_that_an_earlier_process_may_have_taken)
{
    struct fed_sample sample;
    int64_t open_us = FED_SAMPLE_NOW_US + 300000; /* 0.3 s into a second */

    T_REQ("CARD-11");
    fed_sample_init(&sample);
    sample.gate.open_utc_us = open_us;
    for (int64_t s = -60; s < 6; s++)
        T_EQ(gate_at(&sample, (uint32_t)(s + 100), FED_SAMPLE_NOW_US + s * SECOND_US,
                     FED_SAMPLE_NOW_US + SECOND_US / 2 + (s > 0 ? s : 0) * SECOND_US -
                         (s < 0 ? SECOND_US / 2 : 0)),
             FED_EARLY_BOOT, "signed before we were alone");
    T_EQ(gate_at(&sample, 200, FED_SAMPLE_NOW_US + 6 * SECOND_US,
                 FED_SAMPLE_NOW_US + 6 * SECOND_US),
         FED_OK, "signed later");
    /* The worst case: accepted by the first process in its last moment, from a clock as far
     * ahead as it may be; the second one opens and sees it at its own `created`. */
    T_EQ(gate_at(&sample, 201, FED_SAMPLE_NOW_US + 5 * SECOND_US,
                 FED_SAMPLE_NOW_US + 5 * SECOND_US),
         FED_EARLY_BOOT, "from the future of the first");
    T_EQ(nonces_count(sample.nonces), 1, "only what came in");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_asks_in_the_order_of_the_protocol)
{
    struct fed_sample sample;
    struct fed_message message = fed_sample_message();
    struct fed_header doubled[8];
    struct fed_stamp stamp;
    struct fed_signed headers;
    struct fed_who who;
    int64_t late = FED_SAMPLE_NOW_US + HOUR_US;

    T_REQ("CARD-11, CARD-6");
    fed_sample_init(&sample);
    /* Wrong in every way: a large body, twice the same header, a kid of nobody, another
     * place and node, an hour late, a false signature, a replayed nonce, another body, no role.
     * Each mended in turn shows the next. */
    stamp = fed_sample_stamp(&sample, 1, FED_SAMPLE_NOW_US);
    sample.guest_signer.kid = "nobody-1";
    sample.guest_secret = 9;
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_UNKNOWN_KEY, "kid");
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    memcpy(doubled, headers.headers, sizeof headers.headers);
    doubled[7] = doubled[0];
    message.headers = doubled;
    message.n_headers = 8;
    sample.gate.body_most = 4;
    sample.gate.self = sample.guest;
    sample.gate.authority = SPAN("other.example:1");
    message.body = SPAN("{\"hello\":\"World\"}");
#define CHECK(want, what) \
    T_EQ(fed_gate_check(&sample.gate, &message, FED_ROLE_BIT(FED_ROLE_KPI), late, &who), want, \
         what)
    CHECK(FED_TOO_LARGE, "size");
    sample.gate.body_most = 0;
    CHECK(FED_SIG_PROFILE, "form");
    message.n_headers = 7;
    CHECK(FED_UNKNOWN_KEY, "member");
    sample.guest_signer.kid = "guest-1";
    message = fed_sample_message();
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.headers = headers.headers;
    message.n_headers = 7;
    message.body = SPAN("{\"hello\":\"World\"}");
    late = FED_SAMPLE_NOW_US + 300 * DAY_US;
    CHECK(FED_UNKNOWN_KEY, "a key whose time is over");
    late = FED_SAMPLE_NOW_US + 200 * DAY_US;
    CHECK(FED_CONTRACT_ENDED, "contract");
    late = FED_SAMPLE_NOW_US + HOUR_US;
    CHECK(FED_WRONG_AUTHORITY, "place");
    sample.gate.authority = SPAN(FED_SAMPLE_HOST);
    CHECK(FED_WRONG_DEST, "node");
    sample.gate.self = sample.host;
    CHECK(FED_BAD_TIME, "time");
    late = FED_SAMPLE_NOW_US;
    sample.gate.open_utc_us = FED_SAMPLE_NOW_US;
    CHECK(FED_EARLY_BOOT, "start");
    sample.gate.open_utc_us = 0;
    CHECK(FED_BAD_SIGNATURE, "signature");
    T_EQ(nonces_count(sample.nonces), 0, "nothing was kept so far");
    sample.guest_secret = 2;
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_OK,
         "its nonce is used");
    message.body = fed_sample_message().body;
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.body = SPAN("{\"hello\":\"World\"}");
    CHECK(FED_REPLAYED, "nonce");
    stamp.nonce[0] = 2;
    message.body = fed_sample_message().body;
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    message.body = SPAN("{\"hello\":\"World\"}");
    CHECK(FED_BAD_DIGEST, "digest");
    message.body = fed_sample_message().body;
    CHECK(FED_REPLAYED, "a proven request has used its nonce, whatever its body");
    stamp.nonce[0] = 3;
    T_EQ(profile_sign_request(&sample.guest_signer, &message, PROFILE_JSON, &stamp, &headers,
                              NULL),
         ERR_OK, "signed");
    CHECK(FED_ROLE_DENIED, "role");
    T_OK(who.is_proven, "by a member");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_without_a_registry_knows_nobody)
{
    struct fed_sample sample;

    T_REQ("CARD-6");
    fed_sample_init(&sample);
    sample.gate.registry = NULL;
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_UNKNOWN_KEY, "nobody");
    T_EQ(nonces_count(sample.nonces), 0, "nothing kept");
    fed_sample_fini(&sample);
}

T_CASE(fed_gate_full_of_nonces_refuses_and_keeps_the_old)
{
    struct fed_sample sample;
    int n_ok = 0;

    T_REQ("CARD-11");
    fed_sample_init(&sample);
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_OK, "the first");
    for (uint32_t i = 0; i < NONCES_PER_KID - 1; i++) {
        uint8_t nonce[PROFILE_NONCE_BYTES] = {[15] = 1};

        memcpy(nonce, &i, sizeof i);
        n_ok += nonces_take(sample.nonces, SPAN("guest-1"), nonce, FED_SAMPLE_NOW_US,
                            FED_SAMPLE_NOW_US) == FED_OK;
    }
    T_EQ(n_ok, NONCES_PER_KID - 1, "many more");
    T_EQ(gate_at(&sample, 2, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_NONCE_FULL, "full");
    T_EQ(gate_at(&sample, 1, FED_SAMPLE_NOW_US, FED_SAMPLE_NOW_US), FED_REPLAYED,
         "not evicted");
    fed_sample_fini(&sample);
}
