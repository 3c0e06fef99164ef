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

const char *words_base_next(enum words_category category, const char *at, struct span *term_out)
{
    const char *text = at == NULL ? terms_of(category) : at + strcspn(at, " ");

    *term_out = SPAN_NONE;
    if (text == NULL)
        return NULL;
    text += strspn(text, " ");
    *term_out = span_of(text, strcspn(text, " "));
    return term_out->len == 0 ? NULL : text;
}
