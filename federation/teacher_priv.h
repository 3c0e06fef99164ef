/* federation/teacher_priv.h - what teacher*.c share. Nothing outside this folder includes it.
 */
#ifndef FEDERATION_TEACHER_PRIV_H
#define FEDERATION_TEACHER_PRIV_H

#include <stddef.h>

#include "federation/federation_priv.h"
#include "federation/teacher_store.h"
#include "node/classes/class_lesson_store.h"
#include "node/place/place_http.h"

#define TEACHER_NAME_MOST     40 /* graphemes */
#define TEACHER_FIELD_MOST    120
#define TEACHER_EVIDENCE_MOST 800
#define TEACHER_TIMES_MOST    400
#define TEACHER_NODES_MOST    100 /* a card is offered to */
#define TEACHER_CARDS_MOST    300 /* of one home */
#define TEACHER_LOOSE_MOST    100 /* answers of a node to cards not known here */

#define TEACHER_READERS PLACE_KEEPERS /* commissioner, contractor */

/* The four texts, as requests and other nodes bring them. In a line nothing invisible may be;
 * of what may have lines it is taken out. */
#define TEACHER_TEXT_FIELD(struct_, name_, flags_, most_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = (flags_), .least = 1, .most = (most_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define TEACHER_TEXT_FIELDS(struct_) \
    TEACHER_TEXT_FIELD(struct_, name, JX_EXACT, TEACHER_NAME_MOST, "名前"), \
        TEACHER_TEXT_FIELD(struct_, field, JX_EXACT, TEACHER_FIELD_MOST, "専門・話せること"), \
        TEACHER_TEXT_FIELD(struct_, evidence, JX_RAW_TEXT, TEACHER_EVIDENCE_MOST, \
                           "経歴・資格など"), \
        TEACHER_TEXT_FIELD(struct_, times, JX_RAW_TEXT, TEACHER_TIMES_MOST, "来られる日時")

/* ---- between nodes ---- */

struct teacher_node {
    struct id node;
};
extern const struct jx_shape teacher_node_shape;
struct teacher_offer_body {
    struct id card;
    int64_t version, core_version;
    struct span name, field, evidence, times;
    bool is_withdrawn;
    struct jx_list nodes; /* struct teacher_node: to whom it was offered */
};
struct teacher_answer_body {
    struct id card, home; /* home: whose card is meant */
    int64_t version;
    int answer; /* of TEACHER_ANSWERS */
};
#define TEACHER_ANSWERS "approved|declined"
extern const struct jx_shape teacher_offer_shape, teacher_answer_shape;

#define TEACHER_KINDS_N 2
extern const struct fed_kind teacher_kinds[TEACHER_KINDS_N];

/* On the writer's thread: the card as it is now to every node it was offered to; answers: of
 * that card. */
NODISCARD enum err teacher_tell_card(struct tx *tx, struct federation *federation,
                                     const struct teacher_card *card,
                                     const struct teacher_answer *answers, size_t n,
                                     int64_t now_utc_us, struct fail *why);
/* This node's own answer to one node (ID_NONE: to home and everybody it was offered to);
 * nothing while there is none. */
NODISCARD enum err teacher_tell_answer(struct tx *tx, struct federation *federation,
                                       const struct teacher_card *card,
                                       const struct teacher_answer *answers, size_t n,
                                       struct id to, int64_t now_utc_us, struct fail *why);

/* ---- may a card have a lesson? (teacher_case.c) ---- */

/* What decides whether a card may have a lesson. */
struct teacher_case {
    struct teacher_card card;
    struct teacher_answer *answers; /* of the card */
    size_t n_answers;
    struct id *guests; /* towns that take part in the lesson */
    size_t n_guests;
    const struct registry *registry; /* NULL: none */
    struct id self;
    int64_t now_utc_us;
};
bool teacher_has_approved(const struct teacher_case *c, struct id node);
/* NULL: it may; else the code of the refusal. */
const char *teacher_judge_card(const struct teacher_case *c);
const char *teacher_judge_lesson(const struct class_lesson_row *lesson, int64_t now_utc_us);
const char *teacher_judge_account(const struct teacher_account *account);

/* ---- routes ---- */

/* NULL: answered. */
struct federation *teacher_federation(struct req *req);
/* An act as a step of the log. */
struct teacher_step teacher_step_of(const struct req *req, struct id op, struct id card,
                                    enum teacher_step_kind kind, int64_t version);
/* What the federation calls a node; of this one the node's own title. "" for one that is gone.
 * registry may be NULL. In the arena. */
struct span teacher_node_name(const struct req *req, const struct registry *registry,
                              struct id node);
/* A code of a refusal with its sentence, else why. */
void teacher_refuse(struct req *req, const char *code, const struct fail *why);

#endif
