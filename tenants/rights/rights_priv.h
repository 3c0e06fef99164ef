/* tenants/rights/rights_priv.h - what the files of the rights share. */
#ifndef TENANTS_RIGHTS_RIGHTS_PRIV_H
#define TENANTS_RIGHTS_RIGHTS_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "tenants/rights/rights.h"

/* lock guards the grants; load_lock lets one caller read them at a time. */
struct rights {
    struct writer *writer;
    struct settings *settings;
    pthread_mutex_t lock, load_lock;
    struct rights_grant *grants; /* by account and time; NULL: none read yet */
    size_t n_grants;
    uint64_t read_epoch;        /* what epoch was when they were read; 0: good for one look */
    atomic_uint_fast64_t epoch; /* rises with every change */
};

/* "commissioner", "operator": what the rows say of who decided. */
struct span rights_decider(const struct rights_decision *decision);

#endif
