#include "node/db/schema_text.h"

#include <ctype.h>

enum token_kind { TOKEN_WORD, TOKEN_TEXT, TOKEN_MARK };

struct token {
    struct token *next;
    enum token_kind kind;
    struct span text; /* words in lower case; of a mark one character */
    int line;
};

struct scanner {
    struct span rest;
    int line;
    struct arena *arena;
};

/* ---- tokens ---- */

static bool is_word_byte(uint8_t c)
{
    return isalnum(c) || c == '_' || c == '$' || c >= 0x80;
}

static uint8_t peek(const struct scanner *s, size_t i)
{
    return i < s->rest.len ? s->rest.p[i] : '\0';
}

static struct span step(struct scanner *s, size_t n)
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
static enum err skip_blank(struct scanner *s, struct fail *why)
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
        if (has_backslash && s.p[i] == '\\') {
            i += 2;
        } else if (s.p[i] != quote) {
            i++;
        } else if (i + 1 < s.len && s.p[i + 1] == quote) {
            i += 2;
        } else {
            return i + 1;
        }
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

static struct token *token_new(struct scanner *s, enum token_kind kind, size_t len)
{
    struct token *token = arena_alloc(s->arena, sizeof *token);
    uint8_t *lower = arena_alloc(s->arena, len + 1);

    if (token == NULL || lower == NULL)
        return NULL;
    token->kind = kind;
    token->line = s->line;
    for (size_t i = 0; i < len; i++)
        lower[i] = kind == TOKEN_WORD ? (uint8_t)tolower(s->rest.p[i]) : s->rest.p[i];
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
static enum err next_token(struct scanner *s, struct token **token_out, struct fail *why)
{
    enum token_kind kind = TOKEN_TEXT;
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
        kind = len > 0 ? TOKEN_WORD : TOKEN_MARK;
        len = len > 0 ? len : 1;
    }
    if (len == 0)
        return fail_set(why, ERR_INVALID, "line %d: quote without an end", s->line);
    *token_out = token_new(s, kind, len);
    return *token_out != NULL ? ERR_OK : fail_set(why, ERR_NOMEM, "token");
}

static bool is_mark(const struct token *t, char mark)
{
    return t != NULL && t->kind == TOKEN_MARK && t->text.p[0] == (uint8_t)mark;
}

static bool is_word(const struct token *t, const char *word)
{
    return t != NULL && t->kind == TOKEN_WORD && span_eq(t->text, span_text(word));
}

/* The tokens up to the next ';' outside brackets, without it. */
static enum err next_statement(struct scanner *s, struct token **first_out, bool *is_end_out,
                               struct fail *why)
{
    struct token **last = first_out, *token = NULL;
    int depth = 0;

    *first_out = NULL;
    for (;;) {
        enum err rc = next_token(s, &token, why);

        *is_end_out = token == NULL;
        if (rc != ERR_OK)
            return rc;
        if (token == NULL && depth > 0)
            return fail_set(why, ERR_INVALID, "line %d: bracket without an end", s->line);
        if (token == NULL || (depth == 0 && is_mark(token, ';')))
            return ERR_OK;
        depth += is_mark(token, '(') ? 1 : is_mark(token, ')') ? -1 : 0;
        *last = token;
        last = &token->next;
    }
}

/* ---- statements ---- */

struct reader {
    struct schema *schema;
    struct arena *arena;
    struct token *at;
    int line; /* of the statement */
    struct fail *why;
};

static enum err bad(const struct reader *r, const char *what, struct span name)
{
    return fail_set(r->why, ERR_INVALID, "line %d: %s %.*s", r->line, what, SPAN_ARG(name));
}

static bool accept(struct reader *r, const char *word)
{
    if (!is_word(r->at, word))
        return false;
    r->at = r->at->next;
    return true;
}

static void accept_if_exists(struct reader *r)
{
    if (accept(r, "if")) {
        (void)accept(r, "not");
        (void)accept(r, "exists");
    }
}

/* A name, with or without "public." before it and quotes about it. */
static enum err take_name(struct reader *r, struct span *name_out)
{
    struct span name;

    if (is_word(r->at, "public") && is_mark(r->at->next, '.'))
        r->at = r->at->next->next;
    if (r->at == NULL || r->at->kind == TOKEN_MARK || r->at->text.p[0] == '\'')
        return bad(r, "a name is missing", SPAN_NONE);
    name = r->at->text;
    if (name.p[0] == '"')
        name = span_cut(name, 1, name.len - 2);
    r->at = r->at->next;
    if (is_mark(r->at, '.'))
        return bad(r, "a schema other than public:", name);
    *name_out = name;
    return ERR_OK;
}

static struct schema_table **table_slot(struct schema *schema, struct span name)
{
    struct schema_table **slot = &schema->tables;

    while (*slot != NULL && !span_eq((*slot)->name, name))
        slot = &(*slot)->next;
    return slot;
}

static struct schema_column **column_slot(struct schema_table *table, struct span name)
{
    struct schema_column **slot = &table->columns;

    while (*slot != NULL && !span_eq((*slot)->name, name))
        slot = &(*slot)->next;
    return slot;
}

static void skip_to_comma(struct reader *r)
{
    int depth = 0;

    while (r->at != NULL) {
        if (depth == 0 && (is_mark(r->at, ',') || is_mark(r->at, ')')))
            return;
        depth += is_mark(r->at, '(') ? 1 : is_mark(r->at, ')') ? -1 : 0;
        r->at = r->at->next;
    }
}

static enum err add_column(struct reader *r, struct schema_table *table)
{
    struct schema_column *column = arena_alloc(r->arena, sizeof *column), **slot;
    enum err rc;

    if (column == NULL)
        return fail_set(r->why, ERR_NOMEM, "column");
    rc = take_name(r, &column->name);
    if (rc != ERR_OK)
        return rc;
    slot = column_slot(table, column->name);
    if (*slot != NULL)
        return bad(r, "column is there already:", column->name);
    rc = take_name(r, &column->type);
    *slot = column;
    return rc;
}

static bool is_constraint(const struct token *t)
{
    static const char *const words[] = {"constraint", "primary", "unique",
                                        "check",      "foreign", "exclude"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word(t, words[i]))
            return true;
    return false;
}

static enum err read_columns(struct reader *r, struct schema_table *table)
{
    enum err rc = ERR_OK;

    do {
        r->at = r->at->next; /* '(' or ',' */
        if (is_word(r->at, "like"))
            return bad(r, "columns not written out: LIKE in", table->name);
        if (!is_constraint(r->at))
            rc = add_column(r, table);
        skip_to_comma(r);
    } while (rc == ERR_OK && is_mark(r->at, ','));
    return rc;
}

static enum err read_create_table(struct reader *r)
{
    struct schema_table *table = arena_alloc(r->arena, sizeof *table), **slot;
    enum err rc;

    if (table == NULL)
        return fail_set(r->why, ERR_NOMEM, "table");
    accept_if_exists(r);
    rc = take_name(r, &table->name);
    if (rc != ERR_OK)
        return rc;
    slot = table_slot(r->schema, table->name);
    if (*slot != NULL)
        return bad(r, "table is there already:", table->name);
    if (!is_mark(r->at, '('))
        return bad(r, "columns not written out:", table->name);
    *slot = table;
    rc = read_columns(r, table);
    if (rc != ERR_OK)
        return rc;
    if (!is_mark(r->at, ')'))
        return bad(r, "no closing bracket:", table->name);
    r->at = r->at->next;
    if (is_word(r->at, "inherits") || is_word(r->at, "partition"))
        return bad(r, "columns not written out:", table->name);
    return ERR_OK;
}

static enum err read_create(struct reader *r)
{
    if (accept(r, "temp") || accept(r, "temporary"))
        return ERR_OK; /* gone at the end of the session */
    (void)accept(r, "unlogged");
    return accept(r, "table") ? read_create_table(r) : ERR_OK;
}

static enum err need_column(struct reader *r, struct schema_table *table,
                            struct schema_column ***slot_out)
{
    struct span name;
    enum err rc = take_name(r, &name);

    if (rc != ERR_OK)
        return rc;
    *slot_out = column_slot(table, name);
    return **slot_out != NULL ? ERR_OK : bad(r, "no such column:", name);
}

static enum err read_drop_column(struct reader *r, struct schema_table *table)
{
    struct schema_column **slot = NULL;
    enum err rc;

    if (accept(r, "constraint"))
        return ERR_OK;
    (void)accept(r, "column");
    accept_if_exists(r);
    rc = need_column(r, table, &slot);
    if (rc == ERR_OK)
        *slot = (*slot)->next;
    return rc;
}

static enum err read_rename(struct reader *r, struct schema_table *table)
{
    struct schema_column **slot = NULL;
    struct span *name = &table->name;
    enum err rc = ERR_OK;

    if (accept(r, "constraint"))
        return ERR_OK;
    if (!is_word(r->at, "to")) {
        (void)accept(r, "column");
        rc = need_column(r, table, &slot);
        if (rc == ERR_OK)
            name = &(*slot)->name;
    }
    if (rc == ERR_OK && !accept(r, "to"))
        return bad(r, "RENAME without TO:", table->name);
    return rc == ERR_OK ? take_name(r, name) : rc;
}

/* ALTER COLUMN name [SET DATA] TYPE type */
static enum err read_alter_column(struct reader *r, struct schema_table *table)
{
    struct schema_column **slot = NULL;
    enum err rc;

    (void)accept(r, "column");
    rc = need_column(r, table, &slot);
    if (rc != ERR_OK)
        return rc;
    if (accept(r, "set"))
        (void)accept(r, "data");
    return accept(r, "type") ? take_name(r, &(*slot)->type) : ERR_OK;
}

static enum err read_action(struct reader *r, struct schema_table *table)
{
    if (accept(r, "add")) {
        if (is_constraint(r->at))
            return ERR_OK;
        (void)accept(r, "column");
        accept_if_exists(r);
        return add_column(r, table);
    }
    if (accept(r, "drop"))
        return read_drop_column(r, table);
    if (accept(r, "rename"))
        return read_rename(r, table);
    if (accept(r, "alter") && !is_word(r->at, "constraint"))
        return read_alter_column(r, table);
    if (accept(r, "inherit") || accept(r, "attach"))
        return bad(r, "columns not written out:", table->name);
    return ERR_OK; /* owner, triggers, row security, storage: no column changes */
}

static enum err read_alter_table(struct reader *r)
{
    struct schema_table *table;
    struct span name;
    enum err rc;

    accept_if_exists(r);
    (void)accept(r, "only");
    rc = take_name(r, &name);
    if (rc != ERR_OK)
        return rc;
    table = *table_slot(r->schema, name);
    if (table == NULL)
        return bad(r, "no such table:", name);
    while (rc == ERR_OK && r->at != NULL) {
        rc = read_action(r, table);
        skip_to_comma(r);
        if (r->at != NULL)
            r->at = r->at->next;
    }
    return rc;
}

static enum err read_drop_table(struct reader *r)
{
    enum err rc = ERR_OK;

    accept_if_exists(r);
    while (rc == ERR_OK && r->at != NULL) {
        struct schema_table **slot;
        struct span name;

        rc = take_name(r, &name);
        if (rc != ERR_OK)
            return rc;
        slot = table_slot(r->schema, name);
        if (*slot == NULL)
            return bad(r, "no such table:", name);
        *slot = (*slot)->next;
        skip_to_comma(r);
        if (r->at != NULL)
            r->at = r->at->next;
    }
    return rc;
}

static bool ends_transaction(const struct token *first)
{
    static const char *const words[] = {"begin",    "start", "commit",   "end",
                                        "rollback", "abort", "savepoint"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word(first, words[i]))
            return true;
    return false;
}

static enum err read_statement(struct reader *r)
{
    if (ends_transaction(r->at))
        return bad(r, "a step is one transaction, made by its runner:", r->at->text);
    if (accept(r, "create"))
        return read_create(r);
    if (accept(r, "alter"))
        return accept(r, "table") ? read_alter_table(r) : ERR_OK;
    if (accept(r, "drop"))
        return accept(r, "table") ? read_drop_table(r) : ERR_OK;
    return ERR_OK;
}

enum err schema_read(struct schema *schema, struct span sql, struct arena *arena,
                     struct fail *why)
{
    struct scanner scanner = {.rest = sql, .line = 1, .arena = arena};
    bool is_end = false;

    while (!is_end) {
        struct token *first = NULL;
        enum err rc = next_statement(&scanner, &first, &is_end, why);

        if (rc == ERR_OK && first != NULL) {
            struct reader r = {schema, arena, first, first->line, why};

            rc = read_statement(&r);
        }
        if (rc != ERR_OK)
            return rc;
    }
    return ERR_OK;
}

const struct schema_table *schema_find(const struct schema *schema, struct span name)
{
    const struct schema_table *t = schema->tables;

    while (t != NULL && !span_eq(t->name, name))
        t = t->next;
    return t;
}

const struct schema_column *schema_find_column(const struct schema_table *table,
                                               struct span name)
{
    const struct schema_column *c = table->columns;

    while (c != NULL && !span_eq(c->name, name))
        c = c->next;
    return c;
}
