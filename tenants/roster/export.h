/* tenants/roster/export.h - the roster as it stands, as a package: OneRoster 1.2_JP
 * (K-12/Schools profile), UTF-8 without a mark, every field quoted, CRLF, all 21 file
 * properties, bulk. What was received goes out as it came; persons and schools entered by hand
 * get rows of their own; whoever left or was erased is not in it, nor what pointed to them.
 * Demographics and user profiles are not kept, so they are absent. The same roster gives the
 * same bytes. Threads: one. Owns: nothing; the arena is full of names afterwards. */
#ifndef TENANTS_ROSTER_EXPORT_H
#define TENANTS_ROSTER_EXPORT_H

#include "node/db/db.h"
#include "node/db/keyring.h"

NODISCARD enum err roster_export(struct keyring *keyring, struct db *db, struct arena *arena,
                                 struct span *zip_out, size_t *n_persons_out, struct fail *why);

#endif
