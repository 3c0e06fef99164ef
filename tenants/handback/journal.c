#include "tenants/handback/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/hex.h"

#define SYNC_EVERY_BYTES (INT64_C(64) << 20)
#define LINE_CAP         2048
#define HEAD             "ibasho-export/1"

void row_set_add(struct row_set *set, struct id row)
{
    unsigned carry = 0;

    set->n++;
    for (int i = 16 - 1; i >= 0; i--) {
        carry += (unsigned)set->sum[i] + row.b[i];
        set->sum[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* ---- lists ---- */

static void *grown(struct arena *arena, void *old, size_t n, size_t *cap, size_t each)
{
    size_t want = *cap == 0 ? 64 : 2 * *cap;
    void *p = arena_alloc(arena, want * each);

    if (p == NULL)
        return NULL;
    if (n > 0)
        memcpy(p, old, n * each);
    *cap = want;
    return p;
}

#define ADD(journal, list, item) \
    ((journal)->n_##list < (journal)->list##_cap || \
     ((journal)->list = grown((journal)->arena, (journal)->list, (journal)->n_##list, \
                              &(journal)->list##_cap, sizeof *(journal)->list)) != NULL) && \
        ((journal)->list[(journal)->n_##list++] = (item), true)

/* ---- reading ---- */

static bool hex_of(const char *text, uint8_t *out, size_t len)
{
    return hex_read(span_text(text), out, len);
}

static bool read_set(const char *n, const char *sum, struct row_set *out)
{
    out->n = strtoll(n, NULL, 10);
    return hex_of(sum, out->sum, sizeof out->sum);
}

static bool stands(const struct journal *j, const char *path, int64_t n_bytes)
{
    char full[OUT_PATH_CAP];
    struct stat st;

    return (size_t)snprintf(full, sizeof full, "%s/%s", j->dir, path) < sizeof full &&
           stat(full, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == n_bytes;
}

struct keep {
    bool (*keeps)(const char *path, void *arg);
    void *arg;
};

static bool read_file(struct journal *j, const struct keep *keep, char **w)
{
    struct journal_file f = {.n_rows = strtoll(w[4], NULL, 10)};
    bool is_good = hex_of(w[3], f.sum.sha512, sizeof f.sum.sha512) &&
                   hex_of(w[5], f.rows.sum, sizeof f.rows.sum);

    f.rows.n = f.n_rows;
    f.sum.n_bytes = strtoll(w[2], NULL, 10);
    if (!is_good || !keep->keeps(w[1], keep->arg) || !stands(j, w[1], f.sum.n_bytes))
        return is_good;
    f.path = arena_text(j->arena, span_text(w[1]));
    return f.path != NULL && ADD(j, files, f);
}

static bool read_upload(struct journal *j, char **w)
{
    struct journal_upload u = {.is_there = strcmp(w[2], "-") != 0};

    return id_parse(span_text(w[1]), &u.file, NULL) == ERR_OK &&
           (!u.is_there || hex_of(w[2], u.sha256.b, sizeof u.sha256.b)) && ADD(j, uploads, u);
}

static bool read_leaves(struct journal *j, char **w)
{
    struct journal_leaves l = {.table = arena_text(j->arena, span_text(w[1]))};

    return l.table != NULL && read_set(w[2], w[3], &l.rows) && ADD(j, leaves, l);
}

static bool read_line(struct journal *j, const struct keep *keep, char *line)
{
    char *words[6], *save = NULL;
    int n = 0;

    for (char *w = strtok_r(line, " ", &save); w != NULL && n < 6;
         w = strtok_r(NULL, " ", &save))
        words[n++] = w;
    if (n == 3 && strcmp(words[0], "cut") == 0) {
        j->cut.n_leaves = strtoull(words[1], NULL, 10);
        j->is_resumed = hex_of(words[2], j->cut.root.b, sizeof j->cut.root.b);
        return j->is_resumed;
    }
    if (n == 6 && strcmp(words[0], "file") == 0)
        return read_file(j, keep, words);
    if (n == 3 && strcmp(words[0], "upload") == 0)
        return read_upload(j, words);
    if (n == 4 && strcmp(words[0], "leaves") == 0)
        return read_leaves(j, words);
    if (n == 1 && strcmp(words[0], "log") == 0)
        j->has_log = true;
    return n == 1 && (j->has_log || strcmp(words[0], HEAD) == 0);
}

static int by_file(const void *a, const void *b)
{
    return memcmp(&((const struct journal_upload *)a)->file,
                  &((const struct journal_upload *)b)->file, sizeof(struct id));
}

/* A last line without its end was being written when the export was cut off. */
static enum err read_all(struct journal *j, const struct keep *keep, struct fail *why)
{
    FILE *from = fdopen(dup(j->fd), "r");
    char line[LINE_CAP];
    int64_t whole = 0;
    enum err rc = ERR_OK;

    if (from == NULL)
        return fail_set(why, ERR_IO, "%s: errno %d", JOURNAL_NAME, errno);
    while (rc == ERR_OK && fgets(line, sizeof line, from) != NULL) {
        size_t len = strlen(line);

        if (len == 0 || line[len - 1] != '\n')
            break;
        whole += (int64_t)len;
        line[len - 1] = '\0';
        if (!read_line(j, keep, line))
            rc = fail_set(why, ERR_PROTO, "%s/%s is not of an export", j->dir, JOURNAL_NAME);
    }
    fclose(from);
    if (rc == ERR_OK && ftruncate(j->fd, whole) != 0)
        rc = fail_set(why, ERR_IO, "%s: errno %d", JOURNAL_NAME, errno);
    if (j->n_uploads > 0)
        qsort(j->uploads, j->n_uploads, sizeof *j->uploads, by_file);
    j->n_kept_uploads = j->n_uploads;
    return rc;
}

/* ---- writing ---- */

static enum err put_line(struct journal *j, const char *line, struct fail *why)
{
    size_t len = strlen(line);

    if (write(j->fd, line, len) == (ssize_t)len)
        return ERR_OK;
    return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: errno %d", JOURNAL_NAME,
                    errno);
}

/* After a loss of power what was not yet on the disk is shorter than its line says, and is made
 * again (stands); this bounds how much that can be. */
static enum err sync_before(struct journal *j, int64_t n_bytes, struct fail *why)
{
    j->unsynced_bytes += n_bytes;
    if (j->unsynced_bytes < SYNC_EVERY_BYTES)
        return ERR_OK;
    j->unsynced_bytes = 0;
    return syncfs(j->fd) == 0 ? ERR_OK : fail_set(why, ERR_IO, "sync: errno %d", errno);
}

bool journal_is_in(const char *dir)
{
    char path[OUT_PATH_CAP];

    return (size_t)snprintf(path, sizeof path, "%s/%s", dir, JOURNAL_NAME) < sizeof path &&
           access(path, F_OK) == 0;
}

enum err journal_open(const char *dir, struct arena *arena,
                      bool (*keeps)(const char *path, void *arg), void *arg, struct journal *j,
                      struct fail *why)
{
    const struct keep keep = {keeps, arg};
    char path[OUT_PATH_CAP];
    enum err rc;

    *j = (struct journal){.fd = -1, .dir = dir, .arena = arena};
    snprintf(path, sizeof path, "%s/bagit.txt", dir);
    if (!journal_is_in(dir) && access(path, F_OK) == 0)
        return fail_set(why, ERR_CONFLICT, "%s holds a whole bag", dir);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, JOURNAL_NAME) >= sizeof path)
        return fail_set(why, ERR_INVALID, "a path of over %d bytes", OUT_PATH_CAP);
    j->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (j->fd < 0)
        return fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    rc = read_all(j, &keep, why);
    if (rc == ERR_OK && !j->is_resumed && lseek(j->fd, 0, SEEK_END) == 0)
        rc = put_line(j, HEAD "\n", why);
    if (rc != ERR_OK)
        journal_close(j);
    return rc;
}

void journal_close(struct journal *j)
{
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
}

enum err journal_put_cut(struct journal *j, const struct journal_cut *cut, struct fail *why)
{
    char line[LINE_CAP], root[2 * HASH256_BYTES + 1];

    *hex_write(cut->root.b, sizeof cut->root.b, root) = '\0';
    snprintf(line, sizeof line, "cut %" PRIu64 " %s\n", cut->n_leaves, root);
    j->cut = *cut;
    return put_line(j, line, why);
}

enum err journal_put_file(struct journal *j, const char *path, const struct out_sum *sum,
                          const struct row_set *rows, struct fail *why)
{
    struct journal_file f = {
        .path = arena_text(j->arena, span_text(path)), .sum = *sum, .n_rows = -1};
    char line[LINE_CAP], sha[2 * OUT_SHA512_BYTES + 1], ids[2 * 16 + 1];
    enum err rc = sync_before(j, sum->n_bytes, why);

    if (rows != NULL) {
        f.rows = *rows;
        f.n_rows = rows->n;
    }
    if (rc == ERR_OK && (f.path == NULL || !(ADD(j, files, f))))
        rc = fail_set(why, ERR_NOMEM, "%s", path);
    *hex_write(sum->sha512, sizeof sum->sha512, sha) = '\0';
    *hex_write(f.rows.sum, sizeof f.rows.sum, ids) = '\0';
    snprintf(line, sizeof line, "file %s %" PRId64 " %s %" PRId64 " %s\n", path, sum->n_bytes,
             sha, f.n_rows, ids);
    return rc == ERR_OK ? put_line(j, line, why) : rc;
}

enum err journal_put_upload(struct journal *j, const struct journal_upload *upload,
                            struct fail *why)
{
    char line[LINE_CAP], sha[2 * HASH256_BYTES + 1] = "-", file[ID_TEXT_CAP];

    if (!(ADD(j, uploads, *upload)))
        return fail_set(why, ERR_NOMEM, "a file");
    if (upload->is_there)
        *hex_write(upload->sha256.b, sizeof upload->sha256.b, sha) = '\0';
    id_text(upload->file, file);
    snprintf(line, sizeof line, "upload %s %s\n", file, sha);
    return put_line(j, line, why);
}

enum err journal_put_leaves(struct journal *j, const char *table, const struct row_set *rows,
                            struct fail *why)
{
    struct journal_leaves l = {arena_text(j->arena, span_text(table)), *rows};
    char line[LINE_CAP], ids[2 * 16 + 1];

    if (l.table == NULL || !(ADD(j, leaves, l)))
        return fail_set(why, ERR_NOMEM, "%s", table);
    *hex_write(rows->sum, sizeof rows->sum, ids) = '\0';
    snprintf(line, sizeof line, "leaves %s %" PRId64 " %s\n", table, rows->n, ids);
    return put_line(j, line, why);
}

enum err journal_put_log(struct journal *j, struct fail *why)
{
    j->has_log = true;
    return put_line(j, "log\n", why);
}

/* ---- looking up ---- */

const struct journal_file *journal_find(const struct journal *j, const char *path)
{
    for (size_t i = j->n_files; i-- > 0;)
        if (strcmp(j->files[i].path, path) == 0)
            return &j->files[i];
    return NULL;
}

const struct journal_upload *journal_find_upload(const struct journal *j, struct id file)
{
    const struct journal_upload want = {.file = file};

    return j->n_kept_uploads == 0
               ? NULL
               : bsearch(&want, j->uploads, j->n_kept_uploads, sizeof *j->uploads, by_file);
}

const struct journal_leaves *journal_find_leaves(const struct journal *j, const char *table)
{
    for (size_t i = 0; i < j->n_leaves; i++)
        if (strcmp(j->leaves[i].table, table) == 0)
            return &j->leaves[i];
    return NULL;
}

enum err journal_remove(struct journal *j, struct fail *why)
{
    char path[OUT_PATH_CAP];

    snprintf(path, sizeof path, "%s/%s", j->dir, JOURNAL_NAME);
    return syncfs(j->fd) == 0 && unlink(path) == 0
               ? ERR_OK
               : fail_set(why, ERR_IO, "%s: errno %d", path, errno);
}
