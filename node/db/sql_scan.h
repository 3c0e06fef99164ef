/* node/db/sql_scan.h - SQL text as tokens, statement by statement: what node/db/schema_text.h
 * reads migrations with. Comments fall away; quotes, dollar quotes and brackets hide what they
 * hold. Threads: reentrant.  Owns: nothing; tokens live in the scanner's arena. */
#ifndef NODE_DB_SQL_SCAN_H
#define NODE_DB_SQL_SCAN_H

#include "node/base/arena.h"

enum sql_token_kind {
    SQL_TOKEN_WORD, /* a name, keyword or number, in lower case */
    SQL_TOKEN_TEXT, /* anything quoted, with its quotes */
    SQL_TOKEN_MARK, /* one character */
};

struct sql_token {
    struct sql_token *next;
    enum sql_token_kind kind;
    struct span text; /* never empty */
    int line;
};

struct sql_scanner {
    struct span rest; /* what is not read yet */
    int line;         /* begins at 1 */
    struct arena *arena;
};

/* The tokens up to the next ';' outside brackets, without it; *first_out is NULL for an empty
 * statement, *is_end_out true when the text is over. ERR_INVALID, with the line: a quote,
 * comment or bracket without an end. */
NODISCARD enum err sql_scan_statement(struct sql_scanner *scanner, struct sql_token **first_out,
                                      bool *is_end_out, struct fail *why);

static inline bool sql_is_mark(const struct sql_token *t, char mark)
{
    return t != NULL && t->kind == SQL_TOKEN_MARK && t->text.p[0] == (uint8_t)mark;
}
static inline bool sql_is_word(const struct sql_token *t, const char *word)
{
    return t != NULL && t->kind == SQL_TOKEN_WORD && span_eq(t->text, span_text(word));
}

#endif
