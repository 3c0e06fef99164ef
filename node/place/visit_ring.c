#include "node/place/visit_ring.h"

#include <stdlib.h>

#define FIRST_CAP 8

uint32_t visit_ring_next(const struct visit_ring *ring)
{
    return ring->last_n + 1;
}

static struct visit_ring_item *item_at(const struct visit_ring *ring, uint32_t i)
{
    return &ring->items[(ring->first + i) % ring->cap];
}

static void drop_first(struct visit_ring *ring)
{
    ring->n_calls -= ring->items[ring->first].is_call;
    ws_shared_unref(&ring->items[ring->first].frame);
    ring->first = (ring->first + 1) % ring->cap;
    ring->used--;
}

/* The oldest call; those behind it move up. */
static void drop_call(struct visit_ring *ring)
{
    uint32_t at = 0;

    while (!item_at(ring, at)->is_call)
        at++;
    ws_shared_unref(&item_at(ring, at)->frame);
    for (; at + 1 < ring->used; at++)
        *item_at(ring, at) = *item_at(ring, at + 1);
    ring->used--;
    ring->n_calls--;
}

/* Twice as large, up to the cap; then the oldest gives way. */
static bool make_room(struct visit_ring *ring)
{
    uint32_t cap = ring->cap == 0 ? FIRST_CAP : ring->cap * 2;
    struct visit_ring_item *items;

    if (ring->used < ring->cap)
        return true;
    if (ring->cap == VISIT_RING_CAP) {
        drop_first(ring);
        return true;
    }
    items = calloc(cap, sizeof *items);
    if (items == NULL)
        return false;
    for (uint32_t i = 0; i < ring->used; i++)
        items[i] = *item_at(ring, i);
    free(ring->items);
    ring->items = items;
    ring->cap = cap;
    ring->first = 0;
    return true;
}

static bool is_old(const struct visit_ring_item *item, int64_t now_ms)
{
    return now_ms > item->until_ms;
}

void visit_ring_put(struct visit_ring *ring, struct ws_shared *frame, uint32_t n,
                    struct visit_ring_use use, int64_t now_ms)
{
    int64_t for_ms = use.for_ms < VISIT_RING_MS ? use.for_ms : VISIT_RING_MS;

    ring->last_n = n;
    while (ring->used > 0 && is_old(item_at(ring, 0), now_ms))
        drop_first(ring);
    if (use.is_call && (ring->n_calls == VISIT_RING_CALLS ||
                        (ring->n_calls > 0 && ring->used == VISIT_RING_CAP)))
        drop_call(ring);
    if ((use.is_call && ring->used == VISIT_RING_CAP) || !make_room(ring))
        return;
    ring->used++;
    ring->n_calls += use.is_call;
    *item_at(ring, ring->used - 1) =
        (struct visit_ring_item){ws_shared_ref(frame), n, use.is_call, now_ms + for_ms};
}

void visit_ring_each(const struct visit_ring *ring, uint32_t after_n, int64_t now_ms,
                     void (*fn)(struct ws_shared *frame, void *arg), void *arg)
{
    for (uint32_t i = 0; i < ring->used; i++) {
        const struct visit_ring_item *item = item_at(ring, i);

        if (item->n > after_n && !is_old(item, now_ms))
            fn(item->frame, arg);
    }
}

void visit_ring_fini(struct visit_ring *ring)
{
    while (ring->used > 0)
        drop_first(ring);
    free(ring->items);
    *ring = (struct visit_ring){0};
}
