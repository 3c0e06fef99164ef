#include "node/db/head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/base64.h"

#define FORM     "ibasho-head/1"
#define ROOT_LEN BASE64_LEN(HASH256_BYTES)

struct head_file {
    int fd;
};

enum err head_open(const char *path, struct head_file **head_out, struct fail *why)
{
    struct head_file *head = malloc(sizeof *head);

    *head_out = NULL;
    if (head == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    head->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (head->fd < 0) {
        free(head);
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    }
    *head_out = head;
    return ERR_OK;
}

void head_close(struct head_file **head)
{
    if (*head == NULL)
        return;
    close((*head)->fd);
    free(*head);
    *head = NULL;
}

void head_boot(char boot_out[HEAD_BOOT_CAP])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, boot_out, 36);

    boot_out[n == 36 ? 36 : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

/* One pwrite of one length: a reader sees the old state or the new. */
enum err head_write(struct head_file *head, const struct head_state *state, struct fail *why)
{
    char bytes[HEAD_BYTES], root[ROOT_LEN + 1], next[ROOT_LEN + 1];
    int len;

    root[base64_into(hash256_span(&state->root), root)] = '\0';
    next[base64_into(hash256_span(&state->next_root), next)] = '\0';
    len = snprintf(bytes, sizeof bytes,
                   FORM "\n%s\n%" PRIu64 " %s\n%" PRIu64 " %s\n%" PRIu64 "\n", state->boot,
                   state->n, root, state->next_n, next, state->stored);
    memset(bytes + len, '\n', sizeof bytes - (size_t)len);
    if (pwrite(head->fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return fail_set(why, ERR_IO, "head file: %s", strerror(errno));
    return ERR_OK;
}

/* The line up to the next line feed, which is taken with it. */
static bool take_line(struct span *rest, struct span *line_out)
{
    const uint8_t *end = rest->len == 0 ? NULL : memchr(rest->p, '\n', rest->len);

    if (end == NULL)
        return false;
    *line_out = span_of(rest->p, (size_t)(end - rest->p));
    *rest = span_from(*rest, line_out->len + 1);
    return true;
}

/* Digits at the front; what follows stays in *line. */
static bool take_number(struct span *line, uint64_t *n_out)
{
    size_t n = 0;

    *n_out = 0;
    while (n < line->len && n < 18 && line->p[n] >= '0' && line->p[n] <= '9')
        *n_out = *n_out * 10 + (uint64_t)(line->p[n++] - '0');
    *line = span_from(*line, n);
    return n > 0;
}

static bool take_head(struct span *rest, uint64_t *n_out, struct hash256 *root_out)
{
    struct span line;

    return take_line(rest, &line) && take_number(&line, n_out) && line.len > 0 &&
           line.p[0] == ' ' && base64_read(span_from(line, 1), root_out->b, HASH256_BYTES);
}

static bool parse(struct span rest, struct head_state *state)
{
    struct span line;

    memset(state, 0, sizeof *state);
    if (!take_line(&rest, &line) || !span_eq(line, SPAN(FORM)) || !take_line(&rest, &line) ||
        line.len >= HEAD_BOOT_CAP)
        return false;
    if (line.len > 0)
        memcpy(state->boot, line.p, line.len);
    if (!take_head(&rest, &state->n, &state->root) ||
        !take_head(&rest, &state->next_n, &state->next_root) || !take_line(&rest, &line) ||
        !take_number(&line, &state->stored) || line.len != 0)
        return false;
    for (size_t i = 0; i < rest.len; i++)
        if (rest.p[i] != '\n')
            return false;
    return state->next_n >= state->n;
}

enum err head_read(const char *path, struct head_state *state_out, struct fail *why)
{
    uint8_t bytes[HEAD_BYTES];
    struct head_state state;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                        strerror(errno));
    n = pread(fd, bytes, HEAD_BYTES, 0);
    close(fd);
    if (n < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (n == 0)
        return fail_set(why, ERR_NOT_FOUND, "%s is empty", path);
    if (n != HEAD_BYTES || !parse(span_of(bytes, sizeof bytes), &state))
        return fail_set(why, ERR_PROTO, "%s is no head file", path);
    *state_out = state;
    return ERR_OK;
}
