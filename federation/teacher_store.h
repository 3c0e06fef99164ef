/* federation/teacher_store.h - tables teacher_card, teacher_answer, teacher_slot and
 * teacher_step (a leaf of the audit log). Texts of a card are sealed under the record key
 * "record.teachers". Threads: as the tx or db that is handed in. */
#ifndef FEDERATION_TEACHER_STORE_H
#define FEDERATION_TEACHER_STORE_H

#include "federation/teacher.h"
#include "node/db/keyring.h"
#include "node/db/writer.h"

enum teacher_text {
    TEACHER_NAME,
    TEACHER_FIELD,
    TEACHER_EVIDENCE,
    TEACHER_TIMES,
    TEACHER_TEXTS_N
};

struct teacher_card {
    struct id card, home;
    bool is_own;
    int64_t version, core_version;
    struct span sealed[TEACHER_TEXTS_N];
    int64_t made_utc_us, changed_utc_us, ended_utc_us; /* ended 0: not withdrawn */
    struct id by;                                      /* ID_NONE: of another node */
};
/* Into card->sealed, for its row. */
NODISCARD enum err teacher_card_seal(struct keyring *keyring, struct teacher_card *card,
                                     const struct span texts[TEACHER_TEXTS_N],
                                     struct arena *arena, struct fail *why);
NODISCARD enum err teacher_card_open(struct keyring *keyring, const struct teacher_card *card,
                                     struct arena *arena,
                                     struct span texts_out[TEACHER_TEXTS_N], struct fail *why);
/* New, or in place of what was there; home, is_own and made_utc_us stay. */
NODISCARD enum err teacher_card_put(struct tx *tx, const struct teacher_card *card,
                                    struct fail *why);
/* Exactly one of tx and db, here and below. ERR_NOT_FOUND. */
NODISCARD enum err teacher_card_find(struct tx *tx, struct db *db, struct id card,
                                     struct arena *arena, struct teacher_card *out,
                                     struct fail *why);
/* The newest first. */
NODISCARD enum err teacher_card_list(struct db *db, struct arena *arena,
                                     struct teacher_card **out, size_t *n_out,
                                     struct fail *why);
/* Cards of that home. */
NODISCARD enum err teacher_card_count(struct tx *tx, struct id home, int64_t *n_out,
                                      struct fail *why);
/* Somebody here has this id, who is not known by a card. */
NODISCARD enum err teacher_card_is_person(struct tx *tx, struct id card, bool *is_out,
                                          struct fail *why);

#define TEACHER_STATES "offered|approved|declined"
enum teacher_state { TEACHER_OFFERED, TEACHER_APPROVED, TEACHER_DECLINED };
struct teacher_answer {
    struct id card, node;
    struct id home; /* whose card is meant */
    bool is_own;    /* of this node */
    enum teacher_state state;
    int64_t version, at_utc_us;
};
NODISCARD enum err teacher_answer_put(struct tx *tx, const struct teacher_answer *answer,
                                      struct fail *why);
/* Of one card (ID_NONE: all), by card and node. */
NODISCARD enum err teacher_answer_list(struct tx *tx, struct db *db, struct id card,
                                       struct arena *arena, struct teacher_answer **out,
                                       size_t *n_out, struct fail *why);
/* Answers of that node to cards that are not known here (yet). */
NODISCARD enum err teacher_answer_loose(struct tx *tx, struct id node, int64_t *n_out,
                                        struct fail *why);
/* A card is known now: what was said of another home's by its id goes. */
NODISCARD enum err teacher_answer_clear(struct tx *tx, const struct teacher_card *card,
                                        struct fail *why);
/* It counts for the card as it is now. */
static inline bool teacher_is_approved(const struct teacher_card *card,
                                       const struct teacher_answer *answer)
{
    return answer != NULL && answer->state == TEACHER_APPROVED &&
           answer->version >= card->core_version;
}
const struct teacher_answer *teacher_answer_of(const struct teacher_answer *answers, size_t n,
                                               struct id card, struct id node);

#define TEACHER_PARTS "main|sub"
struct teacher_slot {
    struct id id, card, lesson;
    int part;                        /* of TEACHER_PARTS */
    int64_t at_utc_us, ended_utc_us; /* ended 0: not */
    struct id by;
    /* When listed: the newest version of the lesson. */
    int64_t from_utc_us, to_utc_us;
    bool is_cancelled, is_staff; /* is_staff: he is in it as main or sub */
};
/* ERR_CONFLICT: he has one for this lesson. */
NODISCARD enum err teacher_slot_add(struct tx *tx, const struct teacher_slot *slot,
                                    struct fail *why);
NODISCARD enum err teacher_slot_end(struct tx *tx, struct id slot, int64_t now_utc_us,
                                    struct fail *why);
/* All, or of one card, lesson or id; the latest lesson first, at most 500. */
NODISCARD enum err teacher_slot_list(struct tx *tx, struct db *db, struct id card,
                                     struct id lesson, struct id slot, struct arena *arena,
                                     struct teacher_slot **out, size_t *n_out,
                                     struct fail *why);

#define TEACHER_STEPS "make|change|withdraw|offer|receive|approve|decline|heard|slot|slot_end"
enum teacher_step_kind {
    TEACHER_MAKE,
    TEACHER_CHANGE,
    TEACHER_WITHDRAW,
    TEACHER_OFFER,
    TEACHER_RECEIVE,
    TEACHER_APPROVE,
    TEACHER_DECLINE,
    TEACHER_HEARD,
    TEACHER_SLOT,
    TEACHER_SLOT_END
};
struct teacher_step {
    struct id id;
    int64_t n; /* given by the store */
    int64_t at_utc_us;
    struct id card;
    enum teacher_step_kind kind;
    int64_t version;
    struct id node, lesson; /* lesson ID_NONE: of no slot */
    struct span code;
    struct id by; /* ID_NONE: another node */
    struct span role;
};
/* The row and its leaf. */
NODISCARD enum err teacher_step_add(struct tx *tx, const struct teacher_step *step,
                                    struct fail *why);
/* Whether the act of that id was done already. ERR_CONFLICT: it is somebody else's, of another
 * kind or about another card. */
NODISCARD enum err teacher_step_is_there(struct tx *tx, const struct teacher_step *step,
                                         bool *is_there_out, struct fail *why);

struct teacher_account {
    bool is_there;
    int role, state; /* enum role, enum account_state */
};
/* The account that has the card's id. */
NODISCARD enum err teacher_account_find(struct tx *tx, struct db *db, struct id card,
                                        struct teacher_account *out, struct fail *why);

/* Pupils of this node who chose the lesson. */
NODISCARD enum err teacher_pupils(struct db *db, struct id lesson, struct arena *arena,
                                  struct id **out, size_t *n_out, struct fail *why);
/* Other towns that take part in it. */
NODISCARD enum err teacher_guests(struct tx *tx, struct db *db, struct id lesson,
                                  struct arena *arena, struct id **out, size_t *n_out,
                                  struct fail *why);

#endif
