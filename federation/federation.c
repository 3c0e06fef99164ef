#include "federation/federation.h"

#include <stdlib.h>

#include "federation/escrow_priv.h"
#include "federation/link_fed.h"
#include "federation/outbox_store.h"
#include "federation/purge.h"
#include "node/base/clock.h"
#include "node/base/log.h"

const struct conf_row federation_conf_rows[FEDERATION_CONF_N] = {
    {.name = "federation.allow_private",
     .type = CONF_BOOL,
     .initial = "false",
     .help = "登録簿のあて先が、組織内のネットワーク（この機械も）にあることを許すか"},
    {.name = "federation.connect_s",
     .type = CONF_INT,
     .least = 1,
     .most = 60,
     .unit = "s",
     .initial = "3",
     .help = "ほかのノードにつながるまで待つ時間"},
    {.name = "federation.timeout_s",
     .type = CONF_INT,
     .least = 2,
     .most = 120,
     .unit = "s",
     .initial = "15",
     .help = "ほかのノードへの要求一つにかける時間"},
    {.name = "federation.poll_s",
     .type = CONF_INT,
     .least = 1,
     .most = 50,
     .unit = "s",
     .initial = "30",
     .help = "登録簿が新しくなっていないか、とりまとめのノードにたずねる間隔"},
};

enum err fed_thread_start(pthread_t *thread, void *(*run)(void *arg), void *arg,
                          struct fail *why)
{
    pthread_attr_t attr;
    int rc;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, FED_STACK_BYTES);
    rc = pthread_create(thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return rc == 0 ? ERR_OK : fail_set(why, ERR_NOMEM, "no thread");
}

static enum err sign(void *arg, struct span bytes, uint8_t out[PROFILE_SIGNATURE_BYTES],
                     struct fail *why)
{
    const struct own_signer *own = arg;

    return trust_sign(own->trust, own->kid, bytes, out, why);
}

bool own_signer_init(struct own_signer *own, struct federation *f, int64_t now_utc_us)
{
    own->trust = f->trust;
    own->signer = (struct fed_signer){.kid = own->kid, .sign = sign, .arg = own};
    return trust_own_kid(f->trust, now_utc_us, own->kid);
}

enum err fed_seal_key(struct federation *f, struct id *key_out, struct fail *why)
{
    return keyring_need_key(f->conf.services->keyring, KEY_RECORD, ID_NONE, FED_SEAL_KEY,
                            key_out, why);
}

static enum err open_trust(struct federation *f, struct db *db, struct fail *why)
{
    const struct trust_conf conf = {f->conf.services->writer, f->conf.services->keyring,
                                    f->conf.node};

    return trust_open(&conf, db, &f->trust, why);
}

static enum err open_net(struct federation *f, struct fail *why)
{
    const struct conf *conf = f->conf.services->conf;
    const struct net_peer_conf net = {
        .allow_private = conf_bool(conf, "federation.allow_private"),
        .connect_ms = (long)conf_int(conf, "federation.connect_s") * 1000,
        .timeout_ms = (long)conf_int(conf, "federation.timeout_s") * 1000,
    };

    return net_peer_open(&net, &f->net, why);
}

enum err federation_open(const struct federation_conf *conf, struct db *db,
                         struct federation **out, struct fail *why)
{
    struct federation *f = calloc(1, sizeof *f);
    enum err rc;

    *out = NULL;
    if (f == NULL)
        return fail_set(why, ERR_NOMEM, "federation");
    f->conf = *conf;
    atomic_store(&f->open_utc_us, INT64_MAX);
    rc = open_trust(f, db, why);
    if (rc == ERR_OK)
        rc = open_net(f, why);
    if (rc == ERR_OK)
        rc = inbox_open(f, why);
    if (rc == ERR_OK)
        rc = outbox_open(f, why);
    if (rc == ERR_OK)
        rc = gossip_open(f, why);
    if (rc == ERR_OK)
        rc = escrow_open(f, why);
    if (rc == ERR_OK)
        rc = links_of_federation(f, &f->links, why);
    if (rc != ERR_OK) {
        federation_stop(f);
        federation_close(&f);
    }
    *out = f;
    return rc;
}

void federation_hurry(struct federation *f)
{
    if (f != NULL)
        atomic_store(&f->is_stopping, true);
}

void federation_stop(struct federation *f)
{
    if (f == NULL)
        return;
    federation_hurry(f);
    links_stop(f->links); /* they ask peers for tickets */
    escrow_stop(f);
    gossip_stop(f);
    outbox_stop(f);
    inbox_close(f);
}

void federation_close(struct federation **federation)
{
    struct federation *f = *federation;

    if (f == NULL)
        return;
    escrow_close(f);
    gossip_close(f);
    outbox_close(f);
    links_close(&f->links);
    net_peer_close(&f->links_net);
    net_peer_close(&f->net);
    trust_close(&f->trust);
    free(f);
    *federation = NULL;
}

struct trust *federation_trust(struct federation *f)
{
    return f->trust;
}

void federation_wake(struct federation *f)
{
    if (f == NULL)
        return;
    gossip_wake(f);
    outbox_heard(f, ID_NONE);
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void read_trust(struct federation *f, struct federation_stats *out)
{
    struct registry *registry = trust_now(f->trust);
    struct trust_status status;
    int64_t open_utc_us = atomic_load(&f->open_utc_us);

    trust_status_read(f->trust, clock_utc_us(), &status);
    out->newest_utc_us = later(atomic_load(&f->newest_utc_us), status.taken_utc_us);
    if (open_utc_us != INT64_MAX)
        out->newest_utc_us = later(out->newest_utc_us, open_utc_us);

    out->has_registry = registry != NULL;
    out->is_member = registry != NULL && registry_member(registry, f->conf.node) != NULL;
    registry_unref(&registry);
}

enum err federation_stats_read(struct federation *f, struct db *db,
                               struct federation_stats *out, struct fail *why)
{
    struct federation_stats stats = {
        .n_accepted = atomic_load(&f->n_accepted),
        .n_refused = atomic_load(&f->n_refused),
        .n_unrecorded = atomic_load(&f->n_unrecorded),
        .n_asked = atomic_load(&f->n_asked),
        .n_no_answer = atomic_load(&f->n_no_answer),
        .n_sent = atomic_load(&f->n_sent),
        .n_away = atomic_load(&f->n_away),
        .n_nonces = atomic_load(&f->n_nonces),
    };
    enum err rc = db == NULL ? ERR_OK : outbox_store_count(db, &stats, why);

    for (int i = 0; i < FED_CODE_N; i++)
        stats.n_refused_by[i] = atomic_load(&f->n_refused_by[i]);
    read_trust(f, &stats);
    if (rc == ERR_OK)
        *out = stats;
    return rc;
}
