/* ops/cli/certificate_bag.h - `ibasho verify certificate --bag DIR`: is a certificate about
 * this very bag: its hash, whose it is, counts, log, files.  Threads: one. */
#ifndef OPS_CLI_CERTIFICATE_BAG_H
#define OPS_CLI_CERTIFICATE_BAG_H

#include "ops/cli/cli.h"
#include "tenants/certificate/certificate.h"
#include "tenants/handback/check_bag.h"

/* The whole check of check_bag; its defects are printed, *result_out has how many. Errors:
 * nothing can be said of the bag. */
NODISCARD enum err certificate_bag_check(struct cli *cli, const char *dir,
                                         struct check_result **result_out, struct fail *why);
/* ERR_PROTO: facts speak of another bag, or of other numbers: why says which, in words. */
NODISCARD enum err certificate_bag_fits(const struct certificate_facts *facts,
                                        const struct check_result *bag, struct arena *arena,
                                        struct fail *why);

#endif
