/* federation/transfer_pack.h - one child's parcel, put together from what this node holds.
 * Threads: workers.  Owns: nothing; results live in the request's arena. */
#ifndef FEDERATION_TRANSFER_PACK_H
#define FEDERATION_TRANSFER_PACK_H

#include "federation/transfer_parcel.h"
#include "node/base/route.h"

struct transfer_packing {
    struct req *req;
    struct id transfer, home, receiver, child;
    struct span home_name, on, consent_on, consent_how;
    unsigned parts;
};
/* The document. ERR_NOT_FOUND: no such child, or one without a name; ERR_TOO_LARGE. */
NODISCARD enum err transfer_pack(const struct transfer_packing *packing, struct span *text_out,
                                 struct fail *why);

/* Is the parcel's child the one of that account: the same name and, where both sides have one,
 * the same reading, as names are searched? ERR_LOCKED, ERR_UNAVAILABLE: names cannot be opened
 * now. */
NODISCARD enum err transfer_is_child(const struct services *services, struct db *db,
                                     const struct transfer_parcel *parcel, struct id account,
                                     struct arena *arena, bool *is_out, struct fail *why);

#endif
