#include "tenants/hours/holiday.h"

#include <stdlib.h>

static int by_day(const void *key, const void *at)
{
    int32_t day = *(const int32_t *)key, other = ((const struct holiday *)at)->day;

    return (day > other) - (day < other);
}

const char *holiday_national(int32_t day)
{
    const struct holiday *found = bsearch(&day, holidays_national, holidays_national_n,
                                          sizeof holidays_national[0], by_day);

    return found == NULL ? NULL : found->name_ja;
}
