#include "node/server/wire.h"

#include "node/io/live.h"
#include "node/server/openapi.h"
#include "node/server/shapes.h"

/* ---- TypeScript ---- */

static void add_choice(const char *choice, int i, void *arg)
{
    text_add(arg, "%s\"%s\"", i == 0 ? "" : " | ", choice);
}

static void add_type(struct text *text, const struct jx_field *f)
{
    switch (f->type) {
    case JX_TEXT:
        text_add(text, "string");
        return;
    case JX_INT:
        text_add(text, "number");
        return;
    case JX_BOOL:
        text_add(text, "boolean");
        return;
    case JX_ID:
        text_add(text, "Id");
        return;
    case JX_TIME:
        text_add(text, "Time");
        return;
    case JX_ENUM:
        shapes_each_choice(f->choices, add_choice, text);
        return;
    case JX_BYTES:
        text_add(text, "Base64Url");
        return;
    case JX_TEXTS:
        text_add(text, "readonly string[]");
        return;
    case JX_OBJECT:
        text_add(text, "%s", f->shape->name);
        return;
    case JX_LIST:
        text_add(text, "readonly %s[]", f->shape->name);
        return;
    case JX_I64TEXT:
        text_add(text, "Int64");
        return;
    }
}

static void add_interface(struct text *text, const struct jx_shape *shape)
{
    text_add(text, "\nexport interface %s {\n", shape->name);
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct jx_field *f = &shape->fields[i];

        text_add(text, "  readonly %s%s: ", f->name, f->flags & JX_OPTIONAL ? "?" : "");
        add_type(text, f);
        text_add(text, ";\n");
    }
    text_add(text, "}\n");
}

static void add_params(struct text *text, const char *path)
{
    const char *p = strchr(path, '{');

    if (p == NULL) {
        text_add(text, "undefined");
        return;
    }
    text_add(text, "{ ");
    for (; p != NULL; p = strchr(p + 1, '{'))
        text_add(text, "readonly %.*s: string; ", (int)strcspn(p + 1, "}"), p + 1);
    text_add(text, "}");
}

/* What a browser sends: by the row's shape, or a file as it is. */
static const char *input_name(const struct route *route)
{
    if (route->body_type != NULL)
        return "Blob";
    return route->input == NULL ? "undefined" : route->input->name;
}

static const char *shape_name(const struct jx_shape *shape)
{
    return shape == NULL ? "undefined" : shape->name;
}

static void add_routes(struct text *text, const struct routes *routes)
{
    text_add(text, "\nexport interface Routes {\n");
    for (int i = 0; i < routes_n(routes); i++) {
        const struct route *route = routes_at(routes, i);

        if (route->listeners == LISTENER_ADMIN)
            continue; /* no browser comes there */
        text_add(text, "  /** %s */\n  \"%s\": { params: ", route->summary_ja, route->name);
        add_params(text, route->path);
        text_add(text, "; input: %s; output: %s };\n", input_name(route),
                 shape_name(route->output));
    }
    text_add(text, "}\nexport type RouteName = keyof Routes;\n"
                   "\nexport const routes: { readonly [N in RouteName]: { readonly method: "
                   "\"GET\" | \"POST\" | \"PUT\" | \"DELETE\"; readonly path: string; "
                   "readonly body?: string } } = {\n");
    for (int i = 0; i < routes_n(routes); i++) {
        const struct route *route = routes_at(routes, i);

        if (route->listeners == LISTENER_ADMIN)
            continue;
        text_add(text, "  \"%s\": { method: \"%s\", path: \"%s\"", route->name,
                 http_method_name(route->method), route->path);
        if (route->body_type != NULL)
            text_add(text, ", body: \"%s\"", route->body_type);
        text_add(text, " },\n");
    }
    text_add(text, "};\n");
}

/* {} where a row has no shape. */
static const char *live_name(const struct jx_shape *shape)
{
    return shape == NULL ? "Nothing" : shape->name;
}

static void add_code(struct text *text, const struct command *row)
{
    text_add(text, "  /** %s */\n  \"%s\": { code: %d, bytes: %d", row->summary_ja, row->name,
             row->code, row->n_bytes);
    if (row->n_bytes_most != 0)
        text_add(text, ", most: %d", row->n_bytes_most);
    text_add(text, " },\n");
}

static void add_commands(struct text *text, const struct command_table *commands)
{
    text_add(text, "\nexport type Nothing = Readonly<Record<string, never>>;\n"
                   "export interface LiveCommands {\n");
    for (const struct command_table *t = commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (t->rows[i].code == 0)
                text_add(text, "  /** %s */\n  \"%s\": { input: %s; output: %s };\n",
                         t->rows[i].summary_ja, t->rows[i].name, live_name(t->rows[i].input),
                         live_name(t->rows[i].output));
    text_add(text, "}\nexport type LiveCommandName = keyof LiveCommands;\n"
                   "\n/** What a binary message begins with, and its length. */\n"
                   "export const liveCodes = {\n");
    for (const struct command_table *t = commands; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (t->rows[i].code != 0)
                add_code(text, &t->rows[i]);
    text_add(text, "} as const;\n");
}

static void add_events(struct text *text, const struct live_event_table *events)
{
    text_add(text, "\nexport interface LiveEvents {\n");
    for (const struct live_event_table *t = events; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            text_add(text, "  /** %s */\n  \"%s\": %s;\n", t->rows[i].summary_ja,
                     t->rows[i].name, live_name(t->rows[i].shape));
    text_add(text, "}\nexport type LiveEventName = keyof LiveEvents;\n");
}

static enum err add_shape(struct shapes *shapes, const struct jx_shape *shape, struct fail *why)
{
    return shape == NULL ? ERR_OK : shapes_add(shapes, shape, why);
}

static enum err shapes_of_live(struct shapes *shapes, const struct command_table *commands,
                               const struct live_event_table *events, struct fail *why)
{
    enum err rc = shapes_add(shapes, &live_no_shape, why);

    for (const struct command_table *t = commands; t->n > 0; t++)
        for (int i = 0; i < t->n && rc == ERR_OK; i++) {
            rc = add_shape(shapes, t->rows[i].input, why);
            if (rc == ERR_OK)
                rc = add_shape(shapes, t->rows[i].output, why);
        }
    for (const struct live_event_table *t = events; t->n > 0; t++)
        for (int i = 0; i < t->n && rc == ERR_OK; i++)
            rc = add_shape(shapes, t->rows[i].shape, why);
    return rc;
}

static void add_head(struct text *text)
{
    text_add(text,
             "// Written by `ibasho-rows wire` from the rows of the node. Not to be edited.\n"
             "\n/** A UUID. */\nexport type Id = string;\n"
             "/** RFC 3339, UTC. */\nexport type Time = string;\n"
             "/** base64url without padding. */\nexport type Base64Url = string;\n"
             "/** A 64-bit integer in decimal digits. */\nexport type Int64 = string;\n"
             "export type Role =");
    for (int role = 0; role < ROLE_N; role++)
        text_add(text, "\n  | \"%s\"", role_id((enum role)role));
    text_add(text, ";\n");
}

enum err wire_write(const struct routes *routes, const struct command_table *commands,
                    const struct live_event_table *events, struct text *text, struct fail *why)
{
    struct shapes shapes = {.n = 0};
    enum err rc = shapes_of_routes(&shapes, routes, why);

    if (rc == ERR_OK)
        rc = shapes_of_live(&shapes, commands, events, why);
    if (rc != ERR_OK)
        return rc;
    add_head(text);
    for (int i = 0; i < shapes.n; i++)
        add_interface(text, shapes.at[i]);
    add_routes(text, routes);
    add_commands(text, commands);
    add_events(text, events);
    return text->is_broken ? fail_set(why, ERR_NOMEM, "wire.ts") : ERR_OK;
}

/* ---- the matrix ---- */

static void add_line(struct text *text, const struct route *route, enum listener listener,
                     const char *role, const char *expect)
{
    text_add(text, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", route->name,
             http_method_name(route->method), route->path, listener_name(listener), role,
             expect, object_rule_id(route->object), audit_class_id(route->audit));
}

static const char *expected(const struct route *route, enum role role)
{
    if (route->roles & (ROLE_BIT(ROLE_ANONYMOUS) | ROLE_BIT(role)))
        return "allow";
    return role == ROLE_ANONYMOUS ? "401" : "404";
}

static void add_listener(struct text *text, const struct route *route, enum listener listener)
{
    if (!(route->listeners & (unsigned)listener)) {
        add_line(text, route, listener, "*", "404");
        return;
    }
    if (listener == LISTENER_ADMIN) {
        add_line(text, route, listener, "operator", "allow");
        return;
    }
    for (int role = 0; role < ROLE_N; role++)
        add_line(text, route, listener, role_id((enum role)role),
                 expected(route, (enum role)role));
}

void matrix_write(const struct routes *routes, struct text *text)
{
    text_add(text, "route\tmethod\tpath\tlistener\trole\texpect\tobject\taudit\n");
    for (int i = 0; i < routes_n(routes); i++)
        for (unsigned bit = LISTENER_PUBLIC; bit <= LISTENER_ADMIN; bit <<= 1)
            add_listener(text, routes_at(routes, i), (enum listener)bit);
}
