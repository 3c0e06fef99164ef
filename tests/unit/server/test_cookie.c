#include "node/server/cookie.h"
#include "tests/t.h"

T_CASE(cookie_is_found_once_and_plain)
{
    static const struct {
        const char *what, *header, *value;
        enum err want;
    } rows[] = {
        {"alone", "s=abc_-9", "abc_-9", ERR_OK},
        {"among others", "_ga=GA1.2, x; s=abc; t=\"q q\"", "abc", ERR_OK},
        {"without blanks", "a=b;s=abc;c=d", "abc", ERR_OK},
        {"with more blanks", "a=b;   s=abc   ; c=d", "abc", ERR_OK},
        {"not there", "a=b; st=abc; xs=abc", "", ERR_OK},
        {"a name without =", "s; a=b", "", ERR_OK},
        {"no cookies", "", "", ERR_OK},
        {"only separators", ";;; ;", "", ERR_OK},
        {"another case", "S=abc", "", ERR_OK},
        {"twice", "s=abc; s=def", "", ERR_PROTO},
        {"twice the same", "s=abc; s=abc", "", ERR_PROTO},
        {"empty value", "s=", "", ERR_PROTO},
        {"quoted value", "s=\"abc\"", "", ERR_PROTO},
        {"a dot", "s=abc.def", "", ERR_PROTO},
        {"a blank within", "s=abc def", "", ERR_PROTO},
        {"a second =", "s=abc=", "", ERR_PROTO},
    };
    struct span value;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(cookie_find(span_text(rows[i].header), SPAN("s"), &value, NULL), rows[i].want,
             rows[i].what);
        T_SPAN(value, span_text(rows[i].value), rows[i].what);
    }
}
