#include "node/io/ws_answer.h"

#include <strings.h>

bool ws_answer_is_whole(struct span head)
{
    return head.len >= 4 && memcmp(head.p + head.len - 4, "\r\n\r\n", 4) == 0;
}

int ws_answer_status(struct span head)
{
    int status = 0;

    if (!span_has_prefix(head, SPAN("HTTP/1.1 ")) || head.len < 13)
        return 0;
    for (int i = 9; i < 12; i++) {
        if (head.p[i] < '0' || head.p[i] > '9')
            return 0;
        status = status * 10 + (head.p[i] - '0');
    }
    return head.p[12] == ' ' || head.p[12] == '\r' ? status : 0;
}

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp((const char *)s.p, word, s.len) == 0;
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && s.p[0] == ' ')
        s = span_from(s, 1);
    while (s.len > 0 && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* How many lines of the head bear that name; the value of the last one. */
static int n_of(struct span head, const char *name, struct span *value_out)
{
    const size_t name_len = strlen(name);
    int n = 0;

    *value_out = SPAN_NONE;
    while (head.len > 0) {
        const uint8_t *end = memchr(head.p, '\n', head.len);
        struct span line = span_cut(head, 0, end == NULL ? head.len : (size_t)(end - head.p));

        head = span_from(head, line.len + 1);
        if (line.len > 0 && line.p[line.len - 1] == '\r')
            line.len--;
        if (line.len <= name_len || line.p[name_len] != ':' ||
            !is_word(span_cut(line, 0, name_len), name))
            continue;
        *value_out = trimmed(span_from(line, name_len + 1));
        n++;
    }
    return n;
}

bool ws_answer_is_good(struct span head, const char *accept, const char *protocol)
{
    struct span upgrade, accepted, spoken, extensions;

    return ws_answer_is_whole(head) && ws_answer_status(head) == 101 &&
           n_of(head, "upgrade", &upgrade) == 1 && is_word(upgrade, "websocket") &&
           n_of(head, "sec-websocket-accept", &accepted) == 1 &&
           span_eq(accepted, span_text(accept)) &&
           n_of(head, "sec-websocket-protocol", &spoken) == 1 &&
           span_eq(spoken, span_text(protocol)) &&
           n_of(head, "sec-websocket-extensions", &extensions) == 0;
}
