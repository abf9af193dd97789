/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_REPLAY_H
#define NFCLASS_REPLAY_H

#include "decode.h"
#include "fault.h"

/* Packets out of a capture file, by libpcap. */
struct replay;

/* path "-" is standard input.  NULL with *f filled (file name and reason) when it is no
 * capture or has a link type that we do not read.  Ended by replay_free(). */
struct replay *replay_open(const char *path, struct fault *f);
void replay_free(struct replay *r);

/* The next packet: 1 with *result and, when it is DECODE_OK, *pkt filled; pkt->time is
 * set in either case, as epoch microseconds that never go back.  0 at the end.  -EIO with
 * *f filled when the file is damaged or cut short from here on: what came before is good.
 */
int replay_next(struct replay *r, enum decode_result *result, struct packet *pkt,
                struct fault *f);

#endif
