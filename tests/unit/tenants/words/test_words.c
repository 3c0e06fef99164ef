#include "tenants/words/words.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

static struct arena *arena(void)
{
    static struct arena *shared;

    if (shared == NULL)
        T_EQ(arena_create(65536, &shared, NULL), ERR_OK, "arena");
    return shared;
}

static struct words *base(void)
{
    static struct words *shared;
    const struct words_lists none = {.n_own = 0};

    if (shared == NULL)
        T_EQ(words_create(&none, &shared, NULL), ERR_OK, "the base list");
    return shared;
}

static struct words_verdict look(const char *text)
{
    struct words_verdict verdict;

    T_EQ(words_look(base(), WORDS_SURFACE_CHAT, span_text(text), arena(), &verdict, NULL),
         ERR_OK, text);
    return verdict;
}

T_CASE(words_are_found_in_every_spelling_AI_2_6_ウ) /* domain guide, section 11 */
{
    static const char *const texts[] = {
        "しね",       "シネ",     "ｼﾈ",           "死ね",           "氏ね",           "タヒね",
        "4ね",        "４ね",     "し★ね",        "し　ね",         "し\u200bね",     "しーね",
        "しねぇ",     "○ね",      "shine",        "s i n e",        "SINE",           "56す",
        "ころす",     "コ口ス",   "こ○す",        "ばか",           "バ力",           "ﾊﾞｶ",
        "は\u3099か", "馬鹿",     "ばーーか",     "ば・か",         "うんこ",         "う○こ",
        "うんｺ",      "ウ ン コ", "せっくす",     "セ○○ス",         "fuck",           "f u c k",
        "f*ck",       "🅵🆄🅲🅺",     "お前ごみだな", "二度とくるなよ", "タバコ吸おうぜ",
    };

    T_REQ("AI-2.6-ウ");
    for (size_t i = 0; i < T_COUNT(texts); i++)
        T_OK((look(texts[i]).kinds & WORDS_BIT(WORDS_NG)) != 0, texts[i]);
}

T_CASE(words_are_not_found_where_they_only_look_so)
{
    static const char *const texts[] = {
        "うんこうダイヤ",
        "やくそくだよ",
        "そばかす",
        "カステラ",
        "シネマ",
        "4年生",
        "4ねんせい",
        "タヒチ",
        "そういえば かえる",
        "わたしにたいして",
        "おそいねー",
        "オンライン授業",
        "インスタント",
        "3.14159265358979",
        "2026-05-07",
        "100点",
        "9:30",
        "○×クイズ",
        "Rise and shine!",
        "いちにさんしご",
        "おばあちゃんに会いに行く",
        "髪切りたい",
        "せかい",
        "あっという間",
    };

    for (size_t i = 0; i < T_COUNT(texts); i++)
        T_EQ(look(texts[i]).kinds, 0, texts[i]);
}

T_CASE(words_are_masked_by_grapheme)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"うんこ食べる", "＊＊＊食べる"},
        {"う\u200bん★こだ", "＊＊＊＊＊だ"},
        {"は\u3099か\U000E0100です", "＊＊です"},
        {"なんでもない", "なんでもない"},
        {"", ""},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_SPAN(look(rows[i].text).masked, span_text(rows[i].want), rows[i].text);
}

T_CASE(words_contact_is_found_however_it_is_written)
{
    static const struct {
        const char *text;
        enum words_category category;
    } rows[] = {
        {"090-0123-4567", WORDS_PHONE},
        {"０９０００１２３４５６", WORDS_PHONE},
        {"〇九〇〇一二三四五六七", WORDS_PHONE},
        {"ゼロきゅうゼロ ゼロいちにさん よんごろくなな", WORDS_PHONE},
        {"0️⃣9️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣",
         WORDS_PHONE},
        {"最初は090、次が0123、最後は4567", WORDS_PHONE},
        {"taro＠example．com", WORDS_MAIL},
        {"taro あっと gmail ドット com", WORDS_MAIL},
        {"example.com/abc", WORDS_URL},
        {"discord.gg/abc", WORDS_URL},
        {"らいん交換しよ", WORDS_SNS},
        {"L I N E 教えて", WORDS_SNS},
        {"@taro_neko", WORDS_SNS},
        {"SW-1234-5678-9012", WORDS_SNS},
        {"らいん：hana", WORDS_SNS},
        {"LINE:abc", WORDS_SNS},
        {"カカオhana2012", WORDS_SNS},
        {"二人で会おうよ", WORDS_MEET},
        {"どこ住み?", WORDS_ADDRESS},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct words_verdict verdict = look(rows[i].text);

        T_OK(words_has(&verdict, WORDS_CONTACT), rows[i].text);
        T_OK((verdict.categories & 1u << rows[i].category) != 0, rows[i].text);
        T_OK(words_contact(&verdict) != WORDS_CATEGORIES_N, rows[i].text);
    }
}

T_CASE(words_that_stand_alone_count_and_in_a_sentence_do_not)
{
    static const struct {
        const char *alone, *within;
    } rows[] = {
        {"ごみ", "ごみをひろった"},           {"ｺﾞ ﾐ www", "ごみの日はあした"},
        {"か え れ よ", "家にかえれた"},      {"弱虫", "弱虫な主人公の本"},
        {"泣き虫だな", "泣き虫のねこの絵本"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_OK((look(rows[i].alone).kinds & WORDS_BIT(WORDS_NG)) != 0, rows[i].alone);
        T_EQ(look(rows[i].within).kinds, 0, rows[i].within);
    }
    T_OK((look("たすけて").kinds & WORDS_BIT(WORDS_CRISIS)) != 0, "たすけて");
    T_EQ(look("計算をたすけてくれる道具").kinds, 0, "a tool");
}

T_CASE(words_numbers_and_pages_in_pieces)
{
    static const struct {
        const char *text;
        enum words_category category;
    } rows[] = {
        {"+81 90-0123-4567", WORDS_PHONE},
        {"零九零の零壱弐参の肆伍陸漆", WORDS_PHONE},
        {"0.9.0.0.1.2.3.4.5.6.7", WORDS_PHONE},
        {"zero kyu zero zero ichi ni san yon go roku nana", WORDS_PHONE},
        {"gg/abcdef", WORDS_URL},
        {"bit ly/3abcde", WORDS_URL},
        {"www example jp", WORDS_URL},
        {"うちは駅の裏", WORDS_ADDRESS},
        {"公園の隣に住んでるよ", WORDS_ADDRESS},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_OK((look(rows[i].text).categories & 1u << rows[i].category) != 0, rows[i].text);
    T_EQ(look("good game, gg").kinds, 0, "a greeting of games");
    T_EQ(look("0.5と1.25をたす").kinds, 0, "fractions");
    T_EQ(look("TikTok liveみた").kinds, 0, "what is on, not who");
    T_EQ(look("Steamでgame2本かった").kinds, 0, "a shop of games");
}

/* The model may speak against a word of the base list, never against the municipality's own,
 * a word of need or a number. */
T_CASE(words_of_ordinary_sentences_are_let_be)
{
    const struct span own[] = {SPAN("ばかでかい")};
    const struct words_lists lists = {.own = own, .n_own = 1};
    const struct span text = SPAN("きのうばかでかい虫がいてびっくりした");
    struct words *words = NULL;
    struct words_verdict verdict;

    T_EQ(words_create(&lists, &words, NULL), ERR_OK, "lists");
    T_EQ(words_look(words, WORDS_SURFACE_CHAT, text, arena(), &verdict, NULL), ERR_OK, "look");
    T_OK((verdict.categories & 1u << WORDS_OWN) != 0, "the municipality's own word");
    words_unref(&words);
    T_EQ(look("電話番号はだれにも教えないのがここの約束です").kinds, 0, "a rule is told");
    T_EQ(look("電話番号はだれにも教えない約束だけど09001234567だよ").kinds,
         WORDS_BIT(WORDS_CONTACT), "the number itself");
    T_OK(words_has(
             &(struct words_verdict){.kinds =
                                         look("きのうの宿題おわらなくて死にたいよもう").kinds},
             WORDS_CRISIS),
         "a word of need");
}

T_CASE(words_taken_apart_or_turned_round_are_read_AI_2_6_ウ)
{
    static const struct {
        const char *text;
        enum words_category category;
    } rows[] = {
        {"お前く さ い", WORDS_INSULT},
        {"味方がゴ ミ すぎて負けた", WORDS_INSULT},
        {"うるさいからしーーーんーーーで", WORDS_VIOLENCE},
        {"走れないのはで〜〜〜ぶだからでしょ", WORDS_INSULT},
        {"ばーかばーか", WORDS_INSULT},
        {"こいつザ〇", WORDS_INSULT},
        {"ころ○", WORDS_VIOLENCE},
        {"9そ", WORDS_DIRTY},
        {"ショーガイシャ乙", WORDS_DISCRIMINATION},
        {"ねしを逆から読んで", WORDS_VIOLENCE},
        {"7654-3210-090 を逆にして", WORDS_PHONE},
        {"おーきゅうおー おーいちにーさん しーごーろくなな", WORDS_PHONE},
        {"最初080、まんなか0012、おわり3456", WORDS_PHONE},
        {"サーバーは 192.0.2.10", WORDS_URL},
        {"サーバーは 192てん0てん2てん10", WORDS_URL},
        {"example.anything/heya1", WORDS_URL},
        {"example★com", WORDS_URL},
        {"example ぴりおど com", WORDS_URL},
        {"sora アンダーバー 00x", WORDS_SNS},
        {"招待コード aB0_00", WORDS_SNS},
        {"てぃーみー スラッシュ neko000", WORDS_URL},
        {"e x a m p l e . c o m だよ", WORDS_URL},
    };
    static const char *const plain[] = {
        "お は よ う",
        "す ご い ね",
        "あ ほんとだ",
        "うーーーん、ちがう",
        "A B C",
        "I a m a student",
        "音ゲーは苦手なんだ",
        "しんぶんしは逆から読んでも同じ",
    };

    T_REQ("AI-2.6-ウ");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_OK((look(rows[i].text).categories & 1u << rows[i].category) != 0, rows[i].text);
    for (size_t i = 0; i < T_COUNT(plain); i++)
        T_EQ(look(plain[i]).kinds, 0, plain[i]);
    T_SPAN(look("お前く さ いよ").masked, SPAN("＊＊＊＊＊＊＊よ"),
           "what parts the letters, too");
}

T_CASE(words_of_need_are_told)
{
    static const struct {
        const char *text;
        enum words_category category;
    } rows[] = {
        {"もう死にたい", WORDS_SUICIDE},    {"4にたい", WORDS_SUICIDE},
        {"りすかした", WORDS_SELF_HARM},    {"パパに殴られた", WORDS_ABUSE},
        {"家出したい", WORDS_RUNNING_AWAY},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_OK((look(rows[i].text).categories & 1u << rows[i].category) != 0, rows[i].text);
}

T_CASE(words_in_pieces_are_seen_whole)
{
    struct words_window window = {.n = 0};
    struct words_verdict verdict;
    static const struct {
        const char *text;
        int64_t at_ms;
        enum words_kind kind;
        bool is_hit;
    } lines[] = {
        {"し", 0, WORDS_NG, false},
        {"ね", 1000, WORDS_NG, true},
        {"090", 2000, WORDS_CONTACT, false},
        {"0123", 3000, WORDS_CONTACT, false},
        {"4567", 4000, WORDS_CONTACT, true},
        {"し", 200000, WORDS_NG, false},
        {"ね", 200000 + WORDS_WINDOW_MS + 1, WORDS_NG, false}, /* too late */
    };

    for (size_t i = 0; i < T_COUNT(lines); i++) {
        T_EQ(words_window_put(&window, base(), WORDS_SURFACE_CHAT, span_text(lines[i].text),
                              lines[i].at_ms, arena(), &verdict, NULL),
             ERR_OK, lines[i].text);
        T_EQ(words_has(&verdict, lines[i].kind), lines[i].is_hit, lines[i].text);
    }
}

T_CASE(words_own_lists_are_checked_and_counted)
{
    static const struct {
        const char *term;
        enum words_term_rule rule;
    } rows[] = {
        {"もじょこ", WORDS_TERM_FINE},
        {"^もじょ$", WORDS_TERM_FINE},
        {"あ", WORDS_TERM_SHORT},
        {"★★", WORDS_TERM_EMPTY},
        {"", WORDS_TERM_EMPTY},
        {"ば○か", WORDS_TERM_CIRCLE},
        {"12345", WORDS_TERM_NUMBER},
        {"あいうえおかきくけこあいうえおかきくけこあいうえおかきくけこあいうえおかきくけこさ",
         WORDS_TERM_LONG},
    };
    const struct span own[] = {SPAN("もじょこ")}, allowed[] = {SPAN("うんこ")},
                      bad[] = {SPAN("あ")};
    const struct words_lists lists = {own, allowed, 1, 1}, wrong = {bad, NULL, 1, 0};
    struct words *words = NULL, *second;
    struct words_verdict verdict;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        enum words_term_rule rule = WORDS_TERM_FINE;

        T_EQ(words_term_check(span_text(rows[i].term), arena(), &rule, NULL), ERR_OK,
             rows[i].term);
        T_EQ(rule, rows[i].rule, rows[i].term);
        T_EQ(words_term_rule_ja(rule)[0] == 0, rule == WORDS_TERM_FINE, "a sentence");
    }
    T_EQ(words_create(&wrong, &words, NULL), ERR_INVALID, "a bad term");
    T_OK(words == NULL, "nothing");
    T_EQ(words_create(&lists, &words, NULL), ERR_OK, "lists");
    second = words_ref(words);
    words_unref(&words);
    T_EQ(words_look(second, WORDS_SURFACE_NAME, SPAN("モ・ジョ・コ"), arena(), &verdict, NULL),
         ERR_OK, "own");
    T_OK(verdict.n_hits == 1 && verdict.hits[0].is_own, "by its own list");
    T_EQ(words_look(second, WORDS_SURFACE_NAME, SPAN("うんこ"), arena(), &verdict, NULL),
         ERR_OK, "allowed");
    T_EQ(verdict.kinds, 0, "allowed");
    words_unref(&second);
}

T_CASE(words_look_is_bounded)
{
    static char text[WORDS_TEXT_BYTES + 2];
    struct words_verdict verdict;

    for (size_t i = 0; i + 3 <= WORDS_TEXT_BYTES; i += 3)
        memcpy(text + i, i % 2 == 0 ? "○" : "ー", 3);
    T_EQ(words_look(base(), WORDS_SURFACE_CHAT, span_of(text, WORDS_TEXT_BYTES / 3 * 3),
                    arena(), &verdict, NULL),
         ERR_OK, "all circles");
    T_EQ(words_look(base(), WORDS_SURFACE_CHAT, span_of(text, sizeof text - 1), arena(),
                    &verdict, NULL),
         ERR_TOO_LARGE, "too long");
    T_EQ(words_look(base(), WORDS_SURFACE_CHAT, SPAN("a\xff"), arena(), &verdict, NULL),
         ERR_PROTO, "not UTF-8");
}

T_CASE(words_base_list_is_there_to_read)
{
    for (int i = 0; i < WORDS_CATEGORIES_N; i++) {
        enum words_category category = (enum words_category)i;
        struct span term;

        T_EQ(words_base_next(category, NULL, &term) != NULL, category != WORDS_OWN,
             words_category_name(category));
        T_OK(words_category_ja(category)[0] != 0, "a name");
    }
}

T_CASE(words_of_where_somebody_stands_are_no_details_AI_2_6_ウ)
{
    static const char *const texts[] = {"ドアのまえでまって", "駅の前は",   "教室のうしろ",
                                        "学校の後ろは",       "さようなら", "存在しない"};

    for (size_t i = 0; i < T_COUNT(texts); i++)
        T_EQ(look(texts[i]).kinds, 0, texts[i]);
}
