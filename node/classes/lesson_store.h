/* node/classes/lesson_store.h - the rows of what happens in lessons: choices, attendance, who
 * is in one now, the page that is shown, polls, answered questions. lesson_event is a leaf
 * table. Threads: as the tx or db that is handed in; what is read lives in the arena. */
#ifndef NODE_CLASSES_LESSON_STORE_H
#define NODE_CLASSES_LESSON_STORE_H

#include "node/classes/lesson_member.h"
#include "node/db/writer.h"

#define LESSON_ANSWERS_MOST 6

/* ---- choices ---- */

struct lesson_choice {
    struct id id, lesson, account;
    int64_t at_utc_us;
    bool is_late;
    int64_t places;          /* of the lesson; 0: no bound */
    const struct id *others; /* the other lessons of the slot */
    size_t n_others;
};
/* He has a place from now on, and none in the others. All choices go through the one writer, so
 * that the count is exact whoever asks at the same time. There already: nothing. ERR_CONFLICT,
 * field "full": no place is left; what he had stays. */
NODISCARD enum err lesson_choice_put(struct tx *tx, const struct lesson_choice *choice,
                                     struct fail *why);
/* It is taken back; none: nothing. */
NODISCARD enum err lesson_choice_end(struct tx *tx, struct id lesson, struct id account,
                                     int64_t at_utc_us, struct fail *why);
struct lesson_taken {
    struct id lesson;
    int64_t n;
    bool is_mine;
};
/* Of those lessons: how many places are taken, and whether one of them is his. Lessons that
 * nobody chose are not in it. */
NODISCARD enum err lesson_choice_count(struct db *db, const struct id *lessons, size_t n,
                                       struct id account, struct arena *arena,
                                       struct lesson_taken **taken_out, size_t *n_out,
                                       struct fail *why);

/* ---- who was in it ---- */

enum lesson_event_kind { LESSON_JOINED, LESSON_LEFT };
#define LESSON_EVENTS "joined|left"

struct lesson_event {
    struct id id;
    int64_t at_utc_us;
    struct id account;
    struct span role;
    enum lesson_event_kind kind;
    struct id lesson, course;
    int64_t course_version;
    struct span course_kind;
    struct id stay, visit;
    struct span floor;
    enum lesson_why reason; /* of left */
    bool is_trial;
};
/* The row, its leaf and the seat: somebody joins. Again: nothing. Whoever is still in another
 * lesson has left that one first: ERR_CONFLICT, field "elsewhere". */
NODISCARD enum err lesson_store_join(struct tx *tx, const struct lesson_event *event,
                                     struct fail *why);
/* The row, its leaf, and the seat goes. event: its id, time, stay and reason; the rest is as
 * when he joined. Again, or erased meanwhile: nothing. */
NODISCARD enum err lesson_store_leave(struct tx *tx, const struct lesson_event *event,
                                      struct fail *why);

struct lesson_seat {
    struct lesson_member member; /* visit, stay, times, hand; cut_utc_us: as last seen */
    struct id lesson;
    bool is_trial;
};
/* Everybody who is in one, as the program before us left it. */
NODISCARD enum err lesson_store_seats(struct tx *tx, struct arena *arena,
                                      struct lesson_seat **seats_out, size_t *n_out,
                                      struct fail *why);
/* Those of one lesson. */
NODISCARD enum err lesson_store_seats_of(struct db *db, struct id lesson, struct arena *arena,
                                         struct lesson_seat **seats_out, size_t *n_out,
                                         struct fail *why);
/* The last sign of life of these stays. */
NODISCARD enum err lesson_store_seen(struct tx *tx, const struct id *stays, size_t n,
                                     int64_t at_utc_us, struct fail *why);
/* at 0: down. ERR_CONFLICT, field "gone": he is not in it any more. */
NODISCARD enum err lesson_store_hand(struct tx *tx, struct id stay, int64_t at_utc_us,
                                     struct fail *why);

/* One stay, for whoever adds them up; of a lesson in the order of account and joining. */
struct lesson_stay {
    struct id account, lesson, course;
    int64_t course_version;
    struct span role, course_kind;
    int64_t joined_utc_us, left_utc_us; /* left: of an open one the last sign of life */
    enum lesson_why why;
    bool is_open, is_trial;
};
NODISCARD enum err lesson_store_stays(struct db *db, struct id lesson, struct arena *arena,
                                      struct lesson_stay **stays_out, size_t *n_out,
                                      struct fail *why);

/* ---- pages, polls, answers ---- */

#define LESSON_POLL_TABLE "lesson_poll"

struct lesson_act_row {
    struct id lesson, by; /* by ID_NONE: the host's team, of a lesson held by another town */
    int64_t at_utc_us;
};
NODISCARD enum err lesson_store_page(struct tx *tx, const struct lesson_act_row *act,
                                     int64_t page, struct fail *why);
/* 0: none is shown yet. */
NODISCARD enum err lesson_store_page_now(struct db *db, struct id lesson, int64_t *page_out,
                                         struct fail *why);

struct lesson_poll {
    struct id id;
    struct lesson_act_row act;
    struct span question_sealed, answers_sealed; /* under the key of `by`; answers: lines */
    int64_t n_answers;
    int64_t closed_utc_us;               /* 0: open */
    int64_t counts[LESSON_ANSWERS_MOST]; /* of a closed one, or for staff of an open one */
    bool has_all;                        /* all: of all towns, of a closed one that is shared */
    int64_t all[LESSON_ANSWERS_MOST];
    int64_t n_votes;
};
/* ERR_CONFLICT, field "open": another is open in that lesson. The same again: nothing. */
NODISCARD enum err lesson_store_poll_open(struct tx *tx, const struct lesson_poll *poll,
                                          struct fail *why);
/* One answer each, the newest. ERR_CONFLICT, field "closed": it is not open, or none of that
 * lesson; ERR_INVALID, field "/answer": it has no such answer. */
NODISCARD enum err lesson_store_vote(struct tx *tx, struct id poll, struct id lesson,
                                     struct id account, int64_t answer, int64_t at_utc_us,
                                     struct fail *why);
/* Counted; who gave which answer is forgotten. counts_out has n_out. Closed already: the counts
 * of then. ERR_NOT_FOUND. */
NODISCARD enum err lesson_store_poll_close(struct tx *tx, struct id poll, struct id lesson,
                                           int64_t at_utc_us,
                                           int64_t counts_out[LESSON_ANSWERS_MOST],
                                           int64_t *n_out, struct fail *why);
/* The host's poll at a guest: opened here, or closed with the sums of all towns, as it is
 * there; whatever other one is open is closed. act.by: ID_NONE. Again: nothing. */
NODISCARD enum err lesson_store_poll_take(struct tx *tx, const struct lesson_poll *poll,
                                          struct fail *why);
/* The sums of all towns, of a closed one; of an open one nothing. */
NODISCARD enum err lesson_store_poll_sums(struct tx *tx, struct id poll, struct id lesson,
                                          const int64_t all[LESSON_ANSWERS_MOST],
                                          struct fail *why);
/* Polls of lessons that are over and were left open. */
NODISCARD enum err lesson_store_polls_end(struct tx *tx, struct id lesson, int64_t at_utc_us,
                                          struct fail *why);
/* The newest first, at most n_cap. */
NODISCARD enum err lesson_store_polls(struct db *db, struct id lesson, int n_cap,
                                      struct arena *arena, struct lesson_poll **polls_out,
                                      size_t *n_out, struct fail *why);
struct lesson_vote;
/* Of an open one: for telling each his own (lesson_state.h). */
NODISCARD enum err lesson_store_votes(struct db *db, struct id poll, int n_cap,
                                      struct arena *arena, struct lesson_vote **votes_out,
                                      size_t *n_out, struct fail *why);

/* A question is answered: `act` by whom. author_out: who asked. Again: nothing.
 * ERR_NOT_FOUND: no such question in that lesson. */
NODISCARD enum err lesson_store_answer(struct tx *tx, struct id line,
                                       const struct lesson_act_row *act, struct id *author_out,
                                       struct fail *why);
struct lesson_question {
    struct id line;
    int64_t answered_utc_us; /* 0: not yet */
};
/* Of one lesson, of one author (ID_NONE: of all), oldest first. */
NODISCARD enum err lesson_store_questions(struct db *db, struct id lesson, struct id author,
                                          int n_cap, struct arena *arena,
                                          struct lesson_question **questions_out, size_t *n_out,
                                          struct fail *why);

#endif
