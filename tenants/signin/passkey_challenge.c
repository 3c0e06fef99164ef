#include "tenants/signin/passkey_challenge.h"

#include "node/db/digest.h"

#define MAC_KEY   "blind.passkey-challenge"
#define MAC_AT    16
#define MAC_BYTES 16

static enum err make_mac(struct keyring *keyring, const struct passkey_asker *asker,
                         const uint8_t head[MAC_AT], uint8_t mac_out[MAC_BYTES],
                         struct fail *why)
{
    uint8_t text[2 + sizeof asker->session.b + MAC_AT] = {(uint8_t)asker->act,
                                                          (uint8_t)asker->listener};

    memcpy(text + 2, asker->session.b, sizeof asker->session.b);
    memcpy(text + 2 + sizeof asker->session.b, head, MAC_AT);
    return keyring_blind(keyring, MAC_KEY, span_of(text, sizeof text), mac_out, why);
}

enum err passkey_challenge_make(struct keyring *keyring, const struct passkey_asker *asker,
                                int64_t now_utc_us,
                                uint8_t challenge_out[WEBAUTHN_CHALLENGE_BYTES],
                                struct fail *why)
{
    for (int i = 0; i < 8; i++)
        challenge_out[i] = (uint8_t)((uint64_t)now_utc_us >> (56 - 8 * i));
    digest_random(challenge_out + 8, 8);
    return make_mac(keyring, asker, challenge_out, challenge_out + MAC_AT, why);
}

/* Without a branch on what differs. */
static bool is_same(const uint8_t *a, const uint8_t *b)
{
    unsigned differ = 0;

    for (int i = 0; i < MAC_BYTES; i++)
        differ |= (unsigned)(a[i] ^ b[i]);
    return differ == 0;
}

enum err passkey_challenge_check(struct keyring *keyring, const struct passkey_asker *asker,
                                 const uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES],
                                 int64_t now_utc_us, int64_t *made_out, struct fail *why)
{
    uint8_t mac[MAC_BYTES];
    uint64_t made = 0;
    enum err rc = make_mac(keyring, asker, challenge, mac, why);

    if (rc != ERR_OK)
        return rc;
    if (!is_same(mac, challenge + MAC_AT))
        return fail_field(why, ERR_DENIED, "challenge", "no challenge for this asker");
    for (int i = 0; i < 8; i++)
        made = made << 8 | challenge[i];
    if ((int64_t)made + PASSKEY_CHALLENGE_US < now_utc_us)
        return fail_field(why, ERR_DENIED, "challenge-old", "a challenge of too long ago");
    *made_out = (int64_t)made;
    return ERR_OK;
}
