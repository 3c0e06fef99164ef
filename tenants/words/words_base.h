/* tenants/words/words_base.h - the base list: one file of lists/ a category, compiled in.
 *
 * A file's first line names it. Terms are parted by spaces and lines, as a child may type them.
 * ^ and $: only where a word begins or ends; %: not in a line about games and stories; #: a
 * number. Three kana or fewer are a term only where a word begins; kana terms hold in Latin
 * letters too, and those of four and more read from behind. Letters that are hidden or parted
 * need no term of their own. allowed.txt: longer words that only hold one of the others.
 *
 * Written for this place: words of illness and development are no insults here; they stand in
 * the lists only where they are thrown at somebody.  Threads: const data. */
#ifndef TENANTS_WORDS_WORDS_BASE_H
#define TENANTS_WORDS_WORDS_BASE_H

struct words_list {
    const char *name;
    const unsigned char *terms; /* UTF-8, parted by spaces, ends with NUL */
};
extern const struct words_list words_lists[]; /* ends with name NULL */

#endif
