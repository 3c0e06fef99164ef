#include "tenants/handback/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "node/db/lines.h"
#include "node/io/tar_out.h"
#include "tenants/certificate/jws.h"
#include "tenants/handback/deliver_priv.h"

#define TOP         "ibasho-bag/"
#define PATH_CAP    1024
#define LINE_CAP    1200
#define PIECE_BYTES 65536
#define SHA_CHARS   128
#define PARTS_MOST  9999
#define ARENA_BYTES 65536

struct deliver {
    const struct deliver_conf *conf;
    struct arena *arena;
    struct tar_out *tar;
    struct part *part; /* the one being written */
    struct deliver_part *parts;
    int n_parts, n_cap;
    int64_t n_in_part, n_bytes, n_plain_bytes;
    uint8_t piece[PIECE_BYTES];
};

/* ---- parts ---- */

static void part_path(const struct deliver *d, int number, char path_out[PATH_CAP])
{
    snprintf(path_out, PATH_CAP, "%s/part-%04d.cms", d->conf->dir, number);
}

static enum err grow(struct deliver *d, struct fail *why)
{
    int cap = d->n_cap == 0 ? 16 : 2 * d->n_cap;
    struct deliver_part *more;

    if (d->n_parts < d->n_cap)
        return ERR_OK;
    if (d->n_parts == PARTS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "more than %d parts: larger ones, please",
                        PARTS_MOST);
    more = arena_alloc(d->arena, (size_t)cap * sizeof *more);
    if (more == NULL)
        return fail_set(why, ERR_NOMEM, "%d parts", cap);
    if (d->n_parts > 0)
        memcpy(more, d->parts, (size_t)d->n_parts * sizeof *more);
    d->parts = more;
    d->n_cap = cap;
    return ERR_OK;
}

static enum err begin_part(struct deliver *d, struct fail *why)
{
    char path[PATH_CAP];
    enum err rc = grow(d, why);

    if (rc != ERR_OK)
        return rc;
    part_path(d, d->n_parts + 1, path);
    d->n_in_part = 0;
    return part_begin(d->conf->town, path, &d->part, why);
}

static enum err end_part(struct deliver *d, struct fail *why)
{
    struct part_sum sum;
    enum err rc = part_finish(d->part, &sum, why);

    if (rc != ERR_OK)
        return rc;
    part_destroy(&d->part);
    d->parts[d->n_parts] = (struct deliver_part){.number = d->n_parts + 1,
                                                 .n_bytes = sum.n_bytes,
                                                 .n_plain_bytes = sum.n_plain_bytes,
                                                 .hash = sum.sha256,
                                                 .plain_hash = sum.plain_sha256};
    d->n_parts++;
    d->n_bytes += sum.n_bytes;
    d->n_plain_bytes += sum.n_plain_bytes;
    return ERR_OK;
}

/* The tar's bytes, cut wherever a part is full. */
static enum err put(void *arg, struct span bytes, struct fail *why)
{
    struct deliver *d = arg;
    enum err rc = d->conf->stopped != NULL && *d->conf->stopped
                      ? fail_set(why, ERR_UNAVAILABLE, "stopped")
                      : ERR_OK;

    while (rc == ERR_OK && bytes.len > 0) {
        size_t room, n;

        if (d->part == NULL)
            rc = begin_part(d, why);
        if (rc != ERR_OK)
            break;
        room = (size_t)(d->conf->part_bytes - d->n_in_part);
        n = bytes.len < room ? bytes.len : room;
        rc = part_put(d->part, span_cut(bytes, 0, n), why);
        d->n_in_part += (int64_t)n;
        bytes = span_from(bytes, n);
        if (rc == ERR_OK && d->n_in_part == d->conf->part_bytes)
            rc = end_part(d, why);
    }
    return rc;
}

/* ---- files ---- */

static enum err copy_file(struct deliver *d, FILE *from, EVP_MD_CTX *hash, const char *path,
                          int64_t n_bytes, struct fail *why)
{
    enum err rc = ERR_OK;

    while (rc == ERR_OK && n_bytes > 0) {
        size_t want = n_bytes < PIECE_BYTES ? (size_t)n_bytes : PIECE_BYTES;

        if (fread(d->piece, 1, want, from) != want)
            return fail_set(why, ERR_PROTO, "%s got shorter", path);
        if (EVP_DigestUpdate(hash, d->piece, want) != 1)
            return fail_set(why, ERR_INTERNAL, "SHA-512");
        rc = tar_out_put(d->tar, span_of(d->piece, want), why);
        n_bytes -= (int64_t)want;
    }
    return rc;
}

/* want: 128 hexadecimal digits, or SPAN_NONE for what no manifest names. */
static enum err put_open_file(struct deliver *d, FILE *from, EVP_MD_CTX *hash, const char *path,
                              struct span want, struct fail *why)
{
    uint8_t sha[SHA_CHARS / 2];
    char name[PATH_CAP], hex[SHA_CHARS];
    struct stat st;
    enum err rc;

    if (fstat(fileno(from), &st) != 0 || !S_ISREG(st.st_mode))
        return fail_set(why, ERR_PROTO, "%s is no file", path);
    snprintf(name, sizeof name, TOP "%s", path);
    rc = tar_out_file(d->tar, name, st.st_size, why);
    if (rc == ERR_OK)
        rc = copy_file(d, from, hash, path, st.st_size, why);
    if (rc != ERR_OK || want.len == 0)
        return rc;
    if (EVP_DigestFinal_ex(hash, sha, NULL) != 1)
        return fail_set(why, ERR_INTERNAL, "SHA-512");
    hex_write(sha, sizeof sha, hex);
    if (!span_eq(want, span_of(hex, sizeof hex)))
        return fail_set(why, ERR_PROTO, "%s is another than its manifest says", path);
    if (d->conf->tell != NULL)
        d->conf->tell(d->conf->arg, d->n_plain_bytes + d->n_in_part);
    return ERR_OK;
}

static enum err put_file(struct deliver *d, const char *path, struct span want,
                         struct fail *why)
{
    char full[PATH_CAP];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    FILE *from = NULL;
    enum err rc;

    if (hash == NULL || EVP_DigestInit_ex(hash, EVP_sha512(), NULL) != 1)
        rc = fail_set(why, ERR_NOMEM, "SHA-512");
    else if ((size_t)snprintf(full, sizeof full, "%s/%s", d->conf->bag, path) >= sizeof full ||
             (from = fopen(full, "rbe")) == NULL)
        rc = fail_set(why, ERR_PROTO, "%s is not there", path);
    else
        rc = put_open_file(d, from, hash, path, want, why);
    if (from != NULL)
        fclose(from);
    EVP_MD_CTX_free(hash);
    return rc;
}

/* Ours wrote it, but whoever carried it may have changed it: no path leads out of the bag. */
static bool is_inside(struct span path)
{
    return path.len > 0 && path.len < 900 && path.p[0] != '/' &&
           memmem(path.p, path.len, "..", 2) == NULL &&
           memchr(path.p, '\\', path.len) == NULL && memchr(path.p, '\0', path.len) == NULL;
}

static enum err put_listed(struct deliver *d, const char *manifest, struct fail *why)
{
    struct lines *lines = NULL;
    struct span line = SPAN_NONE;
    char full[PATH_CAP];
    enum err rc;

    snprintf(full, sizeof full, "%s/%s", d->conf->bag, manifest);
    rc = lines_open(full, LINE_CAP, &lines, why);
    if (rc != ERR_OK)
        return fail_set(why, ERR_PROTO, "%s is not there: no whole bag", manifest);
    while (rc == ERR_OK && (rc = lines_next(lines, &line, why)) == ERR_OK) {
        struct span path = span_from(line, SHA_CHARS + 2);
        char name[PATH_CAP];

        if (!is_inside(path)) {
            rc = fail_set(why, ERR_PROTO, "a line of %s is none", manifest);
            break;
        }
        snprintf(name, sizeof name, "%.*s", SPAN_ARG(path));
        rc = put_file(d, name, span_cut(line, 0, SHA_CHARS), why);
    }
    lines_close(&lines);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* Tag files first, so that who opens the first part alone sees what it is. */
static enum err put_bag(struct deliver *d, struct fail *why)
{
    enum err rc = tar_out_open(put, d, &d->tar, why);

    if (rc == ERR_OK)
        rc = put_file(d, "ibasho-signature.txt", SPAN_NONE, why);
    if (rc == ERR_OK)
        rc = put_file(d, "tagmanifest-sha512.txt", SPAN_NONE, why);
    if (rc == ERR_OK)
        rc = put_listed(d, "tagmanifest-sha512.txt", why);
    if (rc == ERR_OK)
        rc = put_listed(d, "manifest-sha512.txt", why);
    if (rc == ERR_OK)
        rc = tar_out_finish(d->tar, why);
    if (rc == ERR_OK && d->part != NULL)
        rc = end_part(d, why);
    tar_out_close(&d->tar);
    return rc;
}

/* ---- the whole ---- */

static enum err bag_id(const struct deliver_conf *conf, char id_out[SHA_CHARS + 1],
                       struct fail *why)
{
    uint8_t sha[SHA_CHARS / 2], piece[4096];
    char full[PATH_CAP];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool is_made = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha512(), NULL) == 1;
    FILE *from = NULL;

    snprintf(full, sizeof full, "%s/manifest-sha512.txt", conf->bag);
    from = fopen(full, "rbe");
    for (size_t n = 1; from != NULL && is_made && n > 0;) {
        n = fread(piece, 1, sizeof piece, from);
        is_made = EVP_DigestUpdate(hash, piece, n) == 1;
    }
    is_made = is_made && from != NULL && EVP_DigestFinal_ex(hash, sha, NULL) == 1;
    if (is_made)
        *hex_write(sha, sizeof sha, id_out) = '\0';
    if (from != NULL)
        fclose(from);
    EVP_MD_CTX_free(hash);
    return is_made ? ERR_OK : fail_set(why, ERR_PROTO, "%s is no whole bag", conf->bag);
}

static void remove_parts(const struct deliver *d)
{
    for (int i = 1; i <= d->n_parts; i++) {
        char path[PATH_CAP];

        part_path(d, i, path);
        unlink(path);
    }
}

enum err handback_deliver(const struct deliver_conf *conf, struct deliver_result *result_out,
                          struct fail *why)
{
    struct deliver *d = calloc(1, sizeof *d);
    struct deliver_result result = {.n_parts = 0};
    enum err rc;

    if (d == NULL)
        return fail_set(why, ERR_NOMEM, "parts");
    d->conf = conf;
    rc = arena_create(ARENA_BYTES, &d->arena, why);
    if (rc == ERR_OK)
        rc = bag_id(conf, result.bag, why);
    if (rc == ERR_OK)
        rc = put_bag(d, why);
    if (rc == ERR_OK)
        rc = deliver_papers(conf, result.bag, d->parts, d->n_parts, d->arena, why);
    result.n_parts = d->n_parts;
    result.n_bytes = d->n_bytes;
    result.n_plain_bytes = d->n_plain_bytes;
    part_destroy(&d->part);
    if (rc != ERR_OK)
        remove_parts(d);
    arena_destroy(&d->arena);
    free(d);
    if (rc == ERR_OK)
        *result_out = result;
    return rc;
}
