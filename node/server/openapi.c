#include "node/server/openapi.h"

#include <inttypes.h>

#include "node/io/live.h"
#include "node/server/shapes.h"

const char *object_rule_id(enum object_rule rule)
{
    switch (rule) {
    case OBJECT_NONE:
        return "none";
    case OBJECT_OWN:
        return "own";
    case OBJECT_OWN_CLASS:
        return "own_class";
    case OBJECT_OWN_SCHOOL:
        return "own_school";
    case OBJECT_ANY_HERE:
        return "any_here";
    }
    return "?";
}

const char *audit_class_id(enum audit_class audit)
{
    switch (audit) {
    case AUDIT_NONE:
        return "none";
    case AUDIT_READ:
        return "read";
    case AUDIT_CHANGE:
        return "change";
    case AUDIT_EXPORT:
        return "export";
    }
    return "?";
}

/* ---- schemas ---- */

static void add_ref(struct text *text, const struct jx_shape *shape)
{
    text_add(text, "{\"$ref\":\"#/components/schemas/%s\"}", shape->name);
}

static void add_bounds(struct text *text, const struct jx_field *f, const char *least,
                       const char *most)
{
    bool has_none = f->least == 0 && f->most == 0;
    bool is_number = f->type == JX_INT;

    if (!has_none && (f->least != 0 || is_number))
        text_add(text, ",\"%s\":%" PRId64, least, f->least);
    if (!has_none && (f->most != 0 || is_number))
        text_add(text, ",\"%s\":%" PRId64, most, f->most);
}

static void add_choice(const char *choice, int i, void *arg)
{
    text_add(arg, "%s\"%s\"", i == 0 ? "" : ",", choice);
}

static void add_type(struct text *text, const struct jx_field *f)
{
    switch (f->type) {
    case JX_TEXT:
        text_add(text, "\"type\":\"string\"");
        add_bounds(text, f, "minLength", "maxLength");
        return;
    case JX_INT:
        text_add(text, "\"type\":\"integer\"");
        add_bounds(text, f, "minimum", "maximum");
        return;
    case JX_BOOL:
        text_add(text, "\"type\":\"boolean\"");
        return;
    case JX_ID:
        text_add(text, "\"type\":\"string\",\"format\":\"uuid\"");
        return;
    case JX_TIME:
        text_add(text, "\"type\":\"string\",\"format\":\"date-time\"");
        return;
    case JX_ENUM:
        text_add(text, "\"type\":\"string\",\"enum\":[");
        shapes_each_choice(f->choices, add_choice, text);
        text_add(text, "]");
        return;
    case JX_BYTES:
        text_add(text, "\"type\":\"string\",\"contentEncoding\":\"base64url\"");
        return;
    case JX_TEXTS:
        text_add(text, "\"type\":\"array\",\"items\":{\"type\":\"string\"");
        add_bounds(text, f, "minLength", "maxLength");
        text_add(text, "}");
        return;
    case JX_OBJECT:
        text_add(text, "\"allOf\":[");
        add_ref(text, f->shape);
        text_add(text, "]");
        return;
    case JX_LIST:
        text_add(text, "\"type\":\"array\",\"items\":");
        add_ref(text, f->shape);
        add_bounds(text, f, "minItems", "maxItems");
        return;
    case JX_I64TEXT:
        text_add(text, "\"type\":\"string\",\"pattern\":\"^-?[0-9]{1,19}$\"");
        return;
    }
}

static void add_field(struct text *text, const struct jx_field *f, bool is_first)
{
    text_add(text, "%s\"%s\":{", is_first ? "" : ",", f->name);
    add_type(text, f);
    if (f->title_ja != NULL) {
        text_add(text, ",\"title\":");
        text_add_quoted(text, f->title_ja);
    }
    if (f->flags & JX_SECRET)
        text_add(text, ",\"writeOnly\":true");
    text_add(text, "}");
}

static void add_shape(struct text *text, const struct jx_shape *shape)
{
    int n = 0;

    text_add(text,
             "\"%s\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
             shape->name);
    for (size_t i = 0; i < shape->n_fields; i++)
        add_field(text, &shape->fields[i], i == 0);
    text_add(text, "},\"required\":[");
    for (size_t i = 0; i < shape->n_fields; i++)
        if (!(shape->fields[i].flags & JX_OPTIONAL))
            text_add(text, "%s\"%s\"", n++ == 0 ? "" : ",", shape->fields[i].name);
    text_add(text, "]}");
}

/* RFC 9457 with our members. */
static const char problem_schema[] =
    "\"Problem\":{\"type\":\"object\",\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"code\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"pointer\":{\"type\":\"string\"},\"rule\":{\"type\":\"string\"},"
    "\"text\":{\"type\":\"string\"}},\"required\":[\"pointer\",\"rule\",\"text\"]}}},"
    "\"required\":[\"type\",\"title\",\"status\",\"code\"]}";

/* ---- operations ---- */

static void add_parameters(struct text *text, const char *path)
{
    int n = 0;

    text_add(text, ",\"parameters\":[");
    for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p + 1, '{'))
        text_add(text,
                 "%s{\"name\":\"%.*s\",\"in\":\"path\",\"required\":true,"
                 "\"schema\":{\"type\":\"string\"}}",
                 n++ == 0 ? "" : ",", (int)strcspn(p + 1, "}"), p + 1);
    text_add(text, "]");
}

static void add_roles(struct text *text, unsigned roles)
{
    const char *comma = "";

    text_add(text, ",\"x-roles\":[");
    for (int role = 0; role < ROLE_N; role++) {
        if (!(roles & ROLE_BIT(role)))
            continue;
        text_add(text, "%s\"%s\"", comma, role_id((enum role)role));
        comma = ",";
    }
    text_add(text, "]");
}

/* Only where a session need not be whole. */
static void add_stages(struct text *text, unsigned stages)
{
    static const char *const names[] = {"full", "second_factor", "enrol"};
    int n = 0;

    if (stages == 0)
        return;
    text_add(text, ",\"x-stages\":[");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (stages & STAGE_BIT(i))
            text_add(text, "%s\"%s\"", n++ == 0 ? "" : ",", names[i]);
    text_add(text, "]");
}

static void add_listeners(struct text *text, unsigned listeners)
{
    int n = 0;

    text_add(text, ",\"x-listeners\":[");
    for (unsigned bit = LISTENER_PUBLIC; bit < LISTENER_ADMIN; bit <<= 1)
        if (listeners & bit)
            text_add(text, "%s\"%s\"", n++ == 0 ? "" : ",", listener_name((enum listener)bit));
    text_add(text, "]");
}

static void add_problem(struct text *text, int status)
{
    text_add(text, ",\"%d\":{\"$ref\":\"#/components/responses/Problem\"}", status);
}

static void add_responses(struct text *text, const struct route *route)
{
    text_add(text, ",\"responses\":{");
    if (route->output == NULL) {
        text_add(text, "\"%s\":{\"description\":\"OK\"}",
                 route->method == HTTP_GET ? "200" : "204");
    } else {
        text_add(text, "\"200\":{\"description\":\"OK\",\"content\":{\"application/json\":"
                       "{\"schema\":");
        add_ref(text, route->output);
        text_add(text, "}}}");
    }
    add_problem(text, 400);
    if (!(route->roles & ROLE_BIT(ROLE_ANONYMOUS)))
        add_problem(text, 401);
    if (route->method != HTTP_GET)
        add_problem(text, 403);
    add_problem(text, 404);
    if (route->input != NULL || route->body_type != NULL) {
        if (route->body_type != NULL)
            add_problem(text, 408);
        add_problem(text, 411);
        add_problem(text, 413);
        add_problem(text, 415);
        add_problem(text, 422);
    }
    add_problem(text, 503);
    text_add(text, "}");
}

static const char *method_key(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
        return "get";
    case HTTP_POST:
        return "post";
    case HTTP_PUT:
        return "put";
    case HTTP_DELETE:
        return "delete";
    }
    return "?";
}

static void add_operation(struct text *text, const struct route *route)
{
    text_add(text, "\"%s\":{\"operationId\":\"%s\",\"summary\":", method_key(route->method),
             route->name);
    text_add_quoted(text, route->summary_ja);
    add_parameters(text, route->path);
    if (route->input != NULL) {
        text_add(text, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
                       "{\"schema\":");
        add_ref(text, route->input);
        text_add(text, "}}}");
    } else if (route->body_type != NULL) {
        text_add(text, ",\"requestBody\":{\"required\":true,\"content\":{\"%s\":{}}}",
                 route->body_type);
    }
    add_responses(text, route);
    add_roles(text, route->roles);
    add_stages(text, route->stages);
    add_listeners(text, route->listeners);
    text_add(text, ",\"x-object\":\"%s\",\"x-audit\":\"%s\"}", object_rule_id(route->object),
             audit_class_id(route->audit));
}

/* The operator's socket is no business of those who read this document. */
static bool is_told(const struct route *route)
{
    return route->listeners != LISTENER_ADMIN;
}

static bool is_first_of_path(const struct routes *routes, int at)
{
    if (!is_told(routes_at(routes, at)))
        return false;
    for (int i = 0; i < at; i++)
        if (is_told(routes_at(routes, i)) &&
            strcmp(routes_at(routes, i)->path, routes_at(routes, at)->path) == 0)
            return false;
    return true;
}

static void add_path(struct text *text, const struct routes *routes, int at, bool is_first)
{
    const char *path = routes_at(routes, at)->path;
    unsigned seen = 0; /* the office may have a row of its own for a public path and method */

    text_add(text, "%s\"%s\":{", is_first ? "" : ",", path);
    for (int i = at; i < routes_n(routes); i++) {
        const struct route *route = routes_at(routes, i);

        if (!is_told(route) || strcmp(route->path, path) != 0 || seen & 1u << route->method)
            continue;
        text_add(text, "%s", seen == 0 ? "" : ",");
        seen |= 1u << route->method;
        add_operation(text, route);
    }
    text_add(text, "}");
}

/* ibasho-rows refuses at build time what could fail here. */
static void take_shape(struct shapes *shapes, const struct jx_shape *shape)
{
    struct fail fail = {.code = ERR_INTERNAL};

    invariant(shape == NULL || shapes_add(shapes, shape, &fail) == ERR_OK, "%s", fail.text);
}

/* ---- what is said over the WebSocket ---- */

static void add_shape_of(struct text *text, const char *what, const struct jx_shape *shape)
{
    if (shape == NULL)
        return;
    text_add(text, ",\"%s\":", what);
    add_ref(text, shape);
}

static void add_command(struct text *text, const struct command *row, bool is_first)
{
    text_add(text, "%s\"%s\":{\"summary\":", is_first ? "" : ",", row->name);
    text_add_quoted(text, row->summary_ja);
    if (row->code != 0)
        text_add(text, ",\"x-code\":%d,\"x-bytes\":%d", row->code, row->n_bytes);
    if (row->n_bytes_most != 0)
        text_add(text, ",\"x-bytes-most\":%d", row->n_bytes_most);
    add_shape_of(text, "input", row->input);
    add_shape_of(text, "output", row->output);
    add_roles(text, row->roles);
    text_add(text, ",\"x-object\":\"%s\",\"x-audit\":\"%s\"}", object_rule_id(row->object),
             audit_class_id(row->audit));
}

static void add_live(struct text *text, const struct command_table *commands,
                     const struct live_event_table *events)
{
    int n = 0;

    text_add(text, ",\"x-websocket\":{\"path\":\"/ws\",\"protocol\":\"ibasho.v1\","
                   "\"commands\":{");
    for (const struct command_table *t = commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            add_command(text, &t->rows[i], n++ == 0);
    text_add(text, "},\"events\":{");
    n = 0;
    for (const struct live_event_table *t = events; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            text_add(text, "%s\"%s\":{\"summary\":", n++ == 0 ? "" : ",", t->rows[i].name);
            text_add_quoted(text, t->rows[i].summary_ja);
            add_shape_of(text, "of", t->rows[i].shape);
            text_add(text, "}");
        }
    text_add(text, "},\"refusal\":");
    add_ref(text, &live_no_shape);
    text_add(text, "}");
}

static void take_live(struct shapes *shapes, const struct command_table *commands,
                      const struct live_event_table *events)
{
    take_shape(shapes, &live_no_shape);
    for (const struct command_table *t = commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++) {
            take_shape(shapes, t->rows[i].input);
            take_shape(shapes, t->rows[i].output);
        }
    for (const struct live_event_table *t = events; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            take_shape(shapes, t->rows[i].shape);
}

void openapi_write(const struct routes *routes, const struct command_table *commands,
                   const struct live_event_table *events, struct text *text)
{
    struct shapes shapes = {.n = 0};

    take_live(&shapes, commands, events);

    for (int i = 0; i < routes_n(routes); i++) {
        if (!is_told(routes_at(routes, i)))
            continue;
        take_shape(&shapes, routes_at(routes, i)->input);
        take_shape(&shapes, routes_at(routes, i)->output);
    }
    text_add(text, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Ibasho\",\"version\":\"1\"},"
                   "\"paths\":{");
    for (int i = 0, n = 0; i < routes_n(routes); i++)
        if (is_first_of_path(routes, i))
            add_path(text, routes, i, n++ == 0);
    text_add(text, "},\"components\":{\"schemas\":{%s", problem_schema);
    for (int i = 0; i < shapes.n; i++) {
        text_add(text, ",");
        add_shape(text, shapes.at[i]);
    }
    text_add(text, "},\"responses\":{\"Problem\":{\"description\":\"problem+json (RFC 9457)\","
                   "\"content\":{\"application/problem+json\":{\"schema\":"
                   "{\"$ref\":\"#/components/schemas/Problem\"}}}}}}");
    add_live(text, commands, events);
    text_add(text, "}");
}
