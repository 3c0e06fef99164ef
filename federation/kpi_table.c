/* The data tables of figures given to the prefecture: what they are for, how they go. */
#include "federation/kpi_store.h"

static const struct data_column release_columns[] = {
    {"id", "渡した記録のID", false},
    {"month", "もとになった月の指標のID", false},
    {"month_at", "どの月か（1日の0時）", false},
    {"version", "指標の定義の版", false},
    {"revision", "その月の何回目か（1から）", false},
    {"kind", "send渡した・correct訂正した・withdraw取り下げた", false},
    {"k", "このときの決まり（1からこの数より小さい人数はかくす）", false},
    {"registry_seq", "決まりが書かれている登録簿の番号", false},
    {"made_at", "渡した日時", false},
    {"by", "だれが（ないときはノード）", false},
    {"reason", "訂正・取り下げの理由", false},
    {"sum", "送った内容のハッシュ", false},
    {NULL, NULL, false},
};
static const struct data_column release_cell_columns[] = {
    {"release", "渡した記録のID", false},
    {"n", "何番目か（0から）", false},
    {"kpi", "どの指標か（記号）", false},
    {"part", "だれについてか（all全員・elementary小学校・junior中学校・otherそのほか）", false},
    {"shown",
     "shown渡した・small小さい数のためかくした・complementほかの数から分かるためかくした・"
     "taken訂正で取り消した",
     false},
    {"num", "数（かくしたものは、ない）", false},
    {"den", "もとになった児童生徒の数（かくしたものは、ない）", false},
    {NULL, NULL, false},
};
static const struct data_column peer_columns[] = {
    {"release", "渡した記録のID", false},
    {"node", "渡した相手のノードのID", false},
    {"op", "送る処理のID", false},
    {"state", "waiting送っている・received相手が受け取った・refused相手が受けなかった", false},
    {"code", "受けなかった理由の符号", false},
    {"at", "最後に変わった日時", false},
    {NULL, NULL, false},
};
static const struct data_column got_columns[] = {
    {"id", "受け取った記録のID", false},
    {"node", "渡した自治体のノードのID", false},
    {"month_at", "どの月か（1日の0時）", false},
    {"version", "指標の定義の版", false},
    {"revision", "その月の何回目か（1から）", false},
    {"kind", "send渡された・correct訂正された・withdraw取り下げられた", false},
    {"k", "このときの決まり（1からこの数より小さい人数はかくす）", false},
    {"registry_seq", "相手がもとにした登録簿の番号", false},
    {"received_at", "受け取った日時", false},
    {"sum", "受け取った内容のハッシュ", false},
    {NULL, NULL, false},
};
static const struct data_column got_cell_columns[] = {
    {"release", "受け取った記録のID", false},
    {"n", "何番目か（0から）", false},
    {"kpi", "どの指標か（記号）", false},
    {"part", "だれについてか（all全員・elementary小学校・junior中学校・otherそのほか）", false},
    {"num", "数（かくされたものは、ない）", false},
    {"den", "もとになった児童生徒の数（かくされたものは、ない）", false},
    {NULL, NULL, false},
};
static const struct data_column ask_columns[] = {
    {"op", "たずねた処理のID", false},
    {"node", "たずねた相手のノードのID", false},
    {"month_at", "どの月か（1日の0時）", false},
    {"cuts", "たずねた分け方（コンマ区切り）", false},
    {"at", "たずねた日時", false},
    {"by", "たずねた担当者", false},
    {"code", "返事（released渡してある・absentまだない・そのほかは断られた理由の符号）", false},
    {"ended_at", "返事の日時", false},
    {NULL, NULL, false},
};
static const struct hand_rule sum_rules[] = {{"sum", HAND_PLAIN, NULL},
                                             {NULL, HAND_PLAIN, NULL}};

#define GROUND_JA "委託契約（KPIの計算と報告）、自治体と都道府県の取り決め"
#define WHY_JA    "都道府県に何を渡したかを、あとから一字一句たしかめられるように残すため"
#define SEEN_JA   "県内の指標を、月と学校の段階と自治体ごとに見るため"

const struct data_table kpi_release_tables[KPI_RELEASE_TABLES_N] = {
    {
        .name = "kpi_release",
        .meaning_ja = "都道府県へ渡した月ごとの指標（いつ、どの決まりで、だれが渡したか）",
        .purpose_ja = WHY_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "which month was released to the coordinator, by which rule and whom",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = sum_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = release_columns,
    },
    {
        .name = "kpi_release_cell",
        .meaning_ja = "都道府県へ渡した数字（かくした数字は、ここにもない）",
        .purpose_ja = WHY_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "exactly the numbers that were released; hidden ones are not there",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = release_cell_columns,
    },
    {
        .name = "kpi_release_peer",
        .meaning_ja = "都道府県へ渡した指標が、届いたかどうか",
        .purpose_ja = WHY_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "whether a release reached each coordinator",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = peer_columns,
    },
    {
        .name = "fed_kpi",
        .meaning_ja = "自治体から受け取った月ごとの指標（都道府県のノードだけ）",
        .purpose_ja = SEEN_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "at a coordinator: which month a node released",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = sum_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = got_columns,
    },
    {
        .name = "fed_kpi_cell",
        .meaning_ja = "自治体から受け取った数字（人数だけで、だれかは分からない）",
        .purpose_ja = SEEN_JA,
        .ground_ja = GROUND_JA,
        .purpose_en = "at a coordinator: the numbers a node released; counts alone",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = got_cell_columns,
    },
    {
        .name = "fed_kpi_ask",
        .meaning_ja = "自治体にたずねた指標と、その返事（都道府県のノードだけ）",
        .purpose_ja = "何をたずね、何を断られたかを、あとからたしかめるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "at a coordinator: which month and cuts it asked a node for",
        .key_of = KEY_OF_NONE,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = ask_columns,
    },
};
