/* A text as cells: each folded letter with the graphemes it came from, its class, and what else
 * it may be written for. */
#include <uchar.h>

#include "node/base/fold_table.h"
#include "tenants/words/words_priv.h"

/* Digits and signs for letters, kanji and letters for kana they sound or look like; in the
 * order of their code points. */
static const struct {
    char32_t c;
    const char16_t *alts;
} alternates[] = {
    {U'!', u"i"},     {U'$', u"s"},       {U'+', u"t"},     {U'0', u"o"},     {U'1', u"いil"},
    {U'2', u"に"},    {U'3', u"さeろる"}, {U'4', u"し死a"}, {U'5', u"こごs"}, {U'6', u"ろむ"},
    {U'7', u"なt"},   {U'8', u"はばb"},   {U'9', u"くg"},   {U'<', u"く"},    {U'@', u"aあ"},
    {U'a', u"あ"},    {U'e', u"え"},      {U'i', u"いlし"}, {U'k', u"か"},    {U'l', u"iし"},
    {U'n', u"ん"},    {U'o', u"お0"},     {U'u', u"うvし"}, {U'v', u"u"},     {U'|', u"il"},
    {U'£', u"す"},    {U'±', u"さ"},      {U'σ', u"の"},    {U'τ', u"て"},    {U'ω', u"ん"},
    {U'∧', u"へ"},    {U'∪', u"し"},      {U'≠', u"き"},    {U'⊃', u"つこ"},  {U'☠', u"死し"},
    {U'し', u"つ"},   {U'そ', u"ん"},     {U'つ', u"し"},   {U'れ', u"し"},   {U'ゐ', u"い"},
    {U'ゑ', u"える"}, {U'ん', u"そ"},     {U'ゔ', u"ぶば"}, {U'丁', u"て"},   {U'万', u"ま"},
    {U'三', u"み"},   {U'世', u"せ"},     {U'乂', u"め"},   {U'乃', u"の"},   {U'久', u"く"},
    {U'九', u"く"},   {U'也', u"や"},     {U'二', u"に"},   {U'五', u"ご"},   {U'井', u"い"},
    {U'亜', u"あ"},   {U'亥', u"い"},     {U'他', u"た"},   {U'以', u"い"},   {U'伊', u"い"},
    {U'似', u"に"},   {U'位', u"い"},     {U'佳', u"か"},   {U'依', u"い"},   {U'価', u"か"},
    {U'保', u"ほ"},   {U'個', u"こ"},     {U'値', u"ね"},   {U'八', u"は"},   {U'具', u"ぐ"},
    {U'出', u"で"},   {U'利', u"り"},     {U'刺', u"し"},   {U'力', u"か"},   {U'加', u"か"},
    {U'務', u"む"},   {U'匕', u"ひ"},     {U'化', u"か"},   {U'区', u"く"},   {U'医', u"い"},
    {U'千', u"ち"},   {U'卜', u"と"},     {U'卯', u"う"},   {U'危', u"き"},   {U'厶', u"む"},
    {U'口', u"ろ"},   {U'古', u"こ"},     {U'句', u"く"},   {U'可', u"か"},   {U'史', u"し"},
    {U'司', u"し"},   {U'名', u"な"},     {U'呂', u"ろ"},   {U'味', u"み"},   {U'喜', u"き"},
    {U'喪', u"も"},   {U'器', u"き"},     {U'四', u"し死"}, {U'図', u"ず"},   {U'固', u"こ"},
    {U'地', u"ちじ"}, {U'基', u"き"},     {U'場', u"ば"},   {U'士', u"し"},   {U'夏', u"か"},
    {U'夕', u"た"},   {U'多', u"た"},     {U'太', u"た"},   {U'奇', u"き"},   {U'始', u"し"},
    {U'委', u"い"},   {U'威', u"い"},     {U'婆', u"ば"},   {U'子', u"こ"},   {U'字', u"じ"},
    {U'季', u"き"},   {U'孤', u"こ"},     {U'宇', u"う"},   {U'寝', u"ね"},   {U'小', u"こ"},
    {U'尾', u"お"},   {U'屁', u"へ"},     {U'居', u"い"},   {U'屋', u"や"},   {U'州', u"す"},
    {U'巣', u"す"},   {U'工', u"え"},     {U'左', u"さ"},   {U'差', u"さ"},   {U'巳', u"み"},
    {U'市', u"し死"}, {U'帆', u"ほ"},     {U'希', u"き"},   {U'師', u"し死"}, {U'干', u"ち"},
    {U'年', u"ね"},   {U'座', u"ざ"},     {U'庫', u"こ"},   {U'志', u"し"},   {U'恵', u"え"},
    {U'意', u"い"},   {U'我', u"が"},     {U'戸', u"こと"}, {U'手', u"て"},   {U'才', u"お"},
    {U'打', u"だ"},   {U'指', u"し"},     {U'揉', u"も"},   {U'故', u"こ"},   {U'斗', u"と"},
    {U'日', u"ひ"},   {U'易', u"い"},     {U'曽', u"そ"},   {U'期', u"き"},   {U'木', u"き"},
    {U'果', u"か"},   {U'枝', u"え"},     {U'架', u"か"},   {U'根', u"ね"},   {U'模', u"も"},
    {U'樹', u"き"},   {U'機', u"き"},     {U'歌', u"か"},   {U'止', u"し"},   {U'武', u"ぶ"},
    {U'歯', u"しは"}, {U'母', u"も"},     {U'毛', u"も"},   {U'氏', u"し死"}, {U'気', u"き"},
    {U'江', u"え"},   {U'河', u"か"},     {U'洲', u"す"},   {U'湖', u"こ"},   {U'瀬', u"せ"},
    {U'火', u"かひ"}, {U'炉', u"ろ"},     {U'熱', u"ね"},   {U'狐', u"こ"},   {U'理', u"り"},
    {U'田', u"た"},   {U'留', u"る"},     {U'異', u"い"},   {U'目', u"め"},   {U'真', u"ま"},
    {U'着', u"き"},   {U'矢', u"や"},     {U'知', u"ち"},   {U'祖', u"そ"},   {U'私', u"し"},
    {U'科', u"か"},   {U'租', u"そ"},     {U'穂', u"ほ"},   {U'等', u"ら"},   {U'算', u"さ"},
    {U'糸', u"し"},   {U'紀', u"き"},     {U'素', u"す"},   {U'絵', u"え"},   {U'罵', u"ば"},
    {U'羅', u"ら"},   {U'羽', u"ば"},     {U'胃', u"い"},   {U'自', u"じ"},   {U'舞', u"ぶ"},
    {U'花', u"か"},   {U'芽', u"め"},     {U'苦', u"く"},   {U'茂', u"も"},   {U'荷', u"に"},
    {U'菜', u"な"},   {U'華', u"か"},     {U'葉', u"ばは"}, {U'藻', u"も"},   {U'蘇', u"そ"},
    {U'虎', u"こ"},   {U'蚊', u"か"},     {U'蛾', u"が"},   {U'血', u"ち"},   {U'見', u"み"},
    {U'視', u"し"},   {U'詞', u"し"},     {U'試', u"し"},   {U'詩', u"し死"}, {U'語', u"ご"},
    {U'課', u"か"},   {U'豆', u"ず"},     {U'貴', u"き"},   {U'路', u"ろ"},   {U'輝', u"き"},
    {U'迦', u"か"},   {U'過', u"か"},     {U'部', u"ぶ"},   {U'酢', u"す"},   {U'野', u"の"},
    {U'間', u"ま"},   {U'阿', u"あ"},     {U'露', u"ろ"},   {U'音', u"ね"},   {U'須', u"す"},
    {U'香', u"か"},   {U'馬', u"ば"},     {U'鬼', u"き"},   {U'魔', u"ま"},   {U'鵜', u"う"},
    {U'鹿', u"か"},   {U'麻', u"ま"},     {U'黄', u"き"},   {U'🏠', u"家"},    {U'🏫', u"校"},
    {U'🐎', u"馬"},    {U'🐖', u"豚"},      {U'🐴', u"馬"},    {U'🐷', u"豚"},    {U'💀', u"死し"},
    {U'🔪', u"殺"},    {U'🦌', u"鹿"},   {U'🩸', u"血"},
};

#define JOIN_MOST  4 /* cells between two letters of one word */
#define ALONE_TAIL 2 /* kana of よ, だな and their like behind a word that stands alone */

static const uint16_t *alts_of(uint32_t c)
{
    size_t from = 0, to = sizeof alternates / sizeof alternates[0];

    while (from < to) {
        size_t mid = (from + to) / 2;

        if (alternates[mid].c == c)
            return alternates[mid].alts;
        if (alternates[mid].c < c)
            from = mid + 1;
        else
            to = mid;
    }
    return NULL;
}

/* シ is drawn like ツ, し is not like つ. */
const uint16_t *words_alts(uint32_t c, enum cell_class class)
{
    return class == CELL_HIRAGANA && c != U'ゐ' && c != U'ゑ' && c != U'ゔ' ? NULL : alts_of(c);
}

/* What else is written for a hidden letter than the circles of fold_table.h. */
static bool is_blot(uint32_t c)
{
    static const char32_t blots[] = U"■□◆◇▲△▼▽☓✕✖╳█▇░▒";

    for (const char32_t *p = blots; *p != 0; p++)
        if (*p == c)
            return true;
    return false;
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
    if (fold_is_circle((int32_t)c) || is_blot(c))
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
        cell->is_joined = false;
        cell->alts = words_alts(cell->c, cell->class);
    }
    *line_out = (struct line){cells, fold.n_points, fold.grapheme_at, fold.n_graphemes};
    return ERR_OK;
}

/* Letters behind one another from i on that nothing parts; ー does not count. */
static size_t n_together(const struct line *line, size_t i, size_t *end_out)
{
    size_t n = 0;

    while (i < line->n && line->cells[i].class != CELL_SIGN &&
           line->cells[i].class != CELL_STOP) {
        n += line->cells[i].class != CELL_LONG;
        i++;
    }
    *end_out = i;
    return n;
}

static bool is_laughter(uint32_t c)
{
    return c == 'w' || c == U'笑' || c == U'草';
}

/* "あ ほんと": said before a sentence. */
static bool is_call(uint32_t c)
{
    return c == U'あ' || c == U'え' || c == U'お' || c == U'う' || c == U'ん' || c == U'わ' ||
           c == U'ね' || c == U'や';
}

static bool is_in_name(uint32_t c)
{
    return c == '.' || c == '@' || c == '/' || c == '_' || c == '-' || c == '#';
}

/* Whether from..to only parts the letters of one word; n_before and n_behind stand together on
 * either side of it. A space is enough beside a letter that stands alone; a comma stands
 * between two such. */
static bool parts_letters(const struct line *line, size_t from, size_t to, size_t n_before,
                          size_t n_behind)
{
    const struct cell *before = &line->cells[from - 1], *behind = &line->cells[to];
    bool is_latin = before->class >= CELL_LATIN && before->class <= CELL_DIGIT &&
                    behind->class >= CELL_LATIN && behind->class <= CELL_DIGIT,
         both = n_before == 1 && n_behind == 1;

    if ((n_before != 1 && n_behind != 1) || to - from > JOIN_MOST ||
        (before->class == CELL_DIGIT && behind->class == CELL_DIGIT) ||
        (n_before == 1 && is_laughter(before->c)) || (n_behind == 1 && is_laughter(behind->c)))
        return false;
    if (n_before == 1 && n_behind > 1 && is_call(before->c))
        return false;
    for (size_t i = from; i < to; i++)
        if (line->cells[i].c == '\n' || (!both && line->cells[i].class == CELL_STOP &&
                                         line->cells[i].c != ' ' && line->cells[i].c != 0x3000))
            return false;
    return both || !is_latin;
}

enum err words_line_close(const struct line *line, struct arena *arena, struct line *line_out,
                          struct fail *why)
{
    struct cell *cells = arena_alloc(arena, (line->n + 1) * sizeof *cells);
    size_t n = 0, end, to, n_before = 0, n_joined = 0;

    *line_out = (struct line){.cells = NULL};
    if (cells == NULL)
        return fail_set(why, ERR_NOMEM, "a line of %zu letters", line->n);
    for (size_t i = 0; i < line->n; i = to) {
        size_t n_behind = n_together(line, i, &end), at = 0;
        bool joins = false;

        for (; i < end; i++)
            cells[n++] = line->cells[i];
        n_before = n_behind;
        for (to = end; to < line->n && (line->cells[to].class == CELL_SIGN ||
                                        line->cells[to].class == CELL_STOP);)
            to++;
        if (to < line->n && end > 0 && to > end) {
            n_behind = n_together(line, to, &at);
            joins = parts_letters(line, end, to, n_before, n_behind);
        }
        for (size_t k = end; k < to; k++)
            if (!joins ||
                (is_in_name(line->cells[k].c) && line->cells[end - 1].class >= CELL_LATIN))
                cells[n++] = line->cells[k];
        if (joins) {
            n_joined++;
            line->cells[to].is_joined = true;
        }
    }
    if (n_joined > 0)
        *line_out = (struct line){cells, n, line->grapheme_at, line->n_graphemes};
    return ERR_OK;
}

enum err words_line_back(const struct line *line, struct arena *arena, struct line *line_out,
                         struct fail *why)
{
    struct cell *cells = arena_alloc(arena, (line->n + 1) * sizeof *cells);

    *line_out = (struct line){.cells = NULL};
    if (cells == NULL)
        return fail_set(why, ERR_NOMEM, "a line of %zu letters", line->n);
    for (size_t i = 0; i < line->n; i++)
        cells[i] = line->cells[line->n - 1 - i];
    *line_out = (struct line){cells, line->n, line->grapheme_at, line->n_graphemes};
    return ERR_OK;
}

bool words_begins(const struct line *line, size_t i)
{
    enum cell_class before, class = line->cells[i].class;

    if (i == 0)
        return true;
    before = line->cells[i - 1].class;
    if (words_is_gap(before) || line->cells[i].is_joined)
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

bool words_alone(const struct line *line, size_t from, size_t to)
{
    size_t n_tail = 0;

    for (size_t i = 0; i < from; i++)
        if (!words_is_gap(line->cells[i].class))
            return false;
    for (size_t i = to; i < line->n; i++) {
        const struct cell *cell = &line->cells[i];

        if (words_is_gap(cell->class) || cell->class == CELL_LONG ||
            cell->class == CELL_OTHER || cell->c == 'w' || cell->c == U'笑')
            continue;
        n_tail++;
        if (cell->class != CELL_HIRAGANA || !is_tail(cell->c) || n_tail > ALONE_TAIL)
            return false;
    }
    return true;
}

bool words_stops(const struct line *line, size_t i)
{
    enum cell_class class = line->cells[i - 1].class, after;

    if (i >= line->n)
        return true;
    after = line->cells[i].class;
    if (words_is_gap(after) || line->cells[i].is_joined)
        return true;
    if (after == CELL_LONG)
        return class != CELL_LATIN;
    return after != class;
}
