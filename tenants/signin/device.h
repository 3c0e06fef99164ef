/* tenants/signin/device.h - what a session is bound to beside its cookie: a second random
 * cookie, wiped at log-out, hashed together with the coarse kind of the device, so that a
 * session cookie that was copied alone opens nothing elsewhere. Who copies the whole cookie jar
 * and says the same User-Agent still passes: this is no second factor. Threads: reentrant.
 * Owns: nothing. */
#ifndef TENANTS_SIGNIN_DEVICE_H
#define TENANTS_SIGNIN_DEVICE_H

#include "node/db/hash256.h"

#define DEVICE_FACTS_CAP    32
#define DEVICE_COOKIE_CHARS 64 /* 32 random bytes in hexadecimal */

/* "iPadOS Safari", "Windows Edge", "ChromeOS Chrome": system and browser, no versions, so that
 * an update of either is the same device. What is not known is "その他". user_agent: any bytes.
 */
void device_facts(struct span user_agent, char facts_out[DEVICE_FACTS_CAP]);
/* SHA-256(cookie ‖ 0x00 ‖ facts). */
struct hash256 device_hash(struct span cookie, const char *facts);

#endif
