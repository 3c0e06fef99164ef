#include "ops/cli/backup_sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/db/backup_index.h"
#include "ops/backup/copies.h"
#include "ops/cli/backup.h"

enum err backup_dir_lock(const char *dir, int *fd_out, struct fail *why)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    *fd_out = -1;
    if (fd < 0)
        return fail_set(why, ERR_IO, "open %s: errno %d", dir, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        enum err rc = errno == EWOULDBLOCK
                          ? fail_set(why, ERR_BUSY, "another backup is at work in %s", dir)
                          : fail_set(why, ERR_IO, "locking %s: errno %d", dir, errno);
        close(fd);
        return rc;
    }
    *fd_out = fd;
    return ERR_OK;
}

static bool is_listed(const struct backup_list *all, struct id id)
{
    for (size_t i = 0; i < all->n; i++)
        if (id_eq(all->at[i].id, id))
            return true;
    return false;
}

/* "ID" + suffix */
static bool name_read(const char *name, const char *suffix, struct id *id_out)
{
    size_t len = strlen(name), id_len = ID_TEXT_CAP - 1;

    return len == id_len + strlen(suffix) && strcmp(name + id_len, suffix) == 0 &&
           id_parse(span_of(name, id_len), id_out, NULL) == ERR_OK;
}

static enum err part_name(struct id id, const char *part, int dir_fd, struct fail *why)
{
    char text[ID_TEXT_CAP], name[ID_TEXT_CAP + sizeof BACKUP_SUFFIX];

    id_text(id, text);
    snprintf(name, sizeof name, "%s%s", text, BACKUP_SUFFIX);
    if (renameat(dir_fd, part, dir_fd, name) != 0)
        return fail_set(why, ERR_IO, "rename %s: errno %d", part, errno);
    cli_say("名前をつける前に止まった控えを仕上げました: %s", text);
    return ERR_OK;
}

/* The key first: while the part stands, the next run knows what is still to be done. */
static enum err part_drop(struct keyring *keyring, const char *dir, struct id id,
                          const char *part, int dir_fd, struct fail *why)
{
    enum err rc = keyring_destroy_subject(keyring, KEY_BACKUP, id, why);

    if (rc != ERR_OK) {
        cli_say("途中で止まった控えの鍵をまだ消せません。次の控えのときに、もう一度試します。");
        return ERR_OK;
    }
    rc = copies_drop(dir, id, why);
    if (rc != ERR_OK)
        return rc;
    return unlinkat(dir_fd, part, 0) == 0
               ? ERR_OK
               : fail_set(why, ERR_IO, "unlink %s: errno %d", part, errno);
}

enum err backup_sweep(struct cli *cli, struct keyring *keyring, const char *dir, int dir_fd,
                      struct fail *why)
{
    struct backup_list all;
    const struct dirent *entry;
    DIR *open_dir;
    enum err rc = backup_index_read(cli->arena, dir, &all, why);

    if (rc != ERR_OK)
        return rc;
    open_dir = opendir(dir);
    if (open_dir == NULL)
        return fail_set(why, ERR_IO, "open %s: errno %d", dir, errno);
    while (rc == ERR_OK && (entry = readdir(open_dir)) != NULL) {
        struct id id;

        if (name_read(entry->d_name, BACKUP_PART_SUFFIX, &id))
            rc = is_listed(&all, id) ? part_name(id, entry->d_name, dir_fd, why)
                                     : part_drop(keyring, dir, id, entry->d_name, dir_fd, why);
        else if (name_read(entry->d_name, BACKUP_SUFFIX, &id) && !is_listed(&all, id))
            cli_say("一覧にない控えがあります（そのまま残します）: %s", entry->d_name);
    }
    closedir(open_dir);
    if (rc == ERR_OK && fsync(dir_fd) != 0)
        rc = fail_set(why, ERR_IO, "fsync %s: errno %d", dir, errno);
    return rc;
}
