/* node/classes/class_text.h - texts of courses: sealing and opening, and the rules of what
 * children read: titles and summaries in the notation of the word catalogue (漢字《かんじ》),
 * safe words, links by https alone (AI-4.3-イ-ア-1, HI-4.3-2). Threads: any.  Owns: nothing;
 * texts live in the arena. */
#ifndef NODE_CLASSES_CLASS_TEXT_H
#define NODE_CLASSES_CLASS_TEXT_H

#include "node/base/jx.h"
#include "node/classes/class_course_store.h"
#include "node/classes/class_lesson_store.h"
#include "node/classes/class_more_store.h"
#include "node/db/seal.h"
#include "tenants/words/words_now.h"

#define CLASS_RECORD_KEY   "record.classes" /* KEY_RECORD, of no subject */
#define CLASS_TITLE_MOST   80               /* graphemes, with the readings */
#define CLASS_SUMMARY_MOST 400
#define CLASS_PAGE_MOST    2000
#define CLASS_LINKS_MOST   5
#define CLASS_LINK_MOST    500 /* bytes */

/* One page of material, as requests bring it, as it is sealed and as it goes out. */
struct class_link {
    struct span title, url;
};
struct class_page {
    struct span title, text; /* title may be missing */
    struct jx_list links;    /* struct class_link */
    bool has_title;
};
struct class_pages {
    struct jx_list pages; /* struct class_page */
};
extern const struct jx_shape class_page_shape, class_pages_shape;

NODISCARD enum err class_seal(struct keyring *keyring, const char *table, const char *column,
                              struct id row, struct span plain, struct arena *arena,
                              struct span *sealed_out, struct fail *why);
/* "" for a text that is not there. */
NODISCARD enum err class_unseal(struct keyring *keyring, const char *table, const char *column,
                                struct id row, struct span sealed, struct arena *arena,
                                struct span *plain_out, struct fail *why);

struct class_texts {
    struct span title, summary; /* the title in the notation */
};
NODISCARD enum err class_course_open(struct keyring *keyring,
                                     const struct class_course_row *row, struct arena *arena,
                                     struct class_texts *out, struct fail *why);
NODISCARD enum err class_pages_open(struct keyring *keyring, const struct class_pages_row *row,
                                    struct arena *arena, struct class_pages *out,
                                    struct fail *why);
/* "" without a link. */
NODISCARD enum err class_lesson_link(struct keyring *keyring,
                                     const struct class_lesson_row *row, struct arena *arena,
                                     struct span *link_out, struct fail *why);

/* Each adds what is wrong to defects. Other errors: ERR_NOMEM and the like. class_check_words:
 * safe words alone; class_check_noted: also a reading over every kanji, and no word that never
 * stands before a child. */
NODISCARD enum err class_check_words(struct words_desk *words, struct span text,
                                     const char *pointer, const char *title_ja,
                                     struct arena *arena, struct jx_defects *defects,
                                     struct fail *why);
NODISCARD enum err class_check_noted(struct words_desk *words, struct span text,
                                     const char *pointer, const char *title_ja,
                                     struct arena *arena, struct jx_defects *defects,
                                     struct fail *why);
/* https:// of a host, at most CLASS_LINK_MOST bytes, without user or fragment. */
NODISCARD enum err class_check_link(struct span url, const char *pointer, const char *title_ja,
                                    struct arena *arena, struct jx_defects *defects,
                                    struct fail *why);
NODISCARD enum err class_check_pages(struct words_desk *words, const struct class_pages *pages,
                                     struct arena *arena, struct jx_defects *defects,
                                     struct fail *why);

#endif
