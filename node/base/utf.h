/* node/base/utf.h - UTF-8 and Japanese text over ICU, which is named in utf.c and fold.c alone.
 * Text from outside becomes NFC UTF-8 once, at the edge (utf_clean); folding for search and
 * matching keeps a map back to the graphemes of the original (domain guide, sections 11 and
 * 12). Threads: reentrant. */
#ifndef NODE_BASE_UTF_H
#define NODE_BASE_UTF_H

#include "node/base/arena.h"

/* Once at the start of a program that serves people, before its threads: has ICU load its
 * tables. It would load them when first used as well, but ICU 72 crashes, or fails ever after,
 * when memory runs out while it loads; once loaded, that is ERR_NOMEM like anywhere. */
NODISCARD enum err utf_open(struct fail *why);

bool utf_is_valid(struct span text);    /* RFC 3629, no surrogates, no NUL */
size_t utf_valid_len(struct span text); /* bytes before the first that is not valid */

#define UTF_KEEP_LINES \
    1u /* line breaks (CR LF, CR and their kind become \n) and \t may stay \
        */
/* NFC; control characters, bidi controls, zero-width and other invisible characters are taken
 * out. What stays although it is invisible: one variation selector after a visible character
 * (names need them), and the joiner between two pictures of an emoji. CJK compatibility
 * ideographs stay as received: NFC would replace them, and with them people's names. Cleaning
 * twice changes nothing more. ERR_PROTO when not UTF-8 or when it holds a NUL. */
NODISCARD enum err utf_clean(struct span text, unsigned flags, struct arena *arena,
                             struct span *clean_out, struct fail *why);
/* What a reader takes for something else (UTS 39): letters of two alphabets that look alike in
 * one text (a Cyrillic a in "staff"), towers of marks, a sign that is all white (U+2800). In
 * one alphabet everybody may write his name. Also when it is not UTF-8. */
bool utf_is_deceiving(struct span text);
/* What a text of ours does not need and a reader does not see as it is: the first of what
 * utf_clean would take out (bidi and other controls, zero-width characters, joiners in any
 * place; selectors may stay), or the third mark in a row, as it was sent. */
enum utf_oddity { UTF_FINE, UTF_HIDDEN, UTF_MARKS };
enum utf_oddity utf_odd(struct span text, uint32_t *point_out);
/* User-perceived characters (UAX 29). */
NODISCARD enum err utf_n_graphemes(struct span text, size_t *n_out, struct fail *why);
/* Where they start: n + 1 byte offsets (arena), the last is text.len. */
NODISCARD enum err utf_graphemes(struct span text, struct arena *arena, uint32_t **at_out,
                                 size_t *n_out, struct fail *why);

/* The folded text and, for each of its code points, the graphemes of the original it came from:
 * a mark or a repeat that was merged into it counts, a space or symbol between two does not. */
struct fold {
    struct span text;       /* UTF-8 */
    size_t n_points;        /* code points of text */
    uint32_t *grapheme_of;  /* [n_points]: index of the first grapheme */
    uint32_t *grapheme_end; /* [n_points]: index behind the last one */
    size_t n_graphemes;     /* of the original */
    uint32_t *grapheme_at;  /* [n_graphemes + 1]: byte offsets in the original */
    uint8_t *flags;         /* [n_points] of FOLD_LINE: FOLD_KATAKANA and its like; else 0 */
};
#define FOLD_KATAKANA 1u /* was written as katakana */
#define FOLD_SMALL    2u /* was a small kana */
#define FOLD_SIGN     4u /* punctuation, symbol or picture */
#define FOLD_SPACE    8u /* space or line break */

/* FOLD_SEARCH, for names: NFKC, case, kana to hiragana, small to large kana, ー as the
 * vowel it lengthens, no left-over marks, selectors or invisible characters, one hyphen, one
 * wave dash, 髙 as 高 (and its like). FOLD_WORDS, for word lists: as well no ー, ~, repeats
 * (three and more for letters, none for digits), spaces and inserted symbols; ○ and its like,
 * which stand for a hidden character, become one U+25CB; 氏ね, 死ね, タヒね, 4ね become しね,
 * 56す ころす (and their like). Looser than identity on purpose: never store or compare by it
 * what must stay apart. ERR_PROTO when not UTF-8 or when it holds a NUL. */
#define FOLD_SEARCH 1u
#define FOLD_WORDS  2u
/* FOLD_LINE, for matchers that decide themselves what stands between two letters: NFKC, case,
 * kana to hiragana, small to large, 髙 as 高; letters in boxes and those of other alphabets
 * that look like Latin ones become Latin; spaces, signs, ー, repeats and circles stay, with
 * flags. */
#define FOLD_LINE 4u
NODISCARD enum err utf_fold(struct span text, unsigned kind, struct arena *arena,
                            struct fold *fold_out, struct fail *why);
/* How a text looks, not how it sounds: two texts that a reader takes for one another have the
 * same look. The skeleton of UTS 39, then what Unicode does not list of Japanese (ニ 二, ミ 三,
 * ソ ン, 齋 斎: fold_table.h), no accents, spaces, dots and hyphens of its own, then
 * FOLD_SEARCH. Looser than the eye: what looks like one of two that sound alike looks like both
 * (I is i and l). For comparing alone, never shown; may be empty. ERR_PROTO as above. */
NODISCARD enum err utf_look(struct span text, struct arena *arena, struct span *look_out,
                            struct fail *why);
/* Order of people: ICU `ja` collation. <0, 0, >0. 0 also for one reading in hiragana and in
 * katakana, so that a next key can decide. Bytewise when ICU lacks memory. */
int utf_collate_ja(struct span a, struct span b);

#endif
