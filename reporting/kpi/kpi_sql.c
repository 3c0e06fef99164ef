#include "reporting/kpi/kpi_sql.h"

#include "reporting/kpi/kpi_rows.h"
#include "reporting/kpi/kpi_sql_parts.h"

/* All of them together, and each stage of school that there is. */
#define COUNTED(num, den, from) \
    " SELECT CASE WHEN grouping(c.part) = 1 THEN 'all' ELSE c.part END, (" num \
    ")::bigint, (" den ")::bigint FROM child c CROSS JOIN term t" from \
    " GROUP BY GROUPING SETS ((c.part), ())"
#define SHARE(is, from) ROLLS COUNTED("count(*) FILTER (WHERE " is ")", "count(*)", from)

/* ---- how to tie: somebody to be in touch with ---- */

#define ISOLATION(days) \
    { \
        "kpi_isolation_" days, \
            ROLLS COUNTED("count(*) - count(k.child)", "count(*)", TIED(days)) \
    }
#define CONNECTION(days) \
    { \
        "kpi_connection_" days, ROLLS COUNTED("count(k.child)", "count(*)", TIED(days)) \
    }
const struct stmt kpi_isolation_7 = ISOLATION("7");
const struct stmt kpi_isolation_30 = ISOLATION("30");
const struct stmt kpi_isolation_90 = ISOLATION("90");
const struct stmt kpi_connection_7 = CONNECTION("7");
const struct stmt kpi_connection_30 = CONNECTION("30");
const struct stmt kpi_connection_90 = CONNECTION("90");
const struct stmt kpi_first = {"kpi_first", SHARE(IS_FIRST, FIRST)};
const struct stmt kpi_first_unsupported = {
    "kpi_first_unsupported", SHARE("r.support = 'none'", FIRST " AND " IS_FIRST REGISTERED)};
const struct stmt kpi_outreach = {
    "kpi_outreach", ROLLS COUNTED("count(*)", "count(DISTINCT o.child)", REACHED_OUT)};

/* ---- how to keep tied ---- */

const struct stmt kpi_continuity = {"kpi_continuity", SHARE("k.is_now", CONTINUED)};
const struct stmt kpi_regular = {"kpi_regular",
                                 ROLLS COUNTED("count(k.child)", "count(*)", REGULAR)};
const struct stmt kpi_came = {"kpi_came",
                              ROLLS COUNTED("count(v.account)", "count(*)", " LEFT" CAME)};
const struct stmt kpi_stayed = {
    "kpi_stayed", ROLLS STAYS COUNTED("count(k.account)", "count(*)", CAME STAYED)};
const struct stmt kpi_visits = {"kpi_visits",
                                ROLLS COUNTED("coalesce(sum(v.n), 0)", "count(*)", CAME)};

/* ---- after tying ---- */

const struct stmt kpi_class = {"kpi_class",
                               ROLLS COUNTED("count(k.account)", "count(*)", ATTENDED)};

#define AT(name, is) \
    { \
        "kpi_at_" name, SHARE("h.step " is, STANDS_NOW) \
    }
const struct stmt kpi_at_none = AT("none", "IS NULL");
const struct stmt kpi_at_0 = AT("0", "= 0");
const struct stmt kpi_at_1 = AT("1", "= 1");
const struct stmt kpi_at_2 = AT("2", "= 2");
const struct stmt kpi_at_3 = AT("3", "= 3");
const struct stmt kpi_at_4 = AT("4", "= 4");

/* Days from the step before (of step 0: from the ID) to the first day of this one. */
#define MEDIAN(begin, from) \
    ROLLS COUNTED( \
        "coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(y.day - " begin \
        ", 0)), 0)", \
        "count(*)", from)
#define DAYS(before, step) \
    { \
        "kpi_days_" step, MEDIAN("x.day", NEXT_STEP(before, step)) \
    }
const struct stmt kpi_days_0 = {
    "kpi_days_0", MEDIAN("(c.created_at AT TIME ZONE 'Asia/Tokyo')::date", FIRST_STEP)};
const struct stmt kpi_days_1 = DAYS("0", "1");
const struct stmt kpi_days_2 = DAYS("1", "2");
const struct stmt kpi_days_3 = DAYS("2", "3");
const struct stmt kpi_days_4 = DAYS("3", "4");

const struct stmt kpi_back = {"kpi_back",
                              ROLLS COUNTED("count(*)", "count(DISTINCT s.child)", WENT_BACK)};
const struct stmt kpi_rose = {"kpi_rose", SHARE(HAS_RISEN, STANDS_NOW STOOD)};

/* ---- apart ---- */

const struct stmt kpi_present_days = {
    "kpi_present_days", ROLLS STAYS COUNTED("coalesce(sum(k.n), 0)", "count(*)", PRESENT)};

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
