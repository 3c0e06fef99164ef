/* node/support/contact_store.h - table contact: that a child was in touch with somebody. Rows
 * are leaves, added and never changed: what the node noticed (auto, class, speech: one a
 * conversation, by contact.h) and what staff noted (the others).
 * Threads: as the tx or db.  Owns: nothing; texts live in the arena. */
#ifndef NODE_SUPPORT_CONTACT_STORE_H
#define NODE_SUPPORT_CONTACT_STORE_H

#include "node/base/role.h"
#include "node/place/floor_store.h"
#include "node/support/contact.h"

#define CONTACT_TABLE "contact"

enum contact_kind {
    CONTACT_AUTO, /* the node noticed it: words, a class, speech */
    CONTACT_CLASS,
    CONTACT_TALKED,
    CONTACT_CALL, /* from here on staff noted it */
    CONTACT_TALK,
    CONTACT_PHONE,
    CONTACT_VISIT,
    CONTACT_LETTER,
    CONTACT_OTHER
};
#define CONTACT_KINDS        "auto|class|speech|call|talk|phone|visit|letter|other"
#define CONTACT_KINDS_NOTED  "call|talk|phone|visit|letter|other"
#define CONTACT_KIND_NOTED_0 CONTACT_CALL

struct contact_row {
    struct id id, child, other;
    bool is_peer; /* other is a child, too */
    enum contact_kind kind;
    bool is_answered;
    struct place_decider who; /* at: when it was; by ID_NONE: the node, role "" */
    struct span text_sealed;  /* under the child's key; len 0: none */
};
/* The same id again adds nothing: *was_there_out is the row that has it, NULL when this one was
 * added. ERR_CONFLICT: it is about another child. */
NODISCARD enum err contact_store_add(struct tx *tx, const struct contact_row *row,
                                     const struct contact_row **was_there_out,
                                     struct fail *why);
/* The id under which the node notes a conversation of two: the same for the same one, however
 * often it is found. */
struct id contact_id_of(struct id child, struct id other, int64_t first_utc_us);
/* Of one child, the newest first; before (at, id) of the last one, 0: from the newest. */
NODISCARD enum err contact_store_list(struct db *db, struct id child, int64_t before_utc_us,
                                      struct id before, int n_cap, struct arena *arena,
                                      struct contact_row **rows_out, size_t *n_out,
                                      struct fail *why);

/* The newest two-way contact of each child since then. */
struct contact_last {
    struct id child;
    int64_t any_utc_us, staff_utc_us; /* with anybody; with staff (0: none) */
};
NODISCARD enum err contact_store_last(struct db *db, int64_t since_utc_us, struct arena *arena,
                                      struct contact_last **out, size_t *n_out,
                                      struct fail *why);

/* In how many of the four weeks that end with a day ("2026-04-01") each child was in touch with
 * staff; children without any are left out. child ID_NONE: all of them. */
struct contact_weeks {
    struct id child;
    int64_t n_weeks;
};
NODISCARD enum err contact_store_weeks(struct db *db, struct span day, struct id child,
                                       struct arena *arena, struct contact_weeks **out,
                                       size_t *n_out, struct fail *why);

/* Words to one since then, as the record of lines has them; of those that were held nothing,
 * for nobody read them then. The oldest first, at most n_cap. Who has no account any more is
 * left out. */
struct contact_word {
    struct contact_event event;
    enum role from, to;
};
NODISCARD enum err contact_store_words(struct db *db, int64_t since_utc_us, int n_cap,
                                       struct arena *arena, struct contact_word **out,
                                       size_t *n_out, struct fail *why);

#endif
