#include "tenants/handback/read_tags.h"

#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/base/utf.h"

struct reader {
    struct span rest;
    int n_line;
    struct fail *why;
};

static enum err bad(const struct reader *r, const char *what)
{
    return fail_set(r->why, ERR_PROTO, "line %d: %s", r->n_line, what);
}

/* The value behind "Label: " of the next line. */
static enum err take(struct reader *r, const char *label, struct span *value_out)
{
    const uint8_t *end = r->rest.len == 0 ? NULL : memchr(r->rest.p, '\n', r->rest.len);
    struct span line;
    size_t n = strlen(label);

    r->n_line++;
    if (end == NULL)
        return bad(r, "cut off");
    line = span_cut(r->rest, 0, (size_t)(end - r->rest.p));
    if (!span_has_prefix(line, span_of(label, n)) ||
        !span_has_prefix(span_from(line, n), SPAN(": ")))
        return fail_set(r->why, ERR_PROTO, "line %d: %s is missing", r->n_line, label);
    *value_out = span_from(line, n + 2);
    for (size_t i = 0; i < value_out->len; i++)
        if (value_out->p[i] < 0x20 || value_out->p[i] == 0x7f)
            return bad(r, "a control character");
    r->rest = span_from(r->rest, line.len + 1);
    return utf_is_valid(*value_out) ? ERR_OK : bad(r, "not UTF-8");
}

static enum err to_number(const struct reader *r, struct span text, uint64_t *n_out)
{
    int64_t n;

    if (!jx_i64_parse(text, &n) || n < 0)
        return bad(r, "not a number");
    *n_out = (uint64_t)n;
    return ERR_OK;
}

static enum err take_number(struct reader *r, const char *label, uint64_t *n_out)
{
    struct span value;
    enum err rc = take(r, label, &value);

    return rc == ERR_OK ? to_number(r, value, n_out) : rc;
}

static enum err take_id(struct reader *r, const char *label, bool may_lack, struct id *id_out)
{
    struct span value;
    enum err rc = take(r, label, &value);

    *id_out = ID_NONE;
    if (rc != ERR_OK || (may_lack && span_eq(value, SPAN("-"))))
        return rc;
    return id_parse(value, id_out, NULL) == ERR_OK ? ERR_OK : bad(r, "not an id");
}

/* "N SECOND", parted by the first mark. */
static enum err take_pair(struct reader *r, const char *label, char mark, struct span *a_out,
                          struct span *b_out)
{
    struct span value;
    enum err rc = take(r, label, &value);
    const uint8_t *at =
        rc != ERR_OK || value.len == 0 ? NULL : memchr(value.p, mark, value.len);

    if (rc != ERR_OK)
        return rc;
    if (at == NULL)
        return bad(r, "two values are wanted");
    *a_out = span_cut(value, 0, (size_t)(at - value.p));
    *b_out = span_from(value, (size_t)(at - value.p) + 1);
    return ERR_OK;
}

static enum err take_counts(struct reader *r, struct bag_info *info)
{
    enum err rc = ERR_OK;

    while (rc == ERR_OK && r->rest.len > 0) {
        struct bag_count *count = &info->counts[info->n_counts];
        struct span n;

        if (info->n_counts == BAG_TABLES_CAP)
            return bad(r, "too many counts");
        rc = take_pair(r, "Ibasho-Count", ' ', &count->table, &n);
        if (rc == ERR_OK)
            rc = to_number(r, n, &count->n);
        if (rc == ERR_OK && info->n_counts > 0) {
            struct span last = info->counts[info->n_counts - 1].table;
            size_t len = last.len < count->table.len ? last.len : count->table.len;
            int order = len == 0 ? 0 : memcmp(last.p, count->table.p, len);

            if (order > 0 || (order == 0 && last.len >= count->table.len))
                rc = bad(r, "counts are not in the order of their names");
        }
        info->n_counts += rc == ERR_OK;
    }
    return rc;
}

static enum err take_bag(struct reader *r, struct bag_info *info)
{
    struct span a = SPAN_NONE, b = SPAN_NONE, format = SPAN_NONE, root = SPAN_NONE;
    enum err rc = take(r, "Source-Organization", &info->organization);

    if (rc == ERR_OK)
        rc = take(r, "Bagging-Date", &info->date);
    if (rc == ERR_OK)
        rc = take_pair(r, "Payload-Oxum", '.', &a, &b);
    if (rc == ERR_OK)
        rc = to_number(r, a, &info->n_bytes);
    if (rc == ERR_OK)
        rc = to_number(r, b, &info->n_files);
    if (rc == ERR_OK)
        rc = take(r, "Bag-Software-Agent", &info->agent);
    if (rc == ERR_OK)
        rc = take(r, "Ibasho-Format", &format);
    if (rc == ERR_OK && !span_eq(format, SPAN(BAG_FORMAT)))
        rc = bad(r, "a format this program does not know");
    if (rc == ERR_OK)
        rc = take_id(r, "Ibasho-Node", false, &info->node);
    if (rc == ERR_OK)
        rc = take(r, "Ibasho-Origin", &info->origin);
    if (rc == ERR_OK)
        rc = take_id(r, "Ibasho-Contract", true, &info->contract);
    if (rc == ERR_OK)
        rc = take_pair(r, "Ibasho-Schema", ' ', &a, &info->schema_sha256);
    if (rc == ERR_OK)
        rc = to_number(r, a, &info->schema);
    if (rc == ERR_OK)
        rc = take_number(r, "Ibasho-Log-Size", &info->log_size);
    if (rc == ERR_OK)
        rc = take(r, "Ibasho-Log-Root", &root);
    if (rc == ERR_OK && !hex_read(root, info->log_root.b, HASH256_BYTES))
        rc = bad(r, "not a hash");
    return rc;
}

enum err bag_info_read(struct span bytes, struct bag_info *info_out, struct fail *why)
{
    struct reader r = {bytes, 0, why};
    enum err rc;

    memset(info_out, 0, sizeof *info_out);
    if (bytes.len > BAG_INFO_CAP)
        return fail_set(why, ERR_PROTO, "line 1: %zu bytes", bytes.len);
    rc = take_bag(&r, info_out);
    return rc == ERR_OK ? take_counts(&r, info_out) : rc;
}

bool bag_path_is_safe(struct span path)
{
    bool is_start = true;

    if (path.len == 0 || path.len >= BAG_PATH_CAP)
        return false;
    for (size_t i = 0; i < path.len; i++) {
        uint8_t c = path.p[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '_' ||
                       (!is_start && (c == '-' || c == '.'));

        if (!is_word && (c != '/' || is_start))
            return false;
        is_start = c == '/';
    }
    return !is_start;
}

enum err bag_entry_read(struct span line, struct bag_entry *entry_out, struct fail *why)
{
    uint8_t ignored[BAG_SHA512_DIGITS / 2];

    *entry_out = (struct bag_entry){span_cut(line, 0, BAG_SHA512_DIGITS),
                                    span_from(line, BAG_SHA512_DIGITS + 2)};
    if (line.len > BAG_MANIFEST_LINE_CAP ||
        !hex_read(entry_out->sha512, ignored, sizeof ignored) ||
        !span_has_prefix(span_from(line, BAG_SHA512_DIGITS), SPAN("  ")))
        return fail_set(why, ERR_PROTO, "not a line of a manifest");
    if (!bag_path_is_safe(entry_out->path))
        return fail_set(why, ERR_DENIED, "a path that leaves the bag");
    return ERR_OK;
}
