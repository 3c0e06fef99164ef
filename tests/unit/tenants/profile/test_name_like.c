/* KP-3-安全-1, AI-2.2-エ: nobody passes for staff or for another child by letters that look
 * alike, and ordinary names pass. */
#include <stdlib.h>
#include <string.h>

#include "tenants/people/people_priv.h"
#include "tenants/profile/profile_rules.h"
#include "tests/t.h"

/* Names as children choose them; each must also stand beside all others. */
static const char *const plain[] = {
    /* hiragana */
    "そら",
    "うみ",
    "はる",
    "なつ",
    "あき",
    "ふゆ",
    "ひなた",
    "あおい",
    "さくら",
    "すみれ",
    "ひかり",
    "みらい",
    "のぞみ",
    "かなで",
    "しおり",
    "つむぎ",
    "いろは",
    "ゆめ",
    "ほのか",
    "ことり",
    "うさぎ",
    "ねこまる",
    "いぬたろう",
    "くまごろう",
    "ぺんぎん",
    "たぬき",
    "きつね",
    "りす",
    "はりねずみ",
    "かもめ",
    "すずめ",
    "つばめ",
    "ふくろう",
    "おおかみ",
    "らっこ",
    "いるか",
    "くじら",
    "めだか",
    "かえる",
    "かめ",
    "とかげ",
    "ちょうちょ",
    "とんぼ",
    "てんとうむし",
    "みつばち",
    "だんごむし",
    "きょうしつのかぎ",
    "教室のまど",
    "さくら貝",
    "牛丸",
    "犬たろう",
    "生たまご",
    "一人たび",
    "山頭火",
    "さとう",
    "しお",
    "みそ",
    "しょうゆ",
    "おちゃ",
    "まっちゃ",
    "あんこ",
    "もちもち",
    "だいふく",
    "ようかん",
    "せんべい",
    "おにぎり",
    "うどん",
    "そば",
    "らーめん",
    "かれー",
    "ぷりん",
    "みかんりんご",
    "ぶどう",
    "いちご",
    "すいか",
    "もも",
    "なし",
    "かき",
    "くり",
    "きのこ",
    "たけのこ",
    "にんじん",
    "だいこん",
    "おひさま",
    "ほしぞら",
    "みかづき",
    "ながれぼし",
    "にじいろ",
    "あめふり",
    "ゆきだるま",
    "かぜのこ",
    "てんし",
    "しんえいたい",
    "えいえん",
    "うんめい",
    "しょくぱん",
    "かんりょう",
    "きょうりゅう",
    "たんぽぽ",
    "すたあ",
    "せんにん",
    "えんぴつ",
    "しずか",
    "ひとり",
    "のんびりや",
    /* katakana */
    "ルナ",
    "レオ",
    "アリス",
    "エマ",
    "カイ",
    "ミント",
    "ココア",
    "ショコラ",
    "マロン",
    "モカ",
    "ラテ",
    "ソーダ",
    "サイダー",
    "レモン",
    "メロン",
    "バナナ",
    "キウイ",
    "マンゴー",
    "パイン",
    "トマト",
    "ポテト",
    "ピーマン",
    "コロッケ",
    "カレーパン",
    "ピザ",
    "パスタ",
    "グラタン",
    "オムライス",
    "ドーナツ",
    "クッキー",
    "タルト",
    "パフェ",
    "アイス",
    "ロボット",
    "ロケット",
    "ギター",
    "ピアノ",
    "ドラム",
    "ニンジャ",
    "ハヤブサ",
    "ハンター",
    "カブトムシ",
    "クワガタ",
    "トリケラ",
    "ティラノ",
    "ドラゴン",
    "ユニコーン",
    "ペガサス",
    "スタミナ",
    "シリウス",
    "オリオン",
    "ムーン",
    "エース",
    "ヒーロー",
    "サンタ",
    "チョコ二個",
    "オトメ",
    /* kanji */
    "空",
    "海",
    "光",
    "月",
    "星",
    "風",
    "雪",
    "花火",
    "青空",
    "夕日",
    "朝日",
    "森の熊",
    "七海",
    "一番星",
    "二番目",
    "三日月",
    "十五夜",
    "口笛",
    "力持ち",
    "夕焼け",
    "工作好き",
    "八重桜",
    "千羽鶴",
    "才能",
    "土星",
    "日曜日",
    "末っ子",
    "人魚",
    "入道雲",
    "図書室の主",
    "先祖",
    "生物部",
    "員数外",
    "管弦楽",
    "理科",
    "校庭",
    "長靴",
    "公園",
    "支度",
    "運動会",
    "営業中",
    "職人",
    "雪見大福",
    "未完成",
    "犬派",
    "猫派",
    "鉄道",
    /* latin, digits, pictures */
    "sora",
    "Luna",
    "Leo",
    "Mii",
    "Ken7",
    "neko22",
    "Mr.X",
    "ABC",
    "Zero",
    "Alex",
    "Emma",
    "Kai",
    "momo",
    "starry",
    "stamp",
    "adm",
    "teach",
    "sense",
    "offside",
    "Sunny",
    "Ivy",
    "Milk",
    "Coco",
    "Jiro",
    "tanuki",
    "kuma3",
    "ほし47",
    "つき12",
    "かぜ88",
    "ねこ🐈",
    "☆☆☆",
    "Sora-7",
    "パンダ🐼",
    "ゆき❄",
    "Soňa",
    "Соня",
    "Ёжик",
    "e-りか",
    "5月うまれ",
    "3ねんせい",
    "10ぴき",
    "88号",
};

/* As staff. Each is refused, by its own words or by whose name it is. */
static const char *const impostors[] = {
    /* words */
    "せんせい",
    "せんせー",
    "センセイ",
    "ｾﾝｾｲ",
    "セソセイ",
    "せ ん せ い",
    "しぇんせい",
    "せんしぇい",
    "せんせぇ",
    "先生",
    "先⽣",
    "そら先生",
    "先-生",
    "スタッフ",
    "スタツフ",
    "ス夕ッフ",
    "スタッフ一同",
    "すたっふ",
    "す.た.っ.ふ",
    "卜スタッフ",
    "しえんいん",
    "しぇんいん",
    "支援員",
    "シ工ンイン",
    "うんえい",
    "うん工い",
    "ウンエイ",
    "うんえぃ",
    "運営",
    "うんえ一",
    "staff",
    "STAFF",
    "Ｓｔａｆｆ",
    "5ta ff",
    "5taff",
    "st4ff",
    "s7aff",
    "$taff",
    "5t@ff",
    "s t a f f",
    "s.t.a.f.f",
    "Ѕtaff",
    "stаff",
    "stáff",
    "𝓼𝓽𝓪𝓯𝓯",
    "ⓢⓣⓐⓕⓕ",
    "staﬀ",
    "admin",
    "ADMIN",
    "adm1n",
    "admln",
    "4dmin",
    "@dmin",
    "adrnin",
    "аdmin",
    "αdmin",
    "teacher",
    "t3acher",
    "Teacheг",
    "sensei",
    "5ensei",
    "sense1",
    "officia1",
    "カウンセラ一",
    "カウソセラー",
    "力ウンセラー",
    "サポ一タ一",
    "相談員",
    "そうだんいん",
    "校長",
    "こうちょぅ",
    "かんりにん",
    "管理",
    "公式",
    "モデレーター",
    "先せい",
    "せん生",
    "しえん員",
    "支えんいん",
    "支援いん",
    "そうだん員",
    "うん営",
    "こう長",
    "きょう頭",
    "かんり者",
    "かん理人",
    "職貝",
    "支授員",
    "先牛",
    "菅理",
    /* people: 佐藤二郎, 加藤 一, 高橋三千代, 齋藤 未来, Ian Hill, 支援 口ロ */
    "佐藤二郎",
    "佐藤ニ郎",
    "佐藤 ニ郎",
    "佐藤・二郎",
    "二郎佐藤",
    "サトウジロウ",
    "サトウジ口ウ",
    "さとうじろう",
    "佐藤二郎さん",
    "佐藤ニ郎だよ",
    "佐藤二朗",
    "加藤一",
    "加藤ー",
    "加藤-",
    "高橋三千代",
    "髙橋ミチ代",
    "斎藤未来",
    "斉藤末来",
    "齊藤未来",
    "Ian Hill",
    "lan Hill",
    "1an Hi11",
    "ian.hill",
    "ＩＡＮ　ＨＩＬＬ",
    "もりのくまさん",
    "もりの<まさん",
    "森のエ房",
    "森の工房",
};

/* Beside somebody's name: whose, and the one that is not to be told from it. */
static const struct {
    const char *taken, *alike;
} pairs[] = {
    {"モモンガ", "もも・んガ"},
    {"ニンジャ", "二ンジャ"},
    {"口ボット", "ロボット"},
    {"カイ", "力イ"},
    {"夕日", "タ日"},
    {"エース", "工一ス"},
    {"ソラ", "ンラ"},
    {"ミント", "三ント"},
    {"ほし11", "ほしll"},
    {"ほし10", "ほしlO"},
    {"Luna", "Ｌｕｎａ"},
    {"Ian", "lan"},
    {"Соня", "Coня"},
    {"そら", "そ.ら"},
    {"そら", "そ ら"},
    {"ハル", "八ル"},
    {"momo", "mоmо"},
    {"うさぎ", "うさき\xe3\x82\x99"},
    {"べ", "ベ"},
    {"桜の木", "櫻の木"},
    {"Mimi", "Mirni"},
};

static struct people_entry entry_of(const char *display, enum role role, struct arena *arena)
{
    return (struct people_entry){.place = {.person = id_new(), .role = role},
                                 .has_account = true,
                                 .state = ACCOUNT_ACTIVE,
                                 .display = span_text(arena_text(arena, span_text(display)))};
}

static size_t put_staff(struct people_entry *at, struct arena *arena)
{
    static const struct {
        const char *display, *names[4];
    } rows[] = {
        {"佐藤 二郎", {"佐藤", "二郎", "サトウ", "ジロウ"}},
        {"加藤 一", {"加藤", "一", "カトウ", "ハジメ"}},
        {"たかはし", {"高橋", "三千代", "タカハシ", "ミチヨ"}},
        {"さいとう先生", {"齋藤", "未来", "サイトウ", "ミライ"}},
        {"Ian Hill", {"", "", "", ""}},
        {"もりのくま", {"", "", "", ""}},
        {"森の工房", {"", "", "", ""}},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span names[4];

        at[i] = entry_of(rows[i].display, ROLE_SUPPORTER, arena);
        for (int k = 0; k < 4; k++)
            names[k] = span_text(rows[i].names[k]);
        T_EQ(people_put_looks(&at[i], names, arena, NULL), ERR_OK, rows[i].display);
    }
    return T_COUNT(rows);
}

static void put_child(struct people_entry *at, const char *name, struct arena *arena)
{
    *at = entry_of(name, ROLE_STUDENT, arena);
    T_EQ(people_put_looks(at, (const struct span[4]){{NULL, 0}}, arena, NULL), ERR_OK, name);
}

static bool is_refused(const char *name, struct arena *arena)
{
    static const struct profile_names none = {.n_schools = 0};
    struct jx_defects defects = {0};
    enum err rc =
        profile_check_name(ROLE_STUDENT, span_text(name), &none, arena, &defects, NULL);

    T_EQ(rc, ERR_OK, name);
    return defects.n > 0;
}

static enum people_like like(const struct people *people, const char *name, struct id self,
                             struct arena *arena)
{
    enum people_like out = PEOPLE_LIKE_NOBODY;

    T_EQ(profile_name_like(people, span_text(name), self, arena, &out, NULL), ERR_OK, name);
    return out;
}

T_CASE(ordinary_names_pass_beside_one_another)
{
    static struct people_entry at[T_COUNT(plain) + 16];
    struct people people = {.at = at};
    struct arena *arena = NULL;
    size_t n_staff;

    T_REQ("KP-3-安全-1 AI-2.2-エ");
    T_OK(T_COUNT(plain) >= 200, "a table of 200 names");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    n_staff = put_staff(at, arena);
    for (size_t i = 0; i < T_COUNT(plain); i++)
        put_child(&at[n_staff + i], plain[i], arena);
    people.n = n_staff + T_COUNT(plain);
    for (size_t i = 0; i < T_COUNT(plain); i++) {
        T_OK(!is_refused(plain[i], arena), plain[i]);
        T_EQ(like(&people, plain[i], at[n_staff + i].place.person, arena), PEOPLE_LIKE_NOBODY,
             plain[i]);
    }
    arena_destroy(&arena);
}

T_CASE(nobody_passes_for_staff)
{
    struct people_entry at[16];
    struct people people = {.at = at};
    struct arena *arena = NULL;

    T_REQ("KP-3-安全-1");
    T_OK(T_COUNT(impostors) >= 60, "a table of 60 impostors");
    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    people.n = put_staff(at, arena);
    for (size_t i = 0; i < T_COUNT(impostors); i++)
        T_OK(is_refused(impostors[i], arena) ||
                 like(&people, impostors[i], ID_NONE, arena) == PEOPLE_LIKE_STAFF,
             impostors[i]);
    at[0].state = ACCOUNT_CLOSED;
    T_EQ(like(&people, "佐藤ニ郎", ID_NONE, arena), PEOPLE_LIKE_NOBODY, "staff who has left");
    T_EQ(like(&people, "加藤ー", at[1].place.person, arena), PEOPLE_LIKE_NOBODY, "oneself");
    arena_destroy(&arena);
}

T_CASE(nobody_passes_for_another_child)
{
    struct people_entry at[1];
    struct people people = {.at = at, .n = 1};
    struct arena *arena = NULL;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(pairs); i++) {
        put_child(&at[0], pairs[i].taken, arena);
        T_EQ(like(&people, pairs[i].alike, ID_NONE, arena), PEOPLE_LIKE_SOMEBODY,
             pairs[i].alike);
        put_child(&at[0], pairs[i].alike, arena);
        T_EQ(like(&people, pairs[i].taken, ID_NONE, arena), PEOPLE_LIKE_SOMEBODY,
             pairs[i].taken);
    }
    arena_destroy(&arena);
}
