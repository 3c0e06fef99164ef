/* node/place/speech_rows.h - rows of speech, for node/features.c. Threads: const data. */
#ifndef NODE_PLACE_SPEECH_ROWS_H
#define NODE_PLACE_SPEECH_ROWS_H

#include "node/base/command.h"
#include "node/base/setting.h"
#include "node/base/stmt.h"
#include "node/base/table.h"
#include "node/db/audit_table.h"

#define SPEECH_STMTS_N    5
#define SPEECH_TABLES_N   1
#define SPEECH_SETTINGS_N 2
extern const struct stmt *const speech_stmts[SPEECH_STMTS_N]; /* speech_store.c */
extern const struct data_table speech_tables[SPEECH_TABLES_N];
extern const struct setting setting_voice_days;
extern const struct audit_table speech_audit_table;
extern const struct setting *const speech_settings[SPEECH_SETTINGS_N]; /* speech_talk.c */
extern const struct setting setting_voice_private;

#define SPEECH_COMMANDS_N 7
#define SPEECH_EVENTS_N   7
extern const struct command speech_commands[SPEECH_COMMANDS_N]; /* speech_commands.c */
extern const struct live_event speech_events[SPEECH_EVENTS_N];  /* speech_events.c */

#endif
