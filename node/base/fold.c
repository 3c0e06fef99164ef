/* Folding in stages over one list of points, each of which knows the graphemes it came from:
 * read, normalise by segments, fold point by point, replace homographs, write. */
#include <stdatomic.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "node/base/fold_table.h"
#include "node/base/utf.h"

#define FEW           64 /* units of a segment that fit on the stack: nearly all have one */
#define VOICED        0x3099
#define HALF_VOICED   0x309a
#define REPEAT        0x309d /* ゝ */
#define REPEAT_VOICED 0x309e
#define REPEAT_KANJI  0x3005 /* 々 */
#define LONG          0x30fc /* ー */
#define CIRCLE        0x25cb

struct point {
    UChar32 c;
    uint32_t first, end; /* graphemes of the original */
    bool is_katakana;
    bool is_run;   /* three or more letters in one */
    uint8_t flags; /* FOLD_KATAKANA ... */
};

struct points {
    struct arena *arena;
    struct point *at;
    size_t n, cap, first_cap;
    bool no_memory;
};

struct folding {
    struct points out;
    const UNormalizer2 *nfc;
    bool is_words, is_line;
    bool after_gap; /* a space or symbol was dropped behind the last point */
};

static void push(struct points *points, struct point point)
{
    if (points->n == points->cap) {
        size_t cap = points->cap == 0 ? points->first_cap : points->cap * 2;
        struct point *at = arena_alloc(points->arena, cap * sizeof *at);

        if (at == NULL) {
            points->no_memory = true;
            return;
        }
        if (points->at != NULL)
            memcpy(at, points->at, points->n * sizeof *at);
        points->at = at;
        points->cap = cap;
    }
    points->at[points->n++] = point;
}

static struct point *last(struct points *points)
{
    return points->n == 0 ? NULL : &points->at[points->n - 1];
}

/* ゛ and ゜ as the marks they are: NFKC would put a space before them, and は゛ fall apart. */
static void read_points(struct span text, const struct fold *fold, struct points *in)
{
    int32_t at = 0, len = (int32_t)text.len;
    uint32_t grapheme = 0;

    while (at < len && !in->no_memory) {
        UChar32 c;

        while (fold->grapheme_at[grapheme + 1] <= (uint32_t)at)
            grapheme++;
        U8_NEXT(text.p, at, len, c);
        c = c == 0x309b ? VOICED : c == 0x309c ? HALF_VOICED : c;
        push(in, (struct point){.c = c, .first = grapheme, .end = grapheme + 1});
    }
}

/* Characters that NFKC and case folding leave as they are when they stand alone. */
static bool is_inert(UChar32 c)
{
    return (c >= 0x3041 && c <= 0x3094) || (c >= 0x30a1 && c <= 0x30fc) ||
           (c >= 0x4e00 && c <= 0x9fff) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == ' ';
}

/* Letters and digits that are neither marks nor symbols, as most of a folded text is. */
static bool is_letter(UChar32 c)
{
    return (c >= 0x3041 && c <= 0x3094) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* One segment between two boundaries; all that comes out came from all that went in. */
static void segment(const UNormalizer2 *nfkc, const struct point *from, size_t n,
                    struct points *out, UErrorCode *status)
{
    UChar few[FEW], more[FEW], *units = few, *folded = more;
    int32_t n_units = 0, n_folded, at = 0;

    if (n * 2 > FEW)
        units = arena_alloc(out->arena, n * 2 * sizeof *units);
    if (units == NULL) {
        out->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        U16_APPEND_UNSAFE(units, n_units, from[i].c);
    n_folded = unorm2_normalize(nfkc, units, n_units, folded, FEW, status);
    if (*status == U_BUFFER_OVERFLOW_ERROR) {
        *status = U_ZERO_ERROR;
        folded = arena_alloc(out->arena, (size_t)n_folded * sizeof *folded);
        if (folded == NULL)
            out->no_memory = true;
        else
            n_folded = unorm2_normalize(nfkc, units, n_units, folded, n_folded, status);
    }
    while (U_SUCCESS(*status) && !out->no_memory && at < n_folded) {
        UChar32 c = folded[at];

        if (U16_IS_LEAD(folded[at])) /* its trail follows: ICU wrote it */
            c = U16_GET_SUPPLEMENTARY(folded[at], folded[at + 1]);
        at += U16_LENGTH(c);
        push(out, (struct point){.c = c, .first = from[0].first, .end = from[n - 1].end});
    }
}

static void normalize(const struct points *in, struct points *out, UErrorCode *status)
{
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(status);
    size_t from = 0;

    while (U_SUCCESS(*status) && !out->no_memory && from < in->n) {
        size_t to = from + 1;

        while (to < in->n && !unorm2_hasBoundaryBefore(nfkc, in->at[to].c))
            to++;
        if (to == from + 1 && is_inert(in->at[from].c))
            push(out, in->at[from]);
        else
            segment(nfkc, &in->at[from], to - from, out, status);
        from = to;
    }
}

/* Merges a point into the one before it. */
static void merge(struct folding *f, const struct point *point)
{
    struct point *before = last(&f->out);

    if (before != NULL && before->end < point->end)
        before->end = point->end;
}

/* A mark left over: ゛ after a dropped space still makes ば of は; any other is dropped. */
static void mark(struct folding *f, const struct point *point)
{
    struct point *before = last(&f->out);
    UChar32 both = before == NULL ? -1 : unorm2_composePair(f->nfc, before->c, point->c);

    if (both >= 0 && (point->c == VOICED || point->c == HALF_VOICED))
        before->c = both;
    merge(f, point);
}

/* The kana that ゝ or ゞ repeats: か゛ゝ is か, かゞ is が. -1 when there is none before it. */
static UChar32 repeated(struct folding *f, UChar32 sign)
{
    const struct point *before = last(&f->out);
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[4];
    UChar32 base, voiced;
    int32_t n;

    if (before == NULL || before->c < 0x3041 || before->c > 0x3094)
        return -1;
    n = unorm2_getRawDecomposition(f->nfc, before->c, parts, 4, &status);
    base = U_SUCCESS(status) && n == 2 ? parts[0] : before->c;
    voiced = sign == REPEAT_VOICED ? unorm2_composePair(f->nfc, base, VOICED) : -1;
    return voiced >= 0 ? voiced : base;
}

static bool is_dropped_type(UChar32 c)
{
    return (U_MASK(u_charType(c)) &
            (U_GC_Z_MASK | U_GC_P_MASK | U_GC_S_MASK | U_GC_CC_MASK | U_GC_CF_MASK)) != 0;
}

/* True when the point repeats what stands before it. "book" is a word, "boook" is not; no digit
 * of a number is a repeat. */
static bool is_repeat(struct folding *f, const struct point *point)
{
    struct point *before = last(&f->out);

    if (before == NULL || f->after_gap || before->c != point->c || u_isdigit(point->c))
        return false;
    if (point->c >= 0x3005 || point->c == CIRCLE || before->is_run)
        return true;
    if (f->out.n >= 2 && before[-1].c == point->c) {
        before[-1].end = before->end;
        before[-1].is_run = true;
        f->out.n--;
        return true;
    }
    return false;
}

/* ー, ~ and 々 only lengthen or repeat what stands before them. */
static bool is_lengthening(struct folding *f, UChar32 c)
{
    return c == LONG || c == '~' || (c == REPEAT_KANJI && last(&f->out) != NULL);
}

static void word_point(struct folding *f, struct point point)
{
    if (fold_is_circle(point.c))
        point.c = CIRCLE;
    if (point.c != CIRCLE && point.c != '~' && !is_letter(point.c) &&
        is_dropped_type(point.c)) {
        f->after_gap = true;
        return;
    }
    if (is_lengthening(f, point.c) || is_repeat(f, &point)) {
        merge(f, &point);
        return;
    }
    push(&f->out, point);
    f->after_gap = false;
}

/* What a folded point was, or is, for those who decide themselves what to pass over. */
static uint8_t flags_of(UChar32 written, UChar32 folded)
{
    uint8_t flags = fold_is_katakana(written) ? FOLD_KATAKANA : 0;
    uint32_t type;

    if (is_letter(folded))
        return flags |
               (fold_kana(written) != (flags != 0 ? written - 0x60 : written) ? FOLD_SMALL : 0);
    type = U_MASK(u_charType(folded));
    if ((type & U_GC_Z_MASK) != 0 || folded == '\n' || folded == '\t')
        flags |= FOLD_SPACE;
    else if ((type & (U_GC_P_MASK | U_GC_S_MASK | U_GC_CC_MASK | U_GC_CF_MASK)) != 0)
        flags |= FOLD_SIGN;
    return flags;
}

static void fold_point(struct folding *f, struct point point)
{
    UChar32 written = point.c;

    point.is_katakana = fold_is_katakana(point.c);
    point.c = fold_variant(fold_kana(point.c));
    if (!is_letter(point.c) &&
        (U_MASK(u_charType(point.c)) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0) {
        mark(f, &point);
        return;
    }
    if (point.c == REPEAT || point.c == REPEAT_VOICED) {
        UChar32 kana = repeated(f, point.c);

        point.c = kana >= 0 ? kana : point.c;
    }
    if (f->is_words) {
        word_point(f, point);
        return;
    }
    if (f->is_line) {
        point.c = fold_letter(point.c);
        point.flags = flags_of(written, point.c);
        push(&f->out, point);
        return;
    }
    if (point.c == LONG && last(&f->out) != NULL && fold_vowel(last(&f->out)->c) != 0)
        point.c = fold_vowel(last(&f->out)->c);
    push(&f->out, point);
}

/* The number of points that `row` takes at `i`, or 0. */
static size_t matches(const struct fold_homograph *row, const struct points *points, size_t i)
{
    size_t n = 0;

    for (; row->text[n] != 0; n++) {
        const struct point *p = &points->at[i + n];

        if (i + n >= points->n || p->c != fold_kana(row->text[n]) ||
            (fold_is_katakana(row->text[n]) && !p->is_katakana))
            return 0;
    }
    if (u_isdigit(row->text[0]) && i > 0 && u_isdigit(points->at[i - 1].c))
        return 0;
    if (row->next == NULL)
        return n;
    return i + n < points->n && points->at[i + n].c < 0x10000 &&
                   u_strchr(row->next, (UChar)points->at[i + n].c) != NULL
               ? n
               : 0;
}

/* What `row` says in place of the n points from `from`. */
static void replace(const struct fold_homograph *row, const struct point *from, size_t n,
                    struct points *out)
{
    size_t n_to = row->to == NULL ? n : (size_t)u_strlen(row->to);

    for (size_t i = 0; i < n_to; i++) {
        struct point point = from[i < n ? i : n - 1];

        if (row->to != NULL)
            point.c = row->to[i];
        if (i + 1 == n_to)
            point.end = from[n - 1].end;
        push(out, point);
    }
}

static void homographs(const struct points *in, struct points *out)
{
    size_t i = 0;

    while (i < in->n && !out->no_memory) {
        size_t n = 0;

        bool may = fold_may_begin(in->at[i].c);

        for (size_t r = 0; may && n == 0 && r < fold_n_homographs; r++) {
            n = matches(&fold_homographs[r], in, i);
            if (n > 0)
                replace(&fold_homographs[r], &in->at[i], n, out);
        }
        if (n == 0)
            push(out, in->at[i]);
        i += n == 0 ? 1 : n;
    }
}

static bool write_points(const struct points *points, struct arena *arena, struct fold *fold)
{
    uint8_t *bytes = arena_alloc(arena, points->n * 4 + 1);
    int32_t len = 0;

    fold->grapheme_of = arena_alloc(arena, (points->n + 1) * sizeof *fold->grapheme_of);
    fold->grapheme_end = arena_alloc(arena, (points->n + 1) * sizeof *fold->grapheme_end);
    fold->flags = arena_alloc(arena, points->n + 1);
    if (bytes == NULL || fold->grapheme_of == NULL || fold->grapheme_end == NULL ||
        fold->flags == NULL)
        return false;
    for (size_t i = 0; i < points->n; i++) {
        U8_APPEND_UNSAFE(bytes, len, (uint32_t)points->at[i].c);
        fold->grapheme_of[i] = points->at[i].first;
        fold->grapheme_end[i] = points->at[i].end;
        fold->flags[i] = points->at[i].flags;
    }
    fold->text = span_of(bytes, (size_t)len);
    fold->n_points = points->n;
    return true;
}

static enum err fold_points(struct span text, unsigned kind, struct arena *arena,
                            struct fold *fold, struct fail *why)
{
    /* Seldom more points than graphemes, so that the lists seldom grow. */
    size_t cap = fold->n_graphemes + 8;
    struct points in = {.arena = arena, .first_cap = cap}, normal = in, replaced = in;
    struct folding f = {
        .out = in, .is_words = (kind & FOLD_WORDS) != 0, .is_line = (kind & FOLD_LINE) != 0};
    UErrorCode status = U_ZERO_ERROR;

    f.nfc = unorm2_getNFCInstance(&status);
    read_points(text, fold, &in);
    if (U_SUCCESS(status))
        normalize(&in, &normal, &status);
    if (U_FAILURE(status))
        return fail_set(why, status == U_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INTERNAL,
                        "ICU: %s", u_errorName(status));
    for (size_t i = 0; i < normal.n; i++)
        fold_point(&f, normal.at[i]);
    if (f.is_words)
        homographs(&f.out, &replaced);
    if (in.no_memory || normal.no_memory || f.out.no_memory || replaced.no_memory ||
        !write_points(f.is_words ? &replaced : &f.out, arena, fold))
        return fail_set(why, ERR_NOMEM, "folding %zu bytes", text.len);
    return ERR_OK;
}

enum err utf_fold(struct span text, unsigned kind, struct arena *arena, struct fold *fold_out,
                  struct fail *why)
{
    struct fold fold = {.text = SPAN_NONE};
    enum err rc = utf_graphemes(text, arena, &fold.grapheme_at, &fold.n_graphemes, why);

    *fold_out = (struct fold){.text = SPAN_NONE};
    if (rc == ERR_OK)
        rc = fold_points(text, kind, arena, &fold, why);
    if (rc == ERR_OK)
        *fold_out = fold;
    return rc;
}

/* ---- how a text looks ---- */

/* Opened by whoever needs it first, and then only read, by any thread. */
static const USpoofChecker *checker(UErrorCode *status)
{
    static _Atomic(USpoofChecker *) shared;
    USpoofChecker *mine = atomic_load(&shared), *none = NULL;

    if (mine != NULL)
        return mine;
    mine = uspoof_open(status);
    if (U_SUCCESS(*status) && atomic_compare_exchange_strong(&shared, &none, mine))
        return mine;
    uspoof_close(mine);
    return none;
}

/* UTS 39's skeleton of it, in bytes of the arena. */
static enum err skeleton(struct span text, struct arena *arena, struct span *out,
                         struct fail *why)
{
    UErrorCode status = U_ZERO_ERROR;
    const USpoofChecker *spoof = checker(&status);
    int32_t cap = (int32_t)text.len * 2 + 16, n = 0;
    char *bytes = NULL;

    for (int i = 0; i < 2 && U_SUCCESS(status); i++) {
        bytes = arena_alloc(arena, (size_t)cap);
        if (bytes == NULL)
            return fail_set(why, ERR_NOMEM, "the look of %zu bytes", text.len);
        n = uspoof_getSkeletonUTF8(spoof, 0, (const char *)text.p, (int32_t)text.len, bytes,
                                   cap, &status);
        if (status != U_BUFFER_OVERFLOW_ERROR)
            break;
        status = U_ZERO_ERROR;
        cap = n + 1;
    }
    if (U_FAILURE(status))
        return fail_set(why, status == U_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INTERNAL,
                        "ICU: %s", u_errorName(status));
    *out = span_of(bytes, (size_t)n);
    return ERR_OK;
}

/* The skeleton's points through the table; of the marks only those of kana stay. */
static enum err draw(struct span text, struct arena *arena, struct span *out, struct fail *why)
{
    enum err rc = skeleton(text, arena, &text, why);
    uint8_t *bytes = rc == ERR_OK ? arena_alloc(arena, text.len * 3 + 1) : NULL;
    int32_t at = 0, len = (int32_t)text.len, n = 0;
    UChar32 before = 0;

    if (rc != ERR_OK)
        return rc;
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "the look of %zu bytes", text.len);
    while (at < len) {
        UChar32 c;

        U8_NEXT(text.p, at, len, c);
        if (c >= 0x300 && c <= 0x36f && (c != 0x30a || before < 0x3041))
            continue;
        c = fold_look(c);
        if (c <= 0)
            continue;
        U8_APPEND_UNSAFE(bytes, n, (uint32_t)c);
        before = c;
    }
    *out = span_of(bytes, (size_t)n);
    return ERR_OK;
}

enum err utf_look(struct span text, struct arena *arena, struct span *look_out,
                  struct fail *why)
{
    struct fold fold = {.text = SPAN_NONE};
    struct span look = SPAN_NONE;
    enum err rc = utf_is_valid(text) && text.len <= INT32_MAX / 8
                      ? draw(text, arena, &look, why)
                      : fail_set(why, ERR_PROTO, "no text of ours");

    *look_out = SPAN_NONE;
    if (rc == ERR_OK)
        rc = utf_fold(look, FOLD_SEARCH, arena, &fold, why);
    if (rc == ERR_OK) /* small letters have others that look alike: m and rn, not M */
        rc = draw(fold.text, arena, look_out, why);
    return rc;
}
