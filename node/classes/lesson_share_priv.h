/* node/classes/lesson_share_priv.h - what the other files of lessons ask of lessons that are
 * shared. Threads: the live thread, unless said otherwise.  Owns: nothing. */
#ifndef NODE_CLASSES_LESSON_SHARE_PRIV_H
#define NODE_CLASSES_LESSON_SHARE_PRIV_H

#include "node/classes/lesson_share.h"
#include "node/classes/lessons_priv.h"

struct lesson_share {
    struct lesson_share *next;
    struct lessons *lessons;
    struct id lesson;
    bool is_host;
    const struct lesson_share_feature *feature;
    struct lesson_others others; /* changed under lessons->lock: HTTP workers look into it */
    struct lesson_told told;
    struct id summed; /* the poll whose sums were written last, or are on their way */
    int64_t sums[LESSON_ANSWERS_MOST];
};

/* Around what HTTP workers look into. */
void lesson_share_lock(struct lesson_share *share);
void lesson_share_unlock(struct lesson_share *share);
/* What other towns said is new: those in it hear of it. */
void lesson_share_tell(const struct lesson_share *share);

/* NULL: it is not shared. */
struct lesson_share *lesson_share_of(const struct lessons *lessons, struct id lesson);
/* Something of the lesson may be new: what is, is told. */
void lesson_share_look(struct lessons *lessons, struct lesson_room *room);
void lesson_shares_free(struct lessons *lessons);

/* A hand of another town at that seat; the call is answered. False: there is none. */
bool lesson_share_lowers(struct command_call *call, struct lesson_room *room, int64_t seat);
/* A question of another town; the call is answered. False: it is none of those. */
bool lesson_share_answers(struct command_call *call, struct lesson_room *room,
                          struct id question);

/* Any thread. What other towns have in it, for a board; not shared: nothing. No seats. */
NODISCARD enum err lesson_beside_read(struct lessons *lessons, struct id lesson,
                                      const struct lesson_board *board, struct arena *arena,
                                      struct lesson_beside *out, struct fail *why);
/* The seats, right after it on the live thread. */
void lesson_beside_seats(const struct lessons *lessons, struct id lesson,
                         struct lesson_beside *beside);

#endif
