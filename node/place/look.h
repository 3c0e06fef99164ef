/* node/place/look.h - the looking thread: what changed in the database that concerns people
 * inside, by whatever way it was changed (AI-2.3-ア, AI-4.3-イ-エ-2: within 5 s). It has a
 * connection of its own, asks every PLACE_LOOK_MS and when poked one cheap question, reads
 * anew only what changed, and tells it. A database that is away takes nothing from anybody: the
 * last facts hold, and the news say so once, and once when it is back.
 * Threads: stated at each function.  Owns: its thread, its connection. */
#ifndef NODE_PLACE_LOOK_H
#define NODE_PLACE_LOOK_H

#include "node/place/facts.h"

struct look;

/* Why somebody may not stay connected. */
enum look_gone_why {
    LOOK_SIGNED_OUT, /* the session was closed, or ran out */
    LOOK_IDLE,       /* its idle minutes passed without an act */
    LOOK_ENDED,      /* the account is suspended, closed, past its end, erased, or its school
                        does not take part any more */
    LOOK_ROLE,       /* it has another role: a new session knows it */
};
struct look_gone {
    struct id account, session;
    enum look_gone_why why;
};
/* Handed over whole; free with look_news_free after taking what is kept (and setting it NULL).
 */
struct look_news {
    struct place_facts *facts; /* new ones; NULL: as before */
    struct look_gone *gone;
    size_t n_gone;
    /* Of those watched, whose name, figure, school, class or rights changed: a whole new pass
     * each (place_pass_free). */
    struct place_pass **changed;
    size_t n_changed;
    bool is_blind; /* the database does not answer */
};
void look_news_free(struct look_news **news);

struct look_conf {
    const struct services *services;
    struct db_conf db;
    const struct stmt_table *stmts;
    /* On the looking thread, only when there is something to tell; takes the news. */
    void (*told)(void *arg, struct look_news *news);
    /* On the looking thread, at every look, before it. NULL: nothing. */
    void (*each)(void *arg);
    void *arg;
};
/* Starts the thread. facts: what the caller read last (a reference of its own is taken). */
NODISCARD enum err look_open(const struct look_conf *conf, struct place_facts *facts,
                             struct look **look_out, struct fail *why);
/* Ends the thread; told is not called any more when it returns. */
void look_close(struct look **look);
/* Any thread, does not wait: look now. */
void look_poke(struct look *look);

/* Everybody with an open connection. mark: of the pass, so that no change between the making
 * of a pass and the first look at it is missed. active_utc_us: when the person last did
 * something; a session that is in use by this does not run idle (0: not known). */
struct look_watched {
    struct id account, session;
    enum role role;
    uint64_t mark;
    int64_t active_utc_us;
};
/* Any thread: these from now on; copied. A pass that was told as changed has a new mark, which
 * the next call should carry; until then it is not told again. */
void look_watch(struct look *look, const struct look_watched *watched, size_t n);

#endif
