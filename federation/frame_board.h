/* federation/frame_board.h - payloads of the frames that carry a lesson's board between towns
 * (node/classes/lesson_share.h): page, poll, counts, question, the tick of an answered one. As
 * federation/frame_body.h: strict readers, writers into the caller's room. FRAME_HAND has none.
 * Threads: reentrant.  Owns: nothing; spans point into the frame. */
#ifndef FEDERATION_FRAME_BOARD_H
#define FEDERATION_FRAME_BOARD_H

#include "federation/frame_body.h"

#define FRAME_PAGES_MOST    1000
#define FRAME_ANSWERS_LEAST 2
#define FRAME_ANSWERS_MOST  6
#define FRAME_COUNT_MOST    100000
#define FRAME_QUESTION_MOST 2000 /* bytes: of a poll's question */
#define FRAME_ANSWER_MOST   1000 /* bytes: of one of its answers */

/* FRAME_PAGE: from 1. */
NODISCARD enum err frame_page_write(uint16_t page, struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_page_read(const struct frame *frame, uint16_t *out, struct fail *why);

/* FRAME_POLL, with FRAME_OPEN while it is open: the caller sets the flag. */
struct frame_poll {
    struct id poll;
    uint8_t n;                         /* of answers */
    uint32_t sums[FRAME_ANSWERS_MOST]; /* of all towns; of an open one zeros */
    struct span question, answers[FRAME_ANSWERS_MOST];
};
NODISCARD enum err frame_poll_write(const struct frame_poll *poll, struct bytes_out *out,
                                    struct fail *why);
NODISCARD enum err frame_poll_read(const struct frame *frame, struct frame_poll *out,
                                   struct fail *why);

/* FRAME_VOTES: of the sender's own, never who. */
struct frame_votes {
    struct id poll;
    bool is_closed; /* nothing more comes */
    uint8_t n;
    uint32_t counts[FRAME_ANSWERS_MOST];
};
NODISCARD enum err frame_votes_write(const struct frame_votes *votes, struct bytes_out *out,
                                     struct fail *why);
NODISCARD enum err frame_votes_read(const struct frame *frame, struct frame_votes *out,
                                    struct fail *why);

/* FRAME_ASK */
struct frame_ask {
    uint64_t number; /* of evidence, as of a line (struct frame_chat) */
    struct id question;
    struct span name; /* may be empty: the figure's then */
    struct span text;
};
NODISCARD enum err frame_ask_write(const struct frame_ask *ask, struct bytes_out *out,
                                   struct fail *why);
NODISCARD enum err frame_ask_read(const struct frame *frame, struct frame_ask *out,
                                  struct fail *why);

/* FRAME_ANSWERED */
struct frame_answered {
    struct id question;
    bool is_gone; /* not answered: taken away */
};
NODISCARD enum err frame_answered_write(const struct frame_answered *answered,
                                        struct bytes_out *out, struct fail *why);
NODISCARD enum err frame_answered_read(const struct frame *frame, struct frame_answered *out,
                                       struct fail *why);

/* For frame_body_check: of these types. ERR_PROTO. */
NODISCARD enum err frame_board_check(const struct frame *frame, struct fail *why);

#endif
