#include "node/db/rows_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/db/db.h"
#include "node/db/setting_value.h"

#define PATH_CAP 256

struct check {
    const struct rows_given *given;
    const struct schema *schema;
    void (*each)(const char *text, void *arg);
    void *arg;
    int n;
};

static void defect(struct check *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void defect(struct check *c, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->n++;
    c->each(text, c->arg);
}

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static void need_text(struct check *c, const char *kind, const char *name, const char *what,
                      const char *text)
{
    if (is_empty(text))
        defect(c, "%s %s: %s is missing", kind, name, what);
}

/* ---- tables ---- */

static const struct data_column *find_column(const struct data_table *t, struct span name)
{
    for (const struct data_column *c = t->columns; c->name != NULL; c++)
        if (span_eq(span_text(c->name), name))
            return c;
    return NULL;
}

static bool ends_sealed(const char *name)
{
    size_t len = strlen(name);

    return len > 7 && strcmp(name + len - 7, "_sealed") == 0;
}

static void check_column(struct check *c, const struct data_table *t,
                         const struct data_column *col, const struct schema_table *made)
{
    const struct schema_column *real = schema_find_column(made, span_text(col->name));

    if (real == NULL) {
        defect(c, "table %s: its row names column %s, the migrations make none", t->name,
               col->name);
        return;
    }
    if (is_empty(col->meaning_ja))
        defect(c, "table %s: column %s has no meaning_ja", t->name, col->name);
    if (col->sealed != ends_sealed(col->name))
        defect(c, "table %s: column %s is %ssealed by its row, but its name says otherwise",
               t->name, col->name, col->sealed ? "" : "not ");
    if (col->sealed && !span_eq(real->type, SPAN("bytea")))
        defect(c, "table %s: sealed column %s is %.*s, not bytea", t->name, col->name,
               SPAN_ARG(real->type));
    if (strstr(col->name, "tenant") != NULL)
        defect(c, "table %s: column %s: a municipality is its own cluster, not a tenant",
               t->name, col->name);
}

static void check_columns(struct check *c, const struct data_table *t,
                          const struct schema_table *made)
{
    for (const struct data_column *col = t->columns; col->name != NULL; col++) {
        check_column(c, t, col, made);
        if (find_column(t, span_text(col->name)) != col)
            defect(c, "table %s: column %s has two rows", t->name, col->name);
    }
    for (const struct schema_column *real = made->columns; real != NULL; real = real->next)
        if (find_column(t, real->name) == NULL)
            defect(c, "table %s: column %.*s has no row", t->name, SPAN_ARG(real->name));
}

static void need_column(struct check *c, const struct data_table *t, const char *what,
                        struct span name)
{
    if (find_column(t, name) == NULL)
        defect(c, "table %s: %s %.*s is no column of it", t->name, what, SPAN_ARG(name));
}

static void check_mentions(struct check *c, const struct data_table *t)
{
    struct span rest = span_text(t->mention_columns);

    while (rest.len > 0) {
        size_t len = 0;

        while (len < rest.len && rest.p[len] != ',')
            len++;
        need_column(c, t, "mention column", span_cut(rest, 0, len));
        rest = span_from(rest, len + 1);
    }
}

static void check_retention(struct check *c, const struct data_table *t,
                            const struct schema_table *made)
{
    const struct schema_column *real;

    if ((t->retention_days != 0 || t->retention_setting != NULL) && t->retention_column == NULL)
        defect(c, "table %s: a term without a column it counts from", t->name);
    if (t->retention_days < 0)
        defect(c, "table %s: a term of %d days", t->name, t->retention_days);
    if (t->retention_column == NULL)
        return;
    real = schema_find_column(made, span_text(t->retention_column));
    if (real == NULL || !span_eq(real->type, SPAN("timestamptz")))
        defect(c, "table %s: retention column %s is no timestamptz of it", t->name,
               t->retention_column);
}

static void check_keys(struct check *c, const struct data_table *t)
{
    bool has_sealed = false;

    for (const struct data_column *col = t->columns; col->name != NULL; col++)
        has_sealed = has_sealed || col->sealed;
    if (has_sealed && t->key_of == KEY_OF_NONE)
        defect(c, "table %s: sealed columns, but under nobody's key", t->name);
    if (!has_sealed && t->key_of != KEY_OF_NONE)
        defect(c, "table %s: a key, but no sealed column", t->name);
    if (t->erase_person == ERASE_ROWS && t->person_column == NULL)
        defect(c, "table %s: ERASE_ROWS needs a person column", t->name);
    if (t->erase_person == ERASE_NOT_OF_A_PERSON && t->person_column != NULL)
        defect(c, "table %s: of a person, but ERASE_NOT_OF_A_PERSON", t->name);
}

static const struct hand_rule *find_rule(const struct data_table *t, const char *column)
{
    for (const struct hand_rule *r = t->hand_rules; r != NULL && r->column != NULL; r++)
        if (strcmp(r->column, column) == 0)
            return r;
    return NULL;
}

static void check_hand_rule(struct check *c, const struct data_table *t,
                            const struct hand_rule *r)
{
    const struct data_column *col = find_column(t, span_text(r->column));

    need_column(c, t, "hand rule", span_text(r->column));
    if (find_rule(t, r->column) != r)
        defect(c, "table %s: column %s has two hand rules", t->name, r->column);
    if ((r->what == HAND_INDEX) != (r->index != NULL))
        defect(c, "table %s: hand rule %s: an index says of what it is made, others do not",
               t->name, r->column);
    if (col != NULL && col->sealed && r->what != HAND_SECRET)
        defect(c, "table %s: sealed column %s is neither an index nor plain", t->name,
               r->column);
}

/* A text or a number speaks for itself; bytes are decided upon. */
static void check_hand_back(struct check *c, const struct data_table *t,
                            const struct schema_table *made)
{
    bool goes_out = t->hand_back == HAND_BACK_NDJSON || t->hand_back == HAND_BACK_FILES;

    if (!goes_out && t->hand_rules != NULL)
        defect(c, "table %s: hand rules, but it is not handed back", t->name);
    for (const struct hand_rule *r = t->hand_rules; r != NULL && r->column != NULL; r++)
        check_hand_rule(c, t, r);
    for (const struct data_column *col = t->columns; goes_out && col->name != NULL; col++) {
        const struct schema_column *real = schema_find_column(made, span_text(col->name));

        if (real != NULL && !col->sealed && span_eq(real->type, SPAN("bytea")) &&
            find_rule(t, col->name) == NULL)
            defect(c,
                   "table %s: how bytes of column %s are handed back is not decided (a hand"
                   " rule)",
                   t->name, col->name);
    }
    if (t->seal_row_column != NULL) {
        const struct schema_column *real =
            schema_find_column(made, span_text(t->seal_row_column));

        if (real == NULL || !span_eq(real->type, SPAN("uuid")))
            defect(c, "table %s: seal row column %s is no uuid of it", t->name,
                   t->seal_row_column);
    }
}

static void check_table(struct check *c, const struct data_table *t)
{
    const struct schema_table *made = schema_find(c->schema, span_text(t->name));

    need_text(c, "table", t->name, "meaning_ja", t->meaning_ja);
    need_text(c, "table", t->name, "purpose_ja", t->purpose_ja);
    need_text(c, "table", t->name, "ground_ja", t->ground_ja);
    need_text(c, "table", t->name, "purpose_en", t->purpose_en);
    if (made == NULL || t->columns == NULL) {
        defect(c, "table %s: it has a row, but %s", t->name,
               made == NULL ? "no migration makes it" : "its columns have none");
        return;
    }
    check_columns(c, t, made);
    if (t->person_column != NULL)
        need_column(c, t, "person column", span_text(t->person_column));
    check_mentions(c, t);
    check_retention(c, t, made);
    check_keys(c, t);
    check_hand_back(c, t, made);
}

static const struct data_table *find_table(const struct check *c, struct span name, int *n_out)
{
    const struct data_table *found = NULL;

    *n_out = 0;
    for (const struct data_table_list *l = c->given->tables; l != NULL && l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            if (span_eq(span_text(l->rows[i].name), name)) {
                found = found == NULL ? &l->rows[i] : found;
                ++*n_out;
            }
    return found;
}

static void check_tables(struct check *c)
{
    int n;

    for (const struct data_table_list *l = c->given->tables; l != NULL && l->n > 0; l++)
        for (int i = 0; i < l->n; i++) {
            const struct data_table *first = find_table(c, span_text(l->rows[i].name), &n);

            if (first != &l->rows[i])
                defect(c, "table %s: two rows", l->rows[i].name);
            else
                check_table(c, first);
        }
    for (const struct schema_table *made = c->schema->tables; made != NULL; made = made->next) {
        if (find_table(c, made->name, &n) == NULL)
            defect(c, "table %.*s: a migration makes it, but it has no row",
                   SPAN_ARG(made->name));
        if (strstr((const char *)made->name.p, "tenant") != NULL)
            defect(c, "table %.*s: a municipality is its own cluster, not a tenant",
                   SPAN_ARG(made->name));
    }
}

/* ---- routes and commands ---- */

/* "/a/{id}/b" and "/a/{name}/b" are one shape: "/a/{}/b". */
static void path_shape(const char *path, char shape_out[PATH_CAP])
{
    size_t n = 0;
    bool is_inside = false;

    for (; *path != '\0' && n + 1 < PATH_CAP; path++) {
        if (*path == '}')
            is_inside = false;
        if (!is_inside)
            shape_out[n++] = *path;
        if (*path == '{')
            is_inside = true;
    }
    shape_out[n] = '\0';
}

static void check_route_pair(struct check *c, const struct route *a, const struct route *b)
{
    char shape_a[PATH_CAP], shape_b[PATH_CAP];

    if (strcmp(a->name, b->name) == 0)
        defect(c, "route %s: the name stands twice", a->name);
    if (a->method != b->method || (a->listeners & b->listeners) == 0 || a->path == NULL ||
        b->path == NULL)
        return;
    path_shape(a->path, shape_a);
    path_shape(b->path, shape_b);
    if (strcmp(shape_a, shape_b) == 0)
        defect(c, "routes %s and %s: one method, path and listener", a->name, b->name);
}

static void check_route(struct check *c, const struct route *r)
{
    if (r->roles == 0)
        defect(c, "route %s: open to no role", r->name);
    if ((r->roles & ~ROLES_EVERYONE) != 0)
        defect(c, "route %s: a role that does not exist", r->name);
    if (r->listeners == 0)
        defect(c, "route %s: on no listener", r->name);
    if (r->method == HTTP_GET && r->input != NULL)
        defect(c, "route %s: GET takes no input", r->name);
    if (r->body_type != NULL && (r->method == HTTP_GET || r->input != NULL))
        defect(c, "route %s: a file beside JSON, or on GET", r->name);
    if ((r->body_type == NULL) != (r->body_cap_bytes == 0))
        defect(c, "route %s: a file without its cap, or a cap without a file", r->name);
    if ((r->stages & ~STAGES_ALL) != 0)
        defect(c, "route %s: a stage that does not exist", r->name);
    if (is_empty(r->path) || r->path[0] != '/' || strlen(r->path) >= PATH_CAP)
        defect(c, "route %s: its path does not begin at the root", r->name);
    if (r->handle == NULL)
        defect(c, "route %s: no handler", r->name);
    need_text(c, "route", r->name, "summary_ja", r->summary_ja);
}

/* Calls pair for b and every row before it. */
static void check_routes_before(struct check *c, const struct route *b)
{
    for (const struct route_table *t = c->given->routes; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (&t->rows[i] == b)
                return;
            check_route_pair(c, &t->rows[i], b);
        }
}

static void check_routes(struct check *c)
{
    for (const struct route_table *t = c->given->routes; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            check_route(c, &t->rows[i]);
            check_routes_before(c, &t->rows[i]);
        }
}

/* The one before it with the same name, or the same binary code. */
static void check_commands_before(struct check *c, const struct command *b)
{
    for (const struct command_table *t = c->given->commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            const struct command *a = &t->rows[i];

            if (a == b)
                return;
            if (strcmp(a->name, b->name) == 0)
                defect(c, "command %s: the name stands twice", b->name);
            else if (b->code != 0 && a->code == b->code)
                defect(c, "command %s: the code %d stands twice", b->name, b->code);
        }
}

#define NAME_MOST 32 /* of what a client writes in front of its number */

static bool is_live_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz._");

    return len > 0 && len <= NAME_MOST && name[len] == '\0';
}

static void check_command(struct check *c, const struct command *row)
{
    if (!is_live_name(row->name))
        defect(c, "command %s: not a name of letters, dots and underscores", row->name);
    if (row->roles == 0 || (row->roles & ~ROLES_EVERYONE) != 0)
        defect(c, "command %s: open to no role, or to one that does not exist", row->name);
    if (row->handle == NULL)
        defect(c, "command %s: no handler", row->name);
    if ((row->code == 0) != (row->n_bytes == 0))
        defect(c, "command %s: a code without a length, or a length without one", row->name);
    if (row->n_bytes_most != 0 && (row->code == 0 || row->n_bytes_most <= row->n_bytes))
        defect(c, "command %s: the longest message is no longer than the shortest", row->name);
    if (row->code != 0 &&
        (row->input != NULL || row->output != NULL || row->audit != AUDIT_NONE))
        defect(c, "command %s: binary, and yet with a shape or an access record", row->name);
    need_text(c, "command", row->name, "summary_ja", row->summary_ja);
}

static void check_commands(struct check *c)
{
    for (const struct command_table *t = c->given->commands; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            check_command(c, &t->rows[i]);
            check_commands_before(c, &t->rows[i]);
        }
}

static bool has_event_before(const struct check *c, const struct live_event *b)
{
    for (const struct live_event_table *t = c->given->events; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (&t->rows[i] == b)
                return false;
            if (strcmp(t->rows[i].name, b->name) == 0)
                return true;
        }
    return false;
}

static void check_events(struct check *c)
{
    for (const struct live_event_table *t = c->given->events; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            const struct live_event *row = &t->rows[i];

            if (!is_live_name(row->name))
                defect(c, "event %s: not a name of letters, dots and underscores", row->name);
            if (has_event_before(c, row))
                defect(c, "event %s: the name stands twice", row->name);
            need_text(c, "event", row->name, "summary_ja", row->summary_ja);
        }
}

/* ---- statements, settings, jobs ---- */

static bool has_stmt_before(const struct check *c, const struct stmt *b)
{
    for (const struct stmt_table *t = c->given->stmts; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (t->rows[i] == b)
                return false;
            if (strcmp(t->rows[i]->name, b->name) == 0)
                return true;
        }
    return false;
}

/* Parameters travel in binary: a type the server guesses would read them as something else. */
static void check_params(struct check *c, const struct stmt *stmt)
{
    unsigned seen = 0;

    for (const char *p = strchr(stmt->sql, '$'); p != NULL; p = strchr(p + 1, '$')) {
        unsigned long n;
        char *end;

        if (!isdigit((unsigned char)p[1]))
            continue;
        n = strtoul(p + 1, &end, 10);
        if (n == 0 || n > DB_ARGS_CAP)
            defect(c, "statement %s: parameter $%lu of 1..%d", stmt->name, n, DB_ARGS_CAP);
        else if ((seen & 1u << (n - 1)) == 0 && strncmp(end, "::", 2) != 0)
            defect(c, "statement %s: $%lu is not cast where it first stands", stmt->name, n);
        if (n > 0 && n <= DB_ARGS_CAP)
            seen |= 1u << (n - 1);
    }
    if ((seen & (seen + 1)) != 0)
        defect(c, "statement %s: its parameters leave a number out", stmt->name);
}

static void check_stmts(struct check *c)
{
    for (const struct stmt_table *t = c->given->stmts; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (has_stmt_before(c, t->rows[i]))
                defect(c, "statement %s: the name stands twice", t->rows[i]->name);
            need_text(c, "statement", t->rows[i]->name, "sql", t->rows[i]->sql);
            if (t->rows[i]->sql != NULL)
                check_params(c, t->rows[i]);
        }
}

static bool has_setting_before(const struct check *c, const struct setting *b)
{
    for (const struct setting_table *t = c->given->settings; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (t->rows[i] == b)
                return false;
            if (strcmp(t->rows[i]->name, b->name) == 0)
                return true;
        }
    return false;
}

static void check_setting(struct check *c, const struct setting *row, struct arena *arena)
{
    struct fail why = {.code = ERR_OK};
    int64_t number;

    if (has_setting_before(c, row))
        defect(c, "setting %s: the name stands twice", row->name);
    if (row->least > row->most)
        defect(c, "setting %s: least is over most", row->name);
    if (row->type == SETTING_ENUM && is_empty(row->choices))
        defect(c, "setting %s: no choices", row->name);
    else if (row->initial == NULL || setting_value_read(row, span_text(row->initial), arena,
                                                        &number, NULL, &why) != ERR_OK)
        defect(c, "setting %s: its default breaks its own rule: %s", row->name, why.text);
    if (row->roles == 0 || (row->roles & ~ROLES_EVERYONE) != 0 ||
        (row->roles & ROLE_BIT(ROLE_ANONYMOUS)) != 0)
        defect(c, "setting %s: changed by no role, or by one that must not", row->name);
    need_text(c, "setting", row->name, "requirement", row->requirement);
    need_text(c, "setting", row->name, "title_ja", row->title_ja);
    need_text(c, "setting", row->name, "title_en", row->title_en);
    need_text(c, "setting", row->name, "help_ja", row->help_ja);
}

static void check_settings(struct check *c)
{
    struct arena *arena = NULL;

    if (arena_create(4096, &arena, NULL) != ERR_OK) {
        defect(c, "settings: no memory to check them");
        return;
    }
    for (const struct setting_table *t = c->given->settings; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            check_setting(c, t->rows[i], arena);
    arena_destroy(&arena);
}

static bool has_job_before(const struct check *c, const struct job_kind *b)
{
    for (const struct job_table *t = c->given->jobs; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (&t->rows[i] == b)
                return false;
            if (strcmp(t->rows[i].name, b->name) == 0)
                return true;
        }
    return false;
}

static void check_jobs(struct check *c)
{
    for (const struct job_table *t = c->given->jobs; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            if (has_job_before(c, &t->rows[i]))
                defect(c, "job %s: the name stands twice", t->rows[i].name);
            if (t->rows[i].run == NULL || t->rows[i].n_tries_cap < 1 || t->rows[i].lease_s < 1)
                defect(c, "job %s: needs a run, tries and a lease", t->rows[i].name);
        }
}

int rows_check(const struct rows_given *given, const struct schema *schema,
               void (*each)(const char *text, void *arg), void *arg)
{
    struct check c = {given, schema, each, arg, 0};

    check_tables(&c);
    check_routes(&c);
    check_commands(&c);
    check_events(&c);
    check_stmts(&c);
    check_settings(&c);
    check_jobs(&c);
    return c.n;
}
