/* covers: node/base/utf.c node/base/utf_valid.c node/base/fold.c node/base/fold_table.c */
/* Any bytes as text. Cleaning is its own result; graphemes cover the text; a fold stays inside
 * the original and folding twice changes nothing more. */
#include "node/base/utf.h"

#include <stdlib.h>

static void must(bool ok)
{
    if (!ok)
        abort();
}

static size_t n_points(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

static void clean_check(struct span text, unsigned flags, struct arena *arena)
{
    struct span once, twice;
    size_t n;

    must(utf_clean(text, flags, arena, &once, NULL) == ERR_OK);
    must(utf_is_valid(once));
    must(utf_clean(once, flags, arena, &twice, NULL) == ERR_OK);
    must(span_eq(once, twice));
    must(utf_n_graphemes(once, &n, NULL) == ERR_OK && n <= n_points(once));
}

static void fold_check(struct span text, unsigned kind, struct arena *arena)
{
    struct fold fold;
    uint32_t *at;
    size_t n;

    must(utf_graphemes(text, arena, &at, &n, NULL) == ERR_OK);
    must(at[n] == text.len);
    for (size_t i = 0; i < n; i++)
        must(at[i] < at[i + 1]);
    must(utf_fold(text, kind, arena, &fold, NULL) == ERR_OK);
    must(utf_is_valid(fold.text) && n_points(fold.text) == fold.n_points);
    must(fold.n_graphemes == n);
    for (size_t i = 0; i < fold.n_points; i++) {
        must(fold.grapheme_of[i] < fold.grapheme_end[i] && fold.grapheme_end[i] <= n);
        must(i == 0 || fold.grapheme_of[i - 1] <= fold.grapheme_of[i]);
    }
}

/* Cleaned text hides nothing. */
static void eye_check(struct span text, struct arena *arena)
{
    struct span look, clean;
    uint32_t point = 0;

    must(utf_look(text, arena, &look, NULL) == ERR_OK && utf_is_valid(look));
    must(utf_clean(text, 0, arena, &clean, NULL) == ERR_OK);
    must(utf_odd(clean, &point) != UTF_HIDDEN || point == 0x200d); /* of an emoji */
    (void)utf_is_deceiving(text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    must(utf_open(NULL) == ERR_OK);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size), half = span_cut(text, 0, size / 2), clean;
    struct arena *arena = NULL;
    struct fold fold;
    uint32_t *at;
    size_t n;

    must(arena_create(4096, &arena, NULL) == ERR_OK);
    if (utf_is_valid(text)) {
        clean_check(text, 0, arena);
        clean_check(text, UTF_KEEP_LINES, arena);
        fold_check(text, FOLD_SEARCH, arena);
        fold_check(text, FOLD_WORDS, arena);
        fold_check(text, FOLD_LINE, arena);
        eye_check(text, arena);
        half.len = utf_valid_len(half);
        must((utf_collate_ja(text, half) > 0) == (utf_collate_ja(half, text) < 0));
    } else {
        must(utf_valid_len(text) < size);
        must(utf_clean(text, 0, arena, &clean, NULL) == ERR_PROTO);
        must(utf_n_graphemes(text, &n, NULL) == ERR_PROTO);
        must(utf_graphemes(text, arena, &at, &n, NULL) == ERR_PROTO);
        must(utf_fold(text, FOLD_WORDS, arena, &fold, NULL) == ERR_PROTO);
        must(utf_look(text, arena, &clean, NULL) == ERR_PROTO);
    }
    arena_destroy(&arena);
    return 0;
}
