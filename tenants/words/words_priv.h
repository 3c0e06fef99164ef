/* tenants/words/words_priv.h - the parts of the engine, for its own files: a line as cells, the
 * compiled list as a trie, what was found in cells.  Threads: a line belongs to one look. */
#ifndef TENANTS_WORDS_WORDS_PRIV_H
#define TENANTS_WORDS_WORDS_PRIV_H

#include <stdatomic.h>

#include "node/base/utf.h"
#include "tenants/words/words.h"

/* ---- a line (words_line.c) ---- */

enum cell_class {
    CELL_HIRAGANA,
    CELL_KATAKANA,
    CELL_KANJI,
    CELL_LATIN,
    CELL_DIGIT,
    CELL_LONG,   /* ー ~ and small vowels in their place: only lengthens */
    CELL_CIRCLE, /* hides a letter, or only stands between two */
    CELL_SIGN,   /* between letters */
    CELL_STOP,   /* the same, where sentences part: space, comma, line break */
    CELL_OTHER
};

struct cell {
    uint32_t c;          /* folded */
    uint32_t first, end; /* graphemes of the text */
    enum cell_class class;
    bool is_small;
    bool is_joined;       /* what parted it from the one before was taken out */
    const uint16_t *alts; /* other letters that it is written for, ends with 0; NULL: none */
};

struct line {
    struct cell *cells;
    size_t n;
    const uint32_t *grapheme_at; /* bytes */
    size_t n_graphemes;
};
NODISCARD enum err words_line(struct span text, struct arena *arena, struct line *line_out,
                              struct fail *why);
/* The line as it reads when letters that stand alone are put together: く さ い, D i s c o r d.
 * n is 0 when none does. Line breaks stay. ERR_NOMEM. */
NODISCARD enum err words_line_close(const struct line *line, struct arena *arena,
                                    struct line *line_out, struct fail *why);
/* The line from its end to its beginning. ERR_NOMEM. */
NODISCARD enum err words_line_back(const struct line *line, struct arena *arena,
                                   struct line *line_out, struct fail *why);
/* What else the letter of a cell may be written for; NULL: nothing. */
const uint16_t *words_alts(uint32_t c, enum cell_class class);
/* The kana that are written for a kanji, in the order of a word, ends with 0; NULL: none known.
 */
const uint16_t *words_reading(uint32_t kanji);
/* A word may begin at cell i (or end at cell i - 1), as far as classes tell. */
bool words_begins(const struct line *line, size_t i);
bool words_stops(const struct line *line, size_t i);
/* The same, or a small word such as だ or よ follows. */
bool words_ends(const struct line *line, size_t i);
/* Nothing but signs, laughter and small words stands around cells from..to. */
bool words_alone(const struct line *line, size_t from, size_t to);
static inline bool words_is_gap(enum cell_class class)
{
    return class == CELL_SIGN || class == CELL_STOP || class == CELL_CIRCLE;
}

/* ---- what is said in many ways (words_concepts.c) ---- */

/* Things said in many ways: a detail is given away when some of them meet in one line. */
enum concept {
    CONCEPT_NONE,
    CONCEPT_LEAD,  /* a word begins behind it: おまえ, まじ */
    CONCEPT_STORY, /* games, books, films: what is said there hurts nobody */
    CONCEPT_FAMILY,
    CONCEPT_HURTS,
    CONCEPT_YOU,
    CONCEPT_MEAN,
    CONCEPT_OUT,
    CONCEPT_BODY,
    CONCEPT_CUT,
    CONCEPT_SMOKE,
    CONCEPT_DRINK,
    CONCEPT_USE,
    CONCEPT_MONEY,
    CONCEPT_FAVOUR,
    CONCEPT_EARN,
    CONCEPT_SNS,
    CONCEPT_ASK,
    CONCEPT_MEET,
    CONCEPT_OUTSIDE,
    CONCEPT_HOME,
    CONCEPT_WHERE,
    CONCEPT_SCHOOL,
    CONCEPT_OWN,
    CONCEPT_LEWD,
    CONCEPT_SHOW,
    CONCEPT_GONE,
    CONCEPT_LIFE,
    CONCEPT_END,
    CONCEPT_NUMBER,
    CONCEPT_NIGHT,
    CONCEPT_STAY,
    CONCEPT_PILL,
    CONCEPT_MANY,
    CONCEPT_GROUP,
    CONCEPT_NOT,
    CONCEPT_PLACE,
    CONCEPT_NEAR,
    CONCEPT_LIVE,
    CONCEPT_BACK, /* what is said has to be read from behind */
    CONCEPTS_N
};
extern const char *const words_concept_terms[CONCEPTS_N]; /* parted by spaces */

struct words_combo {
    enum words_category category;
    enum concept of[3]; /* CONCEPT_NONE: none */
    uint8_t gap;        /* cells between two of them */
    bool is_ordered;
};
extern const struct words_combo words_combos[];
extern const size_t words_n_combos;

/* ---- the compiled list (words_compile.c) ---- */

#define TERM_BEGINS   1u /* only where a word begins */
#define TERM_ENDS     2u /* only where one ends */
#define TERM_OWN      4u
#define TERM_ALLOWED  8u
#define TERM_ROMAJI   16u
#define TERM_BACKWARD 32u
#define TERM_SOFT     64u /* not in a line about games and stories */
#define TERM_ALONE    128u /* only when the line holds little else: ごみ, かえれ, たすけて */

struct term {
    uint8_t category; /* enum words_category, when concept is CONCEPT_NONE */
    uint8_t concept;
    uint8_t flags; /* TERM_... */
    uint8_t n;     /* letters */
    uint32_t next; /* of the terms that end at the same node; 0: none */
};
struct node {
    uint64_t letters; /* of its children, a bit for each remainder of 64 */
    uint32_t c, parent;
    uint32_t child, sibling, term; /* indices; 0: none */
};
struct words {
    struct node *nodes; /* [0] is the root */
    size_t n_nodes, nodes_cap;
    struct term *terms; /* [0] is none */
    size_t n_terms, terms_cap;
    uint32_t *slots; /* hash of (parent, letter): a node, 0 where it is free; a power of two */
    size_t n_slots;
    uint32_t mora[26][5]; /* kana of a consonant (or vowel alone: [v][v]) and aiueo */
    _Atomic int n_refs;
    uint64_t serial; /* of all that this program compiled */
};
/* し of "shi" and "si"; 0: none, or more than one kana. */
uint32_t words_kana_of(const struct words *words, const char *latin, size_t n);
uint32_t words_child(const struct words *words, uint32_t node, uint32_t c); /* 0: none */
static inline bool words_may(const struct words *words, uint32_t node, uint32_t c)
{
    return (words->nodes[node].letters >> (c & 63) & 1) != 0;
}

/* ---- what is found (words_walk.c, words_details.c) ---- */

struct found {
    uint32_t from, to; /* cells */
    const struct term *term;
    bool is_disguised; /* parted, drawn out, with hidden or strange letters */
};
#define FOUND_MOST 192
struct findings {
    struct found at[FOUND_MOST];
    size_t n;
    uint64_t
        open;    /* cells from which a word may go on behind the line; 63: that one or later */
    bool is_cut; /* the walk was ended before its end */
};
void words_walk(const struct words *words, const struct line *line, struct findings *out);
/* Joined lines, from cells that were open when their line was looked at alone: whether a term
 * of any kind may begin there and end behind the border, where the newest line begins; and the
 * concepts that may be said over the edge of a line. True too when it cannot tell. */
bool words_walk_on(const struct words *words, const struct line *line, const uint32_t *starts,
                   size_t n_starts, uint32_t border, uint64_t *concepts_out);
/* Telephone numbers, addresses and names of accounts, which no list holds. */
struct detail {
    enum words_category category;
    uint32_t from, to; /* cells */
};
#define DETAILS_MOST 8
size_t words_details(const struct line *line, struct detail out[DETAILS_MOST]);

/* words_look (words_look.c), of any surface. has_sense: sentences are judged, too
 * (words_sense.h). is_one: one text, of which other readings are tried, too (letters put
 * together, from behind); not joined lines, of which each was judged when it came. */
NODISCARD enum err words_look_lists(const struct words *words, struct span text, bool has_sense,
                                    bool is_one, struct arena *arena,
                                    struct words_verdict *verdict_out, struct fail *why);
/* words_look, and what it saw on the way; lives in the arena. */
struct words_seen {
    const struct line *line;
    const struct findings *found;
    uint64_t concepts;
};
NODISCARD enum err words_look_seen(const struct words *words, enum words_surface surface,
                                   struct span text, struct arena *arena,
                                   struct words_verdict *verdict_out,
                                   struct words_seen *seen_out, struct fail *why);
/* Whether things of these concepts, some said now and some before, make a combination. */
bool words_may_combine(uint64_t now, uint64_t before);

/* words_window_put without its short way (words_window.c): for the test that holds both against
 * each other. */
NODISCARD enum err words_window_put_whole(struct words_window *window,
                                          const struct words *words, enum words_surface surface,
                                          struct span text, int64_t now_ms, struct arena *arena,
                                          struct words_verdict *verdict_out, struct fail *why);

#endif
