/* Passkeys' challenges over a real key agent, in time: AI-2.6-オ, NI-2.3.4-2b. */
#include "tenants/signin/passkey_challenge.h"

#include "node/base/clock.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

static enum err check(struct store_fixture *f, const struct passkey_asker *asker,
                      const uint8_t *challenge, int64_t now_utc_us, struct fail *why)
{
    int64_t made = 0;

    *why = (struct fail){.code = ERR_OK};
    return passkey_challenge_check(f->services.keyring, asker, challenge, now_utc_us, &made,
                                   why);
}

T_CASE(passkey_challenge_is_one_askers_for_five_minutes)
{
    const struct passkey_asker asker = {PASSKEY_SECOND_FACTOR, LISTENER_PUBLIC, id_new()};
    const struct {
        const char *what;
        struct passkey_asker asker;
    } others[] = {
        {"another act", {PASSKEY_SIGN_IN, LISTENER_PUBLIC, asker.session}},
        {"another listener", {PASSKEY_SECOND_FACTOR, LISTENER_OFFICE, asker.session}},
        {"another session", {PASSKEY_SECOND_FACTOR, LISTENER_PUBLIC, id_new()}},
        {"no session", {PASSKEY_SECOND_FACTOR, LISTENER_PUBLIC, ID_NONE}},
    };
    struct store_fixture f;
    uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES], again[WEBAUTHN_CHALLENGE_BYTES];
    int64_t now = clock_utc_us(), made = 0;
    struct fail why;

    T_REQ("AI-2.6-オ");
    store_fixture_start(&f, NULL);
    T_EQ(passkey_challenge_make(f.services.keyring, &asker, now, challenge, NULL), ERR_OK,
         "made");
    T_EQ(passkey_challenge_make(f.services.keyring, &asker, now, again, NULL), ERR_OK, "made");
    T_OK(memcmp(challenge, again, sizeof again) != 0, "never the same twice");
    T_EQ(passkey_challenge_check(f.services.keyring, &asker, challenge,
                                 now + PASSKEY_CHALLENGE_US, &made, NULL),
         ERR_OK, "five minutes");
    T_EQ(made, now, "says when it was given out");
    T_EQ(check(&f, &asker, challenge, now + PASSKEY_CHALLENGE_US + 1, &why), ERR_DENIED,
         "no longer");
    T_TEXT(why.field, "challenge-old", "as too old");
    for (size_t i = 0; i < T_COUNT(others); i++) {
        T_EQ(check(&f, &others[i].asker, challenge, now, &why), ERR_DENIED, others[i].what);
        T_TEXT(why.field, "challenge", others[i].what);
    }
    for (size_t i = 0; i < sizeof challenge; i++) {
        challenge[i] ^= 1;
        T_EQ(check(&f, &asker, challenge, now, &why), ERR_DENIED, "a bit changed");
        T_TEXT(why.field, "challenge", "is none of ours, whatever moment it names");
        challenge[i] ^= 1;
    }
    T_EQ(check(&f, &asker, challenge, now, &why), ERR_OK, "as it was");
    store_fixture_stop(&f);
}
