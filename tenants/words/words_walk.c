/* From every cell of a line down the trie, in all ways that the line may be read. What ends at
 * a term is judged by what stands around it. */
#include <uchar.h>

#include "node/base/fold_table.h"
#include "tenants/words/words_priv.h"

#define STEPS_MOST 30000 /* of one line; an ordinary one takes some hundreds */
#define SKIPS_MOST 6     /* between two letters */
#define WILD_MOST  3
#define LONG_LEAST 4 /* letters of a term that two words hardly make by chance */

/* How a walk came to where it is. */
struct way {
    uint32_t last; /* the cell that was read last */
    uint8_t n, n_alts, n_wild, n_latin, n_looks, n_rows;
    uint8_t n_parted;  /* letters with a sign or space before them */
    uint8_t n_skipped; /* since the last letter */
    uint8_t n_vowels;  /* letters that stand as ー */
    uint8_t n_long;    /* letters with ー before them, twice for more of them */
    bool has_stop, has_comma, has_kana, has_circle;
};

struct walk {
    const struct words *words;
    const struct line *line;
    struct findings *out;
    uint32_t from;
    unsigned n_steps;
    /* Only on from lines of before: is_on; then nothing is found, but said what may be. */
    bool is_on, is_over;
    uint32_t border; /* where the newest line begins */
    uint64_t concepts;
};

/* "ま じ": おまえ, まじ and their like end right before cell i. */
static bool is_led(const struct walk *w, uint32_t i)
{
    for (size_t k = 0; k < w->out->n; k++)
        if (w->out->at[k].to == i && (w->out->at[k].term->concept == CONCEPT_LEAD ||
                                      (w->out->at[k].term->concept == CONCEPT_NONE &&
                                       (w->out->at[k].term->flags & TERM_ALLOWED) == 0)))
            return true;
    return false;
}

/* で〜〜〜ぶ, しーんーで: nobody draws a word out twice in its middle that is none. */
static bool is_drawn_out(const struct way *way)
{
    return way->n_long >= 2;
}

static bool begins(const struct walk *w)
{
    return words_begins(w->line, w->from) || is_led(w, w->from) ||
           (w->from + 1 < w->line->n && w->line->cells[w->from + 1].is_joined);
}

/* Behind a word in Latin letters its tail may follow: "shineyo". */
static bool ends_romaji(const struct line *line, size_t i)
{
    static const char *const tails[] = {"yo", "ya",   "na", "ne",  "da",
                                        "w",  "desu", "zo", "yaro"};

    if (words_ends(line, i))
        return true;
    for (size_t t = 0; t < sizeof tails / sizeof tails[0]; t++) {
        size_t n = strlen(tails[t]), k = 0;

        while (k < n && i + k < line->n && line->cells[i + k].c == (uint8_t)tails[t][k])
            k++;
        if (k == n && words_ends(line, i + k))
            return true;
    }
    return false;
}

/* A number is read as letters whole or not at all: 4にん is no threat. */
static bool cuts_number(const struct line *line, uint32_t from, uint32_t to)
{
    return (line->cells[from].class == CELL_DIGIT && from > 0 &&
            line->cells[from - 1].class == CELL_DIGIT) ||
           (line->cells[to - 1].class == CELL_DIGIT && to < line->n &&
            line->cells[to].class == CELL_DIGIT);
}

static bool cuts_latin(const struct line *line, uint32_t from, uint32_t to)
{
    return (line->cells[from].class == CELL_LATIN && from > 0 &&
            line->cells[from - 1].class == CELL_LATIN) ||
           (line->cells[to - 1].class == CELL_LATIN && to < line->n &&
            line->cells[to].class == CELL_LATIN);
}

static bool is_kana_cell(enum cell_class class)
{
    return class == CELL_HIRAGANA || class == CELL_KATAKANA;
}

/* ヤクソク holds クソ, but is written as one word. */
static bool cuts_katakana(const struct line *line, uint32_t from, uint32_t to)
{
    /* バーカバーカ: the same again. */
    if (to < line->n && line->cells[to].c == line->cells[from].c)
        return false;
    return line->cells[to - 1].class == CELL_KATAKANA && to < line->n &&
           line->cells[to].class == CELL_KATAKANA;
}

/* Nothing but the end, a sign or laughter follows. */
static bool ends_all(const struct line *line, size_t to)
{
    return to >= line->n || words_is_gap(line->cells[to].class) || line->cells[to].c == 'w' ||
           line->cells[to].c == U'笑';
}

/* 9そ, @ほ: a digit or sign for one of two letters, and nothing around. */
static bool is_short_alt(const struct walk *w, const struct way *way, uint32_t to)
{
    const struct cell *cells = w->line->cells;

    return way->n == 2 && to - w->from == 2 &&
           (cells[w->from].class > CELL_LATIN || cells[w->from + 1].class > CELL_LATIN) &&
           ends_all(w->line, to) && (w->from == 0 || words_is_gap(cells[w->from - 1].class));
}

/* Enough letters are left of a word to know it; more when the hidden one stands at an end. */
static bool is_hidden_well(const struct walk *w, const struct term *term, const struct way *way,
                           uint32_t to)
{
    unsigned n_left = way->n - way->n_wild;
    bool at_end = w->line->cells[w->from].class == CELL_CIRCLE ||
                  w->line->cells[to - 1].class == CELL_CIRCLE;

    if (way->n_alts > 0 || words_kind_of((enum words_category)term->category) == WORDS_CONTACT)
        return false;
    /* ゴ〇, ころ○: nothing follows. */
    if (way->n_wild == 1 && n_left >= 1 && n_left <= 2 && to - w->from == way->n &&
        w->line->cells[to - 1].class == CELL_CIRCLE &&
        w->line->cells[w->from].class <= CELL_KANJI)
        return ends_all(w->line, to) && words_begins(w->line, w->from);
    return way->n_wild == 1 ? n_left >= (at_end ? 3 : 2) : !at_end && n_left >= way->n_wild;
}

/* Kanji alone are kanji, but 🐴🦌 is a word; of two letters one is drawn, where a word
 * begins.
 */
static bool looks_meant(const struct walk *w, const struct way *way)
{
    if (way->n_looks == way->n)
        return w->line->cells[w->from].class == CELL_SIGN;
    return way->n > 2 || begins(w);
}

static bool is_meant(const struct walk *w, const struct term *term, const struct way *way,
                     uint32_t to)
{
    const struct line *line = w->line;
    bool is_base = term->concept == CONCEPT_NONE && (term->flags & TERM_ALLOWED) == 0;

    /* ゲー is not げい: enough must be written out. */
    if (way->n_vowels > 0 && way->n - way->n_vowels < 2)
        return false;

    if ((term->flags & TERM_BEGINS) != 0 && !begins(w) && !is_drawn_out(way))
        return false;
    if ((term->flags & TERM_ALONE) != 0 && !words_alone(line, w->from, to))
        return false;
    if ((term->flags & TERM_ENDS) != 0 &&
        !((term->flags & TERM_ROMAJI) != 0 ? ends_romaji(line, to) : words_stops(line, to)))
        return false;
    if ((term->flags & TERM_BACKWARD) != 0 &&
        (way->n_wild > 0 || way->n_alts > 0 ||
         (to < line->n && !words_is_gap(line->cells[to].class)) ||
         (w->from > 0 && !words_is_gap(line->cells[w->from - 1].class))))
        return false;
    if (!is_base)
        return way->n_wild + way->n_latin + way->n_vowels == 0 &&
               (way->n_alts == 0 || (term->concept > CONCEPT_LEAD && way->n >= 3));
    /* Latin letters on the edge of a word that goes on are another word. */
    if (way->n_latin > 0 && cuts_latin(line, w->from, to))
        return false;
    if (way->n_latin > 0 &&
        (!way->has_kana || way->n_latin + way->n_alts >= way->n || !begins(w) ||
         way->n_rows > 1 ||
         (way->n_rows > 0 && way->n + (term->category == WORDS_VIOLENCE) < 3)))
        return false;
    if (way->n_looks > 0 && !looks_meant(w, way))
        return false;
    if (way->n_alts > 0 && !is_short_alt(w, way, to) &&
        (way->n < 3 || way->n_alts * 2 > way->n + 1 || cuts_number(line, w->from, to) ||
         !begins(w)))
        return false;
    if (way->n_wild > 0 && !is_hidden_well(w, term, way, to))
        return false;
    if (way->n <= 2 && way->n_parted == 0 && cuts_katakana(line, w->from, to) && way->has_kana)
        return false;
    /* Letters of two words meet over what parts them: そうい(えば か)える, (うん、ち)がう. */
    if (way->n_parted > 0 && (way->has_stop || way->n <= 2))
        return begins(w) && (way->n >= LONG_LEAST ||
                             (way->has_comma ? words_stops(line, to) : words_ends(line, to)));
    return true;
}

/* Any term at all that comes out of a line of before. */
static void take_on(struct walk *w, uint32_t node, uint32_t to)
{
    for (uint32_t t = w->words->nodes[node].term; t != 0; t = w->words->terms[t].next) {
        w->concepts |= UINT64_C(1) << w->words->terms[t].concept;
        w->is_over = w->is_over || to > w->border;
    }
}

static void take(struct walk *w, uint32_t node, const struct way *way, uint32_t to)
{
    if (w->is_on) {
        take_on(w, node, to);
        return;
    }
    for (uint32_t t = w->words->nodes[node].term; t != 0; t = w->words->terms[t].next) {
        const struct term *term = &w->words->terms[t];

        if (w->out->n < FOUND_MOST && is_meant(w, term, way, to))
            w->out->at[w->out->n++] = (struct found){
                w->from, to, term,
                way->n_alts + way->n_looks + way->n_wild + way->n_latin > 0 ||
                    (!way->has_stop && (way->n_parted > 0 || is_drawn_out(way)))};
    }
}

/* What may stand between two letters of a word without being one. */
static bool is_passed(const struct walk *w, const struct way *way, uint32_t i)
{
    const struct cell *cell = &w->line->cells[i], *last = &w->line->cells[way->last];
    bool after_kana = is_kana_cell(last->class) || last->class == CELL_KANJI;

    if (words_is_gap(cell->class) || cell->class == CELL_LONG || cell->class == CELL_OTHER)
        return true;
    if (cell->c == last->c)
        return true;
    if (is_kana_cell(cell->class)) {
        uint32_t vowel = (uint32_t)fold_vowel((int32_t)last->c);

        return cell->is_small ? cell->c <= U'お' || cell->c == U'つ'
                              : cell->c == vowel && last->c != cell->c;
    }
    return after_kana && (cell->c == 'w' || cell->c == 'x' || cell->c == U'笑');
}

static void step(struct walk *w, uint32_t node, struct way way, uint32_t i);

/* Kanji and kana that are drawn alike: バ力, コ口ス. */
static bool is_look(uint32_t c)
{
    static const char32_t looks[] =
        U"力口夕工八二三卜千才厶匕乃🐴🐎🦌💀☠💩🔪🐷🐖";

    for (const char32_t *p = looks; *p != 0; p++)
        if (*p == c)
            return true;
    return false;
}

static void read_letter(struct walk *w, uint32_t node, const struct way *way, uint32_t i,
                        uint32_t c, bool is_alt)
{
    const struct cell *cell = &w->line->cells[i];
    uint32_t child = words_child(w->words, node, c);
    struct way next = *way;

    if (child == 0)
        return;
    if (way->n > 0 && way->n_skipped > 0 && words_is_gap(w->line->cells[i - 1].class))
        next.n_parted++;
    if (way->n > 0 && way->n_skipped > 0 && w->line->cells[i - 1].class == CELL_LONG)
        next.n_long =
            (uint8_t)(next.n_long +
                      (way->n_skipped > 1 && w->line->cells[i - 2].class == CELL_LONG ? 2 : 1));
    next.n++;
    if (is_alt && is_look(cell->c))
        next.n_looks++;
    else if (is_alt)
        next.n_alts++;
    next.last = i;
    next.n_skipped = 0;
    next.has_kana = next.has_kana || is_kana_cell(cell->class) || cell->class == CELL_KANJI;
    take(w, child, &next, i + 1);
    step(w, child, next, i + 1);
}

/* ショーガイ: ー for the う or お, い or え that it stands for. */
static void read_long(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    uint32_t vowel = (uint32_t)fold_vowel((int32_t)w->line->cells[way->last].c);
    uint32_t vowels[] = {vowel, vowel == U'お' ? U'う' : vowel == U'え' ? U'い' : 0};

    for (size_t k = 0; k < 2; k++) {
        uint32_t child = vowels[k] == 0 ? 0 : words_child(w->words, node, vowels[k]);
        struct way next = *way;

        if (child == 0)
            continue;
        next.n++;
        next.n_vowels++;
        next.last = i;
        next.n_skipped = 0;
        take(w, child, &next, i + 1);
        step(w, child, next, i + 1);
    }
}

/* Latin letters for kana in the middle of Japanese: ばka, しne. A word that is Latin from end
 * to end has terms of its own, which look at the words around it. */
static void read_mora(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    char text[4] = "";
    size_t n = 0;

    while (n < 3 && i + n < w->line->n && w->line->cells[i + n].class == CELL_LATIN) {
        uint32_t kana;
        struct way next = *way;
        uint32_t child;

        text[n] = (char)w->line->cells[i + n].c;
        n++;
        kana = words_kana_of(w->words, text, n);
        child = kana == 0 ? 0 : words_child(w->words, node, kana);
        if (child == 0)
            continue;
        next.n++;
        next.n_latin++;
        next.last = i + (uint32_t)n - 1;
        next.n_skipped = 0;
        take(w, child, &next, i + (uint32_t)n);
        step(w, child, next, i + (uint32_t)n);
    }
}

/* sいね: a consonant and the kana of its vowel. */
static void read_consonant(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    static const char32_t vowels[] = U"あいうえお";
    const struct line *line = w->line;
    struct way next = *way;

    if (i + 1 >= line->n || line->cells[i + 1].class > CELL_KATAKANA)
        return;
    for (size_t v = 0; v < 5; v++) {
        const char text[] = {(char)line->cells[i].c, "aiueo"[v]};
        uint32_t kana =
            line->cells[i + 1].c == vowels[v] ? words_kana_of(w->words, text, 2) : 0;
        uint32_t child = kana == 0 ? 0 : words_child(w->words, node, kana);

        if (child == 0)
            continue;
        next.n++;
        next.n_latin++;
        next.last = i + 1;
        next.n_skipped = 0;
        take(w, child, &next, i + 2);
        step(w, child, next, i + 2);
    }
}

/* s for any of さしすせそ, behind or before kana. */
static void read_row(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    struct way next = *way;

    next.n++;
    next.n_latin++;
    next.n_rows++;
    next.last = i;
    next.n_skipped = 0;
    for (const char *v = "aiueo"; *v != 0; v++) {
        const char text[] = {(char)w->line->cells[i].c, *v};
        uint32_t kana = words_kana_of(w->words, text, 2);
        uint32_t child = kana == 0 ? 0 : words_child(w->words, node, kana);

        if (child == 0)
            continue;
        take(w, child, &next, i + 1);
        step(w, child, next, i + 1);
    }
}

/* Kanji in two halves: タヒ and 歹匕 for 死. */
static void read_halves(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    static const struct {
        char32_t left, right, whole;
    } halves[] = {{U'た', U'ひ', U'死'}, {U'夕', U'ひ', U'死'}, {U'た', U'匕', U'死'},
                  {U'夕', U'匕', U'死'}, {U'歹', U'匕', U'死'}, {U'歹', U'ひ', U'死'},
                  {U'タ', U'比', U'死'}, {U'禾', U'ム', U'私'}, {U'木', U'殳', U'殺'},
                  {U'女', U'兼', U'嫌'}, {U'亡', U'心', U'忘'}, {U'弓', U'弓', U'弱'},
                  {U'女', U'又', U'奴'}, {U'れ', U'い', U'い'}, {U'れ', U'に', U'に'},
                  {U'な', U'に', U'た'}, {U'な', U'よ', U'な'}, {U'れ', U'よ', U'は'},
                  {U'れ', U'ま', U'ほ'}, {U'れ', U'な', U'け'}, {U'か', U'か', U'か'},
                  {U'れ', U'れ', U'い'}};
    struct way next = *way;

    if (i + 1 >= w->line->n)
        return;
    for (size_t k = 0; k < sizeof halves / sizeof halves[0]; k++) {
        uint32_t child;

        if (w->line->cells[i].c != halves[k].left ||
            w->line->cells[i + 1].c != halves[k].right ||
            w->line->cells[i].class == CELL_HIRAGANA)
            continue;
        child = words_child(w->words, node, halves[k].whole);
        if (child == 0)
            continue;
        next.n++;
        next.last = i + 1;
        next.n_skipped = 0;
        take(w, child, &next, i + 2);
        step(w, child, next, i + 2);
    }
}

static void read_any(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    struct way next = *way;

    next.n++;
    next.n_wild++;
    next.last = i;
    next.n_skipped = 0;
    for (uint32_t k = w->words->nodes[node].child; k != 0; k = w->words->nodes[k].sibling) {
        take(w, k, &next, i + 1);
        step(w, k, next, i + 1);
    }
}

/* # of a list: a number, its commas and kanji too. */
static void read_number(struct walk *w, uint32_t node, const struct way *way, uint32_t i)
{
    uint32_t child = words_child(w->words, node, '#'), to = i;
    struct way next = *way;

    while (child != 0 && to < w->line->n && to - i < 12 &&
           (w->line->cells[to].class == CELL_DIGIT || (to > i && w->line->cells[to].c == ',')))
        to++;
    if (to == i)
        return;
    next.n++;
    next.last = to - 1;
    next.n_skipped = 0;
    take(w, child, &next, to);
    step(w, child, next, to);
}

static void step(struct walk *w, uint32_t node, struct way way, uint32_t i)
{
    const struct cell *cell;

    if (i >= w->line->n) {
        if (way.n > 0 && w->words->nodes[node].child != 0)
            w->out->open |= UINT64_C(1) << (w->from < 63 ? w->from : 63);
        return;
    }
    if (++w->n_steps > STEPS_MOST) {
        w->out->is_cut = true;
        return;
    }
    cell = &w->line->cells[i];
    read_letter(w, node, &way, i, cell->c, false);
    for (const uint16_t *alt = cell->alts; alt != NULL && *alt != 0; alt++)
        read_letter(w, node, &way, i, *alt, true);
    if (cell->class == CELL_LATIN) {
        read_mora(w, node, &way, i);
        read_consonant(w, node, &way, i);
        read_row(w, node, &way, i);
    }
    if (cell->class == CELL_LONG && way.n > 0 && way.n_skipped == 0)
        read_long(w, node, &way, i);
    if (cell->class == CELL_KATAKANA || cell->class == CELL_KANJI)
        read_halves(w, node, &way, i);
    if (cell->class == CELL_CIRCLE && way.n_wild < WILD_MOST && way.n_skipped == 0)
        read_any(w, node, &way, i);
    if (cell->class == CELL_DIGIT)
        read_number(w, node, &way, i);
    if (way.n > 0 && way.n_skipped < SKIPS_MOST && is_passed(w, &way, i)) {
        way.n_skipped++;
        way.has_stop = way.has_stop || cell->class == CELL_STOP;
        way.has_comma = way.has_comma || cell->c == ',' || cell->c == 0x3001;
        way.has_circle = way.has_circle || cell->class == CELL_CIRCLE;
        step(w, node, way, i + 1);
    }
}

void words_walk(const struct words *words, const struct line *line, struct findings *out)
{
    struct walk w = {.words = words, .line = line, .out = out};

    out->n = 0;
    out->open = 0;
    out->is_cut = false;
    for (uint32_t i = 0; i < line->n; i++) {
        w.from = i;
        step(&w, 0, (struct way){.last = i}, i);
    }
}

bool words_walk_on(const struct words *words, const struct line *line, const uint32_t *starts,
                   size_t n_starts, uint32_t border, uint64_t *concepts_out)
{
    struct findings out = {.n = 0};
    struct walk w = {
        .words = words, .line = line, .out = &out, .is_on = true, .border = border};

    for (size_t i = 0; i < n_starts && !w.is_over && !out.is_cut; i++) {
        w.from = starts[i];
        step(&w, 0, (struct way){.last = starts[i]}, starts[i]);
    }
    *concepts_out = w.concepts;
    return w.is_over || out.is_cut;
}
