#include "tenants/signin/totp.h"

#include <string.h>

#include "node/db/digest.h"

enum err totp_code(struct span secret, int64_t step, int n_digits, uint32_t *code_out,
                   struct fail *why)
{
    static const uint32_t modulus[] = {[6] = 1000000, [7] = 10000000, [8] = 100000000};
    uint8_t counter[8], mac[SHA1_BYTES];
    enum err rc;
    int at;

    for (int i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    rc = digest_hmac_sha1(secret, span_of(counter, sizeof counter), mac, why);
    if (rc != ERR_OK)
        return rc;
    at = mac[SHA1_BYTES - 1] & 0xf; /* dynamic truncation, RFC 4226 section 5.3 */
    *code_out = ((uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
                 (uint32_t)mac[at + 2] << 8 | mac[at + 3]) %
                modulus[n_digits];
    return ERR_OK;
}

static bool read_digits(struct span code, uint32_t *out)
{
    uint32_t n = 0;

    if (code.len != TOTP_DIGITS)
        return false;
    for (size_t i = 0; i < code.len; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(code.p[i] - '0');
    }
    *out = n;
    return true;
}

enum err totp_check(struct span secret, struct span code, int64_t now_utc_us, int64_t last_step,
                    int64_t *step_out, struct fail *why)
{
    int64_t now_step = now_utc_us / 1000000 / TOTP_STEP_S, found = -1;
    uint32_t given = 0, right = 0;

    if (!read_digits(code, &given))
        return fail_field(why, ERR_DENIED, "totp", "not %d digits", TOTP_DIGITS);
    for (int64_t step = now_step - 1; step <= now_step + 1; step++) {
        enum err rc = totp_code(secret, step, TOTP_DIGITS, &right, why);

        if (rc != ERR_OK)
            return rc;
        if (right == given && step > last_step && found < 0)
            found = step;
    }
    if (found < 0)
        return fail_field(why, ERR_DENIED, "totp", "no such code in three steps");
    *step_out = found;
    return ERR_OK;
}

void totp_base32(const uint8_t secret[TOTP_SECRET_BYTES], char text_out[TOTP_BASE32_CAP])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *out = text_out;

    for (int i = 0; i < TOTP_SECRET_BYTES; i += 5) { /* 40 bits are 8 characters */
        uint64_t bits = 0;

        for (int k = 0; k < 5; k++)
            bits = bits << 8 | secret[i + k];
        for (int k = 35; k >= 0; k -= 5)
            *out++ = alphabet[bits >> k & 31];
    }
    *out = '\0';
}

/* RFC 3986: everything but unreserved characters. */
static char *percent(struct arena *arena, struct span s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *text = arena_alloc(arena, s.len * 3 + 1), *out = text;

    for (size_t i = 0; text != NULL && i < s.len; i++) {
        uint8_t c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || (c != 0 && strchr("-._~", c) != NULL);

        if (plain) {
            *out++ = (char)c;
        } else {
            *out++ = '%';
            *out++ = hex[c >> 4];
            *out++ = hex[c & 15];
        }
    }
    return text;
}

char *totp_uri(struct arena *arena, struct span issuer, struct span login,
               const uint8_t secret[TOTP_SECRET_BYTES])
{
    char base32[TOTP_BASE32_CAP], *from = percent(arena, issuer), *who = percent(arena, login);
    char *uri;

    if (from == NULL || who == NULL)
        return NULL;
    totp_base32(secret, base32);
    uri = arena_printf(arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s", from, who, base32,
                       from);
    digest_wipe(base32, sizeof base32);
    return uri;
}
