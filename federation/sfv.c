#include "federation/sfv.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/err.h"
#include "node/db/base64.h"

#define DIGITS_MOST 15 /* RFC 8941, section 3.3.1 */

void sfv_literal(struct sfv *in, struct span text)
{
    if (in->is_bad || !span_has_prefix(in->rest, text)) {
        in->is_bad = true;
        return;
    }
    in->rest = span_from(in->rest, text.len);
}

int64_t sfv_number(struct sfv *in)
{
    int64_t number = 0;
    size_t n = 0;

    while (!in->is_bad && n < in->rest.len && in->rest.p[n] >= '0' && in->rest.p[n] <= '9') {
        if (n == DIGITS_MOST) {
            in->is_bad = true;
            break;
        }
        number = number * 10 + (in->rest.p[n++] - '0');
    }
    /* "007" is the same integer to RFC 8941, but not what it would write. */
    if (in->is_bad || n == 0 || (n > 1 && in->rest.p[0] == '0')) {
        in->is_bad = true;
        return 0;
    }
    in->rest = span_from(in->rest, n);
    return number;
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

struct span sfv_string(struct sfv *in, size_t most)
{
    struct span text;
    size_t n = 0;

    sfv_literal(in, SPAN("\""));
    while (!in->is_bad && n < in->rest.len && n <= most && is_plain(in->rest.p[n]))
        n++;
    text = span_cut(in->rest, 0, n);
    if (n > most)
        in->is_bad = true;
    if (!in->is_bad)
        in->rest = span_from(in->rest, n);
    sfv_literal(in, SPAN("\""));
    return in->is_bad ? SPAN_NONE : text;
}

void sfv_bytes(struct sfv *in, uint8_t *bytes_out, size_t len)
{
    struct span text;

    sfv_literal(in, SPAN(":"));
    text = span_cut(in->rest, 0, BASE64_LEN(len));
    if (in->is_bad || !base64_read(text, bytes_out, len)) {
        in->is_bad = true;
        memset(bytes_out, 0, len);
        return;
    }
    in->rest = span_from(in->rest, text.len);
    sfv_literal(in, SPAN(":"));
}

bool sfv_ended(const struct sfv *in)
{
    return !in->is_bad && in->rest.len == 0;
}

void sfv_put(struct sfv_out *out, struct span text)
{
    if (out->is_over || text.len > out->cap - out->len) {
        out->is_over = true;
        return;
    }
    if (text.len > 0)
        memcpy(out->p + out->len, text.p, text.len);
    out->len += text.len;
}

void sfv_put_number(struct sfv_out *out, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRId64, number);
    sfv_put(out, span_text(digits));
}

void sfv_put_string(struct sfv_out *out, struct span text)
{
    sfv_put(out, SPAN("\""));
    sfv_put(out, text);
    sfv_put(out, SPAN("\""));
}

void sfv_put_bytes(struct sfv_out *out, struct span bytes)
{
    char base64[BASE64_LEN(SFV_BYTES_MOST)];

    invariant(bytes.len <= SFV_BYTES_MOST, "a byte sequence of %zu bytes", bytes.len);
    sfv_put(out, SPAN(":"));
    sfv_put(out, span_of(base64, base64_into(bytes, base64)));
    sfv_put(out, SPAN(":"));
}
