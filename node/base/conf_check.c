#include "node/base/conf_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/utf.h"

static bool is_plain(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return false;
    return utf_is_valid(s);
}

/* strtoll would also take blanks, a plus sign and leading zeros. */
static bool is_int(struct span s, int64_t least, int64_t most)
{
    char text[24];
    size_t first = s.len > 0 && s.p[0] == '-';
    long long value;

    if (s.len == first || s.len >= sizeof text || (s.p[first] == '0' && s.len > 1))
        return false;
    for (size_t i = first; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    errno = 0;
    value = strtoll(text, NULL, 10);
    return errno == 0 && value >= least && value <= most;
}

static bool is_choice(struct span s, const char *choices)
{
    while (*choices != '\0') {
        size_t len = strcspn(choices, "|");

        if (span_eq(s, span_of(choices, len)))
            return true;
        choices += len + (choices[len] == '|');
    }
    return false;
}

static bool has_length(const struct conf_row *row, struct span s)
{
    return (int64_t)s.len >= row->least && (row->most == 0 || (int64_t)s.len <= row->most);
}

static void text_rule(const struct conf_row *row, char *out, size_t cap)
{
    if (row->most == 0)
        snprintf(out, cap, "%lld バイト以上の文字で書いてください。", (long long)row->least);
    else
        snprintf(out, cap, "%lld バイトから %lld バイトまでの文字で書いてください。",
                 (long long)row->least, (long long)row->most);
}

static void int_rule(const struct conf_row *row, char *out, size_t cap)
{
    bool has_unit = row->unit != NULL && row->unit[0] != '\0';

    snprintf(out, cap, "%lld から %lld までの整数で書いてください%s%s%s。",
             (long long)row->least, (long long)row->most, has_unit ? "（単位は " : "",
             has_unit ? row->unit : "", has_unit ? "）" : "");
}

bool conf_check(const struct conf_row *row, struct span value, char *out, size_t cap)
{
    bool ok = false;

    out[0] = '\0';
    if (!is_plain(value)) {
        snprintf(out, cap, "UTF-8 の文字だけで書いてください。制御文字は使えません。");
        return false;
    }
    switch (row->type) {
    case CONF_TEXT:
        ok = has_length(row, value);
        text_rule(row, out, cap);
        break;
    case CONF_INT:
        ok = is_int(value, row->least, row->most);
        int_rule(row, out, cap);
        break;
    case CONF_BOOL:
        ok = is_choice(value, "true|false");
        snprintf(out, cap, "true か false で書いてください。");
        break;
    case CONF_ENUM:
        ok = is_choice(value, row->choices);
        snprintf(out, cap, "次のどれかを書いてください: %s", row->choices);
        break;
    case CONF_PATH:
        ok = value.len > 0 ? value.p[0] == '/' && has_length(row, value)
                           : row->initial != NULL && row->initial[0] == '\0';
        snprintf(out, cap, "「/」で始まるパスを書いてください。");
        break;
    }
    return ok;
}
