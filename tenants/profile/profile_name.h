/* tenants/profile/profile_name.h - may somebody be shown by a name, asked of everything that is
 * known here: other people, words nobody may write, names that staff took away (AI-2.7-ア).
 * What a name is by itself profile_rules.h says. Each adds at most one defect, as "/name".
 * Threads: workers; one struct db per thread. */
#ifndef TENANTS_PROFILE_PROFILE_NAME_H
#define TENANTS_PROFILE_PROFILE_NAME_H

#include "node/base/jx.h"
#include "node/base/services.h"
#include "tenants/profile/profile.h"

/* Who asks for which name. */
struct profile_named {
    struct id account;
    enum role role;
    struct span name; /* trimmed */
};

/* Rules "taken", "taken-alike", "staff": somebody else has it, or would be taken for him. */
NODISCARD enum err profile_check_rival(const struct services *services, struct db *db,
                                       const struct profile_named *named, struct arena *arena,
                                       struct jx_defects *defects, struct fail *why);
/* The same when the database says that somebody has it by now. */
NODISCARD enum err profile_say_taken(struct arena *arena, struct jx_defects *defects,
                                     struct fail *why);
/* Rule "taken-away": staff gave him another name for this one, or it looks, sounds or holds
 * like that. Asked of one's own changes alone: staff may give a name back. ERR_LOCKED,
 * ERR_UNAVAILABLE: names cannot be opened now. */
NODISCARD enum err profile_check_taken_away(const struct services *services, struct db *db,
                                            const struct profile_named *named,
                                            struct arena *arena, struct jx_defects *defects,
                                            struct fail *why);
/* All that holds for a name which staff give: rules, safe words, other people. */
NODISCARD enum err profile_check_given(const struct services *services, struct db *db,
                                       const struct profile_named *named, struct arena *arena,
                                       struct jx_defects *defects, struct fail *why);

#endif
