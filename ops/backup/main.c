/* ibasho-archive - one beside every node: keeps the archive of its log (ops/backup/archive.h).
 * Starts before the node and ends after it, so that the last thing the node wrote is in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/db/files.h"
#include "ops/backup/archive.h"

#define ARENA_BYTES 4096

static enum err stop_signals(int *fd_out, struct fail *why)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    *fd_out = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd_out >= 0 ? ERR_OK : fail_set(why, ERR_INTERNAL, "signalfd: errno %d", errno);
}

static void conf_say(const struct conf_defect *defect, void *arg)
{
    (void)arg;
    log_error("conf.defect", L_INT("line", defect->line), L_TEXT("name", defect->name),
              L_TEXT("text", defect->text));
}

static enum err conf_take(const struct conf *conf, struct arena *arena,
                          struct archive_conf *out, struct fail *why)
{
    const char *dir = conf_text(conf, "db.socket_dir");

    out->socket_dir =
        dir[0] != '\0' ? dir : arena_printf(arena, "%s/pg", conf_text(conf, "node.run_dir"));
    out->dir = backup_dir_of(conf, arena);
    dir = conf_text(conf, "files.dir");
    out->files_dir = dir[0] != '\0'
                         ? dir
                         : arena_printf(arena, "%s/files", conf_text(conf, "node.data_dir"));
    out->every_s = (int)conf_int(conf, "backup.wal_every_s");
    out->reserve_bytes = conf_int(conf, "backup.reserve_mib") << 20;
    if (out->socket_dir == NULL || out->dir == NULL || out->files_dir == NULL)
        return fail_set(why, ERR_NOMEM, "configuration");
    if (mkdir(out->dir, 0700) != 0 && errno != EEXIST)
        return fail_field(why, ERR_IO, "backup.dir", "mkdir %s: errno %d", out->dir, errno);
    return ERR_OK;
}

static enum err run(const char *conf_path, struct fail *why)
{
    const struct conf_table tables[] = {{node_conf_rows, NODE_CONF_N},
                                        {keyring_conf_rows, KEYRING_CONF_N},
                                        {files_conf_rows, FILES_CONF_N},
                                        {NULL, 0}};
    struct archive_conf archive = {.stop_fd = -1};
    struct conf *conf = NULL;
    struct arena *arena = NULL;
    enum err rc = conf_load(conf_path, tables, CONF_IGNORE_UNKNOWN, conf_say, NULL, &conf, why);

    if (rc == ERR_OK)
        rc = arena_create(ARENA_BYTES, &arena, why);
    if (rc == ERR_OK)
        rc = conf_take(conf, arena, &archive, why);
    if (rc == ERR_OK)
        rc = keyring_conf_read(conf, &archive.keyring, why);
    if (rc == ERR_OK)
        rc = stop_signals(&archive.stop_fd, why);
    if (rc == ERR_OK) {
        log_info("archive.started", L_INT("every_s", archive.every_s));
        rc = archive_run(&archive, why);
        log_info("archive.ended", L_NONE);
    }
    if (archive.stop_fd >= 0)
        close(archive.stop_fd);
    arena_destroy(&arena);
    conf_free(&conf);
    return rc;
}

int main(int argc, char **argv)
{
    const char *conf_path = getenv("IBASHO_CONF");
    struct fail why;
    int option;

    log_init("archive", LOG_INFO);
    umask(077);
    while ((option = getopt(argc, argv, "c:")) == 'c')
        conf_path = optarg;
    if (option != -1 || conf_path == NULL) {
        fprintf(stderr, "usage: ibasho-archive -c node.conf\n");
        return 2;
    }
    if (run(conf_path, &why) == ERR_OK)
        return 0;
    log_error("archive.failed", L_FAIL(&why));
    return 1;
}
