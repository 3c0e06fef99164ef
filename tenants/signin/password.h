/* tenants/signin/password.h - passwords: Argon2id (RFC 9106) with 19 MiB, two passes, one lane,
 * on one or two threads behind a bounded queue, so that a class signing in at ten o'clock takes
 * neither the machine's memory nor the HTTP workers. libargon2 is named in password.c. Threads:
 * password_hash and password_is_right take about 35 ms of the calling thread and belong on the
 * queue's; hasher_post from any. */
#ifndef TENANTS_SIGNIN_PASSWORD_H
#define TENANTS_SIGNIN_PASSWORD_H

#include "node/base/err.h"
#include "node/base/span.h"

#define PASSWORD_LEAST    8   /* graphemes */
#define PASSWORD_MOST     128 /* graphemes */
#define PASSWORD_HASH_CAP 128 /* PHC string with its NUL */
#define PASSWORD_MADE_CAP 20  /* "xxxx-xxxx-xxxx-xxxx" with its NUL */

/* A PHC string with a fresh salt: "$argon2id$v=19$m=19456,t=2,p=1$...$...". */
NODISCARD enum err password_hash(struct span password, char phc_out[PASSWORD_HASH_CAP],
                                 struct fail *why);
/* ERR_OK: it is. ERR_DENIED: it is not. ERR_INTERNAL: phc is not one of ours; ERR_NOMEM. */
NODISCARD enum err password_check(const char *phc, struct span password, struct fail *why);
/* A random password without letters that look alike: 16 of 31, 79 bits. */
void password_make(char out[PASSWORD_MADE_CAP]);

/* The queue. It has two lanes: of five works taken while both wait, four are of the first and
 * one of the second, so that who guesses waits behind who does not, and nobody for ever. */
struct hasher;
enum hash_lane { HASH_FIRST, HASH_SECOND, HASH_LANES_N };
NODISCARD enum err hasher_create(int n_threads, size_t n_waiting_cap,
                                 struct hasher **hasher_out, struct fail *why);
/* Runs what is queued, then stops. */
void hasher_destroy(struct hasher **hasher);
/* run(arg) on a hashing thread, in order of posting within a lane. ERR_BUSY: the lane is full
 * (each holds n_waiting_cap). hasher_post is the first lane. */
NODISCARD enum err hasher_post(struct hasher *hasher, void (*run)(void *arg), void *arg,
                               struct fail *why);
NODISCARD enum err hasher_post_lane(struct hasher *hasher, enum hash_lane lane,
                                    void (*run)(void *arg), void *arg, struct fail *why);
size_t hasher_n_waiting(struct hasher *hasher);

#endif
