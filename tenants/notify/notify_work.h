/* tenants/notify/notify_work.h - what the rest of this folder knows of the threads that send.
 */
#ifndef TENANTS_NOTIFY_NOTIFY_WORK_H
#define TENANTS_NOTIFY_NOTIFY_WORK_H

#include "tenants/notify/notify.h"

/* How long a notice is tried: notify.give_up_s, or its default before notify_open. */
int64_t notify_give_up_us(void);

#endif
