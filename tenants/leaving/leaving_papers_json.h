/* tenants/leaving/leaving_papers_json.h - the town's papers as the admin socket gives them out,
 * for the route and the command that reads them. Threads: const data. */
#ifndef TENANTS_LEAVING_PAPERS_JSON_H
#define TENANTS_LEAVING_PAPERS_JSON_H

#include "node/base/jx.h"

struct leave_papers {
    struct span certificate;  /* PEM */
    struct jx_texts canaries; /* documents, whole */
};
extern const struct jx_shape leave_papers_shape;

#endif
