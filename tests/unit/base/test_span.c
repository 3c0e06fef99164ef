#include "node/base/span.h"

#include "tests/t.h"

T_CASE(span_of_literals_texts_and_bytes)
{
    static const char bytes[] = {'a', '\0', 'b'};

    T_EQ(SPAN("abc").len, 3, "a literal without its NUL");
    T_EQ(SPAN("").len, 0, "empty literal");
    T_EQ(span_text("abc").len, 3, "text");
    T_EQ(span_text(NULL).len, 0, "no text");
    T_OK(span_text(NULL).p == NULL && SPAN_NONE.p == NULL, "none points nowhere");
    T_EQ(span_of(bytes, 3).len, 3, "bytes, NUL and all");
}

T_CASE(span_equality_and_prefix)
{
    T_OK(span_eq(SPAN("ab"), span_text("ab")), "same bytes");
    T_OK(!span_eq(SPAN("ab"), SPAN("ac")), "other bytes");
    T_OK(!span_eq(SPAN("ab"), SPAN("abc")), "other length");
    T_OK(span_eq(SPAN_NONE, SPAN("")), "nothing is nothing");
    T_OK(span_has_prefix(SPAN("abc"), SPAN("ab")), "prefix");
    T_OK(span_has_prefix(SPAN("abc"), SPAN("abc")), "itself");
    T_OK(span_has_prefix(SPAN("abc"), SPAN_NONE), "nothing is a prefix");
    T_OK(span_has_prefix(SPAN_NONE, SPAN_NONE), "of nothing too");
    T_OK(!span_has_prefix(SPAN("ab"), SPAN("abc")), "longer");
    T_OK(!span_has_prefix(SPAN("abc"), SPAN("b")), "not at the start");
}

T_CASE(span_parts_stay_inside)
{
    struct span s = SPAN("abcdef");

    T_SPAN(span_from(s, 2), SPAN("cdef"), "from");
    T_EQ(span_from(s, 6).len, 0, "from the end");
    T_EQ(span_from(s, 99).len, 0, "from beyond");
    T_SPAN(span_cut(s, 1, 2), SPAN("bc"), "cut");
    T_SPAN(span_cut(s, 4, 99), SPAN("ef"), "cut over the end");
    T_EQ(span_cut(s, 99, 1).len, 0, "cut beyond");
    T_EQ(span_cut(s, 0, 0).len, 0, "cut nothing");
}
