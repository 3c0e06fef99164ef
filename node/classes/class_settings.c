#include "node/base/role.h"
#include "node/classes/class_rows.h"

/* Who plans classes decides with the board (AI-4.4-キ-エ); the rules are the board's. */
#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_class_slot_min = {
    .name = "class.slot_min",
    .type = SETTING_INT,
    .least = 10,
    .most = 180,
    .unit = "分",
    .initial = "45",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-ア",
    .title_ja = "授業1コマの長さ",
    .title_en = "Minutes of a slot",
    .help_ja =
        "コマの時刻の見本から、終わりの時刻を決めます。計画した授業の時刻は変わりません。",
};
const struct setting setting_class_slots = {
    .name = "class.slots",
    .type = SETTING_TEXT,
    .least = 0,
    .most = 60,
    .unit = "",
    .initial = "10:15 11:10 13:30",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-ア",
    .title_ja = "長く開く日の授業が始まる時刻",
    .title_en = "Start times of the slots of a long day",
    .help_ja =
        "「10:15 11:10 13:30」のように、早い順に間をあけて書きます。空ならコマはありません。",
};
const struct setting setting_class_short_slots = {
    .name = "class.short_slots",
    .type = SETTING_TEXT,
    .least = 0,
    .most = 60,
    .unit = "",
    .initial = "",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-ア",
    .title_ja = "短く開く日の授業が始まる時刻",
    .title_en = "Start times of the slots of a short day",
    .help_ja = "はじめは空です（授業のない日）。書き方は長く開く日と同じです。",
};
const struct setting setting_class_slots_least = {
    .name = "class.slots_least",
    .type = SETTING_INT,
    .least = 0,
    .most = 8,
    .unit = "コマ",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-ア",
    .title_ja = "長く開く日に必要な授業のコマ数",
    .title_en = "Slots a long day must have",
    .help_ja = "これより少ない日は、計画の画面でわかるようにします。0なら求めません。",
};
const struct setting setting_class_parallel_most = {
    .name = "class.parallel_most",
    .type = SETTING_INT,
    .least = 1,
    .most = 8,
    .unit = "講座",
    .initial = "3",
    .roles = BOARD,
    .requirement = "AI-4.4-キ-イ",
    .title_ja = "1コマに並べられる講座の数",
    .title_en = "Courses that may run side by side in a slot",
    .help_ja = "児童生徒は、並んだ講座のなかから選びます。",
};

const struct setting *const class_settings[CLASS_SETTINGS_N] = {
    &setting_class_slot_min, &setting_class_slots, &setting_class_short_slots,
    &setting_class_slots_least, &setting_class_parallel_most};
