/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_NEIGH_H
#define NFCLASS_NEIGH_H

#include "device.h"
#include "fault.h"
#include "mono.h"

/* The network cards of our neighbours, by address, as the kernel's tables of ARP and IPv6
 * neighbour discovery know them: rtnetlink(7), RTM_GETNEIGH. */
struct neigh;

/* So many are remembered, of the order that the kernel tells them in. */
#define NEIGH_MAX 8192

/* NULL with *f filled on failure.  Ended by neigh_free(), which takes NULL. */
struct neigh *neigh_new(struct fault *f);
void neigh_free(struct neigh *n);

/* The card at this address, or NULL; good until the next call.  The kernel is asked when
 * the address is not known, at most once a second, and once a minute in any case. */
const struct mac *neigh_mac(struct neigh *n, struct addr a, struct mono now);

/* Why the kernel was last asked in vain: 0 or -errno. */
int neigh_error(const struct neigh *n);

#endif
