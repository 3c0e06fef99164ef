/* federation/fed_code.h - what a request from another node may be answered with, and why: one
 * table of code text, HTTP status and a Japanese sentence for the staff who read it in a log or
 * on a screen. The codes are those of the federation protocol; they never carry an echo of what
 * was sent.  Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_FED_CODE_H
#define FEDERATION_FED_CODE_H

#include "node/base/err.h"
#include "node/base/span.h"

enum fed_code {
    FED_OK,
    /* 400 */
    FED_SIG_PROFILE, /* not the one form of a signed request (federation/profile.h) */
    FED_BAD_JSON,
    FED_BAD_DIGEST, /* the body is not the one that was signed */
    /* of figures given to the prefecture (federation/kpi_release.h) */
    FED_KPI_RULE,    /* by another rule than the registry's */
    FED_KPI_HIDDEN,  /* a number that the rule hides is there, or can be worked out */
    FED_KPI_UNKNOWN, /* a version or a definition that is none, or none of the list */
    FED_KPI_CELLS,   /* cells are missing, twice, or half there */
    FED_KPI_MONTH,   /* no month, not over yet, or before the contract */
    FED_KPI_COUNT,   /* numbers that cannot be, or contradict each other */
    /* 401 */
    FED_BAD_SIGNATURE,
    FED_UNKNOWN_KEY, /* no such kid, not valid now, revoked, or for another use */
    FED_BAD_TIME,    /* signed too long ago, too far ahead, or past its own end */
    FED_REPLAYED,    /* this (kid, nonce) came before */
    /* 403 */
    FED_NOT_MEMBER,
    FED_CONTRACT_ENDED,
    FED_ROLE_DENIED,
    FED_WRONG_DEST,
    FED_FOREIGN_PSEUD,
    FED_CUT_TOO_FINE,   /* figures by more than the profile has */
    FED_ESCROW_REVOKED, /* the key half that is kept here is not given out any more */
    /* 404, 405 */
    FED_NOT_FOUND,
    FED_METHOD_NOT_ALLOWED,
    /* 409 */
    FED_OP_CONFLICT,
    FED_REGISTRY_SPLIT,
    FED_ROUND_FINISHED,
    FED_KPI_REVISION, /* not newer than what is there, after a withdrawal, or shows more */
    /* 410, 412, 413, 415, 421 */
    FED_CLASS_PURGED,
    FED_REGISTRY_STALE,
    FED_TOO_LARGE,
    FED_MEDIA,
    FED_WRONG_AUTHORITY,
    /* 425: signed before this process could know what was used already; sign again */
    FED_EARLY_BOOT,
    /* 428, 429 */
    FED_RECEIPT_REQUIRED,
    FED_RATE,
    /* 500, 503 */
    FED_INTERNAL,
    FED_NONCE_FULL,
    FED_DRAINING,
    FED_UNAVAILABLE, /* the check or the work could not be done now; nothing was changed */
    FED_CODE_N
};

/* The stable text programs see: "sig-profile", "bad-json", ... */
const char *fed_code_text(enum fed_code code);
int fed_code_status(enum fed_code code);
/* What happened and what the staff can do. */
const char *fed_code_title_ja(enum fed_code code);
/* The code of that text; false: there is none. An answer of another node is read with it. */
bool fed_code_find(struct span text, enum fed_code *code_out);
/* May the sender send the same again (signed anew) and hope? */
bool fed_code_is_passing(enum fed_code code);

/* The problem document (RFC 9457) of a refusal: "urn:ibasho:fed:CODE", the sentence, the
 * status, the code; for FED_REGISTRY_STALE the newest sequence number (else 0). Returns its
 * length. */
#define FED_PROBLEM_CAP 1024
size_t fed_problem_into(enum fed_code code, uint64_t newest_seq,
                        char text_out[FED_PROBLEM_CAP]);

/* What our own trouble is called outside: never more than "not now" or "our fault". */
enum fed_code fed_code_of_err(enum err err);

#endif
