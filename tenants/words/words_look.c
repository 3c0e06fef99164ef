/* The one call: a line, what lies in it, what is allowed, what meets what; then in bytes of the
 * text, and the text with ＊. */
#include "tenants/words/words_sense.h"

struct look {
    struct line line;
    struct findings found;
    struct hits {
        struct words_hit at[WORDS_HITS_MOST];
        size_t n;
    } hits;
    struct words_verdict verdict;
    enum reading {
        READ_PLAINLY,
        READ_CLOSE, /* what stands alone put together; taken is what was parted */
        READ_BACK   /* from behind */
    } reading;
    uint8_t *covered;   /* of each grapheme: WORDS_BIT of kinds */
    struct sense sense; /* without the model: sure of nothing */
};

/* How much the model must doubt that a sentence is ordinary talk before it is taken without a
 * word of any list, and how much of that doubt must be of a kind for the kind to be named: a
 * line that asks a child for pictures for money is one of two kinds, and neither is sure.
 * Chosen by tests/words/cross, which has the same figures. */
#define DOUBT_ENOUGH 0.96
#define DOUBT_NEED   0.95 /* of a sentence most of which speaks of need: a miss weighs more */
#define DOUBT_CLOSE  0.80 /* of a sentence somebody took apart */
static const double share_enough[WORDS_KINDS_N] = {
    [WORDS_NG] = 0.10, [WORDS_CRISIS] = 0.20, [WORDS_CONTACT] = 0.10};
/* How sure it must be of ordinary talk, and how much must stand around what was found, before
 * that speaks against a word of the base list ("ばかでかい虫がいた", "電話番号は言わない約束").
 * Nothing speaks against words of need, the municipality's own words, and a contact detail
 * itself: a number, an address, an account. */
static const double plain_enough[WORDS_KINDS_N] = {
    [WORDS_NG] = 0.60, [WORDS_CRISIS] = 2.0, [WORDS_CONTACT] = 0.80};
#define DISGUISED_PLAIN 0.97 /* as sure of a word that somebody took the trouble to hide */
#define AROUND_LEAST    4    /* letters */

static const struct {
    enum words_kind kind;
    const char *name, *ja;
} categories[WORDS_CATEGORIES_N] = {
    [WORDS_VIOLENCE] = {WORDS_NG, "violence", "暴力・脅し"},
    [WORDS_INSULT] = {WORDS_NG, "insult", "悪口"},
    [WORDS_DIRTY] = {WORDS_NG, "dirty", "きたない言葉"},
    [WORDS_SEXUAL] = {WORDS_NG, "sexual", "性的な言葉"},
    [WORDS_DISCRIMINATION] = {WORDS_NG, "discrimination", "差別"},
    [WORDS_EXCLUSION] = {WORDS_NG, "exclusion", "仲間はずれ"},
    [WORDS_DRUGS] = {WORDS_NG, "drugs", "薬物・酒・たばこ"},
    [WORDS_SOLICITATION] = {WORDS_NG, "solicitation", "誘い・金もうけ"},
    [WORDS_OWN] = {WORDS_NG, "own", "この自治体の言葉"},
    [WORDS_SUICIDE] = {WORDS_CRISIS, "suicide", "死にたい気持ち"},
    [WORDS_SELF_HARM] = {WORDS_CRISIS, "self_harm", "自分を傷つける"},
    [WORDS_ABUSE] = {WORDS_CRISIS, "abuse", "虐待の疑い"},
    [WORDS_RUNNING_AWAY] = {WORDS_CRISIS, "running_away", "家出"},
    [WORDS_PHONE] = {WORDS_CONTACT, "phone", "電話番号"},
    [WORDS_MAIL] = {WORDS_CONTACT, "mail", "メール"},
    [WORDS_URL] = {WORDS_CONTACT, "url", "URL"},
    [WORDS_SNS] = {WORDS_CONTACT, "sns", "SNS・フレンドコード"},
    [WORDS_MEET] = {WORDS_CONTACT, "meet", "外で会う約束"},
    [WORDS_ADDRESS] = {WORDS_CONTACT, "address", "住所・学校・本名・写真"},
};

enum words_kind words_kind_of(enum words_category category)
{
    return categories[category].kind;
}

const char *words_category_name(enum words_category category)
{
    return categories[category].name;
}

const char *words_category_ja(enum words_category category)
{
    return categories[category].ja;
}

enum words_category words_contact(const struct words_verdict *verdict)
{
    for (int i = WORDS_PHONE; i < WORDS_CATEGORIES_N; i++)
        if ((verdict->categories & 1u << i) != 0)
            return (enum words_category)i;
    return WORDS_CATEGORIES_N;
}

static bool is_spoken_against(const struct look *look, enum words_category category,
                              bool is_disguised, uint32_t from, uint32_t to)
{
    double enough = plain_enough[words_kind_of(category)];
    size_t n = 0;

    if (is_disguised && enough < DISGUISED_PLAIN)
        enough = DISGUISED_PLAIN;
    if (look->reading == READ_BACK || look->sense.plain < enough)
        return false;
    for (uint32_t i = 0; i < look->line.n; i++)
        n += look->line.cells[i].class <= CELL_DIGIT && (i < from || i >= to);
    return n >= AROUND_LEAST;
}

/* Put together again from what was parted. */
static bool is_joined(const struct look *look, uint32_t from, uint32_t to)
{
    for (uint32_t i = from + 1; i < to; i++)
        if (look->line.cells[i].is_joined)
            return true;
    return false;
}

static void add_hit(struct look *look, enum words_category category, bool is_own, uint32_t from,
                    uint32_t to)
{
    const struct line *line = &look->line;
    uint32_t head = look->reading == READ_BACK ? to - 1 : from,
             tail = look->reading == READ_BACK ? from : to - 1, first = line->cells[head].first,
             end = line->cells[tail].end;
    struct words_hit hit = {line->grapheme_at[first], line->grapheme_at[end], category, is_own};

    if (look->reading == READ_CLOSE && !is_joined(look, from, to))
        return;
    look->verdict.categories |= 1u << category;
    look->verdict.kinds |= WORDS_BIT(words_kind_of(category));
    for (uint32_t g = first; g < end; g++)
        look->covered[g] |= (uint8_t)WORDS_BIT(words_kind_of(category));
    for (size_t i = 0; i < look->hits.n; i++)
        if (look->hits.at[i].category == category && look->hits.at[i].from <= hit.from &&
            look->hits.at[i].to >= hit.to)
            return;
    if (look->hits.n < WORDS_HITS_MOST)
        look->hits.at[look->hits.n++] = hit;
}

/* Whether an allowed word covers it, or the beginning of it lies within one. The municipality's
 * own list is stronger than what the base list allows. */
static bool is_allowed(const struct findings *found, const struct found *f)
{
    for (size_t i = 0; i < found->n; i++) {
        const struct found *a = &found->at[i];

        if ((a->term->flags & TERM_ALLOWED) != 0 && a->from <= f->from &&
            (a->to >= f->to || (a->from < f->from && a->to > f->from)) &&
            ((f->term->flags & TERM_OWN) == 0 || (a->term->flags & TERM_OWN) != 0))
            return true;
    }
    return false;
}

/* "Rise and shine": a line of another language is not Japanese in Latin letters. */
static bool is_romaji_word(const struct line *line, size_t from, size_t to)
{
    bool after_consonant = false;

    for (size_t i = from; i < to; i++) {
        uint32_t c = line->cells[i].c;
        bool is_vowel = c == 'a' || c == 'i' || c == 'u' || c == 'e' || c == 'o';

        if (strchr("lqvxc", (int)c) != NULL &&
            !(c == 'c' && i + 1 < to && line->cells[i + 1].c == 'h'))
            return false;
        if (is_vowel)
            after_consonant = false;
        else if (after_consonant && c != 'h' && c != 'y' && c != 's' &&
                 c != line->cells[i - 1].c && line->cells[i - 1].c != 'n')
            return false;
        else
            after_consonant = c != 'n';
    }
    return !after_consonant;
}

static bool is_foreign(const struct line *line, const struct found *found)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->cells[i].class <= CELL_KANJI)
            return false;
    for (size_t i = 0; i < line->n; i++) {
        size_t from = i;

        while (i < line->n && line->cells[i].class == CELL_LATIN)
            i++;
        if (i - from >= 3 && (i <= found->from || from >= found->to) &&
            line->cells[from].c != 'w' && !is_romaji_word(line, from, i))
            return true;
    }
    return false;
}

static uint64_t concepts_of(const struct findings *found)
{
    uint64_t all = 0;

    for (size_t i = 0; i < found->n; i++)
    all |= UINT64_C(1) << found->at[i].term->concept;
    return all;
}

static void take_terms(struct look *look, uint64_t concepts)
{
    bool is_story = (concepts & UINT64_C(1) << CONCEPT_STORY) != 0;

    for (size_t i = 0; i < look->found.n; i++) {
        const struct found *f = &look->found.at[i];

        if (f->term->concept != CONCEPT_NONE || (f->term->flags & TERM_ALLOWED) != 0 ||
            ((f->term->flags & TERM_SOFT) != 0 && is_story) || is_allowed(&look->found, f) ||
            ((f->term->flags & TERM_ROMAJI) != 0 && is_foreign(&look->line, f)) ||
            ((f->term->flags & TERM_OWN) == 0 &&
             is_spoken_against(look, (enum words_category)f->term->category,
                               f->is_disguised || is_joined(look, f->from, f->to), f->from,
                               f->to)))
            continue;
        add_hit(look, (enum words_category)f->term->category, (f->term->flags & TERM_OWN) != 0,
                f->from, f->to);
    }
}

/* Between two things; what parts letters does not make them further away. */
static unsigned n_letters(const struct look *look, uint32_t from, uint32_t to)
{
    unsigned n = 0;

    for (uint32_t i = from; i < to && n < 256; i++)
        n += !words_is_gap(look->line.cells[i].class);
    return n;
}

/* The next thing said of a combination, near what was found of it so far. */
static bool meets(struct look *look, const struct words_combo *combo, int part, uint32_t from,
                  uint32_t to)
{
    if (part == 3 || combo->of[part] == CONCEPT_NONE) {
        if (!is_spoken_against(look, combo->category, is_joined(look, from, to), from, to))
            add_hit(look, combo->category, false, from, to);
        return true;
    }
    for (size_t i = 0; i < look->found.n; i++) {
        const struct found *f = &look->found.at[i];
        bool is_behind =
                 part == 0 || (f->from >= to && n_letters(look, to, f->from) <= combo->gap),
             is_before = part > 0 && !combo->is_ordered && f->to <= from &&
                         n_letters(look, f->to, from) <= combo->gap;

        if (f->term->concept != combo->of[part] || !(is_behind || is_before) ||
            is_allowed(&look->found, f))
            continue;
        if (meets(look, combo, part + 1, part == 0 || f->from < from ? f->from : from,
                  part == 0 || f->to > to ? f->to : to))
            return true;
    }
    return false;
}

static void take_combos(struct look *look, uint64_t concepts)
{
    bool is_story = (concepts & UINT64_C(1) << CONCEPT_STORY) != 0;

    for (size_t i = 0; i < words_n_combos; i++) {
        const struct words_combo *combo = &words_combos[i];
        uint64_t wants = 0;

        for (int k = 0; k < 3; k++)
            if (combo->of[k] != CONCEPT_NONE)
                wants |= UINT64_C(1) << combo->of[k];
        if ((concepts & wants) == wants &&
            !(is_story && words_kind_of(combo->category) != WORDS_CONTACT))
            (void)meets(look, combo, 0, 0, 0);
    }
}

bool words_may_combine(uint64_t now, uint64_t before)
{
    for (size_t i = 0; i < words_n_combos; i++) {
        uint64_t wants = 0;

        for (int k = 0; k < 3; k++)
            if (words_combos[i].of[k] != CONCEPT_NONE)
                wants |= UINT64_C(1) << words_combos[i].of[k];
        if ((wants & now) != 0 && (wants & before) != 0 && (wants & ~(now | before)) == 0)
            return true;
    }
    return false;
}

enum err words_mask(struct span text, const struct words_verdict *verdict, unsigned kinds,
                    struct arena *arena, struct span *masked_out, struct fail *why)
{
    const struct span star = SPAN("＊");
    uint32_t *at = NULL;
    size_t n = 0, len = 0;
    uint8_t *out;
    enum err rc = utf_graphemes(text, arena, &at, &n, why);

    *masked_out = SPAN_NONE;
    if (rc != ERR_OK)
        return rc;
    out = arena_alloc(arena, text.len * 3 + 1);
    if (out == NULL)
        return fail_set(why, ERR_NOMEM, "a masked text");
    for (size_t g = 0; g < n; g++) {
        struct span one = span_cut(text, at[g], at[g + 1] - at[g]);

        for (size_t h = 0; h < verdict->n_hits; h++)
            if ((kinds & WORDS_BIT(words_kind_of(verdict->hits[h].category))) != 0 &&
                at[g] >= verdict->hits[h].from && at[g] < verdict->hits[h].to)
                one = star;
        memcpy(out + len, one.p, one.len);
        len += one.len;
    }
    *masked_out = span_of(out, len);
    return ERR_OK;
}

static bool mask_covered(struct look *look, struct span text, struct arena *arena)
{
    const struct span star = SPAN("＊");
    const struct line *line = &look->line;
    uint8_t *out = arena_alloc(arena, line->n_graphemes * 3 + text.len + 1);
    size_t len = 0;

    if (out == NULL)
        return false;
    for (size_t g = 0; g < line->n_graphemes; g++) {
        struct span one = span_cut(text, line->grapheme_at[g],
                                   line->grapheme_at[g + 1] - line->grapheme_at[g]);

        if ((look->covered[g] & (WORDS_BIT(WORDS_NG) | WORDS_BIT(WORDS_CRISIS))) != 0)
            one = star;
        memcpy(out + len, one.p, one.len);
        len += one.len;
    }
    look->verdict.masked = span_of(out, len);
    return true;
}

static void by_place(struct hits *hits)
{
    for (size_t i = 1; i < hits->n; i++)
        for (size_t k = i; k > 0 && hits->at[k].from < hits->at[k - 1].from; k--) {
            struct words_hit hit = hits->at[k];

            hits->at[k] = hits->at[k - 1];
            hits->at[k - 1] = hit;
        }
}

/* A sentence is taken whole. What the municipality allowed is not judged. */
static void take_sense(struct look *look)
{
    const unsigned own_allowed = TERM_ALLOWED | TERM_OWN;
    const double enough = look->reading == READ_CLOSE             ? DOUBT_CLOSE
                          : look->sense.sure[WORDS_CRISIS] >= 0.5 ? DOUBT_NEED
                                                                  : DOUBT_ENOUGH;

    if (1 - look->sense.plain < enough)
        return;
    for (size_t i = 0; i < look->found.n; i++)
        if ((look->found.at[i].term->flags & own_allowed) == own_allowed)
            return;
    for (int kind = 0; kind < WORDS_KINDS_N; kind++)
        if (look->sense.sure[kind] >= share_enough[kind] &&
            !words_has(&look->verdict, (enum words_kind)kind))
            add_hit(look, look->sense.category[kind], false, 0, (uint32_t)look->line.n);
}

/* A line read in one way. */
static enum err look_once(const struct words *words, bool has_sense, struct arena *arena,
                          struct look *look, struct fail *why)
{
    struct detail details[DETAILS_MOST];
    enum err rc = has_sense ? words_sense(&look->line, arena, &look->sense, why) : ERR_OK;
    uint64_t concepts;
    size_t n;

    if (rc != ERR_OK)
        return rc;
    words_walk(words, &look->line, &look->found);
    concepts = concepts_of(&look->found);
    take_terms(look, concepts);
    take_combos(look, concepts);
    n = words_details(&look->line, details);
    for (size_t i = 0; i < n; i++)
        add_hit(look, details[i].category, false, details[i].from, details[i].to);
    if (has_sense)
        take_sense(look);
    return ERR_OK;
}

/* The same line read in another way; what is found joins what was. */
static enum err look_again(const struct words *words, bool has_sense, enum reading reading,
                           struct arena *arena, struct look *look, struct fail *why)
{
    struct look *other = arena_alloc(arena, sizeof *other);
    enum err rc;

    if (other == NULL)
        return fail_set(why, ERR_NOMEM, "a look");
    other->reading = reading;
    other->covered = look->covered;
    other->hits = look->hits;
    other->verdict = look->verdict;
    other->sense = (struct sense){.plain = 0};
    rc = (reading == READ_CLOSE ? words_line_close : words_line_back)(&look->line, arena,
                                                                      &other->line, why);
    if (rc == ERR_OK && other->line.n > 0)
        rc = look_once(words, has_sense, arena, other, why);
    look->hits = other->hits;
    look->verdict = other->verdict;
    return rc;
}

static enum err look_at(const struct words *words, struct span text, bool has_sense,
                        bool is_one, struct arena *arena, struct look *look, struct fail *why)
{
    enum err rc = words_line(text, arena, &look->line, why);

    if (rc != ERR_OK)
        return rc;
    look->covered = arena_alloc(arena, look->line.n_graphemes + 1);
    if (look->covered == NULL)
        return fail_set(why, ERR_NOMEM, "a line");
    look->reading = READ_PLAINLY;
    look->sense = (struct sense){.plain = 0};
    rc = look_once(words, has_sense, arena, look, why);
    if (rc == ERR_OK && is_one)
        rc = look_again(words, has_sense, READ_CLOSE, arena, look, why);
    if (rc == ERR_OK && is_one &&
        (concepts_of(&look->found) & UINT64_C(1) << CONCEPT_BACK) != 0)
        rc = look_again(words, false, READ_BACK, arena, look, why);
    return rc;
}

static enum err look_over(const struct words *words, struct span text, bool has_sense,
                          bool is_one, struct arena *arena, struct words_verdict *verdict_out,
                          struct words_seen *seen_out, struct fail *why)
{
    struct look *look;
    enum err rc;

    *verdict_out = (struct words_verdict){.masked = SPAN_NONE};
    if (text.len > WORDS_TEXT_BYTES)
        return fail_set(why, ERR_TOO_LARGE, "a text of %zu bytes", text.len);
    look = arena_alloc(arena, sizeof *look);
    if (look == NULL)
        return fail_set(why, ERR_NOMEM, "a look");
    rc = look_at(words, text, has_sense, is_one, arena, look, why);
    if (rc != ERR_OK)
        return rc;
    look->verdict.masked = text;
    if (look->verdict.kinds != 0 && !mask_covered(look, text, arena))
        return fail_set(why, ERR_NOMEM, "a masked text");
    by_place(&look->hits);
    look->verdict.hits = look->hits.at;
    look->verdict.n_hits = look->hits.n;
    *verdict_out = look->verdict;
    *seen_out = (struct words_seen){&look->line, &look->found, concepts_of(&look->found)};
    return ERR_OK;
}

enum err words_look_lists(const struct words *words, struct span text, bool has_sense,
                          bool is_one, struct arena *arena, struct words_verdict *verdict_out,
                          struct fail *why)
{
    struct words_seen seen;

    return look_over(words, text, has_sense, is_one, arena, verdict_out, &seen, why);
}

/* One list for all surfaces; sentences are judged where people talk. */
enum err words_look_seen(const struct words *words, enum words_surface surface,
                         struct span text, struct arena *arena,
                         struct words_verdict *verdict_out, struct words_seen *seen_out,
                         struct fail *why)
{
    bool has_sense = surface == WORDS_SURFACE_CHAT || surface == WORDS_SURFACE_NOTE;

    return look_over(words, text, has_sense, true, arena, verdict_out, seen_out, why);
}

enum err words_look(const struct words *words, enum words_surface surface, struct span text,
                    struct arena *arena, struct words_verdict *verdict_out, struct fail *why)
{
    struct words_seen seen;

    return words_look_seen(words, surface, text, arena, verdict_out, &seen, why);
}
