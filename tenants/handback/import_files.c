/* Uploaded files: their bytes are sealed anew and in place before the row is written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tenants/handback/check_row.h"
#include "tenants/handback/import_priv.h"

#define PIECE_BYTES 262144

static enum err copy_bytes(struct import *im, struct span name, struct file_put *put_to,
                           struct fail *why)
{
    char path[IMPORT_PATH_CAP];
    uint8_t *piece = malloc(PIECE_BYTES);
    enum err rc = piece == NULL ? fail_set(why, ERR_NOMEM, "file") : ERR_OK;
    ssize_t n = 1;
    int fd;

    snprintf(path, sizeof path, "%s/data/files/%.*s", im->conf->dir, SPAN_ARG(name));
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (rc == ERR_OK && fd < 0)
        rc = fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
    while (rc == ERR_OK && n > 0) {
        n = read(fd, piece, PIECE_BYTES);
        if (n < 0)
            rc = fail_set(why, ERR_IO, "%s: %s", path, strerror(errno));
        else
            rc = file_put_bytes(put_to, span_of(piece, (size_t)n), why);
    }
    if (fd >= 0)
        close(fd);
    free(piece);
    return rc;
}

static enum err remember(struct import *im, struct id file, struct span sum, struct fail *why)
{
    if (im->n_files == im->files_cap) {
        size_t cap = im->files_cap == 0 ? 256 : 2 * im->files_cap;
        struct import_file *more = arena_alloc(im->arena, cap * sizeof *more);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu files", cap);
        if (im->n_files > 0)
            memcpy(more, im->files, im->n_files * sizeof *more);
        im->files = more;
        im->files_cap = cap;
    }
    im->files[im->n_files].file = file;
    memcpy(im->files[im->n_files++].sum, sum.p, 32);
    return ERR_OK;
}

static enum err put_file(struct import *im, const struct file_new *file, struct span name,
                         struct fail *why)
{
    struct file_put *to = NULL;
    enum err rc = file_put_begin(im->services->files, file, &to, why);

    if (rc == ERR_OK)
        rc = copy_bytes(im, name, to, why);
    if (rc == ERR_OK)
        rc = file_put_finish(to, why);
    if (rc == ERR_OK)
        rc = remember(im, file->id, file_put_sum(to), why);
    file_put_end(&to, rc);
    return rc;
}

static bool text_is(const struct read_table *table, const struct read_record *record,
                    const char *column, const char *text)
{
    int i = read_column_find(table, span_text(column));

    return i >= 0 && span_eq(record->values[i].raw, span_text(text));
}

static enum err take_file(struct import *im, const struct read_table *table,
                          const struct read_record *record, void *arg, struct fail *why)
{
    static const enum key_kind kinds[] = {KEY_PERSON, KEY_CLASS, KEY_RECORD};
    int owner = read_column_find(table, SPAN("owner"));
    struct file_new file = {.id = row_record_id(table, record), .media_type = ""};
    enum err rc;

    (void)arg;
    if (record->file.p == NULL)
        return ERR_OK; /* closed or lost there: closed or lost here */
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_is(table, record, "key_kind", read_key_name(kinds[i])))
            file.key_kind = kinds[i];
    if (owner < 0 || id_parse(record->values[owner].raw, &file.owner, NULL) != ERR_OK)
        return fail_set(why, ERR_PROTO, "a file without an owner");
    rc = put_file(im, &file, record->file, why);
    if (rc != ERR_CONFLICT)
        return rc;
    /* Of a try that was cut off: no row names it, for the node is empty. */
    rc = files_drop(im->services->files, file.id, why);
    return rc == ERR_OK ? put_file(im, &file, record->file, why) : rc;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

enum err import_files(struct import *im, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < im->tables.n && rc == ERR_OK; i++)
        if (im->tables.at[i].has_file)
            rc = import_each(im, &im->tables.at[i], take_file, NULL, why);
    if (im->n_files > 0)
        qsort(im->files, im->n_files, sizeof *im->files, by_id);
    im->result->n_files = im->n_files;
    return rc;
}

const uint8_t *import_file_sum(const struct import *im, struct id file)
{
    const struct import_file *f =
        im->n_files == 0 ? NULL
                         : bsearch(&file, im->files, im->n_files, sizeof *im->files, by_id);

    return f == NULL ? NULL : f->sum;
}

void import_files_drop(struct import *im)
{
    for (size_t i = 0; i < im->n_files; i++)
        (void)!files_drop(im->services->files, im->files[i].file, NULL);
}
