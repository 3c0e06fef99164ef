/* ibasho-node - the server of one municipality. Names the rows of all features, opens the
 * parts, listens, and changes places with its successor (design section 2).
 *
 *   ibasho-node -c NODE.CONF        (or IBASHO_CONF)
 *
 * Main thread: signals, the node's state. A starter thread brings up what needs the database
 * and tries until it succeeds; meanwhile the listeners answer 503. NOTIFY_FD
 * (ibasho-supervise): the line READY=1 once the sockets are ours. A successor takes them only
 * when it is ready to serve, and gives up when it cannot be: then the old program simply goes
 * on. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "federation/federation.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/node_conf.h"
#include "node/base/origin.h"
#include "node/base/utf.h"
#include "node/db/audit.h"
#include "node/db/files.h"
#include "node/db/keyring.h"
#include "node/db/space.h"
#include "node/features.h"
#include "node/io/net.h"
#include "node/place/place_conf.h"
#include "node/server/assets.h"
#include "node/server/conf_rows.h"
#include "node/server/dispatch.h"
#include "node/server/http.h"
#include "node/server/live.h"
#include "node/server/metrics.h"
#include "node/server/own.h"
#include "node/server/parts.h"
#include "node/server/routes.h"
#include "tenants/handback/import_desk.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/tenants.h"
#include "voice/voice_conf.h"

#define TRY_MS             250
#define LOOK_MS            1000
#define STEP_MS            20    /* until all is there */
#define PUBLISH_MS         2000  /* without a predecessor: then listeners say "starting" */
#define SUCCEED_MS         60000 /* with one: then it stays and we go */
#define DRAIN_MS           10000
#define ANSWERS_MS         5000
#define STARTER_WAIT_MS    2000
#define GIVE_BACK_FIRST_US INT64_C(20000000)
#define GIVE_BACK_EVERY_US INT64_C(600000000)
#define ADMIN_CAP          16
#define PATH_CAP           104
#define FILES_WANTED       32768 /* live.connections and what the listeners take */
#define GOODBYE_MS         700   /* for the closes of all WebSockets: the successor waits */

static const struct conf_table conf_tables[] = {
    {node_conf_rows, NODE_CONF_N},
    {keyring_conf_rows, KEYRING_CONF_N},
    {audit_conf_rows, AUDIT_CONF_N},
    {files_conf_rows, FILES_CONF_N},
    {space_conf_rows, SPACE_CONF_N},
    {tenants_conf_rows, TENANTS_CONF_N},
    {passkey_conf_rows, PASSKEY_CONF_N},
    {server_conf_rows, SERVER_CONF_N},
    {live_conf_rows, LIVE_CONF_N},
    {place_conf_rows, PLACE_CONF_N},
    {voice_conf_rows, VOICE_CONF_N},
    {net_conf_rows, NET_CONF_N},
    {notify_conf_rows, NOTIFY_CONF_N},
    {federation_conf_rows, FEDERATION_CONF_N},
    {NULL, 0},
};

struct node {
    struct conf *conf;
    struct parts *parts;
    struct routes *routes;
    struct assets *assets;
    struct metrics *metrics;
    struct dispatch *dispatch;
    struct http *http;
    struct live *live;
    struct own own;
    pthread_t starter;
    bool has_starter, is_published;
    atomic_bool is_stopping, is_started; /* is_started: every part is there */
    atomic_bool is_foreign;              /* the cluster is another node's */
    char paths[HTTP_SOCKETS_N][PATH_CAP], live_path[PATH_CAP];
    char origins[HTTP_SOCKETS_N][ORIGIN_CAP];
};

/* ---- what a process of ours may never do ---- */

static void confine(void)
{
    const struct rlimit none = {0, 0};
    struct rlimit files;

    /* One arena more than the main one: with ten threads each would keep one of its own. */
    mallopt(M_ARENA_MAX, 2);
    umask(077);
    signal(SIGPIPE, SIG_IGN);
    invariant(setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
                  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0,
              "errno %d", errno);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
        if (setrlimit(RLIMIT_NOFILE, &files) != 0)
            log_warn("node.files", L_INT("errno", errno));
    }
}

/* ---- listeners ---- */

static enum err fill_sockets(struct node *node, struct http_socket sockets[HTTP_SOCKETS_N],
                             struct fail *why)
{
    static const struct {
        const char *path, *url;
        enum listener listener;
        bool serves_client;
    } rows[HTTP_SOCKETS_N] = {
        {"front/public.sock", "front.public_url", LISTENER_PUBLIC, true},
        {"front/uploads.sock", "front.uploads_url", LISTENER_UPLOADS, false},
        {"front/office.sock", "front.office_url", LISTENER_OFFICE, true},
        {"front/federation.sock", NULL, LISTENER_FEDERATION, false},
        {"admin.sock", NULL, LISTENER_ADMIN, false},
    };
    const char *user = conf_text(node->conf, "front.user");
    const struct passwd *front = getpwnam(user);

    if (front == NULL)
        return fail_field(why, ERR_INVALID, "front.user", "no such user: %s", user);
    for (int i = 0; i < HTTP_SOCKETS_N; i++) {
        bool is_admin = rows[i].listener == LISTENER_ADMIN;

        if (snprintf(node->paths[i], PATH_CAP, "%s/%s", conf_text(node->conf, "node.run_dir"),
                     rows[i].path) >= PATH_CAP)
            return fail_field(why, ERR_INVALID, "node.run_dir", "its path is too long");
        if (rows[i].url != NULL)
            origin_of_url(conf_text(node->conf, rows[i].url), node->origins[i]);
        sockets[i] = (struct http_socket){
            .listener = rows[i].listener,
            .path = node->paths[i],
            .uids = {is_admin ? 0 : front->pw_uid, geteuid()},
            .n_uids = is_admin ? 2 : 1,
            .origin = node->origins[i],
            .is_behind_front = !is_admin,
            .serves_client = rows[i].serves_client,
            .n_connections_cap =
                is_admin ? ADMIN_CAP : (int)conf_int(node->conf, "http.connections"),
        };
    }
    return ERR_OK;
}

static enum err listen_all(struct node *node, struct fail *why)
{
    struct http_socket sockets[HTTP_SOCKETS_N];
    const struct http_conf conf = {
        .sockets = sockets,
        .n_sockets = HTTP_SOCKETS_N,
        .routes = node->routes,
        .assets = node->assets,
        .dispatch = node->dispatch,
        .metrics = node->metrics,
    };
    enum err rc = fill_sockets(node, sockets, why);

    return rc == ERR_OK ? http_open(&conf, &node->http, why) : rc;
}

static enum err listen_live(struct node *node, struct fail *why)
{
    const struct conf *conf = node->conf;
    const struct passwd *front = getpwnam(conf_text(conf, "front.user"));
    struct live_server_conf live = {
        .path = node->live_path,
        .n_uids = 1,
        .origin = node->origins[0], /* of the public listener */
        .n_connections_cap = (int)conf_int(conf, "live.connections"),
        .ping_s = (int)conf_int(conf, "live.ping_s"),
        .dead_s = (int)conf_int(conf, "live.dead_s"),
        .commands = features_commands,
        .services = parts_services(node->parts),
    };
    enum err rc;

    if (front == NULL)
        return fail_field(why, ERR_INVALID, "front.user", "no such user");
    live.uids[0] = front->pw_uid;
    if (live.dead_s <= 2 * live.ping_s)
        return fail_field(why, ERR_INVALID, "live.dead_s", "not over twice live.ping_s");
    if (snprintf(node->live_path, PATH_CAP, "%s/front/ws.sock",
                 conf_text(conf, "node.run_dir")) >= PATH_CAP)
        return fail_field(why, ERR_INVALID, "node.run_dir", "its path is too long");
    rc = live_server_open(&live, &node->live, why);
    if (rc == ERR_OK)
        parts_live_set(node->parts, node->live);
    return rc;
}

/* Does a program of this node answer already? */
static bool has_predecessor(const struct node *node)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_there;

    if (fd < 0)
        return false;
    snprintf(name.sun_path, sizeof name.sun_path, "%s", node->paths[HTTP_SOCKETS_N - 1]);
    is_there = connect(fd, (const struct sockaddr *)&name, sizeof name) == 0;
    close(fd);
    return is_there;
}

/* ---- starting ---- */

static enum err open_node(struct node *node, struct fail *why)
{
    const struct parts_conf parts = {node->conf,           features_stmts,  features_settings,
                                     features_jobs,        features_tables, features_routes,
                                     features_audit_tables};
    struct dispatch_conf dispatch = {.stmts = features_stmts};
    enum err rc = utf_open(why);

    if (rc == ERR_OK)
        rc = routes_create(features_routes, &node->routes, why);
    if (rc == ERR_OK)
        rc = metrics_create(node->routes, &node->metrics, why);
    if (rc == ERR_OK)
        rc = assets_open(conf_text(node->conf, "web.dir"), &node->assets, why);
    if (rc == ERR_OK)
        rc = parts_create(&parts, &node->parts, why);
    if (rc != ERR_OK)
        return rc;
    dispatch.services = parts_services(node->parts);
    dispatch.services_early = parts_services_early(node->parts);
    dispatch.db = *parts_db_conf(node->parts);
    dispatch.metrics = node->metrics;
    dispatch.n_workers = (int)conf_int(node->conf, "http.workers");
    dispatch.n_waiting_cap = (size_t)conf_int(node->conf, "http.waiting");
    rc = dispatch_start(&dispatch, &node->dispatch, why);
    if (rc != ERR_OK)
        return rc;
    node->own = (struct own){.dispatch = node->dispatch,
                             .metrics = node->metrics,
                             .routes = node->routes,
                             .assets = node->assets,
                             .commands = features_commands,
                             .events = features_events};
    own_describe(&node->own);
    rc = listen_all(node, why);
    if (rc == ERR_OK)
        rc = listen_live(node, why);
    node->own.live = node->live; /* before anybody can ask: nothing is published yet */
    return rc;
}

/* Says a failure once, not at every try. */
static void say_new(const struct fail *fail, char last[sizeof fail->text])
{
    if (strcmp(last, fail->text) == 0)
        return;
    memcpy(last, fail->text, sizeof fail->text);
    log_warn("node.waiting", L_FAIL(fail));
}

static void *starter_main(void *arg)
{
    struct node *node = arg;
    char last[sizeof((struct fail *)0)->text] = "";
    struct fail fail = {.code = ERR_INTERNAL};

    pthread_setname_np(pthread_self(), "starter");
    while (!atomic_load(&node->is_stopping)) {
        enum err rc = parts_try(node->parts, &fail);

        if (rc == ERR_OK) {
            atomic_store(&node->is_started, true);
            return NULL;
        }
        say_new(&fail, last);
        if (rc == ERR_DENIED) {
            atomic_store(&node->is_foreign, true);
            return NULL;
        }
        usleep(TRY_MS * 1000);
    }
    return NULL;
}

static void say_ready(void)
{
    const char *text = getenv("NOTIFY_FD");
    long fd = text == NULL ? -1 : strtol(text, NULL, 10);

    if (fd <= 2 || fd > INT_MAX)
        return;
    if (write((int)fd, "READY=1\n", 8) != 8)
        log_warn("node.notify", L_INT("errno", errno));
    close((int)fd);
    unsetenv("NOTIFY_FD");
}

static void look_at_keys(struct node *node)
{
    enum node_state was = dispatch_state(node->dispatch), is;

    if (!atomic_load(&node->is_started))
        return;
    is = parts_is_unlocked(node->parts) ? NODE_READY : NODE_LOCKED;
    if (is == was)
        return;
    dispatch_state_set(node->dispatch, is);
    log_info("node.state", L_TEXT("state", node_state_id(is)));
}

/* True: go on. False: the successor that cannot be ready leaves the place to the old program.
 */
static bool publish_when_due(struct node *node, bool is_successor, int64_t began_us)
{
    int64_t waited_ms = (clock_mono_us() - began_us) / 1000;
    bool is_ready = dispatch_state(node->dispatch) != NODE_STARTING;
    struct fail fail = {.code = ERR_INTERNAL};

    if (node->is_published ||
        (!is_ready && waited_ms < (is_successor ? SUCCEED_MS : PUBLISH_MS)))
        return true;
    if (is_successor && !is_ready) {
        log_error("node.no-successor", L_INT("waited_ms", waited_ms));
        return false;
    }
    if (http_publish(node->http, &fail) != ERR_OK ||
        live_server_publish(node->live, &fail) != ERR_OK) {
        log_error("node.publish", L_FAIL(&fail));
        return false;
    }
    node->is_published = true;
    log_info("node.listening", L_INT("waited_ms", waited_ms),
             L_TEXT("state", node_state_id(dispatch_state(node->dispatch))));
    say_ready();
    return true;
}

/* Starting, and now and then a large call, leaves pages in malloc's arenas that nobody uses. */
static void give_back_memory(int64_t *due_us)
{
    if (clock_mono_us() < *due_us)
        return;
    malloc_trim(0);
    *due_us = clock_mono_us() + GIVE_BACK_EVERY_US;
}

/* Until a signal; true when it was one, false when we cannot serve. */
static bool serve(struct node *node, const sigset_t *signals)
{
    bool is_successor = has_predecessor(node);
    int64_t began_us = clock_mono_us(), give_back_us = began_us + GIVE_BACK_FIRST_US;

    for (;;) {
        long wait_ms = node->is_published && atomic_load(&node->is_started) ? LOOK_MS : STEP_MS;
        const struct timespec wait = {wait_ms / 1000, wait_ms % 1000 * 1000000};
        int number = sigtimedwait(signals, NULL, &wait);

        if (number > 0) {
            log_info("node.signal", L_INT("number", number));
            return true;
        }
        if (atomic_load(&node->is_foreign))
            return false;
        look_at_keys(node);
        give_back_memory(&give_back_us);
        if (!publish_when_due(node, is_successor, began_us))
            return false;
    }
}

/* ---- ending ---- */

/* The starter may sit in a statement that waits for a lock; nothing of it is half done. */
static void end_starter(struct node *node)
{
    struct timespec until;

    if (!node->has_starter)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STARTER_WAIT_MS / 1000;
    if (pthread_timedjoin_np(node->starter, NULL, &until) != 0) {
        log_warn("node.starter-left", L_NONE);
        _exit(1);
    }
    node->has_starter = false;
}

static void close_node(struct node *node)
{
    atomic_store(&node->is_stopping, true);
    /* People are told to come again first: their places are written while requests end. */
    if (node->live != NULL)
        live_server_drain(node->live);
    if (atomic_load(&node->is_started)) /* a person may wait for what a peer says */
        federation_hurry(parts_services(node->parts)->federation);
    if (node->http != NULL && !http_drain(node->http, DRAIN_MS)) {
        log_error("node.undrained", L_INT("waited_ms", DRAIN_MS));
        _exit(1); /* calls are still under way: nothing they use may be taken from them */
    }
    end_starter(node);
    if (node->live != NULL)
        live_server_stop(node->live, GOODBYE_MS);
    /* First what a successor waits for: the writer's lock. The last answers may still go out.
     */
    dispatch_stop(&node->dispatch);
    import_desk_end();
    parts_destroy(&node->parts);
    live_server_close(&node->live); /* what the writer still posted was refused */
    http_close(&node->http, ANSWERS_MS);
    assets_close(&node->assets);
    metrics_destroy(&node->metrics);
    routes_destroy(&node->routes);
    conf_free(&node->conf);
}

static void say_defect(const struct conf_defect *defect, void *arg)
{
    (void)arg;
    log_error("conf.defect", L_INT("line", defect->line), L_TEXT("name", defect->name),
              L_TEXT("text", defect->text));
}

static int run(struct node *node, const char *conf_path)
{
    struct fail fail = {.code = ERR_INTERNAL};
    sigset_t signals;
    int rc = 1;

    /* Blocked in every thread: the main one waits for them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (conf_load(conf_path, conf_tables, CONF_IGNORE_UNKNOWN, say_defect, NULL, &node->conf,
                  &fail) != ERR_OK ||
        open_node(node, &fail) != ERR_OK) {
        log_error("node.start", L_FAIL(&fail));
    } else if (pthread_create(&node->starter, NULL, starter_main, node) != 0) {
        log_error("node.start", L_TEXT("why", "no thread"));
    } else {
        node->has_starter = true;
        rc = serve(node, &signals) ? 0 : 1;
    }
    close_node(node);
    log_info("node.end", L_INT("status", rc));
    return rc;
}

int main(int argc, char **argv)
{
    static struct node node;
    const char *conf_path = getenv("IBASHO_CONF");

    if (argc == 3 && strcmp(argv[1], "-c") == 0)
        conf_path = argv[2];
    else if (argc != 1 || conf_path == NULL) {
        fprintf(stderr, "usage: ibasho-node -c NODE.CONF\n");
        return 2;
    }
    log_init("node", LOG_INFO);
    confine();
    return run(&node, conf_path);
}
