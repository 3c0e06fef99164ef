/* node/support/contact.h - two-way contact: the one function by which it is decided whether two
 * people were in touch, for consoles, steps and the rates (KP-2-1, KP-2-2, KP-2-4-1).
 *
 * Two are in touch when
 *   - one answers the other: a word to him, in a talk of the two or to him by name, at most
 *     reply_us after the other's last such word to him;
 *   - they took part together in a class or consultation (the class says so, once both did
 *     something in it);
 *   - each of them has spoken for speech_us or more to the other in one conversation.
 * To be in the same place, to sign in, to wave, to say something nobody answers: none of these
 * is a contact.
 *
 * A conversation is what two say and do to each other with no more than reply_us between one
 * and the next. Its first contact is the one that is kept as a row; further ones make it last.
 *
 * The same comes out event by event as they happen (contact_hear) and over stored ones
 * (contact_all), as long as the former come in the order of their times; a time that steps back
 * counts as the one before it. Threads: reentrant.  Owns: nothing. */
#ifndef NODE_SUPPORT_CONTACT_H
#define NODE_SUPPORT_CONTACT_H

#include "node/base/arena.h"
#include "node/base/id.h"

struct contact_rules {
    int64_t reply_us;  /* setting care.reply_min */
    int64_t speech_us; /* setting care.speech_s */
};

enum contact_sign {
    CONTACT_WORD,   /* said or written to the other alone, or to him by name */
    CONTACT_SHARED, /* a class or consultation in which both did something */
    CONTACT_SPEECH, /* spoke to the other for `spoken_us`, until `at` */
};
struct contact_event {
    struct id from, to; /* two different ones */
    int64_t at_utc_us;  /* > 0 */
    enum contact_sign sign;
    int64_t spoken_us;
};

/* What is remembered of two, in the order of their ids; zeroed but for the ids to begin with.
 */
struct contact_tie {
    struct id a, b;
    int64_t last_utc_us;    /* of anything in this conversation; 0: none yet */
    int64_t word_utc_us[2]; /* last word of a to b, of b to a; 0: none in this conversation */
    int64_t spoken_us[2];   /* since the last contact by speech */
    int64_t contact_utc_us; /* the newest of this conversation; 0: none */
};
/* The tie of two, nothing said yet. */
struct contact_tie contact_tie_of(struct id one, struct id other);
/* Which of the two conversations is over: it need not be remembered. */
bool contact_is_over(const struct contact_tie *tie, const struct contact_rules *rules,
                     int64_t now_utc_us);

enum contact_step {
    CONTACT_NONE,
    CONTACT_BEGUN,  /* the first of this conversation */
    CONTACT_GOES_ON /* one more of the same conversation */
};
/* event is between the two of tie. */
enum contact_step contact_hear(struct contact_tie *tie, const struct contact_rules *rules,
                               const struct contact_event *event);

/* One conversation in which they were in touch. */
struct contact_found {
    struct id a, b; /* in the order of their ids */
    int64_t first_utc_us, last_utc_us;
    enum contact_sign sign; /* of the first */
};
/* Of events in any order, of whatever many people: ordered by a, b and time; in the arena. */
NODISCARD enum err contact_all(const struct contact_event *events, size_t n,
                               const struct contact_rules *rules, struct arena *arena,
                               struct contact_found **found_out, size_t *n_out,
                               struct fail *why);

#endif
