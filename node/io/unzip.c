#include "node/io/unzip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <strings.h>
#include <sys/stat.h>

#include "node/base/utf.h"

#define READ_BLOCK_BYTES 65536
#define TROUBLES_CAP     200 /* kept; an archive with more is no better known */
#define NAME_UNREADABLE \
    "?" /* no UTF-8: an old Japanese encoding; none of ours has such a name */

struct reading {
    struct archive *a;
    const struct unzip_caps *caps;
    struct arena *arena;
    size_t zip_bytes, total_bytes;
    struct unzip_file *files;
    size_t n_files;
    struct unzip_trouble *troubles;
    size_t n_troubles;
    bool is_over; /* nothing more is to be read */
    /* libarchive turns names into the thread's locale, and loses those it cannot hold. */
    locale_t utf8, before;
};

static void trouble(struct reading *r, enum unzip_defect defect, const char *name)
{
    if (r->n_troubles < TROUBLES_CAP)
        r->troubles[r->n_troubles++] = (struct unzip_trouble){defect, name};
}

static bool is_path_bad(const char *name)
{
    if (*name == '/' || *name == '\0' || strchr(name, '\\') != NULL ||
        strchr(name, ':') != NULL || strncmp(name, "../", 3) == 0 || strcmp(name, "..") == 0 ||
        strstr(name, "/../") != NULL)
        return true;
    if (strlen(name) >= 3 && strcmp(name + strlen(name) - 3, "/..") == 0)
        return true;
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return true;
    return false;
}

/* libarchive names the method in the format's name; deflate and stored are what is read. */
static bool is_method_good(struct archive *a)
{
    const char *format = archive_format_name(a);

    return format != NULL &&
           (strstr(format, "(deflation)") != NULL || strstr(format, "(uncompressed)") != NULL);
}

/* ERR_OK with bad_out set when the entry is one that is not read. */
static enum err judge(struct reading *r, struct archive_entry *entry, const char **name_out,
                      bool *bad_out, struct fail *why)
{
    const char *raw = archive_entry_pathname_utf8(entry), *name;
    size_t before = r->n_troubles;

    if (raw == NULL)
        raw = archive_entry_pathname(entry);
    if (raw == NULL || !utf_is_valid(span_text(raw)))
        raw = NAME_UNREADABLE;
    name = arena_text(r->arena, span_text(raw));
    if (name == NULL)
        return fail_set(why, ERR_NOMEM, "name of an entry");
    *name_out = name;
    if (is_path_bad(name))
        trouble(r, UNZIP_PATH, name);
    else if (archive_entry_filetype(entry) == AE_IFDIR || strchr(name, '/') != NULL)
        trouble(r, UNZIP_FOLDER, name);
    else if (archive_entry_filetype(entry) != AE_IFREG)
        trouble(r, UNZIP_KIND, name);
    if (archive_entry_is_encrypted(entry))
        trouble(r, UNZIP_ENCRYPTED, name);
    else if (!is_method_good(r->a))
        trouble(r, UNZIP_METHOD, name);
    for (size_t i = 0; i < r->n_files; i++)
        if (strcasecmp(r->files[i].name, name) == 0 && strcmp(name, NAME_UNREADABLE) != 0) {
            trouble(r, UNZIP_DOUBLED, name);
            break;
        }
    *bad_out = r->n_troubles != before;
    return ERR_OK;
}

/* More of one file. false: a cap is reached, the trouble noted. */
static bool count(struct reading *r, const char *name, size_t file_bytes)
{
    if (file_bytes > r->caps->file_bytes) {
        trouble(r, UNZIP_FILE_BYTES, name);
        return false;
    }
    if (r->total_bytes + file_bytes > r->caps->total_bytes) {
        trouble(r, UNZIP_TOTAL_BYTES, "");
        r->is_over = true;
        return false;
    }
    if (r->total_bytes + file_bytes > UNZIP_RATIO_FROM_BYTES &&
        (r->total_bytes + file_bytes) / r->caps->ratio > r->zip_bytes) {
        trouble(r, UNZIP_RATIO, name);
        r->is_over = true;
        return false;
    }
    return true;
}

static enum err data_error(struct reading *r, const char *name, struct fail *why)
{
    if (archive_errno(r->a) == ENOMEM)
        return fail_set(why, ERR_NOMEM, "unpacking");
    trouble(r, UNZIP_DIFFERS, name);
    return ERR_OK;
}

/* Unpacks one entry; into is NULL when nobody wants its bytes. */
static enum err unpack(struct reading *r, const char *name, uint8_t *into, size_t declared,
                       struct fail *why)
{
    size_t n = 0;

    for (;;) {
        const void *block;
        size_t len;
        la_int64_t at;
        int rc = archive_read_data_block(r->a, &block, &len, &at);

        if (rc == ARCHIVE_EOF)
            break;
        if (rc != ARCHIVE_OK)
            return data_error(r, name, why);
        if (!count(r, name, n + len))
            return ERR_OK;
        if (n + len > declared || (size_t)at != n) {
            trouble(r, UNZIP_DIFFERS, name);
            return ERR_OK;
        }
        if (into != NULL && len > 0)
            memcpy(into + n, block, len);
        n += len;
    }
    r->total_bytes += n;
    if (n != declared)
        trouble(r, UNZIP_DIFFERS, name);
    return ERR_OK;
}

static enum err take_entry(struct reading *r, struct archive_entry *entry, struct fail *why)
{
    la_int64_t size = archive_entry_size(entry);
    size_t declared = size < 0 ? 0 : (size_t)size;
    struct unzip_file *file;
    const char *name = "";
    uint8_t *into = NULL;
    bool is_bad = false, is_wanted;
    enum err rc = judge(r, entry, &name, &is_bad, why);

    if (rc != ERR_OK || is_bad)
        return rc;
    if (declared > r->caps->file_bytes) {
        trouble(r, UNZIP_FILE_BYTES, name);
        return ERR_OK;
    }
    if (declared > r->caps->total_bytes - r->total_bytes) {
        trouble(r, UNZIP_TOTAL_BYTES, "");
        r->is_over = true;
        return ERR_OK;
    }
    is_wanted = r->caps->wants == NULL || r->caps->wants(name);
    if (is_wanted) {
        into = arena_alloc(r->arena, declared + 1);
        if (into == NULL)
            return fail_set(why, ERR_NOMEM, "%zu bytes of an entry", declared);
    }
    file = &r->files[r->n_files++];
    *file = (struct unzip_file){name, span_of(into, into == NULL ? 0 : declared), is_wanted};
    return unpack(r, name, into, declared, why);
}

static enum err read_entries(struct reading *r, struct fail *why)
{
    size_t n = 0;

    while (!r->is_over) {
        struct archive_entry *entry;
        int rc = archive_read_next_header(r->a, &entry);
        enum err e;

        if (rc == ARCHIVE_EOF)
            break;
        if (rc < ARCHIVE_WARN) {
            if (archive_errno(r->a) == ENOMEM)
                return fail_set(why, ERR_NOMEM, "entry of an archive");
            trouble(r, UNZIP_BROKEN, "");
            break;
        }
        if (n++ == r->caps->n_entries) {
            trouble(r, UNZIP_N_ENTRIES, "");
            break;
        }
        e = take_entry(r, entry, why);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static enum err begin(struct reading *r, const struct unzip_caps *caps, struct arena *arena,
                      struct fail *why)
{
    invariant(caps->ratio > 0, "a ratio of nothing");
    *r = (struct reading){.caps = caps, .arena = arena, .a = archive_read_new()};
    r->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (r->utf8 != NULL)
        r->before = uselocale(r->utf8);
    r->files = arena_alloc(arena, (caps->n_entries + 1) * sizeof *r->files);
    r->troubles = arena_alloc(arena, TROUBLES_CAP * sizeof *r->troubles);
    /* The seeking reader alone: it goes by the directory at the archive's end, as every other
     * program does. The streaming one would read what stands outside of it. */
    if (r->a == NULL || r->files == NULL || r->troubles == NULL ||
        archive_read_support_format_zip_seekable(r->a) != ARCHIVE_OK)
        return fail_set(why, ERR_NOMEM, "archive");
    return ERR_OK;
}

static void finish(struct reading *r, enum err rc, struct unzip *unzip_out)
{
    if (r->a != NULL)
        archive_read_free(r->a);
    if (r->utf8 != NULL) {
        uselocale(r->before);
        freelocale(r->utf8);
    }
    if (rc == ERR_OK)
        *unzip_out = (struct unzip){r->files, r->n_files, r->troubles, r->n_troubles};
}

enum err unzip_read(struct span zip, const struct unzip_caps *caps, struct arena *arena,
                    struct unzip *unzip_out, struct fail *why)
{
    struct reading r;
    enum err rc = begin(&r, caps, arena, why);

    *unzip_out = (struct unzip){.n_files = 0};
    r.zip_bytes = zip.len;
    if (rc == ERR_OK) {
        if (zip.len > 0 && archive_read_open_memory(r.a, zip.p, zip.len) == ARCHIVE_OK)
            rc = read_entries(&r, why);
        else if (archive_errno(r.a) == ENOMEM)
            rc = fail_set(why, ERR_NOMEM, "archive");
        else
            trouble(&r, UNZIP_BROKEN, "");
    }
    finish(&r, rc, unzip_out);
    return rc;
}

/* Of a directory or a device 0: it is no ZIP, whatever the file system says of its size. */
static enum err size_of(const char *path, size_t *bytes_out, struct fail *why)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return fail_set(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "%s: %s", path,
                        strerror(errno));
    *bytes_out = S_ISREG(st.st_mode) ? (size_t)st.st_size : 0;
    return ERR_OK;
}

enum err unzip_read_file(const char *path, const struct unzip_caps *caps, struct arena *arena,
                         struct unzip *unzip_out, struct fail *why)
{
    struct reading r = {.a = NULL};
    size_t bytes = 0;
    enum err rc = size_of(path, &bytes, why);

    *unzip_out = (struct unzip){.n_files = 0};
    if (rc == ERR_OK)
        rc = begin(&r, caps, arena, why);
    r.zip_bytes = bytes;
    if (rc == ERR_OK) {
        if (archive_read_open_filename(r.a, path, READ_BLOCK_BYTES) == ARCHIVE_OK)
            rc = read_entries(&r, why);
        else if (archive_errno(r.a) == ENOMEM)
            rc = fail_set(why, ERR_NOMEM, "archive");
        else
            trouble(&r, UNZIP_BROKEN, "");
    }
    finish(&r, rc, unzip_out);
    return rc;
}
