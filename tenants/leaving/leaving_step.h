/* tenants/leaving/leaving_step.h - one line of the journal of leaving: a signed document of
 * type ibasho-step/1 (tenants/certificate/jws.h) whose payload is, keys sorted, without spaces,
 *   {"actor":"commissioner:UUID","at":"2026-11-22T01:02:03.000000Z","contract":"UUID",
 *    "facts":{...},"n":1,"node":"UUID","prev":"SHA-256 of the line before","step":"drain"}
 * prev is over the line with its line feed; 64 zeros before the first. actor is
 * "commissioner:UUID", "contractor:UUID", "operator:uid:0" or "node". What facts holds is told
 * in README.md, step by step; a document inside it (receipt, order) stands there whole.
 * Threads: reentrant.  Owns: nothing; results live in the caller's arena. */
#ifndef TENANTS_LEAVING_STEP_H
#define TENANTS_LEAVING_STEP_H

#include <stdio.h>

#include "tenants/certificate/jws_key.h"
#include "tenants/leaving/leaving_rule.h"

#define LEAVING_STEP_TYPE  "ibasho-step/1"
#define LEAVING_HASH_CHARS 64
#define LEAVING_ACTOR_CAP  64
/* An uploaded document; what the line around it needs still fits an audit leaf. */
#define LEAVING_DOCUMENT_MOST ((size_t)128 * 1024)

struct leaving_step {
    int64_t n; /* from 1 */
    char prev[LEAVING_HASH_CHARS + 1];
    enum leaving_state state; /* the state arrived at; LEAVING_ACTIVE: cancelled */
    int64_t at_utc_us;
    struct id node, contract;
    struct span actor; /* printable ASCII without quotes */
    struct span facts; /* a canonical JSON object */
    struct span line;  /* the signed document without its line feed; leaving_step_write's */
};

/* Signs step as a line. ERR_TOO_LARGE and the signer's errors. */
NODISCARD enum err leaving_step_write(const struct leaving_step *step,
                                      const struct jws_signer *signer, struct arena *arena,
                                      struct span *line_out, struct fail *why);
/* The payload alone, strictly. ERR_PROTO: anything leaving_step_write would not write. */
NODISCARD enum err leaving_step_parse(struct span payload, struct leaving_step *step_out,
                                      struct fail *why);
/* A line without its line feed, signed by key and nobody else. ERR_DENIED: it is not. */
NODISCARD enum err leaving_step_read(struct span line, const struct jws_key *key,
                                     struct arena *arena, struct leaving_step *step_out,
                                     struct fail *why);
/* What the next line's prev is. */
void leaving_line_hash(struct span line, char hex_out[LEAVING_HASH_CHARS + 1]);

/* ---- facts ---- */

/* The value of a member of a canonical object, as it stands; SPAN_NONE when there is none. */
struct span leaving_fact(struct span object, const char *name);
/* A text value without its quotes; SPAN_NONE when it is none or holds an escape. */
struct span leaving_fact_text(struct span object, const char *name);

/* A number; -1 when there is none. */
int64_t leaving_fact_int(struct span object, const char *name);

/* A JSON object that is written member by member, by names that rise. */
struct leaving_facts_pen {
    FILE *file;
    char *bytes;
    size_t len;
    bool has_member;
};
NODISCARD enum err leaving_pen_open(struct leaving_facts_pen *pen, struct fail *why);
void leaving_pen_raw(struct leaving_facts_pen *pen, const char *name, struct span json);
void leaving_pen_text(struct leaving_facts_pen *pen, const char *name, struct span text);
void leaving_pen_int(struct leaving_facts_pen *pen, const char *name, int64_t number);
/* A signed document as it was uploaded, without its line feed. */
void leaving_pen_document(struct leaving_facts_pen *pen, const char *name, struct span text);
/* Lists of objects: begin, item before each (itself a pen of its own level), end. */
void leaving_pen_list(struct leaving_facts_pen *pen, const char *name);
void leaving_pen_item(struct leaving_facts_pen *pen);
void leaving_pen_item_end(struct leaving_facts_pen *pen);
void leaving_pen_list_end(struct leaving_facts_pen *pen);
/* The object, in the arena; ends the pen, also after an error. */
NODISCARD enum err leaving_pen_close(struct leaving_facts_pen *pen, struct arena *arena,
                                     struct span *facts_out, struct fail *why);

#endif
