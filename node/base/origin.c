#include "node/base/origin.h"

#include <stdio.h>

void origin_of_url(const char *url, char origin_out[ORIGIN_CAP])
{
    size_t len = (size_t)snprintf(origin_out, ORIGIN_CAP, "%s", url);
    const char *port = strncmp(url, "https:", 6) == 0 ? ":443" : ":80";

    if (len > 0 && len < ORIGIN_CAP && origin_out[len - 1] == '/')
        origin_out[--len] = '\0';
    if (len > strlen(port) && len < ORIGIN_CAP &&
        strcmp(origin_out + len - strlen(port), port) == 0)
        origin_out[len - strlen(port)] = '\0';
}

struct span origin_host(const char *origin)
{
    const char *host = strstr(origin, "://");

    return host == NULL ? SPAN_NONE : span_of(host + 3, strcspn(host + 3, ":/"));
}

void origin_of_sockets(const char *origin, char sockets_out[ORIGIN_CAP])
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    bool is_https = strncmp(origin, "https://", 8) == 0;
    const char *host = is_https                             ? origin + 8
                       : strncmp(origin, "http://", 7) == 0 ? origin + 7
                                                            : "";

    sockets_out[0] = '\0';
    if (host[0] != '\0' && host[strspn(host, plain)] == '\0' && strlen(host) < ORIGIN_CAP - 8)
        snprintf(sockets_out, ORIGIN_CAP, "%s://%s", is_https ? "wss" : "ws", host);
}
