/* node/server/operator_backup.h - backups for whoever runs the node: when the last one was
 * taken, how far the archive of the log is, when the last drill was and how it ended; findings
 * of the doctor and lines of /metrics.  Threads: on a worker. */
#ifndef NODE_SERVER_OPERATOR_BACKUP_H
#define NODE_SERVER_OPERATOR_BACKUP_H

#include "node/server/doctor.h"
#include "node/server/text.h"

void operator_backup_metrics(const struct req *req, struct text *text);
void doctor_check_backup(struct doctor *doctor);

#endif
