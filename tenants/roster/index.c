#include "tenants/roster/reading.h"

/* FNV-1a; a package of colliding keys costs its sender's own check some time, and the number of
 * rows is capped. */
static size_t hash(struct span key)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < key.len; i++)
        h = (h ^ key.p[i]) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

enum err roster_index_init(struct roster_index *index, size_t n, struct arena *arena,
                           struct fail *why)
{
    size_t n_slots = 16;

    while (n_slots < 2 * n + 2)
        n_slots *= 2;
    index->slots = arena_alloc(arena, n_slots * sizeof *index->slots);
    index->n_slots = index->slots == NULL ? 0 : n_slots;
    return index->slots == NULL ? fail_set(why, ERR_NOMEM, "index of %zu rows", n) : ERR_OK;
}

/* The key's slot, or the empty one where it belongs. */
static size_t slot_of(const struct roster_index *index, struct span key)
{
    size_t i = hash(key) & (index->n_slots - 1);

    while (index->slots[i].key.p != NULL && !span_eq(index->slots[i].key, key))
        i = (i + 1) & (index->n_slots - 1);
    return i;
}

bool roster_index_add(struct roster_index *index, struct span key, size_t row, size_t *row_out)
{
    size_t i = slot_of(index, key);

    *row_out = row;
    if (index->slots[i].key.p != NULL) {
        *row_out = index->slots[i].row;
        return false;
    }
    index->slots[i].key = key;
    index->slots[i].row = row;
    return true;
}

size_t roster_index_find(const struct roster_index *index, struct span key)
{
    size_t i;

    if (index->n_slots == 0 || key.len == 0)
        return ROSTER_NONE;
    i = slot_of(index, key);
    return index->slots[i].key.p == NULL ? ROSTER_NONE : index->slots[i].row;
}
