/* tenants/roster/byhand.h - the rows of a package for persons and schools that no roster knows:
 * made of what was entered by hand, the same every time. Threads: reentrant. */
#ifndef TENANTS_ROSTER_BYHAND_H
#define TENANTS_ROSTER_BYHAND_H

#include "tenants/roster/snapshot.h"

/* The source id of somebody or something entered by hand: a version 4 UUID made from the id
 * with a key, the same every time. */
NODISCARD enum err byhand_source(struct keyring *keyring, struct id id, struct arena *arena,
                                 struct span *source_id_out, struct fail *why);

/* An org's row; district: source id of the one above, or empty. */
NODISCARD enum err byhand_org(const struct roster_stored *org, const char *kind,
                              struct span district, struct arena *arena,
                              struct span *received_out, struct fail *why);

struct byhand_person {
    const struct person_row *row;
    struct snapshot_name name;
    struct span source_id; /* byhand_source */
    struct span org;       /* source id of the school, or of the district */
};
/* The users.csv row; its userMasterIdentifier is made like the source id. */
NODISCARD enum err byhand_user(struct keyring *keyring, const struct byhand_person *person,
                               struct arena *arena, struct span *received_out,
                               struct fail *why);
/* The roles.csv row and its source id. */
NODISCARD enum err byhand_role(struct keyring *keyring, const struct byhand_person *person,
                               struct arena *arena, struct span *source_id_out,
                               struct span *received_out, struct fail *why);

#endif
