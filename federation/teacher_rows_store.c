/* What the tables of guest teachers are for, how long they are kept, how they go. */
#include "federation/teacher_store.h"

static const struct data_column card_columns[] = {
    {"card", "カードのID。授業をするノードでは、その人のIDでもある", false},
    {"home", "カードを作ったノードのID", false},
    {"is_own", "この自治体が作ったカードか", false},
    {"version", "カードの版", false},
    {"core_version", "名前・専門・経歴が最後に変わった版（これより前の承認は数えない）", false},
    {"name_sealed", "名前（記録のかぎ）", true},
    {"field_sealed", "専門・話せること（記録のかぎ）", true},
    {"evidence_sealed", "経歴・資格など（記録のかぎ）", true},
    {"times_sealed", "来られる日時（記録のかぎ）", true},
    {"made_at", "作った、または届いた日時", false},
    {"changed_at", "最後に変わった日時", false},
    {"ended_at", "取り下げた日時", false},
    {"by", "だれが書いたか（空はほかのノードから届いた）", false},
    {NULL, NULL, false},
};
static const struct data_column answer_columns[] = {
    {"card", "どのカードか", false},
    {"node", "どのノードの決定か", false},
    {"home", "どのノードのカードについてか", false},
    {"is_own", "この自治体の決定か", false},
    {"state", "決定（offered届けた・approved承認・declined見送り）", false},
    {"version", "どの版についてか", false},
    {"at", "いつ", false},
    {NULL, NULL, false},
};
static const struct data_column slot_columns[] = {
    {"id", "わりあてのID", false},
    {"card", "だれに（カードのID）", false},
    {"lesson", "どの授業か", false},
    {"part", "役（mainメイン授業者・subサブ授業者）", false},
    {"at", "いつ", false},
    {"by", "だれがわりあてたか", false},
    {"ended_at", "取りやめた日時", false},
    {NULL, NULL, false},
};
static const struct data_column step_columns[] = {
    {"id", "操作のID", false},
    {"n", "通し番号", false},
    {"at", "いつ", false},
    {"card", "どのカードか", false},
    {"kind",
     "何があったか（make作った・change変えた・withdraw取り下げた・offer届けた・receive届いた・"
     "approve承認・decline見送り・heardほかのノードの決定・slotわりあて・slot_end取りやめ）",
     false},
    {"version", "カードの版", false},
    {"node", "相手のノードのID（自分のことなら自分）", false},
    {"lesson", "どの授業か（わりあて・取りやめ）", false},
    {"code", "役、または決定", false},
    {"by", "だれが（空はほかのノード）", false},
    {"role", "どの役割で", false},
    {NULL, NULL, false},
};

const struct data_table teacher_tables[TEACHER_TABLES_N] = {
    {
        .name = "teacher_card",
        .meaning_ja = "ゲストティーチャーのカード",
        .purpose_ja =
            "授業に来てもらえる人を知らせあい、承認してから児童生徒の前に立ってもらうため",
        .ground_ja = "委託契約（双方向性・ゲストティーチャー）、連合の取り決め",
        .purpose_en = "cards of guest teachers, own and offered by other nodes",
        .retention_days = 365,
        .retention_column = "ended_at",
        .key_of = KEY_OF_RECORD,
        .person_column = "card",
        .mention_columns = "by",
        .seal_row_column = "card",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_ROWS,
        .columns = card_columns,
    },
    {
        .name = "teacher_answer",
        .meaning_ja = "ゲストティーチャーの承認（ノードごと）",
        .purpose_ja = "承認した自治体の児童生徒の前にだけ立ってもらうため",
        .ground_ja = "委託契約（双方向性・ゲストティーチャー）、連合の取り決め",
        .purpose_en = "which node's commissioner approved which version of a card",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = answer_columns,
    },
    {
        .name = "teacher_slot",
        .meaning_ja = "ゲストティーチャーにわりあてた授業",
        .purpose_ja = "その授業のあいだだけ入れるようにし、だれが授業をしたかを残すため",
        .ground_ja = "委託契約（双方向性・ゲストティーチャー）",
        .purpose_en =
            "which lesson was given to which guest teacher: his account is good for it "
            "alone",
        .key_of = KEY_OF_NONE,
        .mention_columns = "card,by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = slot_columns,
    },
    {
        .name = "teacher_step",
        .meaning_ja = "ゲストティーチャーについての操作の記録",
        .purpose_ja = "だれがいつ承認し、授業をわりあてたかを残すため",
        .ground_ja = "委託契約（双方向性・ゲストティーチャー）、連合の取り決め",
        .purpose_en = "every act about a card, an approval or a slot, without its text",
        .key_of = KEY_OF_NONE,
        .mention_columns = "card,by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = step_columns,
    },
};
