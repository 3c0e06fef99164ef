#include "node/server/shapes.h"

static enum err insert(struct shapes *shapes, const struct jx_shape *shape, int at,
                       struct fail *why)
{
    if (shapes->n == SHAPES_MAX)
        return fail_set(why, ERR_INVALID, "over %d shapes", SHAPES_MAX);
    memmove(&shapes->at[at + 1], &shapes->at[at],
            (size_t)(shapes->n - at) * sizeof(struct jx_shape *));
    shapes->at[at] = shape;
    shapes->n++;
    return ERR_OK;
}

enum err shapes_add(struct shapes *shapes, const struct jx_shape *shape, struct fail *why)
{
    enum err rc;
    int at = 0;

    while (at < shapes->n && strcmp(shapes->at[at]->name, shape->name) < 0)
        at++;
    if (at < shapes->n && strcmp(shapes->at[at]->name, shape->name) == 0) {
        if (shapes->at[at] == shape)
            return ERR_OK;
        return fail_set(why, ERR_INVALID, "two shapes are called %s", shape->name);
    }
    rc = insert(shapes, shape, at, why);
    for (size_t i = 0; i < shape->n_fields && rc == ERR_OK; i++)
        if (shape->fields[i].shape != NULL)
            rc = shapes_add(shapes, shape->fields[i].shape, why);
    return rc;
}

enum err shapes_of_routes(struct shapes *shapes, const struct routes *routes, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; i < routes_n(routes) && rc == ERR_OK; i++) {
        const struct route *route = routes_at(routes, i);

        if (route->input != NULL)
            rc = shapes_add(shapes, route->input, why);
        if (rc == ERR_OK && route->output != NULL)
            rc = shapes_add(shapes, route->output, why);
    }
    return rc;
}

void shapes_each_choice(const char *choices, void (*each)(const char *choice, int i, void *arg),
                        void *arg)
{
    char word[64];

    for (int i = 0; *choices != '\0'; i++) {
        size_t len = strcspn(choices, "|");

        invariant(len < sizeof word, "choice of %zu bytes", len);
        memcpy(word, choices, len);
        word[len] = '\0';
        each(word, i, arg);
        choices += len + (choices[len] == '|');
    }
}
