#include "ops/backup/pieces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/db/db_wal.h"

static void base_path(const char *dir, struct id base, char path_out[PIECE_PATH_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(base, text);
    snprintf(path_out, PIECE_PATH_CAP, "%.900s/wal/%s", dir, text);
}

enum err pieces_lock(const char *dir, int *fd_out, struct fail *why)
{
    char path[PIECE_PATH_CAP];
    int fd;

    *fd_out = -1;
    snprintf(path, sizeof path, "%.1000s/wal", dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "mkdir %s: errno %d", path,
                        errno);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_set(why, ERR_IO, "open %s: errno %d", path, errno);
    while (flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        close(fd);
        return fail_set(why, ERR_IO, "locking %s: errno %d", path, errno);
    }
    *fd_out = fd;
    return ERR_OK;
}

uint64_t pieces_system(const struct backup_entry *entry)
{
    char text[24];

    if (!entry->has_system)
        return 0;
    snprintf(text, sizeof text, "%.*s", SPAN_ARG(entry->system));
    return strtoull(text, NULL, 10);
}

static bool is_one_log(const struct backup_entry *a, const struct backup_entry *b)
{
    return a->has_system && b->has_system && a->has_timeline && b->has_timeline &&
           span_eq(a->system, b->system) && a->timeline == b->timeline;
}

static int by_start(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end == y->end ? 0 : x->end > y->end ? -1 : 1;
}

struct growing {
    struct arena *arena;
    struct pieces list;
    size_t cap;
};

static enum err grow(struct growing *g, const struct piece *piece, struct fail *why)
{
    if (g->list.n == g->cap) {
        size_t cap = g->cap == 0 ? 256 : 2 * g->cap;
        struct piece *more = arena_alloc(g->arena, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "pieces of the log");
        if (g->list.n > 0)
            memcpy(more, g->list.at, g->list.n * sizeof *more);
        g->list.at = more;
        g->cap = cap;
    }
    g->list.at[g->list.n++] = *piece;
    return ERR_OK;
}

static enum err read_base(struct growing *g, const char *dir, struct id base, int64_t timeline,
                          struct fail *why)
{
    char path[PIECE_PATH_CAP];
    const struct dirent *entry;
    struct piece piece = {.base = base};
    enum err rc = ERR_OK;
    DIR *open_dir;

    base_path(dir, base, path);
    open_dir = opendir(path);
    if (open_dir == NULL)
        return errno == ENOENT ? ERR_OK
                               : fail_set(why, ERR_IO, "open %s: errno %d", path, errno);
    while (rc == ERR_OK && (entry = readdir(open_dir)) != NULL)
        if (piece_name_read(entry->d_name, &piece) && piece.timeline == timeline)
            rc = grow(g, &piece, why);
    closedir(open_dir);
    return rc;
}

enum err pieces_read(struct arena *arena, const char *dir, const struct backup_list *all,
                     const struct backup_entry *of, struct pieces *out, struct fail *why)
{
    struct growing g = {.arena = arena};
    enum err rc = ERR_OK;

    *out = (struct pieces){.n = 0};
    for (size_t i = 0; rc == ERR_OK && i < all->n; i++)
        if (is_one_log(&all->at[i], of))
            rc = read_base(&g, dir, all->at[i].id, of->timeline, why);
    if (rc == ERR_OK && g.list.n > 0)
        qsort(g.list.at, g.list.n, sizeof *g.list.at, by_start);
    if (rc == ERR_OK)
        *out = g.list;
    return rc;
}

bool pieces_follow(const struct pieces *pieces, const struct backup_entry *of,
                   struct pieces_chain *out)
{
    uint64_t end;

    *out = (struct pieces_chain){.to_utc_us = of->end_utc_us};
    if (!of->has_end || !of->has_system || !of->has_timeline || !of->has_segment ||
        of->segment <= 0 || !db_wal_place(of->wal_end, &end))
        return false;
    /* The file of the log in which the backup ends is put together from its beginning. */
    out->from = out->end = end - end % (uint64_t)of->segment;
    for (size_t i = 0; i < pieces->n; i++) {
        const struct piece *p = &pieces->at[i];

        if (p->end <= out->end)
            continue;
        if (p->start > out->end) {
            out->has_gap = true;
            out->gap_end = p->start;
            break;
        }
        out->end = p->end;
        if (p->at_utc_us > out->to_utc_us)
            out->to_utc_us = p->at_utc_us;
    }
    return true;
}

enum err pieces_each(const struct pieces *pieces, const struct pieces_chain *chain,
                     enum err (*each)(void *arg, const struct piece *piece, uint64_t from,
                                      struct fail *why),
                     void *arg, struct fail *why)
{
    uint64_t at = chain->from;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < pieces->n && at < chain->end; i++) {
        if (pieces->at[i].end <= at || pieces->at[i].start > at)
            continue;
        rc = each(arg, &pieces->at[i], at, why);
        at = pieces->at[i].end;
    }
    return rc;
}

/* ---- forgetting a backup ---- */

static bool is_needed(const struct piece *piece, const struct backup_list *all,
                      const struct backup_entry *gone)
{
    for (size_t i = 0; i < all->n; i++) {
        struct pieces_chain chain;

        if (is_one_log(&all->at[i], gone) && !id_eq(all->at[i].id, gone->id) &&
            pieces_follow(&(struct pieces){NULL, 0}, &all->at[i], &chain) &&
            piece->end > chain.from)
            return true;
    }
    return false;
}

/* The backup of the same log before gone, else the one behind it; NULL: there is none. */
static const struct backup_entry *heir(const struct backup_list *all,
                                       const struct backup_entry *gone)
{
    const struct backup_entry *before = NULL, *behind = NULL;

    for (size_t i = 0; i < all->n; i++) {
        const struct backup_entry *e = &all->at[i];

        if (!is_one_log(e, gone) || id_eq(e->id, gone->id))
            continue;
        if (e->at_utc_us <= gone->at_utc_us)
            before = e;
        else if (behind == NULL)
            behind = e;
    }
    return before != NULL ? before : behind;
}

static enum err put_on(void *arg, struct span bytes, struct fail *why)
{
    return piece_put(arg, bytes, why);
}

static enum err carry_one(struct keyring *keyring, const char *dir, const struct piece *piece,
                          struct id to, uint64_t system, struct fail *why)
{
    struct piece under = *piece;
    struct piece_writer *writer = NULL;
    enum err rc;

    under.base = to;
    rc = piece_begin(keyring, dir, &under, system, &writer, why);
    if (rc == ERR_OK)
        rc = piece_open(keyring, dir, piece, system, put_on, writer, why);
    if (rc == ERR_OK)
        rc = piece_close(writer, piece->at_utc_us, why);
    if (rc == ERR_OK)
        rc = piece_keep(writer, why);
    piece_end(&writer);
    return rc;
}

enum err pieces_carry(struct arena *arena, struct keyring *keyring, const char *dir,
                      const struct backup_list *all, const struct backup_entry *gone,
                      struct fail *why)
{
    const struct backup_entry *to = heir(all, gone);
    struct growing g = {.arena = arena};
    enum err rc = ERR_OK;

    if (to == NULL)
        return ERR_OK;
    rc = read_base(&g, dir, gone->id, gone->timeline, why);
    for (size_t i = 0; rc == ERR_OK && i < g.list.n; i++) {
        if (!is_needed(&g.list.at[i], all, gone))
            continue;
        rc = carry_one(keyring, dir, &g.list.at[i], to->id, pieces_system(gone), why);
        /* Broken, or its key is gone from a forgetting that was cut off: a gap, and said so. */
        if (rc == ERR_PROTO || rc == ERR_NOT_FOUND)
            rc = ERR_OK;
    }
    return rc;
}

enum err pieces_drop(const char *dir, struct id base, struct fail *why)
{
    char path[PIECE_PATH_CAP];
    const struct dirent *entry;
    DIR *open_dir;
    enum err rc = ERR_OK;

    base_path(dir, base, path);
    open_dir = opendir(path);
    if (open_dir == NULL)
        return errno == ENOENT ? ERR_OK
                               : fail_set(why, ERR_IO, "open %s: errno %d", path, errno);
    while (rc == ERR_OK && (entry = readdir(open_dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(open_dir), entry->d_name, 0) != 0)
            rc = fail_set(why, ERR_IO, "unlink %s: errno %d", entry->d_name, errno);
    closedir(open_dir);
    if (rc == ERR_OK && rmdir(path) != 0)
        rc = fail_set(why, ERR_IO, "rmdir %s: errno %d", path, errno);
    return rc;
}
