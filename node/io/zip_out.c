#include "node/io/zip_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

struct zip_out {
    struct archive *archive;
    enum err (*sink)(void *arg, struct span bytes, struct fail *why);
    void *arg;
    bool is_closing; /* what the library still writes goes nowhere */
    enum err rc;     /* of the sink */
    struct fail why;
};

static la_ssize_t on_bytes(struct archive *archive, void *arg, const void *bytes, size_t len)
{
    struct zip_out *zip = arg;

    if (zip->is_closing)
        return (la_ssize_t)len;
    if (zip->rc == ERR_OK)
        zip->rc = zip->sink(zip->arg, span_of(bytes, len), &zip->why);
    if (zip->rc == ERR_OK)
        return (la_ssize_t)len;
    archive_set_error(archive, ARCHIVE_FATAL, "the sink failed");
    return -1;
}

static enum err fail_of(struct zip_out *zip, struct fail *why)
{
    const char *text = archive_error_string(zip->archive);

    if (zip->rc != ERR_OK) {
        if (why != NULL)
            *why = zip->why;
        return zip->rc;
    }
    return fail_set(why, ERR_NOMEM, "zip: %s", text == NULL ? "no memory" : text);
}

enum err zip_out_open(enum err (*sink)(void *arg, struct span bytes, struct fail *why),
                      void *arg, struct zip_out **zip_out, struct fail *why)
{
    struct zip_out *zip = calloc(1, sizeof *zip);
    enum err rc;

    *zip_out = NULL;
    if (zip == NULL)
        return fail_set(why, ERR_NOMEM, "zip");
    zip->sink = sink;
    zip->arg = arg;
    zip->archive = archive_write_new();
    /* Level 1: rows of a log shrink to a tenth with it, and it keeps up with their making. */
    if (zip->archive != NULL && archive_write_set_format_zip(zip->archive) == ARCHIVE_OK &&
        archive_write_set_format_option(zip->archive, "zip", "compression", "deflate") ==
            ARCHIVE_OK &&
        archive_write_set_format_option(zip->archive, "zip", "compression-level", "1") ==
            ARCHIVE_OK &&
        archive_write_set_bytes_in_last_block(zip->archive, 1) == ARCHIVE_OK &&
        archive_write_open(zip->archive, zip, NULL, on_bytes, NULL) == ARCHIVE_OK) {
        *zip_out = zip;
        return ERR_OK;
    }
    rc = zip->archive == NULL ? fail_set(why, ERR_NOMEM, "zip") : fail_of(zip, why);
    zip_out_close(&zip);
    return rc;
}

enum err zip_out_file(struct zip_out *zip, const char *name, int64_t at_utc_us,
                      struct fail *why)
{
    struct archive_entry *entry = archive_entry_new();
    enum err rc = ERR_OK;

    if (entry == NULL)
        return fail_set(why, ERR_NOMEM, "zip");
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, S_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, (time_t)(at_utc_us / 1000000), 0);
    if (archive_write_header(zip->archive, entry) != ARCHIVE_OK)
        rc = fail_of(zip, why);
    archive_entry_free(entry);
    return rc;
}

enum err zip_out_put(struct zip_out *zip, struct span bytes, struct fail *why)
{
    if (bytes.len == 0 ||
        archive_write_data(zip->archive, bytes.p, bytes.len) == (la_ssize_t)bytes.len)
        return ERR_OK;
    return fail_of(zip, why);
}

enum err zip_out_finish(struct zip_out *zip, struct fail *why)
{
    return archive_write_close(zip->archive) == ARCHIVE_OK ? ERR_OK : fail_of(zip, why);
}

void zip_out_close(struct zip_out **zip_in)
{
    struct zip_out *zip = *zip_in;

    *zip_in = NULL;
    if (zip == NULL)
        return;
    zip->is_closing = true;
    if (zip->archive != NULL)
        archive_write_free(zip->archive);
    free(zip);
}
