#include "node/base/role.h"
#include "tenants/leaving/leaving_rows.h"

const struct setting setting_leaving_grace_days = {
    .name = "leaving.grace_days",
    .type = SETTING_INT,
    .least = 0,
    .most = 365,
    .unit = "日",
    .initial = "14",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-7.2-1",
    .title_ja = "データを受け取ってから消去を指示できるまでの日数",
    .title_en = "Days between the receipt and the order to erase",
    .help_ja =
        "返されたデータを見直すための期間です。この間は、いばしょを見ることだけができます。"
        "0日にすると、受け取ったその日に消去を指示できます。",
};

const struct setting *const leaving_settings[LEAVING_SETTINGS_N] = {
    &setting_leaving_grace_days};
