#include "node/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/log.h"

/* One table: code for programs, HTTP status, WebSocket close code, log level. A new value of
 * enum err without its row is caught by the unit test that walks 0..ERR_N. */
static const struct {
    const char *code;
    int http, ws, level;
} rows[ERR_N] = {
    [ERR_OK] = {"ok", 200, 1000, LOG_DEBUG},
    [ERR_INVALID] = {"invalid", 422, 1008, LOG_DEBUG},
    [ERR_DENIED] = {"not-found", 404, 1008, LOG_INFO},
    [ERR_NOT_FOUND] = {"not-found", 404, 1008, LOG_DEBUG},
    [ERR_CONFLICT] = {"conflict", 409, 1008, LOG_DEBUG},
    [ERR_TOO_LARGE] = {"too-large", 413, 1009, LOG_DEBUG},
    [ERR_BUSY] = {"busy", 503, 1013, LOG_WARN},
    [ERR_RATE] = {"rate", 429, 1013, LOG_INFO},
    [ERR_LOCKED] = {"locked", 503, 1013, LOG_WARN},
    [ERR_NOSPACE] = {"no-space", 507, 1013, LOG_WARN},
    [ERR_TIMEOUT] = {"timeout", 504, 1013, LOG_WARN},
    [ERR_UNAVAILABLE] = {"unavailable", 503, 1013, LOG_WARN},
    [ERR_UNCERTAIN] = {"uncertain", 503, 1011, LOG_WARN},
    [ERR_PROTO] = {"bad-request", 400, 1002, LOG_DEBUG},
    [ERR_IO] = {"io", 500, 1011, LOG_ERROR},
    [ERR_NOMEM] = {"no-memory", 503, 1013, LOG_ERROR},
    [ERR_INTERNAL] = {"internal", 500, 1011, LOG_ERROR},
};

const char *err_code(enum err code)
{
    return rows[code].code;
}

int err_http_status(enum err code)
{
    return rows[code].http;
}

int err_ws_close(enum err code)
{
    return rows[code].ws;
}

int err_log_level(enum err code)
{
    return rows[code].level;
}

static void fill(struct fail *why, enum err code, const char *field, const char *file, int line,
                 const char *fmt, va_list args) __attribute__((format(printf, 6, 0)));

static void fill(struct fail *why, enum err code, const char *field, const char *file, int line,
                 const char *fmt, va_list args)
{
    why->code = code;
    why->file = file;
    why->line = line;
    snprintf(why->field, sizeof why->field, "%s", field);
    vsnprintf(why->text, sizeof why->text, fmt, args);
}

enum err fail_set_at(struct fail *why, enum err code, const char *file, int line,
                     const char *fmt, ...)
{
    va_list args;

    if (why == NULL)
        return code;
    va_start(args, fmt);
    fill(why, code, "", file, line, fmt, args);
    va_end(args);
    return code;
}

enum err fail_field_at(struct fail *why, enum err code, const char *field, const char *file,
                       int line, const char *fmt, ...)
{
    va_list args;

    if (why == NULL)
        return code;
    va_start(args, fmt);
    fill(why, code, field, file, line, fmt, args);
    va_end(args);
    return code;
}

void invariant_broken(const char *file, int line, const char *cond, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%s:%d: invariant broken: %s: ", file, line, cond);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
