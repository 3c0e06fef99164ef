/* The indices that are made of kept rows of the roster, for who takes a bag in
 * (tenants/handback/index.h): by the ids that stand in the row. */
#include <ctype.h>

#include "tenants/handback/index.h"
#include "tenants/roster/received.h"
#include "tenants/roster/roster_store.h"
#include "tenants/roster/shape.h"

static enum err cell_of(enum roster_file file, const char *column, struct span row,
                        struct arena *arena, struct span *text_out, struct fail *why)
{
    struct span *cells = NULL;
    enum err rc = received_read(file, row, arena, &cells, why);

    if (rc != ERR_OK)
        return rc;
    *text_out = cells[roster_column_find(&roster_shapes[file], column)];
    return text_out->len > 0 ? rc
                             : fail_set(why, ERR_PROTO, "a kept row of %s without %s",
                                        roster_shapes[file].name, column);
}

static enum err user_source(struct span row, struct arena *arena, struct span *text_out,
                            struct fail *why)
{
    return cell_of(FILE_USERS, "sourcedId", row, arena, text_out, why);
}

/* A UUID, written in either case: indexed as the reader of packages reads it. */
static enum err user_master(struct span row, struct arena *arena, struct span *text_out,
                            struct fail *why)
{
    struct span text = SPAN_NONE;
    enum err rc = cell_of(FILE_USERS, "userMasterIdentifier", row, arena, &text, why);
    char *lower = rc == ERR_OK ? arena_text(arena, text) : NULL;

    if (rc != ERR_OK)
        return rc;
    if (lower == NULL)
        return fail_set(why, ERR_NOMEM, "a master id");
    for (char *p = lower; *p != '\0'; p++)
        *p = (char)tolower((unsigned char)*p);
    *text_out = span_text(lower);
    return ERR_OK;
}

static enum err role_source(struct span row, struct arena *arena, struct span *text_out,
                            struct fail *why)
{
    return cell_of(FILE_ROLES, "sourcedId", row, arena, text_out, why);
}

static enum err enrolment_source(struct span row, struct arena *arena, struct span *text_out,
                                 struct fail *why)
{
    return cell_of(FILE_ENROLMENTS, "sourcedId", row, arena, text_out, why);
}

const struct data_index person_source_hand = {PERSON_SOURCE_KEY, "roster_sealed", user_source};
const struct data_index person_master_hand = {PERSON_MASTER_KEY, "roster_sealed", user_master};
const struct data_index role_source_hand = {ROSTER_LINK_KEY, "received_sealed", role_source};
const struct data_index enrolment_source_hand = {ROSTER_LINK_KEY, "received_sealed",
                                                 enrolment_source};
