#include "node/base/fold_table.h"

#include <string.h>
#include <uchar.h>

bool fold_is_katakana(int32_t point)
{
    return (point >= 0x30a1 && point <= 0x30fa) || (point >= 0x31f0 && point <= 0x31ff);
}

/* ぁぃぅぇぉ っ ゃゅょ ゎ stand right before their large form; ゕ and ゖ do not. */
static int32_t large(int32_t hiragana)
{
    switch (hiragana) {
    case 0x3041:
    case 0x3043:
    case 0x3045:
    case 0x3047:
    case 0x3049:
    case 0x3063:
    case 0x3083:
    case 0x3085:
    case 0x3087:
    case 0x308e:
        return hiragana + 1;
    case 0x3095:
        return 0x304b;
    case 0x3096:
        return 0x3051;
    default:
        return hiragana;
    }
}

int32_t fold_kana(int32_t point)
{
    /* ㇰ to ㇿ: small katakana of Ainu, and ヷヸヹヺ, whose marks hiragana cannot carry. */
    static const char16_t ainu[] = u"くしすとぬはひふへほむらりるれろ", wa[] = u"わゐゑを";

    if (point >= 0x31f0 && point <= 0x31ff)
        return ainu[point - 0x31f0];
    if (point >= 0x30f7 && point <= 0x30fa)
        return wa[point - 0x30f7];
    if ((point >= 0x30a1 && point <= 0x30f6) || point == 0x30fd || point == 0x30fe)
        point -= 0x60;
    return large(point);
}

int32_t fold_vowel(int32_t hiragana)
{
    static const char vowels[] = "aaiiuueeooaaiiuueeooaaiiuueeooaaiiuuueeooa"
                                 "iueoaaaiiiuuueeeoooaiueoaauuooaiueoaaieo-u";
    static const char letters[] = "aiueo";
    static const char16_t kana[] = u"あいうえお";
    const char *at;

    if (hiragana < 0x3041 || hiragana > 0x3094)
        return 0;
    at = strchr(letters, vowels[hiragana - 0x3041]);
    return at == NULL ? 0 : kana[at - letters];
}

int32_t fold_variant(int32_t point)
{
    /* Kanji of names that keyboards give in the second drawing only. */
    static const struct {
        int32_t from, to;
    } rows[] = {
        {0x9ad9, 0x9ad8},  /* 髙 高 */
        {0xfa11, 0x5d0e},  /* 﨑 崎 */
        {0x20bb7, 0x5409}, /* 𠮷 吉 */
        {0x2123d, 0x571f}, /* 𡈽 土 */
        {0x5fb7, 0x5fb3},  /* 德 徳 */
        {0x7028, 0x702c},  /* 瀨 瀬 */
        {0x6ff5, 0x6d5c},  /* 濵 浜 */
        {0x6801, 0x67f3},  /* 栁 柳 */
        {0x6852, 0x6851},  /* 桒 桑 */
        {0x90de, 0x90ce},  /* 郞 郎 */
        {0x9751, 0x9752},  /* 靑 青 */
        {0x6df8, 0x6e05},  /* 淸 清 */
        {0x9ed1, 0x9ed2},  /* 黑 黒 */
        {0x589e, 0x5897},  /* 增 増 */
        {0x301c, '~'},     /* 〜, which NFKC leaves, as ～, which it does not */
        {0x2212, '-'},     /* − as － */
    };

    if (point >= 0x2010 && point <= 0x2015)
        return '-';
    if (point < 0x2212)
        return point;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].from == point)
            return rows[i].to;
    return point;
}

/* Pairs, each the drawing that goes and the one that stays. */
static const char16_t looks[] =
    u"二ニ三ミ八ハ力カ口ロ夕タ工エ卜ト千チ于チ干チ才オ又ヌ厶ム匕ヒ亻イ儿ル乂メ一ー丨l川ル"
    u"-ー/ノ\u276cく<くンソツシ未末曰日已己巳己入人夭天戌戊戍戊毋母免兔"
    u"齋斎齊斎斉斎澤沢邊辺邉辺嶋島嶌島廣広國国櫻桜眞真惠恵壽寿龍竜藏蔵濱浜圓円榮栄檜桧籠篭"
    u"瀧滝嶽岳條条會会學学實実佛仏富冨靜静餘余豐豊澁渋槇槙"
    u"貝員買員授援緩援牛生帥師識職織職菅管官宮攴支枚校但担太大犬大丈大巾中甲田由田申田"
    u"朗郎土士玉王埼崎自白矢失石右綱網輸輪堀掘裕祐徴微間問閒問"
    u"ilIlıl\u030a\u309a";

int32_t fold_look(int32_t point)
{
    static const char16_t apart[] = u" \u3000\u00b7.,_'‘’`´";

    for (const char16_t *p = apart; *p != 0; p++)
        if (*p == point)
            return 0;
    for (const char16_t *p = looks; *p != 0; p += 2)
        if (p[0] == point)
            return p[1];
    return point;
}

int32_t fold_letter(int32_t point)
{
    static const char16_t alike[] = u"аaеeоoрpсcуyхxіiѕsјjԁdһhкkтtмmвbнhαaοoνvκkρpυuχx";

    if (point < 0x391)
        return point;
    if (point >= 0x1f150 && point <= 0x1f169)
        return 'a' + point - 0x1f150;
    if (point >= 0x1f170 && point <= 0x1f189)
        return 'a' + point - 0x1f170;
    if (point >= 0x1f1e6 && point <= 0x1f1ff)
        return 'a' + point - 0x1f1e6;
    if (point >= 0x2776 && point <= 0x277e)
        return '1' + point - 0x2776;
    if (point == 0x24ff)
        return '0';
    if (point > 0x52f)
        return point;
    for (const char16_t *p = alike; *p != 0; p += 2)
        if (p[0] == point)
            return p[1];
    return point;
}

bool fold_is_circle(int32_t point)
{
    return point == 0x25cb || point == 0x3007 || point == 0x25ef || point == 0x26aa ||
           point == 0x2b55 || point == 0x25cf || point == '*' || point == 0xd7 || point == '_';
}

bool fold_may_begin(int32_t point)
{
    static const char16_t heads[] = u"た夕死氏殺頃45";

    for (const char16_t *p = heads; *p != 0; p++)
        if (*p == point)
            return true;
    return false;
}

/* 4ねん and 4にん are school years and people; タヒチ is an island. */
const struct fold_homograph fold_homographs[] = {
    {u"タヒチ", NULL, NULL},          {u"4ねん", NULL, NULL},
    {u"4にた", NULL, u"しにた"},      {u"タヒ", NULL, u"し"},
    {u"夕匕", NULL, u"し"},           {u"タ匕", NULL, u"し"},
    {u"夕ヒ", NULL, u"し"},           {u"56", u"すしさせそ", u"ころ"},
    {u"5ろ", u"すしさせそ", u"ころ"}, {u"死", u"ねにぬんのな", u"し"},
    {u"氏", u"ねん", u"し"},          {u"4", u"ねぬん", u"し"},
    {u"殺", u"すしさせそ", u"ころ"},  {u"頃", u"す", u"ころ"},
};
const size_t fold_n_homographs = sizeof fold_homographs / sizeof fold_homographs[0];
