/* reporting/kpi/kpi_sql.h - the statements of the figures, and of the children behind each
 * (kpi_def.h says what they take and give). Threads: const data. */
#ifndef REPORTING_KPI_SQL_H
#define REPORTING_KPI_SQL_H

#include "node/base/stmt.h"

extern const struct stmt kpi_isolation_30, kpi_isolation_7, kpi_isolation_90, kpi_connection_30,
    kpi_connection_7, kpi_connection_90, kpi_first, kpi_first_unsupported, kpi_outreach,
    kpi_continuity, kpi_regular, kpi_came, kpi_stayed, kpi_visits, kpi_class, kpi_at_none,
    kpi_at_0, kpi_at_1, kpi_at_2, kpi_at_3, kpi_at_4, kpi_days_0, kpi_days_1, kpi_days_2,
    kpi_days_3, kpi_days_4, kpi_rose, kpi_back, kpi_present_days;
/* kpi_people_sql.c */
extern const struct stmt kpi_isolation_30_who, kpi_isolation_7_who, kpi_isolation_90_who,
    kpi_connection_30_who, kpi_connection_7_who, kpi_connection_90_who, kpi_first_who,
    kpi_first_unsupported_who, kpi_outreach_who, kpi_continuity_who, kpi_regular_who,
    kpi_came_who, kpi_stayed_who, kpi_visits_who, kpi_class_who, kpi_at_none_who, kpi_at_0_who,
    kpi_at_1_who, kpi_at_2_who, kpi_at_3_who, kpi_at_4_who, kpi_days_0_who, kpi_days_1_who,
    kpi_days_2_who, kpi_days_3_who, kpi_days_4_who, kpi_rose_who, kpi_back_who,
    kpi_present_days_who;

#endif
