#include "node/features.h"

#include "federation/escrow.h"
#include "federation/exchange_rows.h"
#include "federation/mirror_store.h"
#include "federation/purge.h"
#include "federation/series_rows.h"
#include "federation/series_store.h"
#include "federation/teacher.h"
#include "federation/trust_json.h"
#include "federation/trust_store.h"
#include "node/classes/class_rows.h"
#include "node/classes/lesson_rows.h"
#include "node/db/audit.h"
#include "node/db/audit_table.h"
#include "node/db/files.h"
#include "node/db/identity.h"
#include "node/db/jobs.h"
#include "node/db/migrate.h"
#include "node/db/settings.h"
#include "node/db/sweep.h"
#include "node/db/writer.h"
#include "node/place/chat_rows.h"
#include "node/place/measure_rows.h"
#include "node/place/mirror_rows.h"
#include "node/place/place_commands.h"
#include "node/place/place_events.h"
#include "node/place/place_settings.h"
#include "node/place/store_rows.h"
#include "node/place/world.h"
#include "node/server/doctor.h"
#include "node/server/own.h"
#include "node/support/console_rows.h"
#include "node/support/support_rows.h"
#include "reporting/dictionary_rows.h"
#include "reporting/log_rows.h"
#include "reporting/weekly_rows.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/handback/rows.h"
#include "tenants/hours/hours_rows.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/admission_rows.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/link_store.h"
#include "tenants/people/registration_store.h"
#include "tenants/profile/profile_rows.h"
#include "tenants/rights/right_store.h"
#include "tenants/rights/rights_rows.h"
#include "tenants/roster/feature.h"
#include "tenants/signin/recovery_store.h"
#include "tenants/tenants.h"
#include "tenants/watch/watch_rows.h"
#include "tenants/words/words_rows.h"

/* One line a feature and kind, in the order of the house's ranks. */
const struct route_table features_routes[] = {
    {session_routes, SESSION_ROUTES_N},
    {me_routes, ME_ROUTES_N},
    {me_totp_routes, ME_TOTP_ROUTES_N},
    {reset_routes, RESET_ROUTES_N},
    {settings_routes, SETTINGS_ROUTES_N},
    {settings_past_routes, SETTINGS_PAST_ROUTES_N},
    {account_routes, ACCOUNT_ROUTES_N},
    {life_request_routes, LIFE_REQUEST_ROUTES_N},
    {life_routes, LIFE_ROUTES_N},
    {life_issue_routes, LIFE_ISSUE_ROUTES_N},
    {life_merge_routes, LIFE_MERGE_ROUTES_N},
    {slip_routes, SLIP_ROUTES_N},
    {contract_routes, CONTRACT_ROUTES_N},
    {leaving_routes, LEAVING_ROUTES_N},
    {leaving_paper_routes, LEAVING_PAPER_ROUTES_N},
    {leaving_act_routes, LEAVING_ACT_ROUTES_N},
    {audit_routes, AUDIT_ROUTES_N},
    {handback_routes, HANDBACK_ROUTES_N},
    {people_routes, PEOPLE_ROUTES_N},
    {rights_routes, RIGHTS_ROUTES_N},
    {roles_routes, ROLES_ROUTES_N},
    {keys_routes, KEYS_ROUTES_N},
    {keys_admin_routes, KEYS_ADMIN_ROUTES_N},
    {watch_routes, WATCH_ROUTES_N},
    {ending_routes, ENDING_ROUTES_N},
    {ending_act_routes, ENDING_ACT_ROUTES_N},
    {passkey_routes, PASSKEY_ROUTES_N},
    {passkey_signin_routes, PASSKEY_SIGNIN_ROUTES_N},
    {roster_routes, ROSTER_ROUTES_N},
    {rollover_routes, ROLLOVER_ROUTES_N},
    {registration_routes, REGISTRATION_ROUTES_N},
    {registration_sum_routes, REGISTRATION_SUM_ROUTES_N},
    {school_routes, SCHOOL_ROUTES_N},
    {hours_routes, HOURS_ROUTES_N},
    {hours_change_routes, HOURS_CHANGE_ROUTES_N},
    {floor_routes, FLOOR_ROUTES_N},
    {floor_publish_routes, FLOOR_PUBLISH_ROUTES_N},
    {floor_rule_routes, FLOOR_RULE_ROUTES_N},
    {place_session_routes, PLACE_SESSION_ROUTES_N},
    {visit_routes, VISIT_ROUTES_N},
    {ticket_routes, TICKET_ROUTES_N},
    {chat_routes, CHAT_ROUTES_N},
    {measure_routes, MEASURE_ROUTES_N},
    {profile_routes, PROFILE_ROUTES_N},
    {profile_past_routes, PROFILE_PAST_ROUTES_N},
    {words_routes, WORDS_ROUTES_N},
    {words_change_routes, WORDS_CHANGE_ROUTES_N},
    {notify_routes, NOTIFY_ROUTES_N},
    {notify_queue_routes, NOTIFY_QUEUE_ROUTES_N},
    {sos_routes, SOS_ROUTES_N},
    {sos_staff_routes, SOS_STAFF_ROUTES_N},
    {duty_routes, DUTY_ROUTES_N},
    {incident_routes, INCIDENT_ROUTES_N},
    {incident_report_routes, INCIDENT_REPORT_ROUTES_N},
    {warning_routes, WARNING_ROUTES_N},
    {contact_routes, CONTACT_ROUTES_N},
    {child_routes, CHILD_ROUTES_N},
    {handover_routes, HANDOVER_ROUTES_N},
    {console_routes, CONSOLE_ROUTES_N},
    {plan_routes, PLAN_ROUTES_N},
    {course_routes, COURSE_ROUTES_N},
    {course_act_routes, COURSE_ACT_ROUTES_N},
    {plan_lesson_routes, PLAN_LESSON_ROUTES_N},
    {qualification_routes, QUALIFICATION_ROUTES_N},
    {my_lesson_routes, MY_LESSON_ROUTES_N},
    {lesson_routes, LESSON_ROUTES_N},
    {my_teaching_routes, MY_TEACHING_ROUTES_N},
    {log_export_routes, LOG_EXPORT_ROUTES_N},
    {log_file_routes, LOG_FILE_ROUTES_N},
    {log_search_routes, LOG_SEARCH_ROUTES_N},
    {dictionary_routes, DICTIONARY_ROUTES_N},
    {retention_routes, RETENTION_ROUTES_N},
    {weekly_routes, WEEKLY_ROUTES_N},
    {weekly_receiver_routes, WEEKLY_RECEIVER_ROUTES_N},
    {trust_routes, TRUST_ROUTES_N},
    {fed_peer_routes, FED_PEER_ROUTES_N},
    {escrow_routes, ESCROW_ROUTES_N},
    {purge_routes, PURGE_ROUTES_N},
    {series_routes, SERIES_ROUTES_N},
    {series_count_routes, SERIES_COUNT_ROUTES_N},
    {series_make_routes, SERIES_MAKE_ROUTES_N},
    {series_act_routes, SERIES_ACT_ROUTES_N},
    {series_guest_routes, SERIES_GUEST_ROUTES_N},
    {series_mine_routes, SERIES_MINE_ROUTES_N},
    {fed_mirror_routes, FED_MIRROR_ROUTES_N},
    {teacher_show_routes, TEACHER_SHOW_ROUTES_N},
    {teacher_routes, TEACHER_ROUTES_N},
    {teacher_lesson_routes, TEACHER_LESSON_ROUTES_N},
    {teacher_slot_routes, TEACHER_SLOT_ROUTES_N},
    {teacher_roster_routes, TEACHER_ROSTER_ROUTES_N},
    {desk_routes, DESK_ROUTES_N},
    {own_routes, OWN_ROUTES_N},
    {operator_routes, OPERATOR_ROUTES_N},
    {NULL, 0},
};

const struct command_table features_commands[] = {
    {place_commands, PLACE_COMMANDS_N},
    {react_commands, REACT_COMMANDS_N},
    {chat_commands, CHAT_COMMANDS_N},
    {talk_commands, TALK_COMMANDS_N},
    {lesson_commands, LESSON_COMMANDS_N},
    {mirror_commands, MIRROR_COMMANDS_N},
    {NULL, 0},
};

const struct live_event_table features_events[] = {
    {place_events, PLACE_EVENTS_N},
    {world_events, WORLD_EVENTS_N},
    {measure_events, MEASURE_EVENTS_N},
    {react_events, REACT_EVENTS_N},
    {chat_events, CHAT_EVENTS_N},
    {talk_events, TALK_EVENTS_N},
    {support_events, SUPPORT_EVENTS_N},
    {console_events, CONSOLE_EVENTS_N},
    {lesson_events, LESSON_LIVE_EVENTS_N},
    {mirror_events, MIRROR_EVENTS_N},
    {NULL, 0},
};

const struct stmt_table features_stmts[] = {
    {migrate_stmts, MIGRATE_STMTS_N},
    {identity_stmts, IDENTITY_STMTS_N},
    {writer_stmts, WRITER_STMTS_N},
    {audit_stmts, AUDIT_STMTS_N},
    {handback_stmts, HANDBACK_STMTS_N},
    {settings_stmts, SETTINGS_STMTS_N},
    {jobs_stmts, JOBS_STMTS_N},
    {sweep_stmts, SWEEP_STMTS_N},
    {files_stmts, FILES_STMTS_N},
    {tenants_stmts, TENANTS_STMTS_N},
    {life_stmts, LIFE_STMTS_N},
    {link_stmts, LINK_STMTS_N},
    {slip_stmts, SLIP_STMTS_N},
    {session_stmts, SESSION_STMTS_N},
    {signin_stmts, SIGNIN_STMTS_N},
    {recovery_stmts, RECOVERY_STMTS_N},
    {org_stmts, ORG_STMTS_N},
    {person_stmts, PERSON_STMTS_N},
    {contract_stmts, CONTRACT_STMTS_N},
    {leaving_stmts, LEAVING_STMTS_N},
    {account_step_stmts, ACCOUNT_STEP_STMTS_N},
    {right_stmts, RIGHT_STMTS_N},
    {rights_look_stmts, RIGHTS_LOOK_STMTS_N},
    {people_look_stmts, PEOPLE_LOOK_STMTS_N},
    {registration_stmts, REGISTRATION_STMTS_N},
    {registration_look_stmts, REGISTRATION_LOOK_STMTS_N},
    {passkey_stmts, PASSKEY_STMTS_N},
    {roster_stmts, ROSTER_STMTS_N},
    {import_stmts, IMPORT_STMTS_N},
    {rollover_stmts, ROLLOVER_STMTS_N},
    {shown_stmts, SHOWN_STMTS_N},
    {watch_stmts, WATCH_STMTS_N},
    {ending_stmts, ENDING_STMTS_N},
    {ending_look_stmts, ENDING_LOOK_STMTS_N},
    {hours_stmts, HOURS_STMTS_N},
    {floor_stmts, FLOOR_STMTS_N},
    {access_stmts, ACCESS_STMTS_N},
    {visit_stmts, VISIT_STMTS_N},
    {lock_stmts, LOCK_STMTS_N},
    {chat_stmts, CHAT_STMTS_N},
    {talk_stmts, TALK_STMTS_N},
    {measure_stmts, MEASURE_STMTS_N},
    {reaction_stmts, REACTION_STMTS_N},
    {look_stmts, LOOK_STMTS_N},
    {profile_stmts, PROFILE_STMTS_N},
    {words_stmts, WORDS_STMTS_N},
    {notify_stmts, NOTIFY_STMTS_N},
    {notify_receiver_stmts, NOTIFY_RECEIVER_STMTS_N},
    {dictionary_stmts, DICTIONARY_STMTS_N},
    {weekly_stmts, WEEKLY_STMTS_N},
    {weekly_delivery_stmts, WEEKLY_DELIVERY_STMTS_N},
    {duty_stmts, DUTY_STMTS_N},
    {sos_stmts, SOS_STMTS_N},
    {incident_stmts, INCIDENT_STMTS_N},
    {contact_stmts, CONTACT_STMTS_N},
    {step_stmts, STEP_STMTS_N},
    {handover_stmts, HANDOVER_STMTS_N},
    {class_day_stmts, CLASS_DAY_STMTS_N},
    {class_course_stmts, CLASS_COURSE_STMTS_N},
    {class_more_stmts, CLASS_MORE_STMTS_N},
    {class_lesson_stmts, CLASS_LESSON_STMTS_N},
    {qualification_stmts, QUALIFICATION_STMTS_N},
    {lesson_stmts, LESSON_STMTS_N},
    {lesson_act_stmts, LESSON_ACT_STMTS_N},
    {lesson_plan_stmts, LESSON_PLAN_STMTS_N},
    {log_export_stmts, LOG_EXPORT_STMTS_N},
    {log_source_stmts, LOG_SOURCE_STMTS_N},
    {trust_stmts, TRUST_STMTS_N},
    {fed_op_stmts, FED_OP_STMTS_N},
    {fed_outbox_stmts, FED_OUTBOX_STMTS_N},
    {escrow_stmts, ESCROW_STMTS_N},
    {purge_stmts, PURGE_STMTS_N},
    {purge_clear_stmts, PURGE_CLEAR_STMTS_N},
    {series_stmts, SERIES_STMTS_N},
    {series_lesson_stmts, SERIES_LESSON_STMTS_N},
    {series_step_stmts, SERIES_STEP_STMTS_N},
    {fed_mirror_stmts, FED_MIRROR_STMTS_N},
    {teacher_stmts, TEACHER_STMTS_N},
    {doctor_stmts, DOCTOR_STMTS_N},
    {NULL, 0},
};

const struct data_table_list features_tables[] = {
    {migrate_tables, MIGRATE_TABLES_N},
    {identity_tables, IDENTITY_TABLES_N},
    {audit_tables, AUDIT_TABLES_N},
    {shown_tables, SHOWN_TABLES_N},
    {watch_tables, WATCH_TABLES_N},
    {ending_tables, ENDING_TABLES_N},
    {settings_tables, SETTINGS_TABLES_N},
    {jobs_tables, JOBS_TABLES_N},
    {sweep_tables, SWEEP_TABLES_N},
    {files_tables, FILES_TABLES_N},
    {tenants_tables, TENANTS_TABLES_N},
    {session_tables, SESSION_TABLES_N},
    {signin_tables, SIGNIN_TABLES_N},
    {recovery_tables, RECOVERY_TABLES_N},
    {org_tables, ORG_TABLES_N},
    {person_tables, PERSON_TABLES_N},
    {contract_tables, CONTRACT_TABLES_N},
    {leaving_tables, LEAVING_TABLES_N},
    {account_step_tables, ACCOUNT_STEP_TABLES_N},
    {link_tables, LINK_TABLES_N},
    {right_tables, RIGHT_TABLES_N},
    {registration_tables, REGISTRATION_TABLES_N},
    {passkey_tables, PASSKEY_TABLES_N},
    {people_look_tables, PEOPLE_LOOK_TABLES_N},
    {roster_tables, ROSTER_TABLES_N},
    {import_tables, IMPORT_TABLES_N},
    {rollover_tables, ROLLOVER_TABLES_N},
    {hours_tables, HOURS_TABLES_N},
    {floor_tables, FLOOR_TABLES_N},
    {access_tables, ACCESS_TABLES_N},
    {visit_tables, VISIT_TABLES_N},
    {lock_tables, LOCK_TABLES_N},
    {chat_tables, CHAT_TABLES_N},
    {talk_tables, TALK_TABLES_N},
    {measure_tables, MEASURE_TABLES_N},
    {reaction_tables, REACTION_TABLES_N},
    {profile_tables, PROFILE_TABLES_N},
    {words_tables, WORDS_TABLES_N},
    {notify_tables, NOTIFY_TABLES_N},
    {notify_receiver_tables, NOTIFY_RECEIVER_TABLES_N},
    {log_export_tables, LOG_EXPORT_TABLES_N},
    {weekly_tables, WEEKLY_TABLES_N},
    {weekly_delivery_tables, WEEKLY_DELIVERY_TABLES_N},
    {duty_tables, DUTY_TABLES_N},
    {class_day_tables, CLASS_DAY_TABLES_N},
    {class_course_tables, CLASS_COURSE_TABLES_N},
    {class_more_tables, CLASS_MORE_TABLES_N},
    {class_lesson_tables, CLASS_LESSON_TABLES_N},
    {qualification_tables, QUALIFICATION_TABLES_N},
    {sos_tables, SOS_TABLES_N},
    {incident_tables, INCIDENT_TABLES_N},
    {contact_tables, CONTACT_TABLES_N},
    {step_tables, STEP_TABLES_N},
    {handover_tables, HANDOVER_TABLES_N},
    {lesson_tables, LESSON_TABLES_N},
    {trust_tables, TRUST_TABLES_N},
    {fed_op_tables, FED_OP_TABLES_N},
    {fed_outbox_tables, FED_OUTBOX_TABLES_N},
    {escrow_tables, ESCROW_TABLES_N},
    {purge_tables, PURGE_TABLES_N},
    {series_tables, SERIES_TABLES_N},
    {series_lesson_tables, SERIES_LESSON_TABLES_N},
    {series_step_tables, SERIES_STEP_TABLES_N},
    {fed_mirror_tables, FED_MIRROR_TABLES_N},
    {teacher_tables, TEACHER_TABLES_N},
    {NULL, 0},
};

const struct setting_table features_settings[] = {
    {sweep_settings, SWEEP_SETTINGS_N},
    {leaving_settings, LEAVING_SETTINGS_N},
    {tenants_settings, TENANTS_SETTINGS_N},
    {life_settings, LIFE_SETTINGS_N},
    {signin_settings, SIGNIN_SETTINGS_N},
    {rights_settings, RIGHTS_SETTINGS_N},
    {roster_settings, ROSTER_SETTINGS_N},
    {watch_settings, WATCH_SETTINGS_N},
    {admission_settings, ADMISSION_SETTINGS_N},
    {hours_settings, HOURS_SETTINGS_N},
    {visit_settings, VISIT_SETTINGS_N},
    {profile_settings, PROFILE_SETTINGS_N},
    {place_settings, PLACE_SETTINGS_N},
    {measure_settings, MEASURE_SETTINGS_N},
    {fed_mirror_settings, FED_MIRROR_SETTINGS_N},
    {reaction_settings, REACTION_SETTINGS_N},
    {chat_settings, CHAT_SETTINGS_N},
    {support_settings, SUPPORT_SETTINGS_N},
    {console_settings, CONSOLE_SETTINGS_N},
    {lesson_settings, LESSON_SETTINGS_N},
    {class_settings, CLASS_SETTINGS_N},
    {log_export_settings, LOG_EXPORT_SETTINGS_N},
    {weekly_settings, WEEKLY_SETTINGS_N},
    {own_settings, OWN_SETTINGS_N},
    {NULL, 0},
};

const struct job_table features_jobs[] = {
    {sweep_jobs, SWEEP_JOBS_N},   {fed_mirror_jobs, FED_MIRROR_JOBS_N},
    {files_jobs, FILES_JOBS_N},   {roster_jobs, ROSTER_JOBS_N},
    {watch_jobs, WATCH_JOBS_N},   {step_jobs, STEP_JOBS_N},
    {weekly_jobs, WEEKLY_JOBS_N}, {ending_jobs, ENDING_JOBS_N},
    {purge_jobs, PURGE_JOBS_N},   {NULL, 0},
};

const struct audit_table *const features_audit_tables[] = {
    &log_export_audit,          &log_export_step_audit,     &audit_access_table,
    &audit_deletion_table,      &settings_audit_table,      &sweep_audit_table,
    &contract_audit_table,      &town_key_audit_table,      &leaving_paper_audit_table,
    &leaving_step_audit_table,  &account_step_audit_table,  &right_grant_audit_table,
    &right_end_audit_table,     &registration_audit_table,  &audit_shown_table,
    &watch_notice_audit,        &watch_seen_audit,          &ending_audit,
    &ending_step_audit,         &recovery_ask_audit_table,  &recovery_grant_audit_table,
    &hours_audit_table,         &floor_version_audit_table, &floor_plan_audit_table,
    &floor_rule_audit_table,    &place_session_audit_table, &visit_event_audit_table,
    &area_lock_audit_table,     &chat_line_audit_table,     &chat_decision_audit_table,
    &words_audit_table,         &profile_audit_table,       &notify_step_audit,
    &notify_event_audit,        &link_step_audit_table,     &measure_audit_table,
    &measure_lift_audit_table,  &reaction_audit_table,      &weekly_report_audit,
    &report_receiver_audit,     &weekly_step_audit,         &duty_person_audit_table,
    &sos_audit_table,           &sos_step_audit_table,      &incident_audit_table,
    &incident_step_audit_table, &contact_audit_table,       &care_step_audit_table,
    &handover_audit_table,      &lesson_event_audit_table,  &class_day_audit_table,
    &class_course_audit_table,  &class_pages_audit_table,   &class_course_step_audit_table,
    &class_lesson_audit_table,  &qualification_audit_table, &qualification_end_audit_table,
    &fed_registry_audit_table,  &fed_step_audit_table,      &escrow_step_audit_table,
    &purge_step_audit_table,    &series_step_audit_table,   &fed_line_audit_table,
    &fed_act_audit_table,       &teacher_step_audit_table,  NULL,
};
