/* node/base/problem.h - what a person and a program are told when something fails: a problem
 * document (RFC 9457) with a plain Japanese sentence, the same over HTTP and WebSocket.
 * Nothing of a struct fail but its code and field goes outside; its text is for operators.
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef NODE_BASE_PROBLEM_H
#define NODE_BASE_PROBLEM_H

#include "node/base/jx.h"

#define PROBLEM_MEDIA_TYPE "application/problem+json"

struct problem_error {
    struct span pointer, rule, text;
};
struct problem {
    struct span type, title; /* "urn:ibasho:error:CODE" */
    int64_t status;
    struct span code;
    bool has_errors;
    struct jx_list errors; /* of struct problem_error */
};
extern const struct jx_shape problem_shape;

/* What happened and what to do next. ERR_DENIED says what ERR_NOT_FOUND says. */
const char *problem_title_ja(enum err code);

/* The document for code; "errors" lists the defects, and is absent when there are none (NULL or
 * n == 0). ERR_DENIED and ERR_NOT_FOUND give the same bytes and never list any. */
NODISCARD enum err problem_write(enum err code, const struct jx_defects *defects,
                                 struct arena *arena, struct span *text_out, struct fail *why);
/* As above from a fail: a field that the caller can mend (ERR_INVALID, ERR_CONFLICT,
 * ERR_TOO_LARGE) is named by its title in the input shape, which may be NULL. */
NODISCARD enum err problem_write_fail(const struct fail *fail, const struct jx_shape *input,
                                      struct arena *arena, struct span *text_out,
                                      struct fail *why);
/* The document of ERR_NOMEM, for when there is no memory to write another. */
struct span problem_no_memory(void);

#endif
