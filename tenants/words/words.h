/* tenants/words/words.h - safe words: the one call that every text of people passes before
 * others read it (AI-2.6-ウ, AI-4.4-カ-ハ-1a, KP-3-安全-1; domain guide, section 11). It finds
 * words that hurt, words of a child in need, and details by which people meet outside.
 *
 * `struct words` is a compiled list: immutable, counted, shared by all threads. `words_now`
 * (words_now.h) hands out the one in force.  Threads: any; words_look is pure. */
#ifndef TENANTS_WORDS_WORDS_H
#define TENANTS_WORDS_WORDS_H

#include "node/base/arena.h"

enum words_kind { WORDS_NG, WORDS_CRISIS, WORDS_CONTACT, WORDS_KINDS_N };
#define WORDS_BIT(kind) (1u << (kind))

/* Names as in CSV, JSON and the table: words_category_name. */
enum words_category {
    WORDS_VIOLENCE, /* NG from here */
    WORDS_INSULT,
    WORDS_DIRTY,
    WORDS_SEXUAL,
    WORDS_DISCRIMINATION,
    WORDS_EXCLUSION,
    WORDS_DRUGS,
    WORDS_SOLICITATION,
    WORDS_OWN,     /* the municipality's own list */
    WORDS_SUICIDE, /* crisis from here */
    WORDS_SELF_HARM,
    WORDS_ABUSE,
    WORDS_RUNNING_AWAY,
    WORDS_PHONE, /* contact from here */
    WORDS_MAIL,
    WORDS_URL,
    WORDS_SNS,
    WORDS_MEET,
    WORDS_ADDRESS,
    WORDS_CATEGORIES_N
};
enum words_kind words_kind_of(enum words_category category);
const char *words_category_name(enum words_category category); /* "violence" */
const char *words_category_ja(enum words_category category);   /* "暴力・脅し" */

/* Where a text will be read. A new surface is a new value here, and
 * ops/lib/check-words wants its call. */
enum words_surface {
    WORDS_SURFACE_NAME,
    WORDS_SURFACE_NOTE,
    WORDS_SURFACE_CHAT,
    WORDS_SURFACE_FILE_NAME,
    WORDS_SURFACE_PAPER, /* notes of staff that children read */
    WORDS_SURFACES_N
};

struct words_hit {
    uint32_t from, to; /* bytes of the text, whole graphemes, to behind the last */
    enum words_category category;
    bool is_own; /* by the municipality's own list */
};

#define WORDS_HITS_MOST 32 /* of one text; what is over is not told apart, but masked */

struct words_verdict {
    const struct words_hit *hits; /* by place; may overlap */
    size_t n_hits;
    unsigned kinds;      /* WORDS_BIT of the kinds that were hit */
    unsigned categories; /* bits of enum words_category */
    /* What other children may read: ＊ for every grapheme of an NG or crisis hit; contact
     * details stay, because such a line is held and not shown. The text itself when nothing
     * was hit. Staff read the text as it was written, a word of need above all: whoever keeps
     * `masked` keeps the text beside it (node/place/chat_say.c). */
    struct span masked;
};
static inline bool words_has(const struct words_verdict *verdict, enum words_kind kind)
{
    return (verdict->kinds & WORDS_BIT(kind)) != 0;
}
/* The contact detail found, or WORDS_CATEGORIES_N. */
enum words_category words_contact(const struct words_verdict *verdict);

struct words;

/* Looks at one text, at most WORDS_TEXT_BYTES (longer: ERR_TOO_LARGE). The verdict lives in
 * the arena. ERR_PROTO when not UTF-8 or when it holds a NUL; ERR_NOMEM. */
#define WORDS_TEXT_BYTES 16384
NODISCARD enum err words_look(const struct words *words, enum words_surface surface,
                              struct span text, struct arena *arena,
                              struct words_verdict *verdict_out, struct fail *why);
/* The text with ＊ for what was hit of these kinds (WORDS_BIT). */
NODISCARD enum err words_mask(struct span text, const struct words_verdict *verdict,
                              unsigned kinds, struct arena *arena, struct span *masked_out,
                              struct fail *why);

/* A sender's last lines in one talk or on one floor, so that a number or a word in pieces is
 * seen whole. The caller owns the memory (zeroed: empty) and keeps one a sender and talk. */
#define WORDS_WINDOW_LINES      8
#define WORDS_WINDOW_MS         120000
#define WORDS_WINDOW_LINE_BYTES 256 /* kept of a line: its end */
#define WORDS_WINDOW_CELLS      63  /* letters of a line, kept folded; of a longer one none */
struct words_window {
    struct {
        int64_t at_ms;
        uint16_t len;
        uint8_t text[WORDS_WINDOW_LINE_BYTES];
        /* How it was seen, so that most lines behind it need not look at it again; the engine's
         * own. serial: of the list by which; 0: not kept. */
        uint64_t serial, open, concepts;
        uint8_t n_cells;
        uint32_t cells[WORDS_WINDOW_CELLS];
    } line[WORDS_WINDOW_LINES];
    unsigned n, next;
};
/* words_look over the line, and over the lines kept with it: what begins in an earlier line and
 * ends in this one counts as a hit from this line's start. Then keeps the line. now_ms: any
 * clock that does not go back. The window is unchanged on an error. */
NODISCARD enum err words_window_put(struct words_window *window, const struct words *words,
                                    enum words_surface surface, struct span text,
                                    int64_t now_ms, struct arena *arena,
                                    struct words_verdict *verdict_out, struct fail *why);

/* ---- lists ---- */

/* Bounds of one municipality's lists. */
#define WORDS_TERMS_MOST 2000 /* of each: own words, allowed words */
#define WORDS_TERM_MOST  40   /* graphemes */
#define WORDS_TERM_LEAST 2    /* letters after folding; one alone would hit half of talk */

struct words_lists {
    const struct span *own, *allowed;
    size_t n_own, n_allowed;
};
/* The base list with these, counted once. ERR_INVALID: a term breaks a rule (words_term_check).
 */
NODISCARD enum err words_create(const struct words_lists *lists, struct words **words_out,
                                struct fail *why);
struct words *words_ref(struct words *words);
void words_unref(struct words **words);

/* Which rule a line of a list breaks. */
enum words_term_rule {
    WORDS_TERM_FINE,
    WORDS_TERM_EMPTY,  /* nothing but signs */
    WORDS_TERM_SHORT,  /* one letter */
    WORDS_TERM_LONG,   /* over WORDS_TERM_MOST */
    WORDS_TERM_CIRCLE, /* ○ or * in it: a hidden letter is found without being listed */
    WORDS_TERM_NUMBER, /* digits alone */
};
/* `^` before a term: only where a word begins; `$` behind it: only where one ends. */
NODISCARD enum err words_term_check(struct span term, struct arena *arena,
                                    enum words_term_rule *rule_out, struct fail *why);
const char *words_term_rule_ja(enum words_term_rule rule);

/* The base list, for people to read: the term of a category behind `at` (NULL: the first); NULL
 * behind the last. */
const char *words_base_next(enum words_category category, const char *at,
                            struct span *term_out);

#endif
