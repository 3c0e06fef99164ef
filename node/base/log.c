#include "node/base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/utf.h"

#define LINE_CAP     2048
#define TEXT_MOST    600 /* bytes of one text; the rest of it is not said */
#define N_RATED      64
#define MOST_PER_S   20
#define RATE_SPAN_US 1000000

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char tail[] = ",\"cut\":true}\n"; /* the longest end of a line */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *program_name = "ibasho";
static enum log_level least_level = LOG_INFO;
static int out_fd = 2;

/* One event's budget of the running second. Events are told apart by address: names are string
 * constants. When all places are taken, two events share one. */
static struct rated {
    const char *event; /* NULL: a free place */
    int64_t since_us;
    int n, dropped;
} rated[N_RATED];

void log_init(const char *program, enum log_level least)
{
    pthread_mutex_lock(&lock);
    program_name = program;
    least_level = least;
    pthread_mutex_unlock(&lock);
}

void log_to(int fd)
{
    pthread_mutex_lock(&lock);
    out_fd = fd;
    pthread_mutex_unlock(&lock);
}

struct line {
    char text[LINE_CAP];
    size_t len;
    bool is_full; /* something did not fit */
    bool is_cut;  /* a field was left out for that */
};

static void put(struct line *line, const char *s, size_t len)
{
    size_t room = sizeof line->text - sizeof tail - line->len;

    if (len > room) {
        line->is_full = true;
        return;
    }
    memcpy(line->text + line->len, s, len);
    line->len += len;
}

static void put_text(struct line *line, const char *s)
{
    put(line, s, strlen(s));
}

/* Valid UTF-8. Control characters, also those of two bytes that some terminals obey, are said
 * as escapes. */
static void put_valid(struct line *line, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool is_c1 = s.p[i] == 0xc2 && s.p[i + 1] < 0xa0;
        char esc[8];

        if (s.p[i] == '"' || s.p[i] == '\\') {
            snprintf(esc, sizeof esc, "\\%c", s.p[i]);
            put_text(line, esc);
        } else if (s.p[i] < 0x20 || s.p[i] == 0x7f || is_c1) {
            i += is_c1;
            snprintf(esc, sizeof esc, "\\u%04x", s.p[i]);
            put_text(line, esc);
        } else {
            put(line, (const char *)&s.p[i], 1);
        }
    }
}

static void put_quoted(struct line *line, struct span s)
{
    struct span rest = span_cut(s, 0, TEXT_MOST);

    put_text(line, "\"");
    while (rest.len > 0) {
        size_t len = utf_valid_len(rest);

        put_valid(line, span_cut(rest, 0, len));
        rest = span_from(rest, len);
        /* Cut inside a character: nothing of it. Else a byte that is none. */
        if (rest.len > 0 && (s.len <= TEXT_MOST || rest.len > 3))
            put_text(line, "\\ufffd");
        rest = s.len <= TEXT_MOST || rest.len > 3 ? span_from(rest, 1) : SPAN_NONE;
    }
    put_text(line, s.len > TEXT_MOST ? "\xe2\x80\xa6\"" : "\"");
}

static void put_head(struct line *line, const char *level, const char *event)
{
    char at[CLOCK_TEXT_CAP];

    clock_utc_text(clock_utc_us(), at);
    line->len = 0;
    line->is_full = line->is_cut = false;
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
    size_t before = line->len;

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
    if (line->is_full) { /* a field stands whole or not at all: the line stays JSON */
        line->len = before;
        line->is_full = false;
        line->is_cut = true;
    }
}

static void emit(struct line *line)
{
    const char *end = line->is_cut ? tail : "}\n";
    ssize_t n;

    memcpy(line->text + line->len, end, strlen(end));
    n = write(out_fd, line->text, line->len + strlen(end));
    (void)n; /* a log that cannot be written has nowhere to say so */
}

/* Says what was dropped in seconds that are over, whichever event comes next. */
static void suppressed_say(int64_t now_us)
{
    for (struct rated *r = rated; r < rated + N_RATED; r++) {
        if (r->event == NULL || now_us - r->since_us < RATE_SPAN_US)
            continue;
        if (r->dropped > 0) {
            struct line line;

            put_head(&line, "warn", "log.suppressed");
            put_field(&line, &(struct log_field)L_TEXT("of", r->event));
            put_field(&line, &(struct log_field)L_INT("n", r->dropped));
            emit(&line);
        }
        *r = (struct rated){0};
    }
}

static struct rated *rated_of(const char *event, int64_t now_us)
{
    struct rated *place = NULL;

    for (struct rated *r = rated; r < rated + N_RATED; r++) {
        if (r->event == event)
            return r;
        if (r->event == NULL && place == NULL)
            place = r;
    }
    if (place == NULL)
        return &rated[((uintptr_t)event >> 3) % N_RATED];
    *place = (struct rated){.event = event, .since_us = now_us};
    return place;
}

static bool over_budget(const char *event)
{
    int64_t now_us = clock_mono_us();
    struct rated *r;

    suppressed_say(now_us);
    r = rated_of(event, now_us);
    if (++r->n <= MOST_PER_S)
        return false;
    r->dropped++;
    return true;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line line;

    pthread_mutex_lock(&lock);
    if (level >= least_level && !over_budget(event)) {
        put_head(&line, level_names[level], event);
        for (; fields->type != LOG_END; fields++)
            put_field(&line, fields);
        emit(&line);
    }
    pthread_mutex_unlock(&lock);
}
