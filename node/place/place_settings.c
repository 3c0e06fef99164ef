#include "node/place/place_settings.h"

#include <stddef.h>

#include "node/base/role.h"
#include "node/place/world.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)
/* Who runs the node may fit it to the machine. */
#define RUNS (BOARD | ROLE_BIT(ROLE_CONTRACTOR))

const struct setting setting_place_second_device = {
    .name = "place.second_device",
    .type = SETTING_ENUM,
    .choices = "newer|refuse",
    .initial = "newer",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "同じIDで、二台目の端末から入ったとき",
    .title_en = "The same ID on a second device",
    .help_ja =
        "newerは、あとから入った端末にうつります。refuseは、先に入った端末がのこります。",
};
const struct setting setting_place_floor_capacity = {
    .name = "place.floor_capacity",
    .type = SETTING_INT,
    .least = 1,
    .most = 10000,
    .unit = "人",
    .initial = "100",
    .roles = RUNS,
    .requirement = "SE-4.1-イ-1",
    .title_ja = "フロアの定員（フロアごとに決めていないとき）",
    .title_en = "Capacity of a floor without one of its own",
    .help_ja = "定員になると、空くのを待つか、同じ形のフロアがもう一つ開きます。",
};
const struct setting setting_place_ceiling = {
    .name = "place.ceiling",
    .type = SETTING_INT,
    .least = 1,
    .most = 20000,
    .unit = "人",
    .initial = "500",
    .roles = RUNS,
    .requirement = "SE-4.1-イ-1",
    .title_ja = "全フロアで同時に入れる人数",
    .title_en = "People on all floors at once",
    .help_ja = "この人数になると、次の人は順番を待ちます。",
};
const struct setting setting_place_rung_most = {
    .name = "place.rung_most",
    .type = SETTING_ENUM,
    .choices = WORLD_RUNGS,
    .initial = "camera",
    .roles = BOARD,
    .requirement = "KP-3-運用-3",
    .title_ja = "参加のしかたで、いちばん先まで使えるもの",
    .title_en = "Highest step of taking part",
    .help_ja = "みてるだけ・リアクション・文字・声・カメラの順です。上げるのはいつも本人です。",
};
const struct setting setting_place_away_min = {
    .name = "place.away_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 120,
    .unit = "分",
    .initial = "10",
    .roles = RUNS,
    .requirement = "AI-2.2-ウ",
    .title_ja = "席をはずしたとみなすまでの時間",
    .title_en = "Minutes without an act until somebody counts as away",
    .help_ja = "この時間なにもしない人は、すわった姿になります。",
};
const struct setting setting_place_away_out_min = {
    .name = "place.away_out_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 480,
    .unit = "分",
    .initial = "60",
    .roles = RUNS,
    .requirement = "AI-2.2-ウ",
    .title_ja = "席をはずした人を、ロビーにもどすまでの時間",
    .title_en = "Minutes without an act until somebody is taken to the lobby",
    .help_ja =
        "この時間なにもしない人は、ロビーにもどります。そのあとは、使っていないログインと"
        "同じように終わります。みんなで使う端末を、ほかの人が続けて使わないためです。",
};
const struct setting setting_place_distance_cm = {
    .name = "place.distance_cm",
    .type = SETTING_INT,
    .least = 50,
    .most = 500,
    .unit = "cm",
    .initial = "150",
    .roles = BOARD,
    .requirement = "SE-4.1-イ-4",
    .title_ja = "「近づかないで」の距離",
    .title_en = "Distance others keep from somebody who wishes it",
    .help_ja = "この距離より近くへは、ほかの児童生徒は歩いて来られません。職員は来られます。",
};
const struct setting setting_place_absent_weeks = {
    .name = "place.absent_weeks",
    .type = SETTING_INT,
    .least = 1,
    .most = 52,
    .unit = "週",
    .initial = "2",
    .roles = BOARD,
    .requirement = "AI-2.3-カ",
    .title_ja = "「久しぶり」の印がつくまでの期間",
    .title_en = "Weeks of absence after which an entry is marked",
    .help_ja = "この週数のあいだ入っていなかった児童生徒が入ると、職員の通知に印がつきます。",
};
const struct setting setting_care_hold_entries = {
    .name = "care.hold_entries",
    .type = SETTING_BOOL,
    .initial = "false",
    .roles = BOARD,
    .requirement = "AI-4.4-カ-ア",
    .title_ja = "見守る職員がだれもいないあいだ、児童生徒の入室を待ってもらう",
    .title_en = "Children wait at the door while no staff is present at all",
    .help_ja =
        "はいにすると、職員がどのフロアにもいないあいだ、新しく入る児童生徒は順番を待ち、"
        "職員が入ると入れます。もう入っている児童生徒は、そのままいられます。",
};

const struct setting *const place_settings[PLACE_SETTINGS_N] = {
    &setting_place_second_device, &setting_place_floor_capacity, &setting_place_ceiling,
    &setting_place_rung_most,     &setting_place_away_min,       &setting_place_away_out_min,
    &setting_place_distance_cm,   &setting_place_absent_weeks,   &setting_care_hold_entries};
