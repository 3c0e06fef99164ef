/* tenants/signin/login_name.h - the one form of a login name. Children type it with Japanese
 * input on, so full-width letters and capitals mean the same as plain ones. The blind index of
 * every stored login rests on this rule: it must never change for a name it accepts today.
 * Threads: reentrant. */
#ifndef TENANTS_SIGNIN_LOGIN_NAME_H
#define TENANTS_SIGNIN_LOGIN_NAME_H

#include "node/base/err.h"
#include "node/base/span.h"

#define LOGIN_NAME_LEAST 3
#define LOGIN_NAME_MOST  64
#define LOGIN_NAME_CAP   (LOGIN_NAME_MOST + 1)

/* Full-width ASCII becomes ASCII, capitals small, blanks around it go. What remains must be
 * LEAST to MOST of a-z 0-9 . _ - @; else ERR_INVALID. NUL-terminated. */
NODISCARD enum err login_name_fold(struct span typed, char name_out[LOGIN_NAME_CAP],
                                   struct fail *why);

#endif
