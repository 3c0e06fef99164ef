#include "tenants/leaving/leaving_scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/unconst.h"

#define PIECE      ((size_t)1 << 20)
#define NAME_MOST  512 /* bytes, in any writing */
#define PATH_CAP   4096
#define DEPTH_MOST 24
#define KEYS       8192 /* of two bytes; the table of leaps stays in the first cache */
#define ZEROS      4096

static const char *const writings[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "EUC-JP", "SHIFT_JIS"};
#define N_WRITINGS (sizeof writings / sizeof writings[0])

struct pattern {
    uint8_t bytes[NAME_MOST];
    size_t len, name;
    int next; /* with the same two bytes at its tail (below); -1: none */
};

/* The tail of a pattern are the last two of its first `shortest` bytes. Where two bytes of the
 * text are nobody's tail, no pattern ends its first part there, and the look goes on as many
 * bytes later as the nearest pattern that has them further to the front allows (Wu and Manber,
 * "A fast algorithm for multi-pattern searching", 1994): of random bytes it touches one in
 * `shortest` - 1. */

struct leaving_scan {
    struct pattern *patterns;
    size_t n_patterns;
    int first[KEYS];    /* of those with this tail; -1: none */
    uint8_t leap[KEYS]; /* 0: it is a tail */
    int64_t *hits;      /* one a name */
    size_t shortest, longest, tail_len;
    int64_t n_bytes;
    uint8_t *window; /* the last longest - 1 bytes of before, then what came */
};

static size_t write_as(const char *writing, struct span name, uint8_t out[NAME_MOST])
{
    iconv_t cd = iconv_open(writing, "UTF-8");
    char *from = unconst((const char *)name.p), *to = (char *)out;
    size_t n_from = name.len, n_to = NAME_MOST;
    bool is_whole;

    if (cd == (iconv_t)-1)
        return 0;
    is_whole = iconv(cd, &from, &n_from, &to, &n_to) == 0 && n_from == 0;
    iconv_close(cd);
    return is_whole ? NAME_MOST - n_to : 0;
}

static int key_of(const uint8_t *p)
{
    return p[0] << 5 ^ p[1];
}

/* Those of one name come together. */
static bool is_known(const struct leaving_scan *s, const struct pattern *p)
{
    for (size_t i = s->n_patterns; i > 0 && s->patterns[i - 1].name == p->name; i--)
        if (s->patterns[i - 1].len == p->len &&
            memcmp(s->patterns[i - 1].bytes, p->bytes, p->len) == 0)
            return true;
    return false;
}

static void add(struct leaving_scan *s, struct span name, size_t number, const char *writing)
{
    struct pattern *p = &s->patterns[s->n_patterns];

    p->len = write_as(writing, name, p->bytes);
    p->name = number;
    if (p->len < LEAVING_NAME_LEAST || is_known(s, p))
        return; /* plain letters are the same in several writings */
    s->n_patterns++;
    if (p->len > s->longest)
        s->longest = p->len;
    if (s->shortest == 0 || p->len < s->shortest)
        s->shortest = p->len;
}

static size_t leap_most(const struct leaving_scan *s)
{
    return s->shortest - 1 < UINT8_MAX ? s->shortest - 1 : UINT8_MAX;
}

static void make_leaps(struct leaving_scan *s)
{
    for (int i = 0; i < KEYS; i++) {
        s->first[i] = -1;
        s->leap[i] = (uint8_t)leap_most(s);
    }
    for (size_t i = 0; i < s->n_patterns; i++) {
        struct pattern *p = &s->patterns[i];
        int tail = key_of(p->bytes + s->shortest - 2);

        for (size_t at = 0; at + 2 <= s->shortest; at++) {
            size_t left = s->shortest - 2 - at;

            if (s->leap[key_of(p->bytes + at)] > left)
                s->leap[key_of(p->bytes + at)] = (uint8_t)left;
        }
        p->next = s->first[tail];
        s->first[tail] = (int)i;
    }
}

enum err leaving_scan_create(const struct span *names, size_t n_names,
                             struct leaving_scan **scan_out, struct fail *why)
{
    struct leaving_scan *s = calloc(1, sizeof *s);
    enum err rc = ERR_OK;

    *scan_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "scan");
    s->patterns = calloc(n_names * N_WRITINGS + 1, sizeof *s->patterns);
    s->hits = calloc(n_names + 1, sizeof *s->hits);
    s->window = malloc(PIECE + NAME_MOST);
    if (s->patterns == NULL || s->hits == NULL || s->window == NULL)
        rc = fail_set(why, ERR_NOMEM, "%zu names", n_names);
    for (size_t i = 0; i < n_names && rc == ERR_OK; i++) {
        if (names[i].len < LEAVING_NAME_LEAST || names[i].len > NAME_MOST)
            rc = fail_set(why, ERR_INVALID, "name %zu has %zu bytes", i, names[i].len);
        for (size_t w = 0; w < N_WRITINGS && rc == ERR_OK; w++)
            add(s, names[i], i, writings[w]);
    }
    if (rc == ERR_OK && s->n_patterns > 0)
        make_leaps(s);
    if (rc == ERR_OK)
        *scan_out = s;
    else
        leaving_scan_destroy(&s);
    return rc;
}

void leaving_scan_destroy(struct leaving_scan **scan)
{
    struct leaving_scan *s = *scan;

    if (s == NULL)
        return;
    free(s->patterns);
    free(s->hits);
    free(s->window);
    free(s);
    *scan = NULL;
}

void leaving_scan_begin(struct leaving_scan *scan)
{
    scan->tail_len = 0;
}

/* Counts what ends in the new part only: what lay wholly in the tail was counted before. */
static void look_at(struct leaving_scan *s, const uint8_t *text, size_t at, size_t len,
                    size_t tail)
{
    for (int i = s->first[key_of(text + at + s->shortest - 2)]; i >= 0;
         i = s->patterns[i].next) {
        const struct pattern *p = &s->patterns[i];

        if (at + p->len <= len && at + p->len > tail &&
            memcmp(text + at, p->bytes, p->len) == 0)
            s->hits[p->name]++;
    }
}

/* Most of a discarded volume: nothing but zeros, which no pattern has two of. */
static bool is_zeros(const uint8_t *p)
{
    return p[0] == 0 && p[ZEROS / 2] == 0 && memcmp(p, p + 1, ZEROS - 1) == 0;
}

static void look(struct leaving_scan *s, const uint8_t *text, size_t len, size_t tail)
{
    size_t most = s->n_patterns > 0 ? leap_most(s) : 0;

    for (size_t at = 0; s->n_patterns > 0 && at + s->shortest <= len;) {
        int key = key_of(text + at + s->shortest - 2);
        size_t leap = s->leap[key];

        if (leap == 0)
            look_at(s, text, at++, len, tail);
        else if (key == 0 && leap == most && at + ZEROS <= len && is_zeros(text + at))
            at += ZEROS - 1;
        else
            at += leap;
    }
}

void leaving_scan_put(struct leaving_scan *scan, struct span bytes)
{
    size_t keep = scan->longest > 0 ? scan->longest - 1 : 0;

    scan->n_bytes += (int64_t)bytes.len;
    while (bytes.len > 0) {
        size_t n = bytes.len < PIECE ? bytes.len : PIECE, len = scan->tail_len + n;

        memcpy(scan->window + scan->tail_len, bytes.p, n);
        look(scan, scan->window, len, scan->tail_len);
        scan->tail_len = len < keep ? len : keep;
        memmove(scan->window, scan->window + len - scan->tail_len, scan->tail_len);
        bytes = span_from(bytes, n);
    }
}

enum err leaving_scan_file(struct leaving_scan *scan, const char *path, struct fail *why)
{
    uint8_t *piece = malloc(PIECE);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    enum err rc = ERR_OK;
    struct stat st;
    ssize_t n = 0;

    if (piece == NULL || fd < 0 || fstat(fd, &st) != 0)
        rc = fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: errno %d", path,
                      errno);
    /* What the file system wrote is not in the device's own cache. */
    if (rc == ERR_OK && S_ISBLK(st.st_mode) && ioctl(fd, BLKFLSBUF, 0) != 0)
        rc = fail_set(why, ERR_IO, "%s: its cache: errno %d", path, errno);
    leaving_scan_begin(scan);
    while (rc == ERR_OK && ((n = read(fd, piece, PIECE)) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            leaving_scan_put(scan, span_of(piece, (size_t)n));
    if (rc == ERR_OK && n < 0)
        rc = fail_set(why, ERR_IO, "reading %s: errno %d", path, errno);
    if (fd >= 0)
        close(fd);
    free(piece);
    return rc;
}

static enum err scan_dir(struct leaving_scan *scan, const char *dir, int depth,
                         struct fail *why)
{
    DIR *d = opendir(dir);
    char path[PATH_CAP];
    enum err rc = ERR_OK;
    struct dirent *entry;
    struct stat st;

    if (d == NULL)
        return errno == ENOENT ? ERR_OK : fail_set(why, ERR_IO, "%s: errno %d", dir, errno);
    if (depth > DEPTH_MOST)
        rc = fail_set(why, ERR_TOO_LARGE, "%s is too deep", dir);
    while (rc == ERR_OK && (entry = readdir(d)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        leaving_scan_begin(scan);
        leaving_scan_put(scan, span_text(entry->d_name));
        if (snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= (int)sizeof path)
            rc = fail_set(why, ERR_TOO_LARGE, "a path below %s", dir);
        else if (lstat(path, &st) != 0)
            continue;
        else if (S_ISDIR(st.st_mode))
            rc = scan_dir(scan, path, depth + 1, why);
        else if (S_ISREG(st.st_mode))
            rc = leaving_scan_file(scan, path, why);
    }
    closedir(d);
    return rc;
}

enum err leaving_scan_tree(struct leaving_scan *scan, const char *dir, struct fail *why)
{
    return scan_dir(scan, dir, 0, why);
}

int64_t leaving_scan_bytes(const struct leaving_scan *scan)
{
    return scan->n_bytes;
}

int64_t leaving_scan_hits(const struct leaving_scan *scan, size_t name)
{
    return scan->hits[name];
}
