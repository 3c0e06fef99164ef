/* node/server/shapes.h - every shape the rows use, once each, for openapi.c and wire.c.
 * Threads: reentrant. */
#ifndef NODE_SERVER_SHAPES_H
#define NODE_SERVER_SHAPES_H

#include "node/base/command.h"
#include "node/server/routes.h"

#define SHAPES_MAX 1024

struct shapes {
    const struct jx_shape *at[SHAPES_MAX]; /* by name */
    int n;
};

/* Also takes the shapes within shapes. Two shapes of one name, or more than SHAPES_MAX, are
 * ERR_INVALID and named in why. */
NODISCARD enum err shapes_add(struct shapes *shapes, const struct jx_shape *shape,
                              struct fail *why);
NODISCARD enum err shapes_of_routes(struct shapes *shapes, const struct routes *routes,
                                    struct fail *why);

/* Calls each for "a", "b", "c" of "a|b|c". */
void shapes_each_choice(const char *choices, void (*each)(const char *choice, int i, void *arg),
                        void *arg);

#endif
