#include "node/base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "tests/t.h"

static char text[256 * 1024];
static int64_t shift_us;

static const char *path(void)
{
    static char p[128];

    snprintf(p, sizeof p, "%s/log.log", t_dir());
    return p;
}

/* Lines from here on go to an empty file, with every event's budget fresh. */
static void begin(enum log_level least)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

    shift_us += 5000000;
    clock_test_shift(shift_us, 0);
    log_to(fd);
    log_error("test.begins", L_NONE);
    close(fd);
    fd = open(path(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    T_OK(fd >= 0, "log opens");
    log_to(fd);
    log_init("unit", least);
}

/* What was written; the log goes back to what it was. Returns the number of lines. */
static int end(void)
{
    int fd = open(path(), O_RDONLY | O_CLOEXEC), n = 0;
    ssize_t len = 0, got;

    while ((got = read(fd, text + len, sizeof text - 1 - (size_t)len)) > 0)
        len += got;
    close(fd);
    text[len] = '\0';
    log_to(2);
    log_init("ibasho", LOG_INFO);
    clock_test_shift(0, 0);
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    return n;
}

/* The n-th line, which must be one JSON object. */
static struct span line(int n)
{
    const char *p = text;
    struct span s;

    for (; n > 0; n--)
        p = strchr(p, '\n') + 1;
    s = span_of(p, strcspn(p, "\n"));
    T_EQ(jx_check(s, NULL), ERR_OK, "a line is JSON");
    return s;
}

static bool has(struct span s, const char *part)
{
    return memmem(s.p, s.len, part, strlen(part)) != NULL;
}

T_CASE(log_line_is_an_object_of_typed_fields)
{
    struct id id = {{0x01, 0x92, 0xf0}};
    struct fail fail;

    begin(LOG_INFO);
    (void)!fail_set_at(&fail, ERR_BUSY, "a.c", 7, "queue of %d", 5);
    log_info("account.suspended", L_ID("account", id), L_INT("n", -3), L_TEXT("why", "x"),
             L_SPAN("part", SPAN("yz")));
    log_warn("unit.plain", L_NONE);
    log_error("unit.failed", L_FAIL(&fail));
    T_EQ(end(), 3, "three lines");
    T_OK(has(line(0), "{\"at\":\"20") && has(line(0), "Z\",\"program\":\"unit\""), "head");
    T_OK(has(line(0), "\"level\":\"info\",\"event\":\"account.suspended\","
                      "\"account\":\"0192f000-0000-0000-0000-000000000000\",\"n\":-3,"
                      "\"why\":\"x\",\"part\":\"yz\"}"),
         "fields in order");
    T_OK(has(line(1), "\"level\":\"warn\",\"event\":\"unit.plain\"}"), "no fields");
    T_OK(has(line(2), "\"code\":\"busy\",\"why\":\"queue of 5\",\"file\":\"a.c\",\"line\":7}"),
         "a fail in one");
}

T_CASE(log_drops_lines_below_the_least_level)
{
    begin(LOG_WARN);
    log_debug("unit.a", L_NONE);
    log_info("unit.b", L_NONE);
    log_warn("unit.c", L_NONE);
    log_error("unit.d", L_NONE);
    T_EQ(end(), 2, "warn and error");
    T_OK(has(line(0), "unit.c") && has(line(1), "unit.d"), "warn and error");
}

T_CASE(log_text_of_any_bytes_makes_a_valid_line)
{
    static const struct {
        const char *what, *hex, *want;
    } rows[] = {
        {"quotes", "225c", "\\\"\\\\"},
        {"line end", "610a62", "a\\u000ab"},
        {"NUL", "610062", "a\\ufffdb"},
        {"delete", "7f", "\\u007f"},
        {"control of two bytes", "c29b", "\\u009b"},
        {"no-break space stays", "c2a0", "\xc2\xa0"},
        {"Japanese stays", "e5b1b1", "山"},
        {"not UTF-8", "61ff62", "a\\ufffdb"},
        {"cut character", "61e5b1", "a\\ufffd\\ufffd"},
        {"surrogate", "eda080", "\\ufffd\\ufffd\\ufffd"},
        {"nothing", "", ""},
    };

    begin(LOG_INFO);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        log_info("unit.text", L_SPAN("t", t_hex(rows[i].hex)));
    T_EQ(end(), T_COUNT(rows), "one line each");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        char want[64];

        snprintf(want, sizeof want, "\"t\":\"%s\"}", rows[i].want);
        T_OK(has(line((int)i), want), rows[i].what);
    }
}

T_CASE(log_long_text_is_cut_between_characters)
{
    char kana[601 * 3 + 1] = "", letters[701];

    for (int i = 0; i < 601; i++)
        memcpy(kana + (size_t)i * 3, "\xe3\x81\x82", 4);
    kana[0] = 'x'; /* shifts the characters off the 600th byte */
    kana[1] = 'x';
    kana[2] = 'x';
    memset(letters, 'z', 700);
    letters[700] = '\0';
    begin(LOG_INFO);
    log_info("unit.long", L_TEXT("t", kana + 1));
    log_info("unit.long", L_TEXT("t", letters));
    log_info("unit.long", L_SPAN("t", span_of(letters, 600)));
    T_EQ(end(), 3, "three lines");
    T_OK(has(line(0), "あ…\"}"), "no half of a character");
    T_OK(!has(line(0), "ufffd"), "nor a sign for it");
    T_OK(has(line(1), "zzz…\"}"), "cut");
    T_OK(has(line(2), "zzz\"}"), "600 bytes are not cut");
    T_EQ(line(1).len - line(2).len, strlen("…"), "600 of 700");
}

T_CASE(log_line_too_long_loses_whole_fields)
{
    char letters[601];

    memset(letters, '"', 600); /* each is written as two */
    letters[600] = '\0';
    begin(LOG_INFO);
    log_info("unit.wide", L_TEXT("a", letters), L_TEXT("b", letters), L_INT("c", 3));
    T_EQ(end(), 1, "one line");
    T_OK(has(line(0), "\"a\":"), "the first fits");
    T_OK(!has(line(0), "\"b\":"), "the second does not");
    T_OK(has(line(0), "\"c\":3,\"cut\":true}"), "the third does, and the line says so");
    T_OK(line(0).len < 2048, "bounded");
}

T_CASE(log_event_over_its_budget_is_counted_and_said_once)
{
    begin(LOG_INFO);
    for (int i = 0; i < 50; i++)
        log_info("unit.often", L_INT("i", i));
    log_info("unit.other", L_NONE);
    clock_test_shift(shift_us += 1100000, 0);
    log_info("unit.other", L_NONE);
    log_info("unit.often", L_INT("i", 50));
    T_EQ(end(), 24, "20, another, the count, two more");
    T_OK(has(line(19), "\"i\":19}"), "the twentieth");
    T_OK(has(line(20), "unit.other"), "another event has its own budget");
    T_OK(has(line(21), "\"level\":\"warn\",\"event\":\"log.suppressed\",\"of\":\"unit.often\","
                       "\"n\":30}"),
         "said with the first line after the second, whatever its event");
    T_OK(has(line(23), "\"i\":50}"), "and it may speak again");
}

T_CASE(log_more_events_than_places_share_budgets)
{
    static const char names[200][4] = {"a"};

    begin(LOG_INFO);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < 200; i++)
            log_info(names[i], L_NONE);
    T_OK(end() >= 64 * 3, "those with a place say all");
}

static void *write_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++)
        log_info(i % 2 ? "unit.thread" : "unit.thread2", L_TEXT("t", "abcdefghijklmnop"));
    return NULL;
}

T_CASE(log_lines_of_threads_do_not_mix)
{
    pthread_t threads[4];
    int n;

    begin(LOG_INFO);
    for (int i = 0; i < 4; i++)
        T_EQ(pthread_create(&threads[i], NULL, write_often, NULL), 0, "thread");
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    n = end();
    T_OK(n >= 40, "two events of 20 lines");
    for (int i = 0; i < n; i++)
        (void)line(i);
}
