#include "node/db/backup_state.h"

#include <stddef.h>

#include "node/base/jx.h"
#include "node/base/wholefile.h"

#define WAL_STATE  "wal/state"
#define DRILL      "drill.json"
#define STATE_MOST 4096

#define TROUBLES "fine|no-base|gap|locked|disk|away|broken"

const char *backup_trouble_id(enum backup_trouble trouble)
{
    static const char *const ids[BACKUP_TROUBLE_N] = {"fine", "no-base", "gap",   "locked",
                                                      "disk", "away",    "broken"};

    return ids[trouble];
}

#define WAL_FIELD(name_, type_, member) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct backup_wal_state, member) \
    }
static const struct jx_field wal_fields[] = {
    WAL_FIELD("at", JX_TIME, at_utc_us),
    WAL_FIELD("through", JX_TIME, through_utc_us),
    {.name = "trouble",
     .type = JX_ENUM,
     .choices = TROUBLES,
     .offset = offsetof(struct backup_wal_state, trouble)},
    WAL_FIELD("place", JX_TEXT, place),
    WAL_FIELD("base", JX_ID, base),
};
static const struct jx_shape wal_shape =
    JX_SHAPE("BackupLogState", struct backup_wal_state, wal_fields);

#define DRILL_FIELD(name_, type_, member) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct backup_drill, member) \
    }
static const struct jx_field drill_fields[] = {
    DRILL_FIELD("at", JX_TIME, at_utc_us),
    DRILL_FIELD("good", JX_BOOL, is_good),
    DRILL_FIELD("backup", JX_ID, base),
    DRILL_FIELD("took_ms", JX_INT, took_ms),
    DRILL_FIELD("tables", JX_INT, n_tables),
    DRILL_FIELD("rows", JX_INT, n_rows),
    DRILL_FIELD("leaves", JX_INT, n_leaves),
    DRILL_FIELD("keys", JX_INT, n_keys),
    DRILL_FIELD("sealed", JX_INT, n_sealed),
    DRILL_FIELD("files", JX_INT, n_files),
    DRILL_FIELD("erased", JX_INT, n_erased),
    {.name = "text",
     .type = JX_TEXT,
     .most = 400,
     .offset = offsetof(struct backup_drill, text)},
};
static const struct jx_shape drill_shape =
    JX_SHAPE("BackupDrill", struct backup_drill, drill_fields);

const char *backup_dir_of(const struct conf *conf, struct arena *arena)
{
    const char *dir = conf_text(conf, "backup.dir");

    return dir[0] != '\0' ? dir
                          : arena_printf(arena, "%s/backups", conf_text(conf, "node.data_dir"));
}

static enum err read_it(struct arena *arena, const char *dir, const char *name,
                        const struct jx_shape *shape, void *out, struct fail *why)
{
    const char *path = arena_printf(arena, "%s/%s", dir, name);
    uint8_t text[STATE_MOST];
    size_t len = 0;
    struct span copy;
    enum err rc;

    memset(out, 0, shape->bytes);
    if (path == NULL)
        return fail_set(why, ERR_NOMEM, "%s", name);
    rc = wholefile_read(path, text, sizeof text, &len, why);
    copy = arena_copy(arena, span_of(text, len));
    if (rc == ERR_OK)
        rc = jx_read(copy, shape, arena, out, NULL, why);
    return rc == ERR_INVALID || rc == ERR_TOO_LARGE ? fail_set(why, ERR_PROTO, "%s", path) : rc;
}

static enum err write_it(struct arena *arena, const char *dir, const char *name,
                         const struct jx_shape *shape, const void *from, struct fail *why)
{
    const char *path = arena_printf(arena, "%s/%s", dir, name);
    struct span json;
    enum err rc = path == NULL ? fail_set(why, ERR_NOMEM, "%s", name)
                               : jx_write(shape, from, arena, &json, why);

    if (rc == ERR_OK)
        rc = wholefile_stage(path, json, why);
    /* Nothing in it is secret, and somebody may be reading the one before: it is not wiped. */
    return rc == ERR_OK ? wholefile_commit(path, false, why) : rc;
}

enum err backup_wal_state_read(struct arena *arena, const char *dir,
                               struct backup_wal_state *out, struct fail *why)
{
    return read_it(arena, dir, WAL_STATE, &wal_shape, out, why);
}

enum err backup_wal_state_write(struct arena *arena, const char *dir,
                                const struct backup_wal_state *state, struct fail *why)
{
    return write_it(arena, dir, WAL_STATE, &wal_shape, state, why);
}

enum err backup_drill_read(struct arena *arena, const char *dir, struct backup_drill *out,
                           struct fail *why)
{
    return read_it(arena, dir, DRILL, &drill_shape, out, why);
}

enum err backup_drill_write(struct arena *arena, const char *dir,
                            const struct backup_drill *drill, struct fail *why)
{
    return write_it(arena, dir, DRILL, &drill_shape, drill, why);
}

enum err backup_drill_json(struct arena *arena, const struct backup_drill *drill,
                           struct span *json_out, struct fail *why)
{
    return jx_write(&drill_shape, drill, arena, json_out, why);
}
