/* tenants/people/link_store.h - the rows of table link_step: who asked for, gave, moved or
 * ended a tie of guardian and child, each an audit leaf (AI-4.3-カ, NI-2.3.4-2c). The ties
 * themselves are table guardian_link (person_store.h). A tie asked for with a guardian's ID is
 * made when the ID is approved. Threads: as the tx or db that is handed in. */
#ifndef TENANTS_PEOPLE_LINK_STORE_H
#define TENANTS_PEOPLE_LINK_STORE_H

#include "node/base/role.h"
#include "node/db/writer.h"

#define LINKS_MOST 100 /* asked for with one ID, or moved with one person */

enum link_what { LINK_ASKED, LINK_GIVEN, LINK_MOVED, LINK_ENDED, LINK_WHAT_N };

struct link_step {
    enum link_what what;
    struct id guardian, child;
    struct id
        merged; /* LINK_MOVED: in whose place guardian or child now stands; else ID_NONE */
    int64_t at_utc_us;
    struct id actor;
    enum role actor_role;
};
/* The row and its leaf. */
NODISCARD enum err link_step_append(struct tx *tx, const struct link_step *step,
                                    struct fail *why);
/* The children asked for with that guardian's ID; of one that was merged meanwhile, whoever is
 * kept. Exactly one of tx and db. */
NODISCARD enum err link_step_asked(struct tx *tx, struct db *db, struct id guardian,
                                   struct arena *arena, struct id **children_out, size_t *n_out,
                                   struct fail *why);
/* Notes every open tie of the person step->merged as moved to `into`; before they are. Of step,
 * time and actor are taken. */
NODISCARD enum err link_step_moved(struct tx *tx, const struct link_step *step, struct id into,
                                   struct fail *why);

struct audit_table;
extern const struct audit_table link_step_audit_table;

#endif
