/* tenants/roster/shape.h - the files of a roster package and their columns (OneRoster 1.2 CSV
 * with the Japan Profile's columns; domain guide, section 1). Header names and values are
 * case-sensitive. The shape is recognised by the header itself, never by a version: columns
 * marked COLUMN_MAY_LACK may be absent. Threads: const data. */
#ifndef TENANTS_ROSTER_SHAPE_H
#define TENANTS_ROSTER_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

enum roster_file {
    FILE_MANIFEST,
    FILE_SESSIONS,
    FILE_ORGS,
    FILE_COURSES,
    FILE_CLASSES,
    FILE_USERS,
    FILE_ROLES,
    FILE_ENROLMENTS,
    FILE_DEMOGRAPHICS,
    FILE_PROFILES,
    ROSTER_FILES_N
};

enum column_kind {
    COLUMN_TEXT, /* a name, title or place: no half-width kana */
    COLUMN_KANA,
    COLUMN_CODE, /* any text that is not read by people */
    COLUMN_ID,   /* the row's own sourcedId */
    COLUMN_UUID, /* userMasterIdentifier */
    COLUMN_REF,  /* sourcedId of a row of `file` */
    COLUMN_REFS, /* several, separated by commas */
    COLUMN_DATE, /* YYYY-MM-DD */
    COLUMN_YEAR, /* YYYY */
    COLUMN_BOOL, /* true false */
    COLUMN_ENUM, /* one of choices */
    COLUMN_GRADES,
    COLUMN_LIST, /* texts separated by commas */
    COLUMN_NUMBER,
    COLUMN_EMPTY,  /* must be empty in bulk */
    COLUMN_SECRET, /* a password: told and dropped */
    COLUMN_MAIL,
};

#define COLUMN_MUST     1u /* a value is needed */
#define COLUMN_MAY_LACK 2u /* the header is good without it */
#define COLUMN_SHOULD   4u /* the header without it earns a warning */

struct roster_column {
    const char *name;
    const char *also; /* a second spelling of the same column, or NULL */
    enum column_kind kind;
    unsigned flags;
    enum roster_file file; /* of COLUMN_REF and COLUMN_REFS */
    const char *choices;   /* "a|b" of COLUMN_ENUM */
};

#define ROSTER_COLUMNS_CAP 40

struct roster_shape {
    const char *name;     /* "users.csv" */
    const char *property; /* "file.users"; NULL for the manifest */
    const struct roster_column *columns;
    size_t n_columns;
    unsigned needs; /* bits of enum roster_file: files that must come along */
};

extern const struct roster_shape roster_shapes[ROSTER_FILES_N];

/* The 21 file.* properties every manifest carries, and NULL. */
extern const char *const roster_properties[22];

/* The column's index, or n_columns when the file has no such one. */
size_t roster_column_find(const struct roster_shape *shape, const char *name);

#endif
