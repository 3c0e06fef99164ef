/* node/server/parts.h - everything a handler may reach (struct services), opened in its order
 * and closed in the other. What needs no database is there from the start; the rest comes with
 * parts_try, which is called until it succeeds: a node whose database is away is up and says
 * so. Threads: parts_try on one thread at a time; services are read by others only after it
 * said ERR_OK (dispatch_state_set publishes them). */
#ifndef NODE_SERVER_PARTS_H
#define NODE_SERVER_PARTS_H

#include "node/base/conf.h"
#include "node/base/job.h"
#include "node/base/services.h"
#include "node/base/setting.h"
#include "node/db/db.h"

struct parts;

/* Outlives the parts. Lists as in node/features.h. */
struct parts_conf {
    const struct conf *conf;
    const struct stmt_table *stmts;
    const struct setting_table *settings;
    const struct job_table *jobs;
    const struct data_table_list *tables;
    const struct route_table *routes;
    const struct audit_table *const *audit_tables;
};

/* Keyring, disk guard, audit state. ERR_DENIED: the data directory is not this node's own. */
NODISCARD enum err parts_create(const struct parts_conf *conf, struct parts **parts_out,
                                struct fail *why);
/* Migrates and opens what is still missing. ERR_DENIED: the cluster is another node's, for
 * ever; anything else may be tried again. */
NODISCARD enum err parts_try(struct parts *parts, struct fail *why);
/* What handlers may send people through; before the first parts_try. Outlives the parts. */
void parts_live_set(struct parts *parts, struct live *live);
/* Finishes jobs, then what is queued to be written, makes the last checkpoint, gives up the
 * writer's lock. No request is under way any more. */
void parts_destroy(struct parts **parts);

/* To be read only after parts_try has said ERR_OK: until then it is being filled. */
const struct services *parts_services(const struct parts *parts);
/* What parts_create opened, the rest NULL: to be read at any time. */
const struct services *parts_services_early(const struct parts *parts);
/* How the workers connect: least rights. */
const struct db_conf *parts_db_conf(const struct parts *parts);
/* Asks the key agent. */
bool parts_is_unlocked(const struct parts *parts);

#endif
