#include "node/db/schema_text.h"

#include "node/db/sql_scan.h"

struct reader {
    struct schema *schema;
    struct arena *arena;
    struct sql_token *at;
    int line; /* of the statement */
    struct fail *why;
};

static enum err bad(const struct reader *r, const char *what, struct span name)
{
    fail_set(r->why, ERR_INVALID, "line %d: %s %.*s", r->line, what, SPAN_ARG(name));
    return ERR_INVALID;
}

static bool accept(struct reader *r, const char *word)
{
    if (!sql_is_word(r->at, word))
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

    if (sql_is_word(r->at, "public") && sql_is_mark(r->at->next, '.'))
        r->at = r->at->next->next;
    if (r->at == NULL || r->at->kind == SQL_TOKEN_MARK || r->at->text.p[0] == '\'')
        return bad(r, "a name is missing", SPAN_NONE);
    name = r->at->text;
    if (name.p[0] == '"')
        name = span_cut(name, 1, name.len - 2);
    r->at = r->at->next;
    if (sql_is_mark(r->at, '.'))
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
        if (depth == 0 && (sql_is_mark(r->at, ',') || sql_is_mark(r->at, ')')))
            return;
        depth += sql_is_mark(r->at, '(') ? 1 : sql_is_mark(r->at, ')') ? -1 : 0;
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
    column->is_array = rc == ERR_OK && sql_is_mark(r->at, '[');
    *slot = column;
    return rc;
}

static bool is_constraint(const struct sql_token *t)
{
    static const char *const words[] = {"constraint", "primary", "unique",
                                        "check",      "foreign", "exclude"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sql_is_word(t, words[i]))
            return true;
    return false;
}

static enum err read_columns(struct reader *r, struct schema_table *table)
{
    enum err rc = ERR_OK;

    do {
        r->at = r->at->next; /* '(' or ',' */
        if (sql_is_word(r->at, "like"))
            return bad(r, "columns not written out: LIKE in", table->name);
        if (!is_constraint(r->at))
            rc = add_column(r, table);
        skip_to_comma(r);
    } while (rc == ERR_OK && sql_is_mark(r->at, ','));
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
    if (!sql_is_mark(r->at, '('))
        return bad(r, "columns not written out:", table->name);
    *slot = table;
    rc = read_columns(r, table);
    if (rc != ERR_OK)
        return rc;
    if (!sql_is_mark(r->at, ')'))
        return bad(r, "no closing bracket:", table->name);
    r->at = r->at->next;
    if (sql_is_word(r->at, "inherits") || sql_is_word(r->at, "partition"))
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
    if (!sql_is_word(r->at, "to")) {
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
    if (accept(r, "alter") && !sql_is_word(r->at, "constraint"))
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

static bool ends_transaction(const struct sql_token *first)
{
    static const char *const words[] = {"begin",    "start", "commit",   "end",
                                        "rollback", "abort", "savepoint"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sql_is_word(first, words[i]))
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
    struct sql_scanner scanner = {.rest = sql, .line = 1, .arena = arena};
    bool is_end = false;

    while (!is_end) {
        struct sql_token *first = NULL;
        enum err rc = sql_scan_statement(&scanner, &first, &is_end, why);

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
