/* node/base/log.h - one JSON object a line: an event name and typed fields.
 * Ids rather than people's names; never a body, a key or a parameter. Lines go to standard
 * error (the supervisor keeps the file), each with one write. Any bytes make a valid line:
 * control characters are escaped, what is not UTF-8 becomes U+FFFD, a text is cut after 600
 * bytes; a line over 2 KiB loses whole fields and says "cut". An event that repeats more than
 * 20 times a second is counted and said once ("log.suppressed": of, n), before the first line
 * after that second.  Threads: any; one of the few places with a lock (node/README.md). */
#ifndef NODE_BASE_LOG_H
#define NODE_BASE_LOG_H

#include "node/base/id.h"
#include "node/base/span.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_type { LOG_END, LOG_TYPE_INT, LOG_TYPE_TEXT, LOG_TYPE_ID };

struct log_field {
    const char *name;
    enum log_type type;
    int64_t i;
    struct span text;
    struct id id;
};

#define L_INT(n, v) \
    { \
        .name = (n), .type = LOG_TYPE_INT, .i = (int64_t)(v) \
    }
#define L_TEXT(n, v) \
    { \
        .name = (n), .type = LOG_TYPE_TEXT, .text = span_text(v) \
    }
#define L_SPAN(n, v) \
    { \
        .name = (n), .type = LOG_TYPE_TEXT, .text = (v) \
    }
#define L_ID(n, v) \
    { \
        .name = (n), .type = LOG_TYPE_ID, .id = (v) \
    }
/* What went wrong, from a struct fail: code, text and place in one. */
#define L_FAIL(f) \
    L_TEXT("code", err_code((f)->code)), L_TEXT("why", (f)->text), L_TEXT("file", (f)->file), \
        L_INT("line", (f)->line)
/* For an event without fields. */
#define L_NONE \
    { \
        .type = LOG_END \
    }

#define log_at(level, event, ...) \
    log_write(level, event, (const struct log_field[]){__VA_ARGS__, {.type = LOG_END}})
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)

/* program stands in every line; lines below least are dropped. */
void log_init(const char *program, enum log_level least);
/* Where lines go; tests give a file of their own. Default: descriptor 2. */
void log_to(int fd);
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#endif
