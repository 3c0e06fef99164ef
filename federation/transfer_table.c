/* The data tables of transfers: what they are for, whose key, how they go. */
#include "federation/transfer.h"

#include "node/base/role.h"
#include "node/db/settings.h"

static const struct setting setting_transfer_days = {
    .name = "transfer.keep_days",
    .type = SETTING_INT,
    .least = 365,
    .most = 10958,
    .unit = "日",
    .initial = "1827",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "CARD-16",
    .title_ja = "転出入の書類と、引きついだ内容を残す日数",
    .title_en = "Days a transfer and what was handed over are kept",
    .help_ja =
        "終わった転出入の同意などの控えと、転入のときに受け取った支援の内容は、この日数が"
        "すぎると消えます。だれがいつ決めたかの手続きの記録は、契約の終わりまで残ります。",
};
const struct setting *const transfer_settings[TRANSFER_SETTINGS_N] = {&setting_transfer_days};

static const struct data_column row_columns[] = {
    {"id", "転出入のID（両方の自治体で同じ）", false},
    {"peer", "相手のノードのID", false},
    {"peer_name", "相手の自治体の名前（そのときの登録簿）", false},
    {"is_out", "この自治体から転出するか（いいえは転入）", false},
    {"state",
     "asked確認を待つ・offered相手に届けた、または届いた・accepted相手が受けた、または受けた・"
     "taking受け取っている・given渡した・done終わった・declined断られた、または断った・"
     "cancelled取り下げた・refused相手のノードが受けなかった",
     false},
    {"person", "児童生徒のID（転入では、結びつけたあと）", false},
    {"parts", "渡す内容（コンマ区切り）", false},
    {"on_date", "転出入の日", false},
    {"consent_on", "保護者の同意の日", false},
    {"consent_how", "同意の受け方（paper書面・met面談・called電話）", false},
    {"consent_from_sealed", "同意した人", true},
    {"opened_at", "記した日時", false},
    {"changed_at", "最後に変わった日時", false},
    {"ended_at", "終わった日時", false},
    {"by", "記した、または受けた担当者", false},
    {"second", "確かめた、または結びつけた担当者", false},
    {"ending_by", "渡したあとの取り下げを申し出た担当者", false},
    {"sha256", "渡した内容のハッシュ", false},
    {"n_taken", "相手が受け取りにきた回数", false},
    {"code", "進まなかった理由の符号", false},
    {NULL, NULL, false},
};
static const struct data_column parcel_columns[] = {
    {"transfer", "転出入のID", false},
    {"person", "児童生徒のID", false},
    {"at", "まとめた、または受け取った日時", false},
    {"body_sealed", "渡す、または受け取った内容（JSON）", true},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "記録のID", false},
    {"n", "通し番号", false},
    {"at", "日時", false},
    {"transfer", "転出入のID", false},
    {"kind",
     "open記した・confirm確かめて届けた・cancel取り下げた・offer届いた・accept受けた・decline断"
     "った・heard相手の返事・take受け取りはじめた・give渡した・arrive受け取った・receipt相手が"
     "受"
     "け取った・refuse進まなかった・rest転出の日に停止した・lapse期限で終わった",
     false},
    {"peer", "相手のノードのID", false},
    {"person", "児童生徒のID", false},
    {"sha256", "内容のハッシュ", false},
    {"code", "返事や理由の符号", false},
    {"by", "だれが（ないときはノード）", false},
    {"role", "その役割", false},
    {NULL, NULL, false},
};

static const struct hand_rule sha_rules[] = {{"sha256", HAND_PLAIN, NULL},
                                             {NULL, HAND_PLAIN, NULL}};

#define GROUND_JA "保護者の同意と両教育委員会の承認（個人情報保護法第69条第2項第1号）、委託契約"

const struct data_table transfer_tables[TRANSFER_TABLES_N] = {
    {
        .name = "transfer",
        .meaning_ja = "ほかの自治体への転出と、ほかの自治体からの転入",
        .purpose_ja = "支援をとぎれさせずに引きつぎ、だれが決め、どこから来たかを確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "children who move between municipalities, who agreed and who decided",
        .retention_column = "ended_at",
        .retention_setting = &setting_transfer_days,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "person",
        .mention_columns = "by,second,ending_by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = sha_rules,
        .erase_person = ERASE_ROWS,
        .columns = row_columns,
    },
    {
        .name = "transfer_parcel",
        .meaning_ja = "転出入で渡す、または受け取った内容",
        .purpose_ja = "転入した児童生徒の、これまでの支援を担当者が知るため",
        .ground_ja = GROUND_JA,
        .purpose_en = "what is handed over of a child; at home it goes when it has arrived",
        .retention_column = "at",
        .retention_setting = &setting_transfer_days,
        .key_of = KEY_OF_SUBJECT,
        .person_column = "person",
        .seal_row_column = "transfer",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = parcel_columns,
    },
    {
        .name = "transfer_step",
        .meaning_ja = "転出入の手続きの記録",
        .purpose_ja = "だれがいつ何を決め、いつ渡り、いつ届いたかを、あとから確かめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "every act of a transfer at this node",
        .key_of = KEY_OF_NONE,
        .person_column = "person",
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = sha_rules,
        .erase_person = ERASE_KEY_ONLY,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};
