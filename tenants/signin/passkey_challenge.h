/* tenants/signin/passkey_challenge.h - the challenges that passkeys sign. None is kept: a
 * challenge carries the moment it was given out and a keyed hash over it, over what it is for,
 * the listener and the session it was given to (none: an attempt that has only the challenge
 * itself, 128 unguessable bits). So nobody can fill a memory with challenges nobody uses, they
 * outlive a restart of the program, and one of another session, listener or act is none.
 *   challenge = 8 bytes UTC us, big-endian ‖ 8 random bytes ‖ 16 bytes keyed hash
 * One use: passkey_store.h accepts, in the transaction that uses it, only one given out later
 * than every challenge the account has used, and used by no other account.
 * Threads: any. */
#ifndef TENANTS_SIGNIN_PASSKEY_CHALLENGE_H
#define TENANTS_SIGNIN_PASSKEY_CHALLENGE_H

#include "node/base/route.h"
#include "node/db/keyring.h"
#include "tenants/signin/webauthn.h"

#define PASSKEY_CHALLENGE_US (INT64_C(5) * 60 * 1000000)

enum passkey_act {
    PASSKEY_REGISTER,      /* a new passkey, by a session */
    PASSKEY_SECOND_FACTOR, /* behind the password, by a session of that stage */
    PASSKEY_SIGN_IN,       /* instead of the password */
};

/* Whom it is for. */
struct passkey_asker {
    enum passkey_act act;
    enum listener listener;
    struct id session; /* ID_NONE: nobody is signed in */
};

/* ERR_LOCKED, ERR_UNAVAILABLE: as keyring_blind. */
NODISCARD enum err passkey_challenge_make(struct keyring *keyring,
                                          const struct passkey_asker *asker, int64_t now_utc_us,
                                          uint8_t challenge_out[WEBAUTHN_CHALLENGE_BYTES],
                                          struct fail *why);
/* ERR_DENIED (why->field "challenge" or "challenge-old"): not ours, not for this asker, or
 * given out more than PASSKEY_CHALLENGE_US ago. made_out: when it was given out. */
NODISCARD enum err passkey_challenge_check(struct keyring *keyring,
                                           const struct passkey_asker *asker,
                                           const uint8_t challenge[WEBAUTHN_CHALLENGE_BYTES],
                                           int64_t now_utc_us, int64_t *made_out,
                                           struct fail *why);

#endif
