/* tests/torture/torture.h - scenarios that are run again and again while the 1st, 2nd, ...
 * allocation fails, until a run gets through. A scenario returns what it got: ERR_OK, or
 * ERR_NOMEM when memory failed it; it cleans up after itself either way and aborts on a broken
 * promise. Threads: one; each run is a process of its own. */
#ifndef TESTS_TORTURE_TORTURE_H
#define TESTS_TORTURE_TORTURE_H

#include <stdbool.h>

#include "node/base/err.h"

struct torture {
    const char *name, *file;
    enum err (*run)(void);
    struct torture *next;
};
void torture_register(struct torture *t);

#define TORTURE(id) \
    static enum err id(void); \
    static struct torture id##_torture = {#id, __FILE__, id, 0}; \
    __attribute__((constructor)) static void id##_register(void) \
    { \
        torture_register(&id##_torture); \
    } \
    static enum err id(void)

/* Aborts when a promise is broken, whatever memory does. */
#define must(cond) invariant(cond, "while memory fails")

/* From here on the nth allocation fails, or the nth and all after it. */
void torture_arm(long nth, bool for_good);
/* No more failures. True when one has happened. */
bool torture_disarm(void);

#endif
