#include "node/place/place_alias.h"

#include "node/base/utf.h"
#include "tests/t.h"

T_CASE(place_alias_is_another_in_every_session)
{
    struct id account = id_new(), other = id_new();
    struct id session = id_new();
    int n_same = 0, n_shared = 0;

    T_REQ("SE-4.1-イ-3");
    T_EQ(place_alias_first(session, account), place_alias_first(session, account),
         "who comes back has the same one");
    for (int i = 0; i < 1000; i++) {
        struct id next = id_new();

        n_same += place_alias_first(session, account) == place_alias_first(next, account);
        n_shared += place_alias_first(next, account) == place_alias_first(next, other);
        session = next;
    }
    /* One of 960 by chance: about one in a thousand. */
    T_OK(n_same < 10, "sessions have nothing in common");
    T_OK(n_shared < 10, "nor persons");
}

T_CASE(place_alias_names_are_all_different)
{
    static char all[PLACE_ALIASES_N + 2][PLACE_ALIAS_CAP];
    int n_double = 0;

    for (unsigned i = 0; i < PLACE_ALIASES_N + 2; i++) {
        place_alias_text(i, all[i]);
        for (unsigned j = 0; j < i; j++)
            n_double += strcmp(all[i], all[j]) == 0;
    }
    T_EQ(n_double, 0, "no name twice, not even beyond the list");
    T_TEXT(all[0], "あかいほし", "a colour and a thing");
    T_TEXT(all[PLACE_ALIASES_N], "あかいほし2", "beyond it with a number");
}
