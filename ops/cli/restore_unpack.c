/* A sealed backup back into a directory. One thread opens the sealed stream into a pipe, this
 * one unpacks what comes out of it with libarchive. A chunk reaches the pipe only after it was
 * authenticated; that nothing is missing at the end is known only then. So PG_VERSION, without
 * which PostgreSQL starts on nothing, is written last of all: a restore that was cut off cannot
 * be taken for a whole one. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "node/base/wholefile.h"
#include "node/db/sealstream.h"
#include "ops/cli/restore.h"

#define PIECE_BYTES   65536
#define VERSION_BYTES 64

/* ---- the thread that opens ---- */

struct opener {
    struct keyring *keyring;
    int file_fd, pipe_fd; /* pipe_fd is closed at the end */
    bool reader_gone;     /* the unpacking side gave up first: it says why */
    enum err rc;
    struct fail why;
};

static enum err pipe_write(void *arg, struct span bytes, struct fail *why)
{
    struct opener *o = arg;

    while (bytes.len > 0) {
        ssize_t n = write(o->pipe_fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            o->reader_gone = true;
            return fail_set(why, ERR_IO, "nobody reads: errno %d", errno);
        }
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

static void *opener_main(void *arg)
{
    struct opener *o = arg;
    struct sealstream *stream = NULL;
    static uint8_t piece[PIECE_BYTES];
    ssize_t n = 1;

    o->rc = openstream_create(o->keyring, pipe_write, o, &stream, &o->why);
    while (o->rc == ERR_OK && n > 0) {
        n = read(o->file_fd, piece, sizeof piece);
        if (n > 0)
            o->rc = sealstream_put(stream, span_of(piece, (size_t)n), &o->why);
        else if (n < 0)
            o->rc = fail_set(&o->why, ERR_IO, "reading the backup: errno %d", errno);
    }
    if (o->rc == ERR_OK)
        o->rc = sealstream_finish(stream, &o->why);
    sealstream_destroy(&stream);
    close(o->pipe_fd);
    return NULL;
}

/* ---- unpacking ---- */

struct unpacking {
    const char *dir; /* NULL: read everything, write nothing */
    bool is_scratch; /* nobody needs it after a power cut */
    struct archive *in, *out;
    int64_t n_files, bytes;
    uint8_t version[VERSION_BYTES];
    size_t version_len; /* 0: not met yet */
};

static enum err archive_fail(struct archive *a, const char *what, struct fail *why)
{
    const char *text = archive_error_string(a);

    return fail_set(why, archive_errno(a) == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: %s", what,
                    text == NULL ? "?" : text);
}

static enum err copy_data(struct unpacking *u, struct fail *why)
{
    const void *bytes;
    size_t len;
    la_int64_t at;

    for (;;) {
        int rc = archive_read_data_block(u->in, &bytes, &len, &at);

        if (rc == ARCHIVE_EOF)
            return ERR_OK;
        if (rc != ARCHIVE_OK)
            return archive_fail(u->in, "reading", why);
        u->bytes += (int64_t)len;
        if (u->out != NULL && archive_write_data_block(u->out, bytes, len, at) != ARCHIVE_OK)
            return archive_fail(u->out, "writing", why);
    }
}

static enum err keep_version(struct unpacking *u, struct fail *why)
{
    la_ssize_t n = archive_read_data(u->in, u->version, sizeof u->version);

    if (n <= 0 || (size_t)n == sizeof u->version)
        return fail_set(why, ERR_PROTO, "a " RESTORE_VERSION_FILE " of %lld bytes",
                        (long long)n);
    u->version_len = (size_t)n;
    return ERR_OK;
}

static enum err entry_take(struct unpacking *u, struct archive_entry *entry, struct fail *why)
{
    const char *name = archive_entry_pathname(entry);
    enum err rc = ERR_OK;
    char full[WHOLEFILE_PATH_CAP];

    if (name == NULL)
        return fail_set(why, ERR_PROTO, "a file without a name");
    if (strncmp(name, "./", 2) == 0)
        name += 2;
    u->n_files++;
    if (strcmp(name, RESTORE_VERSION_FILE) == 0)
        return keep_version(u, why);
    if (u->dir == NULL)
        return copy_data(u, why);
    if (snprintf(full, sizeof full, "%s/%s", u->dir, name) >= (int)sizeof full)
        return fail_set(why, ERR_TOO_LARGE, "a path too long: %s", name);
    archive_entry_set_pathname(entry, full); /* name was the entry's: it is gone */
    if (archive_write_header(u->out, entry) != ARCHIVE_OK)
        return archive_fail(u->out, full, why);
    rc = copy_data(u, why);
    if (rc == ERR_OK && archive_write_finish_entry(u->out) != ARCHIVE_OK)
        rc = archive_fail(u->out, full, why);
    return rc;
}

static enum err unpack(struct unpacking *u, int fd, struct fail *why)
{
    enum err rc = ERR_OK;

    u->in = archive_read_new();
    if (u->in == NULL || archive_read_support_format_tar(u->in) != ARCHIVE_OK ||
        archive_read_open_fd(u->in, fd, PIECE_BYTES) != ARCHIVE_OK)
        return fail_set(why, ERR_PROTO, "the backup does not open as a tar");
    if (u->dir != NULL) {
        u->out = archive_write_disk_new();
        if (u->out == NULL)
            return fail_set(why, ERR_NOMEM, "libarchive");
        archive_write_disk_set_options(u->out, ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                                   ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                                   ARCHIVE_EXTRACT_SECURE_SYMLINKS);
    }
    while (rc == ERR_OK) {
        struct archive_entry *entry;
        int next = archive_read_next_header(u->in, &entry);

        if (next == ARCHIVE_EOF)
            break;
        if (next != ARCHIVE_OK)
            return archive_fail(u->in, "reading", why);
        rc = entry_take(u, entry, why);
    }
    /* Directories get their modes now: before what says that everything is there. */
    if (rc == ERR_OK && u->out != NULL && archive_write_close(u->out) != ARCHIVE_OK)
        rc = archive_fail(u->out, u->dir, why);
    return rc;
}

static void unpacking_close(struct unpacking *u)
{
    archive_read_free(u->in);
    archive_write_free(u->out);
}

/* Everything is there and authenticated. */
static enum err unpacking_end(const struct unpacking *u, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];

    if (u->version_len == 0)
        return fail_set(why, ERR_PROTO, "the backup holds no cluster");
    if (u->dir == NULL)
        return ERR_OK;
    if (!u->is_scratch)
        sync(); /* thousands of files: one call; the file that makes them count comes after */
    snprintf(path, sizeof path, "%s/" RESTORE_VERSION_FILE, u->dir);
    return wholefile_replace(path, span_of(u->version, u->version_len), why);
}

/* ---- both ---- */

static enum err open_into(struct keyring *keyring, int file_fd, struct unpacking *u,
                          struct fail *why)
{
    struct opener opener = {.keyring = keyring, .file_fd = file_fd};
    pthread_t thread;
    int ends[2];
    enum err rc;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_set(why, ERR_IO, "pipe: errno %d", errno);
    opener.pipe_fd = ends[1];
    if (pthread_create(&thread, NULL, opener_main, &opener) != 0) {
        close(ends[0]);
        close(ends[1]);
        return fail_set(why, ERR_NOMEM, "thread");
    }
    rc = unpack(u, ends[0], why);
    /* What follows the end of the tar is read too, so that the stream comes to its own end. */
    if (rc == ERR_OK) {
        char rest[4096];

        while (read(ends[0], rest, sizeof rest) > 0)
            ;
    }
    close(ends[0]);
    pthread_join(thread, NULL);
    /* Trouble in the stream shows as a broken tar here: the cause is told, not the symptom. */
    if (opener.rc != ERR_OK && (rc == ERR_OK || !opener.reader_gone)) {
        *why = opener.why;
        rc = opener.rc;
    }
    return rc == ERR_OK ? unpacking_end(u, why) : rc;
}

enum err restore_unpack(struct keyring *keyring, int file_fd, const char *dir, bool is_scratch,
                        struct restore_counts *counts_out, struct fail *why)
{
    struct unpacking u = {.dir = dir, .is_scratch = is_scratch};
    enum err rc = open_into(keyring, file_fd, &u, why);

    unpacking_close(&u);
    *counts_out = (struct restore_counts){u.n_files, u.bytes};
    return rc;
}
