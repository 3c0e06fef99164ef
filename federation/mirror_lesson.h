/* federation/mirror_lesson.h - the board of a shared lesson, between
 * node/classes/lesson_share.h and frames: page and polls go from the host to the guests, counts
 * and questions from a guest to the host, hands to all, the tick of an answered question to
 * whose it is (AI-3.3-オ, AI-4.4-キ-エ). The host tells each guest what hands the others have
 * up; guests say nothing to each other. What a peer may not say is a fault; what it says twice
 * is said once.
 *
 * A question has passed home's safe words; here the host's own are asked too: one with a
 * contact detail or a word of need is not shown, and its home is told (FRAME_BLOCKED). Threads:
 * the live thread.  Owns: a mirror_lesson its share. */
#ifndef FEDERATION_MIRROR_LESSON_H
#define FEDERATION_MIRROR_LESSON_H

#include "federation/frame_board.h"
#include "federation/series.h"
#include "node/place/mirror.h"

struct mirror_lesson;

/* Somebody of another town who is here; texts borrowed until the call returns. */
struct mirror_lesson_who {
    struct id node;
    struct mirror_figure *figure; /* NULL: not shown now */
    struct span name, town;
};
struct mirror_lesson_conf {
    const struct services *services; /* lessons, words */
    const struct shared_lesson *at;  /* copied */
    void *arg;
    /* On ctl; class and ts_ms are set. */
    void (*send)(void *arg, struct id peer, const struct frame *frame);
    /* Of home. False: he is not there (asked again within a second). */
    bool (*pseud_of)(void *arg, struct id account, uint8_t out[FRAME_PSEUD_BYTES]);
    bool (*account_of)(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES], struct id *out);
    bool (*puppet)(void *arg, const uint8_t pseud[FRAME_PSEUD_BYTES],
                   struct mirror_lesson_who *out);
    void (*town_of)(void *arg, struct id node, struct span *out);
    /* A question crosses: it is evidence like a line. Of our own: returns its number; 0: not
     * now. Of another's: takes its number. NULL: nothing is kept, every number is 1. */
    uint64_t (*line)(void *arg, bool is_own, struct id node,
                     const uint8_t pseud[FRAME_PSEUD_BYTES], struct id line, uint64_t number,
                     struct span text);
};
/* After mirror_begin. ERR_CONFLICT: that lesson is shared already. */
NODISCARD enum err mirror_lesson_begin(const struct mirror_lesson_conf *conf,
                                       struct mirror_lesson **out, struct fail *why);
/* Before mirror_end. Accepts NULL, leaves NULL. */
void mirror_lesson_end(struct mirror_lesson **lesson);
/* At the host: guests and places as they are now. */
void mirror_lesson_change(struct mirror_lesson *lesson, const struct shared_lesson *at);
/* A link stands. is_whole false: both sides say everything anew. */
void mirror_lesson_up(struct mirror_lesson *lesson, struct id peer, bool is_whole);
/* Of FRAME_HAND, _PAGE, _POLL, _VOTES, _ASK, _ANSWERED, whose pseudonym is that peer's (at a
 * guest: anybody's of the host's word) and may speak. ERR_PROTO: no honest node says this. */
NODISCARD enum err mirror_lesson_frame(struct mirror_lesson *lesson, struct id peer,
                                       const struct frame *frame, struct fail *why);
/* A question or a poll of another town, by our own safe words (a cry for help is its home's to
 * answer) and with nothing in it that nobody sees; keep: UTF_KEEP_LINES or 0. Reentrant. */
struct words;
NODISCARD enum err mirror_lesson_judge(const struct words *words, struct span text,
                                       unsigned keep, struct arena *arena,
                                       struct span *masked_out, bool *is_shown_out,
                                       struct fail *why);
/* The figure went. */
void mirror_lesson_left(struct mirror_lesson *lesson, const uint8_t pseud[FRAME_PSEUD_BYTES]);

#endif
