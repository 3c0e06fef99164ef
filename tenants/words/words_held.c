/* What holds on both lists: every act, in its order. */
#include "tenants/words/words_store.h"

bool words_held_has(const struct words_held *held, enum words_list_id list, struct span term)
{
    for (size_t i = 0; i < held->n[list]; i++)
        if (span_eq(held->terms[list][i], term))
            return true;
    return false;
}

static bool next_line(struct span *rest, struct span *line)
{
    const uint8_t *end;

    if (rest->len == 0)
        return false;
    end = memchr(rest->p, '\n', rest->len);
    *line = end == NULL ? *rest : span_of(rest->p, (size_t)(end - rest->p));
    *rest = span_from(*rest, line->len + 1);
    return true;
}

static size_t n_lines(struct span text)
{
    struct span line;
    size_t n = 0;

    while (next_line(&text, &line))
        n++;
    return n;
}

static bool is_removed(struct span term, struct span removed)
{
    struct span line;

    while (next_line(&removed, &line))
        if (span_eq(line, term))
            return true;
    return false;
}

enum err words_held_after(const struct words_held *held, const struct words_act *act,
                          struct arena *arena, struct words_held *out, struct fail *why)
{
    enum words_list_id list = act->list;
    struct span *terms =
        arena_alloc(arena, (held->n[list] + n_lines(act->added) + 1) * sizeof *terms);
    struct words_held after = *held;
    struct span rest = act->added, line;

    if (terms == NULL)
        return fail_set(why, ERR_NOMEM, "a list");
    after.version = act->version;
    after.terms[list] = terms;
    after.n[list] = 0;
    for (size_t i = 0; i < held->n[list]; i++)
        if (!is_removed(held->terms[list][i], act->removed))
            terms[after.n[list]++] = held->terms[list][i];
    while (next_line(&rest, &line))
        if (line.len > 0 && !words_held_has(&after, list, line))
            terms[after.n[list]++] = line;
    *out = after;
    return ERR_OK;
}

enum err words_store_held(struct tx *tx, struct db *db, struct arena *arena,
                          struct words_held *out, struct fail *why)
{
    struct words_act *acts = NULL;
    struct words_held held = {.version = 0};
    size_t n = 0;
    enum err rc = words_store_past(tx, db, INT32_MAX, INT32_MAX, arena, &acts, &n, why);

    while (rc == ERR_OK && n > 0)
        rc = words_held_after(&held, &acts[--n], arena, &held, why);
    if (rc == ERR_OK)
        *out = held;
    return rc;
}
