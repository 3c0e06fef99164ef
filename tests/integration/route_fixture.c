#include "tests/integration/route_fixture.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "node/base/clock.h"
#include "node/base/mbox.h"

static void answered(struct req *req)
{
    if (mbox_post(req->server, &req, NULL) != ERR_OK)
        invariant(false, "%s answered twice", req->route->name);
}

static bool read_body(struct req *req, const char *body)
{
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    req->body = span_text(body);
    if (req->route->input == NULL)
        return true;
    req->input = arena_alloc(req->arena, req->route->input->bytes);
    if (jx_read(req->body, req->route->input, req->arena, req->input, &defects, &why) == ERR_OK)
        return true;
    if (why.code == ERR_INVALID)
        reply_defects(req, &defects);
    else
        reply_fail(req, &why);
    return false;
}

static void read_query(struct req *req, const char *query)
{
    char *text = query == NULL ? NULL : arena_text(req->arena, span_text(query)), *rest = NULL;

    for (char *pair = text == NULL ? NULL : strtok_r(text, "&", &rest); pair != NULL;
         pair = strtok_r(NULL, "&", &rest)) {
        char *value = strchr(pair, '=');

        invariant(value != NULL, "a query without =");
        *value = '\0';
        req->query[req->n_query++] = (struct req_param){pair, span_text(value + 1)};
    }
}

struct req *route_fixture_call(const struct route *route, const struct route_call *call)
{
    struct req *req = arena_alloc(call->arena, sizeof *req), *same = NULL;
    struct mbox *answers = NULL;

    invariant(req != NULL && mbox_create(sizeof(void *), 1, &answers, NULL) == ERR_OK,
              "memory");
    *req = (struct req){
        .route = route,
        .services = call->services,
        .db = call->db,
        .arena = call->arena,
        .caller = call->caller,
        .address = span_text(call->address == NULL ? "192.0.2.77" : call->address),
        .now_utc_us = clock_utc_us(),
        .is_https = call->is_https,
        .done = answered,
        .server = answers,
    };
    if (call->name != NULL)
        req->params[req->n_params++] = (struct req_param){"name", span_text(call->name)};
    if (call->id != NULL)
        req->params[req->n_params++] = (struct req_param){"id", span_text(call->id)};
    if (call->right != NULL)
        req->params[req->n_params++] = (struct req_param){"right", span_text(call->right)};
    if (call->incident != NULL)
        req->params[req->n_params++] =
            (struct req_param){"incident", span_text(call->incident)};
    if (call->month != NULL)
        req->params[req->n_params++] = (struct req_param){"month", span_text(call->month)};
    if (call->figure != NULL)
        req->params[req->n_params++] = (struct req_param){"figure", span_text(call->figure)};
    if (call->before != NULL)
        req->query[req->n_query++] = (struct req_param){"before", span_text(call->before)};
    read_query(req, call->query);
    if (read_body(req, call->body))
        route->handle(req);
    invariant(mbox_take(answers, &same, 1, 20000) == 1 && same == req, "%s: no answer",
              route->name);
    mbox_destroy(&answers);
    return req;
}

struct span route_fixture_text(const struct req *req, const char *name)
{
    struct span body = req->reply.body;
    char key[80];
    const uint8_t *at, *end;
    size_t n = (size_t)snprintf(key, sizeof key, "\"%s\":\"", name);

    at = body.len == 0 ? NULL : memmem(body.p, body.len, key, n);
    if (at == NULL)
        return SPAN("");
    at += n;
    end = memchr(at, '"', (size_t)(body.p + body.len - at));
    return end == NULL ? SPAN("") : span_of(at, (size_t)(end - at));
}

bool route_fixture_has(const struct req *req, const char *text)
{
    struct span body = req->reply.body;

    return body.len > 0 && memmem(body.p, body.len, text, strlen(text)) != NULL;
}

const char *route_fixture_header(const struct req *req, const char *name)
{
    for (int i = 0; i < req->reply.n_headers; i++)
        if (strcasecmp(req->reply.headers[i].name, name) == 0)
            return req->reply.headers[i].value;
    return NULL;
}
