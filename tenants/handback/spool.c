#include "tenants/handback/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tenants/handback/out.h"

#define FILE_NAME    "ibasho-export.rows"
#define BUFFER_BYTES 262144
#define BLOCK_BYTES  4096 /* a block ends behind the row that fills it */
#define HEAD_BYTES   (16 + sizeof(uint32_t))

struct block { /* the rows from `first` on */
    struct id first;
    int64_t at;
};
struct table {
    const char *name;
    struct block *blocks;
    size_t n_blocks, blocks_cap;
    int64_t end;
    bool is_whole;
    /* The block that was read last, and where in it the last row was found: leaves mostly come
     * as their rows do. */
    size_t n_read, from, bytes_cap; /* n_read: its number + 1 */
    uint8_t *bytes;
    size_t len;
};
struct spool {
    int fd;
    int64_t n_bytes; /* written, and in the buffer */
    size_t n;        /* in the buffer */
    struct table *tables;
    size_t n_tables, tables_cap, last;
    struct id before; /* the row put last */
    bool has_before;
    uint8_t buffer[BUFFER_BYTES];
};

enum err spool_create(const char *dir, struct spool **spool_out, struct fail *why)
{
    struct spool *s = malloc(sizeof *s);
    char path[OUT_PATH_CAP];

    *spool_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "rows of the log");
    memset(s, 0, offsetof(struct spool, buffer));
    snprintf(path, sizeof path, "%s/" FILE_NAME, dir);
    s->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->fd < 0 || unlink(path) != 0) {
        enum err rc =
            fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: errno %d", path, errno);

        spool_destroy(&s);
        return rc;
    }
    *spool_out = s;
    return ERR_OK;
}

void spool_destroy(struct spool **spool)
{
    struct spool *s = *spool;

    *spool = NULL;
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_tables; i++) {
        free(s->tables[i].blocks);
        free(s->tables[i].bytes);
    }
    free(s->tables);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

/* ---- in ---- */

static enum err flush(struct spool *s, struct fail *why)
{
    const uint8_t *p = s->buffer;

    while (s->n > 0) {
        ssize_t done = write(s->fd, p, s->n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail_set(why, errno == ENOSPC || errno == EDQUOT ? ERR_NOSPACE : ERR_IO,
                            "keeping rows for the log: errno %d", errno);
        p += done;
        s->n -= (size_t)done;
    }
    return ERR_OK;
}

static enum err put(struct spool *s, const void *p, size_t len, struct fail *why)
{
    struct span rest = span_of(p, len);
    enum err rc = ERR_OK;

    while (rc == ERR_OK && rest.len > 0) {
        size_t n = BUFFER_BYTES - s->n;

        n = n < rest.len ? n : rest.len;
        memcpy(s->buffer + s->n, rest.p, n);
        s->n += n;
        s->n_bytes += (int64_t)n;
        rest = span_from(rest, n);
        if (s->n == BUFFER_BYTES)
            rc = flush(s, why);
    }
    return rc;
}

enum err spool_begin(struct spool *spool, const char *name, struct fail *why)
{
    if (spool->n_tables == spool->tables_cap) {
        size_t cap = spool->tables_cap == 0 ? 64 : 2 * spool->tables_cap;
        struct table *more = realloc(spool->tables, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu tables", cap);
        spool->tables = more;
        spool->tables_cap = cap;
    }
    spool->tables[spool->n_tables++] = (struct table){.name = name};
    spool->has_before = false;
    return ERR_OK;
}

static enum err add_block(struct spool *s, struct table *t, struct id first, struct fail *why)
{
    if (t->n_blocks == t->blocks_cap) {
        size_t cap = t->blocks_cap == 0 ? 16 : 2 * t->blocks_cap;
        struct block *more = realloc(t->blocks, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu blocks of rows", cap);
        t->blocks = more;
        t->blocks_cap = cap;
    }
    t->blocks[t->n_blocks++] = (struct block){first, s->n_bytes};
    return ERR_OK;
}

enum err spool_put(struct spool *spool, struct id row, struct span bytes, struct fail *why)
{
    struct table *t = &spool->tables[spool->n_tables - 1];
    uint32_t len = (uint32_t)bytes.len;
    enum err rc = ERR_OK;

    if (spool->has_before && memcmp(spool->before.b, row.b, sizeof row.b) >= 0) {
        char text[ID_TEXT_CAP];

        id_text(row, text);
        return fail_set(why, ERR_PROTO, "row %s of %s stands twice", text, t->name);
    }
    invariant(bytes.len <= UINT32_MAX, "a row of %zu bytes", bytes.len);
    spool->before = row;
    spool->has_before = true;
    if (t->n_blocks == 0 || spool->n_bytes - t->blocks[t->n_blocks - 1].at >= BLOCK_BYTES)
        rc = add_block(spool, t, row, why);
    if (rc == ERR_OK)
        rc = put(spool, row.b, sizeof row.b, why);
    if (rc == ERR_OK)
        rc = put(spool, &len, sizeof len, why);
    return rc == ERR_OK ? put(spool, bytes.p, bytes.len, why) : rc;
}

enum err spool_end(struct spool *spool, struct fail *why)
{
    struct table *t = &spool->tables[spool->n_tables - 1];

    t->end = spool->n_bytes;
    t->is_whole = true;
    return flush(spool, why);
}

/* ---- out ---- */

static struct table *find_table(struct spool *s, struct span name)
{
    if (s->last < s->n_tables && s->tables[s->last].is_whole &&
        span_eq(name, span_text(s->tables[s->last].name)))
        return &s->tables[s->last];
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].is_whole && span_eq(name, span_text(s->tables[i].name))) {
            s->last = i;
            return &s->tables[i];
        }
    return NULL;
}

bool spool_knows(struct spool *spool, struct span name)
{
    return find_table(spool, name) != NULL;
}

/* The last block that does not begin behind the row; n_blocks: there is none. */
static size_t find_block(const struct table *t, struct id row)
{
    size_t low = 0, high = t->n_blocks;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (memcmp(t->blocks[middle].first.b, row.b, sizeof row.b) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? t->n_blocks : low - 1;
}

static enum err read_block(const struct spool *s, struct table *t, size_t number,
                           struct fail *why)
{
    int64_t at = t->blocks[number].at;
    int64_t end = number + 1 < t->n_blocks ? t->blocks[number + 1].at : t->end;
    size_t len = (size_t)(end - at), n = 0;

    t->n_read = 0;
    if (len > t->bytes_cap) {
        uint8_t *more = realloc(t->bytes, len);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu bytes of rows", len);
        t->bytes = more;
        t->bytes_cap = len;
    }
    while (n < len) {
        ssize_t done = pread(s->fd, t->bytes + n, len - n, at + (int64_t)n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail_set(why, ERR_IO, "reading rows for the log: errno %d", errno);
        n += (size_t)done;
    }
    t->len = len;
    t->from = 0;
    t->n_read = number + 1;
    return ERR_OK;
}

/* Looks on from the row that was found last, unless this one stands before it. */
static struct span find_in(struct table *t, struct id row)
{
    size_t at = t->from;

    if (at < t->len && memcmp(t->bytes + at, row.b, sizeof row.b) > 0)
        at = 0;
    while (at < t->len) {
        int order = memcmp(t->bytes + at, row.b, sizeof row.b);
        uint32_t len;

        memcpy(&len, t->bytes + at + sizeof row.b, sizeof len);
        if (order >= 0)
            t->from = at;
        if (order > 0)
            break;
        if (order == 0)
            return span_of(t->bytes + at + HEAD_BYTES, len);
        at += HEAD_BYTES + len;
    }
    return SPAN_NONE;
}

enum err spool_find(struct spool *spool, struct span name, struct id row,
                    struct span *bytes_out, struct fail *why)
{
    struct table *t = find_table(spool, name);
    size_t number = t == NULL ? 0 : find_block(t, row);
    enum err rc = ERR_OK;

    *bytes_out = SPAN_NONE;
    if (t == NULL || number == t->n_blocks)
        return ERR_OK;
    if (t->n_read != number + 1)
        rc = read_block(spool, t, number, why);
    if (rc == ERR_OK)
        *bytes_out = find_in(t, row);
    return rc;
}
