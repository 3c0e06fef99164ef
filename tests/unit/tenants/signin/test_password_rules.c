#include "tenants/signin/password_rules.h"

#include <string.h>

#include "tests/t.h"

/* The rules broken, joined by blanks. */
static const char *broken(struct arena *arena, const char *password, const char *login,
                          int least)
{
    struct jx_defects defects = {0};
    const char *text = "";

    T_EQ(password_rules_check(span_text(password), span_text(login), least, "/new", arena,
                              &defects, NULL),
         ERR_OK, password);
    for (size_t i = 0; i < defects.n; i++) {
        T_SPAN(defects.at[i].pointer, SPAN("/new"), "where");
        T_OK(defects.at[i].text_ja.len > 0, "with a sentence");
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? " " : "", defects.at[i].rule);
    }
    return text;
}

T_CASE(password_rules_refuse_what_is_guessed_first)
{
    static const struct {
        const char *password, *login;
        int least;
        const char *rules;
    } rows[] = {
        {"himawari-umi-7", "aoi-0123", 10, ""},
        {"あおぞら-1234", "aoi-0123", 8, ""},
        {"k7m2-hh3q-x9", "aoi-0123", 10, ""},
        {"kt7-mo2q", "aoi", 8, ""},
        {"kt7-mo2", "aoi", 8, "least"},
        {"あおぞらのうみ", "aoi", 8, "least"},
        {"my-AOI-0123-x", "aoi-0123", 10, "login-inside"},
        {"aoi-0123", "aoi-0123", 8, "login-inside"},
        {"aaaaaaaaaa", "ren", 10, "trivial"},
        {"ababababab", "ren", 10, "trivial"},
        {"12341234", "ren", 8, "trivial"},
        {"ああああああああ", "ren", 8, "trivial"},
        {"1234567890", "ren", 10, "trivial"},
        {"0987654321", "ren", 10, "trivial"},
        {"abcdefghij", "ren", 10, "trivial"},
        {"QWERTYUIOP", "ren", 10, "trivial"},
        {"Password123!", "ren", 10, "common"},
        {"pasuwado2026", "ren", 10, "common"},
        {"1qaz2wsx3edc", "ren", 10, "common"},
        {"Sakura2025", "ren", 10, "common"},
        {"ren12345", "ren", 10, "least login-inside"},
    };
    struct arena *arena = NULL;

    T_REQ("AI-2.6-オ");
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_TEXT(broken(arena, rows[i].password, rows[i].login, rows[i].least), rows[i].rules,
               rows[i].password);
    arena_destroy(&arena);
}

T_CASE(password_rules_of_a_childs_second_step)
{
    static const struct {
        const char *step;
        bool is_pin, is_picture;
    } rows[] = {
        {"2580", true, false},        {"90210", true, false},
        {"13579246", true, false},    {"258", false, false},
        {"135792468", false, false},  {"1111", false, false},
        {"1234", false, false},       {"9876", false, false},
        {"25a0", false, false},       {"", false, false},
        {"3-7-1", false, true},       {"12-1-10-4", false, true},
        {"1-2-3-4-5-6", false, true}, {"1-2-3-4-5-6-7", false, false},
        {"3-7", false, false},        {"3-7-7", false, false},
        {"3-7-13", false, false},     {"3-7-0", false, false},
        {"03-7-1", false, false},     {"-3-7-1", false, false},
        {"3-7-1-", false, false},     {"3--7-1", false, false},
        {"3-7-100", false, false},    {"3-7-1x", false, false},
    };

    T_REQ("NI-2.3.4-2b");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(step_is_pin(span_text(rows[i].step)), rows[i].is_pin, rows[i].step);
        T_EQ(step_is_picture(span_text(rows[i].step)), rows[i].is_picture, rows[i].step);
    }
}
