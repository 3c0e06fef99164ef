/* manifest.csv: the versions and which files were sent. A package of the manifest alone means
 * that nothing changed. */
#include "tenants/roster/reading.h"

#define COLUMN_NAME  0
#define COLUMN_VALUE 1
#define VALUE_HEAD   "value"
#define NAME_HEAD    "propertyName"

struct property {
    struct span value;
    int line; /* 0: not there */
};

static struct span cell(const struct roster_row *row, size_t column)
{
    return row->cells[column];
}

/* The row of a property; a second one is told. */
static struct property property_of(struct reading *r, const char *name)
{
    const struct roster_table *t = &r->tables[FILE_MANIFEST];
    struct property found = {SPAN_NONE, 0};

    for (size_t i = 0; i < t->n_rows; i++) {
        if (t->is_damaged[i] || !span_eq(cell(&t->rows[i], COLUMN_NAME), span_text(name)))
            continue;
        if (found.line > 0)
            roster_find(r, RULE_MANIFEST_DOUBLED, FILE_MANIFEST, t->rows[i].line, NAME_HEAD);
        else
            found = (struct property){cell(&t->rows[i], COLUMN_VALUE), t->rows[i].line};
    }
    return found;
}

/* Told by the property's own name in place of a column: there is no line to show. */
static void tell_no_property(struct reading *r, const char *name)
{
    if (!r->tables[FILE_MANIFEST].has_damage)
        roster_find(r, RULE_MANIFEST_PROPERTY, FILE_MANIFEST, 0, name);
}

static void check_version(struct reading *r, const char *name, enum roster_rule rule,
                          const char *const *good, struct span *value_out)
{
    struct property p = property_of(r, name);

    if (value_out != NULL)
        *value_out = p.value;
    if (p.line == 0) {
        tell_no_property(r, name);
        return;
    }
    for (size_t i = 0; good[i] != NULL; i++)
        if (span_eq(p.value, span_text(good[i])))
            return;
    roster_find(r, rule, FILE_MANIFEST, p.line, VALUE_HEAD);
}

static struct span source(struct reading *r, const char *name)
{
    struct property p = property_of(r, name);

    if (p.value.len == 0)
        roster_find(r, RULE_MANIFEST_SOURCE, FILE_MANIFEST, p.line,
                    p.line == 0 ? name : VALUE_HEAD);
    return p.value;
}

static enum roster_file file_of(const char *property)
{
    for (int i = FILE_SESSIONS; i < ROSTER_FILES_N; i++)
        if (strcmp(roster_shapes[i].property, property) == 0)
            return (enum roster_file)i;
    return ROSTER_FILES_N;
}

/* What the manifest says of one of our files against what is in the ZIP. */
static void settle(struct reading *r, enum roster_file file, struct property p, bool is_bulk)
{
    struct roster_table *t = &r->tables[file];

    t->manifest_line = p.line;
    t->state = TABLE_ABSENT;
    if (is_bulk && !t->is_in_zip) {
        roster_find(r, RULE_MANIFEST_NOT_SENT, FILE_MANIFEST, p.line, VALUE_HEAD);
        t->state = TABLE_UNUSABLE;
    } else if (!is_bulk && t->is_in_zip) {
        roster_find(r, RULE_MANIFEST_NOT_TOLD, file, 0, NULL);
        t->state = TABLE_UNUSABLE;
    } else if (is_bulk) {
        t->state = TABLE_READ;
    }
}

static void check_property(struct reading *r, const char *name)
{
    struct property p = property_of(r, name);
    enum roster_file file = file_of(name);
    bool is_bulk = span_eq(p.value, SPAN("bulk")), is_delta = span_eq(p.value, SPAN("delta"));

    if (p.line == 0)
        tell_no_property(r, name);
    else if (is_delta)
        roster_find(r, RULE_MANIFEST_DELTA, FILE_MANIFEST, p.line, VALUE_HEAD);
    else if (!is_bulk && !span_eq(p.value, SPAN("absent")))
        roster_find(r, RULE_MANIFEST_VALUE, FILE_MANIFEST, p.line, VALUE_HEAD);
    else if (file != ROSTER_FILES_N)
        settle(r, file, p, is_bulk);
    else if (is_bulk)
        roster_find(r, RULE_MANIFEST_UNUSED, FILE_MANIFEST, p.line, VALUE_HEAD);
}

/* file.* properties the standard does not know. Others (digitalkoumu.oneroster.version) are the
 * source's own and nobody's concern. */
static void tell_unknown(struct reading *r)
{
    const struct roster_table *t = &r->tables[FILE_MANIFEST];

    for (size_t i = 0; i < t->n_rows; i++) {
        struct span name = cell(&t->rows[i], COLUMN_NAME);
        size_t k = 0;

        if (t->is_damaged[i] || !span_has_prefix(name, SPAN("file.")))
            continue;
        while (roster_properties[k] != NULL && !span_eq(name, span_text(roster_properties[k])))
            k++;
        if (roster_properties[k] == NULL)
            roster_find(r, RULE_MANIFEST_UNKNOWN, FILE_MANIFEST, t->rows[i].line, NAME_HEAD);
    }
}

/* Without a manifest to go by, every file that is there is checked all the same. */
static void take_all(struct reading *r)
{
    for (int i = FILE_SESSIONS; i < ROSTER_FILES_N; i++)
        r->tables[i].state = r->tables[i].is_in_zip ? TABLE_READ : TABLE_UNUSABLE;
}

static bool is_readable(const struct roster_table *manifest)
{
    return manifest->state == TABLE_READ && manifest->n_rows > 0 &&
           manifest->has[COLUMN_NAME] && manifest->has[COLUMN_VALUE];
}

enum err roster_read_manifest(struct reading *reading, struct fail *why)
{
    static const char *const manifest_versions[] = {"1.0", NULL};
    static const char *const versions[] = {"1.2", "1.2.1", "1.2_JP", NULL};
    enum err rc;

    take_all(reading);
    if (!reading->tables[FILE_MANIFEST].is_in_zip) {
        roster_find(reading, RULE_MANIFEST_MISSING, FILE_MANIFEST, 0, NULL);
        return ERR_OK;
    }
    rc = roster_read_table(reading, FILE_MANIFEST, why);
    if (rc != ERR_OK || !is_readable(&reading->tables[FILE_MANIFEST]))
        return rc;
    check_version(reading, "manifest.version", RULE_MANIFEST_VERSION, manifest_versions, NULL);
    check_version(reading, "oneroster.version", RULE_MANIFEST_ONEROSTER, versions,
                  &reading->roster->version);
    for (size_t i = 0; roster_properties[i] != NULL; i++)
        check_property(reading, roster_properties[i]);
    tell_unknown(reading);
    reading->roster->system_name = source(reading, "source.systemName");
    reading->roster->system_code = source(reading, "source.systemCode");
    return ERR_OK;
}
