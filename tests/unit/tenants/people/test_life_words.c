/* What the node makes up for a new ID: KP-3-安全-1, AI-4.3-カ. */
#include <string.h>

#include "tenants/people/life_words.h"
#include "tenants/signin/login_name.h"
#include "tenants/signin/password.h"
#include "tests/t.h"

#define N 2000

T_CASE(life_words_are_easy_to_type)
{
    T_REQ("AI-4.3-カ");
    for (int i = 0; i < N && t_case_ok(); i++) {
        char login[LIFE_LOGIN_CAP], password[LIFE_PASSWORD_CAP], folded[LOGIN_NAME_CAP];

        life_login_make(login);
        life_password_make(password);
        T_EQ(login_name_fold(span_text(login), folded, NULL), ERR_OK, login);
        T_TEXT(folded, login, "the one form already");
        T_OK(strlen(login) >= 7 && strlen(login) <= 12, login);
        T_OK(strlen(password) >= PASSWORD_LEAST + 4, password);
        T_EQ(strcspn(login, "ilo01-_."), strlen(login), login);
        T_EQ(strcspn(password, "ilo01-_."), strlen(password), password);
    }
}

T_CASE(life_words_differ)
{
    static char logins[N][LIFE_LOGIN_CAP];
    int n_same = 0;

    for (int i = 0; i < N; i++) {
        life_login_make(logins[i]);
        for (int k = 0; k < i; k++)
            n_same += strcmp(logins[i], logins[k]) == 0;
    }
    /* 64 words with 4,096 numbers each: about 8 pairs of 2,000 are alike, and more than 40 by
     * less than one chance in 10^15. */
    T_OK(n_same < 40, "drawn from all of them");
}

T_CASE(life_display_name_is_short_and_neutral)
{
    T_REQ("KP-3-安全-1");
    for (int i = 0; i < N && t_case_ok(); i++) {
        char name[LIFE_DISPLAY_CAP];
        size_t len;

        life_display_make(0, name);
        len = strlen(name);
        T_OK(len >= 8 && len < LIFE_DISPLAY_CAP - 1, name);
        T_OK(name[len - 1] >= '0' && name[len - 1] <= '9', "ends in a number");
    }
}
