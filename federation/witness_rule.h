/* federation/witness_rule.h - what a witness makes of another node's checkpoint, and the node
 * of the witness's answer: bytes in, a word out (design section 3; guide section 8; C2SP
 * tlog-witness, whose rules these are, over our own signed requests).
 * Threads: reentrant.  Owns: nothing; results borrow from what they were read from. */
#ifndef FEDERATION_WITNESS_RULE_H
#define FEDERATION_WITNESS_RULE_H

#include "federation/registry.h"
#include "node/base/jx.h"
#include "node/db/cosign.h"
#include "node/db/merkle.h"

/* ---- fed.witness, as it travels ---- */

struct witness_hash {
    struct span hash;
};
struct witness_body {
    struct span log_key;    /* note_key_text of the log's own key */
    struct span checkpoint; /* the note, as the node keeps it */
    int64_t from;           /* the proof begins at this size; 0: nothing was seen yet */
    struct jx_list proof;   /* struct witness_hash, RFC 6962 section 2.1.2 */
};
extern const struct jx_shape witness_body_shape;
#define WITNESS_BODY_MOST ((size_t)16384)

enum witness_state {
    WITNESS_COSIGNED,
    WITNESS_BEHIND,   /* the witness saw another size than `from`: ask again from `size` */
    WITNESS_SHRUNK,   /* it saw more leaves than there are now */
    WITNESS_FORKED,   /* the tree does not begin with the one it saw */
    WITNESS_OTHER_KEY /* under this contract another key signed the log */
};
#define WITNESS_STATES "cosigned|behind|shrunk|forked|other-key"
struct witness_answer {
    int state;    /* enum witness_state */
    int64_t size; /* the witness has seen this many leaves of the log */
    bool has_line;
    struct span line; /* cosigned: node/db/cosign.h, by the key that signed the answer */
};
extern const struct jx_shape witness_answer_shape;

/* ---- at the witness ---- */

struct witness_offer {
    struct note note;
    struct note_key key;
    uint64_t from;
    struct merkle_proof proof;
};
/* ERR_PROTO: not a checkpoint of a log, of at least one leaf, with its key. ERR_DENIED: that
 * key did not sign it. */
NODISCARD enum err witness_offer_open(const struct witness_body *body,
                                      struct witness_offer *offer_out, struct fail *why);

/* What the witness saw last of that node. */
struct witness_known {
    struct span contract, log_key;
    uint64_t size;
    struct hash256 root;
};
/* known NULL: nothing yet. A log begins anew, with another key, under another contract alone.
 */
enum witness_state witness_judge(const struct witness_known *known, struct span contract,
                                 const struct witness_offer *offer);

/* ---- at the node ---- */

/* The line of a good answer to a checkpoint we sent. ERR_PROTO: a good one has a line and the
 * checkpoint's size, another none; or the line is none. ERR_DENIED: not by that key over that
 * checkpoint. */
NODISCARD enum err witness_answer_check(const struct witness_answer *answer,
                                        const struct cosign_by *by, const struct note *note,
                                        int64_t *at_s_out, struct fail *why);

/* ---- who ---- */

#define WITNESS_PEERS 2
#define WITNESS_MOST  (WITNESS_PEERS + 1)
/* Does this member witness others? A coordinator does, and who has the role. */
bool witness_is_one(const struct fed_member *member);
/* Whom that node asks: a coordinator and WITNESS_PEERS members of the role `witness`, all under
 * contract, others than itself. By a hash of both ids, so that every node finds the same ones
 * without being told and the work is spread. Returns how many. */
int witness_choose(const struct registry *registry, struct id self, int64_t now_utc_us,
                   struct id nodes_out[WITNESS_MOST]);

#endif
