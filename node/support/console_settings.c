#include "node/base/role.h"
#include "node/support/console_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_care_reply_min = {
    .name = "care.reply_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 60,
    .unit = "分",
    .initial = "5",
    .roles = BOARD,
    .requirement = "KP-2-1",
    .title_ja = "ことばへの返事を、行き来のある接点と数える時間",
    .title_en = "Minutes within which an answer makes a two-way contact",
    .help_ja = "ふたりだけの話か、名指しのことばに、この時間のうちに返事があれば接点です。"
               "いるだけ、手をふるだけは接点に数えません。",
};
const struct setting setting_care_speech_s = {
    .name = "care.speech_s",
    .type = SETTING_INT,
    .least = 5,
    .most = 600,
    .unit = "秒",
    .initial = "30",
    .roles = BOARD,
    .requirement = "KP-2-1",
    .title_ja = "声のやりとりを、行き来のある接点と数える長さ（それぞれが話した時間）",
    .title_en = "Seconds each must speak for a contact by voice",
    .help_ja = "どちらもこの長さを話したとき、接点に数えます。",
};
const struct setting setting_care_alone_min = {
    .name = "care.alone_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 240,
    .unit = "分",
    .initial = "10",
    .roles = BOARD,
    .requirement = "AI-4.4-カ-ハ-2",
    .title_ja = "だれとも話していない児童生徒に印をつけるまでの時間",
    .title_en = "Minutes without contact until a child is marked as alone",
    .help_ja = "入ってから、または最後のやりとりから数えます。見守りの画面の印です。",
};
const struct setting setting_care_staffless_min = {
    .name = "care.staffless_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 60,
    .unit = "分",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.4-カ-ア",
    .title_ja = "児童生徒のいるフロアに職員がいないとき、知らせるまでの時間",
    .title_en = "Minutes a floor with children may be without staff before the alarm",
    .help_ja = "受託者と委託者に知らせます。学校の先生は、職員に数えません。",
};
const struct setting setting_care_regular_weeks = {
    .name = "care.regular_weeks",
    .type = SETTING_INT,
    .least = 1,
    .most = 4,
    .unit = "週",
    .initial = "3",
    .roles = BOARD,
    .requirement = "KP-2-4-1",
    .title_ja = "段階1（定期接点）とみなす、4週間のうちの接点のあった週の数",
    .title_en = "Weeks of four with contact that make step 1",
    .help_ja = "職員との行き来のある接点が、この数の週にあれば段階1です。4週間まったくないと、"
               "もどったと記録します。",
};

const struct setting *const console_settings[CONSOLE_SETTINGS_N] = {
    &setting_care_reply_min, &setting_care_speech_s, &setting_care_alone_min,
    &setting_care_staffless_min, &setting_care_regular_weeks};
