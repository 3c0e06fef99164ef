#include "node/base/role.h"
#include "tenants/roster/feature.h"

#define CHANGERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

const struct setting setting_roster_suspend_leavers = {
    .name = "roster.suspend_leavers",
    .type = SETTING_BOOL,
    .initial = "true",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-T2-1",
    .title_ja = "名簿からなくなった人のIDを停止する",
    .title_en = "Suspend the ID of whoever left the roster",
    .help_ja = "名簿を反映したとき、新しい名簿にいない人のIDを停止します（消しません）。名簿に"
               "もどった人のIDは、停止する前の状態にもどります。",
};
const struct setting setting_roster_keep_days = {
    .name = "roster.keep_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 90,
    .unit = "日",
    .initial = "14",
    .roles = CHANGERS,
    .requirement = "NI-T2-1",
    .title_ja = "受け取った名簿ファイルを残す日数",
    .title_en = "Days a received roster package is kept",
    .help_ja = "この日数がすぎると、名簿ファイルと変更の一覧は鍵ごと消え、件数だけが残ります。"
               "だれかの情報を消したときは、それより前に受け取ったファイルも消えます。",
};

#define MISSING(ident, name_, title_, title_en_) \
    const struct setting ident = { \
        .name = (name_), \
        .type = SETTING_ENUM, \
        .choices = "ignore|warning|error", \
        .initial = "warning", \
        .roles = CHANGERS, \
        .requirement = "NI-T2-1", \
        .title_ja = (title_), \
        .title_en = (title_en_), \
        .help_ja = \
            "名簿を作るシステムが必ず入れる約束なら error（誤り。取り込まない）、入れない" \
            "約束なら ignore（調べない）にします。ふつうは warning（注意）です。", \
    }
MISSING(setting_roster_master_missing, "roster.master_missing",
        "名簿に共通のID（userMasterIdentifier）がないとき",
        "A missing userMasterIdentifier in a roster");
MISSING(setting_roster_kana_missing, "roster.kana_missing", "名簿に氏名のかながないとき",
        "A missing reading of a name in a roster");
MISSING(setting_roster_preferred_missing, "roster.preferred_missing",
        "名簿に通称（preferred…）がないとき", "A missing preferred name in a roster");

const struct setting setting_rollover_last_grade = {
    .name = "rollover.last_grade",
    .type = SETTING_ENUM,
    .choices = "J3|H3",
    .initial = "J3",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "NI-T2-1",
    .title_ja = "年度更新で卒業とする学年",
    .title_en = "The grade that leaves at the roll-over",
    .help_ja = "この学年の人は、年度更新で「卒業」になります。J3は中学3年、H3は高校3年です。",
};

const struct setting *const roster_settings[ROSTER_SETTINGS_N] = {
    &setting_roster_suspend_leavers,   &setting_roster_keep_days,
    &setting_roster_master_missing,    &setting_roster_kana_missing,
    &setting_roster_preferred_missing, &setting_rollover_last_grade};
