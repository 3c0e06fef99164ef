/* ops/cli/leave_papers.h - DATA/leaving/papers.json: what the certificate needs and the
 * database held; as GET /api/v1/admin/leaving/papers gives it. Gone when certified.
 * Threads: one. */
#ifndef OPS_CLI_LEAVE_PAPERS_H
#define OPS_CLI_LEAVE_PAPERS_H

#include "tenants/leaving/leaving_papers_json.h"

/* Texts live in the arena. */
static inline enum err leave_papers_read(struct span body, struct arena *arena,
                                         struct leave_papers *out, struct fail *why)
{
    const struct jx_limits limits = {(size_t)16 << 20, 20000};

    return jx_read_within(body, limits, &leave_papers_shape, arena, out, NULL, why);
}

#endif
