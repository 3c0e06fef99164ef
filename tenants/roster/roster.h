/* tenants/roster/roster.h - a roster package (OneRoster 1.2 CSV, Japan Profile; NI-T2-1) read
 * and checked as a whole, without a database and without keeping anything. Every defect is
 * told, not the first. A package with an error is never imported; one with warnings may be.
 * Threads: reentrant. Owns: nothing; all of it lives in the caller's arena (mark it secret:
 * it is full of names), and `zip` is not needed any more afterwards. */
#ifndef TENANTS_ROSTER_ROSTER_H
#define TENANTS_ROSTER_ROSTER_H

#include "node/base/arena.h"
#include "tenants/roster/finding.h"
#include "tenants/roster/shape.h"

#define ROSTER_NONE SIZE_MAX /* no such row: an empty reference, or one that leads nowhere */

/* A day without a time. year 0: the field is empty or is no date. */
struct roster_day {
    int year, month, day;
};

/* Rows of a list field that refers to other rows: indexes, the unknown ones left out. */
struct roster_refs {
    const size_t *at;
    size_t n;
};

/* What every row has. cells: the fields as received, by the shape's column (roster_cell), empty
 * where the header lacks the column. Texts below are NFC without invisible characters
 * (utf_clean); what was received letter by letter stands in cells. */
struct roster_row {
    int line;
    struct span source_id;
    const struct span *cells; /* [shape->n_columns] */
};

struct roster_session {
    struct roster_row row;
    struct span title;
    int school_year;                /* 2026: from 2026-04-01; 0 when the field is no year */
    struct roster_day begins, ends; /* ends inclusive: an exclusive 04-01 became 03-31 */
};

enum roster_org_kind { ROSTER_ORG_DISTRICT, ROSTER_ORG_SCHOOL, ROSTER_ORG_OTHER };
struct roster_org {
    struct roster_row row;
    struct span name, identifier;
    enum roster_org_kind kind;
    size_t parent; /* orgs */
};

struct roster_course {
    struct roster_row row;
    struct span title;
    size_t session, org;
};

struct roster_class {
    struct roster_row row;
    struct span title, location;
    bool is_homeroom, is_special_needs;
    struct span grades; /* as received: "P1" or "P1,P2" */
    size_t course, school;
    struct roster_refs terms; /* sessions */
};

struct roster_user {
    struct roster_row row;
    bool is_enabled;
    struct span username, identifier, email;
    struct span family, given, middle;
    struct span preferred_family, preferred_given;
    struct span family_kana, given_kana;
    struct span preferred_family_kana, preferred_given_kana;
    struct span grade;  /* the first grade code: "P1".."E3"; "" for those who have none */
    struct span master; /* userMasterIdentifier, lower case */
    size_t primary_org, home_class;
    struct roster_refs agents; /* users: the guardians of a child, the children of one */
    struct roster_refs roles;  /* rows of roles that are this user's, primary first */
    struct roster_refs enrolments;
};

enum roster_role_kind {
    ROSTER_STUDENT,
    ROSTER_GUARDIAN, /* guardian, parent and relative */
    ROSTER_TEACHER,
    ROSTER_PRINCIPAL,
    ROSTER_SITE_ADMIN,
    ROSTER_DISTRICT_ADMIN,
    ROSTER_OTHER_STAFF, /* every other role of the base list */
};
struct roster_role {
    struct roster_row row;
    size_t user, org;
    bool is_primary;
    enum roster_role_kind kind;
    struct roster_day begins, ends;
};

struct roster_enrolment {
    struct roster_row row;
    size_t class, school, user;
    struct span role; /* student teacher administrator guardian proctor */
    bool is_primary, is_public;
    int number; /* shussekiNo; 0 when absent */
    struct roster_day begins, ends;
};

struct roster {
    bool is_refused;     /* some finding is an error: use nothing below but the findings */
    bool is_no_change;   /* the manifest alone: nobody leaves, nothing changes */
    struct span version; /* oneroster.version as received: "1.2" "1.2.1" "1.2_JP" */
    struct span system_name, system_code;
    bool is_present[ROSTER_FILES_N]; /* sent as bulk and there */
    struct roster_session *sessions;
    struct roster_org *orgs;
    struct roster_course *courses;
    struct roster_class *classes;
    struct roster_user *users;
    struct roster_role *roles;
    struct roster_enrolment *enrolments;
    size_t n_sessions, n_orgs, n_courses, n_classes, n_users, n_roles, n_enrolments;
    struct roster_findings findings; /* errors first, then by file, line, column */
};

/* What a municipality's source promises, and what is too much. */
struct roster_options {
    /* How loud a missing value is (a setting; default ROSTER_WARNING). */
    enum roster_severity master_missing, kana_missing, preferred_missing;
    size_t zip_bytes, file_bytes, total_bytes, n_rows, n_findings;
};
extern const struct roster_options roster_options_default; /* 16 MiB, 32, 64, 100,000, 50,000
                                                            */

/* ERR_OK: the package was looked at; whether it is good stands in (*roster_out)->is_refused.
 * ERR_NOMEM: it could not be looked at. A package that is too large is a finding. */
NODISCARD enum err roster_read(struct span zip, const struct roster_options *options,
                               struct arena *arena, struct roster **roster_out,
                               struct fail *why);
/* The same from a file; ERR_NOT_FOUND and ERR_IO as well. */
NODISCARD enum err roster_read_file(const char *path, const struct roster_options *options,
                                    struct arena *arena, struct roster **roster_out,
                                    struct fail *why);

/* The field as received; SPAN_NONE when the header lacks the column. */
struct span roster_cell(const struct roster_row *row, enum roster_file file,
                        const char *column);

#endif
