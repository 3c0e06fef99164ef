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
