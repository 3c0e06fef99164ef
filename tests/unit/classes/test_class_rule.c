#include "node/classes/class_rule.h"
#include "tests/t.h"

static struct id who(int n)
{
    return n == 0 ? ID_NONE : (struct id){{(uint8_t)n, 4}};
}

T_CASE(two_people_one_supporter_and_one_main_instructor)
{
    enum { NO_MAIN = CLASS_RULE_NO_MAIN, NO_SUPPORT = CLASS_RULE_NO_SUPPORTER };
    static const struct {
        const char *what;
        int main, sub;
        bool doubles;
        int supporters[3];
        unsigned wrong;
        int people;
    } rows[] = {
        {"one of each", 1, 0, false, {2}, 0, 2},
        {"nobody", 0, 0, false, {0}, NO_MAIN | NO_SUPPORT, 0},
        {"the instructor alone", 1, 0, false, {0}, NO_SUPPORT, 1},
        {"a supporter alone", 0, 0, false, {2}, NO_MAIN, 1},
        {"two supporters, nobody teaches", 0, 0, false, {2, 3}, NO_MAIN, 2},
        {"the main instructor as supporter",
         1,
         0,
         false,
         {1},
         CLASS_RULE_MAIN_IS_SUPPORTER | NO_SUPPORT,
         1},
        {"the main instructor among supporters",
         1,
         0,
         false,
         {1, 2},
         CLASS_RULE_MAIN_IS_SUPPORTER,
         2},
        {"a team, the sub supports", 1, 2, true, {0}, 0, 2},
        {"a team, the sub only teaches", 1, 2, false, {0}, NO_SUPPORT, 2},
        {"a team and a supporter", 1, 2, false, {3}, 0, 3},
        {"a team, the sub listed as supporter", 1, 2, false, {2}, 0, 2},
        {"a team, all of it", 1, 2, true, {3, 5}, 0, 4},
        {"the sub is the main instructor",
         1,
         1,
         true,
         {0},
         CLASS_RULE_SUB_IS_MAIN | NO_SUPPORT,
         1},
        {"the sub is the main instructor, and a supporter",
         1,
         1,
         true,
         {2},
         CLASS_RULE_SUB_IS_MAIN,
         2},
        {"a sub without a main instructor", 0, 2, true, {0}, NO_MAIN, 1},
        {"doubles, but there is no sub", 1, 0, true, {0}, NO_SUPPORT, 1},
        {"one supporter twice", 1, 0, false, {2, 2}, 0, 2},
    };

    T_REQ("AI-4.4-キ-ウ");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct class_team team = {.main = who(rows[i].main),
                                  .sub = who(rows[i].sub),
                                  .sub_supports = rows[i].doubles};

        for (int k = 0; k < 3; k++)
            if (rows[i].supporters[k] != 0)
                team.supporters[team.n_supporters++] = who(rows[i].supporters[k]);
        T_EQ(class_rule_check(&team), rows[i].wrong, rows[i].what);
        T_EQ(class_rule_people(&team), rows[i].people, rows[i].what);
        if (rows[i].wrong == 0)
            T_OK(class_rule_people(&team) >= 2, rows[i].what);
    }
}

T_CASE(a_main_instructor_of_another_town_is_not_missed_here)
{
    struct class_team team = {.main_is_elsewhere = true};

    T_REQ("AI-4.4-キ-ウ");
    T_EQ(class_rule_check(&team), CLASS_RULE_NO_SUPPORTER, "a supporter of ours is");
    team.supporters[team.n_supporters++] = who(2);
    T_EQ(class_rule_check(&team), 0, "one is enough");
    team = (struct class_team){.sub = who(3), .main_is_elsewhere = true, .sub_supports = true};
    T_EQ(class_rule_check(&team), 0, "a sub instructor who supports, too");
}
