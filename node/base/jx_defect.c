#include <stdarg.h>
#include <stdio.h>

#include "node/base/jx.h"
#include "node/base/utf.h"

#define FIRST_CAP    8
#define SENTENCE_CAP 512

/* The list has no capacity of its own: it is full at 0, 8, 16, 32, ... and then doubles. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= FIRST_CAP && (n & (n - 1)) == 0);
}

enum err jx_defect_add(struct jx_defects *defects, struct arena *arena, const char *pointer,
                       const char *rule, const char *fmt_ja, ...)
{
    struct jx_defect defect = {.rule = rule};
    char sentence[SENTENCE_CAP];
    va_list args;

    va_start(args, fmt_ja);
    vsnprintf(sentence, sizeof sentence, fmt_ja, args);
    va_end(args);
    /* A long list of choices may have been cut inside a character. */
    defect.text_ja = arena_copy(arena, span_of(sentence, utf_valid_len(span_text(sentence))));
    defect.pointer = arena_copy(arena, span_text(pointer));
    if (defect.text_ja.p == NULL || defect.pointer.p == NULL)
        return ERR_NOMEM;
    if (is_full(defects->n)) {
        size_t cap = defects->n == 0 ? FIRST_CAP : 2 * defects->n;
        struct jx_defect *at = arena_alloc(arena, cap * sizeof *at);

        if (at == NULL)
            return ERR_NOMEM;
        if (defects->n > 0)
            memcpy(at, defects->at, defects->n * sizeof *at);
        defects->at = at;
    }
    defects->at[defects->n++] = defect;
    return ERR_OK;
}
