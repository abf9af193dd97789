/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_NOTIFY_H
#define NFCLASS_NOTIFY_H

/* Tell the service manager our state ("READY=1", "WATCHDOG=1", ...; sd_notify(3)) by a
 * datagram to the socket in NOTIFY_SOCKET.  Never waits; without a manager nothing is
 * done. */
void notify_send(const char *state);

#endif
