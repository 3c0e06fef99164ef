/* Any text through the safe words: no crash, every hit whole graphemes of the text, the masked
 * text as long in graphemes as the text.
 */
#include <stdlib.h>

#include "node/base/utf.h"
#include "tenants/words/words.h"

/* covers: tenants/words/words_line.c tenants/words/words_walk.c */
/* covers: tenants/words/words_look.c tenants/words/words_details.c */
/* covers: tenants/words/words_window.c */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct span text, const struct words_verdict *verdict, struct arena *arena)
{
    size_t n = 0, n_masked = 0;

    for (size_t i = 0; i < verdict->n_hits; i++)
        if (verdict->hits[i].from > verdict->hits[i].to || verdict->hits[i].to > text.len ||
            !utf_is_valid(span_cut(text, verdict->hits[i].from,
                                   verdict->hits[i].to - verdict->hits[i].from)))
            abort();
    if (words_has(verdict, WORDS_CONTACT) != (words_contact(verdict) != WORDS_CATEGORIES_N))
        abort();
    if (!utf_is_valid(verdict->masked))
        abort();
    (void)arena;
    if (utf_n_graphemes(text, &n, NULL) != ERR_OK ||
        utf_n_graphemes(verdict->masked, &n_masked, NULL) != ERR_OK || n_masked > n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct words *words;
    static struct arena *arena;
    const struct words_lists none = {.n_own = 0};
    struct words_window window = {.n = 0};
    struct words_verdict verdict;
    size_t from = 0;

    if (words == NULL && (words_create(&none, &words, NULL) != ERR_OK ||
                          arena_create(65536, &arena, NULL) != ERR_OK))
        abort();
    arena_reset(arena);
    if (size > 2000)
        return 0;
    if (words_look(words, WORDS_SURFACE_CHAT, span_of(data, size), arena, &verdict, NULL) !=
        ERR_OK)
        return 0;
    check(span_of(data, size), &verdict, arena);
    /* The same in lines, one a newline. */
    for (size_t i = 0; i <= size; i++)
        if (i == size || data[i] == '\n') {
            struct span line = span_of(data + from, i - from);

            if (words_window_put(&window, words, WORDS_SURFACE_CHAT, line, (int64_t)i * 1000,
                                 arena, &verdict, NULL) == ERR_OK)
                check(line, &verdict, arena);
            from = i + 1;
        }
    return 0;
}
