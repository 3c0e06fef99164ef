#include "node/base/role.h"
#include "tenants/profile/profile_rows.h"

const struct setting setting_profile_changes = {
    .name = "profile.changes_per_day",
    .type = SETTING_INT,
    .least = 1,
    .most = 200,
    .unit = "回",
    .initial = "20",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-2.2-エ",
    .title_ja = "プロフィールを変えられる回数（1日）",
    .title_en = "Changes of one's profile within a day",
    .help_ja = "24時間のあいだに、本人が自分のプロフィールを変えられる回数です。",
};

const struct setting *const profile_settings[PROFILE_SETTINGS_N] = {&setting_profile_changes};
