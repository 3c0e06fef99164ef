#include "tenants/watch/watch_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_reads_10min = {
    .name = "watch.reads_10min",
    .type = SETTING_INT,
    .least = 5,
    .most = 1000,
    .unit = "人",
    .initial = "30",
    .roles = BOARD,
    .requirement = "NI-T3-10",
    .title_ja = "10分間に一つのIDで開ける記録の人数",
    .title_en = "Persons whose records one account may open in ten minutes",
    .help_ja = "これを超える人数の記録を開こうとすると止め、監査の担当者に知らせます。",
};
const struct setting setting_reads_day = {
    .name = "watch.reads_day",
    .type = SETTING_INT,
    .least = 10,
    .most = 10000,
    .unit = "人",
    .initial = "200",
    .roles = BOARD,
    .requirement = "NI-T3-10",
    .title_ja = "1日に一つのIDで開ける記録の人数",
    .title_en = "Persons whose records one account may open in a day",
    .help_ja = "24時間に開いた記録の人数です。同じ人の記録は何度開いても一人と数えます。",
};
const struct setting setting_names_10min = {
    .name = "watch.names_10min",
    .type = SETTING_INT,
    .least = 200,
    .most = 10000,
    .unit = "人",
    .initial = "600",
    .roles = BOARD,
    .requirement = "NI-T3-10",
    .title_ja = "10分間に一つのIDの一覧に出せる名前の人数",
    .title_en = "Persons whose names lists may show one account in ten minutes",
    .help_ja = "名前の一覧や配付用の用紙に出した人数です。記録を開いた人数とは別に数えます。",
};
const struct setting setting_names_day = {
    .name = "watch.names_day",
    .type = SETTING_INT,
    .least = 200,
    .most = 100000,
    .unit = "人",
    .initial = "2000",
    .roles = BOARD,
    .requirement = "NI-T3-10",
    .title_ja = "1日に一つのIDの一覧に出せる名前の人数",
    .title_en = "Persons whose names lists may show one account in a day",
    .help_ja = "24時間に一覧や用紙に出した人数です。",
};
const struct setting setting_slow_days = {
    .name = "watch.slow_days",
    .type = SETTING_INT,
    .least = 2,
    .most = 31,
    .unit = "日",
    .initial = "5",
    .roles = BOARD,
    .requirement = "NI-2.3.4-2c",
    .title_ja = "少しずつの持ち出しを調べる日数",
    .title_en = "Days looked back for slow scraping",
    .help_ja = "毎日少しずつ多くの人の記録を開いていないかを、この日数さかのぼって調べます。",
};
const struct setting setting_slow_persons = {
    .name = "watch.slow_persons",
    .type = SETTING_INT,
    .least = 10,
    .most = 10000,
    .unit = "人",
    .initial = "300",
    .roles = BOARD,
    .requirement = "NI-2.3.4-2c",
    .title_ja = "少しずつの持ち出しとみなす人数",
    .title_en = "Persons over those days that give notice",
    .help_ja = "調べる日数のうちに一つのIDがこの人数を超える人の記録を開くと、監査の担当者に"
               "知らせます。止めはしません。",
};

const struct setting *const watch_settings[WATCH_SETTINGS_N] = {
    &setting_reads_10min, &setting_reads_day, &setting_names_10min,
    &setting_names_day,   &setting_slow_days, &setting_slow_persons,
};
