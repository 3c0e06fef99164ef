/* From the ZIP to a checked roster; the order in which all of it happens. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

#define MIB           ((size_t)1 << 20)
#define N_ENTRIES     64
#define RATIO         200
#define SCRATCH_BYTES 16384

const struct roster_options roster_options_default = {
    .master_missing = ROSTER_WARNING,
    .kana_missing = ROSTER_WARNING,
    .preferred_missing = ROSTER_WARNING,
    .zip_bytes = 16 * MIB,
    .file_bytes = 32 * MIB,
    .total_bytes = 64 * MIB,
    .n_rows = 100000,
    .n_findings = 50000,
};

/* ---- findings ---- */

static struct roster_finding *next_finding(struct reading *r)
{
    struct roster_findings *f = &r->roster->findings;

    if (f->n == r->options->n_findings) {
        f->n_untold++;
        return NULL;
    }
    if (f->n == r->findings_cap) {
        size_t cap = f->n == 0 ? 64 : 2 * f->n;
        struct roster_finding *at = arena_alloc(r->arena, cap * sizeof *at);

        if (at == NULL) {
            r->is_out_of_memory = true;
            return NULL;
        }
        if (f->n > 0)
            memcpy(at, f->at, f->n * sizeof *at);
        f->at = at;
        r->findings_cap = cap;
    }
    return &f->at[f->n++];
}

static void add_finding(struct reading *r, struct roster_finding finding)
{
    struct roster_findings *f = &r->roster->findings;
    struct roster_finding *at;

    if (finding.severity == ROSTER_IGNORE)
        return;
    if (finding.severity == ROSTER_ERROR)
        f->n_errors++;
    else
        f->n_warnings++;
    at = next_finding(r);
    if (at != NULL)
        *at = finding;
}

void roster_find_as(struct reading *reading, enum roster_rule rule,
                    enum roster_severity severity, enum roster_file file, int line,
                    const char *column)
{
    const struct roster_shape *shape = &roster_shapes[file];
    size_t order = column == NULL ? 0 : 1 + roster_column_find(shape, column);

    add_finding(reading, (struct roster_finding){
                             .rule = rule,
                             .severity = severity,
                             .file = shape->name,
                             .line = line,
                             .column = column == NULL ? "" : column,
                             .order = ((int)file + 1) * 64 + (int)order,
                         });
}

void roster_find(struct reading *reading, enum roster_rule rule, enum roster_file file,
                 int line, const char *column)
{
    roster_find_as(reading, rule, roster_rule_severity(rule), file, line, column);
}

void roster_find_zip(struct reading *reading, enum roster_rule rule, const char *name)
{
    add_finding(reading, (struct roster_finding){.rule = rule,
                                                 .severity = roster_rule_severity(rule),
                                                 .file = name,
                                                 .column = ""});
}

static int compare(const void *a_, const void *b_)
{
    const struct roster_finding *a = a_, *b = b_;

    if (a->severity != b->severity)
        return a->severity == ROSTER_ERROR ? -1 : 1;
    if (a->order / 64 != b->order / 64)
        return a->order / 64 < b->order / 64 ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return a->rule == b->rule ? 0 : a->rule < b->rule ? -1 : 1;
}

void roster_sort_findings(struct roster_findings *findings)
{
    if (findings->n > 1)
        qsort(findings->at, findings->n, sizeof *findings->at, compare);
}

/* ---- the ZIP ---- */

static enum roster_file file_named(const char *name)
{
    for (int i = 0; i < ROSTER_FILES_N; i++)
        if (strcmp(roster_shapes[i].name, name) == 0)
            return (enum roster_file)i;
    return ROSTER_FILES_N;
}

static bool is_ours(const char *name)
{
    return file_named(name) != ROSTER_FILES_N;
}

/* A file of the standard that Ibasho does not read, "lineItems.csv": the manifest tells of it.
 */
static bool is_of_the_standard(const char *name)
{
    size_t len = strlen(name);

    if (len < 4 || strcmp(name + len - 4, ".csv") != 0)
        return false;
    for (size_t i = 0; roster_properties[i] != NULL; i++) {
        const char *bare = roster_properties[i] + strlen("file.");

        if (strlen(bare) == len - 4 && strncmp(bare, name, len - 4) == 0)
            return true;
    }
    return false;
}

static enum roster_rule zip_rule(enum unzip_defect defect)
{
    switch (defect) {
    case UNZIP_BROKEN:
        return RULE_ZIP_BROKEN;
    case UNZIP_ENCRYPTED:
        return RULE_ZIP_ENCRYPTED;
    case UNZIP_DOUBLED:
        return RULE_ZIP_DOUBLED;
    case UNZIP_PATH:
        return RULE_ZIP_PATH;
    case UNZIP_FOLDER:
        return RULE_ZIP_FOLDER;
    case UNZIP_KIND:
        return RULE_ZIP_KIND;
    case UNZIP_METHOD:
        return RULE_ZIP_METHOD;
    case UNZIP_N_ENTRIES:
        return RULE_ZIP_COUNT;
    case UNZIP_FILE_BYTES:
        return RULE_ZIP_FILE_SIZE;
    case UNZIP_TOTAL_BYTES:
        return RULE_ZIP_TOTAL_SIZE;
    case UNZIP_RATIO:
        return RULE_ZIP_RATIO;
    case UNZIP_DIFFERS:
        return RULE_ZIP_DIFFERS;
    }
    return RULE_ZIP_BROKEN;
}

static struct unzip_caps caps_of(const struct roster_options *options)
{
    return (struct unzip_caps){
        .n_entries = N_ENTRIES,
        .file_bytes = options->file_bytes,
        .total_bytes = options->total_bytes,
        .ratio = RATIO,
        .wants = is_ours,
    };
}

/* Is there anything in the package but the manifest? Only what could be roster data counts. */
static void take_files(struct reading *r, const struct unzip *zip)
{
    for (size_t i = 0; i < zip->n_files; i++) {
        enum roster_file file = file_named(zip->files[i].name);

        if (file != ROSTER_FILES_N) {
            r->tables[file].is_in_zip = true;
            r->tables[file].bytes = zip->files[i].bytes;
        } else if (!is_of_the_standard(zip->files[i].name)) {
            roster_find_zip(r, RULE_ZIP_UNKNOWN, zip->files[i].name);
        }
    }
}

/* ---- everything in order ---- */

static enum err read_tables(struct reading *r, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = FILE_SESSIONS; rc == ERR_OK && i < ROSTER_FILES_N; i++)
        if (r->tables[i].state == TABLE_READ) {
            rc = roster_read_table(r, (enum roster_file)i, why);
            r->roster->is_present[i] = r->tables[i].state == TABLE_READ;
        }
    return rc;
}

/* A file that others refer to, or that belongs to one that was sent, must come along. */
static void tell_needed(struct reading *r)
{
    for (int i = FILE_SESSIONS; i < ROSTER_FILES_N; i++) {
        if (r->tables[i].state == TABLE_ABSENT)
            continue;
        for (int k = FILE_SESSIONS; k < ROSTER_FILES_N; k++)
            if ((roster_shapes[i].needs >> k & 1) != 0)
                r->tables[k].is_needed = true;
    }
    for (int i = FILE_SESSIONS; i < ROSTER_FILES_N; i++)
        if (r->tables[i].state == TABLE_ABSENT && r->tables[i].is_needed)
            roster_find(r, RULE_MANIFEST_NEEDS, FILE_MANIFEST, r->tables[i].manifest_line,
                        "value");
}

static bool is_nothing_sent(const struct reading *r)
{
    for (int i = FILE_SESSIONS; i < ROSTER_FILES_N; i++)
        if (r->tables[i].state != TABLE_ABSENT || r->tables[i].is_in_zip)
            return false;
    return r->tables[FILE_MANIFEST].state == TABLE_READ;
}

static enum err read_package(struct reading *r, const struct unzip *zip, struct fail *why)
{
    enum err rc;

    for (size_t i = 0; i < zip->n_troubles; i++)
        roster_find_zip(r, zip_rule(zip->troubles[i].defect), zip->troubles[i].name);
    if (zip->n_troubles > 0) /* what is in it cannot be trusted to be what was sent */
        return ERR_OK;
    take_files(r, zip);
    rc = roster_read_manifest(r, why);
    if (rc == ERR_OK)
        rc = read_tables(r, why);
    if (rc == ERR_OK)
        rc = roster_build(r, why);
    if (rc != ERR_OK)
        return rc;
    tell_needed(r);
    if (r->tables[FILE_DEMOGRAPHICS].state == TABLE_READ)
        roster_find(r, RULE_DEMOGRAPHICS, FILE_DEMOGRAPHICS, 0, NULL);
    roster_check_places(r);
    r->roster->is_no_change = is_nothing_sent(r);
    return roster_check_people(r, why);
}

static enum err too_large(struct reading *r)
{
    roster_find_zip(r, RULE_ZIP_SIZE, "");
    return ERR_OK;
}

static enum err begin(struct reading *r, const struct roster_options *options,
                      struct arena *arena, struct fail *why)
{
    *r = (struct reading){.options = options, .arena = arena};
    for (int i = 0; i < ROSTER_FILES_N; i++)
        r->tables[i].file = (enum roster_file)i;
    r->roster = arena_alloc(arena, sizeof *r->roster);
    if (r->roster == NULL)
        return fail_set(why, ERR_NOMEM, "roster");
    return arena_create(SCRATCH_BYTES, &r->scratch, why);
}

static enum err finish(struct reading *r, enum err rc, struct roster **roster_out,
                       struct fail *why)
{
    struct roster *roster = r->roster;

    if (r->scratch != NULL)
        arena_mark_secret(r->scratch);
    arena_destroy(&r->scratch);
    if (rc == ERR_OK && r->is_out_of_memory)
        rc = fail_set(why, ERR_NOMEM, "findings");
    if (rc != ERR_OK || roster == NULL)
        return rc;
    roster_sort_findings(&roster->findings);
    roster->is_refused = roster->findings.n_errors > 0;
    roster->is_no_change = roster->is_no_change && !roster->is_refused;
    *roster_out = roster;
    return ERR_OK;
}

enum err roster_read_unzipped(const struct unzip *zip, const struct roster_options *options,
                              struct arena *arena, struct roster **roster_out, struct fail *why)
{
    struct reading r;
    enum err rc = begin(&r, options, arena, why);

    *roster_out = NULL;
    if (rc == ERR_OK)
        rc = zip == NULL ? too_large(&r) : read_package(&r, zip, why);
    return finish(&r, rc, roster_out, why);
}

enum err roster_read(struct span zip, const struct roster_options *options, struct arena *arena,
                     struct roster **roster_out, struct fail *why)
{
    const struct unzip_caps caps = caps_of(options);
    struct unzip unzip;
    enum err rc;

    *roster_out = NULL;
    if (zip.len > options->zip_bytes)
        return roster_read_unzipped(NULL, options, arena, roster_out, why);
    rc = unzip_read(zip, &caps, arena, &unzip, why);
    return rc == ERR_OK ? roster_read_unzipped(&unzip, options, arena, roster_out, why) : rc;
}

enum err roster_read_file(const char *path, const struct roster_options *options,
                          struct arena *arena, struct roster **roster_out, struct fail *why)
{
    const struct unzip_caps caps = caps_of(options);
    struct unzip unzip;
    struct stat st;
    enum err rc;

    *roster_out = NULL;
    if (stat(path, &st) != 0)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                        strerror(errno));
    if ((uint64_t)st.st_size > options->zip_bytes)
        return roster_read_unzipped(NULL, options, arena, roster_out, why);
    rc = unzip_read_file(path, &caps, arena, &unzip, why);
    return rc == ERR_OK ? roster_read_unzipped(&unzip, options, arena, roster_out, why) : rc;
}

/* ---- cells ---- */

struct span roster_cell(const struct roster_row *row, enum roster_file file, const char *column)
{
    size_t i = roster_column_find(&roster_shapes[file], column);

    invariant(i < roster_shapes[file].n_columns, "%s has no column %s",
              roster_shapes[file].name, column);
    return row->cells[i];
}

bool roster_is_no_school(const struct roster_org *org)
{
    struct span type = roster_cell(&org->row, FILE_ORGS, "type");

    return span_has_prefix(type, SPAN("ext:")) ||
           value_choose(type, "district|department|local|state|national") == VALUE_CHOSEN;
}

bool roster_has(const struct reading *reading, enum roster_file file, const char *column)
{
    return reading->tables[file].has[roster_column_find(&roster_shapes[file], column)];
}
