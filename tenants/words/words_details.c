/* What no list can hold: telephone numbers however they are written, mail addresses, addresses
 * of pages, names of accounts. Over the cells of a line, so that the digits of ０９０, ⓪,
 * 〇九〇 and ぜろきゅうぜろ are one thing, and so are @, ＠ and あっと. */
#include <uchar.h>

#include "tenants/words/words_priv.h"

#define DIGITS_MOST 24
#define MOBILE_N    11
#define LAND_N      10
#define FRIEND_N    12 /* of a friend code, in three groups */
#define APART_MOST  4  /* cells between two digits of one number */
#define FAR_MOST    14 /* between the three groups of a mobile one */

/* One word of a table at cell i; its length, or 0. Words are folded: no small kana, no ー. */
static size_t word_at(const struct line *line, size_t i, const char32_t *word)
{
    size_t at = i;

    for (; *word != 0; word++) {
        while (at > i && at < line->n && line->cells[at].class == CELL_LONG)
            at++;
        if (at >= line->n || line->cells[at].c != *word)
            return 0;
        at++;
    }
    while (at < line->n && line->cells[at].class == CELL_LONG)
        at++;
    return at - i;
}

static bool is_name_cell(const struct line *line, size_t i)
{
    uint32_t c = line->cells[i].c;

    return line->cells[i].class == CELL_LATIN || line->cells[i].class == CELL_DIGIT ||
           c == '_' || c == '-' || c == '.';
}

/* ---- digits ---- */

static const struct {
    const char32_t *word;
    char digit;
    bool is_plain; /* no word of its own that other text is full of */
} digit_words[] = {
    {U"零", '0', true},   {U"一", '1', true},     {U"二", '2', true},     {U"三", '3', true},
    {U"四", '4', true},   {U"五", '5', true},     {U"六", '6', true},     {U"七", '7', true},
    {U"八", '8', true},   {U"九", '9', true},     {U"壱", '1', true},     {U"弐", '2', true},
    {U"参", '3', true},   {U"肆", '4', true},     {U"伍", '5', true},     {U"陸", '6', true},
    {U"漆", '7', true},   {U"捌", '8', true},     {U"玖", '9', true},     {U"kyu", '9', true},
    {U"kyuu", '9', true}, {U"ichi", '1', true},   {U"yon", '4', true},    {U"roku", '6', true},
    {U"nana", '7', true}, {U"hachi", '8', true},  {U"san", '3', true},    {U"ぜろ", '0', true},
    {U"れい", '0', true}, {U"まる", '0', true},   {U"いち", '1', true},   {U"さん", '3', true},
    {U"よん", '4', true}, {U"ろく", '6', true},   {U"なな", '7', true},   {U"しち", '7', true},
    {U"はち", '8', true}, {U"きゆう", '9', true}, {U"きゆ", '9', true},   {U"にい", '2', true},
    {U"ごう", '5', true}, {U"よう", '4', true},   {U"zero", '0', true},   {U"one", '1', true},
    {U"two", '2', true},  {U"three", '3', true},  {U"four", '4', true},   {U"five", '5', true},
    {U"six", '6', true},  {U"seven", '7', true},  {U"eight", '8', true},  {U"nine", '9', true},
    {U"わん", '1', true}, {U"つう", '2', true},   {U"すりい", '3', true}, {U"に", '2', false},
    {U"し", '4', false},  {U"ご", '5', false},    {U"く", '9', false},    {U"よ", '4', false},
    {U"o", '0', false},   {U"l", '1', false},     {U"i", '1', false},     {U"go", '5', false},
    {U"ni", '2', false},  {U"ろ", '6', false},    {U"は", '8', false},    {U"む", '6', false},
    {U"お", '0', false},  {U"s", '5', false},     {U"z", '2', false},     {U"q", '9', false},
};

static size_t digit_at(const struct line *line, size_t i, char *digit, bool *is_plain)
{
    const struct cell *cell = &line->cells[i];

    *is_plain = true;
    if (cell->class == CELL_DIGIT) {
        *digit = (char)cell->c;
        return 1;
    }
    if (cell->class == CELL_CIRCLE && cell->c != '_') { /* ○ for zero */
        *digit = '0';
        *is_plain = false;
        return 1;
    }
    if (cell->class == CELL_SIGN || cell->class == CELL_STOP || cell->class == CELL_LONG)
        return 0;
    for (size_t k = 0; k < sizeof digit_words / sizeof digit_words[0]; k++) {
        size_t n = word_at(line, i, digit_words[k].word);

        if (n > 0) {
            *digit = digit_words[k].digit;
            /* おー, にー, ごー: drawn out as when a number is read aloud. */
            *is_plain = digit_words[k].is_plain || line->cells[i + n - 1].class == CELL_LONG;
            return n;
        }
    }
    return 0;
}

struct number {
    char digits[DIGITS_MOST];
    uint32_t at[DIGITS_MOST];  /* where each stands */
    bool is_head[DIGITS_MOST]; /* something parts it from the one before */
    size_t n, n_plain, to;
    bool has_point; /* 3.14 */
};

/* What may stand between digits of one number. */
static bool is_between(const struct line *line, size_t i)
{
    const struct cell *cell = &line->cells[i];

    return cell->class == CELL_SIGN || cell->class == CELL_STOP || cell->class == CELL_LONG ||
           cell->c == U'の' || cell->c == U'と' || cell->c == U'一' || cell->c == U'で';
}

static bool is_mobile(const char *d)
{
    return d[0] == '0' && d[2] == '0' && d[1] >= '5' && d[1] <= '9' && d[1] != '6';
}

static bool is_mobile_so_far(const struct number *number)
{
    return (number->n == 3 || number->n == 7) && is_mobile(number->digits) &&
           number->n_plain == number->n;
}

/* What follows a digit of one kana: another, or no letter. おわり begins with none. */
static bool is_digit_tail(const struct line *line, size_t i)
{
    char digit = 0;
    bool is_plain = false;

    return i >= line->n || line->cells[i].class > CELL_DIGIT ||
           digit_at(line, i, &digit, &is_plain) > 0 || is_between(line, i);
}

/* に and は are digits only among spelt digits, o and ○ beside any. */
static bool may_be_digit(const struct line *line, size_t i, const struct number *number,
                         size_t n_between)
{
    enum cell_class class = line->cells[i].class;

    if (class == CELL_CIRCLE)
        return true;
    if (class <= CELL_KATAKANA && !is_digit_tail(line, i + 1))
        return false;
    if (class == CELL_LATIN)
        return number->n > 0 || (i + 1 < line->n && line->cells[i + 1].class == CELL_DIGIT);
    return number->n > 0 && line->cells[i - 1].class != CELL_DIGIT &&
           (n_between <= 1 || (n_between <= APART_MOST && is_mobile_so_far(number) &&
                               line->cells[number->to - 1].class != CELL_DIGIT));
}

/* 0.9.0.1: each digit on its own, no fraction. */
static bool is_parted_after(const struct line *line, size_t i)
{
    return i < line->n && line->cells[i].c == '.';
}

static void read_number(const struct line *line, size_t i, struct number *out)
{
    size_t n_between = 0;

    *out = (struct number){.n = 0};
    while (i < line->n && out->n < DIGITS_MOST) {
        char digit = 0;
        bool is_plain = false;
        size_t n = digit_at(line, i, &digit, &is_plain);

        if (n > 0 && (is_plain || may_be_digit(line, i, out, n_between))) {
            out->is_head[out->n] = out->n == 0 || n_between > 0;
            out->has_point = out->has_point || (n_between == 1 && line->cells[i - 1].c == '.' &&
                                                out->n == 1 && !is_parted_after(line, i + n));
            out->at[out->n] = (uint32_t)i;
            out->digits[out->n++] = digit;
            out->n_plain += is_plain;
            i += n;
            out->to = i;
            n_between = 0;
        } else if (out->n > 0 && n_between < APART_MOST && is_between(line, i)) {
            n_between++;
            i++;
        } else if (is_mobile_so_far(out) && n_between < FAR_MOST) {
            n_between++; /* 090 first, then 1234, and 5678 in the end */
            i++;
        } else {
            break;
        }
    }
}

static bool counts_up(const char *digits, size_t n)
{
    size_t n_same = 0, n_up = 0, n_down = 0;

    for (size_t i = 1; i < n; i++) {
        n_same += digits[i] == digits[i - 1];
        n_up += digits[i] == digits[i - 1] + 1;
        n_down += digits[i] == digits[i - 1] - 1;
    }
    return n_same + 2 >= n || n_up + 2 >= n || n_down + 2 >= n;
}

/* The number of digits from k that are a telephone number, or 0. */
static size_t phone_at(const struct number *number, size_t k)
{
    const char *d = number->digits + k;
    size_t left = number->n - k;
    bool ends11 = left == MOBILE_N || (left > MOBILE_N && number->is_head[k + MOBILE_N]),
         ends10 = left == LAND_N || (left > LAND_N && number->is_head[k + LAND_N]);

    /* +81 90… */
    if (left >= MOBILE_N + 1 && d[0] == '8' && d[1] == '1' && d[3] == '0' && d[2] >= '7')
        return left == MOBILE_N + 1 || number->is_head[k + MOBILE_N + 1] ? MOBILE_N + 1 : 0;
    if (left < LAND_N || d[0] != '0' || d[1] == '0' || counts_up(d, LAND_N))
        return 0;
    if (left >= MOBILE_N && is_mobile(d) && ends11)
        return MOBILE_N;
    return ends10 && !is_mobile(d) ? LAND_N : 0;
}

/* Three groups of four. */
static bool is_friend_code(const struct number *number, size_t k)
{
    if (number->n - k < FRIEND_N ||
        (number->n - k > FRIEND_N && !number->is_head[k + FRIEND_N]))
        return false;
    for (size_t i = 0; i < FRIEND_N; i++)
        if (number->is_head[k + i] != (i % 4 == 0))
            return false;
    return true;
}

static void find_number(const struct line *line, size_t i, struct detail *out)
{
    struct number number;

    read_number(line, i, &number);
    if (number.n < LAND_N || number.n_plain * 3 < number.n || number.has_point)
        return;
    for (size_t k = 0; k + LAND_N <= number.n; k++) {
        size_t n = number.is_head[k] || k == 0 ? phone_at(&number, k) : 0;

        if (n > 0 || is_friend_code(&number, k)) {
            out->category = n > 0 ? WORDS_PHONE : WORDS_SNS;
            n = n > 0 ? n : FRIEND_N;
            out->from = number.at[k];
            out->to = k + n < number.n ? number.at[k + n] : (uint32_t)number.to;
            return;
        }
    }
}

/* ---- mail, pages, accounts ---- */

static size_t one_of(const struct line *line, size_t i, const char32_t *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t len = word_at(line, i, words[k]);

        if (len > 0)
            return len;
    }
    return 0;
}
#define ONE_OF(line, i, words) one_of(line, i, words, sizeof(words) / sizeof((words)[0]))

static size_t skip_gap(const struct line *line, size_t i)
{
    size_t from = i;

    while (i < line->n && i - from < 3 && words_is_gap(line->cells[i].class) &&
           line->cells[i].c != '.' && line->cells[i].c != '@')
        i++;
    return i;
}

static size_t dot_at(const struct line *line, size_t i)
{
    static const char32_t *const dots[] = {
        U".",        U"どつと", U"dot",      U"。",   U"てん",     U"・",      U"点",
        U"ぴりおど", U"ぽち",   U"ぽいんと", U"(点)", U"(どつと)", U"[どつと]"};

    return i < line->n ? ONE_OF(line, i, dots) : 0;
}

static size_t at_at(const struct line *line, size_t i)
{
    static const char32_t *const ats[] = {U"@",    U"あつとまあく", U"あつとまく", U"あつと",
                                          U"(at)", U"[at]",         U" at ",       U"<at>"};

    return ONE_OF(line, i, ats);
}

static const char32_t *const providers[] = {
    U"gmail",        U"yahoo",   U"icloud",  U"docomo",     U"softbank", U"ezweb",
    U"outlook",      U"hotmail", U"じめる",  U"じいめいる", U"じいめる", U"やふ",
    U"あいくらうど", U"どこも",  U"example", U"mail"};

static bool find_mail(const struct line *line, size_t i, struct detail *out)
{
    size_t n_at = at_at(line, i), before = i, to;

    if (n_at == 0 || i == 0)
        return false;
    while (before > 0 && i - before < 3 && words_is_gap(line->cells[before - 1].class))
        before--;
    if (before == 0)
        return false;
    to = skip_gap(line, i + n_at);
    if (to >= line->n)
        return false;
    out->category = WORDS_MAIL;
    out->from = (uint32_t)before - 1;
    while (out->from > 0 && is_name_cell(line, out->from - 1))
        out->from--;
    out->to = (uint32_t)to + 1;
    if (ONE_OF(line, to, providers) > 0)
        return true;
    if (!is_name_cell(line, before - 1))
        return false;
    for (size_t k = to; k < line->n && k - to < 24; k++) {
        size_t n = dot_at(line, k);

        if (n > 0 && k > to && k + n < line->n)
            return true;
        if (!is_name_cell(line, k) && !words_is_gap(line->cells[k].class))
            return false;
    }
    return false;
}

static const char32_t *const tops[] = {
    U"com",      U"net",   U"org",        U"co",     U"jp",     U"gg",         U"io",
    U"me",       U"tv",    U"info",       U"link",   U"app",    U"xyz",        U"be",
    U"ly",       U"page",  U"site",       U"dev",    U"to",     U"cc",         U"club",
    U"online",   U"こむ",  U"じえいぴい", U"じえぴ", U"ねつと", U"えぬいてい", U"しおえむ",
    U"じえいぴ", U"じじ",  U"cm",         U"edu",    U"us",     U"kr",         U"cn",
    U"moe",      U"space", U"fun",        U"live",   U"chat",   U"world",      U"blog",
    U"shop",     U"tokyo"};
/* Words of other sentences, too ("Nice. Team up!"): only right behind the dot. */
static const char32_t *const tight_tops[] = {
    U"c0m",   U"ai",    U"sh",     U"ws",     U"tk",   U"ee",    U"gd",   U"pm",
    U"biz",   U"ninja", U"store",  U"works",  U"town", U"cloud", U"tech", U"art",
    U"top",   U"game",  U"games",  U"social", U"wiki", U"zone",  U"team", U"group",
    U"video", U"onion", U"google", U"html",   U"htm",  U"php",   U"apk",  U"exe"};

static bool find_page(const struct line *line, size_t i, struct detail *out)
{
    static const char32_t *const heads[] = {U"http:", U"https:", U"http", U"ttps",
                                            U"ttp:",  U"://",    U"www."};
    size_t n = ONE_OF(line, i, heads), to, n_top;

    out->category = WORDS_URL;
    out->from = (uint32_t)i;
    out->to = (uint32_t)(i + n);
    if (n > 0)
        return true;
    n = i > 0 ? dot_at(line, i) : 0;
    if (n == 0)
        return false;
    to = skip_gap(line, i + n);
    n_top = to < line->n ? ONE_OF(line, to, tops) : 0;
    if (n_top == 0 && to == i + n && to < line->n)
        n_top = ONE_OF(line, to, tight_tops);
    if (n_top == 0 || (to + n_top < line->n && line->cells[to].class == CELL_LATIN &&
                       line->cells[to + n_top].class == CELL_LATIN))
        return false;
    while (out->from > 0 && (is_name_cell(line, out->from - 1)))
        out->from--;
    if (i > 0 && words_is_gap(line->cells[i - 1].class) && out->from == i)
        out->from = (uint32_t)i - 1;
    out->to = (uint32_t)(to + n_top);
    /* Kana may stand before ドットコム, else a name in Latin letters must. */
    if (line->cells[to].class != CELL_LATIN)
        return n >= 3 || (line->cells[i].c == '.' && line->cells[i - 1].class == CELL_LATIN);
    while (out->from > 0 && is_name_cell(line, out->from - 1))
        out->from--;
    return out->from < i && (line->cells[i].c != '.' ||
                             line->cells[i - 1].class != CELL_DIGIT || i - out->from > 2);
}

/* example.anything/room: whatever the end of the name is, a path follows. */
static bool find_any_page(const struct line *line, size_t i, struct detail *out)
{
    size_t from = i, to = i + 1, n_end = 0;

    if (line->cells[i].c != '.')
        return false;
    while (from > 0 && is_name_cell(line, from - 1))
        from--;
    for (; to < line->n && line->cells[to].class == CELL_LATIN; n_end++)
        to++;
    *out = (struct detail){WORDS_URL, (uint32_t)from, (uint32_t)to + 1};
    return i - from >= 1 && line->cells[i - 1].class != CELL_SIGN && n_end >= 2 &&
           to + 1 < line->n && line->cells[to].c == '/' && is_name_cell(line, to + 1);
}

static bool is_tight_sign(uint32_t c)
{
    return c == '-' || c == '_' || c == '/' || c == '&' || c == '+' || c == '\'';
}

/* example★com, "example (dot is left out) com": signs, or nothing but a space, where the dot
 * belongs. A space alone is enough for com only, which ends no sentence. */
static bool find_dotless(const struct line *line, size_t i, struct detail *out)
{
    static const char32_t *const ends[] = {U"com", U"net", U"org", U"jp", U"gg"};
    size_t to = i, from = i, n_end;
    bool has_stop = false;

    while (from > 0 && is_name_cell(line, from - 1))
        from--;
    while (to < line->n && to - i < 4 && line->cells[to].class >= CELL_LONG &&
           !is_tight_sign(line->cells[to].c)) {
        has_stop = has_stop || line->cells[to].class == CELL_STOP;
        to++;
    }
    if (i - from < 4 || to == i || to >= line->n || line->cells[i - 1].class == CELL_SIGN)
        return false;
    n_end = one_of(line, to, ends, has_stop ? 1 : sizeof ends / sizeof ends[0]);
    *out = (struct detail){WORDS_URL, (uint32_t)from, (uint32_t)(to + n_end)};
    return n_end > 0 && (to + n_end == line->n || line->cells[to + n_end].class != CELL_LATIN);
}

/* gg/abcdef, bit ly/3abc, youtu be/abc: the dot is left out, a path follows. */
static bool find_path(const struct line *line, size_t i, struct detail *out)
{
    static const char32_t *const ends[] = {U"gg/", U"ly/", U"be/", U"com/", U"me/", U"jp/"};
    size_t n = line->cells[i].class == CELL_LATIN ? ONE_OF(line, i, ends) : 0, to = i + n;

    if (n == 0 || (i > 0 && !words_is_gap(line->cells[i - 1].class)))
        return false;
    while (to < line->n && is_name_cell(line, to))
        to++;
    *out = (struct detail){WORDS_URL, (uint32_t)i, (uint32_t)to};
    return to - i - n >= 3;
}

/* 192.0.2.10, 192点0点2点10: of a server. Points of a test begin with 100 at most. */
static bool find_server(const struct line *line, size_t i, struct detail *out)
{
    size_t n_parts = 0, to = i, n_dot = 0, n_first = 0;
    bool is_spelt = false, is_hundred = i + 2 < line->n && line->cells[i + 1].c == '0' &&
                                        line->cells[i + 2].c == '0';

    if (i > 0 && (line->cells[i - 1].class == CELL_DIGIT || line->cells[i - 1].c == '.'))
        return false;
    while (n_parts < 4) {
        size_t from = to;

        while (to < line->n && to - from < 3 && line->cells[to].class == CELL_DIGIT)
            to++;
        if (to == from)
            return false;
        if (++n_parts == 4)
            break;
        n_first = n_parts == 1 ? to - from : n_first;
        n_dot = dot_at(line, to);
        if (n_dot == 0)
            return false;
        is_spelt = is_spelt || line->cells[to].c != '.';
        to += n_dot;
    }
    if (is_spelt && (n_first != 3 || line->cells[i].c == '0' || is_hundred))
        return false;
    *out = (struct detail){WORDS_URL, (uint32_t)i, (uint32_t)to};
    return to == line->n || line->cells[to].class != CELL_DIGIT;
}

/* スラッシュ mika01. */
static bool find_slash(const struct line *line, size_t i, struct detail *out)
{
    size_t n = word_at(line, i, U"すらつしゆ"), from, to;

    if (n == 0)
        return false;
    from = skip_gap(line, i + n);
    for (to = from; to < line->n && is_name_cell(line, to);)
        to++;
    *out = (struct detail){WORDS_URL, (uint32_t)i, (uint32_t)to};
    return to - from >= 3;
}

/* www example jp. */
static bool find_www(const struct line *line, size_t i, struct detail *out)
{
    size_t n = word_at(line, i, U"www"), to;

    if (n == 0 || (i > 0 && !words_is_gap(line->cells[i - 1].class)))
        return false;
    to = skip_gap(line, i + n);
    if (to == i + n)
        return false;
    for (n = 0; to < line->n && line->cells[to].class == CELL_LATIN; n++)
        to++;
    *out = (struct detail){WORDS_URL, (uint32_t)i, (uint32_t)to};
    return n >= 4 && skip_gap(line, to) < line->n && ONE_OF(line, skip_gap(line, to), tops) > 0;
}

static bool find_account(const struct line *line, size_t i, struct detail *out)
{
    size_t to = i + 1, n_letters = 0;

    if (line->cells[i].c != '@' && line->cells[i].c != '#')
        return false;
    while (to < line->n && is_name_cell(line, to)) {
        n_letters += line->cells[to].class == CELL_LATIN;
        to++;
    }
    *out = (struct detail){WORDS_SNS, (uint32_t)i, (uint32_t)to};
    if (line->cells[i].c == '@')
        return n_letters >= 1 && to - i > 3;
    /* name#1234 */
    return n_letters == 0 && to - i == 5 && i > 0 && line->cells[i - 1].class == CELL_LATIN;
}

/* sora アンダーバー 00, あっとsora00: a name that is read aloud. */
static bool find_spelt(const struct line *line, size_t i, struct detail *out)
{
    static const char32_t *const bars[] = {U"あんだば", U"あんだすこあ", U"あんすこ",
                                           U"underbar", U"underscore"};
    size_t n_bar = ONE_OF(line, i, bars), n = n_bar > 0 ? n_bar : word_at(line, i, U"あつと"),
           from, to, n_letters = 0, n_digits = 0;

    if (n == 0)
        return false;
    from = skip_gap(line, i + n);
    for (to = from; to < line->n && is_name_cell(line, to); to++) {
        n_letters += line->cells[to].class == CELL_LATIN;
        n_digits += line->cells[to].class == CELL_DIGIT || line->cells[to].c == '_';
    }
    *out = (struct detail){WORDS_SNS, (uint32_t)i, (uint32_t)to};
    return n_bar > 0 ? n_letters + n_digits >= 2 : n_letters >= 3 && n_digits >= 1;
}

/* "IDは mika_0412": a name in Latin letters with a digit behind the word; behind a colon
 * without one, and stuck to a word in kana with two ("カカオhana2012"). */
static bool find_named(const struct line *line, size_t i, struct detail *out)
{
    static const char32_t *const names[] = {
        U"id",       U"あいでい",       U"垢",        U"あかうんと",
        U"ゆざ名",   U"らいん",         U"line",      U"insta",
        U"いんすた", U"discord",        U"でいすこ",  U"でいすこど",
        U"x",        U"ついつた",       U"tiktok",    U"tik tok",
        U"twitter",  U"すなちや",       U"snap",      U"かかお",
        U"psn",      U"steam",          U"ふれこ",    U"ふれんどこど",
        U"あか",     U"いんすたぐらむ", U"instagram", U"すてむ",
        U"kakao",    U"skype",          U"すかいぷ",  U"gamertag",
        U"招待",     U"招待こど",       U"invite",    U"invite code",
        U"uid",      U"epic",           U"えぴつく",  U"ろぶろ",
        U"roblox",   U"bereal",         U"びりある",  U"yay"};
    size_t n = ONE_OF(line, i, names), to, from, n_letters = 0, n_digits = 0;
    bool has_colon = false;

    if (n == 0 || (line->cells[i].class == CELL_LATIN &&
                   ((i > 0 && line->cells[i - 1].class == CELL_LATIN) ||
                    (i + n < line->n && line->cells[i + n].class == CELL_LATIN))))
        return false;
    from = i + n;
    for (size_t k = 0; k < 5 && from < line->n; k++)
        if (words_is_gap(line->cells[from].class) || line->cells[from].c == U'は' ||
            line->cells[from].c == U'の' || line->cells[from].c == U'が' ||
            line->cells[from].c == U'名' || line->cells[from].c == U'前') {
            has_colon = has_colon || line->cells[from].c == ':';
            from++;
        }
    for (to = from; to < line->n && is_name_cell(line, to); to++) {
        n_letters += line->cells[to].class == CELL_LATIN;
        n_digits += line->cells[to].class == CELL_DIGIT || line->cells[to].c == '_' ||
                    line->cells[to].c == '.';
    }
    *out = (struct detail){WORDS_SNS, (uint32_t)i, (uint32_t)to};
    if (has_colon && n_letters >= 3)
        return true;
    return n_letters >= 2 && to - from >= 4 && n_digits >= (from == i + n ? 2 : 1);
}

size_t words_details(const struct line *line, struct detail out[DETAILS_MOST])
{
    size_t n = 0, i = 0;

    while (i < line->n && n < DETAILS_MOST) {
        enum cell_class class = line->cells[i].class;
        struct detail detail = {.to = 0};

        /* Not from the middle of a number. */
        if (class != CELL_SIGN && class != CELL_STOP &&
            (i == 0 || line->cells[i - 1].class != CELL_DIGIT))
            find_number(line, i, &detail);
        if (detail.to > 0)
            out[n++] = detail;
        if (n < DETAILS_MOST &&
            (find_mail(line, i, &detail) || find_page(line, i, &detail) ||
             find_any_page(line, i, &detail) || find_dotless(line, i, &detail) ||
             find_path(line, i, &detail) || find_server(line, i, &detail) ||
             find_slash(line, i, &detail) || find_www(line, i, &detail) ||
             find_account(line, i, &detail) || find_spelt(line, i, &detail) ||
             find_named(line, i, &detail)))
            out[n++] = detail;
        i++;
    }
    return n;
}
