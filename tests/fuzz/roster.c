/* covers: tenants/roster/build.c tenants/roster/check_people.c */
/* covers: tenants/roster/check_places.c tenants/roster/field.c tenants/roster/manifest.c */
/* covers: tenants/roster/table.c tenants/roster/value.c */
/* A package as text: "@NAME" begins a file of that name. Whatever is in it, the findings are
 * counted and sorted, every reference leads to a row, and both ways of telling are whole. */
#include <stdlib.h>

#include "node/base/utf.h"
#include "tenants/roster/reading.h"

#define FILES_CAP 16

static size_t split(struct span text, struct unzip_file *files, struct arena *arena)
{
    size_t n = 0;

    while (text.len > 0 && n < FILES_CAP) {
        const uint8_t *at = memmem(text.p, text.len, "\n@", 2);
        size_t len = at == NULL ? text.len : (size_t)(at - text.p) + 1;
        struct span part = span_cut(text, 0, len);
        const uint8_t *lf = memchr(part.p, '\n', part.len);
        size_t head = lf == NULL ? part.len : (size_t)(lf - part.p);
        char *name = arena_text(arena, span_cut(part, 1, head > 0 ? head - 1 : 0));

        if (name != NULL && part.p[0] == '@')
            files[n++] = (struct unzip_file){name, span_from(part, head + 1), true};
        text = span_from(text, len);
    }
    return n;
}

static void want(bool ok)
{
    if (!ok)
        abort();
}

static bool leads(size_t ref, size_t n)
{
    return ref == ROSTER_NONE || ref < n;
}

static void look_at_rows(const struct roster *o)
{
    for (size_t i = 0; i < o->n_users; i++) {
        const struct roster_user *u = &o->users[i];

        want(leads(u->primary_org, o->n_orgs) && leads(u->home_class, o->n_classes));
        for (size_t k = 0; k < u->roles.n; k++)
            want(o->roles[u->roles.at[k]].user == i);
        for (size_t k = 0; k < u->enrolments.n; k++)
            want(o->enrolments[u->enrolments.at[k]].user == i);
        for (size_t k = 0; k < u->agents.n; k++)
            want(u->agents.at[k] < o->n_users);
        want(roster_cell(&u->row, FILE_USERS, "password").len == 0 || o->is_refused);
    }
    for (size_t i = 0; i < o->n_enrolments; i++)
        want(leads(o->enrolments[i].class, o->n_classes) &&
             leads(o->enrolments[i].school, o->n_orgs));
    for (size_t i = 0; i < o->n_classes; i++)
        want(leads(o->classes[i].course, o->n_courses) &&
             leads(o->classes[i].school, o->n_orgs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roster_options options = roster_options_default;
    struct unzip_file files[FILES_CAP];
    struct arena *arena = NULL;
    struct unzip zip = {.files = files};
    struct roster *o = NULL;
    struct span csv;

    options.n_rows = 300;
    options.n_findings = 300;
    options.kana_missing = size % 2 == 0 ? ROSTER_IGNORE : ROSTER_ERROR;
    if (arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    zip.n_files = split(span_of(data, size), files, arena);
    if (roster_read_unzipped(&zip, &options, arena, &o, NULL) != ERR_OK)
        abort();
    want(o->is_refused == (o->findings.n_errors > 0));
    want(o->findings.n + o->findings.n_untold == o->findings.n_errors + o->findings.n_warnings);
    for (size_t i = 0; i < o->findings.n; i++) {
        const char *line = roster_finding_text(&o->findings.at[i], arena);

        want(line != NULL);
        want(i == 0 || o->findings.at[i - 1].severity >= o->findings.at[i].severity);
    }
    want(roster_findings_csv(&o->findings, size % 3 == 0, arena, &csv, NULL) == ERR_OK);
    look_at_rows(o);
    arena_destroy(&arena);
    return 0;
}
