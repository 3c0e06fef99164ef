#include "node/base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "tests/t.h"

static struct arena *arena_of(size_t chunk_bytes)
{
    struct arena *a = NULL;

    T_EQ(arena_create(chunk_bytes, &a, NULL), ERR_OK, "arena");
    return a;
}

T_CASE(arena_gives_zeroed_aligned_memory)
{
    struct arena *a = arena_of(256);

    for (size_t len = 0; len < 600; len += 7) {
        uint8_t *p = arena_alloc(a, len);
        bool is_zero = true;

        T_OK(p != NULL, "memory, also none of it");
        if (p == NULL)
            break;
        T_EQ((uintptr_t)p % alignof(max_align_t), 0, "aligned for any type");
        for (size_t i = 0; i < len; i++)
            is_zero = is_zero && p[i] == 0;
        T_OK(is_zero, "zeroed");
        memset(p, 0xaa, len);
    }
    arena_destroy(&a);
}

T_CASE(arena_pieces_do_not_overlap)
{
    enum { N = 500 };
    struct arena *a = arena_of(128);
    uint8_t *at[N];
    bool whole = true;

    for (size_t i = 0; i < N; i++) {
        at[i] = arena_alloc(a, 1 + i % 300); /* some larger than a chunk: blocks of their own */
        memset(at[i], (int)(i & 0xff), 1 + i % 300);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < 1 + i % 300; j++)
            whole = whole && at[i][j] == (uint8_t)i;
    T_OK(whole, "each keeps its bytes");
    arena_destroy(&a);
}

T_CASE(arena_reset_zeroes_again_and_keeps_one_block)
{
    struct arena *a = arena_of(256);
    uint8_t *first = arena_alloc(a, 100), *again;

    memset(first, 0xff, 100);
    for (int i = 0; i < 50; i++)
        T_OK(arena_alloc(a, 200) != NULL, "grows");
    T_EQ(arena_used_bytes(a), 100 + 50 * 200, "counts what was handed out");
    arena_reset(a);
    T_EQ(arena_used_bytes(a), 0, "counts from the reset");
    again = arena_alloc(a, 100);
    T_OK(again == first, "the first block stays");
    T_EQ(again[0] | again[99], 0, "zeroed again");
    arena_destroy(&a);
}

T_CASE(arena_with_a_secret_is_wiped_by_its_reset)
{
    struct arena *a = arena_of(256);
    const uint8_t *first = arena_copy(a, SPAN("password-1")).p, *later; /* their block stays */
    bool is_zero = true;

    arena_reset(a);
    T_EQ(memcmp(first, "password-1", 10), 0, "an ordinary one is left as it is");
    T_OK(arena_copy(a, SPAN("password-2")).p == first, "the same place");
    arena_mark_secret(a);
    later = arena_copy(a, SPAN("one-time code")).p;
    T_OK(later > first && later < first + 100, "after the mark, in the same block");
    T_OK(arena_alloc(a, 1000) != NULL, "a block of its own");
    arena_reset(a);
    for (size_t i = 0; i < sizeof "password-2"; i++)
        is_zero = is_zero && first[i] == 0;
    for (size_t i = 0; i < sizeof "one-time code"; i++)
        is_zero = is_zero && later[i] == 0;
    T_OK(is_zero, "nothing is left, neither of before the mark nor of after it");
    T_OK(arena_copy(a, SPAN("plain")).p == first, "again");
    arena_reset(a);
    T_EQ(memcmp(first, "plain", 5), 0, "the mark ended with the reset");
    arena_destroy(&a);
}

T_CASE(arena_destroy_takes_null_and_leaves_null)
{
    struct arena *a = arena_of(16);

    arena_destroy(&a);
    T_OK(a == NULL, "leaves NULL");
    arena_destroy(&a);
}

T_CASE(arena_copies_have_a_nul_behind_them)
{
    struct arena *a = arena_of(64);
    struct span copy = arena_copy(a, SPAN("ab\0c"));

    T_SPAN(copy, SPAN("ab\0c"), "bytes");
    T_EQ(copy.p[4], 0, "a NUL that len does not count");
    copy = arena_copy(a, SPAN_NONE);
    T_OK(copy.p != NULL && copy.len == 0 && copy.p[0] == 0, "a copy of nothing");
    T_TEXT(arena_text(a, SPAN("xyz")), "xyz", "as text");
    T_TEXT(arena_printf(a, "%s-%05d", "n", 42), "n-00042", "printf");
    T_TEXT(arena_printf(a, "%300d", 1) + 299, "1", "longer than a chunk");
    arena_destroy(&a);
}

T_CASE(arena_without_memory_says_null)
{
    struct arena *a = arena_of(64);
    struct arena *none = NULL;
    struct fail why = {0};

    T_OK(arena_alloc(a, SIZE_MAX) == NULL, "all of memory");
    T_OK(arena_copy(a, span_of("x", SIZE_MAX)).p == NULL, "a copy that would wrap");
    T_OK(arena_alloc(a, 8) != NULL, "it still works");
    arena_destroy(&a);
    T_EQ(arena_create(SIZE_MAX, &none, &why), ERR_NOMEM, "a chunk of all memory");
    T_OK(none == NULL && why.code == ERR_NOMEM, "no result");
}
