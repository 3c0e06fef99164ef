/* tenants/people/registration.h - the rules of a child's admission, apart from HTTP: which
 * kinds of admission the board allows, what consent is whole (HI-3.3-1, HI-3.3-2). Pure but for
 * the settings. Threads: any.  Owns: nothing. */
#ifndef TENANTS_PEOPLE_REGISTRATION_H
#define TENANTS_PEOPLE_REGISTRATION_H

#include "node/base/jx.h"
#include "node/db/settings.h"

/* Codes as the table's; resident, partner, invited also order whom a policy takes in. */
#define REGISTRATION_TARGETS    "unsupported|not_settled|other"
#define REGISTRATION_ROUTES     "hot_school|desk|wish|school|other"
#define REGISTRATION_WISHES     "yes|no|not_asked"
#define REGISTRATION_WISH_BY    "child|guardian|staff|nobody"
#define REGISTRATION_SUPPORTS   "none|in_school|outside|both"
#define REGISTRATION_ADMISSIONS "resident|partner|invited"
#define REGISTRATION_CONSENT_BY "guardian|child|both"
#define REGISTRATION_NOTE_MOST  400

/* May somebody of that admission be taken in now? Else a defect that says the rule.
 * ERR_INVALID, ERR_NOMEM. */
NODISCARD enum err registration_check_admission(const struct settings *settings,
                                                struct span admission, struct arena *arena,
                                                struct jx_defects *defects);

/* Consent was given, and to the version in force; without one set, to any. */
bool registration_is_consented(const struct settings *settings, struct span consent_version,
                               struct span consent_on);

/* The items that need consent now; empty when none are set. In the arena. */
NODISCARD enum err registration_items(const struct settings *settings, struct arena *arena,
                                      struct jx_texts *items_out, struct fail *why);

struct registration_consent {
    struct span version, on; /* the version that was read; the day of consent */
    struct jx_texts items;   /* those that were ticked */
};
/* Every item that is needed must be ticked, the version the one in force, the day no later than
 * today. Every defect is listed. ERR_INVALID, ERR_NOMEM. */
NODISCARD enum err registration_check_consent(const struct settings *settings,
                                              const struct registration_consent *consent,
                                              int64_t now_utc_us, struct arena *arena,
                                              struct jx_defects *defects);

#endif
