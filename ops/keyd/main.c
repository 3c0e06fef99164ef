/* ibasho-keyd - the key agent of one node: holds the node key and wraps and unwraps with it.
 * Start: harden, read node.conf, open what keyd.boot says, bind, then drop to the short list of
 * system calls and serve until SIGTERM. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/base/wholefile.h"
#include "ops/keyd/harden.h"
#include "ops/keyd/keyd_conf.h"
#include "ops/keyd/serve.h"

/* How the municipality's half comes back after a restart: one row a way, in the order of
 * enum keyd_boot. */
static enum err boot_wait(struct vault *vault, struct fail *why)
{
    (void)vault;
    (void)why;
    return ERR_OK;
}

static enum err boot_token(struct vault *vault, struct fail *why)
{
    enum err rc;

    if (!vault_status(vault).initialised)
        return ERR_OK;
    rc = vault_open_token(vault, why);
    if (rc != ERR_NOT_FOUND && rc != ERR_DENIED)
        return rc;
    /* The agent still serves: a typed sheet opens it. */
    log_error("keyd.token_opens_nothing", L_FAIL(why));
    return ERR_OK;
}

static const struct boot {
    enum err (*open)(struct vault *vault, struct fail *why);
} boots[KEYD_BOOT_N] = {
    [KEYD_BOOT_SHEET] = {boot_wait},
    [KEYD_BOOT_TOKEN] = {boot_token},
    [KEYD_BOOT_ESCROW] = {boot_wait}, /* for the sheet, or for what the node brings */
};

static enum keyd_boot boot_of(const char *name)
{
    enum keyd_boot boot = KEYD_BOOT_SHEET;

    for (int i = 0; i < KEYD_BOOT_N; i++)
        if (strcmp(name, keyd_boot_name((enum keyd_boot)i)) == 0)
            boot = (enum keyd_boot)i;
    return boot;
}

/* Two agents over one directory would each overwrite the other's files. Held until the end. */
static enum err directory_lock(const char *dir, int *fd_out, struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];
    struct stat st;

    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return fail_field(why, ERR_NOT_FOUND, "keyd.dir", "%s is no directory", dir);
    if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
        return fail_field(why, ERR_DENIED, "keyd.dir", "%s must be this user's alone (0700)",
                          dir);
    snprintf(path, sizeof path, "%s/lock", dir);
    *fd_out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd_out < 0)
        return fail_set(why, ERR_IO, "open %s: errno %d", path, errno);
    if (flock(*fd_out, LOCK_EX | LOCK_NB) != 0)
        return fail_set(why, ERR_CONFLICT, "another key agent serves %s", dir);
    return ERR_OK;
}

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

static void say_ready(void)
{
    const char *text = getenv("NOTIFY_FD");
    long fd = text == NULL ? -1 : strtol(text, NULL, 10);

    if (fd > 2 && fd < INT_MAX && write((int)fd, "READY=1\n", 8) == 8)
        close((int)fd);
}

static void conf_say(const struct conf_defect *defect, void *arg)
{
    (void)arg;
    log_error("conf.defect", L_INT("line", defect->line), L_TEXT("name", defect->name),
              L_TEXT("text", defect->text));
}

static enum err run(const char *conf_path, struct fail *why)
{
    const struct conf_table tables[] = {
        {node_conf_rows, NODE_CONF_N}, {keyd_conf_rows, KEYD_CONF_N}, {NULL, 0}};
    struct vault_conf vault_conf = {0};
    struct serve_conf serve_conf = {.uids = {0, geteuid()}, .n_uids = 2};
    struct conf *conf = NULL;
    struct vault *vault = NULL;
    int lock_fd = -1, stop_fd = -1, listen_fd = -1;
    enum err rc = conf_load(conf_path, tables, CONF_IGNORE_UNKNOWN, conf_say, NULL, &conf, why);

    if (rc == ERR_OK)
        rc = node_conf_id(conf, &vault_conf.node, why);
    if (rc != ERR_OK)
        goto out;
    vault_conf.dir = conf_text(conf, "keyd.dir");
    vault_conf.boot = boot_of(conf_text(conf, "keyd.boot"));
    serve_conf.path = conf_text(conf, "keyd.socket");
    if (conf_int(conf, "keyd.peer_uid") >= 0)
        serve_conf.uids[1] = (uid_t)conf_int(conf, "keyd.peer_uid");
    rc = directory_lock(vault_conf.dir, &lock_fd, why);
    if (rc == ERR_OK)
        rc = vault_rehearse(why);
    if (rc == ERR_OK)
        rc = vault_create(&vault_conf, &vault, why);
    if (rc == ERR_OK)
        rc = boots[vault_conf.boot].open(vault, why);
    if (rc == ERR_OK)
        rc = stop_signals(&stop_fd, why);
    if (rc == ERR_OK)
        rc = serve_listen(&serve_conf, &listen_fd, why);
    if (rc == ERR_OK)
        rc = harden_calls(why);
    if (rc != ERR_OK)
        goto out;
    log_info("keyd.started", L_TEXT("boot", keyd_boot_name(vault_conf.boot)),
             L_INT("generation", vault_status(vault).generation),
             L_INT("unlocked", vault_status(vault).unlocked));
    say_ready();
    rc = serve_run(&serve_conf, listen_fd, stop_fd, vault, why);
    unlink(serve_conf.path);
    log_info("keyd.stopped", L_NONE);
out:
    vault_destroy(&vault);
    conf_free(&conf);
    for (int i = 0; i < 3; i++) {
        int fds[] = {lock_fd, stop_fd, listen_fd};

        if (fds[i] >= 0)
            close(fds[i]);
    }
    return rc;
}

int main(int argc, char **argv)
{
    const char *conf_path = getenv("IBASHO_CONF");
    struct fail why;
    enum err rc = harden_start(&why);
    int option;

    log_init("keyd", LOG_INFO);
    while ((option = getopt(argc, argv, "c:")) == 'c')
        conf_path = optarg;
    if (option != -1 || conf_path == NULL) {
        fprintf(stderr, "usage: ibasho-keyd -c node.conf\n");
        return 2;
    }
    if (rc == ERR_OK)
        rc = run(conf_path, &why);
    if (rc != ERR_OK)
        log_error("keyd.failed", L_FAIL(&why));
    _exit(rc == ERR_OK ? 0 : 1); /* no handlers at exit: they would need other system calls */
}
