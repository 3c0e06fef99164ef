/* node/support/console_seen.h - whom a console has shown to which account within this hour, so
 * that the record of access names each child once an hour and not once a second.
 * Threads: any; a lock held for a look into memory.  Owns: the list in memory. */
#ifndef NODE_SUPPORT_CONSOLE_SEEN_H
#define NODE_SUPPORT_CONSOLE_SEEN_H

#include "node/base/id.h"

struct console_seen;

#define CONSOLE_SEEN_US INT64_C(3600000000)
/* Accounts; the one that looked the longest ago goes first. */
#define CONSOLE_SEEN_READERS 256
#define CONSOLE_SEEN_MOST    20000 /* children of one; beyond, all are new each time */

NODISCARD enum err console_seen_create(struct console_seen **seen_out, struct fail *why);
void console_seen_destroy(struct console_seen **seen);
/* See console_unrecorded (console.h). Remembers none of them. */
size_t console_seen_new(struct console_seen *seen, struct id by, int64_t now_utc_us,
                        struct id *ids, size_t n, bool *is_first_out);
/* They stand in the record of access. What cannot be remembered stays new. */
void console_seen_keep(struct console_seen *seen, struct id by, int64_t now_utc_us,
                       const struct id *ids, size_t n);

#endif
