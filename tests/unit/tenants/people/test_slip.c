/* ID slips and password sheets, read back from the printed page: text, codes, what is not
 * there.
 */
#include "tenants/people/slip.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

#define AT_US INT64_C(1795302000000000) /* 2026-11-22 in Tokyo */
#define URL   "https://ibasho.town.example.lg.jp"
#define S(lit) \
    { \
        (const uint8_t *)(lit), sizeof(lit) - 1 \
    }

static const struct slip slips[] = {
    {S("髙橋　さくら"), S("たかはし　さくら"), S("aozora-0001"), S("abcd-efgh-jkmn-pqrs"),
     AT_US},
    {S("山﨑　陽翔"), S("やまざき　はると"), S("aozora-0002"), S("tuvw-2345-6789-abcd"), 0},
    {S("葛\U000E0100城　辻\U000E0101"), S("かつらぎ　つじ"), S("s.katsuragi@aozora"),
     S("efgh-2345-6789-abcd"), AT_US},
    {S("𠮷田　新之助"), S("よしだ　しんのすけ"), S("aozora-0004"), S("mnpq-2345-6789-abcd"), 0},
    {S("長宗我部　寿限無寿限無五劫の擦り切れ"),
     S("ちょうそかべ　じゅげむじゅげむごこうのすりきれ"),
     S("a-very-long-login-name-of-sixty-four-characters-in-all-01234567"),
     S("rstu-2345-6789-abcd"), 0},
    {S("Nguyễn　Thị Mai Ánh"), S("グエン　ティ マイ アイン"), S("aozora-0006"),
     S("vwxy-2345-6789-abcd"), 0},
    {S("さくら"), S(""), S("aozora-0007"), S("2345-vwxy-6789-abcd"), 0},
    {S("すずき　はじめ"), S("すずき　はじめ"), S("aozora-0008"), S("6789-vwxy-2345-abcd"), 0},
    {S("鈴木　一"), S("すずき　はじめ"), S("aozora-0009"), S("abcd-vwxy-6789-2345"), 0},
};

static struct slip_sheet sheet_of(enum slip_kind kind, const struct slip *at, size_t n)
{
    return (struct slip_sheet){kind, "あおぞら市", URL, at, n, AT_US};
}

static struct span output_of(const char *command)
{
    static char buffer[1 << 17];
    FILE *f = popen(command, "r"); /* NOLINT(cert-env33-c): our own words */
    size_t n;

    if (f == NULL)
        abort();
    n = fread(buffer, 1, sizeof buffer - 1, f);
    buffer[n] = '\0';
    T_EQ(pclose(f), 0, command);
    return span_of(buffer, n);
}

/* The page as text without blanks: a long name may stand on two lines. */
static struct span print(enum slip_kind kind, const char *name)
{
    struct slip_sheet sheet = sheet_of(kind, slips, T_COUNT(slips));
    struct arena *arena = NULL;
    struct span pdf;
    char command[600], path[300];
    FILE *f;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(slip_write(&sheet, arena, &pdf, NULL, NULL), ERR_OK, "printed");
    snprintf(path, sizeof path, "%s/%s.pdf", t_dir(), name);
    f = fopen(path, "wb");
    if (f == NULL || fwrite(pdf.p, 1, pdf.len, f) != pdf.len || fclose(f) != 0)
        abort();
    arena_destroy(&arena);
    snprintf(command, sizeof command, "pdftotext -raw %s - | tr -d ' \\n\\f' | sed 's/　//g'",
             path);
    return output_of(command);
}

static bool has(struct span text, const char *part)
{
    return memmem(text.p, text.len, part, strlen(part)) != NULL;
}

T_CASE(slip_has_name_with_reading_and_login_but_no_password)
{
    static const char *const there[] = {
        "髙橋", "たかはし",   "山﨑",   "やまざき",      "葛",     "城",
        "𠮷田", "よしだ",     "Nguyễn", "グエン",        "さくら", "寿限無寿限無五劫の擦り切れ",
        "鈴木", "あおぞら市", URL,      "カードをくれた"};
    struct span text;

    text = print(SLIP_IDS, "ids");
    for (size_t i = 0; i < T_COUNT(there); i++)
        T_OK(has(text, there[i]), there[i]);
    for (size_t i = 0; i < T_COUNT(slips); i++) {
        char login[80], password[40];

        snprintf(login, sizeof login, "%.*s", SPAN_ARG(slips[i].login));
        snprintf(password, sizeof password, "%.*s", SPAN_ARG(slips[i].password));
        T_OK(has(text, login), "every login");
        T_OK(!has(text, password), "no password");
    }
}

T_CASE(slip_code_holds_the_address_and_the_login_alone)
{
    char command[700];
    struct span codes;

    print(SLIP_IDS, "codes");
    snprintf(command, sizeof command,
             "cd %s && pdftoppm -r 150 -png codes.pdf page && zbarimg -q --raw page-*.png "
             "2>/dev/null | sort",
             t_dir());
    codes = output_of(command);
    for (size_t i = 0; i < T_COUNT(slips); i++) {
        char want[200];

        snprintf(want, sizeof want, URL "/#/in?id=%.*s\n", SPAN_ARG(slips[i].login));
        T_OK(has(codes, want), want);
    }
    snprintf(command, sizeof command, "pdfinfo %s/codes.pdf | grep -c 'Pages: *2$'", t_dir());
    T_SPAN(output_of(command), SPAN("1\n"), "eight on a page, one on the next");
    snprintf(command, sizeof command, "pdfinfo %s/codes.pdf | grep -c 'A4'", t_dir());
    T_SPAN(output_of(command), SPAN("1\n"), "A4");
    snprintf(command, sizeof command,
             "pdffonts %s/codes.pdf | tail -n +3 | grep -vc 'yes yes yes' || true", t_dir());
    T_SPAN(output_of(command), SPAN("0\n"), "every font is embedded");
}

T_CASE(slip_password_sheet_has_name_and_password_but_no_login)
{
    struct span text;

    text = print(SLIP_PASSWORDS, "passwords");
    T_OK(has(text, "髙橋") && has(text, "たかはし"), "name with reading");
    T_OK(has(text, "2026年11月22日"), "until when");
    T_OK(!has(text, URL), "no address either");
    for (size_t i = 0; i < T_COUNT(slips); i++) {
        char login[80], password[40];

        snprintf(login, sizeof login, "%.*s", SPAN_ARG(slips[i].login));
        snprintf(password, sizeof password, "%.*s", SPAN_ARG(slips[i].password));
        T_OK(has(text, password), "every password");
        T_OK(!has(text, login), "no login");
    }
}

#define MANY_CAP 4000
/* n times one kanji or kana. */
static struct span many(const char *letter, int n, char into[MANY_CAP])
{
    size_t len = 0;

    for (int i = 0; i < n; i++)
        len += (size_t)snprintf(into + len, MANY_CAP - len, "%s", letter);
    return span_of(into, len);
}

T_CASE(slip_of_a_name_as_long_as_the_roster_allows_is_whole)
{
    char name[MANY_CAP], kana[MANY_CAP];
    const struct slip slip = {many("長", 120, name), many("な", 120, kana), S("aozora-0001"),
                              S("abcd-efgh-jkmn-pqrs"), 0};
    char command[600], path[300];
    struct arena *arena = NULL;
    struct slip_sheet sheet;
    struct span pdf;
    FILE *f;

    sheet = sheet_of(SLIP_IDS, &slip, 1);
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(slip_write(&sheet, arena, &pdf, NULL, NULL), ERR_OK, "120 kanji with readings");
    snprintf(path, sizeof path, "%s/long.pdf", t_dir());
    f = fopen(path, "wb");
    if (f == NULL || fwrite(pdf.p, 1, pdf.len, f) != pdf.len || fclose(f) != 0)
        abort();
    snprintf(command, sizeof command, "pdftotext -raw %s - | grep -o 長 | wc -l", path);
    T_SPAN(output_of(command), SPAN("120\n"), "none is cut off");
    arena_destroy(&arena);
}

T_CASE(slip_that_cannot_be_printed_says_which_and_quotes_nobody)
{
    char endless[MANY_CAP];
    /* U+10FFFD: no font draws it */
    const struct slip strange[] = {
        slips[0], {S("秘密\xF4\x8F\xBF\xBD"), S(""), S("aozora-0002"), S(""), 0}};
    const struct slip tall[] = {
        slips[0], slips[1], {many("長", 1300, endless), S(""), S("aozora-0003"), S(""), 0}};
    const struct slip_sheet first = sheet_of(SLIP_IDS, strange, 2),
                            second = sheet_of(SLIP_IDS, tall, 3);
    struct arena *arena = NULL;
    struct fail why = {.code = ERR_OK};
    struct span pdf;
    size_t which = 9;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(slip_write(&first, arena, &pdf, &which, &why), ERR_INVALID, "no empty box");
    T_EQ(which, 1, "the second");
    T_OK(!has(span_text(why.text), "秘密"), "not by name");
    T_EQ(slip_write(&second, arena, &pdf, &which, &why), ERR_TOO_LARGE, "1,300 kanji");
    T_EQ(which, 2, "the third");
    T_OK(!has(span_text(why.text), "長"), "not by name");
    arena_destroy(&arena);
}
