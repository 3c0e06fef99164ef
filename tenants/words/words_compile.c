/* Lists become one trie. A trie and no automaton with failure links: a letter of a line may be
 * read in several ways (○ hides any, 5 is ご or s, ー is nothing), so that each place of the
 * line is walked from on its own; terms are short, and so are the walks. */
#include <stdlib.h>

#include <uchar.h>

#include "tenants/words/words_base.h"
#include "tenants/words/words_priv.h"

#define ARENA_BYTES    (256 * 1024)
#define NODES_FIRST    16384
#define TERMS_FIRST    8192
#define SLOTS_FIRST    65536 /* four a node: most letters that are looked for are not there */
#define LETTERS_MOST   64
#define LATIN_LONG     7 /* letters behind which more may follow: shindekure-yo */
#define CONTACT_LEAST  4 /* kana of a term about contact that holds in Latin letters */
#define KANA_LEAST     6 /* of a term that the list has in kanji */
#define BACKWARD_LEAST 4 /* せかい is いかせ from behind */

static uint32_t hash(uint32_t node, uint32_t c)
{
    uint64_t x = ((uint64_t)node << 32 | c) * UINT64_C(0x9e3779b97f4a7c15);

    return (uint32_t)(x >> 32);
}

uint32_t words_child(const struct words *words, uint32_t node, uint32_t c)
{
    uint32_t mask = (uint32_t)words->n_slots - 1;

    if (!words_may(words, node, c))
        return 0;
    for (uint32_t h = hash(node, c) & mask; words->slots[h] != 0; h = (h + 1) & mask) {
        const struct node *child = &words->nodes[words->slots[h]];

        if (child->c == c && child->parent == node)
            return words->slots[h];
    }
    return 0;
}

static void put_slot(struct words *words, uint32_t child)
{
    uint32_t mask = (uint32_t)words->n_slots - 1;
    const struct node *node = &words->nodes[child];
    uint32_t h = hash(node->parent, node->c) & mask;

    while (words->slots[h] != 0)
        h = (h + 1) & mask;
    words->slots[h] = child;
}

static bool grow(struct words *words)
{
    struct node *nodes;

    if (words->n_nodes < words->nodes_cap)
        return true;
    nodes = realloc(words->nodes, words->nodes_cap * 2 * sizeof *nodes);
    if (nodes == NULL)
        return false;
    words->nodes = nodes;
    words->nodes_cap *= 2;
    free(words->slots);
    words->n_slots *= 2;
    words->slots = calloc(words->n_slots, sizeof *words->slots);
    if (words->slots == NULL)
        return false;
    for (uint32_t i = 1; i < words->n_nodes; i++)
        put_slot(words, i);
    return true;
}

static bool add_child(struct words *words, uint32_t node, uint32_t c, uint32_t *out)
{
    *out = words_child(words, node, c);
    if (*out != 0)
        return true;
    if (!grow(words))
        return false;
    *out = (uint32_t)words->n_nodes++;
    words->nodes[*out] =
        (struct node){.c = c, .parent = node, .sibling = words->nodes[node].child};
    words->nodes[node].child = *out;
    words->nodes[node].letters |= UINT64_C(1) << (c & 63);
    put_slot(words, *out);
    return true;
}

static bool add_term(struct words *words, const uint32_t *letters, size_t n,
                     const struct term *term)
{
    uint32_t node = 0;

    if (words->n_terms == words->terms_cap) {
        struct term *terms = realloc(words->terms, words->terms_cap * 2 * sizeof *terms);

        if (terms == NULL)
            return false;
        words->terms = terms;
        words->terms_cap *= 2;
    }
    for (size_t i = 0; i < n; i++)
        if (!add_child(words, node, letters[i], &node))
            return false;
    words->terms[words->n_terms] = *term;
    words->terms[words->n_terms].n = (uint8_t)n;
    words->terms[words->n_terms].next = words->nodes[node].term;
    words->nodes[node].term = (uint32_t)words->n_terms++;
    return true;
}

/* ---- one term ---- */

struct letters {
    uint32_t at[LETTERS_MOST];
    enum cell_class class[LETTERS_MOST];
    size_t n;
    bool is_kana, is_latin, has_circle, is_number, is_signs;
};

static enum err read_letters(struct span text, struct arena *arena, struct letters *out,
                             struct fail *why)
{
    struct line line;
    enum err rc = words_line(text, arena, &line, why);

    *out = (struct letters){
        .is_kana = true, .is_latin = true, .is_number = true, .is_signs = true};
    for (size_t i = 0; rc == ERR_OK && i < line.n && out->n < LETTERS_MOST; i++) {
        enum cell_class class = line.cells[i].class;

        out->has_circle = out->has_circle || class == CELL_CIRCLE;
        if (class == CELL_LONG || (class == CELL_STOP && line.cells[i].c != '?') ||
            (class == CELL_SIGN && line.cells[i].c != '#' && line.cells[i].c < 0x2190))
            continue;
        out->is_kana = out->is_kana && (class == CELL_HIRAGANA || class == CELL_KATAKANA);
        out->is_latin = out->is_latin && class == CELL_LATIN;
        out->is_number = out->is_number && class == CELL_DIGIT;
        out->is_signs = out->is_signs && class == CELL_SIGN && line.cells[i].c < 0x1f000;
        out->class[out->n] = class;
        out->at[out->n++] = line.cells[i].c;
    }
    return rc;
}

/* Flags written around a term. */
static struct span read_flags(struct span text, uint8_t *flags)
{
    if (text.len > 0 && text.p[0] == '%') {
        *flags |= TERM_SOFT;
        text = span_from(text, 1);
    }
    if (text.len > 1 && text.p[0] == '=') {
        *flags |= TERM_ALONE;
        text = span_from(text, 1);
    }
    if (text.len > 0 && text.p[0] == '^') {
        *flags |= TERM_BEGINS;
        text = span_from(text, 1);
    }
    if (text.len > 0 && text.p[text.len - 1] == '$') {
        *flags |= TERM_ENDS;
        text.len--;
    }
    return text;
}

/* ---- kana in Latin letters ---- */

static const struct {
    char32_t kana;
    const char *hepburn, *kunrei;
} romaji[] = {
    {U'あ', "a", "a"},    {U'い', "i", "i"},    {U'う', "u", "u"},   {U'え', "e", "e"},
    {U'お', "o", "o"},    {U'か', "ka", "ka"},  {U'き', "ki", "ki"}, {U'く', "ku", "ku"},
    {U'け', "ke", "ke"},  {U'こ', "ko", "ko"},  {U'さ', "sa", "sa"}, {U'し', "shi", "si"},
    {U'す', "su", "su"},  {U'せ', "se", "se"},  {U'そ', "so", "so"}, {U'た', "ta", "ta"},
    {U'ち', "chi", "ti"}, {U'つ', "tsu", "tu"}, {U'て', "te", "te"}, {U'と', "to", "to"},
    {U'な', "na", "na"},  {U'に', "ni", "ni"},  {U'ぬ', "nu", "nu"}, {U'ね', "ne", "ne"},
    {U'の', "no", "no"},  {U'は', "ha", "ha"},  {U'ひ', "hi", "hi"}, {U'ふ', "fu", "hu"},
    {U'へ', "he", "he"},  {U'ほ', "ho", "ho"},  {U'ま', "ma", "ma"}, {U'み', "mi", "mi"},
    {U'む', "mu", "mu"},  {U'め', "me", "me"},  {U'も', "mo", "mo"}, {U'や', "ya", "ya"},
    {U'ゆ', "yu", "yu"},  {U'よ', "yo", "yo"},  {U'ら', "ra", "ra"}, {U'り', "ri", "ri"},
    {U'る', "ru", "ru"},  {U'れ', "re", "re"},  {U'ろ', "ro", "ro"}, {U'わ', "wa", "wa"},
    {U'を', "wo", "wo"},  {U'ん', "n", "nn"},   {U'が', "ga", "ga"}, {U'ぎ', "gi", "gi"},
    {U'ぐ', "gu", "gu"},  {U'げ', "ge", "ge"},  {U'ご', "go", "go"}, {U'ざ', "za", "za"},
    {U'じ', "ji", "zi"},  {U'ず', "zu", "zu"},  {U'ぜ', "ze", "ze"}, {U'ぞ', "zo", "zo"},
    {U'だ', "da", "da"},  {U'ぢ', "ji", "di"},  {U'づ', "zu", "du"}, {U'で', "de", "de"},
    {U'ど', "do", "do"},  {U'ば', "ba", "ba"},  {U'び', "bi", "bi"}, {U'ぶ', "bu", "bu"},
    {U'べ', "be", "be"},  {U'ぼ', "bo", "bo"},  {U'ぱ', "pa", "pa"}, {U'ぴ', "pi", "pi"},
    {U'ぷ', "pu", "pu"},  {U'ぺ', "pe", "pe"},  {U'ぽ', "po", "po"},
};

static const char *spell(uint32_t kana, bool kunrei)
{
    for (size_t i = 0; i < sizeof romaji / sizeof romaji[0]; i++)
        if (romaji[i].kana == kana)
            return kunrei ? romaji[i].kunrei : romaji[i].hepburn;
    return NULL;
}

static const char vowels[] = "aiueo";

static void read_morae(struct words *words)
{
    for (size_t i = 0; i < sizeof romaji / sizeof romaji[0]; i++)
        for (int way = 0; way < 2; way++) {
            const char *text = way == 0 ? romaji[i].hepburn : romaji[i].kunrei;
            size_t n = strlen(text);
            const char *v = memchr(vowels, text[n - 1], 5);

            if (v != NULL && n <= 2 && words->mora[text[0] - 'a'][v - vowels] == 0)
                words->mora[text[0] - 'a'][v - vowels] = romaji[i].kana;
        }
}

uint32_t words_kana_of(const struct words *words, const char *latin, size_t n)
{
    const char *v = memchr(vowels, latin[n - 1], 5);

    if (n == 1)
        return v != NULL ? words->mora[latin[0] - 'a'][v - vowels] : *latin == 'n' ? U'ん' : 0;
    if (v == NULL)
        return 0;
    if (n == 2)
        return words->mora[latin[0] - 'a'][v - vowels];
    return memcmp(latin, "shi", 3) == 0   ? U'し'
           : memcmp(latin, "chi", 3) == 0 ? U'ち'
           : memcmp(latin, "tsu", 3) == 0 ? U'つ'
                                          : 0;
}

/* Small kana were folded to large ones: しや is both shiya and sha, so that both are told. */
static bool to_romaji(const struct letters *kana, const bool *small, bool kunrei,
                      struct letters *out)
{
    out->n = 0;
    for (size_t i = 0; i < kana->n; i++) {
        const char *text = spell(kana->at[i], kunrei);
        bool doubles = small[i] && kana->at[i] == U'つ';

        if (text == NULL || out->n + 4 > LETTERS_MOST)
            return false;
        if (doubles && i + 1 < kana->n) {
            text = spell(kana->at[i + 1], kunrei);
            if (text == NULL)
                return false;
            out->at[out->n++] = (uint32_t)text[0];
            continue;
        }
        if (small[i] && i > 0 && out->n > 0 && text[0] == 'y') {
            out->n--; /* the i of shi */
            if (out->n >= 2 && !kunrei && out->at[out->n - 1] == 'h')
                text++;
        }
        for (; *text != 0; text++)
            out->at[out->n++] = (uint32_t)*text;
    }
    return out->n > 0;
}

static enum err add_latin(struct words *words, const struct letters *kana, const bool *small,
                          const struct term *term, struct fail *why)
{
    struct term latin = *term;
    struct letters spelt;

    latin.flags |= TERM_BEGINS | TERM_ROMAJI;
    for (int kunrei = 0; kunrei < 2; kunrei++) {
        if (!to_romaji(kana, small, kunrei != 0, &spelt) || spelt.n < 4)
            continue;
        latin.flags = (uint8_t)(latin.flags & ~TERM_ENDS);
        if (spelt.n < LATIN_LONG)
            latin.flags |= TERM_ENDS;
        if (!add_term(words, spelt.at, spelt.n, &latin))
            return fail_set(why, ERR_NOMEM, "a term in Latin letters");
    }
    return ERR_OK;
}

static enum err add_backward(struct words *words, const struct letters *kana,
                             const struct term *term, struct fail *why)
{
    struct term back = *term;
    uint32_t at[LETTERS_MOST];

    back.flags |= TERM_BEGINS | TERM_ENDS | TERM_BACKWARD;
    for (size_t i = 0; i < kana->n; i++)
        at[i] = kana->at[kana->n - 1 - i];
    return add_term(words, at, kana->n, &back)
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a term read from behind");
}

static void read_small(struct span text, struct arena *arena, bool small[LETTERS_MOST])
{
    struct line line;
    size_t n = 0;

    if (words_line(text, arena, &line, NULL) != ERR_OK)
        return;
    for (size_t i = 0; i < line.n && n < LETTERS_MOST; i++)
        if (line.cells[i].class == CELL_HIRAGANA || line.cells[i].class == CELL_KATAKANA)
            small[n++] = line.cells[i].is_small;
}

/* The term in kana alone; false: it has no kanji, or one whose reading nobody knows. */
static bool to_kana(const struct letters *term, struct letters *out)
{
    bool has_kanji = false;

    *out = (struct letters){.is_kana = true};
    for (size_t i = 0; i < term->n; i++) {
        const uint16_t *kana = term->class[i] == CELL_KANJI ? words_reading(term->at[i]) : NULL;

        if (term->class[i] > CELL_KANJI || (term->class[i] == CELL_KANJI && kana == NULL))
            return false;
        has_kanji = has_kanji || kana != NULL;
        if (kana == NULL && out->n < LETTERS_MOST)
            out->at[out->n++] = term->at[i];
        for (; kana != NULL && *kana != 0 && out->n < LETTERS_MOST; kana++)
            out->at[out->n++] = *kana;
    }
    return has_kanji && out->n < LETTERS_MOST;
}

static enum err add(struct words *words, struct span text, struct term term,
                    struct arena *arena, struct fail *why)
{
    bool is_ng = term.concept == CONCEPT_NONE && (term.flags & TERM_ALLOWED) == 0 &&
                 words_kind_of((enum words_category)term.category) != WORDS_CONTACT;
    bool small[LETTERS_MOST] = {false};
    bool is_base =
        term.concept == CONCEPT_NONE && (term.flags & (TERM_ALLOWED | TERM_OWN)) == 0;
    struct letters letters, kana;
    enum err rc;

    text = read_flags(text, &term.flags);
    rc = read_letters(text, arena, &letters, why);
    if (rc != ERR_OK || letters.n == 0)
        return rc;
    /* A few kana stand in the middle of many words. */
    if ((is_ng || (term.concept != CONCEPT_NONE && term.concept != CONCEPT_LEAD)) &&
        letters.is_kana && letters.n <= (is_ng ? 3 : 2))
        term.flags |= TERM_BEGINS;
    if (letters.is_latin)
        term.flags |= letters.n <= 4 ? TERM_BEGINS | TERM_ENDS : TERM_BEGINS;
    if (!add_term(words, letters.at, letters.n, &term))
        return fail_set(why, ERR_NOMEM, "a term");
    if (is_base && to_kana(&letters, &kana) && kana.n >= KANA_LEAST &&
        !add_term(words, kana.at, kana.n, &term))
        return fail_set(why, ERR_NOMEM, "a term in kana");
    if (!letters.is_kana || (term.flags & TERM_ALLOWED) != 0 ||
        (!is_ng && letters.n < CONTACT_LEAST))
        return ERR_OK;
    read_small(text, arena, small);
    rc = add_latin(words, &letters, small, &term, why);
    if (rc == ERR_OK && is_ng && letters.n >= BACKWARD_LEAST)
        rc = add_backward(words, &letters, &term, why);
    return rc;
}

/* ---- all lists ---- */

static enum err add_all(struct words *words, const char *terms, struct term term,
                        struct arena *arena, struct fail *why)
{
    enum err rc = ERR_OK;

    while (rc == ERR_OK && terms != NULL && *terms != 0) {
        size_t len = strcspn(terms, " \n");

        if (len > 0) {
            arena_reset(arena);
            rc = add(words, span_of(terms, len), term, arena, why);
        }
        terms += len + (terms[len] != 0);
    }
    return rc;
}

static struct term term_of_list(const char *name)
{
    for (int i = 0; i < WORDS_CATEGORIES_N; i++)
        if (strcmp(words_category_name((enum words_category)i), name) == 0)
            return (struct term){.category = (uint8_t)i};
    return (struct term){.flags = TERM_ALLOWED};
}

static enum err add_base(struct words *words, struct arena *arena, struct fail *why)
{
    enum err rc = ERR_OK;

    for (const struct words_list *l = words_lists; rc == ERR_OK && l->name != NULL; l++)
        rc = add_all(words, (const char *)l->terms, term_of_list(l->name), arena, why);
    for (int i = 1; rc == ERR_OK && i < CONCEPTS_N; i++)
        rc = add_all(words, words_concept_terms[i], (struct term){.concept = (uint8_t)i}, arena,
                     why);
    return rc;
}

static enum err add_own(struct words *words, const struct words_lists *lists,
                        struct arena *arena, struct fail *why)
{
    const struct term own = {.category = WORDS_OWN, .flags = TERM_OWN},
                      allowed = {.flags = TERM_ALLOWED | TERM_OWN};
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < lists->n_own + lists->n_allowed; i++) {
        bool is_own = i < lists->n_own;
        struct span text = is_own ? lists->own[i] : lists->allowed[i - lists->n_own];
        enum words_term_rule rule = WORDS_TERM_FINE;

        arena_reset(arena);
        rc = words_term_check(text, arena, &rule, why);
        if (rc == ERR_OK && rule != WORDS_TERM_FINE)
            rc = fail_set(why, ERR_INVALID, "term %zu breaks rule %d", i, (int)rule);
        if (rc == ERR_OK)
            rc = add(words, text, is_own ? own : allowed, arena, why);
    }
    return rc;
}

static enum err make(struct words **out, struct fail *why)
{
    static _Atomic uint64_t n_made;
    struct words *words = calloc(1, sizeof *words);

    *out = words;
    if (words == NULL)
        return fail_set(why, ERR_NOMEM, "words");
    words->n_refs = 1;
    words->serial = 1 + atomic_fetch_add(&n_made, 1);
    words->nodes_cap = NODES_FIRST;
    words->terms_cap = TERMS_FIRST;
    words->n_slots = SLOTS_FIRST;
    words->nodes = calloc(words->nodes_cap, sizeof *words->nodes);
    words->terms = calloc(words->terms_cap, sizeof *words->terms);
    words->slots = calloc(words->n_slots, sizeof *words->slots);
    words->n_nodes = words->n_terms = 1;
    read_morae(words);
    return words->nodes != NULL && words->terms != NULL && words->slots != NULL
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "words");
}

/* Room that was kept for more is given back; where it cannot be, it stays as it is. */
static struct words *settle(struct words *words)
{
    struct node *nodes = realloc(words->nodes, words->n_nodes * sizeof *nodes);
    struct term *terms = realloc(words->terms, words->n_terms * sizeof *terms);

    if (nodes != NULL)
        words->nodes = nodes;
    if (terms != NULL)
        words->terms = terms;
    return words;
}

enum err words_create(const struct words_lists *lists, struct words **words_out,
                      struct fail *why)
{
    struct words *words = NULL;
    struct arena *arena = NULL;
    enum err rc = ERR_INVALID;

    *words_out = NULL;
    if (lists->n_own > WORDS_TERMS_MOST || lists->n_allowed > WORDS_TERMS_MOST)
        return fail_set(why, ERR_INVALID, "more than %d terms", WORDS_TERMS_MOST);
    rc = make(&words, why);
    if (rc == ERR_OK)
        rc = arena_create(16384, &arena, why);
    if (rc == ERR_OK)
        rc = add_base(words, arena, why);
    if (rc == ERR_OK)
        rc = add_own(words, lists, arena, why);
    arena_destroy(&arena);
    if (rc == ERR_OK)
        *words_out = settle(words);
    else
        words_unref(&words);
    return rc;
}

struct words *words_ref(struct words *words)
{
    atomic_fetch_add(&words->n_refs, 1);
    return words;
}

void words_unref(struct words **words)
{
    struct words *w = *words;

    *words = NULL;
    if (w == NULL || atomic_fetch_sub(&w->n_refs, 1) > 1)
        return;
    free(w->nodes);
    free(w->terms);
    free(w->slots);
    free(w);
}

enum err words_term_check(struct span term, struct arena *arena, enum words_term_rule *rule_out,
                          struct fail *why)
{
    struct letters letters;
    uint8_t flags = 0;
    size_t n = 0;
    struct span text = read_flags(term, &flags);
    enum err rc = read_letters(text, arena, &letters, why);

    if (rc == ERR_OK)
        rc = utf_n_graphemes(text, &n, why);
    if (rc != ERR_OK)
        return rc;
    *rule_out = n > WORDS_TERM_MOST            ? WORDS_TERM_LONG
                : letters.has_circle           ? WORDS_TERM_CIRCLE
                : letters.is_signs             ? WORDS_TERM_EMPTY
                : letters.n < WORDS_TERM_LEAST ? WORDS_TERM_SHORT
                : letters.is_number            ? WORDS_TERM_NUMBER
                                               : WORDS_TERM_FINE;
    return ERR_OK;
}

const char *words_term_rule_ja(enum words_term_rule rule)
{
    switch (rule) {
    case WORDS_TERM_FINE:
        return "";
    case WORDS_TERM_EMPTY:
        return "文字がありません（記号だけです）。";
    case WORDS_TERM_SHORT:
        return "1文字だけの言葉は登録できません。ふつうの会話の多くが隠れてしまいます。";
    case WORDS_TERM_LONG:
        return "40文字までにしてください。";
    case WORDS_TERM_CIRCLE:
        return "「○」「*」などの伏せ字は入れないでください。伏せ字は自動で見つけます。";
    case WORDS_TERM_NUMBER:
        return "数字だけの言葉は登録できません。";
    }
    return "";
}
