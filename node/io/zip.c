#include "node/io/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ENTRIES_MOST   1000
#define PASSWORD_LEAST 8
#define PASSWORD_MOST  128

struct out {
    uint8_t *p;
    size_t len, cap;
};

static la_ssize_t on_bytes(struct archive *zip, void *arg, const void *bytes, size_t len)
{
    struct out *out = arg;

    if (len > out->cap - out->len) {
        size_t cap = out->cap == 0 ? 65536 : 2 * out->cap;
        uint8_t *more;

        while (cap < out->len + len)
            cap *= 2;
        more = realloc(out->p, cap);
        if (more == NULL) {
            archive_set_error(zip, ARCHIVE_FATAL, "out of memory");
            return -1;
        }
        out->p = more;
        out->cap = cap;
    }
    memcpy(out->p + out->len, bytes, len);
    out->len += len;
    return (la_ssize_t)len;
}

static int by_name(const void *a, const void *b)
{
    const struct zip_entry *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static enum err check_names(const struct zip_entry *sorted, size_t n, struct fail *why)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = sorted[i].name;

        if (*name == '\0' || *name == '.' || strpbrk(name, "/\\:") != NULL)
            return fail_set(why, ERR_INVALID, "entry %zu has no plain name", i);
        if (i > 0 && strcmp(name, sorted[i - 1].name) == 0)
            return fail_set(why, ERR_INVALID, "entry %zu bears a name that was there", i);
    }
    return ERR_OK;
}

static enum err fail_of(struct archive *zip, struct fail *why)
{
    const char *text = archive_error_string(zip);

    return fail_set(why, ERR_NOMEM, "zip: %s", text == NULL ? "no memory" : text);
}

/* Without a time of its own an entry bears the first one that a ZIP knows, in any time zone. */
static enum err write_entry(struct archive *zip, const struct zip_entry *file, struct fail *why)
{
    struct archive_entry *entry = archive_entry_new();
    enum err rc = ERR_OK;

    if (entry == NULL)
        return fail_set(why, ERR_NOMEM, "zip");
    archive_entry_set_pathname(entry, file->name);
    archive_entry_set_filetype(entry, S_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)file->bytes.len);
    if (archive_write_header(zip, entry) != ARCHIVE_OK ||
        (file->bytes.len > 0 && archive_write_data(zip, file->bytes.p, file->bytes.len) !=
                                    (la_ssize_t)file->bytes.len) ||
        archive_write_finish_entry(zip) != ARCHIVE_OK)
        rc = fail_of(zip, why);
    archive_entry_free(entry);
    return rc;
}

/* Option and password before the archive opens. */
static bool is_locked(struct archive *zip, const char *password)
{
    return password == NULL ||
           (archive_write_set_format_option(zip, "zip", "encryption", "aes256") == ARCHIVE_OK &&
            archive_write_set_passphrase(zip, password) == ARCHIVE_OK);
}

static enum err write_all(const struct zip_entry *sorted, size_t n, const char *password,
                          struct out *out, struct fail *why)
{
    struct archive *zip = archive_write_new();
    enum err rc = ERR_OK;

    if (zip == NULL)
        return fail_set(why, ERR_NOMEM, "zip");
    if ((archive_write_set_format_zip(zip) != ARCHIVE_OK ||
         archive_write_set_format_option(zip, "zip", "compression", "deflate") != ARCHIVE_OK ||
         !is_locked(zip, password) ||
         archive_write_set_bytes_in_last_block(zip, 1) != ARCHIVE_OK ||
         archive_write_open(zip, out, NULL, on_bytes, NULL) != ARCHIVE_OK))
        rc = fail_of(zip, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        rc = write_entry(zip, &sorted[i], why);
    if (rc == ERR_OK && archive_write_close(zip) != ARCHIVE_OK)
        rc = fail_of(zip, why);
    archive_write_free(zip);
    return rc;
}

static enum err write_zip(const struct zip_entry *entries, size_t n, const char *password,
                          struct arena *arena, struct span *zip_out, struct fail *why)
{
    struct zip_entry *sorted;
    struct out out = {0};
    enum err rc;

    *zip_out = SPAN_NONE;
    if (n == 0 || n > ENTRIES_MOST)
        return fail_set(why, ERR_INVALID, "a ZIP of %zu files", n);
    sorted = arena_alloc(arena, n * sizeof *sorted);
    if (sorted == NULL)
        return fail_set(why, ERR_NOMEM, "zip");
    memcpy(sorted, entries, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_name);
    rc = check_names(sorted, n, why);
    if (rc == ERR_OK)
        rc = write_all(sorted, n, password, &out, why);
    if (rc == ERR_OK) {
        *zip_out = arena_copy(arena, span_of(out.p, out.len));
        if (zip_out->p == NULL)
            rc = fail_set(why, ERR_NOMEM, "a ZIP of %zu bytes", out.len);
    }
    free(out.p);
    return rc;
}

enum err zip_write(const struct zip_entry *entries, size_t n, struct arena *arena,
                   struct span *zip_out, struct fail *why)
{
    return write_zip(entries, n, NULL, arena, zip_out, why);
}

enum err zip_write_locked(const struct zip_entry *entries, size_t n, const char *password,
                          struct arena *arena, struct span *zip_out, struct fail *why)
{
    size_t len = strlen(password);

    *zip_out = SPAN_NONE;
    if (len < PASSWORD_LEAST || len > PASSWORD_MOST)
        return fail_set(why, ERR_INVALID, "a password of %zu bytes", len);
    for (size_t i = 0; i < len; i++)
        if (password[i] < 0x21 || password[i] > 0x7e)
            return fail_set(why, ERR_INVALID, "a password's character %zu", i);
    return write_zip(entries, n, password, arena, zip_out, why);
}
