#include "tenants/signin/place.h"

#include <arpa/inet.h>
#include <stdio.h>

void place_of(struct span address, char place_out[PLACE_CAP])
{
    char text[PLACE_CAP] = "";
    struct in6_addr v6;
    struct in_addr v4;

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(address));
    memcpy(place_out, text, PLACE_CAP);
    if (inet_pton(AF_INET6, text, &v6) != 1)
        return;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        memcpy(&v4, &v6.s6_addr[12], sizeof v4);
        inet_ntop(AF_INET, &v4, place_out, PLACE_CAP);
        return;
    }
    memset(&v6.s6_addr[8], 0, 8);
    if (inet_ntop(AF_INET6, &v6, text, sizeof text - 4) != NULL)
        snprintf(place_out, PLACE_CAP, "%.50s/64", text);
}
