/* tenants/leaving/leaving_journal.h - DATA/leaving/steps.jsonl: the journal of a contract's
 * end, one line a step (leaving_step.h), only ever added to, each line on the disk before
 * anything goes on. Signed by "audit.sign" up to `ordered`, whose facts name the public half of
 * a key made for this erasure; that key signs the rest. The first line's facts name the former.
 *
 * Read strictly: numbers without a gap, each line's prev, node and signature, no step left out.
 * A last line without its line feed is what a crash left of an append that nobody was told of:
 * it is cut off, and said. Everything else that is not as it must be is an error.
 * Threads: reentrant; one writer at a time (the node until ordered, then the command).  Owns:
 * nothing; results live in the caller's arena. */
#ifndef TENANTS_LEAVING_JOURNAL_H
#define TENANTS_LEAVING_JOURNAL_H

#include "tenants/leaving/leaving_step.h"

#define LEAVING_DIR     "leaving" /* in node.data_dir */
#define LEAVING_JOURNAL "leaving/steps.jsonl"
#define LEAVING_KEY     "leaving/erasure.key" /* PEM, 0600; gone when certified */

#define LEAVING_PUBLIC_BYTES 32

struct leaving_journal {
    struct leaving_step *at;
    size_t n;
    enum leaving_state state;          /* LEAVING_ACTIVE when empty */
    char last[LEAVING_HASH_CHARS + 1]; /* what the next line's prev is */
    bool was_torn;                     /* bytes behind whole_bytes are half a line */
    int64_t whole_bytes;
    bool has_log_key, has_erasure_key;
    uint8_t log_key[LEAVING_PUBLIC_BYTES], erasure_key[LEAVING_PUBLIC_BYTES];
};

/* No file: an empty journal. log_key: the key the first lines must be signed with; NULL: the
 * one the first line names. ERR_PROTO: a line is not what it must be, its number in why.
 * ERR_DENIED: a signature is not. */
NODISCARD enum err leaving_journal_read(const char *path, const uint8_t *log_key,
                                        struct arena *arena, struct leaving_journal *out,
                                        struct fail *why);
/* The same of bytes at hand. */
NODISCARD enum err leaving_journal_parse(struct span bytes, const uint8_t *log_key,
                                         struct arena *arena, struct leaving_journal *out,
                                         struct fail *why);
/* The step that last arrived at state, or NULL. A round that was cancelled does not count. */
const struct leaving_step *leaving_journal_find(const struct leaving_journal *journal,
                                                enum leaving_state state);

/* Cuts what a crash left of a line. */
NODISCARD enum err leaving_journal_mend(const char *path, const struct leaving_journal *journal,
                                        struct fail *why);
/* The line and a line feed, on the disk when it returns ERR_OK; makes file and directory. After
 * an error the file is as long as it was. */
NODISCARD enum err leaving_journal_append(const char *path, struct span line, struct fail *why);

#endif
