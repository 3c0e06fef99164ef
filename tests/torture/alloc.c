/* Two lanes. Under AddressSanitizer the linker wraps the calls of our own objects (an
 * interposed malloc would be ignored there without a word, and every run would pass). Without
 * it malloc itself is defined here, so that the libraries' calls fail as well. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "tests/torture/torture.h"

#ifdef __clang__ /* FLAVOUR=fuzz: ops/make/torture.mk wraps */
#define LANE(name) __wrap_##name
#define REAL(name) __real_##name
#else
#define LANE(name) name
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t len);
void *REAL(calloc)(size_t n, size_t len);
void *REAL(realloc)(void *p, size_t len);
void *LANE(malloc)(size_t len);
void *LANE(calloc)(size_t n, size_t len);
void *LANE(realloc)(void *p, size_t len);

static atomic_long left; /* until the failing one; 0: not armed */
static atomic_bool goes_on, has_hit;

void torture_arm(long nth, bool for_good)
{
    goes_on = for_good;
    has_hit = false;
    left = nth;
}

bool torture_disarm(void)
{
    left = 0;
    goes_on = false;
    return has_hit;
}

static bool fails(void)
{
    long before = left;

    if (before == 0)
        return false;
    if (before > 1) {
        left = before - 1;
        return false;
    }
    if (!goes_on)
        left = 0;
    has_hit = true;
    errno = ENOMEM;
    return true;
}

void *LANE(malloc)(size_t len)
{
    return fails() ? NULL : REAL(malloc)(len);
}

void *LANE(calloc)(size_t n, size_t len)
{
    return fails() ? NULL : REAL(calloc)(n, len);
}

void *LANE(realloc)(void *p, size_t len)
{
    return fails() ? NULL : REAL(realloc)(p, len);
}
