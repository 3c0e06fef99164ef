/* node/db/cosign.h - what a witness puts under a checkpoint of another node's log (C2SP
 * tlog-cosignature, v1.0.0): that at this time it saw this tree, and that it only grew from
 * the one it saw before. The signed bytes and the line:
 *   cosignature/v1\n time SECONDS\n ORIGIN\n LEAVES\n ROOT\n
 *   — NAME base64(key id ‖ seconds, 8 bytes big-endian ‖ Ed25519)\n
 * The key id is SHA-256(NAME ‖ "\n" ‖ 0x04 ‖ public key), its first 4 bytes.
 * Threads: reentrant.  Owns: nothing. */
#ifndef NODE_DB_COSIGN_H
#define NODE_DB_COSIGN_H

#include "node/db/note.h"

#define COSIGN_TEXT_CAP (NOTE_CAP + 64)
#define COSIGN_LINE_CAP (NOTE_NAME_CAP + 128)

/* What is to be signed; returns its length. note_text: the three lines of a checkpoint (at most
 * NOTE_CAP bytes); at_s is not negative. */
size_t cosign_text_into(int64_t at_s, struct span note_text, char text_out[COSIGN_TEXT_CAP]);

struct cosign_by {
    struct span name; /* one note_key_init accepts */
    uint8_t public_key[NOTE_PUBLIC_BYTES];
};
/* The line with its newline, and a NUL; returns its length. */
size_t cosign_line_into(const struct cosign_by *by, int64_t at_s,
                        const uint8_t signature[NOTE_SIGNATURE_BYTES],
                        char line_out[COSIGN_LINE_CAP]);
/* ERR_PROTO: it is no line of that witness. ERR_DENIED: that key did not sign this text at that
 * time. ERR_NOMEM, ERR_INTERNAL: could not be checked. */
NODISCARD enum err cosign_check(struct span line, const struct cosign_by *by,
                                struct span note_text, int64_t *at_s_out, struct fail *why);

#endif
