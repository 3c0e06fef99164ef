#include "node/classes/class_rule.h"

static bool is_sub(const struct class_team *team)
{
    return !id_is_none(team->sub) && !id_eq(team->sub, team->main);
}

unsigned class_rule_check(const struct class_team *team)
{
    bool has_supporter = is_sub(team) && team->sub_supports;
    unsigned wrong = 0;

    if (id_is_none(team->main))
        wrong |= team->main_is_elsewhere ? 0 : CLASS_RULE_NO_MAIN;
    else if (id_eq(team->main, team->sub))
        wrong |= CLASS_RULE_SUB_IS_MAIN;
    for (int i = 0; i < team->n_supporters; i++) {
        if (id_is_none(team->supporters[i]))
            continue;
        if (id_eq(team->supporters[i], team->main))
            wrong |= CLASS_RULE_MAIN_IS_SUPPORTER;
        else
            has_supporter = true;
    }
    return has_supporter ? wrong : wrong | CLASS_RULE_NO_SUPPORTER;
}

int class_rule_people(const struct class_team *team)
{
    struct id seen[CLASS_SUPPORTERS_MOST + 2];
    int n = 0;

    if (!id_is_none(team->main))
        seen[n++] = team->main;
    if (is_sub(team))
        seen[n++] = team->sub;
    for (int i = 0; i < team->n_supporters && i < CLASS_SUPPORTERS_MOST; i++) {
        bool is_seen = id_is_none(team->supporters[i]);

        for (int k = 0; k < n; k++)
            is_seen = is_seen || id_eq(seen[k], team->supporters[i]);
        if (!is_seen)
            seen[n++] = team->supporters[i];
    }
    return n;
}

bool class_team_has(const struct class_team *team, struct id account)
{
    bool is = id_eq(team->main, account) || id_eq(team->sub, account);

    for (int i = 0; i < team->n_supporters; i++)
        is = is || id_eq(team->supporters[i], account);
    return is;
}
