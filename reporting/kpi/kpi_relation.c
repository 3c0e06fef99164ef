#include "reporting/kpi/kpi_relation.h"

const struct kpi_shape kpi_shapes[KPI_DEFS_N] = {
    {"isolation_30", KPI_Q_ISOLATED_30, KPI_Q_ROLLS},
    {"isolation_7", KPI_Q_ISOLATED_7, KPI_Q_ROLLS},
    {"isolation_90", KPI_Q_ISOLATED_90, KPI_Q_ROLLS},
    {"connection_30", KPI_Q_TIED_30, KPI_Q_ROLLS},
    {"connection_7", KPI_Q_TIED_7, KPI_Q_ROLLS},
    {"connection_90", KPI_Q_TIED_90, KPI_Q_ROLLS},
    {"first", KPI_Q_FIRST, KPI_Q_MET},
    {"first_unsupported", KPI_Q_FIRST_ALONE, KPI_Q_FIRST},
    {"outreach", KPI_Q_OUTREACH, KPI_Q_SOUGHT},
    {"continuity", KPI_Q_MET_AGAIN, KPI_Q_MET_BEFORE},
    {"regular", KPI_Q_REGULAR, KPI_Q_ROLLS},
    {"came", KPI_Q_CAME, KPI_Q_ROLLS},
    {"stayed", KPI_Q_STAYED, KPI_Q_CAME},
    {"visits", KPI_Q_VISITS, KPI_Q_CAME},
    {"class", KPI_Q_CLASS, KPI_Q_ROLLS},
    {"at_none", KPI_Q_AT_NONE, KPI_Q_ROLLS},
    {"at_0", KPI_Q_AT_0, KPI_Q_ROLLS},
    {"at_1", KPI_Q_AT_1, KPI_Q_ROLLS},
    {"at_2", KPI_Q_AT_2, KPI_Q_ROLLS},
    {"at_3", KPI_Q_AT_3, KPI_Q_ROLLS},
    {"at_4", KPI_Q_AT_4, KPI_Q_ROLLS},
    {"days_0", KPI_Q_NONE, KPI_Q_REACHED_0},
    {"days_1", KPI_Q_NONE, KPI_Q_REACHED_1},
    {"days_2", KPI_Q_NONE, KPI_Q_REACHED_2},
    {"days_3", KPI_Q_NONE, KPI_Q_REACHED_3},
    {"days_4", KPI_Q_NONE, KPI_Q_REACHED_4},
    {"rose", KPI_Q_RISEN, KPI_Q_ROLLS},
    {"back", KPI_Q_BACK, KPI_Q_WENT_BACK},
    {"present_days", KPI_Q_PRESENT_DAYS, KPI_Q_PRESENT},
};

#define ALWAYS 28, 31
/* part is among whole: every one counted there is counted here. */
#define AMONG_IN(part, whole, from, to) \
    { \
        {{KPI_Q_##part, 1}, {KPI_Q_##whole, -1}}, 2, true, from, to \
    }
#define AMONG(part, whole) AMONG_IN(part, whole, 28, 31)
#define BOTH_AMONG(a, b, whole) \
    { \
        {{KPI_Q_##a, 1}, {KPI_Q_##b, 1}, {KPI_Q_##whole, -1}}, 3, true, ALWAYS \
    }

const struct kpi_relation kpi_relations[] = {
    {{{KPI_Q_ISOLATED_30, 1}, {KPI_Q_TIED_30, 1}, {KPI_Q_ROLLS, -1}}, 3, false, ALWAYS},
    {{{KPI_Q_ISOLATED_7, 1}, {KPI_Q_TIED_7, 1}, {KPI_Q_ROLLS, -1}}, 3, false, ALWAYS},
    {{{KPI_Q_ISOLATED_90, 1}, {KPI_Q_TIED_90, 1}, {KPI_Q_ROLLS, -1}}, 3, false, ALWAYS},
    {{{KPI_Q_AT_NONE, 1},
      {KPI_Q_AT_0, 1},
      {KPI_Q_AT_1, 1},
      {KPI_Q_AT_2, 1},
      {KPI_Q_AT_3, 1},
      {KPI_Q_AT_4, 1},
      {KPI_Q_ROLLS, -1}},
     7,
     false,
     ALWAYS},
    /* The month and the 30 days up to its end are the same days in every other month. */
    {{{KPI_Q_MET, 1}, {KPI_Q_TIED_30, -1}}, 2, false, 30, 30},
    AMONG_IN(TIED_30, MET, 31, 31),
    AMONG_IN(MET, TIED_30, 28, 29),
    AMONG(TIED_7, TIED_30),
    AMONG(TIED_30, TIED_90),
    AMONG(TIED_7, MET),
    /* In touch in this month or the one before: that was within 62 days. */
    {{{KPI_Q_MET, 1}, {KPI_Q_MET_BEFORE, 1}, {KPI_Q_MET_AGAIN, -1}, {KPI_Q_TIED_90, -1}},
     4,
     true,
     ALWAYS},
    /* The days before the month that are among the last 30 were of the month before. */
    {{{KPI_Q_TIED_30, 1}, {KPI_Q_MET_AGAIN, 1}, {KPI_Q_MET, -1}, {KPI_Q_MET_BEFORE, -1}},
     4,
     true,
     28,
     29},
    AMONG(MET_AGAIN, MET_BEFORE),
    BOTH_AMONG(FIRST, MET_AGAIN, MET),
    AMONG(FIRST_ALONE, FIRST),
    AMONG(SOUGHT, OUTREACH),
    /* Sought are those who had never answered: never, or in this month for the first time. */
    {{{KPI_Q_SOUGHT, 1}, {KPI_Q_FIRST, -1}, {KPI_Q_ISOLATED_90, -1}}, 3, true, ALWAYS},
    AMONG(REGULAR, MET),
    AMONG(REGULAR, TIED_30),
    AMONG(CAME, ROLLS),
    AMONG(STAYED, CAME),
    AMONG(CAME, VISITS),
    AMONG(CLASS, ROLLS),
    AMONG(AT_0, REACHED_0),
    AMONG(REACHED_0, ROLLS),
    AMONG(REACHED_1, REACHED_0), /* counted are those who reached both */
    AMONG(REACHED_2, ROLLS),
    AMONG(REACHED_3, ROLLS),
    AMONG(REACHED_4, ROLLS),
    BOTH_AMONG(RISEN, AT_NONE, ROLLS), /* whoever rose stands somewhere */
    AMONG(WENT_BACK, BACK),
    AMONG(WENT_BACK, ROLLS),
    AMONG(STAYED, PRESENT), /* who stayed over midnight before the month is present, too */
    AMONG(PRESENT, PRESENT_DAYS),
    AMONG(PRESENT, ROLLS),
};
const size_t kpi_relations_n = sizeof kpi_relations / sizeof kpi_relations[0];

const struct kpi_carry kpi_carries[] = {{KPI_Q_MET, KPI_Q_MET_BEFORE}};
const size_t kpi_carries_n = sizeof kpi_carries / sizeof kpi_carries[0];
