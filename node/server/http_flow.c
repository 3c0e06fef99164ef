/* Answers that are made while they go out: from a flow (node/base/flow.h) into the library's
 * buffers, chunk by chunk. All of it on the loop thread but on_news. */
#include <poll.h>
#include <sys/eventfd.h>

#include "node/base/flow.h"
#include "node/server/http_priv.h"

#define BLOCK_BYTES 16384

/* The writer's thread. It ends before the loop does, or has left the flow by then. */
static void on_news(void *arg)
{
    const struct http *http = arg;

    eventfd_write(http->wake_fd, 1);
}

static ssize_t on_room(void *arg, uint64_t at, char *into, size_t cap)
{
    struct call *call = arg;
    size_t n = 0;

    (void)at;
    if (call->is_gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    switch (flow_take(call->req.reply.flow, into, cap, &n)) {
    case FLOW_BYTES:
        return (ssize_t)n;
    case FLOW_DRY:
        call->is_dry = true;
        MHD_suspend_connection(call->connection);
        return 0;
    case FLOW_WHOLE:
        return MHD_CONTENT_READER_END_OF_STREAM;
    case FLOW_BROKEN:
        break;
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

struct MHD_Response *http_flow_response(struct call *call)
{
    flow_wake_set(call->req.reply.flow, on_news, call->http);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_room, call,
                                             NULL);
}

static void go_on(struct call *call)
{
    call->is_dry = false;
    MHD_resume_connection(call->connection);
    call->at->has_work = true;
}

void http_flow_resume(struct http *http)
{
    if (http->n_flowing == 0)
        return;
    for (struct conn *conn = http->conns; conn != NULL; conn = conn->next)
        if (conn->flowing != NULL && conn->flowing->is_dry &&
            flow_has_news(conn->flowing->req.reply.flow))
            go_on(conn->flowing);
}

static bool is_hung_up(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLRDHUP};

    return poll(&look, 1, 0) == 1 &&
           (look.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

void http_flow_sweep(struct conn *conn, bool is_late)
{
    struct call *call = conn->flowing;

    if (call == NULL || !call->is_dry || (!is_late && !is_hung_up(conn->fd)))
        return;
    call->is_gone = true;
    go_on(call);
}

void http_flow_stop(struct http *http)
{
    for (struct conn *conn = http->conns; conn != NULL; conn = conn->next)
        if (conn->flowing != NULL && conn->flowing->is_dry) {
            conn->flowing->is_gone = true;
            go_on(conn->flowing);
        }
}
