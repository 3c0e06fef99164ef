/* node/rows.c - ibasho-rows: what the row tables of all features say, one row a line, fields
 * parted by tabs (tables, routes, commands, events, settings, stmts, jobs), and the two checks
 * of the build: `check DIR...` (rows against rules and migrations) and `check-sql` (against a
 * server). `wire` is the client's wire.ts, `matrix` who gets which answer (node/server/wire.h).
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/wholefile.h"
#include "node/db/rows_sql.h"
#include "node/features.h"
#include "node/server/openapi.h"
#include "node/server/wire.h"
#include "tenants/handback/index.h"

#define MIGRATION_CAP 262144

static const struct rows_given given = {features_routes, features_commands, features_stmts,
                                        features_tables, features_settings, features_jobs,
                                        features_events};

static const char *or_dash(const char *text)
{
    return text == NULL || text[0] == '\0' ? "-" : text;
}

/* ---- printing ---- */

static void print_roles(unsigned roles)
{
    const char *comma = "";

    putchar('\t');
    for (int role = 0; role < ROLE_N; role++)
        if ((roles & ROLE_BIT(role)) != 0) {
            printf("%s%s", comma, role_id((enum role)role));
            comma = ",";
        }
    if (comma[0] == '\0')
        putchar('-');
}

static void print_listeners(unsigned listeners)
{
    const char *comma = "";

    putchar('\t');
    for (unsigned bit = LISTENER_PUBLIC; bit <= LISTENER_ADMIN; bit <<= 1)
        if ((listeners & bit) != 0) {
            printf("%s%s", comma, listener_name((enum listener)bit));
            comma = ",";
        }
    if (comma[0] == '\0')
        putchar('-');
}

static const char *key_name(enum key_of key)
{
    switch (key) {
    case KEY_OF_NONE:
        return "-";
    case KEY_OF_SUBJECT:
        return "subject";
    case KEY_OF_AUTHOR:
        return "author";
    case KEY_OF_CLASS:
        return "class";
    case KEY_OF_RECORD:
        return "record";
    }
    return "?";
}

static const char *hand_back_name(enum hand_back way)
{
    switch (way) {
    case HAND_BACK_NDJSON:
        return "ndjson";
    case HAND_BACK_LOG:
        return "log";
    case HAND_BACK_FILES:
        return "files";
    case HAND_BACK_NOTHING:
        return "nothing";
    }
    return "?";
}

static const char *erase_name(enum erase_person way)
{
    switch (way) {
    case ERASE_ROWS:
        return "rows";
    case ERASE_KEY_ONLY:
        return "key_only";
    case ERASE_NOT_OF_A_PERSON:
        return "not_of_a_person";
    }
    return "?";
}

static const char *setting_type_name(enum setting_type type)
{
    switch (type) {
    case SETTING_INT:
        return "int";
    case SETTING_BOOL:
        return "bool";
    case SETTING_ENUM:
        return "enum";
    case SETTING_TEXT:
        return "text";
    case SETTING_TIME:
        return "time";
    }
    return "?";
}

static void print_table(const struct data_table *t)
{
    printf("%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t", t->name, t->meaning_ja,
           t->purpose_ja, t->ground_ja, t->purpose_en, t->retention_days,
           or_dash(t->retention_column), key_name(t->key_of), or_dash(t->person_column),
           or_dash(t->mention_columns), hand_back_name(t->hand_back),
           erase_name(t->erase_person), t->is_audit_leaf ? "leaf" : "-");
    for (const struct data_column *c = t->columns; c->name != NULL; c++)
        printf("%s%s", c == t->columns ? "" : ",", c->name);
    putchar('\n');
}

static void print_tables(void)
{
    puts("#name\tmeaning_ja\tpurpose_ja\tground_ja\tpurpose_en\tretention_days"
         "\tretention_column\tkey_of\tperson_column\tmention_columns\thand_back\terase_person"
         "\taudit_leaf\tcolumns");
    for (const struct data_table_list *l = features_tables; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            print_table(&l->rows[i]);
}

static void print_stages(unsigned stages)
{
    static const char *const names[] = {"full", "second_factor", "enrol"};
    const char *comma = "";

    putchar('\t');
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (((stages == 0 ? STAGE_BIT(STAGE_FULL) : stages) & STAGE_BIT(i)) != 0) {
            printf("%s%s", comma, names[i]);
            comma = ",";
        }
}

static void print_body(const struct route *r, enum listener listener)
{
    bool is_inside = false;

    printf("%s ", listener_name(listener));
    for (const char *p = r->path; *p != '\0'; p++) {
        if (*p == '{')
            putchar('*');
        is_inside = *p == '{' || (is_inside && *p != '}');
        if (!is_inside && *p != '}')
            putchar(*p);
    }
    printf(" %zu\n", r->body_cap_bytes);
}

static void print_routes(void)
{
    puts("#name\tmethod\tpath\tlisteners\troles\tobject\taudit\tinput\toutput\tstages\tfile"
         "\tsummary_ja");
    for (const struct route_table *t = features_routes; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            const struct route *r = &t->rows[i];

            printf("%s\t%s\t%s", r->name, http_method_name(r->method), r->path);
            print_listeners(r->listeners);
            print_roles(r->roles);
            printf("\t%s\t%s\t%s\t%s", object_rule_id(r->object), audit_class_id(r->audit),
                   r->input == NULL ? "-" : r->input->name,
                   r->output == NULL ? "-" : r->output->name);
            print_stages(r->stages);
            printf("\t%s\t%s\n", or_dash(r->body_type), r->summary_ja);
        }
}

/* For the front, which lets longer bodies pass there (ops/front/render): listener, path with
 * '*' for each parameter, bytes. */
static void print_bodies(void)
{
    puts("# Written by `ibasho-rows bodies` from the rows of the node. Not to be edited.");
    for (const struct route_table *t = features_routes; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            for (unsigned bit = LISTENER_PUBLIC; bit < LISTENER_ADMIN; bit <<= 1)
                if (t->rows[i].body_type != NULL && (t->rows[i].listeners & bit) != 0)
                    print_body(&t->rows[i], (enum listener)bit);
}

static void print_commands(void)
{
    puts("#name\troles\tobject\taudit\tinput\toutput\tcode\tbytes\tbytes_most\tsummary_ja");
    for (const struct command_table *t = features_commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            const struct command *c = &t->rows[i];

            printf("%s", c->name);
            print_roles(c->roles);
            printf("\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", object_rule_id(c->object),
                   audit_class_id(c->audit), c->input == NULL ? "-" : c->input->name,
                   c->output == NULL ? "-" : c->output->name, c->code, c->n_bytes,
                   c->n_bytes_most == 0 ? c->n_bytes : c->n_bytes_most, c->summary_ja);
        }
}

static void print_events(void)
{
    puts("#name\tshape\tsummary_ja");
    for (const struct live_event_table *t = features_events; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            printf("%s\t%s\t%s\n", t->rows[i].name,
                   t->rows[i].shape == NULL ? "-" : t->rows[i].shape->name,
                   t->rows[i].summary_ja);
}

static void print_settings(void)
{
    puts("#name\ttype\tleast\tmost\tunit\tchoices\tinitial\troles\trequirement\ttitle_ja"
         "\ttitle_en\thelp_ja");
    for (const struct setting_table *t = features_settings; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            const struct setting *s = t->rows[i];

            printf("%s\t%s\t%lld\t%lld\t%s\t%s\t%s", s->name, setting_type_name(s->type),
                   (long long)s->least, (long long)s->most, or_dash(s->unit),
                   or_dash(s->choices), s->initial);
            print_roles(s->roles);
            printf("\t%s\t%s\t%s\t%s\n", s->requirement, s->title_ja, s->title_en, s->help_ja);
        }
}

/* SQL on one line: runs of blanks become one. */
static void print_stmts(void)
{
    puts("#name\tsql");
    for (const struct stmt_table *t = features_stmts; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            bool was_blank = false;

            printf("%s\t", t->rows[i]->name);
            for (const char *p = t->rows[i]->sql; *p != '\0'; p++) {
                bool is_blank = *p == ' ' || *p == '\n' || *p == '\t';

                if (!is_blank)
                    putchar(*p);
                else if (!was_blank)
                    putchar(' ');
                was_blank = is_blank;
            }
            putchar('\n');
        }
}

static void print_jobs(void)
{
    puts("#name\tn_tries_cap\tlease_s\tperiod_s\toffset_s\tat_start");
    for (const struct job_table *t = features_jobs; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            printf("%s\t%d\t%d\t%d\t%d\t%d\n", t->rows[i].name, t->rows[i].n_tries_cap,
                   t->rows[i].lease_s, t->rows[i].period_s, t->rows[i].offset_s,
                   t->rows[i].at_start);
}

/* What others are made from: node/web/src/wire.ts and the matrix that tests/authz walks. */
static int print_made(bool is_wire)
{
    struct routes *routes = NULL;
    struct text text = {.arena = NULL};
    struct fail why = {.code = ERR_OK};
    enum err rc = arena_create(65536, &text.arena, &why);

    if (rc == ERR_OK)
        rc = routes_create(features_routes, &routes, &why);
    if (rc == ERR_OK && is_wire)
        rc = wire_write(routes, features_commands, features_events, &text, &why);
    else if (rc == ERR_OK)
        matrix_write(routes, &text);
    if (rc != ERR_OK)
        fprintf(stderr, "rows: %s\n", why.text);
    else
        fwrite(text.p, 1, text.len, stdout);
    routes_destroy(&routes);
    arena_destroy(&text.arena);
    return rc != ERR_OK;
}

/* ---- checking ---- */

static void print_defect(const char *text, void *arg)
{
    (void)arg;
    fprintf(stderr, "rows: %s\n", text);
}

static int is_sql(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 4 && strcmp(entry->d_name + len - 4, ".sql") == 0;
}

static enum err read_migration(struct schema *schema, const char *path, struct arena *arena,
                               struct fail *why)
{
    uint8_t *bytes = arena_alloc(arena, MIGRATION_CAP);
    struct fail cause = {.code = ERR_OK};
    size_t len = 0;
    enum err rc;

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, MIGRATION_CAP, &len, why);
    if (rc != ERR_OK)
        return rc;
    rc = schema_read(schema, span_of(bytes, len), arena, &cause);
    return rc == ERR_OK ? rc : fail_set(why, rc, "%s: %s", path, cause.text);
}

static enum err read_dir(struct schema *schema, const char *dir, struct arena *arena,
                         struct fail *why)
{
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, is_sql, alphasort);
    enum err rc = n < 0 ? fail_set(why, ERR_IO, "%s: cannot be read", dir) : ERR_OK;

    for (int i = 0; i < n; i++) {
        char *path = arena_printf(arena, "%s/%s", dir, entries[i]->d_name);

        if (rc == ERR_OK && path == NULL)
            rc = fail_set(why, ERR_NOMEM, "%s", dir);
        if (rc == ERR_OK)
            rc = read_migration(schema, path, arena, why);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* An index is made again of a sealed column beside it. */
static int check_indices(const struct data_table *t)
{
    int n_defects = 0;

    for (const struct hand_rule *r = t->hand_rules; r != NULL && r->column != NULL; r++) {
        const struct data_column *c = t->columns;

        while (r->index != NULL && c->name != NULL &&
               !(c->sealed && strcmp(c->name, r->index->source) == 0))
            c++;
        if (r->index == NULL || c->name != NULL)
            continue;
        n_defects++;
        fprintf(stderr, "rows: table %s: index %s is made of %s, no sealed column of it\n",
                t->name, r->column, r->index->source);
    }
    return n_defects;
}

static int check(char **dirs)
{
    struct schema schema = {NULL};
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    int n_defects = 0;
    enum err rc = arena_create(65536, &arena, &why);

    for (; rc == ERR_OK && *dirs != NULL; dirs++)
        rc = read_dir(&schema, *dirs, arena, &why);
    if (rc == ERR_OK)
        n_defects = rows_check(&given, &schema, print_defect, NULL);
    for (const struct data_table_list *l = features_tables; rc == ERR_OK && l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            n_defects += check_indices(&l->rows[i]);
    if (rc != ERR_OK)
        print_defect(why.text, NULL);
    arena_destroy(&arena);
    return rc != ERR_OK || n_defects > 0;
}

static int check_sql(const char *socket_dir)
{
    struct fail why = {.code = ERR_OK};
    int n_defects = 0;
    enum err rc;

    if (socket_dir == NULL) {
        print_defect("check-sql: run under tests/lib/with-cluster", NULL);
        return 2;
    }
    rc = rows_sql_check(socket_dir, &given, &migrations, print_defect, NULL, &n_defects, &why);
    if (rc != ERR_OK)
        print_defect(why.text, NULL);
    return rc != ERR_OK || n_defects > 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } lists[] = {
        {"tables", print_tables},     {"routes", print_routes}, {"commands", print_commands},
        {"settings", print_settings}, {"stmts", print_stmts},   {"jobs", print_jobs},
        {"bodies", print_bodies},     {"events", print_events},
    };

    if (argc > 2 && strcmp(argv[1], "check") == 0)
        return check(argv + 2);
    if (argc == 2 && strcmp(argv[1], "check-sql") == 0)
        return check_sql(getenv("IBASHO_TEST_PG"));
    if (argc == 2 && (strcmp(argv[1], "wire") == 0 || strcmp(argv[1], "matrix") == 0))
        return print_made(argv[1][0] == 'w');
    for (size_t i = 0; argc == 2 && i < sizeof lists / sizeof lists[0]; i++)
        if (strcmp(argv[1], lists[i].name) == 0) {
            lists[i].print();
            return 0;
        }
    fputs("usage: ibasho-rows "
          "tables|routes|commands|events|settings|stmts|jobs|bodies|wire|matrix|check-sql\n"
          "       ibasho-rows check MIGRATIONS_DIR...\n",
          stderr);
    return 2;
}
