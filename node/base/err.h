/* node/base/err.h - the one error vocabulary of every program.
 * A fallible function returns enum err and takes a last `struct fail *why` (may be NULL) that
 * receives code, place and text. Results leave through *_out, set only on ERR_OK.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_BASE_ERR_H
#define NODE_BASE_ERR_H

#define NODISCARD              __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err {
    ERR_OK,
    ERR_INVALID,     /* input breaks a stated rule; the caller can mend it */
    ERR_DENIED,      /* not allowed; shown to the outside as not found */
    ERR_NOT_FOUND,   /* no such object */
    ERR_CONFLICT,    /* the object changed or exists already */
    ERR_TOO_LARGE,   /* over a stated size */
    ERR_BUSY,        /* a queue is full; try again later */
    ERR_RATE,        /* too many tries; try again later */
    ERR_LOCKED,      /* the key agent holds no node key */
    ERR_NOSPACE,     /* the disk is too full for this kind of write */
    ERR_TIMEOUT,     /* a deadline passed */
    ERR_UNAVAILABLE, /* a part this needs is away; nothing was done */
    ERR_UNCERTAIN,   /* the commit may or may not have happened: look up, do not repeat */
    ERR_PROTO,       /* bytes from outside are not what the format allows */
    ERR_IO,          /* the system refused a read or write */
    ERR_NOMEM,
    ERR_INTERNAL, /* our own fault */
    ERR_N
};

struct fail {
    enum err code;
    int line;
    const char *file;
    char text[240]; /* for operators and logs: English, never a person's name */
    char field[64]; /* the input field that broke the rule, "" if none */
};

/* The stable lower-case code programs see: "invalid", "not-found", ... */
const char *err_code(enum err code);
/* HTTP status of the outside answer; ERR_DENIED answers 404 like ERR_NOT_FOUND. */
int err_http_status(enum err code);
/* RFC 6455 close code of the outside answer. */
int err_ws_close(enum err code);
/* How loud it is logged where it is handled: an enum log_level (node/base/log.h). */
int err_log_level(enum err code);

/* Fills why (when not NULL) and returns code, so that a function can end in one line. */
#define fail_set(why, code, ...) fail_set_at(why, code, __FILE__, __LINE__, __VA_ARGS__)
enum err fail_set_at(struct fail *why, enum err code, const char *file, int line,
                     const char *fmt, ...) PRINTF_LIKE(5, 6);
/* As fail_set, naming the input field that broke the rule. */
#define fail_field(why, code, field, ...) \
    fail_field_at(why, code, field, __FILE__, __LINE__, __VA_ARGS__)
enum err fail_field_at(struct fail *why, enum err code, const char *field, const char *file,
                       int line, const char *fmt, ...) PRINTF_LIKE(6, 7);

/* A broken invariant of ours: prints what was expected with its place and aborts.
 * Bad input never reaches this. */
#define invariant(cond, ...) \
    ((cond) ? (void)0 : invariant_broken(__FILE__, __LINE__, #cond, __VA_ARGS__))
_Noreturn void invariant_broken(const char *file, int line, const char *cond, const char *fmt,
                                ...) PRINTF_LIKE(4, 5);

#endif
