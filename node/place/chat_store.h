/* node/place/chat_store.h - the rows of tables chat_line and chat_decision: what was written in
 * the place, and what staff decided about it (AI-2.4-エ, AI-2.4-オ, AI-2.5-イ, AI-2.6-ウ,
 * AI-4.4-カ-ハ-1a). Both are leaf tables, never changed: a line is as the newest decision about
 * it says. Texts are sealed under the author's key; whoever reads rows opens them himself
 * (chat_line_open). Threads: as the tx or db that is handed in. */
#ifndef NODE_PLACE_CHAT_STORE_H
#define NODE_PLACE_CHAT_STORE_H

#include "node/db/keyring.h"
#include "node/db/writer.h"
#include "node/place/floor_store.h"

enum chat_channel { CHAT_FLOOR, CHAT_ROOM, CHAT_TALK, CHAT_CHANNELS_N };
#define CHAT_CHANNELS "floor|room|talk"
/* What became of a line. HELD: staff look at it first; KEPT: they did, and nobody reads it;
 * HIDDEN: it was read, and is not any more. */
enum chat_state { CHAT_SAID, CHAT_HELD, CHAT_KEPT, CHAT_HIDDEN, CHAT_STATES_N };
#define CHAT_STATES "said|held|kept|hidden"
enum chat_act { CHAT_RELEASE, CHAT_KEEP, CHAT_HIDE, CHAT_ACTS_N };
#define CHAT_ACTS "release|keep|hide"

struct chat_line_row {
    struct id id; /* the client's */
    int64_t at_utc_us;
    struct id account; /* the author */
    struct span role;  /* his, then */
    struct id visit;
    enum chat_channel channel;
    struct span floor; /* where he stood, of a talk too */
    int copy;
    struct span room;  /* the area in which his words stayed; empty: none */
    struct id session; /* place_session that ran; ID_NONE */
    bool is_anonymous; /* it hid names */
    struct id talk;    /* CHAT_TALK */
    struct id to;      /* whom he addressed; the other of a talk; ID_NONE */
    struct span heard; /* of a room: who was inside, ids parted by blanks */
    struct span name_sealed, text_sealed;
    struct span masked_sealed;  /* empty: others read the text itself */
    unsigned kinds, categories; /* bits of tenants/words/words.h */
    bool was_held;
    enum chat_state state; /* read only */
};
/* Queued, with its leaf (tx_send): a second line of the same id fails the operation with
 * ERR_CONFLICT when it settles. */
NODISCARD enum err chat_store_add(struct tx *tx, const struct chat_line_row *row,
                                  struct fail *why);

/* ERR_NOT_FOUND: no such line. Exactly one of tx and db, here and below. */
NODISCARD enum err chat_line_read(struct tx *tx, struct db *db, struct id line,
                                  struct arena *arena, struct chat_line_row *row_out,
                                  struct fail *why);
/* By period, person and floor, oldest first, a page at a time: what is ID_NONE or empty binds
 * nothing. A person's are those he wrote, those that addressed him and those of his talks. */
struct chat_ask {
    int64_t from_utc_us, until_utc_us; /* from <= at < until */
    struct id person;
    struct span floor;
    int64_t
        after_utc_us; /* of a page: rows after (at, id) of the last one; 0: the first page */
    struct id after;
    int n_cap;
};
NODISCARD enum err chat_store_list(struct tx *tx, struct db *db, const struct chat_ask *ask,
                                   struct arena *arena, struct chat_line_row **rows_out,
                                   size_t *n_out, struct fail *why);
/* Held, and nobody decided yet: oldest first, after (at, id). */
NODISCARD enum err chat_store_held(struct db *db, int64_t after_utc_us, struct id after,
                                   int n_cap, struct arena *arena,
                                   struct chat_line_row **rows_out, size_t *n_out,
                                   struct fail *why);
NODISCARD enum err chat_store_n_held(struct db *db, int64_t *n_out, struct fail *why);
/* The newest line's time; 0: there is none. */
NODISCARD enum err chat_store_last(struct db *db, int64_t *at_utc_us_out, struct fail *why);

/* What a line says. Masked is the text itself when nothing was masked. The arena is marked
 * secret. ERR_NOT_FOUND: the author's key was destroyed. */
struct chat_text {
    struct span name, text, masked;
};
NODISCARD enum err chat_line_open(struct keyring *keyring, const struct chat_line_row *row,
                                  struct arena *arena, struct chat_text *text_out,
                                  struct fail *why);

/* A line of since.. that may be shown again after a restart, with who wrote it. */
struct chat_past_row {
    struct chat_line_row row;
    struct span login_sealed, display_sealed; /* of account */
};
/* Of each channel at most n_each of the newest, of all of them n_cap; oldest first. */
NODISCARD enum err chat_store_past(struct tx *tx, int64_t since_utc_us, int n_each, int n_cap,
                                   struct arena *arena, struct chat_past_row **rows_out,
                                   size_t *n_out, struct fail *why);

struct chat_decision_row {
    struct id id; /* the client's */
    int64_t n;    /* given by the store */
    struct id line;
    enum chat_act act;
    struct place_decider who;
};
/* With its leaf. Already there, by its id and about the same line: ERR_OK, once; about another:
 * ERR_CONFLICT. ERR_NOT_FOUND: no such line. ERR_CONFLICT, field "act": the line is not as this
 * act needs it (a held or kept or hidden one is released, a held one kept, a said one hidden).
 * *is_new_out false: it was there. */
NODISCARD enum err chat_store_decide(struct tx *tx, struct chat_decision_row *row,
                                     bool *is_new_out, struct fail *why);

#endif
