/* tests/integration/route_fixture.h - calls a route's handler as dispatch does, without HTTP:
 * reads the body by the row's shape, hands the request over, waits for the answer. Roles and
 * listeners are dispatch's and not checked here. Threads: one. */
#ifndef TESTS_INTEGRATION_ROUTE_FIXTURE_H
#define TESTS_INTEGRATION_ROUTE_FIXTURE_H

#include "node/base/route.h"

/* What a test sets before the call. */
struct route_call {
    const struct services *services;
    struct db *db;
    struct arena *arena; /* answer and request live in it */
    struct caller caller;
    const char *name;     /* of the path's {name}; NULL none */
    const char *id;       /* of the path's {id}; NULL none */
    const char *right;    /* of the path's {right}; NULL none */
    const char *incident; /* of the path's {incident}; NULL none */
    const char *month;    /* of the path's {month}; NULL none */
    const char *figure;   /* of the path's {figure}; NULL none */
    const char *before;   /* ?before=; NULL none */
    const char *query;    /* "q=...&state=...", not percent-coded; NULL none */
    const char *body;     /* JSON; NULL none */
    const char *address;
    int is_https;
};

/* The answered request, in the arena; its reply holds status, headers and body. Aborts after 20
 * s without an answer. */
struct req *route_fixture_call(const struct route *route, const struct route_call *call);
/* The text behind "NAME":" in the body, up to the next quote; "" when it is not there. */
struct span route_fixture_text(const struct req *req, const char *name);
bool route_fixture_has(const struct req *req, const char *text);
const char *route_fixture_header(const struct req *req, const char *name); /* NULL: none */

#endif
