/* node/place/measure_act.h - a measure on its way: checked and sealed on a worker, in force in
 * memory at once, written, answered; taken back when it could not be written. Threads: as said
 * at each. Owns: nothing; everything lives in the request's arena. */
#ifndef NODE_PLACE_MEASURE_ACT_H
#define NODE_PLACE_MEASURE_ACT_H

#include "node/base/route.h"
#include "node/place/measure_store.h"
#include "tenants/profile/profile.h"

/* What POST /api/v1/measures asks for, in the ranges of its shape. */
struct measure_input {
    struct id id, account;
    struct span floor, name, reason;
    int kind; /* enum measure_kind */
    int64_t minutes, seconds;
    bool has_account, has_floor, has_minutes, has_seconds, has_name;
};

struct measure_act {
    struct req *req;
    struct measure_row row;
    struct span reason, name_before, name_after; /* in clear */
    bool has_rename;
    struct profile_change rename;
    bool was_there;    /* filled: it had been decided before */
    bool is_uncertain; /* it may have been committed without an answer */
    int n_tries;
    void (*answer)(struct measure_act *act, enum err rc, const struct fail *why);
};

/* Worker: fills act->row and the rest. False: answered. */
NODISCARD bool measure_act_prepare(struct measure_act *act, const struct measure_input *in);
/* Worker: in force, then written; answer is called once, on whatever thread, after the commit.
 */
void measure_act_start(struct measure_act *act);
/* Any thread: the key that texts of a measure are sealed under. ERR_NOT_FOUND: the person was
 * erased. */
NODISCARD enum err measure_key(struct keyring *keyring, struct id account, struct id *key_out,
                               struct fail *why);

#endif
