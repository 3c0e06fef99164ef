/* tenants/leaving/leaving_rule.h - the order of a contract's end (federation guide 9.2;
 * AI-7.2-1): which step may follow which, who may take it, what must be there. Pure.
 *
 *   active -> drain -> exported -> receipted -> grace -> ordered -> peers_purged ->
 *   keys_destroyed -> cluster_removed -> volume_discarded -> backups_listed -> scanned ->
 *   certified
 *
 * No step can be left out. Until ordered, the commissioner may cancel: back to active. From
 * ordered on there is no way back, and only the operator's command goes on.
 * Threads: reentrant.  Owns: nothing. */
#ifndef TENANTS_LEAVING_RULE_H
#define TENANTS_LEAVING_RULE_H

#include "node/base/id.h"
#include "node/base/span.h"

enum leaving_state {
    LEAVING_ACTIVE, /* nothing has begun, or it was cancelled */
    LEAVING_DRAIN,
    LEAVING_EXPORTED,
    LEAVING_RECEIPTED,
    LEAVING_GRACE,
    LEAVING_ORDERED,
    LEAVING_PEERS_PURGED,
    LEAVING_KEYS_DESTROYED,
    LEAVING_CLUSTER_REMOVED,
    LEAVING_VOLUME_DISCARDED,
    LEAVING_BACKUPS_LISTED,
    LEAVING_SCANNED,
    LEAVING_CERTIFIED,
    LEAVING_STATE_N
};

/* What somebody wants to do. Each leads to one state, but for LEAVING_ACT_UPLOAD, which only
 * puts the town's order on the table. */
enum leaving_act {
    LEAVING_ACT_BEGIN,
    LEAVING_ACT_EXPORTED,
    LEAVING_ACT_RECEIPT,
    LEAVING_ACT_WAIT,    /* the days begin: the node does it with the receipt */
    LEAVING_ACT_UPLOAD,  /* the order: the first of two persons */
    LEAVING_ACT_CONFIRM, /* the order: the second */
    LEAVING_ACT_CANCEL,
    LEAVING_ACT_PURGE,
    LEAVING_ACT_KEYS,
    LEAVING_ACT_CLUSTER,
    LEAVING_ACT_VOLUME,
    LEAVING_ACT_BACKUPS,
    LEAVING_ACT_SCAN,
    LEAVING_ACT_CERTIFY,
    LEAVING_ACT_N
};

enum leaving_actor {
    LEAVING_BY_COMMISSIONER,
    LEAVING_BY_CONTRACTOR,
    LEAVING_BY_OPERATOR, /* on the machine: `ibasho leave` */
    LEAVING_BY_NODE,     /* by itself */
    LEAVING_BY_OTHER,
    LEAVING_ACTOR_N
};

enum leaving_code {
    LEAVING_OK,
    LEAVING_WRONG_STATE,    /* 409 wrong-state */
    LEAVING_WRONG_ACTOR,    /* 403 wrong-actor */
    LEAVING_RECEIPT_NEEDED, /* 428 receipt-required */
    LEAVING_SECOND_PERSON,  /* 403 second-person-required */
    LEAVING_OTHER_BAG,      /* 422 other-bag */
    LEAVING_OTHER_NODE,     /* 422 other-node: of another node or contract */
    LEAVING_NOT_SIGNED,     /* 422 not-signed: not by the registered key of the town */
    LEAVING_NOT_A_DOCUMENT, /* 422 not-a-document */
    LEAVING_UNKNOWN_CANARY, /* 422 unknown-canary: opened, but never committed to */
    LEAVING_NO_TOWN_KEY,    /* 409 town-key-missing */
    LEAVING_NO_ORDER,       /* 409 order-missing: nothing to confirm */
    LEAVING_GRACE_NOT_OVER, /* 409 grace-not-over */
    LEAVING_NO_CONTRACT,    /* 409 contract-missing */
    LEAVING_OLD_BAG,        /* 422 old-bag: cut before the drain, or of another log */
    LEAVING_CLOCK_BEHIND,   /* 409 clock-behind: now is before the last step */
    LEAVING_CODE_N
};

/* What is known at the moment of the act. */
struct leaving_facts {
    enum leaving_state state;
    bool has_contract, has_town_key;
    int64_t now_utc_us, grace_until_utc_us; /* the latter once in LEAVING_GRACE */
    int64_t last_utc_us;                    /* of the journal's last step; 0: none */
    bool has_order;                         /* one was uploaded in this round */
    struct id uploader, actor;              /* accounts; ID_NONE */
    struct span bag, named_bag; /* the exported one's id; of the document at hand, if any */
};

const char *leaving_state_id(enum leaving_state state); /* "peers_purged" */
bool leaving_state_parse(struct span id, enum leaving_state *state_out);
const char *leaving_state_ja(enum leaving_state state);
const char *leaving_code_id(enum leaving_code code);
int leaving_code_status(enum leaving_code code);
const char *leaving_code_ja(enum leaving_code code); /* a plain sentence with what to do */
/* "begin" "exported" ...; "" for LEAVING_ACT_N. */
const char *leaving_act_id(enum leaving_act act);
const char *leaving_actor_id(enum leaving_actor actor);

/* May this be done now by him? Checked in this order: the state, the actor, what is missing. */
enum leaving_code leaving_judge(enum leaving_act act, enum leaving_actor actor,
                                const struct leaving_facts *facts);
/* Where the act leads; LEAVING_ACT_UPLOAD stays in LEAVING_GRACE. */
enum leaving_state leaving_after(enum leaving_act act);
/* What comes next and whose turn it is; LEAVING_ACT_N: nothing, it is over. In
 * LEAVING_ACTIVE it is LEAVING_ACT_BEGIN, though nobody must. */
enum leaving_act leaving_next(const struct leaving_facts *facts, enum leaving_actor *actor_out);
/* May step `to` stand behind `from` in a journal? */
bool leaving_may_follow(enum leaving_state from, enum leaving_state to);

static inline bool leaving_is_read_only(enum leaving_state state)
{
    return state != LEAVING_ACTIVE;
}

#endif
