/* `ibasho backup`, `backup list`, `backup forget`. */
#include "ops/cli/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/unconst.h"
#include "node/db/backup_index.h"
#include "node/db/backup_state.h"
#include "node/db/sealstream.h"
#include "ops/backup/copies.h"
#include "ops/cli/admin.h"
#include "ops/cli/backup_forget.h"
#include "ops/cli/backup_sweep.h"
#include "ops/cli/owner.h"
#include "ops/cli/tables.h"

#define PIECE_BYTES 262144
#define PIPE_BYTES  (1 << 20) /* between two programs that had rather not wait */
#define SAY_MORE_US 1000000
#define PATH_MOST   1024

const struct conf_row backup_conf_rows[BACKUP_CONF_N] = {
    {.name = "backup.pg_basebackup",
     .type = CONF_PATH,
     .initial = "/usr/lib/postgresql/15/bin/pg_basebackup",
     .help = "PostgreSQL の pg_basebackup のありか"},
};

static int backup(struct cli *cli, int argc, char **argv);
static int forget(struct cli *cli, int argc, char **argv);

enum { BACKUP, LIST, FORGET, N_COMMANDS };
static const struct cli_command rows[N_COMMANDS] = {
    [BACKUP] = {"backup", "[--keep N]",
                "データベースと預かったファイルの控えを、専用の鍵で封じて取ります。"
                "backup.keep_days を過ぎたもの、--keep N なら新しい N 個のほかは、"
                "鍵ごと消します。Ctrl-C で止められます。",
                "sealed copy of database and files under a key of its own; forgets what is "
                "older than backup.keep_days, with --keep N all but the newest N",
                backup},
    [LIST] = {"backup list", "",
              "控えの一覧と、どの時刻からどの時刻までに戻せるかを表示します。",
              "print the backups, and from when to when each can be restored",
              backup_list_print},
    [FORGET] = {"backup forget", "ID", "控えを一つ、鍵ごと消します。写しも開かなくなります。",
                "destroy one backup and its key; copies of it open no more", forget},
};
const struct cli_table cli_backup = {rows, N_COMMANDS};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

/* read() must return when somebody wants to stop. */
static void watch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_stop};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

const char *backup_dir(struct cli *cli)
{
    return backup_dir_of(cli->conf, cli->arena);
}

/* ---- pg_basebackup ---- */

struct source {
    pid_t pid;
    int out_fd; /* the tar */
    int say_fd; /* a memory file with what it said: where the log begins and ends */
};

/* -X fetch puts the write-ahead log into the same tar, so that the backup is whole by itself.
 */
static enum err source_open(struct cli *cli, struct source *source, struct fail *why)
{
    const char *program = conf_text(cli->conf, "backup.pg_basebackup");
    const char *const words[] = {program,
                                 "-h",
                                 backup_socket_dir(cli),
                                 "-U",
                                 "ibasho",
                                 "-D",
                                 "-",
                                 "-Ft",
                                 "-Xfetch",
                                 "-cfast",
                                 "-v",
                                 "-w",
                                 "--no-password",
                                 NULL};
    char *argv[sizeof words / sizeof words[0]], *env[] = {NULL, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], error;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        argv[i] = unconst(words[i]);
    env[0] = arena_text(cli->arena, SPAN("LC_ALL=C"));
    source->say_fd = memfd_create("pg_basebackup", MFD_CLOEXEC);
    if (env[0] == NULL || source->say_fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
        return fail_set(why, ERR_IO, "pipe: errno %d", errno);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, source->say_fd, 2);
    error = posix_spawn(&source->pid, program, &actions, NULL, argv, env);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    source->out_fd = ends[0];
    (void)fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* or as much as there was */
    if (error == 0)
        return ERR_OK;
    source->pid = 0;
    return fail_set(why, ERR_IO, "%s: errno %d", program, error);
}

/* What it said, as text in the arena. */
static const char *source_said(struct cli *cli, const struct source *source)
{
    char text[4096];
    ssize_t n = pread(source->say_fd, text, sizeof text, 0);

    return n <= 0 ? "" : arena_text(cli->arena, span_of(text, (size_t)n));
}

/* Waits for its end; ERR_UNAVAILABLE with its last words when it did not end well. */
static enum err source_close(struct cli *cli, struct source *source, bool kill_it,
                             struct fail *why)
{
    int status = -1;
    enum err rc = ERR_OK;

    if (source->out_fd >= 0)
        close(source->out_fd);
    source->out_fd = -1;
    if (source->pid > 0) {
        if (kill_it)
            kill(source->pid, SIGTERM);
        while (waitpid(source->pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            rc = fail_set(why, ERR_UNAVAILABLE, "pg_basebackup: %.200s",
                          source_said(cli, source));
    }
    source->pid = 0;
    return rc;
}

/* "write-ahead log start point: 0/2000028 on timeline 1" */
static struct span said_after(struct cli *cli, const char *said, const char *words)
{
    const char *at = strstr(said, words);

    if (at == NULL)
        return SPAN("");
    at += strlen(words);
    return arena_copy(cli->arena, span_of(at, strcspn(at, " \n")));
}

static int64_t number_of(struct span digits)
{
    char text[24];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(digits));
    return strtoll(text, NULL, 10);
}

/* ---- the sealed file ---- */

struct file {
    int fd;
    int64_t bytes;
    EVP_MD_CTX *hash;
    char part[PATH_MOST], path[PATH_MOST];
};

static enum err file_write(void *arg, struct span bytes, struct fail *why)
{
    struct file *f = arg;

    if (EVP_DigestUpdate(f->hash, bytes.p, bytes.len) != 1)
        return fail_set(why, ERR_INTERNAL, "SHA-256");
    f->bytes += (int64_t)bytes.len;
    while (bytes.len > 0) {
        ssize_t n = write(f->fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR && !stopped)
            continue;
        if (n <= 0)
            return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "write %s: errno %d",
                            f->part, errno);
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

static enum err file_open(const char *dir, struct id id, struct file *f, struct fail *why)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    if (snprintf(f->part, PATH_MOST, "%s/%s%s", dir, text, BACKUP_PART_SUFFIX) >= PATH_MOST ||
        snprintf(f->path, PATH_MOST, "%s/%s%s", dir, text, BACKUP_SUFFIX) >= PATH_MOST)
        return fail_field(why, ERR_INVALID, "backup.dir", "path too long");
    f->hash = EVP_MD_CTX_new();
    if (f->hash == NULL || EVP_DigestInit_ex(f->hash, EVP_sha256(), NULL) != 1)
        return fail_set(why, ERR_NOMEM, "SHA-256");
    f->fd = open(f->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return f->fd >= 0 ? ERR_OK : fail_set(why, ERR_IO, "create %s: errno %d", f->part, errno);
}

/* The bytes are on the disk; the file still lacks its name. */
static enum err file_finish(struct cli *cli, struct file *f, struct span *sha256_out,
                            struct fail *why)
{
    uint8_t hash[32];
    char *hex = arena_alloc(cli->arena, 2 * sizeof hash + 1);

    if (hex == NULL || EVP_DigestFinal_ex(f->hash, hash, NULL) != 1)
        return fail_set(why, ERR_NOMEM, "SHA-256");
    if (fsync(f->fd) != 0)
        return fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "fsync %s: errno %d",
                        f->part, errno);
    hex_write(hash, sizeof hash, hex);
    *sha256_out = span_of(hex, 2 * sizeof hash);
    return ERR_OK;
}

static enum err file_name(const struct file *f, int dir_fd, struct fail *why)
{
    if (rename(f->part, f->path) == 0 && fsync(dir_fd) == 0)
        return ERR_OK;
    return fail_set(why, ERR_IO, "naming %s (the next backup does it): errno %d", f->path,
                    errno);
}

static void file_close(struct file *f)
{
    EVP_MD_CTX_free(f->hash);
    if (f->fd >= 0)
        close(f->fd);
}

/* ---- the backup ---- */

static void say_bytes(int64_t bytes, bool is_last)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r控え %lld MiB%s", (long long)(bytes >> 20), is_last ? "\n" : " ");
}

static enum err pump(const struct source *source, struct sealstream *stream, struct fail *why)
{
    static uint8_t piece[PIECE_BYTES];
    int64_t total = 0, said_us = clock_mono_us();
    enum err rc = ERR_OK;

    while (rc == ERR_OK && !stopped) {
        ssize_t n = read(source->out_fd, piece, sizeof piece);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_set(why, ERR_IO, "reading the backup: errno %d", errno);
        if (n == 0)
            break;
        rc = sealstream_put(stream, span_of(piece, (size_t)n), why);
        total += n;
        if (clock_mono_us() - said_us > SAY_MORE_US) {
            said_us = clock_mono_us();
            say_bytes(total, false);
        }
    }
    say_bytes(total, true);
    if (rc == ERR_OK && stopped)
        rc = fail_set(why, ERR_UNAVAILABLE, "stopped");
    return rc;
}

static enum err seal_all(struct cli *cli, struct keyring *keyring, struct id key,
                         struct file *file, struct backup_entry *entry, struct fail *why)
{
    struct source source = {.out_fd = -1, .say_fd = -1};
    struct sealstream *stream = NULL;
    struct fail end_why;
    enum err rc = sealstream_create(keyring, key, file_write, file, &stream, why), end_rc;

    if (rc == ERR_OK)
        rc = source_open(cli, &source, why);
    if (rc == ERR_OK)
        rc = pump(&source, stream, why);
    end_rc = source_close(cli, &source, rc != ERR_OK, &end_why);
    if (rc == ERR_OK && end_rc != ERR_OK)
        rc = fail_set(why, end_rc, "%s", end_why.text);
    if (rc == ERR_OK)
        rc = sealstream_finish(stream, why);
    if (rc == ERR_OK) {
        const char *said = source_said(cli, &source);

        entry->wal_start = said_after(cli, said, "write-ahead log start point: ");
        entry->wal_end = said_after(cli, said, "write-ahead log end point: ");
        entry->timeline = number_of(said_after(cli, said, "on timeline "));
        entry->has_timeline = entry->timeline > 0;
        entry->end_utc_us = clock_utc_us();
        entry->has_end = true;
    }
    if (source.say_fd >= 0)
        close(source.say_fd);
    sealstream_destroy(&stream);
    return rc;
}

static enum err index_add(struct cli *cli, const char *dir, const struct backup_entry *entry,
                          struct fail *why)
{
    struct backup_list all, more;
    enum err rc = backup_index_read(cli->arena, dir, &all, why);

    if (rc != ERR_OK)
        return rc;
    more =
        (struct backup_list){arena_alloc(cli->arena, (all.n + 1) * sizeof *all.at), all.n + 1};
    if (more.at == NULL)
        return fail_set(why, ERR_NOMEM, "index of backups");
    if (all.n > 0)
        memcpy(more.at, all.at, all.n * sizeof *all.at);
    more.at[all.n] = *entry;
    return backup_index_write(cli->arena, dir, &more, why);
}

/* Unless its line is in the index (or that cannot be told), in which case the next run gives
 * it its name. */
static void undo(struct cli *cli, struct keyring *keyring, const char *dir,
                 const struct file *file, struct id id)
{
    struct backup_list all;

    if (backup_index_read(cli->arena, dir, &all, NULL) != ERR_OK)
        return;
    for (size_t i = 0; i < all.n; i++)
        if (id_eq(all.at[i].id, id))
            return;
    if (keyring_destroy_subject(keyring, KEY_BACKUP, id, NULL) == ERR_OK &&
        copies_drop(dir, id, NULL) == ERR_OK)
        unlink(file->part);
    else
        cli_say("使わなかった鍵が残りました。次の控えのときに消します。");
}

/* The uploaded files, after the cluster: whatever row it holds, the file was there before. */
static enum err copy_files(struct cli *cli, const char *dir, struct backup_entry *entry,
                           struct fail *why)
{
    const char *files_dir = backup_files_dir(cli);
    struct backup_list all;
    struct copies copies;
    enum err rc = backup_index_read(cli->arena, dir, &all, why);

    if (rc == ERR_OK && files_dir == NULL)
        rc = fail_set(why, ERR_NOMEM, "files.dir");
    if (rc != ERR_OK)
        return rc;
    copies_init(&copies, files_dir, dir, entry->id, all.n > 0 ? all.at[all.n - 1].id : ID_NONE);
    rc = copies_take(&copies, why);
    entry->n_files = copies.n_new;
    entry->file_bytes = copies.new_bytes;
    entry->has_files = entry->has_file_bytes = true;
    return rc;
}

/* The part stands before there is a key, so that a run that is killed leaves no key that nobody
 * knows of (ops/cli/backup_sweep.h). */
static enum err make(struct cli *cli, struct keyring *keyring, const char *dir, int dir_fd,
                     struct backup_entry *entry, struct fail *why)
{
    struct file file = {.fd = -1};
    struct id key;
    enum err rc;

    *entry = (struct backup_entry){.id = id_new(), .at_utc_us = clock_utc_us()};
    rc = file_open(dir, entry->id, &file, why);
    if (rc == ERR_OK && fsync(dir_fd) != 0)
        rc = fail_set(why, ERR_IO, "fsync %s: errno %d", dir, errno);
    if (rc == ERR_OK)
        rc = backup_cluster_ready(cli, entry, why);
    if (rc == ERR_OK)
        rc = keyring_create_key(keyring, KEY_BACKUP, entry->id, NULL, &key, why);
    if (rc == ERR_OK)
        rc = seal_all(cli, keyring, key, &file, entry, why);
    if (rc == ERR_OK)
        rc = copy_files(cli, dir, entry, why);
    if (rc == ERR_OK)
        rc = file_finish(cli, &file, &entry->sha256, why);
    entry->bytes = file.bytes;
    if (rc == ERR_OK)
        rc = index_add(cli, dir, entry, why);
    if (rc == ERR_OK)
        rc = file_name(&file, dir_fd, why);
    if (rc != ERR_OK && file.fd >= 0)
        undo(cli, keyring, dir, &file, entry->id);
    file_close(&file);
    return rc;
}

/* ---- commands ---- */

/* As the node's user, with its keyring open and the directory locked and in order. */
static enum err begin(struct cli *cli, struct keyring **keyring_out, const char **dir_out,
                      int *dir_fd_out, struct fail *why)
{
    struct keyring_conf conf;
    enum err rc = keyring_conf_read(cli->conf, &conf, why);

    *keyring_out = NULL;
    *dir_fd_out = -1;
    *dir_out = backup_dir(cli);
    if (*dir_out == NULL)
        return fail_set(why, ERR_NOMEM, "backup.dir");
    if (rc == ERR_OK)
        rc = owner_become(conf.dir, why);
    if (rc == ERR_OK && mkdir(*dir_out, 0700) != 0 && errno != EEXIST)
        rc = fail_field(why, ERR_IO, "backup.dir", "mkdir %s: errno %d", *dir_out, errno);
    if (rc == ERR_OK)
        rc = backup_dir_lock(*dir_out, dir_fd_out, why);
    if (rc == ERR_OK)
        rc = keyring_open(&conf, keyring_out, why);
    return rc == ERR_OK ? backup_sweep(cli, *keyring_out, *dir_out, *dir_fd_out, why) : rc;
}

static void finish(struct keyring **keyring, int dir_fd)
{
    keyring_close(keyring);
    if (dir_fd >= 0)
        close(dir_fd);
}

static void say_trouble(const struct fail *why)
{
    if (why->code == ERR_BUSY)
        cli_say("ほかの控えの仕事がまだ動いています。終わってから、もう一度実行してください。");
    else
        cli_say_fail(why);
}

/* The node keeps the record of who took a copy of everything; a backup is worth
 * having without. */
static void tell_node(struct cli *cli, const struct backup_entry *entry)
{
    const struct backup_entry told = {.id = entry->id,
                                      .at_utc_us = entry->at_utc_us,
                                      .bytes = entry->bytes,
                                      .sha256 = entry->sha256,
                                      .wal_start = entry->wal_start,
                                      .wal_end = entry->wal_end};
    struct admin_reply reply;
    struct span json;
    struct fail why;

    if (backup_entry_json(cli->arena, &told, &json, &why) != ERR_OK ||
        admin_ask(cli, "POST", "/api/v1/admin/backups", json, &reply, &why) != ERR_OK ||
        reply.status >= 400)
        cli_say("控えは取れましたが、動いているノードの記録には残せませんでした。");
}

static bool keep_read(const char *text, size_t *n_out)
{
    char *end;
    long n = 0;

    *n_out = 0;
    if (text == NULL)
        return true;
    n = strtol(text, &end, 10);
    *n_out = (size_t)n;
    return n >= 1 && n <= 10000 && *end == '\0';
}

static int backup(struct cli *cli, int argc, char **argv)
{
    struct keyring *keyring = NULL;
    const char *dir;
    struct backup_entry entry;
    struct span json = SPAN_NONE;
    struct fail why;
    size_t n_keep;
    int dir_fd = -1;
    enum err rc;

    if (!keep_read(cli_take_option(&argc, argv, "--keep"), &n_keep) || argc != 0)
        return cli_wrong_words(&rows[BACKUP]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    watch_signals();
    rc = begin(cli, &keyring, &dir, &dir_fd, &why);
    if (rc == ERR_OK)
        rc = make(cli, keyring, dir, dir_fd, &entry, &why);
    if (rc == ERR_OK)
        rc = backup_entry_json(cli->arena, &entry, &json, &why);
    if (rc == ERR_OK) {
        printf("%.*s\n", SPAN_ARG(json));
        tell_node(cli, &entry);
        rc = backup_expire(cli, keyring, dir, n_keep, &why);
    }
    finish(&keyring, dir_fd);
    if (rc != ERR_OK)
        say_trouble(&why);
    return rc == ERR_OK ? CLI_DONE : CLI_CANNOT;
}

static int forget(struct cli *cli, int argc, char **argv)
{
    struct keyring *keyring = NULL;
    const char *dir;
    struct fail why;
    struct id id;
    int dir_fd = -1;
    enum err rc;

    if (argc != 1 || id_parse(span_text(argv[0]), &id, NULL) != ERR_OK)
        return cli_wrong_words(&rows[FORGET]);
    if (!cli_need_conf(cli))
        return CLI_CANNOT;
    rc = begin(cli, &keyring, &dir, &dir_fd, &why);
    if (rc == ERR_OK)
        rc = backup_forget(cli, keyring, dir, id, &why);
    finish(&keyring, dir_fd);
    if (rc == ERR_OK)
        puts("控えと、その鍵を消しました。");
    else
        say_trouble(&why);
    return rc == ERR_OK ? CLI_DONE : CLI_REFUSED;
}
