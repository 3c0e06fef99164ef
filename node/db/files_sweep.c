#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/files_priv.h"
#include "node/db/files_store.h"

#define ARENA_CHUNK_BYTES 65536

struct sweep {
    struct files *files;
    struct db *db;
    struct writer *writer;
    struct arena *arena;
    struct file_mark *marks; /* every row, by id */
    size_t n_marks;
    struct files_sweep_counts counts;
};

static int compare_marks(const void *a, const void *b)
{
    const struct file_mark *x = a, *y = b;

    return memcmp(x->id.b, y->id.b, sizeof x->id.b);
}

static struct file_mark *find_mark(const struct sweep *s, const char *name)
{
    struct file_mark key = {0};

    if (id_parse(span_text(name), &key.id, NULL) != ERR_OK || s->n_marks == 0)
        return NULL;
    return bsearch(&key, s->marks, s->n_marks, sizeof key, compare_marks);
}

/* Bytes whose row may be on its way: put by this program not long ago. */
static bool is_young(const struct sweep *s, const struct stat *st)
{
    int64_t us = (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;

    return us >= s->files->opened_real_us && us > files_real_us() - FILES_ORPHAN_US;
}

static void sweep_entry(struct sweep *s, int dir_fd, const char *name, bool is_part)
{
    struct file_mark *mark = is_part ? NULL : find_mark(s, name);
    struct stat st;

    if (mark != NULL) {
        mark->is_seen = true;
        s->counts.n_files++;
        return;
    }
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || is_young(s, &st))
        return;
    if (unlinkat(dir_fd, name, 0) == 0)
        s->counts.n_removed++;
    else
        log_warn("file.not_removed", L_INT("errno", errno));
}

static enum err sweep_dir(struct sweep *s, const char *name, struct fail *why)
{
    char path[FILES_PATH_CAP];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof path, "%s/%s", s->files->dir, name);
    dir = opendir(path);
    if (dir == NULL)
        return fail_set(why, ERR_IO, "a directory of files: %s", strerror(errno));
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            sweep_entry(s, dirfd(dir), entry->d_name, strcmp(name, FILES_PART_DIR) == 0);
    closedir(dir);
    return ERR_OK;
}

struct mark_call {
    struct id id;
    bool is_lost;
};

static enum err mark_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct mark_call *call = arg;

    return file_store_mark(tx, call->id, call->is_lost, clock_utc_us(), why);
}

/* A row without bytes is never ours by design: a disk, a person or a restore took them. The row
 * stays, as the only thing that says so, until the bytes are back or a person decides. */
static enum err mark_lost(struct sweep *s, struct file_mark *mark, struct fail *why)
{
    struct mark_call call = {mark->id, !mark->is_seen};
    struct file_row row;

    if (mark->is_seen != mark->is_lost) {
        s->counts.n_lost += mark->is_lost;
        return ERR_OK;
    }
    if (!mark->is_seen && file_store_find(s->db, mark->id, s->arena, &row, NULL) != ERR_OK)
        return ERR_OK; /* deleted meanwhile */
    if (call.is_lost) {
        s->counts.n_lost++;
        log_error("file.lost", L_ID("file", mark->id));
    }
    return writer_wait(s->writer, mark_run, &call, why);
}

static enum err sweep_all(struct sweep *s, struct fail *why)
{
    char name[8];
    enum err rc = file_store_all(s->db, s->arena, &s->marks, &s->n_marks, why);

    for (unsigned i = 0; i < FILES_N_SHARDS && rc == ERR_OK; i++) {
        snprintf(name, sizeof name, "%02x", i);
        rc = sweep_dir(s, name, why);
    }
    if (rc == ERR_OK)
        rc = sweep_dir(s, FILES_PART_DIR, why);
    for (size_t i = 0; i < s->n_marks && rc == ERR_OK; i++)
        rc = mark_lost(s, &s->marks[i], why);
    return rc;
}

enum err files_sweep(struct files *files, struct db *db, struct writer *writer,
                     struct files_sweep_counts *counts_out, struct fail *why)
{
    struct sweep s = {.files = files, .db = db, .writer = writer};
    enum err rc = arena_create(ARENA_CHUNK_BYTES, &s.arena, why);

    if (rc == ERR_OK)
        rc = sweep_all(&s, why);
    arena_destroy(&s.arena);
    if (rc == ERR_OK && (s.counts.n_removed > 0 || s.counts.n_lost > 0))
        log_info("files.swept", L_INT("files", s.counts.n_files),
                 L_INT("removed", s.counts.n_removed), L_INT("lost", s.counts.n_lost));
    if (rc == ERR_OK && counts_out != NULL)
        *counts_out = s.counts;
    return rc;
}

static enum err run_sweep(struct job_call *call, struct fail *why)
{
    const struct services *s = call->services;

    return files_sweep(s->files, call->db, s->writer, NULL, why);
}

const struct job_kind files_jobs[FILES_JOBS_N] = {{
    .name = "files.sweep",
    .run = run_sweep,
    .n_tries_cap = 12,
    .lease_s = 3600,
    .period_s = 86400,
    .offset_s = 4 * 3600,
    .at_start = true,
}};
