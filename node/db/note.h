/* node/db/note.h - checkpoints as signed notes (C2SP signed-note and tlog-checkpoint, v1.0.0):
 *   aozora.ibasho\n                        origin
 *   1234\n                                 leaves
 *   CsUYapGGPo4dkMgIAUqom/Xajj7h2f...=\n   root, base64
 *   \n
 *   — aozora.ibasho Az3grlgtzPICa5O...=\n  key name, base64(key id ‖ Ed25519 of the three
 * lines) Further signature lines (cosigners) may follow; lines by keys one does not know are
 * passed over. Threads: reentrant.  Owns: nothing; a parsed note borrows from the bytes it was
 * read from. */
#ifndef NODE_DB_NOTE_H
#define NODE_DB_NOTE_H

#include "node/base/err.h"
#include "node/db/hash256.h"

#define NOTE_CAP             4096
#define NOTE_N_SIGNATURES    16
#define NOTE_NAME_CAP        128
#define NOTE_KEY_TEXT_CAP    192
#define NOTE_PUBLIC_BYTES    32
#define NOTE_SIGNATURE_BYTES 64

struct note_key {
    char name[NOTE_NAME_CAP];
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    uint8_t id[4]; /* SHA-256(name ‖ "\n" ‖ 0x01 ‖ public key), first 4 bytes */
};

/* ERR_INVALID: the name is empty, too long, or holds a space, a plus or a control character. */
NODISCARD enum err note_key_init(struct span name, const uint8_t public_key[NOTE_PUBLIC_BYTES],
                                 struct note_key *key_out, struct fail *why);
/* Text form "NAME+HEXID+BASE64(0x01 ‖ public key)". ERR_PROTO: not that, or the id is another.
 */
NODISCARD enum err note_key_parse(struct span text, struct note_key *key_out, struct fail *why);
void note_key_text(const struct note_key *key, char text_out[NOTE_KEY_TEXT_CAP]);

struct note {
    struct span bytes, text; /* the whole; what is signed */
    struct span origin;
    uint64_t size;
    struct hash256 root;
    struct span signatures; /* whole lines */
};

/* What is to be signed; returns its length. origin is one note_key_init accepts as a name. */
size_t note_text_into(struct span origin, uint64_t size, const struct hash256 *root,
                      char text_out[NOTE_CAP]);
/* The note: text, an empty line, one signature line; returns its length. */
size_t note_into(struct span text, const struct note_key *key,
                 const uint8_t signature[NOTE_SIGNATURE_BYTES], char note_out[NOTE_CAP]);
/* ERR_PROTO: not a checkpoint of exactly three lines with 1..16 signature lines. */
NODISCARD enum err note_parse(struct span bytes, struct note *note_out, struct fail *why);
/* ERR_DENIED: this key did not sign it. ERR_NOMEM, ERR_INTERNAL: could not be checked. */
NODISCARD enum err note_check(const struct note *note, const struct note_key *key,
                              struct fail *why);
/* One signature line "— NAME BASE64" without its newline, as such lines look; false: it is
 * none.
 */
bool note_line_read(struct span line, struct span *name_out, struct span *base64_out);
/* Ed25519 over these bytes. ERR_DENIED: not by that key. ERR_NOMEM, ERR_INTERNAL: could not be
 * checked. */
NODISCARD enum err note_verify(const uint8_t public_key[NOTE_PUBLIC_BYTES], struct span bytes,
                               const uint8_t signature[NOTE_SIGNATURE_BYTES], struct fail *why);

#endif
