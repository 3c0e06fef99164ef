/* tenants/signin/password_rules.h - what a new password must not be (AI-2.6-オ, password rules
 * by age; NIST SP 800-63B section 5.1.1.2: length and a list of common ones, no rules of
 * composition). The list is short and bundled: nothing asks an outside service. Threads:
 * reentrant. */
#ifndef TENANTS_SIGNIN_PASSWORD_RULES_H
#define TENANTS_SIGNIN_PASSWORD_RULES_H

#include "node/base/jx.h"

/* Adds a defect of pointer ("/new") for every rule broken: shorter than least graphemes, the
 * login name inside, two or three characters over and over, a run of the keyboard or the
 * alphabet, one of the most common. login: folded. ERR_NOMEM. */
NODISCARD enum err password_rules_check(struct span password, struct span login, int least,
                                        const char *pointer, struct arena *arena,
                                        struct jx_defects *defects, struct fail *why);

/* A child's second step: "pin" of 4 to 8 digits that are not one digit over and over nor a run;
 * "picture": 3 to 6 of the pictures 1 to 12, each once, as "3-7-1". */
bool step_is_pin(struct span step);
bool step_is_picture(struct span step);

#endif
