/* reporting/kpi/kpi_json.h - the definitions as every page of figures is told them. Threads:
 * any.  Owns: nothing. */
#ifndef REPORTING_KPI_JSON_H
#define REPORTING_KPI_JSON_H

#include "node/base/jx.h"

extern const struct jx_shape kpi_def_shape; /* "KpiDefinition" */
/* All of them in their order, in the arena; none: there is no memory. */
struct jx_list kpi_definitions(struct arena *arena);

#endif
