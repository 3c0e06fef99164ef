/* node/classes/lesson_far.h - what other towns have in a lesson that is held with them: raised
 * hands, questions to the team, counts of polls; and what was told to them of ours, so that
 * each thing is told once, and all of it anew when the line to them begins anew. Pure.
 * Threads: reentrant.  Owns: struct lesson_others its texts. */
#ifndef NODE_CLASSES_LESSON_FAR_H
#define NODE_CLASSES_LESSON_FAR_H

#include "node/classes/lesson_state.h"

#define LESSON_PSEUD_BYTES    10
#define LESSON_FAR_NODES_MOST 16
#define LESSON_FAR_HANDS_MOST 200
#define LESSON_FAR_ASKED_MOST 100 /* questions of one town: no town takes the others' room */
#define LESSON_FAR_TEXT_CAP   129 /* of a name, of a town */

/* Somebody of another town: never an account. */
struct lesson_far {
    struct id node;
    uint8_t pseud[LESSON_PSEUD_BYTES];
};
/* A word of his: texts borrowed. */
struct lesson_far_word {
    struct lesson_far whose;
    struct span name, town;
    int64_t at_utc_us;
    struct id question; /* of one */
    struct span text;
};

struct lesson_far_hand {
    struct lesson_far whose;
    int64_t at_utc_us;
    char name[LESSON_FAR_TEXT_CAP], town[LESSON_FAR_TEXT_CAP];
};
struct lesson_far_asked {
    struct lesson_far whose;
    struct id question;
    int64_t at_utc_us;
    bool is_answered;
    char name[LESSON_FAR_TEXT_CAP], town[LESSON_FAR_TEXT_CAP];
    char *text; /* from malloc */
};
struct lesson_far_votes {
    struct id node;
    int64_t places; /* that town was given: it has no more votes than that */
    struct id poll; /* ID_NONE: none yet */
    bool is_closed; /* nothing more comes of it */
    int64_t counts[LESSON_ANSWERS_MOST];
};
struct lesson_others {
    struct lesson_far_hand hands[LESSON_FAR_HANDS_MOST];
    struct lesson_far_asked asked[LESSON_QUESTIONS_MOST];
    struct lesson_far_votes votes[LESSON_FAR_NODES_MOST];
    size_t n_hands, n_asked, n_votes;
};
void lesson_others_fini(struct lesson_others *others);

/* True: something is new. A hand that is up keeps its place; what is over the bound is left
 * out. */
bool lesson_others_hand(struct lesson_others *others, const struct lesson_far_word *word,
                        bool on);
/* NULL: none of that id. */
struct lesson_far_asked *lesson_others_find(struct lesson_others *others, struct id question);
/* True: it is a new one. One that is there already stays as it is. */
bool lesson_others_ask(struct lesson_others *others, const struct lesson_far_word *word);
/* It was taken away. */
bool lesson_others_unask(struct lesson_others *others, struct id question);
/* That node (ID_NONE: all of them) says hands and open questions anew: those of before are
 * gone; an answered one stays, so that it is known when it is said again. */
void lesson_others_forget(struct lesson_others *others, struct id node);

/* That node takes part, with so many places. */
void lesson_others_join(struct lesson_others *others, struct id node, int64_t places);
/* Its counts now. ERR_DENIED: more than its places, fewer than it said before, or changed after
 * it had closed it; nothing is taken then. *is_new_out: they are others than before. */
NODISCARD enum err lesson_others_count(struct lesson_others *others, struct id node,
                                       struct id poll, bool is_closed,
                                       const int64_t counts[LESSON_ANSWERS_MOST],
                                       bool *is_new_out, struct fail *why);
/* Of all other towns together. */
void lesson_others_sum(const struct lesson_others *others, struct id poll,
                       int64_t sums_out[LESSON_ANSWERS_MOST]);

/* ---- what was told to them ---- */

struct lesson_told_hand {
    struct id account;
    int64_t at_utc_us;
    bool is_up; /* seen in the look that is under way */
};
struct lesson_told_question {
    struct id line;
    bool is_done; /* answered, or taken away: they know */
};
struct lesson_told {
    int64_t page; /* 0: none yet */
    struct id poll, votes_poll;
    bool is_open, is_closed; /* is_closed: of votes_poll */
    int64_t sums[LESSON_ANSWERS_MOST], votes[LESSON_ANSWERS_MOST];
    struct lesson_told_hand hands[LESSON_FAR_HANDS_MOST];
    struct lesson_told_question asked[LESSON_QUESTIONS_MOST];
    size_t n_hands, n_asked;
};
/* Each true once for what is new; it counts as told then. */
bool lesson_told_page(struct lesson_told *told, int64_t page);
bool lesson_told_poll(struct lesson_told *told, struct id poll, bool is_open,
                      const int64_t sums[LESSON_ANSWERS_MOST]);
bool lesson_told_votes(struct lesson_told *told, struct id poll, bool is_closed,
                       const int64_t counts[LESSON_ANSWERS_MOST]);

enum lesson_news {
    LESSON_NEWS_NONE,
    LESSON_NEWS_ASKED,
    LESSON_NEWS_ANSWERED,
    LESSON_NEWS_GONE
};
/* What of that question is news to them: only one that is said is told, an answered one only
 * when they know it. */
enum lesson_news lesson_told_question(const struct lesson_told *told,
                                      const struct lesson_asked *asked);
/* It was told. */
void lesson_told_put(struct lesson_told *told, struct id line, enum lesson_news news);
/* One they know and nobody has any more (its author was erased); ID_NONE: none. */
struct id lesson_told_lost(const struct lesson_told *told, const struct lesson_asked *asked,
                           size_t n_asked);

/* A look at the hands: begin, one call for each hand that is up (true: it is news), then the
 * ones that went down, until ID_NONE. */
void lesson_told_hands_begin(struct lesson_told *told);
bool lesson_told_hand_up(struct lesson_told *told, struct id account, int64_t at_utc_us);
struct id lesson_told_hand_down(struct lesson_told *told);
/* It could not be told: it is news again. */
void lesson_told_hand_undo(struct lesson_told *told, struct id account);

#endif
