/* node/base while memory fails: no crash, no leak, no half result, and the next try works. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/base/problem.h"
#include "node/base/route.h"
#include "node/base/utf.h"
#include "tests/torture/torture.h"

/* A small chunk, so that nearly every allocation of a scenario is one of its own. */
static struct arena *arena(void)
{
    struct arena *a = NULL;
    enum err rc = arena_create(32, &a, NULL);

    must((rc == ERR_OK) == (a != NULL));
    must(rc == ERR_OK || rc == ERR_NOMEM);
    return a;
}

TORTURE(arena_grows)
{
    struct arena *a = arena();
    enum err rc = ERR_NOMEM;

    if (a == NULL)
        return rc;
    if (arena_alloc(a, 100) != NULL && arena_copy(a, SPAN("abc")).p != NULL &&
        arena_printf(a, "%100d", 1) != NULL)
        rc = ERR_OK;
    arena_reset(a);
    must(arena_alloc(a, 8) != NULL); /* the first block is there already */
    arena_destroy(&a);
    return rc;
}

TORTURE(mbox_opens)
{
    struct mbox *m = NULL;
    int message = 1;
    enum err rc = mbox_create(sizeof message, 4, &m, NULL);

    must((rc == ERR_OK) == (m != NULL));
    if (rc == ERR_OK)
        must(mbox_post(m, &message, NULL) == ERR_OK && mbox_take(m, &message, 1, 0) == 1);
    mbox_destroy(&m);
    return rc;
}

static const struct conf_row conf_rows[] = {
    {.name = "a.int", .type = CONF_INT, .least = 0, .most = 9, .initial = "1", .help = ""},
    {.name = "a.text", .type = CONF_TEXT, .help = ""},
};
static const struct conf_table conf_tables[] = {{conf_rows, 2}, {NULL, 0}};

TORTURE(conf_reads)
{
    struct conf *conf = NULL;
    enum err rc =
        conf_read(SPAN("a.int = 5\na.text = abc\n"), conf_tables, 0, NULL, NULL, &conf, NULL);

    must((rc == ERR_OK) == (conf != NULL));
    if (conf != NULL)
        must(conf_int(conf, "a.int") == 5);
    conf_free(&conf);
    return rc;
}

TORTURE(conf_loads)
{
    struct conf *conf = NULL;
    char path[] = "/tmp/ibasho-torture-XXXXXX";
    int fd = mkstemp(path);
    enum err rc;

    must(fd >= 0 && write(fd, "a.text = abc\n", 13) == 13 && close(fd) == 0);
    rc = conf_load(path, conf_tables, 0, NULL, NULL, &conf, NULL);
    must((rc == ERR_OK) == (conf != NULL));
    conf_free(&conf);
    must(unlink(path) == 0);
    return rc;
}

TORTURE(conf_with_defects_is_refused)
{
    struct conf *conf = NULL;
    enum err rc = conf_read(SPAN("a.int = x\n"), conf_tables, 0, NULL, NULL, &conf, NULL);

    must(conf == NULL && rc != ERR_OK);
    return rc == ERR_INVALID ? ERR_OK : rc;
}

struct item {
    struct span text;
    int64_t number;
};
struct whole {
    struct id id;
    struct span text, bytes, raw;
    struct jx_texts texts;
    struct jx_list items;
    int64_t time;
    bool has_raw;
};
static const struct jx_field item_fields[] = {
    {.name = "t",
     .type = JX_TEXT,
     .most = 9,
     .offset = offsetof(struct item, text),
     .title_ja = "文"},
    {.name = "n", .type = JX_INT, .offset = offsetof(struct item, number)},
};
static const struct jx_shape item_shape = JX_SHAPE("Item", struct item, item_fields);
static const struct jx_field whole_fields[] = {
    {.name = "i", .type = JX_ID, .offset = offsetof(struct whole, id)},
    {.name = "t", .type = JX_TEXT, .offset = offsetof(struct whole, text)},
    {.name = "b", .type = JX_BYTES, .offset = offsetof(struct whole, bytes)},
    {.name = "r",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct whole, raw),
     .has_offset = offsetof(struct whole, has_raw)},
    {.name = "x", .type = JX_TEXTS, .offset = offsetof(struct whole, texts)},
    {.name = "l",
     .type = JX_LIST,
     .shape = &item_shape,
     .offset = offsetof(struct whole, items)},
    {.name = "d", .type = JX_TIME, .offset = offsetof(struct whole, time)},
};
static const struct jx_shape whole_shape = JX_SHAPE("Whole", struct whole, whole_fields);

static const struct span whole_json = {
    (const uint8_t *)"{\"i\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"t\":\"か\\u3099x\","
                     "\"b\":\"_-8\",\"x\":[\"山\",\"👨\"],\"l\":[{\"t\":\"a\",\"n\":1},"
                     "{\"t\":\"b\",\"n\":2}],\"d\":\"2026-04-01T00:00:00Z\"}",
    sizeof("{\"i\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"t\":\"か\\u3099x\","
           "\"b\":\"_-8\",\"x\":[\"山\",\"👨\"],\"l\":[{\"t\":\"a\",\"n\":1},"
           "{\"t\":\"b\",\"n\":2}],\"d\":\"2026-04-01T00:00:00Z\"}") -
        1};

TORTURE(jx_reads_and_writes)
{
    struct arena *a = arena();
    struct whole whole;
    const uint8_t *bytes = (const uint8_t *)&whole;
    struct span text, canonical;
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    rc = jx_read(whole_json, &whole_shape, a, &whole, NULL, NULL);
    for (size_t i = 0; rc != ERR_OK && i < sizeof whole; i++)
        must(bytes[i] == 0);
    if (rc == ERR_OK)
        rc = jx_write(&whole_shape, &whole, a, &text, NULL);
    if (rc == ERR_OK)
        rc = jx_write_canonical(&whole_shape, &whole, a, &canonical, NULL);
    if (rc == ERR_OK)
        must(text.len == canonical.len && jx_check(text, NULL) == ERR_OK);
    arena_destroy(&a);
    return rc;
}

TORTURE(jx_lists_defects)
{
    struct arena *a = arena();
    struct jx_defects defects;
    struct whole whole;
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    rc = jx_read(SPAN("{\"l\":[{\"u/~\":1},2,{},{},{}],\"b\":\"=\",\"t\":[]}"), &whole_shape, a,
                 &whole, &defects, NULL);
    must(rc != ERR_OK);
    must(rc == ERR_INVALID ? defects.n == 15 : defects.n == 0);
    arena_destroy(&a);
    return rc == ERR_INVALID ? ERR_OK : rc;
}

static int n_answers;
static void answered(struct req *req)
{
    must(req->reply.status >= 200 && (req->reply.status == 204 || req->reply.body.len > 0));
    n_answers++;
}

/* Whatever memory does, a request is answered, once. */
static enum err answer(void (*reply)(struct req *req))
{
    static const struct route route = {
        .name = "torture", .input = &whole_shape, .output = &item_shape};
    struct arena *a = arena();
    struct req req = {.route = &route, .arena = a, .done = answered};
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    log_init("torture", LOG_ERROR);
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    n_answers = 0;
    reply(&req);
    must(n_answers == 1);
    rc = req.reply.status == 503 ? ERR_NOMEM : ERR_OK;
    if (rc == ERR_NOMEM)
        must(span_eq(req.reply.body, problem_no_memory()));
    arena_destroy(&a);
    return rc;
}

static void with_json(struct req *req)
{
    reply_json(req, 200, &(struct item){SPAN("山"), 1});
}
static void with_fail(struct req *req)
{
    struct fail fail;

    (void)!fail_field(&fail, ERR_CONFLICT, "l/3/t", "held by another");
    reply_fail(req, &fail);
}
static void with_defects(struct req *req)
{
    struct jx_defects defects = {0};

    /* A list that lacks one for want of memory is still a list. */
    (void)!jx_defect_add(&defects, req->arena, "/a", "least", "「%s」", "a");
    (void)!jx_defect_add(&defects, req->arena, "/b", "most", "「%s」", "b");
    reply_defects(req, &defects);
}

TORTURE(reply_json_answers)
{
    return answer(with_json);
}
TORTURE(reply_fail_answers)
{
    return answer(with_fail);
}
TORTURE(reply_defects_answers)
{
    return answer(with_defects);
}

static enum err clean(struct span text)
{
    struct arena *a = arena();
    struct span out;
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    rc = utf_clean(text, 0, a, &out, NULL);
    must((rc == ERR_OK) == (out.p != NULL));
    arena_destroy(&a);
    return rc;
}

TORTURE(utf_cleans_plain_text)
{
    return clean(SPAN("山田太郎"));
}
TORTURE(utf_cleans_text_that_changes)
{
    return clean(SPAN("か\xe3\x82\x99\xe2\x80\x8b葛\xf3\xa0\x84\x80"));
}

TORTURE(utf_lists_graphemes)
{
    struct arena *a = arena();
    uint32_t *at;
    size_t n;
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    rc = utf_graphemes(SPAN("か\xe3\x82\x99い"), a, &at, &n, NULL);
    must(rc == ERR_OK ? n == 2 && at != NULL : at == NULL);
    arena_destroy(&a);
    return rc;
}

static enum err fold(unsigned kind)
{
    struct arena *a = arena();
    struct fold out;
    enum err rc;

    if (a == NULL)
        return ERR_NOMEM;
    rc = utf_fold(SPAN("ﾊﾞｶ ㌔ﷺ タヒね か\xe3\x82\x99"), kind, a, &out, NULL);
    must((rc == ERR_OK) == (out.grapheme_of != NULL));
    arena_destroy(&a);
    return rc;
}

TORTURE(fold_for_search)
{
    return fold(FOLD_SEARCH);
}
TORTURE(fold_for_words)
{
    return fold(FOLD_WORDS);
}

TORTURE(collation_always_answers)
{
    must(utf_collate_ja(SPAN("あ"), SPAN("い")) < 0);
    must(utf_collate_ja(SPAN("い"), SPAN("あ")) > 0);
    return ERR_OK;
}

static void *count(void *arg)
{
    size_t n = 0;
    enum err *rc = arg;

    *rc = utf_n_graphemes(SPAN("か\xe3\x82\x99い"), &n, NULL);
    must(n == (*rc == ERR_OK ? 2 : 0));
    return NULL;
}

TORTURE(graphemes_in_a_thread_of_its_own)
{
    pthread_t thread;
    enum err rc = ERR_NOMEM;

    if (pthread_create(&thread, NULL, count, &rc) == 0)
        pthread_join(thread, NULL);
    return rc;
}

TORTURE(ids_and_log_lines_do_without_memory)
{
    struct id id = id_new();

    log_init("torture", LOG_ERROR);
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    log_error("torture.line", L_ID("id", id), L_TEXT("t", "abc"));
    must(!id_is_none(id));
    return ERR_OK;
}
