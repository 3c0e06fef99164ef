/* reporting/kpi/kpi_sql_parts.h - what the statements of a figure and of the children behind it
 * share, so that a list can never mean another thing than its number: for kpi_sql.c and
 * kpi_people_sql.c alone. `c` is a child on the rolls, `t` the month. Threads: const text. */
#ifndef REPORTING_KPI_SQL_PARTS_H
#define REPORTING_KPI_SQL_PARTS_H

/* The month, and whoever is on the rolls at its end: an ID that has been issued and not closed,
 * no trial one, by the newest step before then (one made without steps by its state). */
#define ROLLS \
    "WITH term AS (SELECT $1::timestamptz AS begin_at, $2::timestamptz AS end_at," \
    " $3::integer AS attended_min), child AS (SELECT a.id, a.created_at, CASE left(p.grade, " \
    "1)" \
    " WHEN 'P' THEN 'elementary' WHEN 'J' THEN 'junior' ELSE 'other' END AS part" \
    " FROM account a JOIN person p ON p.id = a.id CROSS JOIN term t WHERE a.role = 'student'" \
    " AND NOT a.is_trial AND a.created_at < t.end_at AND coalesce((SELECT s.state FROM" \
    " account_step s WHERE s.account = a.id AND s.at < t.end_at ORDER BY s.at DESC, s.id DESC" \
    " LIMIT 1), (SELECT s.state_before FROM account_step s WHERE s.account = a.id ORDER BY " \
    "s.at," \
    " s.id LIMIT 1), a.state) IN ('issued', 'active', 'suspended'))"

/* ---- how to tie ---- */

/* Whoever was in touch, two-way, with staff or another child in so many days up to the end. */
#define TIED(days) \
    " LEFT JOIN (SELECT DISTINCT o.child FROM contact o, term t WHERE o.is_answered AND o.at " \
    "<" \
    " t.end_at AND o.at >= t.end_at - interval '" days " days') k ON k.child = c.id"

/* The first contact ever, and whether there was one in the month. */
#define FIRST \
    " JOIN (SELECT o.child, min(o.at) AS first_at, max(o.at) AS last_at FROM contact o, term " \
    "t" \
    " WHERE o.is_answered AND o.at < t.end_at GROUP BY o.child) f ON f.child = c.id" \
    " AND f.last_at >= t.begin_at"
#define IS_FIRST "f.first_at >= t.begin_at"
/* The newest registration known then. */
#define REGISTERED \
    " LEFT JOIN LATERAL (SELECT g.support FROM registration g WHERE g.person = c.id" \
    " AND g.recorded_at < t.end_at ORDER BY g.school_year DESC, g.recorded_at DESC, g.id DESC" \
    " LIMIT 1) r ON true"
/* A call, a letter, a visit of staff that was not answered, to whoever had never answered. */
#define REACHED_OUT \
    " JOIN contact o ON o.child = c.id AND NOT o.is_answered AND NOT o.is_peer" \
    " AND o.kind IN ('call', 'talk', 'phone', 'visit', 'letter', 'other')" \
    " AND o.at >= t.begin_at AND o.at < t.end_at WHERE NOT EXISTS (SELECT FROM contact w " \
    "WHERE" \
    " w.child = o.child AND w.is_answered AND w.at < o.at)"

/* ---- how to keep tied ---- */

/* In touch in the month before; is_now: in this one, too. */
#define CONTINUED \
    " JOIN (SELECT o.child, bool_or(o.at >= t.begin_at) AS is_now, bool_or(o.at < t.begin_at)" \
    " AS was FROM contact o, term t WHERE o.is_answered AND o.at < t.end_at AND o.at >=" \
    " (date_trunc('month', t.begin_at AT TIME ZONE 'Asia/Tokyo') - interval '1 month')" \
    " AT TIME ZONE 'Asia/Tokyo' GROUP BY o.child) k ON k.child = c.id AND k.was"
/* In touch with staff in three of the last four weeks. */
#define REGULAR \
    " LEFT JOIN (SELECT o.child FROM contact o, term t WHERE o.is_answered AND NOT o.is_peer" \
    " AND o.at < t.end_at AND o.at >= t.end_at - interval '28 days' GROUP BY o.child" \
    " HAVING count(DISTINCT floor(extract(epoch FROM t.end_at - o.at - interval" \
    " '1 microsecond') / 604800)) >= 3) k ON k.child = c.id"
/* Time in the place within the month: from each entry or move to what came next of the same
 * visit; while a line was cut nobody is there. */
#define STAYS \
    ", step AS (SELECT e.account, e.visit, e.kind, e.at, lead(e.at) OVER (PARTITION BY " \
    "e.visit" \
    " ORDER BY e.at, e.id) AS next_at FROM visit_event e, term t WHERE NOT e.is_trial" \
    " AND e.at >= t.begin_at - interval '1 day' AND e.at < t.end_at + interval '1 day')," \
    " stay AS (SELECT s.account, s.visit, min(s.at) AS at, sum(least(s.next_at, t.end_at) -" \
    " greatest(s.at, t.begin_at)) AS time FROM step s, term t WHERE s.kind IN ('entry', " \
    "'move')" \
    " AND s.next_at > t.begin_at AND s.at < t.end_at GROUP BY s.account, s.visit)"
#define LONG_ENOUGH "s.time >= interval '10 minutes'"
#define CAME \
    " JOIN (SELECT e.account, count(DISTINCT e.visit) AS n FROM visit_event e, term t WHERE" \
    " e.kind = 'entry' AND e.at >= t.begin_at AND e.at < t.end_at GROUP BY e.account) v" \
    " ON v.account = c.id"
#define STAYED \
    " LEFT JOIN (SELECT DISTINCT s.account FROM stay s WHERE " LONG_ENOUGH \
    ") k ON k.account = c.id"

/* ---- after tying ---- */

#define ATTENDED \
    " LEFT JOIN (SELECT DISTINCT l.account FROM (SELECT j.account, j.lesson, sum(q.at - j.at)" \
    " AS time FROM lesson_event j JOIN lesson_event q ON q.stay = j.stay AND q.kind = 'left'," \
    " term t WHERE j.kind = 'joined' AND j.role = 'student' AND j.at >= t.begin_at AND j.at <" \
    " t.end_at GROUP BY j.account, j.lesson) l, term t WHERE l.time >= make_interval(mins =>" \
    " t.attended_min)) k ON k.account = c.id"
/* The newest row of a child and step holds; the highest step that holds is where he stands. */
#define STANDS(before) \
    "(SELECT h.child, max(h.step) AS step FROM (SELECT DISTINCT ON (s.child, s.step) s.child," \
    " s.step, s.is_back FROM care_step s, term t WHERE s.on_date < (t." before \
    " AT TIME ZONE 'Asia/Tokyo')::date ORDER BY s.child, s.step, s.n DESC) h" \
    " WHERE NOT h.is_back GROUP BY h.child)"
#define STANDS_NOW " LEFT JOIN " STANDS("end_at") " h ON h.child = c.id"
#define STOOD      " LEFT JOIN " STANDS("begin_at") " b ON b.child = c.id"
#define HAS_RISEN  "coalesce(h.step, -1) > coalesce(b.step, -1)"
#define REACHED(step) \
    "(SELECT s.child, min(s.on_date) AS day FROM care_step s, term t WHERE s.step = " step \
    " AND NOT s.is_back AND s.on_date < (t.end_at AT TIME ZONE 'Asia/Tokyo')::date" \
    " GROUP BY s.child)"
#define FIRST_STEP " JOIN " REACHED("0") " y ON y.child = c.id"
#define NEXT_STEP(before, step) \
    " JOIN " REACHED(before) " x ON x.child = c.id JOIN " REACHED(step) " y ON y.child = c.id"
#define WENT_BACK \
    " JOIN care_step s ON s.child = c.id AND s.is_back AND s.on_date >= (t.begin_at AT TIME" \
    " ZONE 'Asia/Tokyo')::date AND s.on_date < (t.end_at AT TIME ZONE 'Asia/Tokyo')::date"

/* ---- apart ---- */

#define PRESENT \
    " JOIN (SELECT s.account, count(DISTINCT (greatest(s.at, t.begin_at) AT TIME ZONE" \
    " 'Asia/Tokyo')::date) AS n FROM stay s, term t WHERE " LONG_ENOUGH \
    " GROUP BY s.account) k ON k.account = c.id"

#endif
