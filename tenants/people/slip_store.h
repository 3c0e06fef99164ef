/* tenants/people/slip_store.h - first passwords that are still to be used, for the sheets they
 * are printed on. Threads: as the db that is handed in. */
#ifndef TENANTS_PEOPLE_SLIP_STORE_H
#define TENANTS_PEOPLE_SLIP_STORE_H

#include "node/db/db.h"

/* sealed_out: place {"account", "first_password_sealed", account}; in the arena, empty when it
 * was used or there never was one. until 0: none. ERR_NOT_FOUND: no such account. */
NODISCARD enum err slip_store_first(struct db *db, struct id account, struct arena *arena,
                                    struct span *sealed_out, int64_t *until_utc_us_out,
                                    struct fail *why);

#endif
