#include "node/db/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES 262144

struct lines {
    int fd;
    bool is_end, is_file;
    uint64_t n_left;               /* bytes of a regular file still to read */
    size_t at, len, cap, line_cap; /* unread: buffer[at, len) */
    uint64_t n;
    uint8_t *buffer;
};

enum err lines_open(const char *path, size_t cap_bytes, struct lines **lines_out,
                    struct fail *why)
{
    struct lines *lines = calloc(1, sizeof *lines);
    enum err rc = ERR_NOMEM;
    struct stat st;

    *lines_out = NULL;
    if (lines == NULL)
        return fail_set(why, rc, "%s", path);
    lines->line_cap = cap_bytes;
    lines->cap = cap_bytes + READ_BYTES;
    lines->buffer = malloc(lines->cap);
    lines->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (lines->buffer == NULL)
        goto out;
    rc = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    if (lines->fd < 0)
        goto out;
    if (fstat(lines->fd, &st) == 0 && S_ISREG(st.st_mode)) {
        lines->is_file = true;
        lines->n_left = (uint64_t)st.st_size;
    }
    *lines_out = lines;
    return ERR_OK;
out:
    rc = fail_set(why, rc, "%s: %s", path, strerror(errno));
    lines_close(&lines);
    return rc;
}

void lines_close(struct lines **lines)
{
    if (*lines == NULL)
        return;
    if ((*lines)->fd >= 0)
        close((*lines)->fd);
    free((*lines)->buffer);
    free(*lines);
    *lines = NULL;
}

uint64_t lines_n(const struct lines *lines)
{
    return lines->n;
}

static enum err fill(struct lines *lines, struct fail *why)
{
    size_t room;
    ssize_t got;

    if (lines->cap - lines->len < READ_BYTES) { /* the tail moves once in many lines */
        memmove(lines->buffer, lines->buffer + lines->at, lines->len - lines->at);
        lines->len -= lines->at;
        lines->at = 0;
    }
    room = lines->cap - lines->len;
    if (lines->is_file && room > lines->n_left)
        room = (size_t)lines->n_left;
    do
        got = room == 0 ? 0 : read(lines->fd, lines->buffer + lines->len, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail_set(why, ERR_IO, "read: %s", strerror(errno));
    lines->is_end = got == 0;
    lines->n_left -= lines->is_file ? (uint64_t)got : 0;
    lines->len += (size_t)got;
    return ERR_OK;
}

enum err lines_next(struct lines *lines, struct span *line_out, struct fail *why)
{
    size_t seen = 0; /* of the unread bytes, those without a line feed */

    for (;;) {
        const uint8_t *p = lines->buffer + lines->at, *end;
        size_t n = lines->len - lines->at;
        enum err rc;

        end = n == seen ? NULL : memchr(p + seen, '\n', n - seen);
        if (end != NULL && (size_t)(end - p) < lines->line_cap) {
            *line_out = span_of(p, (size_t)(end - p));
            lines->at += line_out->len + 1;
            lines->n++;
            return ERR_OK;
        }
        seen = n;
        if (n >= lines->line_cap || (lines->is_end && n > 0)) {
            *line_out = span_of(p, n);
            return fail_set(why, ERR_PROTO, "line %llu has no end within %zu bytes",
                            (unsigned long long)lines->n + 1, lines->line_cap);
        }
        if (lines->is_end)
            return ERR_NOT_FOUND;
        rc = fill(lines, why);
        if (rc != ERR_OK)
            return rc;
    }
}
