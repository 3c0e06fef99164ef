/* The data tables of cosigned checkpoints: what they are for, how they go. */
#include "federation/witness.h"

static const struct data_column seen_columns[] = {
    {"node", "見届けている記録のノードのID", false},
    {"contract", "そのときの契約の番号", false},
    {"log_key", "相手の記録の公開鍵", false},
    {"size", "見届けた記録の件数", false},
    {"root", "見届けた記録の根（ハッシュ）", false},
    {"note", "見届けた検査点", false},
    {"at", "見届けた日時", false},
    {"code",
     "見届けなかった理由（shrunk前より短い・forked前と食いちがう・other-"
     "key鍵が違う。空はない）",
     false},
    {"code_size", "見届けなかった検査点の件数", false},
    {"code_at", "見届けなかった日時", false},
    {NULL, NULL, false},
};
static const struct data_column row_columns[] = {
    {"witness", "見届けをたのむノードのID", false},
    {"log_key", "この記録の公開鍵", false},
    {"size", "最後に見届けられた件数（0はまだ）", false},
    {"at", "最後に見届けられた日時", false},
    {"code", "そのあと見届けられていない理由の符号（空はない）", false},
    {"told", "相手が見たという件数", false},
    {"tried", "見届けられなかった検査点の件数", false},
    {"code_at", "そう返事があった日時", false},
    {NULL, NULL, false},
};
static const struct data_column cosignature_columns[] = {
    {"witness", "見届けたノードのID", false},
    {"day", "日（その日の最後のもの）", false},
    {"at", "見届けた日時", false},
    {"size", "見届けた記録の件数", false},
    {"note", "見届けた検査点", false},
    {"line", "見届けの署名（C2SP tlog-cosignatureの一行）", false},
    {"kid", "署名した鍵の名前（登録簿にあるもの）", false},
    {"ed25519", "署名した鍵", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "できごとのID", false},
    {"at", "日時", false},
    {"kind",
     "firstはじめて見た・anew別の契約で新しく始まった・refused見届けなかった・told見届けられ"
     "なかった",
     false},
    {"node", "相手のノードのID", false},
    {"code", "理由の符号", false},
    {"size", "検査点の件数", false},
    {"seen", "それまでに見ていた件数", false},
    {"note", "その検査点", false},
    {NULL, NULL, false},
};

static const struct hand_rule seen_rules[] = {
    {"root", HAND_PLAIN, NULL}, {"note", HAND_PLAIN, NULL}, {NULL, HAND_PLAIN, NULL}};
static const struct hand_rule cosignature_rules[] = {
    {"note", HAND_PLAIN, NULL}, {"ed25519", HAND_PLAIN, NULL}, {NULL, HAND_PLAIN, NULL}};
static const struct hand_rule step_rules[] = {{"note", HAND_PLAIN, NULL},
                                              {NULL, HAND_PLAIN, NULL}};

#define GROUND_JA "委託契約（記録の改ざんの防止）、個人情報保護法第66条（安全管理）"

const struct data_table witness_tables[WITNESS_TABLES_N] = {
    {
        .name = "fed_witness_seen",
        .meaning_ja = "ほかのノードの記録を、どこまで見届けたか",
        .purpose_ja = "相手の記録があとから短くされたり書きかえられたりしたとき、気づくため",
        .ground_ja = GROUND_JA,
        .purpose_en =
            "the newest checkpoint seen of each node's log: what the next must contain",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = seen_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = seen_columns,
    },
    {
        .name = "fed_witness",
        .meaning_ja = "この記録を見届けるノードと、その最後の返事",
        .purpose_ja = "見届けられていないことに、すぐ気づくため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who witnesses this log, up to where, and what they refused",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = row_columns,
    },
    {
        .name = "fed_cosignature",
        .meaning_ja = "この記録の検査点への、ほかのノードの署名（日ごとの最後のもの）",
        .purpose_ja =
            "記録が書きかえられていないことを、この自治体の外の者も証明できるようにするため",
        .ground_ja = GROUND_JA,
        .purpose_en = "cosignatures of other nodes under checkpoints of this log",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = cosignature_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = cosignature_columns,
    },
    {
        .name = "fed_witness_step",
        .meaning_ja = "記録の見届けのできごと（はじめて見た、見届けなかった）",
        .purpose_ja = "食いちがった記録を、証拠として残すため",
        .ground_ja = GROUND_JA,
        .purpose_en = "logs seen for the first time, and refusals with the refused checkpoint",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = step_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};
