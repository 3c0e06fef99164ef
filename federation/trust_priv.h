/* federation/trust_priv.h - the state behind struct trust, shared by trust.c (looking, time),
 * trust_take.c (registries in), trust_step.c (decisions) alone.
 * Threads: every field behind `lock`, but for conf. */
#ifndef FEDERATION_TRUST_PRIV_H
#define FEDERATION_TRUST_PRIV_H

#include <pthread.h>

#include "federation/trust.h"
#include "federation/trust_store.h"

#define OWN_KEYS_MOST  64
#define NOTED_MOST     64 /* splits that peers told of, said once each */
#define TIME_BYTES_CAP 1024
#define TIME_SIGS_CAP  512

struct own_key {
    int64_t n; /* of "federation-N" */
    struct fed_public key;
};

struct trust {
    struct trust_conf conf;
    pthread_mutex_t lock;
    struct trust_view view; /* with its own reference of view.now */
    /* Of the invitation: where the first registry is; "" it comes as a file. */
    char first_endpoint[FED_ENDPOINT_CAP];
    uint8_t first_spki[FED_SPKI_BYTES];
    struct own_key own[OWN_KEYS_MOST];
    int n_own;
    int64_t taken_utc_us;
    bool is_split, is_behind, is_spoilt;
    int64_t split_seq;
    struct {
        struct id peer;
        int64_t seq;
    } noted[NOTED_MOST];
    int n_noted;
    /* The timestamp believed, as it came. */
    bool has_time;
    struct trust_time time;
    uint8_t time_bytes[TIME_BYTES_CAP], time_sigs[TIME_SIGS_CAP];
    size_t n_time_bytes, n_time_sigs;
};

/* What stands in the database, read and checked, before it is believed. */
struct trust_loaded {
    struct registry *now;
    int64_t taken_utc_us;
    bool has_roots_before;
    struct fed_public roots_before[FED_ROOTS_N];
    struct trust_step_row *steps;
    size_t n_steps;
};
NODISCARD enum err trust_load(struct tx *tx, struct db *db, struct arena *arena,
                              struct trust_loaded *out, struct fail *why);
/* Replaces what is believed; takes loaded's reference. */
void trust_install(struct trust *trust, struct trust_loaded *loaded);
/* With a reference of the caller's. */
void trust_view_copy(struct trust *trust, struct trust_view *out);
/* Under the lock. */
void trust_step_apply(struct trust *trust, const struct trust_step *step);

/* Waits for a done that is told on another thread. */
struct trust_wait {
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool is_told;
    enum err rc;
    enum trust_verdict verdict;
    struct fail why;
};
void trust_wait_init(struct trust_wait *wait);
void trust_wait_tell(struct trust_wait *wait, enum err rc, enum trust_verdict verdict,
                     const struct fail *why);
enum err trust_wait_end(struct trust_wait *wait, struct fail *why); /* waits, then frees */

#endif
