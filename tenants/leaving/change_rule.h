/* tenants/leaving/change_rule.h - a change of contractor in place (CARD-13): how far it has
 * come, what may be done about it by whom, what is still to do. Pure.
 *
 *   none -> planned -> confirmed -> in force;  planned, confirmed -> cancelled
 *
 * One commissioner plans, another confirms. Until the minute it may be cancelled; what was not
 * confirmed by then lapses. From the minute on it stands. Threads: reentrant.  Owns: nothing.
 */
#ifndef TENANTS_LEAVING_CHANGE_RULE_H
#define TENANTS_LEAVING_CHANGE_RULE_H

#include "node/base/id.h"
#include "node/base/span.h"

/* A step, each at most once. */
enum change_kind {
    CHANGE_CONFIRMED,
    CHANGE_CANCELLED,
    CHANGE_IN_FORCE, /* the accounts are closed, the next contract holds */
    CHANGE_HALF,     /* the contractor's key half is another */
    CHANGE_OPERATOR, /* a commissioner: nobody of the one before comes onto the machine */
    CHANGE_SHEET,    /* after that both halves became new */
    CHANGE_KIND_N
};
#define CHANGE_KINDS "confirmed|cancelled|in_force|half|operator|sheet"

enum change_state {
    CHANGE_NONE, /* never, or cancelled */
    CHANGE_PLANNED,
    CHANGE_WAITING, /* confirmed */
    CHANGE_DONE,    /* in force; things may still be open */
    CHANGE_LAPSED,  /* nobody confirmed in time */
    CHANGE_STATE_N
};
#define CHANGE_STATES "none|planned|confirmed|in_force|lapsed"

enum change_act {
    CHANGE_ACT_PLAN,
    CHANGE_ACT_CONFIRM,
    CHANGE_ACT_CANCEL,
    CHANGE_ACT_OPERATOR, /* marks CHANGE_OPERATOR */
    CHANGE_ACT_N
};

enum change_code {
    CHANGE_OK,
    CHANGE_UNDER_WAY,     /* 409 change-under-way */
    CHANGE_WRONG_STATE,   /* 409 wrong-state */
    CHANGE_MINUTE_PAST,   /* 409 minute-past */
    CHANGE_SECOND_PERSON, /* 403 second-person-required */
    CHANGE_NO_CONTRACT,   /* 409 contract-missing */
    CHANGE_LEAVING,       /* 409 draining */
    CHANGE_ACCOUNTS,      /* 409 accounts-changed */
    CHANGE_UNKNOWN,       /* 422 unknown-account */
    CHANGE_MUST_END,      /* 422 contractor-must-end */
    CHANGE_SAME,          /* 422 same-contractor */
    CHANGE_UNFINISHED,    /* 409 change-unfinished */
    CHANGE_CODE_N
};

struct change_facts {
    bool is_there;           /* a change was planned once */
    bool has[CHANGE_KIND_N]; /* its steps */
    int64_t ends_utc_us, now_utc_us;
    struct id planner, actor;
    bool has_contract, is_leaving;
};

enum change_state change_state_of(const struct change_facts *facts);
enum change_code change_judge(enum change_act act, const struct change_facts *facts);
/* Is it time? Confirmed, not cancelled, not yet in force, and the minute has come. */
bool change_is_due(const struct change_facts *facts);

const char *change_kind_id(enum change_kind kind);
const char *change_code_id(enum change_code code);
int change_code_status(enum change_code code);
const char *change_code_ja(enum change_code code); /* a plain sentence with what to do */

#endif
