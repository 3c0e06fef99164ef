/* federation/series_http.h - what the routes about series share. Threads: as the request. */
#ifndef FEDERATION_SERIES_HTTP_H
#define FEDERATION_SERIES_HTTP_H

#include "federation/series_priv.h"
#include "federation/series_rows.h"
#include "node/classes/class_http.h"

/* Who reads; who prepares (nothing leaves the town by it); who decides, as about courses. */
#define SERIES_READERS  CLASS_READERS
#define SERIES_KEEPERS  CLASS_KEEPERS
#define SERIES_DECIDERS ROLE_BIT(ROLE_COMMISSIONER)

/* What an act answers. */
struct shared_made {
    struct id series;
    int64_t version;
    struct span floor;
};
extern const struct jx_shape shared_made_shape;

/* One act of a person: run and answered as the first time when its id is known. */
struct series_acting {
    struct req *req;
    struct id id, series, node;
    enum series_step_kind kind;
    bool is_host; /* of whose side the series must be; not looked at by make */
    bool is_make;
    /* On the writer's thread, with row and dates read, unless is_make. */
    enum err (*run)(struct series_acting *acting, struct series_act *act, struct fail *why);
    void *input;
    struct shared_made made;
};
/* Posts it and answers. */
void series_acting_post(struct series_acting *acting);
/* With the path's {series} and the input's id. NULL: answered. */
struct series_acting *series_acting_of(struct req *req, struct id id);
/* Fewer than class.parallel_most lessons in that slot, without this one. ERR_CONFLICT /slot. */
NODISCARD enum err series_check_parallel(const struct series_act *act, int32_t day,
                                         int64_t slot, struct id lesson, struct fail *why);
/* A slot of a day that is not over, as times. Adds defects. */
NODISCARD enum err series_find_slot(struct req *req, struct span day, int64_t slot,
                                    const char *day_at, const char *slot_at, int64_t *from_out,
                                    int64_t *to_out, struct jx_defects *defects,
                                    struct fail *why);
/* NULL: answered, the node has no federation or is no member of it. */
struct registry *series_need_registry(struct req *req);
/* The name of a node by the registry; its id as text when it is not in it. In the arena. */
struct span series_node_name(const struct registry *registry, struct id node,
                             struct arena *arena);

#endif
