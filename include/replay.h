/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_REPLAY_H
#define NFCLASS_REPLAY_H

#include "decode.h"
#include "fault.h"

/* Packets out of a capture file (pcap or pcapng, by libpcap). */
struct replay;

/* path "-" is standard input.  NULL with *f filled (file name and reason) when it is no
 * capture or has a link type that we do not read.  Ended by replay_free(), which takes
 * NULL. */
struct replay *replay_open(const char *path, struct fault *f);
void replay_free(struct replay *r);

/* Later times count as this one: 285 years, so that differences never overflow. */
#define REPLAY_TIME_MOST ((int64_t)1 << 53)

/* The next packet: 1 with *result and, when it is DECODE_OK, *pkt filled; pkt->time is
 * set in either case, as epoch microseconds within 0..REPLAY_TIME_MOST that never go
 * back.  0 at the end.  With *f filled, and all packets before good: -ENODATA when the
 * file is cut short within a packet, -EIO when it is damaged from here on. */
int replay_next(struct replay *r, enum decode_result *result, struct packet *pkt,
                struct fault *f);

#endif
