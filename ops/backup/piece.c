#include "ops/backup/piece.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "ibasho-wal/1\n";
#define MAGIC_LEN  (sizeof magic - 1)
#define HEAD_BYTES (MAGIC_LEN + 16 + 8 + 4 + 8)
#define TAIL_BYTES 16
#define READ_BYTES 65536

static void number_write(uint64_t v, int n, uint8_t *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static void head_write(const struct piece *piece, uint64_t system, uint8_t out[HEAD_BYTES])
{
    memcpy(out, magic, MAGIC_LEN);
    memcpy(out + MAGIC_LEN, piece->base.b, 16);
    number_write(system, 8, out + MAGIC_LEN + 16);
    number_write(piece->timeline, 4, out + MAGIC_LEN + 24);
    number_write(piece->start, 8, out + MAGIC_LEN + 28);
}

static void tail_write(const struct piece *piece, uint8_t out[TAIL_BYTES])
{
    number_write(piece->end, 8, out);
    number_write((uint64_t)piece->at_utc_us, 8, out + 8);
}

static void base_path(const char *dir, struct id base, char path_out[PIECE_PATH_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(base, text);
    snprintf(path_out, PIECE_PATH_CAP, "%.900s/wal/%s", dir, text);
}

void piece_path(const char *dir, const struct piece *piece, char path_out[PIECE_PATH_CAP])
{
    char name[PIECE_NAME_CAP];
    size_t len;

    base_path(dir, piece->base, path_out);
    piece_name(piece, name);
    len = strlen(path_out);
    snprintf(path_out + len, PIECE_PATH_CAP - len, "/%s", name);
}

/* ---- writing ---- */

struct piece_writer {
    const char *dir;
    struct piece piece;
    uint64_t at;
    struct sealstream *stream;
    int fd; /* of the part; -1 none */
    char part[PIECE_PATH_CAP];
};

static enum err disk_fail(const char *what, const char *path, struct fail *why)
{
    return fail_set(why, errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO,
                    "%s %s: errno %d", what, path, errno);
}

static enum err fd_write(void *arg, struct span bytes, struct fail *why)
{
    const struct piece_writer *w = arg;

    while (bytes.len > 0) {
        ssize_t n = write(w->fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return disk_fail("write", w->part, why);
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

/* The part is one file a backup: what a killed writer left is overwritten by the next. */
static enum err part_open(struct piece_writer *w, struct fail *why)
{
    char base[PIECE_PATH_CAP];

    base_path(w->dir, w->piece.base, base);
    if (mkdir(base, 0700) != 0 && errno != EEXIST)
        return disk_fail("mkdir", base, why);
    snprintf(w->part, sizeof w->part, "%.1000s/.part-%d", base, (int)getpid());
    w->fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return w->fd >= 0 ? ERR_OK : disk_fail("create", w->part, why);
}

enum err piece_begin(struct keyring *keyring, const char *dir, const struct piece *piece,
                     uint64_t system, struct piece_writer **writer_out, struct fail *why)
{
    struct piece_writer *w = calloc(1, sizeof *w);
    uint8_t head[HEAD_BYTES];
    struct id key;
    enum err rc;

    *writer_out = NULL;
    if (w == NULL)
        return fail_set(why, ERR_NOMEM, "a piece of the log");
    *w = (struct piece_writer){.dir = dir, .piece = *piece, .at = piece->start, .fd = -1};
    rc = keyring_find_key(keyring, KEY_BACKUP, piece->base, NULL, &key, why);
    if (rc == ERR_OK)
        rc = sealstream_create(keyring, key, fd_write, w, &w->stream, why);
    if (rc == ERR_OK)
        rc = part_open(w, why);
    head_write(piece, system, head);
    if (rc == ERR_OK)
        rc = sealstream_put(w->stream, span_of(head, sizeof head), why);
    if (rc != ERR_OK)
        piece_end(&w);
    *writer_out = w;
    return rc;
}

enum err piece_put(struct piece_writer *writer, struct span bytes, struct fail *why)
{
    writer->at += bytes.len;
    return sealstream_put(writer->stream, bytes, why);
}

uint64_t piece_at(const struct piece_writer *writer)
{
    return writer->at;
}

enum err piece_close(struct piece_writer *writer, int64_t at_utc_us, struct fail *why)
{
    uint8_t tail[TAIL_BYTES];
    enum err rc;

    writer->piece.end = writer->at;
    writer->piece.at_utc_us = at_utc_us;
    tail_write(&writer->piece, tail);
    rc = sealstream_put(writer->stream, span_of(tail, sizeof tail), why);
    if (rc == ERR_OK)
        rc = sealstream_finish(writer->stream, why);
    if (rc == ERR_OK && fsync(writer->fd) != 0)
        rc = disk_fail("fsync", writer->part, why);
    return rc;
}

static enum err dir_sync(const char *path, struct fail *why)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err rc = fd < 0 || fsync(fd) != 0 ? disk_fail("fsync", path, why) : ERR_OK;

    if (fd >= 0)
        close(fd);
    return rc;
}

enum err piece_keep(struct piece_writer *writer, struct fail *why)
{
    char path[PIECE_PATH_CAP], base[PIECE_PATH_CAP], wal[PIECE_PATH_CAP];
    enum err rc;

    piece_path(writer->dir, &writer->piece, path);
    base_path(writer->dir, writer->piece.base, base);
    snprintf(wal, sizeof wal, "%.1000s/wal", writer->dir);
    if (rename(writer->part, path) != 0)
        return disk_fail("rename", path, why);
    close(writer->fd);
    writer->fd = -1;
    rc = dir_sync(base, why);
    return rc == ERR_OK ? dir_sync(wal, why) : rc;
}

void piece_end(struct piece_writer **writer)
{
    struct piece_writer *w = *writer;

    if (w == NULL)
        return;
    if (w->fd >= 0) {
        close(w->fd);
        unlink(w->part);
    }
    sealstream_destroy(&w->stream);
    free(w);
    *writer = NULL;
}

/* ---- reading ---- */

struct reading {
    const struct piece *piece;
    stream_sink sink;
    void *arg;
    uint8_t want[HEAD_BYTES], head[HEAD_BYTES], tail[TAIL_BYTES];
    size_t head_len, tail_len;
    uint64_t left; /* bytes of the log still to come */
};

static struct span take(struct span from, uint8_t *into, size_t *len, size_t most)
{
    size_t n = from.len < most - *len ? from.len : most - *len;

    memcpy(into + *len, from.p, n);
    *len += n;
    return span_from(from, n);
}

static enum err opened(void *arg, struct span bytes, struct fail *why)
{
    struct reading *r = arg;
    enum err rc = ERR_OK;

    if (r->head_len < HEAD_BYTES) {
        bytes = take(bytes, r->head, &r->head_len, HEAD_BYTES);
        if (r->head_len == HEAD_BYTES && memcmp(r->head, r->want, HEAD_BYTES) != 0)
            return fail_set(why, ERR_PROTO, "not what its name says");
    }
    if (bytes.len > 0 && r->left > 0) {
        struct span log = span_cut(bytes, 0, r->left < bytes.len ? (size_t)r->left : bytes.len);

        r->left -= log.len;
        bytes = span_from(bytes, log.len);
        rc = r->sink(r->arg, log, why);
    }
    if (rc == ERR_OK && bytes.len > 0) {
        if (r->tail_len + bytes.len > TAIL_BYTES)
            return fail_set(why, ERR_PROTO, "longer than its name says");
        take(bytes, r->tail, &r->tail_len, TAIL_BYTES);
    }
    return rc;
}

static enum err read_all(int fd, struct sealstream *stream, struct fail *why)
{
    static uint8_t bytes[READ_BYTES];

    for (;;) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        enum err rc;

        if (n < 0)
            return fail_set(why, ERR_IO, "read: errno %d", errno);
        if (n == 0)
            return sealstream_finish(stream, why);
        rc = sealstream_put(stream, span_of(bytes, (size_t)n), why);
        if (rc != ERR_OK)
            return rc;
    }
}

enum err piece_open(struct keyring *keyring, const char *dir, const struct piece *piece,
                    uint64_t system, stream_sink sink, void *arg, struct fail *why)
{
    struct reading r = {
        .piece = piece, .sink = sink, .arg = arg, .left = piece->end - piece->start};
    char path[PIECE_PATH_CAP], name[PIECE_NAME_CAP];
    uint8_t tail[TAIL_BYTES];
    struct sealstream *stream = NULL;
    struct fail cause = {.code = ERR_OK};
    int fd;
    enum err rc;

    piece_path(dir, piece, path);
    piece_name(piece, name);
    head_write(piece, system, r.want);
    tail_write(piece, tail);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: errno %d", path,
                        errno);
    rc = openstream_create(keyring, opened, &r, &stream, &cause);
    if (rc == ERR_OK)
        rc = read_all(fd, stream, &cause);
    if (rc == ERR_OK &&
        (r.left > 0 || r.tail_len != TAIL_BYTES || memcmp(r.tail, tail, TAIL_BYTES) != 0))
        rc = fail_set(&cause, ERR_PROTO, "not what its name says");
    sealstream_destroy(&stream);
    close(fd);
    return rc == ERR_OK ? rc : fail_set(why, rc, "%s: %s", name, cause.text);
}
