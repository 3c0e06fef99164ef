#include "node/server/routes.h"

#include <stdlib.h>

#define PARAMS_MAX     8
#define PARAM_NAME_CAP 32

struct template_segment {
    struct span literal; /* of the row's own path; SPAN_NONE for a parameter */
    char param[PARAM_NAME_CAP];
};

struct compiled {
    const struct route *route;
    int n_segments, n_params;
    unsigned literals; /* bit 31 - i: segment i is literal; larger is more exact */
    struct template_segment segments[PATH_SEGMENTS_MAX];
};

struct routes {
    int n;
    struct compiled *at;                 /* in the order of the tables */
    int first_of[PATH_SEGMENTS_MAX + 2]; /* into by_length: rows with this many segments */
    struct compiled **by_length;
};

static const struct {
    const char *text;
} method_names[] = {
    [HTTP_GET] = {"GET"},
    [HTTP_POST] = {"POST"},
    [HTTP_PUT] = {"PUT"},
    [HTTP_DELETE] = {"DELETE"},
};

const char *http_method_name(enum http_method method)
{
    return method_names[method].text;
}

const char *listener_name(enum listener listener)
{
    switch (listener) {
    case LISTENER_PUBLIC:
        return "public";
    case LISTENER_UPLOADS:
        return "uploads";
    case LISTENER_OFFICE:
        return "office";
    case LISTENER_FEDERATION:
        return "federation";
    case LISTENER_ADMIN:
        return "admin";
    }
    return "?";
}

static enum err add_param(struct compiled *c, struct template_segment *segment,
                          struct span text, struct fail *why)
{
    struct span name;

    if (text.len < 3 || text.p[text.len - 1] != '}' || text.len - 2 >= PARAM_NAME_CAP)
        return fail_set(why, ERR_INVALID, "%s: parameter in its path", c->route->name);
    if (c->n_params == PARAMS_MAX)
        return fail_set(why, ERR_INVALID, "%s: over %d parameters", c->route->name, PARAMS_MAX);
    name = span_cut(text, 1, text.len - 2);
    memcpy(segment->param, name.p, name.len);
    segment->param[name.len] = '\0';
    c->n_params++;
    return ERR_OK;
}

static enum err add_segment(struct compiled *c, struct span text, struct fail *why)
{
    struct template_segment *segment = &c->segments[c->n_segments];

    if (c->n_segments == PATH_SEGMENTS_MAX || text.len == 0)
        return fail_set(why, ERR_INVALID, "%s: segments of its path", c->route->name);
    if (text.p[0] == '{') {
        enum err rc = add_param(c, segment, text, why);

        if (rc != ERR_OK)
            return rc;
    } else {
        segment->literal = text;
        c->literals |= 1u << (31 - c->n_segments);
    }
    c->n_segments++;
    return ERR_OK;
}

static enum err compile(const struct route *route, struct compiled *c, struct fail *why)
{
    struct span path = span_text(route->path);
    size_t start = 1;

    c->route = route;
    if (path.len < 2 || path.p[0] != '/')
        return fail_set(why, ERR_INVALID, "%s: path must begin with /", route->name);
    for (size_t i = 1; i <= path.len; i++) {
        enum err rc;

        if (i < path.len && path.p[i] != '/')
            continue;
        rc = add_segment(c, span_cut(path, start, i - start), why);
        if (rc != ERR_OK)
            return rc;
        start = i + 1;
    }
    return ERR_OK;
}

static enum err check_row(const struct route *route, struct fail *why)
{
    const char *name = route->name == NULL ? "a route without a name" : route->name;

    if (route->name == NULL || route->path == NULL || route->handle == NULL)
        return fail_set(why, ERR_INVALID, "%s: name, path or handler is missing", name);
    if (route->summary_ja == NULL || route->summary_ja[0] == '\0')
        return fail_set(why, ERR_INVALID, "%s: no summary", name);
    if (route->listeners == 0)
        return fail_set(why, ERR_INVALID, "%s: no listener", name);
    if (route->method == HTTP_GET && route->input != NULL)
        return fail_set(why, ERR_INVALID, "%s: GET with a body", name);
    if (route->body_type != NULL && (route->method == HTTP_GET || route->input != NULL))
        return fail_set(why, ERR_INVALID, "%s: a file beside JSON, or on GET", name);
    if ((route->body_type == NULL) != (route->body_cap_bytes == 0))
        return fail_set(why, ERR_INVALID, "%s: a file without its cap", name);
    if (route->stages & ~STAGES_ALL)
        return fail_set(why, ERR_INVALID, "%s: a stage that does not exist", name);
    if (route->roles == 0)
        return fail_set(why, ERR_INVALID, "%s: open to no role", name);
    return ERR_OK;
}

/* Same method, listener and shape: parameters of any name are the same place. */
static bool is_same_place(const struct compiled *a, const struct compiled *b)
{
    if (a->route->method != b->route->method || a->n_segments != b->n_segments ||
        a->literals != b->literals || (a->route->listeners & b->route->listeners) == 0)
        return false;
    for (int i = 0; i < a->n_segments; i++)
        if (!span_eq(a->segments[i].literal, b->segments[i].literal))
            return false;
    return true;
}

static enum err check_unique(const struct routes *routes, int n, struct fail *why)
{
    const struct compiled *c = &routes->at[n];

    for (int i = 0; i < n; i++) {
        if (strcmp(routes->at[i].route->name, c->route->name) == 0)
            return fail_set(why, ERR_INVALID, "%s: name twice", c->route->name);
        if (is_same_place(&routes->at[i], c))
            return fail_set(why, ERR_INVALID, "%s: same place as %s", c->route->name,
                            routes->at[i].route->name);
    }
    return ERR_OK;
}

static void sort_by_length(struct routes *routes)
{
    int n = 0;

    for (int length = 0; length <= PATH_SEGMENTS_MAX; length++) {
        routes->first_of[length] = n;
        for (int i = 0; i < routes->n; i++)
            if (routes->at[i].n_segments == length)
                routes->by_length[n++] = &routes->at[i];
    }
    routes->first_of[PATH_SEGMENTS_MAX + 1] = n;
}

enum err routes_create(const struct route_table *tables, struct routes **routes_out,
                       struct fail *why)
{
    struct routes *routes = calloc(1, sizeof *routes);
    enum err rc = ERR_OK;
    size_t n = 0;

    *routes_out = NULL;
    if (routes == NULL)
        return fail_set(why, ERR_NOMEM, "routes");
    for (const struct route_table *t = tables; t->n > 0; t++)
        n += (size_t)t->n;
    routes->at = calloc(n + 1, sizeof *routes->at);
    routes->by_length = calloc(n + 1, sizeof(struct compiled *));
    if (routes->at == NULL || routes->by_length == NULL)
        rc = fail_set(why, ERR_NOMEM, "%zu routes", n);
    for (const struct route_table *t = tables; t->n > 0 && rc == ERR_OK; t++) {
        for (int i = 0; i < t->n && rc == ERR_OK; i++) {
            rc = check_row(&t->rows[i], why);
            if (rc == ERR_OK)
                rc = compile(&t->rows[i], &routes->at[routes->n], why);
            if (rc == ERR_OK)
                rc = check_unique(routes, routes->n, why);
            routes->n++;
        }
    }
    if (rc != ERR_OK) {
        routes_destroy(&routes);
        return rc;
    }
    sort_by_length(routes);
    *routes_out = routes;
    return ERR_OK;
}

void routes_destroy(struct routes **routes)
{
    if (*routes == NULL)
        return;
    free((*routes)->at);
    free((*routes)->by_length);
    free(*routes);
    *routes = NULL;
}

static bool fits(const struct compiled *c, const struct path *path)
{
    for (int i = 0; i < c->n_segments; i++)
        if (c->segments[i].literal.len > 0 &&
            !span_eq(c->segments[i].literal, path->segments[i]))
            return false;
    return true;
}

static void fill(const struct routes *routes, const struct compiled *c, const struct path *path,
                 struct route_match *match)
{
    match->route = c->route;
    match->index = (int)(c - routes->at);
    match->n_params = 0;
    for (int i = 0; i < c->n_segments; i++)
        if (c->segments[i].literal.len == 0)
            match->params[match->n_params++] =
                (struct req_param){c->segments[i].param, path->segments[i]};
}

void routes_find(const struct routes *routes, enum listener listener, enum http_method method,
                 const struct path *path, struct route_match *match_out)
{
    const struct compiled *best = NULL;
    unsigned most_exact = 0;

    memset(match_out, 0, sizeof *match_out);
    match_out->index = -1;
    if (path->ends_in_slash)
        return;
    for (int i = routes->first_of[path->n_segments]; i < routes->first_of[path->n_segments + 1];
         i++) {
        const struct compiled *c = routes->by_length[i];

        if (!(c->route->listeners & (unsigned)listener) || c->literals < most_exact ||
            !fits(c, path))
            continue;
        if (c->literals > most_exact) { /* a closer template hides the wider one's methods */
            most_exact = c->literals;
            match_out->methods = 0;
            best = NULL;
        }
        match_out->methods |= 1u << c->route->method;
        if (c->route->method == method)
            best = c;
    }
    if (best != NULL)
        fill(routes, best, path, match_out);
}

int routes_n(const struct routes *routes)
{
    return routes->n;
}

const struct route *routes_at(const struct routes *routes, int index)
{
    return routes->at[index].route;
}
