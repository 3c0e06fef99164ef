#include "node/io/refusal.h"
#include "node/server/openapi.h"
#include "node/server/routes.h"
#include "node/server/wire.h"

#include "node/base/problem.h"
#include "tests/t.h"

#include <stdlib.h>

static void handle(struct req *req)
{
    reply_none(req);
}

struct inner {
    struct span text;
};
struct thing {
    struct id id;
    int64_t n, big, at;
    bool is_so, has_note;
    int kind;
    struct span note, secret;
    struct jx_texts words;
    struct inner inner;
    struct jx_list list;
};
static const struct jx_field inner_fields[] = {
    {.name = "text", .type = JX_TEXT, .least = 1, .most = 9, .title_ja = "こと\"ば"},
};
static const struct jx_shape inner_shape = JX_SHAPE("Inner", struct inner, inner_fields);
#define AT(member) .offset = offsetof(struct thing, member)
static const struct jx_field thing_fields[] = {
    {.name = "id", .type = JX_ID, AT(id)},
    {.name = "n", .type = JX_INT, .least = -1, .most = 9, AT(n)},
    {.name = "big", .type = JX_I64TEXT, AT(big)},
    {.name = "at", .type = JX_TIME, AT(at)},
    {.name = "is_so", .type = JX_BOOL, AT(is_so)},
    {.name = "kind", .type = JX_ENUM, .choices = "a|bc|d", AT(kind)},
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .has_offset = offsetof(struct thing, has_note),
     AT(note)},
    {.name = "secret", .type = JX_BYTES, .flags = JX_SECRET, AT(secret)},
    {.name = "words", .type = JX_TEXTS, .most = 5, AT(words)},
    {.name = "inner", .type = JX_OBJECT, .shape = &inner_shape, AT(inner)},
    {.name = "list", .type = JX_LIST, .shape = &inner_shape, .most = 3, AT(list)},
};
static const struct jx_shape thing_shape = JX_SHAPE("Thing", struct thing, thing_fields);

#define ROW(row_name, row_method, row_path) \
    .name = (row_name), .method = (row_method), .path = (row_path), .summary_ja = "こと", \
    .handle = handle
static const struct route rows[] = {
    {ROW("things.list", HTTP_GET, "/api/v1/things"),
     .listeners = LISTENER_PUBLIC | LISTENER_OFFICE, .roles = ROLES_EVERYONE},
    {ROW("things.add", HTTP_POST, "/api/v1/things"), .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_CONTRACTOR), .audit = AUDIT_CHANGE, .input = &thing_shape,
     .output = &thing_shape},
    {ROW("things.one", HTTP_GET, "/api/v1/things/{id}"), .listeners = LISTENER_PUBLIC,
     .roles = ROLE_BIT(ROLE_STUDENT), .object = OBJECT_OWN_CLASS, .output = &thing_shape},
    {ROW("things.newest", HTTP_GET, "/api/v1/things/newest"), .listeners = LISTENER_PUBLIC,
     .roles = ROLES_SIGNED_IN},
    {ROW("things.part", HTTP_PUT, "/api/v1/things/{id}/parts/{part}"),
     .listeners = LISTENER_OFFICE, .roles = ROLES_ADULT},
    {ROW("things.count", HTTP_GET, "/metrics"), .listeners = LISTENER_ADMIN,
     .roles = ROLES_EVERYONE},
};
static const struct route_table tables[] = {{rows, T_COUNT(rows)}, {NULL, 0}};

static struct arena *arena;

static void find(const struct routes *routes, enum listener listener, enum http_method method,
                 const char *target, struct route_match *match)
{
    struct path path;

    arena_destroy(&arena);
    if (arena_create(1024, &arena, NULL) != ERR_OK)
        abort();
    T_EQ(path_parse(span_text(target), arena, &path, NULL), ERR_OK, target);
    routes_find(routes, listener, method, &path, match);
}

T_CASE(routes_find_the_closest_row_of_a_listener)
{
    static const struct {
        enum listener listener;
        enum http_method method;
        const char *target, *name;
        unsigned methods;
    } want[] = {
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things", "things.list", 3},
        {LISTENER_PUBLIC, HTTP_POST, "/api/v1/things?a=b", "things.add", 3},
        {LISTENER_OFFICE, HTTP_POST, "/api/v1/things", NULL, 1},
        {LISTENER_PUBLIC, HTTP_DELETE, "/api/v1/things", NULL, 3},
        {LISTENER_UPLOADS, HTTP_GET, "/api/v1/things", NULL, 0},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things/", NULL, 0},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1", NULL, 0},
        {LISTENER_PUBLIC, HTTP_GET, "/", NULL, 0},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things/7", "things.one", 1},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things/newest", "things.newest", 1},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things/Newest", "things.one", 1},
        {LISTENER_PUBLIC, HTTP_GET, "/api/v1/things/%6eewest", "things.newest", 1},
        {LISTENER_OFFICE, HTTP_PUT, "/api/v1/things/7/parts/8", "things.part", 4},
        {LISTENER_PUBLIC, HTTP_GET, "/metrics", NULL, 0},
        {LISTENER_ADMIN, HTTP_GET, "/metrics", "things.count", 1},
    };
    struct routes *routes = NULL;
    struct route_match match;

    T_EQ(routes_create(tables, &routes, NULL), ERR_OK, "good rows");
    T_EQ(routes_n(routes), T_COUNT(rows), "all rows");
    for (size_t i = 0; i < T_COUNT(want); i++) {
        find(routes, want[i].listener, want[i].method, want[i].target, &match);
        T_EQ(match.methods, want[i].methods, want[i].target);
        T_EQ(match.route == NULL, want[i].name == NULL, want[i].target);
        if (match.route != NULL && want[i].name != NULL) {
            T_TEXT(match.route->name, want[i].name, want[i].target);
            T_OK(routes_at(routes, match.index) == match.route, "the index is the row's");
        }
    }
    find(routes, LISTENER_OFFICE, HTTP_PUT, "/api/v1/things/a%20b/parts/%E3%81%82", &match);
    T_EQ(match.n_params, 2, "two parameters");
    T_TEXT(match.params[0].name, "id", "first name");
    T_SPAN(match.params[0].value, SPAN("a b"), "first value");
    T_TEXT(match.params[1].name, "part", "second name");
    T_SPAN(match.params[1].value, SPAN("あ"), "second value");
    routes_destroy(&routes);
    T_OK(routes == NULL, "destroyed");
    arena_destroy(&arena);
}

#define FINE \
    { \
        ROW("a", HTTP_GET, "/a"), .listeners = LISTENER_PUBLIC, .roles = ROLES_EVERYONE \
    }
#define SECOND(row_name, row_path) \
    ROW(row_name, HTTP_GET, row_path), .listeners = LISTENER_PUBLIC, .roles = ROLES_EVERYONE

T_CASE(routes_create_refuses_bad_rows)
{
    static const struct {
        const char *what;
        enum err want;
        struct route rows[2];
    } pairs[] = {
        {"two good rows", ERR_OK, {FINE, {SECOND("b", "/b")}}},
        {"a name twice", ERR_INVALID, {FINE, {SECOND("a", "/b")}}},
        {"the same place", ERR_INVALID, {FINE, {SECOND("b", "/a")}}},
        {"the same place on another listener",
         ERR_OK,
         {FINE,
          {ROW("b", HTTP_GET, "/a"), .listeners = LISTENER_OFFICE, .roles = ROLES_EVERYONE}}},
        {"the same place by another method",
         ERR_OK,
         {FINE,
          {ROW("b", HTTP_POST, "/a"), .listeners = LISTENER_PUBLIC, .roles = ROLES_EVERYONE}}},
        {"parameters of other names",
         ERR_INVALID,
         {{SECOND("a", "/a/{b}")}, {SECOND("b", "/a/{c}")}}},
        {"no name", ERR_INVALID, {FINE, {SECOND(NULL, "/b")}}},
        {"no handler",
         ERR_INVALID,
         {FINE,
          {.name = "b",
           .path = "/b",
           .summary_ja = "こと",
           .listeners = LISTENER_PUBLIC,
           .roles = ROLES_EVERYONE}}},
        {"no summary",
         ERR_INVALID,
         {FINE,
          {.name = "b",
           .path = "/b",
           .handle = handle,
           .listeners = LISTENER_PUBLIC,
           .roles = ROLES_EVERYONE}}},
        {"no listener",
         ERR_INVALID,
         {FINE, {ROW("b", HTTP_GET, "/b"), .roles = ROLES_EVERYONE}}},
        {"no roles",
         ERR_INVALID,
         {FINE, {ROW("b", HTTP_GET, "/b"), .listeners = LISTENER_PUBLIC}}},
        {"a body on GET", ERR_INVALID, {FINE, {SECOND("b", "/b"), .input = &thing_shape}}},
        {"path without a slash", ERR_INVALID, {FINE, {SECOND("b", "b")}}},
        {"empty segment", ERR_INVALID, {FINE, {SECOND("b", "/b//c")}}},
        {"trailing slash", ERR_INVALID, {FINE, {SECOND("b", "/b/")}}},
        {"open parameter", ERR_INVALID, {FINE, {SECOND("b", "/{b")}}},
        {"nameless parameter", ERR_INVALID, {FINE, {SECOND("b", "/{}")}}},
        {"13 segments", ERR_INVALID, {FINE, {SECOND("b", "/1/2/3/4/5/6/7/8/9/a/b/c/d")}}},
        {"9 parameters",
         ERR_INVALID,
         {FINE, {SECOND("b", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}")}}},
    };

    for (size_t i = 0; i < T_COUNT(pairs); i++) {
        const struct route_table table[] = {{pairs[i].rows, 2}, {NULL, 0}};
        struct routes *routes;

        T_EQ(routes_create(table, &routes, NULL), pairs[i].want, pairs[i].what);
        T_EQ(routes == NULL, pairs[i].want != ERR_OK, pairs[i].what);
        routes_destroy(&routes);
    }
}

static bool has(const struct text *text, const char *part)
{
    return strstr(text->p, part) != NULL;
}

T_CASE(openapi_says_what_the_rows_say)
{
    static const struct command commands[] = {
        {.name = "floor.walk",
         .roles = ROLE_BIT(ROLE_STUDENT),
         .input = &inner_shape,
         .summary_ja = "あるく"},
        {.name = "floor.stick", .code = 1, .n_bytes = 3, .summary_ja = "向き"}};
    static const struct command_table command_tables[] = {{commands, 2}, {NULL, 0}};
    static const struct live_event events[] = {{"people.came", &inner_shape, "来た"}};
    static const struct live_event_table event_tables[] = {{events, 1}, {NULL, 0}};
    struct routes *routes = NULL;
    struct text text = {0};

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    text.arena = arena;
    T_EQ(routes_create(tables, &routes, NULL), ERR_OK, "good rows");
    openapi_write(routes, command_tables, event_tables, &text);
    T_OK(!text.is_broken, "whole");
    T_EQ(jx_check(span_of(text.p, text.len), NULL), ERR_OK, "is strict JSON");
    T_OK(has(&text, "\"openapi\":\"3.1.0\""), "version");
    T_OK(has(&text, "\"/api/v1/things\":{\"get\":{\"operationId\":\"things.list\""), "path");
    T_OK(has(&text, "},\"post\":{\"operationId\":\"things.add\""),
         "methods of one path together");
    T_OK(has(&text, "\"x-roles\":[\"contractor\"],\"x-listeners\":[\"public\"],"
                    "\"x-object\":\"none\",\"x-audit\":\"change\""),
         "roles, listeners, object rule, audit class");
    T_OK(!has(&text, "/metrics") && !has(&text, "things.count") && !has(&text, "\"admin\""),
         "the operator's socket is not told");
    T_OK(has(&text, "\"parameters\":[{\"name\":\"id\",\"in\":\"path\""), "parameter");
    T_OK(has(&text, "\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
                    "{\"schema\":{\"$ref\":\"#/components/schemas/Thing\"}}}}"),
         "input");
    T_OK(has(&text, "\"401\":{\"$ref\""), "problem answers");
    T_OK(has(&text, "\"n\":{\"type\":\"integer\",\"minimum\":-1,\"maximum\":9}"), "bounds");
    T_OK(has(&text, "\"enum\":[\"a\",\"bc\",\"d\"]"), "choices");
    T_OK(has(&text, "\"title\":\"こと\\\"ば\""), "titles, quoted");
    T_OK(has(&text, "\"required\":[\"id\",\"n\",\"big\",\"at\",\"is_so\",\"kind\",\"secret\""),
         "optional fields are not required");
    T_OK(has(&text, "\"Inner\":{\"type\":\"object\""), "shapes within shapes");
    T_OK(has(&text, "\"floor.walk\":{\"summary\":\"あるく\",\"input\":{\"$ref\":"
                    "\"#/components/schemas/Inner\"},\"x-roles\":[\"student\"]"),
         "commands");
    T_OK(has(&text, "\"floor.stick\":{\"summary\":\"向き\",\"x-code\":1,\"x-bytes\":3"),
         "binary ones");
    T_OK(has(&text, "\"people.came\":{\"summary\":\"来た\",\"of\":{\"$ref\":"), "events");
    routes_destroy(&routes);
    arena_destroy(&arena);
}

T_CASE(wire_gives_the_client_its_types)
{
    static const struct command commands[] = {
        {.name = "floor.walk", .input = &inner_shape, .summary_ja = "あるく"},
        {.name = "floor.stick", .code = 1, .n_bytes = 3, .summary_ja = "向き"}};
    static const struct command_table command_tables[] = {{commands, 2}, {NULL, 0}};
    static const struct live_event events[] = {{"people.came", &inner_shape, "来た"}};
    static const struct live_event_table event_tables[] = {{events, 1}, {NULL, 0}};
    struct routes *routes = NULL;
    struct text text = {0};

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    text.arena = arena;
    T_EQ(routes_create(tables, &routes, NULL), ERR_OK, "good rows");
    T_EQ(wire_write(routes, command_tables, event_tables, &text, NULL), ERR_OK, "written");
    T_OK(has(&text, "export interface Thing {\n  readonly id: Id;\n  readonly n: number;\n"
                    "  readonly big: Int64;\n  readonly at: Time;\n  readonly is_so: boolean;\n"
                    "  readonly kind: \"a\" | \"bc\" | \"d\";\n  readonly note?: string;\n"
                    "  readonly secret: Base64Url;\n  readonly words: readonly string[];\n"
                    "  readonly inner: Inner;\n  readonly list: readonly Inner[];\n}"),
         "every type");
    T_OK(has(&text,
             "\"things.part\": { params: { readonly id: string; readonly part: string; }; "
             "input: undefined; output: undefined };"),
         "a route with parameters");
    T_OK(has(&text, "\"things.add\": { method: \"POST\", path: \"/api/v1/things\" },"),
         "table");
    T_OK(!has(&text, "things.count"), "the admin socket is not the client's");
    T_OK(has(&text, "  | \"guest_teacher\"\n"), "roles");
    T_OK(has(&text, "\"floor.walk\": { input: Inner; output: Nothing };"), "commands");
    T_OK(!has(&text, "\"floor.stick\": { input"), "a binary one is not said in text");
    T_OK(has(&text, "\"floor.stick\": { code: 1, bytes: 3 },"), "but by its code");
    T_OK(has(&text, "\"people.came\": Inner;"), "events");
    T_OK(has(&text, "export interface LiveNo {\n  readonly code: string;"), "refusals");
    routes_destroy(&routes);
    arena_destroy(&arena);
}

T_CASE(wire_refuses_two_shapes_of_one_name)
{
    static const struct live_event_table no_events[] = {{NULL, 0}};
    static const struct jx_shape other = JX_SHAPE("Inner", struct inner, inner_fields);
    static const struct command commands[] = {
        {.name = "floor.walk", .input = &other, .summary_ja = "あるく"}};
    static const struct command_table command_tables[] = {{commands, 1}, {NULL, 0}};
    struct routes *routes = NULL;
    struct text text = {0};

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    text.arena = arena;
    T_EQ(routes_create(tables, &routes, NULL), ERR_OK, "good rows");
    T_EQ(wire_write(routes, command_tables, no_events, &text, NULL), ERR_INVALID,
         "Inner twice");
    routes_destroy(&routes);
    arena_destroy(&arena);
}

T_CASE(matrix_expects_one_answer_for_every_role_and_listener) /* NI-T3-7 */
{
    struct routes *routes = NULL;
    struct text text = {0};
    size_t n_lines = 0;

    T_REQ("NI-T3-7");
    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    text.arena = arena;
    T_EQ(routes_create(tables, &routes, NULL), ERR_OK, "good rows");
    matrix_write(routes, &text);
    for (size_t i = 0; i < text.len; i++)
        n_lines += text.p[i] == '\n';
    /* titles; 5 rows on one listener, 1 on two; the admin row has one line for its own */
    T_EQ(n_lines, 1 + 6 * ROLE_N + 1 + (3 + 4 * 4 + 4), "lines");
    T_OK(has(&text, "things.add\tPOST\t/api/v1/things\tpublic\tanonymous\t401\tnone\tchange\n"),
         "nobody is asked to sign in");
    T_OK(has(&text, "things.add\tPOST\t/api/v1/things\tpublic\tstudent\t404\t"), "wrong role");
    T_OK(has(&text, "things.add\tPOST\t/api/v1/things\tpublic\tcontractor\tallow\t"),
         "right role");
    T_OK(has(&text, "things.list\tGET\t/api/v1/things\toffice\tanonymous\tallow\t"), "open");
    T_OK(has(&text, "things.add\tPOST\t/api/v1/things\toffice\t*\t404\t"), "another listener");
    T_OK(has(&text, "things.count\tGET\t/metrics\tadmin\toperator\tallow\t"), "operator");
    routes_destroy(&routes);
    arena_destroy(&arena);
}

T_CASE(refusals_say_what_handlers_say)
{
    static const struct {
        enum refusal refusal;
        enum err err;
    } same[] = {
        {REFUSE_NOT_FOUND, ERR_NOT_FOUND}, {REFUSE_NOT_FOUND, ERR_DENIED},
        {REFUSE_MALFORMED, ERR_PROTO},     {REFUSE_LOCKED, ERR_LOCKED},
        {REFUSE_BUSY, ERR_BUSY},           {REFUSE_BODY_SIZE, ERR_TOO_LARGE},
    };
    char body[REFUSAL_BODY_CAP];
    struct span written;

    T_EQ(arena_create(1024, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(same); i++) {
        refusal_body(same[i].refusal, body);
        T_EQ(problem_write(same[i].err, NULL, arena, &written, NULL), ERR_OK, "problem");
        T_SPAN(span_text(body), written, refusal_code(same[i].refusal));
    }
    for (int i = 0; i < REFUSE_N; i++) {
        refusal_body((enum refusal)i, body);
        T_EQ(jx_check(span_text(body), NULL), ERR_OK, refusal_code((enum refusal)i));
        T_OK(refusal_status((enum refusal)i) >= 400, "a refusal is an error");
    }
    arena_destroy(&arena);
}
