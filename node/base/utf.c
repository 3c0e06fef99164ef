#include "node/base/utf.h"

#include <stdatomic.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#define SHORT_UNITS 512 /* UTF-16 units that fit on the stack: most texts people type */
#define N_BREAKERS  8   /* callers at one time; a node has fewer threads that read text */
#define MARKS_MOST  2   /* on one letter: more of them cover the lines of others */
#define NFC_GROWTH  3   /* at most, in UTF-16 (Unicode's normalisation FAQ) */

/* A text over 2 GiB cannot be said in ICU's int32_t; nothing from outside comes near. */
static enum err icu_fail(struct fail *why, UErrorCode status)
{
    enum err code = status == U_MEMORY_ALLOCATION_ERROR ? ERR_NOMEM : ERR_INTERNAL;

    return fail_set(why, code, "ICU: %s", u_errorName(status));
}

/* Characters that are one grapheme each, in NFC whatever stands beside them, and visible.
 * Almost all text people type here is made of these alone and never reaches ICU. */
static bool is_plain(UChar32 c)
{
    return (c >= 0x20 && c <= 0x7e) || (c >= 0xa0 && c < 0x300 && c != 0xad) ||
           (c >= 0x3000 && c <= 0x3029) || (c >= 0x3030 && c <= 0x3096) ||
           (c >= 0x309b && c <= 0x30ff) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xff01 && c <= 0xff9d);
}

/* Number of code points when all are plain, else -1. */
static int64_t n_plain(struct span text)
{
    int64_t n = 0;
    int32_t at = 0, len = (int32_t)text.len;

    while (at < len) {
        UChar32 c;

        U8_NEXT(text.p, at, len, c);
        if (!is_plain(c))
            return -1;
        n++;
    }
    return n;
}

static enum err check(struct span text, struct fail *why)
{
    size_t len = utf_valid_len(text);

    if (text.len > INT32_MAX / 4)
        return fail_set(why, ERR_TOO_LARGE, "a text of %zu bytes", text.len);
    return len == text.len ? ERR_OK : fail_set(why, ERR_PROTO, "not UTF-8 at byte %zu", len);
}

/* NFC for all but the CJK compatibility ideographs. Opened by whoever needs it first; a second
 * opener throws its own away. No lock, and a failure for lack of memory may be tried again. */
static const UNormalizer2 *nfc(UErrorCode *status)
{
    static const UChar pattern[] = u"[^\\uF900-\\uFAFF\\U0002F800-\\U0002FA1F]";
    static _Atomic(UNormalizer2 *) shared;
    UNormalizer2 *mine = atomic_load(&shared), *none = NULL;
    const UNormalizer2 *plain;
    USet *set;

    if (mine != NULL)
        return mine;
    plain = unorm2_getNFCInstance(status);
    set = uset_openPattern(pattern, -1, status);
    if (U_FAILURE(*status))
        return NULL;
    uset_freeze(set);
    mine = unorm2_openFiltered(plain, set, status); /* refers to set for ever */
    if (U_SUCCESS(*status) && atomic_compare_exchange_strong(&shared, &none, mine))
        return mine;
    unorm2_close(mine);
    uset_close(set);
    return none;
}

static bool is_break(UChar32 c)
{
    return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

static bool is_invisible(UChar32 c)
{
    return u_charType(c) == U_CONTROL_CHAR || is_break(c) ||
           u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
           u_hasBinaryProperty(c, UCHAR_NONCHARACTER_CODE_POINT) ||
           (c >= 0xfff9 && c <= 0xfffb);
}

static bool is_picture(UChar32 c)
{
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

/* What stood before decides whether an invisible character has a use. */
struct before {
    bool visible; /* a visible character, no selector behind it yet */
    bool picture; /* an emoji, its selector and skin tone included */
};

/* The character to keep, or 0. next is the one that follows in the input, or 0. */
static UChar32 filtered(UChar32 c, UChar32 next, unsigned flags, struct before *before)
{
    if ((flags & UTF_KEEP_LINES) != 0 && (is_break(c) || c == '\t')) {
        *before = (struct before){false, false};
        return c == '\t' ? c : c == '\r' && next == '\n' ? 0 : '\n';
    }
    if (u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR)) {
        bool keep = before->visible;

        before->visible = false;
        return keep ? c : 0;
    }
    if (c == 0x200d && before->picture && is_picture(next)) {
        *before = (struct before){false, false};
        return c;
    }
    if (is_invisible(c))
        return 0;
    before->visible = c != ' ' && c != 0x3000;
    before->picture = is_picture(c) || (before->picture && c >= 0x1f3fb && c <= 0x1f3ff);
    return c;
}

/* Filtered UTF-16. Filtering comes before NFC: taking a character out may bring a letter and
 * its mark together. A UTF-8 byte never makes more than one unit, so `units` holds text.len. */
static int32_t filter(struct span text, unsigned flags, UChar *units)
{
    struct before before = {false, false};
    int32_t at = 0, len = (int32_t)text.len, n = 0;

    while (at < len) {
        UChar32 c, next = 0;
        int32_t peek;

        U8_NEXT(text.p, at, len, c);
        peek = at;
        if (peek < len)
            U8_NEXT(text.p, peek, len, next);
        c = filtered(c, next, flags, &before);
        if (c != 0)
            U16_APPEND_UNSAFE(units, n, c);
    }
    return n;
}

static enum err to_utf8(const UChar *units, int32_t n, struct arena *arena,
                        struct span *clean_out, struct fail *why)
{
    UErrorCode status = U_ZERO_ERROR;
    int32_t len = 0;
    char *bytes = arena_alloc(arena, (size_t)n * 3 + 1);

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "a text of %d units", n);
    u_strToUTF8(bytes, n * 3 + 1, &len, units, n, &status);
    if (U_FAILURE(status))
        return icu_fail(why, status);
    *clean_out = span_of(bytes, (size_t)len);
    return ERR_OK;
}

/* ICU's functions do nothing once status says failure, so that one look at the end is enough.
 */
static enum err normalize(const UChar *units, int32_t n, struct arena *arena,
                          struct span *clean_out, struct fail *why)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *normalizer = nfc(&status);
    int32_t cap = n * NFC_GROWTH, n_to;
    UChar *to;

    n_to = unorm2_spanQuickCheckYes(normalizer, units, n, &status);
    if (U_SUCCESS(status) && n_to == n)
        return to_utf8(units, n, arena, clean_out, why);
    to = arena_alloc(arena, (size_t)cap * sizeof *to);
    if (to == NULL)
        return fail_set(why, ERR_NOMEM, "a text of %d units", n);
    n_to = unorm2_normalize(normalizer, units, n, to, cap, &status);
    if (U_FAILURE(status))
        return icu_fail(why, status);
    return to_utf8(to, n_to, arena, clean_out, why);
}

enum err utf_clean(struct span text, unsigned flags, struct arena *arena,
                   struct span *clean_out, struct fail *why)
{
    enum err rc = check(text, why);
    UChar few[SHORT_UNITS], *units = few;

    *clean_out = SPAN_NONE;
    if (rc != ERR_OK)
        return rc;
    if (n_plain(text) >= 0) {
        *clean_out = arena_copy(arena, text);
        return clean_out->p != NULL ? ERR_OK : fail_set(why, ERR_NOMEM, "text");
    }
    if (text.len > SHORT_UNITS)
        units = arena_alloc(arena, text.len * sizeof *units);
    if (units == NULL)
        return fail_set(why, ERR_NOMEM, "text");
    return normalize(units, filter(text, flags, units), arena, clean_out, why);
}

/* A break iterator has a position, so that one caller at a time may use it: each takes one that
 * lies here and puts it back. Only when all are in use at once is another opened, which ICU
 * does not survive without memory; utf_open fills the places beforehand. */
static _Atomic(UBreakIterator *) breakers[N_BREAKERS];

static UBreakIterator *breaker_take(UErrorCode *status)
{
    for (size_t i = 0; i < N_BREAKERS; i++) {
        UBreakIterator *b = atomic_exchange(&breakers[i], NULL);

        if (b != NULL)
            return b;
    }
    return ubrk_open(UBRK_CHARACTER, "", NULL, 0, status);
}

static void breaker_put(UBreakIterator *b)
{
    for (size_t i = 0; i < N_BREAKERS; i++) {
        UBreakIterator *none = NULL;

        if (b == NULL || atomic_compare_exchange_strong(&breakers[i], &none, b))
            return;
    }
    ubrk_close(b);
}

static enum err breakers_open(struct fail *why)
{
    UBreakIterator *taken[N_BREAKERS];
    UErrorCode status = U_ZERO_ERROR;

    for (size_t i = 0; i < N_BREAKERS; i++)
        taken[i] = breaker_take(&status);
    for (size_t i = 0; i < N_BREAKERS; i++)
        breaker_put(taken[i]);
    return U_SUCCESS(status) ? ERR_OK : icu_fail(why, status);
}

/* Counts, and writes the starts when at is given (room for text.len + 1). */
static enum err breaks(struct span text, uint32_t *at, size_t *n_out, struct fail *why)
{
    UErrorCode status = U_ZERO_ERROR;
    UText bytes = UTEXT_INITIALIZER;
    UBreakIterator *b = breaker_take(&status);
    size_t n = 0;

    utext_openUTF8(&bytes, (const char *)text.p, (int64_t)text.len, &status);
    ubrk_setUText(b, &bytes, &status);
    if (U_SUCCESS(status)) {
        int32_t start = ubrk_first(b);

        for (int32_t end = ubrk_next(b); end != UBRK_DONE; end = ubrk_next(b)) {
            if (at != NULL)
                at[n] = (uint32_t)start;
            n++;
            start = end;
        }
    }
    utext_close(&bytes);
    breaker_put(b);
    if (U_FAILURE(status))
        return icu_fail(why, status);
    *n_out = n;
    return ERR_OK;
}

enum err utf_n_graphemes(struct span text, size_t *n_out, struct fail *why)
{
    enum err rc = check(text, why);
    int64_t n;

    *n_out = 0;
    if (rc != ERR_OK)
        return rc;
    n = n_plain(text);
    if (n < 0)
        return breaks(text, NULL, n_out, why);
    *n_out = (size_t)n;
    return ERR_OK;
}

enum err utf_graphemes(struct span text, struct arena *arena, uint32_t **at_out, size_t *n_out,
                       struct fail *why)
{
    enum err rc = check(text, why);
    uint32_t *at = NULL;
    size_t n = 0;

    *at_out = NULL;
    *n_out = 0;
    if (rc != ERR_OK)
        return rc;
    at = arena_alloc(arena, (text.len + 1) * sizeof *at);
    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "graphemes of %zu bytes", text.len);
    if (n_plain(text) >= 0) {
        int32_t next = 0, len = (int32_t)text.len;

        while (next < len) {
            at[n++] = (uint32_t)next;
            U8_FWD_1(text.p, next, len);
        }
    } else {
        rc = breaks(text, at, &n, why);
        if (rc != ERR_OK)
            return rc;
    }
    at[n] = (uint32_t)text.len;
    *at_out = at;
    *n_out = n;
    return ERR_OK;
}

static const UCollator *collator(void)
{
    static _Atomic(UCollator *) shared;
    UCollator *mine = atomic_load(&shared), *none = NULL;
    UErrorCode status = U_ZERO_ERROR;

    if (mine != NULL)
        return mine;
    mine = ucol_open("ja", &status);
    if (U_SUCCESS(status) && atomic_compare_exchange_strong(&shared, &none, mine))
        return mine;
    ucol_close(mine);
    return none;
}

int utf_collate_ja(struct span a, struct span b)
{
    const UCollator *ja = collator();
    UErrorCode status = U_ZERO_ERROR;
    UCollationResult order;
    size_t len = a.len < b.len ? a.len : b.len;
    int bytes;

    if (ja != NULL) {
        order = ucol_strcollUTF8(ja, (const char *)a.p, (int32_t)a.len, (const char *)b.p,
                                 (int32_t)b.len, &status);
        if (U_SUCCESS(status))
            return (int)order;
    }
    bytes = len == 0 ? 0 : memcmp(a.p, b.p, len);
    return bytes != 0 ? bytes : a.len < b.len ? -1 : a.len > b.len;
}

/* Every table that the calls of this file and of fold.c load when they are first used. */
enum err utf_open(struct fail *why)
{
    const struct span mixed = SPAN("か\xe3\x82\x99👨ﾊﾞ㌔ﷺ\xf0\xa0\xae\xb7\xe2\x80\x8b");
    struct arena *arena = NULL;
    struct span clean;
    struct fold fold;
    enum err rc = arena_create(4096, &arena, why);

    if (rc == ERR_OK)
        rc = utf_clean(mixed, 0, arena, &clean, why);
    if (rc == ERR_OK)
        rc = utf_fold(mixed, FOLD_WORDS, arena, &fold, why);
    if (rc == ERR_OK)
        rc = utf_look(mixed, arena, &clean, why);
    if (rc == ERR_OK)
        rc = breakers_open(why);
    if (rc == ERR_OK && collator() == NULL)
        rc = fail_set(why, ERR_NOMEM, "collation");
    arena_destroy(&arena);
    return rc;
}

enum utf_oddity utf_odd(struct span text, uint32_t *point_out)
{
    int32_t at = 0, len = (int32_t)text.len;
    int n_marks = 0;

    while (at < len) {
        UChar32 c;
        bool is_selector, is_mark;

        U8_NEXT(text.p, at, len, c);
        is_selector = c >= 0 && u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR);
        is_mark = c >= 0 && (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 && !is_selector;
        n_marks = is_mark ? n_marks + 1 : 0;
        *point_out = c < 0 ? 0xfffd : (uint32_t)c;
        if (c < 0 || (is_invisible(c) && !is_selector))
            return UTF_HIDDEN;
        if (n_marks > MARKS_MOST)
            return UTF_MARKS;
    }
    return UTF_FINE;
}

bool utf_is_deceiving(struct span text)
{
    int32_t at = 0, len = (int32_t)text.len;
    bool has_latin = false, has_alike = false;
    int n_marks = 0;

    while (at < len) {
        UErrorCode status = U_ZERO_ERROR;
        UScriptCode script;
        UChar32 c;

        U8_NEXT(text.p, at, len, c);
        if (c < 0 || c == 0x2800)
            return true;
        n_marks = (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0 && c < 0xfe00 ? n_marks + 1 : 0;
        script = uscript_getScript(c, &status);
        has_latin = has_latin || script == USCRIPT_LATIN;
        has_alike = has_alike || script == USCRIPT_CYRILLIC || script == USCRIPT_GREEK ||
                    script == USCRIPT_ARMENIAN || script == USCRIPT_CHEROKEE ||
                    script == USCRIPT_COPTIC || script == USCRIPT_LISU;
        if (n_marks > MARKS_MOST || (has_latin && has_alike))
            return true;
    }
    return false;
}
