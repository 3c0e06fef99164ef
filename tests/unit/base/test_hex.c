#include "node/base/hex.h"

#include "tests/t.h"

T_CASE(hex_digit_knows_both_cases_and_nothing_else)
{
    int n_digits = 0;

    for (int c = 0; c < 256; c++)
        n_digits += hex_digit((uint8_t)c) >= 0;
    T_EQ(n_digits, 22, "ten digits, six letters twice");
    T_EQ(hex_digit('0'), 0, "0");
    T_EQ(hex_digit('9'), 9, "9");
    T_EQ(hex_digit('a'), 10, "a");
    T_EQ(hex_digit('F'), 15, "F");
    T_EQ(hex_digit('`'), -1, "before a");
    T_EQ(hex_digit('G'), -1, "behind F");
    T_EQ(hex_digit('@'), -1, "before A");
}

T_CASE(hex_write_and_read_are_inverse_for_every_byte)
{
    uint8_t bytes[256], back[256];
    char digits[512];

    for (int i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    T_OK(hex_write(bytes, sizeof bytes, digits) == digits + sizeof digits, "two a byte");
    T_SPAN(span_of(digits, 8), SPAN("00010203"), "the high digit first");
    T_SPAN(span_of(digits + 504, 8), SPAN("fcfdfeff"), "small letters");
    T_OK(hex_read(span_of(digits, sizeof digits), back, sizeof back), "reads");
    T_SPAN(span_of(back, sizeof back), span_of(bytes, sizeof bytes), "the same bytes");
}

T_CASE(hex_read_takes_one_form_alone)
{
    static const char *const bad[] = {"0a1", "0a1b2", "0a1b2c", "0A1b", "0a1g", "0a 1", ""};
    uint8_t bytes[2];

    for (size_t i = 0; i < T_COUNT(bad); i++)
        T_OK(!hex_read(span_text(bad[i]), bytes, sizeof bytes), bad[i]);
    T_OK(hex_read(SPAN("0a1b"), bytes, sizeof bytes), "the one that is good");
    T_EQ(bytes[0] << 8 | bytes[1], 0x0a1b, "its value");
    T_OK(hex_read(SPAN(""), bytes, 0), "nothing is no bytes");
}
