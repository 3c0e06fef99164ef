#include "node/db/backup_index.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/jx.h"
#include "node/base/wholefile.h"

#define INDEX_MOST_BYTES ((size_t)4 << 20)

#define LATER(name_, type_, most_, member, has) \
    { \
        .name = (name_), .type = (type_), .flags = JX_OPTIONAL, .most = (most_), \
        .offset = offsetof(struct backup_entry, member), \
        .has_offset = offsetof(struct backup_entry, has) \
    }
static const struct jx_field fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct backup_entry, id)},
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct backup_entry, at_utc_us)},
    {.name = "bytes",
     .type = JX_INT,
     .most = INT64_C(9007199254740991),
     .offset = offsetof(struct backup_entry, bytes)},
    {.name = "sha256",
     .type = JX_TEXT,
     .least = 64,
     .most = 64,
     .offset = offsetof(struct backup_entry, sha256)},
    {.name = "wal_start",
     .type = JX_TEXT,
     .most = 40,
     .offset = offsetof(struct backup_entry, wal_start)},
    {.name = "wal_end",
     .type = JX_TEXT,
     .most = 40,
     .offset = offsetof(struct backup_entry, wal_end)},
    LATER("end", JX_TIME, 0, end_utc_us, has_end),
    LATER("system", JX_TEXT, 20, system, has_system),
    LATER("timeline", JX_INT, UINT32_MAX, timeline, has_timeline),
    LATER("segment", JX_INT, INT64_C(1) << 30, segment, has_segment),
    LATER("files", JX_INT, JX_MAX_INT, n_files, has_files),
    LATER("file_bytes", JX_INT, JX_MAX_INT, file_bytes, has_file_bytes),
};
static const struct jx_shape shape = JX_SHAPE("Backup", struct backup_entry, fields);

enum err backup_entry_json(struct arena *arena, const struct backup_entry *entry,
                           struct span *json_out, struct fail *why)
{
    return jx_write(&shape, entry, arena, json_out, why);
}

static size_t count_lines(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.p[i] == '\n';
    return n;
}

static enum err entries_read(struct arena *arena, struct span text,
                             struct backup_list *list_out, struct fail *why)
{
    size_t n_lines = count_lines(text);
    struct jx_defects defects;
    enum err rc = ERR_OK;

    list_out->at = arena_alloc(arena, (n_lines + 1) * sizeof *list_out->at);
    if (list_out->at == NULL)
        return fail_set(why, ERR_NOMEM, "index of backups");
    for (size_t i = 0; rc == ERR_OK && i < n_lines; i++) {
        const uint8_t *end = text.len == 0 ? NULL : memchr(text.p, '\n', text.len);
        struct span line = span_of(text.p, end == NULL ? 0 : (size_t)(end - text.p));

        text = span_from(text, line.len + 1);
        rc = jx_read(line, &shape, arena, &list_out->at[list_out->n], &defects, why);
        if (rc == ERR_OK)
            list_out->n++;
        else
            rc = fail_set(why, ERR_PROTO, "line %zu of the index of backups", i + 1);
    }
    return rc;
}

enum err backup_index_read(struct arena *arena, const char *dir, struct backup_list *list_out,
                           struct fail *why)
{
    const char *path = arena_printf(arena, "%s/index", dir);
    uint8_t *text = malloc(INDEX_MOST_BYTES);
    size_t len = 0;
    enum err rc = ERR_NOMEM;

    *list_out = (struct backup_list){.n = 0};
    if (path == NULL || text == NULL)
        rc = fail_set(why, rc, "index of backups");
    else
        rc = wholefile_read(path, text, INDEX_MOST_BYTES, &len, why);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    else if (rc == ERR_OK)
        rc = entries_read(arena, arena_copy(arena, span_of(text, len)), list_out, why);
    free(text);
    return rc;
}

enum err backup_index_write(struct arena *arena, const char *dir,
                            const struct backup_list *list, struct fail *why)
{
    const char *path = arena_printf(arena, "%s/index", dir);
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum err rc = path == NULL || out == NULL ? fail_set(why, ERR_NOMEM, "index") : ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < list->n; i++) {
        struct span json;

        rc = backup_entry_json(arena, &list->at[i], &json, why);
        if (rc == ERR_OK)
            fprintf(out, "%.*s\n", SPAN_ARG(json));
    }
    if (out != NULL && fclose(out) != 0 && rc == ERR_OK)
        rc = fail_set(why, ERR_NOMEM, "index");
    if (rc == ERR_OK)
        rc = wholefile_replace(path, span_of(text, len), why);
    free(text);
    return rc;
}
