/* What net refuses before it says a byte to anybody. Real servers:
 * tests/integration/test_notify.py. */
#include "node/io/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/t.h"

static const struct conf_table tables[] = {{net_conf_rows, NET_CONF_N}, {NULL, 0}};

static enum err open_with(const char *text, struct conf **conf, struct net **net,
                          struct fail *why)
{
    *net = NULL;
    *conf = NULL;
    T_EQ(conf_read(span_text(text), tables, 0, NULL, NULL, conf, NULL), ERR_OK, text);
    return *conf == NULL ? ERR_INTERNAL : net_open(*conf, net, why);
}

T_CASE(net_refuses_a_configuration_that_would_send_in_clear)
{
    static const struct {
        const char *text, *field; /* NULL: good */
    } rows[] = {
        {"", NULL},
        {"net.mail_host = mail.example.jp\nnet.mail_from = a@example.jp\n", NULL},
        {"net.mail_host = 127.0.0.1\nnet.mail_from = a@example.jp\nnet.mail_tls = none\n",
         NULL},
        {"net.mail_host = mail.example.jp\n", "net.mail_from"},
        {"net.mail_host = mail.example.jp\nnet.mail_from = nobody\n", "net.mail_from"},
        {"net.mail_host = mail/x\nnet.mail_from = a@example.jp\n", "net.mail_host"},
        {"net.mail_host = mail.example.jp\nnet.mail_from = a@example.jp\nnet.mail_tls = none\n",
         "net.mail_tls"},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct conf *conf;
        struct net *net;
        struct fail why = {.code = ERR_OK};
        enum err rc = open_with(rows[i].text, &conf, &net, &why);

        T_EQ(rc, rows[i].field == NULL ? ERR_OK : ERR_INVALID, rows[i].text);
        if (rows[i].field != NULL)
            T_TEXT(why.field, rows[i].field, rows[i].text);
        net_close(&net);
        conf_free(&conf);
    }
}

T_CASE(net_reads_user_and_password_from_two_lines)
{
    static const struct {
        const char *file;
        enum err want;
    } rows[] = {
        {"user\nword\n", ERR_OK},          {"user\nword", ERR_OK},
        {"user\n", ERR_INVALID},           {"", ERR_INVALID},
        {"user\n\n", ERR_INVALID},         {"a\nb\nc\n", ERR_INVALID},
        {"user\r\nword\r\n", ERR_INVALID},
    };
    char path[300], text[600];

    snprintf(path, sizeof path, "%s/auth", t_dir());
    snprintf(text, sizeof text,
             "net.mail_host = mail.example.jp\nnet.mail_from = a@example.jp\n"
             "net.mail_auth_file = %s\n",
             path);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        FILE *f = fopen(path, "we");
        struct conf *conf;
        struct net *net;

        T_OK(f != NULL && fputs(rows[i].file, f) >= 0 && fclose(f) == 0, "the file");
        T_EQ(open_with(text, &conf, &net, NULL), rows[i].want, rows[i].file);
        net_close(&net);
        conf_free(&conf);
    }
}

T_CASE(net_says_nothing_to_an_address_that_is_not_the_worlds_own)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct arena *arena = NULL;
    struct conf *conf;
    struct net *net;

    T_OK(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 4) == 0 &&
             getsockname(fd, (struct sockaddr *)&at, &len) == 0,
         "somebody listens");
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(open_with("", &conf, &net, NULL), ERR_OK, "net");
    for (size_t i = 0; i < T_COUNT(hosts) && net != NULL; i++) {
        struct net_hook hook = {.body = SPAN("{}"), .secret = SPAN("0123456789abcdef")};
        struct net_result result = {NET_ACCEPTED, NET_WHY_NONE, 0};
        char text[100];

        snprintf(text, sizeof text, "https://%s:%d/x", hosts[i], ntohs(at.sin_port));
        T_EQ(net_url_read(span_text(text), &hook.url, NULL), ERR_OK, text);
        T_EQ(net_hook_post(net, &hook, arena, NULL, &result, NULL), ERR_OK, text);
        T_EQ(result.verdict, NET_LATER, text);
        T_TEXT(net_why_id(result.why), "private", text);
        T_EQ(accept(fd, NULL, NULL), -1, "nobody came");
        hook.secret = SPAN("short");
        T_EQ(net_hook_post(net, &hook, arena, NULL, &result, NULL), ERR_INVALID, "a secret");
    }
    net_close(&net);
    conf_free(&conf);
    arena_destroy(&arena);
    close(fd);
}

T_CASE(net_without_a_mail_server_says_so)
{
    struct net_mail mail = {.subject = SPAN("s"), .body = SPAN("b")};
    struct net_result result = {NET_ACCEPTED, NET_WHY_NONE, 0};
    struct arena *arena = NULL;
    struct conf *conf;
    struct net *net;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(open_with("", &conf, &net, NULL), ERR_OK, "net");
    if (net != NULL) {
        T_OK(!net_has_mail(net), "no mail");
        T_EQ(net_mail_send(net, &mail, arena, NULL, &result, NULL), ERR_OK, "a result");
        T_EQ(result.verdict, NET_LATER, "nothing is lost");
        T_TEXT(net_why_id(result.why), "off", "why");
    }
    net_close(&net);
    conf_free(&conf);
    arena_destroy(&arena);
    for (int i = 0; i < NET_WHY_N; i++)
        T_OK(net_why_id((enum net_why)i)[0] != '\0', "every reason has a name");
    T_OK(net_why_is_general(NET_WHY_CONNECT) && !net_why_is_general(NET_WHY_REFUSED), "whose");
}
