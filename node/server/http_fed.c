/* Between the library's request and federation/inbox.h: the bytes as they stood on the line go
 * in, the signed answer comes out. What the loop thread refuses by itself (a head that is none,
 * no length, no place) is not signed; to its sender that is no answer. */
#include "federation/inbox.h"
#include "node/base/log.h"
#include "node/server/dispatch.h"
#include "node/server/http_priv.h"

#define API "/api/"

static struct federation *federation_of(const struct call *call)
{
    const struct services *services = dispatch_services(call->http->dispatch);

    return services == NULL ? NULL : services->federation;
}

bool http_fed_is(const struct call *call, const struct http_socket *socket)
{
    struct federation *federation;

    if (socket->listener != LISTENER_FEDERATION || call->target.p == NULL ||
        span_has_prefix(call->target, SPAN(API)))
        return false;
    federation = federation_of(call);
    return federation != NULL && inbox_is_open(federation);
}

bool http_fed_judge(struct call *call)
{
    arena_mark_secret(call->req.arena); /* what one node tells another is nobody else's */
    /* The front lets twice as much pass (ops/front/render); it is read to its end. */
    call->is_too_large = call->head.content_length > PROFILE_BODY_MOST;
    return true;
}

/* Names in small letters, values without the blanks around them. False: no memory. */
static bool copy_headers(const struct head *head, struct arena *arena, struct fed_in *in)
{
    struct fed_header *headers = arena_alloc(arena, sizeof *headers * HEADERS_MAX);

    if (headers == NULL)
        return false;
    for (int i = 0; i < head->n_headers; i++) {
        struct span value = head->headers[i].value;
        char *name = arena_text(arena, head->headers[i].name);

        if (name == NULL)
            return false;
        for (char *p = name; *p != '\0'; p++)
            if (*p >= 'A' && *p <= 'Z')
                *p = (char)(*p + ('a' - 'A'));
        while (value.len > 0 && value.p[0] == ' ')
            value = span_from(value, 1);
        while (value.len > 0 && value.p[value.len - 1] == ' ')
            value.len--;
        headers[i] = (struct fed_header){span_text(name), value};
    }
    in->message.headers = headers;
    in->message.n_headers = head->n_headers;
    return true;
}

static void fill(struct call *call, struct fed_in *in)
{
    const uint8_t *mark = memchr(call->target.p, '?', call->target.len);
    size_t path_len = mark == NULL ? call->target.len : (size_t)(mark - call->target.p);

    in->message.method = call->head.method;
    in->message.authority = call->head.host;
    in->message.path = span_cut(call->target, 0, path_len);
    in->message.query = span_from(call->target, path_len + 1);
    in->message.body = call->req.body;
    in->address = call->req.address;
    in->arena = call->req.arena;
    in->is_too_large = call->is_too_large;
    in->server = call;
}

/* The inbox's thread. The call is ours again. */
static void on_done(struct fed_in *in)
{
    struct call *call = in->server;
    struct req *req = &call->req;
    struct reply *reply = &req->reply;

    if (in->status == 0) {
        call_refuse(call, in->is_absent ? REFUSE_NOT_FOUND : REFUSE_UNAVAILABLE);
        http_answer(call);
        return;
    }
    reply->status = in->status;
    reply->code = fed_code_text(in->code);
    reply->body = in->body;
    for (int i = 0; i < in->head.n_headers; i++) {
        const char *name = arena_text(req->arena, in->head.headers[i].name);
        const char *value = arena_text(req->arena, in->head.headers[i].value);

        if (name == NULL || value == NULL) {
            reply->n_headers = 0;
            call_refuse(call, REFUSE_UNAVAILABLE);
            break;
        }
        if (strcmp(name, "content-type") == 0)
            reply->type = value;
        else
            reply_header(req, name, value);
    }
    http_answer(call);
}

bool http_fed_post(struct call *call)
{
    struct federation *federation = federation_of(call);
    struct fed_in *in = arena_alloc(call->req.arena, sizeof *in);
    struct fail why = {.code = ERR_OK};

    if (federation == NULL || in == NULL || !copy_headers(&call->head, call->req.arena, in))
        return false;
    fill(call, in);
    in->done = on_done;
    if (inbox_post(federation, in, &why) == ERR_OK)
        return true;
    log_warn("fed.not-taken", L_FAIL(&why));
    return false;
}
