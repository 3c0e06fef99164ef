#include "node/db/sql_scan.h"

#include <ctype.h>

static bool is_word_byte(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

static uint8_t peek(const struct sql_scanner *s, size_t i)
{
    return i < s->rest.len ? s->rest.p[i] : '\0';
}

static struct span step(struct sql_scanner *s, size_t n)
{
    struct span seen = span_cut(s->rest, 0, n);

    for (size_t i = 0; i < seen.len; i++)
        s->line += seen.p[i] == '\n';
    s->rest = span_from(s->rest, n);
    return seen;
}

/* Where mark next begins at or after `from`; the length of the rest when it does not. */
static size_t find(struct span s, size_t from, struct span mark)
{
    for (size_t i = from; i + mark.len <= s.len; i++)
        if (span_has_prefix(span_from(s, i), mark))
            return i;
    return s.len;
}

/* Length of a block comment, which may hold others; 0 when it has no end. */
static size_t comment_len(struct span s)
{
    size_t depth = 0, i = 0;

    while (i < s.len) {
        if (span_has_prefix(span_from(s, i), SPAN("/*"))) {
            depth++;
            i += 2;
        } else if (span_has_prefix(span_from(s, i), SPAN("*/"))) {
            i += 2;
            if (--depth == 0)
                return i;
        } else {
            i++;
        }
    }
    return 0;
}

/* ERR_INVALID: a comment without an end. */
static enum err skip_blank(struct sql_scanner *s, struct fail *why)
{
    for (;;) {
        if (s->rest.len > 0 && isspace(peek(s, 0))) {
            step(s, 1);
        } else if (peek(s, 0) == '-' && peek(s, 1) == '-') {
            step(s, find(s->rest, 0, SPAN("\n")));
        } else if (peek(s, 0) == '/' && peek(s, 1) == '*') {
            size_t len = comment_len(s->rest);

            if (len == 0)
                return fail_set(why, ERR_INVALID, "line %d: comment without an end", s->line);
            step(s, len);
        } else {
            return ERR_OK;
        }
    }
}

/* Length of '...' or "..." with doubled quotes inside, or of E'...' counted from its quote,
 * where a backslash also escapes; 0 when it has no end. */
static size_t quoted_len(struct span s, bool has_backslash)
{
    uint8_t quote = s.p[0];
    size_t i = 1;

    while (i < s.len) {
        bool is_pair = (has_backslash && s.p[i] == '\\') ||
                       (s.p[i] == quote && i + 1 < s.len && s.p[i + 1] == quote);

        if (!is_pair && s.p[i] == quote)
            return i + 1;
        i += is_pair ? 2 : 1;
    }
    return 0;
}

/* Length of $tag$...$tag$; 0 when s does not begin one, s.len + 1 when it has no end. */
static size_t dollar_len(struct span s)
{
    size_t tag = 1, end;

    while (tag < s.len && (isalnum(s.p[tag]) || s.p[tag] == '_'))
        tag++;
    if (tag >= s.len || s.p[tag] != '$' || (tag > 1 && isdigit(s.p[1])))
        return 0;
    tag++;
    end = find(s, tag, span_cut(s, 0, tag));
    return end == s.len ? s.len + 1 : end + tag;
}

static struct sql_token *token_new(struct sql_scanner *s, enum sql_token_kind kind, size_t len)
{
    struct sql_token *token = arena_alloc(s->arena, sizeof *token);
    uint8_t *lower = arena_alloc(s->arena, len + 1);

    if (token == NULL || lower == NULL)
        return NULL;
    token->kind = kind;
    token->line = s->line;
    for (size_t i = 0; i < len; i++)
        lower[i] = kind == SQL_TOKEN_WORD ? (uint8_t)tolower(s->rest.p[i]) : s->rest.p[i];
    token->text = span_of(lower, len);
    step(s, len);
    return token;
}

static size_t word_len(struct span s)
{
    size_t len = 0;

    while (len < s.len && is_word_byte(s.p[len]))
        len++;
    return len;
}

/* *token_out is NULL at the end of the text. */
static enum err next_token(struct sql_scanner *s, struct sql_token **token_out,
                           struct fail *why)
{
    enum sql_token_kind kind = SQL_TOKEN_TEXT;
    enum err rc = skip_blank(s, why);
    size_t len = 0, prefix;

    *token_out = NULL;
    if (rc != ERR_OK || s->rest.len == 0)
        return rc;
    prefix = (peek(s, 0) == 'e' || peek(s, 0) == 'E') && peek(s, 1) == '\'' ? 1 : 0;
    if (peek(s, prefix) == '\'') {
        len = quoted_len(span_from(s->rest, prefix), prefix == 1);
        len += len > 0 ? prefix : 0;
    } else if (peek(s, 0) == '"') {
        len = quoted_len(s->rest, false);
    } else if (peek(s, 0) == '$' && dollar_len(s->rest) > 0) {
        len = dollar_len(s->rest) > s->rest.len ? 0 : dollar_len(s->rest);
    } else {
        len = word_len(s->rest);
        kind = len > 0 ? SQL_TOKEN_WORD : SQL_TOKEN_MARK;
        len = len > 0 ? len : 1;
    }
    if (len == 0)
        return fail_set(why, ERR_INVALID, "line %d: quote without an end", s->line);
    *token_out = token_new(s, kind, len);
    return *token_out != NULL ? ERR_OK : fail_set(why, ERR_NOMEM, "token");
}

enum err sql_scan_statement(struct sql_scanner *s, struct sql_token **first_out,
                            bool *is_end_out, struct fail *why)
{
    struct sql_token **last = first_out, *token = NULL;
    int depth = 0;

    *first_out = NULL;
    for (;;) {
        enum err rc = next_token(s, &token, why);

        *is_end_out = token == NULL;
        if (rc != ERR_OK)
            return rc;
        if (token == NULL && depth > 0)
            return fail_set(why, ERR_INVALID, "line %d: bracket without an end", s->line);
        if (token == NULL || (depth == 0 && sql_is_mark(token, ';')))
            return ERR_OK;
        depth += sql_is_mark(token, '(') ? 1 : sql_is_mark(token, ')') ? -1 : 0;
        *last = token;
        last = &token->next;
    }
}
