/* node/db/audit_leaf.h - one leaf of the audit log: its hashes, and its line in an export.
 *
 * An export (`ibasho log export`) is a text file of lines, each a JSON object whose fields
 * stand in a fixed order, so that a verifier can read 100,000 lines a second and hash the row's
 * bytes where they stand:
 *   {"ibasho_audit_log":"1","origin":"aozora.ibasho","n_leaves":"3","n_checkpoints":"1"}
 *   {"seq":"0","kind":"access.read","at_us":"1795292241000000","table":"access_record",
 *    "row_id":"...","salt":"HEX"|null,"commitment":"HEX","leaf":"HEX","row":{...}|null}
 *   {"checkpoint":"aozora.ibasho\n3\n...\n"}        right behind the leaf it counts last
 *   {"extra":"access_record","row_id":"..."}        a row of a leaf table that has no leaf
 *   {"end":"3"}
 * (a leaf is one line). Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_AUDIT_LEAF_H
#define NODE_DB_AUDIT_LEAF_H

#include "node/base/id.h"
#include "node/db/hash256.h"

#define LEAF_SALT_BYTES 16
#define LEAF_NAME_CAP   64     /* kinds and tables: [a-z0-9._-], 1..63 bytes */
#define LEAF_ROW_CAP    262144 /* canonical bytes of one row */
#define LEAF_LINE_CAP   (LEAF_ROW_CAP + 1024)

struct audit_leaf {
    uint64_t seq;
    struct span kind, table;
    int64_t at_us;
    struct id row;
    bool has_salt; /* false: destroyed with its row */
    uint8_t salt[LEAF_SALT_BYTES];
    struct hash256 commitment, hash; /* as they stand in the log */
    struct span bytes; /* the row's canonical form; p NULL: there is no such row */
};

bool leaf_is_name(struct span name);
/* One line of JSON that begins with '{', ends with '}' and fits: what a row's form must be. */
bool leaf_is_row(struct span bytes);
struct hash256 leaf_commitment(const uint8_t salt[LEAF_SALT_BYTES], struct span bytes);
/* From kind, time, table, row id and the commitment. */
struct hash256 leaf_hash(const struct audit_leaf *leaf);

enum leaf_line { LINE_HEADER, LINE_LEAF, LINE_CHECKPOINT, LINE_EXTRA, LINE_END };

struct leaf_record {
    enum leaf_line what;
    struct audit_leaf leaf; /* LINE_LEAF; LINE_EXTRA: table and row */
    struct span origin;     /* LINE_HEADER */
    uint64_t n;             /* LINE_HEADER, LINE_END: leaves */
    uint64_t n_checkpoints; /* LINE_HEADER */
    struct span note;       /* LINE_CHECKPOINT */
};

/* Reads one line (without '\n'). Spans borrow from line, a note from note_buffer. ERR_PROTO:
 * any other order, spelling or character than what leaf_*_into writes. */
#define LEAF_NOTE_CAP 4096
NODISCARD enum err leaf_read(struct span line, char note_buffer[LEAF_NOTE_CAP],
                             struct leaf_record *record_out, struct fail *why);

/* Each writes a line with its '\n' and returns its length. row, when given, is written by the
 * caller between head and tail: leaf_head_into, the row's bytes or `null`, then "}\n". */
#define LEAF_HEAD_CAP 768
size_t leaf_header_into(struct span origin, uint64_t n_leaves, uint64_t n_checkpoints,
                        char out[LEAF_HEAD_CAP]);
size_t leaf_head_into(const struct audit_leaf *leaf, char out[LEAF_HEAD_CAP]);
size_t leaf_extra_into(struct span table, struct id row, char out[LEAF_HEAD_CAP]);
size_t leaf_end_into(uint64_t n_leaves, char out[LEAF_HEAD_CAP]);
/* note: at most LEAF_NOTE_CAP bytes of printable text and line feeds. */
size_t leaf_checkpoint_into(struct span note, char out[2 * LEAF_NOTE_CAP + 64]);

#endif
