/* A text as cells: each folded letter with the graphemes it came from, its class, and what else
 * it may be written for. */
#include <uchar.h>

#include "node/base/fold_table.h"
#include "tenants/words/words_priv.h"

/* Digits and signs for letters, kanji and letters for kana they sound or look like. */
static const struct {
    char32_t c;
    const char16_t *alts;
} alternates[] = {
    {'!', u"i"},    {'$', u"s"},      {'+', u"t"},      {'0', u"o"},      {'1', u"いil"},
    {'2', u"に"},   {'3', u"さe"},    {'4', u"し死a"},  {'5', u"こごs"},  {'6', u"ろむ"},
    {'7', u"なt"},  {'8', u"はばb"},  {'9', u"くg"},    {'@', u"a"},      {'a', u"あ"},
    {'e', u"え"},   {'i', u"いl"},    {'k', u"か"},     {'l', u"i"},      {'n', u"ん"},
    {'o', u"お0"},  {'u', u"うv"},    {'v', u"u"},      {'|', u"il"},     {U'し', u"つ"},
    {U'そ', u"ん"}, {U'つ', u"し"},   {U'り', u"い"},   {U'ん', u"そ"},   {U'万', u"ま"},
    {U'三', u"み"}, {U'丁', u"て"},   {U'世', u"せ"},   {U'乃', u"の"},   {U'九', u"く"},
    {U'也', u"や"}, {U'二', u"に"},   {U'五', u"ご"},   {U'井', u"い"},   {U'亜', u"あ"},
    {U'以', u"い"}, {U'位', u"い"},   {U'保', u"ほ"},   {U'個', u"こ"},   {U'八', u"は"},
    {U'具', u"ぐ"}, {U'出', u"で"},   {U'利', u"り"},   {U'力', u"か"},   {U'加', u"か"},
    {U'区', u"く"}, {U'千', u"ちせ"}, {U'卜', u"と"},   {U'厶', u"む"},   {U'口', u"ろ"},
    {U'古', u"こ"}, {U'可', u"か"},   {U'史', u"し"},   {U'名', u"な"},   {U'呂', u"ろ"},
    {U'味', u"み"}, {U'四', u"し"},   {U'図', u"ず"},   {U'場', u"ば"},   {U'士', u"し"},
    {U'夕', u"た"}, {U'委', u"い"},   {U'姫', u"ひ"},   {U'婆', u"ば"},   {U'子', u"こ"},
    {U'宇', u"う"}, {U'寝', u"ね"},   {U'屁', u"へ"},   {U'居', u"い"},   {U'巣', u"す"},
    {U'工', u"え"}, {U'差', u"さ"},   {U'巳', u"み"},   {U'市', u"し死"}, {U'師', u"し死"},
    {U'座', u"ざ"}, {U'才', u"お"},   {U'揉', u"も"},   {U'故', u"こ"},   {U'日', u"ひ"},
    {U'根', u"ね"}, {U'模', u"も"},   {U'歯', u"は"},   {U'毛', u"もけ"}, {U'氏', u"し死"},
    {U'湖', u"こ"}, {U'目', u"め"},   {U'知', u"ち"},   {U'矢', u"や"},   {U'穂', u"ほ"},
    {U'算', u"さ"}, {U'紀', u"き"},   {U'素', u"す"},   {U'胃', u"い"},   {U'苦', u"く"},
    {U'蚊', u"か"}, {U'蛾', u"が"},   {U'藻', u"も"},   {U'血', u"ち"},   {U'詩', u"し死"},
    {U'豆', u"ず"}, {U'路', u"ろ"},   {U'車', u"しや"}, {U'部', u"ぶ"},   {U'酢', u"す"},
    {U'野', u"の"}, {U'鹿', u"か"},   {U'露', u"ろ"},   {U'音', u"ね"},   {U'馬', u"ば"},
    {U'魔', u"ま"}, {U'麻', u"ま"},   {U'木', u"き"},   {U'手', u"て"},   {U'貴', u"き"},
    {U'気', u"き"}, {U'奇', u"き"},
};

static const uint16_t *alts_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof alternates / sizeof alternates[0]; i++)
        if (alternates[i].c == c)
            return alternates[i].alts;
    return NULL;
}

static const uint16_t *alts_fast(uint32_t c)
{
    switch (c >> 8) {
    case 0x00:
    case 0x26:
    case 0x30:
    case 0x1f3:
    case 0x1f4:
    case 0x1f5:
    case 0x1f9:
    case 0x1fa:
        return alts_of(c);
    default:
        return c >= 0x4e00 && c <= 0x9fff ? alts_of(c) : NULL;
    }
}

static bool is_stop(uint32_t c)
{
    static const char32_t stops[] = U",?!\u3001\u3002;:()\"'「」『』【】…";

    for (const char32_t *p = stops; *p != 0; p++)
        if (*p == c)
            return true;
    return false;
}

static enum cell_class class_of(uint32_t c, uint8_t flags)
{
    if (fold_is_circle((int32_t)c))
        return CELL_CIRCLE;
    if ((flags & FOLD_SPACE) != 0)
        return CELL_STOP;
    if (c == 0x30fc || c == '~')
        return CELL_LONG;
    if ((flags & FOLD_SIGN) != 0)
        return is_stop(c) ? CELL_STOP : CELL_SIGN;
    if (c >= 0x3041 && c <= 0x309f)
        return (flags & FOLD_KATAKANA) != 0 ? CELL_KATAKANA : CELL_HIRAGANA;
    if (c >= '0' && c <= '9')
        return CELL_DIGIT;
    if (c >= 'a' && c <= 'z')
        return CELL_LATIN;
    if ((c >= 0x3400 && c <= 0x9fff) || c == 0x3005 || (c >= 0x20000 && c <= 0x3ffff))
        return CELL_KANJI;
    return CELL_OTHER;
}

static uint32_t next_point(struct span text, size_t *at)
{
    const uint8_t *p = text.p + *at;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : n == 2 ? p[0] & 0x1fu : n == 3 ? p[0] & 0xfu : p[0] & 7u;

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3fu);
    *at += n;
    return c;
}

enum err words_line(struct span text, struct arena *arena, struct line *line_out,
                    struct fail *why)
{
    struct fold fold;
    size_t at = 0;
    enum err rc = utf_fold(text, FOLD_LINE, arena, &fold, why);
    struct cell *cells;

    *line_out = (struct line){.cells = NULL};
    if (rc != ERR_OK)
        return rc;
    cells = arena_alloc(arena, (fold.n_points + 1) * sizeof *cells);
    if (cells == NULL)
        return fail_set(why, ERR_NOMEM, "a line of %zu letters", fold.n_points);
    for (size_t i = 0; i < fold.n_points; i++) {
        struct cell *cell = &cells[i];

        cell->c = next_point(fold.text, &at);
        cell->first = fold.grapheme_of[i];
        cell->end = fold.grapheme_end[i];
        cell->class = class_of(cell->c, fold.flags[i]);
        if (cell->class == CELL_CIRCLE && cell->c != '_')
            cell->c = 0x25cb;
        cell->is_small = (fold.flags[i] & FOLD_SMALL) != 0;
        /* シ is drawn like ツ, し is not like つ. */
        cell->alts = cell->class == CELL_HIRAGANA ? NULL : alts_fast(cell->c);
    }
    *line_out = (struct line){cells, fold.n_points, fold.grapheme_at, fold.n_graphemes};
    return ERR_OK;
}

bool words_begins(const struct line *line, size_t i)
{
    enum cell_class before, class = line->cells[i].class;

    if (i == 0)
        return true;
    before = line->cells[i - 1].class;
    if (words_is_gap(before))
        return true;
    if (before == CELL_LONG)
        return class != CELL_KATAKANA;
    if (class == CELL_HIRAGANA)
        return before != CELL_HIRAGANA && before != CELL_KANJI;
    return before != class;
}

/* Small words that stand behind one without making it another. */
static bool is_tail(uint32_t c)
{
    static const char32_t tails[] = U"よだなねはがもをにのでとかやじつくすみせめゆぜぞさわいら";

    for (const char32_t *p = tails; *p != 0; p++)
        if (*p == c)
            return true;
    return false;
}

bool words_ends(const struct line *line, size_t i)
{
    enum cell_class class = line->cells[i - 1].class;

    if (words_stops(line, i))
        return true;
    return class == CELL_HIRAGANA && line->cells[i].class == CELL_HIRAGANA &&
           is_tail(line->cells[i].c);
}

bool words_stops(const struct line *line, size_t i)
{
    enum cell_class class = line->cells[i - 1].class, after;

    if (i >= line->n)
        return true;
    after = line->cells[i].class;
    if (words_is_gap(after))
        return true;
    if (after == CELL_LONG)
        return class != CELL_LATIN;
    return after != class;
}
