/* tenants/signin/totp.h - one-time codes of RFC 6238 as every authenticator app makes them:
 * HMAC-SHA-1, 30 s steps, 6 digits. A step is accepted once only: the caller keeps the last
 * one. Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_SIGNIN_TOTP_H
#define TENANTS_SIGNIN_TOTP_H

#include "node/base/arena.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_S       30
#define TOTP_DIGITS       6
#define TOTP_BASE32_CAP   33 /* 32 characters and a NUL */

/* n_digits 6 to 8. ERR_INTERNAL: the hash could not be made. */
NODISCARD enum err totp_code(struct span secret, int64_t step, int n_digits, uint32_t *code_out,
                             struct fail *why);
/* Looks for code in the step of now and its two neighbours, later than last_step.
 * ERR_DENIED: not there, already used, or not 6 digits. */
NODISCARD enum err totp_check(struct span secret, struct span code, int64_t now_utc_us,
                              int64_t last_step, int64_t *step_out, struct fail *why);
/* RFC 4648 base32 without padding, as people type it into an app. */
void totp_base32(const uint8_t secret[TOTP_SECRET_BYTES], char text_out[TOTP_BASE32_CAP]);
/* otpauth://totp/ISSUER:LOGIN?secret=...&issuer=ISSUER, percent-encoded, for a QR code; NULL
 * when memory is out. */
char *totp_uri(struct arena *arena, struct span issuer, struct span login,
               const uint8_t secret[TOTP_SECRET_BYTES]);

#endif
