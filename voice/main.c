/* ibasho-voice - carries speech between the browsers of one node (design section 5).
 *
 *   ibasho-voice -c NODE.CONF        (or IBASHO_CONF)
 *
 * Start: harden, read node.conf, open the sockets, then give up files and all system calls but
 * the loop's, and serve until SIGTERM. NOTIFY_FD (ibasho-supervise): the line READY=1 once the
 * node may come. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "node/base/log.h"
#include "voice/sandbox.h"
#include "voice/service.h"
#include "voice/voice_conf.h"

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

static enum err serve(const struct service_conf *conf, struct fail *why)
{
    struct service *service = NULL;
    bool has_landlock = false;
    int stop_fd = -1;
    enum err rc = stop_signals(&stop_fd, why);

    if (rc == ERR_OK)
        rc = service_open(conf, &service, why);
    if (rc == ERR_OK)
        rc = sandbox_enter(&has_landlock, why);
    if (rc == ERR_OK) {
        log_info("voice.started", L_INT("landlock", has_landlock));
        say_ready();
        rc = service_run(service, stop_fd, why);
        log_info("voice.stopped", L_NONE);
    }
    service_close(&service);
    if (stop_fd >= 0)
        close(stop_fd);
    return rc;
}

static enum err run(const char *conf_path, struct fail *why)
{
    const struct conf_table tables[] = {{voice_conf_rows, VOICE_CONF_N}, {NULL, 0}};
    struct conf *conf = NULL;
    enum err rc = conf_load(conf_path, tables, CONF_IGNORE_UNKNOWN, conf_say, NULL, &conf, why);

    if (rc != ERR_OK)
        return rc;
    if (conf_text(conf, "voice.socket")[0] == '\0')
        rc = fail_field(why, ERR_INVALID, "voice.socket", "no socket for the node to come to");
    if (rc == ERR_OK)
        rc = serve(
            &(struct service_conf){.socket = conf_text(conf, "voice.socket"),
                                   .bind = conf_text(conf, "voice.bind"),
                                   .udp_port = (uint16_t)conf_int(conf, "voice.udp_port"),
                                   .tcp_port = (uint16_t)conf_int(conf, "voice.tcp_port")},
            why);
    conf_free(&conf);
    return rc;
}

int main(int argc, char **argv)
{
    const char *conf_path = getenv("IBASHO_CONF");
    struct fail why;
    enum err rc = sandbox_start(&why);
    int option;

    log_init("voice", LOG_INFO);
    while ((option = getopt(argc, argv, "c:")) == 'c')
        conf_path = optarg;
    if (option != -1 || conf_path == NULL) {
        fprintf(stderr, "usage: ibasho-voice -c node.conf\n");
        return 2;
    }
    if (rc == ERR_OK)
        rc = run(conf_path, &why);
    if (rc != ERR_OK)
        log_error("voice.failed", L_FAIL(&why));
    _exit(rc == ERR_OK ? 0 : 1); /* no handlers at exit: they would need other system calls */
}
