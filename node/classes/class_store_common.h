/* node/classes/class_store_common.h - what the stores of the plan share. Threads: as the tx. */
#ifndef NODE_CLASSES_CLASS_STORE_COMMON_H
#define NODE_CLASSES_CLASS_STORE_COMMON_H

#include "node/db/audit.h"
#include "node/place/store_common.h"
#include "tenants/hours/calendar.h"

/* Who wrote the row of that id, by a statement with the id that gives `by` and the row's object
 * (day, course, lesson or account as text). *is_there_out false: nobody. ERR_CONFLICT: somebody
 * else, or about something else. */
NODISCARD enum err class_store_written(struct tx *tx, const struct stmt *whose, struct id id,
                                       struct id by, struct span object, bool *is_there_out,
                                       struct fail *why);
/* The number of the row that was written. */
NODISCARD enum err class_store_put(struct tx *tx, const struct stmt *add,
                                   const struct db_args *args, int64_t *n_out,
                                   int64_t *version_out, struct fail *why);
/* A day as an argument, in the arena of tx or of the caller; and of a column as text. */
void class_store_arg_day(struct db_args *args, int32_t day, char text[DAY_TEXT_CAP]);
int32_t class_store_day(const struct db_rows *rows, int row, int column);
struct span class_store_id_text(struct id id, char text[ID_TEXT_CAP]);

#endif
