/* node/base/unconst.h - takes const off a pointer, in one place that can be searched for: for
 * interfaces that forget to promise what they keep (argv, OSSL_PARAM) and for wiping a secret
 * through the span that shows it. Threads: reentrant. */
#ifndef NODE_BASE_UNCONST_H
#define NODE_BASE_UNCONST_H

static inline void *unconst(const void *p)
{
    union {
        const void *shown;
        void *owned;
    } u = {.shown = p};

    return u.owned;
}

#endif
