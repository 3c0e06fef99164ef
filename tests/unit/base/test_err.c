#include "node/base/err.h"

#include <stdio.h>
#include <string.h>

#include "node/base/log.h"
#include "tests/t.h"
#include "tests/unit/base/aborts.h"

T_CASE(err_every_code_has_its_row)
{
    for (int i = 0; i < ERR_N; i++) {
        enum err code = (enum err)i;
        int ws = err_ws_close(code);

        T_OK(err_code(code) != NULL && err_code(code)[0] != '\0', "a code");
        T_OK(strspn(err_code(code), "abcdefghijklmnopqrstuvwxyz-") == strlen(err_code(code)),
             "lower case");
        T_OK(code == ERR_OK ? err_http_status(code) == 200
                            : err_http_status(code) >= 400 && err_http_status(code) < 600,
             err_code(code));
        T_OK(code == ERR_OK
                 ? ws == 1000
                 : ws == 1002 || (ws >= 1007 && ws <= 1009) || ws == 1011 || ws == 1013,
             err_code(code));
        T_OK(err_log_level(code) >= LOG_DEBUG && err_log_level(code) <= LOG_ERROR,
             err_code(code));
        for (int j = 0; j < i; j++)
            T_OK(strcmp(err_code(code), err_code((enum err)j)) != 0 ||
                     (i == ERR_NOT_FOUND && j == ERR_DENIED),
                 "codes differ but for the hidden and the missing");
    }
}

T_CASE(err_our_own_faults_are_logged_loudest)
{
    T_EQ(err_log_level(ERR_INTERNAL), LOG_ERROR, "internal");
    T_EQ(err_log_level(ERR_IO), LOG_ERROR, "input and output");
    T_EQ(err_log_level(ERR_INVALID), LOG_DEBUG, "a mistyped form");
}

T_CASE(err_denied_looks_like_not_found)
{
    T_TEXT(err_code(ERR_DENIED), err_code(ERR_NOT_FOUND), "code");
    T_EQ(err_http_status(ERR_DENIED), 404, "status");
    T_EQ(err_http_status(ERR_NOT_FOUND), 404, "status");
    T_EQ(err_ws_close(ERR_DENIED), err_ws_close(ERR_NOT_FOUND), "close code");
}

T_CASE(fail_receives_code_place_and_text)
{
    struct fail why;
    int line = __LINE__ + 1;
    enum err rc = fail_set(&why, ERR_BUSY, "queue of %d", 7);

    T_EQ(rc, ERR_BUSY, "returns the code");
    T_EQ(why.code, ERR_BUSY, "code");
    T_TEXT(why.text, "queue of 7", "text");
    T_TEXT(why.file, __FILE__, "file");
    T_EQ(why.line, line, "line");
    T_TEXT(why.field, "", "no field");
    rc = fail_field(&why, ERR_INVALID, "name", "too long by %d", 2);
    T_EQ(rc, ERR_INVALID, "returns the code");
    T_TEXT(why.field, "name", "field");
    T_TEXT(why.text, "too long by 2", "text");
}

T_CASE(fail_may_be_null)
{
    T_EQ(fail_set(NULL, ERR_IO, "x"), ERR_IO, "set");
    T_EQ(fail_field(NULL, ERR_IO, "f", "x"), ERR_IO, "field");
}

T_CASE(fail_cuts_what_is_too_long)
{
    struct fail why;
    char text[600];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    T_EQ(fail_field(&why, ERR_IO, text, "%s", text), ERR_IO, "returns the code");
    T_EQ(strlen(why.text), sizeof why.text - 1, "text");
    T_EQ(strlen(why.field), sizeof why.field - 1, "field");
}

static void broken(void)
{
    invariant(1 > 2, "one is %d", 1);
}
static void kept(void)
{
    invariant(2 > 1, "two is %d", 2);
}

T_CASE(invariant_broken_aborts)
{
    T_OK(aborts(broken), "broken");
    T_OK(!aborts(kept), "kept");
}

static void to_stdout(void)
{
    dup2(1, 2);
    broken();
}

T_CASE(invariant_broken_says_what_was_expected_and_where)
{
    char said[256] = "";
    int ends[2], out = dup(1);

    fflush(stdout);
    T_EQ(pipe(ends), 0, "pipe");
    dup2(ends[1], 1);
    T_OK(aborts(to_stdout), "aborts");
    dup2(out, 1);
    close(out);
    close(ends[1]);
    T_OK(read(ends[0], said, sizeof said - 1) > 0, "it says something");
    close(ends[0]);
    T_OK(strstr(said, "test_err.c:") != NULL, "place");
    T_OK(strstr(said, "1 > 2") != NULL, "condition");
    T_OK(strstr(said, "one is 1") != NULL, "values");
}
