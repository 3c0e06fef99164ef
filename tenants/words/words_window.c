/* A sender's last lines: し, ね one after the other, a number in four pieces. */
#include "tenants/words/words_priv.h"

#define JOINED_BYTES (WORDS_WINDOW_LINES * (WORDS_WINDOW_LINE_BYTES + 1) + 1)

/* The lines still kept, oldest first, a line break behind each. */
static size_t join(const struct words_window *window, int64_t now_ms, uint8_t *out)
{
    size_t len = 0;

    for (unsigned k = 0; k < window->n; k++) {
        unsigned i = (window->next + WORDS_WINDOW_LINES - window->n + k) % WORDS_WINDOW_LINES;

        if (now_ms - window->line[i].at_ms > WORDS_WINDOW_MS)
            continue;
        memcpy(out + len, window->line[i].text, window->line[i].len);
        len += window->line[i].len;
        out[len++] = '\n';
    }
    return len;
}

static void keep(struct words_window *window, struct span text, int64_t now_ms)
{
    size_t from = text.len > WORDS_WINDOW_LINE_BYTES ? text.len - WORDS_WINDOW_LINE_BYTES : 0;

    while (from < text.len && (text.p[from] & 0xc0) == 0x80)
        from++;
    window->line[window->next].at_ms = now_ms;
    window->line[window->next].len = (uint16_t)(text.len - from);
    if (text.len > from)
        memcpy(window->line[window->next].text, text.p + from, text.len - from);
    window->next = (window->next + 1) % WORDS_WINDOW_LINES;
    window->n += window->n < WORDS_WINDOW_LINES;
}

/* Hits of the joined lines that begin before this one and end in it. */
static enum err take_joined(const struct words_verdict *joined, size_t n_before,
                            struct span text, struct arena *arena,
                            struct words_verdict *verdict, struct fail *why)
{
    struct words_hit *hits =
        arena_alloc(arena, (joined->n_hits + verdict->n_hits + 1) * sizeof *hits);
    size_t n = 0;

    if (hits == NULL)
        return fail_set(why, ERR_NOMEM, "hits");
    for (size_t i = 0; i < joined->n_hits; i++) {
        struct words_hit hit = joined->hits[i];

        if (hit.from >= n_before || hit.to <= n_before)
            continue;
        hit.from = 0;
        hit.to -= (uint32_t)n_before;
        hits[n++] = hit;
        verdict->kinds |= WORDS_BIT(words_kind_of(hit.category));
        verdict->categories |= 1u << hit.category;
    }
    if (n == 0)
        return ERR_OK;
    if (verdict->n_hits > 0)
        memcpy(hits + n, verdict->hits, verdict->n_hits * sizeof *hits);
    verdict->hits = hits;
    verdict->n_hits += n;
    return words_mask(text, verdict, WORDS_BIT(WORDS_NG) | WORDS_BIT(WORDS_CRISIS), arena,
                      &verdict->masked, why);
}

enum err words_window_put(struct words_window *window, const struct words *words,
                          enum words_surface surface, struct span text, int64_t now_ms,
                          struct arena *arena, struct words_verdict *verdict_out,
                          struct fail *why)
{
    uint8_t *joined = NULL;
    struct words_verdict all;
    size_t n_before = 0;
    enum err rc = words_look(words, surface, text, arena, verdict_out, why);

    if (rc == ERR_OK && window->n > 0 && text.len <= WORDS_TEXT_BYTES - JOINED_BYTES) {
        joined = arena_alloc(arena, JOINED_BYTES + text.len);
        rc = joined == NULL ? fail_set(why, ERR_NOMEM, "lines") : ERR_OK;
    }
    if (rc == ERR_OK && joined != NULL) {
        n_before = join(window, now_ms, joined);
        if (text.len > 0)
            memcpy(joined + n_before, text.p, text.len);
    }
    if (rc == ERR_OK && n_before > 0) {
        rc = words_look_lists(words, span_of(joined, n_before + text.len), false, arena, &all,
                              why);
        if (rc == ERR_OK)
            rc = take_joined(&all, n_before, text, arena, verdict_out, why);
    }
    if (rc == ERR_OK)
        keep(window, text, now_ms);
    return rc;
}
