/* Section 0 of the register, cell by cell: which role knows what of whom. */
#include "tenants/rights/rights.h"

#include <stdio.h>

#include "tests/t.h"

#define ROW  (SHOWS_DISPLAY | SHOWS_LOGIN | SHOWS_NAME | SHOWS_SCHOOL | SHOWS_STATE)
#define WORK (ROW | SHOWS_ACCOUNT | SHOWS_WORK)
#define ALL  (WORK | SHOWS_FACTS)
#define DUTY (ROW | SHOWS_ACCOUNT | SHOWS_FACTS)
#define ID   (SHOWS_DISPLAY | SHOWS_LOGIN)
#define OWN  (SHOWS_DISPLAY | SHOWS_STATE)

static const struct id north = {{1}}, south = {{2}}, class_a = {{3}}, class_b = {{4}};
static const struct id me = {{9}};

/* The people of the table. */
enum who {
    CHILD_OF_CLASS, /* of the caller's home class, grade and school */
    CHILD_OF_GRADE, /* another class of the grade */
    CHILD_OF_SCHOOL,
    CHILD_ELSEWHERE, /* another school, and not the guardian's */
    CHILD_WITHOUT_ID,
    A_GUARDIAN,
    A_COLLEAGUE, /* school staff of the caller's school */
    A_COMMISSIONER,
    MYSELF,
    NOBODY, /* no such row */
    WHO_N
};

static struct rights_place place_of(enum who who, enum role caller)
{
    struct rights_place p = {.person = {{(uint8_t)(20 + who)}},
                             .school = north,
                             .kind = PERSON_STUDENT,
                             .role = ROLE_STUDENT,
                             .is_usable = true,
                             .is_open = true,
                             .n_classes = 1,
                             .classes = {class_b},
                             .grade = "J2"};

    switch (who) {
    case CHILD_OF_CLASS:
        p.classes[0] = class_a;
        p.is_child = true;
        break;
    case CHILD_OF_GRADE:
        break;
    case CHILD_OF_SCHOOL:
        strcpy(p.grade, "J1");
        break;
    case CHILD_ELSEWHERE:
        p.school = south;
        p.classes[0] = class_a; /* a stale enrolment must not open another school */
        break;
    case CHILD_WITHOUT_ID:
        p.role = ROLE_ANONYMOUS;
        p.is_usable = false;
        p.classes[0] = class_a;
        break;
    case A_GUARDIAN:
        p.kind = PERSON_GUARDIAN;
        p.role = ROLE_GUARDIAN;
        p.n_classes = 0;
        break;
    case A_COLLEAGUE:
        p.kind = PERSON_STAFF;
        p.role = ROLE_SCHOOL_STAFF;
        p.n_classes = 0;
        break;
    case A_COMMISSIONER:
        p.kind = PERSON_STAFF;
        p.role = ROLE_COMMISSIONER;
        p.school = ID_NONE;
        p.n_classes = 0;
        break;
    case MYSELF:
        p.person = me;
        p.kind = person_kind_of(caller);
        p.role = caller;
        p.classes[0] = class_a;
        break;
    case NOBODY:
    case WHO_N:
        p = (struct rights_place){.person = ID_NONE};
        break;
    }
    return p;
}

static struct rights_view view_of(enum role role, const struct rights_grant *grants, size_t n)
{
    return (struct rights_view){.caller = {.role = role, .account = me, .school = north},
                                .grants = grants,
                                .n_grants = n};
}

static void check_row(const char *name, const struct rights_view *view,
                      const unsigned want[WHO_N])
{
    static const char *const whom[WHO_N] = {"a child of the class",
                                            "a child of the grade",
                                            "a child of the school",
                                            "a child of another school",
                                            "a child without an ID",
                                            "a guardian",
                                            "a colleague",
                                            "a commissioner",
                                            "oneself",
                                            "nobody"};
    char what[96];

    for (int who = 0; who < WHO_N; who++) {
        struct rights_place place = place_of((enum who)who, view->caller.role);

        snprintf(what, sizeof what, "%s: %s", name, whom[who]);
        T_EQ(rights_shows(view, &place, NULL), want[who], what);
    }
}

T_CASE(rights_section_0_by_role)
{
    static const struct {
        enum role role;
        unsigned want[WHO_N];
    } rows[] = {
        {ROLE_ANONYMOUS, {0}},
        {ROLE_STUDENT, {[MYSELF] = OWN}},
        {ROLE_GUARDIAN, {[CHILD_OF_CLASS] = OWN, [MYSELF] = OWN}},
        {ROLE_SUPPORTER,
         {[CHILD_OF_CLASS] = ID,
          [CHILD_OF_GRADE] = ID,
          [CHILD_OF_SCHOOL] = ID,
          [CHILD_ELSEWHERE] = ID,
          [MYSELF] = ID | SHOWS_STATE}},
        {ROLE_INSTRUCTOR, {[MYSELF] = ID | SHOWS_STATE}},
        {ROLE_GUEST_TEACHER, {[MYSELF] = ID | SHOWS_STATE}},
        {ROLE_SCHOOL_STAFF, {[MYSELF] = ID | SHOWS_STATE}}, /* a new role starts with nothing */
        {ROLE_COMMISSIONER,
         {ALL, ALL, ALL, ALL, ALL, ALL, ALL, ALL, [MYSELF] = ALL & ~SHOWS_WORK}},
        {ROLE_CONTRACTOR,
         {WORK, WORK, WORK, WORK, WORK, WORK,
          WORK, [A_COMMISSIONER] = WORK & ~SHOWS_WORK, [MYSELF] = WORK & ~SHOWS_WORK}},
        {ROLE_DATA_HOLDER, {[MYSELF] = ID | SHOWS_STATE}},
        {ROLE_ANALYST, {[MYSELF] = ID | SHOWS_STATE}},
        {ROLE_COORDINATOR, {[MYSELF] = ID | SHOWS_STATE}},
        {ROLE_AUDITOR, {[MYSELF] = ID | SHOWS_STATE}},
    };

    T_REQ("KP-3-安全-2");
    T_REQ("AI-4.4-カ-オ");
    T_EQ(T_COUNT(rows), ROLE_N, "every role");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct rights_view view = view_of(rows[i].role, NULL, 0);

        check_row(role_id(rows[i].role), &view, rows[i].want);
    }
}

T_CASE(rights_section_0_by_duty)
{
    static const struct {
        enum right right;
        unsigned class, grade, school;
    } rows[] = {
        {RIGHT_HOMEROOM, DUTY | SHOWS_WORK, 0, 0},
        {RIGHT_GRADE_HEAD, DUTY | SHOWS_WORK, DUTY | SHOWS_WORK, 0},
        {RIGHT_GUIDANCE, DUTY | SHOWS_WORK, DUTY | SHOWS_WORK, DUTY | SHOWS_WORK},
        {RIGHT_MANAGER, DUTY | SHOWS_WORK, DUTY | SHOWS_WORK, DUTY | SHOWS_WORK},
        {RIGHT_NURSE, DUTY, DUTY, DUTY},
        {RIGHT_COUNSELLOR, DUTY, DUTY, DUTY},
        {RIGHT_SOCIAL_WORKER, DUTY, DUTY, DUTY},
        {RIGHT_ON_DUTY, 0, 0, 0},
    };

    T_REQ("KP-3-安全-2");
    T_REQ("NI-T3-7");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct rights_grant grant = {.right = rows[i].right,
                                           .account = me,
                                           .school = north,
                                           .class = rows[i].right == RIGHT_HOMEROOM ? class_a
                                                                                    : ID_NONE,
                                           .grade = "J2"};
        struct rights_view view = view_of(ROLE_SCHOOL_STAFF, &grant, 1);
        const unsigned want[WHO_N] = {[CHILD_OF_CLASS] = rows[i].class,
                                      [CHILD_OF_GRADE] = rows[i].grade,
                                      [CHILD_OF_SCHOOL] = rows[i].school,
                                      [CHILD_WITHOUT_ID] = rows[i].class,
                                      [MYSELF] = ID | SHOWS_STATE};

        check_row(right_id(rows[i].right), &view, want);
        view = view_of(ROLE_SUPPORTER, &grant, 1); /* were there ever such a row */
        T_EQ(rights_shows(&view,
                          &(struct rights_place){.person = {{40}},
                                                 .kind = PERSON_STUDENT,
                                                 .role = ROLE_STUDENT,
                                                 .is_usable = true,
                                                 .school = north},
                          NULL),
             ID, "a supporter's view never grows");
    }
}

T_CASE(rights_end_where_school_and_roster_end)
{
    const struct rights_grant old = {
        .right = RIGHT_MANAGER, .account = me, .school = south}; /* of the school before */
    const struct rights_grant now = {.right = RIGHT_MANAGER, .account = me, .school = north};
    struct rights_place child = place_of(CHILD_OF_SCHOOL, ROLE_SCHOOL_STAFF);
    struct rights_view view = view_of(ROLE_SCHOOL_STAFF, &old, 1);
    const struct rights_grant *by = &old;

    T_REQ("NI-2.3.1-1");
    T_EQ(rights_shows(&view, &child, &by), 0, "a right of the school before");
    T_OK(by == NULL, "no right decided");
    child.school = south;
    T_EQ(rights_shows(&view, &child, NULL), 0, "nor the children of that school");
    child.school = north;
    view.grants = &now;
    T_EQ(rights_shows(&view, &child, &by), DUTY | SHOWS_WORK, "of this school");
    T_OK(by == &now, "by this right");
    child.is_open = false;
    T_EQ(rights_shows(&view, &child, NULL), DUTY | SHOWS_WORK,
         "not asked whether it takes part");
    view.is_open_only = true;
    T_EQ(rights_shows(&view, &child, NULL), 0, "a school that does not take part");
    child.is_open = true;
    child.has_left = true;
    T_EQ(rights_shows(&view, &child, NULL), 0, "a child who left");
    child.has_left = false;
    child.is_merged = true;
    T_EQ(rights_shows(&view, &child, NULL), 0, "a doubled row");
    view = view_of(ROLE_COMMISSIONER, NULL, 0);
    T_EQ(rights_shows(&view, &child, NULL), 0, "is nobody's, the board's neither");
}

T_CASE(rights_fit_their_roles)
{
    static const struct {
        const char *id;
        unsigned roles;
    } rows[] = {
        {"homeroom", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"grade_head", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"guidance", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"manager", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"nurse", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"counsellor", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"social_worker", ROLE_BIT(ROLE_SCHOOL_STAFF)},
        {"on_duty", ROLE_BIT(ROLE_SCHOOL_STAFF) | ROLE_BIT(ROLE_SUPPORTER)},
        {"logs.read", ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR)},
        {"messages.read", ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR)},
        {"export", ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_AUDITOR)},
    };
    enum right right = RIGHT_N;

    T_REQ("AI-4.4-カ-オ");
    T_EQ(T_COUNT(rows), RIGHT_N, "every right");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(right_parse(span_text(rows[i].id), &right, NULL), ERR_OK, rows[i].id);
        T_EQ(right, i, "its number");
        T_TEXT(right_id(right), rows[i].id, "and back");
        T_EQ(right_roles(right), rows[i].roles, "whom it fits");
        T_OK(right_name_ja(right)[0] != '\0', "its Japanese name");
    }
    T_EQ(right_parse(SPAN("risk.read"), &right, NULL), ERR_INVALID, "no such right");
    T_EQ(right_parse(SPAN(""), &right, NULL), ERR_INVALID, "nothing");
}
