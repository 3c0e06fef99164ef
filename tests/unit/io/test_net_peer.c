/* What net_peer refuses before a byte goes to anybody. Real peers, good and bad:
 * tests/integration/test_federation.py. */
#include "node/io/net_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/t.h"

struct field {
    struct net_peers *peers;
    struct arena *arena;
    int fd;
    char endpoint[64];
};

static void field_open(struct field *f, bool allow_private)
{
    const struct net_peer_conf conf = {
        .allow_private = allow_private, .connect_ms = 500, .timeout_ms = 800};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;

    T_EQ(net_peer_open(&conf, &f->peers, NULL), ERR_OK, "peers");
    T_EQ(arena_create(4096, &f->arena, NULL), ERR_OK, "arena");
    f->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    T_OK(f->fd >= 0 && bind(f->fd, (struct sockaddr *)&at, sizeof at) == 0 &&
             listen(f->fd, 4) == 0 && getsockname(f->fd, (struct sockaddr *)&at, &len) == 0,
         "somebody listens");
    snprintf(f->endpoint, sizeof f->endpoint, "node.localhost:%d", ntohs(at.sin_port));
}

static void field_close(struct field *f)
{
    net_peer_close(&f->peers);
    arena_destroy(&f->arena);
    close(f->fd);
}

static const struct fed_pins {
    uint8_t at[1][NET_PEER_PIN_BYTES];
} some = {{{1, 2, 3}}};

T_CASE(net_peer_sends_nothing_to_what_is_no_endpoint)
{
    static const struct {
        const char *what, *endpoint, *target, *name, *value;
        int n_pins;
    } rows[] = {
        {"no port", "node.localhost", "/x", "a", "b", 1},
        {"a port that is none", "node.localhost:0", "/x", "a", "b", 1},
        {"a port over all", "node.localhost:65536", "/x", "a", "b", 1},
        {"a port and more", "node.localhost:443x", "/x", "a", "b", 1},
        {"a user", "me@node.localhost:443", "/x", "a", "b", 1},
        {"a path in it", "node.localhost/y:443", "/x", "a", "b", 1},
        {"capitals", "Node.localhost:443", "/x", "a", "b", 1},
        {"a scheme", "http://node.localhost:443", "/x", "a", "b", 1},
        {"no pin", "node.localhost:443", "/x", "a", "b", 0},
        {"more pins than there may be", "node.localhost:443", "/x", "a", "b", 5},
        {"a target without its slash", "node.localhost:443", "x", "a", "b", 1},
        {"a target with a blank", "node.localhost:443", "/x y", "a", "b", 1},
        {"a target with a fragment", "node.localhost:443", "/x#y", "a", "b", 1},
        {"a header that ends its line", "node.localhost:443", "/x", "a", "b\r\nc: d", 1},
        {"a header's name with a colon", "node.localhost:443", "/x", "a: b", "c", 1},
        {"a header without a value", "node.localhost:443", "/x", "a", "", 1},
    };
    struct field f;

    field_open(&f, true);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct net_peer_to to = {
            .endpoint = rows[i].endpoint, .pins = some.at, .n_pins = rows[i].n_pins};
        const struct net_peer_header header = {span_text(rows[i].name),
                                               span_text(rows[i].value)};
        const struct net_peer_ask ask = {
            .target = rows[i].target, .headers = &header, .n_headers = 1, .answer_most = 100};
        struct net_peer_answer *answer = arena_alloc(f.arena, sizeof *answer);

        T_EQ(net_peer_ask(f.peers, &to, &ask, f.arena, answer, NULL), ERR_INVALID,
             rows[i].what);
    }
    field_close(&f);
}

T_CASE(net_peer_goes_to_the_worlds_own_addresses_alone)
{
    T_REQ("CARD-11");
    static const struct {
        bool allow_private;
        const char *why;
    } rows[] = {{false, "private"}, {true, "timeout"}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct field f;
        struct net_peer_to to = {.pins = some.at, .n_pins = 1};
        const struct net_peer_ask ask = {.target = "/fed/v1/node", .answer_most = 100};
        struct net_peer_answer *answer;
        int came;

        field_open(&f, rows[i].allow_private);
        answer = arena_alloc(f.arena, sizeof *answer);
        to.endpoint = f.endpoint;
        T_EQ(net_peer_ask(f.peers, &to, &ask, f.arena, answer, NULL), ERR_OK, "it was tried");
        T_TEXT(net_peer_why_id(answer->why), rows[i].why, "and ended");
        came = accept(f.fd, NULL, NULL);
        T_EQ(came >= 0, rows[i].allow_private, "who came");
        if (came >= 0)
            close(came);
        field_close(&f);
    }
    for (int i = 0; i < NET_PEER_WHY_N; i++)
        T_OK(net_peer_why_id((enum net_peer_why)i)[0] != '\0', "every reason has a name");
}

T_CASE(net_peer_ends_when_it_is_told_to)
{
    struct field f;
    atomic_bool stop = true;
    const struct net_peer_ask ask = {.target = "/x", .answer_most = 100, .stop = &stop};
    struct net_peer_to to = {.pins = some.at, .n_pins = 1};
    struct net_peer_answer *answer;

    field_open(&f, true);
    answer = arena_alloc(f.arena, sizeof *answer);
    to.endpoint = f.endpoint;
    T_EQ(net_peer_ask(f.peers, &to, &ask, f.arena, answer, NULL), ERR_OK, "it was tried");
    T_TEXT(net_peer_why_id(answer->why), "stopped", "and stopped");
    field_close(&f);
}
