/* node/place/chat_rows.h - rows of what is written in the place, for node/features.c. Threads:
 * const data. */
#ifndef NODE_PLACE_CHAT_ROWS_H
#define NODE_PLACE_CHAT_ROWS_H

#include "node/base/command.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define CHAT_STMTS_N  15
#define CHAT_TABLES_N 2
extern const struct stmt *const chat_stmts[CHAT_STMTS_N]; /* chat_store.c */
extern const struct data_table chat_tables[CHAT_TABLES_N];
extern const struct audit_table chat_line_audit_table, chat_decision_audit_table;

#define TALK_STMTS_N  8
#define TALK_TABLES_N 3
extern const struct stmt *const talk_stmts[TALK_STMTS_N]; /* talk_store.c */
extern const struct data_table talk_tables[TALK_TABLES_N];

#define CHAT_SETTINGS_N 3
extern const struct setting *const chat_settings[CHAT_SETTINGS_N]; /* chat_settings.c */
extern const struct setting setting_chat_pupil_talk, setting_chat_text_most,
    setting_chat_log_days;

#define CHAT_COMMANDS_N 1
extern const struct command chat_commands[CHAT_COMMANDS_N]; /* chat_say.c */
#define TALK_COMMANDS_N 7
extern const struct command talk_commands[TALK_COMMANDS_N]; /* talk_commands.c */

#define CHAT_EVENTS_N 5
extern const struct live_event chat_events[CHAT_EVENTS_N]; /* chat_events.c */
#define TALK_EVENTS_N 3
extern const struct live_event talk_events[TALK_EVENTS_N];

#define CHAT_ROUTES_N 2
extern const struct route chat_routes[CHAT_ROUTES_N]; /* chat_http.c */

#endif
