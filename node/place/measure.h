/* node/place/measure.h - what staff have stopped, for one account or on one floor (AI-2.7-ア,
 * AI-2.7-ウ-1...4, HI-3.3-4): in force in memory, asked on the way of every word and reaction.
 * Measures bind students, guardians and guest teachers (place_is_bound); a floor's hold for
 * those of them who stand there, by whatever copy. One ends when it is lifted or at its time.
 *
 * Ejected is: out of the place with every line within two seconds, all sign-ins of that ID over
 * (AI-2.7-ウ-4), and no floor until the time. He may sign in again at once all the same: the
 * place alone is shut to him. A child in such a moment needs his own page, the ways to somebody
 * who listens, and above all SOS, which asks who he is (NI-2.3-b2): to shut the door of the
 * house would take those from him, and leave him alone when he should not be.
 *
 * Threads: the live thread's, unless said otherwise.  Owns: the list of a place. */
#ifndef NODE_PLACE_MEASURE_H
#define NODE_PLACE_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/id.h"
#include "node/io/live.h"
#include "node/place/place_priv.h"

enum measure_kind {
    MEASURE_CHAT,   /* writes nothing that children read; talks of two with staff stay open */
    MEASURE_REACT,  /* no reactions */
    MEASURE_MUTE,   /* is not heard */
    MEASURE_EJECT,  /* is not in the place, on no floor */
    MEASURE_RENAME, /* an act, not a state: stops nothing here */
    MEASURE_SLOW,   /* so many seconds between two lines */
    MEASURE_KINDS_N
};
#define MEASURE_KINDS "chat|react|mute|eject|rename|slow"

/* One in force. */
struct measure {
    struct measure *next;
    struct id id, account;       /* account ID_NONE: of the floor */
    char floor[PLACE_FLOOR_CAP]; /* "": of the account */
    enum measure_kind kind;
    int64_t until_utc_us; /* 0: until it is lifted */
    int64_t seconds;      /* of slow */
};

/* Is this stopped for him now? Of several the one that lasts longest tells *until_utc_us_out
 * (may be NULL): 0, until it is lifted. */
bool measure_stops(const struct place *place, const struct visit *visit, enum measure_kind kind,
                   struct place_now now, int64_t *until_utc_us_out);
/* The same of an account that is on no floor: measures of floors are not looked at. */
bool measure_stops_account(const struct place *place, struct id account, enum measure_kind kind,
                           struct place_now now, int64_t *until_utc_us_out);
/* So long there must be between two lines of his; 0: slow mode is off. */
int64_t measure_slow_ms(const struct place *place, const struct visit *visit,
                        struct place_now now);

/* ---- for commands that may be stopped ---- */

/* Answers the call when this is stopped for him, and says so: code `stopped` with the sentence
 * that he was told; to whom it was told a while ago already, as to an altered client
 * (command_breach). False: it is not stopped, the call is not answered. */
bool measure_refuses(struct command_call *call, const struct visit *visit,
                     enum measure_kind kind);

/* ---- what holds ---- */

/* A copy of what is given; one with that id already there is replaced. NULL: no memory. Any
 * thread, while no other has the list. */
struct measure *measure_put(struct measure **list, const struct measure *of);
/* False: there is none with that id. */
bool measure_drop(struct measure **list, struct id id);
void measures_free(struct measure **list);

/* In force from now on: who is ejected is out before this returns, and everybody concerned is
 * told. ERR_NOMEM: it is not. */
NODISCARD enum err measure_begin(struct place *place, const struct measure *of,
                                 struct place_now now, struct fail *why);
/* Lifted, or never to be. */
void measure_end(struct place *place, struct id id, struct place_now now);
/* He is shown by another name to everybody at once, and told so (AI-2.7-ア). */
void measure_rename(struct place *place, struct id account, const char *name,
                    struct place_now now);
/* The same from any other thread, in the order of the calls, on the live thread soon after.
 * ERR_UNAVAILABLE: the place does not serve yet, or ends; ERR_BUSY: nothing will be done. */
NODISCARD enum err measure_post_begin(struct place *place, const struct measure *of,
                                      struct fail *why);
NODISCARD enum err measure_post_end(struct place *place, struct id id, struct fail *why);
NODISCARD enum err measure_post_rename(struct place *place, struct id account, struct span name,
                                       struct fail *why);
/* Each second: those whose time is over. */
void measures_sweep(struct place *place, struct place_now now);

/* ---- who is told: event `stopped` (measure_tell.c) ---- */

/* Whatever holds for this line and was not told it: when it opens, after hello, which clears
 * what a client knew; when its visit comes to a floor or leaves one. Never who decided. */
void measure_tell(struct guest *guest, struct place_now now);
void measure_tell_all(struct place *place, struct place_now now);
/* He has another name. */
void measure_tell_renamed(struct place *place, struct id account, const char *name);
/* Why somebody who is ejected does not come in. */
void measure_eject_text(int64_t until_utc_us, struct place_now now,
                        char text_out[PLACE_TEXT_CAP]);

#endif
