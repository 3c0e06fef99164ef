#include "reporting/kpi/kpi_sql.h"

#include "reporting/kpi/kpi_rows.h"

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
/* All of them together, and each stage of school that there is. */
#define COUNTED(num, den) \
    " SELECT CASE WHEN grouping(c.part) = 1 THEN 'all' ELSE c.part END, (" num \
    ")::bigint, (" den ")::bigint FROM child c CROSS JOIN term t"
#define BY_PART " GROUP BY GROUPING SETS ((c.part), ())"

/* ---- how to tie: somebody to be in touch with ---- */

/* Whoever was in touch, two-way, with staff or another child in so many days up to the end. */
#define TIED(days) \
    " LEFT JOIN (SELECT DISTINCT o.child FROM contact o, term t WHERE o.is_answered AND o.at " \
    "<" \
    " t.end_at AND o.at >= t.end_at - interval '" days " days') k ON k.child = c.id"
#define ISOLATION(days) \
    { \
        "kpi_isolation_" days, \
            ROLLS COUNTED("count(*) - count(k.child)", "count(*)") TIED(days) BY_PART \
    }
#define CONNECTION(days) \
    { \
        "kpi_connection_" days, ROLLS COUNTED("count(k.child)", "count(*)") TIED(days) BY_PART \
    }
const struct stmt kpi_isolation_7 = ISOLATION("7");
const struct stmt kpi_isolation_30 = ISOLATION("30");
const struct stmt kpi_isolation_90 = ISOLATION("90");
const struct stmt kpi_connection_7 = CONNECTION("7");
const struct stmt kpi_connection_30 = CONNECTION("30");
const struct stmt kpi_connection_90 = CONNECTION("90");

/* The first contact ever, and whether there was one in the month. */
#define FIRST \
    " JOIN (SELECT o.child, min(o.at) AS first_at, max(o.at) AS last_at FROM contact o, term " \
    "t" \
    " WHERE o.is_answered AND o.at < t.end_at GROUP BY o.child) f ON f.child = c.id" \
    " AND f.last_at >= t.begin_at"
#define IS_FIRST "count(*) FILTER (WHERE f.first_at >= t.begin_at)"
const struct stmt kpi_first = {"kpi_first", ROLLS COUNTED(IS_FIRST, "count(*)") FIRST BY_PART};
const struct stmt kpi_first_unsupported = {
    "kpi_first_unsupported",
    ROLLS COUNTED("count(*) FILTER (WHERE r.support = 'none')", "count(*)") FIRST
    " AND f.first_at >= t.begin_at"
    " LEFT JOIN LATERAL (SELECT g.support FROM registration g WHERE g.person = c.id"
    " AND g.recorded_at < t.end_at ORDER BY g.school_year DESC, g.recorded_at DESC, g.id DESC"
    " LIMIT 1) r ON true" BY_PART};
/* A call, a letter, a visit of staff that was not answered, to whoever had never answered. */
const struct stmt kpi_outreach = {
    "kpi_outreach",
    ROLLS COUNTED("count(*)",
                  "count(DISTINCT o.child)") " JOIN contact o ON o.child = c.id AND NOT "
                                             "o.is_answered AND NOT o.is_peer"
                                             " AND o.kind IN ('call', 'talk', 'phone', "
                                             "'visit', 'letter', 'other')"
                                             " AND o.at >= t.begin_at AND o.at < t.end_at"
                                             " WHERE NOT EXISTS (SELECT FROM contact w WHERE "
                                             "w.child = o.child AND w.is_answered"
                                             " AND w.at < o.at)" BY_PART};

/* ---- how to keep tied ---- */

const struct stmt kpi_continuity = {
    "kpi_continuity",
    ROLLS COUNTED("count(*) FILTER (WHERE k.is_now)",
                  "count(*)") " JOIN (SELECT o.child, bool_or(o.at >= t.begin_at) AS is_now, "
                              "bool_or(o.at < t.begin_at) AS"
                              " was FROM contact o, term t WHERE o.is_answered AND o.at < "
                              "t.end_at AND o.at >="
                              " (date_trunc('month', t.begin_at AT TIME ZONE 'Asia/Tokyo') - "
                              "interval '1 month')"
                              " AT TIME ZONE 'Asia/Tokyo' GROUP BY o.child) k ON k.child = "
                              "c.id AND k.was" BY_PART};
/* In touch with staff in three of the last four weeks. */
const struct stmt kpi_regular = {
    "kpi_regular", ROLLS COUNTED("count(k.child)",
                                 "count(*)") " LEFT JOIN (SELECT o.child FROM contact o, term "
                                             "t WHERE o.is_answered AND NOT o.is_peer"
                                             " AND o.at < t.end_at AND o.at >= t.end_at - "
                                             "interval '28 days' GROUP BY o.child"
                                             " HAVING count(DISTINCT floor(extract(epoch FROM "
                                             "t.end_at - o.at - interval '1 microsecond')"
                                             " / 604800)) >= 3) k ON k.child = c.id" BY_PART};

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
const struct stmt kpi_came = {
    "kpi_came", ROLLS COUNTED("count(v.account)", "count(*)") " LEFT" CAME BY_PART};
const struct stmt kpi_stayed = {
    "kpi_stayed", ROLLS STAYS COUNTED("count(k.account)", "count(*)") CAME
    " LEFT JOIN (SELECT DISTINCT s.account FROM stay s WHERE " LONG_ENOUGH
    ") k ON k.account = c.id" BY_PART};
const struct stmt kpi_visits = {"kpi_visits", ROLLS COUNTED("coalesce(sum(v.n), 0)", "count(*)")
                                                  CAME BY_PART};

/* ---- after tying ---- */

const struct stmt kpi_class = {
    "kpi_class", ROLLS COUNTED("count(k.account)",
                               "count(*)") " LEFT JOIN (SELECT DISTINCT l.account FROM (SELECT "
                                           "j.account, j.lesson, sum(q.at - j.at) AS"
                                           " time FROM lesson_event j JOIN lesson_event q ON "
                                           "q.stay = j.stay AND q.kind = 'left', term t"
                                           " WHERE j.kind = 'joined' AND j.role = 'student' "
                                           "AND j.at >= t.begin_at AND j.at < t.end_at"
                                           " GROUP BY j.account, j.lesson) l, term t WHERE "
                                           "l.time >= make_interval(mins =>"
                                           " t.attended_min)) k ON k.account = c.id" BY_PART};

/* The newest row of a child and step holds; the highest step that holds is where he stands. */
#define STANDS(before) \
    "(SELECT h.child, max(h.step) AS step FROM (SELECT DISTINCT ON (s.child, s.step) s.child," \
    " s.step, s.is_back FROM care_step s, term t WHERE s.on_date < (t." before \
    " AT TIME ZONE 'Asia/Tokyo')::date ORDER BY s.child, s.step, s.n DESC) h" \
    " WHERE NOT h.is_back GROUP BY h.child)"
#define AT(name, is) \
    { \
        "kpi_at_" name, \
            ROLLS COUNTED( \
                "count(*) FILTER (WHERE h.step " is ")", \
                "count(*)") " LEFT JOIN " STANDS("end_at") " h ON h.child = c.id" BY_PART \
    }
const struct stmt kpi_at_none = AT("none", "IS NULL");
const struct stmt kpi_at_0 = AT("0", "= 0");
const struct stmt kpi_at_1 = AT("1", "= 1");
const struct stmt kpi_at_2 = AT("2", "= 2");
const struct stmt kpi_at_3 = AT("3", "= 3");
const struct stmt kpi_at_4 = AT("4", "= 4");

/* Days from the step before (of step 0: from the ID) to the first day of this one. */
#define REACHED(step) \
    "(SELECT s.child, min(s.on_date) AS day FROM care_step s, term t WHERE s.step = " step \
    " AND NOT s.is_back AND s.on_date < (t.end_at AT TIME ZONE 'Asia/Tokyo')::date" \
    " GROUP BY s.child)"
#define MEDIAN(from) \
    COUNTED("coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(y.day - " from \
            ", 0)), 0)", \
            "count(*)")
#define DAYS(before, step) \
    { \
        "kpi_days_" step, \
            ROLLS \
                MEDIAN("x.day") " JOIN " REACHED(before) " x ON x.child = c.id JOIN " REACHED( \
                    step) " y ON y.child = c.id" BY_PART \
    }
const struct stmt kpi_days_0 = {
    "kpi_days_0",
    ROLLS MEDIAN("(c.created_at AT TIME ZONE 'Asia/Tokyo')::date") " JOIN " REACHED(
        "0") " y ON y.child = c.id" BY_PART};
const struct stmt kpi_days_1 = DAYS("0", "1");
const struct stmt kpi_days_2 = DAYS("1", "2");
const struct stmt kpi_days_3 = DAYS("2", "3");
const struct stmt kpi_days_4 = DAYS("3", "4");

const struct stmt kpi_back = {
    "kpi_back",
    ROLLS COUNTED("count(*)",
                  "count(DISTINCT s.child)") " JOIN care_step s ON s.child = c.id AND s.is_back"
                                             " AND s.on_date >= (t.begin_at AT TIME ZONE "
                                             "'Asia/Tokyo')::date"
                                             " AND s.on_date < (t.end_at AT TIME ZONE "
                                             "'Asia/Tokyo')::date" BY_PART};
const struct stmt kpi_rose = {
    "kpi_rose",
    ROLLS COUNTED("count(*) FILTER (WHERE coalesce(h.step, -1) > coalesce(b.step, -1))",
                  "count(*)") " LEFT JOIN " STANDS("end_at") " h ON h.child = c.id LEFT "
                                                             "JOIN " STANDS(
                                                                 "begin_at") " b ON "
                                                                             "b.child = "
                                                                             "c."
                                                                             "i"
                                                                             "d" BY_PART};

/* ---- apart ---- */

const struct stmt kpi_present_days = {
    "kpi_present_days",
    ROLLS STAYS COUNTED(
        "coalesce(sum(k.n), 0)",
        "count(*)") " JOIN (SELECT s.account, count(DISTINCT (greatest(s.at, t.begin_at) AT "
                    "TIME ZONE"
                    " 'Asia/Tokyo')::date) AS n FROM stay s, term t WHERE " LONG_ENOUGH
                    " GROUP BY s.account) k ON k.account = c.id" BY_PART};

const struct stmt *const kpi_count_stmts[KPI_DEFS_N] = {
    &kpi_isolation_30, &kpi_isolation_7,   &kpi_isolation_90, &kpi_connection_30,
    &kpi_connection_7, &kpi_connection_90, &kpi_first,        &kpi_first_unsupported,
    &kpi_outreach,     &kpi_continuity,    &kpi_regular,      &kpi_came,
    &kpi_stayed,       &kpi_visits,        &kpi_class,        &kpi_at_none,
    &kpi_at_0,         &kpi_at_1,          &kpi_at_2,         &kpi_at_3,
    &kpi_at_4,         &kpi_days_0,        &kpi_days_1,       &kpi_days_2,
    &kpi_days_3,       &kpi_days_4,        &kpi_rose,         &kpi_back,
    &kpi_present_days,
};
