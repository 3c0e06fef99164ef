/* node/support/alone.h - how long a child has been by himself (AI-4.4-カ-ハ-2). The minutes
 * since he came in, or since he was last in touch with anybody (contact.h), staff or another
 * child, whichever is later; rounded down. Whoever only watches, wishes to be let alone or is
 * away from his device counts alike: what he wishes stands beside it. In the lobby, and of
 * staff, there are no such minutes. Pure.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_SUPPORT_ALONE_H
#define NODE_SUPPORT_ALONE_H

#include <stdbool.h>
#include <stdint.h>

#define ALONE_MINUTE_US INT64_C(60000000)

/* contact_utc_us 0: no contact is known. A time that lies in the future counts as now. */
static inline int64_t alone_minutes(int64_t since_utc_us, int64_t contact_utc_us,
                                    int64_t now_utc_us)
{
    int64_t from = contact_utc_us > since_utc_us ? contact_utc_us : since_utc_us;

    return from >= now_utc_us ? 0 : (now_utc_us - from) / ALONE_MINUTE_US;
}

#endif
