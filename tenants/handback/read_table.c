#include "tenants/handback/read_table.h"

#include <stdlib.h>

#include "node/db/migrate.h"
#include "node/db/schema_text.h"

bool read_table_is_in_bag(const struct data_table *table)
{
    return table->hand_back == HAND_BACK_NDJSON || table->hand_back == HAND_BACK_FILES;
}

static bool type_of(struct span name, enum read_type *type_out)
{
    static const struct {
        const char *name;
        enum read_type type;
    } rows[] = {
        {"text", READ_TEXT},        {"uuid", READ_UUID},    {"date", READ_DATE},
        {"timestamptz", READ_TIME}, {"integer", READ_INT},  {"smallint", READ_INT},
        {"bigint", READ_INT8},      {"boolean", READ_BOOL}, {"bytea", READ_BYTES},
        {"json", READ_JSON},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (span_eq(name, span_text(rows[i].name))) {
            *type_out = rows[i].type;
            return true;
        }
    return false;
}

static const struct hand_rule *rule_of(const struct data_table *table, const char *column)
{
    for (const struct hand_rule *r = table->hand_rules; r != NULL && r->column != NULL; r++)
        if (strcmp(r->column, column) == 0)
            return r;
    return NULL;
}

static enum err fill(const struct data_table *table, const struct schema *schema,
                     struct read_table *out, struct fail *why)
{
    const struct schema_table *made = schema_find(schema, span_text(table->name));
    const char *bound = table->seal_row_column == NULL ? "id" : table->seal_row_column;

    *out = (struct read_table){.table = table, .has_file = table->hand_back == HAND_BACK_FILES};
    for (const struct data_column *c = table->columns; c->name != NULL; c++) {
        const struct schema_column *real =
            made == NULL ? NULL : schema_find_column(made, span_text(c->name));
        struct read_column *column = &out->columns[out->n];

        if (real == NULL || out->n == READ_COLUMNS_CAP || !type_of(real->type, &column->type))
            return fail_set(why, ERR_INTERNAL, "column %s.%s", table->name, c->name);
        column->name = c->name;
        column->is_array = real->is_array;
        column->rule = rule_of(table, c->name);
        if (c->sealed)
            column->type = READ_SEALED;
        if (column->rule != NULL && column->rule->what == HAND_SECRET)
            column->type = READ_NOTHING;
        if (column->rule != NULL && column->rule->what == HAND_INDEX)
            column->type = READ_INDEX;
        out->n++;
    }
    out->id_at = read_column_find(out, SPAN("id"));
    out->id_at = out->id_at < 0 ? 0 : out->id_at;
    out->seal_at = read_column_find(out, span_text(bound));
    return ERR_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct read_table *x = a, *y = b;

    return strcmp(x->table->name, y->table->name);
}

enum err read_tables_create(const struct data_table_list *lists, struct arena *arena,
                            struct read_tables *tables_out, struct fail *why)
{
    struct schema schema = {NULL};
    size_t n = 0;
    enum err rc = ERR_OK;

    *tables_out = (struct read_tables){0};
    for (int i = 0; i < migrations.n && rc == ERR_OK; i++)
        rc = schema_read(&schema, span_text(migrations.rows[i].sql), arena, why);
    for (const struct data_table_list *l = lists; l->n > 0; l++)
        for (int i = 0; i < l->n; i++)
            n += read_table_is_in_bag(&l->rows[i]);
    tables_out->at = arena_alloc(arena, (n + 1) * sizeof *tables_out->at);
    if (rc == ERR_OK && tables_out->at == NULL)
        rc = fail_set(why, ERR_NOMEM, "%zu tables", n);
    for (const struct data_table_list *l = lists; l->n > 0; l++)
        for (int i = 0; i < l->n && rc == ERR_OK; i++)
            if (read_table_is_in_bag(&l->rows[i]))
                rc = fill(&l->rows[i], &schema, &tables_out->at[tables_out->n++], why);
    if (rc == ERR_OK)
        qsort(tables_out->at, tables_out->n, sizeof *tables_out->at, by_name);
    return rc;
}

const struct read_table *read_table_find(const struct read_tables *tables, struct span name)
{
    for (size_t i = 0; i < tables->n; i++)
        if (span_eq(span_text(tables->at[i].table->name), name))
            return &tables->at[i];
    return NULL;
}

int read_column_find(const struct read_table *table, struct span name)
{
    for (int i = 0; i < table->n; i++)
        if (span_eq(span_text(table->columns[i].name), name))
            return i;
    return -1;
}
