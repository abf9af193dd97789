/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_ATTRIBUTE_H
#define NFCLASS_ATTRIBUTE_H

#include <linux/netlink.h>
#include <string.h>

#include "cursor.h"

/* The attributes of a netlink message.  libmnl's walk calls back for each of them, twice
 * with its checks: as much work as finding a packet's flow.  So this one is our own. */
struct attribute {
	uint16_t type;
	struct cursor c; /* the payload, attributes again when it is a nest */
};

/* false at the end, and at an attribute that does not fit into what is left. */
static inline bool attribute_next(struct cursor *c, struct attribute *a)
{
	const uint8_t *head, *payload;
	uint16_t len;

	if (!cur_bytes(c, NLA_HDRLEN, &head))
		return false;
	memcpy(&len, head, sizeof(len)); /* host order, as all of netlink's own */
	memcpy(&a->type, head + sizeof(len), sizeof(a->type));
	a->type &= NLA_TYPE_MASK;
	if (len < NLA_HDRLEN || !cur_bytes(c, len - NLA_HDRLEN, &payload))
		return false;
	a->c = cur_of(payload, len - NLA_HDRLEN);
	(void)cur_skip(c, NLA_ALIGN(len) - len); /* the last one may lack its padding */
	return true;
}

/* Does the message lie within what is left?  libmnl's own check takes a length of 2^31
 * and more for a negative number, which fits anywhere. */
static inline bool attribute_holder_ok(const struct nlmsghdr *nlh, int left)
{
	return left >= (int)sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= (unsigned)left;
}

#endif
