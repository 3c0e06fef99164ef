#include "node/base/role.h"
#include "node/classes/lesson_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_class_attended_min = {
    .name = "class.attended_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 180,
    .unit = "分",
    .initial = "15",
    .roles = BOARD,
    .requirement = "AI-4.6-ア-2",
    .title_ja = "授業に参加したと数える時間",
    .title_en = "Minutes in a lesson that count as attended",
    .help_ja =
        "一つの授業にいた時間の合計が、これ以上なら参加です。回線が切れた間は数えません。",
};
const struct setting setting_class_staffless_min = {
    .name = "class.staffless_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 60,
    .unit = "分",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-ウ",
    .title_ja = "授業中に授業者か支援員がいないとき、知らせるまでの時間",
    .title_en = "Minutes a lesson may run without its instructor or support staff before the "
                "alarm",
    .help_ja = "主の授業者と支援員がそのフロアにいるかを見ます。職員の画面に知らせます。",
};

const struct setting *const lesson_settings[LESSON_SETTINGS_N] = {&setting_class_attended_min,
                                                                  &setting_class_staffless_min};
