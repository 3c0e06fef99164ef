/* Which log belongs to a backup, and which moment is meant. */
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "node/db/backup_state.h"
#include "node/db/db_wal.h"
#include "ops/cli/backup.h"
#include "ops/cli/restore.h"

#define TEXT_LEN 19 /* "2026-11-22 10:15:30" */

/* The archive's own word counts where its last piece is the chain's. */
static void reach(struct cli *cli, struct restore_log *log)
{
    struct backup_wal_state state;
    uint64_t place;

    log->to_utc_us = log->chain.to_utc_us;
    if (backup_wal_state_read(cli->arena, log->dir, &state, NULL) == ERR_OK &&
        db_wal_place(state.place, &place) && place == log->chain.end &&
        state.through_utc_us > log->to_utc_us)
        log->to_utc_us = state.through_utc_us;
}

enum err restore_log_find(struct cli *cli, const char *file, struct restore_log *out,
                          struct fail *why)
{
    const char *name = strrchr(file, '/');
    struct backup_list all;
    struct id id;
    size_t len;
    enum err rc;

    name = name == NULL ? file : name + 1;
    len = strlen(name);
    *out = (struct restore_log){.dir = dirname(arena_text(cli->arena, span_text(file)))};
    if (len <= strlen(BACKUP_SUFFIX) ||
        id_parse(span_of(name, len - strlen(BACKUP_SUFFIX)), &id, NULL) != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "%s is not named as a backup", file);
    rc = backup_index_read(cli->arena, out->dir, &all, why);
    if (rc != ERR_OK)
        return rc;
    rc = fail_set(why, ERR_NOT_FOUND, "%s is not in %s/index", name, out->dir);
    for (size_t i = 0; i < all.n; i++)
        if (id_eq(all.at[i].id, id)) {
            out->entry = all.at[i];
            rc = pieces_read(cli->arena, out->dir, &all, &out->entry, &out->pieces, why);
        }
    if (rc != ERR_OK)
        return rc;
    if (!pieces_follow(&out->pieces, &out->entry, &out->chain))
        return fail_set(why, ERR_NOT_FOUND, "%s is of a time without an archived log", name);
    reach(cli, out);
    return ERR_OK;
}

struct moment {
    int64_t at;
};
static const struct jx_field moment_fields[] = {{.name = "at", .type = JX_TIME, .offset = 0}};
static const struct jx_shape moment_shape =
    JX_SHAPE("RestoreMoment", struct moment, moment_fields);

enum err restore_at_read(const char *text, int64_t *at_utc_us_out, struct fail *why)
{
    struct arena *arena = NULL;
    struct moment moment;
    char json[80];
    enum err rc;

    *at_utc_us_out = 0;
    if (strcmp(text, "latest") == 0)
        return ERR_OK;
    if (strlen(text) != TEXT_LEN || (text[10] != ' ' && text[10] != 'T'))
        return fail_field(why, ERR_INVALID, "--at", "not as \"2026-11-22 10:15:30\"");
    snprintf(json, sizeof json, "{\"at\":\"%.10sT%.8s+09:00\"}", text, text + 11);
    rc = arena_create(1024, &arena, why);
    if (rc != ERR_OK)
        return rc;
    if (jx_read(span_text(json), &moment_shape, arena, &moment, NULL, NULL) == ERR_OK)
        *at_utc_us_out = moment.at;
    else
        rc = fail_field(why, ERR_INVALID, "--at", "not as \"2026-11-22 10:15:30\"");
    arena_destroy(&arena);
    return rc;
}

enum err restore_at_check(const struct restore_log *log, int64_t at_utc_us, struct fail *why)
{
    char from[CLOCK_TEXT_CAP], to[CLOCK_TEXT_CAP], place[DB_WAL_TEXT_CAP], on[DB_WAL_TEXT_CAP];

    if (at_utc_us == 0 || (at_utc_us >= log->entry.end_utc_us && at_utc_us <= log->to_utc_us))
        return ERR_OK;
    clock_tokyo_text(log->entry.end_utc_us, from);
    clock_tokyo_text(log->to_utc_us, to);
    if (!log->chain.has_gap || at_utc_us < log->entry.end_utc_us)
        return fail_field(why, ERR_INVALID, "--at", "only from %s to %s", from, to);
    db_wal_text(log->chain.end, place);
    db_wal_text(log->chain.gap_end, on);
    return fail_field(why, ERR_INVALID, "--at",
                      "only from %s to %s: the log from %s to %s is missing", from, to, place,
                      on);
}
