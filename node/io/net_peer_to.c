#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "node/io/net_peer_priv.h"
#include "node/io/net_text.h"

#define SET(option, value) (curl_easy_setopt(curl, (option), (value)) == CURLE_OK)

static const char *const why_ids[NET_PEER_WHY_N] = {
    "ok", "resolve", "private", "connect", "tls", "pin", "timeout", "large", "proto", "stopped",
};

const char *net_peer_why_id(enum net_peer_why why)
{
    return why_ids[why];
}

bool net_peer_endpoint_read(const char *endpoint, uint16_t *port_out)
{
    const char *colon = strrchr(endpoint, ':');
    char *end = NULL;
    long port;

    if (colon == NULL || strlen(endpoint) >= NET_PEER_ENDPOINT_CAP ||
        !net_is_host(span_of(endpoint, (size_t)(colon - endpoint)), 1, true) ||
        colon[1] < '1' || colon[1] > '9')
        return false;
    for (const char *p = endpoint; p < colon; p++)
        if (*p >= 'A' && *p <= 'Z')
            return false;
    port = strtol(colon + 1, &end, 10);
    *port_out = (uint16_t)port;
    return *end == '\0' && port <= 65535;
}

bool net_peer_pins_write(const struct net_peer_to *to, char text_out[NET_PEER_PINS_CAP])
{
    char *p = text_out;

    if (to->n_pins < 1 || to->n_pins > NET_PEER_PINS_MOST)
        return false;
    for (int i = 0; i < to->n_pins; i++) {
        p += snprintf(p, 10, "%ssha256//", i == 0 ? "" : ";");
        p += EVP_EncodeBlock((unsigned char *)p, to->pins[i], NET_PEER_PIN_BYTES);
    }
    *p = '\0';
    return true;
}

bool net_peer_set(CURL *curl, const char *pins)
{
    /* The pin is the whole of the trust: a certificate's authority, name and dates say nothing
     * that the registry, signed by two of three roots, does not say better. curl compares the
     * pin with VERIFYPEER off too. */
    return SET(CURLOPT_SSL_VERIFYPEER, 0L) && SET(CURLOPT_SSL_VERIFYHOST, 0L) &&
           SET(CURLOPT_PINNEDPUBLICKEY, pins) &&
           SET(CURLOPT_SSLVERSION,
               (long)CURL_SSLVERSION_TLSv1_3 | (long)CURL_SSLVERSION_MAX_TLSv1_3) &&
           SET(CURLOPT_SSL_SESSIONID_CACHE, 0L) && SET(CURLOPT_PROTOCOLS_STR, "https") &&
           /* An empty list is an error of curl 7.88, so it is the narrowest there is. */
           SET(CURLOPT_REDIR_PROTOCOLS_STR, "https") && SET(CURLOPT_PROXY, "") &&
           SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) && SET(CURLOPT_NOSIGNAL, 1L) &&
           SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_HTTP09_ALLOWED, 0L) && SET(CURLOPT_TCP_NODELAY, 1L);
}

static bool is_port(const struct sockaddr *address, uint16_t port)
{
    switch (address->sa_family) {
    case AF_INET:
        return ((const struct sockaddr_in *)(const void *)address)->sin_port == htons(port);
    case AF_INET6:
        return ((const struct sockaddr_in6 *)(const void *)address)->sin6_port == htons(port);
    default:
        return false;
    }
}

/* The address that is about to be connected to, whatever its name said a moment ago. */
static curl_socket_t on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct net_peer_gate *gate = arg;

    (void)purpose;
    if (!is_port(&address->addr, gate->port) ||
        (!gate->allow_private && !net_is_public(&address->addr))) {
        gate->was_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool net_peer_gate_set(CURL *curl, struct net_peer_gate *gate)
{
    return SET(CURLOPT_OPENSOCKETFUNCTION, on_socket) && SET(CURLOPT_OPENSOCKETDATA, gate);
}

enum net_peer_why net_peer_why_of(CURLcode done)
{
    switch ((int)done) {
    case CURLE_OK:
        return NET_PEER_OK;
    case CURLE_COULDNT_RESOLVE_HOST:
        return NET_PEER_RESOLVE;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return NET_PEER_PIN;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
        return NET_PEER_TLS;
    case CURLE_OPERATION_TIMEDOUT:
        return NET_PEER_TIMEOUT;
    case CURLE_FILESIZE_EXCEEDED:
        return NET_PEER_LARGE;
    case CURLE_ABORTED_BY_CALLBACK:
        return NET_PEER_STOPPED;
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return NET_PEER_CONNECT;
    default:
        return NET_PEER_PROTO;
    }
}
