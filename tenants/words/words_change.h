/* tenants/words/words_change.h - one act of a commissioner upon the lists: what is put on,
 * taken off or taken back, and the transaction; and what everybody is answered with. Threads:
 * words_change_post on a worker, the rest on the writer's.  Owns: nothing; all in the request's
 * arena. */
#ifndef TENANTS_WORDS_WORDS_CHANGE_H
#define TENANTS_WORDS_WORDS_CHANGE_H

#include "node/base/route.h"
#include "tenants/words/words_store.h"

struct words_change {
    struct req *req;
    struct words_act act; /* added, removed: terms that were checked, one a line */
    struct span reason;   /* sealed into the act when it is posted */
    bool has_expected;
    int64_t expected_version;
    /* Filled in the transaction. */
    bool is_over, is_nothing;
    struct words_held held;
    struct words *words;
};

/* Decides and answers with the lists as they are then. An act that was done before is not done
 * again. 404: nothing to undo; 409: another version than expected; 422: a list would be over
 * WORDS_TERMS_MOST, or nothing changes. In force for everybody before the answer leaves. */
void words_change_post(struct words_change *change);

/* GET's answer. */
struct words_view {
    int64_t version;
    struct jx_texts own, allowed;
    struct jx_list base;
};
extern const struct jx_shape words_view_shape;
NODISCARD enum err words_view_fill(const struct words_held *held, struct arena *arena,
                                   struct words_view *out, struct fail *why);

#endif
