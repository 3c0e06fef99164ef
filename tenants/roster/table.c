/* One file of the package: its head row against the shape, its rows into cells. */
#include "node/io/csv.h"
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

#define FIELD_BYTES 4096
#define NO_COLUMN   SIZE_MAX

/* Which column of the shape stands in which field of a row. */
struct header {
    size_t n_fields;
    size_t column_of[CSV_FIELDS_CAP]; /* NO_COLUMN: not one of ours */
};

struct table_reader {
    struct reading *reading;
    struct roster_table *table;
    const struct roster_shape *shape;
    struct csv_reader csv;
    struct header header;
    size_t rows_cap;
};

static enum roster_rule rule_of(enum csv_defect defect)
{
    switch (defect) {
    case CSV_UTF16:
        return RULE_CSV_UTF16;
    case CSV_FINE: /* never asked */
    case CSV_UTF8:
        return RULE_CSV_UTF8;
    case CSV_NUL:
        return RULE_CSV_NUL;
    case CSV_QUOTE_OPEN:
        return RULE_CSV_QUOTE_OPEN;
    case CSV_QUOTE_INSIDE:
        return RULE_CSV_QUOTE_INSIDE;
    case CSV_LINE_BREAK:
        return RULE_CSV_LINE_BREAK;
    case CSV_BARE_CR:
        return RULE_CSV_BARE_CR;
    case CSV_FIELD_BYTES:
        return RULE_CSV_FIELD_LONG;
    case CSV_N_FIELDS:
        return RULE_CSV_N_FIELDS;
    case CSV_N_ROWS:
        return RULE_CSV_N_ROWS;
    }
    return RULE_CSV_UTF8;
}

static const char *name_of_field(const struct table_reader *t, size_t field)
{
    size_t column = field < t->header.n_fields ? t->header.column_of[field] : NO_COLUMN;

    return column == NO_COLUMN ? NULL : t->shape->columns[column].name;
}

/* Tells each broken field; whole-line defects name no column. */
static void tell_broken(const struct table_reader *t, const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        enum csv_defect wrong = row->wrong[i];
        bool is_line = wrong == CSV_N_FIELDS || wrong == CSV_N_ROWS || wrong == CSV_UTF16;

        if (wrong != CSV_FINE)
            roster_find(t->reading, rule_of(wrong), t->table->file, row->line,
                        is_line ? NULL : name_of_field(t, i));
    }
}

/* ---- the head row ---- */

static bool is_name(struct span field, const char *name)
{
    return name != NULL && span_eq(field, span_text(name));
}

static bool is_name_but_for_case(struct span field, const char *name)
{
    return name != NULL && value_choose(value_trim(field), name) != VALUE_NONE;
}

/* The column a head names; *is_cased_out: but for case or blanks. */
static size_t column_named(const struct roster_shape *shape, struct span field,
                           bool *is_cased_out)
{
    *is_cased_out = false;
    for (size_t i = 0; i < shape->n_columns; i++)
        if (is_name(field, shape->columns[i].name) || is_name(field, shape->columns[i].also))
            return i;
    for (size_t i = 0; i < shape->n_columns; i++)
        if (is_name_but_for_case(field, shape->columns[i].name) ||
            is_name_but_for_case(field, shape->columns[i].also)) {
            *is_cased_out = true;
            return i;
        }
    return NO_COLUMN;
}

static void tell_lacking(const struct table_reader *t)
{
    for (size_t i = 0; i < t->shape->n_columns; i++) {
        const struct roster_column *c = &t->shape->columns[i];

        if (t->table->has[i] || (c->flags & COLUMN_MAY_LACK) != 0)
            continue;
        roster_find(t->reading,
                    (c->flags & COLUMN_SHOULD) != 0 ? RULE_HEADER_SHOULD : RULE_HEADER_MISSING,
                    t->table->file, 1, c->name);
    }
}

/* A head that is none of ours: fine behind the known ones when it is an extension. */
static void tell_extra(const struct table_reader *t, size_t n_known_left, struct span field)
{
    if (n_known_left > 0)
        roster_find(t->reading, RULE_HEADER_ORDER, t->table->file, 1, NULL);
    else if (!span_has_prefix(field, SPAN("metadata.")))
        roster_find(t->reading, RULE_HEADER_EXTRA, t->table->file, 1, NULL);
}

static size_t n_known_from(const struct roster_shape *shape, const struct csv_row *row,
                           size_t from)
{
    bool is_cased;
    size_t n = 0;

    for (size_t i = from; i < row->n; i++)
        n += column_named(shape, row->fields[i], &is_cased) != NO_COLUMN;
    return n;
}

/* Notes one head. last: the column before it in the file. */
static void take_head(struct table_reader *t, const struct csv_row *row, size_t i, size_t *last,
                      bool *is_order_told)
{
    bool is_cased;
    size_t column = column_named(t->shape, row->fields[i], &is_cased);
    struct roster_table *table = t->table;

    t->header.column_of[i] = NO_COLUMN;
    if (column == NO_COLUMN) {
        tell_extra(t, n_known_from(t->shape, row, i), row->fields[i]);
        return;
    }
    if (table->has[column]) {
        roster_find(t->reading, RULE_HEADER_DOUBLED, table->file, 1,
                    t->shape->columns[column].name);
        return;
    }
    if (is_cased)
        roster_find(t->reading, RULE_HEADER_CASE, table->file, 1,
                    t->shape->columns[column].name);
    if (*last != NO_COLUMN && column < *last && !*is_order_told) {
        roster_find(t->reading, RULE_HEADER_ORDER, table->file, 1,
                    t->shape->columns[column].name);
        *is_order_told = true;
    }
    *last = column;
    table->has[column] = true;
    t->header.column_of[i] = column;
}

/* false: the rows cannot be read; the findings say why. */
static bool take_header(struct table_reader *t, const struct csv_row *row)
{
    size_t last = NO_COLUMN;
    bool is_order_told = false;

    if (row->is_broken) {
        tell_broken(t, row);
        return false;
    }
    if (row->is_blank || n_known_from(t->shape, row, 0) == 0) {
        roster_find(t->reading, RULE_FILE_EMPTY, t->table->file, 1, NULL);
        return false;
    }
    t->header.n_fields = row->n;
    for (size_t i = 0; i < row->n; i++)
        take_head(t, row, i, &last, &is_order_told);
    tell_lacking(t);
    return true;
}

/* ---- rows ---- */

static bool grow(struct table_reader *t)
{
    size_t cap = t->rows_cap == 0 ? 256 : 2 * t->rows_cap;
    struct roster_row *rows = arena_alloc(t->reading->arena, cap * sizeof *rows);
    bool *damaged = arena_alloc(t->reading->arena, cap * sizeof *damaged);

    if (rows == NULL || damaged == NULL)
        return false;
    if (t->table->n_rows > 0) {
        memcpy(rows, t->table->rows, t->table->n_rows * sizeof *rows);
        memcpy(damaged, t->table->is_damaged, t->table->n_rows * sizeof *damaged);
    }
    t->table->rows = rows;
    t->table->is_damaged = damaged;
    t->rows_cap = cap;
    return true;
}

static void check_cells(struct table_reader *t, struct roster_row *row, struct span *cells)
{
    for (size_t i = 0; i < t->shape->n_columns; i++) {
        const struct roster_column *column = &t->shape->columns[i];

        if (!t->table->has[i])
            continue;
        if (value_trim(cells[i]).len > 0)
            roster_check_field(t->reading, t->table->file, row->line, column, &cells[i]);
        else if ((column->flags & COLUMN_MUST) != 0)
            roster_find(t->reading, RULE_FIELD_MISSING, t->table->file, row->line,
                        column->name);
        else if (cells[i].len > 0)
            roster_find(t->reading, RULE_FIELD_BLANKS, t->table->file, row->line, column->name);
    }
    arena_reset(t->reading->scratch);
}

/* A broken row's good fields are kept, so that its sourcedId is known to others. */
static enum err take_row(struct table_reader *t, const struct csv_row *csv, struct fail *why)
{
    struct roster_table *table = t->table;
    struct span *cells = arena_alloc(t->reading->arena, t->shape->n_columns * sizeof *cells);
    bool is_damaged = csv->is_broken;
    struct roster_row *row;

    if (cells == NULL || (table->n_rows == t->rows_cap && !grow(t)))
        return fail_set(why, ERR_NOMEM, "rows of %s", t->shape->name);
    tell_broken(t, csv);
    if (!csv->is_broken && csv->n != t->header.n_fields) {
        roster_find(t->reading, RULE_CSV_N_FIELDS, table->file, csv->line, NULL);
        is_damaged = true;
    }
    for (size_t i = 0; i < csv->n && i < t->header.n_fields; i++)
        if (t->header.column_of[i] != NO_COLUMN)
            cells[t->header.column_of[i]] = csv_unguarded(csv->fields[i]);
    row = &table->rows[table->n_rows];
    *row = (struct roster_row){csv->line, SPAN_NONE, cells};
    table->is_damaged[table->n_rows++] = is_damaged;
    table->has_damage = table->has_damage || is_damaged;
    if (!is_damaged)
        check_cells(t, row, cells);
    if (table->file != FILE_MANIFEST) {
        row->source_id = cells[0];
        table->has_lost_id = table->has_lost_id || row->source_id.len == 0;
    }
    return ERR_OK;
}

static enum err read_rows(struct table_reader *t, struct fail *why)
{
    for (;;) {
        struct csv_row row;
        bool more;
        enum err rc = csv_next(&t->csv, &row, &more, why);

        if (rc != ERR_OK || !more)
            return rc;
        if (row.is_blank)
            roster_find(t->reading, RULE_CSV_BLANK, t->table->file, row.line, NULL);
        else if (row.n == 1 && row.wrong[0] == CSV_N_ROWS) {
            tell_broken(t, &row);
            t->table->has_damage = t->table->has_lost_id = true;
        } else
            rc = take_row(t, &row, why);
        if (rc != ERR_OK)
            return rc;
    }
}

static enum err index_ids(struct table_reader *t, struct fail *why)
{
    struct roster_table *table = t->table;
    enum err rc = roster_index_init(&table->ids, table->n_rows, t->reading->arena, why);

    for (size_t i = 0; rc == ERR_OK && i < table->n_rows; i++) {
        size_t before;

        if (table->rows[i].source_id.len > 0 &&
            !roster_index_add(&table->ids, table->rows[i].source_id, i, &before)) {
            roster_find(t->reading, RULE_ID_DOUBLED, table->file, table->rows[i].line,
                        t->shape->columns[0].name);
            /* not compared with others: which one is meant? */
            table->is_damaged[i] = table->has_damage = true;
        }
    }
    return rc;
}

enum err roster_read_table(struct reading *reading, enum roster_file file, struct fail *why)
{
    struct table_reader t = {
        .reading = reading,
        .table = &reading->tables[file],
        .shape = &roster_shapes[file],
    };
    const struct csv_caps caps = {reading->options->n_rows + 1, CSV_FIELDS_CAP, FIELD_BYTES};
    struct csv_row row;
    bool more;
    enum err rc;

    t.table->state = TABLE_UNUSABLE;
    csv_open(&t.csv, t.table->bytes, &caps, reading->arena);
    rc = csv_next(&t.csv, &row, &more, why);
    if (rc != ERR_OK)
        return rc;
    if (!more) {
        roster_find(reading, RULE_FILE_EMPTY, file, 1, NULL);
        return ERR_OK;
    }
    if (!take_header(&t, &row))
        return ERR_OK;
    rc = read_rows(&t, why);
    if (rc == ERR_OK && file != FILE_MANIFEST)
        rc = index_ids(&t, why);
    if (rc != ERR_OK)
        return rc;
    t.table->state = TABLE_READ;
    if (t.table->n_rows == 0)
        roster_find(reading, RULE_FILE_NO_ROWS, file, 1, NULL);
    return ERR_OK;
}
