/* tenants/leaving/leaving_volume.h - what a disk still holds of files that are gone: the free
 * blocks of a volume that is the node's own are discarded (fstrim), or, where that is not to be
 * had, filled once with zeros. A volume that others share is left alone (CARD-14), and said.
 * Threads: one.  Owns: nothing. */
#ifndef TENANTS_LEAVING_VOLUME_H
#define TENANTS_LEAVING_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "node/base/err.h"

#define LEAVING_DEVICE_CAP 64

struct leaving_volume {
    bool is_own;                     /* dir is where a file system of its own is mounted */
    char device[LEAVING_DEVICE_CAP]; /* "/dev/loop3"; "" when there is none to be named */
};
NODISCARD enum err leaving_volume_look(const char *dir, struct leaving_volume *out,
                                       struct fail *why);

enum leaving_method { LEAVING_DISCARDED, LEAVING_FILLED, LEAVING_SHARED, LEAVING_METHOD_N };
const char *leaving_method_id(enum leaving_method method); /* "fstrim" "fill" "shared" */
/* Root, for the former. filler: a path on that volume that may be used up. */
NODISCARD enum err leaving_volume_clear(const char *dir, const struct leaving_volume *volume,
                                        const char *filler, enum leaving_method *method_out,
                                        struct fail *why);

#endif
