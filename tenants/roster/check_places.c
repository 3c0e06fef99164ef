/* School years, organisations, courses and classes against each other. */
#include "tenants/roster/reading.h"
#include "tenants/roster/value.h"

static void tell(struct reading *r, enum roster_rule rule, enum roster_file file,
                 const struct roster_row *row, const char *column)
{
    roster_find(r, rule, file, row->line, column);
}

static bool is_day(struct roster_day day, int month, int day_of_month)
{
    return day.month == month && day.day == day_of_month;
}

static void check_session(struct reading *r, const struct roster_session *s)
{
    struct span type = roster_cell(&s->row, FILE_SESSIONS, "type");
    int year;

    if (value_choose(type, "gradingPeriod|semester|term") == VALUE_CHOSEN) {
        tell(r, RULE_SESSION_TYPE, FILE_SESSIONS, &s->row, "type");
        return; /* its days are not those of a school year */
    }
    if (s->title.len > 0 && !value_is_year_title(s->title, true))
        tell(r, RULE_SESSION_TITLE, FILE_SESSIONS, &s->row, "title");
    if (s->begins.year != 0 && s->ends.year != 0 && value_day_compare(s->ends, s->begins) < 0) {
        tell(r, RULE_DATE_ORDER, FILE_SESSIONS, &s->row, "endDate");
        return;
    }
    if (s->begins.year != 0 && !is_day(s->begins, 4, 1))
        tell(r, RULE_SESSION_START, FILE_SESSIONS, &s->row, "startDate");
    else if (s->ends.year != 0 && (!is_day(s->ends, 3, 31) ||
                                   (s->begins.year != 0 && s->ends.year != s->begins.year + 1)))
        tell(r, RULE_SESSION_END, FILE_SESSIONS, &s->row, "endDate");
    if (s->begins.year != 0 && s->school_year != 0 &&
        value_number(roster_cell(&s->row, FILE_SESSIONS, "schoolYear"), 4, &year) &&
        year != s->school_year)
        tell(r, RULE_SESSION_YEAR, FILE_SESSIONS, &s->row, "schoolYear");
}

/* No municipality is deeper than this; it keeps a hostile chain from costing much. */
#define DEPTH_CAP 32

static bool is_parent_of_itself(const struct roster *o, size_t i)
{
    size_t at = o->orgs[i].parent;
    int n = 0;

    while (at != ROSTER_NONE && at != i && n++ < DEPTH_CAP)
        at = o->orgs[at].parent;
    return at == i || n > DEPTH_CAP;
}

static void check_code(struct reading *r, const struct roster_org *o)
{
    if (o->identifier.len == 0 || o->kind == ROSTER_ORG_OTHER)
        return;
    if (o->kind == ROSTER_ORG_DISTRICT) {
        if (!value_is_board_code(o->identifier))
            tell(r, RULE_ORG_BOARD_CODE, FILE_ORGS, &o->row, "identifier");
    } else if (!value_is_school_code(o->identifier)) {
        tell(r, RULE_ORG_SCHOOL_CODE, FILE_ORGS, &o->row, "identifier");
    } else if (!value_is_school_digit_good(o->identifier)) {
        tell(r, RULE_ORG_SCHOOL_DIGIT, FILE_ORGS, &o->row, "identifier");
    }
}

static void check_org(struct reading *r, size_t i)
{
    const struct roster *o = r->roster;
    const struct roster_org *org = &o->orgs[i];

    check_code(r, org);
    if (is_parent_of_itself(o, i))
        tell(r, RULE_ORG_PARENT_SELF, FILE_ORGS, &org->row, "parentSourcedId");
    else if (org->kind == ROSTER_ORG_DISTRICT && org->parent != ROSTER_NONE)
        tell(r, RULE_ORG_DISTRICT_PARENT, FILE_ORGS, &org->row, "parentSourcedId");
    else if (org->kind == ROSTER_ORG_SCHOOL && org->parent != ROSTER_NONE &&
             o->orgs[org->parent].kind == ROSTER_ORG_SCHOOL)
        tell(r, RULE_ORG_PARENT_KIND, FILE_ORGS, &org->row, "parentSourcedId");
}

static void check_doubled_codes(struct reading *r)
{
    const struct roster *o = r->roster;
    struct roster_index codes;
    size_t before;

    if (roster_index_init(&codes, o->n_orgs, r->arena, NULL) != ERR_OK) {
        r->is_out_of_memory = true;
        return;
    }
    for (size_t i = 0; i < o->n_orgs; i++)
        if (o->orgs[i].identifier.len > 0 && roster_is_whole(r, FILE_ORGS, i) &&
            !roster_index_add(&codes, o->orgs[i].identifier, i, &before))
            tell(r, RULE_ORG_CODE_DOUBLED, FILE_ORGS, &o->orgs[i].row, "identifier");
}

static bool has_school(const struct roster *o)
{
    for (size_t i = 0; i < o->n_orgs; i++)
        if (o->orgs[i].kind == ROSTER_ORG_SCHOOL)
            return true;
    return false;
}

static size_t n_items(struct span list)
{
    struct span item;
    size_t n = 0;

    while (list.len > 0 && value_next_item(&list, &item))
        n++;
    return n;
}

/* The standard pairs them item by item. */
static void check_subjects(struct reading *r, enum roster_file file,
                           const struct roster_row *row)
{
    if (n_items(roster_cell(row, file, "subjects")) !=
        n_items(roster_cell(row, file, "subjectCodes")))
        tell(r, RULE_SUBJECTS_COUNT, file, row, "subjectCodes");
}

static void check_course(struct reading *r, const struct roster_course *c)
{
    if (c->title.len > 0 && !value_is_year_title(c->title, false))
        tell(r, RULE_COURSE_TITLE, FILE_COURSES, &c->row, "title");
    check_subjects(r, FILE_COURSES, &c->row);
}

static bool is_at_or_above(const struct roster *o, size_t org, size_t school)
{
    int n = 0;

    while (school != ROSTER_NONE && n++ <= DEPTH_CAP) {
        if (school == org)
            return true;
        school = o->orgs[school].parent;
    }
    return false;
}

static void check_class(struct reading *r, const struct roster_class *c)
{
    const struct roster *o = r->roster;
    size_t session = c->course == ROSTER_NONE ? ROSTER_NONE : o->courses[c->course].session;
    size_t org = c->course == ROSTER_NONE ? ROSTER_NONE : o->courses[c->course].org;

    check_subjects(r, FILE_CLASSES, &c->row);
    if (c->school != ROSTER_NONE && roster_is_no_school(&o->orgs[c->school])) {
        tell(r, RULE_SCHOOL_KIND, FILE_CLASSES, &c->row, "schoolSourcedId");
        return;
    }
    if (c->school != ROSTER_NONE && org != ROSTER_NONE && !is_at_or_above(o, org, c->school))
        tell(r, RULE_CLASS_COURSE_SCHOOL, FILE_CLASSES, &c->row, "courseSourcedId");
    for (size_t i = 0; session != ROSTER_NONE && i < c->terms.n; i++)
        if (o->sessions[c->terms.at[i]].school_year != o->sessions[session].school_year) {
            tell(r, RULE_CLASS_COURSE_YEAR, FILE_CLASSES, &c->row, "termSourcedIds");
            break;
        }
}

void roster_check_places(struct reading *r)
{
    const struct roster *o = r->roster;

    for (size_t i = 0; i < o->n_sessions; i++)
        if (roster_is_whole(r, FILE_SESSIONS, i))
            check_session(r, &o->sessions[i]);
    for (size_t i = 0; i < o->n_orgs; i++)
        if (roster_is_whole(r, FILE_ORGS, i))
            check_org(r, i);
    check_doubled_codes(r);
    if (o->n_orgs > 0 && !has_school(o) && !r->tables[FILE_ORGS].has_damage)
        roster_find(r, RULE_ORG_NO_SCHOOL, FILE_ORGS, 0, NULL);
    for (size_t i = 0; i < o->n_courses; i++)
        if (roster_is_whole(r, FILE_COURSES, i))
            check_course(r, &o->courses[i]);
    for (size_t i = 0; i < o->n_classes; i++)
        if (roster_is_whole(r, FILE_CLASSES, i))
            check_class(r, &o->classes[i]);
}
