#include "node/base/role.h"
#include "node/support/support_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_sos_undo_s = {
    .name = "sos.undo_s",
    .type = SETTING_INT,
    .least = 3,
    .most = 30,
    .unit = "秒",
    .initial = "5",
    .roles = BOARD,
    .requirement = "NI-2.3-b2",
    .title_ja = "SOSを取り消せる時間",
    .title_en = "Seconds in which a call for help can be taken back",
    .help_ja = "この時間がすぎてから、当番の人にメールなどで知らせます。画面にはすぐに出ます。",
};
const struct setting setting_sos_wait_open_s = {
    .name = "sos.wait_open_s",
    .type = SETTING_INT,
    .least = 2,
    .most = 1800,
    .unit = "秒",
    .initial = "120",
    .roles = BOARD,
    .requirement = "NI-2.3-b2",
    .title_ja = "開設時間のなかで、SOSに応答がないときに次の当番へ知らせるまでの時間",
    .title_en = "Seconds until an unanswered call goes to the next person, in opening hours",
    .help_ja = "だれかが「応答する」を押すまで、当番の順に知らせつづけます。",
};
const struct setting setting_sos_wait_closed_s = {
    .name = "sos.wait_closed_s",
    .type = SETTING_INT,
    .least = 2,
    .most = 3600,
    .unit = "秒",
    .initial = "600",
    .roles = BOARD,
    .requirement = "NI-2.3-b2",
    .title_ja = "開設時間のほかで、SOSに応答がないときに次の当番へ知らせるまでの時間",
    .title_en = "Seconds until an unanswered call goes to the next person, outside hours",
    .help_ja = "だれかが「応答する」を押すまで、当番の順に知らせつづけます。",
};
const struct setting setting_incident_wait_min = {
    .name = "incident.wait_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 240,
    .unit = "分",
    .initial = "15",
    .roles = BOARD,
    .requirement = "AI-4.4-カ-ハ-1b",
    .title_ja = "緊急・深刻な報告が読まれないときに、次の人へ知らせるまでの時間",
    .title_en = "Minutes until an unread grave incident goes to the next person",
    .help_ja = "緊急性か深刻性が「高い」報告は、担当の順に、読まれるまで知らせつづけます。",
};
const struct setting setting_incident_crisis_wait_min = {
    .name = "incident.crisis_wait_min",
    .type = SETTING_INT,
    .least = 1,
    .most = 60,
    .unit = "分",
    .initial = "5",
    .roles = BOARD,
    .requirement = "AI-2.6-ウ",
    .title_ja = "命にかかわることばの知らせが読まれないときに、次の人へ知らせるまでの時間",
    .title_en = "Minutes until an unread alert of a cry for help goes to the next person",
    .help_ja = "一人目が読まないとき、二人目に知らせます。読まれるまで知らせつづけます。",
};

const struct setting *const support_settings[SUPPORT_SETTINGS_N] = {
    &setting_sos_undo_s, &setting_sos_wait_open_s, &setting_sos_wait_closed_s,
    &setting_incident_wait_min, &setting_incident_crisis_wait_min};
