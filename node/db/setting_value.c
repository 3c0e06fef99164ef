#include "node/db/setting_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "node/base/utf.h"

struct check {
    const struct setting *row;
    struct arena *arena;
    struct jx_defect *defect;
    struct fail *why;
};

static enum err refuse(const struct check *c, const char *rule, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* The sentence names the setting by its title; a value is never quoted back. */
static enum err refuse(const struct check *c, const char *rule, const char *fmt, ...)
{
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (c->defect != NULL) {
        char *sentence = arena_printf(c->arena, "「%s」は%s", c->row->title_ja, text);

        if (sentence == NULL)
            return fail_set(c->why, ERR_NOMEM, "sentence");
        *c->defect = (struct jx_defect){
            .pointer = SPAN("/value"), .rule = rule, .text_ja = span_text(sentence)};
    }
    return fail_field(c->why, ERR_INVALID, "value", "setting %s: %s", c->row->name, rule);
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Decimal as JSON writes it: no plus, no leading zero; at most 15 digits, so within 2^53-1. */
static bool read_int(struct span s, int64_t *out)
{
    bool minus = s.len > 0 && s.p[0] == '-';
    struct span digits = span_from(s, minus ? 1 : 0);
    int64_t n = 0;

    if (digits.len == 0 || digits.len > 15 || (digits.len > 1 && digits.p[0] == '0') ||
        (minus && digits.p[0] == '0'))
        return false;
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.p[i]))
            return false;
        n = n * 10 + (digits.p[i] - '0');
    }
    *out = minus ? -n : n;
    return true;
}

static enum err check_int(const struct check *c, struct span value, int64_t *out)
{
    const struct setting *row = c->row;
    int64_t n = 0;
    bool is_int = read_int(value, &n);

    if (!is_int || n < row->least || n > row->most)
        return refuse(c,
                      !is_int          ? "type"
                      : n < row->least ? "least"
                                       : "most",
                      "%lld%sから%lld%sまでの整数（半角の数字）で入れてください。",
                      (long long)row->least, row->unit, (long long)row->most, row->unit);
    *out = n;
    return ERR_OK;
}

static enum err check_bool(const struct check *c, struct span value, int64_t *out)
{
    if (!span_eq(value, SPAN("true")) && !span_eq(value, SPAN("false")))
        return refuse(c, "type", "true（する）か false（しない）のどちらかにしてください。");
    *out = span_eq(value, SPAN("true"));
    return ERR_OK;
}

static enum err check_choice(const struct check *c, struct span value, int64_t *out)
{
    const char *at = c->row->choices;

    for (int64_t i = 0; at != NULL; i++) {
        size_t len = strcspn(at, "|");

        if (span_eq(value, span_of(at, len))) {
            *out = i;
            return ERR_OK;
        }
        at = at[len] == '|' ? at + len + 1 : NULL;
    }
    return refuse(c, "choice", "%s のどれかを選んでください。", c->row->choices);
}

static enum err check_text(const struct check *c, struct span value, int64_t *out)
{
    size_t n = 0;

    if (!utf_is_valid(value) || utf_n_graphemes(value, &n, NULL) != ERR_OK)
        return refuse(c, "format", "文字として読めません。入れなおしてください。");
    if ((int64_t)n < c->row->least || (int64_t)n > c->row->most)
        return refuse(c, (int64_t)n < c->row->least ? "least" : "most",
                      "%lld文字から%lld文字までで入れてください。", (long long)c->row->least,
                      (long long)c->row->most);
    *out = (int64_t)n;
    return ERR_OK;
}

static enum err check_time(const struct check *c, struct span value, int64_t *out)
{
    const uint8_t *p = value.p;
    int hour, minute;

    if (value.len != 5 || p[2] != ':' || !is_digit(p[0]) || !is_digit(p[1]) ||
        !is_digit(p[3]) || !is_digit(p[4]))
        return refuse(c, "format", "「09:30」のように、半角の時刻（時:分）で入れてください。");
    hour = (p[0] - '0') * 10 + p[1] - '0';
    minute = (p[3] - '0') * 10 + p[4] - '0';
    if (hour > 23 || minute > 59)
        return refuse(c, "most", "00:00から23:59までの時刻で入れてください。");
    *out = hour * 60 + minute;
    return ERR_OK;
}

enum err setting_value_read(const struct setting *row, struct span value, struct arena *arena,
                            int64_t *number_out, struct jx_defect *defect_out, struct fail *why)
{
    const struct check c = {row, arena, defect_out, why};

    switch (row->type) {
    case SETTING_INT:
        return check_int(&c, value, number_out);
    case SETTING_BOOL:
        return check_bool(&c, value, number_out);
    case SETTING_ENUM:
        return check_choice(&c, value, number_out);
    case SETTING_TEXT:
        return check_text(&c, value, number_out);
    case SETTING_TIME:
        return check_time(&c, value, number_out);
    }
    return fail_set(why, ERR_INTERNAL, "setting %s has type %d", row->name, (int)row->type);
}
