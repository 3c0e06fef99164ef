/* node/db/schema_text.h: which tables and columns migrations leave behind. */
#include <stdio.h>

#include "node/db/schema_text.h"
#include "tests/t.h"

/* "one(id uuid,name text) two()" */
static const char *picture(const struct schema *schema)
{
    static char text[1024];
    size_t n = 0;

    text[0] = '\0';
    for (const struct schema_table *t = schema->tables; t != NULL; t = t->next) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s(", n == 0 ? "" : " ",
                              SPAN_ARG(t->name));
        for (const struct schema_column *c = t->columns; c != NULL; c = c->next)
            n += (size_t)snprintf(text + n, sizeof text - n, "%.*s %.*s%s", SPAN_ARG(c->name),
                                  SPAN_ARG(c->type), c->next == NULL ? "" : ",");
        n += (size_t)snprintf(text + n, sizeof text - n, ")");
    }
    return text;
}

T_CASE(schema_text_reads_what_migrations_leave)
{
    static const struct {
        const char *what, *sql, *want;
    } rows[] = {
        {"nothing", "", ""},
        {"a table",
         "CREATE TABLE pet (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());",
         "pet(id uuid,at timestamptz)"},
        {"no semicolon at the end", "create table A (B INTEGER)", "a(b integer)"},
        {"if not exists, public, quotes",
         "CREATE TABLE IF NOT EXISTS public.\"pet\" (\"id\" uuid)", "pet(id uuid)"},
        {"constraints are no columns",
         "CREATE TABLE a (id uuid, n numeric(10, 2) CHECK (n > (1 + 2)), PRIMARY KEY (id, n),"
         " CONSTRAINT c CHECK (n <> 3), UNIQUE (n), FOREIGN KEY (id) REFERENCES b (id),"
         " EXCLUDE USING gist (n WITH =), CHECK (id IS NOT NULL))",
         "a(id uuid,n numeric)"},
        {"comments, quotes and bodies hide what they hold",
         "-- CREATE TABLE no (id uuid);\n/* CREATE TABLE no (id uuid); /* deeper */ still */"
         "CREATE TABLE a (id uuid DEFAULT 'x, y); CREATE TABLE no (id uuid' /* , */, -- )\n"
         " b text DEFAULT 'it''s; (', c text DEFAULT E'\\'; (');"
         "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN CREATE TABLE no"
         " (id uuid); END $body$; DO $$ BEGIN COMMIT; END $$;",
         "a(id uuid,b text,c text)"},
        {"other statements make no tables",
         "CREATE INDEX i ON a (b); CREATE UNIQUE INDEX j ON a (b); COMMENT ON TABLE a IS 'x';"
         "GRANT SELECT ON a TO b; INSERT INTO a VALUES (1); ALTER ROLE x SET y = z;"
         "CREATE TEMPORARY TABLE t (id uuid); CREATE TEMP TABLE u (id uuid); DROP INDEX i;"
         "ALTER INDEX i RENAME TO j; SET LOCAL lock_timeout = '2s'",
         ""},
        {"unlogged is a table", "CREATE UNLOGGED TABLE a (id uuid)", "a(id uuid)"},
        {"add and drop columns",
         "CREATE TABLE a (id uuid, b text); ALTER TABLE a ADD COLUMN c integer DEFAULT (1),"
         " ADD d text, ADD COLUMN IF NOT EXISTS e bytea, DROP COLUMN b, DROP COLUMN IF EXISTS d"
         " CASCADE, ADD CONSTRAINT k CHECK (c > 0), DROP CONSTRAINT k, ADD PRIMARY KEY (id)",
         "a(id uuid,c integer,e bytea)"},
        {"rename",
         "CREATE TABLE a (id uuid, b text); ALTER TABLE a RENAME COLUMN b TO c;"
         "ALTER TABLE ONLY a RENAME id TO key; ALTER TABLE IF EXISTS a RENAME TO z;"
         "ALTER TABLE z RENAME CONSTRAINT k TO l",
         "z(key uuid,c text)"},
        {"types",
         "CREATE TABLE a (id integer, b text); ALTER TABLE a ALTER COLUMN id TYPE bigint USING"
         " (id::bigint), ALTER b SET DATA TYPE bytea, ALTER COLUMN id SET DEFAULT 3, ALTER b"
         " DROP NOT NULL",
         "a(id bigint,b bytea)"},
        {"other actions",
         "CREATE TABLE a (id uuid); ALTER TABLE a OWNER TO b, ENABLE ROW LEVEL SECURITY, ALTER"
         " CONSTRAINT k DEFERRABLE, SET (fillfactor = 70)",
         "a(id uuid)"},
        {"drop tables",
         "CREATE TABLE a (id uuid); CREATE TABLE b (id uuid); CREATE TABLE c (id uuid);"
         "DROP TABLE a, c CASCADE; DROP TABLE IF EXISTS b",
         ""},
        {"dollars that are no quotes",
         "CREATE TABLE a (id uuid CHECK (f($1) > 0), b$c text, price text DEFAULT '$x$')",
         "a(id uuid,b$c text,price text)"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct schema schema = {NULL};
        struct fail why = {.code = ERR_OK};
        struct arena *arena = NULL;

        T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
        T_EQ(schema_read(&schema, span_text(rows[i].sql), arena, &why), ERR_OK, why.text);
        T_TEXT(picture(&schema), rows[i].want, rows[i].what);
        arena_destroy(&arena);
    }
}

T_CASE(schema_text_refuses_what_it_cannot_answer_for)
{
    static const struct {
        const char *what, *sql, *says;
    } rows[] = {
        {"a quote without an end", "CREATE TABLE a (id text DEFAULT 'x);", "line 1: quote"},
        {"a name without an end", "SELECT 1;\nCREATE TABLE \"a (id text)", "line 2: quote"},
        {"a body without an end", "DO $x$ BEGIN $y$", "line 1: quote"},
        {"a comment without an end", "\n\n/* /* */", "line 3: comment"},
        {"a bracket without an end", "CREATE TABLE a (id uuid", "bracket"},
        {"a table that is there", "CREATE TABLE a (id uuid); CREATE TABLE a (x text)", "a"},
        {"a column that is there", "CREATE TABLE a (id uuid, id text)", "column is there"},
        {"an added one", "CREATE TABLE a (id uuid); ALTER TABLE a ADD id text", "column is"},
        {"no such table", "ALTER TABLE a ADD COLUMN b text", "no such table: a"},
        {"nothing to drop", "DROP TABLE IF EXISTS a", "no such table: a"},
        {"no such column", "CREATE TABLE a (id uuid);\nALTER TABLE a DROP COLUMN b", "line 2"},
        {"no such column to rename", "CREATE TABLE a (id uuid); ALTER TABLE a RENAME b TO c",
         "no such column: b"},
        {"no such column to change",
         "CREATE TABLE a (id uuid); ALTER TABLE a ALTER b TYPE text", "no such column: b"},
        {"RENAME alone", "CREATE TABLE a (id uuid); ALTER TABLE a RENAME id id2", "without TO"},
        {"AS", "CREATE TABLE a AS SELECT 1", "not written out: a"},
        {"LIKE", "CREATE TABLE a (LIKE b)", "LIKE in a"},
        {"PARTITION OF", "CREATE TABLE a PARTITION OF b DEFAULT", "not written out: a"},
        {"PARTITION BY", "CREATE TABLE a (id uuid) PARTITION BY HASH (id)", "not written out"},
        {"INHERITS", "CREATE TABLE a (id uuid) INHERITS (b)", "not written out: a"},
        {"another schema", "CREATE TABLE other.a (id uuid)", "other than public: other"},
        {"no name", "CREATE TABLE (id uuid)", "name is missing"},
        {"no type", "CREATE TABLE a (id)", "name is missing"},
        {"a text for a name", "CREATE TABLE 'a' (id uuid)", "name is missing"},
        {"BEGIN", "BEGIN; CREATE TABLE a (id uuid)", "one transaction"},
        {"COMMIT", "CREATE TABLE a (id uuid); COMMIT", "one transaction"},
        {"commit work", "commit work", "one transaction"},
        {"ROLLBACK", "rollback", "one transaction"},
        {"END", "END", "one transaction"},
        {"SAVEPOINT", "SAVEPOINT a", "one transaction"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct schema schema = {NULL};
        struct fail why = {.code = ERR_OK};
        struct arena *arena = NULL;

        T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
        T_EQ(schema_read(&schema, span_text(rows[i].sql), arena, &why), ERR_INVALID,
             rows[i].what);
        T_OK(strstr(why.text, rows[i].says) != NULL, why.text);
        arena_destroy(&arena);
    }
}

T_CASE(schema_text_goes_on_from_one_migration_to_the_next)
{
    struct schema schema = {NULL};
    struct arena *arena = NULL;
    const struct schema_table *table;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(schema_read(&schema, SPAN("CREATE TABLE a (id uuid)"), arena, NULL), ERR_OK, "first");
    T_EQ(schema_read(&schema, SPAN("ALTER TABLE a ADD COLUMN b text"), arena, NULL), ERR_OK,
         "second");
    table = schema_find(&schema, SPAN("a"));
    T_OK(table != NULL, "found");
    T_OK(schema_find(&schema, SPAN("b")) == NULL, "not there");
    T_SPAN(schema_find_column(table, SPAN("b"))->type, SPAN("text"), "its column");
    T_OK(schema_find_column(table, SPAN("c")) == NULL, "not there");
    arena_destroy(&arena);
}
