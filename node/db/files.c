#include "node/db/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/files_priv.h"
#include "node/db/files_store.h"
#include "node/db/seal.h"

#define SUM_KEY           "files.sum"
#define ARENA_CHUNK_BYTES 2048
#define READ_BYTES        65536

const struct conf_row files_conf_rows[FILES_CONF_N] = {
    {"files.dir", CONF_PATH, 0, 200, "", NULL, NULL, false,
     "預かったファイルを封じて置くディレクトリ"},
    {"files.max_mib", CONF_INT, 1, 4096, "MiB", NULL, "256", false,
     "一つのファイルの大きさの上限"},
};

struct file_put {
    struct files *files;
    struct file_row row;
    struct arena *arena;
    struct hmac *sum;
    struct sealstream *seal;
    int fd; /* -1 once the bytes are in place */
    bool is_in_place;
};

/* -- paths and the disk -- */

int64_t files_real_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME_COARSE, &ts); /* what the kernel stamps files with */
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void files_path(const struct files *f, struct id id, char path_out[FILES_PATH_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    snprintf(path_out, FILES_PATH_CAP, "%s/%02x/%s", f->dir, id.b[15], text);
}

void files_part_path(const struct files *f, struct id id, char path_out[FILES_PATH_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    snprintf(path_out, FILES_PATH_CAP, "%s/" FILES_PART_DIR "/%s", f->dir, text);
}

static enum err disk_fail(struct fail *why, const char *what)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT;

    return fail_set(why, is_full ? ERR_NOSPACE : ERR_IO, "%s: %s", what, strerror(errno));
}

static enum err sync_dir(const char *dir, struct fail *why)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err rc = fd < 0 || fsync(fd) != 0 ? disk_fail(why, "sync of a directory") : ERR_OK;

    if (fd >= 0)
        close(fd);
    return rc;
}

static enum err sync_dir_of(const char *path, struct fail *why)
{
    char copy[FILES_PATH_CAP];

    snprintf(copy, sizeof copy, "%s", path);
    return sync_dir(dirname(copy), why);
}

static enum err make_dirs(const struct files *f, struct fail *why)
{
    char path[FILES_PATH_CAP];

    for (int i = -1; i <= FILES_N_SHARDS; i++) {
        if (i < 0)
            snprintf(path, sizeof path, "%s", f->dir);
        else if (i == FILES_N_SHARDS)
            snprintf(path, sizeof path, "%s/" FILES_PART_DIR, f->dir);
        else
            snprintf(path, sizeof path, "%s/%02x", f->dir, (unsigned)i);
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return disk_fail(why, "a directory of files");
    }
    return sync_dir(f->dir, why);
}

enum err files_open(const struct files_conf *conf, struct files **files_out, struct fail *why)
{
    struct files *f = calloc(1, sizeof *f);
    enum err rc;

    *files_out = NULL;
    if (f == NULL)
        return fail_set(why, ERR_NOMEM, "files");
    f->max_bytes = conf->max_bytes;
    f->keyring = conf->keyring;
    f->space = conf->space;
    f->opened_real_us = files_real_us();
    f->dir = strdup(conf->dir);
    if (f->dir == NULL)
        rc = fail_set(why, ERR_NOMEM, "files");
    else if (strlen(conf->dir) + ID_TEXT_CAP + 8 > FILES_PATH_CAP)
        rc = fail_set(why, ERR_TOO_LARGE, "files.dir is too long");
    else
        rc = make_dirs(f, why);
    if (rc != ERR_OK)
        files_close(&f);
    *files_out = f;
    return rc;
}

void files_close(struct files **files)
{
    if (*files == NULL)
        return;
    free((*files)->dir);
    free(*files);
    *files = NULL;
}

static enum err open_sum(struct files *f, struct hmac **sum_out, struct fail *why)
{
    uint8_t bytes[KEY_BYTES];
    struct id key;
    enum err rc = keyring_need_key(f->keyring, KEY_MAC, ID_NONE, SUM_KEY, &key, why);

    if (rc == ERR_OK)
        rc = keyring_open_key(f->keyring, key, bytes, why);
    if (rc == ERR_OK)
        rc = hmac_create(span_of(bytes, sizeof bytes), sum_out, why);
    digest_wipe(bytes, sizeof bytes);
    return rc;
}

/* -- in -- */

static enum err sink_to_fd(void *arg, struct span bytes, struct fail *why)
{
    const int *fd = arg;

    while (bytes.len > 0) {
        ssize_t n = write(*fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return disk_fail(why, "write of a file");
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

static enum err open_part(struct file_put *put, struct id key, struct fail *why)
{
    const struct seal_place place = {"file", "name_sealed", put->row.id};
    char path[FILES_PATH_CAP];
    enum err rc = seal(put->files->keyring, key, &place, put->row.name_sealed, put->arena,
                       &put->row.name_sealed, why);

    if (rc == ERR_OK)
        rc = open_sum(put->files, &put->sum, why);
    if (rc != ERR_OK)
        return rc;
    files_part_path(put->files, put->row.id, path);
    put->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (put->fd < 0)
        return errno == EEXIST ? fail_set(why, ERR_CONFLICT, "this file is being put already")
                               : disk_fail(why, "a new file");
    return sealstream_create(put->files->keyring, key, sink_to_fd, &put->fd, &put->seal, why);
}

enum err file_put_begin(struct files *f, const struct file_new *file, struct file_put **put_out,
                        struct fail *why)
{
    struct file_put *put = NULL;
    struct id key;
    enum err rc = space_check(f->space, SPACE_USE_UPLOAD, why);

    *put_out = NULL;
    invariant(file->key_kind == KEY_PERSON || file->key_kind == KEY_CLASS ||
                  file->key_kind == KEY_RECORD,
              "a file under key kind %d", (int)file->key_kind);
    if (rc == ERR_OK)
        rc = keyring_find_key(f->keyring, file->key_kind, file->owner, NULL, &key, why);
    if (rc != ERR_OK)
        return rc;
    put = calloc(1, sizeof *put);
    if (put == NULL)
        return fail_set(why, ERR_NOMEM, "file");
    put->files = f;
    put->fd = -1;
    put->row = (struct file_row){
        .id = file->id,
        .owner = file->owner,
        .key_kind = file->key_kind,
        .created_utc_us = clock_utc_us(),
        .name_sealed = file->name, /* sealed by open_part */
    };
    rc = arena_create(ARENA_CHUNK_BYTES, &put->arena, why);
    if (rc == ERR_OK) {
        put->row.media_type = arena_copy(put->arena, span_text(file->media_type));
        rc = put->row.media_type.p == NULL ? fail_set(why, ERR_NOMEM, "file")
                                           : open_part(put, key, why);
    }
    if (rc != ERR_OK)
        file_put_end(&put, rc);
    *put_out = put;
    return rc;
}

enum err file_put_bytes(struct file_put *put, struct span bytes, struct fail *why)
{
    enum err rc;

    if ((int64_t)bytes.len > put->files->max_bytes - put->row.n_bytes)
        return fail_set(why, ERR_TOO_LARGE, "over %lld bytes",
                        (long long)put->files->max_bytes);
    rc = space_check(put->files->space, SPACE_USE_UPLOAD, why);
    if (rc == ERR_OK)
        rc = hmac_put(put->sum, bytes, why);
    if (rc == ERR_OK)
        rc = sealstream_put(put->seal, bytes, why);
    if (rc == ERR_OK)
        put->row.n_bytes += (int64_t)bytes.len;
    return rc;
}

enum err file_put_finish(struct file_put *put, struct fail *why)
{
    char part[FILES_PATH_CAP], path[FILES_PATH_CAP];
    enum err rc = sealstream_finish(put->seal, why);

    if (rc == ERR_OK)
        rc = hmac_finish(put->sum, put->row.sum, why);
    if (rc != ERR_OK)
        return rc;
    if (fsync(put->fd) != 0)
        return disk_fail(why, "sync of a file");
    files_part_path(put->files, put->row.id, part);
    files_path(put->files, put->row.id, path);
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
        return errno == EEXIST ? fail_set(why, ERR_CONFLICT, "the file's id is taken")
                               : disk_fail(why, "move of a file");
    put->is_in_place = true;
    return sync_dir_of(path, why);
}

struct span file_put_sum(const struct file_put *put)
{
    return span_of(put->row.sum, sizeof put->row.sum);
}

enum err files_tx_add(struct tx *tx, const struct file_put *put, struct fail *why)
{
    invariant(put->is_in_place, "a file's row before its bytes");
    return file_store_add(tx, &put->row, why);
}

static void remove_bytes_of(const struct file_put *put)
{
    char path[FILES_PATH_CAP];

    if (put->is_in_place)
        files_path(put->files, put->row.id, path);
    else
        files_part_path(put->files, put->row.id, path);
    if (unlink(path) != 0) /* the next sweep tries again */
        log_warn("file.not_removed", L_ID("file", put->row.id), L_INT("errno", errno));
}

void file_put_end(struct file_put **put, enum err rc)
{
    struct file_put *p = *put;

    if (p == NULL)
        return;
    if (p->fd >= 0 && !(p->is_in_place && (rc == ERR_OK || rc == ERR_UNCERTAIN)))
        remove_bytes_of(p);
    if (p->fd >= 0)
        close(p->fd);
    sealstream_destroy(&p->seal);
    hmac_destroy(&p->sum);
    arena_destroy(&p->arena);
    free(p);
    *put = NULL;
}

/* -- out -- */

enum err files_find(struct files *f, struct db *db, struct id id, struct arena *arena,
                    struct file_info *info_out, struct fail *why)
{
    const struct seal_place place = {"file", "name_sealed", id};
    struct file_row row;
    struct span name;
    enum err rc = file_store_find(db, id, arena, &row, why);

    if (rc == ERR_OK)
        rc = unseal(f->keyring, &place, row.name_sealed, arena, &name, why);
    if (rc == ERR_OK)
        *info_out = (struct file_info){
            .id = id,
            .owner = row.owner,
            .key_kind = row.key_kind,
            .n_bytes = row.n_bytes,
            .created_utc_us = row.created_utc_us,
            .media_type = row.media_type,
            .name = name,
        };
    return rc;
}

/* Between the opened stream and the caller's sink: counts and sums what goes by. */
struct tap {
    struct hmac *sum;
    stream_sink sink;
    void *arg;
    int64_t n_bytes;
};

static enum err sink_to_tap(void *arg, struct span bytes, struct fail *why)
{
    struct tap *tap = arg;
    enum err rc = hmac_put(tap->sum, bytes, why);

    tap->n_bytes += (int64_t)bytes.len;
    return rc == ERR_OK ? tap->sink(tap->arg, bytes, why) : rc;
}

static enum err read_through(int fd, struct sealstream *stream, struct fail *why)
{
    uint8_t *buffer = malloc(READ_BYTES);
    enum err rc = buffer == NULL ? fail_set(why, ERR_NOMEM, "file") : ERR_OK;

    while (rc == ERR_OK) {
        ssize_t n = read(fd, buffer, READ_BYTES);

        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? disk_fail(why, "read of a file")
                   : sealstream_put(stream, span_of(buffer, (size_t)n), why);
    }
    free(buffer);
    return rc == ERR_OK ? sealstream_finish(stream, why) : rc;
}

static enum err get_bytes(struct files *f, const struct file_row *row, int fd, struct tap *tap,
                          struct fail *why)
{
    uint8_t sum[HMAC256_BYTES];
    struct sealstream *stream = NULL;
    enum err rc = open_sum(f, &tap->sum, why);

    if (rc == ERR_OK)
        rc = openstream_create(f->keyring, sink_to_tap, tap, &stream, why);
    if (rc == ERR_OK)
        rc = read_through(fd, stream, why);
    if (rc == ERR_OK)
        rc = hmac_finish(tap->sum, sum, why);
    /* Each chunk was genuine; whether it is this file's whole and no other's the row tells. */
    if (rc == ERR_PROTO || (rc == ERR_OK && (tap->n_bytes != row->n_bytes ||
                                             memcmp(sum, row->sum, sizeof sum) != 0))) {
        log_error("file.damaged", L_ID("file", row->id));
        rc = fail_set(why, ERR_IO, "the bytes are not the ones that were put");
    }
    sealstream_destroy(&stream);
    hmac_destroy(&tap->sum);
    return rc;
}

enum err files_get(struct files *f, struct db *db, struct id id, stream_sink sink, void *arg,
                   struct fail *why)
{
    struct tap tap = {.sink = sink, .arg = arg};
    char path[FILES_PATH_CAP];
    struct arena *arena = NULL;
    struct file_row row;
    int fd = -1;
    enum err rc = arena_create(ARENA_CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = file_store_find(db, id, arena, &row, why);
    if (rc != ERR_OK)
        goto out;
    files_path(f, id, path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error("file.lost", L_ID("file", id), L_INT("errno", errno));
        rc = fail_set(why, ERR_IO, "the bytes are not there");
        goto out;
    }
    rc = get_bytes(f, &row, fd, &tap, why);
out:
    if (fd >= 0)
        close(fd);
    arena_destroy(&arena);
    return rc;
}

/* -- away -- */

enum err files_drop(struct files *f, struct id id, struct fail *why)
{
    char path[FILES_PATH_CAP];

    files_path(f, id, path);
    if (unlink(path) != 0 && errno != ENOENT)
        return disk_fail(why, "removal of a file");
    return sync_dir_of(path, why);
}

static enum err delete_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct id *id = arg;

    return files_tx_delete(tx, *id, why);
}

enum err files_delete(struct files *f, struct writer *writer, struct id id, struct fail *why)
{
    enum err rc = writer_wait(writer, delete_run, &id, why);

    return rc == ERR_OK ? files_drop(f, id, why) : rc;
}
