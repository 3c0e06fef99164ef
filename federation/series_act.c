/* What is changed at the host, for its people and for its own plan: rows, the step, and what
 * guests are told. */
#include "federation/series_priv.h"

#include "node/base/clock.h"

enum err series_act_read(struct series_act *act, struct id series, bool is_host,
                         struct fail *why)
{
    struct tx *tx = act->home.tx;
    enum err rc = series_store_find(tx, NULL, series, act->home.arena, &act->row, why);

    if (rc == ERR_OK && act->row.is_host != is_host)
        rc = fail_set(why, ERR_NOT_FOUND, "no such series here");
    if (rc == ERR_OK)
        rc = series_store_lessons(tx, NULL, series, act->home.arena, &act->dates, &act->n_dates,
                                  why);
    return rc;
}

enum err series_act_write(struct series_act *act, struct fail *why)
{
    struct tx *tx = act->home.tx;
    enum err rc;

    act->row.version++;
    act->step.version = act->row.version;
    act->step.series = act->row.series;
    rc = series_store_change(tx, &act->row, why);
    return rc == ERR_OK ? series_step_add(tx, &act->step, why) : rc;
}

enum err series_act_close(struct series_act *act, enum series_state state, struct fail *why)
{
    enum err rc;

    act->row.state = state;
    act->row.ended_utc_us = act->home.now_utc_us;
    rc = series_act_write(act, why);
    return rc == ERR_OK
               ? series_store_term(act->home.tx, act->row.series, act->home.now_utc_us, why)
               : rc;
}

enum err series_act_stop(struct series_act *act, enum series_state state, struct fail *why)
{
    struct series_home *home = &act->home;
    bool is_here = !id_is_none(act->row.course); /* else it was offered, no more */
    enum err rc = series_home_stop(home, &act->row, why);

    if (rc == ERR_OK && is_here)
        rc = series_home_places(home, &act->row, true, why);
    if (rc == ERR_OK && is_here && !act->row.is_host)
        rc = series_home_course_end(home, act->row.course, why);
    return rc == ERR_OK ? series_act_close(act, state, why) : rc;
}

bool series_act_has_coming(const struct series_act *act)
{
    for (size_t i = 0; i < act->n_dates; i++)
        if (!act->dates[i].is_cancelled && act->dates[i].to_utc_us > act->home.now_utc_us)
            return true;
    return false;
}

struct series_date series_date_of(const struct series_lesson *lesson)
{
    return (struct series_date){.n = lesson->n,
                                .class = lesson->class,
                                .from_utc_us = lesson->from_utc_us,
                                .to_utc_us = lesson->to_utc_us,
                                .is_cancelled = lesson->is_cancelled};
}

struct series_lesson *series_date_find(struct series_lesson *dates, size_t n_dates, int64_t n)
{
    for (size_t i = 0; i < n_dates; i++)
        if (dates[i].n == n)
            return &dates[i];
    return NULL;
}

/* Those that are not long over: the rest is nobody's concern any more. */
enum err series_act_dates(const struct series_act *act, struct jx_list *out, struct fail *why)
{
    struct series_date *all = arena_alloc(act->home.arena, (act->n_dates + 1) * sizeof *all);

    *out = (struct jx_list){all, 0};
    if (all == NULL)
        return fail_set(why, ERR_NOMEM, "dates");
    for (size_t i = 0; i < act->n_dates; i++)
        if (act->dates[i].to_utc_us > act->home.now_utc_us - DAY_US)
            all[out->n++] = series_date_of(&act->dates[i]);
    return ERR_OK;
}

static enum err send(struct series_act *act, struct id node, const struct fed_kind *kind,
                     const void *body, struct fail *why)
{
    struct span bytes;
    enum err rc = jx_write(kind->input, body, act->home.arena, &bytes, why);

    return rc == ERR_OK ? outbox_put(act->home.tx, act->federation, node, kind, id_new(), bytes,
                                     act->home.now_utc_us, why)
                        : rc;
}

enum err series_act_tell_one(struct series_act *act, const struct series_node *node,
                             struct fail *why)
{
    struct series_change_body body = {
        .series = act->row.series, .places = node->places, .has_staff = true};
    struct series_text text;
    enum err rc =
        series_text_open(act->home.services->keyring, &act->row, act->home.arena, &text, why);

    if (rc == ERR_OK)
        rc = series_act_dates(act, &body.dates, why);
    if (rc == ERR_OK)
        body.staff = text.staff;

    return rc == ERR_OK && body.dates.n > 0
               ? send(act, node->node, series_kind_change, &body, why)
               : rc;
}

enum err series_act_end_one(struct series_act *act, struct series_node *node, struct fail *why)
{
    const struct series_end_body body = {act->row.series};
    enum err rc = send(act, node->node, series_kind_end, &body, why);

    node->state = SERIES_NODE_ENDED;
    return rc == ERR_OK ? series_store_node_put(act->home.tx, node, why) : rc;
}

enum err series_act_tell(struct series_act *act, bool is_end, struct fail *why)
{
    struct series_node *nodes = NULL;
    size_t n = 0;
    enum err rc = series_store_nodes(act->home.tx, NULL, act->row.series, act->home.arena,
                                     &nodes, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (nodes[i].state == SERIES_NODE_OFFERED || nodes[i].state == SERIES_NODE_ACCEPTED)
            rc = is_end ? series_act_end_one(act, &nodes[i], why)
                        : series_act_tell_one(act, &nodes[i], why);
    return rc;
}

/* What guests take in holds here first. */
static enum err check_move(const struct series_act *act, const struct series_lesson *to,
                           struct fail *why)
{
    for (size_t i = 0; i < act->n_dates && !to->is_cancelled; i++) {
        const struct series_lesson *date = &act->dates[i];

        if (date->n != to->n && !date->is_cancelled && date->from_utc_us < to->to_utc_us &&
            to->from_utc_us < date->to_utc_us)
            return fail_field(why, ERR_CONFLICT, "/times", "meets another date");
    }
    return series_time_is_right(to->from_utc_us, to->to_utc_us) &&
                   to->to_utc_us < act->home.now_utc_us + SERIES_AHEAD_DAYS * DAY_US
               ? ERR_OK
               : fail_field(why, ERR_CONFLICT, "/times", "no times for several towns");
}

enum err series_act_move(struct series_act *act, const struct series_lesson *to, int slot,
                         struct fail *why)
{
    struct series_lesson *date = series_date_find(act->dates, act->n_dates, to->n);
    enum err rc;

    if (date == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such date");
    if (date->to_utc_us <= act->home.now_utc_us)
        return fail_field(why, ERR_CONFLICT, "/lesson", "it is over");
    rc = check_move(act, to, why);
    if (rc != ERR_OK)
        return rc;
    date->from_utc_us = to->from_utc_us;
    date->to_utc_us = to->to_utc_us;
    date->is_cancelled = to->is_cancelled;
    if (slot >= 0)
        rc = series_home_lesson(&act->home, &act->row, date, slot, why);
    if (rc == ERR_OK)
        rc = series_store_lesson_put(act->home.tx, date, why);
    act->step.kind = SERIES_LESSON;
    act->step.n = to->n;
    if (rc == ERR_OK)
        rc = series_act_write(act, why);
    return rc == ERR_OK ? series_act_tell(act, false, why) : rc;
}
