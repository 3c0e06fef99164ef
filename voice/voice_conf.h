/* voice/voice_conf.h - the configuration rows of the media program. The node reads them too: it
 * speaks to the socket and tells browsers the addresses. Threads: const data. */
#ifndef VOICE_VOICE_CONF_H
#define VOICE_VOICE_CONF_H

#include "node/base/conf.h"

#define VOICE_CONF_N 5
extern const struct conf_row voice_conf_rows[VOICE_CONF_N];

#endif
