/* reporting/log_source.h - what the four logs are made of: pages of rows in the order of time,
 * and what each row says in columns (AI-2.5-ア to エ); and who was in which lesson
 * (AI-4.6-ア-2). Texts are opened here, with the names as they are today. A row whose author's
 * key was destroyed keeps its time and ids; its texts say so. Of voice
 * there is when microphones were on, never what was said. Threads: one job's.  Owns: nothing
 * but the aliases. */
#ifndef REPORTING_LOG_SOURCE_H
#define REPORTING_LOG_SOURCE_H

#include "node/base/arena.h"
#include "node/db/db.h"
#include "node/db/keyring.h"
#include "reporting/log_export_store.h"

#define LOG_COLUMNS_MOST 26

/* Left out for guests: an ID, or a text that others did not read. */
#define LOG_STAFF_ONLY 1u
#define LOG_BARE       2u /* in JSON a number, true or false */
struct log_column {
    const char *key, *title_ja;
    unsigned flags;
    const char *words_ja; /* "code=日本語|...": how people read a code; NULL: no code */
};

struct people;
struct rights_view;
struct log_aliases;

/* What is at hand while rows become cells. */
struct log_maker {
    struct keyring *keyring;
    const struct people *people;    /* borrowed for the page */
    const struct rights_view *view; /* whose names and IDs may be told (section 0) */
    struct arena *arena;            /* of the page */
    struct log_aliases *aliases;    /* for guests; else NULL */
    bool *is_out_of_memory;         /* set when a cell could not be made */
};

/* Kinds of courses, as people read them. */
#define LOG_COURSE_KINDS_JA \
    "subject=教科|communication=コミュニケーション|relax=リラックス・ストレスとのつきあい方|" \
    "guest=ゲストティーチャー|experience=体験|other=その他"

struct log_cells {
    struct span at[LOG_COLUMNS_MOST]; /* codes as codes */
};

struct log_source {
    enum log_kind kind;
    const char *name; /* of its file */
    const char *title_ja;
    const struct log_column *columns;
    size_t n_columns;
    const struct stmt *page;
    enum err (*cells)(const struct log_maker *maker, const struct db_rows *rows, int i,
                      struct log_cells *out, struct fail *why);
};
extern const struct log_source log_sources[LOG_KINDS_N];

/* Which rows. Rows of a person are those he made and those that were said to him. */
struct log_ask {
    int64_t from_utc_us, until_utc_us;
    struct id account; /* ID_NONE: everybody */
    struct span floor; /* empty: every floor */
};
/* Where the next page begins: behind that row. */
struct log_place {
    int64_t at_utc_us;
    struct id id;
};
struct log_place log_place_first(const struct log_ask *ask);
struct log_place log_place_of(const struct db_rows *rows, int i);
NODISCARD enum err log_source_page(const struct log_source *source, struct db *db,
                                   const struct log_ask *ask, const struct log_place *after,
                                   int n_cap, struct db_rows **rows_out, struct fail *why);
/* What people read for a code of that column; the code itself when there is no word. */
struct span log_word_ja(const struct log_column *column, struct span code);

/* ---- chat, for the search ---- */

/* Newest first: lines before that place and not before the ask's begin, for log_chat_text. */
NODISCARD enum err log_chat_before(struct db *db, const struct log_ask *ask,
                                   const struct log_place *before, int n_cap,
                                   struct db_rows **rows_out, struct fail *why);
/* The text as it was written. ERR_NOT_FOUND: its author's key was destroyed. */
NODISCARD enum err log_chat_text(struct keyring *keyring, const struct db_rows *rows, int i,
                                 struct arena *arena, struct span *text_out, struct fail *why);
/* Those lines as rows of the log, newest first. */
NODISCARD enum err log_chat_lines(struct db *db, const struct id *lines, size_t n,
                                  struct arena *arena, struct db_rows **rows_out,
                                  struct fail *why);

/* ---- names for guests: another one in every session ---- */

NODISCARD enum err log_aliases_create(struct log_aliases **aliases_out, struct fail *why);
void log_aliases_destroy(struct log_aliases **aliases);
/* From 1; 0: there are too many. */
unsigned log_alias(struct log_aliases *aliases, struct id account, struct id session);

#endif
