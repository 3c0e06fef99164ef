/* tenants/leaving/leaving_look.h - everything a decision about the leaving rests on, read at
 * one moment; and a step that is decided upon: signed, written with its leaf, then in the
 * journal. Threads: leaving_look_read and leaving_move_* on the request's; the rest inside.
 * Owns: nothing; all of it lives in the request's arena. */
#ifndef TENANTS_LEAVING_LOOK_H
#define TENANTS_LEAVING_LOOK_H

#include "tenants/leaving/leaving.h"
#include "tenants/leaving/leaving_paper.h"
#include "tenants/leaving/leaving_store.h"

#define LEAVING_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
#define LEAVING_BOARD     (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

struct leaving_look {
    struct leaving_journal journal;
    struct leaving_facts facts;
    struct id contract;
    struct span ends_on;             /* of the contract, "" when there is none */
    struct town_key_row key;         /* facts.has_town_key */
    struct leaving_paper_row order;  /* facts.has_order */
    struct leaving_paper_row *lists; /* of commitments, those in force */
    size_t n_lists;
    int64_t n_committed;
    int64_t n_materials; /* received and not yet given back, destroyed or erased */
};
NODISCARD enum err leaving_look_read(const struct req *req, struct leaving_look *look_out,
                                     struct fail *why);
enum leaving_actor leaving_actor_of(const struct req *req);
/* Answers a refusal that has a code. */
void leaving_refuse(struct req *req, enum leaving_code code);

#define LEAVING_MOVE_STEPS 2
struct leaving_move {
    struct req *req;
    const struct leaving_look *look;
    struct leaving_step_row rows[LEAVING_MOVE_STEPS];
    int n_rows;
    const struct leaving_paper_row *paper; /* written first; NULL: none */
    const struct town_key_row *key;        /* the same */
    struct id *dropped;                    /* accounts whose sessions end with a drain */
    size_t n_dropped;
};
/* Another step behind what is there and what the move has already. */
NODISCARD enum err leaving_move_add(struct leaving_move *move, enum leaving_state state,
                                    enum leaving_actor actor, struct span facts,
                                    struct fail *why);
/* Writes, then answers 204; also when it fails. */
void leaving_move_post(struct leaving_move *move);

#endif
