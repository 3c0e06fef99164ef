/* reporting/kpi/kpi_sql.h - the statements of the figures (kpi_def.h says what they take and
 * give). Threads: const data. */
#ifndef REPORTING_KPI_SQL_H
#define REPORTING_KPI_SQL_H

#include "node/base/stmt.h"

extern const struct stmt kpi_isolation_7, kpi_isolation_30, kpi_isolation_90, kpi_connection_7,
    kpi_connection_30, kpi_connection_90, kpi_first, kpi_first_unsupported, kpi_outreach,
    kpi_continuity, kpi_came, kpi_stayed, kpi_visits, kpi_class, kpi_at_none, kpi_at_0,
    kpi_at_1, kpi_at_2, kpi_at_3, kpi_at_4, kpi_days_0, kpi_days_1, kpi_days_2, kpi_days_3,
    kpi_days_4, kpi_back, kpi_rose, kpi_regular, kpi_present_days;

#endif
