/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_FLOW_H
#define NFCLASS_FLOW_H

#include "packet.h"

/* The two ends of a TCP or UDP flow, client first. */
struct flow_ends {
	struct addr client, server;
	uint16_t client_port, server_port;
	uint8_t proto;
};

/* Of a packet that its client has sent or received. */
struct flow_ends flow_ends_of(const struct packet *pkt, bool sent);

/* Which end is the client: LAN prefixes where they are known, else private addresses. */
struct flow_lan {
	struct prefix prefix[16];
	unsigned count;
};

/* true when the sender of pkt, the first packet of its flow, is the client. */
bool flow_client_sends(const struct flow_lan *lan, const struct packet *pkt);

/* The same key for both directions: the lower end first.  *src_is_low tells whether that
 * is the packet's source; of two equal ends it is. */
#define FLOW_KEY_WORDS 5
struct flow_key {
	uint64_t w[FLOW_KEY_WORDS];
};
struct flow_key flow_key_of(const struct packet *pkt, bool *src_is_low);
struct flow_key flow_key_of_ends(const struct flow_ends *ends);

#endif
