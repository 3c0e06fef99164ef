#include "node/db/head.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/base64.h"

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
                   "ibasho-head/1\n%s\n%" PRIu64 " %s\n%" PRIu64 " %s\n%" PRIu64 "\n",
                   state->boot, state->n, root, state->next_n, next, state->stored);
    memset(bytes + len, '\n', sizeof bytes - (size_t)len);
    if (pwrite(head->fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return fail_set(why, ERR_IO, "head file: %s", strerror(errno));
    return ERR_OK;
}

static bool parse(char *bytes, struct head_state *state)
{
    char root[ROOT_LEN + 1], next[ROOT_LEN + 1], *line = bytes, *end;

    if (strncmp(line, "ibasho-head/1\n", 14) != 0)
        return false;
    line += 14;
    end = strchr(line, '\n');
    if (end == NULL || end - line >= HEAD_BOOT_CAP)
        return false;
    memcpy(state->boot, line, (size_t)(end - line));
    state->boot[end - line] = '\0';
    return sscanf(end + 1, "%18" SCNu64 " %44s\n%18" SCNu64 " %44s\n%18" SCNu64 "\n", &state->n,
                  root, &state->next_n, next, &state->stored) == 5 &&
           base64_read(span_text(root), state->root.b, HASH256_BYTES) &&
           base64_read(span_text(next), state->next_root.b, HASH256_BYTES) &&
           state->next_n >= state->n;
}

enum err head_read(const char *path, struct head_state *state_out, struct fail *why)
{
    char bytes[HEAD_BYTES + 1];
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
    bytes[n] = '\0';
    if (n != HEAD_BYTES || !parse(bytes, &state))
        return fail_set(why, ERR_PROTO, "%s is no head file", path);
    *state_out = state;
    return ERR_OK;
}
