#include "node/base/fold_table.h"
#include "node/base/utf.h"

#include <stdlib.h>

#include "tests/t.h"

static struct arena *arena(void)
{
    static struct arena *shared;

    if (shared == NULL)
        T_EQ(arena_create(4096, &shared, NULL), ERR_OK, "arena");
    arena_reset(shared);
    return shared;
}

static struct fold fold(const char *text, unsigned kind)
{
    struct fold f;

    T_EQ(utf_fold(span_text(text), kind, arena(), &f, NULL), ERR_OK, text);
    return f;
}

struct row {
    const char *text, *want;
};

static void rows_check(const struct row *rows, size_t n, unsigned kind)
{
    for (size_t i = 0; i < n; i++)
        T_SPAN(fold(rows[i].text, kind).text, span_text(rows[i].want), rows[i].text);
}

T_CASE(fold_search_does_what_nfkc_does) /* domain guide, section 11: NFKC does */
{
    static const struct row rows[] = {
        {"ﾔﾏﾀﾞ", "やまだ"}, {"Ａ", "a"},           {"①", "1"},
        {"㈱", "(株)"},     {"㌔", "きろ"},        {"\xe2\xbe\xa8", "門"},
        {"㆝", "天"},       {"～", "~"},           {"－", "-"},
        {"ﾊﾟﾊﾞ", "ぱば"},   {"ｶﾞｯｺｳ", "がつこう"}, {"　", " "},
        {"㍻", "平成"},     {"ﬁ", "fi"},           {"Straße", "strasse"},
        {"İ", "i"},
    };

    rows_check(rows, T_COUNT(rows), FOLD_SEARCH);
}

T_CASE(fold_search_does_what_nfkc_leaves) /* section 11: NFKC does not */
{
    static const struct row rows[] = {
        {"ヤマダ", "やまだ"},
        {"ガッコウ", "がつこう"},
        {"ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ"},
        {"ァィゥェォッャュョヮヵヶ", "あいうえおつやゆよわかけ"},
        {"茅ヶ崎 茅ケ崎", "茅け崎 茅け崎"},
        {"ヴァイオリン ヴー", "ゔあいおりん ゔう"},
        {"ㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ", "くしすとぬはひふへほむらりるれろ"},
        {"ヷヸヹヺ", "わゐゑを"},
        {"〜", "~"},
        {"−‐–—", "----"},
        {"髙橋 山﨑 𠮷野家 𡈽方", "高橋 山崎 吉野家 土方"},
        {"サーバー さーばー さあばあ", "さあばあ さあばあ さあばあ"},
        {"おーの ケーキ じー ソーース", "おおの けえき じい そおおす"},
        {"んー ー aー", "んー ー aー"},
        {"ジョン・スミス", "じよん・すみす"},
        {"○〇◯⚪⭕●", "○〇◯⚪⭕●"},
        {"葛\xf3\xa0\x84\x80飾", "葛飾"},
        {"☀\xef\xb8\x8f\xef\xb8\x8e", "☀"},
        {"し\xe2\x80\x8bね\xc2\xad", "しね"},
        {"佐々木", "佐々木"},
        {"いすゞ みすゞ", "いすず みすず"},
        {"こゝろ がゝ", "こころ がか"},
        {"ゝ", "ゝ"},
        {"YAMADA Ｔａｒｏ", "yamada taro"},
        {"あ\xe3\x82\x99", "あ"},
        {"やまだ", "やまだ"},
        {"やまた", "やまた"},
        {"ああ  11 bb", "ああ  11 bb"},
        {"", ""},
    };

    rows_check(rows, T_COUNT(rows), FOLD_SEARCH);
}

T_CASE(fold_composes_ha_and_a_spacing_mark) /* は゛ falls apart under NFKC alone */
{
    static const struct row both[] = {
        {"は゛か", "ばか"},           {"は゜", "ぱ"}, {"ハ゛カ", "ばか"},
        {"は\xe3\x82\x99か", "ばか"}, {"゛", ""},     {"っ゛", "づ"},
    };
    static const struct row words[] = {
        {"は ゛か", "ばか"},
        {"は \xe3\x82\x99か", "ばか"},
        {"ﾊ ﾞｶ", "ばか"},
        {"は・゛か", "ばか"},
    };

    rows_check(both, T_COUNT(both), FOLD_SEARCH);
    rows_check(both, T_COUNT(both), FOLD_WORDS);
    rows_check(words, T_COUNT(words), FOLD_WORDS);
}

T_CASE(fold_words_drops_what_is_put_between)
{
    static const struct row rows[] = {
        {"サーバー", "さば"},
        {"しーーねー", "しね"},
        {"し〜ね～", "しね"},
        {"し ね", "しね"},
        {"し　\tね\n", "しね"},
        {"ｼﾈ", "しね"},
        {"し.ね・し、ね", "しねしね"},
        {"し-ね", "しね"},
        {"し★😀ね", "しね"},
        {"【し】「ね」", "しね"},
        {"し\xe2\x80\x8bね", "しね"},
        {"し\xcc\xb6ね\xcc\xb6", "しね"}, /* struck through by combining marks */
        {"ししねねね", "しね"},
        {"死死ね", "しね"},
        {"ばかばか", "ばかばか"},
        {"しﾞ", "じ"},
        {"fuuuuuck", "fuck"},
        {"book", "book"},
        {"boook", "bok"},
        {"wwwww", "w"},
        {"080-1111-2222", "08011112222"},
        {"か か", "かか"}, /* a space ends a run of repeats */
        {"人々", "人"},
        {"々", "々"},
        {"うんこれは", "うんこれは"},
        {"", ""},
        {" ー・", ""},
    };

    rows_check(rows, T_COUNT(rows), FOLD_WORDS);
}

T_CASE(fold_words_makes_one_circle_of_what_hides_a_character)
{
    static const struct row rows[] = {
        {"う○こ", "う○こ"}, {"う〇こ", "う○こ"},  {"う◯こ", "う○こ"},  {"う⚪こ", "う○こ"},
        {"う⭕こ", "う○こ"}, {"う●こ", "う○こ"},   {"う＊こ", "う○こ"}, {"う*こ", "う○こ"},
        {"う×こ", "う○こ"}, {"う_こ", "う○こ"},   {"う＿こ", "う○こ"}, {"う○●*こ", "う○こ"},
        {"○", "○"},         {"う ○ こ", "う○こ"},
    };

    rows_check(rows, T_COUNT(rows), FOLD_WORDS);
}

T_CASE(fold_words_knows_homographs)
{
    static const struct row rows[] = {
        {"氏ね", "しね"},
        {"死ね", "しね"},
        {"死にたい", "しにたい"},
        {"タヒね", "しね"},
        {"ﾀﾋね", "しね"},
        {"タヒにたい", "しにたい"},
        {"4ね", "しね"},
        {"４ネ", "しね"},
        {"4にたい", "しにたい"},
        {"56す", "ころす"},
        {"５６し", "ころし"},
        {"5ろす", "ころす"},
        {"殺す", "ころす"},
        {"殺されたい", "ころされたい"},
        {"頃す", "ころす"},
        {"夕匕ね", "しね"},
        {"氏 ー ね", "しね"},
        {"タ・ヒ", "し"},
        {"あしたひま？", "あしたひま"},
        {"タヒチ", "たひち"},
        {"4ねんせい", "4ねんせい"},
        {"4にん", "4にん"},
        {"14ね", "14ね"},
        {"156す", "156す"},
        {"田中氏に", "田中氏に"},
        {"殺虫", "殺虫"},
        {"その頃", "その頃"},
        {"死", "死"},
        {"たひ", "たひ"},
    };

    rows_check(rows, T_COUNT(rows), FOLD_WORDS);
}

T_CASE(fold_search_leaves_homographs_and_circles)
{
    static const struct row rows[] = {{"氏ね タヒ 56す う○こ", "氏ね たひ 56す う○こ"}};

    rows_check(rows, T_COUNT(rows), FOLD_SEARCH);
}

/* The original's bytes of the graphemes from the first to the last of a found piece. */
static struct span origin(const char *text, const struct fold *f, size_t from, size_t to)
{
    uint32_t first = f->grapheme_at[f->grapheme_of[from]];

    return span_of(text + first, f->grapheme_at[f->grapheme_end[to]] - first);
}

T_CASE(fold_maps_back_to_the_users_own_characters)
{
    static const struct {
        const char *text;
        size_t from, to;
        const char *want;
    } rows[] = {
        {"aし ね!", 1, 2, "し ね"},
        {"xﾊﾞｶx", 1, 2, "ﾊﾞｶ"},
        {"は゛か", 0, 0, "は゛"},
        {"は゛か", 1, 1, "か"},
        {"は ゛か", 0, 1, "は ゛か"},
        {"葛\xf3\xa0\x84\x80飾", 0, 0, "葛\xf3\xa0\x84\x80"},
        {"㌔です", 0, 1, "㌔"},
        {"㌔です", 1, 1, "㌔"},
        {"㌔です", 2, 3, "です"},
        {"ばーーかーー。", 0, 1, "ばーーかーー"},
        {"ししねね", 0, 1, "ししねね"},
        {"fuuuuck", 1, 1, "uuuu"},
        {"殺す", 0, 2, "殺す"},
        {"殺す", 0, 0, "殺"},
        {"殺す", 1, 1, "殺"},
        {"あ56す", 1, 2, "56"},
        {"タ ヒね", 0, 0, "タ ヒ"},
        {"う○●こ", 1, 1, "○●"},
        {"し\xe2\x80\x8bね", 0, 1, "し\xe2\x80\x8bね"},
        {"か\xe3\x82\x99\xe3\x82\x99い", 0, 0, "か\xe3\x82\x99\xe3\x82\x99"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct fold f = fold(rows[i].text, FOLD_WORDS);

        T_OK(rows[i].to < f.n_points, rows[i].text);
        if (rows[i].to < f.n_points)
            T_SPAN(origin(rows[i].text, &f, rows[i].from, rows[i].to), span_text(rows[i].want),
                   rows[i].text);
    }
}

T_CASE(fold_counts_points_and_graphemes)
{
    struct fold f = fold("ﾊﾞ㌔👨\xe2\x80\x8d👩", FOLD_SEARCH);

    T_EQ(f.n_graphemes, 3, "of the original");
    T_EQ(f.n_points, 5, "ば き ろ and two people");
    T_EQ(f.grapheme_at[3], strlen("ﾊﾞ㌔👨\xe2\x80\x8d👩"), "the last offset is the length");
    T_EQ(f.grapheme_of[4], 2, "the last grapheme");
    f = fold("", FOLD_WORDS);
    T_EQ(f.n_points, 0, "nothing");
    T_EQ(f.n_graphemes, 0, "nothing");
    T_OK(f.grapheme_at != NULL && f.grapheme_at[0] == 0, "one offset");
}

T_CASE(fold_of_a_fold_is_itself)
{
    static const char *const texts[] = {"ﾊﾞカ髙〜",     "いすゞ", "う○●こ",
                                        "fuuuuck book", "タヒね", "死死ね"};

    for (size_t i = 0; i < T_COUNT(texts); i++)
        for (unsigned kind = FOLD_SEARCH; kind <= FOLD_WORDS; kind++) {
            char once[64];
            struct span first = fold(texts[i], kind).text;

            memcpy(once, first.p, first.len);
            once[first.len] = '\0';
            T_SPAN(fold(once, kind).text, span_text(once), texts[i]);
        }
}

T_CASE(fold_refuses_what_is_not_text)
{
    struct fold f;

    T_EQ(utf_fold(t_hex("61ff"), FOLD_WORDS, arena(), &f, NULL), ERR_PROTO, "not UTF-8");
    T_OK(f.text.p == NULL && f.grapheme_at == NULL, "no result");
    T_EQ(utf_fold(t_hex("6100"), FOLD_WORDS, arena(), &f, NULL), ERR_PROTO, "a NUL");
}

static void fill(uint8_t *text, size_t len, struct span pattern)
{
    for (size_t i = 0; i + pattern.len <= len; i += pattern.len)
        memcpy(text + i, pattern.p, pattern.len);
}

T_CASE(fold_takes_long_and_hostile_texts)
{
    size_t len = 30000;
    uint8_t *text = malloc(len + 4);
    struct fold f;

    /* One letter under ten thousand marks is one segment and one grapheme. */
    text[0] = 'a';
    fill(text + 1, len - 2, SPAN("\xcc\xb6"));
    T_EQ(utf_fold(span_of(text, len - 1), FOLD_WORDS, arena(), &f, NULL), ERR_OK, "marks");
    T_SPAN(f.text, SPAN("a"), "marks go");
    T_EQ(f.n_graphemes, 1, "one");
    fill(text, len, SPAN("\xef\xb7\xba")); /* U+FDFA: one becomes eighteen */
    T_EQ(utf_fold(span_of(text, len), FOLD_SEARCH, arena(), &f, NULL), ERR_OK, "ligatures");
    T_EQ(f.n_points, 180000, "all of them");
    T_EQ(f.n_graphemes, 10000, "each of its own");
    free(text);
}

T_CASE(fold_tables_are_their_own_result)
{
    for (int32_t c = 0; c < 0x30000; c++) {
        int32_t once = fold_variant(fold_kana(c));

        if (fold_variant(fold_kana(once)) != once || fold_is_katakana(fold_kana(c)))
            T_EQ(c, -1, "folding twice changes nothing more");
    }
    T_EQ(fold_kana(0x30a1), 0x3042, "ァ is あ");
    for (size_t i = 0; i < fold_n_homographs; i++)
        T_OK(fold_may_begin(fold_kana(fold_homographs[i].text[0])),
             "every row's head is known");
}

static struct span look(const char *text)
{
    struct span out = SPAN_NONE;

    T_EQ(utf_look(span_text(text), arena(), &out, NULL), ERR_OK, text);
    return out;
}

T_CASE(a_look_is_that_of_all_that_are_taken_for_one_another)
{
    static const char *const same[][2] = {
        {"ニ口力タエハト", "二ロカ夕工八卜"},
        {"ミチオヌムヒルメ", "三千才又厶匕儿乂"},
        {"ソシ", "ンツ"},
        {"スーパー", "ス一パ-"},
        {"ぺべパ", "ペベパ"},
        {"く", "〈"},
        {"Ill1|", "lI1l|"},
        {"rnodern", "MODERN"},
        {"аdmin", "admin"},
        {"齋藤", "斉藤"},
        {"職員 支援 太郎 田中 士", "識貝 攴授 犬朗 申巾 土"},
        {"e\u0301", "E"},
        {" a・b.c ", "abc"},
    };

    for (size_t i = 0; i < T_COUNT(same); i++) {
        char kept[128];
        struct span first = look(same[i][0]);

        T_OK(first.len > 0 && first.len < sizeof kept, same[i][0]);
        memcpy(kept, first.p, first.len);
        T_SPAN(look(same[i][1]), span_of(kept, first.len), same[i][1]);
    }
    T_SPAN(look("がぎ"), look("ガギ"), "the marks of kana stay");
    T_OK(!span_eq(look("か"), look("が")), "and set apart");
    T_EQ(look(" ・ ").len, 0, "nothing to look at");
}

T_CASE(a_look_is_taken_of_any_text)
{
    size_t len = 3000;
    uint8_t *text = malloc(len);
    struct span out;

    T_EQ(utf_look(t_hex("61ff"), arena(), &out, NULL), ERR_PROTO, "not UTF-8");
    T_EQ(utf_look(t_hex("6100"), arena(), &out, NULL), ERR_PROTO, "a NUL");
    fill(text, len, SPAN("\xef\xb7\xba")); /* U+FDFA: one becomes eighteen */
    T_EQ(utf_look(span_of(text, len), arena(), &out, NULL), ERR_OK, "ligatures");
    T_OK(out.len > len, "all of them");
    text[0] = 'a';
    fill(text + 1, len - 2, SPAN("\xcc\xb6"));
    T_EQ(utf_look(span_of(text, len - 1), arena(), &out, NULL), ERR_OK, "marks");
    T_SPAN(out, SPAN("a"), "go");
    free(text);
}
