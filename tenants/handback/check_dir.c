#include "tenants/handback/check_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "node/db/lines.h"

#define PIECE_BYTES (1 << 20)
#define FILES_DIR   "data/files/"

static const char *const tag_names[] = {"bagit.txt", "bag-info.txt", "manifest-sha512.txt",
                                        "tagmanifest-sha512.txt", "ibasho-signature.txt"};

enum err check_dir_open(struct check_dir *check, const char *dir, struct check_say *say,
                        struct arena *arena, struct fail *why)
{
    *check = (struct check_dir){.say = say, .arena = arena, .dir = dir};
    check->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (check->fd >= 0)
        return ERR_OK;
    return fail_set(why,
                    errno == ENOENT   ? ERR_NOT_FOUND
                    : errno == EACCES ? ERR_DENIED
                                      : ERR_IO,
                    "%s: %s", dir, strerror(errno));
}

void check_dir_close(struct check_dir *check)
{
    if (check->fd >= 0)
        close(check->fd);
    check->fd = -1;
}

static int by_path(const void *a, const void *b)
{
    const struct dir_file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

const struct dir_file *dir_find(const struct dir_manifest *manifest, const char *path)
{
    struct dir_file key = {.path = path};

    return manifest->n == 0 ? NULL
                            : bsearch(&key, manifest->at, manifest->n, sizeof key, by_path);
}

static int open_file(const struct check_dir *check, const char *path)
{
    struct stat st;
    int fd = openat(check->fd, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
        close(fd);
        errno = ELOOP;
        return -1;
    }
    return fd;
}

enum err check_dir_read(const struct check_dir *check, const char *path, size_t cap,
                        struct span *bytes_out, struct fail *why)
{
    uint8_t *bytes;
    size_t len = 0;
    ssize_t n = 1;
    int fd = open_file(check, path);

    *bytes_out = SPAN_NONE;
    if (fd < 0)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_DENIED, "%s: %s", path,
                        strerror(errno));
    bytes = arena_alloc(check->arena, cap + 1);
    while (bytes != NULL && n > 0 && len <= cap) {
        n = read(fd, bytes + len, cap + 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    if (n < 0)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (len > cap)
        return fail_set(why, ERR_TOO_LARGE, "%s: over %zu bytes", path, cap);
    *bytes_out = span_of(bytes, len);
    return ERR_OK;
}

/* ---- manifests ---- */

struct manifest_read {
    struct check_dir *check;
    const char *name;
    struct dir_manifest *into;
    size_t cap;
    bool is_payload;
};

static enum err keep(struct manifest_read *m, const struct bag_entry *entry, uint64_t line,
                     struct fail *why)
{
    struct dir_manifest *into = m->into;
    char *path = arena_text(m->check->arena, entry->path);
    bool is_data = span_has_prefix(entry->path, SPAN("data/"));

    if (into->n == m->cap) {
        size_t cap = m->cap == 0 ? 256 : 4 * m->cap;
        struct dir_file *more = arena_alloc(m->check->arena, cap * sizeof *more);

        if (more == NULL || path == NULL)
            return fail_set(why, ERR_NOMEM, "manifest");
        if (into->n > 0)
            memcpy(more, into->at, into->n * sizeof *more);
        into->at = more;
        m->cap = cap;
    }
    if (path == NULL)
        return fail_set(why, ERR_NOMEM, "manifest");
    if (is_data != m->is_payload) {
        check_defect(m->check->say, "manifest.path", m->name, line, path);
        return ERR_OK;
    }
    if (into->n > 0 && strcmp(into->at[into->n - 1].path, path) >= 0) {
        check_defect(m->check->say, "manifest.order", m->name, line, path);
        return ERR_OK; /* left out: what is there will be extra */
    }
    into->at[into->n].path = path;
    (void)hex_read(entry->sha512, into->at[into->n].sha512, 64);
    into->n++;
    return ERR_OK;
}

static enum err read_manifest(struct check_dir *check, const char *name, bool is_payload,
                              struct dir_manifest *into, struct fail *why)
{
    struct manifest_read m = {check, name, into, 0, is_payload};
    char path[BAG_FULL_PATH_CAP];
    struct lines *lines = NULL;
    struct span line;
    enum err rc;
    int fd = open_file(check, name); /* a plain file, or it is not read */

    if (fd < 0) {
        check_defect(check->say, "file.missing", name, 0, NULL);
        return ERR_OK;
    }
    close(fd);
    snprintf(path, sizeof path, "%s/%s", check->dir, name);
    rc = lines_open(path, BAG_MANIFEST_LINE_CAP + 1, &lines, why);
    while (rc == ERR_OK) {
        struct bag_entry entry;
        struct fail said;
        enum err read;

        rc = lines_next(lines, &line, why);
        if (rc == ERR_NOT_FOUND || rc == ERR_IO)
            break;
        if (into->n == BAG_FILES_CAP) {
            check_defect(check->say, "file.many", name, lines_n(lines), NULL);
            break;
        }
        read = rc == ERR_OK ? bag_entry_read(line, &entry, &said) : ERR_PROTO;
        if (read != ERR_OK) {
            check_defect(check->say, read == ERR_DENIED ? "manifest.path" : "manifest.form",
                         name, lines_n(lines) + (rc != ERR_OK), NULL);
            if (rc != ERR_OK)
                break;
            continue;
        }
        rc = keep(&m, &entry, lines_n(lines), why);
    }
    lines_close(&lines);
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO || rc == ERR_OK ? ERR_OK : rc;
}

/* ---- the tree ---- */

static bool is_tag(const char *path)
{
    for (size_t i = 0; i < sizeof tag_names / sizeof tag_names[0]; i++)
        if (strcmp(path, tag_names[i]) == 0)
            return true;
    return false;
}

static void meet_file(struct check_dir *check, const char *path, const struct stat *st)
{
    const struct dir_file *payload = dir_find(&check->payload, path);
    const struct dir_file *tag = dir_find(&check->tags, path);
    const struct dir_file *known = payload == NULL ? tag : payload;
    bool is_data = strncmp(path, "data/", 5) == 0;

    if (is_data) {
        check->n_files++;
        check->n_bytes += (uint64_t)st->st_size;
    }
    if (known == NULL) {
        if (!is_tag(path) || (strcmp(path, "tagmanifest-sha512.txt") != 0 &&
                              strcmp(path, "ibasho-signature.txt") != 0))
            check_defect(check->say, "file.extra", path, 0, NULL);
        return;
    }
    ((struct dir_file *)(uintptr_t)known)->is_there = true;
    ((struct dir_file *)(uintptr_t)known)->n_bytes = (uint64_t)st->st_size;
}

static enum err walk(struct check_dir *check, int fd, const char *at, int depth,
                     struct fail *why)
{
    DIR *dir = fdopendir(fd); /* takes fd */
    enum err rc = ERR_OK;
    struct dirent *entry;

    if (dir == NULL) {
        close(fd);
        return fail_set(why, ERR_IO, "%s: %s", at, strerror(errno));
    }
    while (rc == ERR_OK && (entry = readdir(dir)) != NULL) {
        char path[BAG_PATH_CAP + 260];
        struct stat st;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s%s%s", at, at[0] == '\0' ? "" : "/", entry->d_name);
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            rc = fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
        } else if (S_ISREG(st.st_mode)) {
            meet_file(check, path, &st);
        } else if (!S_ISDIR(st.st_mode)) {
            check_defect(check->say, "file.kind", path, 0, NULL);
        } else if (depth == BAG_DEPTH_CAP || strlen(path) >= BAG_PATH_CAP) {
            check_defect(check->say, "file.depth", path, 0, NULL);
        } else {
            int sub = openat(dirfd(dir), entry->d_name,
                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

            rc = sub < 0 ? fail_set(why, ERR_IO, "%s: %s", path, strerror(errno))
                         : walk(check, sub, path, depth + 1, why);
        }
        if (check->n_files > BAG_FILES_CAP) {
            check_defect(check->say, "file.many", path, 0, NULL);
            break;
        }
    }
    closedir(dir);
    return rc;
}

/* ---- bytes ---- */

struct hashing {
    EVP_MD_CTX *sha512, *sha256;
    uint8_t *piece;
};

static enum err hash_file(struct check_dir *check, struct hashing *h, const char *path,
                          bool is_named, uint8_t sha512_out[64], uint8_t sha256_out[32],
                          struct fail *why)
{
    int fd = open_file(check, path);
    ssize_t n = 1;
    bool ok = fd >= 0 && EVP_DigestInit_ex(h->sha512, EVP_sha512(), NULL) == 1 &&
              EVP_DigestInit_ex(h->sha256, EVP_sha256(), NULL) == 1;

    while (ok && n > 0) {
        n = read(fd, h->piece, PIECE_BYTES);
        ok = n >= 0 && EVP_DigestUpdate(h->sha512, h->piece, (size_t)n) == 1 &&
             (!is_named || EVP_DigestUpdate(h->sha256, h->piece, (size_t)n) == 1);
    }
    if (fd >= 0)
        close(fd);
    if (!ok || EVP_DigestFinal_ex(h->sha512, sha512_out, NULL) != 1 ||
        EVP_DigestFinal_ex(h->sha256, sha256_out, NULL) != 1)
        return fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    return ERR_OK;
}

static enum err check_bytes(struct check_dir *check, struct hashing *h,
                            const struct dir_manifest *manifest, const char *name,
                            struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < manifest->n && rc == ERR_OK; i++) {
        const struct dir_file *file = &manifest->at[i];
        bool is_named = strncmp(file->path, FILES_DIR, sizeof FILES_DIR - 1) == 0;
        uint8_t sha512[64], sha256[32];
        char digits[65] = "";

        if (!file->is_there) {
            check_defect(check->say, "file.missing", file->path, 0, name);
            continue;
        }
        rc = hash_file(check, h, file->path, is_named, sha512, sha256, why);
        if (rc != ERR_OK)
            break;
        if (memcmp(sha512, file->sha512, sizeof sha512) != 0)
            check_defect(check->say, "file.hash", file->path, 0, name);
        hex_write(sha256, sizeof sha256, digits);
        if (is_named && strcmp(file->path + sizeof FILES_DIR - 1, digits) != 0)
            check_defect(check->say, "file.name", file->path, 0, NULL);
    }
    return rc;
}

static enum err hash_manifests(struct check_dir *check, struct hashing *h, struct fail *why)
{
    uint8_t ignored[32];
    enum err rc =
        hash_file(check, h, "manifest-sha512.txt", false, check->bag_sha512, ignored, why);

    return rc == ERR_OK ? hash_file(check, h, "tagmanifest-sha512.txt", false,
                                    check->tag_sha512, ignored, why)
                        : rc;
}

static void check_tags(struct check_dir *check)
{
    static const char *const listed[] = {"bag-info.txt", "bagit.txt", "manifest-sha512.txt"};

    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++)
        if (dir_find(&check->tags, listed[i]) == NULL)
            check_defect(check->say, "file.missing", listed[i], 0, "tagmanifest-sha512.txt");
}

enum err check_dir_list(struct check_dir *check, struct fail *why)
{
    enum err rc = read_manifest(check, "manifest-sha512.txt", true, &check->payload, why);

    return rc == ERR_OK
               ? read_manifest(check, "tagmanifest-sha512.txt", false, &check->tags, why)
               : rc;
}

enum err check_dir_run(struct check_dir *check, struct fail *why)
{
    struct hashing h = {EVP_MD_CTX_new(), EVP_MD_CTX_new(), malloc(PIECE_BYTES)};
    enum err rc = ERR_NOMEM;
    uint64_t n_before = check->say->n;
    int fd;

    if (h.sha512 == NULL || h.sha256 == NULL || h.piece == NULL) {
        fail_set(why, rc, "hashing");
        goto out;
    }
    rc = check_dir_list(check, why);
    if (rc != ERR_OK)
        goto out;
    fd = openat(check->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = fd < 0 ? fail_set(why, ERR_IO, "%s: %s", check->dir, strerror(errno))
                : walk(check, fd, "", 0, why);
    if (rc == ERR_OK && n_before == check->say->n)
        rc = hash_manifests(check, &h, why);
    check_tags(check);
    if (rc == ERR_OK)
        rc = check_bytes(check, &h, &check->tags, "tagmanifest-sha512.txt", why);
    if (rc == ERR_OK)
        rc = check_bytes(check, &h, &check->payload, "manifest-sha512.txt", why);
out:
    EVP_MD_CTX_free(h.sha512);
    EVP_MD_CTX_free(h.sha256);
    free(h.piece);
    return rc;
}
