#include "node/db/checkpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/db/lines.h"

#define SIGNATURE_START "\xe2\x80\x94"

struct checkpoints {
    struct lines *lines;
    uint64_t n_bytes, n_whole_bytes; /* read; up to the last entry's end */
    size_t len;
    uint8_t entry[NOTE_CAP];
};

enum err checkpoints_open(const char *path, struct checkpoints **checkpoints_out,
                          struct fail *why)
{
    struct checkpoints *checkpoints = calloc(1, sizeof *checkpoints);
    enum err rc = ERR_NOMEM;

    *checkpoints_out = NULL;
    if (checkpoints == NULL)
        return fail_set(why, rc, "%s", path);
    rc = lines_open(path, NOTE_CAP, &checkpoints->lines, why);
    if (rc != ERR_OK) {
        checkpoints_close(&checkpoints);
        return rc;
    }
    *checkpoints_out = checkpoints;
    return ERR_OK;
}

void checkpoints_close(struct checkpoints **checkpoints)
{
    if (*checkpoints == NULL)
        return;
    lines_close(&(*checkpoints)->lines);
    free(*checkpoints);
    *checkpoints = NULL;
}

uint64_t checkpoints_whole_bytes(const struct checkpoints *checkpoints)
{
    return checkpoints->n_whole_bytes;
}

/* An entry ends at the first empty line behind a signature line. */
enum err checkpoints_next(struct checkpoints *checkpoints, struct note *note_out,
                          struct fail *why)
{
    bool is_signed = false, is_broken = false;
    struct span line;
    enum err rc;

    checkpoints->len = 0;
    while ((rc = lines_next(checkpoints->lines, &line, why)) == ERR_OK) {
        checkpoints->n_bytes += line.len + 1;
        if (line.len == 0 && is_signed)
            break;
        is_signed = span_has_prefix(line, SPAN(SIGNATURE_START));
        if (is_broken || checkpoints->len + line.len + 1 > NOTE_CAP) {
            is_broken = true;
            continue;
        }
        if (line.len > 0)
            memcpy(checkpoints->entry + checkpoints->len, line.p, line.len);
        checkpoints->len += line.len;
        checkpoints->entry[checkpoints->len++] = '\n';
    }
    if (rc == ERR_NOT_FOUND && checkpoints->len == 0 && !is_broken)
        return rc;
    /* A crash leaves less than a note; more of it is another file or a broken one. */
    if ((rc == ERR_NOT_FOUND || rc == ERR_PROTO) &&
        (is_broken || (rc == ERR_PROTO && line.len >= NOTE_CAP)))
        return fail_set(why, ERR_INVALID, "not checkpoints behind byte %llu",
                        (unsigned long long)checkpoints->n_whole_bytes);
    if (rc == ERR_NOT_FOUND || rc == ERR_PROTO)
        return fail_set(why, ERR_UNCERTAIN, "ends inside an entry at byte %llu",
                        (unsigned long long)checkpoints->n_whole_bytes);
    if (rc != ERR_OK)
        return rc;
    checkpoints->n_whole_bytes = checkpoints->n_bytes;
    if (is_broken)
        return fail_set(why, ERR_PROTO, "an entry over %d bytes", NOTE_CAP);
    return note_parse(span_of(checkpoints->entry, checkpoints->len), note_out, why);
}

static enum err sync_folder(const char *path, struct fail *why)
{
    char copy[PATH_MAX];
    enum err rc = ERR_OK;
    int fd;

    if (strlen(path) >= sizeof copy)
        return fail_set(why, ERR_INVALID, "path of %zu bytes", strlen(path));
    memcpy(copy, path, strlen(path) + 1);
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        rc = fail_set(why, ERR_IO, "folder of %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

static bool write_whole(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = span_from(bytes, (size_t)n);
    }
    return true;
}

enum err checkpoints_append(const char *path, struct span note, struct fail *why)
{
    uint8_t entry[NOTE_CAP + 1];
    struct stat before;
    enum err rc = ERR_OK;
    int fd;

    invariant(note.len > 0 && note.len <= NOTE_CAP, "a note of %zu bytes", note.len);
    memcpy(entry, note.p, note.len);
    entry[note.len] = '\n';
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0 || fstat(fd, &before) != 0) {
        rc = fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!write_whole(fd, span_of(entry, note.len + 1)) || fsync(fd) != 0) {
        rc = fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: %s", path,
                      strerror(errno));
        if (ftruncate(fd, before.st_size) != 0)
            rc = fail_set(why, ERR_IO, "%s: half a note stays", path);
        goto out;
    }
    if (before.st_size == 0)
        rc = sync_folder(path, why);
out:
    if (fd >= 0)
        close(fd);
    return rc;
}

enum err checkpoints_mend(const char *path, uint64_t *n_cut_out, struct fail *why)
{
    struct checkpoints *checkpoints = NULL;
    struct note note;
    struct stat now;
    uint64_t whole = 0;
    enum err rc = checkpoints_open(path, &checkpoints, why);

    *n_cut_out = 0;
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    while (checkpoints != NULL && (rc == ERR_OK || rc == ERR_PROTO))
        rc = checkpoints_next(checkpoints, &note, why);
    if (checkpoints != NULL)
        whole = checkpoints_whole_bytes(checkpoints);
    checkpoints_close(&checkpoints);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_UNCERTAIN)
        return rc;
    if (stat(path, &now) != 0 || truncate(path, (off_t)whole) != 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    *n_cut_out = (uint64_t)now.st_size - whole;
    return ERR_OK;
}
