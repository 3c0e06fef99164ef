/* node/base/utf.h - UTF-8 and Japanese text over ICU, which is named in utf.c and fold.c alone.
 * Text from outside becomes NFC UTF-8 once, at the edge (utf_clean); folding for search and
 * matching keeps a map back to the graphemes of the original (domain guide, sections 11 and
 * 12). Threads: reentrant. */
#ifndef NODE_BASE_UTF_H
#define NODE_BASE_UTF_H

#include "node/base/arena.h"

bool utf_is_valid(struct span text);    /* RFC 3629, no surrogates, no NUL */
size_t utf_valid_len(struct span text); /* bytes before the first that is not valid */

#define UTF_KEEP_LINES 1u /* \n and \t may stay (CR LF becomes LF) */
/* NFC; control characters, bidi controls and zero-width characters are taken out; variation
 * selectors stay (names need them). ERR_PROTO when not UTF-8. */
NODISCARD enum err utf_clean(struct span text, unsigned flags, struct arena *arena,
                             struct span *clean_out, struct fail *why);
/* User-perceived characters (UAX 29). */
NODISCARD enum err utf_n_graphemes(struct span text, size_t *n_out, struct fail *why);

/* The folded text and, for each of its code points, the grapheme of the original it came from.
 */
struct fold {
    struct span text;      /* UTF-8 */
    size_t n_points;       /* code points of text */
    uint32_t *grapheme_of; /* [n_points]: index of the original's grapheme */
    size_t n_graphemes;    /* of the original */
    uint32_t *grapheme_at; /* [n_graphemes + 1]: byte offsets in the original */
};

#define FOLD_SEARCH 1u /* names: NFKC, case, kana to hiragana, small to large kana, no marks \
                        */
#define FOLD_WORDS 2u  /* also drops ー, repeats, spaces and inserted symbols; homographs */
NODISCARD enum err utf_fold(struct span text, unsigned kind, struct arena *arena,
                            struct fold *fold_out, struct fail *why);
/* Order of people: ICU `ja` collation. <0, 0, >0. */
int utf_collate_ja(struct span a, struct span b);

#endif
