/* `ibasho drill`: the newest backup is restored beside the running node, taken forward to a
 * moment of just now, and compared with what the node held then. What comes of it stands in
 * BACKUP_DIR/drill.json, in the access record, and on doctor's page. */
#include "ops/cli/drill.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "node/db/db_wal.h"
#include "ops/cli/admin.h"
#include "ops/cli/audit_cli.h"
#include "ops/cli/backup.h"
#include "ops/cli/backup_sweep.h"
#include "ops/cli/owner.h"
#include "ops/cli/restore.h"
#include "ops/cli/tables.h"

#define DRILL_ROUTE       "/api/v1/admin/backups/drill"
#define WAIT_MORE_US      (20 * SECOND_US)
#define WAIT_STEP_US      50000
#define PAGE_HEAD_BYTES   40 /* a place may stand behind the head of the next page */
#define CHECKPOINTS_BYTES ((size_t)16 << 20)

static int drill(struct cli *cli, int argc, char **argv);

static const struct cli_command rows[] = {
    {"drill", "[--json]",
     "いちばん新しい控えを別の場所に戻し、いまのデータと合うか、鍵・封・ファイルが開くかを"
     "確かめます（訓練）。動いているノードはそのままです。",
     "restore the newest backup beside the node and compare: rows, audit root, keys, seals, "
     "files",
     drill},
};
const struct cli_table cli_drill = {rows, 1};

struct drilling {
    struct cli *cli;
    const char *dir, *top; /* BACKUP_DIR; DATA/drill */
    const char *cluster, *scratch, *checkpoints;
    struct keyring *keyring;
    struct note_key key;
    struct drill_sql sql;
    struct drill_moment moment;
    struct backup_drill result;
};

/* ---- the place ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void clear(const char *top)
{
    nftw(top, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* What a killed drill left goes first. */
static enum err place_make(struct drilling *d, struct fail *why)
{
    struct arena *arena = d->cli->arena;

    d->dir = backup_dir(d->cli);
    d->top = arena_printf(arena, "%s/drill", conf_text(d->cli->conf, "node.data_dir"));
    d->cluster = arena_printf(arena, "%s/cluster", d->top);
    d->scratch = arena_printf(arena, "%s/files", d->top);
    d->checkpoints = arena_printf(arena, "%s/checkpoints", d->top);
    if (d->dir == NULL || d->top == NULL || d->cluster == NULL || d->scratch == NULL ||
        d->checkpoints == NULL)
        return fail_set(why, ERR_NOMEM, "drill");
    clear(d->top);
    if (mkdir(d->top, 0700) != 0 || mkdir(d->cluster, 0700) != 0)
        return fail_set(why, ERR_IO, "mkdir %s: errno %d", d->top, errno);
    return ERR_OK;
}

/* Before the moment, so that everything it says is in the restored cluster too. */
static enum err copy_checkpoints(const struct drilling *d, struct fail *why)
{
    const char *path = conf_text(d->cli->conf, "audit.checkpoint_path");
    uint8_t *text = arena_alloc(d->cli->arena, CHECKPOINTS_BYTES);
    size_t len;
    enum err rc = text == NULL ? fail_set(why, ERR_NOMEM, "checkpoints")
                               : wholefile_read(path, text, CHECKPOINTS_BYTES, &len, why);

    return rc == ERR_OK ? wholefile_replace(d->checkpoints, span_of(text, len), why) : rc;
}

/* ---- the moment ---- */

static enum err take_moment(struct drilling *d, struct fail *why)
{
    const struct db_conf conf = {.socket_dir = backup_socket_dir(d->cli),
                                 .user = "ibasho",
                                 .name = conf_text(d->cli->conf, "db.name")};
    const struct verify_conf verify = {.key = &d->key, .checkpoints_path = d->checkpoints};
    struct db *db = NULL;
    enum err rc = drill_sql_make(d->cli->arena, &d->sql, why);

    if (rc == ERR_OK)
        rc = copy_checkpoints(d, why);
    if (rc == ERR_OK)
        rc = db_open(&conf, d->sql.tables, &db, why);
    if (rc == ERR_OK)
        rc = drill_moment_take(db, d->cli->arena, &d->sql, &verify, &d->moment, why);
    db_close(&db);
    return rc;
}

static enum err wait_archived(const struct drilling *d, struct fail *why)
{
    int64_t until_us = clock_mono_us() + WAIT_MORE_US +
                       2 * SECOND_US * conf_int(d->cli->conf, "backup.wal_every_s");
    struct backup_wal_state state = {.trouble = BACKUP_AWAY};
    struct arena *arena = NULL;
    enum err rc = arena_create(4096, &arena, why);
    uint64_t place = 0;

    while (rc == ERR_OK && clock_mono_us() < until_us) {
        arena_reset(arena);
        if (backup_wal_state_read(arena, d->dir, &state, NULL) == ERR_OK &&
            state.trouble == BACKUP_FINE && db_wal_place(state.place, &place) &&
            place + PAGE_HEAD_BYTES >= d->moment.place)
            break;
        place = 0;
        if (state.trouble == BACKUP_GAP && id_eq(state.base, d->result.base))
            break; /* nothing but a new backup ends it */
        usleep(WAIT_STEP_US);
    }
    arena_destroy(&arena);
    if (rc == ERR_OK && place == 0)
        rc = fail_set(why, ERR_UNAVAILABLE, "the archive of the log stands still (%s)",
                      backup_trouble_id((enum backup_trouble)state.trouble));
    return rc;
}

/* ---- the restore ---- */

static enum err newest(struct drilling *d, const char **file_out, struct fail *why)
{
    char text[ID_TEXT_CAP];
    struct backup_list all;
    enum err rc = backup_index_read(d->cli->arena, d->dir, &all, why);

    if (rc != ERR_OK)
        return rc;
    if (all.n == 0)
        return fail_set(why, ERR_NOT_FOUND, "no backup");
    d->result.base = all.at[all.n - 1].id;
    id_text(d->result.base, text);
    *file_out = arena_printf(d->cli->arena, "%s/%s%s", d->dir, text, BACKUP_SUFFIX);
    return *file_out == NULL ? fail_set(why, ERR_NOMEM, "drill") : ERR_OK;
}

static enum err look(struct drilling *d, struct replay *replay, const struct restore_log *log,
                     struct fail *why)
{
    char base[ID_TEXT_CAP];
    struct drill_place place = {.cli = d->cli,
                                .keyring = d->keyring,
                                .sql = &d->sql,
                                .moment = &d->moment,
                                .key = &d->key,
                                .checkpoints = d->checkpoints,
                                .scratch = d->scratch};
    struct db *db = NULL;
    enum err rc = replay_db(replay, d->sql.tables, &db, why);

    id_text(d->result.base, base);
    place.files_dir = arena_printf(d->cli->arena, "%s/files/%s", log->dir, base);
    if (rc == ERR_OK)
        rc = drill_check(&place, db, &d->result, why);
    db_close(&db);
    return rc;
}

static enum err restore_and_look(struct drilling *d, const char *file, struct fail *why)
{
    struct replay_target target = {.place = d->moment.place};
    struct replay replay = {.cli = d->cli, .cluster = d->cluster};
    struct restore_counts counts;
    struct restore_log log;
    struct fail end_why;
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    enum err rc = fd < 0 ? fail_set(why, ERR_NOT_FOUND, "%s: errno %d", file, errno)
                         : restore_log_find(d->cli, file, &log, why);

    if (rc == ERR_OK)
        rc = restore_unpack(d->keyring, fd, d->cluster, true, &counts, why);
    if (rc == ERR_OK && log.chain.end + PAGE_HEAD_BYTES < d->moment.place)
        rc = fail_set(why, ERR_NOT_FOUND, "the log of the backup has a gap");
    if (rc == ERR_OK)
        rc = replay_put_log(d->keyring, log.dir, d->cluster, &log.pieces, &log.chain,
                            &log.entry, why);
    if (rc == ERR_OK)
        rc = replay_start(&replay, &target, true, why);
    if (rc == ERR_OK)
        rc = look(d, &replay, &log, why);
    if (replay_close(&replay, &end_why) != ERR_OK && rc == ERR_OK)
        rc = fail_set(why, ERR_TIMEOUT, "%s", end_why.text);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* ---- what came of it ---- */

static void tell_node(struct drilling *d, struct span json)
{
    struct admin_reply reply;

    if (admin_ask(d->cli, "POST", DRILL_ROUTE, json, &reply, NULL) != ERR_OK ||
        reply.status >= 400)
        cli_say("動いているノードの記録には残せませんでした。");
}

static void print_result(const struct backup_drill *r)
{
    if (!r->is_good) {
        printf("だめでした: %.*s\n", SPAN_ARG(r->text));
        return;
    }
    printf("控えから戻せます（%lld 秒）。表 %lld、行 %lld、監査記録 %lld、鍵 %lld、"
           "封 %lld、ファイル %lld を確かめました。\n",
           (long long)(r->took_ms / 1000), (long long)r->n_tables, (long long)r->n_rows,
           (long long)r->n_leaves, (long long)r->n_keys, (long long)r->n_sealed,
           (long long)r->n_files);
}

/* A drill that could not be made is a failed one: it says so where people look. */
static int result(struct drilling *d, enum err rc, const struct fail *cause, bool is_json)
{
    struct span json = SPAN_NONE;
    struct fail why;

    if (rc != ERR_OK) {
        d->result.is_good = false;
        d->result.text = span_text(cause->text);
    }
    if (backup_drill_json(d->cli->arena, &d->result, &json, &why) != ERR_OK ||
        backup_drill_write(d->cli->arena, d->dir, &d->result, &why) != ERR_OK) {
        cli_say_fail(&why);
        return CLI_CANNOT;
    }
    tell_node(d, json);
    if (is_json)
        printf("%.*s\n", SPAN_ARG(json));
    else
        print_result(&d->result);
    return d->result.is_good ? CLI_DONE : CLI_REFUSED;
}

static enum err begin(struct drilling *d, int *lock_fd, struct fail *why)
{
    struct keyring_conf conf;
    enum err rc = keyring_conf_read(d->cli->conf, &conf, why);

    if (rc == ERR_OK)
        rc = owner_become(conf.dir, why);
    if (rc == ERR_OK)
        rc = backup_dir_lock(backup_dir(d->cli), lock_fd, why);
    if (rc == ERR_OK)
        rc = place_make(d, why);
    return rc == ERR_OK ? keyring_open(&conf, &d->keyring, why) : rc;
}

static int drill(struct cli *cli, int argc, char **argv)
{
    bool is_json = cli_take_flag(&argc, argv, "--json");
    struct drilling d = {.cli = cli};
    int64_t began_us = clock_mono_us();
    const char *file = NULL;
    struct fail why = {.code = ERR_OK};
    int lock_fd = -1, exit_status = CLI_CANNOT;
    enum err rc;

    if (argc != 0)
        return cli_wrong_words(&rows[0]);
    if (!cli_need_conf(cli) || !audit_cli_own_key(cli, &d.key))
        return CLI_CANNOT;
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    d.result.at_utc_us = clock_utc_us();
    rc = begin(&d, &lock_fd, &why);
    if (rc != ERR_OK) {
        cli_say_fail(&why);
    } else {
        rc = newest(&d, &file, &why);
        if (rc == ERR_OK)
            rc = take_moment(&d, &why);
        if (rc == ERR_OK)
            rc = wait_archived(&d, &why);
        if (rc == ERR_OK)
            rc = restore_and_look(&d, file, &why);
        d.result.took_ms = (clock_mono_us() - began_us) / 1000;
        clear(d.top);
        exit_status = result(&d, rc, &why, is_json);
    }
    keyring_close(&d.keyring);
    if (lock_fd >= 0)
        close(lock_fd);
    return exit_status;
}
