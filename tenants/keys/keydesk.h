/* tenants/keys/keydesk.h - what is on the table between people while a key sheet is made or
 * replaced: one invitation, one proposed half, and the count of tries. In memory only: a
 * restart clears the table and people begin again. Invitation: before the first sheet nobody
 * can sign in, for names are sealed under keys that need it. So the operator makes a one-time
 * code on the admin socket and gives it to the commissioner, whose browser makes the half and
 * sends it with the code; the operator never sees the half, and whoever merely finds the page
 * cannot put in a sheet of their own. Replacement: one commissioner proposes a half, another
 * (who holds the paper and types its check code) approves it within ten minutes. Threads: any;
 * a lock of its own, because a proposal outlives the request that made it. Owns: the proposed
 * half, in locked memory. */
#ifndef TENANTS_KEYS_KEYDESK_H
#define TENANTS_KEYS_KEYDESK_H

#include "node/db/keyring.h"

#define KEYDESK_INVITATION_CAP   15 /* "XXXX-XXXX-XXXX" and a NUL: 60 bits */
#define KEYDESK_INVITATION_US    (INT64_C(60) * 60 * 1000000)
#define KEYDESK_PROPOSAL_US      (INT64_C(10) * 60 * 1000000)
#define KEYDESK_TRIES_PER_MINUTE 20

struct keydesk;

NODISCARD enum err keydesk_create(struct keydesk **desk_out, struct fail *why);
void keydesk_destroy(struct keydesk **desk);

/* A half is 256 bits, so counting tries keeps off work and log lines, not guesses: one count
 * for all, since the page is open to a few people. ERR_RATE. now_us is monotonic, here and
 * below. */
NODISCARD enum err keydesk_try(struct keydesk *desk, int64_t now_us, struct fail *why);

/* A new invitation; the one before is void. */
void keydesk_invite(struct keydesk *desk, int64_t now_us,
                    char code_out[KEYDESK_INVITATION_CAP]);
/* ERR_DENIED: none, another, or too old. Case, blanks and hyphens do not matter. */
NODISCARD enum err keydesk_invited(struct keydesk *desk, struct span code, int64_t now_us,
                                   struct fail *why);
void keydesk_invitation_end(struct keydesk *desk); /* used */

/* Lays a half on the table in place of any before. */
void keydesk_propose(struct keydesk *desk, struct id person, const uint8_t half[KEY_HALF_BYTES],
                     int64_t now_us, struct id *proposal_out);
/* false: nothing is on the table (any more). */
bool keydesk_peek(struct keydesk *desk, int64_t now_us, struct id *proposal_out,
                  struct id *person_out);
/* Gives the half out to another person than the one who laid it there, who types the code of
 * its sheet; it stays on the table until keydesk_approve_end. ERR_NOT_FOUND: no such proposal
 * (any more). ERR_CONFLICT: the same person. ERR_BUSY: it is given out already. ERR_INVALID:
 * the code is of another sheet; the proposal stays. */
NODISCARD enum err keydesk_approve(struct keydesk *desk, struct id proposal, struct id person,
                                   struct id node, struct span code, int64_t now_us,
                                   uint8_t half_out[KEY_HALF_BYTES], struct fail *why);
/* What became of a half that was given out. held: the keys were changed, the table is cleared;
 * else it lies there to be approved again. */
void keydesk_approve_end(struct keydesk *desk, struct id proposal, struct id person, bool held);
/* Whether this approval by this person was the last that held: asked again because its answer
 * was lost. */
bool keydesk_has_held(struct keydesk *desk, struct id proposal, struct id person);

/* Wipes what lies there. A half over its time is wiped by the next call of any kind here. */
void keydesk_clear(struct keydesk *desk);

#endif
