/* `ibasho restore`: opens a backup and unpacks it into an empty directory, or only proves that
 * it can be opened.
 *
 * One thread opens the sealed stream into a pipe, this one unpacks what comes out of it with
 * libarchive. A chunk reaches the pipe only after it was authenticated; that nothing is missing
 * at the end is known only then. So PG_VERSION, without which PostgreSQL starts on nothing, is
 * written last of all: a restore that was cut off cannot be taken for a whole one.
 * The rows of persons who were erased since are back in the restored cluster, under keys that
 * no longer exist; the node takes them out at its next start, before it serves anyone. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/wholefile.h"
#include "node/db/sealstream.h"
#include "ops/backup/copies.h"
#include "ops/cli/backup.h"
#include "ops/cli/owner.h"
#include "ops/cli/restore.h"
#include "ops/cli/tables.h"

#define PIECE_BYTES   65536
#define VERSION_FILE  "PG_VERSION"
#define VERSION_BYTES 64

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

/* ---- the thread that opens ---- */

struct opener {
    struct keyring *keyring;
    int file_fd, pipe_fd; /* pipe_fd is closed at the end */
    bool reader_gone;     /* the unpacking side gave up first: it says why */
    enum err rc;
    struct fail why;
};

static enum err pipe_write(void *arg, struct span bytes, struct fail *why)
{
    struct opener *o = arg;

    while (bytes.len > 0) {
        ssize_t n = write(o->pipe_fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            o->reader_gone = true;
            return fail_set(why, ERR_IO, "nobody reads: errno %d", errno);
        }
        bytes = span_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

static void *opener_main(void *arg)
{
    struct opener *o = arg;
    struct sealstream *stream = NULL;
    static uint8_t piece[PIECE_BYTES];
    ssize_t n = 1;

    o->rc = openstream_create(o->keyring, pipe_write, o, &stream, &o->why);
    while (o->rc == ERR_OK && n > 0) {
        n = read(o->file_fd, piece, sizeof piece);
        if (n > 0)
            o->rc = sealstream_put(stream, span_of(piece, (size_t)n), &o->why);
        else if (n < 0)
            o->rc = fail_set(&o->why, ERR_IO, "reading the backup: errno %d", errno);
    }
    if (o->rc == ERR_OK)
        o->rc = sealstream_finish(stream, &o->why);
    sealstream_destroy(&stream);
    close(o->pipe_fd);
    return NULL;
}

/* ---- unpacking ---- */

struct unpacking {
    const char *dir; /* NULL: read everything, write nothing */
    bool is_scratch; /* nobody needs it after a power cut */
    struct archive *in, *out;
    int64_t n_files, bytes;
    uint8_t version[VERSION_BYTES];
    size_t version_len; /* 0: not met yet */
};

static enum err archive_fail(struct archive *a, const char *what, struct fail *why)
{
    const char *text = archive_error_string(a);

    return fail_set(why, archive_errno(a) == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: %s", what,
                    text == NULL ? "?" : text);
}

static enum err copy_data(struct unpacking *u, struct fail *why)
{
    const void *bytes;
    size_t len;
    la_int64_t at;

    for (;;) {
        int rc = archive_read_data_block(u->in, &bytes, &len, &at);

        if (rc == ARCHIVE_EOF)
            return ERR_OK;
        if (rc != ARCHIVE_OK)
            return archive_fail(u->in, "reading", why);
        u->bytes += (int64_t)len;
        if (u->out != NULL && archive_write_data_block(u->out, bytes, len, at) != ARCHIVE_OK)
            return archive_fail(u->out, "writing", why);
    }
}

static enum err keep_version(struct unpacking *u, struct fail *why)
{
    la_ssize_t n = archive_read_data(u->in, u->version, sizeof u->version);

    if (n <= 0 || (size_t)n == sizeof u->version)
        return fail_set(why, ERR_PROTO, "a " VERSION_FILE " of %lld bytes", (long long)n);
    u->version_len = (size_t)n;
    return ERR_OK;
}

static enum err entry_take(struct unpacking *u, struct archive_entry *entry, struct fail *why)
{
    const char *name = archive_entry_pathname(entry), *path;
    enum err rc = ERR_OK;
    char full[WHOLEFILE_PATH_CAP];

    if (name == NULL)
        return fail_set(why, ERR_PROTO, "a file without a name");
    if (strncmp(name, "./", 2) == 0)
        name += 2;
    u->n_files++;
    if (strcmp(name, VERSION_FILE) == 0)
        return keep_version(u, why);
    if (u->dir == NULL)
        return copy_data(u, why);
    if (snprintf(full, sizeof full, "%s/%s", u->dir, name) >= (int)sizeof full)
        return fail_set(why, ERR_TOO_LARGE, "a path too long: %s", name);
    path = full;
    archive_entry_set_pathname(entry, path);
    if (archive_write_header(u->out, entry) != ARCHIVE_OK)
        return archive_fail(u->out, name, why);
    rc = copy_data(u, why);
    if (rc == ERR_OK && archive_write_finish_entry(u->out) != ARCHIVE_OK)
        rc = archive_fail(u->out, name, why);
    return rc;
}

static enum err unpack(struct unpacking *u, int fd, struct fail *why)
{
    enum err rc = ERR_OK;

    u->in = archive_read_new();
    if (u->in == NULL || archive_read_support_format_tar(u->in) != ARCHIVE_OK ||
        archive_read_open_fd(u->in, fd, PIECE_BYTES) != ARCHIVE_OK)
        return fail_set(why, ERR_PROTO, "the backup does not open as a tar");
    if (u->dir != NULL) {
        u->out = archive_write_disk_new();
        if (u->out == NULL)
            return fail_set(why, ERR_NOMEM, "libarchive");
        archive_write_disk_set_options(u->out, ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                                   ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                                   ARCHIVE_EXTRACT_SECURE_SYMLINKS);
    }
    while (rc == ERR_OK) {
        struct archive_entry *entry;
        int next = archive_read_next_header(u->in, &entry);

        if (next == ARCHIVE_EOF)
            break;
        if (next != ARCHIVE_OK)
            return archive_fail(u->in, "reading", why);
        rc = entry_take(u, entry, why);
    }
    return rc;
}

static void unpacking_close(struct unpacking *u)
{
    archive_read_free(u->in);
    archive_write_free(u->out);
}

/* Everything is there and authenticated. */
static enum err unpacking_end(const struct unpacking *u, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];

    if (u->version_len == 0)
        return fail_set(why, ERR_PROTO, "the backup holds no cluster");
    if (u->dir == NULL)
        return ERR_OK;
    if (!u->is_scratch)
        sync(); /* thousands of files: one call; the file that makes them count comes after */
    snprintf(path, sizeof path, "%s/" VERSION_FILE, u->dir);
    return wholefile_replace(path, span_of(u->version, u->version_len), why);
}

/* ---- the command ---- */

static enum err open_into(struct keyring *keyring, int file_fd, struct unpacking *u,
                          struct fail *why)
{
    struct opener opener = {.keyring = keyring, .file_fd = file_fd};
    pthread_t thread;
    int ends[2];
    enum err rc;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail_set(why, ERR_IO, "pipe: errno %d", errno);
    opener.pipe_fd = ends[1];
    if (pthread_create(&thread, NULL, opener_main, &opener) != 0) {
        close(ends[0]);
        close(ends[1]);
        return fail_set(why, ERR_NOMEM, "thread");
    }
    rc = unpack(u, ends[0], why);
    /* What follows the end of the tar is read too, so that the stream comes to its own end. */
    if (rc == ERR_OK) {
        char rest[4096];

        while (read(ends[0], rest, sizeof rest) > 0)
            ;
    }
    close(ends[0]);
    pthread_join(thread, NULL);
    /* Trouble in the stream shows as a broken tar here: the cause is told, not the symptom. */
    if (opener.rc != ERR_OK && (rc == ERR_OK || !opener.reader_gone)) {
        *why = opener.why;
        rc = opener.rc;
    }
    return rc == ERR_OK ? unpacking_end(u, why) : rc;
}

enum err restore_unpack(struct keyring *keyring, int file_fd, const char *dir, bool is_scratch,
                        struct restore_counts *counts_out, struct fail *why)
{
    struct unpacking u = {.dir = dir, .is_scratch = is_scratch};
    enum err rc = open_into(keyring, file_fd, &u, why);

    unpacking_close(&u);
    *counts_out = (struct restore_counts){u.n_files, u.bytes};
    return rc;
}

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
        if (wholefile_read(from, text, sizeof text, &len, NULL) == ERR_OK)
            rc = wholefile_replace(to, span_of(text, len), why);
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
        snprintf(path, sizeof path, "%.1000s/" VERSION_FILE, wish->dir);
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
