/* tenants/roster/received.h - a row of a package as it is kept and given back: two rows of CSV,
 * the names of its filled columns and its fields, letter by letter as received. So a source
 * that changes to another version of the format, but says the same, changes nothing. Not kept:
 * status and dateLastModified (empty in bulk), passwords, and what only points to files that
 * are not kept (userProfileSourcedId, resourceSourcedIds). Threads: reentrant. Owns: nothing;
 * results live in the caller's arena. */
#ifndef TENANTS_ROSTER_RECEIVED_H
#define TENANTS_ROSTER_RECEIVED_H

#include "tenants/roster/roster.h"

bool received_is_kept(enum roster_file file, size_t column);

/* cells: by the shape's columns. */
NODISCARD enum err received_write(enum roster_file file, const struct span *cells,
                                  struct arena *arena, struct span *text_out, struct fail *why);
/* Back into cells; a column that is not in text is empty. ERR_PROTO: not such a text. */
NODISCARD enum err received_read(enum roster_file file, struct span text, struct arena *arena,
                                 struct span **cells_out, struct fail *why);
/* The columns in which two texts differ: "givenName grades"; "" when they do not. */
NODISCARD enum err received_differ(enum roster_file file, struct span before, struct span after,
                                   struct arena *arena, const char **columns_out,
                                   struct fail *why);

#endif
