#include "tenants/handback/out.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 262144

struct out {
    int fd;
    size_t n; /* in the buffer */
    int64_t n_bytes;
    bool is_summed, is_named;
    enum err rc;
    struct fail why;
    EVP_MD_CTX *sha512, *sha256; /* sha256 may be NULL */
    struct out_sum sum;
    const char *dir;
    char part[OUT_PATH_CAP];
    uint8_t buffer[BUFFER_BYTES];
};

/* The folders above path, below dir. */
static enum err make_dirs(const char *dir, const char *path, struct fail *why)
{
    char full[OUT_PATH_CAP];
    size_t from = strlen(dir) + 1;

    if ((size_t)snprintf(full, sizeof full, "%s/%s", dir, path) >= sizeof full)
        return fail_set(why, ERR_INVALID, "a path of over %d bytes", OUT_PATH_CAP);
    for (char *slash = strchr(full + from, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(full, 0700) != 0 && errno != EEXIST)
            return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "mkdir %s: errno %d",
                            full, errno);
        *slash = '/';
    }
    return ERR_OK;
}

static EVP_MD_CTX *hash_begin(const EVP_MD *md)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) == 1)
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

enum err out_create(const char *dir, const char *path, bool wants_sha256, struct out **out_out,
                    struct fail *why)
{
    struct out *o = NULL;
    enum err rc = make_dirs(dir, path, why);

    if (rc != ERR_OK)
        return rc;
    o = malloc(sizeof *o);
    if (o == NULL)
        return fail_set(why, ERR_NOMEM, "a file's buffer");
    memset(o, 0, offsetof(struct out, buffer));
    o->dir = dir;
    o->fd = -1;
    o->sha512 = hash_begin(EVP_sha512());
    o->sha256 = wants_sha256 ? hash_begin(EVP_sha256()) : NULL;
    if (o->sha512 == NULL || (wants_sha256 && o->sha256 == NULL)) {
        rc = fail_set(why, ERR_NOMEM, "SHA-512");
    } else if ((size_t)snprintf(o->part, sizeof o->part, "%s/%s.part", dir, path) >=
               sizeof o->part) {
        rc = fail_set(why, ERR_INVALID, "a path of over %d bytes", OUT_PATH_CAP);
    } else {
        o->fd = open(o->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (o->fd < 0)
            rc = fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "create %s: errno %d",
                          o->part, errno);
    }
    if (rc == ERR_OK)
        *out_out = o;
    else
        out_destroy(&o);
    return rc;
}

void out_destroy(struct out **out)
{
    struct out *o = *out;

    *out = NULL;
    if (o == NULL)
        return;
    if (o->fd >= 0) {
        close(o->fd);
        if (!o->is_named)
            unlink(o->part);
    }
    EVP_MD_CTX_free(o->sha512);
    EVP_MD_CTX_free(o->sha256);
    free(o);
}

static void flush(struct out *o)
{
    const uint8_t *p = o->buffer;

    if (o->rc == ERR_OK && (EVP_DigestUpdate(o->sha512, p, o->n) != 1 ||
                            (o->sha256 != NULL && EVP_DigestUpdate(o->sha256, p, o->n) != 1)))
        o->rc = fail_set(&o->why, ERR_INTERNAL, "SHA-512");
    while (o->rc == ERR_OK && o->n > 0) {
        ssize_t done = write(o->fd, p, o->n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            o->rc = fail_set(&o->why, errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO,
                             "write %s: errno %d", o->part, errno);
            break;
        }
        p += done;
        o->n -= (size_t)done;
        o->n_bytes += done;
    }
    o->n = 0;
}

void out_bytes(struct out *o, struct span bytes)
{
    while (bytes.len > 0) {
        size_t n = BUFFER_BYTES - o->n;

        n = n < bytes.len ? n : bytes.len;
        memcpy(o->buffer + o->n, bytes.p, n);
        o->n += n;
        bytes = span_from(bytes, n);
        if (o->n == BUFFER_BYTES)
            flush(o);
    }
}

void out_char(struct out *o, char c)
{
    if (o->n == BUFFER_BYTES)
        flush(o);
    o->buffer[o->n++] = (uint8_t)c;
    if (o->n == BUFFER_BYTES)
        flush(o);
}

enum err out_state(const struct out *o, struct fail *why)
{
    return o->rc == ERR_OK ? ERR_OK : fail_set(why, o->rc, "%s", o->why.text);
}

enum err out_sum(struct out *o, struct out_sum *sum_out, struct fail *why)
{
    if (!o->is_summed) {
        flush(o);
        o->is_summed = true;
        o->sum.n_bytes = o->n_bytes;
        if (o->rc == ERR_OK &&
            (EVP_DigestFinal_ex(o->sha512, o->sum.sha512, NULL) != 1 ||
             (o->sha256 != NULL && EVP_DigestFinal_ex(o->sha256, o->sum.sha256, NULL) != 1)))
            o->rc = fail_set(&o->why, ERR_INTERNAL, "SHA-512");
    }
    if (o->rc == ERR_OK)
        *sum_out = o->sum;
    return out_state(o, why);
}

enum err out_finish(struct out *o, const char *path, struct out_sum *sum_out, struct fail *why)
{
    char full[OUT_PATH_CAP];
    enum err rc = out_sum(o, sum_out, why);

    if (rc != ERR_OK)
        return rc;
    if ((size_t)snprintf(full, sizeof full, "%s/%s", o->dir, path) >= sizeof full)
        return fail_set(why, ERR_INVALID, "a path of over %d bytes", OUT_PATH_CAP);
    rc = make_dirs(o->dir, path, why);
    if (rc != ERR_OK)
        return rc;
    if (rename(o->part, full) != 0)
        return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "rename %s: errno %d",
                        full, errno);
    o->is_named = true;
    return ERR_OK;
}
