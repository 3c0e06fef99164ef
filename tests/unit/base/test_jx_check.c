#include "node/base/jx.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

#define REP4(s)  s s s s
#define REP16(s) REP4(s) REP4(s) REP4(s) REP4(s)
#define REP32(s) REP16(s) REP16(s)

T_CASE(jx_check_takes_and_refuses)
{
    static const struct {
        const char *what, *text;
        enum err want;
    } rows[] = {
        {"object", "{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\"}}", ERR_OK},
        {"blanks of all four kinds", " \t\r\n{ \"a\" : [ ] , \"b\" : { } } \n", ERR_OK},
        {"any value at the top", "\"text\"", ERR_OK},
        {"keys differ in case", "{\"id\":1,\"ID\":2}", ERR_OK},
        {"one key in two objects", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", ERR_OK},
        {"all escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u3042\\uD83D\\ude00\"", ERR_OK},
        {"byte 7f", "\"\x7f\"", ERR_OK},
        {"nothing", "", ERR_PROTO},
        {"blanks alone", "  ", ERR_PROTO},
        {"a byte order mark", "\xef\xbb\xbf{}", ERR_PROTO},
        {"bytes behind the value", "{} {}", ERR_PROTO},
        {"a comma behind the value", "{},", ERR_PROTO},
        {"a comment", "{}/**/", ERR_PROTO},
        {"cut object", "{\"a\":1", ERR_PROTO},
        {"cut after a key", "{\"a\"", ERR_PROTO},
        {"no colon", "{\"a\" 1}", ERR_PROTO},
        {"no value", "{\"a\":}", ERR_PROTO},
        {"a comma too many", "{\"a\":1,}", ERR_PROTO},
        {"a comma too many in a list", "[1,]", ERR_PROTO},
        {"no comma", "[1 2]", ERR_PROTO},
        {"wrong bracket", "[1}", ERR_PROTO},
        {"a key without quotes", "{a:1}", ERR_PROTO},
        {"single quotes", "{'a':1}", ERR_PROTO},
        {"True", "True", ERR_PROTO},
        {"tru", "tru", ERR_PROTO},
        {"NaN", "NaN", ERR_PROTO},
        {"Infinity", "-Infinity", ERR_PROTO},
        {"form feed between", "{\f}", ERR_PROTO},
        {"duplicate key", "{\"a\":1,\"b\":2,\"a\":3}", ERR_PROTO},
        {"duplicate key by escape", "{\"ab\":1,\"\\u0061b\":2}", ERR_PROTO},
        {"duplicate key by short escape", "{\"\\n\":1,\"\\u000a\":2}", ERR_PROTO},
        {"duplicate key by slash", "{\"/\":1,\"\\/\":2}", ERR_PROTO},
        {"duplicate key by surrogates", "{\"😀\":1,\"\\ud83d\\ude00\":2}", ERR_PROTO},
        {"duplicate key in Japanese", "{\"名\":1,\"\\u540d\":2}", ERR_PROTO},
        {"duplicate empty key", "{\"\":1,\"\":2}", ERR_PROTO},
        {"duplicate key inside a list", "[{\"x\":{}},{\"a\":1,\"a\":1}]", ERR_PROTO},
        {"prefix keys", "{\"a\":1,\"ab\":2,\"\":3}", ERR_OK},
        {"raw control byte", "\"a\nb\"", ERR_PROTO},
        {"raw tab", "\"a\tb\"", ERR_PROTO},
        {"\\u0000", "\"a\\u0000b\"", ERR_PROTO},
        {"\\u0000 in a key", "{\"\\u0000\":1}", ERR_PROTO},
        {"lone high surrogate", "\"\\ud83d\"", ERR_PROTO},
        {"lone high surrogate before a letter", "\"\\ud83dx12345\"", ERR_PROTO},
        {"high before high", "\"\\ud83d\\ud83d\"", ERR_PROTO},
        {"lone low surrogate", "\"\\ude00\"", ERR_PROTO},
        {"surrogates swapped", "\"\\ude00\\ud83d\"", ERR_PROTO},
        {"unknown escape", "\"\\x41\"", ERR_PROTO},
        {"escaped quotation mark at the end", "\"abc\\\"", ERR_PROTO},
        {"backslash at the end", "\"abc\\", ERR_PROTO},
        {"short \\u", "\"\\u12\"", ERR_PROTO},
        {"short \\u at the end", "\"\\u12", ERR_PROTO},
        {"\\u with a sign", "\"\\u+123\"", ERR_PROTO},
        {"invalid UTF-8", "\"\xff\"", ERR_PROTO},
        {"overlong UTF-8", "\"\xc0\xaf\"", ERR_PROTO},
        {"UTF-8 surrogate", "\"\xed\xa0\xbd\"", ERR_PROTO},
        {"zero", "0", ERR_OK},
        {"minus one", "-1", ERR_OK},
        {"2^53-1", "9007199254740991", ERR_OK},
        {"-(2^53-1)", "-9007199254740991", ERR_OK},
        {"2^53", "9007199254740992", ERR_PROTO},
        {"-2^53", "-9007199254740992", ERR_PROTO},
        {"2^64", "18446744073709551616", ERR_PROTO},
        {"1e400", "1e400", ERR_PROTO},
        {"-1e400", "-1e400", ERR_PROTO},
        {"1e16", "1e16", ERR_PROTO},
        {"1e15", "1e15", ERR_OK},
        {"9.00719925474099e15", "9.00719925474099e15", ERR_OK},
        {"9.00719925474100e15", "9.00719925474100e15", ERR_PROTO},
        {"1E+2", "1E+2", ERR_OK},
        {"1e-9", "1e-9", ERR_OK},
        {"1e-400", "1e-400", ERR_PROTO},
        {"0.5", "0.5", ERR_OK},
        {"0.05e2", "0.05e2", ERR_OK},
        {"123456789.125", "123456789.125", ERR_OK},
        {"a fraction that would round to 1", "0.9999999999999999999", ERR_PROTO},
        {"an integer and a lost fraction", "9007199254740990.5", ERR_PROTO},
        {"a long number", "0.0000000000000000000000000000001", ERR_PROTO},
        {"leading zero", "01", ERR_PROTO},
        {"leading zero, negative", "-01", ERR_PROTO},
        {"leading zeros", "00", ERR_PROTO},
        {"1.", "1.", ERR_PROTO},
        {"1. in a list", "[1.]", ERR_PROTO},
        {".5", ".5", ERR_PROTO},
        {"+1", "+1", ERR_PROTO},
        {"-", "-", ERR_PROTO},
        {"--1", "--1", ERR_PROTO},
        {"-0", "-0", ERR_PROTO},
        {"-0.0", "-0.0", ERR_PROTO},
        {"-0e5", "-0e5", ERR_PROTO},
        {"0e5", "0e5", ERR_OK},
        {"1e", "1e", ERR_PROTO},
        {"1e+", "1e+", ERR_PROTO},
        {"1.e5", "1.e5", ERR_PROTO},
        {"0x10", "0x10", ERR_PROTO},
        {"depth 32", REP32("[") REP32("]"), ERR_OK},
        {"depth 33", "[" REP32("[") REP32("]") "]", ERR_TOO_LARGE},
        {"depth 33 of objects", REP32("{\"a\":") "{" REP32("}") "}", ERR_TOO_LARGE},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        /* A copy without anything behind it, so that a reader that runs over is caught. */
        size_t len = strlen(rows[i].text);
        uint8_t *exact = malloc(len + (len == 0));

        memcpy(exact, rows[i].text, len);
        T_EQ(jx_check(span_of(exact, len), NULL), rows[i].want, rows[i].what);
        free(exact);
    }
}

T_CASE(jx_check_refuses_a_raw_nul)
{
    T_EQ(jx_check(span_of("\"a\0b\"", 5), NULL), ERR_PROTO, "inside a string");
    T_EQ(jx_check(span_of("{}\0", 3), NULL), ERR_PROTO, "behind the value");
}

T_CASE(jx_check_says_at_which_byte)
{
    static const struct {
        const char *text, *byte;
    } rows[] = {
        {"{\"a\":01}", "byte 7:"},
        {"[1,2,x]", "byte 5:"},
        {"{\"aa\":1,\"b\":2,\"aa\":3}", "byte 15:"},
        {"\"\xff\"", "byte 1:"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct fail why = {0};

        T_EQ(jx_check(span_text(rows[i].text), &why), ERR_PROTO, rows[i].text);
        T_OK(strstr(why.text, rows[i].byte) != NULL, why.text);
    }
}

T_CASE(jx_check_bounds_the_number_of_values)
{
    static char text[2 * JX_MAX_VALUES + 8];
    size_t len = 0;

    text[len++] = '[';
    for (int i = 0; i < JX_MAX_VALUES - 1; i++) {
        text[len++] = '1';
        text[len++] = ',';
    }
    text[len - 1] = ']';
    T_EQ(jx_check(span_of(text, len), NULL), ERR_OK, "2,000 with the list itself");
    text[len - 1] = ',';
    text[len] = '1';
    text[len + 1] = ']';
    T_EQ(jx_check(span_of(text, len + 2), NULL), ERR_TOO_LARGE, "2,001");
}

T_CASE(jx_check_bounds_keys_too)
{
    static char text[JX_MAX_BYTES];
    size_t len = 0;

    for (int i = 0; i < JX_MAX_VALUES - 1; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\"%d\":1", i == 0 ? "{" : ",",
                                i);
    text[len] = '}';
    T_EQ(jx_check(span_of(text, len + 1), NULL), ERR_OK, "1,999 different keys");
    len += (size_t)snprintf(text + len, sizeof text - len, ",\"77\":1}");
    T_EQ(jx_check(span_of(text, len), NULL), ERR_TOO_LARGE, "one value more");
    text[2] = '9'; /* the first key is now like the tenth */
    T_EQ(jx_check(span_of(text, len - 8), NULL), ERR_PROTO, "cut");
    text[len - 8] = '}';
    T_EQ(jx_check(span_of(text, len - 7), NULL), ERR_PROTO, "a like pair among many");
}

T_CASE(jx_check_bounds_bytes)
{
    static char text[JX_MAX_BYTES + 1];

    memset(text, ' ', sizeof text);
    text[0] = '1';
    T_EQ(jx_check(span_of(text, JX_MAX_BYTES), NULL), ERR_OK, "64 KiB");
    T_EQ(jx_check(span_of(text, JX_MAX_BYTES + 1), NULL), ERR_TOO_LARGE, "one more");
}
