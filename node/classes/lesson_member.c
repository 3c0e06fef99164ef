#include "node/classes/lesson_member.h"

#include "node/base/clock.h"

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* He was in it until then, and not longer than the slot. */
static bool leave(const struct lesson_member *m, const struct lesson_bounds *bounds,
                  int64_t at_utc_us, enum lesson_why why, int64_t *left_out,
                  enum lesson_why *why_out)
{
    int64_t left = least(at_utc_us, bounds->to_utc_us);

    *why_out = at_utc_us >= bounds->to_utc_us ? LESSON_END : why;
    *left_out = left > m->joined_utc_us ? left : m->joined_utc_us;
    return true;
}

/* The line is cut, or a program before us had it. */
static bool look_cut(const struct lesson_member *m, const struct lesson_bounds *bounds,
                     int64_t now, int64_t *left_out, enum lesson_why *why_out)
{
    if (now < bounds->to_utc_us && !bounds->is_stopped && now - m->cut_utc_us < LESSON_HOLD_US)
        return false;
    return leave(m, bounds, m->cut_utc_us, LESSON_LOST, left_out, why_out);
}

static bool look_area(struct lesson_member *m, const struct lesson_sight *sight,
                      const struct lesson_bounds *bounds, int64_t now, int64_t *left_out,
                      enum lesson_why *why_out)
{
    if (!sight->has_area || sight->is_inside) {
        m->was_inside = sight->has_area;
        m->outside_utc_us = 0;
        return false;
    }
    if (!m->was_inside)
        return false;
    if (m->outside_utc_us == 0)
        m->outside_utc_us = now;
    if (now - m->outside_utc_us < LESSON_OUT_US)
        return false;
    return leave(m, bounds, m->outside_utc_us, LESSON_AWAY, left_out, why_out);
}

bool lesson_member_look(struct lesson_member *member, const struct lesson_sight *sight,
                        const struct lesson_bounds *bounds, int64_t now_utc_us,
                        int64_t *left_out, enum lesson_why *why_out)
{
    int64_t now = now_utc_us > member->joined_utc_us ? now_utc_us : member->joined_utc_us;

    if (!sight->is_there && member->cut_utc_us == 0)
        return leave(member, bounds, now, LESSON_AWAY, left_out, why_out);
    if (sight->is_there && sight->is_held && member->cut_utc_us == 0)
        member->cut_utc_us = sight->heard_utc_us > member->joined_utc_us
                                 ? sight->heard_utc_us
                                 : member->joined_utc_us;
    if (!sight->is_there || sight->is_held)
        return look_cut(member, bounds, now, left_out, why_out);
    member->cut_utc_us = 0;
    member->seen_utc_us = now;
    if (now >= bounds->to_utc_us)
        return leave(member, bounds, now, LESSON_END, left_out, why_out);
    if (bounds->is_stopped)
        return leave(member, bounds, now, LESSON_STOPPED, left_out, why_out);
    if (!sight->is_on_floor)
        return leave(member, bounds, now, LESSON_AWAY, left_out, why_out);
    return look_area(member, sight, bounds, now, left_out, why_out);
}

/* ---- who must be there ---- */

bool lesson_gap_look(struct lesson_gap *gap, unsigned missing, int64_t now_utc_us,
                     int64_t after_us)
{
    if (missing == 0) {
        *gap = (struct lesson_gap){.missing = 0};
        return false;
    }
    if (gap->missing == 0 || now_utc_us < gap->since_utc_us)
        gap->since_utc_us = now_utc_us; /* or the clock was set back */
    gap->missing = missing;
    if (gap->is_told || now_utc_us - gap->since_utc_us < after_us)
        return false;
    gap->is_told = true;
    return true;
}

/* ---- attendance ---- */

void attendance_add(struct attendance *sum, int64_t from_utc_us, int64_t to_utc_us,
                    int64_t joined_utc_us, int64_t left_utc_us, enum lesson_why why,
                    bool is_open)
{
    int64_t since = joined_utc_us > from_utc_us ? joined_utc_us : from_utc_us;
    int64_t until = least(left_utc_us, to_utc_us);

    if (sum->n_stays == 0)
        sum->joined_utc_us = joined_utc_us;
    else if (since < sum->left_utc_us)
        since = sum->left_utc_us; /* nothing is counted twice */
    if (until > since)
        sum->us += until - since;
    if (left_utc_us > sum->left_utc_us)
        sum->left_utc_us = left_utc_us;
    sum->n_stays++;
    sum->n_lost += !is_open && why == LESSON_LOST;
    sum->is_open = sum->is_open || is_open;
}

int64_t attendance_minutes(const struct attendance *sum)
{
    return sum->us / MINUTE_US;
}

bool attendance_counts(const struct attendance *sum, int64_t least_minutes)
{
    return attendance_minutes(sum) >= least_minutes;
}
