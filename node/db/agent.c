#include "node/db/agent.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MOST_S 5 /* an agent answers in microseconds, or it is stuck */
#define N_TRIES       20
#define TRY_EVERY_NS  50000000

/* A lock of its own because the keyring serves any thread and calls must not interleave. */
struct agent {
    struct sockaddr_un address;
    pthread_mutex_t lock;
    int fd;
    bool is_away; /* the last call waited in vain: the next one asks once and does not wait */
    uint8_t frame[KEYD_FRAME_CAP];
};

enum err agent_create(const char *socket_path, struct agent **agent_out, struct fail *why)
{
    struct agent *agent = calloc(1, sizeof *agent);

    *agent_out = NULL;
    if (agent == NULL)
        return fail_set(why, ERR_NOMEM, "agent");
    agent->fd = -1;
    agent->address.sun_family = AF_UNIX;
    pthread_mutex_init(&agent->lock, NULL);
    if (strlen(socket_path) >= sizeof agent->address.sun_path) {
        agent_destroy(&agent);
        return fail_set(why, ERR_INVALID, "a socket path over 107 bytes: %s", socket_path);
    }
    snprintf(agent->address.sun_path, sizeof agent->address.sun_path, "%s", socket_path);
    *agent_out = agent;
    return ERR_OK;
}

static void hang_up(struct agent *agent)
{
    if (agent->fd >= 0)
        close(agent->fd);
    agent->fd = -1;
}

void agent_destroy(struct agent **agent)
{
    if (*agent == NULL)
        return;
    hang_up(*agent);
    pthread_mutex_destroy(&(*agent)->lock);
    OPENSSL_cleanse((*agent)->frame, sizeof(*agent)->frame);
    free(*agent);
    *agent = NULL;
}

static bool dial(struct agent *agent)
{
    const struct timeval most = {.tv_sec = ANSWER_MOST_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return false;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most) != 0 ||
        connect(fd, (const struct sockaddr *)&agent->address, sizeof agent->address) != 0) {
        close(fd);
        return false;
    }
    agent->fd = fd;
    return true;
}

static bool frame_send(struct agent *agent, size_t len)
{
    size_t at = 0;

    while (at < len) {
        ssize_t n = send(agent->fd, agent->frame + at, len - at, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += (size_t)n;
    }
    return true;
}

/* Reads one frame and not a byte more. 0: the connection is of no more use; stuck: because
 * nothing came in time. */
static size_t frame_receive(struct agent *agent, bool *stuck_out)
{
    size_t at = 0, len = 0;

    *stuck_out = false;
    for (;;) {
        size_t want;
        ssize_t n;

        if (keyd_frame_len(span_of(agent->frame, at), &len, NULL) != ERR_OK)
            return 0;
        if (len != 0 && at == len)
            return len;
        want = len != 0 ? len - at : 2 - at;
        n = recv(agent->fd, agent->frame + at, want, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            *stuck_out = n < 0 && errno == EAGAIN;
            return 0;
        }
        at += (size_t)n;
    }
}

/* Asking twice changes nothing; an INIT or STAGE whose answer was lost may have happened. */
static bool is_repeatable(enum keyd_op op)
{
    return op != KEYD_INIT && op != KEYD_STAGE;
}

static enum err exchange(struct agent *agent, const struct keyd_request *request,
                         struct keyd_reply *reply_out, struct fail *why)
{
    const int n_tries = agent->is_away ? 1 : N_TRIES;
    bool stuck = false;

    for (int i = 0; i < n_tries && !stuck; i++) {
        size_t len;

        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = TRY_EVERY_NS}, NULL);
        if (agent->fd < 0 && !dial(agent))
            continue;
        len = keyd_request_write(request, agent->frame);
        if (frame_send(agent, len)) {
            len = frame_receive(agent, &stuck);
            agent->is_away = false;
            if (len != 0)
                return keyd_reply_read(span_of(agent->frame, len), reply_out, why);
            if (!is_repeatable(request->op)) {
                hang_up(agent);
                return fail_set(why, ERR_UNCERTAIN, "the key agent went away at op %d",
                                (int)request->op);
            }
        }
        hang_up(agent);
    }
    agent->is_away = true;
    return fail_set(why, ERR_UNAVAILABLE, "no key agent at %s", agent->address.sun_path);
}

static enum err err_of(enum keyd_op op, enum keyd_answer answer, struct fail *why)
{
    static const struct {
        enum err code;
        const char *text;
    } rows[KEYD_ANSWER_N] = {
        [KEYD_OK] = {ERR_OK, ""},
        [KEYD_LOCKED] = {ERR_LOCKED, "the key agent waits for the sheet"},
        [KEYD_WRONG_HALF] = {ERR_DENIED, "the half belongs to no generation of this node"},
        [KEYD_EMPTY] = {ERR_NOT_FOUND, "this node has no sheet yet"},
        [KEYD_CONFLICT] = {ERR_CONFLICT, "the key agent is in another state"},
        [KEYD_BAD_BLOB] = {ERR_PROTO, "the wrapped key is not of this place"},
        [KEYD_BAD_FRAME] = {ERR_INTERNAL, "the key agent did not understand"},
        [KEYD_IO] = {ERR_IO, "the key agent cannot write its files"},
        [KEYD_FAULT] = {ERR_INTERNAL, "the key agent failed"},
        [KEYD_NOSPACE] = {ERR_NOSPACE, "the disk of the key agent's files is full"},
    };

    if (answer == KEYD_OK)
        return ERR_OK;
    return fail_set(why, rows[answer].code, "%s (op %d)", rows[answer].text, (int)op);
}

enum err agent_call(struct agent *agent, const struct keyd_request *request,
                    struct keyd_reply *reply_out, struct fail *why)
{
    enum err rc;

    memset(reply_out, 0, sizeof *reply_out);
    pthread_mutex_lock(&agent->lock);
    rc = exchange(agent, request, reply_out, why);
    OPENSSL_cleanse(agent->frame, sizeof agent->frame);
    if (rc != ERR_OK || (reply_out->op != request->op && reply_out->answer != KEYD_BAD_FRAME)) {
        hang_up(agent);
        if (rc == ERR_OK)
            rc = fail_set(why, ERR_PROTO, "op %d was answered as %d", (int)request->op,
                          (int)reply_out->op);
    }
    pthread_mutex_unlock(&agent->lock);
    return rc == ERR_OK ? err_of(request->op, reply_out->answer, why) : rc;
}
