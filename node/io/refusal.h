/* node/io/refusal.h - what the server itself answers when a request goes no further: one
 * table of status, code and Japanese sentence, and how it is written as problem+json (RFC
 * 9457). Codes of enum err that features answer with stand in node/base/req.c. Threads: const
 * data; reentrant. */
#ifndef NODE_IO_REFUSAL_H
#define NODE_IO_REFUSAL_H

enum refusal {
    REFUSE_MALFORMED,     /* 400 bad-request: the head or target is not what HTTP allows */
    REFUSE_NOT_SIGNED_IN, /* 401 sign-in-needed */
    REFUSE_CROSS_SITE,    /* 403 cross-site */
    REFUSE_NOT_FOUND,     /* 404 not-found, the same bytes as for a hidden object */
    REFUSE_METHOD,        /* 405 method-not-allowed */
    REFUSE_SLOW,          /* 408 too-slow */
    REFUSE_NO_LENGTH,     /* 411 length-needed */
    REFUSE_BODY_SIZE,     /* 413 too-large */
    REFUSE_TARGET_SIZE,   /* 414 target-too-large */
    REFUSE_TYPE,          /* 415 type */
    REFUSE_FILE_TYPE,     /* 415 type, of a row that takes a file */
    REFUSE_UPGRADE,       /* 426 upgrade-needed: /ws speaks WebSocket only */
    REFUSE_HEAD_SIZE,     /* 431 head-too-large */
    REFUSE_CODING,        /* 501 coding */
    REFUSE_BUSY,          /* 503 busy */
    REFUSE_STARTING,      /* 503 starting */
    REFUSE_DRAINING,      /* 403 draining: the contract is ending, nothing changes any more */
    REFUSE_LOCKED,        /* 503 locked */
    REFUSE_UNAVAILABLE,   /* 503 unavailable */
    REFUSE_UNCERTAIN,     /* 503 uncertain */
    REFUSE_N
};

int refusal_status(enum refusal refusal);
const char *refusal_code(enum refusal refusal);
const char *refusal_title_ja(enum refusal refusal);

#define REFUSAL_BODY_CAP 512
/* The whole problem document; text_out always holds a NUL-terminated one. */
void refusal_body(enum refusal refusal, char text_out[REFUSAL_BODY_CAP]);

#endif
