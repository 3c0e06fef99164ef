#include "tenants/signin/login_name.h"
#include "tests/t.h"

T_CASE(login_name_has_one_form)
{
    static const struct {
        const char *what, *typed, *want;
    } rows[] = {
        {"as issued", "aoi-0123", "aoi-0123"},
        {"capitals", "Aoi-0123", "aoi-0123"},
        {"full-width letters and digits", "ａｏｉ－０１２３", "aoi-0123"},
        {"full-width capitals and signs", "ＡＯＩ＠Ｂ．＿", "aoi@b._"},
        {"blanks around", "  aoi-0123 ", "aoi-0123"},
        {"ideographic blanks around", "　aoi-0123　", "aoi-0123"},
        {"shortest", "abc", "abc"},
        {"longest", "0123456789012345678901234567890123456789012345678901234567890123",
         "0123456789012345678901234567890123456789012345678901234567890123"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char name[LOGIN_NAME_CAP] = "";

        T_EQ(login_name_fold(span_text(rows[i].typed), name, NULL), ERR_OK, rows[i].what);
        T_TEXT(name, rows[i].want, rows[i].what);
    }
}

T_CASE(login_name_refuses_other_characters)
{
    const struct {
        const char *what;
        struct span typed;
    } rows[] = {
        {"empty", SPAN("")},
        {"two characters", SPAN("ab")},
        {"blanks only", SPAN("   ")},
        {"a blank inside", SPAN("aoi 0123")},
        {"kana", SPAN("あおい123")},
        {"half-width kana", SPAN("ｱｵｲ123")},
        {"an accent", SPAN("aoï-0123")},
        {"a NUL", SPAN("aoi\0evil")},
        {"a slash", SPAN("aoi/0123")},
        {"a line break", SPAN("aoi\n0123")},
        {"cut UTF-8 at the end", SPAN("aoi0123\xef\xbc")},
        {"a lone continuation byte", SPAN("aoi\x81")},
        {"one too many",
         SPAN("01234567890123456789012345678901234567890123456789012345678901234")},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char name[LOGIN_NAME_CAP] = "untouched";
        struct fail why = {0};

        T_EQ(login_name_fold(rows[i].typed, name, &why), ERR_INVALID, rows[i].what);
        T_TEXT(why.field, "login", "the field is named");
        T_TEXT(name, "untouched", "nothing is handed out");
    }
}
