#include "node/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
    struct block *next;
    size_t cap, used;
    alignas(max_align_t) uint8_t bytes[];
};

struct arena {
    struct block *first, *last; /* first is kept over a reset */
    size_t chunk_bytes, used_bytes;
    bool is_secret; /* what is given back is wiped */
};

static struct block *block_create(size_t cap)
{
    struct block *b;

    if (cap > SIZE_MAX - sizeof *b)
        return NULL;
    b = malloc(sizeof *b + cap);
    if (b == NULL)
        return NULL;
    b->next = NULL;
    b->cap = cap;
    b->used = 0;
    return b;
}

enum err arena_create(size_t chunk_bytes, struct arena **arena_out, struct fail *why)
{
    struct arena *arena = malloc(sizeof *arena);

    *arena_out = NULL;
    if (arena == NULL)
        return fail_set(why, ERR_NOMEM, "arena");
    arena->chunk_bytes = chunk_bytes;
    arena->used_bytes = 0;
    arena->is_secret = false;
    arena->first = arena->last = block_create(chunk_bytes);
    if (arena->first == NULL) {
        free(arena);
        return fail_set(why, ERR_NOMEM, "arena of %zu bytes", chunk_bytes);
    }
    *arena_out = arena;
    return ERR_OK;
}

static void blocks_free(struct block *b)
{
    while (b != NULL) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

static void wipe_when_secret(struct arena *arena)
{
    for (struct block *b = arena->is_secret ? arena->first : NULL; b != NULL; b = b->next)
        explicit_bzero(b->bytes, b->used);
    arena->is_secret = false;
}

void arena_destroy(struct arena **arena)
{
    if (*arena == NULL)
        return;
    wipe_when_secret(*arena);
    blocks_free((*arena)->first);
    free(*arena);
    *arena = NULL;
}

void arena_mark_secret(struct arena *arena)
{
    arena->is_secret = true;
}

void arena_reset(struct arena *arena)
{
    wipe_when_secret(arena);
    blocks_free(arena->first->next);
    arena->first->next = NULL;
    arena->first->used = 0;
    arena->last = arena->first;
    arena->used_bytes = 0;
}

void *arena_alloc(struct arena *arena, size_t len)
{
    const size_t mask = alignof(max_align_t) - 1;
    struct block *b = arena->last;
    size_t at = (b->used + mask) & ~mask;

    if (at > b->cap || len > b->cap - at) {
        b = block_create(len > arena->chunk_bytes ? len : arena->chunk_bytes);
        if (b == NULL)
            return NULL;
        arena->last->next = b;
        arena->last = b;
        at = 0;
    }
    b->used = at + len;
    arena->used_bytes += len;
    return memset(b->bytes + at, 0, len);
}

struct span arena_copy(struct arena *arena, struct span s)
{
    uint8_t *p = s.len == SIZE_MAX ? NULL : arena_alloc(arena, s.len + 1);

    if (p == NULL)
        return SPAN_NONE;
    if (s.len != 0)
        memcpy(p, s.p, s.len);
    return span_of(p, s.len);
}

char *arena_text(struct arena *arena, struct span s)
{
    return (char *)(uintptr_t)arena_copy(arena, s).p;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args;
    int len;
    char *text;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len < 0)
        return NULL;
    text = arena_alloc(arena, (size_t)len + 1);
    if (text == NULL)
        return NULL;
    va_start(args, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, args);
    va_end(args);
    return text;
}

size_t arena_used_bytes(const struct arena *arena)
{
    return arena->used_bytes;
}
