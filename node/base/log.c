#include "node/base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"

#define LINE_CAP     2048
#define N_RATED      64
#define MOST_PER_S   20
#define RATE_SPAN_US 1000000

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *program_name = "ibasho";
static enum log_level least_level = LOG_INFO;
static int out_fd = 2;

/* Direct-mapped by the event's address: names are string constants. A clash only means that two
 * events share a budget. */
static struct rated {
    const char *event;
    int64_t since_us;
    int n, dropped;
} rated[N_RATED];

void log_init(const char *program, enum log_level least)
{
    program_name = program;
    least_level = least;
}

void log_to(int fd)
{
    out_fd = fd;
}

struct line {
    char text[LINE_CAP];
    size_t len;
};

static void put(struct line *line, const char *s, size_t len)
{
    size_t room = sizeof line->text - 4 - line->len; /* keep room for `"}\n` */

    if (len > room)
        len = room;
    memcpy(line->text + line->len, s, len);
    line->len += len;
}

static void put_text(struct line *line, const char *s)
{
    put(line, s, strlen(s));
}

static void put_quoted(struct line *line, struct span s)
{
    put_text(line, "\"");
    for (size_t i = 0; i < s.len; i++) {
        char esc[8];

        if (s.p[i] == '"' || s.p[i] == '\\') {
            snprintf(esc, sizeof esc, "\\%c", s.p[i]);
            put_text(line, esc);
        } else if (s.p[i] < 0x20 || s.p[i] == 0x7f) {
            snprintf(esc, sizeof esc, "\\u%04x", s.p[i]);
            put_text(line, esc);
        } else {
            put(line, (const char *)&s.p[i], 1);
        }
    }
    put_text(line, "\"");
}

static void put_head(struct line *line, const char *level, const char *event)
{
    char at[CLOCK_TEXT_CAP];

    clock_utc_text(clock_utc_us(), at);
    line->len = 0;
    put_text(line, "{\"at\":\"");
    put_text(line, at);
    put_text(line, "\",\"program\":\"");
    put_text(line, program_name);
    put_text(line, "\",\"level\":\"");
    put_text(line, level);
    put_text(line, "\",\"event\":\"");
    put_text(line, event);
    put_text(line, "\"");
}

static void put_field(struct line *line, const struct log_field *f)
{
    char number[32], id[ID_TEXT_CAP];

    put_text(line, ",\"");
    put_text(line, f->name);
    put_text(line, "\":");
    switch (f->type) {
    case LOG_TYPE_INT:
        snprintf(number, sizeof number, "%lld", (long long)f->i);
        put_text(line, number);
        break;
    case LOG_TYPE_TEXT:
        put_quoted(line, f->text);
        break;
    case LOG_TYPE_ID:
        id_text(f->id, id);
        put_quoted(line, span_text(id));
        break;
    case LOG_END:
        break;
    }
}

static void emit(struct line *line)
{
    ssize_t n;

    line->text[line->len++] = '}';
    line->text[line->len++] = '\n';
    n = write(out_fd, line->text, line->len);
    (void)n; /* a log that cannot be written has nowhere to say so */
}

/* True when the event is over its budget; says how many were dropped once the second is over.
 */
static bool over_budget(const char *event)
{
    struct rated *r = &rated[((uintptr_t)event >> 3) % N_RATED];
    int64_t now_us = clock_mono_us();

    if (r->event != event || now_us - r->since_us >= RATE_SPAN_US) {
        if (r->dropped > 0) {
            struct line line;

            put_head(&line, "warn", "log.suppressed");
            put_field(&line, &(struct log_field)L_TEXT("of", r->event));
            put_field(&line, &(struct log_field)L_INT("n", r->dropped));
            emit(&line);
        }
        *r = (struct rated){event, now_us, 0, 0};
    }
    if (++r->n <= MOST_PER_S)
        return false;
    r->dropped++;
    return true;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line;

    if (level < least_level)
        return;
    pthread_mutex_lock(&lock);
    if (!over_budget(event)) {
        put_head(&line, level_names[level], event);
        for (; fields->type != LOG_END; fields++)
            put_field(&line, fields);
        emit(&line);
    }
    pthread_mutex_unlock(&lock);
}
