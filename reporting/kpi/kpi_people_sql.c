#include "reporting/kpi/kpi_rows.h"
#include "reporting/kpi/kpi_sql.h"
#include "reporting/kpi/kpi_sql_parts.h"

#define WHO(from) ROLLS WHO_WITH("", from)
#define WHO_WITH(with, from) \
    with " SELECT DISTINCT c.id FROM child c CROSS JOIN term t" from " ORDER BY c.id"
#define IN_TOUCH(name, days, is) \
    { \
        "kpi_" name "_" days "_who", WHO(TIED(days) " WHERE k.child IS " is) \
    }

/* ---- how to tie ---- */

const struct stmt kpi_isolation_7_who = IN_TOUCH("isolation", "7", "NULL");
const struct stmt kpi_isolation_30_who = IN_TOUCH("isolation", "30", "NULL");
const struct stmt kpi_isolation_90_who = IN_TOUCH("isolation", "90", "NULL");
const struct stmt kpi_connection_7_who = IN_TOUCH("connection", "7", "NOT NULL");
const struct stmt kpi_connection_30_who = IN_TOUCH("connection", "30", "NOT NULL");
const struct stmt kpi_connection_90_who = IN_TOUCH("connection", "90", "NOT NULL");
const struct stmt kpi_first_who = {"kpi_first_who", WHO(FIRST " AND " IS_FIRST)};
const struct stmt kpi_first_unsupported_who = {
    "kpi_first_unsupported_who",
    WHO(FIRST " AND " IS_FIRST REGISTERED " WHERE r.support = 'none'")};
const struct stmt kpi_outreach_who = {"kpi_outreach_who", WHO(REACHED_OUT)};

/* ---- how to keep tied ---- */

const struct stmt kpi_continuity_who = {"kpi_continuity_who", WHO(CONTINUED " WHERE k.is_now")};
const struct stmt kpi_regular_who = {"kpi_regular_who",
                                     WHO(REGULAR " WHERE k.child IS NOT NULL")};
const struct stmt kpi_came_who = {"kpi_came_who", WHO(CAME)};
const struct stmt kpi_stayed_who = {
    "kpi_stayed_who", ROLLS WHO_WITH(STAYS, CAME STAYED " WHERE k.account IS NOT NULL")};
const struct stmt kpi_visits_who = {"kpi_visits_who", WHO(CAME)};

/* ---- after tying ---- */

const struct stmt kpi_class_who = {"kpi_class_who",
                                   WHO(ATTENDED " WHERE k.account IS NOT NULL")};
#define AT(name, is) \
    { \
        "kpi_at_" name "_who", WHO(STANDS_NOW " WHERE h.step " is) \
    }
const struct stmt kpi_at_none_who = AT("none", "IS NULL");
const struct stmt kpi_at_0_who = AT("0", "= 0");
const struct stmt kpi_at_1_who = AT("1", "= 1");
const struct stmt kpi_at_2_who = AT("2", "= 2");
const struct stmt kpi_at_3_who = AT("3", "= 3");
const struct stmt kpi_at_4_who = AT("4", "= 4");
#define DAYS(before, step) \
    { \
        "kpi_days_" step "_who", WHO(NEXT_STEP(before, step)) \
    }
const struct stmt kpi_days_0_who = {"kpi_days_0_who", WHO(FIRST_STEP)};
const struct stmt kpi_days_1_who = DAYS("0", "1");
const struct stmt kpi_days_2_who = DAYS("1", "2");
const struct stmt kpi_days_3_who = DAYS("2", "3");
const struct stmt kpi_days_4_who = DAYS("3", "4");
const struct stmt kpi_back_who = {"kpi_back_who", WHO(WENT_BACK)};
const struct stmt kpi_rose_who = {"kpi_rose_who", WHO(STANDS_NOW STOOD " WHERE " HAS_RISEN)};

/* ---- apart ---- */

const struct stmt kpi_present_days_who = {"kpi_present_days_who",
                                          ROLLS WHO_WITH(STAYS, PRESENT)};

const struct stmt *const kpi_who_stmts[KPI_DEFS_N] = {
    &kpi_isolation_30_who, &kpi_isolation_7_who,
    &kpi_isolation_90_who, &kpi_connection_30_who,
    &kpi_connection_7_who, &kpi_connection_90_who,
    &kpi_first_who,        &kpi_first_unsupported_who,
    &kpi_outreach_who,     &kpi_continuity_who,
    &kpi_regular_who,      &kpi_came_who,
    &kpi_stayed_who,       &kpi_visits_who,
    &kpi_class_who,        &kpi_at_none_who,
    &kpi_at_0_who,         &kpi_at_1_who,
    &kpi_at_2_who,         &kpi_at_3_who,
    &kpi_at_4_who,         &kpi_days_0_who,
    &kpi_days_1_who,       &kpi_days_2_who,
    &kpi_days_3_who,       &kpi_days_4_who,
    &kpi_rose_who,         &kpi_back_who,
    &kpi_present_days_who,
};
