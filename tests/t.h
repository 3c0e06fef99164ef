/* tests/t.h - unit tests: named cases, named rows, one line each, a count at the end.
 * A case carries requirement ids in its name or in a T_REQ line inside it; `make compliance`
 * reads both. Exit status 1 when anything failed or when no case ran. */
#ifndef TESTS_T_H
#define TESTS_T_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/span.h"

struct t_case {
    const char *name, *file;
    void (*run)(void);
    struct t_case *next;
};

void t_register(struct t_case *c);
/* Every check counts; a failed one prints file, line, what was got and wanted. */
void t_check(bool ok, const char *file, int line, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
bool t_case_ok(void); /* no check of this case has failed so far */
/* Prints "req ID": this case proves (part of) that requirement. */
void t_req(const char *ids);
/* Bytes from hexadecimal text; valid until the case ends. Aborts on bad hex: a test's own
 * fault. */
struct span t_hex(const char *hex);
/* A directory of this run, removed at the end unless something failed. */
const char *t_dir(void);

#define T_CASE(id) \
    static void id(void); \
    static struct t_case id##_case = {#id, __FILE__, id, 0}; \
    __attribute__((constructor)) static void id##_register(void) \
    { \
        t_register(&id##_case); \
    } \
    static void id(void)

#define T_REQ(ids)       t_req(ids)
#define T_OK(cond, what) t_check((cond), __FILE__, __LINE__, (what), "%s", #cond)
#define T_EQ(got, want, what) \
    do { \
        long long t_got_ = (long long)(got), t_want_ = (long long)(want); \
        t_check(t_got_ == t_want_, __FILE__, __LINE__, (what), "got %lld, want %lld", t_got_, \
                t_want_); \
    } while (0)
#define T_SPAN(got, want, what) \
    do { \
        struct span t_got_ = (got), t_want_ = (want); \
        t_check(span_eq(t_got_, t_want_), __FILE__, __LINE__, (what), \
                "got \"%.*s\", want \"%.*s\"", SPAN_ARG(t_got_), SPAN_ARG(t_want_)); \
    } while (0)
#define T_TEXT(got, want, what) T_SPAN(span_text(got), span_text(want), what)
#define T_COUNT(rows)           (sizeof(rows) / sizeof((rows)[0]))

#endif
