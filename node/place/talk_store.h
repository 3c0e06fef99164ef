/* node/place/talk_store.h - the rows of tables chat_talk and chat_talk_member (private talks
 * and who was in them) and chat_block (by whom somebody does not want to be asked: decision
 * rows, the newest of a pair holds). Threads: as the tx that is handed in. */
#ifndef NODE_PLACE_TALK_STORE_H
#define NODE_PLACE_TALK_STORE_H

#include "node/db/keyring.h"
#include "node/db/writer.h"

enum talk_kind { TALK_STAFF, TALK_PUPILS, TALK_KINDS_N };
#define TALK_KINDS   "staff|pupils"
#define TALK_MEMBERS 2

struct talk_row {
    struct id id;
    int64_t at_utc_us;
    enum talk_kind kind;
    struct id members[TALK_MEMBERS];
};
/* The talk and its members; already there: nothing. */
NODISCARD enum err talk_store_add(struct tx *tx, const struct talk_row *row, struct fail *why);
/* Whether the account was in any talk before. */
NODISCARD enum err talk_store_has_been(struct tx *tx, struct id account, bool *has_been_out,
                                       struct fail *why);
/* Queued. The members left; those who had left before stay as they were. */
NODISCARD enum err talk_store_end(struct tx *tx, struct id talk, int64_t at_utc_us,
                                  struct fail *why);
/* Talks that nobody has left, oldest first. */
NODISCARD enum err talk_store_open(struct tx *tx, int n_cap, struct arena *arena,
                                   struct talk_row **rows_out, size_t *n_out, struct fail *why);

struct block_row {
    struct id id;
    int64_t at_utc_us;
    struct id account, other;
    bool is_on;
    struct span name; /* of the other, opened; sealed under his key */
};
/* Queued. ERR_NOT_FOUND: the other's key was destroyed. */
NODISCARD enum err block_store_add(struct tx *tx, struct keyring *keyring,
                                   const struct block_row *row, struct fail *why);
/* All that hold. One whose name cannot be opened any more is left out. */
NODISCARD enum err block_store_current(struct tx *tx, struct keyring *keyring, int n_cap,
                                       struct arena *arena, struct block_row **rows_out,
                                       size_t *n_out, struct fail *why);

#endif
