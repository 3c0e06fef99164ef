/* node/base/keyd_frame.h - the frames between a node and its key agent (ibasho-keyd). Both
 * programs speak it, and the agent links base alone, so it stands here.
 *   frame = body length (2 bytes, big-endian) ‖ body
 *   body  = version 1 ‖ op ‖ answer (0 in a request) ‖ the op's fields, in the order below
 * Which fields an op carries is one table in keyd_frame.c; a body that is one byte longer or
 * shorter than its fields is refused. All numbers big-endian.
 * Threads: reentrant.  Owns: nothing; whoever holds a request or reply wipes it. */
#ifndef NODE_BASE_KEYD_FRAME_H
#define NODE_BASE_KEYD_FRAME_H

#include "node/base/half_box.h"
#include "node/base/id.h"

#define KEYD_FRAME_CAP       4096 /* with its length */
#define KEYD_HALF_BYTES      32
#define KEYD_KEY_BYTES       32
#define KEYD_BLOB_BYTES      60 /* nonce 12 ‖ ciphertext 32 ‖ tag 16 */
#define KEYD_NAME_CAP        41 /* [a-z0-9._-]{0,40} and a NUL */
#define KEYD_CODE_BYTES      4  /* of a sheet's check code */
#define KEYD_SIGNATURE_BYTES 64
#define KEYD_MESSAGE_CAP     2048 /* what the boot key signs: a request's signature base */

enum keyd_op {
    KEYD_STATUS = 1, /* what the agent holds and has counted */
    KEYD_INIT,       /* first initialisation: makes the contractor half and generation 1 */
    KEYD_UNLOCK,     /* the municipality half opens the generation it belongs to */
    KEYD_CHECK,      /* as UNLOCK, but changes nothing */
    KEYD_WRAP,       /* a key under the current generation */
    KEYD_UNWRAP,
    KEYD_STAGE,  /* a generation beside the current one, of new halves */
    KEYD_REWRAP, /* a blob of the current generation becomes one of the staged */
    KEYD_COMMIT, /* the staged generation is now the current one */
    KEYD_ABORT,  /* the staged generation is forgotten */
    KEYD_LOCK,   /* forget every half and node key in memory */
    /* keyd.boot = escrow (ops/keyd/boot_key.h); with another boot KEYD_CONFLICT */
    KEYD_BOOT_SEAL,   /* the municipality half as a box, for the prefecture; bytes: the boot key
                         (Ed25519), made at first */
    KEYD_BOOT_ASK,    /* an X25519 key for one request; peer: the boot key. KEYD_CONFLICT: open
                         already, closed by hand since the start, or no boot key */
    KEYD_BOOT_SIGN,   /* a message with the boot key; only where ASK would be answered */
    KEYD_BOOT_OPEN,   /* what came back for the last ASK opens the generation it belongs to */
    KEYD_BOOT_FORGET, /* the boot key is gone, and every box with it */
    KEYD_OP_N
};

enum keyd_answer {
    KEYD_OK,
    KEYD_LOCKED,     /* no node key in memory */
    KEYD_WRONG_HALF, /* the half belongs to no generation here; nothing was opened */
    KEYD_EMPTY,      /* not initialised yet */
    KEYD_CONFLICT,   /* initialised already, or another generation is staged or none */
    KEYD_BAD_BLOB,   /* the blob was not wrapped for this key under this generation */
    KEYD_BAD_FRAME,
    KEYD_IO, /* the agent's own files */
    KEYD_FAULT,
    KEYD_NOSPACE, /* the disk of the agent's own files is full */
    KEYD_ANSWER_N
};

enum keyd_boot { KEYD_BOOT_SHEET, KEYD_BOOT_TOKEN, KEYD_BOOT_ESCROW, KEYD_BOOT_N };

#define KEYD_NEW_CONTRACTOR   1u /* flags of STAGE: a fresh half made by the agent */
#define KEYD_NEW_MUNICIPALITY 2u /* the half in the frame */

/* What a wrapped key is bound to (AAD), so that records of the keystore cannot be swapped. */
struct keyd_key {
    struct id key, subject;
    uint8_t kind;
    char name[KEYD_NAME_CAP];
};

struct keyd_status {
    enum keyd_boot boot;
    bool initialised, unlocked, staged_open;
    bool may_ask;                           /* BOOT_ASK would be answered */
    uint32_t generation, staged_generation; /* 0: none */
    uint8_t code[KEYD_CODE_BYTES],
        staged_code[KEYD_CODE_BYTES]; /* check codes of their sheets */
    uint64_t n_wraps, n_unwraps, n_refused;
    struct id node;
};

struct keyd_request {
    enum keyd_op op;
    unsigned flags;
    uint32_t generation;
    struct keyd_key key;
    uint8_t half[KEYD_HALF_BYTES], bytes[KEYD_KEY_BYTES], blob[KEYD_BLOB_BYTES];
    uint8_t peer[HALF_POINT_BYTES], sealed[HALF_SEALED_BYTES];
    size_t message_len;
    uint8_t message[KEYD_MESSAGE_CAP];
};

struct keyd_reply {
    enum keyd_op op;
    enum keyd_answer answer; /* fields are there only for KEYD_OK */
    uint32_t generation;
    struct keyd_status status;
    uint8_t bytes[KEYD_KEY_BYTES], blob[KEYD_BLOB_BYTES];
    uint8_t peer[32], signature[KEYD_SIGNATURE_BYTES];
};

/* How long the frame at the start of buffered is in all; 0 while that cannot be known yet.
 * ERR_PROTO: no frame begins like this. */
NODISCARD enum err keyd_frame_len(struct span buffered, size_t *len_out, struct fail *why);

/* Read one whole frame. ERR_PROTO when anything is not as above. */
NODISCARD enum err keyd_request_read(struct span frame, struct keyd_request *request_out,
                                     struct fail *why);
NODISCARD enum err keyd_reply_read(struct span frame, struct keyd_reply *reply_out,
                                   struct fail *why);
/* Write one whole frame; the length is always within KEYD_FRAME_CAP. */
size_t keyd_request_write(const struct keyd_request *request, uint8_t out[KEYD_FRAME_CAP]);
size_t keyd_reply_write(const struct keyd_reply *reply, uint8_t out[KEYD_FRAME_CAP]);

/* [a-z0-9._-], at most 40: the names of node-wide keys. */
bool keyd_name_is_valid(struct span name);
const char *keyd_boot_name(enum keyd_boot boot); /* "sheet" */

#endif
