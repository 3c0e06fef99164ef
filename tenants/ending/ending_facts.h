/* tenants/ending/ending_facts.h - what the proof of one person's end says (NI-2.3.4-4b): ids,
 * codes, counts and the paths of the keystore's copies, never a name. As canonical JSON it
 * stands in ending_step.facts; beside it the proof line, a note (node/db/note.h) by the log's
 * key over "ibasho-ending/1\n<origin>\n<sha256 of facts, hex>\n".
 * Threads: any. */
#ifndef TENANTS_ENDING_ENDING_FACTS_H
#define TENANTS_ENDING_ENDING_FACTS_H

#include "node/base/jx.h"
#include "node/base/services.h"

#define ENDING_FORMAT "ibasho-ending/1"
#define ENDING_WAYS   "rows|key"
#define ENDING_HOLDS  "unreadable|absent|live|destroyed" /* enum keyring_held */

struct ending_table_fact {
    struct span name;
    int way; /* ENDING_WAYS: rows go; rows stay and cannot be opened */
    int64_t before, after;
};
struct ending_place_fact {
    struct span path;
    int before, after; /* ENDING_HOLDS */
};
struct ending_facts {
    struct span format;
    struct id node, ending, person, by, confirmed_by,
        key; /* key: the person's, ID_NONE: none */
    int reason, asked_by;
    int64_t asked, confirmed, begun, ended; /* ended 0: not yet */
    struct jx_list tables, places;          /* ending_table_fact, ending_place_fact */
    int64_t n_kept, n_masked, n_deleted, n_numbers;
    /* Of the end: rows the independent count still found; sealed values under the person's key
     * that are left, and how many of them still opened. */
    int64_t n_left, n_sealed, n_opened;
    bool has_key;
};
extern const struct jx_shape ending_facts_shape;

NODISCARD enum err ending_facts_write(const struct ending_facts *facts, struct arena *arena,
                                      struct span *text_out, struct fail *why);
NODISCARD enum err ending_facts_read(struct span text, struct arena *arena,
                                     struct ending_facts *out, struct fail *why);
/* The proof line of a text of facts. Waits for the key agent. */
NODISCARD enum err ending_facts_sign(const struct services *services, struct span facts,
                                     struct arena *arena, struct span *note_out,
                                     struct fail *why);

#endif
