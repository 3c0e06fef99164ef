/* tenants/people/people_index.h - everyone the municipality knows, by name, in memory: names
 * are sealed in the database, so sorting and searching happen here (design section 3, domain
 * section 12). A snapshot is immutable and read by many threads. It is made anew before the
 * next look when a person, account or school changed (the database counts the changes, whoever
 * made them), and the names are wiped from memory at once when the keyring is locked or forgets
 * a person. Threads: any; one struct db per thread.  Owns: the snapshot. */
#ifndef TENANTS_PEOPLE_PEOPLE_INDEX_H
#define TENANTS_PEOPLE_PEOPLE_INDEX_H

#include "tenants/people/account_store.h"
#include "tenants/rights/rights.h"

struct people_index;
struct people; /* one snapshot */

/* accounts_open opens it, accounts_people (tenants/people/account.h) gives it. */
NODISCARD enum err people_index_open(struct keyring *keyring, struct people_index **index_out,
                                     struct fail *why);
/* The keyring is still there. */
void people_index_close(struct people_index **index);
/* The names go now; made anew when somebody looks. */
void people_index_drop(struct people_index *index);

/* What a name is compared by: how it looks (utf_look), and how the same looks when it is read,
 * in hiragana: ン and ソ look alike, んガ and ンガ are read alike. */
struct people_look {
    struct span seen, read;
};
#define PEOPLE_LOOKS_N 5

/* One person. Texts are empty when not known. */
struct people_entry {
    struct rights_place place;
    bool has_account;
    enum account_state state; /* when has_account */
    bool is_trial;
    int64_t ends_utc_us; /* 0: with the contract */
    struct span name;    /* family and given, U+3000 between */
    struct span kana;
    struct span display, login;
    struct span school_name;
    /* Folded, lines between line feeds: of the display name; then of the ID; then of the name.
     */
    struct span hay;
    size_t display_len, id_len; /* how much of it is of display; of display and ID */
    /* Of the display name, and of an adult's real name in both orders and scripts. */
    struct people_look looks[PEOPLE_LOOKS_N];
};

/* A snapshot as of now; the caller lets go of it soon, for it keeps names in memory.
 * ERR_LOCKED, ERR_UNAVAILABLE: names cannot be opened now. */
NODISCARD enum err people_ref(struct people_index *index, struct db *db,
                              struct people **people_out, struct fail *why);
void people_unref(struct people **people);
size_t people_n(const struct people *people);
/* Borrowed until people_unref; NULL: not there. */
const struct people_entry *people_find(const struct people *people, struct id person);

/* Whether anybody whose ID is not closed, other than `but`, is shown by that name; folded:
 * without line feeds and spaces, FOLD_SEARCH. */
bool people_has_display(const struct people *people, struct span folded, struct id but);
/* FOLD_SEARCH without spaces and line feeds. */
NODISCARD enum err people_fold(struct span text, struct arena *arena, struct span *folded_out,
                               struct fail *why);

NODISCARD enum err people_look_of(struct span name, struct arena *arena,
                                  struct people_look *look_out, struct fail *why);
/* For whom a reader would take whoever is shown by a name of that look: among those
 * whose ID is not closed, other than `but`. An adult of the service is also his real name,
 * whole and in either order, and whoever holds it in his own. */
enum people_like { PEOPLE_LIKE_NOBODY, PEOPLE_LIKE_SOMEBODY, PEOPLE_LIKE_STAFF };
enum people_like people_like(const struct people *people, const struct people_look *look,
                             struct id but);

#define PEOPLE_PAGE_MOST 50
#define PEOPLE_Q_MOST    64 /* characters */

struct people_query {
    struct span q;    /* words, all of which must be found: kana or kanji of the name, display
                         name, ID; one kana or letter alone: where one of them begins */
    struct id school; /* ID_NONE: any */
    bool has_state, has_role;
    bool is_without_id; /* only who has no account; with has_state nobody */
    enum account_state state;
    enum role role;
    struct id after;           /* last of the page before; ID_NONE: from the first */
    int n_cap;                 /* 1..PEOPLE_PAGE_MOST */
    const struct id *children; /* of a guardian who asks */
    size_t n_children;
};

struct people_hit {
    const struct people_entry *entry; /* borrowed until people_unref */
    unsigned shows;                   /* SHOWS_ bits: what of it may be told */
};
struct people_page {
    struct people_hit *at; /* arena */
    size_t n, n_total;     /* n_total: all that fit and may be seen */
    bool has_next;
    const struct rights_grant **used; /* arena: rights that decided, each once */
    size_t n_used;
};
/* Rights first: of whom the view shows nothing is not looked at, and what it does not show is
 * not searched, filtered or sorted by. Order: kana of family and given name (ja), then id; for
 * views without real names the display name, then id. ERR_INVALID: q is too long ("q"); after
 * is nobody the view shows ("after"). */
NODISCARD enum err people_search(const struct people *people, const struct rights_view *view,
                                 const struct people_query *query, struct arena *arena,
                                 struct people_page *page_out, struct fail *why);

#endif
