/* node/classes/lesson_share.h - a lesson held with other towns: the page, polls, hands and
 * questions cross, nothing else (AI-3.3-オ, AI-4.4-キ-エ). At the host its team turns pages and
 * opens polls; at a guest the lesson of that node goes with it, children answer and ask there,
 * and rows are written there. Of a poll counts cross, never who; of a hand and a question whose
 * they are by a pseudonym that the feature above knows.
 *
 * The feature (federation/mirror_lesson.c) is told of what is new each time something was
 * committed, and each second; what could not be told is told again. Applying twice is applying
 * once, so after a cut both sides say everything again (lesson_share_again).
 * Threads: the live thread, unless said otherwise.  Owns: stated at each function. */
#ifndef NODE_CLASSES_LESSON_SHARE_H
#define NODE_CLASSES_LESSON_SHARE_H

#include "node/classes/lesson_far.h"
#include "node/io/live.h"

struct lessons;
struct lesson_share;

struct lesson_share_poll {
    struct id poll;
    bool is_open;
    int64_t n_answers;
    struct span question, choices[LESSON_ANSWERS_MOST];
    int64_t sums[LESSON_ANSWERS_MOST]; /* of all towns, of a closed one */
};
/* One of ours; texts borrowed. */
struct lesson_share_question {
    struct id question, author;
    int64_t at_utc_us;
    struct span name, text; /* as others read them */
};

struct lesson_share_feature {
    void *arg;
    /* At both. False: not now, it is told again in a second. */
    bool (*hand)(void *arg, struct id account, bool on, int64_t at_utc_us);
    /* The seat of somebody of another town here; 0: none. */
    uint16_t (*seat)(void *arg, const struct lesson_far *whose);
    /* To everybody here who sees him. */
    void (*show)(void *arg, const struct lesson_far *whose, const struct live_event *event,
                 const void *of);
    /* At the host. */
    void (*page)(void *arg, int64_t page);
    void (*poll)(void *arg, const struct lesson_share_poll *poll);
    void (*lower)(void *arg, const struct lesson_far *whose); /* his hand, by the team */
    /* At the host: the team answered it. At a guest (node ID_NONE): it is answered, or taken
     * away (is_gone), here. */
    void (*answered)(void *arg, struct id node, struct id question, bool is_gone);
    /* At a guest. */
    void (*votes)(void *arg, struct id poll, bool is_closed, int64_t n_answers,
                  const int64_t counts[LESSON_ANSWERS_MOST]);
    bool (*asked)(void *arg, const struct lesson_share_question *question); /* false: as hand */
};

/* feature is kept by reference until the end. ERR_CONFLICT: it is shared already. */
NODISCARD enum err lesson_share_begin(struct lessons *lessons, struct id lesson, bool is_host,
                                      const struct lesson_share_feature *feature,
                                      struct lesson_share **share_out, struct fail *why);
/* What other towns had in it is gone here. Accepts NULL, leaves NULL. */
void lesson_share_end(struct lesson_share **share);
/* At the host: that node takes part, with so many places. */
void lesson_share_join(struct lesson_share *share, struct id node, int64_t places);
/* The line to that node begins anew: what it said of hands and open questions is forgotten (at
 * a guest the host said it of all), and all of ours is told again. */
void lesson_share_again(struct lesson_share *share, struct id node);
/* Each hand of other towns that is up. */
void lesson_share_hands(const struct lesson_share *share,
                        void (*fn)(void *arg, const struct lesson_far *whose,
                                   int64_t at_utc_us),
                        void *arg);

/* ---- what the other side says ---- */

/* A hand of another town; word: whose, name, town, at. */
void lesson_share_hand(struct lesson_share *share, const struct lesson_far_word *word, bool on);
/* He is not here any more: his hand goes. The pseudonym says who. */
void lesson_share_left(struct lesson_share *share, const struct lesson_far *whose);
/* At a guest, by the host. */
void lesson_share_page(struct lesson_share *share, int64_t page);
void lesson_share_poll(struct lesson_share *share, const struct lesson_share_poll *poll);
/* At the home of that child: the host's team put the hand down. */
void lesson_share_lower(struct lesson_share *share, struct id account);
/* At the host, by a guest. ERR_DENIED: lesson_others_count. */
NODISCARD enum err lesson_share_votes(struct lesson_share *share, struct id node,
                                      struct id poll, bool is_closed,
                                      const int64_t counts[LESSON_ANSWERS_MOST],
                                      struct fail *why);
void lesson_share_asked(struct lesson_share *share, const struct lesson_far_word *word);
/* At a guest: the host's team answered it. At the host: node's own staff did, or took it away.
 */
void lesson_share_answered(struct lesson_share *share, struct id node, struct id question,
                           bool is_gone);

#endif
