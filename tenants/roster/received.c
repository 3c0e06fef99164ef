#include "tenants/roster/received.h"

#include "node/io/csv.h"

#define FIELD_BYTES_MOST 65536

static const char *const not_kept[] = {"status", "dateLastModified", "password",
                                       "resourceSourcedIds", "userProfileSourcedId"};

bool received_is_kept(enum roster_file file, size_t column)
{
    const char *name = roster_shapes[file].columns[column].name;

    for (size_t i = 0; i < sizeof not_kept / sizeof *not_kept; i++)
        if (strcmp(name, not_kept[i]) == 0)
            return false;
    return true;
}

/* ---- writing ---- */

struct out {
    uint8_t *p; /* NULL: only counts */
    size_t len;
};

static void put(struct out *out, uint8_t byte)
{
    if (out->p != NULL)
        out->p[out->len] = byte;
    out->len++;
}

static void put_field(struct out *out, struct span field, bool *is_begun)
{
    if (*is_begun)
        put(out, ',');
    *is_begun = true;
    put(out, '"');
    for (size_t i = 0; i < field.len; i++) {
        if (field.p[i] == '"')
            put(out, '"');
        put(out, field.p[i]);
    }
    put(out, '"');
}

static void put_all(struct out *out, enum roster_file file, const struct span *cells)
{
    const struct roster_shape *shape = &roster_shapes[file];

    for (int is_fields = 0; is_fields < 2; is_fields++) {
        bool is_begun = false;

        for (size_t i = 0; i < shape->n_columns; i++)
            if (cells[i].len > 0 && received_is_kept(file, i))
                put_field(out, is_fields ? cells[i] : span_text(shape->columns[i].name),
                          &is_begun);
        put(out, '\r');
        put(out, '\n');
    }
}

enum err received_write(enum roster_file file, const struct span *cells, struct arena *arena,
                        struct span *text_out, struct fail *why)
{
    struct out out = {0};

    put_all(&out, file, cells);
    out.p = arena_alloc(arena, out.len + 1);
    if (out.p == NULL)
        return fail_set(why, ERR_NOMEM, "a row of %zu bytes", out.len);
    out.len = 0;
    put_all(&out, file, cells);
    *text_out = span_of(out.p, out.len);
    return ERR_OK;
}

/* ---- reading ---- */

static enum err bad(enum roster_file file, struct fail *why)
{
    return fail_set(why, ERR_PROTO, "a kept row of %s cannot be read",
                    roster_shapes[file].name);
}

enum err received_read(enum roster_file file, struct span text, struct arena *arena,
                       struct span **cells_out, struct fail *why)
{
    const struct csv_caps caps = {2, ROSTER_COLUMNS_CAP, FIELD_BYTES_MOST};
    const struct roster_shape *shape = &roster_shapes[file];
    struct span *cells = arena_alloc(arena, shape->n_columns * sizeof *cells);
    struct csv_reader reader;
    struct csv_row row;
    size_t columns[ROSTER_COLUMNS_CAP], n = 0;
    bool more = false;
    enum err rc;

    if (cells == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    *cells_out = cells;
    if (text.len == 0)
        return ERR_OK;
    csv_open(&reader, text, &caps, arena);
    rc = csv_next(&reader, &row, &more, why);
    if (rc == ERR_OK && (!more || row.is_broken || row.n > ROSTER_COLUMNS_CAP))
        return bad(file, why);
    for (; rc == ERR_OK && n < row.n; n++) {
        const char *name = arena_text(arena, row.fields[n]);

        if (name == NULL)
            return fail_set(why, ERR_NOMEM, "cells");
        columns[n] = roster_column_find(shape, name);
        if (columns[n] == shape->n_columns)
            return bad(file, why);
    }
    if (rc == ERR_OK)
        rc = csv_next(&reader, &row, &more, why);
    if (rc == ERR_OK && (!more || row.is_broken || row.n != n))
        return bad(file, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        cells[columns[i]] = row.fields[i];
    return rc;
}

enum err received_differ(enum roster_file file, struct span before, struct span after,
                         struct arena *arena, const char **columns_out, struct fail *why)
{
    const struct roster_shape *shape = &roster_shapes[file];
    struct span *old = NULL, *now = NULL;
    const char *names = "";
    enum err rc;

    *columns_out = "";
    if (span_eq(before, after))
        return ERR_OK;
    rc = received_read(file, before, arena, &old, why);
    if (rc == ERR_OK)
        rc = received_read(file, after, arena, &now, why);
    if (rc != ERR_OK || old == NULL || now == NULL)
        return rc;
    for (size_t i = 0; i < shape->n_columns; i++) {
        if (span_eq(old[i], now[i]))
            continue;
        names = arena_printf(arena, "%s%s%s", names, *names != '\0' ? " " : "",
                             shape->columns[i].name);
        if (names == NULL)
            return fail_set(why, ERR_NOMEM, "columns");
    }
    *columns_out = names;
    return ERR_OK;
}
