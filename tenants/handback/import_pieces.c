/* What an import keeps verbatim, sealed: the old log and the records that are not used here,
 * which go out again in data/log/past; and, below as-of/, what is needed to give the bag back
 * as it came (as_of.h): its tag files, its README, sheets of what is not used, and of each
 * table that is no leaf table the hashes of its records, by which those that came in are known.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/db/hash256.h"
#include "node/db/lines.h"
#include "node/db/seal.h"
#include "tenants/handback/as_of.h"
#include "tenants/handback/check_row.h"
#include "tenants/handback/import_priv.h"
#include "tenants/handback/intake_store.h"

#define PIECE_BYTES (1 << 20)

static enum err put_piece(struct import *im, struct tx *tx, struct id import, struct id key,
                          struct span path, int32_t n, struct span bytes, struct fail *why)
{
    const struct seal_place place = {"handback_piece", "bytes_sealed", id_new()};
    struct span sealed = SPAN_NONE;
    enum err rc = seal(im->services->keyring, key, &place, bytes, im->row, &sealed, why);

    if (rc == ERR_OK)
        rc = intake_store_piece(tx, import, place.row, path, n, sealed, why);
    arena_reset(im->row);
    return rc;
}

/* A file of the bag, under a name of ours. */
static enum err put_whole(struct import *im, struct tx *tx, struct id import, struct id key,
                          const char *path, struct span name, struct fail *why)
{
    char full[IMPORT_PATH_CAP];
    uint8_t *piece = malloc(PIECE_BYTES);
    enum err rc = piece == NULL ? fail_set(why, ERR_NOMEM, "piece") : ERR_OK;
    int32_t n = 0;
    bool is_more = true;
    int fd;

    snprintf(full, sizeof full, "%s/%s", im->conf->dir, path);
    fd = open(full, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (rc == ERR_OK && fd < 0)
        rc = fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
    while (rc == ERR_OK && is_more) {
        size_t len = 0;
        ssize_t got = 1;

        while (len < PIECE_BYTES && got > 0) {
            got = read(fd, piece + len, PIECE_BYTES - len);
            len += got > 0 ? (size_t)got : 0;
        }
        is_more = len == PIECE_BYTES;
        if (got < 0)
            rc = fail_set(why, ERR_IO, "%s: %s", full, strerror(errno));
        else if (len > 0 || n == 0)
            rc = put_piece(im, tx, import, key, name, n++, span_of(piece, len), why);
    }
    if (fd >= 0)
        close(fd);
    free(piece);
    return rc;
}

static bool is_kept_file(const struct import *im, const char *path)
{
    struct span p = span_text(path), name;
    size_t prefix = sizeof BAG_RECORDS_PATH - 1, tail = sizeof ".ndjson" - 1;
    const struct read_table *table;

    if (span_has_prefix(p, SPAN("data/log/")))
        return true;
    if (!span_has_prefix(p, SPAN(BAG_RECORDS_PATH)) || p.len <= prefix + tail)
        return false;
    name = span_cut(p, prefix, p.len - prefix - tail);
    table = read_table_find(&im->tables, name);
    return table != NULL && import_is_kept(table->table);
}

/* excel/TABLE.csv, excel/TABLE-2.csv */
static bool is_kept_sheet(const struct import *im, const char *path)
{
    const struct read_table *table;

    if (strncmp(path, "excel/", 6) != 0)
        return false;
    table = read_table_find(&im->tables, span_of(path + 6, strcspn(path + 6, "-.")));
    return table != NULL && import_is_kept(table->table);
}

static enum err put_as_of(struct import *im, struct tx *tx, struct id import, struct id key,
                          const char *path, const char *below, struct fail *why)
{
    char name[IMPORT_PATH_CAP];

    snprintf(name, sizeof name, AS_OF_PATH "%s", path + strlen(below));
    return put_whole(im, tx, import, key, path, span_text(name), why);
}

static enum err put_tags(struct import *im, struct tx *tx, struct id import, struct id key,
                         const struct check_dir *dir, struct fail *why)
{
    static const char *const names[] = {"bag-info.txt", "manifest-sha512.txt",
                                        "tagmanifest-sha512.txt", "ibasho-signature.txt"};
    enum err rc = put_as_of(im, tx, import, key, "data/README.ja.txt", "data/", why);

    for (size_t i = 0; rc == ERR_OK && i < sizeof names / sizeof names[0]; i++)
        rc = put_as_of(im, tx, import, key, names[i], "", why);
    for (size_t i = 0; rc == ERR_OK && i < dir->tags.n; i++)
        if (is_kept_sheet(im, dir->tags.at[i].path))
            rc = put_as_of(im, tx, import, key, dir->tags.at[i].path, "", why);
    return rc;
}

/* ---- the hashes of records ---- */

struct span as_of_line(struct span line, bool has_file)
{
    static const char mark[] = ",\"" READ_FILE_FIELD "\":";
    const uint8_t *at = NULL;

    for (size_t from = 0; has_file && from < line.len;) {
        const uint8_t *next = memmem(line.p + from, line.len - from, mark, sizeof mark - 1);

        if (next == NULL)
            break;
        at = next; /* the last is the field */
        from = (size_t)(next - line.p) + 1;
    }
    if (at != NULL)
        return span_of(line.p, (size_t)(at - line.p));
    return span_of(line.p, line.len - (line.len > 0)); /* without its bracket, as above */
}

static enum err put_sums(struct import *im, struct tx *tx, struct id import, struct id key,
                         const struct read_table *table, struct fail *why)
{
    char path[IMPORT_PATH_CAP], name[IMPORT_PATH_CAP];
    uint8_t *piece = malloc(PIECE_BYTES);
    struct lines *lines = NULL;
    struct span line;
    size_t len = 0;
    int32_t n = 0;
    enum err rc = piece == NULL ? fail_set(why, ERR_NOMEM, "piece") : ERR_OK;

    snprintf(path, sizeof path, "%s/" BAG_RECORDS_PATH "%s.ndjson", im->conf->dir,
             table->table->name);
    snprintf(name, sizeof name, AS_OF_ROWS "%s", table->table->name);
    if (rc == ERR_OK)
        rc = lines_open(path, READ_LINE_CAP, &lines, why);
    while (rc == ERR_OK && (rc = lines_next(lines, &line, why)) == ERR_OK) {
        struct hash256 hash = hash256_of(as_of_line(line, table->has_file));

        memcpy(piece + len, hash.b, sizeof hash.b);
        len += sizeof hash.b;
        if (len < PIECE_BYTES)
            continue;
        rc = put_piece(im, tx, import, key, span_text(name), n++, span_of(piece, len), why);
        len = 0;
    }
    rc = rc == ERR_NOT_FOUND && lines != NULL ? ERR_OK : rc;
    if (rc == ERR_OK && (len > 0 || n == 0))
        rc = put_piece(im, tx, import, key, span_text(name), n, span_of(piece, len), why);
    lines_close(&lines);
    free(piece);
    return rc;
}

enum err import_pieces(struct import *im, struct tx *tx, struct id id,
                       const struct check_dir *dir, struct fail *why)
{
    const struct dir_manifest *payload = &dir->payload;
    struct id key = ID_NONE;
    enum err rc = keyring_need_key(im->services->keyring, KEY_RECORD, id, NULL, &key, why);

    for (size_t i = 0; i < payload->n && rc == ERR_OK; i++)
        if (is_kept_file(im, payload->at[i].path))
            rc = put_whole(im, tx, id, key, payload->at[i].path,
                           span_text(payload->at[i].path + sizeof "data/" - 1), why);
    if (rc == ERR_OK)
        rc = put_tags(im, tx, id, key, dir, why);
    for (size_t i = 0; i < im->tables.n && rc == ERR_OK; i++) {
        const struct read_table *table = &im->tables.at[i];

        if (!import_is_kept(table->table) && !table->table->is_audit_leaf)
            rc = put_sums(im, tx, id, key, table, why);
    }
    return rc;
}
