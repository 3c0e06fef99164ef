#include "tenants/roster/export.h"

#include <stdlib.h>

#include "node/io/csv.h"
#include "node/io/zip.h"
#include "tenants/roster/received.h"
#include "tenants/roster/snapshot.h"

#define SYSTEM_NAME "Ibasho"
#define SYSTEM_CODE "ibasho"

struct line {
    struct span source_id;
    struct span *cells;
};

struct export
{
    struct arena *arena;
    struct snapshot s;
    struct line *lines[ROSTER_FILES_N]; /* by source id */
    size_t n[ROSTER_FILES_N];
    struct span texts[ROSTER_FILES_N];
};

static int by_source(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    size_t n = x->source_id.len < y->source_id.len ? x->source_id.len : y->source_id.len;
    int order = n == 0 ? 0 : memcmp(x->source_id.p, y->source_id.p, n);

    return order != 0
               ? order
               : (x->source_id.len > y->source_id.len) - (x->source_id.len < y->source_id.len);
}

static bool has_line(const struct export *e, enum roster_file file, struct span source_id)
{
    const struct line key = {source_id, NULL};

    return e->n[file] > 0 &&
           bsearch(&key, e->lines[file], e->n[file], sizeof key, by_source) != NULL;
}

/* ---- which rows, and what of them still leads somewhere ---- */

/* The parts of a list that lead to a line; the list itself when all do. */
static enum err filter_refs(struct export *e, enum roster_file to, struct span *cell,
                            struct fail *why)
{
    uint8_t *kept = arena_alloc(e->arena, cell->len + 1);
    struct span rest = *cell;
    size_t len = 0;

    if (kept == NULL)
        return fail_set(why, ERR_NOMEM, "cells");
    while (rest.len > 0) {
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        struct span one =
            span_cut(rest, 0, comma == NULL ? rest.len : (size_t)(comma - rest.p));

        if (one.len > 0 && has_line(e, to, one)) {
            if (len > 0)
                kept[len++] = ',';
            memcpy(kept + len, one.p, one.len);
            len += one.len;
        }
        rest = span_from(rest, one.len + 1);
    }
    *cell = span_of(kept, len);
    return ERR_OK;
}

/* False in *stays: a reference it cannot do without leads nowhere. */
static enum err filter_line(struct export *e, enum roster_file file, const struct line *line,
                            bool *stays, struct fail *why)
{
    const struct roster_shape *shape = &roster_shapes[file];
    enum err rc = ERR_OK;

    *stays = true;
    for (size_t c = 0; rc == ERR_OK && c < shape->n_columns; c++) {
        const struct roster_column *column = &shape->columns[c];

        if ((column->kind != COLUMN_REF && column->kind != COLUMN_REFS) ||
            line->cells[c].len == 0 || !received_is_kept(file, c))
            continue;
        rc = filter_refs(e, column->file, &line->cells[c], why);
        if (line->cells[c].len == 0 && (column->flags & COLUMN_MUST) != 0)
            *stays = false;
    }
    return rc;
}

static enum err gather(struct export *e, enum roster_kind kind, struct fail *why)
{
    enum roster_file file = roster_kind_file[kind];
    struct line *lines = arena_alloc(e->arena, (e->s.n[kind] + 1) * sizeof *lines);
    size_t n = 0, n_stay = 0;
    enum err rc = ERR_OK;

    if (lines == NULL)
        return fail_set(why, ERR_NOMEM, "lines");

    for (size_t i = 0; rc == ERR_OK && i < e->s.n[kind]; i++) {
        const struct roster_stored *r = &e->s.rows[kind][i];

        if (r->has_left || r->received.len == 0 ||
            (kind == KIND_PERSON && !id_is_none(e->s.people[i].merged_into)))
            continue;
        rc = received_read(file, r->received, e->arena, &lines[n].cells, why);
        if (rc == ERR_OK)
            lines[n].source_id =
                lines[n].cells[roster_column_find(&roster_shapes[file], "sourcedId")];
        n += rc == ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    qsort(lines, n, sizeof *lines, by_source);
    e->lines[file] = lines;
    e->n[file] = n; /* all of them: rows of one file point to each other */
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        bool stays = true;

        rc = filter_line(e, file, &lines[i], &stays, why);
        if (rc == ERR_OK && stays)
            lines[n_stay++] = lines[i];
    }
    e->n[file] = n_stay;
    return rc;
}

/* ---- text ---- */

/* A column that only older profiles have. */
static bool is_older(const struct roster_column *column)
{
    return strcmp(column->name, "resourceSourcedIds") == 0;
}

/* Of the shape of 1.2_JP: the later spelling of a column that has two. */
static const char *head_of(const struct roster_column *column)
{
    return column->also != NULL ? column->also : column->name;
}

static enum err write_file(struct export *e, enum roster_file file, struct fail *why)
{
    const struct roster_shape *shape = &roster_shapes[file];
    struct csv_writer csv;
    struct span text;
    enum err rc;

    /* A name like =HYPERLINK(...) must not run in a spreadsheet; table.c takes the mark off. */
    csv_writer_init(&csv, CSV_FOR_PEOPLE);
    for (size_t c = 0; c < shape->n_columns; c++)
        if (!is_older(&shape->columns[c]))
            csv_write(&csv, span_text(head_of(&shape->columns[c])));
    csv_end_row(&csv);
    for (size_t i = 0; i < e->n[file]; i++) {
        for (size_t c = 0; c < shape->n_columns; c++)
            if (!is_older(&shape->columns[c]))
                csv_write(&csv, e->lines[file][i].cells[c]);
        csv_end_row(&csv);
    }
    rc = csv_written(&csv, &text, why);
    if (rc == ERR_OK)
        e->texts[file] = arena_copy(e->arena, text);
    csv_writer_fini(&csv);
    return rc == ERR_OK && e->texts[file].p == NULL ? fail_set(why, ERR_NOMEM, "text") : rc;
}

static void say(struct csv_writer *csv, const char *name, const char *value)
{
    csv_write(csv, span_text(name));
    csv_write(csv, span_text(value));
    csv_end_row(csv);
}

static bool is_there(const struct export *e, const char *property)
{
    for (int f = 0; f < ROSTER_FILES_N; f++)
        if (roster_shapes[f].property != NULL &&
            strcmp(roster_shapes[f].property, property) == 0)
            return e->n[f] > 0;
    return false;
}

static enum err write_manifest(struct export *e, struct fail *why)
{
    struct csv_writer csv;
    struct span text;
    enum err rc;

    csv_writer_init(&csv, 0);
    say(&csv, "propertyName", "value");
    say(&csv, "manifest.version", "1.0");
    say(&csv, "oneroster.version", "1.2_JP");
    for (const char *const *p = roster_properties; *p != NULL; p++)
        say(&csv, *p, is_there(e, *p) ? "bulk" : "absent");
    say(&csv, "source.systemName", SYSTEM_NAME);
    say(&csv, "source.systemCode", SYSTEM_CODE);
    rc = csv_written(&csv, &text, why);
    if (rc == ERR_OK)
        e->texts[FILE_MANIFEST] = arena_copy(e->arena, text);
    csv_writer_fini(&csv);
    return rc == ERR_OK && e->texts[FILE_MANIFEST].p == NULL ? fail_set(why, ERR_NOMEM, "text")
                                                             : rc;
}

enum err roster_export(struct keyring *keyring, struct db *db, struct arena *arena,
                       struct span *zip_out, size_t *n_persons_out, struct fail *why)
{
    struct export e = {.arena = arena};
    struct zip_entry entries[ROSTER_FILES_N];
    size_t n = 0;
    enum err rc = snapshot_load(keyring, db, arena, &e.s, why);

    for (int k = 0; rc == ERR_OK && k < ROSTER_KINDS_N; k++)
        rc = gather(&e, (enum roster_kind)k, why);
    if (rc == ERR_OK)
        rc = write_manifest(&e, why);
    for (int f = 0; rc == ERR_OK && f < ROSTER_FILES_N; f++) {
        if (e.n[f] > 0)
            rc = write_file(&e, (enum roster_file)f, why);
        if (rc == ERR_OK && (e.n[f] > 0 || f == FILE_MANIFEST))
            entries[n++] = (struct zip_entry){roster_shapes[f].name, e.texts[f]};
    }
    if (rc == ERR_OK)
        *n_persons_out = e.n[FILE_USERS];
    return rc == ERR_OK ? zip_write(entries, n, arena, zip_out, why) : rc;
}
