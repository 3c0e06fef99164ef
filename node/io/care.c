#include "node/io/care.h"

enum err care_line_put(const struct services *services, struct tx *tx,
                       const struct care_line *line, struct fail *why)
{
    const struct care *care = services->care;

    if (care == NULL || care->line_put == NULL)
        return ERR_OK;
    return care->line_put(care->line_arg, services, tx, line, why);
}

void care_line_told(const struct services *services, const struct care_line *line)
{
    const struct care *care = services->care;

    if (care != NULL && care->line_told != NULL)
        care->line_told(care->line_arg, services, line);
}

enum err care_gap_put(const struct services *services, struct tx *tx,
                      const struct care_gap *gap, struct fail *why)
{
    const struct care *care = services->care;

    if (care == NULL || care->gap_put == NULL)
        return ERR_OK;
    return care->gap_put(care->line_arg, services, tx, gap, why);
}

void care_gap_told(const struct services *services, const struct care_gap *gap)
{
    const struct care *care = services->care;

    if (care != NULL && care->gap_told != NULL)
        care->gap_told(care->line_arg, services, gap);
}

void care_heard(const struct services *services, struct id from, struct id to,
                int64_t at_utc_us, enum care_way way)
{
    const struct care *care = services->care;

    if (care != NULL && care->heard != NULL)
        care->heard(care->heard_arg, services, from, to, at_utc_us, way);
}

void care_spoke(const struct services *services, struct id from, struct id to,
                int64_t at_utc_us, int64_t spoken_us)
{
    const struct care *care = services->care;

    if (care != NULL && care->spoke != NULL)
        care->spoke(care->heard_arg, services, from, to, at_utc_us, spoken_us);
}
