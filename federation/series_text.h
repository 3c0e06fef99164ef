/* federation/series_text.h - what nodes tell each other of a series, and what of it is kept
 * sealed. What comes from another town is judged here before anything of it is written: forms
 * by the shapes, the rest by series_offer_check. Threads: any.  Owns: nothing; texts live in
 * the arena. */
#ifndef FEDERATION_SERIES_TEXT_H
#define FEDERATION_SERIES_TEXT_H

#include "federation/series_rule.h"
#include "federation/series_share.h"
#include "node/classes/class_text.h"
#include "node/db/keyring.h"

#define SERIES_RECORD_KEY "record.series" /* KEY_RECORD, of no subject */
#define SERIES_RULES_MOST 1000
#define SERIES_STAFF_MOST 8
#define SERIES_NAME_MOST  40
#define SERIES_HASH_LEN   64

struct series_person {
    struct span name;
};
struct series_text {
    struct span title, summary, rules; /* title in the notation; rules may be "" */
    int kind, picture;
    bool has_hand, has_poll, has_question;
    struct jx_list staff;        /* struct series_person: the host's */
    bool has_cost, has_share_by; /* both or none: what all towns bear together, and how */
    int64_t cost;                /* yen */
    int share_by;                /* enum series_share_by */
};
struct series_more {
    struct span floor, hash; /* the floor's file, its hash */
    struct jx_list pages;    /* struct class_page */
};
extern const struct jx_shape series_person_shape;

/* ---- between nodes ---- */

struct series_offer {
    struct id series;
    struct series_text text;
    struct series_more more;
    struct jx_list dates; /* struct series_date */
    int64_t places, until_utc_us;
    bool has_until;
    struct span key; /* SERIES_KEY_BYTES */
};
enum series_answer { SERIES_SAYS_ACCEPTED, SERIES_SAYS_DECLINED, SERIES_SAYS_LEFT };
#define SERIES_ANSWERS "accepted|declined|left"
struct series_answer_body {
    struct id series;
    int answer; /* enum series_answer */
};
struct series_change_body {
    struct id series;
    int64_t places;
    struct jx_list dates; /* struct series_date: all of them */
    bool has_staff;
    struct jx_list staff; /* struct series_person: who teaches what is to come */
};
struct series_end_body {
    struct id series;
};
struct series_count_body {
    struct id series;
    int64_t n, class, n_chosen, n_joined, n_attended;
};
/* What all of them are answered: where it stands there now. */
struct series_heard {
    struct id series;
    int state; /* enum series_state */
};
extern const struct jx_shape series_offer_shape, series_answer_shape, series_change_shape,
    series_end_shape, series_count_shape, series_heard_shape;

/* Everything about an offer that its shape cannot say: floor, dates, places (places_most: what
 * the registry lets this node be given), texts - no contact details, no bad words, readings
 * over kanji, no letters that pass for others. *is_good_out false: it breaks a rule, why says
 * which. Anything but ERR_OK: it could not be judged. words NULL: none are looked for. */
NODISCARD enum err series_offer_check(struct words_desk *words,
                                      const struct series_offer *offer, int places_most,
                                      int64_t now_utc_us, struct arena *arena,
                                      bool *is_good_out, struct fail *why);
/* A text of staff of another town, or of our own for another: adds what is wrong with it. */
NODISCARD enum err series_check_text(struct words_desk *words, struct span text,
                                     const char *pointer, const char *title_ja,
                                     struct arena *arena, struct jx_defects *defects,
                                     struct fail *why);

/* ---- sealed, in the row of that series ---- */

NODISCARD enum err series_text_seal(struct keyring *keyring, struct id series,
                                    const struct series_text *text, struct arena *arena,
                                    struct span *sealed_out, struct fail *why);
NODISCARD enum err series_text_open(struct keyring *keyring, const struct series_row *row,
                                    struct arena *arena, struct series_text *out,
                                    struct fail *why);
NODISCARD enum err series_more_seal(struct keyring *keyring, struct id series,
                                    const struct series_more *more, struct arena *arena,
                                    struct span *sealed_out, struct fail *why);
NODISCARD enum err series_more_open(struct keyring *keyring, const struct series_row *row,
                                    struct arena *arena, struct series_more *out,
                                    struct fail *why);
NODISCARD enum err series_key_seal(struct keyring *keyring, struct id series,
                                   const uint8_t key[SERIES_KEY_BYTES], struct arena *arena,
                                   struct span *sealed_out, struct fail *why);
NODISCARD enum err series_key_open(struct keyring *keyring, struct id series,
                                   struct span key_sealed, struct arena *arena,
                                   uint8_t key_out[SERIES_KEY_BYTES], struct fail *why);

#endif
