#include "node/base/role.h"
#include "tenants/people/admission_rows.h"

/* Whom a town takes in is the board's matter alone. */
#define COMMISSIONER ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_admission_policy = {
    .name = "admission.policy",
    .type = SETTING_ENUM,
    .choices =
        "resident|partner|invited", /* as the admissions: each takes in those before it */
    .initial = "resident",
    .roles = COMMISSIONER,
    .requirement = "HI-3.3-1",
    .title_ja = "だれを受け入れるか",
    .title_en = "Admission policy",
    .help_ja = "resident 市内の人だけ、partner 連携する自治体の人も、invited 招待した人はだれで"
               "も。ここで認めていない区分の登録はできません。",
};
const struct setting setting_consent_version = {
    .name = "registration.consent_version",
    .type = SETTING_TEXT,
    .most = 40,
    .unit = "",
    .initial = "",
    .roles = COMMISSIONER,
    .requirement = "HI-3.3-2",
    .title_ja = "同意書の版",
    .title_en = "Version of the consent text",
    .help_ja =
        "いま使っている同意書の版です（例: 2026-04）。版を変えると、前の版の同意しかない人"
        "がわかるようになります。",
};
const struct setting setting_consent_items = {
    .name = "registration.consent_items",
    .type = SETTING_TEXT,
    .most = 1000,
    .unit = "",
    .initial = "",
    .roles = COMMISSIONER,
    .requirement = "HI-3.3-2",
    .title_ja = "同意が必要なこと",
    .title_en = "Items that need consent",
    .help_ja =
        "同意書で確かめることを「、」で区切って書きます（例: "
        "利用の決まり、記録の保存、緊急のときの連絡）。すべてに同意がないと、同意したと記録"
        "できません。",
};
const struct setting setting_cooperating_only = {
    .name = "school.cooperating_only",
    .type = SETTING_BOOL,
    .initial = "false",
    .roles = COMMISSIONER,
    .requirement = "NI-2.3.1-1",
    .title_ja = "協力校だけで使う",
    .title_en = "Cooperating schools only",
    .help_ja =
        "協力校でない学校の児童生徒と教職員はログインできず、その学校の人は教職員からも見えま"
        "せん。すぐにそうなり、ログイン中の人も終わります。",
};

const struct setting *const admission_settings[ADMISSION_SETTINGS_N] = {
    &setting_admission_policy,
    &setting_consent_version,
    &setting_consent_items,
    &setting_cooperating_only,
};
