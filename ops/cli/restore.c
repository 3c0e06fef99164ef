/* `ibasho restore`: opens a backup and unpacks it into an empty directory, or only proves that
 * it can be opened; then forward to a chosen second, and the uploaded files.
 * The rows of persons who were erased since are back in the restored cluster, under keys that
 * no longer exist; the node takes them out at its next start, before it serves anyone. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/wholefile.h"
#include "ops/backup/copies.h"
#include "ops/cli/backup.h"
#include "ops/cli/owner.h"
#include "ops/cli/restore.h"
#include "ops/cli/tables.h"

static int restore(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"restore",
     "FILE --to DIR [--at \"2026-11-22 10:15:30\"|latest] [--files DIR] | FILE --check",
     "控えを開いて、空のディレクトリに戻します。--at: 日本時間のその秒のようすまで進めます"
     "（latest: いちばん新しいところまで）。--files: 預かったファイルも戻します。"
     "--check は開けることだけを確かめます。",
     "open a backup into an empty directory; --at takes it forward to that second (Japan "
     "time); "
     "--files brings the uploaded files; --check only proves that it opens",
     restore},
};
const struct cli_table cli_restore = {rows, 1};

struct wish {
    const char *file, *dir, *files_dir, *at;
    int64_t at_utc_us;
};

static enum err prepare(struct cli *cli, const struct wish *wish, struct keyring **keyring_out,
                        int *fd_out, struct fail *why)
{
    struct keyring_conf conf;
    enum err rc = keyring_conf_read(cli->conf, &conf, why);

    *keyring_out = NULL;
    *fd_out = open(wish->file, O_RDONLY | O_CLOEXEC); /* still as root: it may lie anywhere */
    if (rc == ERR_OK && *fd_out < 0)
        rc = fail_set(why, ERR_NOT_FOUND, "%s: errno %d", wish->file, errno);
    if (rc == ERR_OK && wish->dir != NULL)
        rc = owner_make_dir(wish->dir, conf.dir, why);
    if (rc == ERR_OK)
        rc = owner_become(conf.dir, why);
    return rc == ERR_OK ? keyring_open(&conf, keyring_out, why) : rc;
}

/* The configuration of this host's cluster, when there is one: paths and users in the backup's
 * own are those of the host it came from. */
static enum err take_conf(struct cli *cli, const char *dir, struct fail *why)
{
    static const char *const names[] = {"postgresql.conf", "pg_hba.conf", "pg_ident.conf"};
    static uint8_t text[1 << 16];
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < sizeof names / sizeof names[0]; i++) {
        const char *from = arena_printf(cli->arena, "%s/cluster/%s",
                                        conf_text(cli->conf, "node.data_dir"), names[i]);
        const char *to = arena_printf(cli->arena, "%s/%s", dir, names[i]);
        size_t len;

        if (from == NULL || to == NULL)
            return fail_set(why, ERR_NOMEM, "%s", names[i]);
        rc = wholefile_read(from, text, sizeof text, &len, why);
        if (rc == ERR_OK)
            rc = wholefile_replace(to, span_of(text, len), why);
        else if (rc == ERR_NOT_FOUND)
            rc = ERR_OK;
    }
    return rc;
}

static enum err go_forward(struct cli *cli, struct keyring *keyring, const struct wish *wish,
                           const struct restore_log *log, struct fail *why)
{
    const struct replay_target target = {.at_utc_us = wish->at_utc_us};
    struct replay replay = {.cli = cli, .cluster = wish->dir};
    enum err rc, end_rc;
    struct fail end_why;

    rc = replay_put_log(keyring, log->dir, wish->dir, &log->pieces, &log->chain, &log->entry,
                        why);
    if (rc == ERR_OK)
        rc = replay_start(&replay, &target, true, why);
    end_rc = replay_close(&replay, &end_why);
    if (rc == ERR_OK && end_rc != ERR_OK) {
        *why = end_why;
        rc = end_rc;
    }
    return rc;
}

/* A cluster that was not taken all the way must not be taken for one that was. */
static enum err restore_all(struct cli *cli, struct keyring *keyring, int fd,
                            const struct wish *wish, const struct restore_log *log,
                            struct restore_counts *counts, int64_t *n_files, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    enum err rc = ERR_OK;

    /* With this file PostgreSQL starts only when it is told where the log is: a restore that is
     * killed before it went forward is no cluster. */
    snprintf(path, sizeof path, "%.1000s/" REPLAY_SIGNAL, wish->dir == NULL ? "" : wish->dir);
    if (wish->at != NULL)
        rc = wholefile_replace(path, SPAN(""), why);
    if (rc == ERR_OK)
        rc = restore_unpack(keyring, fd, wish->dir, false, counts, why);
    if (rc == ERR_OK && wish->dir != NULL)
        rc = take_conf(cli, wish->dir, why);
    if (rc == ERR_OK && wish->at != NULL)
        rc = go_forward(cli, keyring, wish, log, why);
    if (rc == ERR_OK && wish->files_dir != NULL)
        rc = copies_restore(log->dir, log->entry.id, wish->files_dir, n_files, why);
    if (rc != ERR_OK && wish->dir != NULL) {
        snprintf(path, sizeof path, "%.1000s/" RESTORE_VERSION_FILE, wish->dir);
        unlink(path);
    }
    return rc;
}

static int say_trouble(enum err rc, const struct fail *why)
{
    if (rc == ERR_NOT_FOUND)
        cli_say("開けません。控えがないか、その鍵が消されています。(%s)", why->text);
    else if (rc == ERR_PROTO)
        cli_say("この控えは壊れているか、書きかえられています。(%s)", why->text);
    else if (rc == ERR_INVALID)
        cli_say("その時刻には戻せません。(%s: %s)", why->field, why->text);
    else if (rc == ERR_CONFLICT)
        cli_say("戻せません。(%s)", why->text);
    else if (rc == ERR_LOCKED)
        cli_say("鍵が閉じています。先に ibasho key unlock で開けてください。");
    else
        cli_say_fail(why);
    return rc == ERR_NOT_FOUND || rc == ERR_PROTO || rc == ERR_INVALID ? CLI_REFUSED
                                                                       : CLI_CANNOT;
}

static bool wish_read(struct wish *wish, bool is_check)
{
    if (is_check)
        return wish->dir == NULL && wish->at == NULL && wish->files_dir == NULL;
    return wish->dir != NULL && wish->dir[0] == '/' &&
           (wish->files_dir == NULL || wish->files_dir[0] == '/');
}

static int restore(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {.dir = cli_take_option(&argc, argv, "--to"),
                        .files_dir = cli_take_option(&argc, argv, "--files"),
                        .at = cli_take_option(&argc, argv, "--at")};
    bool is_check = cli_take_flag(&argc, argv, "--check");
    struct restore_log log;
    struct restore_counts counts = {0, 0};
    struct keyring *keyring = NULL;
    struct fail why = {.code = ERR_OK};
    int64_t n_files = 0;
    int fd = -1;
    enum err rc = ERR_OK;

    if (argc != 1 || !wish_read(&wish, is_check) ||
        (wish.at != NULL && restore_at_read(wish.at, &wish.at_utc_us, &why) != ERR_OK))
        return cli_wrong_words(&rows[0]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    wish.file = argv[0];
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    if (wish.at != NULL || wish.files_dir != NULL)
        rc = restore_log_find(cli, wish.file, &log, &why);
    if (rc == ERR_OK && wish.at != NULL)
        rc = restore_at_check(&log, wish.at_utc_us, &why);
    if (rc == ERR_OK)
        rc = prepare(cli, &wish, &keyring, &fd, &why);
    if (rc == ERR_OK)
        rc = restore_all(cli, keyring, fd, &wish, &log, &counts, &n_files, &why);
    keyring_close(&keyring);
    if (fd >= 0)
        close(fd);
    if (rc != ERR_OK)
        return say_trouble(rc, &why);
    if (wish.at != NULL && log.chain.has_gap)
        cli_say("この控えの先の記録は途切れています。途切れる前まで戻しました。");
    printf("%lld 個のファイル、%lld MiB。", (long long)counts.n_files,
           (long long)(counts.bytes >> 20));
    if (wish.files_dir != NULL)
        printf("預かったファイル %lld 個。", (long long)n_files);
    puts(is_check ? "この控えは開けます。"
                  : "ノードを止め、node.data_dir の cluster と入れ替えて、起動してください。");
    return CLI_DONE;
}
