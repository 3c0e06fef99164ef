#include "tests/integration/roster_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/io/zip.h"
#include "tenants/roster/shape.h"

#define PER_SCHOOL 200
#define PER_CLASS  25

enum { DISTRICT = 1, SCHOOL, SESSION, COURSE, CLASS, STUDENT, TEACHER, GUARDIAN, ROLE, ENROL };

struct text {
    char *p;
    size_t len, cap;
};
struct make {
    const struct roster_spec *spec;
    struct arena *arena;
    struct text files[ROSTER_FILES_N];
    int n_roles, n_enrolments;
};

static void put(struct text *t, const char *s)
{
    size_t len = strlen(s);

    if (t->len + len + 1 > t->cap) {
        t->cap = (t->cap + len + 1) * 2;
        t->p = realloc(t->p, t->cap);
        invariant(t->p != NULL, "memory");
    }
    memcpy(t->p + t->len, s, len + 1);
    t->len += len;
}

static const char *uuid(struct make *m, int kind, int n)
{
    char *s = arena_printf(m->arena, "%08x-0000-4000-8000-%012x", (unsigned)kind, (unsigned)n);

    invariant(s != NULL, "memory");
    return s;
}

const char *roster_fixture_student(int n, struct arena *arena)
{
    struct make m = {.arena = arena};

    return uuid(&m, STUDENT, n);
}

static bool is_older(const struct roster_spec *spec)
{
    return spec->version != NULL && strcmp(spec->version, "1.2") == 0;
}

static bool is_left_out(const struct roster_spec *spec, const struct roster_column *c)
{
    if (is_older(spec))
        return strstr(c->name, "kanaPreferred") != NULL;
    return strcmp(c->name, "resourceSourcedIds") == 0;
}

struct cell {
    const char *column, *value;
};

static void field(struct make *m, struct text *t, const char *value, bool *is_begun)
{
    const char *quote = m->spec->is_plain ? "" : "\"";

    if (*is_begun)
        put(t, ",");
    *is_begun = true;
    put(t, quote);
    put(t, value);
    put(t, quote);
}

static void end_row(struct make *m, struct text *t)
{
    put(t, m->spec->is_plain ? "\n" : "\r\n");
}

/* The head when the file is empty, then one row; ended by a cell without a column. */
static void row(struct make *m, enum roster_file file, const struct cell *cells)
{
    const struct roster_shape *shape = &roster_shapes[file];
    struct text *t = &m->files[file];
    bool is_begun = false;

    if (t->len == 0) {
        put(t, m->spec->has_mark ? "\xef\xbb\xbf" : "");
        for (size_t c = 0; c < shape->n_columns; c++)
            if (!is_left_out(m->spec, &shape->columns[c]))
                field(m, t,
                      shape->columns[c].also != NULL && !is_older(m->spec)
                          ? shape->columns[c].also
                          : shape->columns[c].name,
                      &is_begun);
        end_row(m, t);
    }
    is_begun = false;
    for (size_t c = 0; c < shape->n_columns; c++) {
        const char *value = "";

        if (is_left_out(m->spec, &shape->columns[c]))
            continue;
        for (const struct cell *k = cells; k->column != NULL; k++)
            if (roster_column_find(shape, k->column) == c)
                value = k->value;
        field(m, t, value, &is_begun);
    }
    end_row(m, t);
}

#define ROW(file, ...) row(m, file, (const struct cell[]){__VA_ARGS__, {NULL, NULL}})
#define NUMBER(...)    arena_printf(m->arena, __VA_ARGS__)

static void add_role(struct make *m, const char *user, const char *role, const char *org)
{
    ROW(FILE_ROLES, {"sourcedId", uuid(m, ROLE, ++m->n_roles)}, {"userSourcedId", user},
        {"roleType", "primary"}, {"role", role}, {"orgSourcedId", org});
}

static void add_enrolment(struct make *m, int class, int school, const char *user,
                          const char *role, int number)
{
    ROW(FILE_ENROLMENTS, {"sourcedId", uuid(m, ENROL, ++m->n_enrolments)},
        {"classSourcedId", uuid(m, CLASS, class)}, {"schoolSourcedId", uuid(m, SCHOOL, school)},
        {"userSourcedId", user}, {"role", role},
        {"primary", strcmp(role, "teacher") == 0 ? "true" : "false"},
        {"metadata.jp.ShussekiNo", number > 0 ? NUMBER("%d", number) : ""},
        {"metadata.jp.PublicFlg", "true"});
}

static const char *kana(struct make *m, int n)
{
    static const char *const parts[] = {"あ", "か", "さ", "た", "な",
                                        "は", "ま", "や", "ら", "わ"};

    return NUMBER("%s%s%s%s", parts[n / 1000 % 10], parts[n / 100 % 10], parts[n / 10 % 10],
                  parts[n % 10]);
}

static void add_user(struct make *m, const char *id, const char *master, int n,
                     const char *given, const char *grade, int school, const char *agents,
                     const char *home)
{
    ROW(FILE_USERS, {"sourcedId", id}, {"enabledUser", "true"}, {"username", NUMBER("u%d", n)},
        {"givenName", given}, {"familyName", NUMBER("髙橋%d", n)}, {"agentSourcedIds", agents},
        {"grades", grade}, {"userMasterIdentifier", master}, {"preferredGivenName", given},
        {"preferredFamilyName", NUMBER("髙橋%d", n)},
        {"primaryOrgSourcedId", uuid(m, SCHOOL, school)},
        {"metadata.jp.kanaGivenName", kana(m, n)}, {"metadata.jp.kanaFamilyName", "たかはし"},
        {"metadata.jp.homeClass", home});
}

static void add_student(struct make *m, int n)
{
    static const char *const grades[] = {"P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"};
    const struct roster_spec *s = m->spec;
    int school = (n - 1) / PER_SCHOOL + 1, class = (n - 1) / PER_CLASS + 1;
    bool has_guardian = n % 10 == 0;
    const char *id = uuid(m, STUDENT, n == s->moved || n == s->new_person ? 900000 + n : n);
    const char *master = uuid(m, 0xfff, n == s->new_person ? 900000 + n : n);

    if (n == s->without)
        return;
    add_user(m, id, master, n, n == s->renamed ? "新名" : NUMBER("花子%d", n),
             grades[(class - 1) % 9], school,
             has_guardian && !s->has_no_agents ? uuid(m, GUARDIAN, n) : "",
             uuid(m, CLASS, 3 * class - 2));
    add_role(m, id, "student", uuid(m, SCHOOL, school));
    for (int i = 0; i < 3; i++)
        add_enrolment(m, 3 * class - 2 + i, school, id, "student",
                      i == 0 ? (n - 1) % PER_CLASS + 1 : 0);
    if (has_guardian) {
        add_user(m, uuid(m, GUARDIAN, n), uuid(m, 0xffd, n), 500000 + n, "太郎", "", school, "",
                 "");
        add_role(m, uuid(m, GUARDIAN, n), "guardian", uuid(m, SCHOOL, school));
    }
}

static void add_class(struct make *m, int class)
{
    int school = (class - 1) * PER_CLASS / PER_SCHOOL + 1;
    const char *teacher = uuid(m, TEACHER, class);

    for (int i = 0; i < 3; i++)
        ROW(FILE_CLASSES, {"sourcedId", uuid(m, CLASS, 3 * class - 2 + i)},
            {"title", NUMBER("%d組%d", class, i)}, {"courseSourcedId", uuid(m, COURSE, school)},
            {"classType", i == 0 ? "homeroom" : "scheduled"},
            {"schoolSourcedId", uuid(m, SCHOOL, school)},
            {"termSourcedIds", uuid(m, SESSION, m->spec->year)},
            {"metadata.jp.specialNeeds", "false"});
    add_user(m, teacher, uuid(m, 0xffe, class), 700000 + class, "先生", "", school, "", "");
    add_role(m, teacher, "teacher",
             m->spec->is_broken && class == 1 ? uuid(m, SCHOOL, 99999)
                                              : uuid(m, SCHOOL, school));
    add_enrolment(m, 3 * class - 2, school, teacher, "teacher", 0);
}

static void add_manifest(struct make *m)
{
    struct text *t = &m->files[FILE_MANIFEST];
    const char *version = m->spec->version == NULL ? "1.2_JP" : m->spec->version;

    ROW(FILE_MANIFEST, {"propertyName", "manifest.version"}, {"value", "1.0"});
    ROW(FILE_MANIFEST, {"propertyName", "oneroster.version"}, {"value", version});
    for (const char *const *p = roster_properties; *p != NULL; p++) {
        const char *how = "absent";

        for (int f = 1; f < ROSTER_FILES_N; f++)
            if (strcmp(roster_shapes[f].property, *p) == 0 && m->files[f].len > 0)
                how = "bulk";
        ROW(FILE_MANIFEST, {"propertyName", *p}, {"value", how});
    }
    ROW(FILE_MANIFEST, {"propertyName", "source.systemName"}, {"value", "test"});
    ROW(FILE_MANIFEST, {"propertyName", "source.systemCode"}, {"value", "t"});
    invariant(t->len > 0, "a manifest");
}

static void add_all(struct make *m)
{
    int n = m->spec->n_students, n_schools = (n - 1) / PER_SCHOOL + 1;
    const char *year = NUMBER("%d", m->spec->year);

    ROW(FILE_SESSIONS, {"sourcedId", uuid(m, SESSION, m->spec->year)},
        {"title", NUMBER("%s年度", year)}, {"type", "schoolYear"},
        {"startDate", NUMBER("%s-04-01", year)},
        {"endDate", NUMBER("%d-03-31", m->spec->year + 1)}, {"schoolYear", year});
    ROW(FILE_ORGS, {"sourcedId", uuid(m, DISTRICT, 1)}, {"name", "あおぞら市教育委員会"},
        {"type", "district"});
    for (int i = 1; i <= n_schools; i++) {
        ROW(FILE_ORGS, {"sourcedId", uuid(m, SCHOOL, i)}, {"name", NUMBER("第%d小学校", i)},
            {"type", "school"}, {"parentSourcedId", uuid(m, DISTRICT, 1)});
        ROW(FILE_COURSES, {"sourcedId", uuid(m, COURSE, i)},
            {"schoolYearSourcedId", uuid(m, SESSION, m->spec->year)},
            {"title", NUMBER("%s年度 全教科", year)}, {"orgSourcedId", uuid(m, SCHOOL, i)});
    }
    for (int class = 1; class <= (n - 1) / PER_CLASS + 1; class ++)
        add_class(m, class);
    for (int i = 1; i <= n; i++)
        add_student(m, i);
}

struct span roster_fixture_zip(const struct roster_spec *spec, struct arena *arena)
{
    struct make *m = calloc(1, sizeof *m);
    struct zip_entry entries[ROSTER_FILES_N];
    struct span zip = SPAN_NONE;
    size_t n = 0;

    invariant(m != NULL, "memory");
    m->spec = spec;
    m->arena = arena;
    if (!spec->is_empty)
        add_all(m);
    add_manifest(m);
    for (int f = 0; f < ROSTER_FILES_N; f++)
        if (m->files[f].len > 0)
            entries[n++] = (struct zip_entry){roster_shapes[f].name,
                                              span_of(m->files[f].p, m->files[f].len)};
    invariant(zip_write(entries, n, arena, &zip, NULL) == ERR_OK, "a package");
    for (int f = 0; f < ROSTER_FILES_N; f++)
        free(m->files[f].p);
    free(m);
    return zip;
}

static void line_drop(struct live *live, struct id account, struct id session, struct id keep)
{
    struct roster_fixture_lines *lines = (struct roster_fixture_lines *)(void *)live;

    if (!id_is_none(session) || !id_is_none(keep) ||
        lines->n_ended == sizeof lines->ended / sizeof lines->ended[0])
        abort(); /* every line of an account */
    lines->ended[lines->n_ended++] = account;
}

void roster_fixture_lines_init(struct roster_fixture_lines *lines, struct services *services)
{
    static const struct live_ops ops = {.drop = line_drop};

    *lines = (struct roster_fixture_lines){.head.ops = &ops};
    services->live = (struct live *)(void *)lines;
}
