/* RFC 6238, appendix B (SHA-1 rows, 8 digits) and the rules of totp.h. NI-2.3.4-2b */
#include "tenants/signin/totp.h"

#include <stdio.h>

#include "tests/t.h"

#define RFC_SECRET SPAN("12345678901234567890")

static int64_t at_s(int64_t s)
{
    return s * 1000000;
}

static struct span code_of(int64_t s, char text[16])
{
    uint32_t code = 0;

    T_EQ(totp_code(RFC_SECRET, s / TOTP_STEP_S, TOTP_DIGITS, &code, NULL), ERR_OK, "code");
    snprintf(text, 16, "%06u", code);
    return span_text(text);
}

T_CASE(totp_gives_the_codes_of_the_standard)
{
    static const struct {
        const char *what;
        int64_t s;
        uint32_t want;
    } rows[] = {
        {"1970-01-01 00:00:59", 59, 94287082},
        {"2005-03-18 01:58:29", 1111111109, 7081804},
        {"2005-03-18 01:58:31", 1111111111, 14050471},
        {"2009-02-13 23:31:30", 1234567890, 89005924},
        {"2033-05-18 03:33:20", 2000000000, 69279037},
        {"2603-10-11 11:33:20", 20000000000, 65353130},
    };

    T_REQ("NI-2.3.4-2b");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint32_t code = 0;

        T_EQ(totp_code(RFC_SECRET, rows[i].s / TOTP_STEP_S, 8, &code, NULL), ERR_OK,
             rows[i].what);
        T_EQ(code, rows[i].want, rows[i].what);
        T_EQ(totp_code(RFC_SECRET, rows[i].s / TOTP_STEP_S, 6, &code, NULL), ERR_OK,
             rows[i].what);
        T_EQ(code, rows[i].want % 1000000, "the last six digits");
    }
}

T_CASE(totp_takes_the_step_before_and_after_and_no_other)
{
    static const struct {
        const char *what;
        int64_t late_s;
        enum err want;
    } rows[] = {
        {"two steps late", 60, ERR_DENIED},
        {"one step late", 30, ERR_OK},
        {"in time", 0, ERR_OK},
        {"one step early", -30, ERR_OK},
        {"two steps early", -60, ERR_DENIED},
    };
    char text[16];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int64_t step = -1;

        T_EQ(totp_check(RFC_SECRET, code_of(1234567890, text),
                        at_s(1234567890 + rows[i].late_s), -1, &step, NULL),
             rows[i].want, rows[i].what);
        T_EQ(step, rows[i].want == ERR_OK ? 1234567890 / 30 : -1, "names the code's own step");
    }
}

T_CASE(totp_takes_each_step_once)
{
    char text[16];
    int64_t step = 0, again = -1;

    T_EQ(totp_check(RFC_SECRET, code_of(1000000020, text), at_s(1000000020), -1, &step, NULL),
         ERR_OK, "first use");
    T_EQ(
        totp_check(RFC_SECRET, code_of(1000000020, text), at_s(1000000021), step, &again, NULL),
        ERR_DENIED, "second use");
    T_EQ(totp_check(RFC_SECRET, code_of(999999990, text), at_s(1000000021), step, &again, NULL),
         ERR_DENIED, "an older step after a newer one");
    T_EQ(again, -1, "nothing is handed out");
    T_EQ(
        totp_check(RFC_SECRET, code_of(1000000050, text), at_s(1000000050), step, &again, NULL),
        ERR_OK, "the next step");
}

T_CASE(totp_refuses_what_is_not_six_digits)
{
    static const char *const rows[] = {"",       "12345",        "1234567", "12345a",
                                       " 12345", "１２３４５６", "-12345"};
    int64_t step = -1;

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(totp_check(RFC_SECRET, span_text(rows[i]), at_s(59), -1, &step, NULL), ERR_DENIED,
             rows[i]);
    T_EQ(step, -1, "nothing is handed out");
}

T_CASE(totp_secret_reads_in_an_app)
{
    char base32[TOTP_BASE32_CAP];
    struct arena *arena = NULL;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    totp_base32(RFC_SECRET.p, base32);
    T_TEXT(base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "RFC 4648 base32");
    T_TEXT(totp_uri(arena, SPAN("あおぞら市"), SPAN("sato@board"), RFC_SECRET.p),
           "otpauth://totp/%E3%81%82%E3%81%8A%E3%81%9E%E3%82%89%E5%B8%82:sato%40board"
           "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
           "&issuer=%E3%81%82%E3%81%8A%E3%81%9E%E3%82%89%E5%B8%82",
           "otpauth address");
    arena_destroy(&arena);
}
