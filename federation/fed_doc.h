/* federation/fed_doc.h - signed documents: registry, timestamp, invitation, requests to join
 * and to change a key (CARD-11). Signed are bytes, never objects: a reader verifies first and
 * parses what verified.
 *
 * A document is lines of canonical JSON (jx_write_canonical), each ended by one LF: the first
 * says what it is and its major version, {"doc":"registry","v":1}; a form of its own for each
 * kind follows. A line is read by its shape and written again, and must come out as the same
 * bytes: so there are no duplicate keys, no floats, no number over 2^53-1, no depth beyond the
 * shape, no second spelling of anything.
 *
 * A signature is Ed25519 over PAE = "ibasho-sig/1\n" type "\n" decimal length "\n" bytes, and
 * one line "KID BASE64\n" (standard base64 with padding). On its way a document is one text:
 * its lines, an empty line, its signature lines (a document itself holds no empty line).
 * Threads: reentrant.  Owns: nothing. */
#ifndef FEDERATION_FED_DOC_H
#define FEDERATION_FED_DOC_H

#include "node/base/arena.h"
#include "node/base/jx.h"

#define FED_DOC_CAP        ((size_t)2 * 1024 * 1024) /* bytes, without signatures */
#define FED_DOC_SIGS_MOST  8
#define FED_KID_CAP        41 /* "aozora-3": [a-z0-9-], 1 to 40 bytes, and a NUL */
#define FED_PUBLIC_BYTES   32
#define FED_SIG_BYTES      64
#define FED_SIG_LINE_CAP   (FED_KID_CAP + 90)
#define FED_DOC_TEXT_CAP   (FED_DOC_CAP + 1 + (size_t)FED_DOC_SIGS_MOST * FED_SIG_LINE_CAP)
#define FED_DOC_MEDIA_TYPE "text/vnd.ibasho.signed" /* of the one text */

enum fed_doc_type {
    FED_DOC_REGISTRY,
    FED_DOC_TIMESTAMP,
    FED_DOC_INVITATION,
    FED_DOC_JOIN,
    FED_DOC_ROTATION,
    FED_DOC_TYPE_N
};
#define FED_DOC_TYPES "registry|timestamp|invitation|join|rotation"

struct fed_sig {
    char kid[FED_KID_CAP];
    uint8_t bytes[FED_SIG_BYTES];
};
struct fed_sigs {
    struct fed_sig at[FED_DOC_SIGS_MOST];
    int n;
};
struct fed_public {
    char kid[FED_KID_CAP];
    uint8_t ed25519[FED_PUBLIC_BYTES];
};

/* [a-z0-9-], 1 to 40 bytes, no hyphen first or last. */
bool fed_kid_is_good(struct span kid);

/* Borrowed from whole. ERR_PROTO: no empty line between the two, or an empty half;
 * ERR_TOO_LARGE. */
NODISCARD enum err fed_doc_split(struct span whole, struct span *bytes_out,
                                 struct span *sig_lines_out, struct fail *why);
NODISCARD enum err fed_doc_join(struct span bytes, struct span sig_lines, struct arena *arena,
                                struct span *whole_out, struct fail *why);
/* ERR_PROTO: not signature lines as above, a kid twice, more than FED_DOC_SIGS_MOST. */
NODISCARD enum err fed_sigs_read(struct span lines, struct fed_sigs *out, struct fail *why);
/* One line with its LF; the text is in the arena. */
NODISCARD enum err fed_sig_line(const struct fed_sig *sig, struct arena *arena,
                                struct span *line_out, struct fail *why);

/* What is signed. */
NODISCARD enum err fed_doc_pae(enum fed_doc_type type, struct span bytes, struct arena *arena,
                               struct span *pae_out, struct fail *why);
/* How many of these keys signed: each key counts once, also when it stands there twice. A
 * signature by a kid that is not among them does not count and does no harm; one that names a
 * kid of theirs and does not verify is ERR_DENIED for the whole document. */
NODISCARD enum err fed_doc_signers(enum fed_doc_type type, struct span bytes,
                                   const struct fed_sigs *sigs, const struct fed_public *keys,
                                   int n_keys, struct arena *arena, int *n_out,
                                   struct fail *why);

/* ERR_OK: this key signed these bytes. ERR_DENIED: it did not. Anything else: the check could
 * not be made. */
NODISCARD enum err fed_ed25519_check(const uint8_t key[FED_PUBLIC_BYTES], struct span bytes,
                                     const uint8_t signature[FED_SIG_BYTES], struct fail *why);

/* Reading what verified, line by line. */
struct fed_lines {
    struct span rest;
    int line; /* number of the last one given, from 1 */
};
/* The first line: ERR_PROTO when it is not this type's; ERR_CONFLICT: another major version
 * (the document is for a newer program). */
NODISCARD enum err fed_lines_open(enum fed_doc_type type, struct span bytes,
                                  struct fed_lines *out, struct fail *why);
/* The next line into *into (shape->bytes). ERR_PROTO: none is left, or it is not canonical
 * JSON of this shape; why names line and field. */
NODISCARD enum err fed_lines_next(struct fed_lines *lines, const struct jx_shape *shape,
                                  struct arena *arena, void *into, struct fail *why);
/* ERR_PROTO: bytes are left. */
NODISCARD enum err fed_lines_end(const struct fed_lines *lines, struct fail *why);

/* Writing: the first line, then each line of a shape, into one growing text. */
struct fed_text {
    struct arena *arena;
    uint8_t *p;
    size_t len, cap;
};
NODISCARD enum err fed_text_begin(struct fed_text *text, struct arena *arena,
                                  enum fed_doc_type type, struct fail *why);
NODISCARD enum err fed_text_line(struct fed_text *text, const struct jx_shape *shape,
                                 const void *from, struct fail *why);
NODISCARD enum err fed_text_end(struct fed_text *text, struct span *bytes_out,
                                struct fail *why);

#endif
