/* node/classes/lesson_state.h - how a lesson stands for those in it: the page that is shown,
 * hands, the poll, questions. The board is what the database has of it, the same for everybody;
 * the state is what one of them may know: of a poll an open one's counts the team alone, who
 * gave which answer nobody; of questions each his own and the team all, held ones until staff
 * have released them nobody but their author (AI-4.4-キ-エ).
 * Threads: any; a board belongs to one at a time.  Owns: nothing, all is in the arena. */
#ifndef NODE_CLASSES_LESSON_STATE_H
#define NODE_CLASSES_LESSON_STATE_H

#include "node/base/jx.h"
#include "node/classes/lesson_store.h"
#include "node/db/keyring.h"
#include "node/place/chat_store.h"

#define LESSON_QUESTIONS_MOST 200
#define LESSON_VOTES_MOST     1000

struct lesson_vote {
    struct id account;
    int64_t answer;
};
struct lesson_asked {
    struct id line, author;
    int64_t at_utc_us, answered_utc_us;
    enum chat_state state;
    struct span name, text; /* as others read them */
    struct span town;       /* of another town; author ID_NONE then */
};
struct lesson_raised {
    struct id account; /* ID_NONE: of another town */
    int64_t at_utc_us;
    uint16_t seat; /* 0: not known */
    struct span name, town;
};
/* What other towns have in it (lesson_share.h). */
struct lesson_beside {
    bool is_shared;                      /* false: the rest is empty */
    int64_t counts[LESSON_ANSWERS_MOST]; /* of the board's poll */
    const struct lesson_asked *asked;
    size_t n_asked;
    struct lesson_raised *raised; /* by time */
    size_t n_raised;
};
struct lesson_board {
    int64_t page; /* 0: none is shown yet */
    bool has_poll;
    struct lesson_poll poll; /* the newest; sealed texts are not looked at any more */
    struct span question, choices[LESSON_ANSWERS_MOST];
    const struct lesson_vote *votes; /* while it is open */
    size_t n_votes;
    const struct lesson_asked *asked; /* oldest first */
    size_t n_asked;
    const struct lesson_beside *beside; /* NULL: held by this town alone */
};
/* author: only his questions (ID_NONE: all). */
NODISCARD enum err lesson_board_read(struct keyring *keyring, struct db *db, struct id lesson,
                                     struct id author, struct arena *arena,
                                     struct lesson_board *out, struct fail *why);

/* ---- what goes out ---- */

struct lesson_hand_out {
    struct id account;
    int64_t seat, at;
    struct span name, town;
    bool has_account, has_seat, has_name, has_town;
};
struct lesson_choice_out {
    struct span text;
    int64_t n;
    bool has_n;
};
struct lesson_poll_out {
    struct id poll;
    struct span question;
    struct jx_list choices; /* struct lesson_choice_out */
    bool is_open, has_my_choice;
    int64_t my_choice;
};
struct lesson_question_out {
    struct id question;
    struct span name, town, text;
    bool has_name, has_town, is_answered;
    int64_t at;
    int state;
};
struct lesson_state {
    struct id lesson;
    struct span title;
    int64_t page, n_pages, n_hands, n_here;
    bool takes_hands, takes_polls, takes_questions; /* by what its course is given */
    bool is_shared; /* with other towns: whoever is counted in n_here is of this one */
    bool is_instructor, my_hand, has_poll;
    struct jx_list hands; /* struct lesson_hand_out, by time */
    struct lesson_poll_out poll;
    struct jx_list questions; /* struct lesson_question_out */
};
extern const struct jx_shape lesson_state_shape;

/* One of those in it. */
struct lesson_viewer {
    struct id account;
    bool is_team;       /* of the lesson's staff: names, counts, all questions */
    bool is_instructor; /* main or sub: turns pages, opens polls */
    bool hides_ids;     /* a guest teacher: names, and no account */
};
/* state->lesson, title, n_pages, n_here and takes_* are the caller's. False: no memory. */
bool lesson_state_fill(const struct lesson_board *board, const struct lesson_viewer *viewer,
                       const struct lesson_raised *raised, size_t n_raised, struct arena *arena,
                       struct lesson_state *state);

#endif
