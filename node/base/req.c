#include "node/base/log.h"
#include "node/base/problem.h"
#include "node/base/route.h"

#define N_HEADERS_CAP (int)(sizeof((struct reply *)0)->headers / sizeof(struct reply_header))

static struct span find(const struct req_param *params, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (strcmp(params[i].name, name) == 0)
            return params[i].value;
    return SPAN_NONE;
}

struct span req_param(const struct req *req, const char *name)
{
    return find(req->params, req->n_params, name);
}

struct span req_query(const struct req *req, const char *name)
{
    return find(req->query, req->n_query, name);
}

static void finish(struct req *req, int status, const char *type, struct span body)
{
    invariant(req->reply.status == 0, "a second answer, %d after %d", status,
              req->reply.status);
    req->reply.status = status;
    req->reply.type = type;
    req->reply.body = body;
    req->done(req);
}

/* The last thing known of a failure: outside only code and field are told. */
static void fail_log(const struct req *req, const struct fail *fail)
{
    log_at((enum log_level)err_log_level(fail->code), "request.failed",
           L_TEXT("route", req->route == NULL ? "" : req->route->name),
           L_ID("account", req->caller.account), L_FAIL(fail), L_TEXT("field", fail->field));
}

static void finish_problem(struct req *req, enum err code, enum err written, struct span body)
{
    /* What a handler had set before it found the object hidden must not tell the two apart. */
    if (code == ERR_DENIED || code == ERR_NOT_FOUND)
        req->reply.n_headers = 0;
    req->reply.code = written != ERR_OK    ? err_code(ERR_NOMEM)
                      : code == ERR_DENIED ? REPLY_HIDDEN
                                           : err_code(code);
    if (written == ERR_OK)
        finish(req, err_http_status(code), PROBLEM_MEDIA_TYPE, body);
    else
        finish(req, err_http_status(ERR_NOMEM), PROBLEM_MEDIA_TYPE, problem_no_memory());
}

void reply_json(struct req *req, int status, const void *output)
{
    struct fail fail;
    struct span body;

    invariant(req->route != NULL && req->route->output != NULL, "no output shape");
    if (jx_write(req->route->output, output, req->arena, &body, &fail) == ERR_OK)
        finish(req, status, "application/json", body);
    else
        reply_fail(req, &fail);
}

void reply_none(struct req *req)
{
    finish(req, 204, NULL, SPAN_NONE);
}

void reply_bytes(struct req *req, int status, const char *type, struct span body)
{
    finish(req, status, type, body);
}

void reply_flow(struct req *req, const char *type, struct flow *flow)
{
    req->reply.flow = flow;
    finish(req, 200, type, SPAN_NONE);
}

void reply_fail(struct req *req, const struct fail *why)
{
    const struct jx_shape *input = req->route == NULL ? NULL : req->route->input;
    struct fail fail = *why;
    struct span body;
    enum err rc;

    invariant(fail.code > ERR_OK && fail.code < ERR_N, "a failure with code %d",
              (int)fail.code);
    fail_log(req, &fail);
    rc = problem_write_fail(&fail, input, req->arena, &body, NULL);
    finish_problem(req, fail.code, rc, body);
}

void *req_alloc(struct req *req, size_t bytes)
{
    void *p = arena_alloc(req->arena, bytes);
    struct fail why;

    if (p == NULL) {
        fail_set(&why, ERR_NOMEM, "%zu bytes for %s", bytes, req->route->name);
        reply_fail(req, &why);
    }
    return p;
}

void reply_problem(struct req *req, int status, const char *code, const char *title_ja)
{
    const char *type = arena_printf(req->arena, "urn:ibasho:error:%s", code);
    const struct problem problem = {
        .type = span_text(type),
        .title = span_text(title_ja),
        .status = status,
        .code = span_text(code),
    };
    struct span body;

    req->reply.code = code;
    if (type != NULL && jx_write(&problem_shape, &problem, req->arena, &body, NULL) == ERR_OK)
        finish(req, status, PROBLEM_MEDIA_TYPE, body);
    else
        finish(req, err_http_status(ERR_NOMEM), PROBLEM_MEDIA_TYPE, problem_no_memory());
}

void reply_defects(struct req *req, const struct jx_defects *defects)
{
    struct span body;
    enum err rc = problem_write(ERR_INVALID, defects, req->arena, &body, NULL);

    finish_problem(req, ERR_INVALID, rc, body);
}

void reply_header(struct req *req, const char *name, const char *value)
{
    struct reply *reply = &req->reply;

    invariant(reply->n_headers < N_HEADERS_CAP, "over %d headers", N_HEADERS_CAP);
    reply->headers[reply->n_headers++] = (struct reply_header){name, value};
}
