/* node/io/net.h - what this node says to the world by itself: one mail by SMTP, one small JSON
 * by HTTPS. The first house of libcurl in the node; node/io/net_peer.h is the other.
 *
 * Mail goes to the one server of the configuration, over TLS from the start or by STARTTLS,
 * its certificate checked; without TLS only to this machine. A webhook goes to an address that
 * a person typed: https (http to this machine alone), and never to an address that is not the
 * world's own (net_is_public), unless net.allow_private; what is judged is the address that is
 * connected to, so a name that changes its mind after a first look gains nothing. No redirect
 * is followed, no proxy, .netrc or cookie of the environment has a say, answers are bounded
 * and not read, every attempt has an end.
 *
 * Threads: net_open and net_close once, before and after all others; the rest any, side by
 * side, each attempt with a connection of its own.  Owns: what it read of the configuration. */
#ifndef NODE_IO_NET_H
#define NODE_IO_NET_H

#include <stdatomic.h>

#include "node/base/conf.h"
#include "node/io/net_mail.h"
#include "node/io/net_text.h"

#define NET_CONF_N 10
extern const struct conf_row net_conf_rows[NET_CONF_N]; /* net.* */

struct net;

/* ERR_INVALID: the configuration contradicts itself (why->field names the row); ERR_IO: a file
 * it names cannot be read. conf must outlive it. */
NODISCARD enum err net_open(const struct conf *conf, struct net **net_out, struct fail *why);
void net_close(struct net **net);
bool net_has_mail(const struct net *net); /* net.mail_host is set */
/* Who mails come from. Of a net without mail: empty. */
const struct net_address *net_mail_from(const struct net *net);
struct span net_mail_name(const struct net *net);

enum net_verdict {
    NET_ACCEPTED, /* the other side took it over */
    NET_LATER,    /* not now: a line that is cut, a server that is busy or wrongly set up */
    NET_REFUSED,  /* never: asking again would be told the same */
};
/* Why it was not accepted, and whose it is to mend. */
enum net_why {
    NET_WHY_NONE,
    NET_WHY_OFF,     /* no mail server is configured */
    NET_WHY_RESOLVE, /* the name is not known now */
    NET_WHY_PRIVATE, /* an address that is not the world's own */
    NET_WHY_CONNECT, /* nobody answers, or the line was cut */
    NET_WHY_TLS,     /* no encryption, or a certificate that is not good */
    NET_WHY_AUTH,    /* user and password of the mail server */
    NET_WHY_TIMEOUT,
    NET_WHY_SENDER,  /* the mail server does not take mail from us */
    NET_WHY_BUSY,    /* 4xx of a mail server; 408, 425, 429, 5xx of a web server */
    NET_WHY_REFUSED, /* 5xx of a mail server: this mailbox; 3xx, 4xx of a web server */
    NET_WHY_PROTO,   /* an answer that is none */
    NET_WHY_STOPPED, /* `stop` was set */
    NET_WHY_N
};
const char *net_why_id(enum net_why why); /* "connect" */
/* It is about the server or the line, not about this one mail or address: the next attempt to
 * anybody would meet the same. */
bool net_why_is_general(enum net_why why);

struct net_result {
    enum net_verdict verdict;
    enum net_why why;
    int code; /* what the server said last: 250, 421, 550; 0: nothing */
};

/* Tries once, as net_mail_write wrote it. ERR_OK: there is a result. Anything else is our own:
 * ERR_NOMEM, ERR_INVALID (see net_mail_write). stop (may be NULL): set by another thread, ends
 * the attempt within a second or so. */
NODISCARD enum err net_mail_send(struct net *net, const struct net_mail *mail,
                                 struct arena *arena, const atomic_bool *stop,
                                 struct net_result *result_out, struct fail *why);

#define NET_HOOK_MOST 16384 /* bytes of body */

/* POST with Content-Type application/json and
 *   Ibasho-Notice: ID                      the same in every attempt
 *   Ibasho-Timestamp: seconds since 1970   of this attempt
 *   Ibasho-Signature: v1=HEX               HMAC-SHA256(secret, timestamp "." id "." body) */
struct net_hook {
    struct net_url url;
    struct span body, secret; /* secret: 16 bytes or more */
    struct id id;
    int64_t now_utc_us;
};
NODISCARD enum err net_hook_post(struct net *net, const struct net_hook *hook,
                                 struct arena *arena, const atomic_bool *stop,
                                 struct net_result *result_out, struct fail *why);

#endif
