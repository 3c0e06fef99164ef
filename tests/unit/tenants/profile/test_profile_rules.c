/* KP-3-安全-1, AI-2.2-エ: what a display name and a note may be. */
#include "tenants/profile/profile_rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "tenants/profile/profile.h"
#include "tests/t.h"

static const struct span schools[] = {
    {(const uint8_t *)"あおぞら市立みどり小学校", sizeof("あおぞら市立みどり小学校") - 1},
    {(const uint8_t *)"あおぞら市立光小学校", sizeof("あおぞら市立光小学校") - 1},
};

/* The rule that is broken; "" none. */
static const char *name_rule(enum role role, const char *name)
{
    static char rule[32];
    const struct profile_names names = {
        .family = SPAN("山田"),
        .given = SPAN("花子"),
        .family_kana = SPAN("ヤマダ"),
        .given_kana = SPAN("ハナコ"),
        .schools = schools,
        .n_schools = T_COUNT(schools),
    };
    struct jx_defects defects = {0};
    struct arena *arena = NULL;

    if (arena_create(4096, &arena, NULL) != ERR_OK)
        abort();
    T_EQ(profile_check_name(role, profile_trim(span_text(name)), &names, arena, &defects, NULL),
         ERR_OK, name);
    T_OK(defects.n <= 1, "one sentence at a time");
    snprintf(rule, sizeof rule, "%s", defects.n > 0 ? defects.at[0].rule : "");
    if (defects.n > 0) {
        T_SPAN(defects.at[0].pointer, SPAN("/name"), "names the field");
        T_OK(memmem(defects.at[0].text_ja.p, defects.at[0].text_ja.len, "「なまえ」",
                    sizeof("「なまえ」") - 1) != NULL,
             "the sentence names the field");
        T_OK(memmem(defects.at[0].text_ja.p, defects.at[0].text_ja.len, "山田", 6) == NULL,
             "and repeats no name");
    }
    arena_destroy(&arena);
    return rule;
}

T_CASE(a_childs_name_says_nothing_of_the_child)
{
    static const struct {
        const char *name, *rule;
    } rows[] = {
        {"そら", ""},
        {"みかんりんご", ""}, /* holds かんり */
        {"ねこ🐈", ""},
        {"☆☆☆", ""},
        {"Sora-7", ""},
        {"花", ""},           /* one character of a name is a word */
        {"山の花", ""},       /* no part of it alone */
        {"花子じゃない", ""}, /* equal is refused, not every word that begins so */
        {"光", ""},
        {"光小", ""}, /* too short to be a school */
        {"", "required"},
        {" 　", "required"},
        {"山田花子", "real-name"},
        {"山田　花子", "real-name"},
        {"花子山田", "real-name"},
        {"やまだはなこ", "real-name"},
        {"ﾔﾏﾀﾞﾊﾅｺ", "real-name"},
        {"ヤマダ ハナコ", "real-name"},
        {"山田", "real-name"},
        {"花子", "real-name"},
        {"はなこ", "real-name"},
        {"ハナコ", "real-name"},
        {"はなこちゃん", "real-name"},
        {"山田さん", "real-name"},
        {"ぼく山田花子", "real-name"},
        {"みどり小学校", "school"},
        {"みどり小の子", "school"},
        {"あおぞら市立光小学校", "school"},
        {"光小学校", "school"},
        {"せんせい", "staff"},
        {"そら先生", "staff"},
        {"せ・ん・せ・い", "staff"},
        {"センセイ", "staff"},
        {"スタッフ", "staff"},
        {"ｽﾀｯﾌ", "staff"},
        {"すたっふのそら", "staff"},
        {"相談員", "staff"},
        {"うんえい", "staff"},
        {"見守りの人", "staff"}, /* as the place itself calls them */
        {"ミマモリ", "staff"},
        {"じむきょく", "staff"},
        {"きょういくいいんかい", "staff"},
        {"かんり", "staff"},
        {"かんりにん", "staff"},
        {"ADMIN", "staff"},
        {"Ｓｔａｆｆ", "staff"},
        {"st\u0430ff", "alike"}, /* a Cyrillic letter among Latin ones */
        {"\u0455taff", "alike"},
        {"\u2800\u2800", "alike"}, /* nothing to see */
        {"Соня", ""},              /* one alphabet is a name */
        {"Соняとそら", ""},
        {"e\u0301e\u0301", ""},
        {"a\u0301\u0301\u0301\u0301\u0301", "alike"},
        {"123456789012", ""},
        {"1234567890123", "most"},
        {"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
         ""}, /* three graphemes */
    };

    T_REQ("KP-3-安全-1 AI-2.2-エ");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_TEXT(name_rule(ROLE_STUDENT, rows[i].name), rows[i].rule, rows[i].name);
}

T_CASE(marks_piled_upon_a_letter_are_bounded)
{
    char name[4 + 2 * 100] = "a";
    char *p = name + 1;

    for (int i = 0; i < 80; i++) /* one grapheme of 161 bytes */
        p += sprintf(p, "\xcc\x81");
    T_TEXT(name_rule(ROLE_STUDENT, name), "most", "one letter under 80 marks");
}

T_CASE(adults_are_called_by_name_and_guardians_are_no_staff)
{
    static const struct {
        enum role role;
        const char *name, *rule;
    } rows[] = {
        {ROLE_SUPPORTER, "山田先生", ""},          {ROLE_SCHOOL_STAFF, "みどり小の山田", ""},
        {ROLE_COMMISSIONER, "かんり", ""},         {ROLE_COMMISSIONER, "", "required"},
        {ROLE_SUPPORTER, "1234567890123", "most"}, {ROLE_GUARDIAN, "山田花子", ""},
        {ROLE_GUARDIAN, "スタッフ", "staff"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_TEXT(name_rule(rows[i].role, rows[i].name), rows[i].rule, rows[i].name);
}

T_CASE(names_alike_fold_to_one)
{
    static const char *const same[] = {"そら", "ソラ", "ｿﾗ", "そ ら", "そ　ら"};
    struct arena *arena = NULL;
    struct span first, other;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(people_fold(span_text(same[0]), arena, &first, NULL), ERR_OK, "folds");
    for (size_t i = 1; i < T_COUNT(same); i++) {
        T_EQ(people_fold(span_text(same[i]), arena, &other, NULL), ERR_OK, same[i]);
        T_SPAN(other, first, same[i]);
    }
    T_EQ(people_fold(SPAN("そり"), arena, &other, NULL), ERR_OK, "another");
    T_OK(!span_eq(first, other), "stays another");
    arena_destroy(&arena);
}

T_CASE(a_note_is_one_short_line)
{
    static const char forty[] = "ああああああああああああああああああああ"
                                "ああああああああああああああああああああ";
    struct jx_defects defects = {0};
    struct arena *arena = NULL;
    const char *more;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(profile_check_note(SPAN(""), arena, &defects, NULL), ERR_OK, "none");
    T_EQ(profile_check_note(span_text(forty), arena, &defects, NULL), ERR_OK, "40");
    T_EQ(defects.n, 0, "fits");
    more = arena_printf(arena, "%sあ", forty);
    T_EQ(profile_check_note(span_text(more), arena, &defects, NULL), ERR_OK, "41");
    T_EQ(defects.n, 1, "does not");
    T_SPAN(defects.at[0].pointer, SPAN("/note"), "names the field");
    T_SPAN(defects.at[0].text_ja,
           SPAN("「ひとこと」は40文字までにしてください。いまは41文字です。"), "and the rule");
    arena_destroy(&arena);
}
