#include "node/server/assets.h"
#include "node/server/call.h"
#include "tests/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[256];

static void put(const char *name, const char *text)
{
    char path[512];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

static void make_client(void)
{
    char path[512];

    if (dir[0] != '\0')
        return;
    snprintf(dir, sizeof dir, "%s/web", t_dir());
    mkdir(dir, 0755);
    put("index.html", "<!doctype html>");
    put("index.html.gz", "GZ-INDEX");
    put("app-AB12CD34.js", "app()");
    put("app-ab12cd34.js", "lower()");
    put("notices.txt", "MIT");
    put(".secret", "no");
    snprintf(path, sizeof path, "%s/parts", dir);
    mkdir(path, 0755);
    put("parts/one-ZZ99ZZ99.css", "a{}");
    snprintf(path, sizeof path, "%s/link.txt", dir);
    if (symlink("/etc/passwd", path) != 0)
        abort();
}

static struct call *ask(const struct assets *assets, const char *target, struct head head,
                        bool *is_there)
{
    struct call *call = calloc(1, sizeof *call);

    if (call == NULL || arena_create(1024, &call->req.arena, NULL) != ERR_OK)
        abort();
    call->head = head;
    T_EQ(path_parse(span_text(target), call->req.arena, &call->path, NULL), ERR_OK, target);
    *is_there = assets_serve(assets, call);
    return call;
}

static void end(struct call **call)
{
    arena_destroy(&(*call)->req.arena);
    free(*call);
    *call = NULL;
}

static const char *header(const struct call *call, const char *name)
{
    for (int i = 0; i < call->req.reply.n_headers; i++)
        if (strcmp(call->req.reply.headers[i].name, name) == 0)
            return call->req.reply.headers[i].value;
    return "";
}

T_CASE(assets_serve_the_client)
{
    static const struct {
        const char *target, *body, *type, *cache;
        bool is_there;
    } rows[] = {
#define FOR_EVER "public, max-age=31536000, immutable"
#define HTML     "text/html; charset=utf-8"
        {"/", "<!doctype html>", HTML, "no-cache", true},
        {"/index.html", "<!doctype html>", HTML, "no-cache", true},
        {"/rooms", "<!doctype html>", HTML, "no-cache", true},
        {"/rooms/", "<!doctype html>", HTML, "no-cache", true},
        {"/app-AB12CD34.js", "app()", "text/javascript; charset=utf-8", FOR_EVER, true},
        {"/app-ab12cd34.js", "lower()", "text/javascript; charset=utf-8", "no-cache", true},
        {"/parts/one-ZZ99ZZ99.css", "a{}", "text/css; charset=utf-8", FOR_EVER, true},
        {"/notices.txt", "MIT", "text/plain; charset=utf-8", "no-cache", true},
        {"/missing.js", "", "", "", false},
        {"/index.html.gz", "", "", "", false},
        {"/.secret", "", "", "", false},
        {"/link.txt", "", "", "", false},
    };
    struct assets *assets = NULL;

    make_client();
    T_EQ(assets_open(dir, &assets, NULL), ERR_OK, "open");
    T_EQ(assets_n(assets), 6, "hidden files and links are left out");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        bool is_there;
        struct call *call = ask(assets, rows[i].target, (struct head){0}, &is_there);

        T_EQ(is_there, rows[i].is_there, rows[i].target);
        if (is_there) {
            T_EQ(call->req.reply.status, 200, rows[i].target);
            T_SPAN(call->req.reply.body, span_text(rows[i].body), rows[i].target);
            T_TEXT(call->req.reply.type, rows[i].type, rows[i].target);
            T_TEXT(header(call, "Cache-Control"), rows[i].cache, rows[i].target);
        }
        end(&call);
    }
    assets_close(&assets);
}

T_CASE(assets_answer_compressed_and_unchanged)
{
    struct assets *assets = NULL;
    struct call *call;
    char etag[64];
    bool is_there;

    make_client();
    T_EQ(assets_open(dir, &assets, NULL), ERR_OK, "open");
    call = ask(assets, "/", (struct head){.accept_encoding = SPAN("gzip, br")}, &is_there);
    T_SPAN(call->req.reply.body, SPAN("GZ-INDEX"), "compressed for who takes it");
    T_TEXT(header(call, "Content-Encoding"), "gzip", "and says so");
    T_TEXT(header(call, "Vary"), "Accept-Encoding", "caches keep both apart");
    snprintf(etag, sizeof etag, "%s", header(call, "ETag"));
    end(&call);
    call = ask(assets, "/",
               (struct head){.accept_encoding = SPAN("gzip"), .if_none_match = span_text(etag)},
               &is_there);
    T_EQ(call->req.reply.status, 304, "unchanged");
    T_EQ(call->req.reply.body.len, 0, "without a body");
    end(&call);
    call = ask(assets, "/", (struct head){.if_none_match = span_text(etag)}, &is_there);
    T_EQ(call->req.reply.status, 200, "the plain form has a tag of its own");
    T_TEXT(header(call, "Vary"), "Accept-Encoding", "caches keep both apart");
    end(&call);
    assets_close(&assets);
}

T_CASE(assets_say_when_the_client_is_not_built)
{
    struct assets *assets = NULL;
    struct call *call;
    bool is_there;

    T_EQ(assets_open("/nonexistent/web", &assets, NULL), ERR_OK, "no directory");
    call = ask(assets, "/", (struct head){0}, &is_there);
    T_OK(is_there, "a page all the same");
    T_EQ(call->req.reply.status, 503, "which is no success");
    T_OK(strstr((const char *)call->req.reply.body.p, "まだ作られていません") != NULL,
         "and says what is missing");
    end(&call);
    call = ask(assets, "/app.js", (struct head){0}, &is_there);
    T_OK(!is_there, "only in place of pages");
    end(&call);
    assets_close(&assets);
}
