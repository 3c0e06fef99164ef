/* federation/series_priv.h - what series*.c share. Nothing outside this folder includes it. */
#ifndef FEDERATION_SERIES_PRIV_H
#define FEDERATION_SERIES_PRIV_H

#include "federation/federation_priv.h"
#include "federation/outbox.h"
#include "federation/series_home.h"
#include "node/base/route.h"

#define SERIES_OFFERS_MOST \
    20 /* of one host: not answered, or within a day and not accepted \
        */
#define SERIES_BLIND "pseud"

#define SERIES_KINDS_N 5
extern const struct fed_kind series_kinds[SERIES_KINDS_N];
extern const struct fed_kind *const series_kind_offer,
    *const series_kind_answer, *const series_kind_change, *const series_kind_end,
                                                              *const series_kind_count;

/* One act of people at this node, on the writer's thread: the rows of the series that it is
 * about. step is written with it; what it changes is told to guests by the caller. */
struct series_act {
    struct series_home home;
    struct federation *federation;
    struct series_row row;
    struct series_lesson *dates;
    size_t n_dates;
    struct series_step step;
};
/* Reads row and dates. ERR_NOT_FOUND: no such series, or not of that side. */
NODISCARD enum err series_act_read(struct series_act *act, struct id series, bool is_host,
                                   struct fail *why);
/* Counts the row's version, writes it and the step. */
NODISCARD enum err series_act_write(struct series_act *act, struct fail *why);
/* It is over here: ended, left or declined (state). What is not over yet of its lessons is
 * cancelled, the floor is hidden, a guest's course ends, and the term of the rows begins; then
 * written as series_act_write. */
NODISCARD enum err series_act_stop(struct series_act *act, enum series_state state,
                                   struct fail *why);
/* The same without lessons: what was offered is declined or over, nothing of it is here. */
NODISCARD enum err series_act_close(struct series_act *act, enum series_state state,
                                    struct fail *why);
/* A date is still to come. */
bool series_act_has_coming(const struct series_act *act);
/* Its dates and places as every guest has them that was offered it or accepted; is_end: that it
 * is over. */
NODISCARD enum err series_act_tell(struct series_act *act, bool is_end, struct fail *why);
/* One guest. */
NODISCARD enum err series_act_tell_one(struct series_act *act, const struct series_node *node,
                                       struct fail *why);
/* One guest takes part no more: its row says so, and it is told that it is over. */
NODISCARD enum err series_act_end_one(struct series_act *act, struct series_node *node,
                                      struct fail *why);
/* The dates a guest is told of, struct series_date. */
NODISCARD enum err series_act_dates(const struct series_act *act, struct jx_list *out,
                                    struct fail *why);
struct series_date series_date_of(const struct series_lesson *lesson);
/* The date of that number; NULL: none. */
struct series_lesson *series_date_find(struct series_lesson *dates, size_t n_dates, int64_t n);
/* The host moves a date or cancels it: rows at home, rows of the series, guests. slot 0: as it
 * is; -1: the plan has it so already. step: id, time, by and role are the caller's.
 * ERR_CONFLICT, field "/lesson": it is over; "/times": they meet another date, or are no times
 * for several towns. */
NODISCARD enum err series_act_move(struct series_act *act, const struct series_lesson *to,
                                   int slot, struct fail *why);

#endif
