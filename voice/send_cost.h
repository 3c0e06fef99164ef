/* voice/send_cost.h - what one more packet costs on this machine: the system's part of it,
 * which differs fourfold from machine to machine and decides from how many listeners a mix is
 * cheaper (hub_conf.packet_ns). Threads: the caller's, for about a millisecond.  Owns: nothing.
 */
#ifndef VOICE_SEND_COST_H
#define VOICE_SEND_COST_H

#include <stdint.h>

/* Nanoseconds of processor time for one datagram of speech over loopback, our own part of it
 * (slot, SRTP) with it; 0: it could not be measured. */
uint32_t send_cost_ns(void);

#endif
