#include "node/io/headers.h"

#include <arpa/inet.h>
#include <strings.h>

static bool is_alnum(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 9110, section 5.6.2 */
static bool is_token(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.p[i]) && (s.p[i] == '\0' || strchr("!#$%&'*+-.^_`|~", s.p[i]) == NULL))
            return false;
    return s.len > 0;
}

static bool is_same_word(struct span a, const char *b)
{
    return a.len == strlen(b) && strncasecmp((const char *)a.p, b, a.len) == 0;
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && s.p[0] == ' ')
        s = span_from(s, 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

void head_add(struct head *head, struct span name, struct span value)
{
    if (head->n_headers == HEADERS_MAX) {
        head->overflowed = true;
        return;
    }
    head->headers[head->n_headers++] = (struct header){name, value};
}

/* Headers this server reads, each at most once in a request. */
static const struct {
    const char *name;
    size_t offset;
} known[] = {
    {"host", offsetof(struct head, host)},
    {"origin", offsetof(struct head, origin)},
    {"cookie", offsetof(struct head, cookie)},
    {"content-type", offsetof(struct head, content_type)},
    {"transfer-encoding", offsetof(struct head, transfer_encoding)},
    {"x-forwarded-for", offsetof(struct head, forwarded_for)},
    {"x-forwarded-proto", offsetof(struct head, forwarded_proto)},
    {"sec-fetch-site", offsetof(struct head, fetch_site)},
    {"accept-encoding", offsetof(struct head, accept_encoding)},
    {"if-none-match", offsetof(struct head, if_none_match)},
    {"user-agent", offsetof(struct head, user_agent)},
};

/* Eighteen digits fit int64_t; a list ("5, 5") is what smuggling is made of. */
static enum err read_length(struct head *head, struct span value, struct fail *why)
{
    int64_t n = 0;

    if (head->content_length >= 0)
        return fail_set(why, ERR_PROTO, "Content-Length twice");
    if (value.len == 0 || value.len > 18)
        return fail_set(why, ERR_PROTO, "Content-Length of %zu digits", value.len);
    for (size_t i = 0; i < value.len; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return fail_set(why, ERR_PROTO, "Content-Length is not a number");
        n = n * 10 + (value.p[i] - '0');
    }
    head->content_length = n;
    return ERR_OK;
}

static enum err note_known(struct head *head, const struct header *header, struct fail *why)
{
    if (is_same_word(header->name, "content-length"))
        return read_length(head, header->value, why);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct span *place = (struct span *)(void *)((char *)head + known[i].offset);

        if (!is_same_word(header->name, known[i].name))
            continue;
        if (place->p != NULL && head->is_signed && place == &head->content_type)
            break;
        if (place->p != NULL)
            return fail_set(why, ERR_PROTO, "%s twice", known[i].name);
        /* An empty value must count as present. */
        *place = header->value.p == NULL ? SPAN("") : header->value;
        break;
    }
    return ERR_OK;
}

static enum err check_header(const struct header *header, struct fail *why)
{
    if (!is_token(header->name))
        return fail_set(why, ERR_PROTO, "header name is not a token");
    for (size_t i = 0; i < header->value.len; i++)
        if (header->value.p[i] < 0x20 || header->value.p[i] == 0x7f)
            return fail_set(why, ERR_PROTO, "control byte 0x%02x in a header",
                            header->value.p[i]);
    return ERR_OK;
}

static enum err check_together(const struct head *head, struct fail *why)
{
    if (head->host.p == NULL || head->host.len == 0)
        return fail_set(why, ERR_PROTO, "no Host");
    for (size_t i = 0; i < head->host.len; i++)
        if (!is_alnum(head->host.p[i]) &&
            (head->host.p[i] == '\0' || strchr("-._:[]", head->host.p[i]) == NULL))
            return fail_set(why, ERR_PROTO, "Host holds byte 0x%02x", head->host.p[i]);
    if (head->transfer_encoding.p != NULL && head->content_length >= 0)
        return fail_set(why, ERR_PROTO, "Content-Length with Transfer-Encoding");
    return ERR_OK;
}

enum err head_check(struct head *head, struct fail *why)
{
    size_t n_bytes = 0;
    enum err rc = ERR_OK;

    head->content_length = -1;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        *(struct span *)(void *)((char *)head + known[i].offset) = SPAN_NONE;
    if (!span_eq(head->version, SPAN("HTTP/1.1")))
        return fail_set(why, ERR_PROTO, "not HTTP/1.1");
    if (!is_token(head->method))
        return fail_set(why, ERR_PROTO, "method is not a token");
    for (int i = 0; i < head->n_headers && rc == ERR_OK; i++) {
        n_bytes += head->headers[i].name.len + head->headers[i].value.len + 4;
        rc = check_header(&head->headers[i], why);
        if (rc == ERR_OK)
            rc = note_known(head, &head->headers[i], why);
    }
    if (rc == ERR_OK && (head->overflowed || n_bytes > HEADERS_MAX_BYTES))
        rc = fail_set(why, ERR_TOO_LARGE, "%d headers of %zu bytes", head->n_headers, n_bytes);
    return rc == ERR_OK ? check_together(head, why) : rc;
}

/* A line that was cut or folded, or that ends in LF alone, is not followed at a distance of 2.
 */
static const uint8_t *next_line(struct span line)
{
    return line.p + line.len + 2;
}

/* Name and value on one line: the colon (a NUL by now), then blanks only. */
static bool is_one_line(const struct header *header)
{
    const uint8_t *p = header->name.p + header->name.len;

    if (header->value.p <= p || header->value.p - p > HEADERS_MAX_BYTES)
        return false;
    for (p++; p < header->value.p; p++)
        if (*p != ' ')
            return false;
    return true;
}

/* The last line's end and the empty line: four bytes, and nothing but line ends in them. Else a
 * bare LF and an "empty" line that begins with a NUL would make up for each other's length. */
static bool is_end_of_head(const uint8_t *p, const uint8_t *end)
{
    if (end - p != 4)
        return false;
    for (; p < end; p++)
        if (*p != '\0' && *p != '\r' && *p != '\n')
            return false;
    return true;
}

bool head_is_whole(const struct head *head)
{
    struct span line = head->version;

    if (head->overflowed || head->target.p != head->method.p + head->method.len + 1 ||
        head->version.p != head->target.p + head->target.len + 1)
        return false;
    for (int i = 0; i < head->n_headers; i++) {
        const struct header *header = &head->headers[i];

        if (header->name.p != next_line(line) || !is_one_line(header))
            return false;
        line = header->value;
    }
    return is_end_of_head(next_line(line) - 2, head->method.p + head->n_bytes);
}

bool head_is_same_origin(const struct head *head, struct span own_origin)
{
    if (head->fetch_site.p != NULL && !span_eq(head->fetch_site, SPAN("same-origin")))
        return false;
    if (head->origin.p != NULL)
        return own_origin.len > 0 && span_eq(head->origin, own_origin);
    return head->fetch_site.p != NULL;
}

bool address_is_plain(struct span text)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t address[sizeof(struct in6_addr)];

    if (text.len == 0 || text.len >= sizeof copy || memchr(text.p, '\0', text.len) != NULL)
        return false;
    memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET, copy, address) == 1 || inet_pton(AF_INET6, copy, address) == 1;
}

bool content_type_is(struct span content_type, struct span want)
{
    struct span rest;

    if (content_type.len < want.len ||
        strncasecmp((const char *)content_type.p, (const char *)want.p, want.len) != 0)
        return false;
    rest = trimmed(span_from(content_type, want.len));
    if (rest.len == 0)
        return true;
    if (rest.p[0] != ';')
        return false;
    rest = trimmed(span_from(rest, 1));
    return is_same_word(rest, "charset=utf-8") || is_same_word(rest, "charset=\"utf-8\"");
}

/* One element of Accept-Encoding: "gzip" or "gzip;q=0.5". */
static bool is_wanted_gzip(struct span element)
{
    const uint8_t *mark = element.len == 0 ? NULL : memchr(element.p, ';', element.len);
    size_t name_len = mark == NULL ? element.len : (size_t)(mark - element.p);
    struct span weight = trimmed(span_from(element, name_len + 1));

    if (!is_same_word(trimmed(span_cut(element, 0, name_len)), "gzip"))
        return false;
    for (size_t i = 2; i < weight.len; i++)
        if (weight.p[i] >= '1' && weight.p[i] <= '9')
            return true;
    return weight.len == 0;
}

bool accepts_gzip(struct span accept_encoding)
{
    size_t start = 0;

    for (size_t i = 0; i <= accept_encoding.len; i++) {
        if (i < accept_encoding.len && accept_encoding.p[i] != ',')
            continue;
        if (is_wanted_gzip(trimmed(span_cut(accept_encoding, start, i - start))))
            return true;
        start = i + 1;
    }
    return false;
}
