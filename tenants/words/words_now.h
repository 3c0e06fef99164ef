/* tenants/words/words_now.h - the lists in force, compiled, for everybody who shows a text.
 * A change holds from before its answer leaves, on all threads; what was taken before goes on
 * until it is given back.  Threads: any; a lock held for a look into memory.
 * Owns: the list in force. */
#ifndef TENANTS_WORDS_WORDS_NOW_H
#define TENANTS_WORDS_WORDS_NOW_H

#include "node/db/db.h"
#include "tenants/words/words.h"

struct words_desk; /* services->words */

NODISCARD enum err words_open(struct db *db, struct words_desk **desk_out, struct fail *why);
void words_close(struct words_desk **desk);
/* The caller gives it back with words_unref. Never NULL. */
struct words *words_now(struct words_desk *desk);
/* Takes the reference: from now on it is the one in force, unless a newer one is. */
void words_set(struct words_desk *desk, struct words **words, int64_t version);

#endif
