#include "node/base/route.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/problem.h"
#include "tests/t.h"
#include "tests/unit/base/aborts.h"

struct change {
    struct span name;
    int64_t level;
};
struct changes {
    struct jx_list items;
};
static const struct jx_field change_fields[] = {
    {.name = "name",
     .type = JX_TEXT,
     .most = 4,
     .offset = offsetof(struct change, name),
     .title_ja = "名前"},
    {.name = "level", .type = JX_INT, .offset = offsetof(struct change, level)},
};
static const struct jx_shape change_shape = JX_SHAPE("Change", struct change, change_fields);
static const struct jx_field changes_fields[] = {
    {.name = "items", .type = JX_LIST, .shape = &change_shape, .title_ja = "変更"},
};
static const struct jx_shape changes_shape =
    JX_SHAPE("Changes", struct changes, changes_fields);
static const struct route route = {
    .name = "things.change", .input = &changes_shape, .output = &change_shape};

static int n_done;
static struct arena *shared;

static void done(struct req *req)
{
    (void)req;
    n_done++;
}

static struct req request(void)
{
    if (shared == NULL)
        T_EQ(arena_create(4096, &shared, NULL), ERR_OK, "arena");
    arena_reset(shared);
    n_done = 0;
    return (struct req){.route = &route, .arena = shared, .done = done};
}

/* Log lines of what runs between the two, and only those. */
static const char *log_path(void)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/req.log", t_dir());
    return path;
}
static void log_catch(void)
{
    static int64_t shift_us;
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    /* Past the second of the last case, whose budget may be spent. */
    shift_us += 2000000;
    clock_test_shift(shift_us, 0);
    log_init("test", LOG_DEBUG);
    log_to(fd);
    log_debug("test.begins", L_NONE);
    close(fd);
    fd = open(log_path(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    T_OK(fd >= 0, "log opens");
    log_to(fd);
}
static const char *log_caught(void)
{
    static char text[4096];
    int fd = open(log_path(), O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, text, sizeof text - 1);

    close(fd);
    log_to(2);
    log_init("ibasho", LOG_INFO);
    clock_test_shift(0, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

T_CASE(req_params_and_query_by_name)
{
    struct req req = request();

    req.params[0] = (struct req_param){"id", SPAN("7")};
    req.params[1] = (struct req_param){"name", SPAN("x")};
    req.n_params = 2;
    req.query[0] = (struct req_param){"id", SPAN("q")};
    req.n_query = 1;
    T_SPAN(req_param(&req, "id"), SPAN("7"), "of the path");
    T_SPAN(req_param(&req, "name"), SPAN("x"), "second");
    T_SPAN(req_query(&req, "id"), SPAN("q"), "of the query");
    T_OK(req_param(&req, "ID").p == NULL, "absent");
    T_OK(req_query(&req, "name").p == NULL, "absent");
}

T_CASE(reply_json_writes_the_output_shape)
{
    struct req req = request();
    struct change change = {SPAN("山"), 3};

    reply_header(&req, "ETag", "\"1\"");
    reply_json(&req, 201, &change);
    T_EQ(n_done, 1, "once");
    T_EQ(req.reply.status, 201, "status");
    T_TEXT(req.reply.type, "application/json", "type");
    T_SPAN(req.reply.body, SPAN("{\"name\":\"山\",\"level\":3}"), "body");
    T_EQ(req.reply.n_headers, 1, "header");
    T_TEXT(req.reply.headers[0].name, "ETag", "header");
    T_TEXT(req.reply.headers[0].value, "\"1\"", "header");
}

T_CASE(reply_json_that_cannot_be_written_is_our_fault)
{
    struct req req = request();
    struct change change = {t_hex("ff"), 3};

    log_catch();
    reply_json(&req, 200, &change);
    T_OK(strstr(log_caught(), "\"code\":\"internal\"") != NULL, "logged");
    T_EQ(n_done, 1, "once");
    T_EQ(req.reply.status, 500, "status");
}

T_CASE(reply_none_is_204)
{
    struct req req = request();

    reply_none(&req);
    T_EQ(n_done, 1, "once");
    T_EQ(req.reply.status, 204, "status");
    T_OK(req.reply.type == NULL && req.reply.body.len == 0, "nothing in it");
}

T_CASE(reply_bytes_passes_bytes_on)
{
    struct req req = request();

    reply_bytes(&req, 200, "text/csv", SPAN("a,b\r\n"));
    T_EQ(n_done, 1, "once");
    T_EQ(req.reply.status, 200, "status");
    T_TEXT(req.reply.type, "text/csv", "type");
    T_SPAN(req.reply.body, SPAN("a,b\r\n"), "body");
}

T_CASE(reply_fail_answers_every_code_with_a_sentence_and_no_detail)
{
    for (int code = ERR_OK + 1; code < ERR_N; code++) {
        struct req req = request();
        struct fail fail;
        char want[512];

        (void)!fail_set(&fail, (enum err)code, "detail that stays inside");
        log_catch();
        reply_fail(&req, &fail);
        T_OK(strstr(log_caught(), "detail that stays inside") != NULL, "the log has it");
        T_EQ(n_done, 1, "once");
        T_EQ(req.reply.status, err_http_status((enum err)code), err_code((enum err)code));
        T_TEXT(req.reply.type, "application/problem+json", "RFC 9457");
        snprintf(want, sizeof want,
                 "{\"type\":\"urn:ibasho:error:%s\",\"title\":\"%s\",\"status\":%d,"
                 "\"code\":\"%s\"}",
                 err_code((enum err)code), problem_title_ja((enum err)code),
                 err_http_status((enum err)code), err_code((enum err)code));
        T_SPAN(req.reply.body, span_text(want), "nothing but the code's own words");
        T_OK(strlen(problem_title_ja((enum err)code)) > 20, "a sentence");
        T_OK(strstr(problem_title_ja((enum err)code), "。") != NULL, "a sentence");
    }
}

T_CASE(reply_fail_denied_is_not_found_byte_for_byte)
{
    struct req denied = request(), missing = denied;
    struct fail fail;
    struct span first;

    log_catch();
    (void)!fail_field(&fail, ERR_DENIED, "id", "not of this school");
    reply_header(&denied, "ETag", "\"7\"");
    reply_fail(&denied, &fail);
    first = denied.reply.body;
    (void)!fail_set(&fail, ERR_NOT_FOUND, "no such row");
    reply_fail(&missing, &fail);
    (void)log_caught();
    T_SPAN(first, missing.reply.body, "bodies");
    T_EQ(denied.reply.status, missing.reply.status, "status");
    T_TEXT(denied.reply.type, missing.reply.type, "type");
    T_EQ(denied.reply.n_headers, 0, "no header tells them apart");
    T_EQ(missing.reply.n_headers, 0, "no header tells them apart");
}

T_CASE(reply_fail_names_a_field_that_can_be_mended)
{
    static const struct {
        enum err code;
        const char *field, *errors; /* NULL: none */
    } rows[] = {
        {ERR_INVALID, "items",
         "[{\"pointer\":\"/"
         "items\",\"rule\":\"invalid\",\"text\":\"「変更」が決まりに合いません。"
         "直して、もう一度送ってください。\"}]"},
        {ERR_CONFLICT, "/items/3/name",
         "[{\"pointer\":\"/items/3/"
         "name\",\"rule\":\"conflict\",\"text\":\"「名前」は、ほかの人が"
         "先に変えたか、すでに使われています。\"}]"},
        {ERR_TOO_LARGE, "items/12/level",
         "[{\"pointer\":\"/items/12/level\",\"rule\":\"too-large\",\"text\":"
         "\"「level」が大きすぎます。\"}]"},
        {ERR_INVALID, "other/thing",
         "[{\"pointer\":\"/other/"
         "thing\",\"rule\":\"invalid\",\"text\":\"「thing」が決まりに合いません。"
         "直して、もう一度送ってください。\"}]"},
        {ERR_INTERNAL, "items", NULL},
        {ERR_DENIED, "items", NULL},
        {ERR_NOT_FOUND, "items", NULL},
        {ERR_PROTO, "items", NULL},
        {ERR_BUSY, "items", NULL},
    };

    log_catch();
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct req req = request();
        struct fail fail;
        const char *errors;

        (void)!fail_field(&fail, rows[i].code, rows[i].field, "inside");
        reply_fail(&req, &fail);
        errors = strstr((const char *)req.reply.body.p, "\"errors\":");
        T_OK((errors != NULL) == (rows[i].errors != NULL), rows[i].field);
        if (errors != NULL && rows[i].errors != NULL)
            T_SPAN(span_of(errors + 9, strlen(errors) - 10), span_text(rows[i].errors),
                   rows[i].field);
    }
    (void)log_caught();
}

T_CASE(reply_fail_survives_a_field_cut_inside_a_character)
{
    struct req req = request();
    struct fail fail;

    (void)!fail_field(&fail, ERR_INVALID,
                      "/あああああああああああああああああああああああああああああああ", "cut");
    log_catch();
    reply_fail(&req, &fail);
    T_EQ(jx_check(span_text(log_caught()), NULL), ERR_OK, "the log line is JSON");
    T_EQ(req.reply.status, 422, "status");
    T_EQ(jx_check(req.reply.body, NULL), ERR_OK, "the answer is JSON");
}

T_CASE(reply_fail_without_a_route)
{
    struct req req = request();
    struct fail fail;

    req.route = NULL;
    (void)!fail_field(&fail, ERR_INVALID, "name", "inside");
    log_catch();
    reply_fail(&req, &fail);
    (void)log_caught();
    T_EQ(req.reply.status, 422, "status");
    T_OK(strstr((const char *)req.reply.body.p, "「name」") != NULL, "named as it stands");
}

T_CASE(reply_defects_lists_them_all)
{
    struct req req = request();
    struct jx_defects defects = {0};

    T_EQ(jx_defect_add(&defects, shared, "/a", "least", "「a」です。"), ERR_OK, "adds");
    T_EQ(jx_defect_add(&defects, shared, "/b/0", "unknown", "「\"b\"」です。"), ERR_OK, "adds");
    reply_defects(&req, &defects);
    T_EQ(n_done, 1, "once");
    T_EQ(req.reply.status, 422, "status");
    T_TEXT(req.reply.type, "application/problem+json", "type");
    T_OK(
        strstr(
            (const char *)req.reply.body.p,
            "\"code\":\"invalid\",\"errors\":["
            "{\"pointer\":\"/a\",\"rule\":\"least\",\"text\":\"「a」です。\"},"
            "{\"pointer\":\"/b/0\",\"rule\":\"unknown\",\"text\":\"「\\\"b\\\"」です。\"}]}") !=
            NULL,
        "both");
}

T_CASE(problem_without_memory_is_the_document_of_its_code)
{
    struct req req = request();
    struct span text;

    T_EQ(problem_write(ERR_NOMEM, NULL, req.arena, &text, NULL), ERR_OK, "writes");
    T_SPAN(problem_no_memory(), text, "the ready-made one is the same");
}

T_CASE(req_alloc_gives_room_or_answers)
{
    struct req req = request();
    uint8_t *p = req_alloc(&req, 16);

    T_OK(p != NULL && p[0] == 0 && p[15] == 0, "zeros of the arena");
    T_EQ(n_done, 0, "the request goes on");
    T_OK(req_alloc(&req, SIZE_MAX) == NULL, "more than there is");
    T_EQ(n_done, 1, "answered");
    T_EQ(req.reply.status, err_http_status(ERR_NOMEM), "as no memory");
}

static void answer_twice(void)
{
    struct req req = request();

    reply_none(&req);
    reply_none(&req);
}
static void fail_with_ok(void)
{
    struct req req = request();
    struct fail fail = {.code = ERR_OK};

    reply_fail(&req, &fail);
}
static void nine_headers(void)
{
    struct req req = request();

    for (int i = 0; i < 9; i++)
        reply_header(&req, "X", "y");
}
static void json_without_shape(void)
{
    static const struct route bare = {.name = "bare"};
    struct req req = request();

    req.route = &bare;
    reply_json(&req, 200, &req);
}

T_CASE(reply_wrong_use_is_a_broken_invariant)
{
    T_OK(aborts(answer_twice), "a second answer");
    T_OK(aborts(fail_with_ok), "a failure that is none");
    T_OK(aborts(nine_headers), "a ninth header");
    T_OK(aborts(json_without_shape), "no output shape");
}
