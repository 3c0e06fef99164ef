#include "node/base/jx_scalar.h"

#include "node/base/clock.h"
#include "tests/t.h"

T_CASE(jx_time_parse_is_one_profile_of_rfc_3339)
{
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:00.000001Z", 1},
        {"1970-01-01T09:00:00+09:00", 0},
        {"1969-12-31T23:30:00-00:30", 0},
        {"1985-04-12T23:20:50.52Z", 482196050520000}, /* RFC 3339, section 5.8 */
        {"1996-12-19T16:39:57-08:00", 851042397000000},
        {"1937-01-01T12:00:27.87+00:20", -1041337172130000},
        {"2000-02-29T00:00:00Z", 951782400000000},
        {"2026-11-21T20:17:21.123456Z", 1795292241123456},
        {"0001-01-01T00:00:00Z", JX_TIME_LEAST},
        {"9999-12-31T23:59:59.999999Z", JX_TIME_MOST},
        {"0000-01-01T00:00:00Z", -1},
        {"0001-01-01T00:00:00+00:01", -1},
        {"9999-12-31T23:59:59-00:01", -1},
        {"1900-02-29T00:00:00Z", -1},
        {"2026-13-01T00:00:00Z", -1},
        {"2026-00-01T00:00:00Z", -1},
        {"2026-04-31T00:00:00Z", -1},
        {"2026-04-00T00:00:00Z", -1},
        {"2026-04-01T24:00:00Z", -1},
        {"2026-04-01T00:60:00Z", -1},
        {"1990-12-31T23:59:60Z", -1},
        {"2026-04-01T00:00:00.Z", -1},
        {"2026-04-01T00:00:00.1234567Z", -1},
        {"2026-04-01T00:00:00", -1},
        {"2026-04-01T00:00:00z", -1},
        {"2026-04-01t00:00:00Z", -1},
        {"2026-04-01 00:00:00Z", -1},
        {"2026-04-01T00:00:00+0900", -1},
        {"2026-04-01T00:00:00+24:00", -1},
        {"2026-04-01T00:00:00+09:60", -1},
        {"2026-04-01T00:00:00+09:00 ", -1},
        {"2026-04-01T00:00Z", -1},
        {"2026-4-1T00:00:00Z", -1},
        {"2026-04-01", -1},
        {"2026/04/01T00:00:00Z", -1},
        {"", -1},
        {"2026", -1},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t us = 7;
        bool ok = jx_time_parse(span_text(rows[i].text), &us);

        T_OK(ok == (rows[i].us != -1), rows[i].text);
        T_EQ(us, ok ? rows[i].us : 0, rows[i].text);
    }
}

T_CASE(jx_time_parse_reads_what_the_clock_writes)
{
    for (int64_t us = JX_TIME_LEAST; us < JX_TIME_MOST - INT64_C(97000000000000);
         us += INT64_C(96612345678901)) {
        char text[CLOCK_TEXT_CAP];
        int64_t back = 7;

        clock_utc_text(us, text);
        T_OK(jx_time_parse(span_text(text), &back), text);
        T_EQ(back, us, text);
    }
}

T_CASE(jx_i64_parse_knows_one_form)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551617", false, 0},
        {"99999999999999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"-0", false, 0},
        {"+1", false, 0},
        {"01", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"１", false, 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t value = 7;

        T_OK(jx_i64_parse(span_text(rows[i].text), &value) == rows[i].ok, rows[i].text);
        T_EQ(value, rows[i].value, rows[i].text);
    }
}

T_CASE(jx_choices)
{
    T_EQ(jx_choice_find("a|bb|c", SPAN("a")), 0, "first");
    T_EQ(jx_choice_find("a|bb|c", SPAN("bb")), 1, "middle");
    T_EQ(jx_choice_find("a|bb|c", SPAN("c")), 2, "last");
    T_EQ(jx_choice_find("a|bb|c", SPAN("b")), -1, "a part of one");
    T_EQ(jx_choice_find("a|bb|c", SPAN("a|bb")), -1, "two of them");
    T_EQ(jx_choice_find("a|bb|c", SPAN("")), -1, "nothing");
    T_EQ(jx_choice_find("a|bb|c", SPAN("A")), -1, "another case");
    T_SPAN(jx_choice_at("a|bb|c", 2), SPAN("c"), "by index");
    T_EQ(jx_choice_at("a|bb|c", 3).len, 0, "behind the last");
    T_EQ(jx_choice_at("a|bb|c", -1).len, 0, "before the first");
}

T_CASE(jx_bytes_are_base64url_without_padding) /* RFC 4648, section 10 */
{
    static const struct {
        const char *bytes, *text;
    } rows[] = {
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "-__-"},
    };
    static const char *const bad[] = {"Z",     "Zg=",  "Zg==",   "Zh",    "Zm9",
                                      "Zm 9v", "+//+", "Zm9v\n", "Zg\xe3"};
    struct arena *arena = NULL;
    bool no_memory = true;

    T_EQ(arena_create(256, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span bytes = span_text(rows[i].bytes), back;
        uint8_t text[16];

        T_EQ(jx_bytes_text_len(bytes.len), strlen(rows[i].text), rows[i].text);
        jx_bytes_text(bytes, text);
        T_SPAN(span_of(text, strlen(rows[i].text)), span_text(rows[i].text), rows[i].text);
        T_OK(jx_bytes_parse(span_text(rows[i].text), arena, &back, &no_memory), rows[i].text);
        T_SPAN(back, bytes, rows[i].text);
    }
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        struct span back;

        T_OK(!jx_bytes_parse(span_text(bad[i]), arena, &back, &no_memory), bad[i]);
        T_OK(!no_memory && back.p == NULL, bad[i]);
    }
    arena_destroy(&arena);
}
