#include "node/io/net_peer.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/io/net_peer_priv.h"

#define KEPT_N       32  /* connections of that many peers may stand */
#define KEPT_S       10L /* the front of a node closes idle ones after 15 s */
#define SLOW_BYTES_S 100L
#define SLOW_S       5L
#define URL_CAP      2400
#define FIRST_BYTES  4096

/* One peer's handle, with the connection it keeps. Whoever takes it out of `kept` owns it. */
struct line {
    struct id node;
    char endpoint[NET_PEER_ENDPOINT_CAP];
    char pins[NET_PEER_PINS_CAP];
    CURL *curl;
};

struct net_peers {
    struct net_peer_conf conf;
    _Atomic(struct line *) kept[KEPT_N];
    _Atomic unsigned n_given_back;
};

/* ---- handles ---- */

enum err net_peer_open(const struct net_peer_conf *conf, struct net_peers **out,
                       struct fail *why)
{
    struct net_peers *peers = calloc(1, sizeof *peers);

    *out = NULL;
    if (peers == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(peers);
        return fail_set(why, ERR_NOMEM, "curl");
    }
    peers->conf = *conf;
    *out = peers;
    return ERR_OK;
}

static void line_free(struct line *line)
{
    if (line == NULL)
        return;
    curl_easy_cleanup(line->curl);
    free(line);
}

void net_peer_close(struct net_peers **peers)
{
    if (*peers == NULL)
        return;
    for (int i = 0; i < KEPT_N; i++)
        line_free(atomic_exchange(&(*peers)->kept[i], NULL));
    free(*peers);
    *peers = NULL;
    curl_global_cleanup();
}

static bool is_line_to(const struct line *line, const struct line *want)
{
    return id_eq(line->node, want->node) && strcmp(line->endpoint, want->endpoint) == 0 &&
           strcmp(line->pins, want->pins) == 0;
}

/* Back into the place it was taken from, or whichever it displaces goes. */
static void line_keep(struct net_peers *peers, struct line *line, int place)
{
    line_free(atomic_exchange(&peers->kept[place], line));
}

/* The kept handle of exactly this peer, endpoint and pins, or a new one. A peer that moved or
 * changed its key leaves its old handle behind, which goes when its place is wanted. NULL: no
 * memory. */
static struct line *line_take(struct net_peers *peers, const struct line *want)
{
    struct line *line;

    for (int i = 0; i < KEPT_N; i++) {
        line = atomic_exchange(&peers->kept[i], NULL);
        if (line != NULL && is_line_to(line, want))
            return line;
        if (line != NULL)
            line_keep(peers, line, i);
    }
    line = calloc(1, sizeof *line);
    if (line == NULL)
        return NULL;
    *line = *want;
    line->curl = curl_easy_init();
    if (line->curl == NULL) {
        free(line);
        return NULL;
    }
    return line;
}

static void line_give_back(struct net_peers *peers, struct line *line, bool is_good)
{
    struct line *none;

    if (!is_good) {
        line_free(line); /* a line that failed is not used again */
        return;
    }
    for (int i = 0; i < KEPT_N; i++) {
        none = NULL;
        if (atomic_compare_exchange_strong(&peers->kept[i], &none, line))
            return;
    }
    line_keep(peers, line, (int)(atomic_fetch_add(&peers->n_given_back, 1) % KEPT_N));
}

/* ---- what may go out ---- */

static bool is_plain(struct span text, uint8_t least)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < least || text.p[i] > 0x7e)
            return false;
    return true;
}

static enum err check_ask(const struct net_peer_ask *ask, struct fail *why)
{
    if (ask->target[0] != '/' || !is_plain(span_text(ask->target), 0x21) ||
        strchr(ask->target, '#') != NULL)
        return fail_set(why, ERR_INVALID, "a target that may not go out");
    for (int i = 0; i < ask->n_headers; i++)
        if (ask->headers[i].name.len == 0 || ask->headers[i].value.len == 0 ||
            !is_plain(ask->headers[i].name, 0x21) || !is_plain(ask->headers[i].value, 0x20) ||
            memchr(ask->headers[i].name.p, ':', ask->headers[i].name.len) != NULL)
            return fail_set(why, ERR_INVALID, "header %d may not go out", i);
    return ERR_OK;
}

/* ---- one attempt ---- */

struct attempt {
    const struct net_peers *peers;
    const struct net_peer_ask *ask;
    struct arena *arena;
    struct net_peer_answer *answer;
    struct net_peer_gate gate;
    bool is_large, is_broken, has_no_memory;
    size_t n_head, n_body, body_cap;
    uint8_t *body;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct attempt *a = arg;
    size_t len = size * n;

    if (len > a->ask->answer_most - a->n_body) {
        a->is_large = true;
        return 0; /* another number than len ends the attempt */
    }
    if (a->n_body + len > a->body_cap) {
        size_t cap = a->body_cap == 0 ? FIRST_BYTES : a->body_cap;
        uint8_t *larger;

        while (cap < a->n_body + len)
            cap *= 2;
        larger = arena_alloc(a->arena, cap);
        if (larger == NULL) {
            a->has_no_memory = true;
            return 0;
        }
        if (a->n_body > 0)
            memcpy(larger, a->body, a->n_body);
        a->body = larger;
        a->body_cap = cap;
    }
    memcpy(a->body + a->n_body, p, len);
    a->n_body += len;
    return len;
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = span_from(s, 1);
    while (s.len > 0 && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* False: not a header line, or more than are taken. A folded line begins with a blank and has
 * no name. */
static bool add_header(struct attempt *a, struct span line)
{
    const uint8_t *colon = line.len == 0 ? NULL : memchr(line.p, ':', line.len);
    struct net_peer_answer *answer = a->answer;
    struct span name, value;
    char *lower;

    if (colon == NULL || colon == line.p || answer->n_headers == NET_PEER_HEADERS_MOST)
        return false;
    name = span_of(line.p, (size_t)(colon - line.p));
    value = trimmed(span_from(line, name.len + 1));
    lower = arena_text(a->arena, name);
    value = arena_copy(a->arena, value);
    if (lower == NULL) {
        a->has_no_memory = true;
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (name.p[i] <= ' ' || name.p[i] >= 0x7f)
            return false;
        if (name.p[i] >= 'A' && name.p[i] <= 'Z')
            lower[i] = (char)(name.p[i] + 32);
    }
    answer->headers[answer->n_headers++] =
        (struct net_peer_header){span_of(lower, name.len), value};
    return true;
}

static size_t on_head(char *p, size_t size, size_t n, void *arg)
{
    struct attempt *a = arg;
    struct span line = span_of(p, size * n);

    a->n_head += line.len;
    if (a->n_head > NET_PEER_HEAD_BYTES) {
        a->is_large = true;
        return 0;
    }
    while (line.len > 0 && (line.p[line.len - 1] == '\n' || line.p[line.len - 1] == '\r'))
        line.len--;
    if (span_has_prefix(line, SPAN("HTTP/"))) {
        a->answer->n_headers = 0; /* a 1xx came before */
    } else if (line.len > 0 && !add_header(a, line)) {
        a->is_broken = true;
        return 0;
    }
    return size * n;
}

static int on_progress(void *arg, curl_off_t down, curl_off_t n_down, curl_off_t up,
                       curl_off_t n_up)
{
    const struct attempt *a = arg;

    (void)down;
    (void)n_down;
    (void)up;
    (void)n_up;
    return a->ask->stop != NULL && atomic_load(a->ask->stop);
}

/* ---- options ---- */

#define SET(option, value) (curl_easy_setopt(curl, (option), (value)) == CURLE_OK)

/* What this house adds to the line every connection to a peer is. */
static bool set_line(CURL *curl, const struct line *line)
{
    return net_peer_set(curl, line->pins) && SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_MAXREDIRS, 0L) && SET(CURLOPT_ACCEPT_ENCODING, NULL) &&
           SET(CURLOPT_HTTP_CONTENT_DECODING, 0L) && SET(CURLOPT_PATH_AS_IS, 1L) &&
           SET(CURLOPT_MAXCONNECTS, 1L) && SET(CURLOPT_MAXAGE_CONN, KEPT_S) &&
           SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_S) && SET(CURLOPT_LOW_SPEED_TIME, SLOW_S);
}

static bool set_ask(CURL *curl, struct attempt *a, const char *url, struct curl_slist *head)
{
    const struct net_peer_conf *conf = &a->peers->conf;

    return SET(CURLOPT_URL, url) && SET(CURLOPT_HTTPHEADER, head) &&
           SET(CURLOPT_CONNECTTIMEOUT_MS, conf->connect_ms) &&
           SET(CURLOPT_TIMEOUT_MS, conf->timeout_ms) &&
           SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)a->ask->answer_most) &&
           SET(CURLOPT_WRITEFUNCTION, on_body) && SET(CURLOPT_WRITEDATA, a) &&
           SET(CURLOPT_HEADERFUNCTION, on_head) && SET(CURLOPT_HEADERDATA, a) &&
           SET(CURLOPT_XFERINFOFUNCTION, on_progress) && SET(CURLOPT_XFERINFODATA, a) &&
           SET(CURLOPT_NOPROGRESS, 0L) && net_peer_gate_set(curl, &a->gate) &&
           (a->ask->is_post
                ? SET(CURLOPT_POST, 1L) &&
                      SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)a->ask->body.len) &&
                      SET(CURLOPT_POSTFIELDS,
                          a->ask->body.len == 0 ? "" : (const char *)a->ask->body.p)
                : SET(CURLOPT_HTTPGET, 1L));
}

/* The lines of ours, and none that curl would add of its own but Host. NULL: no memory. */
static struct curl_slist *head_of(const struct net_peer_ask *ask, struct arena *arena)
{
    static const char *const fixed[] = {"Expect:", "Accept:", "User-Agent: ibasho-node"};
    const int n_fixed = (int)(sizeof fixed / sizeof fixed[0]);
    struct curl_slist *list = NULL;

    for (int i = 0; i < n_fixed + ask->n_headers; i++) {
        const char *line =
            i < n_fixed
                ? fixed[i]
                : arena_printf(arena, "%.*s: %.*s", SPAN_ARG(ask->headers[i - n_fixed].name),
                               SPAN_ARG(ask->headers[i - n_fixed].value));
        struct curl_slist *longer = line == NULL ? NULL : curl_slist_append(list, line);

        if (longer == NULL) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
    }
    return list;
}

static enum net_peer_why why_of(CURLcode done, const struct attempt *a)
{
    if (a->gate.was_private)
        return NET_PEER_PRIVATE;
    if (a->is_large)
        return NET_PEER_LARGE;
    if (a->is_broken)
        return NET_PEER_PROTO;
    return net_peer_why_of(done);
}

static enum err perform(struct line *line, struct attempt *a, const char *url,
                        struct curl_slist *head, struct fail *why)
{
    CURL *curl = line->curl;
    CURLcode done;
    long status = 0;

    /* Forgets what an earlier attempt pointed to; its connection stays. */
    curl_easy_reset(curl);
    if (!set_line(curl, line) || !set_ask(curl, a, url, head))
        return fail_set(why, ERR_NOMEM, "curl");
    done = curl_easy_perform(curl);
    if (done == CURLE_OUT_OF_MEMORY || a->has_no_memory)
        return fail_set(why, ERR_NOMEM, "curl");
    a->answer->why = why_of(done, a);
    if (a->answer->why == NET_PEER_OK &&
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        a->answer->status = (int)status;
    a->answer->body = span_of(a->body, a->n_body);
    return ERR_OK;
}

enum err net_peer_ask(struct net_peers *peers, const struct net_peer_to *to,
                      const struct net_peer_ask *ask, struct arena *arena,
                      struct net_peer_answer *out, struct fail *why)
{
    struct attempt a = {.peers = peers, .ask = ask, .arena = arena, .answer = out};
    struct line want = {.node = to->node};
    struct curl_slist *head = NULL;
    struct line *line = NULL;
    char url[URL_CAP];
    int n;
    enum err rc = check_ask(ask, why);

    *out = (struct net_peer_answer){.why = NET_PEER_PROTO};
    if (rc != ERR_OK)
        return rc;
    a.gate.allow_private = peers->conf.allow_private;
    if (!net_peer_endpoint_read(to->endpoint, &a.gate.port) ||
        !net_peer_pins_write(to, want.pins))
        return fail_set(why, ERR_INVALID, "an endpoint or pin that is none");
    snprintf(want.endpoint, sizeof want.endpoint, "%s", to->endpoint);
    n = snprintf(url, sizeof url, "https://%s%s", to->endpoint, ask->target);
    if (n < 0 || n >= URL_CAP)
        return fail_set(why, ERR_INVALID, "a target of %zu bytes", strlen(ask->target));
    head = head_of(ask, arena);
    line = line_take(peers, &want);
    if (head == NULL || line == NULL)
        rc = fail_set(why, ERR_NOMEM, "curl");
    else
        rc = perform(line, &a, url, head, why);
    if (line != NULL)
        line_give_back(peers, line, rc == ERR_OK && out->why == NET_PEER_OK);
    curl_slist_free_all(head);
    return rc;
}
