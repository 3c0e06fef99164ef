/* The node's line to the media program, with the program itself: it comes up, is heard, dies by
 * -9 and is there again; nobody waits meanwhile. */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/unconst.h"
#include "node/place/voice_link.h"
#include "tests/t.h"

#define MOST_MS 10000

static struct scene {
    char socket[PATH_MAX], conf[PATH_MAX], program[PATH_MAX];
    pid_t pid;
    struct voice_link *link;
    atomic_int n_up, n_down, n_opened, n_refused, udp_port;
} scene;

static void on_up(void *arg, const struct voice_frame *ready)
{
    (void)arg;
    atomic_store(&scene.udp_port, ready->udp_port);
    atomic_fetch_add(&scene.n_up, 1);
}

static void on_down(void *arg)
{
    (void)arg;
    atomic_fetch_add(&scene.n_down, 1);
}

static void on_told(void *arg, const struct voice_frame *frame)
{
    (void)arg;
    atomic_fetch_add(&scene.n_opened, frame->op == VOICE_OP_OPENED);
    atomic_fetch_add(&scene.n_refused, frame->op == VOICE_OP_REFUSED);
}

static bool comes_to(atomic_int *what, int n)
{
    for (int ms = 0; ms < MOST_MS && atomic_load(what) < n; ms += 10)
        poll(NULL, 0, 10);
    return atomic_load(what) == n;
}

static void program_start(void)
{
    const char *const argv[] = {"ibasho-voice", "-c", scene.conf, NULL};

    scene.pid = fork();
    if (scene.pid == 0) {
        execv(scene.program, unconst(argv));
        _exit(127);
    }
}

static void program_kill(void)
{
    kill(scene.pid, SIGKILL);
    waitpid(scene.pid, NULL, 0);
}

static void scene_open(void)
{
    struct voice_link_conf conf = {
        .path = scene.socket, .up = on_up, .down = on_down, .told = on_told};
    ssize_t n = readlink("/proc/self/exe", scene.program, sizeof scene.program - 1);
    FILE *f;

    scene.program[n < 0 ? 0 : n] = '\0';
    snprintf(strrchr(scene.program, '/'), 16, "/ibasho-voice");
    snprintf(scene.socket, sizeof scene.socket, "%s/voice.sock", t_dir());
    snprintf(scene.conf, sizeof scene.conf, "%s/node.conf", t_dir());
    f = fopen(scene.conf, "w");
    if (f == NULL)
        abort();
    fprintf(f,
            "voice.socket = %s\nvoice.bind = 127.0.0.1\nvoice.udp_port = 0\n"
            "voice.tcp_port = 0\n",
            scene.socket);
    fclose(f);
    T_OK(voice_link_open(&conf, &scene.link, NULL) == ERR_OK, "opened without a program");
}

T_CASE(voice_link_comes_up_and_comes_again)
{
    const struct voice_frame open = {.op = VOICE_OP_OPEN_WS, .who = 7};
    const struct voice_frame seat = {.op = VOICE_OP_SEAT, .who = 8, .floor = 1, .zone = 1};

    scene_open();
    T_OK(!voice_link_say(scene.link, &open), "nobody is there yet");
    program_start();
    T_OK(comes_to(&scene.n_up, 1), "up");
    T_OK(atomic_load(&scene.udp_port) > 0, "its port is told");
    T_OK(voice_link_say(scene.link, &open), "said");
    T_OK(voice_link_say(scene.link, &seat), "said");
    T_OK(comes_to(&scene.n_opened, 1), "a session is open");
    T_OK(comes_to(&scene.n_refused, 1), "nobody sits who is not there");
    program_kill();
    T_OK(comes_to(&scene.n_down, 1), "down");
    T_OK(!voice_link_say(scene.link, &open), "nobody is there");
    program_start();
    T_OK(comes_to(&scene.n_up, 2), "up again");
    T_OK(voice_link_say(scene.link, &open), "said");
    T_OK(comes_to(&scene.n_opened, 2), "the same number: all was forgotten");
    voice_link_close(&scene.link);
    T_EQ(atomic_load(&scene.n_down), 1, "an end of ours is no fall");
    program_kill();
}
