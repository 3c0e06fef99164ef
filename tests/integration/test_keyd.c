/* The key agent as a program: who may speak with it, what it says to a wrong half, how it comes
 * back, and how its memory cannot be had. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/wholefile.h"
#include "node/db/agent.h"
#include "tests/integration/keyd_fixture.h"
#include "tests/t.h"

#define NOBODY 65534

static int dial(const struct keyd_fixture *f)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    const struct timeval most = {.tv_sec = 5};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(at.sun_path, sizeof at.sun_path, "%s", f->socket);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    if (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        return -errno;
    }
    return fd;
}

static enum err ask(struct agent *agent, enum keyd_op op, const uint8_t *half,
                    struct keyd_reply *reply)
{
    struct keyd_request request = {.op = op};

    if (half != NULL)
        memcpy(request.half, half, KEY_HALF_BYTES);
    return agent_call(agent, &request, reply, NULL);
}

/* prepared, started, dialled; false after a failed check. */
static bool begin(struct keyd_fixture *f, struct agent **agent)
{
    struct fail why = {.text = ""};

    T_EQ(keyd_fixture_prepare(f, &why), ERR_OK, why.text);
    T_EQ(keyd_fixture_agent_start(f, &why), ERR_OK, why.text);
    T_EQ(agent_create(f->socket, agent, &why), ERR_OK, why.text);
    return t_case_ok();
}

static void end(struct keyd_fixture *f, struct agent **agent)
{
    agent_destroy(agent);
    keyd_fixture_stop(f);
}

static int file_count(const struct keyd_fixture *f, const char *name, const char *text)
{
    char path[128];
    static uint8_t bytes[1 << 16];
    size_t len = 0;
    int n = 0;

    snprintf(path, sizeof path, "%s/%s", f->dir, name);
    if (wholefile_read(path, bytes, sizeof bytes - 1, &len, NULL) != ERR_OK)
        return -1;
    bytes[len] = '\0';
    for (const char *p = (const char *)bytes; (p = strstr(p, text)) != NULL; p++)
        n++;
    return n;
}

static bool file_has(const struct keyd_fixture *f, const char *name, const char *text)
{
    return file_count(f, name, text) > 0;
}

static long proc_status(pid_t pid, const char *field)
{
    char path[64], line[256];
    long v = -1;
    FILE *in;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    in = fopen(path, "r");
    while (in != NULL && fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, field, strlen(field)) == 0 && line[strlen(field)] == ':')
            v = strtol(line + strlen(field) + 1, NULL, 10);
    if (in != NULL)
        fclose(in);
    return v;
}

T_CASE(keyd_goes_from_empty_to_open)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_reply reply;
    uint8_t wrong[KEY_HALF_BYTES] = {1};

    T_REQ("CARD-1");
    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_NOT_FOUND, "no sheet yet");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_LOCKED, "no node key yet");
    memset(wrong, 0, sizeof wrong);
    T_EQ(ask(agent, KEYD_INIT, wrong, &reply), ERR_DENIED, "a half of zeros is none");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_CONFLICT, "only once");
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_OK(reply.status.initialised && reply.status.unlocked, "open at once");
    T_EQ(reply.status.generation, 1, "generation 1");
    T_EQ(reply.status.boot, KEYD_BOOT_SHEET, "boot");
    T_OK(id_eq(reply.status.node, f.node), "its node");
    T_EQ(ask(agent, KEYD_LOCK, NULL, &reply), ERR_OK, "locked");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_LOCKED, "nothing goes");
    wrong[0] = 1;
    T_EQ(ask(agent, KEYD_CHECK, wrong, &reply), ERR_DENIED, "a wrong half is told");
    T_EQ(ask(agent, KEYD_CHECK, f.half, &reply), ERR_OK, "the right one is proven");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_LOCKED, "and nothing has changed");
    T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_OK, "opened");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_OK, "goes again");
out:
    end(&f, &agent);
}

T_CASE(keyd_wrong_half_opens_nothing_and_says_so)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_reply reply;
    uint8_t half[KEY_HALF_BYTES];

    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    T_EQ(ask(agent, KEYD_LOCK, NULL, &reply), ERR_OK, "locked");
    for (int bit = 0; bit < 256; bit++) {
        memcpy(half, f.half, sizeof half);
        half[bit / 8] ^= (uint8_t)(1u << bit % 8);
        T_EQ(ask(agent, KEYD_UNLOCK, half, &reply), ERR_DENIED, "one bit off");
    }
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_OK(!reply.status.unlocked, "nothing opened");
    T_EQ(reply.status.n_refused, 256, "counted");
    T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_OK, "opened by the right one");
    T_EQ(ask(agent, KEYD_UNLOCK, half, &reply), ERR_DENIED, "wrong again");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_OK, "and stays open");
    T_OK(file_has(&f, "keyd.log", "keyd.wrong_half"), "the log says it");
    T_OK(file_count(&f, "keyd.log", "keyd.wrong_half") < 100, "and is not flooded");
out:
    end(&f, &agent);
}

T_CASE(keyd_comes_back_by_itself_with_a_token_and_waits_with_a_sheet)
{
    static const char *const boots[] = {"token", "sheet"};

    for (size_t i = 0; i < T_COUNT(boots); i++) {
        struct keyd_fixture f = {.boot = boots[i]};
        struct agent *agent = NULL;
        struct keyd_request wrap = {.op = KEYD_WRAP}, unwrap = {.op = KEYD_UNWRAP};
        struct keyd_reply reply;
        char path[80];

        if (!begin(&f, &agent))
            goto out;
        snprintf(path, sizeof path, "%s/keyd/municipality.token", f.dir);
        T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
        T_EQ(access(path, F_OK), i == 0 ? 0 : -1, "the half is on disk only as a token");
        memset(wrap.bytes, 0x5a, sizeof wrap.bytes);
        T_EQ(agent_call(agent, &wrap, &reply, NULL), ERR_OK, "wrapped");
        memcpy(unwrap.blob, reply.blob, sizeof unwrap.blob);
        T_OK(WIFSIGNALED(keyd_fixture_agent_end(&f, SIGKILL)), "killed");
        T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "started again, over its old socket");
        if (i == 1) {
            T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_LOCKED,
                 "the sheet is waited for");
            T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_OK, "typed");
        }
        T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_OK, "unwrapped");
        T_SPAN(span_of(reply.bytes, 32), span_of(wrap.bytes, 32), "the same key");
        T_EQ(WEXITSTATUS(keyd_fixture_agent_end(&f, SIGTERM)), 0, "ends well when asked");
        T_EQ(access(f.socket, F_OK), -1, "and takes its socket away");
    out:
        end(&f, &agent);
    }
}

/* What a prefecture's node would do with the box. */
static void give_back(struct keyd_fixture *f, const uint8_t point[32], const uint8_t *box,
                      struct keyd_request *open)
{
    *open = (struct keyd_request){.op = KEYD_BOOT_OPEN};
    T_EQ(half_box_seal(f->node, point, box, open->peer, open->sealed, NULL), ERR_OK, "sealed");
}

T_CASE(keyd_takes_its_half_back_from_a_box_that_only_it_opens)
{
    struct keyd_fixture f = {.boot = "escrow"};
    struct agent *agent = NULL;
    struct keyd_reply box = {0}, asked, reply;
    struct keyd_request open, sign = {.op = KEYD_BOOT_SIGN, .message_len = 4};
    uint8_t other[HALF_BOX_BYTES] = {1};

    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_BOOT_SEAL, NULL, &reply), ERR_LOCKED, "no half yet");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &reply), ERR_CONFLICT, "nothing to ask for");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    T_EQ(ask(agent, KEYD_BOOT_SEAL, NULL, &box), ERR_OK, "boxed");
    T_EQ(box.generation, 1, "of this generation");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &reply), ERR_CONFLICT, "open: nothing is asked back");
    T_EQ(agent_call(agent, &sign, &reply, NULL), ERR_CONFLICT, "and nothing signed");
    T_EQ(ask(agent, KEYD_LOCK, NULL, &reply), ERR_OK, "closed by hand");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &reply), ERR_CONFLICT, "stays closed");

    T_EQ(WEXITSTATUS(keyd_fixture_agent_end(&f, SIGTERM)), 0, "ends");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "the machine starts again");
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_OK(!reply.status.unlocked && reply.status.may_ask, "locked, and may ask");
    give_back(&f, box.bytes, box.blob, &open);
    T_EQ(agent_call(agent, &open, &reply, NULL), ERR_CONFLICT, "nothing was asked for");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &asked), ERR_OK, "asks");
    T_SPAN(span_of(asked.peer, 32), span_of(box.bytes, 32), "with the same boot key");
    T_EQ(agent_call(agent, &sign, &reply, NULL), ERR_OK, "and signs");
    give_back(&f, asked.bytes, other, &open);
    T_EQ(agent_call(agent, &open, &reply, NULL), ERR_PROTO, "another box");
    give_back(&f, asked.bytes, box.blob, &open);
    T_EQ(agent_call(agent, &open, &reply, NULL), ERR_CONFLICT, "one answer to one request");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &asked), ERR_OK, "asks again");
    give_back(&f, asked.bytes, box.blob, &open);
    T_EQ(agent_call(agent, &open, &reply, NULL), ERR_OK, "opens");
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_OK(reply.status.unlocked && !reply.status.may_ask, "open");

    T_EQ(ask(agent, KEYD_BOOT_FORGET, NULL, &reply), ERR_OK, "the boot key is forgotten");
    T_EQ(WEXITSTATUS(keyd_fixture_agent_end(&f, SIGTERM)), 0, "ends");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "starts again");
    T_EQ(ask(agent, KEYD_BOOT_ASK, NULL, &reply), ERR_CONFLICT, "no box opens any more");
    T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_OK, "the sheet does");
    T_EQ(ask(agent, KEYD_BOOT_SEAL, NULL, &reply), ERR_OK, "boxed anew");
    T_OK(memcmp(reply.bytes, box.bytes, 32) != 0, "under another boot key");
out:
    end(&f, &agent);
}

T_CASE(keyd_has_no_boot_key_with_another_boot)
{
    static const enum keyd_op ops[] = {KEYD_BOOT_SEAL, KEYD_BOOT_ASK, KEYD_BOOT_SIGN,
                                       KEYD_BOOT_OPEN, KEYD_BOOT_FORGET};
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_reply reply;

    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    for (size_t i = 0; i < T_COUNT(ops); i++)
        T_EQ(ask(agent, ops[i], NULL, &reply), ERR_CONFLICT, "no such thing here");
out:
    end(&f, &agent);
}

T_CASE(keyd_refuses_to_start_where_it_must_not)
{
    struct keyd_fixture f = {.boot = "token"}, other;
    struct agent *agent = NULL;
    struct keyd_reply reply;
    char path[80];

    T_EQ(keyd_fixture_prepare(&f, NULL), ERR_OK, "prepared");
    snprintf(path, sizeof path, "%s/keyd", f.dir);
    T_EQ(chmod(path, 0755), 0, "a directory that others can read");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, "is refused");
    T_OK(file_has(&f, "keyd.log", "0700"), "with the remedy");
    T_EQ(chmod(path, 0700), 0, "mended");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "starts");
    other = f;
    other.pid = 0;
    T_EQ(keyd_fixture_agent_start(&other, NULL), ERR_UNAVAILABLE,
         "a second over the same files");
    T_OK(file_has(&f, "keyd.log", "another key agent"), "is told");
    T_EQ(agent_create(f.socket, &agent, NULL), ERR_OK, "client");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "the first still serves");
    keyd_fixture_agent_end(&f, SIGTERM);

    snprintf(path, sizeof path, "%s/keyd/check", f.dir);
    T_EQ(wholefile_replace(path, SPAN("ibasho-keyd-check/1\nnode x\n"), NULL), ERR_OK,
         "damaged");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, "a damaged check file");
    T_OK(file_has(&f, "keyd.log", "names no node"), "is told");
    T_EQ(wholefile_replace(path,
                           SPAN("ibasho-keyd-check/1\n"
                                "node 00000000-0000-7000-8000-000000000001\n"),
                           NULL),
         ERR_OK, "of another node");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, "is refused");
    T_OK(file_has(&f, "keyd.log", "another node"), "and told");
    end(&f, &agent);
}

/* What stands in the agent's files, every line of them wrong in one way. */
T_CASE(keyd_reads_its_files_strictly)
{
#define HEX64 "1111111111111111111111111111111111111111111111111111111111111111"
    static const struct {
        const char *what, *current, *staged;
    } rows[] = {
        {"no generation", "current 0 " HEX64 " 11111111\n", ""},
        {"a short check", "current 1 1111 11111111\n", ""},
        {"capitals", "current 1 " HEX64 " AAAAAAAA\n", ""},
        {"a word too many", "current 1 " HEX64 " 11111111 x\n", ""},
        {"no line feed", "current 1 " HEX64 " 11111111", ""},
        {"twice", "current 1 " HEX64 " 11111111\n", "current 1 " HEX64 " 11111111\n"},
        {"a word that is none", "current 1 " HEX64 " 11111111\n",
         "later 2 " HEX64 " 11111111\n"},
        {"a generation left out", "current 1 " HEX64 " 11111111\n",
         "staged 3 " HEX64 " 11111111\n"},
        {"staged alone", "", "staged 1 " HEX64 " 11111111\n"},
    };
    struct keyd_fixture f = {.boot = "sheet"};
    char path[80], text[512], id[ID_TEXT_CAP];

    T_EQ(keyd_fixture_prepare(&f, NULL), ERR_OK, "prepared");
    id_text(f.node, id);
    snprintf(path, sizeof path, "%s/keyd/check", f.dir);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        snprintf(text, sizeof text, "ibasho-keyd-check/1\nnode %s\n%s%s", id, rows[i].current,
                 rows[i].staged);
        T_EQ(wholefile_replace(path, span_text(text), NULL), ERR_OK, "written");
        T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, rows[i].what);
    }
    snprintf(text, sizeof text, "ibasho-keyd-check/1\nnode %s\ncurrent 1 " HEX64 " 11111111\n",
             id);
    T_EQ(wholefile_replace(path, span_text(text), NULL), ERR_OK, "whole");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_UNAVAILABLE, "but without a contractor half");
    T_OK(file_has(&f, "keyd.log", "no contractor half of generation 1"), "which it says");
    keyd_fixture_stop(&f);
}

T_CASE(keyd_answers_frames_and_nothing_else)
{
    static const uint8_t status[] = {0, 3, 1, 1, 0};
    static const uint8_t bad[][8] = {{0, 3, 1, 99, 0}, {0, 3, 9, 1, 0}, {0xff, 0xff, 0}};
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_reply reply;
    uint8_t frame[KEYD_FRAME_CAP];
    int fd, many[24];

    if (!begin(&f, &agent))
        goto out;
    fd = dial(&f);
    for (size_t i = 0; i < sizeof status; i++)
        T_EQ(send(fd, status + i, 1, MSG_NOSIGNAL), 1, "byte by byte");
    T_OK(recv(fd, frame, sizeof frame, 0) > 5, "answered when whole");
    T_EQ(send(fd, "\0\3\1\1\0\0\3\1\1\0\0\3", 12, MSG_NOSIGNAL), 12, "two and a half");
    usleep(100000);
    T_EQ(recv(fd, frame, sizeof frame, 0), 2 * 63, "two answers");
    close(fd);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        fd = dial(&f);
        T_EQ(send(fd, bad[i], 5, MSG_NOSIGNAL), 5, "what is no frame");
        T_EQ(recv(fd, frame, sizeof frame, 0), 5, "one answer");
        T_EQ(frame[4], KEYD_BAD_FRAME, "bad frame");
        T_EQ(recv(fd, frame, sizeof frame, 0), 0, "and closed");
        close(fd);
    }
    for (size_t i = 0; i < T_COUNT(many); i++)
        many[i] = dial(&f);
    usleep(100000);
    T_EQ(recv(many[23], frame, 1, 0), 0, "too many: the last are closed");
    for (size_t i = 0; i < T_COUNT(many); i++)
        close(many[i]);
    usleep(100000);
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "and it serves on");
out:
    end(&f, &agent);
}

/* A process of another uid, even when the file system would let it in. */
T_CASE(keyd_gives_another_uid_nothing)
{
    struct keyd_fixture f = {.boot = "token"};
    struct agent *agent = NULL;
    struct keyd_reply reply;
    int status;

    T_REQ("CARD-1");
    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    for (int i = 0; i < 2; i++) {
        pid_t pid;

        if (i == 1)
            T_EQ(chmod(f.dir, 0755) | chmod(f.socket, 0666), 0, "the doors are left open");
        pid = fork();
        if (pid == 0) {
            uint8_t frame[64];
            int fd;

            if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
                _exit(9);
            fd = dial(&f);
            if (fd < 0)
                _exit(fd == -EACCES ? 1 : 8);
            (void)!send(fd, "\0\3\1\1\0", 5, MSG_NOSIGNAL);
            _exit(recv(fd, frame, sizeof frame, 0) <= 0 ? 2 : 7);
        }
        T_EQ(waitpid(pid, &status, 0), pid, "ended");
        T_EQ(WEXITSTATUS(status), i == 0 ? 1 : 2, i == 0 ? "cannot connect" : "gets no byte");
    }
    T_OK(file_has(&f, "keyd.log", "keyd.peer_refused"), "and is written down");
out:
    end(&f, &agent);
}

T_CASE(keyd_is_confined)
{
    struct keyd_fixture f = {.boot = "token", .run_as = NOBODY};
    struct agent *agent = NULL;
    struct keyd_reply reply;

    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    T_EQ(proc_status(f.pid, "Seccomp"), 2, "a filter on system calls");
    T_EQ(proc_status(f.pid, "NoNewPrivs"), 1, "no new privileges");
    T_OK(proc_status(f.pid, "VmLck") >= 256, "locked memory");
    T_EQ(proc_status(f.pid, "Threads"), 1, "one thread");
out:
    end(&f, &agent);
}

/* In a child of the agent's own uid: 0 when none of the ways in leads anywhere. */
static int try_everything(pid_t pid)
{
    static const char *const names[] = {"mem", "maps", "environ", "fd/0", "auxv", "syscall"};
    char path[80], byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    int n_open = 0;

    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        return 100;
    for (size_t i = 0; i < T_COUNT(names); i++) {
        int fd;

        snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, names[i]);
        fd = open(path, O_RDONLY);
        n_open += fd >= 0 && read(fd, &byte, 1) >= 0;
    }
    if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0)
        n_open += 10;
    if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno != EPERM)
        n_open += 20;
    return n_open;
}

T_CASE(keyd_memory_is_closed_to_its_own_uid)
{
    struct keyd_fixture f = {.boot = "token", .run_as = NOBODY};
    struct agent *agent = NULL;
    struct keyd_reply reply;
    struct rlimit was;
    struct dirent *entry;
    int status = 0, n_core = 0;
    pid_t pid;
    DIR *dir;

    T_REQ("CARD-1, NI-2.3.4-2");
    /* Cores are allowed here, so that only the agent's own doing keeps them away. */
    getrlimit(RLIMIT_CORE, &was);
    T_EQ(setrlimit(RLIMIT_CORE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}), 0, "cores");
    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    pid = fork();
    if (pid == 0)
        _exit(try_everything(f.pid));
    T_EQ(waitpid(pid, &status, 0), pid, "tried");
    T_EQ(WEXITSTATUS(status), 0, "no way into the agent's memory");
    status = keyd_fixture_agent_end(&f, SIGSEGV);
    T_OK(WIFSIGNALED(status) && !WCOREDUMP(status), "dies without a core");
    dir = opendir(f.dir);
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        n_core += strncmp(entry->d_name, "core", 4) == 0;
    if (dir != NULL)
        closedir(dir);
    T_EQ(n_core, 0, "no core file");
out:
    setrlimit(RLIMIT_CORE, &was);
    end(&f, &agent);
}

T_CASE(keyd_wraps_for_one_place_only)
{
    struct keyd_fixture f = {.boot = "token"};
    struct agent *agent = NULL;
    struct keyd_request wrap = {.op = KEYD_WRAP, .key = {.kind = 4, .name = "blind.login"}},
                        unwrap = {.op = KEYD_UNWRAP};
    struct keyd_reply reply;

    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    wrap.key.key = id_new();
    memset(wrap.bytes, 7, sizeof wrap.bytes);
    T_EQ(agent_call(agent, &wrap, &reply, NULL), ERR_OK, "wrapped");
    memcpy(unwrap.blob, reply.blob, sizeof unwrap.blob);
    unwrap.key = wrap.key;
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_OK, "in its place");
    unwrap.key.key.b[0] ^= 1;
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "another key id");
    unwrap.key = wrap.key;
    unwrap.key.subject = id_new();
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "another subject");
    unwrap.key = wrap.key;
    unwrap.key.kind = 5;
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "another kind");
    unwrap.key = wrap.key;
    strcpy(unwrap.key.name, "blind.logi");
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "another name");
    unwrap.key = wrap.key;
    unwrap.blob[20] ^= 1;
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "another bit");
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_EQ(reply.status.n_wraps, 1, "wraps are counted");
    T_EQ(reply.status.n_unwraps, 6, "unwraps are counted");
    T_EQ(reply.status.n_refused, 5, "refusals are counted");
out:
    end(&f, &agent);
}

/* The whole table of staging: op by op, in every state. */
T_CASE(keyd_stages_one_change_at_a_time)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_request stage = {.op = KEYD_STAGE, .flags = KEYD_NEW_MUNICIPALITY},
                        commit = {.op = KEYD_COMMIT, .generation = 2},
                        abort_ = {.op = KEYD_ABORT, .generation = 2},
                        rewrap = {.op = KEYD_REWRAP}, unwrap = {.op = KEYD_UNWRAP};
    struct keyd_reply reply;

    if (!begin(&f, &agent))
        goto out;
    memset(stage.half, 0x77, sizeof stage.half);
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_LOCKED, "stage before a sheet");
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_NOT_FOUND, "commit before a sheet");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_CONFLICT, "nothing is staged");
    T_EQ(agent_call(agent, &abort_, &reply, NULL), ERR_OK, "nothing to forget");
    T_EQ(agent_call(agent, &rewrap, &reply, NULL), ERR_CONFLICT, "nothing to wrap with");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_OK, "a key under generation 1");
    memcpy(rewrap.blob, reply.blob, sizeof rewrap.blob);
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_OK, "staged");
    T_EQ(reply.generation, 2, "generation 2");
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_CONFLICT, "one at a time");
    T_EQ(agent_call(agent, &rewrap, &reply, NULL), ERR_OK, "wrapped again");
    memcpy(unwrap.blob, reply.blob, sizeof unwrap.blob);
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_PROTO, "generation 2 is not current");
    T_EQ(ask(agent, KEYD_CHECK, stage.half, &reply), ERR_OK, "either sheet is recognised");
    T_EQ(reply.generation, 2, "the new one");
    T_EQ(ask(agent, KEYD_CHECK, f.half, &reply), ERR_OK, "either sheet is recognised");
    T_EQ(reply.generation, 1, "the old one");

    T_OK(WIFSIGNALED(keyd_fixture_agent_end(&f, SIGKILL)), "killed in between");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "started");
    T_EQ(ask(agent, KEYD_UNLOCK, stage.half, &reply), ERR_OK, "the new sheet is recognised");
    T_EQ(reply.generation, 2, "as the staged one");
    T_EQ(agent_call(agent, &rewrap, &reply, NULL), ERR_LOCKED, "the old generation is closed");
    T_EQ(ask(agent, KEYD_UNLOCK, f.half, &reply), ERR_OK, "the old sheet is recognised");
    T_EQ(agent_call(agent, &rewrap, &reply, NULL), ERR_OK, "both are open: it goes on");
    commit.generation = 3;
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_CONFLICT, "another generation");
    commit.generation = 2;
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_OK, "committed");
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_OK, "asked again after a crash");
    T_EQ(agent_call(agent, &abort_, &reply, NULL), ERR_CONFLICT, "too late");
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_OK, "generation 2 is current");
    T_EQ(ask(agent, KEYD_CHECK, f.half, &reply), ERR_DENIED, "the old sheet opens nothing");
    stage.flags = KEYD_NEW_CONTRACTOR;
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_OK, "a new contractor half");
    T_EQ(ask(agent, KEYD_CHECK, stage.half, &reply), ERR_OK, "the sheet stays");
    abort_.generation = 3;
    T_EQ(agent_call(agent, &abort_, &reply, NULL), ERR_OK, "forgotten");
    T_EQ(agent_call(agent, &unwrap, &reply, NULL), ERR_OK, "as before");
    T_OK(file_has(&f, "keyd/contractor.half", "\n2 ") &&
             !file_has(&f, "keyd/contractor.half", "\n3 ") &&
             !file_has(&f, "keyd/contractor.half", "\n1 "),
         "only the current half is kept");
out:
    end(&f, &agent);
}

/* CARD-13: killed between the check file and the tidying of halves; also a half that was staged
 * but never came into the check file. What the check file does not know is gone at the start.
 */
T_CASE(keyd_drops_replaced_halves_at_its_start)
{
    static const char *const names[] = {"contractor.half", "municipality.token"};
    struct keyd_fixture f = {.boot = "token"};
    struct agent *agent = NULL;
    struct keyd_request stage = {.op = KEYD_STAGE,
                                 .flags = KEYD_NEW_CONTRACTOR | KEYD_NEW_MUNICIPALITY},
                        commit = {.op = KEYD_COMMIT, .generation = 2};
    struct keyd_reply reply;
    static uint8_t both[T_COUNT(names)][1024];
    size_t len[T_COUNT(names)];
    char path[96], name[64];

    T_REQ("CARD-13");
    if (!begin(&f, &agent))
        goto out;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "initialised");
    memset(stage.half, 0x66, sizeof stage.half);
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_OK, "staged");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/keyd/%s", f.dir, names[i]);
        T_EQ(wholefile_read(path, both[i], sizeof both[i], &len[i], NULL), ERR_OK, "read");
    }
    T_OK(WIFSIGNALED(keyd_fixture_agent_end(&f, SIGKILL)), "killed while it is staged");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "started");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(name, sizeof name, "keyd/%s", names[i]);
        T_OK(file_has(&f, name, "\n1 ") && file_has(&f, name, "\n2 "),
             "both are known and kept");
    }
    T_EQ(agent_call(agent, &commit, &reply, NULL), ERR_OK, "committed");
    T_OK(WIFSIGNALED(keyd_fixture_agent_end(&f, SIGKILL)), "killed");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/keyd/%s", f.dir, names[i]);
        T_EQ(wholefile_replace(path, span_of(both[i], len[i]), NULL), ERR_OK,
             "as it was before the tidying");
    }
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "started");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(name, sizeof name, "keyd/%s", names[i]);
        T_EQ(file_count(&f, name, "\n1 "), 0, "the replaced half is gone");
        T_EQ(file_count(&f, name, "\n2 "), 1, "the current one stays");
    }
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_OK, "open by its token");
    T_EQ(ask(agent, KEYD_CHECK, f.half, &reply), ERR_DENIED, "the old sheet opens nothing");

    /* What came back while it runs (its disk was full, say) goes at the next unlock. */
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/keyd/%s", f.dir, names[i]);
        T_EQ(wholefile_replace(path, span_of(both[i], len[i]), NULL), ERR_OK, "left over");
    }
    T_EQ(ask(agent, KEYD_UNLOCK, stage.half, &reply), ERR_OK, "unlocked");
    for (size_t i = 0; i < T_COUNT(names); i++) {
        snprintf(name, sizeof name, "keyd/%s", names[i]);
        T_EQ(file_count(&f, name, "\n1 "), 0, "the replaced half is gone");
        T_EQ(file_count(&f, name, "\n2 "), 1, "the current one stays");
    }
out:
    end(&f, &agent);
}

T_CASE(keyd_says_when_its_disk_is_full)
{
    struct keyd_fixture f = {.boot = "sheet"};
    struct agent *agent = NULL;
    struct keyd_request stage = {.op = KEYD_STAGE, .flags = KEYD_NEW_CONTRACTOR};
    struct keyd_reply reply;
    static const uint8_t filler[4096];
    char dir[80], path[96];
    bool is_mounted = false;
    int fd = -1;

    T_EQ(keyd_fixture_prepare(&f, NULL), ERR_OK, "prepared");
    snprintf(dir, sizeof dir, "%s/keyd", f.dir);
    snprintf(path, sizeof path, "%s/filler", dir);
    is_mounted = mount("keyd", dir, "tmpfs", 0, "size=64k,mode=0700") == 0;
    T_OK(is_mounted, "a small disk");
    T_EQ(keyd_fixture_agent_start(&f, NULL), ERR_OK, "agent");
    T_EQ(agent_create(f.socket, &agent, NULL), ERR_OK, "client");
    if (!t_case_ok())
        goto out;
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, filler, sizeof filler) > 0)
        ;
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_NOSPACE, "no room for a first sheet");
    T_EQ(ask(agent, KEYD_STATUS, NULL, &reply), ERR_OK, "status");
    T_OK(!reply.status.initialised, "nothing was made");
    T_EQ(ftruncate(fd, 0), 0, "room");
    T_EQ(ask(agent, KEYD_INIT, f.half, &reply), ERR_OK, "goes on");
    while (write(fd, filler, sizeof filler) > 0)
        ;
    T_EQ(agent_call(agent, &stage, &reply, NULL), ERR_NOSPACE, "no room for a rotation");
    T_EQ(ask(agent, KEYD_WRAP, NULL, &reply), ERR_OK, "keys are served on");
out:
    if (fd >= 0)
        close(fd);
    keyd_fixture_agent_end(&f, SIGTERM);
    if (is_mounted)
        umount2(dir, MNT_DETACH);
    end(&f, &agent);
}
