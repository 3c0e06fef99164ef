/* The base list for readers. */
#include "tenants/words/words_base.h"
#include "tenants/words/words_priv.h"

static const char *terms_of(enum words_category category)
{
    for (const struct words_list *l = words_lists; l->name != NULL; l++)
        if (strcmp(l->name, words_category_name(category)) == 0)
            return (const char *)l->terms;
    return NULL;
}

const char *words_base_term(enum words_category category, size_t i, struct span *term_out)
{
    const char *text = terms_of(category);

    *term_out = SPAN_NONE;
    while (text != NULL && *text != 0) {
        size_t len = strcspn(text, " ");

        if (len > 0 && i-- == 0) {
            *term_out = span_of(text, len);
            return text;
        }
        text += len + (text[len] != 0);
    }
    return NULL;
}
