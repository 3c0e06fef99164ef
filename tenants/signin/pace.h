/* tenants/signin/pace.h - when a refused attempt to sign in is answered, so that time tells
 * nothing.
 *
 * A login that exists costs a password hash of some 35 ms; one that does not costs none, for
 * 150 invented names must not make a child wait. Both are answered at the same moments: an
 * invented one "takes" a duration drawn from the last real ones, and all refusals of one place
 * are let go in the order and at the pace in which that place's attempts would have been worked
 * off had each of them cost a hash. So a bundle of names comes back alike whether all, some or
 * none exist. A place's refusals wait PACE_AHEAD_US at most; who is let in waits for nothing.
 *
 * Threads: one of its own, which lets go; the rest from any, without a lock.  Owns: that
 * thread and what waits. */
#ifndef TENANTS_SIGNIN_PACE_H
#define TENANTS_SIGNIN_PACE_H

#include "node/base/err.h"
#include "node/base/span.h"

#include <stdint.h>

#define PACE_AHEAD_US  INT64_C(3000000)
#define PACE_MARGIN_US 20000 /* covers the commit of the access record */

struct pace;

/* n_threads: how many hashes are worked on at once. first_us: how long one took just now. */
NODISCARD enum err pace_create(int n_threads, int64_t first_us, struct pace **pace_out,
                               struct fail *why);
/* Lets everything that waits go at once. Nobody may post any more. */
void pace_destroy(struct pace **pace);

/* A real hash took this long. */
void pace_note(struct pace *pace, int64_t duration_us);
/* One of the real durations of the last seconds, by chance. */
int64_t pace_draw(struct pace *pace);
/* An attempt from this place begins: the earliest moment (monotonic) of its refusal. */
int64_t pace_reserve(struct pace *pace, struct span place, int64_t now_mono_us);
/* let_go(arg) at that moment on pace's thread; at once on the caller's when too many wait. */
void pace_post(struct pace *pace, int64_t at_mono_us, void (*let_go)(void *arg), void *arg);

#endif
