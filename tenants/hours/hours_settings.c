#include "tenants/hours/hours_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_hours_long_minutes = {
    .name = "hours.long_minutes",
    .type = SETTING_INT,
    .least = 30,
    .most = 1439,
    .unit = "分",
    .initial = "300",
    .roles = BOARD,
    .requirement = "AI-4.3-ウ-イ-2",
    .title_ja = "長く開く日とみなす時間",
    .title_en = "Minutes a day is open to count as a long one",
    .help_ja = "1日に開いている時間の合計です。5時間開放日なら300分です。",
};
const struct setting setting_hours_long_days = {
    .name = "hours.long_days",
    .type = SETTING_INT,
    .least = 0,
    .most = 5,
    .unit = "日",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.3-ウ-イ-2",
    .title_ja = "長く開く日の、週に必要な数",
    .title_en = "Long days a full week must have",
    .help_ja = "平日5日を開ける週で、これより少なくするときは理由を書きます。0なら求めません。",
};
const struct setting setting_hours_warn_first = {
    .name = "hours.warn_first",
    .type = SETTING_INT,
    .least = 0,
    .most = 60,
    .unit = "分",
    .initial = "10",
    .roles = BOARD,
    .requirement = "AI-4.3-ウ-イ-2",
    .title_ja = "閉まる前のはじめのお知らせ",
    .title_en = "First warning, minutes before closing",
    .help_ja = "閉まる何分前に知らせるかです。0なら知らせません。",
};
const struct setting setting_hours_warn_last = {
    .name = "hours.warn_last",
    .type = SETTING_INT,
    .least = 0,
    .most = 60,
    .unit = "分",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.3-ウ-イ-2",
    .title_ja = "閉まる前の最後のお知らせ",
    .title_en = "Last warning, minutes before closing",
    .help_ja = "閉まる何分前に知らせるかです。0なら知らせません。",
};

const struct setting *const hours_settings[HOURS_SETTINGS_N] = {
    &setting_hours_long_minutes, &setting_hours_long_days, &setting_hours_warn_first,
    &setting_hours_warn_last};
