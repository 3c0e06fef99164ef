/* tenants/signin/passkey_place.h - where passkeys are made and used: the origin of the listener
 * that was asked, and the one name they all belong to (the relying party's id).
 *
 * A passkey of the staff has to work at the public and at the office address, and a browser
 * lets a page use a name only if it is the page's own host or a parent of it. So the office
 * address is named under the public one (office.ibasho.city.example.lg.jp), and the public
 * host is the name: as narrow as can be, for whoever serves a page under that name may ask for
 * its passkeys. Where the two addresses are cousins, passkey.rp_id names their common parent.
 * Threads: reentrant; conf is read-only.  Owns: nothing. */
#ifndef TENANTS_SIGNIN_PASSKEY_PLACE_H
#define TENANTS_SIGNIN_PASSKEY_PLACE_H

#include "node/base/conf.h"
#include "node/base/origin.h"
#include "node/base/route.h"

#define PASSKEY_RP_CAP 256

struct passkey_place {
    char origin[ORIGIN_CAP];
    char rp_id[PASSKEY_RP_CAP];
};

/* ERR_DENIED (why->field "place"): this listener's host does not lie under the name, so that no
 * browser would let a page there use it. */
NODISCARD enum err passkey_place_of(const struct conf *conf, enum listener listener,
                                    struct passkey_place *place_out, struct fail *why);

#endif
