#include "ops/cli/backup_forget.h"

#include <errno.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "ops/backup/copies.h"
#include "ops/backup/pieces.h"
#include "ops/cli/backup.h"

static enum err forget_locked(struct cli *cli, struct keyring *keyring, const char *dir,
                              struct id id, struct fail *why)
{
    char text[ID_TEXT_CAP];
    const char *path;
    struct backup_list all;
    struct backup_entry gone = {.bytes = 0};
    size_t n = 0;
    enum err rc = backup_index_read(cli->arena, dir, &all, why);

    if (rc != ERR_OK)
        return rc;
    id_text(id, text);
    for (size_t i = 0; i < all.n; i++) {
        if (id_eq(all.at[i].id, id))
            gone = all.at[i];
        else
            all.at[n++] = all.at[i];
    }
    if (n == all.n)
        return fail_set(why, ERR_NOT_FOUND, "no backup %s", text);
    all.n = n;
    rc = pieces_carry(cli->arena, keyring, dir, &all, &gone, why);
    /* The key before the files: from here on no copy opens, whatever happens to these. */
    if (rc == ERR_OK)
        rc = keyring_destroy_subject(keyring, KEY_BACKUP, id, why);
    if (rc != ERR_OK)
        return rc;
    path = arena_printf(cli->arena, "%s/%s%s", dir, text, BACKUP_SUFFIX);
    if (path == NULL || (unlink(path) != 0 && errno != ENOENT))
        return fail_set(why, ERR_IO, "unlink %s: errno %d", path == NULL ? "" : path, errno);
    rc = pieces_drop(dir, id, why);
    if (rc == ERR_OK)
        rc = copies_drop(dir, id, why);
    return rc == ERR_OK ? backup_index_write(cli->arena, dir, &all, why) : rc;
}

enum err backup_forget(struct cli *cli, struct keyring *keyring, const char *dir, struct id id,
                       struct fail *why)
{
    int fd;
    enum err rc = pieces_lock(dir, &fd, why);

    if (rc != ERR_OK)
        return rc;
    rc = forget_locked(cli, keyring, dir, id, why);
    close(fd);
    return rc;
}

enum err backup_expire(struct cli *cli, struct keyring *keyring, const char *dir, size_t n_keep,
                       struct fail *why)
{
    int64_t oldest_us = clock_utc_us() - conf_int(cli->conf, "backup.keep_days") * DAY_US;
    struct backup_list all;
    enum err rc = backup_index_read(cli->arena, dir, &all, why);

    for (size_t i = 0; rc == ERR_OK && i + 1 < all.n; i++)
        if (n_keep > 0 ? i + n_keep < all.n : all.at[i].at_utc_us < oldest_us)
            rc = backup_forget(cli, keyring, dir, all.at[i].id, why);
    return rc;
}
