/* Header lines and the first line, before anything is believed of them. The listener has its
 * own checks in front; these hold for whatever reaches the profile, so that a signature base is
 * never made of bytes that could stand for two messages. */
#include "federation/profile_priv.h"

/* What may stand once: all that is signed, all that decides where the message ends. */
static const struct span once[] = {
    {(const uint8_t *)"content-digest", 14}, {(const uint8_t *)"content-type", 12},
    {(const uint8_t *)"ibasho-dest", 11},    {(const uint8_t *)"ibasho-reg", 10},
    {(const uint8_t *)"ibasho-op", 9},       {(const uint8_t *)"signature-input", 15},
    {(const uint8_t *)"signature", 9},       {(const uint8_t *)"host", 4},
    {(const uint8_t *)"content-length", 14},
};

struct span fed_header_one(const struct fed_header *headers, int n, struct span name)
{
    struct span value = SPAN_NONE;
    int n_found = 0;

    for (int i = 0; i < n; i++)
        if (span_eq(headers[i].name, name)) {
            value = headers[i].value;
            n_found++;
        }
    return n_found == 1 ? value : SPAN_NONE;
}

static int count(const struct fed_header *headers, int n, struct span name)
{
    int n_found = 0;

    for (int i = 0; i < n; i++)
        n_found += span_eq(headers[i].name, name);
    return n_found;
}

/* Every character is of `extra` or a small letter or a digit. */
static bool is_of(struct span text, const char *extra)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
            (c == '\0' || strchr(extra, c) == NULL))
            return false;
    }
    return true;
}

/* Visible ASCII; blanks only if blank_too, and then not first or last. */
static bool is_visible(struct span text, bool blank_too)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] >= 0x7f || text.p[i] < (blank_too ? 0x20 : 0x21))
            return false;
    return text.len == 0 || (text.p[0] != ' ' && text.p[text.len - 1] != ' ');
}

bool line_is_good(const struct fed_message *message)
{
    bool is_get = span_eq(message->method, SPAN("GET"));

    return (is_get || span_eq(message->method, SPAN("POST"))) && message->authority.len > 0 &&
           is_of(message->authority, ".-:") && message->path.len > 0 &&
           message->path.p[0] == '/' && is_visible(message->path, false) &&
           memchr(message->path.p, '?', message->path.len) == NULL &&
           memchr(message->path.p, '#', message->path.len) == NULL &&
           is_visible(message->query, false) &&
           (message->query.len == 0 ||
            memchr(message->query.p, '#', message->query.len) == NULL);
}

enum fed_code headers_size(const struct fed_header *headers, int n)
{
    size_t sum = 0;

    if (n > PROFILE_HEADERS_MOST)
        return FED_TOO_LARGE;
    for (int i = 0; i < n; i++) {
        if (headers[i].value.len > PROFILE_VALUE_MOST ||
            headers[i].name.len > PROFILE_VALUE_MOST)
            return FED_TOO_LARGE;
        sum += headers[i].name.len + headers[i].value.len + sizeof ": \r\n" - 1;
    }
    return sum > PROFILE_HEADERS_BYTES ? FED_TOO_LARGE : FED_OK;
}

static bool length_is_true(const struct fed_header *headers, int n, size_t body_len)
{
    struct sfv in = {.rest = fed_header_one(headers, n, SPAN("content-length"))};

    if (count(headers, n, SPAN("content-length")) == 0)
        return true;
    return sfv_number(&in) == (int64_t)body_len && sfv_ended(&in);
}

enum fed_code headers_check(const struct fed_header *headers, int n, size_t body_len)
{
    for (int i = 0; i < n; i++)
        if (headers[i].name.len == 0 || !is_of(headers[i].name, "!#$%&'*+-.^_`|~") ||
            !is_visible(headers[i].value, true))
            return FED_SIG_PROFILE;
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (count(headers, n, once[i]) > 1)
            return FED_SIG_PROFILE;
    if (!length_is_true(headers, n, body_len) ||
        count(headers, n, SPAN("transfer-encoding")) > 0)
        return FED_SIG_PROFILE;
    return count(headers, n, SPAN("content-encoding")) > 0 ? FED_MEDIA : FED_OK;
}
