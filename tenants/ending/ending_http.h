/* tenants/ending/ending_http.h - what the routes of this room share. Threads: workers. */
#ifndef TENANTS_ENDING_ENDING_HTTP_H
#define TENANTS_ENDING_ENDING_HTTP_H

#include <stddef.h>

#include "node/base/route.h"
#include "tenants/people/people_index.h"

/* Who asks for the end of a person and who confirms it (register, section 0: the commissioner
 * alone sees everything of the node; the holder of data sees his own source rows). */
#define ENDING_BOARD     ROLE_BIT(ROLE_COMMISSIONER)
#define ENDING_DESK      (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define ENDING_LISTENERS (LISTENER_PUBLIC | LISTENER_OFFICE)
#define ENDING_TEXT_MOST 500

#define ENDING_FIELD(kind_, struct_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define ENDING_MAYBE(kind_, struct_, name_, has_, title) \
    { \
        .name = #name_, .type = (kind_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }
#define ENDING_CHOICE(struct_, name_, codes, title) \
    { \
        .name = #name_, .type = JX_ENUM, .choices = (codes), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
#define ENDING_TEXT(struct_, name_, least_, most_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_RAW_TEXT, .least = (least_), \
        .most = (most_), .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

/* How somebody is called to a person of the board: the real name, else the name shown, in the
 * request's arena; SPAN_NONE: nobody known by that id (any more). */
struct span ending_name_of(struct req *req, const struct people *people, struct id person);
/* The id of the path, into req->object. ERR_NOT_FOUND. */
NODISCARD enum err ending_of_path(struct req *req, struct fail *why);
/* Seals a text of the room's own records; ending_open reads it. */
NODISCARD enum err ending_seal(struct req *req, const char *table, const char *column,
                               struct id row, struct span text, struct span *sealed_out,
                               struct fail *why);
NODISCARD enum err ending_open(struct req *req, const char *table, const char *column,
                               struct id row, struct span sealed, struct span *text_out,
                               struct fail *why);

#endif
