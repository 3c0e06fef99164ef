/* From struct reply to the library's response: the security headers of every answer, and the
 * one place where an answer is counted. */
#include <inttypes.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/flow.h"
#include "node/base/log.h"
#include "node/base/problem.h"
#include "node/server/http_priv.h"
#include "node/server/metrics.h"

#define CSP \
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; " \
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
/* Files that people brought: nothing in them may run or load (design section 10). */
#define CSP_UPLOADS "default-src 'none'; frame-ancestors 'none'; sandbox"

static const struct reply_header on_every_answer[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Permissions-Policy",
     "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
     "autoplay=(self), geolocation=(), payment=(), usb=(), serial=(), "
     "hid=(), midi=(), gyroscope=(), accelerometer=(), magnetometer=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

/* Safari before 15.4 does not take 'self' for sockets, so they are named. */
void http_policy_fill(struct listening *at)
{
    char sockets[ORIGIN_CAP];

    origin_of_sockets(at->socket.origin, sockets);
    if (at->socket.listener == LISTENER_UPLOADS)
        snprintf(at->policy, sizeof at->policy, "%s", CSP_UPLOADS);
    else
        snprintf(at->policy, sizeof at->policy, CSP "%s%s",
                 sockets[0] == '\0' ? "" : "; connect-src 'self' ", sockets);
}

void call_refuse(struct call *call, enum refusal refusal)
{
    char *body = arena_alloc(call->req.arena, REFUSAL_BODY_CAP);

    flow_leave(&call->req.reply.flow);
    call->req.reply.status = refusal_status(refusal);
    call->req.reply.code = refusal_code(refusal);
    call->req.reply.type = PROBLEM_MEDIA_TYPE;
    call->req.reply.body = SPAN_NONE;
    if (body != NULL) {
        refusal_body(refusal, body);
        call->req.reply.body = span_text(body);
    }
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    /* The library takes no line ends, so a value of ours that holds one would be a defect. */
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        log_error("http.header", L_TEXT("name", name));
}

static bool names_header(const struct reply *reply, const char *name)
{
    for (int i = 0; i < reply->n_headers; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return true;
    return false;
}

static void add_headers(struct MHD_Response *response, const struct call *call)
{
    const struct reply *reply = &call->req.reply;
    bool is_uploads = call->listener == LISTENER_UPLOADS;

    for (int i = 0; i < reply->n_headers; i++)
        add(response, reply->headers[i].name, reply->headers[i].value);
    for (size_t i = 0; i < sizeof on_every_answer / sizeof on_every_answer[0]; i++)
        add(response, on_every_answer[i].name, on_every_answer[i].value);
    add(response, "Content-Security-Policy", call->at->policy);
    if (is_uploads && !names_header(reply, "Content-Disposition"))
        add(response, "Content-Disposition", "attachment");
    if (!names_header(reply, "Cache-Control"))
        add(response, "Cache-Control", "no-store");
    if (reply->type != NULL && reply->status != 204)
        add(response, "Content-Type", reply->type);
    if (call->req.is_https)
        add(response, "Strict-Transport-Security", "max-age=31536000");
    if (call->must_close || call->http->is_draining)
        add(response, "Connection", "close");
}

static struct MHD_Response *response_of_body(const struct reply *reply)
{
    void *body;

    /* The body lives in the call's arena until on_completed. The library's type is not const,
     * but it only reads. */
    memcpy(&body, &reply->body.p, sizeof body);
    return MHD_create_response_from_buffer(reply->body.len, body, MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result http_reply(struct call *call)
{
    const struct reply *reply = &call->req.reply;
    struct MHD_Response *response;
    enum MHD_Result queued;

    invariant(reply->status >= 200 && reply->status < 600, "status %d", reply->status);
    response = reply->flow == NULL ? response_of_body(reply) : http_flow_response(call);
    if (response == NULL)
        return MHD_NO;
    add_headers(response, call);
    queued = MHD_queue_response(call->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    metrics_count(call->http->metrics, call->route_index, call->listener, reply->status,
                  clock_mono_us() - call->began_mono_us);
    return queued;
}
