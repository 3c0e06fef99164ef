/* node/db/keyring_priv.h - what the keyring_*.c share; nobody else includes it. */
#ifndef NODE_DB_KEYRING_PRIV_H
#define NODE_DB_KEYRING_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "node/db/agent.h"
#include "node/db/keycache.h"
#include "node/db/keyfiles.h"

#define KEEPERS_CAP 4

struct keyring {
    pthread_mutex_t lock; /* guards all below but agent, which has its own, and epoch */
    struct id node;
    struct agent *agent;
    struct keyfiles *files;
    struct keycache *cache;
    bool has_store; /* a keystore file exists */
    struct keystore store;
    _Atomic uint64_t epoch;
    struct {
        void (*forget)(void *arg); /* NULL: free */
        void *arg;
    } keepers[KEEPERS_CAP];
};
/* What was opened is void. Under the lock, but while it is being opened. */
void keyring_forgets(struct keyring *keyring);

/* Under the lock. A change is made on a copy of what the files hold now, saved, and only then
 * taken over. */
struct change {
    struct keyring *keyring;
    struct keystore store;
};
NODISCARD enum err change_begin(struct keyring *keyring, struct change *change,
                                struct fail *why);
/* Saves and takes over; after ERR_UNCERTAIN (a copy lags) it is taken over too. */
NODISCARD enum err change_end(struct change *change, enum keyfiles_strict strict,
                              struct fail *why);
void change_drop(struct change *change);
/* Takes over what the files hold. Under the files' lock. */
NODISCARD enum err store_reload(struct keyring *keyring, struct fail *why);

/* Ends a staged generation by what the keystore says. Under the lock. ERR_OK also when the
 * agent is away: it is asked again at the next use of a half. */
NODISCARD enum err keyring_settle(struct keyring *keyring, struct fail *why);
/* The same, when the files are locked already. */
NODISCARD enum err keyring_settle_locked(struct keyring *keyring, struct fail *why);

#endif
