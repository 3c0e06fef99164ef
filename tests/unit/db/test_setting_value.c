#include <stdio.h>
#include <string.h>

#include "node/db/setting_value.h"
#include "tests/t.h"

static const struct setting minutes = {.name = "t.minutes",
                                       .type = SETTING_INT,
                                       .least = 5,
                                       .most = 240,
                                       .unit = "分",
                                       .initial = "30",
                                       .title_ja = "使わないときの時間"};
static const struct setting below = {.name = "t.below",
                                     .type = SETTING_INT,
                                     .least = -10,
                                     .most = 0,
                                     .unit = "",
                                     .initial = "0",
                                     .title_ja = "下げ幅"};
static const struct setting yes = {
    .name = "t.yes", .type = SETTING_BOOL, .initial = "true", .title_ja = "使う", .unit = ""};
static const struct setting choice = {.name = "t.choice",
                                      .type = SETTING_ENUM,
                                      .choices = "normal|furigana|yasashii",
                                      .initial = "normal",
                                      .title_ja = "文字",
                                      .unit = ""};
static const struct setting text = {.name = "t.text",
                                    .type = SETTING_TEXT,
                                    .least = 1,
                                    .most = 5,
                                    .initial = "x",
                                    .title_ja = "あいさつ",
                                    .unit = ""};
static const struct setting time_of_day = {.name = "t.time",
                                           .type = SETTING_TIME,
                                           .initial = "10:00",
                                           .title_ja = "開く時刻",
                                           .unit = ""};

struct row {
    const struct setting *setting;
    const char *value;
    int64_t want;     /* number */
    const char *rule; /* NULL: allowed */
};

static const struct row rows[] = {
    {&minutes, "5", 5, NULL},
    {&minutes, "240", 240, NULL},
    {&minutes, "4", 0, "least"},
    {&minutes, "241", 0, "most"},
    {&minutes, "", 0, "type"},
    {&minutes, "030", 0, "type"},
    {&minutes, "+30", 0, "type"},
    {&minutes, " 30", 0, "type"},
    {&minutes, "30.0", 0, "type"},
    {&minutes, "３０", 0, "type"},
    {&minutes, "9999999999999999", 0, "type"},
    {&minutes, "999999999999999", 0, "most"},
    {&minutes, "-", 0, "type"},
    {&below, "-10", -10, NULL},
    {&below, "0", 0, NULL},
    {&below, "-0", 0, "type"},
    {&below, "-11", 0, "least"},
    {&yes, "true", 1, NULL},
    {&yes, "false", 0, NULL},
    {&yes, "TRUE", 0, "type"},
    {&yes, "1", 0, "type"},
    {&choice, "normal", 0, NULL},
    {&choice, "furigana", 1, NULL},
    {&choice, "yasashii", 2, NULL},
    {&choice, "yasashi", 0, "choice"},
    {&choice, "normal|furigana", 0, "choice"},
    {&choice, "", 0, "choice"},
    {&text, "", 0, "least"},
    {&text, "か゛ぎぐげ", 5, NULL},
    {&text, "がぎぐげご", 5, NULL},
    {&text, "あいうえおか", 0, "most"},
    {&text, "\xff", 0, "format"},
    {&time_of_day, "00:00", 0, NULL},
    {&time_of_day, "23:59", 1439, NULL},
    {&time_of_day, "24:00", 0, "most"},
    {&time_of_day, "10:60", 0, "most"},
    {&time_of_day, "9:30", 0, "format"},
    {&time_of_day, "09:3", 0, "format"},
    {&time_of_day, "09-30", 0, "format"},
    {&time_of_day, "0a:30", 0, "format"},
};

T_CASE(setting_value_is_checked_by_its_row)
{
    struct arena *arena = NULL;

    T_REQ("HI-3.3-9");
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct row *r = &rows[i];
        struct jx_defect defect = {0};
        struct fail why = {0};
        int64_t number = -77;
        char what[80];

        snprintf(what, sizeof what, "%s = \"%s\"", r->setting->name, r->value);
        T_EQ(setting_value_read(r->setting, span_text(r->value), arena, &number, &defect, &why),
             r->rule == NULL ? ERR_OK : ERR_INVALID, what);
        if (r->rule == NULL) {
            T_EQ(number, r->want, what);
            continue;
        }
        T_EQ(number, -77, "nothing is handed out");
        T_TEXT(defect.rule, r->rule, what);
        T_SPAN(defect.pointer, SPAN("/value"), what);
        T_TEXT(why.field, "value", what);
    }
    arena_destroy(&arena);
}

T_CASE(setting_value_says_in_japanese_what_is_allowed)
{
    struct arena *arena = NULL;
    struct jx_defect defect = {0};
    int64_t number = 0;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(setting_value_read(&minutes, SPAN("4"), arena, &number, &defect, NULL), ERR_INVALID,
         "too few");
    T_SPAN(
        defect.text_ja,
        SPAN("「使わないときの時間」は5分から240分までの整数（半角の数字）で入れてください。"),
        "setting, range and unit are named");
    T_EQ(setting_value_read(&minutes, SPAN("4"), arena, &number, NULL, NULL), ERR_INVALID,
         "without a place for the defect");
    arena_destroy(&arena);
}
