/* node/base/services.h - what a feature's handlers may reach; node/main.c fills it once at
 * start. Pointers only, so that base names no higher header.  Threads: read-only after start.
 */
#ifndef NODE_BASE_SERVICES_H
#define NODE_BASE_SERVICES_H

struct writer;
struct keyring;
struct settings;
struct jobs;
struct files;
struct audit;
struct conf;
struct space;
struct accounts;
struct care;
struct watch;
struct hours;
struct live;
struct place;
struct support;
struct net;
struct notify;
struct words_desk;
struct logs;
struct console;
struct federation;
struct mirrors;
struct leaving;
struct lessons;
struct series;
struct data_table_list;
struct route_table;
struct audit_table;

struct services {
    struct writer *writer;                /* node/db/writer.h */
    struct keyring *keyring;              /* node/db/keyring.h */
    struct settings *settings;            /* node/db/settings.h */
    struct jobs *jobs;                    /* node/db/jobs.h */
    struct files *files;                  /* node/db/files.h */
    struct audit *audit;                  /* node/db/audit.h */
    const struct conf *conf;              /* node/base/conf.h */
    struct space *space;                  /* node/db/space.h */
    struct accounts *accounts;            /* tenants/people/account.h */
    struct watch *watch;                  /* tenants/watch/watch.h */
    struct hours *hours;                  /* tenants/hours/hours_now.h */
    struct live *live;                    /* node/io/live.h; NULL where nothing listens */
    struct place *place;                  /* node/place/place.h; NULL: none */
    struct support *support;              /* node/support/support.h */
    struct care *care;                    /* node/io/care.h; NULL: nobody watches */
    struct console *console;              /* node/support/console.h; NULL: none */
    struct lessons *lessons;              /* node/classes/lessons.h; NULL: none */
    struct series *series;                /* federation/series.h */
    struct net *net;                      /* node/io/net.h */
    struct notify *notify;                /* tenants/notify/notify.h */
    struct words_desk *words;             /* tenants/words/words_now.h */
    struct logs *logs;                    /* reporting/logs.h */
    struct federation *federation;        /* federation/federation.h */
    struct leaving *leaving;              /* tenants/leaving/leaving.h; NULL: never leaves */
    struct mirrors *mirrors;              /* federation/mirrors.h; NULL: none */
    const struct data_table_list *tables; /* features_tables: sweeping, erasing, hand-back */
    const struct route_table *routes;     /* features_routes: who may do what */
    const struct audit_table *const *audit_tables; /* features_audit_tables: rows of leaves */
};

#endif
