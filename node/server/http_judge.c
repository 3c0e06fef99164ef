/* What the loop thread can decide by itself: is this head whole and allowed, and does it name a
 * file of the client or a route. Everything is refused here that needs no session. */
#include "node/base/log.h"
#include "node/server/assets.h"
#include "node/server/http_priv.h"
#include "node/server/routes.h"
#include "node/server/text.h"

#define JSON_TYPE "application/json"

static bool refuse(struct call *call, enum refusal refusal, const char *why)
{
    call->must_close = true; /* what follows on the wire is not trusted to be a request */
    call_refuse(call, refusal);
    if (refusal == REFUSE_NOT_FOUND)
        return false; /* nothing an operator must see */
    log_info("http.refused", L_TEXT("listener", listener_name(call->listener)),
             L_TEXT("code", refusal_code(refusal)), L_TEXT("why", why));
    return false;
}

static bool check_head(struct call *call, const struct http_socket *socket)
{
    struct head *head = &call->head;
    struct fail fail = {.code = ERR_INTERNAL};

    if (!head_is_whole(head))
        return refuse(call, head->overflowed ? REFUSE_HEAD_SIZE : REFUSE_MALFORMED,
                      "the head is not as it came");
    switch (head_check(head, &fail)) {
    case ERR_OK:
        break;
    case ERR_TOO_LARGE:
        return refuse(call, REFUSE_HEAD_SIZE, fail.text);
    default:
        return refuse(call, REFUSE_MALFORMED, fail.text);
    }
    if (head->transfer_encoding.p != NULL)
        return refuse(call,
                      span_eq(head->transfer_encoding, SPAN("chunked")) ? REFUSE_NO_LENGTH
                                                                        : REFUSE_CODING,
                      "Transfer-Encoding");
    call->req.listener = socket->listener;
    call->req.user_agent = span_cut(head->user_agent, 0, USER_AGENT_MOST);
    if (!socket->is_behind_front) {
        call->req.address = SPAN("unix");
        return true;
    }
    if (!address_is_plain(head->forwarded_for))
        return refuse(call, REFUSE_MALFORMED, "X-Forwarded-For is not one address");
    call->req.address = head->forwarded_for;
    call->req.is_https = span_eq(head->forwarded_proto, SPAN("https"));
    return true;
}

static bool check_target(struct call *call)
{
    struct fail fail = {.code = ERR_INTERNAL};

    if (call->target.p == NULL)
        return refuse(call, REFUSE_TARGET_SIZE, "target too long");
    switch (path_parse(call->target, call->req.arena, &call->path, &fail)) {
    case ERR_OK:
        break;
    case ERR_TOO_LARGE:
        return refuse(call, REFUSE_TARGET_SIZE, fail.text);
    default:
        return refuse(call, REFUSE_MALFORMED, fail.text);
    }
    call->req.n_query = call->path.n_query;
    memcpy(call->req.query, call->path.query,
           (size_t)call->path.n_query * sizeof call->path.query[0]);
    return true;
}

/* HEAD is GET without the body. */
static bool read_method(struct call *call, enum http_method *method_out)
{
    static const struct {
        const char *name;
        enum http_method method;
    } rows[] = {{"GET", HTTP_GET},
                {"HEAD", HTTP_GET},
                {"POST", HTTP_POST},
                {"PUT", HTTP_PUT},
                {"DELETE", HTTP_DELETE}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!span_eq(call->head.method, span_text(rows[i].name)))
            continue;
        *method_out = rows[i].method;
        return true;
    }
    return false;
}

static bool refuse_method(struct call *call, unsigned methods)
{
    struct text allow = {.arena = call->req.arena};

    for (int i = HTTP_GET; i <= HTTP_DELETE; i++)
        if (methods & 1u << i)
            text_add(&allow, "%s%s%s", allow.len > 0 ? ", " : "",
                     http_method_name((enum http_method)i), i == HTTP_GET ? ", HEAD" : "");
    refuse(call, REFUSE_METHOD, "method");
    if (allow.p != NULL && !allow.is_broken)
        reply_header(&call->req, "Allow", allow.p);
    return false;
}

static bool is_api(const struct path *path)
{
    return path->n_segments > 0 && span_eq(path->segments[0], SPAN("api"));
}

static bool serve_asset(struct call *call, bool is_get)
{
    if (!is_get)
        return refuse_method(call, 1u << HTTP_GET);
    if (call->head.content_length > 0)
        return refuse(call, REFUSE_BODY_SIZE, "GET with a body");
    if (!assets_serve(call->http->assets, call))
        return refuse(call, REFUSE_NOT_FOUND, "no such file");
    return false;
}

/* What is refused here has a body of a length that can be believed: it is read before the
 * answer goes out (enum file_body). */
static bool refuse_file(struct call *call, enum refusal refusal, const char *why)
{
    call->file = FILE_REFUSED;
    return refuse(call, refusal, why);
}

static bool check_file(struct call *call)
{
    const struct head *head = &call->head;
    const struct route *route = call->req.route;

    if (head->content_length < 0)
        return refuse(call, REFUSE_NO_LENGTH, "no Content-Length");
    if ((uint64_t)head->content_length > route->body_cap_bytes)
        return refuse(call, REFUSE_BODY_SIZE, "Content-Length");
    if (!content_type_is(head->content_type, span_text(route->body_type)))
        return refuse_file(call, REFUSE_FILE_TYPE, "Content-Type");
    call->file = FILE_ASKED;
    return true;
}

static bool check_body(struct call *call)
{
    const struct head *head = &call->head;

    if (call->req.route->body_type != NULL)
        return check_file(call);
    if (call->req.route->input == NULL)
        return head->content_length <= 0 || refuse(call, REFUSE_BODY_SIZE, "no body wanted");
    if (jx_has_secret(call->req.route->input))
        arena_mark_secret(call->req.arena);
    if (!content_type_is(head->content_type, SPAN(JSON_TYPE)))
        return refuse(call, REFUSE_TYPE, "Content-Type");
    if (head->content_length < 0)
        return refuse(call, REFUSE_NO_LENGTH, "no Content-Length");
    if (head->content_length > JX_MAX_BYTES)
        return refuse(call, REFUSE_BODY_SIZE, "Content-Length");
    return true;
}

static bool refuse_cross_site(struct call *call)
{
    static const char why[] = "Origin or Sec-Fetch-Site";
    bool is_file = call->req.route->body_type != NULL && call->head.content_length >= 0 &&
                   (uint64_t)call->head.content_length <= call->req.route->body_cap_bytes;

    return is_file ? refuse_file(call, REFUSE_CROSS_SITE, why)
                   : refuse(call, REFUSE_CROSS_SITE, why);
}

bool http_judge(struct call *call, const struct http_socket *socket)
{
    struct route_match match = {.index = -1};
    enum http_method method = HTTP_GET;
    bool is_known;

    call->is_fed = http_fed_is(call, socket);
    call->head.is_signed = call->is_fed;
    if (!check_head(call, socket))
        return false;
    if (call->is_fed)
        return http_fed_judge(call);
    if (!check_target(call))
        return false;
    is_known = read_method(call, &method);
    if (socket->serves_client && !is_api(&call->path))
        return serve_asset(call, is_known && method == HTTP_GET);
    routes_find(call->http->routes, socket->listener, method, &call->path, &match);
    if (match.methods == 0)
        return refuse(call, REFUSE_NOT_FOUND, "no such route");
    if (!is_known || match.route == NULL)
        return refuse_method(call, match.methods);
    call->req.route = match.route;
    call->route_index = match.index;
    call->req.n_params = match.n_params;
    memcpy(call->req.params, match.params, sizeof match.params);
    if (method != HTTP_GET && socket->is_behind_front && socket->origin[0] != '\0' &&
        !head_is_same_origin(&call->head, span_text(socket->origin)))
        return refuse_cross_site(call);
    return check_body(call);
}
