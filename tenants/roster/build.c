/* Rows of texts become rows with names, days and references. A reference that leads nowhere is
 * told here, unless what it leads to could not be read: then that is told, and no more. */
#include <ctype.h>

#include "node/base/utf.h"
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

/* The row being built. */
struct at {
    struct reading *r;
    enum roster_file file;
    size_t i;
    const struct roster_row *row;
};

static struct span cell(const struct at *at, const char *column)
{
    return roster_cell(at->row, at->file, column);
}

static bool is_ascii(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] >= 0x80 || text.p[i] < 0x20)
            return false;
    return true;
}

/* As people see it: NFC, nothing invisible, no blanks around it. */
static struct span text_of(const struct at *at, const char *column)
{
    struct span text = value_trim(cell(at, column)), clean;
    enum err rc;

    if (is_ascii(text))
        return text;
    rc = utf_clean(text, 0, at->r->arena, &clean, NULL);
    if (rc == ERR_NOMEM)
        at->r->is_out_of_memory = true;
    return rc == ERR_OK ? clean : SPAN_NONE;
}

static struct roster_day day_of(const struct at *at, const char *column)
{
    struct roster_day day;

    if (!value_day(cell(at, column), &day))
        day = (struct roster_day){.year = 0};
    return day;
}

static bool is_true(const struct at *at, const char *column)
{
    return span_eq(cell(at, column), SPAN("true"));
}

static void tell(const struct at *at, enum roster_rule rule, const char *column)
{
    if (roster_is_whole(at->r, at->file, at->i))
        roster_find(at->r, rule, at->file, at->row->line, column);
}

/* ROSTER_NONE with *unknown_out set when the reference should lead somewhere and does not. */
static size_t look_up(const struct at *at, enum roster_file to, struct span id,
                      bool *unknown_out)
{
    struct roster_table *target = &at->r->tables[to];
    size_t found = ROSTER_NONE;

    *unknown_out = false;
    if (id.len == 0)
        return ROSTER_NONE;
    switch (target->state) {
    case TABLE_ABSENT:
        target->is_needed = target->is_needed || roster_is_whole(at->r, at->file, at->i);
        break;
    case TABLE_UNUSABLE:
        break;
    case TABLE_READ:
        found = roster_index_find(&target->ids, id);
        *unknown_out = found == ROSTER_NONE && !target->has_lost_id;
        break;
    }
    return found;
}

static enum roster_file target_of(const struct at *at, const char *column)
{
    const struct roster_shape *shape = &roster_shapes[at->file];

    return shape->columns[roster_column_find(shape, column)].file;
}

static size_t ref_of(const struct at *at, const char *column)
{
    bool is_unknown;
    size_t found = look_up(at, target_of(at, column), cell(at, column), &is_unknown);

    if (is_unknown)
        tell(at, RULE_REFERENCE_UNKNOWN, column);
    return found;
}

/* Of the first few: nobody has more guardians, and a hostile list must not cost its square. */
#define DOUBLES_CAP 64

static bool has_ref(const size_t *refs, size_t n, size_t ref)
{
    for (size_t i = 0; i < n && i < DOUBLES_CAP; i++)
        if (refs[i] == ref)
            return true;
    return false;
}

static struct roster_refs refs_of(const struct at *at, const char *column)
{
    struct span rest = cell(at, column), item;
    size_t n_cap = 1, n = 0, *refs;
    bool is_unknown = false, is_doubled = false;

    if (rest.len == 0)
        return (struct roster_refs){NULL, 0};
    for (size_t i = 0; i < rest.len; i++)
        n_cap += rest.p[i] == ',';
    refs = arena_alloc(at->r->arena, n_cap * sizeof *refs);
    if (refs == NULL) {
        at->r->is_out_of_memory = true;
        return (struct roster_refs){NULL, 0};
    }
    while (value_next_item(&rest, &item)) {
        bool is_lost;
        size_t ref = look_up(at, target_of(at, column), item, &is_lost);

        is_unknown = is_unknown || is_lost;
        if (ref == ROSTER_NONE)
            continue;
        if (has_ref(refs, n, ref))
            is_doubled = true;
        else
            refs[n++] = ref;
    }
    if (is_unknown)
        tell(at, RULE_REFERENCE_UNKNOWN, column);
    if (is_doubled)
        tell(at, RULE_REFERENCE_DOUBLED, column);
    return (struct roster_refs){refs, n};
}

/* ---- one function a file ---- */

static void build_session(const struct at *at, void *into)
{
    struct roster_session *s = into;
    int year;

    s->row = *at->row;
    s->title = text_of(at, "title");
    s->begins = day_of(at, "startDate");
    s->ends = day_of(at, "endDate");
    if (s->ends.month == 4 && s->ends.day == 1) /* exclusive, as foreign exporters send it */
        s->ends = value_day_before(s->ends);
    s->school_year = value_number(cell(at, "schoolYear"), 4, &year) ? year : 0;
    if (s->begins.year != 0)
        s->school_year = s->begins.month < 4 ? s->begins.year - 1 : s->begins.year;
    ref_of(at, "parentSourcedId");
}

static void build_org(const struct at *at, void *into)
{
    struct roster_org *o = into;
    struct span type = cell(at, "type");

    o->row = *at->row;
    o->name = text_of(at, "name");
    o->identifier = cell(at, "identifier");
    o->kind = span_eq(type, SPAN("district")) ? ROSTER_ORG_DISTRICT
              : span_eq(type, SPAN("school")) ? ROSTER_ORG_SCHOOL
                                              : ROSTER_ORG_OTHER;
    o->parent = ref_of(at, "parentSourcedId");
}

static void build_course(const struct at *at, void *into)
{
    struct roster_course *c = into;

    c->row = *at->row;
    c->title = text_of(at, "title");
    c->session = ref_of(at, "schoolYearSourcedId");
    c->org = ref_of(at, "orgSourcedId");
}

static void build_class(const struct at *at, void *into)
{
    struct roster_class *c = into;

    c->row = *at->row;
    c->title = text_of(at, "title");
    c->location = text_of(at, "location");
    c->is_homeroom = span_eq(cell(at, "classType"), SPAN("homeroom"));
    c->is_special_needs = is_true(at, "metadata.jp.specialNeeds");
    c->grades = cell(at, "grades");
    c->course = ref_of(at, "courseSourcedId");
    c->school = ref_of(at, "schoolSourcedId");
    c->terms = refs_of(at, "termSourcedIds");
}

static struct span lower_of(const struct at *at, struct span text)
{
    struct span copy = arena_copy(at->r->arena, text);
    char *p = text.len == 0 ? NULL : arena_text(at->r->arena, text);

    if (text.len == 0)
        return SPAN_NONE;
    if (copy.p == NULL || p == NULL) {
        at->r->is_out_of_memory = true;
        return SPAN_NONE;
    }
    for (size_t i = 0; i < text.len; i++)
        p[i] = (char)tolower((unsigned char)p[i]);
    return span_of(p, text.len);
}

static void build_user(const struct at *at, void *into)
{
    struct roster_user *u = into;
    struct span grades = cell(at, "grades");

    u->row = *at->row;
    u->is_enabled = is_true(at, "enabledUser");
    u->username = text_of(at, "username");
    u->identifier = text_of(at, "identifier");
    u->email = text_of(at, "email");
    u->family = text_of(at, "familyName");
    u->given = text_of(at, "givenName");
    u->middle = text_of(at, "middleName");
    u->preferred_family = text_of(at, "preferredFamilyName");
    u->preferred_given = text_of(at, "preferredGivenName");
    u->family_kana = text_of(at, "metadata.jp.kanaFamilyName");
    u->given_kana = text_of(at, "metadata.jp.kanaGivenName");
    u->preferred_family_kana = text_of(at, "metadata.jp.kanaPreferredFamilyName");
    u->preferred_given_kana = text_of(at, "metadata.jp.kanaPreferredGivenName");
    if (!value_next_item(&grades, &u->grade) || !value_is_grade(u->grade))
        u->grade = SPAN_NONE;
    u->master = lower_of(at, cell(at, "userMasterIdentifier"));
    u->primary_org = ref_of(at, "primaryOrgSourcedId");
    u->home_class = ref_of(at, "metadata.jp.homeClass");
    u->agents = refs_of(at, "agentSourcedIds");
}

static enum roster_role_kind role_kind(struct span role)
{
    static const struct {
        const char *name;
        enum roster_role_kind kind;
    } rows[] = {
        {"student", ROSTER_STUDENT},
        {"guardian", ROSTER_GUARDIAN},
        {"parent", ROSTER_GUARDIAN},
        {"relative", ROSTER_GUARDIAN},
        {"teacher", ROSTER_TEACHER},
        {"principal", ROSTER_PRINCIPAL},
        {"siteAdministrator", ROSTER_SITE_ADMIN},
        {"districtAdministrator", ROSTER_DISTRICT_ADMIN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (span_eq(role, span_text(rows[i].name)))
            return rows[i].kind;
    return ROSTER_OTHER_STAFF;
}

static void build_role(const struct at *at, void *into)
{
    struct roster_role *o = into;

    o->row = *at->row;
    o->user = ref_of(at, "userSourcedId");
    o->org = ref_of(at, "orgSourcedId");
    o->is_primary = span_eq(cell(at, "roleType"), SPAN("primary"));
    o->kind = role_kind(cell(at, "role"));
    o->begins = day_of(at, "beginDate");
    o->ends = day_of(at, "endDate");
    ref_of(at, "userProfileSourcedId");
}

static void build_enrolment(const struct at *at, void *into)
{
    struct roster_enrolment *e = into;
    int number;

    e->row = *at->row;
    e->class = ref_of(at, "classSourcedId");
    e->school = ref_of(at, "schoolSourcedId");
    e->user = ref_of(at, "userSourcedId");
    e->role = cell(at, "role");
    e->is_primary = is_true(at, "primary");
    e->is_public = is_true(at, "metadata.jp.PublicFlg");
    e->number = value_number(cell(at, "metadata.jp.ShussekiNo"), 4, &number) ? number : 0;
    e->begins = day_of(at, "beginDate");
    e->ends = day_of(at, "endDate");
}

static void build_profile(const struct at *at, void *into)
{
    (void)into; /* nothing of it is kept */
    ref_of(at, "userSourcedId");
}

/* ---- all files ---- */

static enum err build_table(struct reading *r, enum roster_file file, size_t bytes,
                            void (*build)(const struct at *at, void *into), void **rows_out,
                            size_t *n_out, struct fail *why)
{
    const struct roster_table *t = &r->tables[file];
    char *rows = arena_alloc(r->arena, (t->n_rows + 1) * bytes);

    if (rows == NULL)
        return fail_set(why, ERR_NOMEM, "%zu rows of %s", t->n_rows, roster_shapes[file].name);
    for (size_t i = 0; i < t->n_rows; i++) {
        struct at at = {r, file, i, &t->rows[i]};

        build(&at, rows + i * bytes);
    }
    *rows_out = rows;
    *n_out = t->n_rows;
    return ERR_OK;
}

/* Both passes of a list of each user's rows: count, then fill. */
static enum err link_users(struct reading *r, enum roster_file file, struct fail *why)
{
    struct roster *o = r->roster;
    size_t n_rows = file == FILE_ROLES ? o->n_roles : o->n_enrolments;
    size_t *counts = arena_alloc(r->arena, (o->n_users + 1) * sizeof *counts);
    size_t *all = arena_alloc(r->arena, (n_rows + 1) * sizeof *all), sum = 0;

    if (counts == NULL || all == NULL)
        return fail_set(why, ERR_NOMEM, "%zu links", n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        size_t user = file == FILE_ROLES ? o->roles[i].user : o->enrolments[i].user;

        if (user != ROSTER_NONE)
            counts[user]++;
    }
    for (size_t i = 0; i < o->n_users; i++) {
        struct roster_refs refs = {all + sum, 0};

        sum += counts[i];
        counts[i] = (size_t)(refs.at - all);
        *(file == FILE_ROLES ? &o->users[i].roles : &o->users[i].enrolments) = refs;
    }
    for (int pass = 0; pass < 2; pass++) /* primary roles first */
        for (size_t i = 0; i < n_rows; i++) {
            bool is_first = file == FILE_ENROLMENTS || o->roles[i].is_primary;
            size_t user = file == FILE_ROLES ? o->roles[i].user : o->enrolments[i].user;

            if (user == ROSTER_NONE || is_first != (pass == 0))
                continue;
            all[counts[user]++] = i;
            (file == FILE_ROLES ? &o->users[user].roles : &o->users[user].enrolments)->n++;
        }
    return ERR_OK;
}

enum err roster_build(struct reading *r, struct fail *why)
{
    struct roster *o = r->roster;
    void *rows = NULL;
    size_t n;
    enum err rc;

#define BUILD(file, field, build) \
    if (rc == ERR_OK) \
        rc = build_table(r, file, sizeof *o->field, build, &rows, &o->n_##field, why); \
    if (rc == ERR_OK) \
    o->field = rows
    rc = ERR_OK;
    BUILD(FILE_SESSIONS, sessions, build_session);
    BUILD(FILE_ORGS, orgs, build_org);
    BUILD(FILE_COURSES, courses, build_course);
    BUILD(FILE_CLASSES, classes, build_class);
    BUILD(FILE_USERS, users, build_user);
    BUILD(FILE_ROLES, roles, build_role);
    BUILD(FILE_ENROLMENTS, enrolments, build_enrolment);
#undef BUILD
    if (rc == ERR_OK)
        rc = build_table(r, FILE_PROFILES, 1, build_profile, &rows, &n, why);
    if (rc == ERR_OK)
        rc = link_users(r, FILE_ROLES, why);
    if (rc == ERR_OK)
        rc = link_users(r, FILE_ENROLMENTS, why);
    return rc;
}
