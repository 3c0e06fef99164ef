#include "ops/cli/admin.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/jx.h"

#define BODY_CAP    (64u * 1024 * 1024) /* an answer the node itself made; flat only in stream */
#define CONNECT_MS  3000L
#define TOTAL_MS    120000L
#define STALL_BYTES 1L
#define STALL_S     60L
#define URL_OF_NODE "http://localhost"

struct sink {
    enum err (*each)(struct span bytes, void *arg, struct fail *why);
    void *arg;
    struct fail *why;
    enum err rc;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct sink *sink = arg;

    sink->rc = sink->each(span_of(p, size * n), sink->arg, sink->why);
    return sink->rc == ERR_OK ? size * n : 0;
}

struct growing {
    uint8_t *p;
    size_t len, cap;
};

static enum err grow(struct span bytes, void *arg, struct fail *why)
{
    struct growing *g = arg;

    if (bytes.len > BODY_CAP - g->len)
        return fail_set(why, ERR_TOO_LARGE, "an answer of over %u bytes", BODY_CAP);
    if (g->len + bytes.len > g->cap) {
        size_t cap = g->cap == 0 ? 16384 : 2 * g->cap;
        uint8_t *more;

        while (cap < g->len + bytes.len)
            cap *= 2;
        more = realloc(g->p, cap);
        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "an answer of %zu bytes", cap);
        g->p = more;
        g->cap = cap;
    }
    if (bytes.len > 0)
        memcpy(g->p + g->len, bytes.p, bytes.len);
    g->len += bytes.len;
    return ERR_OK;
}

static CURL *open_curl(struct cli *cli, const char *method, const char *path)
{
    CURL *curl = curl_easy_init();
    char *url = arena_printf(cli->arena, URL_OF_NODE "%s", path);
    char *socket =
        arena_printf(cli->arena, "%s/admin.sock", conf_text(cli->conf, "node.run_dir"));

    if (curl == NULL || url == NULL || socket == NULL) {
        curl_easy_cleanup(curl);
        return NULL;
    }
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    return curl;
}

static enum err perform(CURL *curl, const char *type, struct span body, struct sink *sink,
                        int *status_out, struct fail *why)
{
    struct curl_slist *headers = NULL;
    char text[CURL_ERROR_SIZE] = "";
    long status = 0;
    CURLcode code;

    if (body.len > 0) {
        char content_type[100];

        snprintf(content_type, sizeof content_type, "Content-Type: %s", type);
        headers = curl_slist_append(headers, content_type);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)body.p);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    }
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, sink);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    *status_out = (int)status;
    if (sink->rc != ERR_OK)
        return sink->rc;
    if (code == CURLE_OK)
        return ERR_OK;
    return fail_set(why, ERR_UNAVAILABLE, "%s", *text ? text : curl_easy_strerror(code));
}

enum err admin_send(struct cli *cli, const char *method, const char *path, const char *type,
                    struct span body, struct admin_reply *reply_out, struct fail *why)
{
    struct growing g = {0};
    struct sink sink = {grow, &g, why, ERR_OK};
    CURL *curl = open_curl(cli, method, path);
    enum err rc;

    *reply_out = (struct admin_reply){0};
    if (curl == NULL)
        return fail_set(why, ERR_NOMEM, "a request");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
    rc = perform(curl, type, body, &sink, &reply_out->status, why);
    if (rc == ERR_OK) {
        reply_out->body = arena_copy(cli->arena, span_of(g.p, g.len));
        if (reply_out->body.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "an answer of %zu bytes", g.len);
    }
    curl_easy_cleanup(curl);
    free(g.p);
    return rc;
}

enum err admin_ask(struct cli *cli, const char *method, const char *path, struct span body,
                   struct admin_reply *reply_out, struct fail *why)
{
    return admin_send(cli, method, path, "application/json", body, reply_out, why);
}

enum err admin_stream(struct cli *cli, const char *path,
                      enum err (*each)(struct span bytes, void *arg, struct fail *why),
                      void *arg, int *status_out, struct fail *why)
{
    struct sink sink = {each, arg, why, ERR_OK};
    CURL *curl = open_curl(cli, "GET", path);
    enum err rc;

    *status_out = 0;
    if (curl == NULL)
        return fail_set(why, ERR_NOMEM, "a request");
    /* No total limit: an export may take its time, but it must not stand still. */
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_S);
    rc = perform(curl, "", SPAN_NONE, &sink, status_out, why);
    curl_easy_cleanup(curl);
    return rc;
}

/* ---- what went wrong, for a person ---- */

struct problem_error {
    struct span pointer, rule, text;
};
struct problem {
    struct span type, title, code;
    int64_t status;
    struct jx_list errors;
    bool has_errors;
};

static const struct jx_field error_fields[] = {
    {.name = "pointer",
     .type = JX_TEXT,
     .most = 500,
     .offset = offsetof(struct problem_error, pointer)},
    {.name = "rule",
     .type = JX_TEXT,
     .most = 100,
     .offset = offsetof(struct problem_error, rule)},
    {.name = "text",
     .type = JX_TEXT,
     .most = 1000,
     .offset = offsetof(struct problem_error, text)},
};
static const struct jx_shape error_shape =
    JX_SHAPE("ProblemError", struct problem_error, error_fields);
static const struct jx_field problem_fields[] = {
    {.name = "type", .type = JX_TEXT, .most = 200, .offset = offsetof(struct problem, type)},
    {.name = "title", .type = JX_TEXT, .most = 1000, .offset = offsetof(struct problem, title)},
    {.name = "status", .type = JX_INT, .most = 999, .offset = offsetof(struct problem, status)},
    {.name = "code", .type = JX_TEXT, .most = 100, .offset = offsetof(struct problem, code)},
    {.name = "errors",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .most = 500,
     .offset = offsetof(struct problem, errors),
     .has_offset = offsetof(struct problem, has_errors),
     .shape = &error_shape},
};
static const struct jx_shape problem_shape =
    JX_SHAPE("Problem", struct problem, problem_fields);

void admin_say_problem(struct cli *cli, const struct admin_reply *reply)
{
    struct problem problem;
    struct jx_defects defects;

    if (jx_read(reply->body, &problem_shape, cli->arena, &problem, &defects, NULL) != ERR_OK) {
        cli_say("ノードの答え %d を読み取れません。", reply->status);
        return;
    }
    cli_say("%.*s (%.*s)", SPAN_ARG(problem.title), SPAN_ARG(problem.code));
    for (size_t i = 0; problem.has_errors && i < problem.errors.n; i++) {
        const struct problem_error *e = (const struct problem_error *)problem.errors.at + i;

        cli_say("  %.*s: %.*s", SPAN_ARG(e->pointer), SPAN_ARG(e->text));
    }
}

bool admin_must(struct cli *cli, const char *method, const char *path, struct span body,
                struct admin_reply *reply_out)
{
    struct fail why = {.code = ERR_OK};
    enum err rc;

    *reply_out = (struct admin_reply){0};
    if (!cli_need_conf(cli))
        return false;
    rc = admin_ask(cli, method, path, body, reply_out, &why);
    if (rc != ERR_OK) {
        cli_say("ノードにつながりません。起動しているか確かめてください。(%s)", why.text);
        return false;
    }
    if (reply_out->status < 400)
        return true;
    admin_say_problem(cli, reply_out);
    return false;
}
