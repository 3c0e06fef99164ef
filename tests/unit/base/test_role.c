#include "node/base/role.h"

#include "tests/t.h"

T_CASE(role_ids_are_the_twelve_and_anonymous) /* register, section 0; design, section 10 */
{
    static const char *const ids[] = {
        "anonymous",     "student",      "guardian",     "supporter",  "instructor",
        "guest_teacher", "school_staff", "commissioner", "contractor", "data_holder",
        "analyst",       "coordinator",  "auditor",
    };

    T_EQ(ROLE_N, T_COUNT(ids), "no more");
    for (int i = 0; i < ROLE_N; i++) {
        enum role role = ROLE_N;

        T_TEXT(role_id((enum role)i), ids[i], "id");
        T_OK(role_name_ja((enum role)i)[0] != '\0', "a name");
        T_EQ(role_parse(span_text(ids[i]), &role, NULL), ERR_OK, ids[i]);
        T_EQ(role, i, "back");
    }
}

T_CASE(role_choices_are_the_ids_in_their_order) /* role = 1 + what JX_ENUM read */
{
    const char *rest = ROLE_CHOICES;

    for (int i = ROLE_STUDENT; i < ROLE_N; i++) {
        const char *id = role_id((enum role)i);
        size_t len = strlen(id);

        T_EQ(strncmp(rest, id, len), 0, id);
        T_EQ(rest[len], i + 1 < ROLE_N ? '|' : '\0', "and nothing more");
        rest += len + 1;
    }
}

T_CASE(role_parse_refuses_anything_else)
{
    static const char *const bad[] = {"",      "Student",  "student ",
                                      "admin", "students", "児童生徒"};

    for (size_t i = 0; i < T_COUNT(bad); i++) {
        enum role role = ROLE_STUDENT;
        struct fail why = {0};

        T_EQ(role_parse(span_text(bad[i]), &role, &why), ERR_INVALID, bad[i]);
        T_EQ(why.code, ERR_INVALID, "why");
        T_EQ(role, ROLE_STUDENT, "not set");
    }
}

T_CASE(role_sets)
{
    T_EQ(ROLES_EVERYONE, (1u << ROLE_N) - 1u, "everyone");
    T_OK(!(ROLES_SIGNED_IN & ROLE_BIT(ROLE_ANONYMOUS)), "signed in is somebody");
    T_EQ(ROLES_SIGNED_IN | ROLE_BIT(ROLE_ANONYMOUS), ROLES_EVERYONE, "and nobody else lacks");
    T_EQ(ROLES_CHILD_SIDE, ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_GUARDIAN), "child side");
    T_EQ(ROLES_ADULT, ROLES_SIGNED_IN & ~ROLE_BIT(ROLE_STUDENT), "adults");
}
