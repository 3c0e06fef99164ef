#include "federation/sfv.h"

#include "tests/t.h"

static struct sfv of(const char *text)
{
    return (struct sfv){.rest = span_text(text)};
}

T_CASE(sfv_number_has_one_spelling) /* RFC 8941, section 3.3.1 */
{
    static const struct {
        const char *text;
        int64_t want; /* -1: refused */
    } rows[] = {
        {"0", 0},
        {"7", 7},
        {"1618884473", 1618884473},
        {"999999999999999", INT64_C(999999999999999)},
        {"1000000000000000", -1},
        {"", -1},
        {"007", -1},
        {"00", -1},
        {"-1", -1},
        {"-0", -1},
        {"+1", -1},
        {" 1", -1},
        {"1 ", -1},
        {"1.0", -1},
        {"1e3", -1},
        {"0x1", -1},
        {"a", -1},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct sfv in = of(rows[i].text);
        int64_t got = sfv_number(&in);

        T_EQ(sfv_ended(&in) ? got : -1, rows[i].want, rows[i].text);
    }
}

T_CASE(sfv_string_has_no_escapes_and_an_end) /* RFC 8941, section 3.3.3 */
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } rows[] = {
        {"\"\"", ""},
        {"\"abc\"", "abc"},
        {"\"a b~\"", "a b~"},
        {"\"12345678\"", "12345678"},
        {"\"123456789\"", NULL},
        {"abc", NULL},
        {"\"abc", NULL},
        {"abc\"", NULL},
        {"\"a\\\"b\"", NULL},
        {"\"a\\\\b\"", NULL},
        {"\"a\tb\"", NULL},
        {"\"a\nb\"", NULL},
        {"\"\xc3\xa9\"", NULL},
        {"\"a\x7f\"", NULL},
        {"\"a\"b", NULL},
        {"'a'", NULL},
        {"", NULL},
        {"\"", NULL},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct sfv in = of(rows[i].text);
        struct span got = sfv_string(&in, 8);

        T_EQ(sfv_ended(&in), rows[i].want != NULL, rows[i].text);
        if (rows[i].want != NULL)
            T_SPAN(got, span_text(rows[i].want), "text");
    }
}

T_CASE(sfv_bytes_have_padding_and_no_stray_bits) /* RFC 8941, section 3.3.5 */
{
    static const struct {
        const char *text;
        bool want;
    } rows[] = {
        {":AQIDBA==:", true},  {":AQIDBA=:", false},
        {":AQIDBA:", false},   {":AQIDBB==:", false},
        {"AQIDBA==", false},   {":AQIDBA==", false},
        {":AQIDBAU=:", false}, {":AQID BA==:", false},
        {"::", false},         {":AQ-DBA==:", false},
        {"", false},           {":AQIDBA==:x", false},
    };
    uint8_t bytes[4];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct sfv in = of(rows[i].text);

        sfv_bytes(&in, bytes, sizeof bytes);
        T_EQ(sfv_ended(&in), rows[i].want, rows[i].text);
    }
    {
        struct sfv in = of(":AQIDBA==:");

        sfv_bytes(&in, bytes, sizeof bytes);
        T_SPAN(span_of(bytes, 4), t_hex("01020304"), "bytes");
    }
}

T_CASE(sfv_stays_bad_after_the_first_mismatch)
{
    struct sfv in = of("a1\"x\":AQIDBA==:");
    uint8_t bytes[4] = {9, 9, 9, 9};

    sfv_literal(&in, SPAN("b"));
    T_EQ(sfv_number(&in), 0, "a number");
    T_EQ(sfv_string(&in, 5).len, 0, "a string");
    sfv_bytes(&in, bytes, sizeof bytes);
    T_SPAN(span_of(bytes, 4), t_hex("00000000"), "bytes");
    sfv_literal(&in, SPAN_NONE);
    T_OK(!sfv_ended(&in), "and it ends badly");
}

T_CASE(sfv_writes_what_it_reads)
{
    char room[64];
    struct sfv_out out = {.p = room, .cap = sizeof room};
    struct sfv in;
    uint8_t bytes[4];

    sfv_put(&out, SPAN("a="));
    sfv_put_number(&out, 1618884473);
    sfv_put(&out, SPAN_NONE);
    sfv_put_string(&out, SPAN("kid-1"));
    sfv_put_bytes(&out, t_hex("01020304"));
    T_SPAN(sfv_written(&out, 0), SPAN("a=1618884473\"kid-1\":AQIDBA==:"), "written");
    T_SPAN(sfv_written(&out, 12), SPAN("\"kid-1\":AQIDBA==:"), "a part");
    in.rest = sfv_written(&out, 0);
    in.is_bad = false;
    sfv_literal(&in, SPAN("a="));
    T_EQ(sfv_number(&in), 1618884473, "number");
    T_SPAN(sfv_string(&in, 5), SPAN("kid-1"), "string");
    sfv_bytes(&in, bytes, sizeof bytes);
    T_OK(sfv_ended(&in), "all of it");
}

T_CASE(sfv_out_that_ran_over_writes_no_more)
{
    char room[4] = "....";
    struct sfv_out out = {.p = room, .cap = 3};

    sfv_put(&out, SPAN("abc"));
    T_OK(!out.is_over && out.len == 3, "it may fill to the brim");
    sfv_put(&out, SPAN("d"));
    T_OK(out.is_over && out.len == 3 && room[3] == '.', "and not beyond");
    sfv_put(&out, SPAN_NONE);
    T_OK(out.is_over, "for good");
}
