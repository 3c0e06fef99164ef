/* covers: node/io/headers.c */
/* Any bytes as the head of a request. They are first taken apart as libmicrohttpd 0.9.75 does
 * (bare LF ends a line, a NUL ends a value, folded lines are glued on, blanks are skipped), in
 * a buffer of their own; what head_is_whole and head_check then accept must be what a strict
 * reader of RFC 9112 finds in the untouched bytes: the same first line, the same headers, one
 * Host, no two ways to say where the body ends. */
#include "node/io/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define HEAD_MAX    20000

static uint8_t buffer[HEAD_MAX + 8], glue[2 * HEAD_MAX];

/* ---- the library's way ---- */

/* Overwrites the line's end; false when none has come. */
static bool library_line(size_t len, size_t *at, uint8_t **line_out)
{
    size_t i = *at;

    while (i < len && buffer[i] != '\n')
        i++;
    if (i >= len)
        return false;
    *line_out = buffer + *at;
    if (i > *at && buffer[i - 1] == '\r')
        buffer[i - 1] = 0;
    buffer[i] = 0;
    *at = i + 1;
    return true;
}

static bool library_first(uint8_t *line, size_t line_len, struct head *head)
{
    uint8_t *target = memchr(line, ' ', line_len), *version = line + line_len - 1;

    if (target == NULL)
        return false;
    *target++ = 0;
    while (target < line + line_len && *target == ' ')
        target++;
    while (version > target && *version == ' ')
        version--;
    while (version > target && *version != ' ')
        version--;
    if (version <= target)
        return false;
    *version++ = 0;
    head->method = span_text((char *)line);
    head->target = span_text((char *)target);
    head->version = span_text((char *)version);
    return true;
}

static bool library_header(uint8_t *line, struct header *header)
{
    uint8_t *colon = (uint8_t *)strchr((char *)line, ':');

    if (colon == NULL)
        return false;
    *colon++ = 0;
    while (*colon == ' ' || *colon == '\t')
        colon++;
    *header = (struct header){span_text((char *)line), span_text((char *)colon)};
    return true;
}

static bool library_reads(size_t len, struct head *head)
{
    struct header last = {SPAN_NONE, SPAN_NONE};
    size_t at = 0, before;
    uint8_t *line;

    if (!library_line(len, &at, &line))
        return false;
    if (!library_first(line, (size_t)(strlen((char *)line)), head))
        return false;
    for (before = at; library_line(len, &at, &line); before = at) {
        if (last.name.p != NULL && (*line == ' ' || *line == '\t') && at - before > 2) {
            int n = snprintf((char *)glue, sizeof glue, "%.*s%s", SPAN_ARG(last.name), line);

            last.name = span_of(glue, (size_t)n); /* it glues to the name: moved elsewhere */
            continue;
        }
        if (last.name.p != NULL)
            head_add(head, last.name, last.value);
        if (*line == 0) {
            head->n_bytes = at;
            return true;
        }
        if (!library_header(line, &last))
            return false;
    }
    return false;
}

/* ---- the strict way: every byte that came is accounted for ---- */

static void take(struct span *rest, struct span want)
{
    CHECK(span_has_prefix(*rest, want));
    *rest = span_from(*rest, want.len);
}

/* The library overwrites line ends with NULs, so a NUL that stood there cannot be told apart.
 */
static void take_end(struct span *rest)
{
    CHECK(rest->len >= 2);
    for (int i = 0; i < 2; i++)
        CHECK(rest->p[i] == '\r' || rest->p[i] == '\n' || rest->p[i] == '\0');
    *rest = span_from(*rest, 2);
}

static int is_name(struct span name, const char *want)
{
    return name.len == strlen(want) && strncasecmp((const char *)name.p, want, name.len) == 0;
}

static void check_strictly(struct span rest, const struct head *head)
{
    int n_host = 0, n_length = 0, n_coding = 0;

    CHECK(span_eq(head->version, SPAN("HTTP/1.1")));
    take(&rest, head->method);
    take(&rest, SPAN(" "));
    take(&rest, head->target);
    take(&rest, SPAN(" "));
    take(&rest, head->version);
    take_end(&rest);
    for (int i = 0; i < head->n_headers; i++) {
        const struct header *h = &head->headers[i];

        take(&rest, h->name);
        take(&rest, SPAN(":"));
        while (rest.len > 0 && rest.p[0] == ' ')
            rest = span_from(rest, 1);
        take(&rest, h->value);
        take_end(&rest);
        n_host += is_name(h->name, "host");
        n_length += is_name(h->name, "content-length");
        n_coding += is_name(h->name, "transfer-encoding");
    }
    take_end(&rest);
    CHECK(n_host == 1 && n_length + n_coding <= 1);
    CHECK((n_length == 1) == (head->content_length >= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct head head;

    if (size == 0 || size > HEAD_MAX)
        return 0;
    memset(&head, 0, sizeof head);
    memcpy(buffer, data, size);
    memset(buffer + size, 0xaa, 8);
    buffer[size] = 0;
    if (!library_reads(size, &head))
        return 0;
    if (!head_is_whole(&head) || head_check(&head, NULL) != ERR_OK)
        return 0;
    check_strictly(span_of(data, size), &head);
    CHECK(!head_is_same_origin(&head, SPAN("https://a.jp")) ||
          span_eq(head.origin, SPAN("https://a.jp")) ||
          (head.origin.p == NULL && span_eq(head.fetch_site, SPAN("same-origin"))));
    CHECK(!address_is_plain(head.forwarded_for) ||
          memchr(head.forwarded_for.p, ',', head.forwarded_for.len) == NULL);
    (void)content_type_is(head.content_type, SPAN("application/json"));
    (void)accepts_gzip(head.accept_encoding);
    return 0;
}
