/* node/base/fold_table.h - the small tables that ICU does not have: kana, kanji drawn in
 * another way, circles that hide a character, spellings that dodge a word list (domain guide,
 * section 11).  Threads: reentrant.  Owns: const data. */
#ifndef NODE_BASE_FOLD_TABLE_H
#define NODE_BASE_FOLD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool fold_is_katakana(int32_t point);
/* Katakana to hiragana, small to large; anything else as it is. */
int32_t fold_kana(int32_t point);
/* あ for か, い for じ, ...: what ー lengthens behind it; 0 behind ん and all that is no
 * hiragana. */
int32_t fold_vowel(int32_t hiragana);
/* One hyphen, one wave dash, one drawing of a kanji; anything else as it is. */
int32_t fold_variant(int32_t point);
/* One drawing of those that are told apart by their neighbours alone: 二 as ニ, ン as ソ, 未 as
 * 末, i as l; 0 for what only sets apart (spaces, dots); anything else as it is. After UTS 39's
 * skeleton, whose choices it knows. */
int32_t fold_look(int32_t point);
/* The Latin letter or digit in a black box or circle, of a flag's half, or which a Cyrillic or
 * Greek letter (lower case) looks like; anything else as it is. NFKC knows the white boxes. */
int32_t fold_letter(int32_t point);
/* ○ and what else is written for a hidden character. */
bool fold_is_circle(int32_t point);

/* `text` stands for `to` when one of `next` follows (NULL: whatever follows). Katakana in text
 * wants katakana, anything else its folded form. `to` NULL: the text is as it should be (a
 * longer word that only begins alike). Longer rows stand before shorter ones. A row that begins
 * with a digit does not hold behind another digit. */
struct fold_homograph {
    const uint16_t *text, *next, *to; /* UTF-16 without surrogates */
};
/* Whether any row begins with this folded point: nearly none does. */
bool fold_may_begin(int32_t point);
extern const struct fold_homograph fold_homographs[];
extern const size_t fold_n_homographs;

#endif
