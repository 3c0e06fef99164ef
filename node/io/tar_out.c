#include "node/io/tar_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BLOCK_BYTES 65536

struct tar_out {
    struct archive *archive;
    enum err (*sink)(void *arg, struct span bytes, struct fail *why);
    void *arg;
    bool is_closing; /* what the library still writes goes nowhere */
    enum err rc;     /* of the sink */
    struct fail why;
};

static la_ssize_t on_bytes(struct archive *archive, void *arg, const void *bytes, size_t len)
{
    struct tar_out *tar = arg;

    if (tar->is_closing)
        return (la_ssize_t)len;
    if (tar->rc == ERR_OK)
        tar->rc = tar->sink(tar->arg, span_of(bytes, len), &tar->why);
    if (tar->rc == ERR_OK)
        return (la_ssize_t)len;
    archive_set_error(archive, ARCHIVE_FATAL, "the sink failed");
    return -1;
}

static enum err fail_of(struct tar_out *tar, struct fail *why)
{
    const char *text = archive_error_string(tar->archive);

    if (tar->rc != ERR_OK) {
        if (why != NULL)
            *why = tar->why;
        return tar->rc;
    }
    return fail_set(why, ERR_NOMEM, "tar: %s", text == NULL ? "no memory" : text);
}

enum err tar_out_open(enum err (*sink)(void *arg, struct span bytes, struct fail *why),
                      void *arg, struct tar_out **tar_out, struct fail *why)
{
    struct tar_out *tar = calloc(1, sizeof *tar);
    enum err rc;

    *tar_out = NULL;
    if (tar == NULL)
        return fail_set(why, ERR_NOMEM, "tar");
    tar->sink = sink;
    tar->arg = arg;
    tar->archive = archive_write_new();
    if (tar->archive != NULL && archive_write_set_format_ustar(tar->archive) == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(tar->archive, BLOCK_BYTES) == ARCHIVE_OK &&
        archive_write_set_bytes_in_last_block(tar->archive, 1) == ARCHIVE_OK &&
        archive_write_open(tar->archive, tar, NULL, on_bytes, NULL) == ARCHIVE_OK) {
        *tar_out = tar;
        return ERR_OK;
    }
    rc = tar->archive == NULL ? fail_set(why, ERR_NOMEM, "tar") : fail_of(tar, why);
    tar_out_close(&tar);
    return rc;
}

enum err tar_out_file(struct tar_out *tar, const char *name, int64_t n_bytes, struct fail *why)
{
    struct archive_entry *entry = archive_entry_new();
    enum err rc = ERR_OK;

    if (entry == NULL)
        return fail_set(why, ERR_NOMEM, "tar");
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, S_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, n_bytes);
    if (archive_write_header(tar->archive, entry) != ARCHIVE_OK)
        rc = fail_of(tar, why);
    archive_entry_free(entry);
    return rc;
}

enum err tar_out_put(struct tar_out *tar, struct span bytes, struct fail *why)
{
    if (bytes.len == 0 ||
        archive_write_data(tar->archive, bytes.p, bytes.len) == (la_ssize_t)bytes.len)
        return ERR_OK;
    return fail_of(tar, why);
}

enum err tar_out_finish(struct tar_out *tar, struct fail *why)
{
    return archive_write_close(tar->archive) == ARCHIVE_OK ? ERR_OK : fail_of(tar, why);
}

void tar_out_close(struct tar_out **tar_in)
{
    struct tar_out *tar = *tar_in;

    *tar_in = NULL;
    if (tar == NULL)
        return;
    tar->is_closing = true;
    if (tar->archive != NULL)
        archive_write_free(tar->archive);
    free(tar);
}
