/* Users, roles and enrolments against each other. */
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

static void tell(struct reading *r, enum roster_rule rule, enum roster_file file,
                 const struct roster_row *row, const char *column)
{
    roster_find(r, rule, file, row->line, column);
}

/* ---- what can stand only once ---- */

/* Each key of the table once; a second row with it is told. */
struct once {
    struct reading *r;
    struct roster_index index;
};

static enum err once_init(struct once *once, struct reading *r, size_t n, struct fail *why)
{
    once->r = r;
    return roster_index_init(&once->index, n, r->arena, why);
}

static bool is_second(struct once *once, struct span key, size_t row)
{
    size_t before;

    return key.len > 0 && !roster_index_add(&once->index, key, row, &before);
}

struct triple {
    size_t a, b, c;
};

static bool is_second_triple(struct once *once, struct triple t, size_t row)
{
    struct span key = arena_copy(once->r->arena, span_of(&t, sizeof t));

    if (key.p == NULL)
        once->r->is_out_of_memory = true;
    return key.p != NULL && is_second(once, key, row);
}

/* ---- who somebody is ---- */

/* An unreadable role leaves it open who the user is: then nothing is said about it. */
static bool is_open(const struct roster *o, const struct roster_user *u)
{
    for (size_t i = 0; i < u->roles.n; i++)
        if (value_choose(roster_cell(&o->roles[u->roles.at[i]].row, FILE_ROLES, "role"),
                         "student|guardian|teacher|principal|siteAdministrator|"
                         "districtAdministrator|parent|relative|aide|counselor|proctor|"
                         "systemAdministrator") != VALUE_CHOSEN)
            return true;
    return u->roles.n == 0;
}

static bool has_kind(const struct roster *o, const struct roster_user *u,
                     enum roster_role_kind kind)
{
    for (size_t i = 0; i < u->roles.n; i++)
        if (o->roles[u->roles.at[i]].kind == kind)
            return true;
    return false;
}

static bool has_staff_kind(const struct roster *o, const struct roster_user *u)
{
    for (size_t i = 0; i < u->roles.n; i++) {
        enum roster_role_kind kind = o->roles[u->roles.at[i]].kind;

        if (kind != ROSTER_STUDENT && kind != ROSTER_GUARDIAN)
            return true;
    }
    return false;
}

/* Or may have: an organisation that could not be found is told elsewhere. */
static bool has_org(const struct roster *o, const struct roster_user *u, size_t org)
{
    for (size_t i = 0; i < u->roles.n; i++) {
        size_t own = o->roles[u->roles.at[i]].org;

        if (own == org || own == ROSTER_NONE)
            return true;
    }
    return false;
}

/* ---- users ---- */

static void tell_empty(struct reading *r, enum roster_rule rule, enum roster_severity severity,
                       const struct roster_user *u, const char *column)
{
    if (roster_has(r, FILE_USERS, column) && roster_cell(&u->row, FILE_USERS, column).len == 0)
        roster_find_as(r, rule, severity, FILE_USERS, u->row.line, column);
}

static void check_promised(struct reading *r, const struct roster_user *u)
{
    const struct roster_options *o = r->options;

    tell_empty(r, RULE_MASTER_MISSING, o->master_missing, u, "userMasterIdentifier");
    tell_empty(r, RULE_PREFERRED_MISSING, o->preferred_missing, u, "preferredGivenName");
    tell_empty(r, RULE_PREFERRED_MISSING, o->preferred_missing, u, "preferredFamilyName");
    tell_empty(r, RULE_KANA_MISSING, o->kana_missing, u, "metadata.jp.kanaGivenName");
    tell_empty(r, RULE_KANA_MISSING, o->kana_missing, u, "metadata.jp.kanaFamilyName");
}

static void check_agents(struct reading *r, size_t i)
{
    const struct roster *o = r->roster;
    const struct roster_user *u = &o->users[i];
    bool is_told = false;

    for (size_t k = 0; k < u->agents.n; k++) {
        const struct roster_user *agent = &o->users[u->agents.at[k]];

        if (u->agents.at[k] == i)
            tell(r, RULE_USER_AGENT_SELF, FILE_USERS, &u->row, "agentSourcedIds");
        else if (!is_told && has_kind(o, u, ROSTER_STUDENT) && !is_open(o, agent) &&
                 !has_kind(o, agent, ROSTER_GUARDIAN)) {
            tell(r, RULE_USER_AGENT_ROLE, FILE_USERS, &u->row, "agentSourcedIds");
            is_told = true;
        }
    }
}

static bool is_roles_table_whole(const struct reading *r)
{
    const struct roster_table *t = &r->tables[FILE_ROLES];

    return t->state == TABLE_READ && !t->has_damage && t->n_rows > 0;
}

static void check_user_roles(struct reading *r, const struct roster_user *u)
{
    const struct roster *o = r->roster;

    if (!is_roles_table_whole(r))
        return;
    if (u->roles.n == 0)
        tell(r, RULE_USER_NO_ROLE, FILE_USERS, &u->row, "sourcedId");
    else if (!o->roles[u->roles.at[0]].is_primary &&
             value_choose(roster_cell(&o->roles[u->roles.at[0]].row, FILE_ROLES, "roleType"),
                          "secondary") == VALUE_CHOSEN)
        tell(r, RULE_ROLE_PRIMARY_MISSING, FILE_ROLES, &o->roles[u->roles.at[0]].row,
             "roleType");
    else if (u->primary_org != ROSTER_NONE && !has_org(o, u, u->primary_org))
        tell(r, RULE_USER_ORG_ROLE, FILE_USERS, &u->row, "primaryOrgSourcedId");
}

static void check_user(struct reading *r, size_t i)
{
    const struct roster *o = r->roster;
    const struct roster_user *u = &o->users[i];
    struct span grades = roster_cell(&u->row, FILE_USERS, "grades");

    check_promised(r, u);
    check_user_roles(r, u);
    check_agents(r, i);
    if (grades.len == 0 && has_kind(o, u, ROSTER_STUDENT))
        tell(r, RULE_USER_GRADE_MISSING, FILE_USERS, &u->row, "grades");
    else if (grades.len > 0 && memchr(grades.p, ',', grades.len) != NULL)
        tell(r, RULE_USER_GRADE_MANY, FILE_USERS, &u->row, "grades");
    if (u->home_class != ROSTER_NONE && !o->classes[u->home_class].is_homeroom)
        tell(r, RULE_USER_HOME_KIND, FILE_USERS, &u->row, "metadata.jp.homeClass");
}

static enum err check_users(struct reading *r, struct fail *why)
{
    const struct roster *o = r->roster;
    struct once masters, usernames;
    enum err rc = once_init(&masters, r, o->n_users, why);

    if (rc == ERR_OK)
        rc = once_init(&usernames, r, o->n_users, why);
    for (size_t i = 0; rc == ERR_OK && i < o->n_users; i++) {
        const struct roster_user *u = &o->users[i];

        if (!roster_is_whole(r, FILE_USERS, i))
            continue;
        check_user(r, i);
        if (is_second(&masters, u->master, i))
            tell(r, RULE_MASTER_DOUBLED, FILE_USERS, &u->row, "userMasterIdentifier");
        if (is_second(&usernames, u->username, i))
            tell(r, RULE_USERNAME_DOUBLED, FILE_USERS, &u->row, "username");
    }
    return rc;
}

/* ---- roles ---- */

static void check_role_days(struct reading *r, const struct roster_role *role)
{
    if (role->begins.year != 0 && role->ends.year != 0 &&
        value_day_compare(role->ends, role->begins) < 0)
        tell(r, RULE_DATE_ORDER, FILE_ROLES, &role->row, "endDate");
}

static enum err check_roles(struct reading *r, struct fail *why)
{
    const struct roster *o = r->roster;
    struct once rows, primaries;
    enum err rc = once_init(&rows, r, o->n_roles, why);

    if (rc == ERR_OK)
        rc = once_init(&primaries, r, o->n_roles, why);
    for (size_t i = 0; rc == ERR_OK && i < o->n_roles; i++) {
        const struct roster_role *role = &o->roles[i];

        if (!roster_is_whole(r, FILE_ROLES, i))
            continue;
        check_role_days(r, role);
        if (role->user == ROSTER_NONE || role->org == ROSTER_NONE)
            continue;
        if (is_second_triple(&rows, (struct triple){role->user, role->org, role->kind}, i)) {
            tell(r, RULE_ROLE_DOUBLED, FILE_ROLES, &role->row, NULL);
            continue;
        }
        if (role->is_primary &&
            is_second_triple(&primaries, (struct triple){role->user, role->org, 0}, i))
            tell(r, RULE_ROLE_PRIMARY_DOUBLED, FILE_ROLES, &role->row, "roleType");
        if (role->kind == ROSTER_STUDENT && roster_is_no_school(&o->orgs[role->org]))
            tell(r, RULE_ROLE_STUDENT_ORG, FILE_ROLES, &role->row, "orgSourcedId");
    }
    return rc;
}

/* ---- enrolments ---- */

/* The first and the last day of all school years that were sent; false when one of them has
 * days that are wrong themselves. */
static bool span_of_years(const struct roster *o, struct roster_day *first_out,
                          struct roster_day *last_out)
{
    bool has_any = false;

    for (size_t i = 0; i < o->n_sessions; i++) {
        const struct roster_session *s = &o->sessions[i];

        if (s->begins.month != 4 || s->begins.day != 1 || s->ends.month != 3 ||
            s->ends.day != 31 || s->ends.year != s->begins.year + 1)
            return false; /* told as such */
        if (!has_any || value_day_compare(s->begins, *first_out) < 0)
            *first_out = s->begins;
        if (!has_any || value_day_compare(s->ends, *last_out) > 0)
            *last_out = s->ends;
        has_any = true;
    }
    return has_any;
}

static void check_enrolment_days(struct reading *r, const struct roster_enrolment *e,
                                 bool has_years, struct roster_day first,
                                 struct roster_day last)
{
    struct roster_day ends = e->ends;

    if (e->begins.year != 0 && ends.year != 0 && value_day_compare(ends, e->begins) < 0) {
        tell(r, RULE_DATE_ORDER, FILE_ENROLMENTS, &e->row, "endDate");
        return;
    }
    if (!has_years)
        return;
    if (ends.year != 0 && ends.month == 4 && ends.day == 1)
        ends = value_day_before(ends); /* the exclusive end of foreign exporters */
    if (e->begins.year != 0 &&
        (value_day_compare(e->begins, first) < 0 || value_day_compare(e->begins, last) > 0))
        tell(r, RULE_DATE_OUTSIDE, FILE_ENROLMENTS, &e->row, "beginDate");
    else if (ends.year != 0 && value_day_compare(ends, last) > 0)
        tell(r, RULE_DATE_OUTSIDE, FILE_ENROLMENTS, &e->row, "endDate");
}

static void check_enrolment_role(struct reading *r, const struct roster_enrolment *e)
{
    const struct roster *o = r->roster;
    const struct roster_user *u = &o->users[e->user];
    bool is_student = span_eq(e->role, SPAN("student"));
    bool is_guardian = span_eq(e->role, SPAN("guardian"));
    bool is_good = is_student    ? has_kind(o, u, ROSTER_STUDENT)
                   : is_guardian ? has_kind(o, u, ROSTER_GUARDIAN)
                                 : has_staff_kind(o, u);

    if (is_open(o, u) || !is_roles_table_whole(r))
        return;
    if (!is_good)
        tell(r, RULE_ENROLMENT_ROLE, FILE_ENROLMENTS, &e->row, "role");
    else if (e->school != ROSTER_NONE && !is_guardian && !has_org(o, u, e->school))
        tell(r, RULE_ENROLMENT_USER_SCHOOL, FILE_ENROLMENTS, &e->row, "userSourcedId");
}

static void check_enrolment(struct reading *r, const struct roster_enrolment *e)
{
    const struct roster *o = r->roster;
    struct span primary = roster_cell(&e->row, FILE_ENROLMENTS, "primary");

    if (e->school != ROSTER_NONE && roster_is_no_school(&o->orgs[e->school]))
        tell(r, RULE_SCHOOL_KIND, FILE_ENROLMENTS, &e->row, "schoolSourcedId");
    else if (e->school != ROSTER_NONE && e->class != ROSTER_NONE &&
             o->classes[e->class].school != ROSTER_NONE &&
             o->classes[e->class].school != e->school)
        tell(r, RULE_ENROLMENT_SCHOOL, FILE_ENROLMENTS, &e->row, "schoolSourcedId");
    else if (e->user != ROSTER_NONE)
        check_enrolment_role(r, e);
    if (primary.len == 0 && roster_has(r, FILE_ENROLMENTS, "primary"))
        tell(r, RULE_ENROLMENT_PRIMARY_MISSING, FILE_ENROLMENTS, &e->row, "primary");
    else if (e->is_primary &&
             value_choose(e->role, "student|administrator|guardian|proctor") == VALUE_CHOSEN)
        tell(r, RULE_ENROLMENT_PRIMARY, FILE_ENROLMENTS, &e->row, "primary");
}

struct enrolment_onces {
    struct once rows, homerooms, numbers;
};

static void check_enrolment_once(struct enrolment_onces *once, struct reading *r, size_t i)
{
    const struct roster *o = r->roster;
    const struct roster_enrolment *e = &o->enrolments[i];
    bool is_student = span_eq(e->role, SPAN("student"));
    size_t role = e->role.len == 0 ? 0 : (size_t)e->role.p[0]; /* s t a g p: all differ */

    if (e->user == ROSTER_NONE || e->class == ROSTER_NONE)
        return;
    if (is_second_triple(&once->rows, (struct triple){e->user, e->class, role}, i)) {
        tell(r, RULE_ENROLMENT_DOUBLED, FILE_ENROLMENTS, &e->row, NULL);
        return;
    }
    if (!is_student || !o->classes[e->class].is_homeroom)
        return;
    if (is_second_triple(&once->homerooms, (struct triple){e->user, 0, 0}, i))
        tell(r, RULE_ENROLMENT_HOMEROOMS, FILE_ENROLMENTS, &e->row, "classSourcedId");
    if (e->number > 0 &&
        is_second_triple(&once->numbers, (struct triple){e->class, (size_t)e->number, 1}, i))
        tell(r, RULE_ENROLMENT_NUMBER, FILE_ENROLMENTS, &e->row, "metadata.jp.ShussekiNo");
}

static enum err check_enrolments(struct reading *r, struct fail *why)
{
    const struct roster *o = r->roster;
    struct roster_day first = {.year = 0}, last = {.year = 0};
    bool has_years = span_of_years(o, &first, &last);
    struct enrolment_onces once;
    enum err rc = once_init(&once.rows, r, o->n_enrolments, why);

    if (rc == ERR_OK)
        rc = once_init(&once.homerooms, r, o->n_enrolments, why);
    if (rc == ERR_OK)
        rc = once_init(&once.numbers, r, o->n_enrolments, why);
    for (size_t i = 0; rc == ERR_OK && i < o->n_enrolments; i++) {
        if (!roster_is_whole(r, FILE_ENROLMENTS, i))
            continue;
        check_enrolment(r, &o->enrolments[i]);
        check_enrolment_days(r, &o->enrolments[i], has_years, first, last);
        check_enrolment_once(&once, r, i);
    }
    return rc;
}

enum err roster_check_people(struct reading *reading, struct fail *why)
{
    enum err rc = check_users(reading, why);

    if (rc == ERR_OK)
        rc = check_roles(reading, why);
    return rc == ERR_OK ? check_enrolments(reading, why) : rc;
}
