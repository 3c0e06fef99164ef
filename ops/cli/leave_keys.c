/* Steps keys_destroyed and backups_listed: the node stops for good, the list of backups is read
 * while it still can be, then every key and half is overwritten and unlinked. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/unconst.h"
#include "node/base/wholefile.h"
#include "node/db/backup_index.h"
#include "node/db/hash256.h"
#include "ops/cli/backup.h"
#include "ops/cli/leave.h"
#include "tenants/leaving/leaving_wipe.h"

#define KEY_FILE_CAP ((size_t)16 << 20)
#define PATH_CAP     4096

/* ---- the node stops ---- */

static enum err run_program(const char *program, const char *word, const char *table,
                            struct fail *why)
{
    const char *const words[] = {program, word, table, NULL};
    char *argv[4], *env[] = {NULL};
    int status = -1, error;
    pid_t pid;

    for (int i = 0; i < 4; i++)
        argv[i] = unconst(words[i]);
    error = posix_spawn(&pid, program, NULL, NULL, argv, env);
    if (error != 0)
        return fail_set(why, ERR_IO, "%s: errno %d", program, error);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail_set(why, ERR_IO, "%s %s: status %d", program, word, status);
    return ERR_OK;
}

/* A postmaster whose directory this is: nothing else may still write there. */
static bool cluster_runs(const struct leave *leave)
{
    char path[PATH_CAP], line[32] = "", cwd[PATH_CAP], real[PATH_CAP];
    ssize_t n;
    FILE *f;

    snprintf(path, sizeof path, "%s/cluster/postmaster.pid", leave->data_dir);
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    if (fgets(line, sizeof line, f) == NULL)
        line[0] = '\0';
    fclose(f);
    snprintf(path, sizeof path, "/proc/%ld/cwd", strtol(line, NULL, 10));
    n = readlink(path, cwd, sizeof cwd - 1);
    if (n <= 0)
        return false;
    cwd[n] = '\0';
    snprintf(path, sizeof path, "%s/cluster", leave->data_dir);
    return realpath(path, real) != NULL && strcmp(real, cwd) == 0;
}

/* The table goes, so that nothing starts it again; and a node or agent that somebody starts by
 * hand finds the journal and ends. */
static enum err stop_for_good(struct leave *leave, struct fail *why)
{
    char own[PATH_CAP], program[PATH_CAP + 32], left[PATH_CAP];
    ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    char *slash;
    enum err rc = ERR_OK;

    if (n <= 0)
        return fail_set(why, ERR_IO, "/proc/self/exe: errno %d", errno);
    own[n] = '\0';
    slash = strrchr(own, '/');
    *slash = '\0';
    snprintf(program, sizeof program, "%s/ibasho-supervise", own);
    if (access(leave->table, F_OK) == 0) {
        rc = run_program(program, "--stop", leave->table, why);
        snprintf(left, sizeof left, "%s.left", leave->table);
        if (rc == ERR_OK && rename(leave->table, left) != 0)
            rc = fail_set(why, ERR_IO, "%s: errno %d", leave->table, errno);
    }
    if (rc == ERR_OK && cluster_runs(leave))
        rc =
            fail_set(why, ERR_CONFLICT, "PostgreSQL still runs in %s/cluster", leave->data_dir);
    return rc;
}

/* ---- what there is ---- */

static enum err put_key(struct leave *leave, struct leaving_facts_pen *pen, const char *path,
                        const char *kind, struct fail *why)
{
    uint8_t *bytes = malloc(KEY_FILE_CAP);
    char hex[2 * HASH256_BYTES + 1];
    struct hash256 hash;
    size_t len = 0;
    enum err rc;

    (void)leave;
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, KEY_FILE_CAP, &len, why);
    if (rc == ERR_OK) {
        hash = hash256_of(span_of(bytes, len));
        *hex_write(hash.b, sizeof hash.b, hex) = '\0';
        leaving_pen_item(pen);
        leaving_pen_int(pen, "bytes", (int64_t)len);
        leaving_pen_text(pen, "kind", span_text(kind));
        leaving_pen_text(pen, "path", span_text(path));
        leaving_pen_text(pen, "sha256", span_text(hex));
        leaving_pen_item_end(pen);
    }
    explicit_bzero(bytes, len);
    free(bytes);
    return rc;
}

static const char *kind_of(const char *name)
{
    if (strcmp(name, "contractor.half") == 0)
        return "contractor-half";
    if (strcmp(name, "municipality.token") == 0)
        return "municipality-token";
    if (strcmp(name, "boot.key") == 0)
        return "boot-key";
    return strcmp(name, "keystore") == 0 ? "keystore" : "beside";
}

static enum err put_dir(struct leave *leave, struct leaving_facts_pen *pen, const char *dir,
                        struct fail *why)
{
    DIR *d = opendir(dir);
    char path[PATH_CAP];
    enum err rc = ERR_OK;
    struct dirent *entry;
    struct stat st;

    if (d == NULL)
        return fail_set(why, ERR_IO, "%s: errno %d", dir, errno);
    while (rc == ERR_OK && (entry = readdir(d)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        if (lstat(path, &st) != 0)
            continue;
        /* What a link names would stay, and would be called destroyed. */
        if (S_ISLNK(st.st_mode))
            rc = fail_set(why, ERR_DENIED, "%s is a link: put the file itself there", path);
        else if (S_ISREG(st.st_mode))
            rc = put_key(leave, pen, path, kind_of(entry->d_name), why);
    }
    closedir(d);
    return rc;
}

/* Where this is not, the configuration names another directory than the node's. */
static enum err need_there(const char *dir, const char *name, struct fail *why)
{
    char path[PATH_CAP];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (lstat(path, &st) == 0)
        return ERR_OK;
    return fail_set(why, ERR_NOT_FOUND, "%s is not there: is the directory the right one?",
                    path);
}

/* Each path of keys.copies in turn. */
static enum err each_copy(struct leave *leave,
                          enum err (*each)(struct leave *leave, const char *path, void *arg,
                                           struct fail *why),
                          void *arg, struct fail *why)
{
    char *list =
        arena_text(leave->cli->arena, span_text(conf_text(leave->cli->conf, "keys.copies")));
    char *rest = NULL;
    enum err rc = list == NULL ? fail_set(why, ERR_NOMEM, "keys.copies") : ERR_OK;

    for (char *path = rc == ERR_OK ? strtok_r(list, ", ", &rest) : NULL;
         path != NULL && rc == ERR_OK; path = strtok_r(NULL, ", ", &rest))
        rc = each(leave, path, arg, why);
    return rc;
}

static enum err plan_copy(struct leave *leave, const char *path, void *arg, struct fail *why)
{
    enum err rc = put_key(leave, arg, path, "keystore-copy", why);

    /* A disk that is not there now would bring the copy back later. */
    return rc == ERR_NOT_FOUND
               ? fail_set(why, ERR_NOT_FOUND, "%s is out of reach: bring it back first", path)
               : rc;
}

static enum err plan_keys(struct leave *leave, struct span *facts_out, struct fail *why)
{
    const char *keys = leave_dir(leave, "keys.dir", "keys");
    const char *keyd = leave_dir(leave, "keyd.dir", "keyd");
    struct leaving_facts_pen pen;
    enum err rc = need_there(keys, "keystore", why), closed;

    if (rc == ERR_OK)
        rc = need_there(keyd, "contractor.half", why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    leaving_pen_list(&pen, "copies");
    rc = put_dir(leave, &pen, keys, why);
    if (rc == ERR_OK)
        rc = put_dir(leave, &pen, keyd, why);
    if (rc == ERR_OK)
        rc = each_copy(leave, plan_copy, &pen, why);
    leaving_pen_list_end(&pen);
    leaving_pen_text(&pen, "method", SPAN("overwrite, sync, unlink"));
    closed = leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
    return rc == ERR_OK ? closed : rc;
}

static enum err plan_backups(struct leave *leave, struct span *facts_out, struct fail *why)
{
    struct backup_list list = {NULL, 0};
    struct leaving_facts_pen pen;
    char at[CLOCK_TEXT_CAP], id[ID_TEXT_CAP];
    enum err rc = backup_index_read(leave->cli->arena, backup_dir(leave->cli), &list, why);

    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    leaving_pen_list(&pen, "backups");
    for (size_t i = 0; i < list.n; i++) {
        clock_utc_text(list.at[i].at_utc_us, at);
        id_text(list.at[i].id, id);
        leaving_pen_item(&pen);
        leaving_pen_text(&pen, "at", span_text(at));
        leaving_pen_int(&pen, "bytes", list.at[i].bytes);
        leaving_pen_text(&pen, "id", span_text(id));
        leaving_pen_text(&pen, "key", SPAN("destroyed"));
        leaving_pen_text(&pen, "sha256", list.at[i].sha256);
        leaving_pen_item_end(&pen);
    }
    leaving_pen_list_end(&pen);
    return leaving_pen_close(&pen, leave->cli->arena, facts_out, why);
}

/* ---- what goes ---- */

static enum err wipe_copy(struct leave *leave, const char *path, void *arg, struct fail *why)
{
    (void)leave;
    return leaving_wipe_file(path, arg, why);
}

enum err leave_keys(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                    struct fail *why)
{
    struct leaving_count count = {0, 0};
    struct span backups;
    enum err rc = stop_for_good(leave, why);

    (void)is_waiting_out;
    if (rc == ERR_OK)
        rc = leave_plan(leave, "backups.plan", plan_backups, &backups, why);
    if (rc == ERR_OK)
        rc = leave_plan(leave, "keys.plan", plan_keys, facts_out, why);
    /* The contractor's half first: without it no copy of a keystore opens any more. */
    if (rc == ERR_OK)
        rc = leaving_wipe_tree(leave_dir(leave, "keyd.dir", "keyd"), true, false, NULL, &count,
                               why);
    leave_fault(leave, "half");
    if (rc == ERR_OK)
        rc = leaving_wipe_tree(leave_dir(leave, "keys.dir", "keys"), true, false, NULL, &count,
                               why);
    if (rc == ERR_OK)
        rc = each_copy(leave, wipe_copy, &count, why);
    return rc;
}

static enum err no_plan(struct leave *leave, struct span *facts_out, struct fail *why)
{
    (void)leave;
    *facts_out = SPAN_NONE;
    return fail_set(why, ERR_INTERNAL, "the list of backups is gone");
}

enum err leave_backups(struct leave *leave, struct span *facts_out, bool *is_waiting_out,
                       struct fail *why)
{
    (void)is_waiting_out;
    return leave_plan(leave, "backups.plan", no_plan, facts_out, why);
}
