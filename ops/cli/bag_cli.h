/* ops/cli/bag_cli.h - how the commands about bags print what is wrong with one.  Threads: one.
 */
#ifndef OPS_CLI_BAG_CLI_H
#define OPS_CLI_BAG_CLI_H

#include "node/base/hex.h"
#include "ops/cli/cli.h"
#include "tenants/handback/check_bag.h"

struct bag_cli_print {
    bool is_json;
    uint64_t n;
};
/* For check_conf.each: one line a defect, the first 200. */
void bag_cli_defect(const struct bag_defect *defect, void *arg);

#endif
