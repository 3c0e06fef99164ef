/* A sender's last lines: し, ね one after the other, a number in four pieces. */
#include "tenants/words/words_priv.h"

#define JOINED_BYTES (WORDS_WINDOW_LINES * (WORDS_WINDOW_LINE_BYTES + 1) + 1)

#define CLASS_SHIFT 24 /* of a kept cell, above its letter */
#define SMALL_SHIFT 28

static unsigned index_of(const struct words_window *window, unsigned k)
{
    return (window->next + WORDS_WINDOW_LINES - window->n + k) % WORDS_WINDOW_LINES;
}

/* The lines still kept, oldest first, a line break behind each. */
static size_t join(const struct words_window *window, int64_t now_ms, uint8_t *out)
{
    size_t len = 0;

    for (unsigned k = 0; k < window->n; k++) {
        unsigned i = index_of(window, k);

        if (now_ms - window->line[i].at_ms > WORDS_WINDOW_MS)
            continue;
        memcpy(out + len, window->line[i].text, window->line[i].len);
        len += window->line[i].len;
        out[len++] = '\n';
    }
    return len;
}

/* A letter that folds alone to what it folds to in a line: no mark that changes one before it.
 */
static bool begins_plainly(struct span text)
{
    uint32_t c;

    if (text.len == 0 || text.p[0] < 0x80)
        return text.len > 0 && text.p[0] > ' ';
    if (text.len < 3 || (text.p[0] & 0xf0) != 0xe0)
        return false;
    c = (text.p[0] & 0xfu) << 12 | (text.p[1] & 0x3fu) << 6 | (text.p[2] & 0x3fu);
    return (c >= 0x3041 && c <= 0x3094) || (c >= 0x30a1 && c <= 0x30f4) ||
           (c >= 0x4e00 && c <= 0x9fff);
}

static bool is_plain(struct span text, const struct words_seen *seen)
{
    return begins_plainly(text) && text.len <= WORDS_WINDOW_LINE_BYTES &&
           text.p[text.len - 1] != '\r' && seen->line->n <= WORDS_WINDOW_CELLS &&
           !seen->found->is_cut && seen->found->n < FOUND_MOST;
}

static void keep_seen(struct words_window *window, const struct words *words, struct span text,
                      const struct words_seen *seen)
{
    unsigned at = window->next;

    window->line[at].serial = is_plain(text, seen) ? words->serial : 0;
    if (window->line[at].serial == 0)
        return;
    window->line[at].open = seen->found->open;
    window->line[at].concepts = seen->concepts;
    window->line[at].n_cells = (uint8_t)seen->line->n;
    for (size_t i = 0; i < seen->line->n; i++)
        window->line[at].cells[i] = seen->line->cells[i].c |
                                    (uint32_t)seen->line->cells[i].class << CLASS_SHIFT |
                                    (uint32_t)seen->line->cells[i].is_small << SMALL_SHIFT;
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

/* ---- the short way ---- */

/* Lines as they were seen when they came, and this one behind them. */
struct joined {
    struct line line;
    uint32_t starts[WORDS_WINDOW_LINES * WORDS_WINDOW_CELLS], border;
    size_t n_starts;
    uint64_t concepts; /* said before */
};

static void add_cell(struct line *line, uint32_t c, enum cell_class class, bool is_small)
{
    line->cells[line->n++] = (struct cell){
        .c = c, .class = class, .is_small = is_small, .alts = words_alts(c, class)};
}

static size_t n_cells_kept(const struct words_window *window)
{
    size_t n = 0;

    for (unsigned k = 0; k < window->n; k++)
        n += window->line[index_of(window, k)].n_cells + 1u; /* and a line break */
    return n;
}

/* False: one of them has to be looked at again. */
static bool join_seen(const struct words_window *window, const struct words *words,
                      int64_t now_ms, const struct words_seen *seen, struct joined *out)
{
    for (unsigned k = 0; k < window->n; k++) {
        unsigned i = index_of(window, k);

        if (now_ms - window->line[i].at_ms > WORDS_WINDOW_MS)
            continue;
        if (window->line[i].serial != words->serial)
            return false;
        out->concepts |= window->line[i].concepts;
        for (uint32_t c = 0; c < window->line[i].n_cells; c++) {
            uint32_t cell = window->line[i].cells[c];

            if ((window->line[i].open >> c & 1) != 0)
                out->starts[out->n_starts++] = (uint32_t)out->line.n;
            add_cell(&out->line, cell & ((1u << CLASS_SHIFT) - 1),
                     (enum cell_class)(cell >> CLASS_SHIFT & 0xf), cell >> SMALL_SHIFT != 0);
        }
        add_cell(&out->line, '\n', CELL_STOP, false);
    }
    out->border = (uint32_t)out->line.n;
    if (seen->line->n > 0)
        memcpy(out->line.cells + out->line.n, seen->line->cells,
               seen->line->n * sizeof *out->line.cells);
    out->line.n += seen->line->n;
    return true;
}

/* What begins in an earlier line is a word that went on at its end, things said of which some
 * were said before, or a detail. Whether there is certainly nothing of it: the lines of before
 * are not folded and walked again for most lines. *sure_out false: the whole look tells. */
static enum err look_shortly(const struct words_window *window, const struct words *words,
                             struct span text, int64_t now_ms, const struct words_seen *seen,
                             struct arena *arena, bool *sure_out, struct fail *why)
{
    const uint64_t no_things = UINT64_C(1) << CONCEPT_NONE;
    struct joined *joined = arena_alloc(arena, sizeof *joined);
    struct detail details[DETAILS_MOST];
    uint64_t over = 0;
    size_t n;

    *sure_out = false;
    if (joined == NULL)
        return fail_set(why, ERR_NOMEM, "lines");
    if (!is_plain(text, seen))
        return ERR_OK;
    joined->line.cells =
        arena_alloc(arena, (n_cells_kept(window) + seen->line->n) * sizeof *joined->line.cells);
    if (joined->line.cells == NULL)
        return fail_set(why, ERR_NOMEM, "lines");
    if (!join_seen(window, words, now_ms, seen, joined) ||
        words_walk_on(words, &joined->line, joined->starts, joined->n_starts, joined->border,
                      &over) ||
        words_may_combine(seen->concepts & ~no_things, (joined->concepts | over) & ~no_things))
        return ERR_OK;
    n = words_details(&joined->line, details);
    *sure_out = n < DETAILS_MOST;
    for (size_t i = 0; i < n; i++)
        if (details[i].from < joined->border && details[i].to > joined->border)
            *sure_out = false;
    return ERR_OK;
}

/* ---- both ---- */

static enum err look_wholly(const struct words_window *window, const struct words *words,
                            struct span text, int64_t now_ms, struct arena *arena,
                            struct words_verdict *verdict, struct fail *why)
{
    uint8_t *joined = arena_alloc(arena, JOINED_BYTES + text.len);
    struct words_verdict all;
    size_t n_before;
    enum err rc;

    if (joined == NULL)
        return fail_set(why, ERR_NOMEM, "lines");
    n_before = join(window, now_ms, joined);
    if (n_before == 0)
        return ERR_OK;
    if (text.len > 0)
        memcpy(joined + n_before, text.p, text.len);
    rc = words_look_lists(words, span_of(joined, n_before + text.len), false, false, arena,
                          &all, why);
    return rc == ERR_OK ? take_joined(&all, n_before, text, arena, verdict, why) : rc;
}

static enum err put(struct words_window *window, const struct words *words,
                    enum words_surface surface, struct span text, int64_t now_ms, bool is_whole,
                    struct arena *arena, struct words_verdict *verdict_out, struct fail *why)
{
    struct words_seen seen;
    bool is_sure = false;
    enum err rc = words_look_seen(words, surface, text, arena, verdict_out, &seen, why);

    if (rc == ERR_OK && window->n > 0 && text.len <= WORDS_TEXT_BYTES - JOINED_BYTES) {
        if (!is_whole)
            rc = look_shortly(window, words, text, now_ms, &seen, arena, &is_sure, why);
        if (rc == ERR_OK && !is_sure)
            rc = look_wholly(window, words, text, now_ms, arena, verdict_out, why);
    }
    if (rc == ERR_OK) {
        keep_seen(window, words, text, &seen);
        keep(window, text, now_ms);
    }
    return rc;
}

enum err words_window_put(struct words_window *window, const struct words *words,
                          enum words_surface surface, struct span text, int64_t now_ms,
                          struct arena *arena, struct words_verdict *verdict_out,
                          struct fail *why)
{
    return put(window, words, surface, text, now_ms, false, arena, verdict_out, why);
}

enum err words_window_put_whole(struct words_window *window, const struct words *words,
                                enum words_surface surface, struct span text, int64_t now_ms,
                                struct arena *arena, struct words_verdict *verdict_out,
                                struct fail *why)
{
    return put(window, words, surface, text, now_ms, true, arena, verdict_out, why);
}
